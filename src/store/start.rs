//! What the first steps of an office have left behind, for whoever goes on with them.

use super::looks::LookRow;
use super::{Connection, StoreError};
use crate::domain::Moment;

const TESTED: &str = "SELECT max(id), coalesce(max(state = 'sent'), 0) FROM letter WHERE kind = 'test'";
const LISTED: &str = "SELECT EXISTS (SELECT 1 FROM account)";
const LOOKED: &str = "SELECT EXISTS (SELECT 1 FROM look WHERE outcome IN ('complete', 'partial')) OR EXISTS (SELECT 1 FROM attestation WHERE withdrawn_at IS NULL) OR EXISTS (SELECT 1 FROM tally WHERE ended_at IS NULL)";
const REACHED: &str = "SELECT min(from_s), max(until_s) FROM reach WHERE account = ?1 AND source = ?2 AND look = ?3";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[TESTED, LISTED, LOOKED, REACHED];

/// What there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// The newest test letter.
    pub letter: Option<i64>,
    /// A test letter was accepted once.
    pub accepted: bool,
    /// There are accounts.
    pub accounts: bool,
    /// A source has read an account, or a person has looked at one.
    pub looked: bool,
}

/// What there is by now.
///
/// # Errors
/// Those of SQLite.
pub fn left(conn: &Connection) -> Result<Left, StoreError> {
    let (letter, accepted) = conn.prepare_cached(TESTED)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let accounts = conn.prepare_cached(LISTED)?.query_row([], |row| row.get(0))?;
    let looked = conn.prepare_cached(LOOKED)?.query_row([], |row| row.get(0))?;
    Ok(Left { letter, accepted, accounts, looked })
}

/// From when to when a look has seen everything; `None` where it proves nothing.
///
/// # Errors
/// Those of SQLite.
pub fn reached(conn: &Connection, look: &LookRow) -> Result<Option<(Moment, Moment)>, StoreError> {
    let of = (look.account.0, look.source.as_str(), look.id);
    let span: (Option<i64>, Option<i64>) =
        conn.prepare_cached(REACHED)?.query_row(of, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(span.0.zip(span.1).map(|(from, until)| (Moment::from_unix(from), Moment::from_unix(until))))
}
