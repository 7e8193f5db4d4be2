//! A year of one account: each day with what was watched and seen, each week with its verdict, the longest
//! gap and the days on which its silence had lasted too long. Pure: the ledger and `now` go in.

use crate::config::Config;
use crate::domain::{Account, Check, Moment, Post, Week};
use crate::ledger::Ledger;
use crate::rules::{Coverage, Shade, Verdict, Window, WindowKind, duties};
use crate::spoken::why_not;
use crate::warn::silence_deadline;
use chrono::{Days, NaiveDate};
use cuigeng_adapters::time::DAY;
use std::collections::BTreeMap;

/// Weeks of a year, the open one included.
pub const WEEKS: u32 = 53;
/// Days before the year whose evidence is asked as well: the silence of its first day looks back so far.
pub const BEFORE_D: i64 = 15;

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
    /// watch for as long as the rule asks about.
    pub failed_days: u32,
    /// Such days that a hole in the watch leaves unproven, those of an account that was never seen to post
    /// included.
    pub unproven_days: u32,
}

/// The first moment of the year that ends with the week of `now`.
pub fn begins(now: Moment) -> Moment {
    Week::of(now).start().plus_days(-7 * i64::from(WEEKS - 1))
}

/// Whole weeks: a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// 00:00 of its first Monday.
    pub from: Moment,
    /// 00:00 of the Monday after its last week.
    pub until: Moment,
}

impl Span {
    /// The year that ends with the week of `now`.
    pub fn up_to(now: Moment) -> Span {
        Span { from: begins(now), until: Week::of(now).end() }
    }

    /// The weeks that touch a year of the calendar, up to that of `now`; `None` for one that is still to come
    /// or that no calendar has.
    pub fn of_year(year: i32, now: Moment) -> Option<Span> {
        let first = Moment::start_of(NaiveDate::from_ymd_opt(year, 1, 1)?);
        let last = Moment::start_of(NaiveDate::from_ymd_opt(year, 12, 31)?);
        (first <= now).then(|| Span { from: Week::of(first).start(), until: Week::of(last.min(now)).end() })
    }

    fn dates(self) -> impl Iterator<Item = NaiveDate> {
        let (first, days) = (self.from.date(), self.until.since(self.from) / DAY);
        (0..days.unsigned_abs()).filter_map(move |n| first.checked_add_days(Days::new(n)))
    }
}

impl Record {
    /// That year of an account as it is known at `now`; the ledger has all of it, and [`BEFORE_D`] days more.
    pub fn of(ledger: &Ledger, config: &Config, account: &Account, span: Span, now: Moment) -> Record {
        let counted = updates(ledger, config, account, span, now);
        let days: Vec<Day> = span.dates().map(|date| day(ledger, account, &counted, date, now)).collect();
        let (failed_days, unproven_days) = failed(config, account, &days, &counted);
        Record {
            weeks: weeks(ledger, config, account, span, now),
            longest: longest(&counted, span, now),
            days,
            failed_days,
            unproven_days,
        }
    }
}

/// Counted updates by date; one known to a span stands on its last day, the benefit of the doubt.
fn updates(ledger: &Ledger, config: &Config, account: &Account, span: Span, now: Moment) -> BTreeMap<NaiveDate, u32> {
    let mut counted = BTreeMap::new();
    let until = span.until.min(now);
    let counts = |post: &&Post| why_not(post, &config.profile, now).is_none() && post.when.earliest() <= until;
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

fn weeks(ledger: &Ledger, config: &Config, account: &Account, span: Span, now: Moment) -> Vec<Verdict> {
    let mondays = span.dates().step_by(7).collect::<Vec<_>>().into_iter().rev();
    let verdict = |monday| {
        let check = Check::unmoved(Week { monday }.end());
        let weekly = duties(&config.profile, account, check)
            .into_iter()
            .find(|duty| matches!(duty.rule.window, WindowKind::Week { weeks: 1 }))?;
        Some(ledger.judge_duty(&weekly, now))
    };
    mondays.filter_map(verdict).collect()
}

fn longest(counted: &BTreeMap<NaiveDate, u32>, span: Span, now: Moment) -> Option<(NaiveDate, NaiveDate)> {
    let last = now.min(span.until.plus(-1)).date();
    let dates: Vec<NaiveDate> = counted.keys().copied().chain([last]).collect();
    let gaps = dates.windows(2).map(|pair| (pair[0], pair[1]));
    gaps.max_by_key(|(from, until)| *until - *from)
}

/// Days after the last safe one since the update before, proven and unproven.
fn failed(config: &Config, account: &Account, days: &[Day], counted: &BTreeMap<NaiveDate, u32>) -> (u32, u32) {
    let come: Vec<&Day> = days.iter().filter(|day| day.watched != Watched::Coming).collect();
    let (Some(first), Some(last)) = (come.first(), come.last()) else { return (0, 0) };
    let rules = config.profile.rules_on(last.date);
    let is_silence = |window: WindowKind| matches!(window, WindowKind::Days { .. });
    let rule = rules.into_iter().find(|rule| is_silence(rule.window) && rule.quota.of(account.platform.name()) > 0);
    let Some(rule) = rule else { return (0, 0) };
    let before = first.date.pred_opt().unwrap_or(NaiveDate::MIN);
    let long_since = |day: &Day, last: NaiveDate| silence_deadline(rule.window, last) <= Moment::start_of(day.date);
    let (mut silent, mut unsure, mut found) = (silent_since(account, first.date, counted), before, (0, 0));
    for day in come {
        match day.watched {
            _ if counted.contains_key(&day.date) => silent = day.date,
            // Nothing was asked of it; what is asked begins anew.
            Watched::Exempt => silent = silent.max(day.date),
            Watched::Whole => {}
            _ => unsure = day.date,
        }
        match (long_since(day, silent), long_since(day, unsure)) {
            (true, true) => found.0 += 1,
            (true, false) => found.1 += 1,
            (false, _) => {}
        }
    }
    found
}

/// The day of the last known update before the year; without one the day on which somebody began to ask: the
/// account was registered or, later, opened. Nobody is blamed for days before that.
fn silent_since(account: &Account, first: NaiveDate, counted: &BTreeMap<NaiveDate, u32>) -> NaiveDate {
    let known = counted.range(..first).next_back().map(|(date, _)| *date);
    let registered = account.states.first().map(|state| state.from.date());
    known.unwrap_or_else(|| registered.max(account.opened_on).unwrap_or(NaiveDate::MIN))
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
