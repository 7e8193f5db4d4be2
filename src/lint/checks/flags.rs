//! 18: of flags that exclude each other exactly one is set, and a remark agrees with it.

use crate::lint::column::Kind;
use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::{Row, Table};
use crate::lint::seen::Seen;

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    for &table in &seen.tables {
        let exclusive = table.1.columns_of(Kind::Exclusive);
        if exclusive.len() > 1 {
            let all = [exclusive.clone(), table.1.columns_of(Kind::Flag)].concat();
            // Where a 0 is printed, a blank is no 0.
            let zeros = table.1.rows.iter().any(|row| all.iter().any(|at| flag(row.text(*at)) == Some(false)));
            for row in &table.1.rows {
                one(table, row, (&exclusive, &all), zeros, out);
            }
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "１" | "是" | "有" | "√" | "✓" | "✔" => Some(true),
        "0" | "０" | "否" | "无" | "×" | "✗" => Some(false),
        _ => None,
    }
}

fn one(table: (usize, &Table), row: &Row, (exclusive, all): (&[usize], &[usize]), zeros: bool, out: &mut Out) {
    let heading = |at: &usize| table.1.columns[*at].heading.as_str();
    let spot = Spot::row(table, row);
    let blank = all.iter().find(|at| row.text(**at).is_empty());
    let set = exclusive.iter().filter(|at| flag(row.text(**at)) == Some(true)).count();
    let names: Vec<&str> = exclusive.iter().map(heading).collect();
    if let Some(at) = blank.filter(|_| zeros) {
        out.error(18, &spot, format!("“{}”是空的（其他行写1或0）", heading(at)), "请补上1或0");
    } else if set != 1 {
        let what = format!("{}中应有且只有一个是1，现有{set}个", names.join("、"));
        out.error(18, &spot, what, "请核对改正");
    }
    let strange = all.iter().find(|at| !row.text(**at).is_empty() && flag(row.text(**at)).is_none());
    if let Some(at) = strange {
        out.error(18, &spot, format!("“{}”写的是“{}”，不是1或0", heading(at), short(row.text(*at))), "请改成1或0");
    }
    let last = exclusive.iter().find(|at| heading(at).ends_with("建设符合"));
    let remark = table.1.column(Kind::Remark).map(|at| row.text(at)).unwrap_or_default();
    let says_something = !remark.is_empty() && !["无", "—", "-", "/"].contains(&remark);
    if let Some(at) = last.filter(|at| flag(row.text(**at)) == Some(true) && says_something) {
        let what = format!("“{}”是1，却写着“{}”", heading(at), short(remark));
        out.error(18, &spot, what, "请核对是不符合，还是说明写错了行");
    }
}
