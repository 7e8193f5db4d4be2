//! Plans an import of the contact sheet (联系人): who would be added and changed.
//!
//! A row is a person in one role of one office (or for one account). A column that the file lacks
//! changes nothing; a blank cell clears what it stands for. People whom the file does not name stay as
//! they are: whoever leaves gets a last day, or `contact replace`.

mod change;
mod form;
mod phone;
mod wanted;

pub use change::PersonChange;

use super::header::{self, Column, Found};
use super::resolve::Resolver;
use super::{BadRow, Refusal, Row, Sheet};
use crate::domain::{Account, Person, Role, squeezed};
use std::collections::{BTreeMap, BTreeSet};
use wanted::Wanted;

/// The columns of an export, in the order of the sheet.
pub const CONTACT_COLUMNS: [&str; 13] =
    ["单位", "姓名", "角色", "职务", "手机", "固话", "邮箱", "QQ", "起", "止", "账号名称", "平台", "账号标识"];

const COLUMNS: &[Column] = &[
    Column {
        aliases: &["单位", "office", "单位名称", "单位名称(加盖公章)", "主办单位"], required: false
    },
    Column { aliases: &["姓名", "name", "联系人"], required: true },
    Column { aliases: &["角色", "role"], required: true },
    Column { aliases: &["职务", "post"], required: false },
    Column { aliases: &["手机", "mobile", "手机号", "手机号码"], required: false },
    Column { aliases: &["固话", "landline", "固定电话", "办公电话", "座机"], required: false },
    Column { aliases: &["邮箱", "email", "电子邮箱", "邮箱地址"], required: false },
    Column { aliases: &["QQ", "qq", "QQ号码", "QQ号"], required: false },
    Column { aliases: &["起", "from", "任职日期", "起始日期", "开始日期"], required: false },
    Column { aliases: &["止", "to", "离任日期", "截止日期", "结束日期"], required: false },
    Column { aliases: &["账号名称", "account", "账号"], required: false },
    Column { aliases: &["平台", "platform"], required: false },
    Column { aliases: &["账号标识", "handle"], required: false },
    Column { aliases: &["联系电话", "phone", "电话", "联系电话(手机和固话)"], required: false },
    Column { aliases: &["起止日期", "term", "任职起止", "任职时间", "起止"], required: false },
];

const OFFICE: usize = 0;
const NAME: usize = 1;
const ROLE: usize = 2;
const POST: usize = 3;
const MOBILE: usize = 4;
const LANDLINE: usize = 5;
const EMAIL: usize = 6;
const QQ: usize = 7;
const FROM: usize = 8;
const TO: usize = 9;
const ACCOUNT: usize = 10;
const PLATFORM: usize = 11;
const HANDLE: usize = 12;
const PHONE: usize = 13;
/// Both days in one cell.
const TERM: usize = 14;

/// What an import would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactPlan {
    /// The people to save, new ones with number 0.
    pub save: Vec<Person>,
    /// What changes, one entry for each of `save`.
    pub changes: Vec<PersonChange>,
    /// Rows that change nothing.
    pub unchanged: usize,
    /// Worth a word, but no fault (Chinese).
    pub remarks: Vec<String>,
}

/// Plans the import of a file into the sheet `known`.
///
/// # Errors
/// Every bad row, or that there is no table; then nothing is to be applied.
pub fn plan_contacts(sheets: &[Sheet], known: &[Person], accounts: &[Account]) -> Result<ContactPlan, Refusal> {
    let form = form::opened(sheets);
    let (sheets, is_form) = form.as_ref().map_or((sheets, false), |form| (form.as_slice(), true));
    let found = header::find(sheets, COLUMNS)?;
    if found.rows.is_empty() {
        return Err(Refusal::Unreadable("表头下面没有任何联系人".to_owned()));
    }
    let resolver = Resolver::new(accounts);
    let (mut bad, mut entries) = (Vec::new(), Vec::new());
    for row in &found.rows {
        match wanted::read(&found, row, &resolver) {
            Ok(wanted) => entries.push((*row, wanted)),
            Err(faults) => bad.extend(faults),
        }
    }
    refuse_twins(&entries, &mut bad);
    if !bad.is_empty() {
        return Err(found.refuse(bad));
    }
    let mut plan = plan(&found, &entries, known, is_form);
    plan.remarks = remarks(&found, &plan, known, accounts);
    Ok(plan)
}

/// One person in one role twice, with the same first day, cannot both be meant.
fn refuse_twins(entries: &[(&Row, Wanted)], bad: &mut Vec<BadRow>) {
    let mut seen: BTreeMap<_, usize> = BTreeMap::new();
    for (row, wanted) in entries {
        let key = (squeezed(&wanted.office), wanted.account, wanted.name.clone(), wanted.role, wanted.from);
        if let Some(first) = seen.insert(key, row.line) {
            let why = format!("与第{first}行是同一个人、同一个角色；请只留一行，先后两次任职请写不同的“起”");
            bad.push(BadRow::new(row, "姓名", &wanted.name, why));
        }
    }
}

fn plan(found: &Found<'_>, entries: &[(&Row, Wanted)], known: &[Person], is_form: bool) -> ContactPlan {
    let mut plan = ContactPlan::default();
    let mut taken: BTreeSet<i64> = BTreeSet::new();
    for (_, wanted) in entries {
        let before = wanted.same_as(known, &taken);
        taken.extend(before.map(|person| person.id));
        let after = wanted.applied(found, before, is_form);
        match PersonChange::between(before, &after) {
            Some(change) => {
                plan.changes.push(change);
                plan.save.push(after);
            }
            None => plan.unchanged += 1,
        }
    }
    plan
}

fn remarks(found: &Found<'_>, plan: &ContactPlan, known: &[Person], accounts: &[Account]) -> Vec<String> {
    let mut remarks = found.remarks.clone();
    remarks.extend(strangers(&plan.save, accounts));
    let silent: Vec<&str> =
        plan.save.iter().filter(|p| p.emails.is_empty() && !p.has_phone()).map(|p| p.name.as_str()).collect();
    if !silent.is_empty() {
        remarks.push(format!("没有邮箱也没有电话，无法联系：{}", silent.join("、")));
    }
    let by_phone = plan.save.iter().filter(|p| p.emails.is_empty() && p.has_phone()).count();
    if by_phone > 0 {
        remarks.push(format!("{by_phone}人没有邮箱，只能打电话；程序不会拿QQ号猜邮箱"));
    }
    if plan.save.iter().any(|person| person.role == Role::Clerk) {
        remarks.push("检查方在哪里收信以配置的 clerk_mail 为准，表中的检查方只作备查".to_owned());
    }
    if !plan.save.is_empty() && known.is_empty() {
        remarks.push("某单位某角色登记了有邮箱的人以后，台账里该角色的邮箱列不再使用；没有登记的照旧用台账".to_owned());
    }
    remarks
}

/// Offices that run no account and stand above none: a slip of the pen, or the list is not yet imported.
fn strangers(people: &[Person], accounts: &[Account]) -> Vec<String> {
    let offices: BTreeSet<String> =
        accounts.iter().flat_map(|account| [squeezed(&account.office), squeezed(&account.supervisor)]).collect();
    let names: BTreeSet<&str> = people
        .iter()
        .filter(|person| person.account.is_none() && !offices.contains(&squeezed(&person.office)))
        .map(|person| person.office.as_str())
        .collect();
    let near = |name: &str| {
        let far = |known: &&String| strsim::damerau_levenshtein(known, &squeezed(name));
        let nearest = offices.iter().filter(|known| !known.is_empty()).min_by_key(far);
        let close = nearest.filter(|known| far(known) <= (name.chars().count() / 4).max(1));
        close.map_or_else(String::new, |known| format!("（是不是“{known}”？）"))
    };
    let told: Vec<String> = names.iter().take(20).map(|name| format!("{name}{}", near(name))).collect();
    if told.is_empty() {
        return Vec::new();
    }
    let more = if names.len() > told.len() { format!("等{}个", names.len()) } else { String::new() };
    vec![format!("台账里没有账号属于这些单位，其联系人暂时收不到信：{}{more}", told.join("、"))]
}
