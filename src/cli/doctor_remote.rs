//! What `doctor` finds out there: the mail server, every source, and the time that they tell.

use super::doctor::{Group, Line, attention, bad, good};
use super::doctor_local::nearest;
use super::{CliError, Context};
use crate::config::{SmtpConfig, SourceConfig, Transport};
use crate::domain::{Account, SourceRef};
use crate::mail::classify::MailClass;
use crate::mail::smtp::{self, Attempt, Limits};
use crate::mail::{imap, returned};
use crate::secrets::FileSecrets;
use crate::standing::{self, Users, left};
use cuigeng_adapters::exec::Exec;
use cuigeng_adapters::http::{Http, Request};
use cuigeng_adapters::time::DAY;
use cuigeng_adapters::{Batch, Class, Paged, Probe, Secrets, Source};
use nix::unistd::{AccessFlags, access};
use std::collections::BTreeSet;
use std::time::Duration;

/// Seconds by which the clock may differ from what sources tell.
const ASKEW_S: i64 = 60;
/// Days before the end of a credential from which it is told.
const SOON_DAYS: i64 = 7;
/// Seconds for a first answer.
const PATIENCE_S: u64 = 15;

/// Logs in to the mail server, or looks at the folder of letters.
pub(super) async fn mail(context: &Context) -> Line {
    match &context.config.mail.transport {
        Transport::Smtp(server) => sign_in(context, server).await,
        Transport::Folder(folder) => {
            let folder = context.data.join(folder);
            match nearest(&folder).map(|place| access(place, AccessFlags::W_OK)) {
                Some(Ok(())) => good(Group::Mail, format!("不真正发出，存到 {}，可以写入", folder.display())),
                _ => bad(
                    Group::Mail,
                    format!("信件存不进 {}", folder.display()),
                    "把目录交给运行服务的用户（chown），或改配置 mail.folder",
                ),
            }
        }
    }
}

async fn sign_in(context: &Context, server: &SmtpConfig) -> Line {
    let password = match server.password_secret.as_deref().map(|name| context.secrets().get(name)).transpose() {
        Ok(password) => password,
        Err(failure) => return bad(Group::Mail, "没有登录：缺少邮箱口令", failure.advise_or_detail()),
    };
    let limits = Limits {
        connect: Duration::from_secs(PATIENCE_S),
        reply: Duration::from_secs(PATIENCE_S),
        ..Limits::default()
    };
    let attempt = smtp::sign_in(server, password.as_ref(), &limits).await;
    let place = format!("{}:{}", server.host, server.port);
    match attempt.class {
        MailClass::Accepted if server.user.is_some() => good(Group::Mail, format!("{place} 登录成功，没有发信")),
        MailClass::Accepted => good(Group::Mail, format!("{place} 连得上，不需登录，没有发信")),
        class => bad(Group::Mail, format!("{place} {}", words(&attempt)), class.advice()),
    }
}

/// Opens the sender's mailbox for reading, where it is read for letters that came back.
pub(super) async fn bounces(context: &Context) -> Option<Line> {
    let mailbox = returned::configured(&context.config)?;
    let password = match context.secrets().get(&mailbox.password_secret) {
        Ok(password) => password,
        Err(failure) => return Some(bad(Group::Mail, "没有查看退信：缺少邮箱口令", failure.advise_or_detail())),
    };
    let place = format!("{}:{}", mailbox.host, mailbox.port);
    Some(match imap::open(mailbox, &password).await {
        Ok(open) => {
            let said = format!("{place} 收退信的 {} 打得开，有{}封信，没有改动", mailbox.folder, open.messages);
            open.leave().await;
            good(Group::Mail, said)
        }
        Err(trouble) => bad(Group::Mail, format!("{place} 收不了退信（{}）", trouble.words), trouble.advice()),
    })
}

fn words(attempt: &Attempt) -> String {
    match &attempt.reply {
        Some(reply) => format!("答复 {} {}", reply.code, reply.text.replace('\n', " ")),
        None => format!("连接或登录失败：{}", attempt.told),
    }
}

/// Tries every credential, every collector and every bridge, and holds the clock against the time that
/// they tell.
pub(super) async fn sources_and_clock(context: &Context, accounts: &[Account]) -> Result<Vec<Line>, CliError> {
    let users = standing::users(accounts, context.clock.now());
    let visit = Visit { context, http: context.http()?, secrets: context.secrets() };
    let (mut lines, mut askew) = (Vec::new(), Vec::new());
    for configured in context.config.sources.values() {
        lines.extend(visit.source(configured, &users, &mut askew).await);
    }
    for (name, users) in standing::unknown(&context.config, &users) {
        lines.push(bad(
            Group::Sources,
            format!("台账里{}个账号用的来源“{name}”配置里没有", users.len()),
            standing::missing(name, users.len()),
        ));
    }
    if context.config.sources.is_empty() {
        lines.push(attention(Group::Sources, "配置里没有来源，全部账号由人工核查", ""));
    }
    lines.push(clock(askew));
    Ok(lines)
}

/// The median of what the sources tell; one that is wrong itself does not decide.
fn clock(mut askew: Vec<i64>) -> Line {
    askew.sort_unstable();
    match askew.get(askew.len() / 2) {
        None => attention(Group::Clock, "没有来源答复，时钟无从核对", "请自行核对系统时间（timedatectl）"),
        Some(ahead_s) if ahead_s.abs() > ASKEW_S => {
            let way = if *ahead_s > 0 { "快" } else { "慢" };
            let said = format!("系统时钟比各来源{way}{}秒", ahead_s.abs());
            bad(
                Group::Clock,
                said,
                "校准系统时间并打开自动对时（timedatectl set-ntp true）：时间不对，判定和提醒都会错",
            )
        }
        Some(_) => good(Group::Clock, format!("与{}个答复的时间相差不到1分钟", askew.len())),
    }
}

/// Whether anybody answers where a source asks.
enum Reached {
    NotTried,
    Yes,
    Broken(u16),
    No(String),
}

struct Visit<'a> {
    context: &'a Context,
    http: Http,
    secrets: FileSecrets,
}

impl Visit<'_> {
    async fn source(&self, configured: &SourceConfig, users: &Users<'_>, askew: &mut Vec<i64>) -> Vec<Line> {
        let users = standing::of(users, &configured.name);
        match &configured.source {
            Source::Paged(paged) => self.paged(configured, paged, users, askew).await,
            Source::Batch(Batch::Exec(exec)) => self.collector(configured, exec).await,
            Source::Batch(Batch::Inbox(_)) => Vec::new(),
        }
    }

    /// Each credential once, and whoever makes none of them at all.
    async fn paged(
        &self,
        configured: &SourceConfig,
        paged: &Paged,
        users: &[(&Account, &SourceRef)],
        askew: &mut Vec<i64>,
    ) -> Vec<Line> {
        let mut lines = Vec::new();
        for (account, key) in credentials(configured, users) {
            let title = title(configured, account);
            let now = self.context.clock.now();
            let probe = paged.probe(key, now, &self.http, &self.secrets).await;
            let asked = self.note_dates(askew);
            let reached =
                if asked || probe.trouble.is_some() { Reached::NotTried } else { self.reach(paged, key, askew).await };
            lines.push(self.tell(&title, probe, reached, asked));
        }
        if lines.is_empty() {
            let title = title(configured, None);
            let reached = self.reach(paged, "", askew).await;
            lines.push(self.tell(&title, Probe::default(), reached, false));
        }
        lines
    }

    /// Keeps by how much our clock is ahead of each answer; says whether there was any.
    fn note_dates(&self, askew: &mut Vec<i64>) -> bool {
        let now = self.context.clock.now();
        let dates = self.http.take_dates();
        askew.extend(dates.iter().map(|date| now.since(*date)));
        !dates.is_empty()
    }

    /// Whether anybody answers at the source's address, or at the account's own.
    async fn reach(&self, paged: &Paged, key: &str, askew: &mut Vec<i64>) -> Reached {
        let own = Some(key).filter(|key| key.starts_with("http://") || key.starts_with("https://"));
        let Some(address) = own.or(paged.address()) else { return Reached::NotTried };
        let answer = self.http.send(Request::get(address).patience(PATIENCE_S)).await;
        self.note_dates(askew);
        match answer {
            Ok(answer) if answer.status >= 500 => Reached::Broken(answer.status),
            Ok(_) => Reached::Yes,
            Err(failure) => Reached::No(failure.advise_or_detail()),
        }
    }

    /// `asked`: the credential itself was tried with somebody.
    fn tell(&self, title: &str, probe: Probe, reached: Reached, asked: bool) -> Line {
        let now = self.context.clock.now();
        let told = if probe.told.is_empty() { String::new() } else { format!("（{}）", probe.told.join("；")) };
        if let Some(failure) = probe.trouble {
            let (said, cure) = (format!("{title}：{failure}{told}"), failure.advise_or_detail());
            let passes = matches!(failure.class, Class::Throttled);
            return if passes { attention(Group::Sources, said, cure) } else { bad(Group::Sources, said, cure) };
        }
        let end = probe.expires.map(|end| format!("，{}", left(end, now))).unwrap_or_default();
        let said = match reached {
            Reached::No(why) => return bad(Group::Sources, format!("{title}：连不上"), why),
            Reached::Broken(status) => {
                let cure = "检查这个来源的服务本身（日志、是否已启动）";
                return bad(Group::Sources, format!("{title}：答复 HTTP {status}"), cure);
            }
            _ if asked => format!("{title}：凭据有效{end}{told}"),
            Reached::Yes => format!("{title}：连得上{end}{told}"),
            Reached::NotTried => format!("{title}：没有可试的地址或账号{end}{told}"),
        };
        match probe.expires.is_some_and(|at| at.since(now) < SOON_DAYS * DAY) {
            true => attention(Group::Sources, said, "尽快重新登录或授权，把新的凭据写入凭据文件"),
            false => good(Group::Sources, said),
        }
    }

    async fn collector(&self, configured: &SourceConfig, exec: &Exec) -> Vec<Line> {
        let state = self.context.data.join("collectors").join(&configured.name);
        let title = title(configured, None);
        let try_it = format!("运行 cuigeng plugin test {} 看详细经过", configured.name);
        let told = match exec.describe(&state, self.context.clock.now()).await.word {
            Ok(told) => told,
            Err(failure) => {
                let cure = format!("{}；{try_it}", failure.advise_or_detail());
                return vec![bad(Group::Sources, format!("{title}：describe {failure}"), cure)];
            }
        };
        let line = match exec.check(&self.secrets, &state, self.context.clock.now()).await.word {
            Ok(words) => {
                let words = if words.is_empty() { String::new() } else { format!("（{words}）") };
                good(Group::Sources, format!("{title}：{} {} 可用，登录有效{words}", told.name, told.version))
            }
            Err(failure) => bad(
                Group::Sources,
                format!("{title}：check {failure}"),
                format!("{}；{try_it}", failure.advise_or_detail()),
            ),
        };
        vec![line]
    }
}

/// Whom a credential serves, and the key to try it with: each credential once.
fn credentials<'a>(
    configured: &SourceConfig,
    users: &[(&'a Account, &'a SourceRef)],
) -> Vec<(Option<&'a Account>, &'a str)> {
    let mut seen = BTreeSet::new();
    let fresh = users.iter().filter(|(_, of)| seen.insert(configured.source.secret_names(&of.key)));
    let shared = configured.credential_is_shared();
    if users.is_empty() && shared && configured.kind != "douyin" {
        // A session can be tried without an account; that bridge is asked about somebody.
        return vec![(None, "")];
    }
    fresh.map(|(account, of)| (Some(*account).filter(|_| !shared), of.key.as_str())).collect()
}

fn title(configured: &SourceConfig, account: Option<&Account>) -> String {
    let whose = account.map(|account| format!("·{}", account.title())).unwrap_or_default();
    format!("{}（{}）{whose}", configured.name, configured.chinese())
}
