//! Answers of those who were reminded, and the links under which they give them. What an answer sets
//! off happens in its own transaction, and every one is audited.

use super::letters::{LetterKind, LetterRow, LetterState};
use super::{Connection, StoreError, Transaction, accounts, agenda, meta, outbox};
use crate::answer::link::Link;
use crate::answer::{Given, State, Way, Word};
use crate::domain::{AccountId, Moment};
use rusqlite::{OptionalExtension, Params, Row};
use std::collections::{BTreeMap, BTreeSet};

const OFFER: &str =
    "INSERT INTO answer_link (letter, made_at, expires) VALUES (?1, ?2, ?3) ON CONFLICT (letter) DO NOTHING";
const LINK: &str = "SELECT k.letter, l.message_id, l.recipient, k.expires, k.revoked_at IS NOT NULL FROM answer_link k JOIN letter l ON l.id = k.letter WHERE k.letter = ?1";
const REVOKE: &str = "UPDATE answer_link SET revoked_at = ?2, revoked_by = ?3 WHERE letter = ?1 AND revoked_at IS NULL";
const INSERT: &str = "INSERT INTO answer (letter, account, word, way, by, from_address, at, url, note, proves, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const REPLACE: &str = "UPDATE answer SET state = 'replaced' WHERE letter = ?1 AND account = ?2 AND word = ?3 AND state IN ('looking', 'open')";
const GIVEN: &str = "SELECT count(*) FROM answer WHERE letter = ?1 AND account = ?2 AND way = 'link'";
const OF: &str = "SELECT id, letter, account, word, way, by, from_address, at, url, note, state, settled_at, settled_by, settled_note FROM answer WHERE letter = ?1 ORDER BY id";
const ABOUT: &str = "SELECT id, letter, account, word, way, by, from_address, at, url, note, state, settled_at, settled_by, settled_note FROM answer WHERE account = ?1 ORDER BY id DESC LIMIT ?2";
const OPEN: &str = "SELECT id, letter, account, word, way, by, from_address, at, url, note, state, settled_at, settled_by, settled_note FROM answer WHERE state = 'open' ORDER BY id";
const CLAIMS: &str = "SELECT id, letter, account, word, way, by, from_address, at, url, note, state, settled_at, settled_by, settled_note FROM answer WHERE state IN ('looking', 'open') AND word = 'posted' ORDER BY id";
const ONE: &str = "SELECT id, letter, account, word, way, by, from_address, at, url, note, state, settled_at, settled_by, settled_note FROM answer WHERE id = ?1";
const BECOME: &str = "UPDATE answer SET state = ?2 WHERE id = ?1 AND state IN ('looking', 'open')";
const SETTLE: &str = "UPDATE answer SET state = 'settled', settled_at = ?2, settled_by = ?3, settled_note = ?4 WHERE id = ?1 AND state IN ('looking', 'open')";
const ARRIVED: &str = "UPDATE letter SET state = 'sent', sent_at = ?2, reason = ?3 WHERE id = ?1 AND (state = 'doubtful' OR (doubted = 1 AND state IN ('queued', 'held')))";
const PROVEN: &str = "SELECT l.recipient, max(a.at) FROM answer a JOIN letter l ON l.id = a.letter WHERE a.proves = 1 GROUP BY l.recipient";

#[cfg(test)]
pub(super) const ALL: &[&str] =
    &[OFFER, LINK, REVOKE, INSERT, REPLACE, GIVEN, OF, ABOUT, OPEN, CLAIMS, ONE, BECOME, SETTLE, ARRIVED, PROVEN];

/// Answers that one link may give about one account; whoever wants to say more telephones. It keeps the
/// database and the platforms from being pressed by a link that fell into wrong hands.
const MOST: i64 = 12;

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    /// Its number, for `outbox settle`.
    pub id: i64,
    /// The letter that was answered.
    pub letter: i64,
    /// About which account.
    pub account: AccountId,
    /// What.
    pub word: Word,
    /// By which way.
    pub way: Way,
    /// Who: the recipient's address, or the clerk who wrote it down.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Where the post can be seen, as they say; may be empty.
    pub url: String,
    /// Free words; may be empty.
    pub note: String,
    /// What has become of it.
    pub state: State,
    /// When, by whom and with which words it was settled.
    pub settled: Option<(Moment, String, String)>,
}

/// Makes sure that a letter has a link, and gives it; `None` when somebody has revoked it.
///
/// # Errors
/// Those of SQLite.
pub fn offer(tx: &Transaction<'_>, letter: i64, expires: Moment, now: Moment) -> Result<Option<Link>, StoreError> {
    tx.prepare_cached(OFFER)?.execute((letter, now.unix(), expires.unix()))?;
    Ok(link(tx, letter)?.filter(|link| !link.revoked))
}

/// The link of a letter.
///
/// # Errors
/// Those of SQLite.
pub fn link(conn: &Connection, letter: i64) -> Result<Option<Link>, StoreError> {
    let read = |row: &Row<'_>| {
        let (recipient, expires) = (row.get(2)?, Moment::from_unix(row.get(3)?));
        Ok(Link { letter: row.get(0)?, message_id: row.get(1)?, recipient, expires, revoked: row.get(4)? })
    };
    Ok(conn.prepare_cached(LINK)?.query_row([letter], read).optional()?)
}

/// Ends the link of a letter for good, or says why not (Chinese).
///
/// # Errors
/// Those of SQLite.
pub fn revoke(tx: &Transaction<'_>, letter: i64, by: &str, now: Moment) -> Result<Result<(), String>, StoreError> {
    if outbox::show(tx, letter)?.is_none() {
        return Ok(Err(format!("没有编号为{letter}的信；用 outbox list 查看")));
    }
    if tx.prepare_cached(REVOKE)?.execute((letter, now.unix(), by))? == 0 {
        return Ok(Err(format!("编号{letter}的信没有可以作废的办理链接")));
    }
    meta::audit(tx, now, by, "answer.revoke", &format!("编号 {letter}，办理链接作废"))?;
    Ok(Ok(()))
}

/// Keeps an answer about the accounts that it names and does what follows from it; gives the number of
/// those about which it says something new, or the sentence why it cannot be taken (Chinese).
///
/// # Errors
/// Those of SQLite.
pub fn give(
    tx: &Transaction<'_>,
    letter: &LetterRow,
    given: &Given,
    now: Moment,
) -> Result<Result<usize, String>, StoreError> {
    let told: BTreeSet<AccountId> = outbox::mentions(tx, letter.id)?.into_iter().map(|m| m.account).collect();
    let about = match refusal(letter).map_or_else(|| chosen(&told, given), Err) {
        Ok(about) => about,
        Err(why) => return Ok(Err(why)),
    };
    let before = of(tx, letter.id)?;
    let new: Vec<AccountId> = about.into_iter().filter(|account| !is_said(&before, *account, given)).collect();
    for account in &new {
        if is_too_much(tx, letter.id, *account, given)? {
            return Ok(Err("这封信已经回复过多次，如有变化请直接与我们联系".to_owned()));
        }
    }
    for account in &new {
        put(tx, letter, *account, given, now)?;
    }
    if !new.is_empty() {
        has_arrived(tx, letter, given, now)?;
        audit(tx, letter, &new, given, now)?;
    }
    Ok(Ok(new.len()))
}

/// Why no answer to that letter is taken (Chinese).
fn refusal(letter: &LetterRow) -> Option<String> {
    let said = match letter.state {
        _ if !matches!(letter.kind, LetterKind::Reminder | LetterKind::Result) => "没有要责任单位回复的",
        _ if letter.trial => "是试运行中存档的，没有发给收件人",
        LetterState::Cancelled => "已经由人取消",
        LetterState::Overtaken if !letter.doubted => "已经失效，没有发出",
        LetterState::Queued if letter.attempts == 0 => "还没有发出",
        _ => return None,
    };
    Some(format!("编号{}的信{said}，没有记录", letter.id))
}

/// Which accounts are meant. Only 已知晓 may mean several without naming them.
fn chosen(told: &BTreeSet<AccountId>, given: &Given) -> Result<Vec<AccountId>, String> {
    if given.accounts.is_empty() && (told.len() == 1 || given.word == Word::Known) {
        return Ok(told.iter().copied().collect());
    }
    let named: BTreeSet<AccountId> = given.accounts.iter().copied().collect();
    match (named.is_empty(), named.is_subset(told)) {
        (true, _) if told.is_empty() => Err("这封信里已经没有要说的账号".to_owned()),
        (true, _) => Err(format!("信中有{}个账号，请指明“{}”说的是哪一个", told.len(), given.word.chinese())),
        (false, false) => Err("所指的账号不在这封信里".to_owned()),
        (false, true) => Ok(named.into_iter().collect()),
    }
}

/// Whether that was the last thing said about the account: a second click says nothing new.
fn is_said(before: &[AnswerRow], account: AccountId, given: &Given) -> bool {
    let last = before.iter().rev().find(|answer| answer.account == account && answer.state != State::Replaced);
    last.is_some_and(|last| {
        last.word == given.word
            && last.state != State::Settled
            && (given.url.is_empty() || given.url == last.url)
            && (given.note.is_empty() || given.note == last.note)
    })
}

fn is_too_much(conn: &Connection, letter: i64, account: AccountId, given: &Given) -> Result<bool, StoreError> {
    let count: i64 = conn.prepare_cached(GIVEN)?.query_row((letter, account.0), |row| row.get(0))?;
    Ok(matches!(given.way, Way::Link { .. }) && count >= MOST)
}

fn put(
    tx: &Transaction<'_>,
    letter: &LetterRow,
    account: AccountId,
    given: &Given,
    now: Moment,
) -> Result<(), StoreError> {
    let has_sources = accounts::one(tx, account)?.is_some_and(|account| !account.sources.is_empty());
    let state = match given.word {
        Word::Known => State::Noted,
        Word::Posted if has_sources => State::Looking,
        // Nobody but a person looks there.
        Word::Posted | Word::Closed => State::Open,
    };
    let (way, by, from) = match &given.way {
        Way::Link { from } => ("link", &letter.recipient, from.as_str()),
        Way::Clerk { by } => ("clerk", by, ""),
    };
    tx.prepare_cached(REPLACE)?.execute((letter.id, account.0, given.word.word()))?;
    let proves = matches!(given.way, Way::Link { .. }) || has_left(letter);
    let row = (letter.id, account.0, given.word.word(), way, by, from, now.unix());
    tx.prepare_cached(INSERT)?.execute(rusqlite::params![
        row.0,
        row.1,
        row.2,
        row.3,
        row.4,
        row.5,
        row.6,
        given.url,
        given.note,
        proves,
        state.word()
    ])?;
    if state == State::Looking {
        agenda::rush(tx, account, now, now)?;
    }
    Ok(())
}

/// A server, or the folder, has the letter or may have it; a call alone proves no address.
fn has_left(letter: &LetterRow) -> bool {
    letter.class == "accepted" || letter.doubted
}

/// Whoever opened the link of a letter has got it, so none that is in doubt is sent once more.
fn has_arrived(tx: &Transaction<'_>, letter: &LetterRow, given: &Given, now: Moment) -> Result<(), StoreError> {
    if matches!(given.way, Way::Link { .. }) || has_left(letter) {
        tx.prepare_cached(ARRIVED)?.execute((letter.id, now.unix(), "收件人已回复，可见已经收到"))?;
    }
    Ok(())
}

fn audit(
    tx: &Transaction<'_>,
    letter: &LetterRow,
    about: &[AccountId],
    given: &Given,
    now: Moment,
) -> Result<(), StoreError> {
    let (who, way) = match &given.way {
        Way::Link { from } => (&letter.recipient, format!("经信中链接，来自 {from}")),
        Way::Clerk { by } => (by, format!("代 {} 登记", letter.recipient)),
    };
    let accounts: Vec<String> = about.iter().map(|account| account.0.to_string()).collect();
    let detail = format!("编号 {}，{}，账号 {}，{way}", letter.id, given.word.chinese(), accounts.join("、"));
    meta::audit(tx, now, who, "answer.give", &detail)
}

/// A clerk has dealt with an answer; or the sentence why there is nothing to deal with (Chinese).
///
/// # Errors
/// Those of SQLite.
pub fn settle(
    tx: &Transaction<'_>,
    id: i64,
    by: &str,
    note: &str,
    now: Moment,
) -> Result<Result<AnswerRow, String>, StoreError> {
    let Some(answer) = one(tx, id)? else {
        return Ok(Err(format!("没有编号为{id}的回复；用 status 查看")));
    };
    if tx.prepare_cached(SETTLE)?.execute((id, now.unix(), by, note))? == 0 {
        return Ok(Err(format!("编号{id}的回复现在是“{}”，不用处理", answer.state.chinese())));
    }
    let detail = format!("回复 {id}（信 {}，{}）；{note}", answer.letter, answer.word.chinese());
    meta::audit(tx, now, by, "answer.settle", &detail)?;
    Ok(Ok(answer))
}

/// Moves an answer that waits to what was found out; false when it waits no more.
///
/// # Errors
/// Those of SQLite.
pub fn become_(tx: &Transaction<'_>, id: i64, state: State) -> Result<bool, StoreError> {
    Ok(tx.prepare_cached(BECOME)?.execute((id, state.word()))? > 0)
}

/// Every answer to a letter, oldest first.
///
/// # Errors
/// Those of SQLite.
pub fn of(conn: &Connection, letter: i64) -> Result<Vec<AnswerRow>, StoreError> {
    rows(conn, OF, [letter])
}

/// The newest answers about an account.
///
/// # Errors
/// Those of SQLite.
pub fn about(conn: &Connection, account: AccountId, limit: i64) -> Result<Vec<AnswerRow>, StoreError> {
    rows(conn, ABOUT, (account.0, limit))
}

/// Answers that wait for the clerk, oldest first.
///
/// # Errors
/// Those of SQLite.
pub fn open(conn: &Connection) -> Result<Vec<AnswerRow>, StoreError> {
    rows(conn, OPEN, [])
}

/// Answers that say 已发布 and wait for a look or a person, oldest first.
///
/// # Errors
/// Those of SQLite.
pub fn claims(conn: &Connection) -> Result<Vec<AnswerRow>, StoreError> {
    rows(conn, CLAIMS, [])
}

fn one(conn: &Connection, id: i64) -> Result<Option<AnswerRow>, StoreError> {
    Ok(rows(conn, ONE, [id])?.pop())
}

/// Addresses that have answered a letter, and when last. Every other one is 未确认.
///
/// # Errors
/// Those of SQLite.
pub fn proven(conn: &Connection) -> Result<BTreeMap<String, Moment>, StoreError> {
    let mut statement = conn.prepare_cached(PROVEN)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, Moment::from_unix(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn rows(conn: &Connection, sql: &'static str, params: impl Params) -> Result<Vec<AnswerRow>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AnswerRow> {
    let (word, way, state): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(10)?);
    let (by, from): (String, String) = (row.get(5)?, row.get(6)?);
    let settled: Option<i64> = row.get(11)?;
    Ok(AnswerRow {
        id: row.get(0)?,
        letter: row.get(1)?,
        account: AccountId(row.get(2)?),
        // The table's CHECKs know only these words.
        word: Word::from_word(&word).unwrap_or(Word::Known),
        way: if way == "link" { Way::Link { from } } else { Way::Clerk { by: by.clone() } },
        by,
        at: Moment::from_unix(row.get(7)?),
        url: row.get(8)?,
        note: row.get(9)?,
        state: State::from_word(&state).unwrap_or(State::Open),
        settled: match settled {
            Some(at) => Some((Moment::from_unix(at), row.get(12)?, row.get(13)?)),
            None => None,
        },
    })
}
