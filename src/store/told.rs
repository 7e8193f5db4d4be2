//! What letters have told about an anchor, so that a repeat can say what came since.

use super::letters::{LetterRow, Mention};
use super::{Connection, StoreError, Transaction};
use crate::domain::Moment;

const SAY: &str = "UPDATE mention SET said = ?6, known_until = ?7 WHERE letter = ?1 AND account = ?2 AND rule = ?3 AND anchor = ?4 AND stage = ?5";
// Beside max() the other columns are those of its row.
const EARLIER: &str = "SELECT count(*), m.said, max(l.sent_at) FROM mention m JOIN letter l ON l.id = m.letter WHERE m.recipient = ?1 AND m.account = ?2 AND m.rule = ?3 AND m.anchor = ?4 AND l.kind = 'reminder' AND l.state = 'sent' AND l.id <> ?5";
// A letter that was stopped says nothing in another's place.
const REPLACED: &str = "SELECT EXISTS (SELECT 1 FROM mention m JOIN letter l ON l.id = m.letter WHERE m.recipient = ?1 AND m.account = ?2 AND m.rule = ?3 AND m.anchor = ?4 AND m.dropped = '' AND l.slot > ?5 AND l.trial = ?6 AND l.state IN ('queued', 'sending', 'doubtful', 'sent', 'bounced', 'phoned'))";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[SAY, EARLIER, REPLACED];

/// Keeps how many updates a letter says were seen, and up to when its data go where it asserts anything.
///
/// # Errors
/// Those of SQLite.
pub fn say(
    tx: &Transaction<'_>,
    letter: i64,
    mention: &Mention,
    (seen, known_until): (u32, Option<Moment>),
) -> Result<(), StoreError> {
    let key = (
        letter,
        mention.account.0,
        &mention.rule,
        mention.anchor.to_string(),
        &mention.stage,
        seen,
        known_until.map(Moment::unix),
    );
    tx.prepare_cached(SAY)?.execute(key)?;
    Ok(())
}

/// Letters about the same anchor that this recipient got before this one, and the updates that the
/// newest of them spoke of.
///
/// # Errors
/// Those of SQLite.
pub fn earlier(
    conn: &Connection,
    recipient: &str,
    mention: &Mention,
    than: i64,
) -> Result<(u32, Option<u32>), StoreError> {
    let key = (recipient, mention.account.0, &mention.rule, mention.anchor.to_string(), than);
    Ok(conn.prepare_cached(EARLIER)?.query_row(key, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Whether a later letter tells this recipient the same: of what fell due during downtime only the
/// latest is worth saying.
///
/// # Errors
/// Those of SQLite.
pub fn is_replaced(conn: &Connection, letter: &LetterRow, mention: &Mention) -> Result<bool, StoreError> {
    let anchor = mention.anchor.to_string();
    let key = (&letter.recipient, mention.account.0, &mention.rule, anchor, letter.slot.unix(), letter.trial);
    Ok(conn.prepare_cached(REPLACED)?.query_row(key, |row| row.get(0))?)
}
