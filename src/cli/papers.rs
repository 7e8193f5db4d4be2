//! Documents as files: in the formats asked for, under names that a clerk recognises.

use super::bulletin_args::Files;
use super::{CliError, Context, Outcome, outln, print_json};
use crate::domain::{Moment, Period};
use crate::report::{Format, Report, distinct, fitting, render};
use chrono::NaiveDate;
use cuigeng_adapters::time::parse_date;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

/// Writes each document; returns the paths, as they are told. A file of that name is written over: the
/// documents are made from what is kept.
pub(super) fn write(files: &Files, papers: &[(String, Report)]) -> Result<Vec<String>, CliError> {
    let formats = Format::parse_list(&files.format).map_err(CliError::usage)?;
    made(&files.out)?;
    let mut written = Vec::new();
    for (name, report) in distinct(papers) {
        let fitting: BTreeSet<&str> = formats.iter().map(|format| fitting(report, *format).ext()).collect();
        for format in Format::ALL.into_iter().filter(|format| fitting.contains(format.ext())) {
            written.push(one(&files.out, &name, report, format)?);
        }
    }
    Ok(written)
}

/// Refuses an unknown format, and a folder that takes no file, before anything is kept.
pub(super) fn check(files: &Files) -> Result<(), CliError> {
    Format::parse_list(&files.format).map(drop).map_err(CliError::usage)?;
    made(&files.out)?;
    let probe = files.out.join(format!(".cuigeng-{}.tmp", std::process::id()));
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(|error| {
        CliError::failed(format!("目录 {} 写不进文件：{}；请改 --out", files.out.display(), cause(&error)))
    })
}

fn made(dir: &Path) -> Result<(), CliError> {
    std::fs::create_dir_all(dir)
        .map_err(|error| CliError::failed(format!("目录 {} 无法创建：{}；请改 --out", dir.display(), cause(&error))))
}

/// Why the system refused a file, in the clerk's words.
fn cause(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "上级目录不存在，也无法建立".to_owned(),
        ErrorKind::PermissionDenied => "没有写入的权限".to_owned(),
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "路径中有同名的文件，不是目录".to_owned(),
        ErrorKind::IsADirectory => "已有同名的目录".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "文件系统是只读的".to_owned(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘已满".to_owned(),
        _ => error.raw_os_error().map_or_else(|| "系统错误".to_owned(), |code| format!("系统错误{code}")),
    }
}

fn one(dir: &Path, name: &str, report: &Report, format: Format) -> Result<String, CliError> {
    let bytes = render(report, format).map_err(|e| CliError::failed(format!("文件写不出来：{e}")))?;
    let path = dir.join(format!("{name}.{}", format.ext()));
    std::fs::write(&path, bytes)
        .map_err(|e| CliError::failed(format!("{} 写不出来：{}", path.display(), cause(&e))))?;
    Ok(path.display().to_string())
}

/// Tells what was done, and which files were written.
pub(super) fn tell(
    context: &Context,
    said: &str,
    more: serde_json::Value,
    written: &[String],
) -> Result<Outcome, CliError> {
    if context.json {
        let mut object = more;
        object["files"] = serde_json::json!(written);
        print_json(&object)?;
        return Ok(Outcome::Done);
    }
    outln!("{said}");
    for path in written {
        outln!("已写出 {path}");
    }
    Ok(Outcome::Done)
}

/// A date that somebody wrote.
pub(super) fn date(option: &str, text: &str) -> Result<NaiveDate, CliError> {
    parse_date(text).ok_or_else(|| CliError::usage(format!("看不懂 {option} 的日期“{text}”，请写成 2022-07-11")))
}

/// A date in the past, or today when nothing is written.
pub(super) fn past_date(option: &str, text: Option<&str>, now: Moment) -> Result<NaiveDate, CliError> {
    let Some(text) = text else { return Ok(now.date()) };
    let day = date(option, text)?;
    if day > now.date() {
        return Err(CliError::usage(format!("{option} 写的{day}还没有到，请核对")));
    }
    Ok(day)
}

/// A month or a quarter that has begun.
pub(super) fn begun(text: &str, now: Moment) -> Result<Period, CliError> {
    let period = super::tables::month_or_quarter(text)?;
    if period.begins() > now {
        return Err(CliError::usage(format!("{text}还没有到，没有可写的内容")));
    }
    Ok(period)
}
