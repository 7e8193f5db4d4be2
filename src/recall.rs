//! Reminders that turn out to have been wrong: an update came to light that lay before the time of their
//! data, so that the account was not short, or not silent. Whoever read one gets one 更正 by the same
//! road. Part of the inspection's one transaction.
//!
//! An update of the same week that still leaves the account short withdraws nothing: the letter asked for
//! the right thing.

use crate::config::{Config, Mode};
use crate::domain::{AccountId, Moment, Post, Week, When};
use crate::ledger::Ledger;
use crate::rules::{Count, Duty, Window, WindowKind, duties};
use crate::store::recalls::{self, SaidOnce};
use crate::store::{LetterKind, Mention, NewLetter, StoreError, Transaction, modes, outbox, verdicts};
use crate::warn::office_hour;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The rung of a mention that withdraws reminders.
pub(crate) const STAGE: &str = "recalled";
/// A reminder whose data are older is history: its week is judged, and the paper has its own 更正.
const BACK_DAYS: i64 = 35;
/// The longest window of a profile, with the weeks before an anchor; what must be loaded to judge again.
const LOADED_DAYS: i64 = 100;

/// Why a reminder was wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proof {
    /// An update that the letter did not know, with its address; `None` when only a sheet tells of it.
    pub(crate) update: Option<(When, Option<String>)>,
    /// Updates up to the letter's time, as known now.
    pub(crate) seen: u32,
}

/// Queues the withdrawals that are owed; returns how many letters.
pub(crate) fn take_back(tx: &Transaction<'_>, config: &Config, now: Moment) -> Result<usize, StoreError> {
    let suspects = recalls::suspect(tx, now.plus_days(-BACK_DAYS))?;
    if suspects.is_empty() {
        return Ok(0);
    }
    let ledger = load(tx, config, suspects.iter().map(|said| said.account).collect(), now)?;
    let trial = modes::holds(tx, config.mode)? == Mode::Trial;
    let mut letters: BTreeMap<(String, Moment), (NewLetter, bool)> = BTreeMap::new();
    for said in newest_wrong(&ledger, config, suspects, now) {
        let revision = current_revision(tx, &ledger, config, &said, now)?;
        let key = (said.recipient.clone(), said.slot);
        let (letter, recorded) =
            letters.entry(key).or_insert_with(|| (letter(config, &said, now), trial || said.trial));
        letter.mentions.push(mention(&said, revision));
        *recorded |= said.trial;
    }
    let mut queued = 0;
    for (letter, recorded) in letters.values() {
        queued += usize::from(outbox::queue(tx, letter, *recorded, config.mail.domain(), now)?.is_some());
    }
    Ok(queued)
}

/// The evidence that a withdrawal rests on.
pub(crate) fn load(
    conn: &crate::store::Connection,
    config: &Config,
    accounts: BTreeSet<AccountId>,
    now: Moment,
) -> Result<Ledger, StoreError> {
    let from = Moment::start_of(now.plus_days(-BACK_DAYS - LOADED_DAYS).date());
    Ledger::load_some(conn, config, &accounts, from, now.plus(1))
}

/// Of all letters to one person about one thing that were wrong, the last: one 更正 withdraws them all.
fn newest_wrong(ledger: &Ledger, config: &Config, suspects: Vec<SaidOnce>, now: Moment) -> Vec<SaidOnce> {
    let mut newest: BTreeMap<(String, AccountId, String, NaiveDate), SaidOnce> = BTreeMap::new();
    for said in suspects.into_iter().filter(|said| disproved(ledger, config, said, now).is_some()) {
        newest.insert((said.recipient.clone(), said.account, said.rule.clone(), said.anchor), said);
    }
    newest.into_values().collect()
}

/// What shows that a reminder was wrong when it left; `None` while it stands.
pub(crate) fn disproved(ledger: &Ledger, config: &Config, said: &SaidOnce, now: Moment) -> Option<Proof> {
    let duty = duty(ledger, config, said)?;
    let weekly = matches!(duty.rule.window, WindowKind::Week { .. });
    // One update ends a silence; it is sought after the day of the last one that was known.
    let (from, required) =
        if weekly { (duty.window.from, duty.required) } else { (Moment::start_of(said.anchor).plus_days(1), 1) };
    let window = Window { from, until: said.known_until };
    let evidence = ledger.evidence(said.account);
    // A day that the letter's time cuts in two proves nothing about its morning.
    let before: Vec<Post> = evidence.posts.iter().filter(|p| p.when.latest() < said.known_until).cloned().collect();
    let check = if weekly { duty.check.at } else { now };
    let seen = Count::of(duty.profile, &before, evidence.tallies, window, check, now).sure;
    let unknown = |post: &&Post| {
        post.first_seen > said.known_until && post.counts_at(check) && post.when.earliest() >= window.from
    };
    let update = before.iter().filter(unknown).max_by_key(|post| post.when.latest());
    (window.from < window.until && seen >= required)
        .then(|| Proof { update: update.map(|post| (post.when, post.url.clone())), seen })
}

/// What the reminder was about, at the check that it looked forward to.
fn duty<'l>(ledger: &'l Ledger, config: &'l Config, said: &SaidOnce) -> Option<Duty<'l>> {
    let account = ledger.account(said.account)?;
    let week = Week { monday: said.anchor };
    let (from, until) = (said.known_until.plus(1), said.known_until.plus_days(28));
    let owes = config.checks_between(from, until).into_iter().flat_map(|c| duties(&config.profile, account, c));
    owes.into_iter().filter(|duty| duty.rule.name == said.rule).find(|duty| match duty.rule.window {
        WindowKind::Week { .. } => duty.window.from == week.start(),
        WindowKind::Days { .. } => true,
    })
}

/// Keeps the verdict as it is now and says which one it is.
fn current_revision(
    tx: &Transaction<'_>,
    ledger: &Ledger,
    config: &Config,
    said: &SaidOnce,
    now: Moment,
) -> Result<Option<i64>, StoreError> {
    let Some(duty) = duty(ledger, config, said) else { return Ok(None) };
    let verdict = ledger.judge_duty(&duty, now);
    Ok(verdicts::record(tx, &config.profile.name, &[verdict], now)?.pop())
}

fn mention(said: &SaidOnce, revision: Option<i64>) -> Mention {
    Mention { account: said.account, rule: said.rule.clone(), anchor: said.anchor, stage: STAGE.to_owned(), revision }
}

/// In the slot of the letter that it withdraws, and so in its thread; composed just before it leaves.
fn letter(config: &Config, said: &SaidOnce, now: Moment) -> NewLetter {
    let not_before = office_hour(&config.calendar, config.warn.hour, now);
    NewLetter {
        reason: "更正".to_owned(),
        ..NewLetter::new(LetterKind::Result, &said.recipient, said.role, said.slot, not_before)
    }
}
