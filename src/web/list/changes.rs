//! What a file would change, row by row, as a page shows it.

use crate::domain::{Account, Moment};
use crate::import::{self, AccountPlan, ContactPlan, account_row};
use minijinja::{Value, context};

/// One change, for the page; those that stop an account come first, new ones last.
pub(super) struct Row {
    pub(super) order: u8,
    said: String,
    title: String,
    sub: String,
    fields: Vec<(String, String, String)>,
}

impl Row {
    pub(super) fn new(order: u8, said: &str, (title, sub): (&str, &str), fields: Vec<(String, String, String)>) -> Row {
        Row { order, said: said.to_owned(), title: title.to_owned(), sub: sub.to_owned(), fields }
    }

    /// For the template.
    pub(super) fn value(&self) -> Value {
        let fields: Vec<Value> = self
            .fields
            .iter()
            .map(|(column, before, after)| context! { column => column, before => before, after => after })
            .collect();
        let word = ["problem", "suspected", "good"][usize::from(self.order.min(2))];
        context! { word, said => self.said.clone(), title => self.title.clone(), sub => self.sub.clone(), fields, added => self.order == 2 }
    }
}

/// What becomes of accounts.
pub(super) fn account_changes(plan: &AccountPlan) -> Vec<Row> {
    let mut rows: Vec<Row> =
        plan.changes.iter().zip(&plan.save).map(|(change, after)| account_change(change, after)).collect();
    rows.sort_by_key(|row| row.order);
    rows
}

fn account_change(change: &import::Change, after: &Account) -> Row {
    let state = change.fields.iter().find(|field| field.column == "状态");
    let (order, said) = match (change.added, state) {
        (true, _) => (2, "新增".to_owned()),
        (false, Some(state)) => (0, format!("改为{}", state.after)),
        (false, None) => (1, "修改".to_owned()),
    };
    let fields = if change.added { filled(after) } else { differing(change) };
    Row { order, said, title: change.account.clone(), sub: change.platform.clone(), fields }
}

fn differing(change: &import::Change) -> Vec<(String, String, String)> {
    let fields = change.fields.iter();
    fields.map(|field| (field.column.to_owned(), field.before.clone(), field.after.clone())).collect()
}

/// What a new account says of itself besides its name and platform.
fn filled(account: &Account) -> Vec<(String, String, String)> {
    let columns = import::ACCOUNT_COLUMNS.into_iter().zip(account_row(account, Moment::MAX)).skip(2);
    let said = columns.filter(|(_, text)| !text.is_empty());
    said.map(|(column, text)| (column.to_owned(), String::new(), text)).collect()
}

/// What becomes of people; `new` has the heading and a row for each.
pub(super) fn contact_changes(plan: &ContactPlan, new: &[Vec<String>]) -> Vec<Row> {
    let mut rows: Vec<Row> = plan
        .changes
        .iter()
        .zip(new.iter().skip(1))
        .map(|(change, cells)| {
            let (order, said) = if change.added { (2, "新增") } else { (1, "修改") };
            let filled = import::CONTACT_COLUMNS.into_iter().zip(cells).skip(3).filter(|(_, text)| !text.is_empty());
            let fields = if change.added {
                filled.map(|(column, text)| (column.to_owned(), String::new(), text.clone())).collect()
            } else {
                change.fields.iter().map(|(c, was, is)| ((*c).to_owned(), was.clone(), is.clone())).collect()
            };
            let sub = format!("{}　{}", change.office, change.role);
            Row { order, said: said.to_owned(), title: change.name.clone(), sub, fields }
        })
        .collect();
    rows.sort_by_key(|row| row.order);
    rows
}
