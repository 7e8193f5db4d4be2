//! The lists of findings in the columns, the order and the rows of their profile.

use super::compose::{Entry, Roll, number, office, text};
use super::{Cell, Column, Facts, Held, ListForm, Order, Piece, Table, words};
use crate::rules::{Grade, Verdict, WeeklyRows, summed_label};

/// One row: an account, and the missed weeks that it stands for.
struct Row<'a> {
    entry: Entry<'a>,
    label: String,
    /// Oldest first; empty where it speaks of a veto alone.
    weeks: Vec<&'a Verdict>,
    /// The one whose counts print.
    shown: Option<&'a Verdict>,
}

/// The list of that form.
pub(super) fn table(facts: &Facts<'_>, roll: &Roll<'_>, form: &ListForm, title: String) -> Table {
    let entries = ordered(facts, form.order, members(facts, roll, form));
    // The column stands in a draft only: the paper that is issued has none.
    let drafts = entries.iter().any(|entry| entry.awaits(facts));
    let rows: Vec<Row<'_>> = entries.iter().flat_map(|entry| rows_of(facts, form, entry)).collect();
    let cells = |(at, row): (usize, &Row<'_>)| {
        let mut cells: Vec<Cell> = form.columns.iter().map(|(column, _)| cell(facts, *column, at, row)).collect();
        let state = if row.entry.awaits(facts) { "待核实" } else { "已确认" };
        cells.extend(drafts.then(|| text(state)));
        cells
    };
    let columns = form.columns.iter().map(|(_, heading)| heading.as_str());
    let columns: Vec<&str> = columns.chain(drafts.then_some("核实")).collect();
    Table::new(&form.key, title, &columns, rows.iter().enumerate().map(cells).collect())
}

/// Whom a list or a sentence of that kind holds. Who failed by the score alone stands among the failed,
/// with the weeks that cost it.
pub(super) fn holds<'a>(facts: &Facts<'_>, roll: &Roll<'a>, held: Held) -> Vec<Entry<'a>> {
    match held {
        Held::Failed => roll.with(Grade::Failed).collect(),
        Held::Problem => roll.short_weeks(facts).into_iter().filter(|entry| !fails_by_score(entry)).collect(),
    }
}

fn fails_by_score(entry: &Entry<'_>) -> bool {
    entry.grade() == Grade::Failed && entry.missed_vetoes().is_empty()
}

/// Each account once, in the order of the list of accounts.
fn members<'a>(facts: &Facts<'_>, roll: &Roll<'a>, form: &ListForm) -> Vec<Entry<'a>> {
    let mut all: Vec<Entry<'a>> = form.of.iter().flat_map(|held| holds(facts, roll, *held)).collect();
    all.sort_by_key(|entry| entry.account.position);
    all.dedup_by_key(|entry| entry.account.id);
    all
}

fn rows_of<'a>(facts: &Facts<'_>, form: &ListForm, entry: &Entry<'a>) -> Vec<Row<'a>> {
    let veto = entry.missed_vetoes().last().filter(|_| form.of.contains(&Held::Failed));
    let named = form.of.contains(&Held::Problem) && entry.names_weeks(facts);
    let weeks: Vec<&'a Verdict> =
        if named || fails_by_score(entry) { entry.missed_weeks().iter().collect() } else { Vec::new() };
    let row = |label: String, weeks: Vec<&'a Verdict>, shown| Row { entry: *entry, label, weeks, shown };
    let veto_label = veto.and_then(|veto| veto.label.clone());
    if facts.profile.weekly_rows == WeeklyRows::Each {
        let of_veto = veto_label.map(|label| row(label, Vec::new(), None));
        let one = |week: &'a Verdict| row(week.label.clone().unwrap_or_default(), vec![week], Some(week));
        return of_veto.into_iter().chain(weeks.into_iter().map(one)).collect();
    }
    let shown = entry.result.and_then(|result| result.worst_problem()).filter(|_| !weeks.is_empty());
    let of_weeks = (!weeks.is_empty()).then(|| weeks_label(facts, entry, &weeks));
    let labels: Vec<String> = veto_label.into_iter().chain(of_weeks).collect();
    vec![row(labels.join(";"), weeks, shown)]
}

fn weeks_label(facts: &Facts<'_>, entry: &Entry<'_>, weeks: &[&Verdict]) -> String {
    match facts.profile.weekly_rows {
        WeeklyRows::Sum => summed_label(facts.profile, weeks),
        _ => {
            let worst = entry.result.and_then(|result| result.worst_problem());
            worst.and_then(|verdict| verdict.label.clone()).unwrap_or_default()
        }
    }
}

/// What was found about an account, as one text.
pub(super) fn whole_label(facts: &Facts<'_>, entry: &Entry<'_>) -> String {
    let veto = entry.missed_vetoes().last().and_then(|veto| veto.label.clone());
    let named = entry.names_weeks(facts);
    let weeks: Vec<&Verdict> = entry.missed_weeks().iter().filter(|_| named).collect();
    let weeks = (!weeks.is_empty()).then(|| weeks_label(facts, entry, &weeks));
    veto.into_iter().chain(weeks).collect::<Vec<_>>().join(";")
}

fn cell(facts: &Facts<'_>, column: Column, at: usize, row: &Row<'_>) -> Cell {
    let account = row.entry.account;
    if column.is_of_weeks() && row.weeks.is_empty() {
        return text("—");
    }
    match column {
        Column::Seq => number(at + 1),
        Column::Account => text(&account.name),
        Column::Supervisor => text(office(account)),
        Column::Office => text(&account.office),
        Column::Platform => text(facts.profile.prints(account.platform.name())),
        Column::Label => text(row.label.clone()),
        Column::Score => score(&row.entry),
        Column::Grade => text(row.entry.grade().chinese()),
        Column::Weeks => number(row.weeks.len()),
        Column::Deducted => Cell::Number(row.weeks.iter().map(|week| i64::from(week.points)).sum()),
        Column::Required => Cell::Number(row.shown.map_or(0, |week| week.required).into()),
        Column::Seen => Cell::Number(row.shown.map_or(0, |week| week.kind.seen()).into()),
        Column::Windows => text(windows(&row.weeks)),
        Column::LastUpdate => text(last_update(facts, &row.entry)),
    }
}

/// A vetoed account has none (rules.md, "The national rule": not scored further).
pub(super) fn score(entry: &Entry<'_>) -> Cell {
    entry.result.and_then(|result| result.score).map_or_else(|| text("—"), |score| Cell::Number(score.into()))
}

/// Why a column of scores holds dashes.
pub(super) fn unscored(facts: &Facts<'_>, roll: &Roll<'_>) -> Option<String> {
    let paper = &facts.profile.script;
    let scores = |form: &&ListForm| form.columns.iter().any(|(column, _)| *column == Column::Score);
    let mut listed = paper.lists.iter().filter(scores).flat_map(|form| members(facts, roll, form));
    let dashes =
        paper.says(Piece::Lists) && listed.any(|entry| entry.result.is_none_or(|result| result.score.is_none()));
    dashes.then(|| "分数为“—”的是单项否决，不再计分。".to_owned())
}

fn windows(weeks: &[&Verdict]) -> String {
    let day = |week: &&Verdict| words::days(week.window.from.date(), week.window.until.plus(-1).date());
    weeks.iter().map(day).collect::<Vec<_>>().join("、")
}

fn last_update(facts: &Facts<'_>, entry: &Entry<'_>) -> String {
    let date = super::compose::end_of(facts).date();
    let known = facts.newest.get(&entry.account.id);
    known.map_or_else(|| "未监测到更新".to_owned(), |post| words::when(post.when, date))
}

/// The order of platforms in papers: 新浪微博, 微信公众号, 抖音, then the others.
pub(super) fn by_platform(printed: &str) -> u8 {
    match printed {
        "新浪微博" | "微博" => 0,
        "微信公众号" | "微信订阅号" | "微信服务号" | "订阅号" | "服务号" => 1,
        "抖音" => 2,
        _ => 3,
    }
}

/// In the order of the form; what is equal there stands as the list of accounts has it.
pub(super) fn ordered<'a>(facts: &Facts<'_>, order: Order, mut entries: Vec<Entry<'a>>) -> Vec<Entry<'a>> {
    let prints = |entry: &Entry<'_>| facts.profile.prints(entry.account.platform.name()).to_owned();
    let names = |of: &dyn Fn(&Entry<'_>) -> String| {
        let mut first: Vec<String> = Vec::new();
        for name in entries.iter().map(of) {
            if !first.contains(&name) {
                first.push(name);
            }
        }
        first
    };
    let place = |known: &[String], name: &str| known.iter().position(|one| one == name);
    match order {
        Order::Account => {}
        Order::Platform => {
            let known = names(&prints);
            entries.sort_by_cached_key(|entry| (by_platform(&prints(entry)), place(&known, &prints(entry))));
        }
        Order::Office => {
            let known = names(&|entry| office(entry.account).to_owned());
            entries.sort_by_cached_key(|entry| place(&known, office(entry.account)));
        }
        Order::Score => entries.sort_by_key(|entry| entry.result.and_then(|result| result.score)),
    }
    entries
}
