//! `lint`: the consistency checks on a finished paper.

use super::{CliError, Context, Outcome, outln, print_json, refusal};
use crate::lint::{self, Level, Linted, Paper};
use clap::Args;
use serde_json::json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Findings of one check and level that are printed; JSON has all.
const PRINTED: usize = 20;
/// A larger file is not even read, in bytes.
const LARGEST: u64 = 50 << 20;

/// What `lint` takes.
#[derive(Args, Debug)]
pub struct LintArgs {
    /// 文件：.docx、.xlsx，或 report 写出的 .json；本单位和别的单位的都可以
    pub file: PathBuf,
    /// 只有提醒、没有错误时，也以退出码4结束
    #[arg(long)]
    pub strict: bool,
}

/// `lint`
pub(super) fn run(context: &Context, args: &LintArgs) -> Result<Outcome, CliError> {
    let bytes = bytes(&args.file)?;
    let refuse = |why: lint::Unreadable| CliError::failed(format!("{}：{why}", args.file.display()));
    let paper = lint::read(&bytes).map_err(refuse)?;
    let linted = lint::lint(&paper, &context.config.profile.basis);
    if context.json {
        print_json(&as_json(&args.file, &paper, &linted))?;
    } else {
        say(&args.file, &paper, &linted);
    }
    let stops = linted.count(Level::Error) > 0 || (args.strict && linted.count(Level::Warning) > 0);
    Ok(if stops { Outcome::NotCompliant } else { Outcome::Done })
}

fn bytes(file: &Path) -> Result<Vec<u8>, CliError> {
    let unreadable = |error| refusal::unreadable(file, &error);
    if std::fs::metadata(file).map_err(unreadable)?.len() > LARGEST {
        return Err(CliError::failed(format!("{}：文件超过50MB，不像是一份通报，请检查", file.display())));
    }
    std::fs::read(file).map_err(unreadable)
}

fn say(file: &Path, paper: &Paper, linted: &Linted) {
    let read = format!("{}张表、{}段文字", paper.tables().count(), paper.lines().count());
    match [Level::Error, Level::Warning].map(|level| linted.count(level)) {
        [0, 0] => outln!("{}：没有发现问题（读到{read}）", file.display()),
        [errors, warnings] => outln!("{}：错误{errors}处，提醒{warnings}处（读到{read}）", file.display()),
    }
    let mut said: HashMap<(Level, u8), usize> = HashMap::new();
    for finding in &linted.findings {
        let count = said.entry((finding.level, finding.check)).or_default();
        *count += 1;
        if *count <= PRINTED {
            outln!("  {finding}");
        }
    }
    let more: usize = said.values().map(|count| count.saturating_sub(PRINTED)).sum();
    if more > 0 {
        outln!("  …同类的另有{more}处没有列出，加 --json 看全部");
    }
    linted.skipped.iter().for_each(|what| outln!("没有核对：{what}"));
}

fn as_json(file: &Path, paper: &Paper, linted: &Linted) -> serde_json::Value {
    let finding = |one: &lint::Finding| {
        json!({
            "check": one.check, "level": one.level.word(), "place": one.place, "problem": one.what, "cure": one.cure,
        })
    };
    json!({
        "file": file.display().to_string(),
        "tables": paper.tables().count(),
        "paragraphs": paper.lines().count(),
        "errors": linted.count(Level::Error),
        "warnings": linted.count(Level::Warning),
        "findings": linted.findings.iter().map(finding).collect::<Vec<_>>(),
        "skipped": linted.skipped,
    })
}
