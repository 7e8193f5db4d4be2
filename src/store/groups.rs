//! Reminders that are also posted to the group of their office. One thing is said once in a group, to
//! however many people it was written.

use super::letters::Mention;
use super::{Connection, StoreError, Transaction};
use crate::domain::{AccountId, Moment};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, params};

const IS_SAID: &str = "SELECT EXISTS (SELECT 1 FROM group_mention WHERE robot = ?1 AND account = ?2 AND rule = ?3 AND anchor = ?4 AND stage = ?5)";
const QUEUE: &str = "INSERT INTO group_note (robot, letter, state, next_try, at) VALUES (?1, ?2, 'queued', ?3, ?3) ON CONFLICT DO NOTHING";
const SAY: &str = "INSERT INTO group_mention (note, robot, account, rule, anchor, stage) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
const DUE: &str = "SELECT id, letter, at FROM group_note WHERE robot = ?1 AND state = 'queued' AND next_try <= ?2 ORDER BY id LIMIT 1";
const WAKE: &str = "SELECT min(next_try) FROM group_note WHERE robot = ?1 AND state = 'queued'";
const SAYS: &str = "SELECT account, rule, anchor, stage FROM group_mention WHERE note = ?1 ORDER BY rowid";
// Until the robot has answered, nobody knows whether the group has it: it is not posted twice.
const CLAIM: &str = "UPDATE group_note SET state = 'failed', attempts = attempts + 1, text = ?2, words = '没有等到机器人的答复' WHERE id = ?1 AND state = 'queued'";
const FINISH: &str = "UPDATE group_note SET state = ?2, next_try = ?3, words = ?4 WHERE id = ?1";
const OF: &str = "SELECT robot, state, text, words FROM group_note WHERE letter = ?1 ORDER BY id";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[IS_SAID, QUEUE, SAY, DUE, WAKE, SAYS, CLAIM, FINISH, OF];

/// A message that waits for its robot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// The letter that it goes with.
    pub letter: i64,
    /// When that letter's accounts were looked at.
    pub at: Moment,
    /// What it says.
    pub mentions: Vec<Mention>,
}

/// What became of a letter's message to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The robot's word.
    pub robot: String,
    /// queued, sent, failed, overtaken.
    pub state: String,
    /// As posted last.
    pub text: String,
    /// The robot's words, or why it was not posted.
    pub words: String,
}

/// Queues what of these mentions the group has not heard; true when there was any.
///
/// # Errors
/// Those of SQLite.
pub fn queue(
    tx: &Transaction<'_>,
    robot: &str,
    letter: i64,
    mentions: &[Mention],
    now: Moment,
) -> Result<bool, StoreError> {
    let key = |mention: &Mention| {
        (mention.account.0, mention.rule.clone(), mention.anchor.to_string(), mention.stage.clone())
    };
    let mut fresh = Vec::new();
    for mention in mentions {
        let (account, rule, anchor, stage) = key(mention);
        let said: bool =
            tx.prepare_cached(IS_SAID)?.query_row((robot, account, rule, anchor, stage), |row| row.get(0))?;
        fresh.extend((!said).then(|| key(mention)));
    }
    if fresh.is_empty() || tx.prepare_cached(QUEUE)?.execute((robot, letter, now.unix()))? == 0 {
        return Ok(false);
    }
    let note = tx.last_insert_rowid();
    for (account, rule, anchor, stage) in fresh {
        tx.prepare_cached(SAY)?.execute((note, robot, account, rule, anchor, stage))?;
    }
    Ok(true)
}

/// The message of a robot that is due first.
///
/// # Errors
/// Those of SQLite; a stored date that is none.
pub fn due(conn: &Connection, robot: &str, now: Moment) -> Result<Option<Note>, StoreError> {
    let found = conn.prepare_cached(DUE)?.query_row((robot, now.unix()), |row| {
        Ok(Note { id: row.get(0)?, letter: row.get(1)?, at: Moment::from_unix(row.get(2)?), mentions: Vec::new() })
    });
    let Some(mut note) = found.optional()? else { return Ok(None) };
    let mut statement = conn.prepare_cached(SAYS)?;
    let mut rows = statement.query([note.id])?;
    while let Some(row) = rows.next()? {
        let anchor: String = row.get(2)?;
        let anchor: NaiveDate = anchor.parse().map_err(|_| StoreError::odd(&anchor))?;
        let (account, rule, stage) = (AccountId(row.get(0)?), row.get(1)?, row.get(3)?);
        note.mentions.push(Mention { account, rule, anchor, stage, revision: None });
    }
    Ok(Some(note))
}

/// When the next message of a robot is tried.
///
/// # Errors
/// Those of SQLite.
pub fn wake(conn: &Connection, robot: &str) -> Result<Option<Moment>, StoreError> {
    let min: Option<i64> = conn.prepare_cached(WAKE)?.query_row([robot], |row| row.get(0))?;
    Ok(min.map(Moment::from_unix))
}

/// The message is about to go out. A crash from here on loses it rather than say it twice: the letter is
/// what counts.
///
/// # Errors
/// Those of SQLite.
pub fn claim(tx: &Transaction<'_>, note: i64, text: &str) -> Result<(), StoreError> {
    tx.prepare_cached(CLAIM)?.execute((note, text))?;
    Ok(())
}

/// What became of it: taken, refused with a time to try again, or not to be posted.
///
/// # Errors
/// Those of SQLite; a state that is none is refused by the table.
pub fn finish(
    tx: &Transaction<'_>,
    note: i64,
    (state, words): (&str, &str),
    next_try: Moment,
) -> Result<(), StoreError> {
    tx.prepare_cached(FINISH)?.execute(params![note, state, next_try.unix(), words])?;
    Ok(())
}

/// What was posted beside a letter.
///
/// # Errors
/// Those of SQLite.
pub fn of_letter(conn: &Connection, letter: i64) -> Result<Vec<Posted>, StoreError> {
    let mut statement = conn.prepare_cached(OF)?;
    let rows = statement.query_map([letter], |row| {
        Ok(Posted { robot: row.get(0)?, state: row.get(1)?, text: row.get(2)?, words: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
