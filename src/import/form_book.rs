//! The workbook with the headings of a table from elsewhere, to be filled in and imported.

use crate::tables::{Form, FormColumn, Role};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, XlsxError};
use unicode_width::UnicodeWidthStr;

/// Rows that are drawn for filling in.
const ROWS: u32 = 30;

/// A workbook of one sheet: the headings, each with what belongs below it, and empty rows.
///
/// # Errors
/// Those of the writer.
pub fn form_book(form: &Form) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(form.chinese)?;
    let cell = Format::new().set_border(FormatBorder::Thin).set_text_wrap();
    let heading = cell.clone().set_bold().set_align(FormatAlign::Center);
    for (at, column) in (0_u16..).zip(form.columns) {
        let name = column.written()[0];
        sheet.set_column_width(
            at,
            (name.width_cjk() + 4).max(if column.role == Role::Office { 24 } else { 8 }) as f64,
        )?;
        sheet.write_string_with_format(0, at, name, &heading)?;
        if !form.is_blank {
            sheet.insert_note(0, at, &rust_xlsxwriter::Note::new(meaning(column)).set_author(""))?;
        }
        for row in 1..=ROWS {
            sheet.write_blank(row, at, &cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}

fn meaning(column: &FormColumn) -> String {
    match column.role {
        Role::Seq => "可以不填，由系统编号".to_owned(),
        Role::Office | Role::Text => "必须填写".to_owned(),
        Role::Remark => "没有的留空".to_owned(),
        Role::OneOf(words) => format!("只能写{}", words.join("或")),
        Role::Count => "整数，没有的写 0".to_owned(),
        Role::Points | Role::Given => "得分，如 19.5，没有得分的写 0".to_owned(),
        Role::Signed => "加分写正数，减分写负数".to_owned(),
        Role::Flag => "1（是）或 0（否）".to_owned(),
        Role::Score | Role::Total | Role::Rank(_) | Role::Rate(..) => "可以不填，由系统计算；填了的会核对".to_owned(),
    }
}
