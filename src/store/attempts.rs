//! The life of a letter: every attempt to hand it over, with the server's own words.

use super::letters::Ending;
use super::{Connection, StoreError, Transaction};
use crate::domain::Moment;

const KEEP: &str =
    "INSERT INTO attempt (letter, at, server, class, code, words, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const BROKEN: &str = "INSERT INTO attempt (letter, at, server, class, words, state) SELECT id, coalesce(dot_armed_at, claimed_at), '', iif(dot_armed_at IS NULL, 'transient', 'doubtful'), '程序在交付途中停止，没有等到服务器的答复', iif(dot_armed_at IS NULL, 'queued', 'doubtful') FROM letter WHERE state = 'sending'";
const OF: &str = "SELECT at, server, class, code, words, state FROM attempt WHERE letter = ?1 ORDER BY id";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[KEEP, BROKEN, OF];

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Moment,
    /// Whom it was handed to; empty where our own end broke it off.
    pub server: String,
    /// The word of the answer's class.
    pub class: String,
    /// Its code.
    pub code: Option<i64>,
    /// Its words, or ours where there was none.
    pub words: String,
    /// The word of the letter's state afterwards.
    pub state: String,
}

/// Keeps how an attempt ended, beside `outbox::finish`.
///
/// # Errors
/// Those of SQLite.
pub fn keep(tx: &Transaction<'_>, letter: i64, server: &str, ending: &Ending, at: Moment) -> Result<(), StoreError> {
    let Ending { state, class, reply_code, reply_text, .. } = ending;
    tx.prepare_cached(KEEP)?.execute((letter, at.unix(), server, class, reply_code, reply_text, state.word()))?;
    Ok(())
}

/// On start: what was on its way when the last run ended.
pub(super) fn broken_off(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.prepare_cached(BROKEN)?.execute([])?;
    Ok(())
}

/// The attempts of a letter, the oldest first; none of those before there was such a table.
///
/// # Errors
/// Those of SQLite.
pub fn of(conn: &Connection, letter: i64) -> Result<Vec<Attempt>, StoreError> {
    let mut statement = conn.prepare_cached(OF)?;
    let rows = statement.query_map([letter], |row| {
        Ok(Attempt {
            at: Moment::from_unix(row.get(0)?),
            server: row.get(1)?,
            class: row.get(2)?,
            code: row.get(3)?,
            words: row.get(4)?,
            state: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
