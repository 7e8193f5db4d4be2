//! What one row of the list says.

use super::super::header::Found;
use super::super::row::RowReader;
use super::super::{BadRow, Row, times};
use super::{HANDLE, MAIL, NAME, OFFICE, OPENED, PLATFORM, QUOTA, SOURCE, SOURCE_KEY, STATE, SUPERVISOR};
use crate::domain::{Moment, Platform, PlatformNote, Role, SourceRef, State};
use crate::mail::address::check_address;
use chrono::{Datelike, NaiveDate};
use cuigeng_adapters::time::parse_date;

/// A row that was understood.
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) platform: Platform,
    pub(super) note: Option<PlatformNote>,
    pub(super) handle: Option<String>,
    pub(super) office: String,
    pub(super) supervisor: String,
    pub(super) contacts: Vec<(Role, Vec<String>)>,
    pub(super) state: State,
    pub(super) opened_on: Option<NaiveDate>,
    pub(super) sources: Vec<SourceRef>,
    pub(super) quota: Option<u32>,
}

/// Reads a row, or names everything that is wrong in it.
pub(super) fn read(found: &Found<'_>, row: &Row) -> Result<Wanted, Vec<BadRow>> {
    let mut cells = RowReader::new(found, row);
    let name = cells.needed(NAME);
    let platform = cells.needed(PLATFORM).map(|text| Platform::parse(&text));
    let handle = cells.text(HANDLE).map(|text| Some(text).filter(|text| !text.is_empty()));
    let (office, supervisor) = (cells.text(OFFICE), cells.text(SUPERVISOR));
    let contacts = MAIL.map(|(column, role)| Some((role, cells.read(column, addresses)?)));
    let state = cells.read(STATE, state);
    let opened_on = cells.read(OPENED, opened);
    let sources = read_sources(&mut cells);
    let quota = cells.read(QUOTA, quota);
    let wanted = || {
        let (platform, note) = platform?;
        let contacts = contacts.into_iter().collect::<Option<_>>()?;
        let (office, supervisor, sources) = (office?, supervisor?, sources?);
        let (name, handle, state, opened_on, quota) = (name?, handle?, state?, opened_on?, quota?);
        Some(Wanted { name, platform, note, handle, office, supervisor, contacts, state, opened_on, sources, quota })
    };
    cells.finish(wanted())
}

/// Several addresses may stand in one cell.
pub(in super::super) fn addresses(text: &str) -> Result<Vec<String>, String> {
    let apart = |c: char| matches!(c, ';' | '；' | ',' | '，' | '、') || c.is_whitespace();
    let mut found: Vec<String> = Vec::new();
    for part in text.split(apart).filter(|part| !part.is_empty()) {
        check_address(part)?;
        if !found.iter().any(|known| known == part) {
            found.push(part.to_owned());
        }
    }
    Ok(found)
}

fn state(text: &str) -> Result<State, String> {
    State::parse(text).ok_or_else(|| "状态只能写：正常运行、关停公告中、已注销、暂停".to_owned())
}

fn opened(text: &str) -> Result<Option<NaiveDate>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let date = parse_date(text).or_else(|| times::moment(text).map(Moment::date));
    // No platform is older; a year beyond is a slip of the finger.
    let date = date.filter(|date| (2000..2100).contains(&date.year()));
    date.map(Some).ok_or_else(|| "日期请写成 2022-06-07 这样的年月日".to_owned())
}

fn quota(text: &str) -> Result<Option<u32>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let quota = text.parse().ok().filter(|quota| *quota <= 99 && text.bytes().all(|b| b.is_ascii_digit()));
    quota.map(Some).ok_or_else(|| "每周次数请写 0 至 99 的整数".to_owned())
}

fn read_sources(cells: &mut RowReader<'_>) -> Option<Vec<SourceRef>> {
    let (names, keys) = (cells.text(SOURCE)?, cells.text(SOURCE_KEY)?);
    match sources(&names, &keys) {
        Ok(sources) => Some(sources),
        Err((column, why)) => {
            cells.fail(column, why);
            None
        }
    }
}

/// Names and keys in pairs; a single source takes the whole cell as its key, whatever stands in it.
fn sources(names: &str, keys: &str) -> Result<Vec<SourceRef>, (usize, String)> {
    let split = |text: &str| text.split([';', '；', '\n']).map(|part| part.trim().to_owned()).collect::<Vec<_>>();
    let names: Vec<String> = split(names).into_iter().filter(|name| !name.is_empty()).collect();
    let keys = match names.len() {
        0 if keys.is_empty() => Vec::new(),
        0 => return Err((SOURCE_KEY, "只写了来源参数，没有写是哪个来源；请填写来源，或删去来源参数".to_owned())),
        1 => vec![keys.to_owned()],
        count if keys.is_empty() => vec![String::new(); count],
        _ => split(keys),
    };
    if names.len() != keys.len() {
        let why = format!("写了{}个来源，却有{}个来源参数；多个之间用分号隔开，个数要一样", names.len(), keys.len());
        return Err((SOURCE_KEY, why));
    }
    if let Some(twice) = (1..names.len()).find(|i| names[..*i].contains(&names[*i])) {
        return Err((SOURCE, format!("来源“{}”写了两次", names[twice])));
    }
    Ok(names.into_iter().zip(keys).map(|(source, key)| SourceRef { source, key }).collect())
}
