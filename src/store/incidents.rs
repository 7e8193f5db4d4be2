//! Sources in trouble: the operator hears once when it begins and once when it ends, however many
//! accounts hang on the source.

use super::{Connection, LetterKind, NewLetter, StoreError, Transaction, looks, outbox};
use crate::config::Config;
use crate::domain::{Account, Moment, Role};
use crate::mail::alarm::{self, Trouble};
use cuigeng_adapters::time::HOUR;
use std::collections::BTreeMap;

const OPEN: &str = "SELECT id, source, class, began FROM incident WHERE ended = 0";
const BEGIN: &str = "INSERT INTO incident (source, class, began) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
const END: &str = "UPDATE incident SET ended = ?2 WHERE id = ?1 AND ended = 0";
const SINCE: &str = "SELECT min(at) FROM look WHERE account = ?1 AND source = ?2 AND at > coalesce((SELECT max(at) FROM look WHERE account = ?1 AND source = ?2 AND outcome IN ('complete', 'partial')), 0)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[OPEN, BEGIN, END, SINCE];

/// Seconds for which only the network may fail before somebody is told.
const PATIENCE_S: i64 = 6 * HOUR;

/// A source that was told to be in trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Its number.
    pub id: i64,
    /// The source.
    pub source: String,
    /// Class of the failures.
    pub class: String,
    /// When the first of them was.
    pub began: Moment,
}

/// The incidents that last.
///
/// # Errors
/// Those of SQLite.
pub fn open(conn: &Connection) -> Result<Vec<Incident>, StoreError> {
    let mut statement = conn.prepare_cached(OPEN)?;
    let rows = statement.query_map([], |row| {
        Ok(Incident { id: row.get(0)?, source: row.get(1)?, class: row.get(2)?, began: Moment::from_unix(row.get(3)?) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Compares the last looks with the incidents told, and queues one letter to the operator about all
/// that began and all that ended. Returns the number of letters.
///
/// # Errors
/// Those of SQLite.
pub fn tell(tx: &Transaction<'_>, config: &Config, accounts: &[Account], now: Moment) -> Result<usize, StoreError> {
    let troubles = troubles(tx, accounts, now)?;
    let open = open(tx)?;
    let known = |source: &str| open.iter().any(|incident| incident.source == source);
    let begun: Vec<&Trouble> = troubles.values().filter(|trouble| !known(&trouble.source)).collect();
    let ended: Vec<&Incident> = open.iter().filter(|incident| !troubles.contains_key(&incident.source)).collect();
    if begun.is_empty() && ended.is_empty() {
        return Ok(0);
    }
    for trouble in &begun {
        tx.prepare_cached(BEGIN)?.execute((&trouble.source, trouble.class.word(), trouble.since.unix()))?;
    }
    for incident in &ended {
        tx.prepare_cached(END)?.execute((incident.id, now.unix()))?;
    }
    let over: Vec<(String, Moment)> = ended.iter().map(|incident| (incident.source.clone(), incident.began)).collect();
    let words = alarm::compose(&begun, &over, now);
    let mut queued = 0;
    for recipient in config.operators() {
        let letter = NewLetter {
            kind: LetterKind::Alarm,
            recipient: recipient.clone(),
            role: Role::Clerk,
            slot: now,
            not_before: now,
            not_after: None,
            subject: words.0.clone(),
            text: words.1.clone(),
            html: None,
            attachment: None,
            mentions: Vec::new(),
            reason: String::new(),
        };
        queued += usize::from(outbox::queue(tx, &letter, false, config.mail.domain(), now)?.is_some());
    }
    Ok(queued)
}

/// Sources whose last look at some judged account failed in a way that a person must act on, or for
/// longer than patience allows.
fn troubles(conn: &Connection, accounts: &[Account], now: Moment) -> Result<BTreeMap<String, Trouble>, StoreError> {
    let last = looks::last_looks(conn)?;
    let mut troubles: BTreeMap<String, Trouble> = BTreeMap::new();
    for account in accounts.iter().filter(|account| account.state_at(now).is_judged()) {
        for of in &account.sources {
            let Some(look) = last.get(&(account.id, of.source.clone())) else { continue };
            let Some(class) = look.class() else { continue };
            let since = since(conn, account, &of.source)?.unwrap_or(look.at);
            if alarm::is_quiet(class) && now.since(since) < PATIENCE_S {
                continue;
            }
            let trouble = troubles.entry(of.source.clone()).or_insert_with(|| Trouble {
                source: of.source.clone(),
                class,
                since,
                advice: look.advice.clone(),
                accounts: Vec::new(),
            });
            trouble.since = trouble.since.min(since);
            trouble.accounts.push(account.title());
        }
    }
    Ok(troubles)
}

/// When the run of failures began.
fn since(conn: &Connection, account: &Account, source: &str) -> Result<Option<Moment>, StoreError> {
    let min: Option<i64> = conn.prepare_cached(SINCE)?.query_row((account.id.0, source), |row| row.get(0))?;
    Ok(min.map(Moment::from_unix))
}
