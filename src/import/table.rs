//! Bytes to rows of cells: CSV in whatever encoding Excel left it, workbooks, and JSON.

use super::{Refusal, json, workbook};
use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;

/// Largest file that is read, in bytes.
const LIMIT: usize = 50 * 1024 * 1024;

/// Most rows of one table.
pub(super) const MOST_ROWS: usize = 200_000;

/// What to do about a number whose last digits are gone.
pub(super) const LOST: &str = "数字太长，被 Excel 变成科学计数法或舍去了末尾；请把该列设为文本格式后重新填写";
/// What to do about a formula that gave no value.
pub(super) const FORMULA: &str = "这一格是公式，没有算出可用的结果；请复制该列并“选择性粘贴为数值”";

/// What a formula leaves in a cell when it failed, as Excel and WPS write it, and our own mark.
const FORMULA_WORDS: [&str; 9] =
    ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", FORMULA_MARK];
/// Stands in the copy of a refused file where a formula stood, so that the copy is refused as well
/// until somebody has put a value there.
pub(super) const FORMULA_MARK: &str = "#公式!";

/// One cell as text, and what is wrong with it before anybody has asked what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// As a person reads it, trimmed.
    pub text: String,
    /// Digits were lost, or a formula has no value: the sentence says so (Chinese).
    pub fault: Option<&'static str>,
}

impl Cell {
    /// A cell of text. What nobody can see is taken away, the blanks around it too.
    pub fn of(text: &str) -> Cell {
        let hidden = |c: &char| matches!(c, '\u{feff}' | '\u{200b}') || (c.is_control() && !matches!(c, '\n' | '\t'));
        let text: String = text.chars().filter(|c| !hidden(c)).collect();
        let text = text.trim();
        let fault = FORMULA_WORDS.contains(&text).then_some(FORMULA);
        Cell { text: text.to_owned(), fault }
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
    /// Lines that are merged over the table and so are no rows of it: titles, headings within, notes below.
    pub banners: Vec<Row>,
}

/// Reads every table of a file.
///
/// # Errors
/// [`Refusal::Unreadable`] with the cure, for noise, a locked workbook, or too large a file.
pub fn read_sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Refusal> {
    if bytes.len() > LIMIT {
        return unreadable("文件超过50MB，不像是一份名单，请检查后重试");
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return workbook::read(bytes);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return workbook::read_old(bytes);
    }
    let text = decode(bytes)?;
    if text.trim().is_empty() {
        return unreadable("文件是空的");
    }
    if text.trim_start().starts_with('<') {
        return unreadable("这是网页，不是表格（有的平台导出的 .xls 就是这样）；请用 Excel 打开后另存为 .xlsx 再导入");
    }
    Ok(vec![if json::is_json(&text) { json::read(&text)? } else { read_csv(&text)? }])
}

pub(super) fn unreadable<T>(why: &str) -> Result<T, Refusal> {
    Err(Refusal::Unreadable(why.to_owned()))
}

fn decode(bytes: &[u8]) -> Result<String, Refusal> {
    match read_text(bytes) {
        Some(text) => Ok(text),
        None => unreadable("文件不是表格（内容无法按 UTF-8 或 GBK 读出），请另存为 .xlsx 或 CSV 后再导入"),
    }
}

/// Why a file cannot be read at all, and what cures it (Chinese).
pub fn unreadable_file(file: &Path, error: &std::io::Error) -> String {
    let why = match error.kind() {
        ErrorKind::NotFound => "没有这个文件，请核对文件名和所在的目录".to_owned(),
        ErrorKind::PermissionDenied => "没有读取的权限，请用有权限的用户运行，或修改文件的权限".to_owned(),
        ErrorKind::IsADirectory => "这是目录，不是文件".to_owned(),
        _ => format!("读取失败（{error}）"),
    };
    format!("文件 {} 读不出来：{why}", file.display())
}

/// The text of a file: UTF-8 with or without BOM, UTF-16 with BOM, else GB18030 (sources.md, "CSV and
/// XLSX import"); `None` for noise.
pub fn read_text(bytes: &[u8]) -> Option<String> {
    let strict = |encoding: &'static Encoding, bytes: &[u8]| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
    };
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        [0xff, 0xfe, rest @ ..] => strict(UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => strict(UTF_16BE, rest),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned).or_else(|| strict(GB18030, bytes)),
    };
    text.filter(|text| is_text(text))
}

/// A stray control character comes along when titles are copied from pages; many of them are noise.
fn is_text(text: &str) -> bool {
    let stray = text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')).count();
    !text.contains('\0') && stray * 100 <= text.len()
}

fn read_csv(text: &str) -> Result<Sheet, Refusal> {
    let separator = separator(text);
    if let Some(line) = open_quote(text, separator) {
        let why = format!("第{line}行有一个没有配对的引号（\"），后面的内容会连成一格；请改好后再导入");
        return Err(Refusal::Unreadable(why));
    }
    let mut rows = Vec::new();
    let mut lines = Lines { rest: text.as_bytes(), at: 0, line: 1 };
    for record in reader(text, separator).records() {
        let record = record.map_err(|e| Refusal::Unreadable(format!("CSV 读到一半读不下去了：{e}")))?;
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        let line = lines.of(start);
        let row = Row { line, cells: record.iter().map(csv_cell).collect() };
        if !row.is_blank() {
            rows.push(row);
        }
    }
    if rows.len() > MOST_ROWS {
        return unreadable("超过20万行，不像是一份名单，请检查后重试");
    }
    Ok(Sheet { rows, ..Sheet::default() })
}

/// Counts lines; the reader's own count is off after blank ones.
struct Lines<'a> {
    rest: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the first character at or after byte `start` that ends no line; `start` never goes back.
    fn of(&mut self, start: usize) -> usize {
        while let [first, rest @ ..] = self.rest
            && (self.at < start || matches!(first, b'\r' | b'\n'))
        {
            self.line += usize::from(*first == b'\n' || (*first == b'\r' && rest.first() != Some(&b'\n')));
            (self.rest, self.at) = (rest, self.at + 1);
        }
        self.line
    }
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes())
}

/// Comma, tab or semicolon: the one that cuts most of the first records into equally many cells.
fn separator(text: &str) -> u8 {
    let score = |separator: &u8| {
        let mut widths: HashMap<usize, usize> = HashMap::new();
        let records = reader(text, *separator).into_records().take(20).flatten();
        records.filter(|record| record.len() > 1).for_each(|record| *widths.entry(record.len()).or_default() += 1);
        widths.into_iter().map(|(width, count)| (count, width)).max()
    };
    // Of equals the last one wins.
    [b';', b'\t', b','].into_iter().max_by_key(score).unwrap_or(b',')
}

/// The line on which a quoted cell begins that never ends.
fn open_quote(text: &str, separator: u8) -> Option<usize> {
    let (mut line, mut begun, mut quoted, mut at_start) = (1, 1, false, true);
    for c in text.chars() {
        let closes = quoted && c == '"';
        if closes {
            quoted = false;
        } else if at_start && c == '"' {
            (quoted, begun) = (true, line);
        }
        // A quote right after a closing one stands for a quote inside the cell.
        at_start = closes || (!quoted && (c == char::from(separator) || c == '\n' || c == '\r'));
        line += usize::from(c == '\n');
    }
    quoted.then_some(begun)
}

/// `="00123"` is how exports keep digits safe in CSV; an apostrophe is how ours keeps a spreadsheet
/// from calculating; anything else that begins with `=` is a formula that nobody has calculated.
fn csv_cell(text: &str) -> Cell {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return Cell::of(inner);
    }
    if text.starts_with('=') {
        return Cell { text: text.to_owned(), fault: Some(FORMULA) };
    }
    match text.strip_prefix('\'') {
        Some(rest) if starts_formula(rest.trim_start_matches('\'')) => Cell::of(rest),
        _ => Cell::of(text),
    }
}

/// Whether a spreadsheet would calculate a cell of this text.
pub(super) fn starts_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// A number that Excel has turned into `7.59E+18`: its digits are lost.
pub(super) fn lost_digits(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    digits(mantissa) && exponent.strip_prefix('+').is_some_and(digits)
}
