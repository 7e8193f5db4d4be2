//! The office's own words in a 通报: paragraphs in a text file that a clerk edits in Notepad, with figures
//! as fields. Pure: text in, paragraphs and findings out. The file itself is read by the command line and
//! written once, as a draft; nothing ever overwrites it.

mod draft;
mod fill;
mod parse;
mod place;

#[cfg(test)]
mod tests;

pub use draft::draft;
pub use fill::{FilledWording, fill};
pub use parse::{Figure, Paragraph, Section, Wording, parse};
pub(crate) use place::numeral;
pub(crate) use place::renumber;
pub use place::{place, place_before};

/// What stands where something is missing (documents.md, "Four shapes of paper").
pub const BLANK: &str = "____";

/// Paragraphs below one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The heading, with or without its number.
    pub heading: String,
    /// The paragraphs, every field filled in.
    pub paragraphs: Vec<String>,
}

impl Said {
    /// One paragraph.
    pub fn of(heading: &str, paragraph: String) -> Said {
        Said { heading: heading.to_owned(), paragraphs: vec![paragraph] }
    }
}

/// Something that is missing or wrong in the office's words. It stops no report: the place prints as
/// ____, and the clerk is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsFinding {
    /// Line of the file, from 1.
    pub line: usize,
    /// What is wrong and what cures it (Chinese).
    pub problem: String,
}

impl std::fmt::Display for WordsFinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "第{}行：{}", self.line, self.problem)
    }
}
