//! 5: an account in two lists that exclude each other. And which list is which.

use crate::lint::column::Kind;
use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::{Row, Table, squeezed};
use crate::lint::seen::Seen;
use std::collections::HashMap;

/// What a list of accounts says of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Failed,
    Problem,
    Unclear,
    Exempt,
    Closing,
}

/// What the nearest title of a list of accounts calls it.
pub(super) fn list(table: &Table) -> Option<List> {
    table.column(Kind::Account)?;
    if is_follow_up(table) {
        return None;
    }
    let of = |line: &str| match () {
        () if line.contains("无法判定") => Some(List::Unclear),
        () if line.contains("不参评") => Some(List::Exempt),
        () if line.contains("关停") => Some(List::Closing),
        () if line.contains("不合格") => Some(List::Failed),
        () if line.contains("存在问题") => Some(List::Problem),
        () => None,
    };
    // A sentence above a table counts; it names nothing.
    let titles = table.around.iter().rev().filter(|line| !line.starts_with(['注', '※']) && !line.contains('。'));
    titles.map(String::as_str).chain([table.name.as_str()]).find_map(of)
}

/// The lists of one kind. Where a paper has a 名单 of them, another table of the same accounts, such as the
/// one of 白河 (documents.md, "Other attachments seen"), counts nobody.
pub(super) fn lists<'a>(seen: &Seen<'a>, wanted: List) -> Vec<(usize, &'a Table)> {
    let is_roll = |line: &str| line.contains("存在问题") && line.contains("媒体") && line.trim_end().ends_with("名单");
    let has_roll = seen.lines.iter().any(|(_, line)| is_roll(&line.text));
    let says = |table: &Table, of: &dyn Fn(&str) -> bool| table.around.iter().any(|line| of(line));
    let is_beside = |table: &Table| {
        let titled = says(table, &|line| line.contains("存在问题")) && !says(table, &is_roll);
        wanted == List::Problem && has_roll && titled
    };
    let of = |(_, table): &(usize, &Table)| list(table) == Some(wanted) && !is_beside(table);
    seen.tables.iter().copied().filter(of).collect()
}

/// 上期问题整改情况: what became of each problem of the period before, a row a problem.
pub(super) fn is_follow_up(table: &Table) -> bool {
    table.columns.iter().any(|column| matches!(column.heading.as_str(), "整改结果" | "整改期限" | "反馈日期"))
}

/// Name and platform of an account, as they are compared.
pub(super) fn identity(table: &Table, row: &Row) -> Option<(String, String)> {
    let name = squeezed(row.text(table.column(Kind::Account)?));
    let platform = table.column(Kind::Platform).map_or_else(String::new, |at| squeezed(row.text(at)));
    (!name.is_empty()).then_some((name, platform))
}

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    let of = |wanted: &[List]| wanted.iter().flat_map(|one| lists(seen, *one)).collect::<Vec<_>>();
    compare(&of(&[List::Failed]), &of(&[List::Problem]), out);
    compare(&of(&[List::Exempt]), &of(&[List::Failed, List::Problem]), out);
}

fn compare(first: &[(usize, &Table)], second: &[(usize, &Table)], out: &mut Out) {
    let mut listed = HashMap::new();
    for (_, table) in first {
        for row in &table.rows {
            listed.extend(identity(table, row).map(|id| (id, (table.name.as_str(), row.line))));
        }
    }
    for &table in second {
        for row in &table.1.rows {
            let Some(id) = identity(table.1, row) else { continue };
            if let Some((name, line)) = listed.get(&id) {
                let what = format!("“{}”也列在{name}第{line}行", short(&id.0));
                out.warn(5, &Spot::row(table, row), what, "请核对是否只应列在一张名单里（开封的口径允许都列）");
            }
        }
    }
}
