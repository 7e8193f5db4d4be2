//! 11: rates in tables recompute, and 100 is said only of all. 8: 合格 and 不合格 make 检查.

use crate::lint::column::Kind;
use crate::lint::figures::{fits, rounded};
use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::{Row, Table};
use crate::lint::seen::Seen;
use crate::tables::Points;

/// A rate, its part, and what it is of: the first that the table has.
const RATES: [(Kind, &[Kind], &[Kind]); 3] = [
    (Kind::PassRate, &[Kind::Passed], &[Kind::Checked, Kind::Running]),
    (Kind::CheckRate, &[Kind::Checked], &[Kind::Running]),
    (Kind::AdoptRate, &[Kind::Adopted], &[Kind::Reported]),
];

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    for &table in &seen.tables {
        for (rate, part, of) in RATES {
            let Some(at) = table.1.column(rate) else { continue };
            let find = |kinds: &[Kind]| kinds.iter().find_map(|kind| table.1.column(*kind));
            match (find(part), find(of)) {
                (Some(part), Some(of)) => {
                    let rows = table.1.rows.iter().chain(&table.1.sums);
                    rows.for_each(|row| one(table, row, [at, part, of], out));
                }
                _ => out.skip(format!("{}的“{}”：表里没有算它的两个数", table.1.name, table.1.columns[at].heading)),
            }
        }
        counted(table, out);
    }
}

fn one(table: (usize, &Table), row: &Row, [at, part, of]: [usize; 3], out: &mut Out) {
    let whole = |at: usize| row.number(at).and_then(Points::as_whole);
    let (Some(n), Some(m)) = (whole(part), whole(of)) else { return };
    let printed = row.text(at);
    let (spot, heading) = (Spot::row(table, row), |at: usize| table.1.columns[at].heading.as_str());
    if n > m && m > 0 {
        let what = format!("{}{n}比{}{m}还多", heading(part), heading(of));
        return out.error(8, &spot, what, "请核对这两个数");
    }
    let none = ["", "—", "-", "/", "——", "0", "0%", "0.0%", "0.00%", "无"];
    if m == 0 && none.contains(&printed) || printed.is_empty() {
        return;
    }
    let as_share = || share(printed).is_some_and(|share| fits(&share, n, m));
    let plain = printed.trim_end_matches(['%', '％']);
    if !fits(plain, n, m) && (printed.ends_with(['%', '％']) || !as_share()) {
        let what = format!("“{}”是{}，{n}÷{m}应为{}%", heading(at), short(printed), rounded(plain, n, m));
        out.error(11, &spot, what, cure(plain, n, m));
    }
}

/// What to do about a wrong rate.
pub(super) fn cure(printed: &str, part: i64, whole: i64) -> &'static str {
    if printed.starts_with("100") && part < whole {
        "有没有通过的，不能写100%；请改正"
    } else {
        "请核对分子、分母，改正其中一个"
    }
}

/// A spreadsheet keeps 94% as 0.94.
fn share(printed: &str) -> Option<String> {
    let number: f64 = printed.parse().ok().filter(|number| (0.0..=1.0).contains(number))?;
    let decimals = printed.split_once('.').map_or(0, |(_, rest)| rest.len()).saturating_sub(2).min(4);
    Some(format!("{:.decimals$}", number * 100.0))
}

fn counted(table: (usize, &Table), out: &mut Out) {
    let columns = [Kind::Checked, Kind::Passed, Kind::Failed].map(|kind| table.1.column(kind));
    let [Some(checked), Some(passed), Some(failed)] = columns else { return };
    for row in table.1.rows.iter().chain(&table.1.sums) {
        let numbers = [checked, passed, failed].map(|at| row.number(at).and_then(Points::as_whole));
        if let [Some(m), Some(n), Some(f)] = numbers
            && m != n.saturating_add(f)
        {
            let what = format!("检查{m}，合格{n}加不合格{f}是{}", n.saturating_add(f));
            out.error(8, &Spot::row(table, row), what, "请核对这三个数");
        }
    }
}
