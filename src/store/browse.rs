//! The outbox leafed through: what somebody looks for, a page at a time; and what people did with a letter.

use super::audit::{self, Entry};
use super::letters::LetterRow;
use super::{Connection, StoreError, outbox};

const PAGE: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, NULL, reason, trial, state, message_id, NULL, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter l WHERE (?1 = '' OR ?1 = CASE WHEN trial = 1 AND state IN ('sent', 'held') THEN 'recorded' ELSE state END) AND (?2 = '' OR kind = ?2) AND (?3 = '' OR instr(recipient, ?3) > 0 OR instr(subject, ?3) > 0 OR EXISTS (SELECT 1 FROM mention m JOIN account a ON a.id = m.account WHERE m.letter = l.id AND (instr(a.name, ?3) > 0 OR instr(a.office, ?3) > 0))) ORDER BY id DESC LIMIT ?4 OFFSET ?5";
const COUNT: &str = "SELECT count(*) FROM letter l WHERE (?1 = '' OR ?1 = CASE WHEN trial = 1 AND state IN ('sent', 'held') THEN 'recorded' ELSE state END) AND (?2 = '' OR kind = ?2) AND (?3 = '' OR instr(recipient, ?3) > 0 OR instr(subject, ?3) > 0 OR EXISTS (SELECT 1 FROM mention m JOIN account a ON a.id = m.account WHERE m.letter = l.id AND (instr(a.name, ?3) > 0 OR instr(a.office, ?3) > 0)))";
const DEEDS: &str = "SELECT id, at, who, what, detail, hash FROM audit WHERE (what LIKE 'letter.%' OR what = 'answer.revoke') AND detail LIKE ?1 ORDER BY id";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[PAGE, COUNT, DEEDS];

/// What somebody looks for; an empty text takes every letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The word of a state, or `recorded` for what trial mode has kept.
    pub state: String,
    /// The word of a kind.
    pub kind: String,
    /// In the address, the subject, or the name or office of an account that it speaks of.
    pub text: String,
}

/// How many letters are wanted.
///
/// # Errors
/// Those of SQLite.
pub fn count(conn: &Connection, wanted: &Wanted) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached(COUNT)?.query_row((&wanted.state, &wanted.kind, &wanted.text), |row| row.get(0))?)
}

/// Some of those letters, the newest first, without their bytes.
///
/// # Errors
/// Those of SQLite.
pub fn page(conn: &Connection, wanted: &Wanted, rows: i64, before: i64) -> Result<Vec<LetterRow>, StoreError> {
    let mut statement = conn.prepare_cached(PAGE)?;
    let values = (&wanted.state, &wanted.kind, &wanted.text, rows, before);
    let rows = statement.query_map(values, outbox::letter_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What people did with a letter, oldest first.
///
/// # Errors
/// Those of SQLite.
pub fn deeds(conn: &Connection, letter: i64) -> Result<Vec<Entry>, StoreError> {
    let mut statement = conn.prepare_cached(DEEDS)?;
    let rows = statement.query_map([format!("编号 {letter}，%")], audit::entry)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
