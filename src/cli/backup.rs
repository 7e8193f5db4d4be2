//! `backup`: makes one, lists those that are kept, verifies one.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::backup::record::Record;
use crate::backup::{self, Checked, Made, Trouble, keep, restore};
use crate::spoken::size;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::{Path, PathBuf};

/// What `backup` takes.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BackupArgs {
    /// 另作一份到这里：目录，或还没有的文件名；不计入 backups 目录，以后也不清理
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,
    /// 别的事
    #[command(subcommand)]
    verb: Option<BackupVerb>,
}

/// What else can be done with backups.
#[derive(Subcommand, Debug)]
enum BackupVerb {
    /// 列出留着的备份
    List,
    /// 打开一份备份从头读一遍，看能不能用；不写文件就检验最近的一份
    Verify {
        /// 备份文件，或 backups 目录里的文件名
        file: Option<PathBuf>,
    },
}

impl From<Trouble> for CliError {
    fn from(trouble: Trouble) -> CliError {
        CliError::failed(trouble.0)
    }
}

/// `backup …`
pub(super) fn run(context: &Context, args: &BackupArgs) -> Result<Outcome, CliError> {
    match (&args.verb, &args.to) {
        (None, None) => make(context),
        (None, Some(to)) => told(context, &backup::copy_to(&context.data, to, context.clock.now())?),
        (Some(BackupVerb::List), _) => list(context),
        (Some(BackupVerb::Verify { file }), _) => verify(context, file.as_deref()),
    }
}

/// The database of that data directory must be there: a backup makes none.
fn make(context: &Context) -> Result<Outcome, CliError> {
    there(context)?;
    let made = backup::make(context.store()?, context.config.backup.keep_days, Some("命令行"), context.clock.now())?;
    told(context, &made)
}

fn there(context: &Context) -> Result<(), CliError> {
    let path = context.data.join("cuigeng.db");
    if path.is_file() {
        return Ok(());
    }
    Err(CliError::failed(format!("{} 还没有，没有可备份的；请检查 --data", path.display())))
}

fn told(context: &Context, made: &Made) -> Result<Outcome, CliError> {
    let Made { path, bytes, rows, removed, .. } = made;
    if context.json {
        print_json(&json!({"file": path, "bytes": bytes, "rows": rows, "removed": removed, "verified": true}))?;
        return Ok(Outcome::Done);
    }
    outln!("已备份到 {}（{}，{rows}行），打开检验过，没有问题", path.display(), size(*bytes));
    if !removed.is_empty() {
        outln!("按保留的规矩清理了{}份旧的：{}", removed.len(), removed.join("、"));
    }
    Ok(Outcome::Done)
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let all = keep::list(&backup::folder(&context.data));
    // Whoever looks for a backup may have a database that does not open.
    let record = recorded(context).unwrap_or_default();
    let state = |one: &keep::Kept| match record.damaged.get(&one.name) {
        Some(why) => format!("已损坏：{why}"),
        None if one.verified => "检验过".to_owned(),
        None => "没有检验过".to_owned(),
    };
    if context.json {
        let rows = all.iter().map(|one| {
            let sound = one.verified && !record.damaged.contains_key(&one.name);
            json!({"name": one.name, "at": one.at, "bytes": one.bytes, "verified": sound, "damage": record.damaged.get(&one.name)})
        });
        print_json(&rows.collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    if all.is_empty() {
        outln!("{} 里还没有备份；现在就做：cuigeng backup", backup::folder(&context.data).display());
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> =
        all.iter().map(|one| vec![one.name.clone(), beijing(one.at), size(one.bytes), state(one)]).collect();
    print_rows(&["文件", "备份时间", "大小", "检验"], &rows);
    Ok(Outcome::Done)
}

fn recorded(context: &Context) -> Result<Record, CliError> {
    there(context)?;
    Ok(context.store()?.read(Record::read)?)
}

/// A file as it was named, or of that name among the kept ones or among what restores have put aside.
pub(super) fn named(context: &Context, file: &Path) -> PathBuf {
    let kept = [backup::folder(&context.data).join(file), context.data.join(file)];
    let found = if file.exists() { None } else { kept.into_iter().find(|path| path.exists()) };
    restore::database(&found.unwrap_or_else(|| file.to_owned()))
}

fn verify(context: &Context, file: Option<&Path>) -> Result<Outcome, CliError> {
    let folder = backup::folder(&context.data);
    let file = match file {
        Some(file) => named(context, file),
        None => {
            let newest = keep::list(&folder).into_iter().next();
            let newest = newest.ok_or_else(|| CliError::failed("还没有备份；现在就做：cuigeng backup"))?;
            folder.join(newest.name)
        }
    };
    let checked = backup::verify(&file)?;
    // What is found out about a kept one is known to `status`, the alarm and the pages from now on.
    if file.parent() == Some(folder.as_path())
        && let Err(error) = note(context, &file, &checked)
    {
        tracing::warn!(error = error.chinese, "backup.not_noted");
    }
    if context.json {
        print_json(&as_json(&file, &checked))?;
    } else if checked.faults.is_empty() {
        outln!("{} 可以用：{}", file.display(), words(&checked));
    }
    if checked.faults.is_empty() {
        return Ok(Outcome::Done);
    }
    let faults: String = checked.faults.iter().map(|fault| format!("\n  {fault}")).collect();
    Err(CliError::failed(format!(
        "{} 不能用：{faults}\n请换一份（cuigeng backup list），并马上另做一份",
        file.display()
    )))
}

fn note(context: &Context, file: &Path, checked: &Checked) -> Result<(), CliError> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let fault = (!checked.faults.is_empty()).then(|| checked.faults.join("；"));
    let now = context.clock.now();
    there(context)?;
    context.store()?.write(move |tx| {
        let mut record = Record::read(tx)?;
        record.verified(&name, fault, now);
        record.keep(tx)
    })?;
    Ok(())
}

/// What a sound copy holds.
pub(super) fn words(checked: &Checked) -> String {
    let (found, known) = checked.schema;
    let schema = if found == known {
        String::new()
    } else {
        format!("，是第{found}版结构，恢复时会升级到第{known}版")
    };
    let sum = if checked.summed {
        "，与备份时的校验值一致"
    } else {
        "；旁边没有校验值，只检验了内容"
    };
    let years: Vec<String> = checked.calendars.iter().flatten().map(|year| format!("{year}年")).collect();
    let years =
        if years.is_empty() { String::new() } else { format!("，连同录入的{}放假安排", years.join("、")) };
    format!("{}，{}行{years}{schema}{sum}", size(checked.bytes), checked.total())
}

fn as_json(file: &Path, checked: &Checked) -> serde_json::Value {
    json!({"file": file, "ok": checked.faults.is_empty(), "faults": checked.faults, "bytes": checked.bytes, "rows": checked.rows, "calendars": checked.calendars, "schema": checked.schema.0, "summed": checked.summed})
}
