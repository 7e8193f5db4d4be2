//! What people say that they have seen whole (人工核查).

use super::{Connection, StoreError, Transaction, tally};
use crate::domain::{AccountId, Moment};
use rusqlite::{OptionalExtension, Row};

const SAME: &str = "SELECT id FROM attestation WHERE account = ?1 AND from_s = ?2 AND until_s = ?3 AND by = ?4 AND withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM tally WHERE tally.attestation = attestation.id)";
const INSERT: &str = "INSERT INTO attestation (account, from_s, until_s, by, at) VALUES (?1, ?2, ?3, ?4, ?5)";
const LIST: &str =
    "SELECT id, account, from_s, until_s, by, at, withdrawn_at, withdrawn_by FROM attestation ORDER BY id";
const OF_ACCOUNT: &str = "SELECT id, account, from_s, until_s, by, at, withdrawn_at, withdrawn_by FROM attestation WHERE account = ?1 AND withdrawn_at IS NULL ORDER BY id";
const WITHDRAW: &str =
    "UPDATE attestation SET withdrawn_at = ?2, withdrawn_by = ?3 WHERE id = ?1 AND withdrawn_at IS NULL";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[SAME, INSERT, LIST, OF_ACCOUNT, WITHDRAW];

/// A person looked at an account, and everything visible in `[from, to)` is in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Its number.
    pub id: i64,
    /// Whose account.
    pub account: AccountId,
    /// First moment of the span.
    pub from: Moment,
    /// First moment after it.
    pub to: Moment,
    /// The person.
    pub by: String,
    /// When it was said.
    pub at: Moment,
    /// When it was taken back, and by whom.
    pub withdrawn: Option<(Moment, String)>,
}

/// Keeps an attestation; the same one again changes nothing and returns the first one's number.
///
/// # Errors
/// `is_conflict()` for an empty span, an end after `at`, or no name; those of SQLite.
pub fn attest(
    tx: &Transaction<'_>,
    account: AccountId,
    from: Moment,
    to: Moment,
    by: &str,
    at: Moment,
) -> Result<i64, StoreError> {
    let span = (account.0, from.unix(), to.unix(), by);
    if let Some(id) = tx.prepare_cached(SAME)?.query_row(span, |row| row.get(0)).optional()? {
        return Ok(id);
    }
    keep(tx, account, from, to, by, at)
}

/// Keeps an attestation of its own, whatever stands already: that of a row of a check sheet.
pub(super) fn keep(
    tx: &Transaction<'_>,
    account: AccountId,
    from: Moment,
    to: Moment,
    by: &str,
    at: Moment,
) -> Result<i64, StoreError> {
    Ok(tx.prepare_cached(INSERT)?.insert((account.0, from.unix(), to.unix(), by, at.unix()))?)
}

/// Every attestation, oldest first, withdrawn ones too.
///
/// # Errors
/// Those of SQLite.
pub fn list(conn: &Connection) -> Result<Vec<Attestation>, StoreError> {
    let mut statement = conn.prepare_cached(LIST)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those about one account that stand, oldest first.
///
/// # Errors
/// Those of SQLite.
pub fn of_account(conn: &Connection, account: AccountId) -> Result<Vec<Attestation>, StoreError> {
    let mut statement = conn.prepare_cached(OF_ACCOUNT)?;
    let rows = statement.query_map([account.0], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Attestation> {
    let at: Option<i64> = row.get(6)?;
    let by: Option<String> = row.get(7)?;
    Ok(Attestation {
        id: row.get(0)?,
        account: AccountId(row.get(1)?),
        from: Moment::from_unix(row.get(2)?),
        to: Moment::from_unix(row.get(3)?),
        by: row.get(4)?,
        at: Moment::from_unix(row.get(5)?),
        withdrawn: at.map(Moment::from_unix).zip(by),
    })
}

/// Takes an attestation back, and the updates of a check sheet's row with it; false when there is none
/// of that number that stands.
///
/// # Errors
/// Those of SQLite.
pub fn withdraw(tx: &Transaction<'_>, id: i64, by: &str, at: Moment) -> Result<bool, StoreError> {
    tally::end_of(tx, id, at)?;
    Ok(tx.prepare_cached(WITHDRAW)?.execute((id, at.unix(), by))? > 0)
}
