//! The weekly check sheet (周核查表): the workbook that a clerk prints and fills in, and the plan of what
//! its signed rows say.

mod book;
mod plan;

pub(crate) use book::unit_words;
pub use book::{SheetRow, sheet_book};
pub use plan::{FilledIn, SheetPlan, SignedRow, plan_sheet, read_filled_in};

use super::header::{Column, SEARCHED, normal};
use super::{Cell, Row, Sheet};
use crate::domain::{Period, Week};
use std::collections::BTreeSet;

/// The columns, in the order of the workbook.
const COLUMNS: &[Column] = &[
    Column { aliases: &["序号", "no", "编号"], required: false },
    Column { aliases: &["账号名称", "account", "账号", "name"], required: true },
    Column { aliases: &["平台", "platform"], required: false },
    Column { aliases: &["账号标识", "handle", "账号ID"], required: false },
    Column { aliases: &["主办单位", "office", "单位"], required: false },
    Column { aliases: &["链接", "url", "主页地址"], required: false },
    Column {
        aliases: &["最近更新时间", "last_update", "最近更新", "最后更新时间", "最近一次更新"], required: true
    },
    Column { aliases: &["本周更新次数", "updates", "更新次数", "本周次数", "次数"], required: true },
    Column { aliases: &["核查人", "by", "签名", "核查人签名"], required: true },
    Column { aliases: &["核查时间", "checked_at", "核查日期"], required: true },
    Column { aliases: &["备注", "remark", "说明"], required: false },
];

/// How the first line begins.
const TITLE: &str = "周核查表";

const NAME: usize = 1;
const PLATFORM: usize = 2;
const HANDLE: usize = 3;
const LINK: usize = 5;
const LAST: usize = 6;
const UPDATES: usize = 7;
const BY: usize = 8;
const LOOKED: usize = 9;

/// Rows above a heading say that it is a check sheet, or the heading itself does.
pub fn is_check_sheet(sheets: &[Sheet]) -> bool {
    let Some(first) = sheets.iter().find(|sheet| !sheet.rows.is_empty()) else { return false };
    let is_title = |cell: &Cell| cell.text.trim_start().starts_with(TITLE);
    let says = |row: &Row, column: usize| row.cells.iter().any(|cell| normal(&cell.text) == COLUMNS[column].aliases[0]);
    let own = |row: &Row| row.cells.iter().any(is_title) || (says(row, UPDATES) && says(row, BY));
    first.rows.iter().take(SEARCHED).any(own)
}

/// What the first line of a sheet says: it names the week, which an import reads from there.
fn title(week: Week) -> String {
    format!("{TITLE} {}（{} 至 {}）", Period::Week(week), week.monday, week.sunday())
}

/// The weeks that a text names, written `2026-W47`.
fn weeks_in(text: &str) -> BTreeSet<Week> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let week = |word: &str| match Period::parse(word) {
        Some(Period::Week(week)) => Some(week),
        _ => None,
    };
    words.filter_map(week).collect()
}
