//! What comes out of a check: the weekly summary and the lists of a month or a quarter.
//!
//! `compose` (with `week` and `period`) turns verdicts into a [`Report`], a plain value; the renderers
//! only render. Nothing here reads a database, a file or a clock, and no figure is typed: every one is
//! counted from the rows.

mod chart;
mod clean;
mod compose;
mod docx;
mod facts;
mod figures;
mod files;
mod followup;
mod grid;
mod history;
mod html;
mod json;
mod leader;
mod lists;
mod paper;
mod period;
mod prepare;
mod rate;
mod reminded;
pub mod reporter;
mod script;
mod svg;
mod table;
mod text;
mod trend;
mod unclear;
mod week;
mod words;
mod xlsx;

#[cfg(test)]
mod forms_tests;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod town;

pub use chart::{Chart, ChartPoint};
pub(crate) use clean::clean;
pub use facts::{Facts, LetterTally, ListChange, ListChangeKind, Progress, STEADY_WEEKS, Standing, Verified};
pub use files::{distinct, fitting};
pub use followup::followup;
pub use grid::{Grid, GridCell, GridRow};
pub use leader::leader;
pub use paper::{Paper, Shape, missing_annexes};
pub use period::{month, quarter};
pub use prepare::Prepared;
pub use rate::{Rounding, percent};
pub use script::{
    Column, GROUP_FIELDS, Held, ListForm, NAME_FIELDS, Naming, Order, Phrases, Piece, Script, ScriptSection, fields_of,
    known_fields,
};
pub use table::{Cell, Group, HeadCell, Part, Table};
pub use week::week;

use crate::domain::{Moment, Period};
use serde::{Deserialize, Serialize};

/// A document before anybody has decided how it looks. An issued one is kept in its serialised form
/// (`bulletin::freeze`): a field that is added later has a default, so that old ones are still read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The title.
    pub title: String,
    /// The line below it.
    pub subtitle: Option<String>,
    /// What stands between title and footnotes, in order.
    pub blocks: Vec<Block>,
    /// What must be said and has no row of its own.
    pub footnotes: Vec<String>,
    /// Head and foot, when it is a paper that an office issues.
    #[serde(default)]
    pub paper: Option<Paper>,
    /// What it speaks of.
    pub meta: Meta,
}

/// What a report speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The period.
    pub period: Period,
    /// Name of the profile that judged.
    pub profile: String,
    /// As of when.
    pub generated_at: Moment,
}

/// One piece of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Block {
    /// A heading with its number, such as 一、总体情况.
    Heading(String),
    /// Running text.
    Paragraph(String),
    /// A line flush left, such as the office that a page is meant for.
    Left(String),
    /// A line flush right, such as a signature.
    Right(String),
    /// A table; one without rows prints as 无.
    Table(Table),
    /// A form with boxes, to be filled in by hand.
    Grid(Grid),
    /// A picture of figures, where the format can hold one.
    Chart(Chart),
    /// What follows begins on a new page; with a title, that title stands on top of it.
    NewPage(Option<String>),
}

impl Report {
    /// The tables, in the order of the document.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }

    /// The forms, in the order of the document.
    pub fn grids(&self) -> impl Iterator<Item = &Grid> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Grid(grid) => Some(grid),
            _ => None,
        })
    }

    /// The pictures, in the order of the document.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
    }

    /// The table of that key.
    pub fn table(&self, key: &str) -> Option<&Table> {
        self.tables().find(|table| table.key == key)
    }

    /// The running text, in the order of the document.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Paragraph(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// How a report is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A Word document in the form of GB/T 9704-2012.
    Docx,
    /// A workbook.
    Xlsx,
    /// One self-contained page.
    Html,
    /// One object.
    Json,
    /// Plain text for mail and terminal.
    Text,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 5] = [Format::Docx, Format::Xlsx, Format::Html, Format::Json, Format::Text];

    /// How a file of this format ends.
    pub const fn ext(self) -> &'static str {
        match self {
            Format::Docx => "docx",
            Format::Xlsx => "xlsx",
            Format::Html => "html",
            Format::Json => "json",
            Format::Text => "txt",
        }
    }

    /// Reads a list such as `xlsx,html,json`; one that is named twice stands once.
    ///
    /// # Errors
    /// A sentence in Chinese that names what was not understood.
    pub fn parse_list(text: &str) -> Result<Vec<Format>, String> {
        let mut formats = Vec::new();
        for word in text.split([',', '，']).map(str::trim).filter(|word| !word.is_empty()) {
            let known = Format::ALL.into_iter().find(|format| format.ext().eq_ignore_ascii_case(word));
            let format = known.ok_or_else(|| format!("不认识的格式“{word}”，可用的有docx、xlsx、html、json、txt"))?;
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        if formats.is_empty() {
            Err("没有写格式，可用的有docx、xlsx、html、json、txt".to_owned())
        } else {
            Ok(formats)
        }
    }
}

/// Why a report could not be written down. The sentence is Chinese; the cause is for developers.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The document.
    #[error("无法生成公文文件（docx）")]
    Docx(#[from] std::io::Error),
    /// The workbook.
    #[error("无法生成表格文件（xlsx）")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The page.
    #[error("无法生成网页文件（html）")]
    Html(#[from] minijinja::Error),
    /// The object.
    #[error("无法生成数据文件（json）")]
    Json(#[from] serde_json::Error),
}

/// Writes a report down. The same report gives the same bytes.
///
/// # Errors
/// When a writer refuses: a table of more than a million rows, two tables of one key.
pub fn render(report: &Report, format: Format) -> Result<Vec<u8>, RenderError> {
    match format {
        Format::Docx => docx::render(report),
        Format::Xlsx => xlsx::render(report),
        Format::Html => html::render(report).map(String::into_bytes),
        Format::Json => json::render(report),
        Format::Text => Ok(text::render(report).into_bytes()),
    }
}

/// What a period is called in titles: 2022年6月份.
pub(crate) fn period_words(period: Period) -> String {
    words::period(period)
}

/// Name of the file of a report, such as `monthly-2022-06.xlsx`. ASCII only, because mail programs
/// garble others.
pub fn file_name(period: Period, format: Format) -> String {
    let kind = match period {
        Period::Week(_) => "weekly",
        Period::Month(_) => "monthly",
        Period::Quarter(_) => "quarterly",
    };
    format!("{kind}-{period}.{}", format.ext())
}
