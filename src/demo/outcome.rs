//! What came of the demo: documents and letters on disk, and the lists held against the town's.

use super::run::Stage;
use super::town::{Expected, Named, Row};
use crate::clock::Clock;
use crate::domain::{Month, Period, Week};
use crate::lint::{self, Paper, Part};
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
        outcome.differences.extend(reread(out, expected));
    }
    Ok(outcome)
}

/// The rows of a table without their number: name, office, platform, and the label where there is one.
fn rows(report: &Report, key: &str) -> Vec<Vec<String>> {
    let Some(table) = report.table(key) else { return Vec::new() };
    table.rows.iter().map(|row| row.iter().skip(1).take(4).map(|cell| cell.text()).collect()).collect()
}

fn differences(outcome: &Outcome, expected: &Expected, profile: &Profile) -> Vec<String> {
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

fn wanted(rows: &[Row]) -> BTreeSet<Vec<String>> {
    let cells =
        |row: &Row| vec![row.account.clone(), row.supervisor.clone(), row.platform.clone(), row.problem.clone()];
    rows.iter().map(cells).collect()
}

/// What a clerk opens is read back and held against the town's lists once more, row for row.
fn reread(out: &Path, expected: &Expected) -> Vec<String> {
    let mut told = Vec::new();
    for format in [Format::Docx, Format::Xlsx, Format::Json] {
        let name = file_name(JUNE, format);
        let read = fs::read(out.join(&name)).map_err(|e| e.to_string());
        match read.and_then(|bytes| lint::read(&bytes).map_err(|why| format!("{why:?}"))) {
            Ok(paper) => told.extend(printed(&paper, expected).into_iter().map(|line| format!("{name} {line}"))),
            Err(why) => told.push(format!("{name} 读不回来：{why}")),
        }
    }
    told
}

fn printed(paper: &Paper, expected: &Expected) -> Vec<String> {
    let lists = [("不合格", &expected.annex2), ("存在问题", &expected.annex3)];
    lists.iter().flat_map(|(list, rows)| compare(list, &list_of(paper, list), &wanted(rows))).collect()
}

/// The rows of the list of that name (our JSON) or title (the others), as [`rows`] has them.
fn list_of(paper: &Paper, word: &str) -> BTreeSet<Vec<String>> {
    let tables = paper.parts.iter().filter_map(|part| match part {
        Part::Table(table) => Some(table),
        Part::Line(_) => None,
    });
    let titled = |table: &&lint::Table| {
        table.name.trim_matches(['“', '”']) == word
            || table.around.iter().any(|line| line.contains(word) && line.contains("名单"))
    };
    let cells = |row: &lint::Row| row.cells.iter().skip(1).take(4).map(|cell| cell.text.clone()).collect();
    tables.into_iter().find(titled).into_iter().flat_map(|table| table.rows.iter().map(cells)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_our_json_is_found_by_its_name_and_a_row_that_is_gone_is_told() {
        let row = |account: &str| {
            format!(
                r#"{{"序号": 1, "政务新媒体": "{account}", "主管单位": "甲市", "平台类型": "抖音", "问题类型": "一周未更新一次"}}"#
            )
        };
        let tables = format!(r#"{{"不合格": [], "存在问题": [{}, {}]}}"#, row("甲"), row("乙"));
        let report =
            format!(r#"{{"title": "通报", "period": "2022-06", "paragraphs": ["一句。"], "tables": {tables}}}"#);
        let paper = lint::read(report.as_bytes()).unwrap();
        let found = list_of(&paper, "存在问题");
        assert_eq!(found.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["乙", "甲"]);
        let wanted: BTreeSet<Vec<String>> = found.iter().filter(|row| row[0] == "甲").cloned().collect();
        assert_eq!(compare("存在问题", &found, &wanted), ["存在问题多了：乙，甲市，抖音，一周未更新一次"]);
    }
}
