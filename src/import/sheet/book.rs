//! The check sheet as a workbook that prints on A4: one row an account, and a page that says how to fill
//! it in.

use super::{COLUMNS, LINK, title};
use crate::domain::{Account, Moment, Period, Week, When};
use crate::rules::{CountUnit, Profile, Tally};
use rust_xlsxwriter::{
    DataValidation, DataValidationRule, Format, FormatAlign, FormatBorder, Url, Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

/// Paper size 9 of the file format: A4.
const A4: u8 = 9;
/// Widths of the columns; together they fill a page that lies on its side.
const WIDTHS: [usize; 11] = [6, 26, 12, 20, 24, 8, 19, 10, 11, 19, 16];
/// Columns that the clerk fills in: 最近更新时间 to 备注.
const FILLED: usize = 6;
/// Row of the heading, from 0.
const HEADING: u32 = 1;
/// The sheet that says how to fill in.
const GUIDE: &str = "填写说明";
/// How a spreadsheet shows a time that somebody types.
const TIME_FORM: &str = "yyyy-mm-dd hh:mm";

/// One row of the sheet.
#[derive(Clone, Debug)]
pub struct SheetRow<'a> {
    /// Whose.
    pub account: &'a Account,
    /// What was signed already.
    pub signed: Option<Tally>,
}

struct Styles {
    title: Format,
    heading: Format,
    cell: Format,
    centred: Format,
    time: Format,
    link: Format,
    guide: Format,
}

/// The workbook of a week, for these rows, counted as the profile counts.
///
/// # Errors
/// Those of the writer.
pub fn sheet_book(week: Week, rows: &[SheetRow<'_>], profile: &Profile) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let styles = Styles::new();
    // The name of the sheet says the week once more, in case somebody takes the title away.
    let sheet = book.add_worksheet().set_name(Period::Week(week).to_string())?;
    head(sheet, week, &styles)?;
    for (at, row) in (0_u32..).zip(rows) {
        write_row(sheet, at, row, &styles)?;
    }
    whole_numbers(sheet, u32::try_from(rows.len()).unwrap_or(u32::MAX))?;
    guide(book.add_worksheet(), week, profile, &styles)?;
    book.save_to_buffer()
}

impl Styles {
    fn new() -> Styles {
        let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter).set_text_wrap();
        let centred = cell.clone().set_align(FormatAlign::Center);
        Styles {
            // Merged cells over the whole table are headings within a list; this only looks like them.
            title: Format::new().set_bold().set_font_size(16).set_align(FormatAlign::CenterAcross),
            heading: centred.clone().set_bold(),
            time: centred.clone().set_num_format(TIME_FORM),
            link: centred.clone().set_font_color(0x05_63_c1).set_underline(rust_xlsxwriter::FormatUnderline::Single),
            cell,
            centred,
            guide: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }

    fn of(&self, column: usize) -> &Format {
        match column {
            0 | 2 | 7 | 8 => &self.centred,
            6 | 9 => &self.time,
            _ => &self.cell,
        }
    }
}

fn head(sheet: &mut Worksheet, week: Week, styles: &Styles) -> Result<(), XlsxError> {
    sheet.write_string_with_format(0, 0, title(week), &styles.title)?;
    sheet.set_row_height(0, 30)?.set_row_height(HEADING, 30)?;
    for (column, width) in (0_u16..).zip(WIDTHS) {
        if column > 0 {
            sheet.write_blank(0, column, &styles.title)?;
        }
        sheet.write_string_with_format(HEADING, column, COLUMNS[usize::from(column)].aliases[0], &styles.heading)?;
        sheet.set_column_width(column, width as f64)?;
    }
    sheet.set_freeze_panes(HEADING + 1, 2)?;
    sheet.set_repeat_rows(0, HEADING)?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_footer(format!("&L周核查表 {}&C第 &P 页，共 &N 页", Period::Week(week)));
    Ok(())
}

fn write_row(sheet: &mut Worksheet, at: u32, row: &SheetRow<'_>, styles: &Styles) -> Result<(), XlsxError> {
    let line = HEADING + 1 + at;
    let account = row.account;
    sheet.write_number_with_format(line, 0, f64::from(at + 1), &styles.centred)?;
    let handle = account.handle.as_deref().unwrap_or_default();
    let texts = [&account.name, account.platform.name(), handle, &account.office];
    for (column, text) in (1_u16..).zip(texts) {
        sheet.write_string_with_format(line, column, text, styles.of(usize::from(column)))?;
    }
    match account.address() {
        Some(address) => {
            sheet.write_url_with_format(line, LINK as u16, Url::new(address).set_text("打开"), &styles.link)?
        }
        None => sheet.write_blank(line, LINK as u16, &styles.cell)?,
    };
    for (column, text) in (FILLED..).zip(filled(row.signed.as_ref())) {
        sheet.write_string_with_format(line, column as u16, text, styles.of(column))?;
    }
    sheet.set_row_height(line, 22.0 * lines(&texts) as f64)?;
    Ok(())
}

/// The five cells of a row that is signed already; blank ones else.
fn filled(signed: Option<&Tally>) -> [String; 5] {
    let Some(row) = signed else { return Default::default() };
    let last = match row.last {
        Some(When::At(moment)) => minute(moment),
        Some(day) => day.earliest().date().to_string(),
        None => String::new(),
    };
    [last, row.updates.to_string(), row.by.clone(), minute(row.looked_at), String::new()]
}

fn minute(moment: Moment) -> String {
    let form = if moment.unix() % 60 == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    moment.beijing().format(form).to_string()
}

/// Lines that the longest of the four texts needs.
fn lines(texts: &[&str; 4]) -> usize {
    let needed = |(text, width): (&&str, &usize)| text.width_cjk().div_ceil(width.saturating_sub(2));
    texts.iter().zip(&WIDTHS[1..]).map(needed).max().unwrap_or(1).clamp(1, 8)
}

/// A spreadsheet refuses what is no number while the clerk still sees the account.
fn whole_numbers(sheet: &mut Worksheet, rows: u32) -> Result<(), XlsxError> {
    let rule = DataValidation::new()
        .allow_whole_number(DataValidationRule::Between(0, 1000))
        .set_error_title("本周更新次数")?
        .set_error_message("请写整数，如 0、1、2")?;
    if rows > 0 {
        sheet.add_data_validation(HEADING + 1, 7, HEADING + rows, 7, &rule)?;
    }
    Ok(())
}

fn guide(sheet: &mut Worksheet, week: Week, profile: &Profile, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name(GUIDE)?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_column_width(0, 110)?;
    let heading = Format::new().set_bold().set_font_size(14);
    sheet.write_string_with_format(0, 0, GUIDE, &heading)?;
    for (row, text) in (1_u32..).zip(guide_lines(week, profile)) {
        sheet.set_row_height(row, 20.0 * text.width_cjk().div_ceil(104) as f64)?;
        sheet.write_string_with_format(row, 0, format!("{row}. {text}"), &styles.guide)?;
    }
    Ok(())
}

/// What counts as one update, for whoever counts.
pub(crate) fn unit_words(profile: &Profile) -> String {
    let reposts = if profile.count_reposts { "转发也算" } else { "转发不算" };
    let unit = match profile.count {
        CountUnit::Push => "公众号一次群发不论几篇算1次",
        CountUnit::Article => "公众号一次群发几篇算几次",
        CountUnit::Day => "同一天不论更新几次都算1次",
    };
    format!("{unit}，{reposts}")
}

fn guide_lines(week: Week, profile: &Profile) -> [String; 7] {
    let (from, to) = (week.monday, week.sunday());
    let unit = unit_words(profile);
    [
        format!("一行一个账号。打开链接（没有链接的在平台上搜索），看清{from}（周一）至{to}（周日）的全部更新。"),
        "最近更新时间：核查时看得到的最近一次更新，写到几点几分；只知道日期的只写日期；从没有更新过的留空。置顶的旧内容不算最近。".to_owned(),
        format!("本周更新次数：周一0时至周日24时一共更新了几次，写整数，没有更新写0。{unit}。"),
        "核查人：写姓名，写了就是签名，表示看清了这一周。没有写的行导入时不采用，可以分几次填、分几次导入。".to_owned(),
        "核查时间：看这个账号的时间，写到几点几分。这一周结束以后看的，才能说明整周；要说明两周未更新，请在检查时间（如周一9时）以后再看；只写日期的按当天0时算。".to_owned(),
        "填完保存，交给系统：网页“台账”→“导入”→“填好的周核查表”；或用命令 cuigeng sheet import 文件名。有一行写得不对，整份不导入，并逐处写明哪里不对；用命令导入的，旁边还有带“问题”一列的副本。".to_owned(),
        "填错了的，改好后再导入一次，以后一次为准。第一行的周次不要改动。".to_owned(),
    ]
}
