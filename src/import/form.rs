//! Plans the import of a table from elsewhere: every cell understood, what the file computes held
//! against what follows from it, or the file refused whole.

use super::header::{self, Column, Found};
use super::row::RowReader;
use super::{BadRow, Refusal, Row, Sheet};
use crate::domain::Period;
use crate::lint::no_such_day;
use crate::tables::{Cells, Digits, Form, FormColumn, Points, Role, TableRules, disagreements, wrong_sums};
use chrono::Datelike;
use std::collections::{BTreeMap, HashMap};

/// More rows are no table of a 通报.
const MOST_ROWS: usize = 20_000;
/// Larger counts are slips.
const MOST: i64 = 100_000_000;
/// What the row of sums is called.
const SUMS: [&str; 4] = ["合计", "总计", "小计", "共计"];
/// The cure for figures that do not agree: of what we compute, and of what the file alone knows.
const CURE: &str = "请改正，或清空这一格由系统计算；一定要照原表印出的，加上 --as-printed";
const CURE_GIVEN: &str = "请核对改正；一定要照原表印出的，加上 --as-printed";

/// What an import would keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormPlan {
    /// The rows, by the columns of the form, in the order of the file.
    pub rows: Vec<Cells>,
    /// Headings that papers print for a column and that the file has, by the form's own.
    pub headings: BTreeMap<String, String>,
    /// The line below the table.
    pub note: Option<String>,
    /// Worth a word, but no fault (Chinese).
    pub remarks: Vec<String>,
}

/// What the whole import has in common.
#[derive(Clone, Copy)]
pub struct FormAsk<'a> {
    /// The form.
    pub form: &'static Form,
    /// The period of the report.
    pub period: Period,
    /// Weights.
    pub rules: &'a TableRules,
    /// How rates print.
    pub digits: Digits,
    /// Keep what the file computes, right or wrong.
    pub as_printed: bool,
}

/// Plans the import of a file.
///
/// # Errors
/// Every bad row, or why it is no such table; then nothing is to be applied.
pub fn plan_form(sheets: &[Sheet], ask: FormAsk<'_>) -> Result<FormPlan, Refusal> {
    let columns: Vec<Column> =
        ask.form.columns.iter().map(|c| Column { aliases: c.written(), required: c.role.is_needed() }).collect();
    let merged = two_rowed(sheets, ask.form);
    let sheets = merged.as_deref().unwrap_or(sheets);
    let found = header::find(sheets, &columns)?;
    right_month(&found, sheets, ask)?;
    let mut reading = Reading { found: &found, ask, last: None, bad: Vec::new() };
    let (mut rows, mut sums, mut notes) = (Vec::new(), None, Vec::new());
    for row in &found.rows {
        match reading.kind(row) {
            RowKind::Note(text) => notes.push(text),
            RowKind::Sums => sums = Some((*row, reading.sums(row))),
            RowKind::Office => rows.extend(reading.read(row).map(|cells| (*row, cells))),
        }
    }
    let mut bad = reading.bad;
    notes.extend(below(&found, sheets));
    refuse_size(&rows, &bad)?;
    bad.extend(twice(&found, ask.form, &rows));
    let cells: Vec<Cells> = rows.iter().map(|(_, cells)| cells.clone()).collect();
    let mut waived = Vec::new();
    if bad.is_empty() {
        let wrong = mistaken(&found, ask, &rows, &cells, sums.as_ref());
        if ask.as_printed { waived = wrong } else { bad = wrong }
    }
    if !bad.is_empty() {
        return Err(found.refuse(bad));
    }
    let headings = headings(&found, sheets, ask.form);
    let mut remarks = remarks(&found, ask.form, &rows, &waived);
    remarks.extend(notes.iter().map(|note| format!("当作表下的注，不算一行：{note}")));
    let note = (!notes.is_empty()).then(|| notes.join("　"));
    let rows = cells.into_iter().map(|cells| if ask.as_printed { cells } else { given(ask.form, cells) }).collect();
    Ok(FormPlan { rows, headings, note, remarks })
}

/// Lines that are merged over the table, below its last row.
fn below<'s>(found: &Found<'_>, sheets: &'s [Sheet]) -> impl Iterator<Item = String> + use<'s> {
    let last = found.rows.last().map_or(usize::MAX, |row| row.line);
    let banners = sheets.get(found.sheet).into_iter().flat_map(|sheet| &sheet.banners);
    let text = |row: &Row| row.cells.iter().map(|cell| cell.text.clone()).find(|text| !text.is_empty());
    banners.filter(move |row| row.line > last).filter_map(text)
}

enum RowKind {
    Note(String),
    Sums,
    Office,
}

/// A file under reading.
struct Reading<'a> {
    found: &'a Found<'a>,
    ask: FormAsk<'a>,
    /// The row above, for cells that are printed once.
    last: Option<Cells>,
    bad: Vec<BadRow>,
}

impl<'a> Reading<'a> {
    fn columns(&self) -> impl Iterator<Item = (usize, &'static FormColumn)> + use<> {
        self.ask.form.columns.iter().enumerate()
    }

    /// A row with nothing but words in its first cell is a note below the table.
    fn kind(&self, row: &Row) -> RowKind {
        let filled: Vec<&str> =
            row.cells.iter().map(|cell| cell.text.as_str()).filter(|text| !text.is_empty()).collect();
        let is_note = |text: &str| text.starts_with(['注', '(', '（', '※']) || text.ends_with('。');
        if let [only] = filled[..]
            && is_note(only)
        {
            return RowKind::Note(only.to_owned());
        }
        let names = filled.iter().take(2).any(|text| SUMS.contains(&text.replace([' ', '　'], "").as_str()));
        if names { RowKind::Sums } else { RowKind::Office }
    }

    fn sums(&self, row: &Row) -> Cells {
        self.columns().map(|(at, _)| self.found.text(row, at).to_owned()).collect()
    }

    fn read(&mut self, row: &'a Row) -> Option<Cells> {
        let mut cells = RowReader::new(self.found, row);
        let shared = self.shared(row);
        let year = self.ask.period.begins().date().year();
        let mut read = Vec::new();
        for (at, column) in self.columns() {
            let above = shared.as_ref().and_then(|above| above.get(at)).filter(|_| at <= self.ask.form.once);
            let text = if column.role.is_computed() {
                // What we compute needs no value from the file, not even from its formula.
                Some(self.found.fault(row, at).map_or(self.found.text(row, at), |_| "").to_owned())
            } else {
                cells.read(at, |text| match above {
                    Some(above) if text.is_empty() => Ok(above.clone()),
                    _ => understood(column, text).and_then(|text| existing(text, column.role, year)),
                })
            };
            read.push(text);
        }
        match cells.finish(read.into_iter().collect::<Option<Cells>>()) {
            Ok(mut cells) => {
                self.say_no_problem(&mut cells);
                self.last = Some(cells.clone());
                Some(cells)
            }
            Err(faults) => {
                self.bad.extend(faults);
                None
            }
        }
    }

    /// A site that passed and has nothing noted prints 无问题.
    fn say_no_problem(&self, cells: &mut Cells) {
        let form = self.ask.form;
        if let (Some(result), Some(problems)) = (form.column("检查结果"), form.column("存在问题"))
            && cells[result] == "合格"
            && cells[problems].is_empty()
        {
            cells[problems] = "无问题".to_owned();
        }
    }

    /// The row above, when this one leaves out whose it is or is the same office's.
    fn shared(&self, row: &Row) -> Option<Cells> {
        let office = self.ask.form.of(Role::Office).filter(|_| self.ask.form.once > 0)?;
        let named = self.found.text(row, office);
        self.last.clone().filter(|last| named.is_empty() || last.get(office).is_some_and(|above| above == named))
    }
}

/// What a cell means, in the one way in which it is kept.
fn understood(column: &FormColumn, text: &str) -> Result<String, String> {
    let plain = text.strip_suffix(['条', '分', '个']).unwrap_or(text);
    let number = || Points::parse(plain);
    match column.role {
        Role::Remark => Ok(text.to_owned()),
        Role::Office | Role::Text if text.is_empty() => Err("必须填写".to_owned()),
        Role::OneOf(words) if !words.contains(&text) => Err(format!("只能写{}", words.join("或"))),
        Role::Count => match number().and_then(Points::as_whole) {
            Some(count) if (0..=MOST).contains(&count) => Ok(count.to_string()),
            _ if text.is_empty() => Err("必须填写；没有的写 0".to_owned()),
            _ => Err("请写整数，如 0、12".to_owned()),
        },
        Role::Points | Role::Given => match number().filter(|points| *points >= Points::default()) {
            Some(points) => Ok(points.to_string()),
            None if text.is_empty() => Err("必须填写；没有得分的写 0".to_owned()),
            None => Err("请写得分，如 19.5，最多三位小数".to_owned()),
        },
        Role::Signed => match number().filter(|points| *points != Points::default()) {
            Some(points) => Ok(points.to_string()),
            None => Err("请写加减的分值，如 5 或 -2.5，不能是 0".to_owned()),
        },
        Role::Flag => match text {
            "1" | "１" | "是" | "有" | "√" => Ok("1".to_owned()),
            "0" | "０" | "否" | "无" | "×" => Ok("0".to_owned()),
            _ => Err("请写 1（是）或 0（否）".to_owned()),
        },
        _ => Ok(text.to_owned()),
    }
}

/// Words in which every date exists (documents.md, "Consistency checks", row 1).
fn existing(text: String, role: Role, year: i32) -> Result<String, String> {
    match no_such_day(&text, Some(year)).filter(|_| matches!(role, Role::Text | Role::Remark)) {
        Some(what) => Err(format!("{what}，请核对改正")),
        None => Ok(text),
    }
}

/// A row without what we compute ourselves.
fn given(form: &Form, cells: Cells) -> Cells {
    let keep = |(text, column): (String, &FormColumn)| if column.role.is_computed() { String::new() } else { text };
    cells.into_iter().zip(form.columns).map(keep).collect()
}

fn refuse_size(rows: &[(&Row, Cells)], bad: &[BadRow]) -> Result<(), Refusal> {
    if rows.is_empty() && bad.is_empty() {
        return Err(Refusal::Unreadable("表头下面没有任何一行".to_owned()));
    }
    if rows.len() > MOST_ROWS {
        return Err(Refusal::Unreadable(format!("超过{MOST_ROWS}行，不像是通报的附表，请检查后重试")));
    }
    Ok(())
}

/// One office twice, or one and the same row twice (documents.md, "Consistency checks", row 4).
fn twice(found: &Found<'_>, form: &Form, rows: &[(&Row, Cells)]) -> Vec<BadRow> {
    let Some(office) = form.of(Role::Office) else { return Vec::new() };
    let mut seen: HashMap<Vec<&String>, usize> = HashMap::new();
    let mut bad = Vec::new();
    for (row, cells) in rows {
        let whole = cells.iter().zip(form.columns).filter(|(_, column)| !column.role.is_computed());
        let key = if form.repeats { whole.map(|(text, _)| text).collect() } else { vec![&cells[office]] };
        if let Some(line) = seen.get(&key) {
            let what = if form.repeats { "完全相同" } else { "是同一个单位" };
            bad.push(BadRow::new(row, found.name(office), &cells[office], format!("与第{line}行{what}，请只留一行")));
        } else {
            seen.insert(key, row.line);
        }
    }
    bad
}

fn mistaken(
    found: &Found<'_>,
    ask: FormAsk<'_>,
    rows: &[(&Row, Cells)],
    cells: &[Cells],
    sums: Option<&(&Row, Cells)>,
) -> Vec<BadRow> {
    let wrong = disagreements(ask.form, ask.rules, ask.digits, cells).into_iter().map(|one| {
        let (row, text) = (rows[one.row].0, cells[one.row].get(one.column).map_or("", String::as_str));
        let is_computed = ask.form.columns[one.column].role.is_computed();
        let cure = if is_computed { CURE } else { CURE_GIVEN };
        BadRow::new(row, found.name(one.column), text, format!("{}；{cure}", one.why))
    });
    let summed = sums.into_iter().flat_map(|(row, printed)| {
        let wrong = wrong_sums(ask.form, cells, printed).into_iter();
        wrong.map(|(at, why)| BadRow::new(row, found.name(at), &printed[at], format!("{why}；请改正，或删去这一行")))
    });
    wrong.chain(summed).collect()
}

/// A head of two rows whose upper cells are not merged: the lower row takes what it lacks from above.
fn two_rowed(sheets: &[Sheet], form: &Form) -> Option<Vec<Sheet>> {
    if form.groups.is_empty() {
        return None;
    }
    let group = |row: &Row| {
        let titles = form.groups.iter().filter(|(title, _)| !title.is_empty());
        titles.into_iter().all(|(title, _)| row.cells.iter().any(|cell| header::normal(&cell.text) == *title))
    };
    let mut sheets = sheets.to_vec();
    for sheet in &mut sheets {
        let Some(at) = sheet.rows.iter().take(header::SEARCHED).position(group) else { continue };
        let upper = sheet.rows[at].clone();
        let Some(lower) = sheet.rows.get_mut(at + 1) else { continue };
        lower.cells.resize(lower.cells.len().max(upper.cells.len()), super::Cell::default());
        for (below, above) in lower.cells.iter_mut().zip(upper.cells) {
            if below.text.is_empty() {
                *below = above;
            }
        }
    }
    Some(sheets)
}

/// 12月份总分 above a table of November is the wrong file.
fn right_month(found: &Found<'_>, sheets: &[Sheet], ask: FormAsk<'_>) -> Result<(), Refusal> {
    let Period::Month(month) = ask.period else { return Ok(()) };
    for at in 0..ask.form.columns.len() {
        let Some(heading) = found.heading(sheets, at) else { continue };
        let told = heading.split_once("月份总分").and_then(|(number, _)| number.trim().parse::<u32>().ok());
        if told.is_some_and(|told| told != month.month) {
            let why = format!("表头写的是“{heading}”，--period 写的是 {}；请核对是不是拿错了表", ask.period);
            return Err(Refusal::Unreadable(why));
        }
    }
    Ok(())
}

/// What papers print for one column in several ways stays as the file has it.
fn headings(found: &Found<'_>, sheets: &[Sheet], form: &Form) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    for (at, column) in form.columns.iter().enumerate() {
        let Some(heading) = found.heading(sheets, at).map(header::normal) else { continue };
        let own = column.printed_as.iter().find(|printed| header::normal(printed) == heading);
        // 单 位 and 单位 are one heading; the form with the space is that of 商南 alone.
        let plain = header::normal(column.names[0]) == heading && form.chinese != "报送得分";
        if let Some(printed) = own.filter(|_| !plain) {
            kept.insert(column.names[0].to_owned(), (*printed).to_owned());
        }
    }
    kept
}

fn remarks(found: &Found<'_>, form: &Form, rows: &[(&Row, Cells)], waived: &[BadRow]) -> Vec<String> {
    let mut remarks = found.remarks.clone();
    let bare =
        |row: &BadRow| [CURE, CURE_GIVEN].iter().fold(row.to_string(), |s, cure| s.replace(&format!("；{cure}"), ""));
    remarks.extend(waived.iter().map(|row| format!("照原表印出，但{}", bare(row))));
    if let (Some(reported), Some(adopted)) = (form.column("报送信息"), form.column("采用信息")) {
        let number = |cells: &Cells, at: usize| Points::parse(&cells[at]).unwrap_or_default();
        let more = rows.iter().filter(|(_, cells)| number(cells, adopted) > number(cells, reported));
        let lines: Vec<String> = more.map(|(row, _)| row.line.to_string()).collect();
        if !lines.is_empty() {
            remarks.push(format!("采用的比报送的多（第{}行），请核对是不是填反了", lines.join("、")));
        }
    }
    remarks
}
