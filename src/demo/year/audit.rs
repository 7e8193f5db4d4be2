//! Counts a year's letters again, from the posts alone and apart from the ladders.

use super::Told;
use super::world::World;
use crate::config::Config;
use crate::domain::{AccountId, Moment, Role, State, Week};
use crate::rules::WindowKind;
use crate::warn;
use chrono::{Datelike, Days, NaiveDate};
use cuigeng_adapters::time::HOUR;
use std::collections::BTreeMap;

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
        order(config, told),
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
                WindowKind::Days { days, inclusive } => {
                    let nexts = posts.iter().skip(1).copied().chain([Moment::MAX]);
                    let silences = posts.iter().zip(nexts).map(|(at, next)| {
                        let safe = if inclusive { days } else { days - 1 };
                        (at.date(), Moment::start_of(plus(at.date(), safe + 1)), next)
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

fn plus(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_add_days(Days::new(u64::from(days))).unwrap_or(date)
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
        words: "凡是误了期限的，期限前至少一个工作日（含当天上午）提醒过运维人员",
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
    let last = last_stage(config);
    let allowed = |one: &&Told| {
        config.calendar.is_working(one.at.date()) || (config.warn.last_day_always && Some(&one.stage) == last.as_ref())
    };
    Promise {
        key: "working_days",
        words: "没有一封提醒在休息日发出（配置了最后一天照发的除外）",
        tried: told.len(),
        broken: told.iter().filter(|one| !allowed(one)).map(sentence).collect(),
    }
}

fn last_stage(config: &Config) -> Option<String> {
    config.warn.silence_leads.iter().map(|lead| lead.day).max().map(|day| format!("day{day}"))
}

/// Nobody hears more about one thing than the ladder has rungs for that person.
fn ladder(config: &Config, told: &[Told]) -> Promise {
    let mut heard: BTreeMap<(&str, AccountId, &str, NaiveDate), Vec<&Told>> = BTreeMap::new();
    for one in told {
        heard.entry((&one.recipient, one.account, &one.rule, one.anchor)).or_default().push(one);
    }
    let allowed = |about: &[&Told]| {
        let first = about[0];
        if is_weekly(config, &first.rule) {
            return config.warn.week_leads.len();
        }
        config.warn.silence_leads.iter().filter(|lead| lead.roles.contains(&first.role)).count()
    };
    Promise {
        key: "ladder",
        words: "没有人为同一件事收到多于配置级数的提醒",
        tried: heard.len(),
        broken: heard.values().filter(|about| about.len() > allowed(about)).map(|about| sentence(about[0])).collect(),
    }
}

fn is_weekly(config: &Config, rule: &str) -> bool {
    let found = config.profile.rules.iter().find(|known| known.name == rule);
    found.is_some_and(|rule| matches!(rule.window, WindowKind::Week { .. }))
}

/// Above the operator nobody hears before the operator had a working day, but for the last day.
fn order(config: &Config, told: &[Told]) -> Promise {
    let above: Vec<&Told> = told.iter().filter(|one| one.role != Role::Operator).collect();
    let last = last_stage(config);
    let in_order = |one: &&Told| {
        let day_before = config.calendar.working_before(one.at.date());
        let same = |other: &Told| (other.account, &other.rule, other.anchor) == (one.account, &one.rule, one.anchor);
        Some(&one.stage) == last.as_ref()
            || told.iter().any(|other| other.role == Role::Operator && same(other) && other.at.date() <= day_before)
    };
    Promise {
        key: "order",
        words: "分管领导和主管单位都在运维人员之后至少一个工作日才收到（最后一天除外）",
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
        let Some(rule) = config.profile.rules.iter().find(|rule| rule.name == one.rule) else { return false };
        let rungs = match rule.window {
            WindowKind::Week { .. } => warn::week_rungs(&config.warn, &config.calendar, Week { monday: one.anchor }),
            WindowKind::Days { .. } => warn::silence_rungs(&config.warn, &config.calendar, rule.window, one.anchor),
        };
        let rung = rungs.iter().find(|rung| rung.stage == one.stage && rung.slot <= one.at);
        let is_addressed = rung.is_some_and(|rung| rung.roles.contains(&one.role) || one.role == Role::Operator);
        let verdict = one.verdict.is_some_and(|open| match rule.window {
            WindowKind::Week { .. } => {
                let seen = count(&world.posts[&one.account], Moment::start_of(one.anchor), one.at);
                open.seen < open.required && open.seen as usize == seen
            }
            // The window of a check slides, so an update at its far end may still be inside.
            WindowKind::Days { .. } => open.required > 0,
        });
        is_addressed && verdict && one.at < one.deadline
    };
    Promise {
        key: "explained",
        words: "每一条提醒都说得出理由：规则、起算日、级次、距期限的时间和所依据的结论",
        tried: told.len(),
        broken: told.iter().filter(|one| !holds(one)).map(sentence).collect(),
    }
}

fn sentence(one: &Told) -> String {
    let at = one.at.beijing().format("%m-%d %H:%M");
    format!("{at} {} 账号{} {} {} {}", one.recipient, one.account.0, one.rule, one.anchor, one.stage)
}
