//! A report as one object: the same tables that the documents print, each an array of rows keyed by
//! the column headings, in the order of the document.

use super::docx::text;
use super::paper::annex_lines;
use super::{Block, Cell, Chart, Paper, RenderError, Report, Table};
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
struct Head<'a>(&'a Paper);
struct Picture<'a>(&'a Chart);
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
        if let Some(paper) = &report.paper {
            map.serialize_entry("paper", &Head(paper))?;
        }
        map.serialize_entry("paragraphs", &report.paragraphs().collect::<Vec<_>>())?;
        map.serialize_entry("headings", &headings(report))?;
        map.serialize_entry("tables", &Tables(report))?;
        if report.paper.is_some() {
            map.serialize_entry("annexes", &annexes(report))?;
            map.serialize_entry("annex_list", &annex_lines(report))?;
        }
        if report.charts().next().is_some() {
            map.serialize_entry("charts", &report.charts().map(Picture).collect::<Vec<_>>())?;
        }
        let notes = report.tables().filter_map(|table| Some((&table.key, table.note.as_ref()?)));
        let notes: BTreeMap<&String, &String> = notes.collect();
        if !notes.is_empty() {
            map.serialize_entry("notes", &notes)?;
        }
        map.serialize_entry("footnotes", &report.footnotes)?;
        map.end()
    }
}

/// The headings that the document prints, each with the number of the first paragraph below it, from 1.
fn headings(report: &Report) -> Vec<Section> {
    let mut next = 1;
    let mut all = Vec::new();
    for block in text(report) {
        match block {
            Block::Heading(heading) => all.push(Section { heading, paragraph: next }),
            Block::Paragraph(_) => next += 1,
            _ => {}
        }
    }
    all
}

#[derive(serde::Serialize)]
struct Section {
    heading: String,
    paragraph: usize,
}

/// Title and tables of each annex, by its number.
fn annexes(report: &Report) -> BTreeMap<usize, (&str, Vec<&str>)> {
    let mut annexes: BTreeMap<usize, (&str, Vec<&str>)> = BTreeMap::new();
    for table in report.tables() {
        let Some(number) = table.annex() else { continue };
        annexes.entry(number).or_insert_with(|| (&table.title, Vec::new())).1.push(&table.key);
    }
    annexes
}

impl Serialize for Head<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let paper = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("form", paper.shape.chinese())?;
        let texts = [
            ("issuer", &paper.issuer),
            ("masthead", &paper.masthead),
            ("number", &paper.number),
            ("urgency", &paper.urgency),
            ("signer", &paper.signer),
            ("to", &paper.to),
            ("copies", &paper.copies),
            ("sent", &paper.sent),
            ("printer", &paper.printer),
            ("contact", &paper.contact),
        ];
        for (name, text) in texts {
            map.serialize_entry(name, text)?;
        }
        map.serialize_entry("public", &paper.public)?;
        map.serialize_entry("date", &paper.date.map(|date| date.to_string()))?;
        map.end()
    }
}

impl Serialize for Picture<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let chart = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("title", &chart.title)?;
        map.serialize_entry("unit", &chart.unit)?;
        let value = |cell: &Option<Cell>| cell.as_ref().map(Cell::text);
        let points: Vec<_> = chart.points.iter().map(|point| (&point.label, value(&point.value))).collect();
        map.serialize_entry("points", &points)?;
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
