//! The list in the form that an import reads: what is exported and imported again changes nothing.

use super::CONTACT_COLUMNS;
use crate::domain::{Account, Contact, Moment, Person, Role, SourceRef, squeezed};
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

/// The columns of 责任人登记表, as offices fill it in.
const FORM_COLUMNS: [&str; 9] = [
    "序号",
    "单位名称",
    "分管领导",
    "职务",
    "联系电话(手机和固话)",
    "管理人员姓名",
    "职务",
    "联系电话(手机和固话)",
    "QQ号码",
];

/// 责任人登记表 with what is known: every office with those who serve it on that day, side by side; one of
/// whom nobody is known has an empty row, to be filled in. Whoever answers for a single account only stands
/// on the contact sheet, since the form has no place for that.
pub fn form_rows(offices: &[String], people: &[Person], on: NaiveDate) -> Vec<Vec<String>> {
    let mut rows = vec![FORM_COLUMNS.map(str::to_owned).to_vec()];
    for office in offices {
        let of = |role: Role| -> Vec<&Person> {
            let own = |person: &&Person| person.role == role && person.account.is_none() && person.serves_on(on);
            people.iter().filter(own).filter(|person| squeezed(&person.office) == squeezed(office)).collect()
        };
        let (leaders, managers) = (of(Role::Leader), of(Role::Operator));
        for n in 0..leaders.len().max(managers.len()).max(1) {
            let (leader, manager) = (leaders.get(n).copied(), managers.get(n).copied());
            rows.push(form_row(rows.len(), office, leader, manager).to_vec());
        }
    }
    rows
}

fn form_row(number: usize, office: &str, leader: Option<&Person>, manager: Option<&Person>) -> [String; 9] {
    let of = |person: Option<&Person>, part: fn(&Person) -> String| person.map_or_else(String::new, part);
    let (name, post) = (|person: &Person| person.name.clone(), |person: &Person| person.post.clone());
    [
        number.to_string(),
        office.to_owned(),
        of(leader, name),
        of(leader, post),
        of(leader, phones),
        of(manager, name),
        of(manager, post),
        of(manager, phones),
        of(manager, |person| person.qq.clone()),
    ]
}

fn phones(person: &Person) -> String {
    [&person.mobile, &person.landline]
        .into_iter()
        .filter(|text| !text.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(";")
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
