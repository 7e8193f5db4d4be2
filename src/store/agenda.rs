//! When each source looks at each account next; a restart forgets nothing.

use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Moment};
use crate::plan::Agenda;
use std::collections::BTreeMap;

const ALL_ROWS: &str = "SELECT account, source, last_at, next_at, fails FROM agenda";
const SET: &str = "INSERT INTO agenda (account, source, last_at, next_at, fails) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account, source) DO UPDATE SET last_at = excluded.last_at, next_at = excluded.next_at, fails = excluded.fails";
const OF: &str = "SELECT source, last_at, next_at, fails FROM agenda WHERE account = ?1";
const RUSH: &str =
    "UPDATE agenda SET next_at = ?3 WHERE account = ?1 AND next_at > ?3 AND coalesce(last_at, ?2 - 1) < ?2";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[ALL_ROWS, SET, OF, RUSH];

/// Every agenda.
///
/// # Errors
/// Those of SQLite.
pub fn all(conn: &Connection) -> Result<BTreeMap<(AccountId, String), Agenda>, StoreError> {
    let mut statement = conn.prepare_cached(ALL_ROWS)?;
    let rows = statement.query_map([], |row| {
        let last: Option<i64> = row.get(2)?;
        let agenda = Agenda {
            last_at: last.map(Moment::from_unix),
            next_at: Moment::from_unix(row.get(3)?),
            fails: row.get(4)?,
        };
        Ok(((AccountId(row.get(0)?), row.get(1)?), agenda))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps the agenda of one source at one account.
///
/// # Errors
/// Those of SQLite.
pub fn set(tx: &Transaction<'_>, account: AccountId, source: &str, agenda: Agenda) -> Result<(), StoreError> {
    let last = agenda.last_at.map(Moment::unix);
    tx.prepare_cached(SET)?.execute((account.0, source, last, agenda.next_at.unix(), agenda.fails))?;
    Ok(())
}

/// The agendas of one account, by source.
///
/// # Errors
/// Those of SQLite.
pub fn of(conn: &Connection, account: AccountId) -> Result<BTreeMap<String, Agenda>, StoreError> {
    let mut statement = conn.prepare_cached(OF)?;
    let rows = statement.query_map([account.0], |row| {
        let last: Option<i64> = row.get(1)?;
        let next_at = Moment::from_unix(row.get(2)?);
        Ok((row.get(0)?, Agenda { last_at: last.map(Moment::from_unix), next_at, fails: row.get(3)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Somebody asks for a look at the account: each source that has not looked since `since` is due at
/// `now`. A source that rests is still left alone. Gives how many were not due before.
///
/// # Errors
/// Those of SQLite.
pub fn rush(tx: &Transaction<'_>, account: AccountId, since: Moment, now: Moment) -> Result<usize, StoreError> {
    Ok(tx.prepare_cached(RUSH)?.execute((account.0, since.unix(), now.unix()))?)
}
