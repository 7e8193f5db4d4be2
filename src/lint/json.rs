//! The JSON that `report … --format json` writes: its tables are arrays of rows keyed by headings.

use super::column::Kind;
use super::grid::is_sums;
use super::paper::{Column, Field, Line, Paper, Part, Row, Table, squeezed};
use super::read::{MOST_CELLS, MOST_COLUMNS, Unreadable, refuse, visible};
use crate::domain::Period;
use crate::wording::BLANK;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::marker::PhantomData;

/// An object whose keys keep their order; a map of serde_json sorts them.
#[derive(Debug)]
struct Pairs<T>(Vec<(String, T)>);

impl<T> Default for Pairs<T> {
    fn default() -> Pairs<T> {
        Pairs(Vec::new())
    }
}

#[derive(Debug, serde::Deserialize)]
struct Written {
    #[serde(default)]
    title: String,
    subtitle: Option<String>,
    #[serde(default)]
    period: Value,
    #[serde(default)]
    paper: Value,
    #[serde(default)]
    paragraphs: Vec<String>,
    #[serde(default)]
    headings: Vec<Section>,
    #[serde(default)]
    annex_list: Vec<String>,
    tables: Pairs<Vec<Pairs<Value>>>,
    #[serde(default)]
    notes: BTreeMap<String, String>,
    #[serde(default)]
    footnotes: Vec<String>,
}

/// A heading, and which paragraph is the first below it, from 1.
#[derive(Debug, serde::Deserialize)]
struct Section {
    heading: String,
    paragraph: usize,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs<T>, D::Error> {
        struct InOrder<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Pairs<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<T>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

/// Reads the object.
pub(super) fn read(bytes: &[u8]) -> Result<Paper, Unreadable> {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return refuse("不是可以核对的文件：能核对的是 .xlsx、.docx，和 report 写出的 .json");
    }
    match serde_json::from_slice::<Written>(bytes) {
        Ok(written) => paper(written),
        Err(error) if error.is_data() => {
            refuse("这份 JSON 不是 report 写出的通报（要有 tables，每张表是一行行的数据）；请核对文件")
        }
        Err(error) => Err(Unreadable(format!("JSON 写得不对，第{}行读不下去；请重新生成这份文件", error.line()))),
    }
}

fn paper(written: Written) -> Result<Paper, Unreadable> {
    let rows = written.tables.0.iter().flat_map(|(_, rows)| rows);
    if rows.map(|row| row.0.len()).sum::<usize>() > MOST_CELLS {
        return refuse("表格太大（超过200万格），不像是一份通报，请检查");
    }
    let mut parts = Vec::new();
    let mut line = |place: String, text: &str| {
        let text = visible(text);
        if !text.is_empty() {
            parts.push(Part::Line(Line { place, text }));
        }
    };
    line("标题".to_owned(), &written.title);
    line("副标题".to_owned(), written.subtitle.as_deref().unwrap_or_default());
    let count = written.paragraphs.len();
    for at in 1..=count + 1 {
        let here = written.headings.iter().filter(|one| one.paragraph == at || (at > count && one.paragraph > at));
        here.for_each(|one| line(format!("标题“{}”", visible(&one.heading)), &one.heading));
        written.paragraphs.get(at - 1).into_iter().for_each(|text| line(format!("正文第{at}段"), text));
    }
    written.annex_list.iter().for_each(|text| line("附件说明".to_owned(), text));
    for (key, rows) in written.tables.0 {
        let note = written.notes.get(&key).map(|note| visible(note)).filter(|note| !note.is_empty());
        parts.push(Part::Table(table(&key, &rows, note.as_deref())));
        let place = format!("表“{}”下的注", visible(&key));
        parts.extend(note.map(|text| Part::Line(Line { place, text })));
    }
    for (at, text) in written.footnotes.iter().enumerate() {
        let line = Line { place: format!("注{}", at + 1), text: visible(text) };
        parts.extend((!line.text.is_empty()).then_some(Part::Line(line)));
    }
    parts.extend(unset(&written.paper));
    let period = written.period.as_str().and_then(Period::parse);
    Ok(Paper { parts, unread: Vec::new(), period })
}

/// What the head and foot of a document print as ____: JSON has null or nothing there.
fn unset(paper: &Value) -> Vec<Part> {
    let needed: &[(&str, &str)] = match paper["form"].as_str() {
        Some("明电" | "函") => &[("number", "文号"), ("date", "成文日期")],
        Some("简报") => &[("number", "期号"), ("date", "成文日期")],
        _ => &[("date", "成文日期")],
    };
    let is_unset = |key: &str| paper.get(key).is_some_and(|value| said(value).is_empty());
    let blank = |place: &str| Part::Line(Line { place: place.to_owned(), text: BLANK.to_owned() });
    needed.iter().filter(|(key, _)| is_unset(key)).map(|(_, place)| blank(place)).collect()
}

fn table(key: &str, rows: &[Pairs<Value>], note: Option<&str>) -> Table {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut headings: Vec<&str> = Vec::new();
    for (heading, _) in rows.iter().flat_map(|row| &row.0) {
        if headings.len() < MOST_COLUMNS && !places.contains_key(heading.as_str()) {
            places.insert(heading, headings.len());
            headings.push(heading);
        }
    }
    let column = |heading: &&str| Column { heading: squeezed(heading), kind: Kind::of(heading) };
    let row = |(at, pairs): (usize, &Pairs<Value>)| {
        let mut cells = vec![Field::default(); headings.len()];
        for (heading, value) in &pairs.0 {
            if let Some(cell) = places.get(heading.as_str()).and_then(|place| cells.get_mut(*place)) {
                cell.text = said(value);
            }
        }
        Row { line: at + 1, section: 0, cells }
    };
    let (sums, rows) = rows.iter().enumerate().map(row).partition(|row| is_sums(&row.cells));
    Table {
        name: format!("“{}”", visible(key)),
        around: note.map(str::to_owned).into_iter().collect(),
        columns: headings.iter().map(column).collect(),
        rows,
        sums,
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => visible(text),
        other => visible(&other.to_string()),
    }
}
