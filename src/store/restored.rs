//! After a restore nothing is sent until a person has seen what waits: some of it left after the copy was
//! taken, and the copy cannot know (operations.md "review mode").

use super::letters::LetterRow;
use super::outbox::letter_row;
use super::swap::{Alone, database};
use super::{Connection, StoreError, Transaction, calendars, meta, migrate};
use crate::domain::Moment;
use serde::{Deserialize, Serialize};
use std::path::Path;

const KEY: &str = "restored";

const DOUBT: &str =
    "UPDATE letter SET doubted = 1 WHERE state IN ('queued', 'sending', 'doubtful') AND min(slot, not_before) < ?1";
const SIGN_OUT: &str = "DELETE FROM session";
const END_LINKS: &str = "DELETE FROM one_time_link";
const WAITING: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, NULL, reason, trial, state, message_id, NULL, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter WHERE state IN ('queued', 'sending', 'doubtful') ORDER BY doubted DESC, next_try, id LIMIT ?1";
const COUNT: &str = "SELECT count(*), coalesce(sum(doubted), 0), coalesce(max(id), 0) FROM letter WHERE state IN ('queued', 'sending', 'doubtful')";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[DOUBT, SIGN_OUT, END_LINKS, WAITING, COUNT];

/// A database that was a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// When it was put in place.
    pub at: Moment,
    /// When the copy was taken, as far as its name or its date says.
    pub taken: Option<Moment>,
    /// By whom.
    pub by: String,
    /// The name of the copy.
    pub file: String,
    /// The daemon has looked and judged since, so that every letter that is owed waits in the outbox.
    #[serde(default)]
    pub looked: bool,
    /// Whoever restored has not heard yet that it was done: he was cut off.
    #[serde(default)]
    pub unheard: bool,
    /// When somebody else heard of it instead; `None`: it was done in one go.
    #[serde(default)]
    pub resumed: Option<Moment>,
    /// When somebody let the letters go; `None`: nothing is sent.
    #[serde(default)]
    pub released: Option<Moment>,
}

impl Restored {
    /// One that begins now.
    pub fn new(at: Moment, by: &str, file: String, taken: Option<Moment>) -> Restored {
        let by = by.to_owned();
        Restored { at, taken, by, file, looked: false, unheard: false, resumed: None, released: None }
    }
}

/// What waits while nothing is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// Letters.
    pub letters: i64,
    /// Those of them that may have left after the copy was taken.
    pub doubted: i64,
    /// The newest one's number.
    pub newest: i64,
}

/// The last restore, whether or not the letters were let go since.
///
/// # Errors
/// Those of SQLite.
pub fn last(conn: &Connection) -> Result<Option<Restored>, StoreError> {
    Ok(meta::get(conn, KEY)?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The restore that was cut off, and of which nobody has heard yet that it is done.
///
/// # Errors
/// Those of SQLite.
pub fn unheard(conn: &Connection) -> Result<Option<Restored>, StoreError> {
    Ok(last(conn)?.filter(|restored| restored.unheard))
}

/// Somebody has heard of it now, who had not asked for it.
///
/// # Errors
/// Those of SQLite.
pub fn hear(tx: &Transaction<'_>, now: Moment) -> Result<Option<Restored>, StoreError> {
    let Some(restored) = unheard(tx)? else { return Ok(None) };
    let heard = Restored { unheard: false, resumed: Some(now), ..restored };
    keep(tx, &heard)?;
    Ok(Some(heard))
}

/// Whoever restored goes on and says that it is done. The database is his alone.
///
/// # Errors
/// Those of SQLite.
pub fn done(_: &Alone, dir: &Path) -> Result<(), StoreError> {
    let mut connection = Connection::open(database(dir))?;
    let tx = connection.transaction()?;
    if let Some(restored) = unheard(&tx)? {
        keep(&tx, &Restored { unheard: false, ..restored })?;
    }
    Ok(tx.commit()?)
}

/// The restore before this one that was cut off and of which nobody has heard, as far as the database can
/// be read.
pub fn unheard_in(_: &Alone, dir: &Path) -> Option<Restored> {
    let connection = Connection::open_with_flags(database(dir), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    unheard(&connection).ok()?
}

/// The restore after which nothing is sent yet.
///
/// # Errors
/// Those of SQLite.
pub fn holds(conn: &Connection) -> Result<Option<Restored>, StoreError> {
    Ok(last(conn)?.filter(|restored| restored.released.is_none()))
}

/// Makes `copy`, a copy of the file `of`, ready to take the database's place: brings it up to date, and writes into it that nothing is
/// sent, that what was due before now may have left, that nobody is signed in and no one-time link opens
/// anything. Returns its schema as it was.
///
/// # Errors
/// `is_newer()` or `is_foreign()` for a file that is not ours; else what SQLite said.
pub fn prepare(copy: &Path, of: &Path, restored: &Restored) -> Result<i64, StoreError> {
    let mut connection = Connection::open(copy)?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let found = migrate::version(&connection)?;
    migrate::run(&mut connection)?;
    calendars::carry_neighbours(&mut connection, of)?;
    let tx = connection.transaction()?;
    begin(&tx, restored)?;
    tx.commit()?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(found)
}

fn begin(tx: &Transaction<'_>, restored: &Restored) -> Result<(), StoreError> {
    tx.prepare_cached(DOUBT)?.execute([restored.at.unix()])?;
    tx.prepare_cached(SIGN_OUT)?.execute([])?;
    tx.prepare_cached(END_LINKS)?.execute([])?;
    let taken = restored.taken.map_or_else(String::new, |taken| format!("，{}的副本", crate::spoken::beijing(taken)));
    meta::audit(tx, restored.at, &restored.by, "backup.restore", &format!("{}{taken}", restored.file))?;
    keep(tx, restored)
}

/// The daemon has looked and judged since the restore.
///
/// # Errors
/// Those of SQLite.
pub fn looked(tx: &Transaction<'_>) -> Result<(), StoreError> {
    match holds(tx)? {
        Some(restored) if !restored.looked => keep(tx, &Restored { looked: true, ..restored }),
        _ => Ok(()),
    }
}

/// Lets the letters go.
///
/// # Errors
/// Those of SQLite.
pub fn release(tx: &Transaction<'_>, restored: &Restored, now: Moment) -> Result<(), StoreError> {
    keep(tx, &Restored { released: Some(now), ..restored.clone() })
}

fn keep(tx: &Transaction<'_>, restored: &Restored) -> Result<(), StoreError> {
    meta::set(tx, KEY, &serde_json::to_string(restored).map_err(|e| StoreError::odd(e.to_string()))?)
}

/// Whether a letter that is queued now for `slot` may have left before the database was exchanged.
pub(super) fn may_have_left(tx: &Transaction<'_>, slot: Moment) -> Result<bool, StoreError> {
    Ok(last(tx)?.is_some_and(|restored| slot < restored.at))
}

/// The letters that wait; those that may have left come first.
///
/// # Errors
/// Those of SQLite.
pub fn waiting(conn: &Connection, limit: i64) -> Result<Vec<LetterRow>, StoreError> {
    let mut statement = conn.prepare_cached(WAITING)?;
    let rows = statement.query_map([limit], letter_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many wait.
///
/// # Errors
/// Those of SQLite.
pub fn waits(conn: &Connection) -> Result<Waits, StoreError> {
    let read = |row: &rusqlite::Row<'_>| Ok(Waits { letters: row.get(0)?, doubted: row.get(1)?, newest: row.get(2)? });
    Ok(conn.prepare_cached(COUNT)?.query_row([], read)?)
}
