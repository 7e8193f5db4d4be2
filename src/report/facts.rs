//! What a report is made of. Gathered by the shell, read by the pure half.

use crate::domain::{Account, AccountId, Check, Moment, Period, Post};
use crate::rules::{AccountResult, Decisions, Profile, Verdict};
use std::collections::BTreeMap;

/// Everything that a report may speak of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What it covers.
    pub period: Period,
    /// The rules that judged.
    pub profile: &'a Profile,
    /// The region in titles, such as 开封市; may be empty.
    pub region: &'a str,
    /// The checks of the period, ascending, also those still to come.
    pub checks: &'a [Check],
    /// The whole list, in any order; rows follow `position`.
    pub accounts: &'a [Account],
    /// What the verdicts of the period amount to, one per account; an account without one is 不参评.
    pub results: &'a [AccountResult],
    /// The verdicts behind them.
    pub verdicts: &'a [Verdict],
    /// What persons have decided about missed ones.
    pub decisions: &'a Decisions,
    /// Missed verdicts that a person has called a 误报; they are met in `verdicts` and `results`.
    pub cleared: &'a [Verdict],
    /// The last counted update of each account before the last check that was held; in the paper of a month
    /// or quarter, of a vetoed account, before the check that it failed.
    pub newest: &'a BTreeMap<AccountId, Post>,
    /// The last time that each account was seen whole (最近一次核实).
    pub verified: &'a BTreeMap<AccountId, Verified>,
    /// Letters of the period.
    pub letters: &'a LetterTally,
    /// How the week compares with the ones before; empty for other periods.
    pub progress: &'a Progress,
    /// What changed in the list during the period, in the order in which it should print.
    pub list_changes: &'a [ListChange],
    /// Notes about the coming week (检查日期、放假安排), each a sentence.
    pub next_week: &'a [String],
    /// Running number of the weekly summary: a missing one shows that mail broke.
    pub number: u32,
    /// As of when.
    pub now: Moment,
}

/// A look or a person that saw an account whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// When.
    pub at: Moment,
    /// Name of the source or of the person.
    pub by: String,
}

/// How a week compares with the ones before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many accounts stood in each grade a week ago; `None` when that week was not checked.
    pub before: Option<Standing>,
    /// Accounts that updated on the very day on which they were reminded, as people name them.
    pub prompt: Vec<String>,
    /// Accounts that have just reached [`STEADY_WEEKS`] sufficient weeks in a row after a missed one.
    pub steady: Vec<String>,
}

/// Weeks in a row without a lack after which an account that had one is named as improved.
pub const STEADY_WEEKS: usize = 4;

/// How many accounts stand in each grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// 合格.
    pub good: usize,
    /// 存在问题.
    pub problem: usize,
    /// 不合格.
    pub failed: usize,
    /// 无法判定.
    pub unclear: usize,
}

/// Letters of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterTally {
    /// Letters that left (封), whatever they said.
    pub sent: u32,
    /// Mentions of an account because of silence (告警提醒).
    pub alarms: u32,
    /// Mentions of an account because of too few updates in the week (更新提醒).
    pub reminders: u32,
    /// Accounts that were updated after their first reminder of the period left (提醒后已更新), however much
    /// they still lack; none whose reminders were all withdrawn.
    pub updated: u32,
    /// The others that were reminded (仍未更新).
    pub waiting: u32,
    /// Answers of offices that wait for the clerk (待人工核实), as of the summary.
    pub unsettled: u32,
    /// Mentions of each account since its last update (已提醒次数).
    pub by_account: BTreeMap<AccountId, u32>,
}

/// One change of the list (台账变动).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListChange {
    /// What happened.
    pub kind: ListChangeKind,
    /// The account and what else is worth saying, such as 甲（原名乙，新浪微博）.
    pub text: String,
}

/// What happened to an account of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListChangeKind {
    /// 新开.
    Opened,
    /// 更名.
    Renamed,
    /// 关停公告.
    Closing,
    /// 注销.
    Closed,
}

impl ListChangeKind {
    /// Every kind, in the order of the summary.
    pub const ALL: [ListChangeKind; 4] =
        [ListChangeKind::Opened, ListChangeKind::Renamed, ListChangeKind::Closing, ListChangeKind::Closed];

    /// As the summary prints it.
    pub const fn chinese(self) -> &'static str {
        match self {
            ListChangeKind::Opened => "新开",
            ListChangeKind::Renamed => "更名",
            ListChangeKind::Closing => "关停公告",
            ListChangeKind::Closed => "注销",
        }
    }
}
