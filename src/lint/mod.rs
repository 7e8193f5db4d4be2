//! The consistency checks on a finished paper, ours or another office's (documents.md, "Consistency checks
//! before a paper leaves"). Pure: the bytes of a file become a [`Paper`], a paper becomes findings. It
//! needs no database and no other paper; what it cannot check it names.

mod checks;
mod column;
mod dates;
mod docx;
mod figures;
mod finding;
mod grid;
mod json;
mod paper;
mod read;
mod seen;
mod xlsx;

#[cfg(test)]
mod tests;

pub use column::Kind;
pub use dates::no_such_day;
pub use finding::{Finding, Level};
pub use paper::{Column, Field, Line, Paper, Part, Row, Table};
pub use read::{Unreadable, read};

use finding::Out;
use seen::Seen;

/// What came of checking a paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linted {
    /// In the order of the paper.
    pub findings: Vec<Finding>,
    /// What was not checked, and why (Chinese).
    pub skipped: Vec<String>,
}

impl Linted {
    /// How many findings are of that level.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

/// Checks a paper. `basis` names the document that the rules rest on, such as 国办秘函〔2019〕19号; empty
/// when none is known.
pub fn lint(paper: &Paper, basis: &str) -> Linted {
    let seen = Seen::of(paper, basis);
    let mut out = Out::default();
    paper.unread.iter().for_each(|what| out.skip(what.clone()));
    checks::all(&seen, &mut out);
    let Out { mut findings, skipped } = out;
    findings.sort_by_key(|finding| (finding.at, finding.level, finding.check));
    findings.dedup();
    Linted { findings, skipped }
}
