//! What later papers say of issued ones: problems that are followed up, and papers that evidence
//! contradicts by now.

use super::dossier::{about, last_update, reminded, stood, was_sent};
use crate::bulletin::changes;
use crate::config::Config;
use crate::domain::{self, AccountId, Moment, Period};
use crate::ledger::Ledger;
use crate::repair::{Followed, MANY_REMINDERS, Repair, State};
use crate::report::{Prepared, period_words};
use crate::rules::{AccountResult, Profile, Verdict, VerdictKind, grades};
use crate::store::bulletins::{self, Bulletin};
use crate::store::reviews;
use crate::store::{Connection, StoreError, findings, repairs};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Papers that were issued so many days before a week are watched for evidence that contradicts them.
const WATCHED_DAYS: i64 = 180;

/// Takes the problems that were repaired before the paper is issued out of the findings, where the
/// configuration says so. Returns those verdicts as they were.
///
/// # Errors
/// Those of the store.
pub fn drop_repaired(
    conn: &Connection,
    config: &Config,
    profile: &Profile,
    period: Period,
    verdicts: &mut [Verdict],
) -> Result<Vec<Verdict>, StoreError> {
    if !config.report.drop_repaired || matches!(period, Period::Week(_)) {
        return Ok(Vec::new());
    }
    let repaired: BTreeSet<AccountId> = reviews::repaired(conn, &profile.name, period)?.into_iter().collect();
    let mut dropped = Vec::new();
    for verdict in verdicts.iter_mut().filter(|verdict| repaired.contains(&verdict.account)) {
        if matches!(verdict.kind, VerdictKind::Missed { .. }) {
            dropped.push(verdict.clone());
            verdict.kind = VerdictKind::Met { seen: verdict.kind.seen() };
            verdict.label = None;
            verdict.points = 0;
        }
    }
    Ok(dropped)
}

/// What a paper of this period says of earlier ones.
///
/// # Errors
/// Those of the store.
pub fn followed(conn: &Connection, config: &Config, prepared: &Prepared) -> Result<Followed, StoreError> {
    if !config.report.follow_up {
        return Ok(Followed::default());
    }
    let end = prepared.checks.iter().map(|check| check.at).max().unwrap_or(prepared.now).min(prepared.now);
    let issued = issued_before(conn, prepared.period, end.date())?;
    let Some(last) = issued.last() else { return Ok(Followed::default()) };
    let is_week = matches!(prepared.period, Period::Week(_));
    let day = if is_week { end.date() } else { prepared.now.date() };
    // A week speaks of what was known on its day: a paper that is dated later asks for nothing yet.
    let all = repairs::everywhere(conn)?.into_iter().map(|(_, repair)| repair);
    let all = all.filter(|repair| !is_week || repair.dated <= day).map(|repair| repair.as_of(day));
    Ok(Followed {
        previous: Some(last.period),
        repairs: all.filter(|repair| is_followed(repair, prepared.period, last.period)).collect(),
        day,
        again: again(conn, prepared, last)?,
        ignored: ignored(conn, prepared)?,
        changed: if is_week { contradicted(conn, config, end.date(), prepared.now)? } else { Vec::new() },
    })
}

/// The newest issued version of each period that a paper may look back on, whatever profile judged it,
/// oldest period first.
fn issued_before(conn: &Connection, period: Period, day: NaiveDate) -> Result<Vec<Bulletin>, StoreError> {
    let same_kind = |other: Period| std::mem::discriminant(&other) == std::mem::discriminant(&period);
    let fits = |bulletin: &Bulletin| match (period, &bulletin.issue) {
        (_, None) => false,
        (Period::Week(_), Some(issue)) => issue.dated <= day,
        (_, Some(_)) => same_kind(bulletin.period) && bulletin.period < period,
    };
    let mut newest: BTreeMap<Moment, Bulletin> = BTreeMap::new();
    for bulletin in bulletins::everywhere(conn)?.into_iter().filter(fits) {
        newest.insert(bulletin.period.begins(), bulletin);
    }
    Ok(newest.into_values().collect())
}

/// All problems of the last paper, and older ones that are not closed; a week only speaks of open ones.
fn is_followed(repair: &Repair, of: Period, last: Period) -> bool {
    let open = !matches!(repair.state(), State::Repaired | State::Withdrawn);
    match of {
        Period::Week(_) => open,
        _ => repair.period == last || open && repair.period.begins() < last.begins(),
    }
}

/// Accounts that stood in the last paper and have a finding again.
fn again(conn: &Connection, prepared: &Prepared, last: &Bulletin) -> Result<Vec<String>, StoreError> {
    let frozen = bulletins::frozen(conn, last.id)?;
    let named: BTreeSet<AccountId> =
        frozen.iter().filter(|stood| stood.is_named()).map(|stood| stood.account).collect();
    let found = prepared.results.iter().filter(|result| !result.vetoes.is_empty() || !result.problems.is_empty());
    Ok(found.filter(|result| named.contains(&result.account)).map(|result| prepared.title(result.account)).collect())
}

/// Accounts that were reminded several times about what they then missed, and have not updated since the
/// first of these letters until the check.
fn ignored(conn: &Connection, prepared: &Prepared) -> Result<Vec<(String, usize)>, StoreError> {
    let letters = reminded(conn, &prepared.verdicts)?;
    let mut most: BTreeMap<AccountId, usize> = BTreeMap::new();
    for verdict in prepared.verdicts.iter().filter(|verdict| matches!(verdict.kind, VerdictKind::Missed { .. })) {
        let kind = prepared.profile.rules.iter().find(|rule| rule.name == verdict.rule).map(|rule| rule.window);
        let sent: Vec<_> =
            about(verdict, kind, &letters).filter(|one| was_sent(one) && one.role == "operator").collect();
        let times = sent.iter().map(|one| one.letter).collect::<BTreeSet<_>>().len();
        let Some(first) = sent.iter().map(|one| one.at).min().filter(|_| times >= MANY_REMINDERS) else { continue };
        if last_update(prepared, verdict).is_none_or(|post| post.when.latest() < first) {
            let known = most.entry(verdict.account).or_default();
            *known = times.max(*known);
        }
    }
    Ok(most.into_iter().map(|(account, times)| (prepared.title(account), times)).collect())
}

/// Papers issued in the half year before `day` that what is known now contradicts, a sentence each.
///
/// # Errors
/// Those of the store.
pub fn contradicted(
    conn: &Connection,
    config: &Config,
    day: NaiveDate,
    now: Moment,
) -> Result<Vec<String>, StoreError> {
    let mut newest: BTreeMap<(String, String), Bulletin> = BTreeMap::new();
    for bulletin in bulletins::everywhere(conn)? {
        newest.insert((bulletin.period.to_string(), bulletin.profile.clone()), bulletin);
    }
    let mut said = Vec::new();
    for bulletin in newest.into_values() {
        let Some(issue) = &bulletin.issue else { continue };
        if !(0..=WATCHED_DAYS).contains(&(day - issue.dated).num_days()) {
            continue;
        }
        let differs = changed(conn, config, &bulletin, now)?;
        if !differs.is_empty() {
            said.push(format!(
                "{}通报签发后，有{}项结论因后来的证据有变化：{}。请核对后用 bulletin draft --period {} 起草更正。",
                period_words(bulletin.period),
                differs.len(),
                differs.iter().take(5).cloned().collect::<Vec<_>>().join("；"),
                bulletin.period
            ));
        }
    }
    Ok(said)
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
    let (from, until) = bulletin.period.search_span();
    let near = config.checks_between(from.plus_days(-1), until.plus_days(8));
    let checks: Vec<_> = near.into_iter().filter(|check| bulletin.period.holds(*check)).collect();
    let Some(profile) = profile_of(config, bulletin) else {
        return Ok(vec![format!("检查口径“{}”已经读不出，无法核对", bulletin.profile)]);
    };
    let ledger = Ledger::for_checks(conn, config, &profile, &checks)?;
    let decisions = findings::decisions(conn, &profile.name)?;
    let judged: Vec<Verdict> = checks.iter().flat_map(|check| ledger.judge(&profile, *check, now)).collect();
    let mut left = judged.clone();
    decisions.clear_false(&mut left);
    drop_repaired(conn, config, &profile, bulletin.period, &mut left)?;
    let results = grades(&profile, ledger.accounts.iter().map(|account| account.id), &left);
    let results: BTreeMap<AccountId, &AccountResult> = results.iter().map(|result| (result.account, result)).collect();
    let end = checks.iter().map(|check| check.at).filter(|at| *at <= now).max().unwrap_or(now);
    let named = |verdict: &Verdict, left: &Verdict| {
        let closing = ledger.account(verdict.account).is_some_and(|one| one.state_at(end) == domain::State::Closing);
        let own = results.get(&verdict.account).is_some_and(|result| result.names(&profile, verdict));
        own && !closing && matches!(left.kind, VerdictKind::Missed { .. })
    };
    let of = |(verdict, left): (&Verdict, &Verdict)| stood(verdict, &decisions, named(verdict, left));
    let now_stood: Vec<_> = judged.iter().zip(&left).map(of).collect();
    let title = |id| ledger.account(id).map_or_else(String::new, |account| config.profile.titled(account));
    Ok(changes(&bulletins::frozen(conn, bulletin.id)?, &now_stood, &title))
}

/// The profile under which a paper was judged, though the configuration may name another by now.
fn profile_of(config: &Config, bulletin: &Bulletin) -> Option<Profile> {
    if bulletin.profile == config.profile.name {
        return Some(config.profile.clone());
    }
    crate::config::profile(&bulletin.profile, &config.profiles_dir).ok()
}
