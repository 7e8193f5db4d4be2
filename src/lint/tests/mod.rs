//! Clean papers of the five models in three formats, and each of them damaged in one place.

mod damage;
mod hostile;
mod models;
mod ours;
mod properties;
mod real;
mod write;

use super::{Finding, Level, Linted, lint, read};

/// What the office's own rules rest on.
const BASIS: &str = "国办秘函〔2019〕19号";

/// A paper that an office wrote, before anybody has decided in which format.
#[derive(Clone, Debug, Default)]
struct Model {
    title: String,
    paragraphs: Vec<String>,
    tables: Vec<Sheet>,
    /// Notes at the end: the date of issue, （此件公开发布）.
    closing: Vec<String>,
}

/// One table of it.
#[derive(Clone, Debug, Default)]
struct Sheet {
    key: String,
    /// With the number of its attachment.
    title: String,
    subtitle: Option<String>,
    groups: Vec<(&'static str, usize)>,
    columns: Vec<String>,
    once: usize,
    rows: Vec<Vec<String>>,
    note: Option<String>,
}

/// How it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The way Word does it.
    Docx,
    /// The way our own writer does it.
    OurDocx,
    Xlsx,
    Json,
}

const FORMS: [Form; 4] = [Form::Docx, Form::OurDocx, Form::Xlsx, Form::Json];

impl Model {
    fn bytes(&self, form: Form) -> Vec<u8> {
        match form {
            Form::Docx => write::docx(self),
            Form::OurDocx => write::report(self, crate::report::Format::Docx),
            Form::Xlsx => write::report(self, crate::report::Format::Xlsx),
            Form::Json => write::report(self, crate::report::Format::Json),
        }
    }

    fn lint(&self, form: Form) -> Linted {
        linted(&self.bytes(form))
    }

    /// The table of that key.
    fn sheet(&mut self, key: &str) -> &mut Sheet {
        self.tables.iter_mut().find(|table| table.key == key).unwrap()
    }

    /// Replaces words of the paragraphs, which must be there.
    fn say(&mut self, old: &str, new: &str) {
        let line = self.paragraphs.iter_mut().find(|line| line.contains(old)).unwrap();
        *line = line.replace(old, new);
    }
}

impl Sheet {
    /// Writes into the cell of a row, from 0, and a column.
    fn set(&mut self, row: usize, column: &str, text: &str) {
        let at = self.columns.iter().position(|heading| heading == column).unwrap();
        assert_ne!(self.rows[row][at], text, "no damage");
        self.rows[row][at] = text.to_owned();
    }
}

fn linted(bytes: &[u8]) -> Linted {
    lint(&read(bytes).unwrap(), BASIS)
}

fn told(findings: &[Finding]) -> String {
    findings.iter().map(|one| format!("[{}] {one}\n", one.check)).collect()
}
