//! What a profile says about tables from elsewhere: weights, columns, order.

use super::form::Form;
use super::points::Points;
use crate::report::{Rounding, percent};
use std::collections::BTreeMap;

/// Where our own lists stand among the attachments.
pub const OURS: &str = "新媒体";

/// How rates print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Digits behind the point.
    pub decimals: u32,
    /// What happens to those behind them.
    pub rounding: Rounding,
}

impl Digits {
    /// `part` of `of` in per cent with its sign; of nothing it is a dash.
    pub fn rate(self, part: i64, of: i64) -> String {
        let [part, of] = [part, of].map(|number| usize::try_from(number).unwrap_or(0));
        let number = percent(part, of, self.decimals, self.rounding);
        if of == 0 { number } else { format!("{number}%") }
    }

    /// Those of a form, where it has its own.
    pub(super) fn of(self, form: &Form) -> Digits {
        Digits { decimals: form.decimals.unwrap_or(self.decimals), ..self }
    }
}

/// The part `[tables]` of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRules {
    /// Points of one report (documents.md, "Tallies (商南 form)": 0.2).
    pub reported: Points,
    /// Points of one report that was adopted (1).
    pub adopted: Points,
    /// Chinese words of forms, and [`OURS`], in the order of the attachments; what is not named follows.
    pub order: Vec<String>,
    /// By form: the headings that print.
    pub columns: BTreeMap<String, Vec<String>>,
    /// By form: the headings by which rows fall.
    pub sort: BTreeMap<String, Vec<String>>,
    /// What the first file of the office's words begins with; `None`: the usual form.
    pub words: Option<String>,
}

impl Default for TableRules {
    fn default() -> TableRules {
        let order = ["网站问题", "网站检查", OURS].map(str::to_owned).to_vec();
        let (reported, adopted) = (Points::thousandths(200), Points::whole(1));
        TableRules { reported, adopted, order, columns: BTreeMap::new(), sort: BTreeMap::new(), words: None }
    }
}

impl TableRules {
    /// The places of the columns that print.
    pub fn printed(&self, form: &Form) -> Vec<usize> {
        if form.is_blank {
            return (0..form.columns.len()).collect();
        }
        match self.columns.get(form.chinese) {
            Some(names) => names.iter().filter_map(|name| form.column(name)).collect(),
            None => form.printed.iter().filter_map(|name| form.column(name)).collect(),
        }
    }

    /// The places of the columns by which rows fall.
    pub fn sort(&self, form: &Form) -> Vec<usize> {
        match self.sort.get(form.chinese) {
            Some(names) => names.iter().filter_map(|name| form.column(name)).collect(),
            None => form.sort.iter().filter_map(|name| form.column(name)).collect(),
        }
    }

    /// Whether a form stands before our own lists, and its place among those of its side.
    pub fn place(&self, form: &Form) -> (bool, usize) {
        let ours = self.order.iter().position(|word| word == OURS).unwrap_or(0);
        let named = self.order.iter().position(|word| word == form.chinese);
        let shipped = Form::all().position(|other| other == form).unwrap_or(usize::MAX / 2);
        (named.is_some_and(|at| at < ours), named.unwrap_or(self.order.len() + shipped))
    }
}
