//! `report`: documents of a period, judged from the evidence that is stored now.

use super::args::ReportArgs;
use super::print::errln;
use super::{CliError, Context, Outcome, outln, print_json};
use crate::bulletin::words;
use crate::domain::Period;
use crate::report::{Format, Part, Prepared, Report, file_name, render};
use chrono::NaiveDate;
use cuigeng_adapters::time::parse_date;

/// Writes the report in each format asked for.
pub(super) fn run(context: &Context, args: &ReportArgs, wanted: PeriodWord) -> Result<Outcome, CliError> {
    let period = Period::parse(&args.period)
        .filter(|period| wanted.fits(*period))
        .ok_or_else(|| CliError::usage(format!("看不懂周期“{}”，请写成 {}", args.period, wanted.example())))?;
    let formats = Format::parse_list(&args.format).map_err(CliError::usage)?;
    let profile = context.profile(args.profile.as_deref())?;
    let now = context.clock.now();
    if period.begins() > now {
        return Err(CliError::usage(format!("{}还没有到，没有可写的内容", args.period)));
    }
    let date = args.date.as_deref().map(issue_date).transpose()?;
    let prepared = context.store()?.read(|conn| Prepared::load(conn, &context.config, &profile, period, now))?;
    let mut report = prepared.compose(0);
    if wanted != PeriodWord::Week {
        report.paper = Some(context.config.report.paper.numbered(args.number, date));
    }
    if let Some(hint) = date.and_then(|date| early(&prepared, date)) {
        errln!("提示：{hint}");
    }
    for finding in say(context, &prepared, &mut report)? {
        errln!("提示：{finding}");
    }
    for table in report.tables().filter(|table| table.part == Part::Working && !table.rows.is_empty()) {
        errln!("提示：“{}”共{}行，供核实用，不进docx文件，见xlsx文件", table.title, table.rows.len());
    }
    std::fs::create_dir_all(&args.out)
        .map_err(|e| CliError::failed(format!("目录 {} 无法创建：{e}", args.out.display())))?;
    let mut written = Vec::new();
    for format in formats {
        let bytes = render(&report, format).map_err(|e| CliError::failed(format!("报表写不出来：{e}")))?;
        let path = args.out.join(file_name(period, format));
        std::fs::write(&path, bytes).map_err(|e| CliError::failed(format!("{} 写不出来：{e}", path.display())))?;
        written.push(path.display().to_string());
    }
    if context.json {
        print_json(&written)?;
    } else {
        for path in written {
            outln!("已写出 {path}");
        }
    }
    Ok(Outcome::Done)
}

/// A paper cannot be dated before what it tells of.
fn early(prepared: &Prepared, dated: NaiveDate) -> Option<String> {
    let last = prepared.checks.iter().map(|check| check.at.date()).max().filter(|last| dated < *last)?;
    let [dated, last] = [dated, last].map(words::date);
    Some(format!("成文日期{dated}早于本期最后一次检查（{last}），请核对 --date"))
}

/// Puts the office's own words into a month's or a quarter's report; tells what is missing in them.
fn say(context: &Context, prepared: &Prepared, report: &mut Report) -> Result<Vec<String>, CliError> {
    if matches!(prepared.period, Period::Week(_)) {
        return Ok(Vec::new());
    }
    let words = super::words::read(context, prepared.period)?;
    let findings = prepared.say(report, words.as_ref());
    let file = super::words::file(context, prepared.period);
    Ok(findings.iter().map(|finding| format!("{} {finding}", file.display())).collect())
}

/// The date under a paper.
fn issue_date(text: &str) -> Result<NaiveDate, CliError> {
    parse_date(text).ok_or_else(|| CliError::usage(format!("成文日期“{text}”不是一个日期，请写成 2022-07-11")))
}

/// Which of the three reports was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PeriodWord {
    /// 周报.
    Week,
    /// 月度.
    Month,
    /// 季度.
    Quarter,
}

impl PeriodWord {
    const fn fits(self, period: Period) -> bool {
        matches!(
            (self, period),
            (PeriodWord::Week, Period::Week(_))
                | (PeriodWord::Month, Period::Month(_))
                | (PeriodWord::Quarter, Period::Quarter(_))
        )
    }

    const fn example(self) -> &'static str {
        match self {
            PeriodWord::Week => "2022-W25",
            PeriodWord::Month => "2022-06",
            PeriodWord::Quarter => "2022-Q2",
        }
    }
}
