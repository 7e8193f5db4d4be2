//! 争议答复单: one account's findings, to hand to an office that complains. It speaks of no other office,
//! and of people only by what they are.

use super::{Basis, Finding, Head, Standing, number, text, words};
use crate::report::{Block, Cell, Report, Table};

/// What the paper is about.
#[derive(Clone, Copy, Debug)]
pub struct Dispute<'a> {
    /// 账号（平台）.
    pub title: &'a str,
    /// The office that it is handed to.
    pub office: &'a str,
    /// Its findings, oldest check first.
    pub findings: &'a [Finding],
    /// Conclusions that are no findings (met, 无法判定), a sentence each.
    pub others: &'a [String],
    /// Spans that nobody watched, a sentence each; only of conclusions that are no findings.
    pub gaps: &'a [String],
    /// The issued papers of the period, number and date each: 通报 first, then each 更正.
    pub papers: &'a [String],
}

/// The paper.
pub fn dispute(head: &Head, about: Dispute<'_>) -> Report {
    let mut blocks = vec![
        Block::Left(format!("{}：", about.office)),
        Block::Paragraph(format!("你单位对账号{}的检查结果提出的意见收悉。现将有关情况答复如下。", about.title)),
        Block::Heading("一、规则与结论".to_owned()),
    ];
    blocks.extend(super::finding::demands(about.findings).into_iter().map(Block::Paragraph));
    if about.findings.is_empty() {
        blocks.push(Block::Paragraph(format!("检查中，账号{}没有列为问题的结果。", about.title)));
    } else {
        blocks.push(Block::Table(conclusions(about.findings)));
    }
    blocks.extend(about.others.iter().cloned().map(Block::Paragraph));
    blocks.extend(issued(about.papers).map(Block::Paragraph));
    blocks.push(Block::Heading("二、监测依据".to_owned()));
    if !about.findings.is_empty() {
        blocks.push(Block::Table(basis(about.findings)));
    }
    blocks.push(Block::Paragraph(unwatched(about)));
    blocks.extend([Block::Heading("三、已发提醒".to_owned()), Block::Table(reminders(about.findings))]);
    blocks.extend([Block::Heading("四、核实".to_owned()), Block::Paragraph(verified(head, about.findings))]);
    blocks.extend([Block::Heading("五、请你单位".to_owned()), Block::Paragraph(asked(about.findings))]);
    blocks.push(Block::Right(head.foot()));
    Report {
        title: "政务新媒体检查争议答复单".to_owned(),
        subtitle: Some(format!("{}　{}", about.title, words::date(head.now.date()))),
        blocks,
        footnotes: Vec::new(),
        paper: None,
        meta: head.meta(),
    }
}

fn conclusions(findings: &[Finding]) -> Table {
    let row = |finding: &Finding| {
        vec![
            text(words::date(finding.check.at.date())),
            text(words::span(finding.window)),
            number(finding.seen as usize),
            text(finding.last_words()),
            text(conclusion(finding)),
        ]
    };
    let columns = ["检查日期", "监测时段", "更新次数", "最近更新", "结论"];
    Table::new("规则与结论", "", &columns, findings.iter().map(row).collect())
}

fn conclusion(finding: &Finding) -> String {
    match &finding.standing {
        standing if standing.is_false() => "经核实为误报，不列入通报".to_owned(),
        standing => format!("{}（{}）", finding.label, standing.chinese()),
    }
}

fn basis(findings: &[Finding]) -> Table {
    let rows = |finding: &Finding| -> Vec<Vec<Cell>> {
        let span = words::span(finding.window);
        finding.basis.iter().map(|basis| vec![text(span.clone()), text(Basis::outside(basis))]).collect()
    };
    let mut rows: Vec<Vec<Cell>> = findings.iter().flat_map(rows).collect();
    rows.dedup();
    Table { once: 1, ..Table::new("监测依据", "", &["监测时段", "监测"], rows) }
}

/// Only a finding has a proof that every moment was watched; a span with enough updates needs none.
fn unwatched(about: Dispute<'_>) -> String {
    let proven = !about.findings.is_empty();
    match (proven, about.gaps.is_empty()) {
        (true, true) if about.others.is_empty() => "未监测时段：无。上述时段内每一刻都有可靠监测。".to_owned(),
        (true, true) => "未监测时段：列为问题的时段内无，每一刻都有可靠监测。".to_owned(),
        (false, true) => "没有列为问题的时段，不需要以监测证明没有更新。".to_owned(),
        (_, false) => {
            let found = if proven { "列为问题的时段内每一刻都有可靠监测；" } else { "" };
            format!("未监测时段：{found}其他结论的未监测时段是{}。", about.gaps.join("；"))
        }
    }
}

/// Which papers this is about: an office that complains has one of them before it.
fn issued(papers: &[String]) -> Option<String> {
    let (first, later) = papers.split_first()?;
    let later = if later.is_empty() { String::new() } else { format!("；更正：{}", later.join("；")) };
    Some(format!("有关通报：{first}{later}。"))
}

fn reminders(findings: &[Finding]) -> Table {
    let mut all: Vec<_> = findings.iter().flat_map(|finding| &finding.reminders).collect();
    all.sort_by_key(|reminder| (reminder.at, reminder.letter));
    all.dedup_by_key(|reminder| (reminder.letter, reminder.rung.clone()));
    let row = |reminder: &&super::Reminder| {
        vec![
            text(words::minute(reminder.at)),
            text(reminder.role.chinese()),
            text(&reminder.rung),
            text(&reminder.answer),
        ]
    };
    let columns = ["时间", "收信人", "内容", "邮件服务器的应答"];
    Table::new("已发提醒", "", &columns, all.iter().map(row).collect())
}

/// Who verified it, by office and time; the person signs by hand.
fn verified(head: &Head, findings: &[Finding]) -> String {
    let said = |finding: &Finding| match &finding.standing {
        Standing::Waiting => format!("“{}”（{}）尚待核实", finding.label, words::span(finding.window)),
        Standing::Decided { ruling, at, .. } => format!(
            "“{}”（{}）于{}由检查方核实，{}",
            finding.label,
            words::span(finding.window),
            words::minute(*at),
            ruling.chinese()
        ),
    };
    let said: Vec<String> = findings.iter().map(said).collect();
    let said = if said.is_empty() { "没有列为问题的结果".to_owned() } else { said.join("；") };
    format!("{said}。核实单位：{}。核实人（签名）：　　　　　　　　", head.office)
}

fn asked(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "没有需要整改的结果，无需反馈。".to_owned();
    }
    let standing = findings.iter().any(|finding| !finding.standing.is_false());
    if !standing {
        return "结果已按上述更正，无需再反馈。".to_owned();
    }
    "如仍有异议，请提供监测时段内发布的链接、发布时间和后台截图（看得到账号名称和时间），由检查方再行核实；\
     确属误报的，撤回结果并更正。没有新的材料的，请按期整改并反馈。"
        .to_owned()
}
