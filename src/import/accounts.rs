//! Plans an import of the list (台账): what would be added, changed and renamed.
//!
//! A row is the account with its platform and handle; without a handle, the one with its platform and
//! name. A column that the file lacks changes nothing. A blank cell clears office, supervisor, date,
//! sources and addresses, means 正常运行 in 状态, and leaves handle and 每周次数 as they are.

use super::header::{self, Column, Found, lost_digits};
use super::{BadRow, Refusal, Row, Sheet};
use crate::domain::{Account, AccountId, Contact, Moment, Platform, PlatformNote, Role, SourceRef, State, StateChange};
use crate::mail::address::check_address;
use cuigeng_adapters::time::parse_date;
use std::collections::{HashMap, HashSet};

const COLUMNS: &[Column] = &[
    Column {
        aliases: &["账号名称", "name", "账号", "名称", "政务新媒体", "政务新媒体名称", "新媒体名称"],
        required: true,
    },
    Column { aliases: &["平台", "platform", "平台类型", "新媒体类型"], required: true },
    Column { aliases: &["账号标识", "handle", "账号ID", "平台账号ID"], required: false },
    Column { aliases: &["主办单位", "office"], required: false },
    Column { aliases: &["主管单位", "supervisor"], required: false },
    Column { aliases: &["运维邮箱", "operator_email", "运维人员邮箱"], required: false },
    Column { aliases: &["分管领导邮箱", "leader_email"], required: false },
    Column { aliases: &["主管邮箱", "supervisor_email", "主管单位邮箱"], required: false },
    Column { aliases: &["状态", "state", "备案状态"], required: false },
    Column { aliases: &["开设日期", "opened_on", "开设时间"], required: false },
    Column { aliases: &["来源", "source"], required: false },
    Column { aliases: &["来源参数", "source_key"], required: false },
    Column { aliases: &["每周次数", "quota", "更新频率"], required: false },
];

const NAME: usize = 0;
const PLATFORM: usize = 1;
const HANDLE: usize = 2;
const OFFICE: usize = 3;
const SUPERVISOR: usize = 4;
const STATE: usize = 8;
const OPENED: usize = 9;
const SOURCE: usize = 10;
const SOURCE_KEY: usize = 11;
const QUOTA: usize = 12;
const MAIL: [(usize, Role); 3] = [(5, Role::Operator), (6, Role::Leader), (7, Role::Supervisor)];

/// What an import would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountPlan {
    /// The accounts to save, new ones with number 0.
    pub save: Vec<Account>,
    /// What changes, a line each (Chinese).
    pub diff: Vec<String>,
    /// Rows that change nothing.
    pub unchanged: usize,
    /// Accounts that the file does not name; nothing happens to them.
    pub missing: usize,
    /// Worth a word, but no fault (Chinese).
    pub remarks: Vec<String>,
}

/// Plans the import of a file.
///
/// # Errors
/// Every bad row, or that there is no table; then nothing is to be applied.
pub fn plan_accounts(
    sheets: &[Sheet],
    known: &[Account],
    sources: &[&str],
    now: Moment,
) -> Result<AccountPlan, Refusal> {
    let found = header::find(sheets, COLUMNS)?;
    let mut bad = Vec::new();
    let mut remarks: Vec<String> = found.unknown.iter().map(|name| format!("不认识的列“{name}”，已忽略")).collect();
    let read: Vec<(&Row, Wanted)> =
        found.rows.iter().filter_map(|row| wanted(&found, row, &mut bad).map(|w| (row, w))).collect();
    refuse_twins(&read, &mut bad);
    let matched = match_all(&read, known, &mut bad);
    if found.rows.is_empty() {
        return Err(Refusal::Unreadable("表头下面没有任何账号".to_owned()));
    }
    if !bad.is_empty() {
        bad.sort_by_key(|row| row.line);
        return Err(Refusal::Rows(bad));
    }
    remark_platforms(&read, &mut remarks);
    remark_sources(&read, sources, &mut remarks);
    Ok(plan(&found, &read, &matched, known, remarks, now))
}

/// What one row says.
struct Wanted {
    name: String,
    platform: Platform,
    note: Option<PlatformNote>,
    handle: Option<String>,
    office: String,
    supervisor: String,
    contacts: Vec<(Role, Vec<String>)>,
    state: State,
    opened_on: Option<chrono::NaiveDate>,
    sources: Vec<SourceRef>,
    quota: Option<u32>,
}

fn wanted(found: &Found<'_>, row: &Row, bad: &mut Vec<BadRow>) -> Option<Wanted> {
    let before = bad.len();
    for column in 0..COLUMNS.len() {
        if let Some(fault) = found.fault(row, column) {
            bad.push(BadRow::new(row, found.name(column), found.text(row, column), fault));
        }
    }
    let text = |column| found.text(row, column);
    let mut fail = |column: usize, why: String| bad.push(BadRow::new(row, found.name(column), text(column), why));
    for column in [NAME, PLATFORM] {
        if text(column).is_empty() {
            fail(column, "必须填写".to_owned());
        }
    }
    for column in [HANDLE, SOURCE_KEY] {
        if lost_digits(text(column)) {
            fail(column, "被 Excel 变成了科学计数法，末尾的数字已丢失；请把该列设为文本格式后重新填写".to_owned());
        }
    }
    let (platform, note) = Platform::parse(text(PLATFORM));
    let contacts = MAIL.map(|(column, role)| {
        (
            role,
            addresses(text(column)).unwrap_or_else(|why| {
                fail(column, why);
                Vec::new()
            }),
        )
    });
    let state = State::parse(text(STATE)).unwrap_or_else(|| {
        fail(STATE, "状态只能写：正常运行、关停公告中、已注销、暂停".to_owned());
        State::Running
    });
    let opened_on = opened(text(OPENED)).unwrap_or_else(|| {
        fail(OPENED, "日期请写成 2022-06-07".to_owned());
        None
    });
    let sources = sources(text(SOURCE), text(SOURCE_KEY)).unwrap_or_else(|why| {
        fail(SOURCE, why);
        Vec::new()
    });
    let quota = quota(text(QUOTA)).unwrap_or_else(|| {
        fail(QUOTA, "每周次数请写 0 至 99 的整数".to_owned());
        None
    });
    let handle = Some(text(HANDLE).to_owned()).filter(|handle| !handle.is_empty());
    let own = |column| text(column).to_owned();
    let (name, office, supervisor) = (own(NAME), own(OFFICE), own(SUPERVISOR));
    let wanted = Wanted {
        name,
        platform,
        note,
        handle,
        office,
        supervisor,
        contacts: contacts.into(),
        state,
        opened_on,
        sources,
        quota,
    };
    (bad.len() == before).then_some(wanted)
}

/// Several addresses may stand in one cell.
fn addresses(text: &str) -> Result<Vec<String>, String> {
    let parts =
        text.split([';', '；', ',', '，', '、', '\n', '\r', ' ', '\t', '\u{3000}']).filter(|part| !part.is_empty());
    let mut found: Vec<String> = Vec::new();
    for part in parts {
        check_address(part)?;
        if !found.iter().any(|known| known == part) {
            found.push(part.to_owned());
        }
    }
    Ok(found)
}

fn opened(text: &str) -> Option<Option<chrono::NaiveDate>> {
    if text.is_empty() {
        return Some(None);
    }
    parse_date(text).or_else(|| super::times::moment(text).map(Moment::date)).map(Some)
}

fn quota(text: &str) -> Option<Option<u32>> {
    if text.is_empty() {
        return Some(None);
    }
    text.parse().ok().filter(|quota| *quota <= 99).map(Some)
}

fn sources(names: &str, keys: &str) -> Result<Vec<SourceRef>, String> {
    let split = |text: &str| -> Vec<String> {
        text.split([';', '；', '\n']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let names = split(names);
    let keys = if names.len() == 1 { vec![keys.trim().to_owned()] } else { split(keys) };
    if names.len() != keys.len() && !names.is_empty() {
        return Err(format!("写了{}个来源，却有{}个来源参数；多个之间用分号隔开，个数要一样", names.len(), keys.len()));
    }
    Ok(names.into_iter().zip(keys).map(|(source, key)| SourceRef { source, key }).collect())
}

/// Two rows of one name and platform without different handles, or of one handle, refuse the file.
fn refuse_twins(read: &[(&Row, Wanted)], bad: &mut Vec<BadRow>) {
    let mut by_name: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    let mut by_handle: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (i, (_, wanted)) in read.iter().enumerate() {
        by_name.entry((&wanted.name, wanted.platform.name())).or_default().push(i);
        if let Some(handle) = &wanted.handle {
            by_handle.entry((handle, wanted.platform.name())).or_default().push(i);
        }
    }
    for twins in by_handle.values().filter(|twins| twins.len() > 1) {
        tell_twins(read, twins, HANDLE, "同一平台上的账号标识重复", bad);
    }
    for twins in by_name.values().filter(|twins| twins.len() > 1) {
        if twins.iter().any(|i| read[*i].1.handle.is_none()) {
            tell_twins(
                read,
                twins,
                NAME,
                "同一平台上的账号名称重复，又没有各自的账号标识，分不清是不是同一个账号；请删去重复行，或填写账号标识",
                bad,
            );
        }
    }
}

fn tell_twins(read: &[(&Row, Wanted)], twins: &[usize], column: usize, why: &str, bad: &mut Vec<BadRow>) {
    let lines: Vec<String> = twins.iter().map(|i| read[*i].0.line.to_string()).collect();
    for i in twins {
        let (row, wanted) = &read[*i];
        let value = if column == HANDLE { wanted.handle.as_deref().unwrap_or_default() } else { &wanted.name };
        bad.push(BadRow::new(row, COLUMNS[column].aliases[0], value, format!("{why}（第{}行）", lines.join("、"))));
    }
}

/// For each row the place of the account that it is, or `None` for a new one.
fn match_all(read: &[(&Row, Wanted)], known: &[Account], bad: &mut Vec<BadRow>) -> Vec<Option<usize>> {
    let index = Index::new(known);
    let mut taken: HashMap<usize, usize> = HashMap::new();
    let mut matched = Vec::new();
    for (row, wanted) in read {
        let place = match index.find(known, wanted) {
            Ok(place) => place,
            Err(why) => {
                bad.push(BadRow::new(row, COLUMNS[NAME].aliases[0], &wanted.name, why));
                None
            }
        };
        if let Some(first) = place.and_then(|place| taken.insert(place, row.line)) {
            bad.push(BadRow::new(
                row,
                COLUMNS[NAME].aliases[0],
                &wanted.name,
                format!("与第{first}行是同一个账号，请只保留一行"),
            ));
        }
        matched.push(place);
    }
    matched
}

struct Index<'a> {
    by_handle: HashMap<(&'a str, &'a str), usize>,
    by_name: HashMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(known: &'a [Account]) -> Index<'a> {
        let mut index = Index { by_handle: HashMap::new(), by_name: HashMap::new() };
        for (i, account) in known.iter().enumerate() {
            if let Some(handle) = &account.handle {
                index.by_handle.insert((account.platform.name(), handle), i);
            }
            index.by_name.entry((account.platform.name(), &account.name)).or_default().push(i);
        }
        index
    }

    fn find(&self, known: &[Account], wanted: &Wanted) -> Result<Option<usize>, String> {
        let same_name =
            self.by_name.get(&(wanted.platform.name(), wanted.name.as_str())).map_or(&[][..], Vec::as_slice);
        if let Some(handle) = &wanted.handle {
            let by_handle = self.by_handle.get(&(wanted.platform.name(), handle.as_str())).copied();
            let without = same_name.iter().copied().find(|i| known[*i].handle.is_none());
            return Ok(by_handle.or(without));
        }
        match same_name {
            [] => self.former(known, wanted),
            [one] => Ok(Some(*one)),
            _ => Err("台账中有几个同名账号，请填写账号标识以示区别".to_owned()),
        }
    }

    /// A name that an account bore before is more likely an old file than a new account.
    fn former(&self, known: &[Account], wanted: &Wanted) -> Result<Option<usize>, String> {
        let bore =
            |account: &&Account| account.platform == wanted.platform && account.former_names.contains(&wanted.name);
        match known.iter().find(bore) {
            Some(account) => Err(format!("这是“{}”的曾用名；请改用现名，若是另一个账号请填写账号标识", account.name)),
            None => Ok(None),
        }
    }
}

fn remark_platforms(read: &[(&Row, Wanted)], remarks: &mut Vec<String>) {
    let mut said = HashSet::new();
    for (row, wanted) in read {
        let line = row.line;
        let remark = match &wanted.note {
            Some(PlatformNote::WhichWechat) => {
                format!("第{line}行起有账号只写了“微信”，已按微信订阅号处理；是服务号的请把平台写成“微信服务号”")
            }
            Some(PlatformNote::ServiceAccount) if wanted.quota.is_none() => {
                format!("第{line}行起有微信服务号：每月只能群发4次，达不到每周两次；请与检查方确认后在“每周次数”写 1")
            }
            Some(PlatformNote::NearMiss(known)) => {
                format!("第{line}行的平台“{}”不认识，是不是“{known}”？已照原样保存", wanted.platform)
            }
            _ => continue,
        };
        let key = (wanted.note.as_ref().map(std::mem::discriminant), wanted.platform.name().to_owned());
        if said.insert(key) {
            remarks.push(remark);
        }
    }
}

fn remark_sources(read: &[(&Row, Wanted)], sources: &[&str], remarks: &mut Vec<String>) {
    let mut said = HashSet::new();
    for (row, wanted) in read {
        for of in wanted.sources.iter().filter(|of| !sources.contains(&of.source.as_str())) {
            if said.insert(&of.source) {
                let known = if sources.is_empty() {
                    "配置文件里还没有任何来源".to_owned()
                } else {
                    format!("已配置的有：{}", sources.join("、"))
                };
                remarks.push(format!(
                    "第{}行的来源“{}”在配置文件中没有（{known}），配好之前看不到这些账号",
                    row.line, of.source
                ));
            }
        }
    }
}

fn plan(
    found: &Found<'_>,
    read: &[(&Row, Wanted)],
    matched: &[Option<usize>],
    known: &[Account],
    remarks: Vec<String>,
    now: Moment,
) -> AccountPlan {
    let mut plan = AccountPlan { remarks, ..AccountPlan::default() };
    let mut position = known.iter().map(|account| account.position + 1).max().unwrap_or(0);
    for ((_, wanted), place) in read.iter().zip(matched) {
        let before = place.map(|place| &known[place]);
        let after = apply(found, wanted, before, now, position);
        position += i64::from(before.is_none());
        match before {
            None => plan.diff.push(format!("新增 {}", after.title())),
            Some(before) if *before == after => plan.unchanged += 1,
            Some(before) => plan.diff.push(super::write::difference(before, &after)),
        }
        if before != Some(&after) {
            plan.save.push(after);
        }
    }
    plan.missing = known.len() - matched.iter().flatten().count();
    plan
}

fn apply(found: &Found<'_>, wanted: &Wanted, before: Option<&Account>, now: Moment, position: i64) -> Account {
    let mut account = before.cloned().unwrap_or_else(|| blank(wanted, position));
    if account.name != wanted.name {
        account.former_names.retain(|name| *name != wanted.name);
        account.former_names.push(std::mem::replace(&mut account.name, wanted.name.clone()));
    }
    if wanted.handle.is_some() {
        account.handle.clone_from(&wanted.handle);
    }
    let has = |column| found.has(column);
    if has(OFFICE) {
        account.office.clone_from(&wanted.office);
    }
    if has(SUPERVISOR) {
        account.supervisor.clone_from(&wanted.supervisor);
    }
    if has(OPENED) {
        account.opened_on = wanted.opened_on;
    }
    if has(SOURCE) {
        account.sources.clone_from(&wanted.sources);
    }
    account.contacts = contacts(found, wanted, &account.contacts);
    if (has(STATE) || before.is_none()) && (account.states.is_empty() || account.state_at(now) != wanted.state) {
        account.states.push(StateChange { from: now, state: wanted.state });
    }
    set_quota(&mut account, wanted.quota, now);
    account
}

fn blank(wanted: &Wanted, position: i64) -> Account {
    Account {
        id: AccountId(0),
        name: wanted.name.clone(),
        platform: wanted.platform.clone(),
        handle: None,
        office: String::new(),
        supervisor: String::new(),
        opened_on: None,
        states: Vec::new(),
        quotas: Vec::new(),
        sources: Vec::new(),
        contacts: Vec::new(),
        former_names: Vec::new(),
        position,
    }
}

/// The addresses of the columns that the file has, and the others as they were.
fn contacts(found: &Found<'_>, wanted: &Wanted, before: &[Contact]) -> Vec<Contact> {
    let mut contacts = Vec::new();
    for ((column, role), (_, emails)) in MAIL.into_iter().zip(&wanted.contacts) {
        if found.has(column) {
            contacts.extend(emails.iter().map(|email| Contact { role, email: email.clone() }));
        } else {
            contacts.extend(before.iter().filter(|contact| contact.role == role).cloned());
        }
    }
    contacts.extend(before.iter().filter(|contact| contact.role == Role::Clerk).cloned());
    contacts
}

/// The first quota holds for all time; a later one from the next Monday (DESIGN §6).
fn set_quota(account: &mut Account, quota: Option<u32>, now: Moment) {
    let Some(quota) = quota else { return };
    let from = now.week_start().plus_days(7);
    let current = account.quotas.last().map(|(_, quota)| *quota);
    if current == Some(quota) {
        return;
    }
    account.quotas.retain(|(since, _)| *since < from);
    if account.quotas.last().map(|(_, quota)| *quota) != Some(quota) {
        account.quotas.push((if account.quotas.is_empty() { now } else { from }, quota));
    }
}
