//! A year of one account: each day with what was watched and seen, each week with its verdict, the longest
//! gap and the days on which its silence had lasted too long. Pure: the ledger and `now` go in.

use crate::config::Config;
use crate::domain::{Account, Check, Moment, Post, Week};
use crate::ledger::Ledger;
use crate::rules::{Coverage, Shade, Verdict, Window, WindowKind, duties};
use crate::spoken::why_not;
use crate::warn::silence_deadline;
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// Weeks of a year, the open one included.
pub const WEEKS: u32 = 53;

/// How a day was watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Every instant of it, strongly, for every kind of post.
    Whole,
    /// Some of it, or only by a source whose silence proves nothing.
    Partly,
    /// Not at all.
    Not,
    /// The account was not judged then.
    Exempt,
    /// It is still to come.
    Coming,
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its date.
    pub date: NaiveDate,
    /// How it was watched; today as far as it is over.
    pub watched: Watched,
    /// Counted updates known to the instant or to the day.
    pub updates: u32,
}

/// The year.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Whole weeks, the oldest first.
    pub days: Vec<Day>,
    /// The verdict of each week, the newest first; without those that nothing was asked in.
    pub weeks: Vec<Verdict>,
    /// The longest time without a known update, between its dates; the second may be today.
    pub longest: Option<(NaiveDate, NaiveDate)>,
    /// Days on which a look at the account would have found a veto (不达标天数), each proven by a complete
    /// watch since the last update.
    pub failed_days: u32,
    /// Such days that a hole in the watch leaves unproven.
    pub unproven_days: u32,
}

/// The first moment of the year that ends with the week of `now`.
pub fn begins(now: Moment) -> Moment {
    Week::of(now).start().plus_days(-7 * i64::from(WEEKS - 1))
}

impl Record {
    /// The year of an account until `now`; the ledger has all of it.
    pub fn of(ledger: &Ledger, config: &Config, account: &Account, now: Moment) -> Record {
        let counted = updates(ledger, config, account, now);
        let days: Vec<Day> = dates(now).map(|date| day(ledger, account, &counted, date, now)).collect();
        let (failed_days, unproven_days) = failed(config, account, &days, &counted, now);
        Record {
            weeks: weeks(ledger, config, account, now),
            longest: longest(&counted, now),
            days,
            failed_days,
            unproven_days,
        }
    }
}

fn dates(now: Moment) -> impl Iterator<Item = NaiveDate> {
    let first = begins(now).date();
    (0..u64::from(WEEKS) * 7).filter_map(move |n| first.checked_add_days(Days::new(n)))
}

/// Counted updates by date; one known to a span stands on its last day, the benefit of the doubt.
fn updates(ledger: &Ledger, config: &Config, account: &Account, now: Moment) -> BTreeMap<NaiveDate, u32> {
    let mut counted = BTreeMap::new();
    let counts = |post: &&Post| why_not(post, &config.profile, now).is_none() && post.when.earliest() <= now;
    for post in ledger.evidence(account.id).posts.iter().filter(counts) {
        *counted.entry(post.when.latest().date().min(now.date())).or_insert(0) += 1;
    }
    counted
}

fn day(ledger: &Ledger, account: &Account, counted: &BTreeMap<NaiveDate, u32>, date: NaiveDate, now: Moment) -> Day {
    Day { date, watched: watched(ledger, account, date, now), updates: counted.get(&date).copied().unwrap_or(0) }
}

fn watched(ledger: &Ledger, account: &Account, date: NaiveDate, now: Moment) -> Watched {
    let from = Moment::start_of(date);
    if from >= now {
        return Watched::Coming;
    }
    let watches = ledger.evidence(account.id).watches;
    // Of today what counts is how it was watched up to the last look.
    let looked = watches.iter().map(|watch| watch.reach.until.min(now)).filter(|until| *until > from).max();
    let end = from.plus_days(1);
    let window = Window { from, until: if end > now { looked.unwrap_or(now) } else { end } };
    if !account.state_at(from).is_judged() || account.opened_on.is_some_and(|opened| date < opened) {
        return Watched::Exempt;
    }
    match Coverage::of(watches).prove(window, account.platform.kinds()) {
        Ok(_) => Watched::Whole,
        Err(short) => {
            let dark = |hole: &crate::rules::Hole| {
                (hole.from, hole.until) == (window.from, window.until) && hole.shade == Shade::Dark
            };
            if short.holes.iter().all(dark) { Watched::Not } else { Watched::Partly }
        }
    }
}

fn weeks(ledger: &Ledger, config: &Config, account: &Account, now: Moment) -> Vec<Verdict> {
    let mondays = dates(now).step_by(7).collect::<Vec<_>>().into_iter().rev();
    let verdict = |monday| {
        let check = Check::unmoved(Week { monday }.end());
        let weekly = duties(&config.profile, account, check)
            .into_iter()
            .find(|duty| matches!(duty.rule.window, WindowKind::Week { weeks: 1 }))?;
        Some(ledger.judge_duty(&weekly, now))
    };
    mondays.filter_map(verdict).collect()
}

fn longest(counted: &BTreeMap<NaiveDate, u32>, now: Moment) -> Option<(NaiveDate, NaiveDate)> {
    let dates: Vec<NaiveDate> = counted.keys().copied().chain([now.date()]).collect();
    let gaps = dates.windows(2).map(|pair| (pair[0], pair[1]));
    gaps.max_by_key(|(from, until)| *until - *from)
}

/// Days after the last safe one since the update before, proven and unproven.
fn failed(
    config: &Config,
    account: &Account,
    days: &[Day],
    counted: &BTreeMap<NaiveDate, u32>,
    now: Moment,
) -> (u32, u32) {
    let rules = config.profile.rules_on(now.date());
    let is_silence = |window: WindowKind| matches!(window, WindowKind::Days { .. });
    let rule = rules.into_iter().find(|rule| is_silence(rule.window) && rule.quota.of(account.platform.name()) > 0);
    let Some(rule) = rule else { return (0, 0) };
    let (mut last, mut whole, mut found) = (None, false, (0, 0));
    for day in days.iter().take_while(|day| day.watched != Watched::Coming) {
        if counted.contains_key(&day.date) {
            (last, whole) = (Some(day.date), true);
            continue;
        }
        whole &= day.watched == Watched::Whole;
        let too_long = last.is_some_and(|last| silence_deadline(rule.window, last) <= Moment::start_of(day.date));
        match (too_long && day.watched != Watched::Exempt, whole) {
            (true, true) => found.0 += 1,
            (true, false) => found.1 += 1,
            (false, _) => {}
        }
    }
    found
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
