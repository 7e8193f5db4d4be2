//! A what-if: the same stored evidence judged under two profiles, check by check and as one period. It
//! loads and judges; it writes nothing.

use crate::config::Config;
use crate::domain::{AccountId, Check, Moment, State};
use crate::ledger::Ledger;
use crate::rules::{AccountResult, Grade, Profile, Verdict, VerdictKind, grade};
use crate::spoken::rule_chinese;
use crate::store::{Connection, StoreError};
use std::collections::BTreeMap;

/// Checks whose evidence is loaded at once: a month's, so that a year needs no more memory.
const AT_ONCE: usize = 5;

/// Findings that are printed of an account.
const PRINTED: usize = 3;

/// What a profile would change.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    /// Check by check, ascending.
    pub checks: Vec<(Check, Compared)>,
    /// All of them together, as one paper would judge them.
    pub total: Compared,
}

/// The same accounts under two profiles.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// How many stand where under the profile in force.
    pub before: BTreeMap<Grade, usize>,
    /// How many would stand where.
    pub after: BTreeMap<Grade, usize>,
    /// Whoever would stand elsewhere, in the order of the list.
    pub changes: Vec<Change>,
}

/// An account that would stand elsewhere.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which.
    pub account: AccountId,
    /// Under the profile in force.
    pub before: AccountResult,
    /// Under the other.
    pub after: AccountResult,
}

/// Judges every check under `force`, by the rules of its time, and under `other`, by its newest rules as if
/// they had held all along. Accounts that were about to close stand apart, as in every paper.
///
/// # Errors
/// Those of the store.
pub fn simulate(
    conn: &Connection,
    config: &Config,
    (force, other): (&Profile, &Profile),
    checks: &[Check],
    now: Moment,
) -> Result<Simulated, StoreError> {
    let other = other.as_if_always();
    let both = Profile { rules: force.rules.iter().chain(&other.rules).cloned().collect(), ..other.clone() };
    let mut found = Simulated::default();
    let mut whole = [Whole::default(), Whole::default()];
    let mut accounts = Vec::new();
    for chunk in checks.chunks(AT_ONCE) {
        let ledger = Ledger::for_checks(conn, config, &both, chunk)?;
        for check in chunk {
            let ids = counted(&ledger, check.at);
            let judged = [force, &other].map(|profile| by_account(ledger.judge(profile, *check, now)));
            found.checks.push((*check, compare(&ids, [force, &other], |side, id| judged[side].get(&id))));
            for (whole, judged) in whole.iter_mut().zip(judged) {
                judged.into_values().flatten().for_each(|verdict| whole.take(verdict));
            }
        }
        accounts = counted(&ledger, chunk[chunk.len() - 1].at);
    }
    found.total = compare(&accounts, [force, &other], |side, id| whole[side].verdicts.get(&id));
    Ok(found)
}

/// The checks that are held in `[from, until)`.
pub fn checks_in(config: &Config, from: Moment, until: Moment) -> Vec<Check> {
    // One that was moved off a closure is held days after it was scheduled.
    let near = config.checks_between(from.plus_days(-15), until);
    near.into_iter().filter(|check| from <= check.at && check.at < until).collect()
}

impl Compared {
    /// 不合格 1→0，存在问题 3→2, grade by grade.
    pub fn standing(&self) -> String {
        let said =
            self.grades().into_iter().map(|(grade, before, after)| format!("{} {before}→{after}", grade.chinese()));
        said.collect::<Vec<_>>().join("，")
    }

    /// How many stand in each grade before and after; grades that nobody has are left out.
    pub fn grades(&self) -> Vec<(Grade, usize, usize)> {
        let count = |of: &BTreeMap<Grade, usize>, grade| of.get(&grade).copied().unwrap_or(0);
        let all = Grade::ALL.into_iter().map(|grade| (grade, count(&self.before, grade), count(&self.after, grade)));
        all.filter(|(_, before, after)| before + after > 0).collect()
    }
}

impl Change {
    /// What decides, on the side that finds more.
    pub fn why(&self) -> String {
        let [before, after] = [&self.before, &self.after].map(AccountResult::findings);
        let (said, of) = if after.is_empty() { (before, "现行") } else { (after, "试算") };
        let left = said.len().saturating_sub(PRINTED);
        let shown: Vec<String> = said.into_iter().take(PRINTED).map(finding).collect();
        let rest = if left > 0 { format!("，另有{left}项") } else { String::new() };
        let score = self.after.score.map_or_else(String::new, |score| format!("；试算得分{score}"));
        if shown.is_empty() {
            format!("要求不同{score}")
        } else {
            format!("{of}：{}{rest}{score}", shown.join("、"))
        }
    }
}

/// 每周次数 1/2（6月20日至6月26日）.
fn finding(verdict: &Verdict) -> String {
    let (from, until) = crate::settle::span(verdict.window);
    let counts = format!("{} {}/{}", rule_chinese(&verdict.rule), verdict.kind.seen(), verdict.required);
    format!("{counts}（{from}至{until}）")
}

/// What a what-if is worth, in words.
pub const CAVEATS: [&str; 2] = [
    "试算按该口径最新的规则，如同一直有效；现行口径按各次检查当时的规则。",
    "只看监测证据，不计人工核实；不保存，不发信。",
];

fn counted(ledger: &Ledger, at: Moment) -> Vec<AccountId> {
    let running = ledger.accounts.iter().filter(|account| account.state_at(at) != State::Closing);
    running.map(|account| account.id).collect()
}

fn by_account(verdicts: Vec<Verdict>) -> BTreeMap<AccountId, Vec<Verdict>> {
    let mut own: BTreeMap<AccountId, Vec<Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        own.entry(verdict.account).or_default().push(verdict);
    }
    own
}

/// What decides a grade: everything but the many verdicts that say that all was well, of which one does.
#[derive(Default)]
struct Whole {
    verdicts: BTreeMap<AccountId, Vec<Verdict>>,
}

impl Whole {
    fn take(&mut self, verdict: Verdict) {
        let own = self.verdicts.entry(verdict.account).or_default();
        let is_plain = |kind: &VerdictKind| matches!(kind, VerdictKind::Met { .. } | VerdictKind::Exempt { .. });
        let alike = |other: &Verdict| other.kind.word() == verdict.kind.word();
        if !is_plain(&verdict.kind) || !own.iter().any(alike) {
            own.push(verdict);
        }
    }
}

fn compare<'v>(
    ids: &[AccountId],
    profiles: [&Profile; 2],
    verdicts: impl Fn(usize, AccountId) -> Option<&'v Vec<Verdict>>,
) -> Compared {
    let mut compared = Compared::default();
    for id in ids {
        let of = |side: usize| grade(profiles[side], *id, verdicts(side, *id).map_or(&[][..], Vec::as_slice));
        let (before, after) = (of(0), of(1));
        *compared.before.entry(before.grade).or_default() += 1;
        *compared.after.entry(after.grade).or_default() += 1;
        if before.grade != after.grade {
            compared.changes.push(Change { account: *id, before, after });
        }
    }
    compared
}
