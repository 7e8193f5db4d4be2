//! Signed rows of check sheets: each stands with the attestation that it is, until it is corrected or
//! that is withdrawn.

use super::{Connection, StoreError, Transaction, attest};
use crate::domain::{AccountId, Moment, Week, When};
use crate::rules::{CountUnit, Tally};
use rusqlite::{OptionalExtension, Row, Rows};
use std::collections::BTreeMap;

const OF: &str = "SELECT account, from_s, updates, unit, last_exact, last_s, by, looked_at FROM tally WHERE ended_at IS NULL AND looked_at > ?1 AND min(from_s, coalesce(last_s, from_s)) < ?2 ORDER BY account, from_s";
const OF_ACCOUNT: &str = "SELECT account, from_s, updates, unit, last_exact, last_s, by, looked_at FROM tally WHERE account = ?3 AND ended_at IS NULL AND looked_at > ?1 AND min(from_s, coalesce(last_s, from_s)) < ?2 ORDER BY from_s";
const STANDS: &str = "SELECT account, from_s, updates, unit, last_exact, last_s, by, looked_at, attestation FROM tally WHERE account = ?1 AND from_s = ?2 AND ended_at IS NULL";
const NEWEST: &str = "SELECT account, from_s, updates, unit, last_exact, last_s, by, looked_at, max(coalesce(last_s, min(from_s + 604800, looked_at) - 1)) FROM tally WHERE ended_at IS NULL AND coalesce(last_s, from_s) < ?1 AND (last_s IS NOT NULL OR updates > 0) GROUP BY account";
const NEWEST_OF: &str = "SELECT account, from_s, updates, unit, last_exact, last_s, by, looked_at FROM tally WHERE account = ?2 AND ended_at IS NULL AND coalesce(last_s, from_s) < ?1 AND (last_s IS NOT NULL OR updates > 0) ORDER BY coalesce(last_s, min(from_s + 604800, looked_at) - 1) DESC LIMIT 1";
const INSERT: &str = "INSERT INTO tally (account, from_s, updates, unit, last_exact, last_s, by, looked_at, at, attestation) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const END_OF: &str = "UPDATE tally SET ended_at = ?2 WHERE attestation = ?1 AND ended_at IS NULL";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[OF, OF_ACCOUNT, STANDS, NEWEST, NEWEST_OF, INSERT, END_OF];

/// What became of a signed row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// The account had none of that week.
    New,
    /// It stands already, word for word.
    Known,
    /// It replaces this one.
    Corrected(Tally),
}

/// The rows that stand and speak of `[from, until)`, by account and week.
///
/// # Errors
/// Those of SQLite.
pub fn of(conn: &Connection, from: Moment, until: Moment) -> Result<BTreeMap<AccountId, Vec<Tally>>, StoreError> {
    let mut statement = conn.prepare_cached(OF)?;
    let mut rows = statement.query((from.unix(), until.unix()))?;
    let mut found: BTreeMap<AccountId, Vec<Tally>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        found.entry(AccountId(row.get(0)?)).or_default().push(read(row)?);
    }
    Ok(found)
}

/// The same of one account.
///
/// # Errors
/// Those of SQLite.
pub fn of_account(
    conn: &Connection,
    account: AccountId,
    from: Moment,
    until: Moment,
) -> Result<Vec<Tally>, StoreError> {
    let mut statement = conn.prepare_cached(OF_ACCOUNT)?;
    all(statement.query((from.unix(), until.unix(), account.0))?)
}

/// The row that stands for a week of an account.
///
/// # Errors
/// Those of SQLite.
pub fn standing(conn: &Connection, account: AccountId, week: Week) -> Result<Option<Tally>, StoreError> {
    Ok(found(conn, account, week)?.map(|(tally, _)| tally))
}

/// By account the row that tells of the newest update before `before`.
///
/// # Errors
/// Those of SQLite.
pub fn newest(conn: &Connection, before: Moment) -> Result<BTreeMap<AccountId, Tally>, StoreError> {
    let mut statement = conn.prepare_cached(NEWEST)?;
    let mut rows = statement.query([before.unix()])?;
    let mut newest = BTreeMap::new();
    while let Some(row) = rows.next()? {
        newest.insert(AccountId(row.get(0)?), read(row)?);
    }
    Ok(newest)
}

/// The same of one account.
///
/// # Errors
/// Those of SQLite.
pub fn newest_of(conn: &Connection, account: AccountId, before: Moment) -> Result<Option<Tally>, StoreError> {
    let mut statement = conn.prepare_cached(NEWEST_OF)?;
    Ok(all(statement.query((before.unix(), account.0))?)?.pop())
}

/// Keeps a signed row with its attestation. An earlier row of that account and week ends with it,
/// unless it says the same.
///
/// # Errors
/// `is_conflict()` for a look in the future or before its week; those of SQLite.
pub fn sign(tx: &Transaction<'_>, account: AccountId, row: &Tally, at: Moment) -> Result<Signed, StoreError> {
    let earlier = found(tx, account, row.week)?;
    if earlier.as_ref().is_some_and(|(stands, _)| stands == row) {
        return Ok(Signed::Known);
    }
    if let Some((_, attestation)) = &earlier {
        attest::withdraw(tx, *attestation, &row.by, at)?;
    }
    let watched = row.watched();
    let attestation = attest::keep(tx, account, watched.from, watched.until, &row.by, at)?;
    insert(tx, account, row, attestation, at)?;
    Ok(earlier.map_or(Signed::New, |(stands, _)| Signed::Corrected(stands)))
}

/// Ends the row of an attestation that is taken back.
pub(super) fn end_of(tx: &Transaction<'_>, attestation: i64, at: Moment) -> Result<(), StoreError> {
    tx.prepare_cached(END_OF)?.execute((attestation, at.unix()))?;
    Ok(())
}

fn insert(
    tx: &Transaction<'_>,
    account: AccountId,
    row: &Tally,
    attestation: i64,
    at: Moment,
) -> Result<(), StoreError> {
    let exact = row.last.map(|last| if matches!(last, When::Day(_)) { "day" } else { "at" });
    let last = row.last.map(|last| last.earliest().unix());
    let (from, looked) = (row.week.start().unix(), row.looked_at.unix());
    let params = (account.0, from, row.updates, row.unit.word(), exact, last, &row.by, looked, at.unix(), attestation);
    tx.prepare_cached(INSERT)?.execute(params)?;
    Ok(())
}

fn found(conn: &Connection, account: AccountId, week: Week) -> Result<Option<(Tally, i64)>, StoreError> {
    let mut statement = conn.prepare_cached(STANDS)?;
    let key = (account.0, week.start().unix());
    Ok(statement.query_row(key, |row| Ok((read(row)?, row.get(8)?))).optional()?)
}

fn all(mut rows: Rows<'_>) -> Result<Vec<Tally>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Tally> {
    let moment = |column: usize| row.get(column).map(Moment::from_unix);
    let (unit, exact): (String, Option<String>) = (row.get(3)?, row.get(4)?);
    let last = match exact.as_deref() {
        None => None,
        Some("day") => Some(When::Day(moment(5)?.date())),
        Some(_) => Some(When::At(moment(5)?)),
    };
    Ok(Tally {
        week: Week::of(moment(1)?),
        updates: row.get(2)?,
        // The table's CHECK knows only these words.
        unit: CountUnit::from_word(&unit).unwrap_or(CountUnit::Push),
        last,
        by: row.get(6)?,
        looked_at: moment(7)?,
    })
}
