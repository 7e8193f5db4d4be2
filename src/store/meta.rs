//! Small facts by name, and the audit trail.

use super::{Connection, StoreError, Transaction, audit};
use crate::domain::Moment;
use rusqlite::OptionalExtension;

const GET: &str = "SELECT value FROM meta WHERE key = ?1";
const SET: &str =
    "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const AUDITED: &str = "SELECT detail FROM audit WHERE what = ?1 AND at >= ?2 AND at < ?3 ORDER BY id";
const LAST_AUDIT: &str = "SELECT coalesce(max(id), 0) FROM audit";
const LAST_DEED: &str =
    "SELECT id FROM audit WHERE what NOT GLOB 'user.*' AND what NOT GLOB 'backup.*' ORDER BY id DESC LIMIT 1";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[GET, SET, AUDITED, LAST_AUDIT, LAST_DEED];

/// The value kept under `key`.
///
/// # Errors
/// Those of SQLite.
pub fn get(conn: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached(GET)?.query_row([key], |row| row.get(0)).optional()?)
}

/// Keeps `value` under `key`.
///
/// # Errors
/// Those of SQLite.
pub fn set(tx: &Transaction<'_>, key: &str, value: &str) -> Result<(), StoreError> {
    tx.prepare_cached(SET)?.execute([key, value])?;
    Ok(())
}

/// Writes down who did what, as the last link of the chain. `detail` must hold no secret.
///
/// # Errors
/// Those of SQLite.
pub fn audit(tx: &Transaction<'_>, at: Moment, who: &str, what: &str, detail: &str) -> Result<(), StoreError> {
    audit::append(tx, at, who, what, detail)
}

/// The details of all that was done in `[from, until)` under that word, oldest first.
///
/// # Errors
/// Those of SQLite.
pub fn audited(conn: &Connection, what: &str, from: Moment, until: Moment) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare_cached(AUDITED)?;
    let rows = statement.query_map((what, from.unix(), until.unix()), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The number of the newest entry of the audit trail.
///
/// # Errors
/// Those of SQLite.
pub fn last_audit(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached(LAST_AUDIT)?.query_row([], |row| row.get(0))?)
}

/// The number of the newest entry that is not about users: it grows whenever a person changes evidence, and
/// not when somebody signs in.
///
/// # Errors
/// Those of SQLite.
pub fn last_deed(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached(LAST_DEED)?.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}
