//! Seconds and memory that a report of 10,000 accounts takes in each format: `cargo bench --bench report`.
//! Each format is a process of its own, so that its peak (VmHWM, Linux) is its own; the first line is the
//! report alone, before anybody writes it down.

use cuigeng::domain::{Moment, Period};
use cuigeng::report::{Block, Cell, Format, Meta, Part, Report, Table, render};
use std::process::Command;

const ACCOUNTS: i64 = 10_000;

fn main() {
    let format = std::env::args().skip(1).find_map(|word| word.strip_prefix("format=").map(str::to_owned));
    match format {
        Some(word) => alone(Format::ALL.into_iter().find(|format| format.ext() == word)),
        None => all(),
    }
}

/// One process a format.
fn all() {
    println!("{ACCOUNTS} accounts, {} rows in two annexes", rows(&report()));
    for word in std::iter::once("none").chain(Format::ALL.map(Format::ext)) {
        let program = std::env::current_exe().map(Command::new);
        match program.and_then(|mut program| program.arg(format!("format={word}")).status()) {
            Ok(status) if status.success() => {}
            other => println!("{word}: {other:?}"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark asks how long something takes, not what time it is")]
fn alone(format: Option<Format>) {
    let report = report();
    let begin = std::time::Instant::now();
    let bytes = format.map_or(Ok(Vec::new()), |format| render(&report, format));
    let seconds = begin.elapsed().as_secs_f64();
    let size = bytes.map_or(0, |bytes| bytes.len());
    let name = format.map_or("none", Format::ext);
    println!("{name:>5}  {seconds:6.2} s  {:>6.1} MiB peak  {:>6} KiB written", peak_mib(), size / 1024);
}

/// Most memory that this process ever had; 0 where the system does not say.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

fn rows(report: &Report) -> usize {
    report.tables().map(|table| table.rows.len()).sum()
}

fn report() -> Report {
    let text = |text: String| Cell::Text(text);
    let row = |at: i64| {
        vec![
            Cell::Number(at),
            text(format!("青禾县第{at}号政务账号")),
            text(format!("青禾县第{}局", at % 700)),
            text("微信公众号".to_owned()),
            text("一周未更新两次".to_owned()),
        ]
    };
    let list = |number: usize, key: &str| {
        let columns = ["序号", "政务新媒体", "主管单位", "平台类型", "问题类型"];
        let table = Table::new(key, format!("{key}的政务新媒体名单"), &columns, (1..=ACCOUNTS).map(row).collect());
        Block::Table(Table { part: Part::Annex(number), ..table })
    };
    let moment = |text: &str| Moment::parse(text).unwrap_or(Moment::MAX);
    Report {
        title: "全省政务新媒体检查情况的通报".to_owned(),
        subtitle: None,
        blocks: vec![list(1, "不合格"), list(2, "存在问题")],
        footnotes: Vec::new(),
        paper: None,
        meta: Meta {
            period: Period::Month(cuigeng::domain::Month { year: 2026, month: 6 }),
            profile: "通用".to_owned(),
            generated_at: moment("2026-07-11 09:00"),
        },
    }
}
