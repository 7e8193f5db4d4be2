//! What a report says of the weeks before, loaded from the store: the trend, who has improved, and what
//! changed in the list.

use super::{ListChange, ListChangeKind, Progress, STEADY_WEEKS, Standing, reminded};
use crate::config::Config;
use crate::domain::{Account, AccountId, Check, Moment, Period, State, Week};
use crate::ledger::Ledger;
use crate::rules::{AccountResult, Grade, Profile, Severity, Verdict, VerdictKind, grades};
use crate::store::{Connection, StoreError, findings, meta, verdicts};
use std::collections::{BTreeMap, BTreeSet};

/// How a week compares with the ones before it.
///
/// # Errors
/// Those of the store.
pub(super) fn progress(
    conn: &Connection,
    config: &Config,
    (ledger, profile): (&Ledger, &Profile),
    week: Week,
    span: (Moment, Moment),
) -> Result<Progress, StoreError> {
    Ok(Progress {
        before: before(conn, config, profile, week)?,
        prompt: prompt(conn, (ledger, profile), span)?.into_values().collect(),
        steady: steady(conn, profile, week)?,
    })
}

/// Whom the paper of a month or quarter may praise. Nobody in whom it found anything, also where that is
/// left out as repaired, or whom it could not see: a paper must not praise whom it lists.
///
/// # Errors
/// Those of the store.
pub(super) fn praise(
    conn: &Connection,
    config: &Config,
    (ledger, profile): (&Ledger, &Profile),
    (period, now): (Period, Moment),
    span: (Moment, Moment),
    (results, left_out): (&[AccountResult], &BTreeSet<AccountId>),
) -> Result<Progress, StoreError> {
    let good = |result: &&AccountResult| result.grade == Grade::Good && !left_out.contains(&result.account);
    let good: BTreeSet<AccountId> = results.iter().filter(good).map(|result| result.account).collect();
    let mut prompt = prompt(conn, (ledger, profile), span)?;
    prompt.retain(|id, _| good.contains(id));
    let steady = recovered(conn, config, profile, (period.previous(), now), &good)?;
    Ok(Progress { before: None, prompt: prompt.into_values().collect(), steady })
}

/// Accounts in which the period before found something, as far as nobody has called it a 误报.
fn recovered(
    conn: &Connection,
    config: &Config,
    profile: &Profile,
    (period, now): (Period, Moment),
    good: &BTreeSet<AccountId>,
) -> Result<Vec<String>, StoreError> {
    let checks = config.checks_of(period);
    let ledger = Ledger::for_checks(conn, config, profile, &checks)?;
    let mut verdicts: Vec<Verdict> = checks.iter().flat_map(|check| ledger.judge(profile, *check, now)).collect();
    findings::decisions(conn, &profile.name)?.clear_false(&mut verdicts);
    let missed = verdicts.iter().filter(|verdict| matches!(verdict.kind, VerdictKind::Missed { .. }));
    let found: BTreeSet<AccountId> = missed.map(|verdict| verdict.account).collect();
    let praised = ledger.accounts.iter().filter(|account| good.contains(&account.id) && found.contains(&account.id));
    Ok(praised.filter(|account| account.state_at(now) != State::Closing).map(Account::title).collect())
}

/// How the accounts stood at the check of the week before, if one was held since the installation.
fn before(conn: &Connection, config: &Config, profile: &Profile, week: Week) -> Result<Option<Standing>, StoreError> {
    let installed = meta::get(conn, "installed_at")?.and_then(|text| Moment::parse(&text));
    let last = Week::of(week.start().plus(-1));
    let near = config.checks_between(last.end().plus(-1), week.end().plus_days(7));
    let counted_it = |check: &Check| Week::closed_before(check.nominal) == last;
    let Some(check) = near.into_iter().find(counted_it).filter(|check| installed.is_none_or(|at| at <= check.at))
    else {
        return Ok(None);
    };
    let ledger = Ledger::for_checks(conn, config, profile, &[check])?;
    let judged = ledger.judge(profile, check, check.at.plus_days(7));
    let counted = ledger.accounts.iter().filter(|account| account.state_at(check.at) != State::Closing);
    let results = grades(profile, counted.map(|account| account.id), &judged);
    let grades: Vec<Grade> = results.into_iter().map(|result| result.grade).collect();
    let count = |wanted: Grade| grades.iter().filter(|grade| **grade == wanted).count();
    Ok(Some(Standing {
        good: count(Grade::Good),
        problem: count(Grade::Problem),
        failed: count(Grade::Failed),
        unclear: count(Grade::Unclear),
    }))
}

/// Accounts that were updated on the day of a reminder, as people name them.
fn prompt(
    conn: &Connection,
    (ledger, profile): (&Ledger, &Profile),
    span: (Moment, Moment),
) -> Result<BTreeMap<AccountId, String>, StoreError> {
    let ids = reminded::prompt(conn, (ledger, profile), span)?;
    Ok(ids.into_iter().filter_map(|id| Some((id, ledger.account(id)?.title()))).collect())
}

/// Accounts that met the last weeks, and missed the one before these.
fn steady(conn: &Connection, profile: &Profile, week: Week) -> Result<Vec<String>, StoreError> {
    let weekly = profile.rules.iter().filter(|rule| rule.severity == Severity::Problem);
    let weekly: BTreeSet<&str> = weekly.map(|rule| rule.name.as_str()).collect();
    let days = i64::try_from(7 * (STEADY_WEEKS + 2)).unwrap_or(42);
    let kept = verdicts::latest(conn, &profile.name, week.end().plus_days(-days), week.end().plus_days(7))?;
    let mut by_account: BTreeMap<AccountId, BTreeMap<Moment, String>> = BTreeMap::new();
    for revision in kept.into_iter().filter(|r| weekly.contains(r.rule.as_str()) && r.window.until <= week.end()) {
        by_account.entry(revision.account).or_default().insert(revision.window.until, revision.kind);
    }
    let mut names = Vec::new();
    for (id, weeks) in by_account {
        if is_steady(&weeks, week)
            && let Some(account) = crate::store::accounts::one(conn, id)?
        {
            names.push(account.title());
        }
    }
    Ok(names)
}

/// Met in each of the last weeks, missed in the one before.
fn is_steady(weeks: &BTreeMap<Moment, String>, week: Week) -> bool {
    let kind = |back: usize| {
        let end = week.end().plus_days(-7 * i64::try_from(back).unwrap_or(0));
        weeks.get(&end).map_or("", String::as_str)
    };
    (0..STEADY_WEEKS).all(|back| kind(back) == "met") && kind(STEADY_WEEKS) == "missed"
}

/// 新开, 更名, 关停公告, 注销 within the span, kind by kind.
///
/// # Errors
/// Those of the store.
pub(super) fn list_changes(
    conn: &Connection,
    accounts: &[Account],
    (from, until): (Moment, Moment),
) -> Result<Vec<ListChange>, StoreError> {
    let within = |at: Moment| from <= at && at < until;
    let mut changes = Vec::new();
    for account in accounts {
        if account.opened_on.is_some_and(|date| within(Moment::start_of(date))) {
            changes.push(ListChange { kind: ListChangeKind::Opened, text: account.title() });
        }
        for change in account.states.iter().filter(|change| within(change.from)) {
            let kind = match change.state {
                State::Closing => ListChangeKind::Closing,
                State::Closed => ListChangeKind::Closed,
                State::Running | State::Paused => continue,
            };
            changes.push(ListChange { kind, text: account.title() });
        }
    }
    let renamed = meta::audited(conn, "account.rename", from, until)?;
    changes.extend(renamed.into_iter().map(|text| ListChange { kind: ListChangeKind::Renamed, text }));
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_sufficient_weeks_after_a_lack_are_named_once() {
        let week = Week::of(Moment::parse("2026-07-20 00:00").unwrap());
        let end = |back: i64| week.end().plus_days(-7 * back);
        let weeks = |kinds: &[&str]| (0..).zip(kinds).map(|(back, kind)| (end(back), (*kind).to_owned())).collect();
        assert!(is_steady(&weeks(&["met", "met", "met", "met", "missed"]), week));
        assert!(!is_steady(&weeks(&["met", "met", "met", "met", "met", "missed"]), week), "named last week");
        assert!(!is_steady(&weeks(&["met", "met", "unknown", "met", "missed"]), week), "nobody saw that week");
        assert!(!is_steady(&weeks(&["met", "met", "met", "met"]), week), "never was short");
    }
}
