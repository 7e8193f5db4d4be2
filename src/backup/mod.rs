//! Backups: one function behind the verb, the button and the nightly task; their verification; which of them
//! stay; and the way back (operations.md "Backup, verify, restore").
//!
//! A copy gets its name only after it was opened and read whole, and beside it a file with its SHA-256, in
//! the form of `sha256sum`. So whatever bears our name and has such a file was sound when it was made.

pub mod keep;
mod nightly;
pub mod record;
pub mod restore;
pub mod standing;
mod verify;

pub use nightly::Keeper;
pub use verify::{Checked, verify};

use crate::alarm::disk_space;
use crate::config::Config;
use crate::domain::Moment;
use crate::private;
use crate::spoken::size;
use crate::store::{Connection, Store, StoreError, backup};
use keep::Kept;
use record::Record;
use standing::Standing;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// Why there is no new backup, or a copy cannot be used (Chinese, with the cure).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Trouble(pub String);

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        Trouble(error.chinese())
    }
}

/// A new backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Rows of all tables together.
    pub rows: i64,
    /// Older ones that were not to be kept any longer, by name.
    pub removed: Vec<String>,
}

/// Tries to take a copy while others write before it is given up.
const TRIES: usize = 3;

/// The folder of the backups.
pub fn folder(data: &Path) -> PathBuf {
    data.join("backups")
}

/// How it stands with the backups of a data directory.
///
/// # Errors
/// Those of SQLite.
pub fn stands(conn: &Connection, config: &Config, data: &Path, now: Moment) -> Result<Standing, StoreError> {
    Ok(standing::standing(&Record::read(conn)?, &keep::list(&folder(data)), config.backup.at, now))
}

/// Makes a backup in the folder of the data directory, verifies it, lets old ones go, and keeps how it went.
/// `by` is audited; the nightly task has nobody's name.
///
/// # Errors
/// Nothing was made; the older backups stay. What is wrong is kept as well, for alarm, `status` and pages.
pub fn make(store: &Store, keep_days: u32, by: Option<&str>, now: Moment) -> Result<Made, Trouble> {
    if folder(store.dir()).join(keep::name(now)).exists() {
        return Err(Trouble("刚刚备份过一次，没有再做".to_owned()));
    }
    let made = kept(store.dir(), keep_days, now);
    // Whoever makes the other one says how it went.
    if made.as_ref().is_err_and(|Trouble(why)| why == BUSY) {
        return made;
    }
    let (told, by) = (made.clone(), by.map(str::to_owned));
    let noted = store.write(move |tx| record::tell(tx, &told, by.as_deref(), now));
    match &made {
        Ok(made) => {
            tracing::info!(bytes = made.bytes, rows = made.rows, removed = made.removed.len(), "backup.verified")
        }
        Err(trouble) => tracing::error!(%trouble, "backup.failed"),
    }
    // A disk that is full lets us note nothing either; what was wrong in the first place is the answer.
    made.and_then(|made| noted.map(|()| made).map_err(Trouble::from))
}

fn kept(data: &Path, keep_days: u32, now: Moment) -> Result<Made, Trouble> {
    let folder = folder(data);
    private::folder(&folder).map_err(|e| Trouble(format!("{} 建不起来：{e}；请检查权限", folder.display())))?;
    let _lock = only_one(&folder)?;
    sweep(&folder);
    let made = written(data, &folder.join(keep::name(now)), now)?;
    let removed = thin(&folder, keep_days, now);
    Ok(Made { removed, ..made })
}

/// Makes a verified copy at a place of the caller's choice: a directory, or the name of a new file. Nothing
/// there is looked after later.
///
/// # Errors
/// The place cannot be written, a file of that name exists, or the copy is not sound.
pub fn copy_to(data: &Path, to: &Path, now: Moment) -> Result<Made, Trouble> {
    let target = if to.is_dir() { to.join(keep::name(now)) } else { to.to_owned() };
    // A disk that is not plugged in would get a file of its name on our own disk.
    if target.extension().is_none_or(|ending| ending != "db") {
        let why = "没有这个目录，没有备份；是 U 盘的，请看插好没有；要写成文件的，文件名请以 .db 结尾";
        return Err(Trouble(format!("{}：{why}", to.display())));
    }
    if target.exists() {
        return Err(Trouble(format!("{} 已经有了，没有备份；请换一个名字", target.display())));
    }
    written(data, &target, now)
}

/// Writes one verified copy with its sum beside it.
fn written(data: &Path, target: &Path, now: Moment) -> Result<Made, Trouble> {
    let (db, dir) = (data.join("cuigeng.db"), target.parent().unwrap_or(Path::new(".")));
    if !db.is_file() {
        return Err(Trouble(format!("{} 还没有，没有可备份的；请检查 --data", db.display())));
    }
    room(&db, dir)?;
    let part = with_ending(target, ".part");
    let copied = soundly(data, &part);
    if copied.is_err() {
        drop(std::fs::remove_file(&part));
    }
    let rows = copied?;
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    verify::write_sum(&part, target)?;
    backup::publish(&part, target)?;
    let bytes = std::fs::metadata(target).map_or(0, |about| about.len());
    tracing::debug!(name, at = now.unix(), "backup.made");
    Ok(Made { path: target.to_owned(), name, bytes, rows, removed: Vec::new() })
}

/// A copy that was opened and found whole; how many rows it has. While others write, the rows of the copy are
/// between those before and after.
fn soundly(data: &Path, part: &Path) -> Result<i64, Trouble> {
    let mut faults = Vec::new();
    for _ in 0..TRIES {
        let between = backup::copy(data, part)?;
        let found = backup::examine(part)?;
        if !found.faults.is_empty() {
            return Err(Trouble(format!(
                "备份没有通过检验：{}；已删去，从前的备份都还在。数据库可能已经损坏，请运行 cuigeng doctor",
                found.faults.join("；")
            )));
        }
        faults = between.misses(&found.rows);
        if faults.is_empty() {
            return Ok(found.rows.values().sum());
        }
        drop(std::fs::remove_file(part));
    }
    Err(Trouble(format!("备份没有通过检验：{}；已删去，请稍后再试", faults.join("；"))))
}

/// Bytes that stay free beside a backup: a full disk stops everything else too.
const SPARE: u64 = 20_000_000;

fn room(db: &Path, dir: &Path) -> Result<(), Trouble> {
    let wal = std::fs::metadata(with_ending(db, "-wal")).map_or(0, |about| about.len());
    let needed = std::fs::metadata(db).map_or(0, |about| about.len()) + wal + SPARE;
    match disk_space(dir) {
        Some((free, _)) if free < needed => Err(Trouble(format!(
            "磁盘空间不够，没有备份：要{}，{} 只剩{}；请清理磁盘或扩容",
            size(needed),
            dir.display(),
            size(free)
        ))),
        _ => Ok(()),
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Said to whoever comes while another backup is being made.
const BUSY: &str = "另一次备份正在进行，请等它做完";

/// One backup at a time in a folder, so that what is half written belongs to nobody.
fn only_one(folder: &Path) -> Result<File, Trouble> {
    let path = folder.join(".lock");
    let file =
        private::lock_file(&path).map_err(|e| Trouble(format!("{} 建不起来：{e}；请检查权限", path.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Trouble(BUSY.to_owned())),
        Err(TryLockError::Error(e)) => Err(Trouble(format!("{} 无法加锁：{e}", path.display()))),
    }
}

/// Removes what a broken backup has left.
fn sweep(folder: &Path) {
    for name in keep::names(folder) {
        let orphan = name.strip_suffix(verify::SUM).is_some_and(|of| !folder.join(of).is_file());
        if (name.ends_with(".part") || orphan) && keep::is_ours(&name) {
            drop(std::fs::remove_file(folder.join(&name)));
        }
    }
}

/// Removes what is not to be kept; what cannot be removed is told by its being there.
fn thin(folder: &Path, keep_days: u32, now: Moment) -> Vec<String> {
    let all = keep::list(folder);
    let mut removed = Vec::new();
    for Kept { name, .. } in keep::surplus(&all, keep_days, now) {
        if std::fs::remove_file(folder.join(&name)).is_ok() {
            drop(std::fs::remove_file(folder.join(format!("{name}{}", verify::SUM))));
            removed.push(name);
        }
    }
    removed
}

#[cfg(test)]
mod tests;
