//! One finding as the papers tell of it: rule, span, what proves it, what was seen last, which reminders
//! left, and who has verified it.

use super::words;
use crate::domain::{AccountId, Check, Moment, Role, Watch, WatchOrigin, When};
use crate::rules::{Ruling, Window};
use std::collections::BTreeSet;

/// A missed verdict with all that may be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Whose.
    pub account: AccountId,
    /// 账号名称, as the list spells it.
    pub name: String,
    /// 平台, as the profile prints it.
    pub platform: String,
    /// 主管单位, else 主办单位, as the list spells it.
    pub office: String,
    /// Name of the rule.
    pub rule: String,
    /// What the rule asks, for people.
    pub demand: String,
    /// 问题类型.
    pub label: String,
    /// Where updates were counted.
    pub window: Window,
    /// At which check.
    pub check: Check,
    /// Updates seen.
    pub seen: u32,
    /// Updates demanded.
    pub required: u32,
    /// The watches that prove it, oldest first.
    pub basis: Vec<Basis>,
    /// The last counted update before the check, with its title; `None`: none is known.
    pub last: Option<(When, String)>,
    /// Reminders about this window, oldest first.
    pub reminders: Vec<Reminder>,
    /// How it stands.
    pub standing: Standing,
    /// Where the paper has it, unless it is a 误报.
    pub printed: Printed,
}

/// Whether the paper names a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printed {
    /// In its lists.
    Listed,
    /// Left out: the account was repaired before the paper is issued.
    Repaired,
    /// Not listed by itself: a week behind a veto (`veto_hides_weekly`), or an account that is 关停公告中.
    Unlisted,
}

/// A watch that proves a part of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// When somebody or something looked.
    pub at: Moment,
    /// Who or what.
    pub origin: WatchOrigin,
    /// What was seen whole.
    pub seen: (Moment, Moment),
}

/// A letter about the finding's window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Its number.
    pub letter: i64,
    /// When it left, else when it was due.
    pub at: Moment,
    /// To whom.
    pub role: Role,
    /// Which rung, for people.
    pub rung: String,
    /// What the mail server answered, without addresses; empty: a call stands in its place.
    pub answer: String,
    /// It was really handed over (not in trial mode, not refused).
    pub sent: bool,
    /// When somebody was told of it on the telephone, before the check.
    pub called: Option<Moment>,
}

/// 待核实, 已确认 or 误报.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has decided.
    Waiting,
    /// A named person has.
    Decided {
        /// What.
        ruling: Ruling,
        /// Who.
        by: String,
        /// When.
        at: Moment,
        /// Why; may be empty.
        reason: String,
    },
}

impl Basis {
    /// From a watch of a proof.
    pub fn of(watch: &Watch) -> Basis {
        Basis { at: watch.at, origin: watch.origin.clone(), seen: (watch.reach.from, watch.reach.until) }
    }

    /// For our own papers: with the person's name; a source by the platform that it reads, since its name
    /// in the configuration says nothing to whoever signs.
    pub fn inside(&self, platform: &str) -> String {
        let who = match &self.origin {
            WatchOrigin::Source(_) => format!("系统监测（{platform}）"),
            WatchOrigin::Person(name) => format!("{name}人工核查"),
        };
        self.line(&who)
    }

    /// For other offices: people by what they are.
    pub fn outside(&self) -> String {
        match self.origin {
            WatchOrigin::Source(_) => self.line("系统监测"),
            WatchOrigin::Person(_) => self.line("检查方人工核查"),
        }
    }

    fn line(&self, who: &str) -> String {
        format!("{}{who}，完整监测到{}", words::minute(self.at), words::seen(self.seen.0, self.seen.1))
    }
}

impl Standing {
    /// The word for it.
    pub const fn chinese(&self) -> &'static str {
        match self {
            Standing::Waiting => "待核实",
            Standing::Decided { ruling, .. } => ruling.chinese(),
        }
    }

    /// Whether a person has called it a 误报.
    pub const fn is_false(&self) -> bool {
        matches!(self, Standing::Decided { ruling: Ruling::False, .. })
    }

    /// 已确认（李四，2022年6月28日9时）
    pub fn inside(&self) -> String {
        match self {
            Standing::Waiting => self.chinese().to_owned(),
            Standing::Decided { by, at, reason, .. } => {
                let reason = if reason.is_empty() { String::new() } else { format!("，理由：{reason}") };
                format!("{}（{by}，{}{reason}）", self.chinese(), words::minute(*at))
            }
        }
    }
}

impl Finding {
    /// The paper leaves it out because its account was repaired; a 误报 is left out as that.
    pub const fn is_dropped(&self) -> bool {
        matches!(self.printed, Printed::Repaired) && !self.standing.is_false()
    }

    /// The paper does not list it by itself.
    pub const fn is_unlisted(&self) -> bool {
        matches!(self.printed, Printed::Unlisted) && !self.standing.is_false()
    }

    /// The paper names it.
    pub const fn is_listed(&self) -> bool {
        matches!(self.printed, Printed::Listed) && !self.standing.is_false()
    }

    /// 青禾文旅（新浪微博）
    pub fn title(&self) -> String {
        format!("{}（{}）", self.name, self.platform)
    }

    /// 2022年6月9日10时《稻田》
    pub fn last_words(&self) -> String {
        match &self.last {
            None => "没有监测到更新".to_owned(),
            Some((when, title)) if title.trim().is_empty() => words::when(*when),
            Some((when, title)) => format!("{}《{}》", words::when(*when), short(title)),
        }
    }

    /// 2次，最近一次2022年6月24日9时；电话通知1次，2022年6月24日15时: letters that were handed over, then calls.
    pub fn reminded(&self) -> String {
        let sent = match self.sent() {
            (0, _) => None,
            (times, last) => Some(format!("{times}次，最近一次{}", last.map_or_else(String::new, words::minute))),
        };
        let said: Vec<String> = sent.into_iter().chain(phoned(&self.reminders)).collect();
        if said.is_empty() { "无".to_owned() } else { said.join("；") }
    }

    /// How many letters were handed over, and when the last was.
    pub fn sent(&self) -> (usize, Option<Moment>) {
        let sent = || self.reminders.iter().filter(|reminder| reminder.sent);
        (sent().count(), sent().map(|reminder| reminder.at).max())
    }
}

/// 电话通知1次，2022年6月24日15时; a call about several letters counts once. `None` where nobody was called.
pub(super) fn phoned<'a>(reminders: impl IntoIterator<Item = &'a Reminder>) -> Option<String> {
    let calls: BTreeSet<Moment> = reminders.into_iter().filter_map(|reminder| reminder.called).collect();
    let last = words::minute(*calls.last()?);
    let which = if calls.len() == 1 { "" } else { "最近一次" };
    Some(format!("电话通知{}次，{which}{last}", calls.len()))
}

/// Titles come from platforms and may have thousands of characters.
fn short(title: &str) -> String {
    let kept: String = title.chars().filter(|c| !c.is_control()).take(30).collect();
    if title.chars().count() > 30 { format!("{kept}…") } else { kept }
}

/// The findings of each office, offices in the order in which they first occur.
pub fn by_office(findings: &[Finding]) -> Vec<(&str, Vec<&Finding>)> {
    let mut groups: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|(office, _)| *office == finding.office) {
            Some((_, group)) => group.push(finding),
            None => groups.push((&finding.office, vec![finding])),
        }
    }
    groups
}

/// The rules behind some findings, a sentence each: “一周未更新两次”的规则：检查前一个自然周更新不少于2次。
pub(super) fn demands(findings: &[Finding]) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for sentence in findings.iter().map(demand) {
        if !said.contains(&sentence) {
            said.push(sentence);
        }
    }
    said
}

/// The rule behind a finding.
pub(super) fn demand(finding: &Finding) -> String {
    format!("{}的规则：{}。", words::quoted(&finding.label), finding.demand)
}
