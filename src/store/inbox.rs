//! Which inbox files were read, by their contents.

use super::{Connection, StoreError, Transaction};
use crate::domain::Moment;

const KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM inbox_file WHERE sha256 = ?1)";
const REMEMBER: &str = "INSERT INTO inbox_file (sha256, name, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[KNOWN, REMEMBER];

/// Whether a file of this content (lower-case hex of its SHA-256) was read.
///
/// # Errors
/// Those of SQLite.
pub fn is_known(conn: &Connection, sha256: &str) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached(KNOWN)?.query_row([sha256], |row| row.get(0))?)
}

/// Remembers a file.
///
/// # Errors
/// Those of SQLite.
pub fn remember(tx: &Transaction<'_>, sha256: &str, name: &str, at: Moment) -> Result<(), StoreError> {
    tx.prepare_cached(REMEMBER)?.execute((sha256, name, at.unix()))?;
    Ok(())
}
