//! A report as a workbook: one sheet with the running text, and one for each table. Text is written as
//! text only, so a name that begins with `=` stays a name.

use super::paper::{annex_lines, note_lines, table_title};
use super::{Block, Cell, Chart, RenderError, Report, Table};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

/// The first sheet.
const TEXT_SHEET: &str = "总体情况";
/// Paper size 9 of the file format: A4.
const A4: u8 = 9;
/// Width of the one column of running text, which then fills a page.
const TEXT_WIDTH: usize = 76;
/// A table wider than so many characters lies on its side.
const LANDSCAPE: usize = 110;
/// Rows and last column that the picture of a chart covers.
const PICTURE_ROWS: u32 = 15;
const PICTURE_COLUMN: u16 = 10;
/// Excel refuses longer cells (32,767 characters); no honest name comes near.
const LONGEST: usize = 32_000;

pub(super) fn render(report: &Report) -> Result<Vec<u8>, RenderError> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_timestamp(report.meta.generated_at.unix())?;
    book.set_properties(&DocProperties::new().set_title(clean(&report.title)).set_creation_datetime(&created));
    let styles = Styles::new();
    write_text(book.add_worksheet(), report, &styles)?;
    for table in report.tables() {
        write_table(book.add_worksheet(), table, &table_title(report, table), &styles)?;
    }
    for chart in report.charts() {
        write_chart(book.add_worksheet(), chart, &styles)?;
    }
    Ok(book.save_to_buffer()?)
}

struct Styles {
    title: Format,
    subtitle: Format,
    header: Format,
    cell: Format,
    number: Format,
    note: Format,
    heading: Format,
    paragraph: Format,
    right: Format,
}

impl Styles {
    fn new() -> Styles {
        let centred =
            Format::new().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter).set_text_wrap();
        let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter).set_text_wrap();
        Styles {
            title: centred.clone().set_bold().set_font_size(16),
            subtitle: centred,
            header: cell.clone().set_bold().set_align(FormatAlign::Center),
            number: cell.clone().set_align(FormatAlign::Center),
            note: Format::new().set_text_wrap().set_align(FormatAlign::VerticalCenter),
            cell,
            heading: Format::new().set_bold().set_font_size(12).set_text_wrap(),
            paragraph: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            right: Format::new().set_text_wrap().set_align(FormatAlign::Right),
        }
    }
}

fn write_text(sheet: &mut Worksheet, report: &Report, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name(TEXT_SHEET)?;
    page(sheet);
    sheet.set_column_width(0, TEXT_WIDTH as f64)?;
    let mut row = 0;
    let mut line = |text: &str, format: &Format| -> Result<(), XlsxError> {
        let text = clean(text);
        // Nobody recomputes the height of a wrapped row on opening, so it is set here.
        sheet.set_row_height(row, 20.0 * text.width_cjk().div_ceil(TEXT_WIDTH - 4).max(1) as f64)?;
        sheet.write_string_with_format(row, 0, text, format)?;
        row += 1;
        Ok(())
    };
    if let Some(paper) = &report.paper {
        for text in super::html::head_lines(paper) {
            line(&text, &styles.subtitle)?;
        }
    }
    line(&report.title, &styles.title)?;
    report.subtitle.iter().try_for_each(|subtitle| line(subtitle, &styles.subtitle))?;
    let to = report.paper.as_ref().map(|paper| paper.to.trim_end_matches([':', '：'])).filter(|to| !to.is_empty());
    to.iter().try_for_each(|to| line(&format!("{to}："), &styles.paragraph))?;
    for block in &report.blocks {
        match block {
            Block::Heading(text) => line(text, &styles.heading)?,
            Block::Paragraph(text) | Block::Left(text) => line(text, &styles.paragraph)?,
            Block::Right(text) => line(text, &styles.right)?,
            Block::Table(table) => line(&pointer(report, table), &styles.paragraph)?,
            Block::Grid(_) | Block::Chart(_) => {}
            Block::NewPage(title) => title.iter().try_for_each(|title| line(title, &styles.title))?,
        }
    }
    note_lines(&report.footnotes).iter().try_for_each(|note| line(note, &styles.paragraph))?;
    let Some(paper) = &report.paper else { return Ok(()) };
    annex_lines(report).iter().try_for_each(|text| line(text, &styles.paragraph))?;
    super::html::foot_lines(paper).iter().try_for_each(|text| line(text, &styles.right))?;
    super::html::imprint_lines(paper).iter().try_for_each(|text| line(text, &styles.paragraph))
}

/// What stands in the running text where the document has a table.
fn pointer(report: &Report, table: &Table) -> String {
    let title = if table.title.is_empty() { String::new() } else { format!("{}：", table_title(report, table)) };
    match table.rows.len() {
        0 => format!("{title}无。"),
        rows => format!("{title}共{rows}行，见工作表“{}”。", table.key),
    }
}

fn write_table(sheet: &mut Worksheet, table: &Table, full: &str, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name(&table.key)?;
    page(sheet);
    let widths = set_widths(sheet, table)?;
    let width = widths.iter().sum::<usize>().max(1);
    if width > LANDSCAPE {
        sheet.set_landscape();
    }
    let head = write_titles(sheet, table, (full, width), styles)?;
    let body = head + write_head(sheet, head, table, styles)?;
    sheet.set_freeze_panes(body, 0)?;
    sheet.set_repeat_rows(head, body - 1)?;
    let end = write_rows(sheet, body, table, &widths, styles)?;
    // Merged cells cannot be filtered.
    if table.once == 0 && end > body && !table.columns.is_empty() {
        sheet.autofilter(body - 1, 0, end - 1, place(table.columns.len() - 1)?)?;
    }
    table.note.iter().try_for_each(|note| across(sheet, end, table, (note, width), &styles.note))
}

/// The figures of a chart, and beside them the picture that the workbook draws from them. An unknown
/// point is an empty cell, hence a gap.
fn write_chart(sheet: &mut Worksheet, chart: &Chart, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name(&chart.key)?;
    page(sheet);
    sheet.set_column_width(0, 14)?.set_column_width(1, 14)?;
    sheet.write_string_with_format(0, 0, clean(&chart.over), &styles.header)?;
    sheet.write_string_with_format(0, 1, clean(&format!("{}（{}）", chart.value, chart.unit)), &styles.header)?;
    let mut row = 0;
    for point in &chart.points {
        row += 1;
        sheet.write_string_with_format(row, 0, clean(&point.name()), &styles.cell)?;
        if let Some(number) = point.value.as_ref().and_then(Cell::number) {
            sheet.write_number_with_format(row, 1, number, &styles.number)?;
        }
    }
    let mut picture = rust_xlsxwriter::Chart::new(rust_xlsxwriter::ChartType::Line);
    let series = picture.add_series();
    series.set_categories((chart.key.as_str(), 1, 0, row, 0)).set_values((chart.key.as_str(), 1, 1, row, 1));
    series.set_name(clean(&chart.value).as_str());
    series.set_marker(rust_xlsxwriter::ChartMarker::new().set_automatic());
    picture.title().set_name(clean(&chart.title).as_str());
    picture.legend().set_hidden();
    picture.set_alt_text(clean(&chart.words()).as_str());
    // Counts begin at 0; no rate is above 100, and an axis that ends at 101 says that one could be.
    match chart.unit.as_str() {
        "%" => picture.y_axis().set_max(100),
        _ => picture.y_axis().set_min(0),
    };
    sheet.insert_chart(0, 3, &picture)?;
    // Below figures and picture, over the columns of both.
    let below = row.max(PICTURE_ROWS) + 2;
    chart.note.iter().try_for_each(|note| {
        sheet.set_row_height(below, 20.0 * rows_of(note, TEXT_WIDTH) as f64)?;
        merged(sheet, [below, below], [0, PICTURE_COLUMN], &clean(note), &styles.note)
    })
}

/// Title and line below it; tells the row after them. A table that continues an attachment has only the
/// line.
fn write_titles(
    sheet: &mut Worksheet,
    table: &Table,
    (full, width): (&str, usize),
    styles: &Styles,
) -> Result<u32, XlsxError> {
    let key = table.subtitle.is_none().then_some(table.key.as_str());
    let title = if full.is_empty() { key } else { Some(full) };
    let mut row = 0;
    if let Some(title) = title {
        // The letters of a title are half as wide again.
        across(sheet, row, table, (title, width * 2 / 3), &styles.title)?;
        sheet.set_row_height(row, 10.0 + 20.0 * rows_of(title, width * 2 / 3) as f64)?;
        row += 1;
    }
    if let Some(subtitle) = &table.subtitle {
        across(sheet, row, table, (subtitle, width), &styles.subtitle)?;
        row += 1;
    }
    Ok(row)
}

/// Lines that a text needs over columns of that width.
fn rows_of(text: &str, width: usize) -> usize {
    text.width_cjk().div_ceil(width.saturating_sub(2).max(1)).clamp(1, 20)
}

/// The head; tells its number of rows.
fn write_head(sheet: &mut Worksheet, top: u32, table: &Table, styles: &Styles) -> Result<u32, XlsxError> {
    let head = table.head();
    for (row, cells) in (top..).zip(&head) {
        sheet.set_row_height(row, 20)?;
        for cell in cells {
            let (left, right) = (place(cell.column)?, place(cell.column + cell.columns - 1)?);
            let bottom = if cell.rows > 1 { row + 1 } else { row };
            merged(sheet, [row, bottom], [left, right], &clean(cell.text), &styles.header)?;
        }
    }
    Ok(if head.len() > 1 { 2 } else { 1 })
}

/// The rows from `top` on; tells the row after the last.
fn write_rows(
    sheet: &mut Worksheet,
    top: u32,
    table: &Table,
    widths: &[usize],
    styles: &Styles,
) -> Result<u32, XlsxError> {
    let line = |at: usize| u32::try_from(at).map(|at| top + at).map_err(|_| XlsxError::RowColumnLimitError);
    for run in table.runs() {
        let shared = if run.len() > 1 { table.once } else { 0 };
        for column in 0..shared {
            let (rows, column) = ([line(run.start)?, line(run.end - 1)?], place(column)?);
            merged(sheet, rows, [column, column], "", &styles.cell)?;
        }
        for at in run.clone() {
            let skipped = if at > run.start { shared } else { 0 };
            write_row(sheet, line(at)?, &table.rows[at], skipped, styles)?;
            sheet.set_row_height(line(at)?, 20.0 * lines(&table.rows[at][skipped..], &widths[skipped..]) as f64)?;
        }
    }
    line(table.rows.len())
}

fn place(column: usize) -> Result<u16, XlsxError> {
    u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)
}

/// Text over a rectangle of cells; one cell alone cannot be merged.
fn merged(
    sheet: &mut Worksheet,
    [top, bottom]: [u32; 2],
    [left, right]: [u16; 2],
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    if (top, left) == (bottom, right) {
        sheet.write_string_with_format(top, left, text, format)?;
    } else {
        sheet.merge_range(top, left, bottom, right, text, format)?;
    }
    Ok(())
}

/// Text over all columns, which are so wide together.
fn across(
    sheet: &mut Worksheet,
    row: u32,
    table: &Table,
    (text, width): (&str, usize),
    format: &Format,
) -> Result<(), XlsxError> {
    let last = place(table.columns.len().saturating_sub(1))?;
    sheet.set_row_height(row, 20.0 * rows_of(text, width) as f64)?;
    merged(sheet, [row, row], [0, last], &clean(text), format)
}

/// The cells of a row but for the first ones, which a merge covers.
fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    cells: &[Cell],
    skipped: usize,
    styles: &Styles,
) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(cells).skip(skipped) {
        match (cell, cell.number()) {
            (_, Some(number)) => sheet.write_number_with_format(row, column, number, &styles.number)?,
            (Cell::Text(text), None) => sheet.write_string_with_format(row, column, clean(text), &styles.cell)?,
            (other, None) => sheet.write_string_with_format(row, column, other.text(), &styles.cell)?,
        };
    }
    Ok(())
}

/// Widths from what characters occupy: the library's own fitting makes columns of Chinese too narrow.
fn set_widths(sheet: &mut Worksheet, table: &Table) -> Result<Vec<usize>, XlsxError> {
    let cell_width = |row: &Vec<Cell>, at: usize| row.get(at).map_or(0, |cell| cell.text().width_cjk());
    let wanted = |at: usize, heading: &String| {
        table.rows.iter().map(|row| cell_width(row, at)).max().unwrap_or(0).max(heading.width_cjk()) + 3
    };
    let widths: Vec<usize> =
        table.columns.iter().enumerate().map(|(at, heading)| wanted(at, heading).clamp(6, 44)).collect();
    for (column, width) in (0..).zip(&widths) {
        sheet.set_column_width(column, *width as f64)?;
    }
    Ok(widths)
}

/// Lines that the tallest cell of a row needs.
fn lines(cells: &[Cell], widths: &[usize]) -> usize {
    let needed = |(cell, width): (&Cell, &usize)| cell.text().width_cjk().div_ceil(width.saturating_sub(2).max(1));
    // Excel knows no row higher than 409 points.
    cells.iter().zip(widths).map(needed).max().unwrap_or(1).clamp(1, 20)
}

fn page(sheet: &mut Worksheet) {
    sheet.set_paper_size(A4).set_portrait().set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_footer("&C第 &P 页，共 &N 页");
}

/// What harms a document has no place in a cell, and a cell has a longest length.
fn clean(text: &str) -> String {
    super::clean::clean(text).chars().take(LONGEST).collect()
}
