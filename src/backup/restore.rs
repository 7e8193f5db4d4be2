//! The way back: another database takes the place of ours, whole or not at all (`store::swap`).

use super::{Checked, keep, room, verify, with_ending};
use crate::deeds::Refusal;
use crate::domain::Moment;
use crate::spoken::beijing;
use crate::store::restored::{self, Restored, Waits};
use crate::store::swap::{self, Alone};
use crate::store::{InstanceLock, Store, StoreError, backup};
use std::io::copy;
use std::path::{Path, PathBuf};

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What the copy was found to be.
    pub checked: Checked,
    /// When it was taken, as far as that is known.
    pub taken: Option<Moment>,
    /// Where the old database went; `None`: there was none.
    pub aside: Option<PathBuf>,
    /// What waits in the outbox, and is not sent.
    pub waits: Waits,
    /// An earlier restore that was cut off: it was finished first, and is replaced now.
    pub earlier: Option<Restored>,
}

/// The file that is meant: of a folder (a database that a restore has put aside, the data of another machine)
/// the database in it.
pub fn database(file: &Path) -> PathBuf {
    if file.is_dir() { file.join("cuigeng.db") } else { file.to_owned() }
}

/// Verifies the copy `file` and puts it in the place of the database of `data`. From then on nothing is sent
/// until somebody has released the letters.
///
/// # Errors
/// A daemon or a verb has the database open; the copy is foreign, newer or not sound; the disk. Nothing was
/// changed then. A kill leaves the old database, or the new one.
pub fn restore(data: &Path, file: &Path, by: &str, now: Moment) -> Result<Done, Refusal> {
    let by = by.trim();
    if by.is_empty() {
        return Err(Refusal::wish("谁负责恢复要写明"));
    }
    let _daemon = InstanceLock::take(data)?;
    let file = &database(file);
    // Before anything else: a restore that was broken off is finished by whoever takes the database.
    let checked = sound(file)?;
    let alone = Alone::take(data)?;
    let earlier = restored::unheard_in(&alone, data);
    let stamp = keep::stamp(now);
    if swap::aside(data, &stamp).exists() {
        return Err(Refusal::state("刚刚恢复过一次，没有改动；请过一会儿再试"));
    }
    room(file, data).map_err(|trouble| Refusal::state(trouble.0))?;
    let name = name(file);
    let taken = taken(file, &name);
    let restored = Restored { unheard: true, ..Restored::new(now, by, name, taken) };
    let part = data.join("cuigeng.restoring.part");
    let prepared =
        prepare(file, &part, &restored).and_then(|()| Ok(backup::publish(&part, &swap::ready(data, &stamp))?));
    if prepared.is_err() {
        clear(&part);
    }
    prepared?;
    swap::finish(&alone, data, &stamp)?;
    if let Err(error) = restored::done(&alone, data) {
        tracing::warn!(%error, "backup.not_noted");
    }
    drop(alone);
    let aside = aside(data, &restored);
    let waits = Store::open(data)?.read(restored::waits)?;
    tracing::info!(letters = waits.letters, "backup.restored");
    Ok(Done { checked, taken, aside, waits, earlier })
}

fn sound(file: &Path) -> Result<Checked, Refusal> {
    let checked = verify(file).map_err(|trouble| Refusal::state(format!("{trouble}。没有恢复，数据库没有改动")))?;
    if checked.faults.is_empty() {
        return Ok(checked);
    }
    let faults = checked.faults.join("；");
    Err(Refusal::state(format!(
        "{} 没有通过检验：{faults}。没有恢复，数据库没有改动；请换一份备份（cuigeng backup list）",
        file.display()
    )))
}

/// What people call the copy; of a database that was put aside its folder.
fn name(file: &Path) -> String {
    let folder = file.parent().filter(|dir| file.ends_with("cuigeng.db") && dir.file_name().is_some());
    folder.unwrap_or(file).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn taken(file: &Path, name: &str) -> Option<Moment> {
    keep::taken(name).or_else(|| keep::replaced(name)).or_else(|| keep::dated(&file.metadata().ok()?))
}

/// A copy of the copy, brought up to date and marked, durable and read whole once more.
fn prepare(file: &Path, part: &Path, restored: &Restored) -> Result<(), Refusal> {
    clear(part);
    let failed =
        |error: std::io::Error| Refusal::state(format!("{} 抄不过来：{error}；请检查磁盘空间", file.display()));
    let mut to = backup::new_private(part)?;
    copy(&mut std::fs::File::open(file).map_err(failed)?, &mut to).map_err(failed)?;
    restored::prepare(part, file, restored)?;
    let faults = backup::examine(part)?.faults;
    if !faults.is_empty() {
        return Err(Refusal::state(format!(
            "抄过来的副本没有通过检验：{}。没有恢复，数据库没有改动",
            faults.join("；")
        )));
    }
    to.sync_all().map_err(failed)
}

fn clear(part: &Path) {
    for file in [part.to_owned(), with_ending(part, "-journal"), with_ending(part, "-wal"), with_ending(part, "-shm")] {
        drop(std::fs::remove_file(file));
    }
}

/// Who restored what and when, and whether that was cut off (Chinese).
pub fn told(restored: &Restored) -> String {
    let taken = restored.taken.map_or_else(|| " ".to_owned(), |taken| format!("（{}的副本）", beijing(taken)));
    let cut = restored.resumed.map_or_else(String::new, |resumed| {
        format!("，做到一半断了，{}由后来运行的命令或服务接着做完", beijing(resumed))
    });
    format!("{}由{}从 {}{taken}恢复{cut}", beijing(restored.at), restored.by, restored.file)
}

/// Where a restore of that moment has put the old database.
pub fn aside(data: &Path, restored: &Restored) -> Option<PathBuf> {
    Some(swap::aside(data, &keep::stamp(restored.at))).filter(|aside| aside.join("cuigeng.db").is_file())
}

/// The restore whose letters wait for a word, and how many do.
///
/// # Errors
/// Those of SQLite.
pub fn held(conn: &crate::store::Connection) -> Result<Option<(Restored, Waits)>, StoreError> {
    restored::holds(conn)?.map(|restored| Ok((restored, restored::waits(conn)?))).transpose()
}
