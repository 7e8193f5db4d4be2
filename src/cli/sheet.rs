//! `sheet`: the weekly check sheet, out to the clerk and back with signatures ([`crate::deeds::sheet`]).

use super::evidence::tell;
use super::sheet_args::{SheetExportArgs, SheetImportArgs, SheetVerb};
use super::{CliError, Context, Outcome, outln, print_json, refusal};
use crate::deeds::sheet::{self, Drawn, Kept, words};
use crate::domain::{Account, AccountId, Period, Week};
use crate::import::{SheetPlan, plan_sheet};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Corrections that are printed one by one.
const PRINTED: usize = 20;

/// `sheet …`
pub(super) fn run(context: &Context, verb: SheetVerb) -> Result<Outcome, CliError> {
    match verb {
        SheetVerb::Export(args) => export(context, &args),
        SheetVerb::Import(args) => import(context, &args),
    }
}

fn export(context: &Context, args: &SheetExportArgs) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let week = args.week.as_deref().map_or(Ok(Week::closed_before(now)), read_week)?;
    if week.start() >= now {
        return Err(CliError::usage(format!("{} 这一周还没有开始", Period::Week(week))));
    }
    let out = target(args, week)?;
    let drawn = context.store()?.read(|conn| sheet::drawn(conn, &context.config, week, args.all, now))?;
    if drawn.rows == 0 {
        return nothing(context.json, week);
    }
    let bytes = drawn.book.as_ref().map_err(|e| CliError::failed(format!("工作簿写不出来：{e}")))?;
    write(&out, bytes, args.force)?;
    say_exported(context.json, &out, week, &drawn)
}

fn read_week(text: &str) -> Result<Week, CliError> {
    match Period::parse(text) {
        Some(Period::Week(week)) => Ok(week),
        _ => Err(CliError::usage(format!("看不懂周次“{text}”，请写成 2026-W47"))),
    }
}

fn target(args: &SheetExportArgs, week: Week) -> Result<PathBuf, CliError> {
    let named = args.out.clone();
    let out = named.unwrap_or_else(|| PathBuf::from(format!("周核查表-{}.xlsx", Period::Week(week))));
    if out.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("xlsx")) {
        return Ok(out);
    }
    Err(CliError::usage(format!("周核查表只能写成 .xlsx 文件，请改 --out 的文件名：{}", out.display())))
}

/// An existing file may hold a morning's work.
fn write(out: &Path, bytes: &[u8], force: bool) -> Result<(), CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(!force).create(force).truncate(force);
    let written = options.open(out).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => CliError::failed(format!(
            "{} 已经有了，没有覆盖（里面可能有填好的内容）；请用 --out 换个文件名，确要覆盖请加 --force",
            out.display()
        )),
        _ => CliError::failed(format!("{} 写不出来：{error}", out.display())),
    })
}

fn nothing(json: bool, week: Week) -> Result<Outcome, CliError> {
    let period = Period::Week(week).to_string();
    if json {
        print_json(&json!({"file": null, "week": period, "rows": 0}))?;
    }
    crate::cli::print::errln!("{period} 没有需要人工核查的账号，没有写文件；要列出全部账号请加 --all");
    Ok(Outcome::Done)
}

fn say_exported(json: bool, out: &Path, week: Week, drawn: &Drawn) -> Result<Outcome, CliError> {
    let [no_source, suspected, unknown, others] = drawn.needs;
    let (period, rows, signed) = (Period::Week(week).to_string(), drawn.rows, drawn.signed);
    if json {
        print_json(&json!({
            "file": out, "week": period, "rows": rows, "no_source": no_source, "suspected": suspected,
            "unknown": unknown, "others": others, "signed": signed,
        }))?;
    }
    let parts = [("没有来源", no_source), ("待人工核实", suspected), ("无法判定", unknown), ("其余", others)];
    let parts: Vec<String> = parts.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word}{n}个")).collect();
    let done = if signed > 0 { format!("；其中{signed}个已经签名，照原样填好") } else { String::new() };
    crate::cli::print::errln!("已写出 {}：{period}，{rows}个账号（{}）{done}", out.display(), parts.join("，"));
    Ok(Outcome::Done)
}

fn import(context: &Context, args: &SheetImportArgs) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let asked = args.week.as_deref().map(read_week).transpose()?;
    let sheets = refusal::open(&args.file)?;
    let known = context.accounts()?;
    let plan = plan_sheet(&sheets, &known, asked, context.config.profile.count, now)
        .map_err(|refused| refusal::explain(&args.file, &sheets, &refused))?;
    let (store, file) = (context.store()?, name_of(&args.file));
    let (rows, doubts) = store.read(|conn| sheet::sorted_out(conn, plan.signed.clone(), &known))?;
    let plan = SheetPlan { signed: rows.clone(), remarks: [plan.remarks, doubts].concat(), ..plan };
    let kept = if args.dry_run {
        store.read(|conn| sheet::foresee(conn, &rows))?
    } else {
        store.write(move |tx| sheet::sign(tx, &rows, &file, now))?
    };
    say_imported(context.json, args.dry_run, &known, &plan, &kept)
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn say_imported(
    json: bool,
    dry_run: bool,
    known: &[Account],
    plan: &SheetPlan,
    kept: &Kept,
) -> Result<Outcome, CliError> {
    let period = Period::Week(plan.week).to_string();
    tell(&plan.remarks);
    if json {
        print_json(&json!({
            "dry_run": dry_run, "week": period, "signed": plan.signed.len(), "new": kept.new,
            "corrected": kept.corrected.len(), "unchanged": kept.known, "unsigned": plan.unsigned,
            "remarks": plan.remarks,
        }))?;
        return Ok(Outcome::Done);
    }
    let title = |id: AccountId| known.iter().find(|a| a.id == id).map_or_else(String::new, Account::title);
    for (id, earlier, row) in kept.corrected.iter().take(PRINTED) {
        outln!("更正：{}：{}；原为：{}", title(*id), words(row), words(earlier));
    }
    if kept.corrected.len() > PRINTED {
        outln!("…另有{}行更正", kept.corrected.len() - PRINTED);
    }
    let head = if dry_run { "只是预览，没有保存：" } else { "已登记：" };
    let (new, corrected, same) = (kept.new, kept.corrected.len(), kept.known);
    outln!(
        "{head}{period} 签名的{}行（新的{new}行，更正{corrected}行，与已登记的相同{same}行）；没有签名的{}行没有采用",
        plan.signed.len(),
        plan.unsigned
    );
    if new + corrected > 0 && !dry_run {
        outln!("有关结论会重新判定；填错了的改好后再导入，或用 attest withdraw 撤回");
    }
    Ok(Outcome::Done)
}
