//! From the rows of a file to the rows of a table: scores, totals, rates, ranks, order. Pure.

use super::check::agrees;
use super::form::{Form, Role};
use super::points::Points;
use super::rules::{Digits, TableRules};
use crate::report::Cell;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The cells of one row, by the columns of its form; blank ones are empty.
pub type Cells = Vec<String>;

/// Rows whose computed cells are filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The rows in the order in which they print, by the columns of the form.
    pub rows: Vec<Vec<Cell>>,
    /// For each, its place among the rows of the file.
    pub origin: Vec<usize>,
}

/// Computes and orders. `digits` are those of rates. With `as_printed` a computed cell that has a text
/// keeps it, and so does the order.
pub fn fill(form: &Form, rules: &TableRules, digits: Digits, rows: &[Cells], as_printed: bool) -> Filled {
    let mut values: Vec<Vec<Cell>> = rows.iter().map(|row| computed_row(form, rules, digits.of(form), row)).collect();
    rank(form, &mut values);
    let mut origin: Vec<usize> = (0..rows.len()).collect();
    if as_printed {
        keep_printed(form, &mut values, rows);
    } else {
        let sort = rules.sort(form);
        let falling = |at: &usize| sort.iter().map(|column| Reverse(points(&values[*at][*column]))).collect::<Vec<_>>();
        origin.sort_by_key(falling);
        if form.once > 0 {
            bring_together(form, &values, &mut origin);
        }
    }
    let mut ordered: Vec<Vec<Cell>> = origin.iter().map(|at| values[*at].clone()).collect();
    number_rows(form, &mut ordered);
    Filled { rows: ordered, origin }
}

/// The number in a cell; text counts as nothing.
pub(super) fn points(cell: &Cell) -> Points {
    match cell {
        Cell::Text(text) => Points::parse(text).unwrap_or_default(),
        number => Points::parse(&number.text()).unwrap_or_default(),
    }
}

fn computed_row(form: &Form, rules: &TableRules, digits: Digits, row: &Cells) -> Vec<Cell> {
    let number = |at: usize| row.get(at).and_then(|text| Points::parse(text)).unwrap_or_default();
    let whole = |at: usize| number(at).as_whole().unwrap_or(0);
    let cell = |(at, column): (usize, &super::FormColumn)| match column.role {
        Role::Seq | Role::Rank(_) => Cell::Text(String::new()),
        Role::Count | Role::Flag | Role::Points | Role::Given | Role::Signed => number(at).cell(),
        Role::Score => counts(form)
            .map_or_else(Points::default, |(reported, adopted)| {
                rules.reported.times(whole(reported)).plus(rules.adopted.times(whole(adopted)))
            })
            .cell(),
        Role::Total => parts(form).map(number).fold(Points::default(), Points::plus).cell(),
        Role::Rate(part, of) => Cell::Text(digits.rate(whole(part), whole(of))),
        Role::Office | Role::Text | Role::Remark | Role::OneOf(_) => {
            Cell::Text(row.get(at).cloned().unwrap_or_default())
        }
    };
    form.columns.iter().enumerate().map(cell).collect()
}

/// The two counts that a score weighs: reported and adopted.
fn counts(form: &Form) -> Option<(usize, usize)> {
    let mut counts = (0..form.columns.len()).filter(|at| form.columns[*at].role == Role::Count);
    Some((counts.next()?, counts.next()?))
}

fn parts(form: &Form) -> impl Iterator<Item = usize> {
    (0..form.columns.len()).filter(|at| form.columns[*at].role == Role::Points)
}

/// Dense ranks: equal scores share one, and no number is left out.
fn rank(form: &Form, values: &mut [Vec<Cell>]) {
    for (at, column) in form.columns.iter().enumerate() {
        let Role::Rank(by) = column.role else { continue };
        let mut scores: Vec<Points> = values.iter().map(|row| points(&row[by])).collect();
        scores.sort_unstable_by_key(|score| Reverse(*score));
        scores.dedup();
        let ranks: BTreeMap<Points, i64> = scores.into_iter().zip(1..).collect();
        for row in values.iter_mut() {
            row[at] = Cell::Number(ranks.get(&points(&row[by])).copied().unwrap_or(1));
        }
    }
}

fn keep_printed(form: &Form, values: &mut [Vec<Cell>], rows: &[Cells]) {
    for (row, printed) in values.iter_mut().zip(rows) {
        for (at, column) in form.columns.iter().enumerate() {
            let text = printed.get(at).map_or("", String::as_str);
            let differs = !text.is_empty() && !agrees(column.role, text, &row[at]);
            if column.role.is_computed() && differs {
                row[at] = Points::parse(text).map_or_else(|| Cell::Text(text.to_owned()), Points::cell);
            }
        }
    }
}

/// The rows of one office stand together, where its first one stands.
fn bring_together(form: &Form, values: &[Vec<Cell>], origin: &mut [usize]) {
    let Some(office) = form.of(Role::Office) else { return };
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (place, at) in origin.iter().enumerate() {
        first.entry(values[*at][office].text()).or_insert(place);
    }
    origin.sort_by_key(|at| first.get(&values[*at][office].text()).copied());
}

/// 序号 runs without gaps; rows of one office that print it once have the same.
fn number_rows(form: &Form, rows: &mut [Vec<Cell>]) {
    let (Some(seq), office) = (form.of(Role::Seq), form.of(Role::Office)) else { return };
    let (mut number, mut last) = (0, None);
    for row in rows {
        let of = office.map(|office| row[office].text());
        if form.once == 0 || last != of || number == 0 {
            number += 1;
        }
        last = of;
        row[seq] = Cell::Number(number);
    }
}
