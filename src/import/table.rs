//! Bytes to rows of cells: CSV in whatever encoding Excel left it, and workbooks.

use super::{Refusal, workbook};
use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

/// Largest file that is read, in bytes.
const LIMIT: usize = 50 * 1024 * 1024;

/// One cell as text, and what is wrong with it before anybody has asked what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// As a person reads it, trimmed.
    pub text: String,
    /// Digits were lost, or a formula has no value: the sentence says so (Chinese).
    pub fault: Option<String>,
}

impl Cell {
    /// A sound cell.
    pub fn of(text: &str) -> Cell {
        Cell { text: text.trim().trim_start_matches('\u{feff}').trim().to_owned(), fault: None }
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Line of the file, or row of the sheet, from 1.
    pub line: usize,
    /// Its cells.
    pub cells: Vec<Cell>,
}

impl Row {
    /// Nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.is_empty() && cell.fault.is_none())
    }
}

/// One table of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name; empty for CSV.
    pub name: String,
    /// Its rows, blank ones left out.
    pub rows: Vec<Row>,
}

/// Reads every table of a file.
///
/// # Errors
/// [`Refusal::Unreadable`] with the cure, for noise, an old or locked workbook, or too large a file.
pub fn read_sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Refusal> {
    let unreadable = |why: &str| Err(Refusal::Unreadable(why.to_owned()));
    if bytes.len() > LIMIT {
        return unreadable("文件超过50MB，不像是一份名单，请检查后重试");
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return workbook::read(bytes);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return unreadable("这是旧版 .xls 或加了密码的工作簿，请在 Excel 中另存为不加密的 .xlsx 后再导入");
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return unreadable("文件是空的");
    }
    Ok(vec![read_csv(&decode(bytes)?)?])
}

/// UTF-8 with or without BOM, UTF-16 with BOM, else GB18030.
fn decode(bytes: &[u8]) -> Result<String, Refusal> {
    let noise = || {
        Refusal::Unreadable("文件不是表格（内容无法按 UTF-8 或 GBK 读出），请另存为 .xlsx 或 CSV 后再导入".to_owned())
    };
    let strict = |encoding: &'static Encoding, bytes: &[u8]| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
    };
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        [0xff, 0xfe, rest @ ..] => strict(UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => strict(UTF_16BE, rest),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned).or_else(|| strict(GB18030, bytes)),
    };
    let text = text.ok_or_else(noise)?;
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(control) { Err(noise()) } else { Ok(text) }
}

fn read_csv(text: &str) -> Result<Sheet, Refusal> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| Refusal::Unreadable(format!("CSV 读到一半读不下去了：{e}")))?;
        let line = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        let row = Row { line, cells: record.iter().map(|cell| Cell::of(armed(cell))).collect() };
        if !row.is_blank() {
            rows.push(row);
        }
    }
    Ok(Sheet { name: String::new(), rows })
}

/// Takes back the apostrophe that our own export puts before what a spreadsheet would calculate.
fn armed(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) => rest,
        _ => cell,
    }
}

/// Whatever separates most in the first lines.
fn separator(text: &str) -> u8 {
    let head: String = text.lines().take(20).collect();
    let count = |c: u8| head.bytes().filter(|b| *b == c).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|c| count(*c)).unwrap_or(b',')
}
