//! 4: no row twice. 14: 序号 runs without gaps. 24: no required cell is blank.

use super::lists::{is_follow_up, list};
use crate::lint::column::Kind;
use crate::lint::dates::dates;
use crate::lint::docx::NUMBERED;
use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::{Row, Table, number, squeezed};
use crate::lint::seen::Seen;
use crate::tables::Points;
use std::collections::HashMap;

type At<'a> = (usize, &'a Table);

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    for &table in &seen.tables {
        if !table.1.is_blank_form() {
            if !seen.tables.iter().any(|other| tells_apart(other.1, table.1)) {
                twice(table, out);
            }
            same_name(table, out);
            numbered(table, out);
            blank(table, out);
        }
    }
}

/// The columns that make two rows one.
fn key(table: &Table) -> Vec<usize> {
    let of = |kinds: &[Kind]| kinds.iter().filter_map(|kind| table.column(*kind)).collect::<Vec<_>>();
    // Where words stand beside the name, one unit may well have several rows.
    let several = [Kind::Section, Kind::Problem, Kind::Signed, Kind::Unknown, Kind::Date, Kind::Person];
    let one_each = several.iter().all(|kind| table.column(*kind).is_none());
    match table.naming().map(|at| table.columns[at].kind) {
        Some(Kind::Account) => {
            let mut key = of(&[Kind::Account, Kind::Platform, Kind::Supervisor, Kind::Problem]);
            key.extend(timed(table));
            key
        }
        Some(_) if one_each => table.naming().into_iter().collect(),
        Some(_) => {
            let beside = |at: &usize| !matches!(table.columns[*at].kind, Kind::Seq | Kind::Verified);
            (0..table.columns.len()).filter(beside).collect()
        }
        None => Vec::new(),
    }
}

/// Columns of dates and spans (监测时段): one account may have the same problem in two weeks.
fn timed(table: &Table) -> impl Iterator<Item = usize> {
    let dated = |at: &usize| {
        let with_date = table.rows.iter().filter(|row| !dates(row.text(*at)).is_empty()).count();
        with_date > 0 && with_date * 2 >= table.rows.len()
    };
    (0..table.columns.len()).filter(dated)
}

/// Whether another table has the same rows one by one and says of each when it was: the form to be filled
/// in below a list of findings.
fn tells_apart(other: &Table, table: &Table) -> bool {
    let names = |table: &Table| -> Option<Vec<String>> {
        let at = table.naming()?;
        Some(table.rows.iter().map(|row| squeezed(row.text(at))).collect())
    };
    timed(other).next().is_some() && timed(table).next().is_none() && names(other) == names(table)
}

fn twice(table: At<'_>, out: &mut Out) {
    let key = key(table.1);
    let Some(name) = table.1.naming() else { return };
    let mut seen: HashMap<Vec<String>, usize> = HashMap::new();
    for row in table.1.rows.iter().filter(|row| !row.text(name).is_empty()) {
        let cells: Vec<String> = key.iter().map(|at| squeezed(row.text(*at))).collect();
        if let Some(line) = seen.get(&cells) {
            let what = format!("与第{line}行重复，都是“{}”", short(row.text(name)));
            out.error(
                4,
                &Spot::row(table, row),
                what,
                "请删去重复的一行；问题不同的并成一行，确是两个同名账号的，请在名称后注明",
            );
        } else {
            seen.insert(cells, row.line);
        }
    }
}

/// One name on one platform twice, but not the same row: two accounts, or one that was listed twice.
fn same_name(table: At<'_>, out: &mut Out) {
    if is_follow_up(table.1) {
        return;
    }
    let columns = [Kind::Account, Kind::Platform].map(|kind| table.1.column(kind));
    let [Some(account), Some(platform)] = columns else { return };
    let others = [Kind::Supervisor, Kind::Problem].map(|kind| table.1.column(kind));
    let mut seen: HashMap<[String; 2], &Row> = HashMap::new();
    for row in table.1.rows.iter().filter(|row| !row.text(account).is_empty()) {
        let key = [account, platform].map(|at| squeezed(row.text(at)));
        let Some(first) = seen.get(&key) else {
            seen.insert(key, row);
            continue;
        };
        let differs = others.iter().flatten().find(|at| squeezed(first.text(**at)) != squeezed(row.text(**at)));
        if let Some(at) = differs {
            let heading = &table.1.columns[*at].heading;
            let (mine, theirs) = (short(row.text(*at)), short(first.text(*at)));
            let what = format!("与第{}行同名同平台，“{heading}”一个是“{theirs}”，一个是“{mine}”", first.line);
            out.warn(4, &Spot::row(table, row), what, "请核对是两个同名账号，还是一个账号列了两行");
        }
    }
}

fn numbered(table: At<'_>, out: &mut Out) {
    // 编号 may be the number that a thing has elsewhere: in a form of an office only its own items stand.
    let own = |at: &usize| table.1.columns[*at].heading != "编号";
    let Some(seq) = table.1.column(Kind::Seq).filter(own) else { return };
    let numbers = |row: &Row| number(row.text(seq)).and_then(Points::as_whole);
    let counted = |row: &&Row| !row.cells.get(seq).is_none_or(|cell| cell.shared || cell.text.is_empty());
    let rows: Vec<&Row> = table.1.rows.iter().filter(counted).collect();
    if rows.iter().any(|row| row.text(seq) == NUMBERED || numbers(row).is_none()) {
        if rows.iter().any(|row| row.text(seq) != NUMBERED) {
            out.skip(format!("{}的序号：有的不是数字", table.1.name));
        }
        return;
    }
    let once = table.1.column(Kind::Section).is_some();
    let (mut expected, mut section) = (1, rows.first().map_or(0, |row| row.section));
    for (at, row) in rows.iter().enumerate() {
        let found = numbers(row).unwrap_or(expected);
        let restarts = row.section != section && found == 1;
        section = row.section;
        let goes_on = found == expected || restarts || (once && found + 1 == expected);
        if !goes_on {
            let next = rows.get(at + 1).and_then(|row| numbers(row));
            let alone = next == Some(expected + 1) || (next.is_none() && at > 0);
            let what = format!("序号是{found}，上一行之后应为{expected}");
            out.error(14, &Spot::row(table, row), what, "请核对是漏了行，还是序号写错");
            if alone {
                expected += 1;
                continue;
            }
        }
        expected = found + 1;
    }
}

fn blank(table: At<'_>, out: &mut Out) {
    let outcome = table.1.column(Kind::Outcome);
    let section = table.1.column(Kind::Section);
    // In a list of everybody a blank 存在问题 may say that there is none.
    let names_problems = outcome.or(section).is_some() || list(table.1).is_some();
    for (at, column) in table.1.columns.iter().enumerate() {
        let flag = matches!(column.kind, Kind::Flag | Kind::Exclusive);
        if !column.kind.is_needed() || flag || column.heading.is_empty() {
            continue;
        }
        if column.kind == Kind::Problem && !names_problems {
            continue;
        }
        let once = section.is_some_and(|section| at < section);
        let passed = |row: &Row| column.kind == Kind::Problem && outcome.is_some_and(|at| row.text(at) == "合格");
        let is_blank = |row: &&Row| row.cells.get(at).is_none_or(|cell| cell.text.is_empty() && !cell.shared);
        let blanks = || table.1.rows.iter().filter(is_blank).filter(|row| !passed(row));
        let count = blanks().count();
        if once && count < table.1.rows.len() {
            continue;
        }
        if count * 2 > table.1.rows.len() && table.1.rows.len() > 1 {
            out.skip(format!("{}的“{}”列：大半是空的", table.1.name, short(&column.heading)));
            continue;
        }
        for row in blanks() {
            out.error(
                24,
                &Spot::row(table, row),
                format!("“{}”是空的", short(&column.heading)),
                "请补上；没有的写0或“无”",
            );
        }
    }
}
