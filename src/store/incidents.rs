//! Sources in trouble: what was told, and the one letter about what is new. Deciding is [`crate::health`].

use super::looks::{LastLooks, LookRow};
use super::{Connection, LetterKind, NewLetter, StoreError, Transaction, credentials, looks, outbox, silences};
use crate::config::Config;
use crate::domain::{Account, AccountId, Class, Moment, Role};
use crate::health::{self, Ailing, Incident, Lingering, News};
use crate::mail::alarm::{self, Expiring};
use crate::silence::over_source;
use std::collections::BTreeMap;

const OPEN: &str = "SELECT id, source, account, class, began FROM incident WHERE ended = 0 ORDER BY id";
const BEGIN: &str =
    "INSERT INTO incident (source, account, class, began) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
const END: &str = "UPDATE incident SET ended = ?2 WHERE id = ?1 AND ended = 0";
const ASKED_SINCE: &str = "SELECT min(at) FROM look WHERE account = ?1 AND source = ?2 AND reason <> 'resting' AND at > max(coalesce((SELECT at FROM look WHERE account = ?1 AND source = ?2 AND outcome IN ('complete', 'partial') ORDER BY at DESC LIMIT 1), 0), coalesce((SELECT max(ended) FROM incident WHERE source = ?2 AND account = 0), 0))";
const WELL: &str = "SELECT coalesce(max(at) - min(at), 0) FROM look WHERE account = ?1 AND source = ?2 AND at > coalesce((SELECT at FROM look WHERE account = ?1 AND source = ?2 AND outcome NOT IN ('complete', 'partial') ORDER BY at DESC LIMIT 1), 0)";
const SINCE: &str = "SELECT min(at) FROM look WHERE account = ?1 AND source = ?2 AND at > coalesce((SELECT at FROM look WHERE account = ?1 AND source = ?2 AND outcome IN ('complete', 'partial') ORDER BY at DESC LIMIT 1), 0)";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[OPEN, BEGIN, END, SINCE, ASKED_SINCE, WELL];

/// The incidents that last.
///
/// # Errors
/// Those of SQLite.
pub fn open(conn: &Connection) -> Result<Vec<Incident>, StoreError> {
    let mut statement = conn.prepare_cached(OPEN)?;
    let mut rows = statement.query([])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        let (account, word): (i64, String) = (row.get(2)?, row.get(3)?);
        open.push(Incident {
            id: row.get(0)?,
            source: row.get(1)?,
            account: (account != 0).then_some(AccountId(account)),
            class: Class::from_word(&word).ok_or_else(|| StoreError::odd(&word))?,
            began: Moment::from_unix(row.get(4)?),
        });
    }
    Ok(open)
}

/// Compares the last looks with the incidents told, and queues one letter to the operator about all
/// that began, all that ended, and every credential that is about to end. Returns the number of letters.
///
/// # Errors
/// Those of SQLite.
pub fn tell(tx: &Transaction<'_>, config: &Config, accounts: &[Account], now: Moment) -> Result<usize, StoreError> {
    let open = open(tx)?;
    let last = looks::last_looks(tx)?;
    let (ailing, watched) = ailing(tx, accounts, &last, now)?;
    end_silences(tx, &ailing, &last, now)?;
    let lingering = lingering(tx, accounts, &open, &last, now)?;
    let mut news = health::news(&ailing, &lingering, &watched, &open, now);
    let mut expiring = expiring(tx, config, accounts, now)?;
    // That a credential has ended goes without saying where its source is known to be in trouble.
    let in_trouble = |source: &String| wide(&ailing, &open).any(|of| of == source);
    expiring.retain(|one| one.expires > now || !in_trouble(&one.source));
    keep_quiet(tx, &mut news, &mut expiring, now)?;
    keep(tx, &news, &expiring, now)?;
    if news.begun.is_empty() && news.ended.is_empty() && expiring.is_empty() {
        return Ok(0);
    }
    let title = |id: AccountId| accounts.iter().find(|account| account.id == id).map(Account::title);
    let (subject, text) = alarm::compose(&news, &expiring, &title, now);
    mail(tx, config, &subject, &text, now)
}

/// What a silence keeps back is not told and not begun, so that it is told when the silence ends. What is
/// over is said all the same.
fn keep_quiet(
    tx: &Transaction<'_>,
    news: &mut News,
    expiring: &mut Vec<Expiring>,
    now: Moment,
) -> Result<(), StoreError> {
    let silences = silences::active(tx, now)?;
    for trouble in &news.begun {
        if let Some(silence) = over_source(&silences, &trouble.source) {
            let account = trouble.account.map_or(0, |id| id.0);
            let key = format!("source {} {account} {}", trouble.source, trouble.since.unix());
            let what = format!("来源“{}”的故障（{}个账号）", trouble.source, trouble.accounts.len());
            silences::hush(tx, silence.id, &key, trouble.account, &what, now)?;
        }
    }
    for one in expiring.iter() {
        if let Some(silence) = over_source(&silences, &one.source) {
            let key = format!("credential {} {} {}", one.source, one.key, one.expires.unix());
            silences::hush(tx, silence.id, &key, None, &format!("来源“{}”的登录或授权到期", one.source), now)?;
        }
    }
    news.begun.retain(|trouble| over_source(&silences, &trouble.source).is_none());
    expiring.retain(|one| over_source(&silences, &one.source).is_none());
    Ok(())
}

/// A source that has looked since and fails for nobody has recovered.
fn end_silences(tx: &Transaction<'_>, ailing: &[Ailing], last: &LastLooks, now: Moment) -> Result<(), StoreError> {
    let recovered = |source: &str, since: Moment| {
        let looked = last.iter().any(|((_, of), look)| of == source && look.at >= since);
        looked && !ailing.iter().any(|one| one.source == source)
    };
    silences::end_recovered_sources(tx, recovered, now)
}

/// Queues one letter about our own troubles to each operator. Letters are unique by recipient, kind and
/// moment, so several of one moment stand a second apart. Returns the number of letters.
///
/// # Errors
/// Those of SQLite.
pub fn mail(
    tx: &Transaction<'_>,
    config: &Config,
    subject: &str,
    text: &str,
    now: Moment,
) -> Result<usize, StoreError> {
    let operators = config.operators();
    for recipient in &operators {
        let mut letter = letter(recipient, subject, text, now);
        while outbox::queue(tx, &letter, false, config.mail.domain(), now)?.is_none() {
            letter.slot = letter.slot.plus(1);
        }
    }
    Ok(operators.len())
}

fn letter(recipient: &str, subject: &str, text: &str, now: Moment) -> NewLetter {
    NewLetter {
        kind: LetterKind::Alarm,
        recipient: recipient.to_owned(),
        role: Role::Clerk,
        slot: now,
        not_before: now,
        not_after: None,
        subject: subject.to_owned(),
        text: text.to_owned(),
        html: None,
        attachment: None,
        mentions: Vec::new(),
        reason: String::new(),
    }
}

/// Sources of which a trouble is open, or that refuse a login just now.
fn wide<'a>(ailing: &'a [Ailing], open: &'a [Incident]) -> impl Iterator<Item = &'a String> {
    let refused = ailing.iter().filter(|a| a.class == Class::Auth).map(|a| &a.source);
    open.iter().map(|incident| &incident.source).chain(refused)
}

fn keep(tx: &Transaction<'_>, news: &News, expiring: &[Expiring], now: Moment) -> Result<(), StoreError> {
    for incident in news.ended.iter().chain(&news.absorbed) {
        tx.prepare_cached(END)?.execute((incident.id, now.unix()))?;
    }
    for trouble in &news.begun {
        let account = trouble.account.map_or(0, |id| id.0);
        tx.prepare_cached(BEGIN)?.execute((&trouble.source, account, trouble.class.word(), trouble.since.unix()))?;
    }
    for one in expiring {
        credentials::told(tx, &one.source, &one.key, one.warnings)?;
    }
    Ok(())
}

/// Credentials of which a warning is due that was not sent yet.
fn expiring(
    conn: &Connection,
    config: &Config,
    accounts: &[Account],
    now: Moment,
) -> Result<Vec<Expiring>, StoreError> {
    let all = credentials::all(conn)?;
    let due = all.into_iter().filter(|one| is_used(config, accounts, &one.source, &one.key, now)).filter_map(|one| {
        let expires = one.expires?;
        let warnings = health::warnings_due(expires, now);
        let account = owner(accounts, &one.source, &one.key);
        (warnings > one.told).then_some(Expiring { source: one.source, key: one.key, account, expires, warnings })
    });
    Ok(due.collect())
}

/// Whether a judged account still depends on that credential.
pub(crate) fn is_used(config: &Config, accounts: &[Account], source: &str, key: &str, now: Moment) -> bool {
    config.sources.contains_key(source)
        && accounts.iter().any(|account| {
            account.state_at(now).is_judged()
                && account.sources.iter().any(|of| of.source == source && (key.is_empty() || of.key == key))
        })
}

/// The account that a credential serves, where it serves one alone.
pub(crate) fn owner(accounts: &[Account], source: &str, key: &str) -> Option<String> {
    let of = |account: &&Account| account.sources.iter().any(|of| of.source == source && of.key == key);
    accounts.iter().find(of).filter(|_| !key.is_empty()).map(Account::title)
}

/// Judged accounts whose last look by a source failed, and how many hang on each source.
fn ailing(
    conn: &Connection,
    accounts: &[Account],
    last: &LastLooks,
    now: Moment,
) -> Result<(Vec<Ailing>, BTreeMap<String, usize>), StoreError> {
    let (mut ailing, mut watched) = (Vec::new(), BTreeMap::new());
    for account in accounts.iter().filter(|account| account.state_at(now).is_judged()) {
        for of in &account.sources {
            *watched.entry(of.source.clone()).or_default() += 1;
            let Some(look) = last.get(&(account.id, of.source.clone())) else { continue };
            let Some(class) = look.class() else { continue };
            ailing.push(Ailing {
                source: of.source.clone(),
                account: account.id,
                title: account.title(),
                class,
                advice: look.advice.clone(),
                since: failing_since(conn, account.id, &of.source)?.unwrap_or(look.at),
                asked_since: since(conn, account.id, &of.source, ASKED_SINCE)?,
            });
        }
    }
    Ok((ailing, watched))
}

/// Judged accounts of sources in trouble whose last looks were good, but not for long.
fn lingering(
    conn: &Connection,
    accounts: &[Account],
    open: &[Incident],
    last: &LastLooks,
    now: Moment,
) -> Result<Lingering, StoreError> {
    let mut lingering = Lingering::new();
    for account in accounts.iter().filter(|account| account.state_at(now).is_judged()) {
        for of in account.sources.iter().filter(|of| open.iter().any(|incident| incident.source == of.source)) {
            let key = (of.source.clone(), account.id);
            let is_good = |look: &LookRow| look.class().is_none();
            if !last.get(&(account.id, of.source.clone())).is_some_and(is_good) {
                continue;
            }
            let well_s: i64 = conn.prepare_cached(WELL)?.query_row((account.id.0, &of.source), |row| row.get(0))?;
            if well_s < health::WELL_S {
                lingering.insert(key);
            }
        }
    }
    Ok(lingering)
}

/// When the run of failures of a source at an account began.
///
/// # Errors
/// Those of SQLite.
pub fn failing_since(conn: &Connection, account: AccountId, source: &str) -> Result<Option<Moment>, StoreError> {
    since(conn, account, source, SINCE)
}

/// When it began, in the sense of that statement.
fn since(conn: &Connection, account: AccountId, source: &str, sql: &str) -> Result<Option<Moment>, StoreError> {
    let min: Option<i64> = conn.prepare_cached(sql)?.query_row((account.0, source), |row| row.get(0))?;
    Ok(min.map(Moment::from_unix))
}
