//! A profile (检查口径): a named set of rules, labels and points. Pure values; the files that hold
//! them are read by `config`.

use crate::domain::Account;
use crate::report::{Rounding, Script};
use crate::tables::{Digits, TableRules};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A named set of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name, such as 开封.
    pub name: String,
    /// The number of the paper that it rests on, as printed.
    pub basis: String,
    /// What its 通报 covers.
    pub period: PeriodKind,
    /// What counts as one update.
    pub count: CountUnit,
    /// Reposts count (counted beside as well).
    pub count_reposts: bool,
    /// Score before deductions; `None` means that no scores are printed.
    pub start_points: Option<u32>,
    /// Least score that passes.
    pub pass_line: Option<u32>,
    /// An account with a missed veto is not listed again among the problems.
    pub veto_hides_weekly: bool,
    /// How 一周未更新N次 is to be read.
    pub label_reading: LabelReading,
    /// How many rows an account gets in a list of problems.
    pub weekly_rows: WeeklyRows,
    /// Decimals of a pass rate.
    pub decimals: u32,
    /// What happens to the digits behind them.
    pub rounding: Rounding,
    /// Our platform name to the name that the papers print.
    pub platform_names: BTreeMap<String, String>,
    /// How tables that come from elsewhere are computed and placed.
    pub tables: TableRules,
    /// What its 通报 says, in which order.
    pub script: Script,
    /// The rules, in the order of the profile. Versions of one rule share its name.
    pub rules: Vec<Rule>,
}

/// What a profile's 通报 covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodKind {
    /// 月度.
    Month,
    /// 季度.
    Quarter,
}

/// What counts as one update (次).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountUnit {
    /// One push of 1 to 8 articles.
    Push,
    /// One article.
    Article,
    /// One day with any.
    Day,
}

/// How the label 一周未更新N次 is to be read (rules.md, "Platform quotas").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelReading {
    /// N names the quota that was missed.
    Quota,
    /// N tells what was not seen: once when nothing was seen, else one more than was seen.
    Observed,
}

/// How many rows an account gets in a list of problems, and what they say (rules.md, "Presets to ship").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeeklyRows {
    /// One, with the largest quota that it missed.
    Worst,
    /// One, with its weeks summed up: `{n}` times, `{deduct}` points.
    Sum,
    /// One a missed week.
    Each,
}

/// One rule: at least so many updates in a window before a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `weekly` and `silence` in every shipped profile.
    pub name: String,
    /// Where updates are counted.
    pub window: WindowKind,
    /// How many are demanded.
    pub quota: Quota,
    /// What missing it means.
    pub severity: Severity,
    /// As the papers print it; `{quota_han}`, `{quota}`, `{n}` and `{deduct}` are filled in.
    pub label: String,
    /// Points off each time.
    pub points: u32,
    /// First date on which this version holds; `None` means always.
    pub from: Option<NaiveDate>,
}

/// Where updates are counted (DESIGN §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowKind {
    /// So many natural weeks, the last of which closed at or before the check.
    Week {
        /// At least 1.
        weeks: u32,
    },
    /// From 00:00 of the day `days` days before the check's date up to the check.
    Days {
        /// At least 1.
        days: u32,
        /// `false` starts the window a day later: the stricter reading.
        inclusive: bool,
    },
}

/// What missing a rule means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// 存在问题.
    Problem,
    /// 不合格, alone.
    Veto,
}

/// How many updates are demanded, by platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// By the platform's name; 0 means that the rule does not bind there.
    pub by_platform: BTreeMap<String, u32>,
    /// For every other platform.
    pub other: u32,
    /// 每周次数 of an account overrides this (the weekly rule of the shipped profiles).
    pub account_may_override: bool,
}

impl CountUnit {
    /// The word in profiles and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            CountUnit::Push => "push",
            CountUnit::Article => "article",
            CountUnit::Day => "day",
        }
    }

    /// The unit of that word.
    pub fn from_word(word: &str) -> Option<CountUnit> {
        [CountUnit::Push, CountUnit::Article, CountUnit::Day].into_iter().find(|unit| unit.word() == word)
    }
}

impl Quota {
    /// What a platform demands; 0 means nothing.
    pub fn of(&self, platform: &str) -> u32 {
        self.by_platform.get(platform).copied().unwrap_or(self.other)
    }
}

impl Profile {
    /// The name that papers print for a platform.
    pub fn prints<'a>(&'a self, platform: &'a str) -> &'a str {
        self.platform_names.get(platform).map_or(platform, String::as_str)
    }

    /// The account as papers name it: 青禾发布（微信公众号）.
    pub fn titled(&self, account: &Account) -> String {
        format!("{}（{}）", account.name, self.prints(account.platform.name()))
    }

    /// How its rates print.
    pub fn digits(&self) -> Digits {
        Digits { decimals: self.decimals, rounding: self.rounding }
    }

    /// Whether any version of any rule means that when it is missed.
    pub fn has(&self, severity: Severity) -> bool {
        self.rules.iter().any(|rule| rule.severity == severity)
    }

    /// The same with the newest version of each rule, as if it had held all along.
    pub fn as_if_always(&self) -> Profile {
        let newest = self.rules_on(NaiveDate::MAX).into_iter().cloned();
        Profile { rules: newest.map(|rule| Rule { from: None, ..rule }).collect(), ..self.clone() }
    }

    /// The version of each rule that holds on `date`, in the order of the profile.
    pub fn rules_on(&self, date: NaiveDate) -> Vec<&Rule> {
        let mut held: Vec<&Rule> = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.from.is_none_or(|from| from <= date)) {
            match held.iter_mut().find(|other| other.name == rule.name) {
                Some(older) if older.from <= rule.from => *older = rule,
                Some(_) => {}
                None => held.push(rule),
            }
        }
        held
    }
}
