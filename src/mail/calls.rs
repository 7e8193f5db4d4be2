//! 待电话通知清单: accounts of which nobody was reached by mail, and the sheet on which a clerk works
//! them off.

use super::facts;
use super::letter;
use crate::config::Config;
use crate::domain::{Account, AccountId, Moment, Role, Roster};
use crate::store::{Connection, LetterRow, LetterState, Mention, StoreError, accounts, contacts, desk, outbox};
use chrono::NaiveDate;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// One call to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToCall {
    /// Number of the letter, for `outbox called`.
    pub letter: i64,
    /// Whose.
    pub office: String,
    /// Which account.
    pub account: String,
    /// Who is to hear of it.
    pub role: &'static str,
    /// Who has that role now, as the contact sheet says; empty when it names nobody with a telephone.
    pub whom: String,
    /// Their numbers, mobile first.
    pub phone: String,
    /// Why by telephone.
    pub why: String,
    /// What is to be said.
    pub fact: String,
    /// To copy into SMS or WeChat.
    pub sms: String,
}

/// Headings of the list.
pub const COLUMNS: [&str; 9] = ["信件", "单位", "账号", "应通知", "联系人", "联系电话", "电话原因", "情况", "短信文本"];
/// Filled in by hand.
const BY_HAND: [&str; 3] = ["通知人", "通知时间", "对方答复"];
const WIDTHS: [f64; 12] = [6.0, 16.0, 20.0, 9.0, 10.0, 14.0, 10.0, 28.0, 28.0, 9.0, 12.0, 14.0];
/// Paper size 9 of the file format: A4.
const A4: u8 = 9;

impl ToCall {
    /// Its cells, under [`COLUMNS`].
    pub fn cells(&self) -> Vec<String> {
        let texts = [&self.office, &self.account, &self.whom, &self.phone, &self.why, &self.fact, &self.sms];
        let [office, account, whom, phone, why, fact, sms] = texts.map(Clone::clone);
        vec![self.letter.to_string(), office, account, self.role.to_owned(), whom, phone, why, fact, sms]
    }
}

/// The calls that are still to be made, by office: one a role of an account, by the letter that says most
/// about it. What has been updated meanwhile is left out, and who was called since a letter was due.
///
/// # Errors
/// Those of the store.
pub fn list(conn: &Connection, config: &Config, now: Moment) -> Result<Vec<ToCall>, StoreError> {
    let all: BTreeMap<AccountId, Account> = accounts::all(conn)?.into_iter().map(|one| (one.id, one)).collect();
    let (people, called) = (contacts::roster(conn)?, desk::last_calls(conn)?);
    let mut owed: BTreeMap<(AccountId, Role), Owed> = BTreeMap::new();
    for letter in desk::open(conn, now)? {
        let mut mentions: BTreeMap<AccountId, Vec<Mention>> = BTreeMap::new();
        for mention in outbox::mentions(conn, letter.id)? {
            mentions.entry(mention.account).or_default().push(mention);
        }
        for (id, mentions) in mentions {
            let key = (id, letter.role);
            let Some(account) = all.get(&id) else { continue };
            if called.get(&key).is_some_and(|at| *at >= letter.slot) {
                continue;
            }
            let Some(why) = reason(&letter, account, &people, now) else { continue };
            let one = Owed { letter: letter.clone(), mentions, failed: failed(&letter), why };
            if owed.get(&key).is_none_or(|known| known.weight() < one.weight()) {
                owed.insert(key, one);
            }
        }
    }
    let mut found = Vec::new();
    for ((id, _), one) in owed {
        found.extend(to_call(conn, config, &people, &one, &all[&id], now)?);
    }
    found.sort_by(|a, b| (&a.office, &a.account).cmp(&(&b.office, &b.account)));
    Ok(found)
}

/// A letter that did not reach the office about an account.
struct Owed {
    letter: LetterRow,
    mentions: Vec<Mention>,
    failed: bool,
    why: String,
}

impl Owed {
    /// The newest letter says most; of two of one day the one that failed, not the one in its stead.
    fn weight(&self) -> (NaiveDate, bool, i64) {
        (self.letter.slot.date(), self.failed, self.letter.id)
    }
}

fn failed(letter: &LetterRow) -> bool {
    use LetterState::{Bounced, Doubtful, Held, Refused};
    matches!(letter.state, Held | Doubtful | Refused | Bounced)
}

/// Why the office does not hear of it by this letter; `None` when it does.
fn reason(letter: &LetterRow, account: &Account, people: &Roster, now: Moment) -> Option<String> {
    let named = people.addresses(account, letter.role, letter.slot.date()).contains(&letter.recipient);
    if named {
        return failed(letter).then(|| letter.state.chinese().to_owned());
    }
    let today = now.date();
    let why = if !people.addresses(account, letter.role, today).is_empty() {
        // A letter that was owed before somebody with a mailbox was named.
        "邮箱登记在后"
    } else if people.serving(account, letter.role, today).iter().any(|person| person.has_phone()) {
        "只有电话"
    } else {
        "无联系人"
    };
    Some(why.to_owned())
}

fn to_call(
    conn: &Connection,
    config: &Config,
    people: &Roster,
    one: &Owed,
    account: &Account,
    now: Moment,
) -> Result<Option<ToCall>, StoreError> {
    let letter = &one.letter;
    let Some(facts) = facts::gather(conn, config, letter, &one.mentions, None, now)?.facts else { return Ok(None) };
    let (whom, phone) = people.telephones(account, letter.role, now.date());
    let words = letter::compose(&facts, &config.mail.templates).map_err(StoreError::odd)?;
    Ok(Some(ToCall {
        letter: letter.id,
        office: facts.office.clone(),
        account: account.title(),
        role: letter.role.chinese(),
        whom,
        phone,
        why: one.why.clone(),
        fact: facts.items.iter().map(letter::spoken).collect::<Vec<_>>().join("；"),
        sms: words.sms,
    }))
}

/// The list as a sheet for printing: A4 across, with room to write the answers.
///
/// # Errors
/// What the workbook library says.
pub fn sheet(rows: &[ToCall], now: Moment) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("待电话通知清单")?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_footer("&C第 &P 页，共 &N 页");
    let title = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    let last = u16::try_from(WIDTHS.len() - 1).unwrap_or_default();
    let printed = now.beijing().format("%-m月%-d日%H:%M");
    sheet.merge_range(0, 0, 0, last, &format!("待电话通知清单（截至{printed}，共{}个账号）", rows.len()), &title)?;
    let help =
        "通知后在网页“发件箱”里打开那封信登记（或用 cuigeng outbox called 信件编号 --by 姓名），登记后即视为已通知。";
    sheet.write_string(1, 0, help)?;
    table(sheet, rows)?;
    book.save_to_buffer()
}

fn table(sheet: &mut Worksheet, rows: &[ToCall]) -> Result<(), XlsxError> {
    let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter).set_text_wrap();
    let head = cell.clone().set_bold().set_align(FormatAlign::Center);
    for ((column, name), width) in (0..).zip(COLUMNS.iter().chain(&BY_HAND)).zip(WIDTHS) {
        sheet.write_string_with_format(2, column, *name, &head)?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_repeat_rows(2, 2)?;
    sheet.set_freeze_panes(3, 0)?;
    for (row, call) in (3..).zip(rows) {
        let cells = call.cells();
        for ((column, text), _) in (0..).zip(cells.iter().map(String::as_str).chain(BY_HAND.map(|_| ""))).zip(WIDTHS) {
            sheet.write_string_with_format(row, column, text, &cell)?;
        }
        // Nobody recomputes the height of a wrapped row on opening, so it is set here.
        let lines = cells.iter().zip(WIDTHS).map(|(text, width)| (text.width_cjk() as f64 / (width - 1.0)).ceil());
        sheet.set_row_height(row, 15.0 * lines.fold(2.0, f64::max).min(20.0))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};

    #[test]
    fn the_sheet_reads_as_the_list_and_a_formula_stays_a_name() {
        let call = ToCall {
            letter: 7,
            office: "=青禾县应急局".to_owned(),
            account: "青禾应急（抖音）".to_owned(),
            role: "运维人员",
            whom: "某甲".to_owned(),
            phone: "13800000001".to_owned(),
            why: "只有电话".to_owned(),
            fact: "已10天未监测到更新，第14天即7月27日（周一）24时前须更新一次".to_owned(),
            sms: "【更新提醒】青禾应急（抖音）已10天未监测到更新".to_owned(),
        };
        let bytes = sheet(std::slice::from_ref(&call), Moment::parse("2026-07-23 09:00").unwrap()).unwrap();
        let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("待电话通知清单").unwrap();
        let row = |row: usize| -> Vec<String> { range.rows().nth(row).unwrap().iter().map(Data::to_string).collect() };
        assert_eq!(row(0)[0], "待电话通知清单（截至7月23日09:00，共1个账号）");
        assert_eq!(row(2), COLUMNS.iter().chain(&BY_HAND).map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(row(3)[..9], call.cells());
        assert!(row(3)[9..].iter().all(String::is_empty), "room to write");
        assert!(book.worksheet_formula("待电话通知清单").unwrap().is_empty());
    }
}
