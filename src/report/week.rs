//! The weekly summary: for the office that watches, also when all is green. Worst first.

use super::compose::{
    Entry, Roll, closing_table, end_of, exempt_table, first_cells, meta, rate, remarks, silent_days, table, text,
};
use super::unclear::{doubts, unclear_table};
use super::{Block, Cell, Facts, ListChangeKind, Report, STEADY_WEEKS, words};
use crate::domain::Period;
use crate::rules::{Grade, Severity, Verdict, WindowKind};
use chrono::{Days, NaiveDate};

const SILENCE_COLUMNS: [&str; 2] = ["最近更新", "已停更天数"];

/// The weekly summary.
pub fn week(facts: &Facts<'_>) -> Report {
    let roll = Roll::of(facts);
    let limit = Limit::of(facts);
    let mut blocks = vec![Block::Paragraph(headline(facts, &roll)), heading("一、总体情况")];
    blocks.push(Block::Paragraph(overall(facts, &roll)));
    blocks.extend(silent(facts, &roll, limit));
    blocks.extend(near(facts, &roll, limit));
    blocks.extend(short(facts, &roll));
    blocks.extend(unclear(facts, &roll));
    blocks.extend([heading("六、本周提醒"), Block::Paragraph(reminded(facts))]);
    blocks.extend(improved(facts).map(Block::Paragraph));
    blocks.extend(list_changes(facts, &roll));
    blocks.extend(next_week(facts, &roll, limit));
    Report {
        title: title(facts),
        subtitle: Some(subtitle(facts, &roll)),
        blocks,
        footnotes: remarks(facts, &roll),
        paper: None,
        meta: meta(facts),
    }
}

/// The silence rule that holds at the end of the period.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    days: i64,
    /// The last day on which an update still saves the account.
    last: i64,
}

impl Limit {
    pub(super) fn of(facts: &Facts<'_>) -> Limit {
        let rules = facts.profile.rules_on(end_of(facts).date());
        let silence = rules.into_iter().filter(|rule| rule.severity == Severity::Veto).find_map(|r| match r.window {
            WindowKind::Days { days, inclusive } => Some((i64::from(days), inclusive)),
            WindowKind::Week { .. } => None,
        });
        // A profile without such a rule still wants to know who is silent for two weeks.
        let (days, inclusive) = silence.unwrap_or((14, true));
        Limit { days, last: days - i64::from(!inclusive) }
    }

    /// 最近更新, 已停更天数, 满14天日期, 已提醒次数 as headings.
    fn columns(self) -> Vec<String> {
        let own = [format!("满{}天日期", self.days), "已提醒次数".to_owned()];
        SILENCE_COLUMNS.iter().map(|column| (*column).to_owned()).chain(own).collect()
    }

    fn full_on(self, last_update: NaiveDate) -> NaiveDate {
        let days = Days::new(u64::try_from(self.days).unwrap_or(0));
        last_update.checked_add_days(days).unwrap_or(last_update)
    }
}

pub(super) fn heading(text: impl Into<String>) -> Block {
    Block::Heading(text.into())
}

pub(super) fn title(facts: &Facts<'_>) -> String {
    let span = match facts.period {
        Period::Week(week) => format!("，{}至{}", words::day(week.monday), words::day(week.sunday())),
        _ => String::new(),
    };
    format!("{}政务新媒体更新周报（{}{span}）", facts.region, words::period(facts.period))
}

pub(super) fn subtitle(facts: &Facts<'_>, roll: &Roll<'_>) -> String {
    let draft = if roll.awaits(facts) { "　草稿 · 待核实" } else { "" };
    format!("第{}期　数据截至{}{draft}", facts.number, words::minute(facts.now))
}

/// The one line that a leader reads.
pub(super) fn headline(facts: &Facts<'_>, roll: &Roll<'_>) -> String {
    let name = match facts.period {
        Period::Week(week) => format!("第{}周", week.iso().week()),
        other => words::period(other),
    };
    let [good, problem, failed, unclear] =
        [Grade::Good, Grade::Problem, Grade::Failed, Grade::Unclear].map(|grade| roll.graded(grade));
    let sent = facts.letters.sent;
    format!("{name}：合格{good}，存在问题{problem}，不合格{failed}，无法判定{unclear}；本周共发{sent}封")
}

pub(super) fn overall(facts: &Facts<'_>, roll: &Roll<'_>) -> String {
    let (running, checked) = (roll.running(), roll.checked());
    format!(
        "正在运行{running}个，检查{checked}个，检查率{}。不合格{}个，存在问题{}个，合格无问题{}个，无法判定{}个{}。{}",
        rate(facts, checked, running),
        roll.graded(Grade::Failed),
        roll.graded(Grade::Problem),
        roll.graded(Grade::Good),
        roll.graded(Grade::Unclear),
        roll.beside(),
        trend(facts, roll),
    )
}

/// 与上周相比, grade by grade; nothing when last week was not checked.
fn trend(facts: &Facts<'_>, roll: &Roll<'_>) -> String {
    let Some(before) = facts.progress.before else { return String::new() };
    let grades = [
        ("不合格", before.failed, Grade::Failed),
        ("存在问题", before.problem, Grade::Problem),
        ("合格", before.good, Grade::Good),
        ("无法判定", before.unclear, Grade::Unclear),
    ];
    let changes = grades.map(|(word, before, grade)| change(word, before, roll.graded(grade)));
    if changes.iter().all(Option::is_none) {
        return "与上周相比，各项持平。".to_owned();
    }
    format!("与上周相比，{}。", changes.into_iter().flatten().collect::<Vec<_>>().join("，"))
}

fn change(word: &str, before: usize, now: usize) -> Option<String> {
    match now.cmp(&before) {
        std::cmp::Ordering::Less => Some(format!("{word}减少{}个", before - now)),
        std::cmp::Ordering::Greater => Some(format!("{word}增加{}个", now - before)),
        std::cmp::Ordering::Equal => None,
    }
}

/// 二: the vetoed, the longest silence first; one that was never seen to update leads.
pub(super) fn silent(facts: &Facts<'_>, roll: &Roll<'_>, limit: Limit) -> [Block; 2] {
    // Whoever failed by its score stands among the short weeks.
    let mut entries: Vec<Entry<'_>> =
        roll.with(Grade::Failed).filter(|entry| !entry.missed_vetoes().is_empty()).collect();
    let date = end_of(facts).date();
    let days = |entry: &Entry<'_>| silent_days(facts, entry.account.id, date).map_or(i64::MAX, |(days, _)| days);
    entries.sort_by_key(|entry| std::cmp::Reverse(days(entry)));
    let words =
        if limit.days == 14 { "超过两周未更新".to_owned() } else { format!("超过{}天未更新", limit.days) };
    let title = format!("二、{words}（{}个）", entries.len());
    [heading(title), silence_table(facts, "超过两周未更新", &entries, limit)]
}

/// 三: still saved by an update, but the limit is less than five days off. Whoever could not be watched
/// stands in 五 instead.
pub(super) fn near(facts: &Facts<'_>, roll: &Roll<'_>, limit: Limit) -> [Block; 2] {
    let span = (limit.days - 4).max(1)..=limit.last;
    let mut entries = waiting(facts, roll);
    entries.retain(|(days, _)| span.contains(days));
    entries.sort_by_key(|(days, _)| std::cmp::Reverse(*days));
    let entries: Vec<Entry<'_>> = entries.into_iter().map(|(_, entry)| entry).collect();
    let title = format!("三、临近期限（第{}至{}天，{}个）", span.start(), span.end(), entries.len());
    [heading(title), silence_table(facts, "临近期限", &entries, limit)]
}

/// Those that no veto has hit and none is doubted, with the days since their last update.
fn waiting<'a>(facts: &Facts<'_>, roll: &Roll<'a>) -> Vec<(i64, Entry<'a>)> {
    let date = end_of(facts).date();
    let doubted = |entry: &&Entry<'_>| entry.unclear().iter().any(|verdict| verdict.severity == Severity::Veto);
    let sound = roll.counted.iter().filter(|entry| entry.missed_vetoes().is_empty() && !doubted(entry));
    sound.filter_map(|entry| Some((silent_days(facts, entry.account.id, date)?.0, *entry))).collect()
}

fn silence_table(facts: &Facts<'_>, key: &str, entries: &[Entry<'_>], limit: Limit) -> Block {
    let columns = limit.columns();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows = entries.iter().enumerate().map(|(at, entry)| silence_row(facts, at, entry, limit)).collect();
    Block::Table(table(key, String::new(), &columns, rows))
}

fn silence_row(facts: &Facts<'_>, at: usize, entry: &Entry<'_>, limit: Limit) -> Vec<Cell> {
    let id = entry.account.id;
    let date = end_of(facts).date();
    let mut cells = first_cells(facts, at, entry.account);
    match (facts.newest.get(&id), silent_days(facts, id, date)) {
        (Some(post), Some((days, last))) => cells.extend([
            text(words::when(post.when, date)),
            Cell::Number(days),
            text(words::day_beside(limit.full_on(last), date)),
        ]),
        _ => cells.extend([text("未监测到更新"), text("—"), text("—")]),
    }
    cells.push(Cell::Number(facts.letters.by_account.get(&id).copied().unwrap_or(0).into()));
    cells
}

/// 四: every account that missed the week, whatever else it did; the largest lack first.
fn short(facts: &Facts<'_>, roll: &Roll<'_>) -> [Block; 2] {
    let mut rows: Vec<(Entry<'_>, &Verdict)> = Vec::new();
    for entry in roll.short_weeks(facts) {
        rows.extend(entry.result.and_then(|result| result.worst_problem()).map(|verdict| (entry, verdict)));
    }
    let lack = |verdict: &Verdict| verdict.required.saturating_sub(verdict.kind.seen());
    rows.sort_by_key(|(_, verdict)| std::cmp::Reverse(lack(verdict)));
    let cells = |(at, (entry, verdict)): (usize, &(Entry<'_>, &Verdict))| {
        let mut cells = first_cells(facts, at, entry.account);
        cells.extend([verdict.required, verdict.kind.seen()].map(|n| Cell::Number(n.into())));
        cells.push(text(verdict.label.clone().unwrap_or_default()));
        cells
    };
    let title = format!("四、本周次数不足（{}个{}）", rows.len(), also_in(&rows));
    let rows = rows.iter().enumerate().map(cells).collect();
    [
        heading(title),
        Block::Table(table("本周次数不足", String::new(), &["应更新次数", "已更新次数", "问题类型"], rows)),
    ]
}

/// Why 四 is longer than the number of 存在问题.
fn also_in(rows: &[(Entry<'_>, &Verdict)]) -> String {
    let with = |grade: Grade| rows.iter().filter(|(entry, _)| entry.grade() == grade).count();
    let parts = [("同时列入第二项", with(Grade::Failed)), ("同时列入第五项", with(Grade::Unclear))];
    let parts: Vec<String> = parts.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{n}个{word}")).collect();
    if parts.is_empty() { String::new() } else { format!("，其中{}", parts.join("，")) }
}

fn unclear(facts: &Facts<'_>, roll: &Roll<'_>) -> [Block; 2] {
    let doubts = doubts(facts, roll);
    let among = if doubts.is_empty() { doubts } else { format!("，其中{doubts}") };
    let title = format!("五、无法判定（{}个{among}）", roll.graded(Grade::Unclear));
    [heading(title), Block::Table(unclear_table(facts, roll, String::new()))]
}

fn reminded(facts: &Facts<'_>) -> String {
    let letters = facts.letters;
    let answered = match letters.unsettled {
        0 => String::new(),
        waiting => format!("另有{waiting}条责任单位的回复待人工核实。"),
    };
    let reminders = letters.alarms + letters.reminders;
    let others = match letters.sent.saturating_sub(reminders) {
        0 => String::new(),
        others => format!("另有周报、清单、检查结果等{others}封。"),
    };
    format!(
        "发出提醒{reminders}条，其中告警提醒{}次、更新提醒{}次；提醒后已更新{}个，仍未更新{}个。{others}{answered}",
        letters.alarms, letters.reminders, letters.updated, letters.waiting,
    )
}

/// Who answered a reminder at once, and who has done well for some weeks after a lack.
pub(super) fn improved(facts: &Facts<'_>) -> Option<String> {
    let said = [
        ("提醒后当日更新的".to_owned(), &facts.progress.prompt),
        (format!("此前次数不足、已连续{STEADY_WEEKS}周达标的"), &facts.progress.steady),
    ];
    let parts: Vec<String> = said
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(word, names)| format!("{word}{}个：{}", names.len(), named(names)))
        .collect();
    (!parts.is_empty()).then(|| format!("{}。", parts.join("；")))
}

/// At most twelve names.
fn named(names: &[String]) -> String {
    let shown = names.iter().take(12).cloned().collect::<Vec<_>>().join("、");
    if names.len() > 12 { format!("{shown}等") } else { shown }
}

/// 七: what changed, kind by kind; then those that stand apart, if any.
fn list_changes(facts: &Facts<'_>, roll: &Roll<'_>) -> Vec<Block> {
    let of = |kind: ListChangeKind| {
        let names: Vec<&str> =
            facts.list_changes.iter().filter(|change| change.kind == kind).map(|change| change.text.as_str()).collect();
        let names = if names.is_empty() { "无".to_owned() } else { names.join("、") };
        format!("{}：{names}", kind.chinese())
    };
    let kinds: Vec<String> = ListChangeKind::ALL.into_iter().map(of).collect();
    let said = if facts.list_changes.is_empty() { "无。".to_owned() } else { format!("{}。", kinds.join("；")) };
    let mut blocks = vec![heading("七、台账变动"), Block::Paragraph(said)];
    if !roll.closing.is_empty() {
        blocks.push(Block::Table(closing_table(facts, roll, "关停公告中的政务新媒体".to_owned())));
    }
    if !roll.exempt.is_empty() {
        blocks.push(Block::Table(exempt_table(facts, roll, "不参评的政务新媒体".to_owned())));
    }
    blocks
}

/// 八: the notes of the shell, then who reaches the limit within the seven days after the check.
fn next_week(facts: &Facts<'_>, roll: &Roll<'_>, limit: Limit) -> Vec<Block> {
    let mut coming = waiting(facts, roll);
    coming.retain(|(days, _)| *days <= limit.days && limit.days - *days < 7);
    coming.sort_by_key(|(days, _)| std::cmp::Reverse(*days));
    let name = |(_, entry): &(i64, Entry<'_>)| {
        let last = silent_days(facts, entry.account.id, end_of(facts).date()).map(|(_, last)| last);
        let day = last.map_or(String::new(), |last| words::day(limit.full_on(last)));
        format!("{}（{}，{day}）", entry.account.name, facts.profile.prints(entry.account.platform.name()))
    };
    let names: Vec<String> = coming.iter().map(name).collect();
    let mut notes: Vec<String> = facts.next_week.to_vec();
    if !names.is_empty() {
        notes.push(format!("如不更新，下列账号将满{}天：{}。", limit.days, names.join("、")));
    }
    if notes.is_empty() {
        notes.push("无。".to_owned());
    }
    std::iter::once(heading("八、下周提示")).chain(notes.into_iter().map(Block::Paragraph)).collect()
}
