//! When each source looks at each account next; a restart forgets nothing.

use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Moment};
use crate::plan::Agenda;
use std::collections::BTreeMap;

const ALL_ROWS: &str = "SELECT account, source, last_at, next_at, fails FROM agenda";
const SET: &str = "INSERT INTO agenda (account, source, last_at, next_at, fails) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account, source) DO UPDATE SET last_at = excluded.last_at, next_at = excluded.next_at, fails = excluded.fails";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[ALL_ROWS, SET];

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
