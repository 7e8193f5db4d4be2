//! Judges checks and open windows, and puts into the outbox what is owed: one step, one transaction,
//! so that a verdict without its letter cannot exist (DESIGN §3).

use crate::Step;
use crate::config::{Config, Mode};
use crate::domain::{Check, Moment};
use crate::ledger::Ledger;
use crate::ledger::shelf::{Shelf, Turn};
use crate::recall;
use crate::rules::{DELAY_GRACE_S, Verdict};
use crate::settle::settle;
use crate::store::{
    Connection, LetterKind, Mention, NewLetter, Store, StoreError, Transaction, incidents, meta, modes, outbox,
    silences, verdicts,
};
use crate::warn::{self, Cause, OwedLetter};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Judges and warns. Cheap to clone.
#[derive(Clone)]
pub struct Inspector {
    /// Where everything is kept.
    pub store: Store,
    /// What the operator set.
    pub config: Arc<Config>,
    /// The evidence as whoever needed it last knew it: a step reads only what was touched since.
    pub(crate) shelf: Shelf,
}

/// How far back a check is judged again when its evidence changed.
pub(crate) const LOOK_BACK_DAYS: i64 = 35;
/// Seconds after which every check of the last weeks is judged again.
const JUDGE_ALL_S: i64 = 6 * 3600;
/// Nobody rings when a person writes into the database from the command line, and an account without a
/// source has no looks that would: it is looked after so often, in seconds.
const PEOPLE_S: i64 = 900;
/// An empty list costs nothing to judge, and whoever brings the first accounts shortly before letters leave
/// is to see them leave: it is looked after so often, in seconds.
const FIRST_S: i64 = 60;
/// How far ahead a lead may lie before its window opens (the longest closure is nine days).
const LOOK_AHEAD_DAYS: i64 = 21;

impl Inspector {
    /// One that knows nothing yet.
    pub fn new(store: Store, config: Arc<Config>) -> Inspector {
        Inspector { store, config, shelf: Shelf::default() }
    }

    /// The same under the configuration that holds now; the evidence that it knows follows from none.
    pub(crate) fn under(&self, config: Arc<Config>) -> Inspector {
        Inspector { config, ..self.clone() }
    }

    /// Judges every check of the last weeks, records what changed, and queues the letters owed.
    ///
    /// # Errors
    /// Those of the store; then nothing of the step is kept.
    pub async fn step(&self, now: Moment) -> Result<Step, StoreError> {
        let config = Arc::clone(&self.config);
        let (shelf, turn) = (self.shelf.clone(), self.shelf.turn().await);
        let inspected = self.store.write_async(move |tx| {
            let (done, ledger) = inspect(tx, &config, (&shelf, &turn), now)?;
            Ok((done, ledger, turn))
        });
        // Put back when the transaction is kept: what a failed one has read may never have been.
        let (done, ledger, _turn) = inspected.await?;
        self.shelf.put(&ledger);
        if done.did {
            tracing::debug!("inspect.committed");
        }
        Ok(done)
    }
}

fn inspect(
    tx: &Transaction<'_>,
    config: &Config,
    shelf: (&Shelf, &Turn),
    now: Moment,
) -> Result<(Step, Ledger), StoreError> {
    let installed = installed_at(tx, now)?;
    let held = held_checks(config, installed, now);
    let coming = config.checks_between(now.plus(1), now.plus_days(LOOK_AHEAD_DAYS));
    let ledger = evidence(tx, config, shelf, (&held, &coming), now)?;
    let past = worth_judging(tx, held, now)?;
    let mut wake = coming.first().map_or(now.plus_days(7), |check| check.at);
    for check in &past {
        let judged = ledger.judge(&config.profile, *check, now);
        verdicts::record(tx, &config.profile.name, &judged, now)?;
        wake = wake.min(next_closing(&judged, now));
    }
    silences::end_recovered(tx, &ledger, now)?;
    let causes = warn::causes(&ledger, config, &coming, now);
    wake = warn::next(&causes, &config.calendar, now).map_or(wake, |next| wake.min(next));
    if ledger.accounts.iter().any(|account| ledger.evidence(account.id).sources.is_empty()) {
        wake = wake.min(now.plus(PEOPLE_S));
    }
    if ledger.accounts.is_empty() {
        wake = wake.min(now.plus(FIRST_S));
    }
    let queued = warn_owners(tx, config, &ledger, &coming, &causes, now)?;
    let (settled, asked) = settle(tx, config, &ledger, installed, now)?;
    wake = wake.min(asked);
    let recalled = recall::take_back(tx, config, now)?;
    let told = incidents::tell(tx, config, &ledger.accounts, now)?;
    if queued > 0 {
        tracing::debug!(letters = queued, "inspect.decided");
    }
    let step = Step { did: queued + settled + recalled + told > 0, wake: wake.max(now.plus(1)) };
    Ok((step, ledger))
}

/// The last check each time, the older ones a few times a day: their evidence changes rarely.
fn worth_judging(tx: &Transaction<'_>, held: Vec<Check>, now: Moment) -> Result<Vec<Check>, StoreError> {
    let last = meta::get(tx, "judged_all_at")?.and_then(|text| Moment::parse(&text));
    let people = Some(meta::last_deed(tx)?.to_string());
    let heard = meta::get(tx, "audit_heard")?;
    if last.is_none_or(|last| now.since(last) >= JUDGE_ALL_S) || people != heard {
        meta::set(tx, "judged_all_at", &now.rfc3339())?;
        meta::set(tx, "audit_heard", people.as_deref().unwrap_or_default())?;
        return Ok(held);
    }
    Ok(held.into_iter().next_back().into_iter().collect())
}

/// The moment of the first start: no check before it is judged.
fn installed_at(tx: &Transaction<'_>, now: Moment) -> Result<Moment, StoreError> {
    if let Some(kept) = meta::get(tx, "installed_at")?.and_then(|text| Moment::parse(&text)) {
        return Ok(kept);
    }
    meta::set(tx, "installed_at", &now.rfc3339())?;
    Ok(now)
}

/// The checks held since the installation, within the span that is judged again.
pub(crate) fn held_checks(config: &Config, installed: Moment, now: Moment) -> Vec<Check> {
    let from = now.plus_days(-LOOK_BACK_DAYS);
    config.checks_between(from, now.plus(1)).into_iter().filter(|c| c.at <= now && c.at >= installed).collect()
}

/// What all these checks need: what was kept, with what has changed since, else read whole.
fn evidence(
    conn: &Connection,
    config: &Config,
    (shelf, turn): (&Shelf, &Turn),
    (held, coming): (&[Check], &[Check]),
    now: Moment,
) -> Result<Ledger, StoreError> {
    shelf.take_unkept(turn, conn, config, ("inspect", needed_from(config, held, coming, now)), now)
}

/// From when on these checks need to know everything.
fn needed_from(config: &Config, held: &[Check], coming: &[Check], now: Moment) -> Moment {
    let reach = crate::ledger::longest_window_days(&config.profile) + 1;
    let first = held.iter().chain(coming).map(|check| check.at.min(check.nominal)).min().unwrap_or(now).min(now);
    Moment::start_of(first.plus_days(-reach).date())
}

/// When the next declared delay ends, if a verdict waits for one.
fn next_closing(judged: &[Verdict], now: Moment) -> Moment {
    let awaited = judged.iter().filter(|v| v.awaits_data(now)).flat_map(|v| v.kind.gaps());
    let ends = awaited.filter_map(|gap| gap.closes_at).flat_map(|at| [at.plus(600), at.plus(DELAY_GRACE_S)]);
    ends.filter(|at| *at > now).min().unwrap_or(Moment::MAX)
}

fn warn_owners(
    tx: &Transaction<'_>,
    config: &Config,
    ledger: &Ledger,
    coming: &[Check],
    causes: &[Cause<'_>],
    now: Moment,
) -> Result<usize, StoreError> {
    let trial = modes::holds(tx, config.mode)? == Mode::Trial;
    let spent = outbox::spent(tx, trial, now)?;
    let letters = warn::owed(causes, &config.clerks(), &spent, &config.calendar, now);
    let letters = silences::loud(tx, &ledger.accounts, letters, now)?;
    if letters.is_empty() {
        return Ok(0);
    }
    let revisions = record_pending(tx, config, ledger, coming, &letters, now)?;
    let mut queued = 0;
    for letter in &letters {
        let letter = new_letter(letter, &revisions, now);
        queued += usize::from(outbox::queue(tx, &letter, trial, config.mail.domain(), now)?.is_some());
    }
    Ok(queued)
}

/// Queues what is owed at `now` without waiting for a step, which rests an hour between two rings: a named
/// person has just been told what leaves. Returns how many letters.
pub(crate) fn warn_at_once(tx: &Transaction<'_>, config: &Config, now: Moment) -> Result<usize, StoreError> {
    let coming = config.checks_between(now.plus(1), now.plus_days(LOOK_AHEAD_DAYS));
    let ledger = Ledger::load(tx, config, needed_from(config, &[], &coming, now), now.plus(1))?;
    let causes = warn::causes(&ledger, config, &coming, now);
    warn_owners(tx, config, &ledger, &coming, &causes, now)
}

/// Records the open verdicts that the letters speak of, so that each names the revision it rests on.
fn record_pending(
    tx: &Transaction<'_>,
    config: &Config,
    ledger: &Ledger,
    coming: &[Check],
    letters: &[OwedLetter],
    now: Moment,
) -> Result<BTreeMap<(i64, String), i64>, StoreError> {
    let Some(next) = coming.first() else { return Ok(BTreeMap::new()) };
    let named: std::collections::BTreeSet<i64> =
        letters.iter().flat_map(|l| &l.mentions).map(|m| m.account.0).collect();
    let open: Vec<Verdict> =
        ledger.judge(&config.profile, *next, now).into_iter().filter(|v| named.contains(&v.account.0)).collect();
    let ids = verdicts::record(tx, &config.profile.name, &open, now)?;
    Ok(open.iter().zip(ids).map(|(verdict, id)| ((verdict.account.0, verdict.rule.clone()), id)).collect())
}

fn new_letter(owed: &OwedLetter, revisions: &BTreeMap<(i64, String), i64>, now: Moment) -> NewLetter {
    let mentions = owed.mentions.iter().map(|mention| Mention {
        account: mention.account,
        rule: mention.rule.clone(),
        anchor: mention.anchor,
        stage: mention.stage.clone(),
        revision: revisions.get(&(mention.account.0, mention.rule.clone())).copied(),
    });
    NewLetter {
        not_after: Some(owed.not_after),
        mentions: mentions.collect(),
        ..NewLetter::new(LetterKind::Reminder, &owed.recipient, owed.role, owed.slot, now)
    }
}
