//! Silences and what they have kept from being said. What a silence covers is [`crate::silence`].

use super::{Connection, Mention, StoreError, Transaction, accounts, meta, outbox};
use crate::domain::{Account, AccountId, Moment};
use crate::ledger::Ledger;
use crate::silence::{Scope, Silence, over};
use crate::warn::OwedLetter;
use rusqlite::{Row, params};

const ADD: &str = "INSERT INTO silence (scope, account, name, reason, by, at, until_s, until_recovered) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const LIST: &str = "SELECT id, scope, account, name, reason, by, at, until_s, until_recovered, ended_at, ended_by, (SELECT count(*) FROM hushed WHERE silence = id) FROM silence ORDER BY id DESC";
const ACTIVE: &str = "SELECT id, scope, account, name, reason, by, at, until_s, until_recovered, ended_at, ended_by, 0 FROM silence WHERE ended_at IS NULL AND at <= ?1 AND until_s > ?1 ORDER BY id";
const END: &str = "UPDATE silence SET ended_at = ?2, ended_by = ?3 WHERE id = ?1 AND ended_at IS NULL AND until_s > ?2";
const HUSH: &str =
    "INSERT INTO hushed (silence, key, account, what, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
const ABOUT: &str = "SELECT h.silence, s.reason, s.by, h.what, h.at FROM hushed h JOIN silence s ON s.id = h.silence WHERE h.account = ?1 ORDER BY h.at DESC LIMIT ?2";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[ADD, LIST, ACTIVE, END, HUSH, ABOUT];

/// Who ends a silence when what it is about has recovered.
const ITSELF: &str = "程序（已恢复更新）";

/// Something that a silence has kept from being said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hushed {
    /// The silence.
    pub silence: i64,
    /// Its reason.
    pub reason: String,
    /// Who asked for it.
    pub by: String,
    /// What was not said.
    pub what: String,
    /// When.
    pub at: Moment,
}

/// Keeps a new silence (its number is not looked at) and returns its number.
///
/// # Errors
/// Those of SQLite.
pub fn add(tx: &Transaction<'_>, new: &Silence) -> Result<i64, StoreError> {
    let (account, name) = match &new.scope {
        Scope::Account(id) => (Some(id.0), &new.name),
        Scope::Office(name) | Scope::Source(name) => (None, name),
    };
    let id = tx.prepare_cached(ADD)?.insert(params![
        new.scope.word(),
        account,
        name,
        new.reason,
        new.by,
        new.at.unix(),
        new.until.unix(),
        new.until_recovered
    ])?;
    let until = new.until.rfc3339();
    let detail = format!("编号{id}，{}{}，至{until}；理由：{}", new.scope.chinese(), name, new.reason);
    meta::audit(tx, new.at, &new.by, "silence.add", &detail)?;
    Ok(id)
}

/// Every silence, the newest first.
///
/// # Errors
/// Those of SQLite.
pub fn list(conn: &Connection) -> Result<Vec<Silence>, StoreError> {
    let mut statement = conn.prepare_cached(LIST)?;
    let rows = statement.query_map([], silence)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The silences that hold at `now`.
///
/// # Errors
/// Those of SQLite.
pub fn active(conn: &Connection, now: Moment) -> Result<Vec<Silence>, StoreError> {
    let mut statement = conn.prepare_cached(ACTIVE)?;
    let rows = statement.query_map([now.unix()], silence)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends a silence before its time; false when it holds no more.
///
/// # Errors
/// Those of SQLite.
pub fn end(tx: &Transaction<'_>, id: i64, by: &str, now: Moment) -> Result<bool, StoreError> {
    let ended = tx.prepare_cached(END)?.execute((id, now.unix(), by))? > 0;
    if ended {
        let whose = list(tx)?.into_iter().find(|one| one.id == id);
        let whose = whose.map_or_else(String::new, |one| format!("，{}{}", one.scope.chinese(), one.name));
        meta::audit(tx, now, by, "silence.end", &format!("编号{id}{whose}"))?;
    }
    Ok(ended)
}

/// Ends the silences whose accounts were all updated since.
///
/// # Errors
/// Those of SQLite.
pub fn end_recovered(tx: &Transaction<'_>, ledger: &Ledger, now: Moment) -> Result<(), StoreError> {
    let newest = |id: AccountId| ledger.newest(id).map(|post| post.when.latest());
    for silence in active(tx, now)?.iter().filter(|silence| silence.until_recovered) {
        if silence.has_recovered(&ledger.accounts, newest) {
            end(tx, silence.id, ITSELF, now)?;
        }
    }
    Ok(())
}

/// Ends the silences about sources that have served everybody since.
///
/// # Errors
/// Those of SQLite.
pub fn end_recovered_sources(
    tx: &Transaction<'_>,
    recovered: impl Fn(&str, Moment) -> bool,
    now: Moment,
) -> Result<(), StoreError> {
    for silence in active(tx, now)?.iter().filter(|silence| silence.until_recovered) {
        if let Scope::Source(name) = &silence.scope
            && recovered(name, silence.at)
        {
            end(tx, silence.id, ITSELF, now)?;
        }
    }
    Ok(())
}

/// Writes down, once, what a silence keeps from being said.
///
/// # Errors
/// Those of SQLite.
pub fn hush(
    tx: &Transaction<'_>,
    silence: i64,
    key: &str,
    account: Option<AccountId>,
    what: &str,
    now: Moment,
) -> Result<(), StoreError> {
    tx.prepare_cached(HUSH)?.execute((silence, key, account.map(|id| id.0), what, now.unix()))?;
    Ok(())
}

/// The letters that are owed and may be said; what a silence keeps back is counted.
///
/// # Errors
/// Those of SQLite.
pub fn loud(
    tx: &Transaction<'_>,
    accounts: &[Account],
    letters: Vec<OwedLetter>,
    now: Moment,
) -> Result<Vec<OwedLetter>, StoreError> {
    let silences = active(tx, now)?;
    let quiet = |id: AccountId| accounts.iter().find(|a| a.id == id).and_then(|account| over(&silences, account));
    let mut loud = Vec::new();
    for mut letter in letters {
        for mention in &letter.mentions {
            if let Some(silence) = quiet(mention.account) {
                let told = (mention.rule.as_str(), mention.anchor.to_string(), mention.stage.as_str());
                hush_mention(tx, silence.id, &letter.recipient, mention.account, told, now)?;
            }
        }
        letter.mentions.retain(|mention| quiet(mention.account).is_none());
        loud.extend((!letter.mentions.is_empty()).then_some(letter));
    }
    Ok(loud)
}

/// What a waiting letter may still say. What a silence keeps back is dropped from it, visibly; the reason
/// is returned when nothing is left.
///
/// # Errors
/// Those of SQLite.
pub fn drop_quiet(
    tx: &Transaction<'_>,
    letter: i64,
    recipient: &str,
    now: Moment,
) -> Result<Result<Vec<Mention>, String>, StoreError> {
    let silences = active(tx, now)?;
    let (mut loud, mut last) = (Vec::new(), None);
    for mention in outbox::mentions(tx, letter)? {
        let account = accounts::one(tx, mention.account)?;
        let Some(silence) = account.as_ref().and_then(|account| over(&silences, account)) else {
            loud.push(mention);
            continue;
        };
        let why = said(silence);
        outbox::drop_mention(tx, letter, &mention, &why)?;
        let told = (mention.rule.as_str(), mention.anchor.to_string(), mention.stage.as_str());
        hush_mention(tx, silence.id, recipient, mention.account, told, now)?;
        last = Some(why);
    }
    Ok(match last {
        Some(why) if loud.is_empty() => Err(why),
        _ => Ok(loud),
    })
}

/// What keeps a letter from being repeated (Chinese), counted; what it said before stays said.
///
/// # Errors
/// Those of SQLite.
pub fn keeps_back(
    tx: &Transaction<'_>,
    letter: i64,
    recipient: &str,
    now: Moment,
) -> Result<Option<String>, StoreError> {
    let (silences, mut why) = (active(tx, now)?, None);
    for mention in outbox::mentions(tx, letter)? {
        let account = accounts::one(tx, mention.account)?;
        let Some(silence) = account.as_ref().and_then(|account| over(&silences, account)) else { continue };
        let told = (mention.rule.as_str(), mention.anchor.to_string(), mention.stage.as_str());
        hush_mention(tx, silence.id, recipient, mention.account, told, now)?;
        why = Some(said(silence));
    }
    Ok(why)
}

fn said(silence: &Silence) -> String {
    format!("静默中（编号{}，{}）：{}", silence.id, silence.by, silence.reason)
}

fn hush_mention(
    tx: &Transaction<'_>,
    silence: i64,
    recipient: &str,
    account: AccountId,
    (rule, anchor, stage): (&str, String, &str),
    now: Moment,
) -> Result<(), StoreError> {
    let key = format!("mention {recipient} {} {rule} {anchor} {stage}", account.0);
    hush(tx, silence, &key, Some(account), &format!("给{recipient}的提醒（{anchor}，{stage}）"), now)
}

/// What silences have kept from being said about an account, the newest first.
///
/// # Errors
/// Those of SQLite.
pub fn about(conn: &Connection, account: AccountId, limit: i64) -> Result<Vec<Hushed>, StoreError> {
    let mut statement = conn.prepare_cached(ABOUT)?;
    let rows = statement.query_map((account.0, limit), |row| {
        Ok(Hushed {
            silence: row.get(0)?,
            reason: row.get(1)?,
            by: row.get(2)?,
            what: row.get(3)?,
            at: Moment::from_unix(row.get(4)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn silence(row: &Row<'_>) -> rusqlite::Result<Silence> {
    let (scope, name): (String, String) = (row.get(1)?, row.get(3)?);
    let scope = match (scope.as_str(), row.get::<_, Option<i64>>(2)?) {
        ("account", Some(id)) => Scope::Account(AccountId(id)),
        ("office", _) => Scope::Office(name.clone()),
        _ => Scope::Source(name.clone()),
    };
    let ended: (Option<i64>, Option<String>) = (row.get(9)?, row.get(10)?);
    Ok(Silence {
        id: row.get(0)?,
        scope,
        name,
        reason: row.get(4)?,
        by: row.get(5)?,
        at: Moment::from_unix(row.get(6)?),
        until: Moment::from_unix(row.get(7)?),
        until_recovered: row.get(8)?,
        ended: ended.0.map(Moment::from_unix).zip(ended.1),
        hushed: row.get(11)?,
    })
}
