//! JSON lines, or one JSON array, of flat objects to rows of cells: the keys become the heading, so
//! that whatever reads a table reads them as well. Numbers stay the text that they are.

use super::table::{MOST_ROWS, unreadable};
use super::workbook::plain;
use super::{Cell, Refusal, Row, Sheet};
use serde_json::{Deserializer, Map, Value};

type Record = Map<String, Value>;

/// Whether a text is meant to be JSON: objects, or an array of them.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('{') || text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(['{', ']']))
}

/// The one table of the text. Rows bear the line on which their object begins; when several begin on
/// one line, the number of the object.
///
/// # Errors
/// [`Refusal::Unreadable`] with the line for what is no object, and for no object at all.
pub(super) fn read(text: &str) -> Result<Sheet, Refusal> {
    let records = records(text)?;
    if records.is_empty() {
        return unreadable("文件里一条记录也没有");
    }
    if records.len() > MOST_ROWS {
        return unreadable("超过20万条，不像是一份名单，请检查后重试");
    }
    let mut keys: Vec<&str> = Vec::new();
    for key in records.iter().flat_map(|(_, record)| record.keys()) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let apart = records.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let row = |(i, (line, record)): (usize, &(usize, Record))| Row {
        line: if apart { *line } else { i + 1 },
        cells: keys.iter().map(|key| record.get(*key).map_or_else(Cell::default, cell)).collect(),
    };
    // No line of the file is the heading; 0 keeps it apart from every row.
    let heading = Row { line: 0, cells: keys.iter().map(|key| Cell::of(key)).collect() };
    let rows = records.iter().enumerate().map(row).filter(|row| !row.is_blank());
    Ok(Sheet { rows: std::iter::once(heading).chain(rows).collect(), ..Sheet::default() })
}

/// Every object with the line on which it begins.
fn records(text: &str) -> Result<Vec<(usize, Record)>, Refusal> {
    let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    let mut rest = text.trim_start_matches(blank);
    let array = rest.starts_with('[');
    rest = rest.strip_prefix('[').unwrap_or(rest);
    let (mut line, mut counted) = (1, 0);
    let mut records = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c| blank(c) || (array && c == ','));
        let at = text.len() - rest.len();
        line += text[counted..at].matches('\n').count();
        counted = at;
        match rest.chars().next() {
            None if array => return unreadable("JSON 数组没有写完（缺少末尾的 ]），请等它写完或重新导出后再导入"),
            None => return Ok(records),
            Some(']') if array => return Ok(records),
            Some(_) => {}
        }
        let mut stream = Deserializer::from_str(rest).into_iter::<Record>();
        let Some(Ok(record)) = stream.next() else {
            return unreadable(&format!(
                "第{line}行起不是完整的 JSON 对象（每条发布应是一对花括号），请改好或重新导出后再导入"
            ));
        };
        rest = &rest[stream.byte_offset()..];
        records.push((line, record));
    }
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::default(),
        Value::Bool(yes) => Cell::of(if *yes { "是" } else { "否" }),
        Value::Number(number) if number.is_f64() => number.as_f64().map_or_else(Cell::default, plain),
        Value::String(text) => Cell::of(text),
        other => Cell::of(&other.to_string()),
    }
}
