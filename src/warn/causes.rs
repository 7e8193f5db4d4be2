//! From the evidence to what is still missing: the values that [`super::owed`] decides on.

use super::{Cause, silence_deadline, silence_rungs, week_rungs};
use crate::config::Config;
use crate::domain::{Account, Check, Moment, Week};
use crate::ledger::Ledger;
use crate::rules::{Coverage, Duty, Verdict, VerdictKind, WindowKind, duties};
use chrono::NaiveDate;

/// Everything that somebody is, or will be, to hear of: the open weeks of the coming checks, and the
/// silence since each account's last counted update. `coming` are the checks after `now`, ascending.
pub fn causes<'a>(ledger: &'a Ledger, config: &'a Config, coming: &[Check], now: Moment) -> Vec<Cause<'a>> {
    let warned = ledger.accounts.iter().filter(|account| account.state_at(now).is_judged());
    warned
        .flat_map(|account| {
            let weekly = coming.iter().flat_map(move |check| week_causes(ledger, config, account, *check, now));
            weekly.chain(silence_causes(ledger, config, account, now))
        })
        .collect()
}

/// Whether anybody may be reminded of what is missing since `from`. An account without any source gets
/// no letters about our blindness: only people look at it, and what they saw is told on the same day.
pub fn may_remind(ledger: &Ledger, account: &Account, from: Moment, now: Moment) -> bool {
    let evidence = ledger.evidence(account.id);
    !evidence.sources.is_empty() || watched_today(ledger, account, from, now).is_some()
}

/// Up to when a person has watched the account today without a hole since `from`, if at all.
pub fn watched_today(ledger: &Ledger, account: &Account, from: Moment, now: Moment) -> Option<Moment> {
    let watches = ledger.evidence(account.id).watches;
    let until = Coverage::of(watches).watched_until(from, account.platform.kinds())?.min(now);
    (until > Moment::start_of(now.date())).then_some(until)
}

fn week_causes<'a>(
    ledger: &'a Ledger,
    config: &'a Config,
    account: &'a Account,
    check: Check,
    now: Moment,
) -> Vec<Cause<'a>> {
    let weekly = |duty: &Duty<'_>| matches!(duty.rule.window, WindowKind::Week { weeks: 1 });
    let owes = duties(&config.profile, account, check).into_iter().filter(weekly);
    owes.filter(move |duty| may_remind(ledger, account, duty.window.from, now))
        .filter(|duty| is_pending(&ledger.judge_duty(duty, now)))
        .map(|duty| {
            let week = Week::of(duty.window.from);
            Cause {
                account,
                people: &ledger.people,
                rule: &duty.rule.name,
                anchor: week.monday,
                deadline: duty.window.until,
                rungs: week_rungs(&config.warn, &config.calendar, week),
            }
        })
        .collect()
}

fn is_pending(verdict: &Verdict) -> bool {
    matches!(verdict.kind, VerdictKind::Pending { .. })
}

fn silence_causes<'a>(ledger: &'a Ledger, config: &'a Config, account: &'a Account, now: Moment) -> Vec<Cause<'a>> {
    let Some(last) = last_update(ledger, account, now) else { return Vec::new() };
    if !may_remind(ledger, account, Moment::start_of(last).plus_days(1), now) {
        return Vec::new();
    }
    let rules = config.profile.rules_on(now.date());
    let silence = rules
        .into_iter()
        .filter(|rule| matches!(rule.window, WindowKind::Days { .. }) && rule.quota.of(account.platform.name()) > 0);
    silence
        .map(|rule| Cause {
            account,
            people: &ledger.people,
            rule: &rule.name,
            anchor: last,
            deadline: silence_deadline(rule.window, last),
            rungs: silence_rungs(&config.warn, &config.calendar, rule.window, last),
        })
        .filter(|cause| now < cause.deadline)
        .collect()
}

/// The date from which silence is counted: that of the last counted update, else of the opening.
pub fn last_update(ledger: &Ledger, account: &Account, now: Moment) -> Option<NaiveDate> {
    let posted = ledger.newest(account.id).map(|post| post.when.latest().date());
    posted.or(account.opened_on).map(|date| date.min(now.date()))
}
