//! 已发布请核实: after the look that it asked for, either the update is there or a person must look.

use super::State;
use crate::Step;
use crate::config::Config;
use crate::domain::{Account, AccountId, Moment, Week};
use crate::ledger::{Ledger, longest_window_days};
use crate::rules::{Severity, VerdictKind, WindowKind, duties};
use crate::store::answers::{self, AnswerRow};
use crate::store::{Connection, Mention, Store, StoreError, Transaction, accounts, agenda, findings, outbox};
use crate::warn::last_update;
use cuigeng_adapters::time::HOUR;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Follows up answers. Cheap to clone.
#[derive(Clone)]
pub struct Verifier {
    /// Where everything is kept.
    pub store: Store,
    /// What the operator set.
    pub config: Arc<Config>,
}

/// A source that has not looked for so long leaves the answer to the clerk, in seconds.
const PATIENCE_S: i64 = 6 * HOUR;
/// Seconds after which an answer that waits for a look is seen to again.
const AGAIN_S: i64 = 60;
/// An update that a later look finds closes an answer by itself for so many days; then only a person does.
const CLOSES_DAYS: i64 = 15;

impl Verifier {
    /// Deals with every answer whose look has been made.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn step(&self, now: Moment) -> Result<Step, StoreError> {
        let waiting = self.store.read_async(answers::claims).await?;
        if waiting.is_empty() {
            return Ok(Step { did: false, wake: Moment::MAX });
        }
        let config = Arc::clone(&self.config);
        self.store.write_async(move |tx| verify(tx, &config, &waiting, now)).await
    }
}

fn verify(tx: &Transaction<'_>, config: &Config, waiting: &[AnswerRow], now: Moment) -> Result<Step, StoreError> {
    let (mut did, mut wake) = (false, Moment::MAX);
    for answer in waiting.iter().filter(|answer| now.since(answer.at) < CLOSES_DAYS * 24 * HOUR) {
        match fate(tx, config, answer, now)? {
            Some(state) if state != answer.state => did |= answers::become_(tx, answer.id, state)?,
            Some(_) => {}
            None => {
                // A look that was under way when the answer came has written down its own next time.
                did |= agenda::rush(tx, answer.account, answer.at, now)? > 0;
                wake = wake.min(now.plus(AGAIN_S));
            }
        }
    }
    Ok(Step { did, wake })
}

/// Where the answer stands now; `None` while the look that it asked for is still to come.
fn fate(conn: &Connection, config: &Config, answer: &AnswerRow, now: Moment) -> Result<Option<State>, StoreError> {
    let Some(account) = accounts::one(conn, answer.account)? else { return Ok(Some(State::Open)) };
    if is_met(conn, config, answer, now)? {
        return Ok(Some(State::Found));
    }
    let waits = answer.state == State::Looking
        && account.state_at(now).is_judged()
        && now.since(answer.at) < PATIENCE_S
        && !has_looked(conn, &account, answer.at)?;
    Ok((!waits).then_some(State::Open))
}

/// Every source has looked since, with whatever result.
fn has_looked(conn: &Connection, account: &Account, since: Moment) -> Result<bool, StoreError> {
    let agendas = agenda::of(conn, account.id)?;
    let looked = |source: &str| agendas.get(source).is_some_and(|agenda| agenda.last_at >= Some(since));
    Ok(account.sources.iter().all(|of| looked(&of.source)))
}

/// What the letter missed of the account is there. Where the letter spoke of a veto, that alone.
fn is_met(conn: &Connection, config: &Config, answer: &AnswerRow, now: Moment) -> Result<bool, StoreError> {
    let mut told = outbox::mentions(conn, answer.letter)?;
    told.retain(|mention| mention.account == answer.account);
    if let Some(decision) = told.iter().find_map(|mention| mention.stage.strip_prefix("result-")) {
        // A result is about a window that has closed: only a revision of its verdict says otherwise.
        let told = decision.parse().ok().map(|decision| findings::told(conn, decision)).transpose()?.flatten();
        return Ok(told.is_some_and(|told| told.now.0 == "met"));
    }
    let (vetoes, others): (Vec<Mention>, Vec<Mention>) = told.into_iter().partition(|m| is_veto(config, m));
    let asked = if vetoes.is_empty() { others } else { vetoes };
    let Some(first) = asked.iter().map(|mention| mention.anchor).min() else { return Ok(false) };
    let from = Moment::start_of(first).plus_days(-longest_window_days(&config.profile) - 2);
    let ledger = Ledger::load_some(conn, config, &BTreeSet::from([answer.account]), from, now.plus(1))?;
    Ok(asked.iter().all(|mention| holds_no_more(&ledger, config, answer.account, mention, now)))
}

fn is_veto(config: &Config, mention: &Mention) -> bool {
    config.profile.rules.iter().any(|rule| rule.name == mention.rule && rule.severity == Severity::Veto)
}

fn holds_no_more(ledger: &Ledger, config: &Config, account: AccountId, mention: &Mention, now: Moment) -> bool {
    let Some(account) = ledger.account(account) else { return false };
    let Some(rule) = config.profile.rules.iter().find(|rule| rule.name == mention.rule) else { return false };
    match rule.window {
        WindowKind::Days { .. } => last_update(ledger, account, now).is_some_and(|last| last > mention.anchor),
        WindowKind::Week { .. } => is_week_met(ledger, config, account, mention, now),
    }
}

/// A week that has closed is asked as one that is open; only seen updates say yes.
fn is_week_met(ledger: &Ledger, config: &Config, account: &Account, mention: &Mention, now: Moment) -> bool {
    let week = Week { monday: mention.anchor };
    let checks = config.checks_between(week.end(), week.end().plus_days(14));
    let owed = checks.iter().flat_map(|check| duties(&config.profile, account, *check));
    let mut owed = owed.filter(|duty| duty.rule.name == mention.rule && duty.window.from == week.start());
    owed.next().is_some_and(|duty| matches!(ledger.judge_duty(&duty, now).kind, VerdictKind::Met { .. }))
}
