//! The list of problem accounts that a town is made from: the columns of the shipped one, checked.

use crate::domain::Platform;
use std::collections::BTreeMap;

/// The columns that a list must have; others are ignored.
const COLUMNS: [&str; 6] = ["annex", "seq", "account", "supervisor", "platform", "problem"];
/// What annex 2 says of an account.
pub(super) const SILENT: &str = "超过两周未更新";
/// Numerals of 一周未更新N次.
const HAN: [&str; 9] = ["一", "两", "三", "四", "五", "六", "七", "八", "九"];

/// One account of the list, whether it stands in one annex or in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) account: String,
    pub(super) supervisor: String,
    /// Our name of the platform.
    pub(super) platform: String,
    /// It stands in annex 2.
    pub(super) silent: bool,
    /// The quota that it misses, when it stands in annex 3.
    pub(super) misses: Option<u32>,
}

/// The list, in the order of its annex 3, then of its annex 2.
#[derive(Debug)]
pub(super) struct Problems {
    pub(super) accounts: Vec<Problem>,
    /// The places in `accounts` of those that stand in annex 2, in its order.
    pub(super) annex2: Vec<usize>,
}

/// One row of the file.
struct Row {
    line: u64,
    annex: u8,
    account: String,
    supervisor: String,
    written: String,
    misses: Option<u32>,
}

/// The name that the papers of 开封 print for one of our platforms.
pub(super) fn printed(platform: &str) -> &str {
    match platform {
        "微信订阅号" | "微信服务号" => "微信公众号",
        other => other,
    }
}

/// 一周未更新N次.
pub(super) fn label(quota: u32) -> String {
    let han = usize::try_from(quota).ok().and_then(|n| HAN.get(n.wrapping_sub(1))).copied();
    format!("一周未更新{}次", han.map_or_else(|| quota.to_string(), str::to_owned))
}

/// Reads a list.
///
/// # Errors
/// Every mistake at once, a Chinese sentence a line, with the line in the file.
pub(super) fn read(text: &str) -> Result<Problems, String> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|e| format!("名单读不出来：{e}"))?.clone();
    let place = |column: &str| header.iter().position(|name| name == column);
    let missing: Vec<&str> = COLUMNS.into_iter().filter(|column| place(column).is_none()).collect();
    if !missing.is_empty() {
        return Err(format!("名单第一行缺少这些列：{}；应有的列是{}", missing.join("、"), COLUMNS.join(",")));
    }
    let places = COLUMNS.map(|column| place(column).unwrap_or_default());
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        match record.map_err(|e| format!("名单读不出来：{e}")).and_then(|r| row(&r, &places)) {
            Ok(row) => rows.push(row),
            Err(fault) => faults.push(fault),
        }
    }
    let problems = join(&rows, &mut faults);
    if rows.is_empty() && faults.is_empty() {
        faults.push("名单里一行也没有".to_owned());
    }
    if faults.is_empty() { Ok(problems) } else { Err(faults.join("\n")) }
}

fn row(record: &csv::StringRecord, places: &[usize; 6]) -> Result<Row, String> {
    let line = record.position().map_or(0, csv::Position::line);
    let [annex, seq, account, supervisor, platform, problem] = places.map(|at| record.get(at).unwrap_or_default());
    let fault = |why: String| format!("第{line}行：{why}");
    for (column, cell) in [("account", account), ("supervisor", supervisor), ("platform", platform)] {
        if cell.is_empty() {
            return Err(fault(format!("{column}一列空着")));
        }
    }
    if seq.parse::<u32>().is_err() {
        return Err(fault(format!("序号“{seq}”不是数字")));
    }
    let (annex, misses) = match annex {
        "2" if problem == SILENT => (2, None),
        "2" => return Err(fault(format!("附件2的问题应为“{SILENT}”，不是“{problem}”"))),
        "3" => (3, Some(misses(problem).ok_or_else(|| fault(bad_label(problem)))?)),
        _ => return Err(fault(format!("附件只能是2或3，不是“{annex}”"))),
    };
    let owned = |cell: &str| cell.to_owned();
    Ok(Row { line, annex, account: owned(account), supervisor: owned(supervisor), written: owned(platform), misses })
}

fn misses(problem: &str) -> Option<u32> {
    let han = problem.strip_prefix("一周未更新")?.strip_suffix("次")?;
    let index = HAN.iter().position(|known| *known == han)?;
    u32::try_from(index + 1).ok()
}

fn bad_label(problem: &str) -> String {
    format!("附件3的问题应为“一周未更新N次”，N写作{}，不是“{problem}”", HAN.join("、"))
}

/// Joins the rows of one account, which may stand in both annexes.
fn join(rows: &[Row], faults: &mut Vec<String>) -> Problems {
    let quotas: BTreeMap<(&str, &str), u32> =
        rows.iter().filter_map(|row| Some(((row.account.as_str(), row.written.as_str()), row.misses?))).collect();
    let mut joined = Problems { accounts: Vec::new(), annex2: Vec::new() };
    let ordered = rows.iter().filter(|row| row.annex == 3).chain(rows.iter().filter(|row| row.annex == 2));
    let mut seen: BTreeMap<(u8, &str, String), u64> = BTreeMap::new();
    for row in ordered {
        let quota = quotas.get(&(row.account.as_str(), row.written.as_str())).copied();
        let platform = platform(&row.written, quota);
        let key = (row.annex, row.account.as_str(), printed(&platform).to_owned());
        if let Some(first) = seen.insert(key, row.line) {
            faults.push(format!("第{}行：与第{first}行是同一个账号，同一附件里一个账号只写一行", row.line));
            continue;
        }
        add(&mut joined, row, platform, faults);
    }
    joined
}

fn add(joined: &mut Problems, row: &Row, platform: String, faults: &mut Vec<String>) {
    let same = |p: &Problem| p.account == row.account && printed(&p.platform) == printed(&platform);
    let place = joined.accounts.iter().position(same).unwrap_or(joined.accounts.len());
    if place == joined.accounts.len() {
        let (account, supervisor) = (row.account.clone(), row.supervisor.clone());
        joined.accounts.push(Problem { account, supervisor, platform, silent: false, misses: row.misses });
    }
    let known = &mut joined.accounts[place];
    if known.supervisor != row.supervisor {
        let both = format!("{}、{}", known.supervisor, row.supervisor);
        faults.push(format!("第{}行：“{}”在两个附件里的主管单位不一样（{both}）", row.line, row.account));
    }
    if row.annex == 2 {
        known.silent = true;
        joined.annex2.push(place);
    }
}

/// Our name of a platform. The papers call both kinds of 公众号 by one name; one that must update once
/// a week is a 服务号 (rules.md, "Platform quotas", reading A).
fn platform(written: &str, quota: Option<u32>) -> String {
    match (written, quota) {
        ("微信公众号" | "公众号" | "微信", Some(1)) => "微信服务号".to_owned(),
        _ => Platform::parse(written).0.name().to_owned(),
    }
}
