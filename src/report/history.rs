//! What a report says of the weeks before, loaded from the store: the trend, who has improved, and what
//! changed in the list.

use super::{ListChange, ListChangeKind, Progress, STEADY_WEEKS, Standing};
use crate::config::Config;
use crate::domain::{Account, AccountId, Check, Moment, Period, State, Week};
use crate::ledger::Ledger;
use crate::rules::{Grade, Profile, Severity, grade};
use crate::store::{Connection, StoreError, counts, meta, posts, verdicts};
use std::collections::{BTreeMap, BTreeSet};

/// How a week compares with the ones before it; empty for other periods.
///
/// # Errors
/// Those of the store.
pub(super) fn progress(
    conn: &Connection,
    config: &Config,
    profile: &Profile,
    period: Period,
    span: (Moment, Moment),
) -> Result<Progress, StoreError> {
    let Period::Week(week) = period else { return Ok(Progress::default()) };
    Ok(Progress {
        before: before(conn, config, profile, week)?,
        prompt: prompt(conn, span)?,
        steady: steady(conn, profile, week)?,
    })
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
    let grades: Vec<Grade> = counted.map(|account| grade(profile, account.id, &judged).grade).collect();
    let count = |wanted: Grade| grades.iter().filter(|grade| **grade == wanted).count();
    Ok(Some(Standing {
        good: count(Grade::Good),
        problem: count(Grade::Problem),
        failed: count(Grade::Failed),
        unclear: count(Grade::Unclear),
    }))
}

/// Accounts that updated on the day on which a reminder about them left, after it.
fn prompt(conn: &Connection, (from, until): (Moment, Moment)) -> Result<Vec<String>, StoreError> {
    let reminded: BTreeSet<(AccountId, Moment)> = counts::reminded(conn, from, until)?.into_iter().collect();
    let mut names: BTreeMap<AccountId, String> = BTreeMap::new();
    for (id, at) in reminded {
        let day_end = Moment::start_of(at.date()).plus_days(1);
        let posted = posts::of_account(conn, id, at, day_end)?;
        if posted.iter().any(|post| post.visible && !post.struck && post.when.earliest() >= at)
            && let Some(account) = crate::store::accounts::one(conn, id)?
        {
            names.insert(id, account.title());
        }
    }
    Ok(names.into_values().collect())
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
