//! 试运行 and 正式: the switch by a named person, and what it does to letters that wait.
//!
//! The configuration permits, the switch activates: letters reach their recipients only while the
//! configuration says 正式 and the last switch says so too.

use super::letters::LetterRow;
use super::outbox::letter_row;
use super::{Connection, StoreError, Transaction, meta};
use crate::config::Mode;
use crate::domain::{AccountId, Moment};
use chrono::NaiveDate;
use rusqlite::OptionalExtension;
use std::collections::BTreeSet;

const LAST: &str = "SELECT mode, by, at FROM mode_switch ORDER BY id DESC LIMIT 1";
const SWITCH: &str = "INSERT INTO mode_switch (at, mode, by) VALUES (?1, ?2, ?3)";
const WITHDRAW: &str = "UPDATE letter SET state = 'cancelled', reason = '试运行期间形成，转为正式后不再发出' WHERE state = 'queued' AND trial = 1";
const HOLD_BACK: &str =
    "UPDATE letter SET trial = 1 WHERE state = 'queued' AND doubted = 0 AND kind IN ('reminder', 'result')";
const REMEMBER: &str = "INSERT INTO meta (key, value) SELECT 'held_back', json_group_array(id) FROM letter WHERE trial = 0 AND kind IN ('reminder', 'result') AND state IN ('queued', 'sending', 'doubtful', 'held') ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const GIVE_BACK: &str = "UPDATE letter SET trial = 0 WHERE trial = 1 AND state IN ('queued', 'doubtful', 'held') AND class <> 'trial' AND id IN (SELECT value FROM json_each((SELECT value FROM meta WHERE key = 'held_back')))";
const HELD_BACK: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, NULL, reason, trial, state, message_id, NULL, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter WHERE trial = 1 AND state = 'queued' AND id IN (SELECT value FROM json_each((SELECT value FROM meta WHERE key = 'held_back'))) ORDER BY id";
const UNTOLD: &str = "SELECT m.account, m.rule, m.anchor, m.stage FROM mention m JOIN letter l ON l.id = m.letter WHERE l.kind = 'reminder' AND l.trial = 1 AND l.state IN ('queued', 'held', 'sent', 'cancelled') AND l.not_after > ?1 AND m.dropped = ''";
const HOLD_ONE: &str = "UPDATE letter SET trial = 1 WHERE id = ?1 AND state = 'queued' AND doubted = 0";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[LAST, SWITCH, WITHDRAW, HOLD_BACK, REMEMBER, GIVE_BACK, HELD_BACK, UNTOLD, HOLD_ONE];

/// A switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switched {
    /// To what.
    pub mode: Mode,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// The last switch, if there was one.
///
/// # Errors
/// Those of SQLite.
pub fn last(conn: &Connection) -> Result<Option<Switched>, StoreError> {
    let found = conn.prepare_cached(LAST)?.query_row([], |row| {
        let word: String = row.get(0)?;
        let mode = if word == word_of(Mode::Live) { Mode::Live } else { Mode::Trial };
        Ok(Switched { mode, by: row.get(1)?, at: Moment::from_unix(row.get(2)?) })
    });
    Ok(found.optional()?)
}

/// What holds: 正式 only when the configuration and the last switch agree on it.
///
/// # Errors
/// Those of SQLite.
pub fn holds(conn: &Connection, configured: Mode) -> Result<Mode, StoreError> {
    let live = configured == Mode::Live && last(conn)?.is_some_and(|switched| switched.mode == Mode::Live);
    Ok(if live { Mode::Live } else { Mode::Trial })
}

/// Switches, audited. What trial mode has queued never leaves afterwards; what waits when trial mode
/// begins again is recorded instead of sent, and leaves after all where it still waits when that is over: it
/// was formed in 正式. Returns how many letters were cancelled, or held back.
///
/// # Errors
/// Those of SQLite.
pub fn switch(tx: &Transaction<'_>, mode: Mode, by: &str, now: Moment) -> Result<usize, StoreError> {
    tx.prepare_cached(SWITCH)?.execute((now.unix(), word_of(mode), by))?;
    meta::audit(tx, now, by, "mode", word_of(mode))?;
    let (first, touched) = match mode {
        Mode::Live => (GIVE_BACK, WITHDRAW),
        Mode::Trial => (REMEMBER, HOLD_BACK),
    };
    tx.prepare_cached(first)?.execute([])?;
    Ok(tx.prepare_cached(touched)?.execute([])?)
}

/// Letters that were formed in 正式, were held back by the switch to 试运行 and still wait, without their
/// bytes: a switch to 正式 lets them go.
///
/// # Errors
/// Those of SQLite.
pub fn held_back(conn: &Connection) -> Result<Vec<LetterRow>, StoreError> {
    let mut statement = conn.prepare_cached(HELD_BACK)?;
    let rows = statement.query_map([], letter_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Account, rule, anchor and rung of a reminder.
pub type Rung = (AccountId, String, NaiveDate, String);

/// What reminders of trial mode say that still mean something at `now`: nobody of an office has heard it.
///
/// # Errors
/// Those of SQLite; a stored day that is none.
pub fn untold(conn: &Connection, now: Moment) -> Result<BTreeSet<Rung>, StoreError> {
    let mut statement = conn.prepare_cached(UNTOLD)?;
    let mut rows = statement.query([now.unix()])?;
    let mut untold = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let anchor: String = row.get(2)?;
        let day = anchor.parse().map_err(|_| StoreError::odd(&anchor))?;
        untold.insert((AccountId(row.get(0)?), row.get(1)?, day, row.get(3)?));
    }
    Ok(untold)
}

/// A configuration that says 试运行 ends 正式 for good: when it is changed back, a named person must
/// switch again. True when that happened now.
///
/// # Errors
/// Those of SQLite.
pub fn fall_back(tx: &Transaction<'_>, configured: Mode, now: Moment) -> Result<bool, StoreError> {
    let ends = configured == Mode::Trial && last(tx)?.is_some_and(|switched| switched.mode == Mode::Live);
    if ends {
        switch(tx, Mode::Trial, "配置文件", now)?;
    }
    Ok(ends)
}

/// A letter that waits is only recorded, because trial mode holds by now. One that may have been delivered
/// was more than that, and stays so.
///
/// # Errors
/// Those of SQLite.
pub fn hold_back(tx: &Transaction<'_>, letter: i64) -> Result<(), StoreError> {
    tx.prepare_cached(HOLD_ONE)?.execute([letter])?;
    Ok(())
}

const fn word_of(mode: Mode) -> &'static str {
    match mode {
        Mode::Trial => "trial",
        Mode::Live => "live",
    }
}
