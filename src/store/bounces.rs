//! What came back about letters (退信), and how far the sender's mailbox was read for it.

use super::letters::{LetterRow, LetterState};
use super::{Connection, StoreError, Transaction, outbox};
use crate::domain::Moment;
use rusqlite::{OptionalExtension, params};

const BY_MESSAGE_ID: &str =
    "SELECT id FROM letter WHERE message_id = ?1 AND trial = 0 AND (dot_armed_at IS NOT NULL OR doubted = 1)";
const NOTE: &str = "INSERT INTO bounce (letter, report, at, failed, code, enhanced, words) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
const OF_LETTER: &str = "SELECT at, failed, code, enhanced, words FROM bounce WHERE letter = ?1 ORDER BY at, report";
const BOUNCE: &str = "UPDATE letter SET state = 'bounced', sent_at = coalesce(sent_at, dot_armed_at, claimed_at), class = ?2, reply_code = ?3, reply_text = ?4, reason = ?5 WHERE id = ?1 AND coalesce(sent_at, dot_armed_at, claimed_at) IS NOT NULL AND (state IN ('sent', 'doubtful') OR (state = 'held' AND class = 'doubtful'))";
const MAILBOX: &str =
    "SELECT uidvalidity, last_uid, next_at, failures, since, class, words FROM mailbox WHERE name = ?1";
const KEEP: &str = "INSERT INTO mailbox (name, uidvalidity, last_uid, next_at, failures, since, class, words) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (name) DO UPDATE SET uidvalidity = excluded.uidvalidity, last_uid = excluded.last_uid, next_at = excluded.next_at, failures = excluded.failures, since = excluded.since, class = excluded.class, words = excluded.words";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[BY_MESSAGE_ID, NOTE, OF_LETTER, BOUNCE, MAILBOX, KEEP];

/// One report about a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// When it was read.
    pub at: Moment,
    /// The letter will not arrive; else it is noted only.
    pub failed: bool,
    /// `550`, where it gives one.
    pub code: Option<u16>,
    /// `5.1.1`; empty where it gives none.
    pub enhanced: String,
    /// The server's words.
    pub words: String,
}

/// How far a mailbox was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The server's UIDVALIDITY; 0 while it was never read.
    pub uidvalidity: u32,
    /// The last UID that was read.
    pub last_uid: u32,
    /// When it is read next.
    pub next_at: Moment,
    /// Failures in a row.
    pub failures: u32,
    /// When the first of them was.
    pub since: Option<Moment>,
    /// Class of the last one; empty after none.
    pub class: String,
    /// The server's words, or what happened.
    pub words: String,
}

/// The letter of that Message-ID (with angle brackets), if it can have reached a server at all.
///
/// # Errors
/// Those of SQLite.
pub fn letter(conn: &Connection, message_id: &str) -> Result<Option<LetterRow>, StoreError> {
    let id: Option<i64> = conn.prepare_cached(BY_MESSAGE_ID)?.query_row([message_id], |row| row.get(0)).optional()?;
    id.map_or(Ok(None), |id| outbox::show(conn, id))
}

/// Keeps a report about a letter, and ends the letter as 退信 when the report says that it failed.
/// `class` is that of the answer, `report` recognises the report. True when the letter was ended by it.
///
/// # Errors
/// Those of SQLite.
pub fn note(
    tx: &Transaction<'_>,
    letter: &LetterRow,
    report: &str,
    class: &str,
    bounce: &Bounce,
) -> Result<bool, StoreError> {
    let Bounce { at, failed, code, enhanced, words } = bounce;
    let new = tx.prepare_cached(NOTE)?.execute(params![letter.id, report, at.unix(), failed, code, enhanced, words])?;
    if new == 0 || !failed {
        return Ok(false);
    }
    let reason = format!("{}发出后被退回，请更正联系人", LetterState::Bounced.chinese());
    Ok(tx.prepare_cached(BOUNCE)?.execute(params![letter.id, class, code, words, reason])? > 0)
}

/// The reports about a letter, oldest first.
///
/// # Errors
/// Those of SQLite.
pub fn of(conn: &Connection, letter: i64) -> Result<Vec<Bounce>, StoreError> {
    let mut statement = conn.prepare_cached(OF_LETTER)?;
    let rows = statement.query_map([letter], |row| {
        Ok(Bounce {
            at: Moment::from_unix(row.get(0)?),
            failed: row.get(1)?,
            code: row.get(2)?,
            enhanced: row.get(3)?,
            words: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How far that mailbox was read; as never read where nothing is kept.
///
/// # Errors
/// Those of SQLite.
pub fn mailbox(conn: &Connection, name: &str) -> Result<Mailbox, StoreError> {
    let found = conn.prepare_cached(MAILBOX)?.query_row([name], |row| {
        Ok(Mailbox {
            uidvalidity: row.get(0)?,
            last_uid: row.get(1)?,
            next_at: Moment::from_unix(row.get(2)?),
            failures: row.get(3)?,
            since: row.get::<_, Option<i64>>(4)?.map(Moment::from_unix),
            class: row.get(5)?,
            words: row.get(6)?,
        })
    });
    Ok(found.optional()?.unwrap_or_default())
}

/// Keeps how far a mailbox was read.
///
/// # Errors
/// Those of SQLite.
pub fn keep(tx: &Transaction<'_>, name: &str, mailbox: &Mailbox) -> Result<(), StoreError> {
    let Mailbox { uidvalidity, last_uid, next_at, failures, since, class, words } = mailbox;
    let since = since.map(Moment::unix);
    tx.prepare_cached(KEEP)?.execute(params![
        name,
        uidvalidity,
        last_uid,
        next_at.unix(),
        failures,
        since,
        class,
        words
    ])?;
    Ok(())
}
