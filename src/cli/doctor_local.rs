//! What `doctor` finds on this machine: database, disk, files.

use super::Context;
use super::doctor::{Group, Line, attention, bad, good};
use crate::alarm::disk_space;
use crate::backup::record::Record;
use crate::backup::standing::{Standing, standing};
use crate::backup::{self, keep, restore};
use crate::config::{self, Owners};
use crate::domain::{Account, Moment};
use crate::spoken::size;
use crate::store::restored::Restored;
use crate::store::{Connection, StoreError, audit, checkup, counts};
use cuigeng_adapters::time::HOUR;
use cuigeng_adapters::{Batch, Source};
use nix::unistd::{AccessFlags, access, geteuid};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

/// Free space below which the database may fail any day, in megabytes.
const FULL_MB: u64 = 200;
/// Free space below which somebody should look, in megabytes.
const TIGHT_MB: u64 = 1024;

/// All that is found without the network, and the list of accounts where it can be read.
pub(super) fn database_and_files(context: &Context) -> (Vec<Line>, Option<Vec<Account>>) {
    let mut lines = configuration(context);
    let (database, readable) = database(context);
    lines.push(database);
    let accounts = readable.then(|| context.accounts()).and_then(Result::ok);
    lines.extend(accounts.as_deref().map(|accounts| robots(context, accounts)).unwrap_or_default());
    lines.push(backups(context, readable));
    lines.extend(disk(context));
    lines.extend(inbox(context));
    lines.extend(secrets(context, accounts.as_deref().unwrap_or_default()));
    lines.extend(calendar(context));
    if readable {
        lines.extend(trail(context));
        lines.extend(letters(context));
    }
    (lines, accounts)
}

fn configuration(context: &Context) -> Vec<Line> {
    let file = context.file.as_ref().map_or("内置默认配置".to_owned(), |file| file.display().to_string());
    let sources = context.config.sources.len();
    let first = good(Group::Config, format!("{file} 没有错误，口径{}，来源{sources}个", context.config.profile.name));
    let remarks = config::remarks_of_the_file(&context.config);
    std::iter::once(first).chain(remarks.into_iter().map(|remark| attention(Group::Config, remark, ""))).collect()
}

/// Offices that a group robot waits for in vain: the list spells them otherwise, or not at all.
fn robots(context: &Context, accounts: &[Account]) -> Vec<Line> {
    let known: BTreeSet<&str> = accounts.iter().map(|account| account.office.as_str()).collect();
    let named = context.config.alarms.iter().filter_map(|robot| match &robot.owners {
        Owners::Offices(names) => Some((robot.kind, names)),
        Owners::None | Owners::All => None,
    });
    let unknown = named.flat_map(|(kind, names)| names.iter().map(move |name| (kind, name)));
    unknown
        .filter(|(_, name)| !known.contains(name.as_str()))
        .map(|(kind, name)| {
            let said =
                format!("alarm.{} 的 owners 写了“{name}”，台账里没有这个主办单位，群里不会有它的提醒", kind.word());
            attention(Group::Config, said, "照台账“主办单位”一栏的写法改，一字不差；不再需要的删去")
        })
        .collect()
}

/// The state of the file, and whether it can be read as it is. Nothing is created or migrated: a
/// file that root makes would lock the daemon out.
fn database(context: &Context) -> (Line, bool) {
    let path = context.data.join("cuigeng.db").display().to_string();
    match checkup::examine(&context.data) {
        Err(error) => (bad(Group::Database, format!("{path} 打不开：{}", error.chinese()), cure(&error)), false),
        Ok(None) => {
            let cure =
                "运行 cuigeng account import 导入台账，或启动 cuigeng serve，会自动建立；若以前有过，请检查 --data";
            (attention(Group::Database, format!("{path} 还没有"), cure), false)
        }
        Ok(Some(found)) if !found.damage.is_empty() => {
            let said = format!("{path} 已损坏：{}", found.damage.join("；"));
            (bad(Group::Database, said, "停止程序，先把整个数据目录另存一份，再用备份恢复"), false)
        }
        Ok(Some(found)) if found.schema < found.known => {
            let said = format!("{path} 是第{}版结构，本程序用第{}版", found.schema, found.known);
            (
                attention(
                    Group::Database,
                    said,
                    "重新启动 cuigeng serve 会自动升级；升级前台账读不出来，来源只试了一部分",
                ),
                false,
            )
        }
        Ok(Some(found)) => {
            (good(Group::Database, format!("{path} 完好，第{}版结构，{}", found.schema, size(found.bytes))), true)
        }
    }
}

/// Whether there is a way back.
fn backups(context: &Context, readable: bool) -> Line {
    let (now, night) = (context.clock.now(), context.config.backup.at);
    let alone = || standing(&Record::default(), &keep::list(&backup::folder(&context.data)), night, now);
    let stands = if readable {
        let read = |conn: &Connection| backup::stands(conn, &context.config, &context.data, now);
        context.store().and_then(|store| Ok(store.read(read)?)).unwrap_or_else(|_| alone())
    } else {
        alone()
    };
    let (said, cure) = (stands.chinese(now), stands.cure());
    match stands {
        Standing::Good { .. } | Standing::Waiting { .. } => good(Group::Backup, said),
        Standing::Unverified { .. } => attention(Group::Backup, said, cure),
        _ => bad(Group::Backup, said, cure),
    }
}

/// Whether somebody has changed the audit trail behind our back.
fn trail(context: &Context) -> Option<Line> {
    let trail = context.store().ok()?.read(audit::examine).ok()?;
    Some(match trail.broken {
        None if trail.entries == 0 => good(Group::Database, "审计日志还没有记录"),
        None => {
            let last: String = trail.last.chars().take(16).collect();
            good(Group::Database, format!("审计日志{}条，首尾相连，末条校验码 {last}", trail.entries))
        }
        Some(entry) => {
            let cure = "先把整个数据目录另存一份，再与备份对照，查明是谁动过数据库";
            bad(Group::Database, format!("审计日志从第{entry}条起对不上，被改动过"), cure)
        }
    })
}

fn cure(error: &StoreError) -> &'static str {
    if error.is_newer() {
        "换用不低于写它的那一版的程序"
    } else if error.is_foreign() {
        "用 --data 指向本程序的数据目录"
    } else {
        "用运行服务的用户执行（例如 sudo -u cuigeng cuigeng doctor），并检查数据目录的权限与磁盘"
    }
}

fn disk(context: &Context) -> Vec<Line> {
    let Some(place) = nearest(&context.data) else {
        let said = format!("数据目录 {} 不存在", context.data.display());
        return vec![bad(Group::Disk, said, "检查 --data")];
    };
    let mut lines = vec![space(place)];
    if access(place, AccessFlags::W_OK).is_err() {
        let said = format!("{} 不能写入", place.display());
        lines.push(bad(Group::Disk, said, "把目录交给运行服务的用户（chown），或用那个用户执行"));
    }
    if let Ok(about) = fs::metadata(place)
        && about.uid() != geteuid().as_raw()
        && context.data.is_dir()
    {
        let said = "现在的用户不是数据目录的主人，上面的结果可能与服务运行时不同";
        lines.push(attention(Group::Disk, said, "用运行服务的用户执行，例如 sudo -u cuigeng cuigeng doctor"));
    }
    lines
}

/// The directory itself, or the one in which it would be made.
pub(super) fn nearest(dir: &Path) -> Option<&Path> {
    let here = |path| if path == Path::new("") { Path::new(".") } else { path };
    dir.ancestors().map(here).find(|path| path.is_dir())
}

fn space(place: &Path) -> Line {
    let shown = place.display();
    let Some((free, _)) = disk_space(place) else {
        return attention(Group::Disk, format!("{shown} 的剩余空间查不到"), "");
    };
    let free_mb = free / 1_048_576;
    let said = format!(
        "{shown} 剩余{}",
        if free_mb < 10_240 { format!("{free_mb}MB") } else { format!("{}GB", free_mb / 1024) }
    );
    match free_mb {
        ..FULL_MB => bad(Group::Disk, said, "清理磁盘或扩容：写满后不能保存监测结果"),
        FULL_MB..TIGHT_MB => attention(Group::Disk, said, "空间不多了，请安排清理或扩容"),
        _ => good(Group::Disk, said),
    }
}

fn inbox(context: &Context) -> Option<Line> {
    let is_inbox = |source: &Source| matches!(source, Source::Batch(Batch::Inbox(_)));
    context.config.sources.values().find(|configured| is_inbox(&configured.source))?;
    let dir = context.data.join("inbox");
    let shown = dir.display();
    if !dir.is_dir() {
        let cure = format!("建立这个目录，并让运行服务的用户能写：mkdir -p {shown}");
        return Some(bad(Group::Inbox, format!("{shown} 还没有"), cure));
    }
    if access(&dir, AccessFlags::R_OK | AccessFlags::W_OK | AccessFlags::X_OK).is_err() {
        return Some(bad(
            Group::Inbox,
            format!("{shown} 不能读写，读过的文件移不走"),
            "把目录交给运行服务的用户（chown）",
        ));
    }
    let (waiting, refused) = (count(&dir, "jsonl"), count(&dir.join("failed"), "txt"));
    let said = format!("{shown} 可用，待读{waiting}个文件");
    Some(match refused {
        0 => good(Group::Inbox, said),
        n => attention(
            Group::Inbox,
            format!("{said}，failed 里有{n}个没有采用"),
            "看 failed 目录里的“原因.txt”，改正后放回，旧的可以删去",
        ),
    })
}

fn count(dir: &Path, ext: &str) -> usize {
    let entries = fs::read_dir(dir).map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default();
    entries.iter().filter(|entry| entry.path().extension().is_some_and(|e| e == ext)).count()
}

fn secrets(context: &Context, accounts: &[Account]) -> Vec<Line> {
    let names = context.secret_names(accounts);
    let secrets = context.secrets();
    let total = names.len();
    let wrong: Vec<Line> = names
        .into_iter()
        .filter_map(|name| match secrets.path(&name) {
            None => {
                let cure = format!("把它写入 {}（权限600）", context.config.secrets_dir.join(&name).display());
                Some(bad(Group::Secrets, format!("没有“{name}”"), cure))
            }
            Some(path) => open_to_all(&path),
        })
        .collect();
    if wrong.is_empty() && total > 0 {
        vec![good(Group::Secrets, format!("用到的{total}个都在，权限合适"))]
    } else {
        wrong
    }
}

fn open_to_all(path: &Path) -> Option<Line> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    let said = format!("{} 任何人都能读写（权限{mode:o}）", path.display());
    (mode & 0o006 != 0).then(|| bad(Group::Secrets, said, format!("chmod o-rwx {}", path.display())))
}

fn calendar(context: &Context) -> Vec<Line> {
    let Some(year) = config::missing_year(&context.config, context.clock.now()) else {
        return vec![good(Group::Calendar, "今年的放假安排已录入")];
    };
    let cure = "请用 cuigeng calendar import 录入国务院办公厅的通知；在此之前按周一至周五上班处理";
    vec![bad(Group::Calendar, format!("{year}年放假安排未录入"), cure)]
}

fn letters(context: &Context) -> Vec<Line> {
    let now = context.clock.now();
    let read = context.store().and_then(|store| {
        Ok(store.read(|conn| Ok((counts::by_state(conn)?, counts::overdue(conn, now.plus(-HOUR))?)))?)
    });
    let (states, (stuck, oldest)) = match read {
        Ok(read) => read,
        Err(error) => return vec![bad(Group::Outbox, error.chinese, "")],
    };
    let of = |word: &str| states.iter().find(|(state, _)| state == word).map_or(0, |(_, count)| *count);
    let held = context.store().and_then(|store| Ok(store.read(restore::held)?));
    let mut lines = match held {
        Ok(Some((restored, waits))) => vec![held_back(&restored, waits.letters)],
        _ => vec![waiting(stuck, oldest, of("queued"))],
    };
    if of("refused") + of("bounced") > 0 {
        let said = format!("被拒收或退回的有{}封", of("refused") + of("bounced"));
        lines.push(attention(Group::Outbox, said, "运行 cuigeng outbox list 查看，核对收件地址"));
    }
    lines
}

fn held_back(restored: &Restored, letters: i64) -> Line {
    let cure = "用 cuigeng outbox release 看待发的信，不该再发的取消，然后放行";
    bad(Group::Outbox, format!("{}，此后什么信也没有发，待发{letters}封", restore::told(restored)), cure)
}

fn waiting(stuck: i64, oldest: Option<Moment>, queued: i64) -> Line {
    match oldest {
        None => good(Group::Outbox, format!("没有积压，待发{queued}封")),
        Some(oldest) => {
            let said = format!("{stuck}封该发未发，最早的一封应在{}发出", super::beijing(oldest));
            bad(Group::Outbox, said, "看 cuigeng serve 是否在运行；再用 cuigeng outbox list 看邮件服务器的答复")
        }
    }
}
