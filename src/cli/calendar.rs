//! `calendar`: the working days of a year, and the way from the State Council's notice to them.

use super::{CliError, Context, Outcome, outln, print_json, print_rows};
use crate::config::imported_calendar;
use crate::domain::Moment;
use crate::rules::calendar::Calendar;
use crate::rules::notice::{Announced, NoticeFault, read_notice, weekday};
use crate::store::meta;
use chrono::{Datelike, NaiveDate};
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// What can be done with the working days.
#[derive(Subcommand, Debug)]
pub enum CalendarVerb {
    /// 看一年的放假、调休上班、工作日数，和哪些检查日逢节假日
    Show {
        /// 年份；不写就是今年
        year: Option<i32>,
    },
    /// 录入国务院办公厅关于某年部分节假日安排的通知（粘贴的正文）
    ///
    /// 先显示看懂的日期，核对无误后加 --yes 保存到数据目录的 calendar 下；缺一个节日、星期与日期对不上、
    /// 日期没有写明放假还是上班，都整份不录入。正在运行的服务重启后生效。
    Import(ImportArgs),
}

/// What `calendar import` takes.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// 存有通知正文的文本文件（UTF-8 或 GBK）；写 - 就从标准输入读
    pub file: PathBuf,
    /// 哪一年的安排
    #[arg(long, value_name = "Y", value_parser = clap::value_parser!(i32).range(2000..=2100))]
    pub year: i32,
    /// 日期已核对，保存
    #[arg(long)]
    pub yes: bool,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
}

/// No notice is longer; what is, is another file.
const LONGEST_BYTES: u64 = 1_000_000;

/// `calendar …`
pub(super) fn run(context: &Context, verb: CalendarVerb) -> Result<Outcome, CliError> {
    match verb {
        CalendarVerb::Show { year } => show(context, year.unwrap_or(context.clock.now().date().year())),
        CalendarVerb::Import(args) => import(context, &args),
    }
}

fn show(context: &Context, year: i32) -> Result<Outcome, CliError> {
    let calendar = &context.config.calendar;
    let Some(days) = calendar.year(year) else {
        return Err(CliError::failed(format!(
            "{year}年放假安排未录入，按周一至周五上班处理；用 cuigeng calendar import 文件 --year {year} --by 姓名 录入"
        )));
    };
    print(context, calendar, year, days)?;
    Ok(Outcome::Done)
}

fn print(context: &Context, calendar: &Calendar, year: i32, days: &Announced) -> Result<(), CliError> {
    let off_checks = off_checks(context, calendar, year);
    let working = calendar.working_days(year).unwrap_or(0);
    if context.json {
        let closures: Vec<_> = days
            .closures()
            .iter()
            .map(|(name, first, last)| json!({"name": name, "first": first, "last": last}))
            .collect();
        return print_json(
            &json!({"year": year, "holidays": closures, "worked": days.worked, "working_days": working, "checks_off": off_checks}),
        );
    }
    let rows: Vec<Vec<String>> = days.closures().into_iter().map(closure_row).collect();
    print_rows(&["节日", "放假", "天数"], &rows);
    outln!("周末上班：{}", listed(&days.worked.iter().copied().collect::<Vec<_>>(), year));
    outln!("{year}年共{working}个工作日");
    outln!("逢休息日的检查日：{}", listed(&off_checks, year));
    Ok(())
}

fn closure_row((name, first, last): (String, NaiveDate, NaiveDate)) -> Vec<String> {
    let days = (last - first).num_days() + 1;
    let span = if first == last { day(first) } else { format!("{} 至 {}", day(first), day(last)) };
    vec![name, span, days.to_string()]
}

/// The dates on which a check is scheduled although nobody works.
fn off_checks(context: &Context, calendar: &Calendar, year: i32) -> Vec<NaiveDate> {
    let first = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).map_or(Moment::MAX, Moment::start_of);
    let checks = context.config.check.schedule.between(first(year), first(year + 1));
    checks.into_iter().map(Moment::date).filter(|date| !calendar.is_working(*date)).collect()
}

fn listed(days: &[NaiveDate], year: i32) -> String {
    let of_year = |date: &&NaiveDate| date.year() == year;
    let said: Vec<String> = days.iter().filter(of_year).map(|date| day(*date)).collect();
    if said.is_empty() { "无".to_owned() } else { said.join("、") }
}

fn day(date: NaiveDate) -> String {
    format!("{}（{}）", date.format("%-m月%-d日"), weekday(date.weekday()))
}

fn import(context: &Context, args: &ImportArgs) -> Result<Outcome, CliError> {
    let (by, year) = (args.by.trim().to_owned(), args.year);
    if by.is_empty() {
        return Err(CliError::usage("--by 不能是空的：谁录入的要写明"));
    }
    let text = read(&args.file)?;
    let found = read_notice(&text, year).map_err(|faults| refused(&args.file, &faults))?;
    let changed = context.config.calendar.announcing(year, &found);
    if let Some(named) = changed.years().find(|year| context.config.calendar_named.contains(year)) {
        return Err(CliError::failed(format!(
            "{named}年的安排写在配置 calendar.file 的文件里，以那个文件为准；请改那个文件，或从 calendar.file 里去掉它再录入"
        )));
    }
    let calendar = context.config.calendar.clone().with(changed.clone());
    let days = found.of_year(year);
    print(context, &calendar, year, &days)?;
    for stray in found.years().into_iter().filter(|other| *other != year) {
        crate::cli::print::errln!(
            "通知里还有{stray}年的日期：{}",
            if changed.knows(stray) { "一并改入该年" } else { "该年未录入，不保存" }
        );
    }
    if !args.yes {
        crate::cli::print::errln!("还没有保存。请与通知原文核对，无误后加 --yes 再运行一次");
        return Ok(Outcome::Done);
    }
    keep(context, &changed, year, &by)?;
    crate::cli::print::errln!("已保存。正在运行的服务要重启后才按它办：systemctl restart cuigeng；命令行立即按它办");
    Ok(Outcome::Done)
}

fn refused(file: &Path, faults: &[NoticeFault]) -> CliError {
    let lines: Vec<String> = faults.iter().map(|fault| format!("\n  {fault}")).collect();
    CliError::failed(format!("{}：通知没有录入，有{}处不对：{}", file.display(), faults.len(), lines.concat()))
}

fn read(file: &Path) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let failed = |e: std::io::Error| CliError::failed(format!("{} 读不出来：{e}", file.display()));
    let read = if file.as_os_str() == "-" {
        std::io::stdin().lock().take(LONGEST_BYTES).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(LONGEST_BYTES).read_to_end(&mut bytes))
    };
    read.map_err(failed)?;
    // Text saved on a Chinese Windows is GBK.
    Ok(String::from_utf8(bytes).unwrap_or_else(|e| encoding_rs::GB18030.decode(e.as_bytes()).0.into_owned()))
}

/// One file a year, so that each can be taken away again; the audit trail first, since a file without its
/// entry would be nobody's.
fn keep(context: &Context, changed: &Calendar, year: i32, by: &str) -> Result<(), CliError> {
    let (now, by) = (context.clock.now(), by.to_owned());
    let days = changed.working_days(year).unwrap_or(0);
    let detail = format!("{year}年放假安排，{days}个工作日");
    context.store()?.write(move |tx| meta::audit(tx, now, &by, "calendar.import", &detail))?;
    for year in changed.years() {
        let others = changed.years().filter(|other| *other != year).collect();
        let path = imported_calendar(&context.data, year);
        write(&path, &changed.clone().without(&others).to_json())
            .map_err(|e| CliError::failed(format!("{} 写不进去：{e}", path.display())))?;
    }
    Ok(())
}

/// All of it or nothing of it, also when the power fails.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    let part = path.with_extension("json.part");
    let mut file = std::fs::File::create(&part)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    std::fs::File::open(dir)?.sync_all()
}
