//! What is known now of what issued papers rest on: what differs from them, and which of their problems do
//! not stand any more.

use super::dossier::stood;
use super::followed::drop_repaired;
use crate::bulletin::{Stood, changes};
use crate::config::Config;
use crate::domain::{self, AccountId, Moment, Period};
use crate::ledger::Ledger;
use crate::repair::{Repair, State};
use crate::rules::{AccountResult, Profile, Verdict, VerdictKind, grades};
use crate::store::bulletins::{self, Bulletin};
use crate::store::{Connection, StoreError, findings, repairs as kept};
use std::collections::{BTreeMap, BTreeSet};

/// Every 整改项 with the name of its profile, and whether its finding still stands ([`overturn`]).
///
/// # Errors
/// Those of the store.
pub fn repairs(conn: &Connection, config: &Config, now: Moment) -> Result<Vec<(String, Repair)>, StoreError> {
    let mut all = kept::everywhere(conn)?;
    overturn(conn, config, &mut all, now)?;
    Ok(all)
}

/// Marks those that are not closed and whose finding a 更正 that was signed now would take back: it was
/// called a 误报, or later evidence contradicts it. Only their accounts are judged.
///
/// # Errors
/// Those of the store.
pub fn overturn(
    conn: &Connection,
    config: &Config,
    all: &mut [(String, Repair)],
    now: Moment,
) -> Result<(), StoreError> {
    let mut open: BTreeMap<(String, Period), BTreeSet<AccountId>> = BTreeMap::new();
    let waits = |repair: &Repair| matches!(repair.state(), State::Open | State::Answered | State::Unrepaired);
    for (profile, repair) in all.iter().filter(|(_, repair)| waits(repair)) {
        open.entry((profile.clone(), repair.period)).or_default().insert(repair.account);
    }
    for ((name, period), accounts) in open {
        let Some(profile) = profile_of(config, &name) else { continue };
        let (_, stood) = stood_now(conn, config, (&profile, period), Some(&accounts), now)?;
        let named: BTreeSet<_> = stood.into_iter().filter(Stood::is_named).map(|one| (one.account, one.rule)).collect();
        for (_, repair) in all.iter_mut().filter(|(of, repair)| *of == name && repair.period == period) {
            repair.overturned = waits(repair) && !named.contains(&(repair.account, repair.rule.clone()));
        }
    }
    Ok(())
}

/// What differs between an issued paper and what is known now.
///
/// # Errors
/// Those of the store.
pub(super) fn changed(
    conn: &Connection,
    config: &Config,
    bulletin: &Bulletin,
    now: Moment,
) -> Result<Vec<String>, StoreError> {
    let Some(profile) = profile_of(config, &bulletin.profile) else {
        return Ok(vec![format!("检查口径“{}”已经读不出，无法核对", bulletin.profile)]);
    };
    let (ledger, stood) = stood_now(conn, config, (&profile, bulletin.period), None, now)?;
    let title = |id| ledger.account(id).map_or_else(String::new, |account| config.profile.titled(account));
    Ok(changes(&bulletins::frozen(conn, bulletin.id)?, &stood, &title))
}

/// How every rule stands now for every account at the checks of a period; of a few accounts only, where they
/// are all that is asked for.
fn stood_now(
    conn: &Connection,
    config: &Config,
    (profile, period): (&Profile, Period),
    only: Option<&BTreeSet<AccountId>>,
    now: Moment,
) -> Result<(Ledger, Vec<Stood>), StoreError> {
    let (from, until) = period.search_span();
    let near = config.checks_between(from.plus_days(-1), until.plus_days(8));
    let checks: Vec<_> = near.into_iter().filter(|check| period.holds(*check)).collect();
    let ledger = match only {
        Some(wanted) => Ledger::some_for_checks(conn, config, profile, wanted, &checks)?,
        None => Ledger::for_checks(conn, config, profile, &checks)?,
    };
    let decisions = findings::decisions(conn, &profile.name)?;
    let judged: Vec<Verdict> = checks.iter().flat_map(|check| ledger.judge(profile, *check, now)).collect();
    let mut left = judged.clone();
    decisions.clear_false(&mut left);
    drop_repaired(conn, config, profile, period, &mut left)?;
    let results = grades(profile, ledger.accounts.iter().map(|account| account.id), &left);
    let results: BTreeMap<AccountId, &AccountResult> = results.iter().map(|result| (result.account, result)).collect();
    let end = checks.iter().map(|check| check.at).filter(|at| *at <= now).max().unwrap_or(now);
    let named = |verdict: &Verdict, left: &Verdict| {
        let closing = ledger.account(verdict.account).is_some_and(|one| one.state_at(end) == domain::State::Closing);
        let own = results.get(&verdict.account).is_some_and(|result| result.names(profile, verdict));
        own && !closing && matches!(left.kind, VerdictKind::Missed { .. })
    };
    let of = |(verdict, left): (&Verdict, &Verdict)| stood(verdict, &decisions, named(verdict, left));
    let stood = judged.iter().zip(&left).map(of).collect();
    Ok((ledger, stood))
}

/// The profile under which a paper was judged, though the configuration may name another by now.
fn profile_of(config: &Config, name: &str) -> Option<Profile> {
    if *name == config.profile.name {
        return Some(config.profile.clone());
    }
    crate::config::profile(name, &config.profiles_dir).ok()
}
