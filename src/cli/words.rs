//! `report words`: the office's own words of a period, a text file in the data directory. It is written
//! once, as a draft, and afterwards only read.

use super::tables::month_or_quarter;
use super::tables_args::WordsArgs;
use super::{CliError, Context, Outcome, outln, print_json};
use crate::deeds::words;
use crate::domain::Period;
use crate::private;
use crate::report::Prepared;
use crate::wording::{self, Wording, WordsFinding};
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// `report words`
pub(super) fn run(context: &Context, args: &WordsArgs) -> Result<Outcome, CliError> {
    let period = month_or_quarter(&args.period)?;
    let profile = context.profile(args.profile.as_deref())?;
    let now = context.clock.now();
    let prepared = context.store()?.read(|conn| Prepared::load(conn, &context.config, &profile, period, now))?;
    if args.fields {
        return say_fields(context, &prepared);
    }
    let path = file(context, period);
    let made = begin(context, period, &path, profile.tables.words.as_deref())?;
    let findings = match read(context, period)? {
        Some(words) => prepared.say(&mut prepared.compose(0), Some(&words)),
        None => Vec::new(),
    };
    say(context, &path, made.as_deref(), &findings)
}

/// Where the words of a period lie.
pub(super) fn file(context: &Context, period: Period) -> PathBuf {
    words::file(&context.data, period)
}

fn folder(context: &Context) -> PathBuf {
    words::folder(&context.data)
}

/// The words of a period, if there are any.
pub(super) fn read(context: &Context, period: Period) -> Result<Option<Wording>, CliError> {
    words::read(&context.data, period).map_err(CliError::failed)
}

/// Writes the draft unless there is a file; tells what it was made from.
fn begin(context: &Context, period: Period, path: &Path, own: Option<&str>) -> Result<Option<String>, CliError> {
    if path.exists() {
        return Ok(None);
    }
    let previous = previous(context, period)?;
    let from = previous.as_ref().map_or("空白的格式".to_owned(), |(name, _)| format!("上期的 {name}"));
    private::folder(&folder(context))
        .map_err(|e| CliError::failed(format!("目录 {} 无法创建：{e}", folder(context).display())))?;
    let draft = wording::draft(period, previous.as_ref().map(|(_, text)| text.as_str()), own);
    // With a byte-order mark, since older editions of Notepad take anything else for GBK.
    written(path, private::new_file(path), format!("\u{feff}{draft}").as_bytes())?;
    Ok(Some(from))
}

/// Name and text of the newest earlier file of the same kind of period.
fn previous(context: &Context, period: Period) -> Result<Option<(String, String)>, CliError> {
    let entries = std::fs::read_dir(folder(context)).into_iter().flatten().flatten().map(|entry| entry.path());
    let of = |path: &PathBuf| {
        Period::parse(path.file_stem()?.to_str()?).filter(|_| path.extension().is_some_and(|e| e == "txt"))
    };
    let same_kind = |other: &Period| std::mem::discriminant(other) == std::mem::discriminant(&period);
    let earlier = entries.filter_map(|path| Some((of(&path)?, path)));
    let newest = earlier.filter(|(other, _)| same_kind(other) && *other < period).max_by_key(|(other, _)| *other);
    let Some((other, path)) = newest else { return Ok(None) };
    Ok(words::text(&path).map_err(CliError::failed)?.map(|text| (format!("{other}.txt"), text)))
}

/// Writes a file that does not exist yet: what a person has filled in is never overwritten.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    written(path, OpenOptions::new().write(true).create_new(true).open(path), bytes)
}

fn written(path: &Path, file: std::io::Result<File>, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => CliError::failed(format!("{} 已经有了，没有改动；请换一个文件名", path.display())),
        _ => CliError::failed(format!("{} 写不出来：{error}", path.display())),
    };
    file.and_then(|mut file| file.write_all(bytes)).map_err(failed)
}

fn say(context: &Context, path: &Path, made: Option<&str>, findings: &[WordsFinding]) -> Result<Outcome, CliError> {
    if context.json {
        let rows: Vec<_> = findings.iter().map(|f| json!({"line": f.line, "problem": f.problem})).collect();
        print_json(&json!({"file": path.display().to_string(), "made_from": made, "findings": rows}))?;
        return Ok(Outcome::Done);
    }
    match made {
        Some(from) => {
            outln!("已写出 {}（根据{from}），请用记事本填写；以后生成通报时照它印出，不会改动它", path.display())
        }
        None => outln!("{} 已经有了，没有改动", path.display()),
    }
    for finding in findings {
        outln!("  {finding}");
    }
    Ok(Outcome::Done)
}

fn say_fields(context: &Context, prepared: &Prepared) -> Result<Outcome, CliError> {
    let fields = prepared.fields();
    if context.json {
        print_json(&fields)?;
        return Ok(Outcome::Done);
    }
    for (name, value) in fields {
        outln!("{{{name}}}  {value}");
    }
    Ok(Outcome::Done)
}
