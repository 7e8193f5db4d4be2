//! What a later paper says of earlier problems: 逾期未反馈, 连续两期存在问题, 多次提醒未更新. 宝鸡 and 云南
//! print it before the new findings.

use super::{Repair, State};
use crate::bulletin::words;
use crate::domain::Period;
use crate::report::{Block, Cell, Report, Table, period_words};
use crate::wording::renumber;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The heading of the section.
const HEADING: &str = "上期问题整改情况";
/// Names that one sentence prints.
const NAMED: usize = 20;
/// So many reminders and no update is 多次提醒未更新.
pub const MANY_REMINDERS: usize = 2;

/// What is known of earlier problems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The period of the last issued 通报 before this one; `None`: there is none, and nothing is said.
    pub previous: Option<Period>,
    /// Problems that are followed up: of that paper, and older ones that are still open.
    pub repairs: Vec<Repair>,
    /// Accounts that stood in that paper and have a finding again.
    pub again: Vec<String>,
    /// Accounts that got so many reminders about what was then missed, and did not update.
    pub ignored: Vec<(String, usize)>,
    /// Issued papers that later evidence contradicts, a sentence each.
    pub changed: Vec<String>,
    /// The day of which this speaks: that of a week's last check, else today.
    pub day: NaiveDate,
}

/// Puts the section before the first heading of a month's or a quarter's report and numbers the headings
/// through; nothing without an earlier paper.
pub fn place(report: &mut Report, followed: &Followed, today: NaiveDate) {
    let blocks = section(followed, today);
    if blocks.is_empty() {
        return;
    }
    let at = report.blocks.iter().position(|block| matches!(block, Block::Heading(_))).unwrap_or(0);
    report.blocks.splice(at..at, blocks);
    renumber(&mut report.blocks);
}

/// The section, its heading still without a number of its own.
pub fn section(followed: &Followed, today: NaiveDate) -> Vec<Block> {
    let Some(previous) = followed.previous else { return Vec::new() };
    let last: Vec<&Repair> = standing(followed).filter(|repair| repair.period == previous).collect();
    let mut blocks = vec![Block::Heading(format!("〇、{HEADING}")), Block::Paragraph(counted(previous, &last, today))];
    blocks.extend(notes(followed, today, "连续两期存在问题").into_iter().map(Block::Paragraph));
    let older = standing(followed).filter(|repair| repair.period != previous).count();
    if older > 0 {
        blocks.push(Block::Paragraph(format!("更早通报的问题中，还有{older}项没有整改完毕，一并列入下表。")));
    }
    if followed.repairs.iter().any(|repair| repair.state() != State::Withdrawn) {
        blocks.push(Block::Table(table(followed, today)));
    }
    blocks
}

/// Those that a 更正 has not taken back.
fn standing(followed: &Followed) -> impl Iterator<Item = &Repair> {
    followed.repairs.iter().filter(|repair| repair.state() != State::Withdrawn)
}

fn counted(previous: Period, last: &[&Repair], today: NaiveDate) -> String {
    let period = period_words(previous);
    if last.is_empty() {
        return format!("上期（{period}）通报没有需要整改的问题。");
    }
    let offices: BTreeSet<&str> = last.iter().map(|repair| repair.office.as_str()).collect();
    // What does not stand any more was printed, and is asked about no more.
    let live: Vec<&&Repair> = last.iter().filter(|repair| repair.state() != State::Overturned).collect();
    let count = |wanted: &dyn Fn(&Repair) -> bool| live.iter().filter(|repair| wanted(repair)).count();
    let answered = count(&|repair| repair.answered_on().is_some());
    let late = count(&Repair::was_late);
    let overdue = count(&|repair| repair.is_overdue(today));
    let of = |state: State| count(&|repair| repair.state() == state);
    let open = count(&|repair| repair.owes() && !repair.is_overdue(today));
    let open = if open > 0 { format!("，未到期{open}项") } else { String::new() };
    let gone = match last.len() - live.len() {
        0 => String::new(),
        gone => format!("（其中{gone}项的结论已经撤销、等待更正，不再要求反馈）"),
    };
    format!(
        "上期（{period}）通报问题{}项{gone}，涉及{}个单位。按期反馈{}项，逾期反馈{late}项，逾期未反馈{overdue}项{open}；经复核，已整改{}项，未整改{}项，待复核{}项。",
        last.len(),
        offices.len(),
        answered - late,
        of(State::Repaired),
        of(State::Unrepaired),
        of(State::Answered),
    )
}

/// The named lists that both papers share; a week has its own words for those that are named again.
fn notes(followed: &Followed, today: NaiveDate, again_words: &str) -> Vec<String> {
    let overdue: Vec<String> = standing(followed).filter(|repair| repair.is_overdue(today)).map(with_office).collect();
    let ignored: Vec<String> = followed.ignored.iter().map(|(title, times)| format!("{title}提醒{times}次")).collect();
    let again = followed.again.clone();
    [("逾期未反馈", "项", overdue), (again_words, "个", again), ("多次提醒未更新", "个", ignored)]
        .into_iter()
        .filter(|(.., names)| !names.is_empty())
        .map(|(word, unit, names)| format!("{word}{}{unit}：{}。", names.len(), named(&names)))
        .collect()
}

/// 应急局青禾应急（抖音）一周未更新两次
fn with_office(repair: &Repair) -> String {
    format!("{}{}{}", repair.office, repair.title(), repair.problem)
}

fn named(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
    if names.len() > NAMED { format!("{shown}等") } else { shown }
}

fn table(followed: &Followed, today: NaiveDate) -> Table {
    let columns = ["序号", "政务新媒体", "主管单位", "平台类型", "问题类型", "整改期限", "反馈日期", "整改结果"];
    let text = |text: &str| Cell::Text(text.to_owned());
    let row = |(at, repair): (usize, &Repair)| {
        let mut cells = vec![Cell::Number(i64::try_from(at + 1).unwrap_or(i64::MAX))];
        cells.extend([&repair.name, &repair.office, &repair.platform, &repair.problem].map(|words| text(words)));
        let answered = repair.answered_on().map_or_else(String::new, words::date);
        cells.extend([words::date(repair.due()), answered].map(Cell::Text));
        cells.push(text(match (repair.is_overdue(today), repair.state()) {
            (true, State::Unrepaired) => "未整改，逾期未反馈",
            (true, _) => "逾期未反馈",
            (false, state) => state.chinese(),
        }));
        cells
    };
    let rows = standing(followed).enumerate().map(row).collect();
    Table::new("上期整改", "上期问题整改情况", &columns, rows)
}

/// 本期已整改的: what a paper leaves out, said with names and count.
pub fn dropped_note(names: &[String], undecided: usize) -> Option<String> {
    let (count, all) = (names.len(), names.join("、"));
    let how = match undecided {
        0 => "按合格计算".to_owned(),
        some if some >= count => "其余时段未能全部监测，未作合格判定".to_owned(),
        some => format!("除{some}个其余时段未能全部监测、未作合格判定的以外，按合格计算"),
    };
    (count > 0).then(|| format!("另有{count}个账号在本通报印发前已经整改，{how}，没有列入名单：{all}。"))
}

/// Adds to the weekly summary what somebody must do about issued papers, below a heading of its own.
pub fn append(report: &mut Report, followed: &Followed, today: NaiveDate) {
    let blocks = weekly(followed, today);
    if !blocks.is_empty() {
        report.blocks.extend(blocks);
        renumber(&mut report.blocks);
    }
}

/// What the weekly summary says: only what somebody must do something about. Empty blocks when nothing is.
pub fn weekly(followed: &Followed, today: NaiveDate) -> Vec<Block> {
    let of = |state: State| -> Vec<String> {
        standing(followed).filter(|repair| repair.state() == state).map(with_office).collect()
    };
    let mut said = if followed.previous.is_some() {
        notes(followed, today, "上期通报过、本周又有问题的")
    } else {
        Vec::new()
    };
    for (word, names) in [("已反馈、等待复核的", of(State::Answered)), ("复核为未整改的", of(State::Unrepaired))]
    {
        if !names.is_empty() {
            said.push(format!("{word}{}项：{}。", names.len(), named(&names)));
        }
    }
    said.extend(followed.changed.iter().cloned());
    if said.is_empty() {
        return Vec::new();
    }
    let heading = Block::Heading("〇、通报与整改".to_owned());
    std::iter::once(heading).chain(said.into_iter().map(Block::Paragraph)).collect()
}
