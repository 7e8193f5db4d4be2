//! Letters owed to people, until they are provably gone (mail.md "The outbox"); `births` has how they come
//! in, once.

pub use super::births::queue;
use super::letters::{Composed, Ending, LetterKind, LetterRow, LetterState, Mention, Repeated};
use super::{Connection, StoreError, Transaction, attempts};
use crate::domain::{AccountId, Moment, Role};
use crate::warn::Spent;
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::BTreeSet;

const BY_ID: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, attachment, reason, trial, state, message_id, rfc822, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter WHERE id = ?1";
const DUE: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, attachment, reason, trial, state, message_id, rfc822, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter WHERE state IN ('queued', 'doubtful') AND next_try <= ?1 ORDER BY next_try, id LIMIT 1";
const LIST: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, NULL, reason, trial, state, message_id, NULL, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter ORDER BY id DESC LIMIT ?1";
const ABOUT: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, NULL, reason, trial, state, message_id, NULL, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter WHERE id IN (SELECT letter FROM mention WHERE account = ?1) ORDER BY slot DESC LIMIT ?2";
const RECORDED: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, NULL, reason, trial, state, message_id, NULL, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter WHERE trial = 1 AND state = 'held' AND class = 'trial' ORDER BY id";
const WAKE: &str = "SELECT min(next_try) FROM letter WHERE state IN ('queued', 'doubtful')";
const CLAIM: &str = "UPDATE letter SET state = 'sending', claimed_at = ?2, dot_armed_at = NULL, attempts = attempts + 1, subject = ?3, text = ?4, html = ?5, rfc822 = ?6 WHERE id = ?1 AND state IN ('queued', 'doubtful')";
const ARM: &str = "UPDATE letter SET dot_armed_at = ?2 WHERE id = ?1 AND state = 'sending'";
const FINISH: &str = "UPDATE letter SET state = ?2, class = ?3, reply_code = ?4, reply_text = ?5, next_try = ?6, sent_at = ?7, reason = CASE WHEN ?8 = '' THEN reason ELSE ?8 END, attempts = attempts - (?3 IN ('auth', 'config')), doubted = max(doubted, ?2 = 'doubtful'), repeat_since = CASE WHEN ?9 = '' THEN NULL WHEN repeat = ?9 THEN repeat_since ELSE ?10 END, repeat_count = CASE WHEN ?9 = '' THEN 0 WHEN repeat = ?9 THEN repeat_count + 1 ELSE 1 END, repeat = ?9 WHERE id = ?1 AND state = 'sending'";
const END: &str = "UPDATE letter SET state = ?2, reason = ?3 WHERE id = ?1 AND state IN ('queued', 'doubtful', 'held')";
const DOUBTED: &str = "UPDATE letter SET state = 'held', class = 'doubtful', reason = ?2 WHERE id = ?1 AND state IN ('queued', 'doubtful')";
const EXPIRE: &str = "UPDATE letter SET state = 'overtaken', class = 'expired', reason = ?2 WHERE id = ?1 AND state IN ('queued', 'doubtful')";
const RECORD: &str = "UPDATE letter SET state = 'held', class = 'trial', subject = ?2, text = ?3, html = ?4, rfc822 = ?5 WHERE id = ?1 AND state = 'queued'";
const DIGESTED: &str = "UPDATE letter SET state = 'sent', sent_at = ?2, reply_text = '试运行：已并入给检查方的日报' WHERE id = ?1 AND state = 'held' AND class = 'trial'";
const REQUEUE: &str = "UPDATE letter SET state = 'queued' WHERE state = 'sending' AND dot_armed_at IS NULL";
const DOUBT: &str = "UPDATE letter SET state = 'doubtful', class = 'doubtful', doubted = 1, next_try = ?1 WHERE state = 'sending' AND dot_armed_at IS NOT NULL";
const MENTIONS: &str =
    "SELECT account, rule, anchor, stage, verdict FROM mention WHERE letter = ?1 AND dropped = '' ORDER BY rowid";
const DROP: &str =
    "UPDATE mention SET dropped = ?6 WHERE letter = ?1 AND account = ?2 AND rule = ?3 AND anchor = ?4 AND stage = ?5";
const SPENT: &str = "SELECT m.account, m.rule, m.anchor, m.stage, m.recipient, l.role, l.slot, m.dropped = '' AND (l.trial = 0 OR ?2) AND (l.state IN ('sent', 'doubtful') OR (l.state = 'held' AND l.class = 'trial') OR EXISTS (SELECT 1 FROM call c WHERE c.letter = l.id AND c.account = m.account)) FROM mention m JOIN letter l ON l.id = m.letter WHERE l.slot >= ?1 AND l.kind = 'reminder'";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    BY_ID, DUE, LIST, ABOUT, RECORDED, WAKE, CLAIM, ARM, FINISH, END, DOUBTED, EXPIRE, RECORD, DIGESTED, REQUEUE,
    DOUBT, MENTIONS, DROP, SPENT,
];

/// How long the silence ladder of one anchor may last, in days; older mentions cannot be owed again.
const SPENT_DAYS: i64 = 400;
/// Seconds before a doubtful letter is looked at again (mail.md "Retry clock").
const DOUBT_S: i64 = 600;

/// The letter that is due first.
///
/// # Errors
/// Those of SQLite.
pub fn next_due(conn: &Connection, now: Moment) -> Result<Option<LetterRow>, StoreError> {
    Ok(conn.prepare_cached(DUE)?.query_row([now.unix()], letter_row).optional()?)
}

/// When the next waiting letter falls due.
///
/// # Errors
/// Those of SQLite.
pub fn next_wake(conn: &Connection) -> Result<Option<Moment>, StoreError> {
    let min: Option<i64> = conn.prepare_cached(WAKE)?.query_row([], |row| row.get(0))?;
    Ok(min.map(Moment::from_unix))
}

/// One letter, whole.
///
/// # Errors
/// Those of SQLite.
pub fn show(conn: &Connection, id: i64) -> Result<Option<LetterRow>, StoreError> {
    Ok(conn.prepare_cached(BY_ID)?.query_row([id], letter_row).optional()?)
}

/// The newest letters, without their bytes.
///
/// # Errors
/// Those of SQLite.
pub fn list(conn: &Connection, limit: i64) -> Result<Vec<LetterRow>, StoreError> {
    let mut statement = conn.prepare_cached(LIST)?;
    let rows = statement.query_map([limit], letter_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The newest letters that speak of an account.
///
/// # Errors
/// Those of SQLite.
pub fn about(conn: &Connection, account: AccountId, limit: i64) -> Result<Vec<LetterRow>, StoreError> {
    let mut statement = conn.prepare_cached(ABOUT)?;
    let rows = statement.query_map((account.0, limit), letter_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Letters that trial mode has composed and no digest has told yet.
///
/// # Errors
/// Those of SQLite.
pub fn recorded(conn: &Connection) -> Result<Vec<LetterRow>, StoreError> {
    let mut statement = conn.prepare_cached(RECORDED)?;
    let rows = statement.query_map([], letter_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes a waiting letter to be sent now, with the exact bytes; false when it waits no more.
///
/// # Errors
/// Those of SQLite.
pub fn claim(tx: &Transaction<'_>, id: i64, composed: &Composed, now: Moment) -> Result<bool, StoreError> {
    let Composed { subject, text, html, rfc822 } = composed;
    let html = html.as_deref().unwrap_or_default();
    Ok(tx.prepare_cached(CLAIM)?.execute((id, now.unix(), subject, text, html, rfc822))? > 0)
}

/// The final dot is about to go out: from here on the letter may have been delivered.
///
/// # Errors
/// Those of SQLite.
pub fn arm(tx: &Transaction<'_>, id: i64, now: Moment) -> Result<(), StoreError> {
    tx.prepare_cached(ARM)?.execute((id, now.unix()))?;
    Ok(())
}

/// Writes down how an attempt ended.
///
/// # Errors
/// Those of SQLite.
pub fn finish(tx: &Transaction<'_>, id: i64, ending: &Ending, now: Moment) -> Result<(), StoreError> {
    let sent = (ending.state == LetterState::Sent).then_some(now.unix());
    let next = ending.next_try.unwrap_or(now).unix();
    let values = params![
        id,
        ending.state.word(),
        ending.class,
        ending.reply_code,
        ending.reply_text,
        next,
        sent,
        ending.reason,
        ending.repeat,
        now.unix()
    ];
    tx.prepare_cached(FINISH)?.execute(values)?;
    Ok(())
}

/// Ends a waiting letter for good, with a reason.
///
/// # Errors
/// Those of SQLite.
pub fn end(tx: &Transaction<'_>, id: i64, state: LetterState, reason: &str) -> Result<(), StoreError> {
    tx.prepare_cached(END)?.execute((id, state.word(), reason))?;
    Ok(())
}

/// Leaves a waiting letter that may have been delivered to a person, with a reason: it is not repeated, and
/// its fate stays unknown.
///
/// # Errors
/// Those of SQLite.
pub fn hold_doubted(tx: &Transaction<'_>, id: i64, reason: &str) -> Result<(), StoreError> {
    tx.prepare_cached(DOUBTED)?.execute((id, reason))?;
    Ok(())
}

/// A letter whose deadline has passed before it could leave.
///
/// # Errors
/// Those of SQLite.
pub fn expire(tx: &Transaction<'_>, id: i64, reason: &str) -> Result<(), StoreError> {
    tx.prepare_cached(EXPIRE)?.execute((id, reason))?;
    Ok(())
}

/// Trial mode: keeps a composed letter for the day's digest.
///
/// # Errors
/// Those of SQLite.
pub fn record(tx: &Transaction<'_>, id: i64, composed: &Composed) -> Result<(), StoreError> {
    let Composed { subject, text, html, rfc822 } = composed;
    tx.prepare_cached(RECORD)?.execute((id, subject, text, html.as_deref().unwrap_or_default(), rfc822))?;
    Ok(())
}

/// A recorded letter has been told in a digest.
///
/// # Errors
/// Those of SQLite.
pub fn digested(tx: &Transaction<'_>, id: i64, now: Moment) -> Result<(), StoreError> {
    tx.prepare_cached(DIGESTED)?.execute((id, now.unix()))?;
    Ok(())
}

/// On start: what was on its way is queued again if the final dot was surely not sent, else it is in
/// doubt. Returns how many of each.
///
/// # Errors
/// Those of SQLite.
pub fn reconcile(tx: &Transaction<'_>, now: Moment) -> Result<(usize, usize), StoreError> {
    attempts::broken_off(tx)?;
    let requeued = tx.prepare_cached(REQUEUE)?.execute([])?;
    let doubtful = tx.prepare_cached(DOUBT)?.execute([now.plus(DOUBT_S).unix()])?;
    Ok((requeued, doubtful))
}

/// What a letter still says.
///
/// # Errors
/// Those of SQLite.
pub fn mentions(conn: &Connection, id: i64) -> Result<Vec<Mention>, StoreError> {
    let mut statement = conn.prepare_cached(MENTIONS)?;
    let rows = statement.query_map([id], |row| {
        let anchor: String = row.get(2)?;
        let mention = |anchor| {
            Ok(Mention {
                account: AccountId(row.get(0)?),
                rule: row.get(1)?,
                anchor,
                stage: row.get(3)?,
                revision: row.get(4)?,
            })
        };
        anchor.parse().map(mention).unwrap_or_else(|_| mention(NaiveDate::MIN))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Leaves a mention out of its letter, visibly; it stays spent.
///
/// # Errors
/// Those of SQLite.
pub fn drop_mention(tx: &Transaction<'_>, letter: i64, mention: &Mention, why: &str) -> Result<(), StoreError> {
    let key = (letter, mention.account.0, &mention.rule, mention.anchor.to_string(), &mention.stage, why);
    tx.prepare_cached(DROP)?.execute(key)?;
    Ok(())
}

/// Every mention of the last 400 days, whatever became of its letter. What trial mode has only recorded
/// was heard by nobody, unless it is `trial` mode that asks.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn spent(conn: &Connection, trial: bool, now: Moment) -> Result<BTreeSet<Spent>, StoreError> {
    let mut statement = conn.prepare_cached(SPENT)?;
    let mut rows = statement.query((now.plus_days(-SPENT_DAYS).unix(), trial))?;
    let mut spent = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (anchor, role): (String, String) = (row.get(2)?, row.get(5)?);
        spent.insert(Spent {
            account: AccountId(row.get(0)?),
            rule: row.get(1)?,
            anchor: anchor.parse().map_err(|_| StoreError::odd(&anchor))?,
            stage: row.get(3)?,
            recipient: row.get(4)?,
            role: Role::from_word(&role).ok_or_else(|| StoreError::odd(&role))?,
            slot: Moment::from_unix(row.get(6)?),
            heard: row.get(7)?,
        });
    }
    Ok(spent)
}

pub(super) fn letter_row(row: &Row<'_>) -> rusqlite::Result<LetterRow> {
    let moment = |column: usize| -> rusqlite::Result<Option<Moment>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(Moment::from_unix))
    };
    let (html, name): (String, String) = (row.get(9)?, row.get(10)?);
    let bytes: Option<Vec<u8>> = row.get(11)?;
    // The table's CHECKs know only these words.
    let word = |column: usize| row.get::<_, String>(column);
    Ok(LetterRow {
        id: row.get(0)?,
        kind: LetterKind::from_word(&word(1)?).unwrap_or(LetterKind::Reminder),
        recipient: row.get(2)?,
        role: Role::from_word(&word(3)?).unwrap_or(Role::Clerk),
        slot: moment(4)?.unwrap_or_default(),
        not_before: moment(5)?.unwrap_or_default(),
        not_after: moment(6)?,
        subject: row.get(7)?,
        text: row.get(8)?,
        html: Some(html).filter(|html| !html.is_empty()),
        attachment: (!name.is_empty()).then(|| (name, bytes.unwrap_or_default())),
        reason: row.get(12)?,
        trial: row.get(13)?,
        state: LetterState::from_word(&word(14)?).unwrap_or(LetterState::Held),
        message_id: row.get(15)?,
        rfc822: row.get(16)?,
        attempts: row.get(17)?,
        next_try: moment(18)?.unwrap_or_default(),
        dot_armed_at: moment(19)?,
        sent_at: moment(20)?,
        class: row.get(21)?,
        reply_code: row.get(22)?,
        reply_text: row.get(23)?,
        created_at: moment(24)?.unwrap_or_default(),
        doubted: row.get(25)?,
        repeated: Repeated { what: row.get(26)?, since: moment(27)?, count: row.get(28)? },
    })
}
