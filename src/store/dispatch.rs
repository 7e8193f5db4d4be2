//! What went out to owners since the clerk was told last, and what did not: the evidence of the day's
//! list of letters (DESIGN §7 "On each sending day the clerk gets one list of what went out").

use super::letters::LetterState;
use super::{Connection, StoreError};
use crate::domain::{AccountId, Moment, Role};
use rusqlite::Row;

// Letters of a trial reach nobody and have their own digest. A letter without `not_after` waits for ever.
const LETTERS: &str = "SELECT l.id, l.slot, l.recipient, l.role, l.subject, l.state, l.sent_at, l.reply_text, m.account FROM letter l JOIN mention m ON m.letter = l.id AND m.dropped = '' WHERE l.kind IN ('reminder', 'result') AND l.trial = 0 AND ((l.sent_at >= ?1 AND l.sent_at < ?2) OR (l.state IN ('refused', 'held', 'doubtful', 'phoned') AND l.claimed_at >= ?1 AND l.claimed_at < ?2) OR (l.state = 'phoned' AND EXISTS (SELECT 1 FROM call c WHERE c.letter = l.id AND c.entered_at >= ?1 AND c.entered_at < ?2)) OR (l.state IN ('queued', 'sending', 'doubtful') AND l.not_before < ?2 AND coalesce(l.not_after > ?2, 1))) ORDER BY l.id, m.rowid";
const FIRST: &str = "SELECT min(at) FROM (SELECT min(sent_at) AS at FROM letter WHERE kind IN ('reminder', 'result') AND trial = 0 AND sent_at >= ?1 UNION ALL SELECT min(entered_at) FROM call WHERE entered_at >= ?1)";
const CALLED: &str = "SELECT letter, account, by, at, note FROM call WHERE entered_at >= ?1 AND entered_at < ?2 ORDER BY at, letter, account";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[LETTERS, FIRST, CALLED];

/// A letter to an owner, as the day's list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatched {
    /// Number of the letter.
    pub id: i64,
    /// The moment that it belongs to.
    pub slot: Moment,
    /// The address.
    pub recipient: String,
    /// As whom.
    pub role: Role,
    /// As sent last; empty before the first attempt.
    pub subject: String,
    /// Where it stands.
    pub state: LetterState,
    /// When a server took it.
    pub sent_at: Option<Moment>,
    /// Words of the last answer.
    pub words: String,
    /// Of which accounts it speaks, each once.
    pub accounts: Vec<AccountId>,
}

/// A call that was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// Number of the letter.
    pub letter: i64,
    /// About which account.
    pub account: AccountId,
    /// Who called.
    pub by: String,
    /// When.
    pub at: Moment,
    /// What was said; may be empty.
    pub note: String,
}

/// Letters that left, were refused or were replaced by a call in `[from, until)`, and those that still wait at `until`.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn letters(conn: &Connection, from: Moment, until: Moment) -> Result<Vec<Dispatched>, StoreError> {
    let mut statement = conn.prepare_cached(LETTERS)?;
    let mut rows = statement.query((from.unix(), until.unix()))?;
    let mut letters: Vec<Dispatched> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, account) = (row.get(0)?, AccountId(row.get(8)?));
        match letters.last_mut().filter(|letter| letter.id == id) {
            Some(letter) if letter.accounts.contains(&account) => {}
            Some(letter) => letter.accounts.push(account),
            None => letters.push(dispatched(row, id, account)?),
        }
    }
    Ok(letters)
}

fn dispatched(row: &Row<'_>, id: i64, account: AccountId) -> Result<Dispatched, StoreError> {
    let (role, state): (String, String) = (row.get(3)?, row.get(5)?);
    Ok(Dispatched {
        id,
        slot: Moment::from_unix(row.get(1)?),
        recipient: row.get(2)?,
        role: Role::from_word(&role).ok_or_else(|| StoreError::odd(&role))?,
        subject: row.get(4)?,
        state: LetterState::from_word(&state).ok_or_else(|| StoreError::odd(&state))?,
        sent_at: row.get::<_, Option<i64>>(6)?.map(Moment::from_unix),
        words: row.get(7)?,
        accounts: vec![account],
    })
}

/// When the first letter to an owner left or the first call in place of one was entered, from `since` on.
///
/// # Errors
/// Those of SQLite.
pub fn first_since(conn: &Connection, since: Moment) -> Result<Option<Moment>, StoreError> {
    let first: Option<i64> = conn.prepare_cached(FIRST)?.query_row([since.unix()], |row| row.get(0))?;
    Ok(first.map(Moment::from_unix))
}

/// The calls that were entered in `[from, until)`.
///
/// # Errors
/// Those of SQLite.
pub fn called(conn: &Connection, from: Moment, until: Moment) -> Result<Vec<Called>, StoreError> {
    let mut statement = conn.prepare_cached(CALLED)?;
    let rows = statement.query_map((from.unix(), until.unix()), |row| {
        Ok(Called {
            letter: row.get(0)?,
            account: AccountId(row.get(1)?),
            by: row.get(2)?,
            at: Moment::from_unix(row.get(3)?),
            note: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
