//! 台账和联系人表: a plan that was made of a file is kept whole, with who brought it.

use crate::domain::{Account, Moment};
use crate::import::{AccountPlan, ContactPlan};
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
