//! 无法判定: what could not be decided, why, and who can do what about it.

use super::compose::{Entry, Roll, first_cells, table, text};
use super::{Cell, Facts, Table, words};
use crate::domain::{Class, Moment};
use crate::rules::{Gap, GapWhy, Grade, Severity, Verdict, VerdictKind};
use std::collections::BTreeMap;

/// Columns after the first four. They hold no 问题类型: nothing is found.
const COLUMNS: [&str; 3] = ["原因", "最近一次核实", "处理建议"];

/// How an account came to be undecided; the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doubt {
    /// Somebody must look: nothing that counts was seen, but the eyes were weak.
    Suspected,
    /// Not watched whole.
    Unknown,
    /// Only a source's declared delay is missing.
    Awaited,
}

impl Doubt {
    const fn chinese(self) -> &'static str {
        match self {
            Doubt::Suspected => "待人工核实",
            Doubt::Unknown => "无法判定",
            Doubt::Awaited => "待数据",
        }
    }
}

/// The table of the undecided.
pub(super) fn unclear_table(facts: &Facts<'_>, roll: &Roll<'_>, title: String) -> Table {
    let mut entries: Vec<Entry<'_>> = roll.with(Grade::Unclear).collect();
    entries.sort_by_key(|entry| (!decides_veto(entry), doubt(facts, entry)));
    let row = |(at, entry): (usize, &Entry<'_>)| {
        let mut cells = first_cells(facts, at, entry.account);
        cells.extend(last_cells(facts, entry));
        cells
    };
    let rows = entries.iter().enumerate().map(row).collect();
    table("无法判定", title, &COLUMNS, rows)
}

/// How many are undecided in which way, such as 待人工核实1个、待数据2个; empty when none is.
pub(super) fn doubts(facts: &Facts<'_>, roll: &Roll<'_>) -> String {
    let mut counts: BTreeMap<Doubt, usize> = BTreeMap::new();
    for entry in roll.with(Grade::Unclear) {
        *counts.entry(doubt(facts, &entry)).or_default() += 1;
    }
    counts.remove(&Doubt::Unknown);
    let words: Vec<String> = counts.iter().map(|(doubt, n)| format!("{}{n}个", doubt.chinese())).collect();
    words.join("、")
}

fn decides_veto(entry: &Entry<'_>) -> bool {
    entry.unclear().iter().any(|verdict| verdict.severity == Severity::Veto)
}

/// By the verdicts that decide the grade: the vetoes, or without any the weeks.
fn doubt(facts: &Facts<'_>, entry: &Entry<'_>) -> Doubt {
    let veto = decides_veto(entry);
    let deciding = entry.unclear().iter().filter(|verdict| !veto || verdict.severity == Severity::Veto);
    let of = |verdict: &Verdict| match verdict.kind {
        VerdictKind::Suspected { .. } => Doubt::Suspected,
        _ if verdict.awaits_data(facts.now) => Doubt::Awaited,
        _ => Doubt::Unknown,
    };
    let found: Vec<Doubt> = deciding.map(of).collect();
    // One hole without a cure outweighs what will close or can be confirmed.
    [Doubt::Unknown, Doubt::Awaited].into_iter().find(|doubt| found.contains(doubt)).unwrap_or(Doubt::Suspected)
}

fn last_cells(facts: &Facts<'_>, entry: &Entry<'_>) -> Vec<Cell> {
    let gaps: Vec<&Gap> = entry.unclear().iter().flat_map(|verdict| verdict.kind.gaps()).collect();
    let verified = facts.verified.get(&entry.account.id);
    let verified = verified.map_or("从未".to_owned(), |seen| format!("{}（{}）", words::minute(seen.at), seen.by));
    vec![text(reason(facts, entry, &gaps)), text(verified), text(advice(facts, entry, &gaps))]
}

/// What a longer window knows a failure for is not told a second time as if nobody had tried.
fn told_better(gap: &Gap, gaps: &[&Gap]) -> bool {
    let holds = |other: &&Gap| other.from <= gap.from && gap.until <= other.until;
    gap.why == GapWhy::Unwatched && gaps.iter().any(|other| matches!(other.why, GapWhy::Failed { .. }) && holds(other))
}

/// 待人工核实：6月20日至6月26日，why; one part for each why, with every span of it.
fn reason(facts: &Facts<'_>, entry: &Entry<'_>, gaps: &[&Gap]) -> String {
    let mut whys: Vec<(String, Vec<(Moment, Moment)>)> = Vec::new();
    for gap in gaps.iter().filter(|gap| !told_better(gap, gaps)) {
        let why = gap.why.chinese();
        match whys.iter_mut().find(|(known, _)| *known == why) {
            Some((_, spans)) => spans.push((gap.from, gap.until)),
            None => whys.push((why, vec![(gap.from, gap.until)])),
        }
    }
    let parts: Vec<String> = whys.into_iter().map(|(why, spans)| format!("{}{why}", span_words(spans))).collect();
    format!("{}：{}", doubt(facts, entry).chinese(), parts.join("；"))
}

fn span_words(mut spans: Vec<(Moment, Moment)>) -> String {
    spans.sort_unstable();
    let mut joined: Vec<(Moment, Moment)> = Vec::new();
    for (from, until) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    let words: Vec<String> =
        joined.into_iter().map(|(from, until)| words::days(from.date(), until.plus(-1).date())).collect();
    format!("{}，", words.join("、"))
}

/// What to do, by the gap that needs a person most.
fn advice(facts: &Facts<'_>, entry: &Entry<'_>, gaps: &[&Gap]) -> String {
    if doubt(facts, entry) == Doubt::Awaited {
        let closes = gaps.iter().filter_map(|gap| gap.closes_at).max();
        return closes.map_or(String::new(), |at| format!("数据于{}到齐后自动判定，无须处理", words::minute(at)));
    }
    let worst = gaps.iter().min_by_key(|gap| urgency(&gap.why));
    worst.map_or("请人工核查", |gap| cure(&gap.why)).to_owned()
}

fn urgency(why: &GapWhy) -> u8 {
    match why {
        GapWhy::Failed { class: Class::Transient | Class::Throttled, .. } => 1,
        GapWhy::Failed { .. } => 0,
        GapWhy::NoSource => 2,
        GapWhy::Unwatched => 3,
        GapWhy::Timing => 4,
        GapWhy::KindUnseen | GapWhy::Weak => 5,
        GapWhy::Delay { .. } => 6,
    }
}

const fn cure(why: &GapWhy) -> &'static str {
    match why {
        GapWhy::NoSource => "请打开账号人工核查，并登记核查结果",
        GapWhy::Unwatched => "请人工核查这段时间，或补录发布记录",
        GapWhy::Delay { .. } => "数据逾期未到，请人工核查",
        GapWhy::Weak | GapWhy::KindUnseen => "请打开账号人工核查一次，即可判定",
        GapWhy::Timing => "请核对这条更新的准确时间并补录",
        GapWhy::Failed { class, .. } => match class {
            Class::Auth => "请运维人员更新登录凭据；急需时人工核查",
            Class::Throttled | Class::Transient => "系统将自动重试；急需时人工核查",
            Class::Blocked => "请人工核查，并改用官方接口或授权方式监测",
            Class::Gone => "请核对账号名称与标识，更正台账",
            Class::Retired => "请人工核查，并更换监测来源",
            Class::Config => "请运维人员检查来源的配置与权限；急需时人工核查",
            Class::Malformed => "请人工核查，并请运维人员查看日志",
        },
    }
}
