//! Counts a year's letters again, from the posts alone and apart from the ladders.

use super::Told;
use super::rungs::{self, plus, safe_days};
use super::world::World;
use crate::config::Config;
use crate::domain::{AccountId, Moment, Role, State};
use crate::rules::{Rule, WindowKind};
use chrono::{Datelike, NaiveDate};
use cuigeng_adapters::time::HOUR;
use std::collections::{BTreeMap, BTreeSet};

/// One promise and how it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Its name for scripts.
    pub key: &'static str,
    /// The promise (Chinese).
    pub words: &'static str,
    /// How often it was put to the test.
    pub tried: usize,
    /// Where it was broken (Chinese).
    pub broken: Vec<String>,
}

/// A deadline that passed without enough updates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Missed {
    pub(super) account: AccountId,
    pub(super) rule: String,
    pub(super) anchor: NaiveDate,
    pub(super) deadline: Moment,
}

/// The deadlines missed in the year, and every promise.
pub(super) fn audit(config: &Config, world: &World, told: &[Told], year: i32) -> (Vec<Missed>, Vec<Promise>) {
    let missed = missed(config, world, year);
    let promises = vec![
        warned(config, &missed, told),
        working_days(config, told),
        ladder(config, told),
        order(config, world, told),
        reasons(config, world, told),
        explained(config, world, told),
    ];
    (missed, promises)
}

fn missed(config: &Config, world: &World, year: i32) -> Vec<Missed> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let end = NaiveDate::from_ymd_opt(year + 1, 1, 1).map(Moment::start_of).unwrap_or(Moment::MAX);
    let mut missed = Vec::new();
    for account in &world.accounts {
        debug_assert_eq!(account.state_at(end), State::Running);
        let posts = &world.posts[&account.id];
        for rule in &config.profile.rules {
            let quota = rule.quota.of(account.platform.name());
            let lost = |anchor: NaiveDate, deadline: Moment| Missed {
                account: account.id,
                rule: rule.name.clone(),
                anchor,
                deadline,
            };
            match rule.window {
                WindowKind::Week { .. } => {
                    let mondays = first.iter_days().filter(|day| day.weekday() == chrono::Weekday::Mon);
                    let weeks = mondays.map(|monday| (monday, Moment::start_of(monday).plus_days(7)));
                    missed.extend(
                        weeks
                            .take_while(|(_, deadline)| *deadline <= end)
                            .filter(|(monday, deadline)| {
                                count(posts, Moment::start_of(*monday), *deadline) < quota as usize
                            })
                            .map(|(monday, deadline)| lost(monday, deadline)),
                    );
                }
                WindowKind::Days { .. } => {
                    let nexts = posts.iter().skip(1).copied().chain([Moment::MAX]);
                    let silences = posts.iter().zip(nexts).map(|(at, next)| {
                        (at.date(), Moment::start_of(plus(at.date(), safe_days(rule.window) + 1)), next)
                    });
                    missed.extend(
                        silences
                            .filter(|(anchor, deadline, next)| {
                                *anchor >= first && *deadline <= *next && *deadline <= end
                            })
                            .map(|(anchor, deadline, _)| lost(anchor, deadline)),
                    );
                }
            }
        }
    }
    missed
}

fn count(posts: &[Moment], from: Moment, until: Moment) -> usize {
    posts.iter().filter(|at| from <= **at && **at < until).count()
}

/// A working morning lies between the letter and the deadline.
fn warned(config: &Config, missed: &[Missed], told: &[Told]) -> Promise {
    let mut letters: BTreeMap<(AccountId, &str, NaiveDate), Vec<Moment>> = BTreeMap::new();
    for one in told.iter().filter(|one| one.role == Role::Operator) {
        letters.entry((one.account, &one.rule, one.anchor)).or_default().push(one.at);
    }
    let in_time = |lost: &&Missed| {
        let had = letters.get(&(lost.account, lost.rule.as_str(), lost.anchor));
        had.is_some_and(|had| had.iter().any(|at| leaves_a_working_day(config, *at, lost.deadline)))
    };
    Promise {
        key: "warned",
        words: "凡是误了期限的，期限前至少一个工作日（含当天上午）的信里写明了，发给运维人员或代为转告的人",
        tried: missed.len(),
        broken: missed
            .iter()
            .filter(|lost| !in_time(lost))
            .map(|lost| format!("账号{} {} {}", lost.account.0, lost.rule, lost.anchor))
            .collect(),
    }
}

fn leaves_a_working_day(config: &Config, at: Moment, deadline: Moment) -> bool {
    let morning = at.since(Moment::start_of(at.date())) <= 12 * HOUR;
    let first = if morning { at.date() } else { plus(at.date(), 1) };
    first.iter_days().take_while(|day| Moment::start_of(*day) < deadline).any(|day| config.calendar.is_working(day))
}

fn working_days(config: &Config, told: &[Told]) -> Promise {
    let allowed = |one: &&Told| {
        config.calendar.is_working(one.at.date()) || (config.warn.last_day_always && is_last(config, one))
    };
    Promise {
        key: "working_days",
        words: "没有一封提醒在休息日发出（配置了最后一天照发的除外）",
        tried: told.len(),
        broken: told.iter().filter(|one| !allowed(one)).map(sentence).collect(),
    }
}

/// It belongs to the last day on which an update ends the silence.
fn is_last(config: &Config, one: &Told) -> bool {
    rule_of(config, one).is_some_and(|rule| rungs::last_stage(config, rule.window).as_ref() == Some(&one.stage))
}

fn rule_of<'c>(config: &'c Config, one: &Told) -> Option<&'c Rule> {
    config.profile.rules.iter().find(|rule| rule.name == one.rule)
}

/// Nobody hears more about one thing than the ladder has rungs for that person, and of none twice.
fn ladder(config: &Config, told: &[Told]) -> Promise {
    let mut heard: BTreeMap<(&str, AccountId, &str, NaiveDate), Vec<&Told>> = BTreeMap::new();
    for one in told {
        heard.entry((&one.recipient, one.account, &one.rule, one.anchor)).or_default().push(one);
    }
    let allowed = |about: &[&Told]| {
        if is_weekly(config, &about[0].rule) {
            return config.warn.week_leads.len();
        }
        let leads = config.warn.silence_leads.iter();
        leads.filter(|lead| about.iter().any(|one| lead.roles.contains(&one.role))).count()
    };
    let too_many = |about: &&Vec<&Told>| {
        let stages: BTreeSet<&str> = about.iter().map(|one| one.stage.as_str()).collect();
        about.len() > allowed(about) || stages.len() < about.len()
    };
    Promise {
        key: "ladder",
        words: "没有人为同一件事收到多于配置级数的提醒，同一级也不收两次",
        tried: heard.len(),
        broken: heard.values().filter(too_many).map(|about| sentence(about[0])).collect(),
    }
}

fn is_weekly(config: &Config, rule: &str) -> bool {
    let found = config.profile.rules.iter().find(|known| known.name == rule);
    found.is_some_and(|rule| matches!(rule.window, WindowKind::Week { .. }))
}

/// Nobody above the operator ever hears of the weekly rule; of a silence only a working day after the
/// operator was told, or the clerk in his stead, but for the last day. An address counts for whose it is,
/// not for the role in which it was written to.
fn order(config: &Config, world: &World, told: &[Told]) -> Promise {
    let is_above = |one: &&Told| matches!(world.role_of(&one.recipient), Some(Role::Leader | Role::Supervisor));
    let (above, below): (Vec<&Told>, Vec<&Told>) = told.iter().partition(is_above);
    let cause = |one: &Told| (one.account, one.rule.clone(), one.anchor);
    let mut first: BTreeMap<(AccountId, String, NaiveDate), NaiveDate> = BTreeMap::new();
    for one in below.into_iter().filter(|one| one.role == Role::Operator) {
        let day = first.entry(cause(one)).or_insert_with(|| one.at.date());
        *day = one.at.date().min(*day);
    }
    let in_order = |one: &&&Told| {
        let day_before = config.calendar.working_before(one.at.date());
        let after_him = || first.get(&cause(one)).is_some_and(|day| *day <= day_before);
        !is_weekly(config, &one.rule) && (is_last(config, one) || after_him())
    };
    Promise {
        key: "order",
        words: "每周次数不足从不告诉领导和主管单位；长时间不更新，在运维人员（联系不上的，由检查方转告）收到后至少一个工作日才告诉他们（最后一天除外）",
        tried: above.len(),
        broken: above.iter().filter(|one| !in_order(one)).map(|one| sentence(one)).collect(),
    }
}

/// When the letter left, the posts said what it says.
fn reasons(config: &Config, world: &World, told: &[Told]) -> Promise {
    let holds = |one: &&Told| {
        let posts = &world.posts[&one.account];
        if is_weekly(config, &one.rule) {
            let monday = Moment::start_of(one.anchor);
            let quota =
                config.profile.rules.iter().find(|rule| rule.name == one.rule).map_or(0, |r| r.quota.of("新浪微博"));
            return one.at < one.deadline && count(posts, monday, one.at) < quota as usize;
        }
        let newest = posts.iter().rfind(|at| **at <= one.at);
        let day: Option<u32> = one.stage.strip_prefix("day").and_then(|day| day.parse().ok());
        let due = day.map(|day| config.calendar.working_at_or_before(plus(one.anchor, day)));
        newest.is_some_and(|at| at.date() == one.anchor) && due.is_some_and(|due| due <= one.at.date())
    };
    Promise {
        key: "reasons",
        words: "每一条提醒发出时，按当时的发布记录确有其事",
        tried: told.len(),
        broken: told.iter().filter(|one| !holds(one)).map(sentence).collect(),
    }
}

/// Of each mention one can say by which rule, counted from when, on which rung, how long before which
/// deadline, and on which verdict it rests.
fn explained(config: &Config, world: &World, told: &[Told]) -> Promise {
    let holds = |one: &&Told| {
        rule_of(config, one)
            .is_some_and(|rule| is_on_its_rung(config, rule, one) && rests_on_a_verdict(world, rule, one))
            && one.at < one.deadline
    };
    Promise {
        key: "explained",
        words: "每一条提醒都说得出理由：规则、起算日、级次、距期限的时间和所依据的结论",
        tried: told.len(),
        broken: told.iter().filter(|one| !holds(one)).map(sentence).collect(),
    }
}

/// The newest rung that was due then has that name, and names that role.
fn is_on_its_rung(config: &Config, rule: &Rule, one: &Told) -> bool {
    let rungs = rungs::allowed(config, rule, one.anchor);
    let due = rungs.iter().rfind(|rung| rungs::hour_of(config, rung.date) <= one.at);
    due.is_some_and(|rung| rung.stage == one.stage && rung.roles.contains(&one.role))
}

/// The verdict is open, and counts what the posts tell.
fn rests_on_a_verdict(world: &World, rule: &Rule, one: &Told) -> bool {
    one.verdict.is_some_and(|open| match rule.window {
        WindowKind::Week { .. } => {
            let seen = count(&world.posts[&one.account], Moment::start_of(one.anchor), one.at);
            open.seen < open.required && open.seen as usize == seen
        }
        // The window of a check slides, so an update at its far end may still be inside.
        WindowKind::Days { .. } => open.required > 0,
    })
}

fn sentence(one: &Told) -> String {
    let at = one.at.beijing().format("%m-%d %H:%M");
    format!("{at} {} 账号{} {} {} {}", one.recipient, one.account.0, one.rule, one.anchor, one.stage)
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
