//! 试运行 and 正式: the switch by a named person, and what it does to letters that wait.
//!
//! The configuration permits, the switch activates: letters reach their recipients only while the
//! configuration says 正式 and the last switch says so too.

use super::{Connection, StoreError, Transaction, meta};
use crate::config::Mode;
use crate::domain::Moment;
use rusqlite::OptionalExtension;

const LAST: &str = "SELECT mode, by, at FROM mode_switch ORDER BY id DESC LIMIT 1";
const SWITCH: &str = "INSERT INTO mode_switch (at, mode, by) VALUES (?1, ?2, ?3)";
const WITHDRAW: &str = "UPDATE letter SET state = 'cancelled', reason = '试运行期间形成，转为正式后不再发出' WHERE state = 'queued' AND trial = 1";
const HOLD_BACK: &str =
    "UPDATE letter SET trial = 1 WHERE state = 'queued' AND doubted = 0 AND kind IN ('reminder', 'result')";
const HOLD_ONE: &str = "UPDATE letter SET trial = 1 WHERE id = ?1 AND state = 'queued' AND doubted = 0";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[LAST, SWITCH, WITHDRAW, HOLD_BACK, HOLD_ONE];

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
/// begins again is recorded instead of sent. Returns how many letters that touched.
///
/// # Errors
/// Those of SQLite.
pub fn switch(tx: &Transaction<'_>, mode: Mode, by: &str, now: Moment) -> Result<usize, StoreError> {
    tx.prepare_cached(SWITCH)?.execute((now.unix(), word_of(mode), by))?;
    meta::audit(tx, now, by, "mode", word_of(mode))?;
    let touched = match mode {
        Mode::Live => WITHDRAW,
        Mode::Trial => HOLD_BACK,
    };
    Ok(tx.prepare_cached(touched)?.execute([])?)
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
