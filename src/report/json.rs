//! A report as one object: the same tables that the documents print, each an array of rows keyed by
//! the column headings, in the order of the document.

use super::{Cell, RenderError, Report, Table};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::collections::BTreeMap;

pub(super) fn render(report: &Report) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(&Whole(report))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Serialised by hand, because a map of serde_json sorts its keys.
struct Whole<'a>(&'a Report);
struct Tables<'a>(&'a Report);
struct Rows<'a>(&'a Table);
struct Row<'a>(&'a [String], &'a [Cell]);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("title", &report.title)?;
        map.serialize_entry("subtitle", &report.subtitle)?;
        map.serialize_entry("period", &report.meta.period.to_string())?;
        map.serialize_entry("profile", &report.meta.profile)?;
        map.serialize_entry("generated_at", &report.meta.generated_at)?;
        map.serialize_entry("paragraphs", &report.paragraphs().collect::<Vec<_>>())?;
        map.serialize_entry("tables", &Tables(report))?;
        let notes = report.tables().filter_map(|table| Some((&table.key, table.note.as_ref()?)));
        let notes: BTreeMap<&String, &String> = notes.collect();
        if !notes.is_empty() {
            map.serialize_entry("notes", &notes)?;
        }
        map.serialize_entry("footnotes", &report.footnotes)?;
        map.end()
    }
}

impl Serialize for Tables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for table in self.0.tables() {
            map.serialize_entry(&table.key, &Rows(table))?;
        }
        map.end()
    }
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.0.rows.len()))?;
        let keys = self.0.keys();
        for row in &self.0.rows {
            rows.serialize_element(&Row(&keys, row))?;
        }
        rows.end()
    }
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            match cell {
                Cell::Text(text) => map.serialize_entry(column, text)?,
                Cell::Number(number) => map.serialize_entry(column, number)?,
                Cell::Decimal { .. } => match cell.text().parse::<i64>() {
                    Ok(whole) => map.serialize_entry(column, &whole)?,
                    // The shortest digits that give this double again: those that are printed.
                    Err(_) => map.serialize_entry(column, &cell.number())?,
                },
            }
        }
        map.end()
    }
}
