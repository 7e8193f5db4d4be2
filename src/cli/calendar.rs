//! `calendar`: the working days of a year, and the way from the State Council's notice to them.

use super::print::errln;
use super::{CliError, Context, Outcome, outln, print_json, print_rows};
use crate::almanac::{Almanac, day_in_words, span_in_words};
use crate::deeds::calendar::{self, Trouble};
use crate::rules::notice::NoticeFault;
use chrono::{Datelike, NaiveDate};
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::Read;
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
    /// 日期没有写明放假还是上班，都整份不录入。正在运行的服务几分钟内自己按它办。
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
    let Some(almanac) = Almanac::of(&context.config, year) else {
        return Err(CliError::failed(format!(
            "{year}年放假安排未录入，按周一至周五上班处理；用 cuigeng calendar import 文件 --year {year} --by 姓名 录入"
        )));
    };
    print(context, &almanac)?;
    Ok(Outcome::Done)
}

fn print(context: &Context, year: &Almanac) -> Result<(), CliError> {
    let dates: Vec<NaiveDate> = year.off_checks.iter().map(|off| off.check.nominal.date()).collect();
    if context.json {
        let closure =
            |(name, first, last): &(String, NaiveDate, NaiveDate)| json!({"name": name, "first": first, "last": last});
        let closures: Vec<_> = year.holidays.iter().map(closure).collect();
        return print_json(
            &json!({"year": year.year, "holidays": closures, "worked": year.worked, "working_days": year.working_days, "checks_off": dates}),
        );
    }
    let row = |(name, first, last): &(String, NaiveDate, NaiveDate)| {
        let (span, days) = span_in_words(*first, *last);
        vec![name.clone(), span, days.to_string()]
    };
    print_rows(&["节日", "放假", "天数"], &year.holidays.iter().map(row).collect::<Vec<_>>());
    outln!("周末上班：{}", listed(&year.worked));
    outln!("{}年共{}个工作日", year.year, year.working_days);
    outln!("逢休息日的检查日：{}", listed(&dates));
    Ok(())
}

fn listed(days: &[NaiveDate]) -> String {
    let said: Vec<String> = days.iter().map(|date| day_in_words(*date)).collect();
    if said.is_empty() { "无".to_owned() } else { said.join("、") }
}

fn import(context: &Context, args: &ImportArgs) -> Result<Outcome, CliError> {
    let (by, year) = (args.by.trim().to_owned(), args.year);
    if by.is_empty() {
        return Err(CliError::usage("--by 不能是空的：谁录入的要写明"));
    }
    let understood =
        calendar::understand(&context.config, &read(&args.file)?, year).map_err(|trouble| match trouble {
            Trouble::Notice(faults) => refused(&args.file, &faults),
            Trouble::Named(year) => CliError::failed(calendar::named_in_words(year)),
        })?;
    if let Some(shown) = Almanac::of(&understood.after, year) {
        print(context, &shown)?;
    }
    for doubt in &understood.doubts {
        errln!("注意，{doubt}");
    }
    for (stray, kept) in understood.strays() {
        errln!("通知里还有{stray}年的日期：{}", if kept { "一并改入该年" } else { "该年未录入，不保存" });
    }
    if !args.yes {
        errln!("还没有保存。请与通知原文核对，无误后加 --yes 再运行一次");
        return Ok(Outcome::Done);
    }
    let (data, now) = (context.data.clone(), context.clock.now());
    let kept = context.store()?.attempt(move |tx| calendar::keep(tx, &data, &understood, &by, now))?;
    if kept {
        errln!("已保存。命令行立即按它办；正在运行的服务几分钟内自己按它办，不用重启");
    } else {
        errln!("已经录入过同样的安排，没有改动");
    }
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
