//! What a file prints against what follows from its own counts (documents.md, "Consistency checks", rows
//! 7, 11, 13 and 18).

use super::fill::{Cells, fill, points};
use super::form::{Form, Role};
use super::points::Points;
use super::rules::{Digits, TableRules};
use crate::report::Cell;

/// Something in a row that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Row of the file, from 0.
    pub row: usize,
    /// Column of the form.
    pub column: usize,
    /// Both figures, and why (Chinese).
    pub why: String,
}

/// Every cell that does not agree with the others.
pub fn disagreements(form: &Form, rules: &TableRules, digits: Digits, rows: &[Cells]) -> Vec<Disagreement> {
    let filled = fill(form, rules, digits, rows, false);
    let mut found = Vec::new();
    for (values, row) in filled.rows.iter().zip(&filled.origin) {
        let printed = &rows[*row];
        let mut note = |column: usize, why: String| found.push(Disagreement { row: *row, column, why });
        for (at, column) in form.columns.iter().enumerate() {
            let text = printed.get(at).map_or("", String::as_str);
            if !text.is_empty() && column.role.is_computed() && !agrees(column.role, text, &values[at]) {
                let ours = values[at].text();
                note(at, format!("原表是{text}，{}应为{ours}", reason(column.role, form, rules)));
            }
        }
        if let Some((at, why)) = contradiction(form, printed, values) {
            note(at, why);
        }
    }
    found.sort_by_key(|one| (one.row, one.column));
    found
}

/// Whether a printed cell says what ours says, however it writes it.
pub(super) fn agrees(role: Role, printed: &str, ours: &Cell) -> bool {
    match role {
        Role::Seq => true,
        Role::Rate(..) => same_rate(printed, &ours.text()),
        _ => Points::parse(printed) == Some(points(ours)),
    }
}

/// 79%, 79.0% and a spreadsheet's 0.79 are one rate.
fn same_rate(printed: &str, ours: &str) -> bool {
    let plain = |text: &str| text.trim_end_matches(['%', '％', '‰']).to_owned();
    let (read, wanted) = (Points::parse(&plain(printed)), Points::parse(&plain(ours)));
    let hundred_times = read.filter(|_| !printed.ends_with(['%', '％'])).map(|share| share.times(100));
    printed == ours || (wanted.is_some() && (read == wanted || hundred_times == wanted))
}

fn reason(role: Role, form: &Form, rules: &TableRules) -> String {
    match role {
        Role::Score => format!("按报送{}分、采用{}分", rules.reported, rules.adopted),
        Role::Total => "按各项得分相加".to_owned(),
        Role::Rank(by) => format!("按{}排名（并列同名次，名次不跳）", form.columns[by].names[0]),
        Role::Rate(part, of) => format!("按{}除以{}", form.columns[part].names[0], form.columns[of].names[0]),
        _ => String::new(),
    }
}

fn contradiction(form: &Form, printed: &Cells, values: &[Cell]) -> Option<(usize, String)> {
    let flags: Vec<usize> = form.exclusive.iter().filter_map(|name| form.column(name)).collect();
    let set = flags.iter().filter(|at| points(&values[**at]) == Points::whole(1)).count();
    if let Some(first) = flags.first().filter(|_| set != 1) {
        return Some((*first, format!("{}中应有且只有一个是1，现有{set}个", form.exclusive.join("、"))));
    }
    let (last, remark) = (flags.last(), form.columns.iter().position(|column| column.names[0] == "异常情况说明"));
    if let (Some(last), Some(remark)) = (last, remark)
        && points(&values[*last]) == Points::whole(1)
        && !printed.get(remark).map_or("", String::as_str).is_empty()
    {
        return Some((remark, format!("{}是1，却有异常情况说明", form.columns[*last].names[0])));
    }
    let (result, problems) = (form.column("检查结果")?, form.column("存在问题")?);
    let none = ["", "无", "无问题"].contains(&printed.get(problems).map_or("", String::as_str));
    (printed[result] == "不合格" && none).then(|| (problems, "检查结果是不合格，却没有写存在问题".to_owned()))
}

/// Sums of a row 合计 that do not hold.
pub fn wrong_sums(form: &Form, rows: &[Cells], sums: &Cells) -> Vec<(usize, String)> {
    let summed = |role: Role| matches!(role, Role::Count | Role::Points | Role::Flag);
    let sum = |at: usize| {
        let of = |row: &Cells| row.get(at).and_then(|text| Points::parse(text)).unwrap_or_default();
        rows.iter().map(of).fold(Points::default(), Points::plus)
    };
    let wrong = |(at, column): (usize, &super::FormColumn)| {
        let printed = sums.get(at).filter(|text| !text.is_empty() && summed(column.role))?;
        (Points::parse(printed) != Some(sum(at))).then(|| (at, format!("原表合计是{printed}，各行相加是{}", sum(at))))
    };
    form.columns.iter().enumerate().filter_map(wrong).collect()
}
