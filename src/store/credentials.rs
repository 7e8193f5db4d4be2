//! What credentials said when they were last tried, and how often their end was announced.

use super::{Connection, StoreError, Transaction};
use crate::domain::Moment;
use rusqlite::Row;

const ALL_ROWS: &str = "SELECT source, key, checked_at, expires, told FROM credential ORDER BY source, key";
const SET: &str = "INSERT INTO credential (source, key, checked_at, expires) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (source, key) DO UPDATE SET checked_at = excluded.checked_at, expires = excluded.expires, told = CASE WHEN excluded.expires IS NULL OR excluded.expires > coalesce(credential.expires, 0) + 86400 THEN 0 ELSE credential.told END";
const TOLD: &str = "UPDATE credential SET told = ?3 WHERE source = ?1 AND key = ?2";
const FORGET: &str = "DELETE FROM credential WHERE source = ?1";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[ALL_ROWS, SET, TOLD, FORGET];

/// What is known of one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The source that uses it.
    pub source: String,
    /// The account it serves (来源参数); empty where one serves every account.
    pub key: String,
    /// When it was last tried.
    pub checked_at: Moment,
    /// When it ends at the latest, where it says so.
    pub expires: Option<Moment>,
    /// Warnings sent about this end.
    pub told: u32,
}

/// Every credential that was tried.
///
/// # Errors
/// Those of SQLite.
pub fn all(conn: &Connection) -> Result<Vec<Credential>, StoreError> {
    let mut statement = conn.prepare_cached(ALL_ROWS)?;
    let rows = statement.query_map([], credential)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps what a credential said. An end that has moved by more than a day makes a new round of warnings.
///
/// # Errors
/// Those of SQLite.
pub fn set(
    tx: &Transaction<'_>,
    source: &str,
    key: &str,
    checked_at: Moment,
    expires: Option<Moment>,
) -> Result<(), StoreError> {
    tx.prepare_cached(SET)?.execute((source, key, checked_at.unix(), expires.map(Moment::unix)))?;
    Ok(())
}

/// Keeps how many warnings were sent.
///
/// # Errors
/// Those of SQLite.
pub fn told(tx: &Transaction<'_>, source: &str, key: &str, told: u32) -> Result<(), StoreError> {
    tx.prepare_cached(TOLD)?.execute((source, key, told))?;
    Ok(())
}

/// Forgets the credentials of a source that the configuration no longer knows.
///
/// # Errors
/// Those of SQLite.
pub fn forget(tx: &Transaction<'_>, source: &str) -> Result<(), StoreError> {
    tx.prepare_cached(FORGET)?.execute([source])?;
    Ok(())
}

fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
    Ok(Credential {
        source: row.get(0)?,
        key: row.get(1)?,
        checked_at: Moment::from_unix(row.get(2)?),
        expires: row.get::<_, Option<i64>>(3)?.map(Moment::from_unix),
        told: row.get(4)?,
    })
}
