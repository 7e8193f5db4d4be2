//! What lies before whoever signs: 呈批单 and the list of evidence. Papers of our own; they name who
//! verified what.

use super::{Finding, Head, number, text, words};
use crate::report::{Block, Cell, Grid, GridCell, Report, Table};
use crate::wording::numeral;

/// What the 呈批单 sums up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// Title of the 通报.
    pub title: String,
    /// 主送 of the 通报; may be empty.
    pub to: String,
    /// 抄送 of the 通报; may be empty.
    pub copies: String,
    /// Who drafted it.
    pub drafted_by: String,
    /// Offices that were asked to check their findings.
    pub asked: usize,
    /// Of these, how many have answered.
    pub answered: usize,
    /// 异议: how many, how many were called 误报, how many were kept.
    pub objections: (usize, usize, usize),
    /// Findings as they stand: 已确认, 误报, 待核实.
    pub standings: (usize, usize, usize),
    /// Accounts that could not be judged.
    pub unclear: usize,
    /// What the paper leaves out as repaired, a finding each; see [`left_out`].
    pub left_out: Vec<String>,
    /// What the 更正 changes; empty for a first issue.
    pub changes: Vec<String>,
}

/// The findings that the paper leaves out as repaired, in words: whoever signs must know of them.
pub fn left_out(findings: &[Finding]) -> Vec<String> {
    let dropped = findings.iter().filter(|finding| finding.is_dropped());
    dropped.map(|one| format!("{}，{}（{}）", one.title(), one.label, words::span(one.window))).collect()
}

/// 呈批单: its boxes are left blank for pen and ink.
pub fn approval(head: &Head, of: &Approval) -> Report {
    let mut blocks = vec![Block::Grid(boxes(head, of))];
    if !of.changes.is_empty() {
        blocks.push(Block::Heading("更正的内容".to_owned()));
        blocks.extend(of.changes.iter().cloned().map(Block::Paragraph));
    }
    Report {
        title: "发文呈批单".to_owned(),
        subtitle: Some(format!("{}　{}", head.office, words::date(head.now.date()))),
        blocks,
        footnotes: Vec::new(),
        paper: None,
        meta: head.meta(),
    }
}

fn boxes(head: &Head, of: &Approval) -> Grid {
    let (confirmed, false_, waiting) = of.standings;
    let (objections, upheld, kept) = of.objections;
    let unclear = if of.unclear == 0 { String::new() } else { format!("；无法判定的账号{}个", of.unclear) };
    let grid = Grid::new("呈批单")
        .row(2, line("签发", String::new()))
        .row(2, pair("核稿", "", "会签", ""))
        .row(1, pair("拟稿", &of.drafted_by, "发文字号", ""))
        .row(1, line("文件标题", of.title.clone()))
        .row(1, line("依据", head.basis.clone()))
        .row(1, line("核实情况", format!("已确认{confirmed}项，误报{false_}项，待核实{waiting}项{unclear}")))
        .row(1, line("核对情况", checked(of)))
        .row(1, line("异议情况", format!("{objections}件：认定误报{upheld}件，维持{kept}件")));
    let grid = match of.left_out.len() {
        0 => grid,
        count => {
            let said = format!("{count}项已在印发前整改，没有列入名单：{}", of.left_out.join("；"));
            grid.row(1, line("未列入", said))
        }
    };
    grid.row(1, line("附件", "通报送审稿、问题依据清单".to_owned()))
        .row(1, pair("主送", &of.to, "抄送", &of.copies))
        .row(1, line("备注", String::new()))
}

/// A label and the box beside it.
fn line(name: &str, value: String) -> Vec<GridCell> {
    vec![GridCell::label(name, 2), GridCell::value(value, 10)]
}

/// Two labels with their boxes.
fn pair(one: &str, said: &str, other: &str, beside: &str) -> Vec<GridCell> {
    let cells = [(one, said), (other, beside)].map(|(name, said)| [GridCell::label(name, 2), GridCell::value(said, 4)]);
    cells.into_iter().flatten().collect()
}

fn checked(of: &Approval) -> String {
    match of.asked {
        0 => "未发各单位核对".to_owned(),
        asked => format!("发{asked}个单位核对，{}个已反馈，{}个未反馈", of.answered, asked - of.answered.min(asked)),
    }
}

/// 问题依据清单: every finding with its rule, span, proof, last update, reminders and verifier. Two tables
/// of one numbering: twelve columns do not fit on an upright page.
pub fn evidence(head: &Head, findings: &[Finding]) -> Report {
    let mut blocks: Vec<Block> = super::finding::demands(findings).into_iter().map(Block::Paragraph).collect();
    let mut number = 0;
    for (fits, keys, titles) in PARTS {
        let own: Vec<&Finding> = findings.iter().filter(|finding| fits(finding)).collect();
        // The list of problems is there also when there is none.
        if own.is_empty() && number > 0 {
            continue;
        }
        let [first, second] = [number + 1, number + 2].map(numeral);
        blocks.push(Block::Table(found(keys[0], &format!("{first}、{}", titles[0]), &own)));
        blocks.push(Block::Table(proven(keys[1], &format!("{second}、{}", titles[1]), &own)));
        number += 2;
    }
    Report {
        title: format!("{}政务新媒体检查问题依据清单", head.scope()),
        subtitle: Some(format!("检查口径：{}　数据截至{}", head.profile, words::minute(head.now))),
        blocks,
        footnotes: Vec::new(),
        paper: None,
        meta: head.meta(),
    }
}

/// Which findings a part holds, and the keys and titles of its two tables.
type Portion = (fn(&Finding) -> bool, [&'static str; 2], [&'static str; 2]);

/// Each finding stands in one of them.
const PARTS: [Portion; 4] = [
    (Finding::is_listed, ["问题", "依据"], ["列入通报的问题", "依据"]),
    (
        Finding::is_unlisted,
        ["不单独列入", "不单独列入的依据"],
        ["不单独列入的（已被单项否决，或在关停公告中）", "不单独列入的依据"],
    ),
    (Finding::is_dropped, ["已整改", "已整改的依据"], ["已在印发前整改、没有列入的", "已整改的依据"]),
    (|finding| finding.standing.is_false(), ["误报", "误报的依据"], ["认定为误报、没有列入的", "误报的依据"]),
];

fn found(key: &str, title: &str, findings: &[&Finding]) -> Table {
    let row = |(at, finding): (usize, &&Finding)| {
        vec![
            number(at + 1),
            text(finding.title()),
            text(&finding.office),
            text(&finding.label),
            text(words::span(finding.window)),
            text(format!("{}/{}", finding.seen, finding.required)),
        ]
    };
    let columns = ["序号", "账号", "主管单位", "问题类型", "监测时段", "已更新/应更新"];
    Table::new(key, title, &columns, findings.iter().enumerate().map(row).collect())
}

fn proven(key: &str, title: &str, findings: &[&Finding]) -> Table {
    let row = |(at, finding): (usize, &&Finding)| -> Vec<Cell> {
        let basis: Vec<String> = finding.basis.iter().map(|basis| basis.inside(&finding.platform)).collect();
        vec![
            number(at + 1),
            text(finding.title()),
            text(&finding.label),
            text(words::span(finding.window)),
            text(basis.join("；")),
            text(finding.last_words()),
            text(finding.reminded()),
            text(finding.standing.inside()),
        ]
    };
    let columns = ["序号", "账号", "问题类型", "监测时段", "监测依据", "最近更新", "已发提醒", "核实"];
    Table::new(key, title, &columns, findings.iter().enumerate().map(row).collect())
}
