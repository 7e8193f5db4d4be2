//! The lists of a month or a quarter, in the form of 开封: what was found, what could not be seen,
//! and who stands apart.

use super::compose::{Entry, Roll, closing_table, exempt_table, first_cells, held, meta, rate, remarks, table, text};
use super::unclear::{doubts, unclear_table};
use super::{Block, Facts, Part, Report, Table, words};
use crate::rules::{AccountResult, Grade};

/// The lists of a month.
pub fn month(facts: &Facts<'_>) -> Report {
    compose(facts)
}

/// The lists of a quarter: the same form over more checks.
pub fn quarter(facts: &Facts<'_>) -> Report {
    compose(facts)
}

fn compose(facts: &Facts<'_>) -> Report {
    let roll = Roll::of(facts);
    let period = words::period(facts.period);
    let found = [failed_table(facts, &roll, &period), problem_table(facts, &roll, &period)];
    let mut blocks = vec![Block::Heading("一、总体情况".to_owned())];
    blocks.extend(overall(facts, &roll, &found).into_iter().map(Block::Paragraph));
    blocks.push(Block::Heading("二、检查结果".to_owned()));
    blocks.extend(found.into_iter().map(Block::Table));
    let beside = [
        unclear_table(facts, &roll, format!("{period}无法判定的政务新媒体名单")),
        closing_table(facts, &roll, format!("{period}关停公告中的政务新媒体名单")),
        exempt_table(facts, &roll, format!("{period}不参评的政务新媒体名单")),
    ];
    blocks.extend(beside.map(|table| Block::Table(Table { part: Part::Working, ..table })));
    Report {
        title: format!("{}{period}政务新媒体检查情况", facts.region),
        subtitle: Some(if roll.has_findings() && !roll.awaits(facts) { "草稿" } else { "草稿 · 待核实" }.to_owned()),
        blocks,
        footnotes: remarks(facts, &roll),
        paper: None,
        meta: meta(facts),
    }
}

/// The figures, each counted from the roll or from the two lists.
fn overall(facts: &Facts<'_>, roll: &Roll<'_>, found: &[Table; 2]) -> Vec<String> {
    if facts.checks.is_empty() {
        return vec!["本期没有检查。".to_owned()];
    }
    let (running, checked, passed) = (roll.running(), roll.checked(), roll.passed());
    let mut paragraphs = vec![format!(
        "{}正在运行的政务新媒体共计{running}个，检查{checked}个，检查率{}{}。经检查，合格{passed}个，合格率为{}；不合格{}个，合格但存在问题{}个。",
        words::whole_region(facts.region),
        rate(facts, checked, running),
        roll.beside(),
        rate(facts, passed, checked),
        found[0].rows.len(),
        roll.graded(Grade::Problem),
    )];
    paragraphs.extend(twice_listed(facts, roll, &found[1]));
    paragraphs.extend(undecided(facts, roll));
    paragraphs
}

/// Why the list of problems is longer than the number of accounts that have but problems.
fn twice_listed(facts: &Facts<'_>, roll: &Roll<'_>, problems: &Table) -> Option<String> {
    let listed = roll.short_weeks(facts);
    let with = |grade: Grade| listed.iter().filter(|entry| entry.grade() == grade).count();
    let parts = [("同时列入不合格名单", with(Grade::Failed)), ("能否合格尚无法判定", with(Grade::Unclear))];
    let parts: Vec<String> = parts.iter().filter(|(_, n)| *n > 0).map(|(why, n)| format!("{n}个{why}")).collect();
    let said = format!("存在问题名单共{}个账号，其中{}。", problems.rows.len(), parts.join("，"));
    (!parts.is_empty()).then_some(said)
}

fn undecided(facts: &Facts<'_>, roll: &Roll<'_>) -> Option<String> {
    let doubts = doubts(facts, roll);
    let among = if doubts.is_empty() { doubts } else { format!("（其中{doubts}）") };
    let count = roll.graded(Grade::Unclear);
    (count > 0).then(|| format!("无法判定{count}个{among}，不计入检查数，定稿前须逐一核实。"))
}

fn failed_table(facts: &Facts<'_>, roll: &Roll<'_>, period: &str) -> Table {
    let failed = roll.with(Grade::Failed).collect();
    let label = |entry: &Entry<'_>| entry.missed_vetoes().last().and_then(|verdict| verdict.label.clone());
    findings(facts, "不合格", Part::Annex(2), format!("{period}不合格的政务新媒体名单"), failed, &label)
}

/// One row per account with the largest quota that it missed, whatever the number of weeks.
fn problem_table(facts: &Facts<'_>, roll: &Roll<'_>, period: &str) -> Table {
    let label = |entry: &Entry<'_>| entry.result.and_then(AccountResult::worst_problem).and_then(|v| v.label.clone());
    findings(
        facts,
        "存在问题",
        Part::Annex(3),
        format!("{period}存在问题的政务新媒体名单"),
        roll.short_weeks(facts),
        &label,
    )
}

fn findings(
    facts: &Facts<'_>,
    key: &str,
    part: Part,
    title: String,
    mut entries: Vec<Entry<'_>>,
    label: &dyn Fn(&Entry<'_>) -> Option<String>,
) -> Table {
    by_platform(facts, &mut entries);
    // The column stands in a draft only: the paper that is issued has none.
    let drafts = entries.iter().any(|entry| entry.awaits(facts));
    let row = |(at, entry): (usize, &Entry<'_>)| {
        let mut cells = first_cells(facts, at, entry.account);
        cells.push(text(label(entry).unwrap_or_default()));
        let state = if entry.awaits(facts) { "待核实" } else { "已确认" };
        cells.extend(drafts.then(|| text(state)));
        cells
    };
    let rows = entries.iter().enumerate().map(row).collect();
    let columns = if drafts { &["问题类型", "核实"][..] } else { &["问题类型"] };
    Table { part, subtitle: words::check_dates(&held(facts)), ..table(key, title, columns, rows) }
}

/// 新浪微博, 微信公众号, 抖音, then the others as the list first names them; within one platform in the
/// order of the list.
fn by_platform(facts: &Facts<'_>, entries: &mut [Entry<'_>]) {
    let prints = |entry: &Entry<'_>| facts.profile.prints(entry.account.platform.name()).to_owned();
    let mut first: Vec<String> = Vec::new();
    for name in entries.iter().map(prints) {
        if !first.contains(&name) {
            first.push(name);
        }
    }
    let rank = |name: &str| match name {
        "新浪微博" | "微博" => 0,
        "微信公众号" | "微信订阅号" | "微信服务号" | "订阅号" | "服务号" => 1,
        "抖音" => 2,
        _ => 3,
    };
    entries.sort_by_cached_key(|entry| {
        let name = prints(entry);
        (rank(&name), first.iter().position(|known| *known == name), entry.account.position)
    });
}
