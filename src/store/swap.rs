//! Puts another database in the place of ours, so that a kill at any moment leaves the old one or the new
//! one, whole. The new one is prepared beside the old one; giving it the name of [`ready`] decides. From
//! then on every step can be repeated, and whoever opens the database next finishes them.
//!
//! A WAL that is left beside another file than its own destroys it, so it is moved before the file is, and
//! nobody has the database open meanwhile: whoever opens it is a `Guest`.

use super::{Connection, StoreError, backup, calendars, private_folder};
use crate::private;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a database, and the database itself, which goes last.
const FILES: [&str; 3] = ["cuigeng.db-wal", "cuigeng.db-shm", "cuigeng.db"];

/// Has the database open, or may open it: as long as the value lives nobody exchanges it.
#[derive(Debug)]
pub(super) struct Guest {
    _file: File,
}

impl Guest {
    /// Waits for a restore that is under way, and finishes one that was broken off.
    pub(super) fn enter(dir: &Path) -> Result<Guest, StoreError> {
        loop {
            let file = door(dir)?;
            file.lock_shared().map_err(|e| shut(dir, e))?;
            let Some(stamp) = pending(dir) else { return Ok(Guest { _file: file }) };
            drop(file);
            let alone = Alone::wait(dir)?;
            if pending(dir).as_deref() == Some(stamp.as_str()) {
                finish(&alone, dir, &stamp)?;
            }
        }
    }
}

/// Nobody else has the database open, and nobody opens it as long as the value lives.
#[derive(Debug)]
pub struct Alone {
    _file: File,
}

impl Alone {
    /// Takes the database for ourselves.
    ///
    /// # Errors
    /// `is_locked()` while a verb or the daemon has it open.
    pub fn take(dir: &Path) -> Result<Alone, StoreError> {
        let file = door(dir)?;
        match file.try_lock() {
            Ok(()) => {
                let alone = Alone { _file: file };
                // One that was broken off is finished before anything else is done.
                pending(dir).map_or(Ok(()), |stamp| finish(&alone, dir, &stamp))?;
                Ok(alone)
            }
            Err(TryLockError::WouldBlock) => Err(StoreError::locked(dir.display().to_string())),
            Err(TryLockError::Error(e)) => Err(shut(dir, e)),
        }
    }

    fn wait(dir: &Path) -> Result<Alone, StoreError> {
        let file = door(dir)?;
        file.lock().map_err(|e| shut(dir, e))?;
        Ok(Alone { _file: file })
    }
}

fn door(dir: &Path) -> Result<File, StoreError> {
    private::lock_file(&dir.join("cuigeng.open")).map_err(|e| shut(dir, e))
}

fn shut(dir: &Path, error: std::io::Error) -> StoreError {
    StoreError::io(format!("{} 无法加锁", dir.join("cuigeng.open").display()), error)
}

/// The name that decides: what bears it takes the place of the database.
pub fn ready(dir: &Path, stamp: &str) -> PathBuf {
    dir.join(format!("cuigeng.restore-{stamp}.db"))
}

/// The database that is in use.
pub(super) fn database(dir: &Path) -> PathBuf {
    dir.join("cuigeng.db")
}

/// Where the old database goes, with whatever stood beside it.
pub fn aside(dir: &Path, stamp: &str) -> PathBuf {
    dir.join(format!("replaced-{stamp}"))
}

/// Finishes an exchange that was broken off, if there is one.
///
/// # Errors
/// What the file system said.
pub fn finish_pending(dir: &Path) -> Result<(), StoreError> {
    if pending(dir).is_some() { Guest::enter(dir).map(drop) } else { Ok(()) }
}

/// The stamp of an exchange that is decided and not finished.
pub fn pending(dir: &Path) -> Option<String> {
    let names = std::fs::read_dir(dir).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let stamps = names.filter_map(|name| {
        name.strip_prefix("cuigeng.restore-").and_then(|rest| rest.strip_suffix(".db")).map(str::to_owned)
    });
    stamps.min()
}

/// Finishes a decided exchange.
///
/// # Errors
/// What the file system said; whoever opens the database tries again.
pub fn finish(alone: &Alone, dir: &Path, stamp: &str) -> Result<(), StoreError> {
    settle(dir);
    let (ready, aside) = (ready(dir, stamp), aside(dir, stamp));
    // The calendars first: as long as the new database waits under its name, this is done again after a kill.
    if ready.is_file() {
        calendars::put_back(&ready, dir, &aside)?;
    }
    while advance(alone, dir, stamp)? {}
    tracing::warn!(aside = %aside.display(), "backup.exchanged");
    Ok(())
}

/// Brings the old database into one file, as far as it is sound enough for that; it is moved as it is else.
fn settle(dir: &Path) {
    let path = dir.join("cuigeng.db");
    if path.is_file()
        && let Ok(connection) = Connection::open(&path)
    {
        drop(connection.pragma_update(None, "journal_mode", "DELETE"));
    }
}

#[cfg(test)]
pub(crate) fn step_for_tests(alone: &Alone, dir: &Path, stamp: &str) {
    advance(alone, dir, stamp).unwrap();
}

/// One step; false when none is left.
pub(super) fn advance(_: &Alone, dir: &Path, stamp: &str) -> Result<bool, StoreError> {
    let (ready, aside) = (ready(dir, stamp), aside(dir, stamp));
    if !ready.is_file() {
        return Ok(false);
    }
    if !aside.is_dir() {
        private_folder(&aside)?;
        backup::sync_dir(dir)?;
        return Ok(true);
    }
    for name in FILES {
        let (from, to) = (dir.join(name), aside.join(name));
        if from.exists() && !to.exists() {
            put_aside(&from, &to).map_err(|e| StoreError::io(format!("{} 移不开", from.display()), e))?;
            backup::sync_dir(&aside)?;
            backup::sync_dir(dir)?;
            return Ok(true);
        }
    }
    backup::publish(&ready, &dir.join("cuigeng.db"))?;
    Ok(false)
}

/// The database stays in its place under a second name until the new one takes it; where the file system has
/// no second names, and for what stands beside it, it is moved.
fn put_aside(from: &Path, to: &Path) -> std::io::Result<()> {
    // One that an older version has left open to all lies there for a long time.
    drop(private::restrict(from));
    let is_database = from.ends_with("cuigeng.db");
    if is_database && std::fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    std::fs::rename(from, to)
}
