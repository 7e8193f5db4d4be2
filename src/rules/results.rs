//! What the verdicts of one account amount to, at a check or over a period (DESIGN §6).

use super::{Profile, Severity, Verdict, VerdictKind};
use crate::domain::AccountId;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How an account stands (结果).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// 不合格: a veto was missed, or the score lies below the pass line.
    Failed,
    /// 无法判定: a veto, or without one a week, could not be decided.
    Unclear,
    /// 存在问题: a week was missed; still counted among the 合格.
    Problem,
    /// 合格.
    Good,
    /// 未到期: nothing wrong so far, but some window is still open.
    Open,
    /// 不参评: not running in any window of the period.
    Exempt,
}

impl Grade {
    /// Every grade, the worst first.
    pub const ALL: [Grade; 6] =
        [Grade::Failed, Grade::Unclear, Grade::Problem, Grade::Good, Grade::Open, Grade::Exempt];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Grade::Failed => "failed",
            Grade::Unclear => "unclear",
            Grade::Problem => "problem",
            Grade::Good => "good",
            Grade::Open => "open",
            Grade::Exempt => "exempt",
        }
    }

    /// As papers print it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Grade::Failed => "不合格",
            Grade::Unclear => "无法判定",
            Grade::Problem => "存在问题",
            Grade::Good => "合格",
            Grade::Open => "未到期",
            Grade::Exempt => "不参评",
        }
    }
}

/// What the verdicts of one account amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountResult {
    /// Whose.
    pub account: AccountId,
    /// How it stands.
    pub grade: Grade,
    /// Missed vetoes, oldest check first.
    pub vetoes: Vec<Verdict>,
    /// Missed weekly rules, oldest check first. One window that two checks share stands once.
    pub problems: Vec<Verdict>,
    /// Suspected and unknown verdicts, oldest check first.
    pub unclear: Vec<Verdict>,
    /// Weeks that nobody could decide (另有k周未能核实).
    pub unwatched_weeks: u32,
    /// Weeks that were decided either way: what the score rests on.
    pub decided_weeks: u32,
    /// Score, where the profile has one and nothing vetoed it.
    pub score: Option<u32>,
}

impl AccountResult {
    /// What it is not good for: vetoes, problems, then what could not be told.
    pub fn findings(&self) -> Vec<&Verdict> {
        self.vetoes.iter().chain(&self.problems).chain(&self.unclear).collect()
    }
}

/// Sums up the verdicts of one account, whatever their order and whoever else's stand among them.
pub fn grade(profile: &Profile, account: AccountId, verdicts: &[Verdict]) -> AccountResult {
    sum_up(profile, account, verdicts.iter().filter(|v| v.account == account).collect())
}

/// The same for many accounts, looking at each verdict once: a quarter of a province has hundreds of
/// thousands.
pub fn grades(
    profile: &Profile,
    accounts: impl Iterator<Item = AccountId>,
    verdicts: &[Verdict],
) -> Vec<AccountResult> {
    let mut own: BTreeMap<AccountId, Vec<&Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        own.entry(verdict.account).or_default().push(verdict);
    }
    accounts.map(|account| sum_up(profile, account, own.remove(&account).unwrap_or_default())).collect()
}

fn sum_up(profile: &Profile, account: AccountId, mut own: Vec<&Verdict>) -> AccountResult {
    own.sort_by_key(|v| (v.check.nominal, v.window));
    own.dedup_by(|a, b| a.rule == b.rule && a.window == b.window);
    let pick = |wanted: &dyn Fn(&Verdict) -> bool| -> Vec<Verdict> {
        own.iter().filter(|v| wanted(v)).map(|v| (*v).clone()).collect()
    };
    let missed = |v: &Verdict| matches!(v.kind, VerdictKind::Missed { .. });
    let is_unclear = |v: &Verdict| matches!(v.kind, VerdictKind::Suspected { .. } | VerdictKind::Unknown { .. });
    let vetoes = pick(&|v| missed(v) && v.severity == Severity::Veto);
    let problems = pick(&|v| missed(v) && v.severity == Severity::Problem);
    let unclear = pick(&is_unclear);
    let weeks = |wanted: &dyn Fn(&Verdict) -> bool| {
        let weeks = own.iter().filter(|v| v.severity == Severity::Problem && wanted(v)).count();
        u32::try_from(weeks).unwrap_or(u32::MAX)
    };
    let score = score(profile, &vetoes, &problems);
    let fails = score.zip(profile.pass_line).is_some_and(|(score, line)| score < line);
    AccountResult {
        account,
        grade: if fails { Grade::Failed } else { stands(&own, &vetoes, &problems, &unclear) },
        score,
        unwatched_weeks: weeks(&is_unclear),
        decided_weeks: weeks(&|v| missed(v) || matches!(v.kind, VerdictKind::Met { .. })),
        vetoes,
        problems,
        unclear,
    }
}

fn stands(own: &[&Verdict], vetoes: &[Verdict], problems: &[Verdict], unclear: &[Verdict]) -> Grade {
    let all = |wanted: fn(&VerdictKind) -> bool| own.iter().all(|v| wanted(&v.kind));
    if !vetoes.is_empty() {
        Grade::Failed
    } else if unclear.iter().any(|v| v.severity == Severity::Veto) {
        Grade::Unclear
    } else if !problems.is_empty() {
        Grade::Problem
    } else if !unclear.is_empty() {
        Grade::Unclear
    } else if all(|kind| matches!(kind, VerdictKind::Exempt { .. })) {
        Grade::Exempt
    } else if !all(|kind| !matches!(kind, VerdictKind::Pending { .. })) {
        Grade::Open
    } else {
        Grade::Good
    }
}

fn score(profile: &Profile, vetoes: &[Verdict], problems: &[Verdict]) -> Option<u32> {
    let start = profile.start_points.filter(|_| vetoes.is_empty())?;
    let off = problems.iter().fold(0_u32, |off, verdict| off.saturating_add(verdict.points));
    Some(start.saturating_sub(off))
}

impl AccountResult {
    /// Whether papers name a verdict that it missed.
    pub fn names(&self, profile: &Profile, missed: &Verdict) -> bool {
        missed.severity == Severity::Veto || self.names_weeks(profile)
    }

    /// Whether papers name the weeks that it missed: not behind a veto, where the profile hides them there.
    pub fn names_weeks(&self, profile: &Profile) -> bool {
        let hidden = profile.veto_hides_weekly && !self.vetoes.is_empty();
        !self.problems.is_empty() && !hidden
    }

    /// The problem that the papers print: the largest quota missed, of those the fewest updates, and of
    /// those the latest.
    pub fn worst_problem(&self) -> Option<&Verdict> {
        self.problems.iter().max_by_key(|v| (v.required, Reverse(v.kind.seen()), v.check.nominal))
    }
}
