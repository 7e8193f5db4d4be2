//! Plans an import of the list (台账): what would be added, changed and renamed.
//!
//! A row is the account with its platform and handle; without a handle, the one with its platform and
//! name. A column that the file lacks changes nothing. A blank cell clears office, supervisor, date,
//! sources and addresses, means 正常运行 in 状态, and leaves handle and 每周次数 as they are. Accounts
//! that the file does not name stay as they are.

mod apply;
mod identity;
mod remarks;
mod wanted;

pub use apply::{Change, FieldChange};

use super::header::{self, Column, Found};
use super::{BadRow, Refusal, Row, Sheet};
use crate::domain::{Account, Moment, Role};
use wanted::Wanted;
pub(super) use wanted::addresses;

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
    Column { aliases: &["状态", "state"], required: false },
    Column { aliases: &["开设日期", "opened_on", "开设时间"], required: false },
    Column { aliases: &["来源", "source"], required: false },
    Column { aliases: &["来源参数", "source_key"], required: false },
    Column { aliases: &["每周次数", "quota"], required: false },
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
    /// What changes, one entry for each of `save`.
    pub changes: Vec<Change>,
    /// Rows that change nothing.
    pub unchanged: usize,
    /// Accounts that the file does not name; nothing happens to them.
    pub missing: usize,
    /// Worth a word, but no fault (Chinese).
    pub remarks: Vec<String>,
}

/// A row, what it says, and the place of the account that it is.
struct Entry<'a> {
    row: &'a Row,
    wanted: Wanted,
    place: Option<usize>,
}

/// Plans the import of a file into the list `known`. `sources` are the names of the configured sources.
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
    if found.rows.is_empty() {
        return Err(Refusal::Unreadable("表头下面没有任何账号".to_owned()));
    }
    let mut bad = Vec::new();
    let mut entries = read(&found, &mut bad);
    identity::refuse_twins(&entries, &mut bad);
    identity::match_all(&mut entries, known, &mut bad);
    identity::refuse_blurred(&entries, known, &mut bad);
    remarks::refuse_sources(&entries, known, sources, &mut bad);
    if !bad.is_empty() {
        return Err(found.refuse(bad));
    }
    let mut plan = plan(&found, &entries, known, now);
    plan.remarks = remarks::all(&found, &entries, known, sources);
    Ok(plan)
}

fn read<'a>(found: &Found<'a>, bad: &mut Vec<BadRow>) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for row in &found.rows {
        match wanted::read(found, row) {
            Ok(wanted) => entries.push(Entry { row, wanted, place: None }),
            Err(faults) => bad.extend(faults),
        }
    }
    entries
}

fn plan(found: &Found<'_>, entries: &[Entry<'_>], known: &[Account], now: Moment) -> AccountPlan {
    let mut plan = AccountPlan::default();
    let mut position = known.iter().map(|account| account.position + 1).max().unwrap_or(0);
    for entry in entries {
        let before = entry.place.map(|place| &known[place]);
        let after = apply::apply(found, &entry.wanted, before, now, position);
        position += i64::from(before.is_none());
        match Change::between(before, &after) {
            Some(change) => {
                plan.changes.push(change);
                plan.save.push(after);
            }
            None => plan.unchanged += 1,
        }
    }
    plan.missing = known.len() - entries.iter().filter(|entry| entry.place.is_some()).count();
    plan
}
