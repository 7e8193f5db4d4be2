//! What later papers say of issued ones: problems that are followed up, and papers that evidence
//! contradicts by now.

use super::dossier::{about, last_update, reminded};
use super::standing::{changed, repairs};
use crate::bulletin::Stood;
use crate::config::Config;
use crate::domain::{AccountId, Moment, Period};
use crate::repair::{Followed, MANY_REMINDERS, Repair, State};
use crate::report::{Prepared, period_words};
use crate::rules::{Profile, Verdict, VerdictKind};
use crate::store::bulletins::{self, Bulletin};
use crate::store::reviews;
use crate::store::{Connection, StoreError};
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
    let all = repairs(conn, config, prepared.now)?.into_iter().map(|(_, repair)| repair);
    let all = all.filter(|repair| !is_week || repair.dated <= day).map(|repair| repair.as_of(day));
    let all: Vec<Repair> = all.collect();
    Ok(Followed {
        previous: Some(last.period),
        again: again(conn, prepared, last, &all)?,
        repairs: all.into_iter().filter(|repair| is_followed(repair, prepared.period, last.period)).collect(),
        day,
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

/// All problems of the last paper, and older ones that are not closed; a week only speaks of open ones. A
/// finding that does not stand any more is asked about nowhere.
fn is_followed(repair: &Repair, of: Period, last: Period) -> bool {
    let open = !matches!(repair.state(), State::Repaired | State::Withdrawn | State::Overturned);
    match of {
        Period::Week(_) => open,
        _ => repair.period == last || open && repair.period.begins() < last.begins(),
    }
}

/// Accounts that stood in the last paper, not only by what does not stand any more, and have a finding again.
fn again(
    conn: &Connection,
    prepared: &Prepared,
    last: &Bulletin,
    repairs: &[Repair],
) -> Result<Vec<String>, StoreError> {
    let frozen = bulletins::frozen(conn, last.id)?;
    let gone: BTreeSet<(AccountId, &str)> = repairs
        .iter()
        .filter(|repair| repair.period == last.period && repair.overturned)
        .map(|repair| (repair.account, repair.rule.as_str()))
        .collect();
    let stands = |stood: &&Stood| stood.is_named() && !gone.contains(&(stood.account, stood.rule.as_str()));
    let named: BTreeSet<AccountId> = frozen.iter().filter(stands).map(|stood| stood.account).collect();
    let found = prepared.results.iter().filter(|result| !result.vetoes.is_empty() || !result.problems.is_empty());
    Ok(found.filter(|result| named.contains(&result.account)).map(|result| prepared.title(result.account)).collect())
}

/// Accounts that were reminded several times, by letter or telephone, about what they then missed, and have
/// not updated since the first time until the check.
fn ignored(conn: &Connection, prepared: &Prepared) -> Result<Vec<(String, usize)>, StoreError> {
    let letters = reminded(conn, &prepared.verdicts)?;
    let mut most: BTreeMap<AccountId, usize> = BTreeMap::new();
    for verdict in prepared.verdicts.iter().filter(|verdict| matches!(verdict.kind, VerdictKind::Missed { .. })) {
        let kind = prepared.profile.rules.iter().find(|rule| rule.name == verdict.rule).map(|rule| rule.window);
        let told: Vec<(i64, Moment)> = about(verdict, kind, &letters)
            .filter(|one| one.role == "operator")
            .filter_map(|one| Some((one.letter, one.told().filter(|at| *at < verdict.check.at)?)))
            .collect();
        let times = told.iter().map(|(letter, _)| letter).collect::<BTreeSet<_>>().len();
        let Some(first) = told.iter().map(|(_, at)| *at).min().filter(|_| times >= MANY_REMINDERS) else { continue };
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
