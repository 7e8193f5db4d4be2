//! What came of the demo: documents and letters on disk, and the lists held against the town's.

use super::run::Stage;
use super::town::{Expected, Named, Row};
use crate::clock::Clock;
use crate::domain::{Month, Period, Week};
use crate::report::{Format, Prepared, Report, file_name, render};
use crate::rules::Profile;
use crate::store::{Store, StoreError};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The lists that were found, beside those that are right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows of annex 2 found.
    pub failed: Vec<Vec<String>>,
    /// Rows of annex 3 found.
    pub problems: Vec<Vec<String>>,
    /// Accounts (name, platform) that could not be decided.
    pub unclear: Vec<Vec<String>>,
    /// What differs, a line each; empty when all is as it must be.
    pub differences: Vec<String>,
    /// Letters that the mailbox holds.
    pub letters: usize,
}

/// Number and date of the circular about the month that the demo plays (documents.md).
const NUMBER: u32 = 28;
const DATE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2022, 7, 11);

/// The month of the demo.
const JUNE: Period = Period::Month(Month { year: 2022, month: 6 });

/// Compares, and writes everything to `out` where one is given.
///
/// # Errors
/// A sentence in Chinese.
pub fn gather(stage: &Stage, expected: &Expected, out: Option<&Path>) -> Result<Outcome, String> {
    let store = Store::open(&stage.data).map_err(|e| e.chinese())?;
    let now = stage.clock.now();
    let load = |period| -> Result<Report, String> {
        let loaded: Result<Prepared, StoreError> =
            store.read(|conn| Prepared::load(conn, &stage.config, &stage.config.profile, period, now));
        loaded.map(|prepared| prepared.compose(0)).map_err(|e| e.chinese())
    };
    let june = load(JUNE)?;
    let mut outcome = Outcome {
        failed: rows(&june, "不合格"),
        problems: rows(&june, "存在问题"),
        unclear: rows(&june, "无法判定"),
        differences: Vec::new(),
        letters: stage.sandbox.mailbox().letters().len(),
    };
    outcome.differences = differences(&outcome, expected, &stage.config.profile);
    if let Some(out) = out {
        write_all(out, &june, stage, load).map_err(|why| format!("{} 写不进去：{why}", out.display()))?;
    }
    Ok(outcome)
}

/// The rows of a table without their number: name, office, platform, and the label where there is one.
fn rows(report: &Report, key: &str) -> Vec<Vec<String>> {
    let Some(table) = report.table(key) else { return Vec::new() };
    table.rows.iter().map(|row| row.iter().skip(1).take(4).map(|cell| cell.text()).collect()).collect()
}

fn differences(outcome: &Outcome, expected: &Expected, profile: &Profile) -> Vec<String> {
    let wanted = |rows: &[Row]| -> BTreeSet<Vec<String>> {
        rows.iter()
            .map(|row| vec![row.account.clone(), row.supervisor.clone(), row.platform.clone(), row.problem.clone()])
            .collect()
    };
    let named = |rows: &[Named]| {
        rows.iter()
            .map(|row| vec![row.account.clone(), profile.prints(&row.platform).to_owned()])
            .collect::<BTreeSet<_>>()
    };
    let found_unclear = outcome.unclear.iter().map(|row| vec![row[0].clone(), row[2].clone()]).collect();
    let unclear = named(&expected.unclear).union(&named(&expected.suspected)).cloned().collect();
    let mut told = compare("不合格", &outcome.failed.iter().cloned().collect(), &wanted(&expected.annex2));
    told.extend(compare("存在问题", &outcome.problems.iter().cloned().collect(), &wanted(&expected.annex3)));
    told.extend(compare("无法判定", &found_unclear, &unclear));
    told
}

fn compare(list: &str, found: &BTreeSet<Vec<String>>, wanted: &BTreeSet<Vec<String>>) -> Vec<String> {
    let lacks = wanted.difference(found).map(|row| format!("{list}少了：{}", row.join("，")));
    let extra = found.difference(wanted).map(|row| format!("{list}多了：{}", row.join("，")));
    lacks.chain(extra).collect()
}

fn write_all(
    out: &Path,
    june: &Report,
    stage: &Stage,
    load: impl Fn(Period) -> Result<Report, String>,
) -> Result<(), String> {
    let io = |e: std::io::Error| e.to_string();
    fs::create_dir_all(out.join("letters")).map_err(io)?;
    let paper = Some(stage.config.report.paper.numbered(Some(NUMBER), DATE));
    write_report(out, &Report { paper, ..june.clone() })?;
    for check in super::town::checks() {
        write_report(out, &load(Period::Week(Week::closed_before(check)))?)?;
    }
    for (i, letter) in stage.sandbox.mailbox().letters().iter().enumerate() {
        let when = letter.at.beijing().format("%m%d-%H%M");
        let to: String = letter
            .to
            .join("+")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-') { c } else { '_' })
            .collect();
        fs::write(out.join("letters").join(format!("{:03}-{when}-{to}.eml", i + 1)), &letter.raw).map_err(io)?;
    }
    Ok(())
}

fn write_report(out: &Path, report: &Report) -> Result<(), String> {
    for format in [Format::Docx, Format::Xlsx, Format::Html, Format::Json] {
        let bytes = render(report, format).map_err(|e| e.to_string())?;
        fs::write(out.join(file_name(report.meta.period, format)), bytes).map_err(|e| e.to_string())?;
    }
    Ok(())
}
