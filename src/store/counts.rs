//! Letters counted: for summaries, alarms and the state of the queue; and what of an account a page does not show.

use super::letters::LetterKind;
use super::{Connection, StoreError};
use crate::domain::{AccountId, Moment};

const SENT: &str =
    "SELECT count(*) FROM letter WHERE kind = ?1 AND state = 'sent' AND trial = 0 AND sent_at >= ?2 AND sent_at < ?3";
const SENT_MENTIONS: &str = "SELECT l.id, m.account, m.rule, l.role = 'operator', l.sent_at, EXISTS (SELECT 1 FROM mention w WHERE w.recipient = m.recipient AND w.account = m.account AND w.rule = m.rule AND w.anchor = m.anchor AND w.stage = 'recalled' AND w.letter > l.id AND w.dropped = '') FROM letter l JOIN mention m ON m.letter = l.id WHERE l.kind = 'reminder' AND l.state = 'sent' AND l.trial = 0 AND l.sent_at >= ?1 AND l.sent_at < ?2 AND m.dropped = '' ORDER BY l.id";
const OVERDUE: &str =
    "SELECT count(*), min(not_before) FROM letter WHERE state IN ('queued', 'sending', 'doubtful') AND not_before < ?1";
const STATES: &str = "SELECT CASE WHEN trial = 1 AND state IN ('sent', 'held') THEN 'recorded' ELSE state END AS standing, count(*) FROM letter GROUP BY standing";

const NEWEST: &str = "SELECT (SELECT coalesce(max(id), 0) FROM audit), (SELECT coalesce(max(id), 0) FROM look), (SELECT coalesce(max(id), 0) FROM post), (SELECT coalesce(max(id), 0) FROM verdict), (SELECT coalesce(max(id), 0) FROM finding), (SELECT coalesce(max(seq), 0) FROM touched)";

const NEWEST_LETTERS: &str = "SELECT (SELECT coalesce(max(id), 0) FROM letter), (SELECT count(*) FROM letter WHERE state IN ('queued', 'doubtful'))";

const POSTS_BEFORE: &str = "SELECT count(*), min(from_s) FROM post WHERE account = ?1 AND from_s < ?2";

const WATCHED_SINCE: &str = "SELECT min(since) FROM (SELECT min(at) AS since FROM look WHERE account = ?1 UNION ALL SELECT min(from_s) FROM attestation WHERE account = ?1 AND withdrawn_at IS NULL)";

#[cfg(test)]
pub(super) const ALL: &[&str] =
    &[SENT, SENT_MENTIONS, OVERDUE, STATES, NEWEST, NEWEST_LETTERS, POSTS_BEFORE, WATCHED_SINCE];

/// Numbers of the newest deed, look, post, verdict, decision and touch.
pub type Newest = [i64; 6];

/// The newest numbers of all that a verdict can follow from: while they stay the evidence is the same.
///
/// # Errors
/// Those of SQLite.
pub fn newest(conn: &Connection) -> Result<Newest, StoreError> {
    let read =
        |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?]);
    Ok(conn.prepare_cached(NEWEST)?.query_row([], read)?)
}

/// The newest letter, and how many wait: while both stay nothing was queued and nothing has left.
///
/// # Errors
/// Those of SQLite.
pub fn newest_letters(conn: &Connection) -> Result<[i64; 2], StoreError> {
    Ok(conn.prepare_cached(NEWEST_LETTERS)?.query_row([], |row| Ok([row.get(0)?, row.get(1)?]))?)
}

/// How many posts of an account began before that moment, and the first of them.
///
/// # Errors
/// Those of SQLite.
pub fn posts_before(
    conn: &Connection,
    account: AccountId,
    moment: Moment,
) -> Result<(i64, Option<Moment>), StoreError> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(Moment::from_unix)));
    Ok(conn.prepare_cached(POSTS_BEFORE)?.query_row((account.0, moment.unix()), row)?)
}

/// The first look at an account, or the first moment that somebody has seen whole, whichever is earlier.
///
/// # Errors
/// Those of SQLite.
pub fn watched_since(conn: &Connection, account: AccountId) -> Result<Option<Moment>, StoreError> {
    let since: Option<i64> = conn.prepare_cached(WATCHED_SINCE)?.query_row([account.0], |row| row.get(0))?;
    Ok(since.map(Moment::from_unix))
}

/// Letters of a kind that left in `[from, until)`.
///
/// # Errors
/// Those of SQLite.
pub fn count_sent(conn: &Connection, kind: LetterKind, from: Moment, until: Moment) -> Result<u32, StoreError> {
    Ok(conn.prepare_cached(SENT)?.query_row((kind.word(), from.unix(), until.unix()), |row| row.get(0))?)
}

/// What a reminder that left has said of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMention {
    /// Number of the letter.
    pub letter: i64,
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// The letter was for the operator.
    pub to_operator: bool,
    /// When it left.
    pub at: Moment,
    /// It was taken back (更正), or will be by a letter that waits.
    pub withdrawn: bool,
}

/// The mentions of the reminders that left in `[from, until)`.
///
/// # Errors
/// Those of SQLite.
pub fn sent_mentions(conn: &Connection, from: Moment, until: Moment) -> Result<Vec<SentMention>, StoreError> {
    let mut statement = conn.prepare_cached(SENT_MENTIONS)?;
    let rows = statement.query_map((from.unix(), until.unix()), |row| {
        Ok(SentMention {
            letter: row.get(0)?,
            account: AccountId(row.get(1)?),
            rule: row.get(2)?,
            to_operator: row.get(3)?,
            at: Moment::from_unix(row.get(4)?),
            withdrawn: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many letters should have left before `before` and have not, and since when the oldest waits.
///
/// # Errors
/// Those of SQLite.
pub fn overdue(conn: &Connection, before: Moment) -> Result<(i64, Option<Moment>), StoreError> {
    let mut statement = conn.prepare_cached(OVERDUE)?;
    let (count, oldest): (i64, Option<i64>) =
        statement.query_row([before.unix()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((count, oldest.map(Moment::from_unix)))
}

/// How many letters stand where; `recorded` are those that trial mode has only kept.
///
/// # Errors
/// Those of SQLite.
pub fn by_state(conn: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let mut statement = conn.prepare_cached(STATES)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
