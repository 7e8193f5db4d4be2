//! Whose evidence has changed since: triggers of the schema write it down, whoever keeps evidence in memory
//! asks.

use super::{Connection, StoreError};
use crate::domain::{AccountId, Moment};
use std::collections::BTreeSet;

const NEWEST: &str = "SELECT coalesce(max(seq), 0) FROM touched";
const SINCE: &str = "SELECT account FROM touched WHERE seq > ?1";
/// Posts that were dated ahead of their time and have come of age.
const BEGAN: &str = "SELECT DISTINCT account FROM post WHERE from_s >= ?1 AND from_s < ?2";
const FIRST: &str = "SELECT min(first) FROM (SELECT min(from_s) AS first FROM post UNION ALL SELECT min(from_s) FROM tally UNION ALL SELECT min(from_s) FROM attestation)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[NEWEST, SINCE, BEGAN, FIRST];

/// The number of the newest change.
///
/// # Errors
/// Those of SQLite.
pub fn newest(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached(NEWEST)?.query_row([], |row| row.get(0))?)
}

/// The accounts whose evidence has changed since that number; `None` where the list itself has.
///
/// # Errors
/// Those of SQLite.
pub fn since(conn: &Connection, seq: i64) -> Result<Option<BTreeSet<AccountId>>, StoreError> {
    let mut statement = conn.prepare_cached(SINCE)?;
    let rows = statement.query_map([seq], |row| row.get(0).map(AccountId))?;
    let touched = rows.collect::<Result<BTreeSet<AccountId>, _>>()?;
    Ok((!touched.contains(&AccountId(0))).then_some(touched))
}

/// The accounts that have posts from `[from, until)`.
///
/// # Errors
/// Those of SQLite.
pub fn began(conn: &Connection, from: Moment, until: Moment) -> Result<BTreeSet<AccountId>, StoreError> {
    let mut statement = conn.prepare_cached(BEGAN)?;
    let rows = statement.query_map((from.unix(), until.unix()), |row| row.get(0).map(AccountId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where the evidence begins: the oldest post, sheet or look of a person; `None`: there is none.
///
/// # Errors
/// Those of SQLite.
pub fn first(conn: &Connection) -> Result<Option<Moment>, StoreError> {
    let first: Option<i64> = conn.prepare_cached(FIRST)?.query_row([], |row| row.get(0))?;
    Ok(first.map(Moment::from_unix))
}
