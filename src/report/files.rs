//! Documents as files: names that file systems take, and the formats that fit.

use super::{Format, Report};
use std::collections::BTreeSet;

/// A form without a table is no workbook: it is written for Word instead.
pub fn fitting(report: &Report, format: Format) -> Format {
    let empty = report.tables().next().is_none();
    if format == Format::Xlsx && empty { Format::Docx } else { format }
}

/// Two offices whose names differ only in signs that a file cannot bear get files of their own.
pub fn distinct(papers: &[(String, Report)]) -> Vec<(String, &Report)> {
    let mut taken = BTreeSet::new();
    let mut named = Vec::new();
    for (name, report) in papers {
        let safe = file_part(name);
        let mut own = safe.clone();
        let mut n = 2;
        while !taken.insert(own.to_lowercase()) {
            own = format!("{safe}-{n}");
            n += 1;
        }
        named.push((own, report));
    }
    named
}

/// A name without signs that a file system or a program for Windows refuses, at most 60 characters.
fn file_part(name: &str) -> String {
    let bad = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    let kept: String = name.trim().chars().map(|c| if bad(c) { '_' } else { c }).take(60).collect();
    let kept = kept.trim_matches(['.', ' ']).to_owned();
    if kept.is_empty() { "未命名".to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_an_office_is_no_path() {
        for (name, want) in [
            ("核对稿-2022-06-文旅局", "核对稿-2022-06-文旅局"),
            ("../etc/文旅局", "_etc_文旅局"),
            ("a:b*c?\n", "a_b_c_"),
            ("..", "未命名"),
        ] {
            assert_eq!(file_part(name), want);
        }
        assert_eq!(file_part(&"长".repeat(300)).chars().count(), 60);
    }
}
