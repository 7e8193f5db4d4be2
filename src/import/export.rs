//! The list in the form that an import reads: what is exported and imported again changes nothing.

use super::CONTACT_COLUMNS;
use crate::domain::{Account, Contact, Moment, Person, Role, SourceRef};
use chrono::NaiveDate;

/// The columns of an export, in the order of the design.
pub const ACCOUNT_COLUMNS: [&str; 13] = [
    "账号名称",
    "平台",
    "账号标识",
    "主办单位",
    "主管单位",
    "运维邮箱",
    "分管领导邮箱",
    "主管邮箱",
    "状态",
    "开设日期",
    "来源",
    "来源参数",
    "每周次数",
];

/// Heading and one row per account.
pub fn account_rows(accounts: &[Account], now: Moment) -> Vec<Vec<String>> {
    let heading = ACCOUNT_COLUMNS.map(str::to_owned).to_vec();
    std::iter::once(heading).chain(accounts.iter().map(|account| account_row(account, now).to_vec())).collect()
}

/// One account in the columns of [`ACCOUNT_COLUMNS`]. A quota that begins only next Monday is the one
/// that stands here.
pub fn account_row(account: &Account, now: Moment) -> [String; 13] {
    let email = |role| emails(&account.contacts, role);
    let joined = |part: fn(&SourceRef) -> &str| account.sources.iter().map(part).collect::<Vec<_>>().join(";");
    [
        account.name.clone(),
        account.platform.name().to_owned(),
        account.handle.clone().unwrap_or_default(),
        account.office.clone(),
        account.supervisor.clone(),
        email(Role::Operator),
        email(Role::Leader),
        email(Role::Supervisor),
        account.state_at(now).chinese().to_owned(),
        account.opened_on.map_or_else(String::new, |date| date.to_string()),
        joined(|of| &of.source),
        joined(|of| &of.key),
        account.quotas.last().map_or_else(String::new, |(_, quota)| quota.to_string()),
    ]
}

/// The addresses of a role, as they stand in one cell.
fn emails(contacts: &[Contact], role: Role) -> String {
    contacts.iter().filter(|c| c.role == role).map(|c| c.email.as_str()).collect::<Vec<_>>().join(";")
}

/// Heading and one row per person, in the columns of [`CONTACT_COLUMNS`].
pub fn contact_rows(people: &[Person], accounts: &[Account]) -> Vec<Vec<String>> {
    let heading = CONTACT_COLUMNS.map(str::to_owned).to_vec();
    std::iter::once(heading).chain(people.iter().map(|person| contact_row(person, accounts).to_vec())).collect()
}

fn contact_row(person: &Person, accounts: &[Account]) -> [String; 13] {
    let account = accounts.iter().find(|account| Some(account.id) == person.account);
    let of = |part: fn(&Account) -> String| account.map_or_else(String::new, part);
    let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    [
        person.office.clone(),
        person.name.clone(),
        person.role_chinese(),
        person.post.clone(),
        person.mobile.clone(),
        person.landline.clone(),
        person.emails.join(";"),
        person.qq.clone(),
        day(person.from),
        day(person.to),
        of(|account| account.name.clone()),
        of(|account| account.platform.name().to_owned()),
        of(|account| account.handle.clone().unwrap_or_default()),
    ]
}
