//! 争议答复单: one account's findings on one page, to hand to an office that complains. It speaks of no other office,
//! and of people only by what they are.

use super::finding::phoned;
use super::{Finding, Head, Reminder, Standing, text, words};
use crate::domain::WatchOrigin;
use crate::report::{Block, Cell, Report, Table};
use crate::rules::Window;

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

/// Rows that a page of the paper holds below its head and above its foot.
const ROWS: usize = 10;
/// Spans that are named one by one.
const SPANS: usize = 2;

/// The paper: one page, for it is read across a desk. What is long stands below the table in small type.
pub fn dispute(head: &Head, about: Dispute<'_>) -> Report {
    let opens = format!("{}：你单位对账号{}检查结果的意见收悉，答复如下。", about.office, about.title);
    let mut blocks = vec![Block::Left(opens)];
    let notes = notes(head, about);
    if about.findings.is_empty() {
        blocks.push(Block::Paragraph(format!("检查中，账号{}没有列为问题的结果。", about.title)));
        blocks.extend(notes.into_iter().map(Block::Paragraph));
    } else {
        blocks.push(Block::Table(Table { note: Some(notes.join("\n")), ..conclusions(about.findings) }));
    }
    blocks.push(Block::Right(format!("{}　{}", head.foot(), words::date(head.now.date()))));
    Report {
        title: "政务新媒体检查争议答复单".to_owned(),
        subtitle: None,
        blocks,
        footnotes: Vec::new(),
        paper: None,
        meta: head.meta(),
    }
}

/// What the table rests on, and what the office may do.
fn notes(head: &Head, about: Dispute<'_>) -> Vec<String> {
    let demands = super::finding::demands(about.findings);
    let marked = |(at, said): (usize, &String)| format!("{}{said}", mark(demands.len(), at));
    let basis = [demands.iter().enumerate().map(marked).collect(), unwatched(about)].concat();
    let rest = [about.others.concat(), issued(about.papers).unwrap_or_default()].concat();
    let lines = [basis, rest, reminders(about.findings), asked(about.findings)];
    let signed = format!("核实单位：{}。核实人（签名）：　　　　　　　　", head.office);
    lines.into_iter().filter(|line| !line.is_empty()).chain([signed]).collect()
}

/// One row a finding; where they are more than a page holds, a row for those that follow each other and
/// differ in nothing but the check.
fn conclusions(findings: &[Finding]) -> Table {
    let mut rows: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let alike =
            |row: &&mut Vec<&Finding>| findings.len() > ROWS && row.first().is_some_and(|one| is_alike(one, finding));
        match rows.iter_mut().find(alike) {
            Some(row) => row.push(finding),
            None => rows.push(vec![finding]),
        }
    }
    let demands = super::finding::demands(findings);
    let columns = ["监测时段", "更新", "最近更新", "监测", "结论"];
    let cells = |row: &Vec<&Finding>| {
        let rule = row.first().and_then(|one| demands.iter().position(|said| *said == super::finding::demand(one)));
        cells(row, &mark(demands.len(), rule.unwrap_or_default()))
    };
    Table::new("规则与结论", "", &columns, rows.iter().map(cells).collect())
}

/// ①, where there are several rules.
fn mark(rules: usize, at: usize) -> String {
    let circled = u32::try_from(at).ok().filter(|at| rules > 1 && *at < 20).and_then(|at| char::from_u32(0x2460 + at));
    circled.map_or_else(String::new, String::from)
}

fn is_alike(one: &Finding, other: &Finding) -> bool {
    let of = |finding: &Finding| {
        (finding.rule.clone(), finding.label.clone(), finding.seen, finding.required, conclusion(finding))
    };
    of(one) == of(other)
}

/// The cells of findings that are alike, oldest first.
fn cells(row: &[&Finding], mark: &str) -> Vec<Cell> {
    let Some((first, last)) = row.first().zip(row.last()) else { return Vec::new() };
    let whole = Window { from: first.window.from, until: last.window.until };
    let times = if row.len() > 1 { format!("（{}次检查）", row.len()) } else { String::new() };
    vec![
        text(format!("{mark}{}{times}", words::span(whole))),
        text(format!("{}/{}", last.seen, last.required)),
        text(last.last.as_ref().map_or_else(|| "无".to_owned(), |(when, _)| words::short(*when, last.check.at.date()))),
        text(watches(row)),
        text(conclusion(last)),
    ]
}

/// 系统2次、人工1次
fn watches(row: &[&Finding]) -> String {
    let all = || row.iter().flat_map(|finding| &finding.basis);
    let people = all().filter(|basis| matches!(basis.origin, WatchOrigin::Person(_))).count();
    let counts = [("系统", all().count() - people), ("人工", people)];
    let said = counts.iter().filter(|(_, times)| *times > 0).map(|(who, times)| format!("{who}{times}次"));
    said.collect::<Vec<_>>().join("、")
}

/// 6月28日已确认
fn conclusion(finding: &Finding) -> String {
    let day = match &finding.standing {
        Standing::Waiting => String::new(),
        Standing::Decided { at, .. } => words::beside(at.date(), finding.check.at.date()),
    };
    let apart = if finding.is_unlisted() { "，不单列" } else { "" };
    format!("{day}{}{apart}", finding.standing.chinese())
}

/// Only a finding has a proof that every moment was watched; a span with enough updates needs none.
fn unwatched(about: Dispute<'_>) -> String {
    let found = match about.findings.iter().flat_map(|finding| &finding.basis).map(|basis| basis.at).max() {
        None => "没有列为问题的时段，不需要以监测证明没有更新。".to_owned(),
        Some(last) => format!(
            "“更新”为已更新/应更新次数；列为问题的时段内每一刻都有可靠监测（系统监测或检查方人工核查，最近一次{}）。",
            words::minute(last)
        ),
    };
    let (named, more) = (about.gaps.iter().take(SPANS), about.gaps.len().saturating_sub(SPANS));
    let named = named.cloned().collect::<Vec<_>>().join("；");
    let more = if more > 0 { format!("等{}段", about.gaps.len()) } else { String::new() };
    let gaps =
        if named.is_empty() { String::new() } else { format!("其他结论的未监测时段：{named}{more}。") };
    format!("{found}{gaps}")
}

/// Which papers this is about: an office that complains has one of them before it.
fn issued(papers: &[String]) -> Option<String> {
    let (first, later) = papers.split_first()?;
    let later = if later.is_empty() { String::new() } else { format!("；更正：{}", later.join("；")) };
    Some(format!("有关通报：{first}{later}。"))
}

/// 提醒2次（…至…），邮件服务器的应答：已接收（250）1次、拒收（550）1次；电话通知1次，2022年6月24日15时。
fn reminders(findings: &[Finding]) -> String {
    let all = || findings.iter().flat_map(|finding| &finding.reminders);
    let said: Vec<String> = mailed(all().collect()).into_iter().chain(phoned(all())).collect();
    if said.is_empty() { "没有发过提醒。".to_owned() } else { format!("{}。", said.join("；")) }
}

/// What became of the letters; those that a call replaced are none.
fn mailed(mut all: Vec<&Reminder>) -> Option<String> {
    all.retain(|reminder| !reminder.answer.is_empty());
    all.sort_by_key(|reminder| (reminder.at, reminder.letter));
    all.dedup_by_key(|reminder| (reminder.letter, reminder.role, reminder.answer.clone()));
    let (first, last) = all.first().zip(all.last())?;
    let mut answers: Vec<(&str, usize)> = Vec::new();
    for reminder in &all {
        match answers.iter_mut().find(|(known, _)| *known == reminder.answer) {
            Some((_, times)) => *times += 1,
            None => answers.push((&reminder.answer, 1)),
        }
    }
    let answers: Vec<String> = answers.iter().map(|(answer, times)| format!("{answer}{times}次")).collect();
    let [from, until] = [first, last].map(|reminder| words::minute(reminder.at));
    let when = if from == until { from } else { format!("{from}至{until}") };
    Some(format!("提醒{}次（{when}），邮件服务器的应答：{}", all.len(), answers.join("、")))
}

fn asked(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "没有需要整改的结果，无需反馈。".to_owned();
    }
    if findings.iter().all(|finding| finding.standing.is_false()) {
        return "结果已按上述更正，不列入通报，无需再反馈。".to_owned();
    }
    "仍有异议的，请提供时段内发布的链接、时间和后台截图，由检查方再行核实，确属误报的撤回并更正；没有新材料的，请按期整改并反馈。"
        .to_owned()
}
