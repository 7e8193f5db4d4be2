//! What weekly summaries left open because a source shows it only later (待数据).

use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Check, Moment};
use std::collections::BTreeMap;

const KEEP: &str =
    "INSERT INTO awaited (nominal, held_at, number, account, rule) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
const OPEN: &str =
    "SELECT nominal, held_at, number, account, rule FROM awaited WHERE told_at IS NULL ORDER BY nominal, account, rule";
const TELL: &str = "UPDATE awaited SET told_at = ?2 WHERE nominal = ?1 AND told_at IS NULL";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[KEEP, OPEN, TELL];

/// What the summary of one check left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The check.
    pub check: Check,
    /// Number of the summary.
    pub number: u32,
    /// Accounts and rules.
    pub rows: Vec<(AccountId, String)>,
}

/// Keeps what a summary left open.
///
/// # Errors
/// Those of SQLite.
pub fn keep(tx: &Transaction<'_>, awaited: &Awaited) -> Result<(), StoreError> {
    let Check { nominal, at } = awaited.check;
    for (account, rule) in &awaited.rows {
        tx.prepare_cached(KEEP)?.execute((nominal.unix(), at.unix(), awaited.number, account.0, rule))?;
    }
    Ok(())
}

/// What is not followed up yet, check by check.
///
/// # Errors
/// Those of SQLite.
pub fn open(conn: &Connection) -> Result<Vec<Awaited>, StoreError> {
    let mut statement = conn.prepare_cached(OPEN)?;
    let mut rows = statement.query([])?;
    let mut open: BTreeMap<i64, Awaited> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let nominal: i64 = row.get(0)?;
        let check = Check { nominal: Moment::from_unix(nominal), at: Moment::from_unix(row.get(1)?) };
        let number = row.get(2)?;
        let of = open.entry(nominal).or_insert_with(|| Awaited { check, number, rows: Vec::new() });
        of.rows.push((AccountId(row.get(3)?), row.get(4)?));
    }
    Ok(open.into_values().collect())
}

/// The follow-up of a check is queued.
///
/// # Errors
/// Those of SQLite.
pub fn tell(tx: &Transaction<'_>, check: Check, now: Moment) -> Result<(), StoreError> {
    tx.prepare_cached(TELL)?.execute((check.nominal.unix(), now.unix()))?;
    Ok(())
}
