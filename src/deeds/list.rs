//! 台账和联系人表: a plan that was made of a file is kept whole, with who brought it.

use super::Refusal;
use crate::config::Config;
use crate::domain::{Account, Moment};
use crate::import::{self, AccountPlan, Cell, ContactPlan, Row, Sheet, plan_accounts};
use crate::store::{StoreError, Transaction, accounts, contacts, meta};

/// Keeps what a file of accounts changes. `file` is its name, for the audit trail.
///
/// # Errors
/// Those of SQLite.
pub fn save_accounts(
    tx: &Transaction<'_>,
    plan: &AccountPlan,
    (by, file): (&str, &str),
    now: Moment,
) -> Result<(), StoreError> {
    // Whoever gives up a name or a handle does so before another takes it.
    let (new, changed): (Vec<&Account>, Vec<&Account>) = plan.save.iter().partition(|account| account.id.0 == 0);
    for account in &changed {
        audit_rename(tx, account, by, now)?;
    }
    for account in changed.iter().chain(&new) {
        accounts::save(tx, account)?;
    }
    meta::audit(tx, now, by, "account.import", &format!("{file}：{}个账号有变化", plan.save.len()))
}

/// What somebody says of one account: the words of the columns of the list.
pub type Told<'a> = [(&'static str, &'a str)];

/// Puts one new account on the list: the same as a file with this one row, refused and kept like one, but it
/// changes no account that is there. Returns its title.
///
/// # Errors
/// All that is wrong with it, a line each; where the list has it already.
pub fn add_one(
    tx: &Transaction<'_>,
    config: &Config,
    told: &Told<'_>,
    by: &str,
    now: Moment,
) -> Result<String, Refusal> {
    let sources: Vec<&str> = config.sources.keys().map(String::as_str).collect();
    let plan = plan_accounts(&[as_sheet(told)], &accounts::all(tx)?, &sources, now).map_err(wrong)?;
    match (plan.save.as_slice(), plan.changes.as_slice()) {
        ([account], [change]) if change.added => {
            let title = account.title();
            save_accounts(tx, &plan, (by, &format!("逐个登记 {title}")), now)?;
            let remarks: Vec<String> = plan.remarks.iter().map(|remark| format!("\n{remark}")).collect();
            Ok(format!("{title}{}", remarks.concat()))
        }
        ([account], _) => Err(Refusal::state(format!(
            "台账里已经有{}，内容和这里写的不一样，没有改动；要修改请用“导入”",
            account.title()
        ))),
        _ => Err(Refusal::state("台账里已经有这个账号，内容一样，没有重复登记")),
    }
}

fn as_sheet(told: &Told<'_>) -> Sheet {
    let row = |line, cells: Vec<Cell>| Row { line, cells };
    let heading = told.iter().map(|(column, _)| Cell::of(column)).collect();
    let values = told.iter().map(|(_, value)| Cell::of(value)).collect();
    Sheet { rows: vec![row(1, heading), row(2, values)], ..Sheet::default() }
}

/// Without the line of a file that nobody wrote.
fn wrong(refusal: import::Refusal) -> Refusal {
    match refusal {
        import::Refusal::Unreadable(_) => Refusal::field("name", "没有登记：账号名称和平台要填"),
        import::Refusal::Rows(bad) => {
            let lines = bad.rows.iter().map(|row| format!("\n{}：{}", row.column, row.problem));
            let why = format!("没有登记，请改好下面{}处{}", bad.rows.len(), lines.collect::<String>());
            let field = bad.rows.iter().find_map(|row| field(&row.column));
            field.map_or_else(|| Refusal::wish(&why), |field| Refusal::field(field, &why))
        }
    }
}

/// What a form calls a column.
fn field(column: &str) -> Option<&'static str> {
    const FIELDS: [(&str, &str); 7] = [
        ("账号名称", "name"),
        ("平台", "platform"),
        ("账号标识", "handle"),
        ("主办单位", "office"),
        ("运维邮箱", "mail"),
        ("来源", "source"),
        ("来源参数", "key"),
    ];
    FIELDS.iter().find(|(name, _)| *name == column).map(|(_, field)| *field)
}

/// A new name is told in the weekly summary.
fn audit_rename(tx: &Transaction<'_>, account: &Account, by: &str, now: Moment) -> Result<(), StoreError> {
    let Some(before) = accounts::one(tx, account.id)?.filter(|before| before.name != account.name) else {
        return Ok(());
    };
    let told = format!("{}（原名{}，{}）", account.name, before.name, account.platform.name());
    meta::audit(tx, now, by, "account.rename", &told)
}

/// Keeps what a file of contacts changes. `file` is its name, for the audit trail.
///
/// # Errors
/// Those of SQLite.
pub fn save_contacts(
    tx: &Transaction<'_>,
    plan: &ContactPlan,
    (by, file): (&str, &str),
    now: Moment,
) -> Result<(), StoreError> {
    for person in &plan.save {
        contacts::save(tx, person)?;
    }
    meta::audit(tx, now, by, "contact.import", &format!("{file}：{}人有变化", plan.save.len()))
}
