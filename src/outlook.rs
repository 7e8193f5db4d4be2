//! How every account stands: its result at the last check, what the open week still wants, and when its
//! silence becomes a veto; sorted by the time to trouble. Pure: the ledger and `now` go in.

use crate::config::Config;
use crate::domain::{Account, AccountId, Check, Moment};
use crate::ledger::Ledger;
use crate::rules::{Decisions, Duty, Grade, Verdict, VerdictKind, WindowKind, duties, grade};
use crate::warn::{last_update, silence_deadline};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// An account's result at the last check, as the first page counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// 不合格.
    Failed,
    /// 存在问题.
    Problem,
    /// 待人工核实: a person's look settles it.
    Suspected,
    /// 无法判定.
    Unclear,
    /// 合格.
    Good,
    /// 未到期.
    Open,
    /// 不参评.
    Exempt,
}

impl Mark {
    /// All of them, the worst first.
    pub const ALL: [Mark; 7] =
        [Mark::Failed, Mark::Problem, Mark::Suspected, Mark::Unclear, Mark::Good, Mark::Open, Mark::Exempt];

    /// As people say it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Mark::Failed => "不合格",
            Mark::Problem => "存在问题",
            Mark::Suspected => "待人工核实",
            Mark::Unclear => "无法判定",
            Mark::Good => "合格",
            Mark::Open => "未到期",
            Mark::Exempt => "不参评",
        }
    }

    /// In an address.
    pub const fn word(self) -> &'static str {
        match self {
            Mark::Failed => "failed",
            Mark::Problem => "problem",
            Mark::Suspected => "suspected",
            Mark::Unclear => "unclear",
            Mark::Good => "good",
            Mark::Open => "open",
            Mark::Exempt => "exempt",
        }
    }

    /// The mark of that word.
    pub fn from_word(word: &str) -> Option<Mark> {
        Mark::ALL.into_iter().find(|mark| mark.word() == word)
    }

    fn of(grade: Grade, unclear: &[Verdict]) -> Mark {
        let by_person = unclear.iter().any(|verdict| matches!(verdict.kind, VerdictKind::Suspected { .. }));
        match grade {
            Grade::Failed => Mark::Failed,
            Grade::Problem => Mark::Problem,
            Grade::Unclear if by_person => Mark::Suspected,
            Grade::Unclear => Mark::Unclear,
            Grade::Good => Mark::Good,
            Grade::Open => Mark::Open,
            Grade::Exempt => Mark::Exempt,
        }
    }
}

/// The open week of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// Updates surely inside so far.
    pub seen: u32,
    /// Updates still to come; 0: enough.
    pub missing: u32,
    /// Its end.
    pub until: Moment,
    /// Watched without a hole from its start up to here, if at all.
    pub watched_until: Option<Moment>,
}

/// How long an account has been silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Date of the last counted update.
    pub last: NaiveDate,
    /// From when on a higher office would find a veto.
    pub deadline: Moment,
    /// False where nobody has watched enough to say so: there may have been an update.
    pub is_sure: bool,
}

/// How one account stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its platform.
    pub platform: String,
    /// Who runs it; may be empty.
    pub office: String,
    /// The result at the last check.
    pub mark: Mark,
    /// Why, in the papers' words; empty where there is nothing to say.
    pub why: String,
    /// Missed verdicts of the last check that nobody has confirmed or refuted: only the office that inspects
    /// may know of them.
    pub awaiting: usize,
    /// The open week, where the profile asks for one.
    pub week: Option<Week>,
    /// The silence, where the profile has such a rule and an update is known.
    pub silence: Option<Silence>,
    /// The first moment at which something is missed unless an update comes; `None`: nothing is at stake.
    pub trouble: Option<Moment>,
}

/// How all stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Every account; whoever is in trouble first stands first.
    pub standings: Vec<Standing>,
    /// Missed verdicts of the last check that nobody has confirmed or refuted.
    pub awaiting: usize,
}

impl Outlook {
    /// How all stand at `now`, between the check that was held last and the next one. The ledger has what
    /// both need.
    pub fn of(
        ledger: &Ledger,
        config: &Config,
        (last, next): (Option<Check>, Option<Check>),
        decisions: &Decisions,
        now: Moment,
    ) -> Outlook {
        let of = |account| outlook_of(ledger, config, account, (last, next), decisions, now);
        Outlook::sorted(ledger, ledger.accounts.iter().map(of).collect())
    }

    /// The same where only these accounts are judged anew, and all others stand as they stood in `self`.
    #[must_use]
    pub fn mended(
        &self,
        ledger: &Ledger,
        config: &Config,
        checks: (Option<Check>, Option<Check>),
        decisions: &Decisions,
        (changed, now): (&BTreeSet<AccountId>, Moment),
    ) -> Outlook {
        let stay = self.standings.iter().filter(|one| !changed.contains(&one.account)).cloned();
        let anew = changed.iter().filter_map(|id| ledger.account(*id));
        let anew = anew.map(|account| outlook_of(ledger, config, account, checks, decisions, now));
        Outlook::sorted(ledger, stay.chain(anew).collect())
    }

    /// What stands at one moment: who lacks more first, then who will be silent for too long first, then as
    /// the list has them.
    fn sorted(ledger: &Ledger, mut standings: Vec<Standing>) -> Outlook {
        standings.sort_by_cached_key(|one| {
            let missing = one.week.map_or(0, |week| week.missing);
            let veto = one.silence.map_or(Moment::MAX, |silence| silence.deadline);
            let place = ledger.place(one.account);
            (one.trouble.unwrap_or(Moment::MAX), std::cmp::Reverse(missing), veto, place)
        });
        Outlook { awaiting: standings.iter().map(|one| one.awaiting).sum(), standings }
    }
}

fn outlook_of(
    ledger: &Ledger,
    config: &Config,
    account: &Account,
    (last, next): (Option<Check>, Option<Check>),
    decisions: &Decisions,
    now: Moment,
) -> Standing {
    let judged = |check| ledger.judge_account(&config.profile, account, check, now);
    let mut verdicts = last.map(judged).unwrap_or_default();
    let waits = |v: &&Verdict| matches!(v.kind, VerdictKind::Missed { .. }) && decisions.awaits(v);
    let awaiting = verdicts.iter().filter(waits).count();
    decisions.clear_false(&mut verdicts);
    Standing { awaiting, ..standing(ledger, config, account, &verdicts, next, now) }
}

fn standing(
    ledger: &Ledger,
    config: &Config,
    account: &Account,
    verdicts: &[Verdict],
    next: Option<Check>,
    now: Moment,
) -> Standing {
    let result = grade(&config.profile, account.id, verdicts);
    let is_judged = account.state_at(now).is_judged();
    let week = next.filter(|_| is_judged).and_then(|check| open_week(ledger, config, account, check, now));
    let silence = if is_judged { silence(ledger, config, account, now) } else { None };
    let week_ends = week.filter(|week| week.missing > 0).map(|week| week.until);
    let labels: Vec<&str> =
        result.vetoes.iter().chain(&result.problems).filter_map(|verdict| verdict.label.as_deref()).collect();
    let mark = Mark::of(result.grade, &result.unclear);
    Standing {
        account: account.id,
        name: account.name.clone(),
        platform: account.platform.name().to_owned(),
        office: account.office.clone(),
        mark,
        why: why(mark, &labels, &result.unclear),
        trouble: week_ends.into_iter().chain(silence.and_then(|silence| silence.trouble(now))).min(),
        awaiting: 0,
        week,
        silence,
    }
}

/// Why the mark is what it is: for what nobody can say the hole in the watch, of the verdict that decides;
/// what was found beside it is said as that.
fn why(mark: Mark, labels: &[&str], unclear: &[Verdict]) -> String {
    let found = labels.join("、");
    if !matches!(mark, Mark::Unclear | Mark::Suspected) {
        return found;
    }
    let decides =
        |verdict: &&Verdict| matches!(verdict.kind, VerdictKind::Suspected { .. }) == (mark == Mark::Suspected);
    let gap = unclear.iter().filter(decides).flat_map(|verdict| verdict.kind.gaps()).next();
    let gap = gap.map(|gap| gap.why.chinese()).unwrap_or_default();
    match (gap.is_empty(), found.is_empty()) {
        (_, true) => gap,
        (true, false) => format!("另有{found}"),
        (false, false) => format!("{gap}；另有{found}"),
    }
}

fn open_week(ledger: &Ledger, config: &Config, account: &Account, next: Check, now: Moment) -> Option<Week> {
    let weekly = duties(&config.profile, account, next)
        .into_iter()
        .find(|duty| matches!(duty.rule.window, WindowKind::Week { weeks: 1 }) && duty.required > 0)?;
    let until = weekly.window.until;
    match ledger.judge_duty(&weekly, now).kind {
        VerdictKind::Pending { seen, missing, watched_until, .. } => Some(Week { seen, missing, until, watched_until }),
        VerdictKind::Met { seen } => Some(Week { seen, missing: 0, until, watched_until: None }),
        _ => None,
    }
}

fn silence(ledger: &Ledger, config: &Config, account: &Account, now: Moment) -> Option<Silence> {
    let last = last_update(ledger, account, now)?;
    let rules = config.profile.rules_on(now.date());
    let asked = |window: WindowKind| matches!(window, WindowKind::Days { .. });
    let rule = rules.into_iter().find(|rule| asked(rule.window) && rule.quota.of(account.platform.name()) > 0)?;
    let deadline = silence_deadline(rule.window, last);
    Some(Silence { last, deadline, is_sure: is_sure(ledger, config, account, deadline, now) })
}

impl Silence {
    /// When it becomes a veto; what nobody can say is nobody's trouble once the day is over.
    fn trouble(self, now: Moment) -> Option<Moment> {
        Some(self.deadline).filter(|deadline| self.is_sure || now < *deadline)
    }
}

/// Whether the silence is known: that an account is overdue is said only where it was watched whole beyond
/// its deadline.
fn is_sure(ledger: &Ledger, config: &Config, account: &Account, deadline: Moment, now: Moment) -> bool {
    let watched = ledger.evidence(account.id).watches.iter().map(|watch| watch.reach.until.min(now)).max();
    let Some(watched) = watched else { return false };
    if now < deadline {
        return true;
    }
    let missed = |duty: &Duty<'_>| matches!(ledger.judge_duty(duty, now).kind, VerdictKind::Missed { .. });
    let is_silence = |duty: &&Duty<'_>| matches!(duty.rule.window, WindowKind::Days { .. });
    deadline <= watched
        && duties(&config.profile, account, Check::unmoved(watched)).iter().filter(is_silence).any(missed)
}

#[cfg(test)]
#[path = "outlook_tests.rs"]
mod tests;
