//! A person stands between a verdict and a name in print: how a missed verdict stands (核实).

use super::{Verdict, VerdictKind, Window};
use crate::domain::{AccountId, Moment};
use std::collections::BTreeMap;

/// What a named person has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ruling {
    /// 已确认: it may be told and printed.
    Confirmed,
    /// 误报: it is neither told nor printed.
    False,
}

impl Ruling {
    /// The word in JSON and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Ruling::Confirmed => "confirmed",
            Ruling::False => "false",
        }
    }

    /// What a clerk reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            Ruling::Confirmed => "已确认",
            Ruling::False => "误报",
        }
    }

    /// The ruling of that word.
    pub fn from_word(word: &str) -> Option<Ruling> {
        [Ruling::Confirmed, Ruling::False].into_iter().find(|ruling| ruling.word() == word)
    }
}

/// One decision about one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// Whose finding.
    pub account: AccountId,
    /// Of which rule.
    pub rule: String,
    /// In which window.
    pub window: Window,
    /// As papers printed it when it was decided on.
    pub label: String,
    /// What was decided.
    pub ruling: Ruling,
    /// Why; may be empty for a confirmation.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Moment,
    /// A later revision said something else than 未监测到更新, so that it must be decided anew.
    pub overturned: bool,
}

/// The last decision of every finding of a profile.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    last: BTreeMap<(AccountId, String, Window), Decision>,
}

impl Decisions {
    /// Those decisions; of one finding the last one given.
    pub fn of(decisions: impl IntoIterator<Item = Decision>) -> Decisions {
        let keyed = decisions.into_iter().map(|d| ((d.account, d.rule.clone(), d.window), d));
        Decisions { last: keyed.collect() }
    }

    /// The decision that holds for a missed verdict; `None` is 待核实. One about another label, or from
    /// before the finding was overturned, holds no more.
    pub fn holding(&self, verdict: &Verdict) -> Option<&Decision> {
        let label = verdict.label.as_deref()?;
        let last = self.last.get(&(verdict.account, verdict.rule.clone(), verdict.window))?;
        (!last.overturned && last.label == label).then_some(last)
    }

    /// The same for a verdict as it was kept.
    pub fn holds_for(&self, account: AccountId, rule: &str, window: Window, label: &str) -> bool {
        let last = self.last.get(&(account, rule.to_owned(), window));
        last.is_some_and(|decision| !decision.overturned && decision.label == label)
    }

    /// Whether a missed verdict waits for a person.
    pub fn awaits(&self, verdict: &Verdict) -> bool {
        matches!(verdict.kind, VerdictKind::Missed { .. }) && self.holding(verdict).is_none()
    }

    /// Takes what a person has called a 误报 out of the findings, so that it counts as met. Returns those
    /// verdicts as they were.
    pub fn clear_false(&self, verdicts: &mut [Verdict]) -> Vec<Verdict> {
        let mut cleared = Vec::new();
        for verdict in verdicts.iter_mut() {
            let is_false = self.holding(verdict).is_some_and(|decision| decision.ruling == Ruling::False);
            if is_false && matches!(verdict.kind, VerdictKind::Missed { .. }) {
                cleared.push(verdict.clone());
                verdict.kind = VerdictKind::Met { seen: verdict.kind.seen() };
                verdict.label = None;
                verdict.points = 0;
            }
        }
        cleared
    }
}

#[cfg(test)]
#[path = "finding_tests.rs"]
mod tests;
