//! Small facts by name, and the audit trail.

use super::{Connection, StoreError, Transaction};
use crate::domain::Moment;
use rusqlite::OptionalExtension;

const GET: &str = "SELECT value FROM meta WHERE key = ?1";
const SET: &str =
    "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const AUDIT: &str = "INSERT INTO audit (at, who, what, detail) VALUES (?1, ?2, ?3, ?4)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[GET, SET, AUDIT];

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

/// Writes down who did what. `detail` must hold no secret.
///
/// # Errors
/// Those of SQLite.
pub fn audit(tx: &Transaction<'_>, at: Moment, who: &str, what: &str, detail: &str) -> Result<(), StoreError> {
    tx.prepare_cached(AUDIT)?.execute((at.unix(), who, what, detail))?;
    Ok(())
}
