//! A table from elsewhere as the report prints it.

use super::fill::{Cells, Filled, fill};
use super::form::{Form, Role, Subtitle};
use super::rules::{Digits, TableRules};
use crate::domain::Period;
use crate::report::{Cell, Group, Table, period_words};
use chrono::{Datelike, Days};
use std::collections::BTreeMap;

/// Rows of a form that others fill in.
const BLANK_ROWS: i64 = 10;

/// A table as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// Its form.
    pub form: &'static Form,
    /// The period of the report that it belongs to.
    pub period: Period,
    /// Which one of several of its form, such as 各县区; may be empty.
    pub name: String,
    /// Place among those of its form.
    pub place: i64,
    /// The title, where it is not the form's.
    pub title: Option<String>,
    /// Headings that its file prints instead of the form's, by the form's.
    pub headings: BTreeMap<String, String>,
    /// The line below, where it is not the form's.
    pub note: Option<String>,
    /// Computed cells and order stay as the file has them.
    pub as_printed: bool,
    /// The rows, by the columns of the form.
    pub rows: Vec<Cells>,
}

/// How a profile prints tables.
#[derive(Clone, Copy, Debug)]
pub struct Style<'a> {
    /// Weights, columns, order.
    pub rules: &'a TableRules,
    /// How rates print.
    pub digits: Digits,
    /// The line of check dates; empty without checks.
    pub checks: Option<&'a str>,
}

impl Attachment {
    /// The rows with everything that is computed.
    pub fn filled(&self, style: Style<'_>) -> Filled {
        fill(self.form, style.rules, style.digits, &self.rows, self.as_printed)
    }

    /// The table, without the number of its attachment.
    pub fn table(&self, style: Style<'_>) -> Table {
        let printed = style.rules.printed(self.form);
        let cells = |row: Vec<Cell>| printed.iter().map(|at| row[*at].clone()).collect();
        let rows = match self.form.is_blank {
            true => (1..=BLANK_ROWS).map(|seq| self.blank_row(seq)).collect(),
            false => self.filled(style).rows.into_iter().map(cells).collect(),
        };
        let names: Vec<String> = printed.iter().map(|at| self.heading(*at)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let as_shipped = !style.rules.columns.contains_key(self.form.chinese);
        let groups = self.form.groups.iter().map(|(title, columns)| Group::new(title, *columns));
        Table {
            subtitle: self.subtitle(style),
            groups: if as_shipped { groups.collect() } else { Vec::new() },
            once: if as_shipped { self.form.once } else { 0 },
            note: self.noted(style),
            ..Table::new(self.key(), self.printed_title(), &names, rows)
        }
    }

    fn blank_row(&self, seq: i64) -> Vec<Cell> {
        let blank = |column: &super::FormColumn| match column.role {
            Role::Seq => Cell::Number(seq),
            _ => Cell::Text(String::new()),
        };
        self.form.columns.iter().map(blank).collect()
    }

    /// Name of its sheet and of its array in JSON.
    pub fn key(&self) -> String {
        let form = self.form.chinese;
        if self.name.is_empty() { form.to_owned() } else { format!("{form}（{}）", self.name) }
    }

    fn printed_title(&self) -> String {
        let title = self.title.as_deref().unwrap_or(self.form.title);
        title.replace("{period}", &period_words(self.period)).replace("{name}", &self.name)
    }

    fn heading(&self, at: usize) -> String {
        let name = self.form.columns[at].names[0];
        let month = match self.period {
            Period::Month(month) => format!("{}月份", month.month),
            Period::Quarter(_) | Period::Week(_) => "本季度".to_owned(),
        };
        self.headings.get(name).map_or(name, String::as_str).replace("{月}份", &month)
    }

    fn subtitle(&self, style: Style<'_>) -> Option<String> {
        match self.form.subtitle {
            Subtitle::None => None,
            Subtitle::Checks => style.checks.map(str::to_owned),
            Subtitle::Name => (!self.name.is_empty()).then(|| format!("({})", self.name)),
            Subtitle::Span => {
                let (first, last) = days(self.period)?;
                let day = |date: chrono::NaiveDate| format!("{}月{}日", date.month(), date.day());
                Some(format!("(监测时间：{}——{})", day(first), day(last)))
            }
        }
    }

    fn noted(&self, style: Style<'_>) -> Option<String> {
        let own = self.note.as_deref().filter(|note| !note.is_empty());
        let note = own.unwrap_or(self.form.note);
        let (reported, adopted) = (style.rules.reported.to_string(), style.rules.adopted.to_string());
        (!note.is_empty()).then(|| note.replace("{reported}", &reported).replace("{adopted}", &adopted))
    }
}

/// First and last day of a period.
pub(crate) fn days(period: Period) -> Option<(chrono::NaiveDate, chrono::NaiveDate)> {
    let (from, until) = match period {
        Period::Week(week) => (week.start(), week.end()),
        Period::Month(month) => month.span(),
        Period::Quarter(quarter) => quarter.span(),
    };
    Some((from.date(), until.date().checked_sub_days(Days::new(1))?))
}
