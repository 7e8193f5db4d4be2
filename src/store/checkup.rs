//! Looks at the database file without changing it: for a self-check beside a running daemon.

use super::{BUSY, StoreError, migrate};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// What the file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkup {
    /// Its schema.
    pub schema: i64,
    /// This program's schema.
    pub known: i64,
    /// What `quick_check` finds wrong; empty when nothing is.
    pub damage: Vec<String>,
    /// Bytes of the file with its write-ahead log.
    pub bytes: u64,
}

/// Examines `dir/cuigeng.db`; `None` while there is none.
///
/// # Errors
/// `is_newer()` or `is_foreign()` for a database that is not ours to touch; else what SQLite said.
pub fn examine(dir: &Path) -> Result<Option<Checkup>, StoreError> {
    let path = dir.join("cuigeng.db");
    if !path.is_file() {
        return Ok(None);
    }
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    let schema = migrate::version(&connection)?;
    let mut statement = connection.prepare("PRAGMA quick_check(5)")?;
    let found: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let damage = found.into_iter().filter(|line| line != "ok").collect();
    Ok(Some(Checkup { schema, known: migrate::known(), damage, bytes: bytes(&path) }))
}

fn bytes(path: &Path) -> u64 {
    let of = |suffix: &str| {
        let name = format!("{}{suffix}", path.display());
        std::fs::metadata(name).map_or(0, |about| about.len())
    };
    of("") + of("-wal")
}
