//! Reminders that were read and may have been wrong: what they said up to when, beside evidence that came
//! later. Whether they were wrong is decided by `crate::recall`.

use super::{Connection, StoreError};
use crate::domain::{AccountId, Moment, Role};
use chrono::NaiveDate;
use rusqlite::Row;

// No profile may look back further than 90 days, so an update of more than 100 days ago (8,640,000 s)
// withdraws nothing; the bound keeps the question off the whole history of an account.
const SUSPECT: &str = "SELECT m.recipient, m.account, m.rule, m.anchor, m.known_until, l.id, l.slot, l.role, l.trial, l.sent_at FROM mention m JOIN letter l ON l.id = m.letter WHERE m.known_until >= ?1 AND m.dropped = '' AND (EXISTS (SELECT 1 FROM post p WHERE p.account = m.account AND p.from_s >= m.known_until - 8640000 AND p.from_s < m.known_until AND p.first_seen > m.known_until) OR EXISTS (SELECT 1 FROM tally t WHERE t.account = m.account AND t.ended_at IS NULL AND t.updates > 0 AND t.from_s < m.known_until AND t.at > m.known_until)) AND l.kind = 'reminder' AND l.state = 'sent' AND NOT EXISTS (SELECT 1 FROM mention w WHERE w.recipient = m.recipient AND w.account = m.account AND w.rule = m.rule AND w.anchor = m.anchor AND w.stage = 'recalled') ORDER BY l.slot, l.id";
const SAID: &str = "SELECT m.recipient, m.account, m.rule, m.anchor, m.known_until, l.id, l.slot, l.role, l.trial, l.sent_at FROM mention m JOIN letter l ON l.id = m.letter WHERE m.recipient = ?1 AND m.account = ?2 AND m.rule = ?3 AND m.anchor = ?4 AND m.known_until IS NOT NULL AND m.dropped = '' AND l.kind = 'reminder' AND l.state = 'sent' ORDER BY l.slot, l.id";
const REVISION: &str = "SELECT revision FROM verdict WHERE id = ?1";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[SUSPECT, SAID, REVISION];

/// What a reminder has told one person of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidOnce {
    /// The address.
    pub recipient: String,
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// The week's Monday, or the date of the update that was the last one known.
    pub anchor: NaiveDate,
    /// Up to when its data went.
    pub known_until: Moment,
    /// Number of the letter.
    pub letter: i64,
    /// The moment that the letter belongs to.
    pub slot: Moment,
    /// As whom.
    pub role: Role,
    /// It was only recorded.
    pub trial: bool,
    /// When it left.
    pub sent_at: Moment,
}

/// Reminders that left, whose data went up to `since` or later, which are not withdrawn, and of whose
/// accounts an older update has come to light.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn suspect(conn: &Connection, since: Moment) -> Result<Vec<SaidOnce>, StoreError> {
    let mut statement = conn.prepare_cached(SUSPECT)?;
    let mut rows = statement.query([since.unix()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(said_once(row)?);
    }
    Ok(found)
}

/// Everything that reminders have told this person about that anchor, oldest first.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn said(
    conn: &Connection,
    recipient: &str,
    (account, rule, anchor): (AccountId, &str, NaiveDate),
) -> Result<Vec<SaidOnce>, StoreError> {
    let mut statement = conn.prepare_cached(SAID)?;
    let mut rows = statement.query((recipient, account.0, rule, anchor.to_string()))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(said_once(row)?);
    }
    Ok(found)
}

/// Which revision of its verdict that one is, from 1.
///
/// # Errors
/// Those of SQLite.
pub fn revision(conn: &Connection, verdict: i64) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached(REVISION)?.query_row([verdict], |row| row.get(0))?)
}

fn said_once(row: &Row<'_>) -> Result<SaidOnce, StoreError> {
    let (anchor, role): (String, String) = (row.get(3)?, row.get(7)?);
    let moment = |column: usize| -> rusqlite::Result<Moment> { row.get(column).map(Moment::from_unix) };
    Ok(SaidOnce {
        recipient: row.get(0)?,
        account: AccountId(row.get(1)?),
        rule: row.get(2)?,
        anchor: anchor.parse().map_err(|_| StoreError::odd(&anchor))?,
        known_until: moment(4)?,
        letter: row.get(5)?,
        slot: moment(6)?,
        role: Role::from_word(&role).ok_or_else(|| StoreError::odd(&role))?,
        trial: row.get(8)?,
        sent_at: moment(9)?,
    })
}
