//! The outbox by hand: what a named person may do with a letter, from which states, and the calls that
//! stand in for letters. Every deed is audited in its own transaction.

use super::letters::{LetterKind, LetterRow, LetterState};
use super::{Connection, StoreError, Transaction, meta, outbox};
use crate::domain::{AccountId, Moment, Role};
use std::collections::{BTreeMap, BTreeSet};

const DEAD: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, NULL, reason, trial, state, message_id, NULL, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter WHERE (((state = 'held' AND class <> 'trial') OR state = 'refused') AND (doubted = 0 OR EXISTS (SELECT 1 FROM mention m WHERE m.letter = letter.id AND m.dropped = '' AND NOT EXISTS (SELECT 1 FROM call c WHERE c.letter = letter.id AND c.account = m.account)) OR NOT EXISTS (SELECT 1 FROM call c WHERE c.letter = letter.id))) OR (state = 'bounced' AND sent_at >= ?1) OR (state = 'overtaken' AND class = 'expired' AND not_after >= ?1) ORDER BY slot DESC, id DESC";
const OPEN: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, NULL, reason, trial, state, message_id, NULL, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter WHERE kind = 'reminder' AND trial = 0 AND not_after > ?1 AND state NOT IN ('cancelled', 'overtaken') ORDER BY slot, id";
const WAITING: &str = "SELECT id, kind, recipient, role, slot, not_before, not_after, subject, text, html, attachment_name, NULL, reason, trial, state, message_id, NULL, attempts, next_try, dot_armed_at, sent_at, class, reply_code, reply_text, created_at, doubted, repeat, repeat_since, repeat_count FROM letter WHERE kind = 'reminder' AND state IN ('queued', 'doubtful') AND next_try >= ?1 ORDER BY next_try, id";
const RETRY: &str = "UPDATE letter SET state = 'queued', next_try = ?2, attempts = 0, reason = '', class = '' WHERE id = ?1 AND state IN ('queued', 'held', 'refused')";
const CANCEL: &str = "UPDATE letter SET state = 'cancelled', reason = ?2 WHERE id = ?1 AND state IN ('queued', 'doubtful', 'held', 'refused')";
const ARRIVED: &str = "UPDATE letter SET state = 'sent', sent_at = ?2, reason = ?3 WHERE id = ?1 AND state IN ('queued', 'doubtful', 'held', 'refused')";
const PHONED: &str = "UPDATE letter SET state = 'phoned', reason = ?2 WHERE id = ?1 AND doubted = 0 AND state IN ('queued', 'held', 'refused')";
// What may have been delivered stays in doubt: its bounce may still come. Only a repetition is not needed any more.
const DOUBT_PHONED: &str = "UPDATE letter SET state = 'held', class = 'doubtful', reason = '上次发送时连接中断，可能已经送达；' || ?2 WHERE id = ?1 AND doubted = 1 AND state = 'queued'";
const CALL: &str = "INSERT INTO call (letter, account, by, at, note, entered_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const LAST_CALLS: &str =
    "SELECT c.account, l.role, max(c.at) FROM call c JOIN letter l ON l.id = c.letter GROUP BY c.account, l.role";
const CALLS: &str = "SELECT account, by, at, note FROM call WHERE letter = ?1 ORDER BY at, account";

#[cfg(test)]
pub(super) const ALL: &[&str] =
    &[DEAD, OPEN, WAITING, RETRY, CANCEL, ARRIVED, PHONED, DOUBT_PHONED, CALL, CALLS, LAST_CALLS];

/// Days for which a letter that reached nobody, and that nobody can mend any more, is still shown first.
const SHOWN_DAYS: i64 = 14;

/// What a person does with a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Send it again, now.
    Retry,
    /// It shall not leave, because of this.
    Cancel {
        /// Why.
        reason: String,
    },
    /// The recipient says that it is there.
    Arrived,
}

/// A call about an account of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// About which account.
    pub account: AccountId,
    /// Who called.
    pub by: String,
    /// When.
    pub at: Moment,
    /// What was said; may be empty.
    pub note: String,
}

/// Letters that reached nobody and wait for a person, newest first.
///
/// # Errors
/// Those of SQLite.
pub fn dead(conn: &Connection, now: Moment) -> Result<Vec<LetterRow>, StoreError> {
    rows(conn, DEAD, now.plus_days(-SHOWN_DAYS))
}

/// Reminders that still mean something, whatever became of them.
///
/// # Errors
/// Those of SQLite.
pub fn open(conn: &Connection, now: Moment) -> Result<Vec<LetterRow>, StoreError> {
    rows(conn, OPEN, now)
}

/// Reminders that wait to leave.
///
/// # Errors
/// Those of SQLite.
pub fn waiting(conn: &Connection) -> Result<Vec<LetterRow>, StoreError> {
    rows(conn, WAITING, Moment::MIN)
}

fn rows(conn: &Connection, sql: &'static str, at: Moment) -> Result<Vec<LetterRow>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([at.unix()], outbox::letter_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Does it, or says why it cannot be done (Chinese); then nothing has changed.
///
/// # Errors
/// Those of SQLite.
pub fn act(
    tx: &Transaction<'_>,
    id: i64,
    deed: &Deed,
    by: &str,
    now: Moment,
) -> Result<Result<(), String>, StoreError> {
    let Some(letter) = outbox::show(tx, id)? else { return Ok(Err(unknown(id))) };
    if let Some(why) = refusal(&letter, deed, now) {
        return Ok(Err(why));
    }
    let what = match deed {
        Deed::Retry => {
            tx.prepare_cached(RETRY)?.execute((id, now.unix()))?;
            "letter.retry"
        }
        Deed::Cancel { reason } => {
            tx.prepare_cached(CANCEL)?.execute((id, format!("{by}取消：{reason}")))?;
            "letter.cancel"
        }
        Deed::Arrived => {
            tx.prepare_cached(ARRIVED)?.execute((id, now.unix(), format!("{by}向收件人核实：已经收到")))?;
            "letter.arrived"
        }
    };
    let reason = if let Deed::Cancel { reason } = deed { format!("；理由：{reason}") } else { String::new() };
    meta::audit(tx, now, by, what, &format!("编号 {id}，原状态 {}{reason}", letter.state.chinese()))?;
    Ok(Ok(()))
}

/// Why a deed is not allowed on a letter that stands there (Chinese).
pub fn refusal(letter: &LetterRow, deed: &Deed, now: Moment) -> Option<String> {
    use LetterState::{Bounced, Cancelled, Doubtful, Held, Overtaken, Phoned, Queued, Refused, Sending, Sent};
    let recorded = letter.trial && letter.state == Held && letter.class == "trial";
    let late = letter.not_after.is_some_and(|end| end <= now);
    let said = match (letter.state, deed) {
        (Sending, _) => "正在发送，请过一分钟再看结果",
        (Sent, _) => "已经提交给邮件服务器，不能再改",
        (Bounced, _) => "已经发出后被退回，不能再改；请更正联系人，或电话通知后用 outbox called 登记",
        (Cancelled, _) => "已经由人取消",
        (Phoned, _) => "没有发出，已经电话告知",
        (Overtaken, _) => "已经失效，不会再发",
        (_, Deed::Retry | Deed::Arrived) if recorded => "试运行中只存档，没有发给收件人",
        (Doubtful, Deed::Retry) => {
            "可能已经送达；请先向收件人核实：收到了用 outbox arrived，没收到等它转为待处理后再用 outbox retry"
        }
        (_, Deed::Retry) if late => "期限已过，再发没有意义；可以用 outbox cancel 了结",
        (Queued, Deed::Arrived) => "还没有发出过",
        (Refused, Deed::Arrived) => "已被永久拒收，收件人不可能收到；电话通知了请用 outbox called 登记",
        _ => return None,
    };
    Some(format!("编号{}的信现在是“{}”：{said}，没有改动", letter.id, letter.state.chinese()))
}

fn unknown(id: i64) -> String {
    format!("没有编号为{id}的信；用 outbox list 查看")
}

/// The calls that were entered for a letter.
///
/// # Errors
/// Those of SQLite.
pub fn calls(conn: &Connection, letter: i64) -> Result<Vec<Call>, StoreError> {
    let mut statement = conn.prepare_cached(CALLS)?;
    let rows = statement.query_map([letter], |row| {
        let at: i64 = row.get(2)?;
        Ok(Call { account: AccountId(row.get(0)?), by: row.get(1)?, at: Moment::from_unix(at), note: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When somebody was last called about an account, by the role that was to hear of it.
///
/// # Errors
/// Those of SQLite; a stored word that is not known.
pub fn last_calls(conn: &Connection) -> Result<BTreeMap<(AccountId, Role), Moment>, StoreError> {
    let mut statement = conn.prepare_cached(LAST_CALLS)?;
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let role: String = row.get(1)?;
        let role = Role::from_word(&role).ok_or_else(|| StoreError::odd(&role))?;
        found.insert((AccountId(row.get(0)?), role), Moment::from_unix(row.get(2)?));
    }
    Ok(found)
}

/// Enters a call about `accounts` of a letter (all of them when empty). When every account that the
/// letter speaks of has been called, a letter that surely has not left ends as 已电话告知: no server has it.
/// One that may have been delivered stays in doubt, and is not repeated. Gives the accounts that were entered,
/// or the sentence why not.
///
/// # Errors
/// Those of SQLite.
pub fn called(
    tx: &Transaction<'_>,
    id: i64,
    accounts: &[AccountId],
    call: &Call,
    now: Moment,
) -> Result<Result<Vec<AccountId>, String>, StoreError> {
    let Some(letter) = outbox::show(tx, id)? else { return Ok(Err(unknown(id))) };
    let told: BTreeSet<AccountId> = outbox::mentions(tx, id)?.into_iter().map(|mention| mention.account).collect();
    let before: BTreeSet<AccountId> = calls(tx, id)?.into_iter().map(|call| call.account).collect();
    let wanted: Vec<AccountId> =
        told.difference(&before).copied().filter(|one| accounts.is_empty() || accounts.contains(one)).collect();
    if let Some(why) = no_call(&letter, call, &told, &wanted) {
        return Ok(Err(why));
    }
    for account in &wanted {
        let row = (id, account.0, &call.by, call.at.unix(), &call.note, now.unix());
        tx.prepare_cached(CALL)?.execute(row)?;
    }
    if before.len() + wanted.len() == told.len() {
        let reason = format!("{}电话通知", call.by);
        tx.prepare_cached(PHONED)?.execute((id, &reason))?;
        tx.prepare_cached(DOUBT_PHONED)?.execute((id, &reason))?;
    }
    let note = if call.note.is_empty() { String::new() } else { format!("；{}", call.note) };
    let detail = format!("编号 {id}，{}个账号，通话时间 {}{note}", wanted.len(), call.at);
    meta::audit(tx, now, &call.by, "letter.called", &detail)?;
    Ok(Ok(wanted))
}

fn no_call(letter: &LetterRow, call: &Call, told: &BTreeSet<AccountId>, wanted: &[AccountId]) -> Option<String> {
    let said = match letter.state {
        _ if letter.kind != LetterKind::Reminder => "不是更新提醒，不用电话通知",
        _ if letter.trial => "是试运行中存档的，没有要通知的人",
        LetterState::Sending => "正在发送，请过一分钟再看结果",
        LetterState::Overtaken => "已经失效，不用通知了",
        LetterState::Cancelled => "已经由人取消",
        _ if call.at < letter.slot => "登记的通话时间早于它应发的时间，请核对 --at",
        _ if told.is_empty() => "已经没有要说的账号",
        _ if wanted.is_empty() => "所指的账号已经登记过通话，或不在这封信里",
        _ => return None,
    };
    Some(format!("编号{}的信{said}，没有改动", letter.id))
}
