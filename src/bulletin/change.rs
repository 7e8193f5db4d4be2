//! What an issued 通报 rests on, compared with what is known now.

use super::words;
use crate::domain::{AccountId, Check};
use crate::rules::{Decisions, Ruling, Verdict, VerdictKind, Window};
use std::collections::BTreeMap;

/// What a verdict and a person's word come to in print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is a finding.
    Missed,
    /// It is none: enough updates, or a 误报.
    Fine,
    /// 无法判定.
    Unclear,
    /// 不参评.
    Exempt,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 4] = [Outcome::Missed, Outcome::Fine, Outcome::Unclear, Outcome::Exempt];

    /// The word in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Missed => "missed",
            Outcome::Fine => "fine",
            Outcome::Unclear => "unclear",
            Outcome::Exempt => "exempt",
        }
    }

    /// The outcome of that word.
    pub fn from_word(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// What a verdict comes to.
    pub fn of(verdict: &Verdict, decisions: &Decisions) -> Outcome {
        let is_false = decisions.holding(verdict).is_some_and(|decision| decision.ruling == Ruling::False);
        match verdict.kind {
            VerdictKind::Missed { .. } if is_false => Outcome::Fine,
            VerdictKind::Missed { .. } => Outcome::Missed,
            VerdictKind::Met { .. } => Outcome::Fine,
            VerdictKind::Exempt { .. } => Outcome::Exempt,
            VerdictKind::Pending { .. } | VerdictKind::Suspected { .. } | VerdictKind::Unknown { .. } => {
                Outcome::Unclear
            }
        }
    }
}

/// How one rule stood for one account at one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stood {
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// Where updates were counted.
    pub window: Window,
    /// At which check.
    pub check: Check,
    /// What it came to.
    pub outcome: Outcome,
    /// 问题类型; only of a missed verdict, also of one that was called a 误报.
    pub label: Option<String>,
    /// Updates seen.
    pub seen: u32,
    /// The paper names it; told of [`Outcome::Missed`] only.
    pub printed: bool,
}

impl Stood {
    /// It stands in the lists of the paper.
    pub fn is_named(&self) -> bool {
        self.outcome == Outcome::Missed && self.printed
    }

    /// A finding that the paper does not name.
    fn is_untold(&self) -> bool {
        self.outcome == Outcome::Missed && !self.printed
    }
}

/// What differs, one sentence each, in the order of accounts and checks; empty when the paper still holds.
/// `title` names an account. A rule or an account that is judged only now counts when it has a finding; what
/// the paper did not name cannot be wrong in it.
pub fn changes(then: &[Stood], now: &[Stood], title: &dyn Fn(AccountId) -> String) -> Vec<String> {
    let key = |stood: &Stood| (stood.account, stood.window, stood.rule.clone());
    let known: BTreeMap<_, &Stood> = then.iter().map(|stood| (key(stood), stood)).collect();
    let mut fresh: Vec<&Stood> = now.iter().collect();
    fresh.sort_by_key(|stood| key(stood));
    fresh.dedup_by_key(|stood| key(stood));
    let said = |stood: &&Stood| match known.get(&key(stood)) {
        _ if stood.is_untold() => None,
        Some(before) if before.is_untold() && !stood.is_named() => None,
        Some(before) if !before.is_untold() && told(before) == told(stood) => None,
        None if !stood.is_named() => None,
        before => Some(sentence(before.copied(), stood, &title(stood.account))),
    };
    fresh.iter().filter_map(said).collect()
}

/// What the paper tells of it: the label of a finding, else the bare outcome.
fn told(stood: &Stood) -> (Outcome, Option<&str>) {
    (stood.outcome, stood.label.as_deref().filter(|_| stood.outcome == Outcome::Missed))
}

fn sentence(before: Option<&Stood>, now: &Stood, title: &str) -> String {
    let place = format!("{title}，{}检查（{}）", words::date(now.check.at.date()), words::span(now.window));
    let before = before.map_or_else(|| "没有结论".to_owned(), outcome_words);
    format!("{place}：签发时为{before}，现为{}", outcome_words(now))
}

fn outcome_words(stood: &Stood) -> String {
    match (stood.outcome, &stood.label) {
        (Outcome::Missed, _) if stood.is_untold() => "没有列入".to_owned(),
        (Outcome::Missed, label) => {
            format!("{}（更新{}次）", words::quoted(label.as_deref().unwrap_or_default()), stood.seen)
        }
        (Outcome::Fine, Some(_)) => "误报".to_owned(),
        (Outcome::Fine, None) => format!("达到要求（更新{}次）", stood.seen),
        (Outcome::Unclear, _) => "无法判定".to_owned(),
        (Outcome::Exempt, _) => "不参评".to_owned(),
    }
}
