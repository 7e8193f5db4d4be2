//! 13: ranks are dense: equal scores share one, different scores differ, and no number is left out.

use super::scores::Mended;
use crate::lint::column::Kind;
use crate::lint::finding::{Out, Spot};
use crate::lint::paper::{Row, Table};
use crate::lint::seen::Seen;
use crate::tables::Points;

type At<'a> = (usize, &'a Table);

/// A row that has both.
#[derive(Clone, Copy)]
struct Ranked<'a> {
    row: &'a Row,
    score: Points,
    /// `None`: the cell is blank, which is told as such.
    rank: Option<i64>,
}

/// A rank that does not follow from the one before.
struct Wrong<'a> {
    one: Ranked<'a>,
    printed: i64,
    /// The row before, and the rank that counts for it.
    before: Option<(Ranked<'a>, i64)>,
    wanted: i64,
}

pub(super) fn check(seen: &Seen<'_>, mended: &Mended, out: &mut Out) {
    for &table in &seen.tables {
        let Some(rank) = table.1.column(Kind::Rank) else { continue };
        match base(table.1) {
            Some(base) => of_table(table, rank, base, mended, out),
            None => out.skip(format!("{}的“{}”：表里没有据以排名的得分", table.1.name, table.1.columns[rank].heading)),
        }
    }
}

/// The column that ranks go by.
pub(super) fn base(table: &Table) -> Option<usize> {
    let kinds = [Kind::YearTotal, Kind::Total, Kind::Score, Kind::PassRate, Kind::AdoptRate, Kind::Count];
    kinds.into_iter().find_map(|kind| table.column(kind))
}

fn of_table(table: At<'_>, rank: usize, base: usize, mended: &Mended, out: &mut Out) {
    let score = |index: usize, row: &Row, mend: bool| {
        let mended = mended.get(&(table.0, index)).copied().filter(|_| mend);
        let printed = || row.number(base).or_else(|| Points::parse(row.text(base).trim_end_matches(['%', '％'])));
        mended.or_else(printed)
    };
    let ranked = |mend: bool| -> Vec<Vec<Ranked<'_>>> {
        let all = table.1.rows.iter().enumerate().filter_map(|(index, row)| {
            Some(Ranked { row, score: score(index, row, mend)?, rank: row.number(rank).and_then(Points::as_whole) })
        });
        sections(all)
    };
    let wrong = |mend: bool| -> Vec<Vec<Ranked<'_>>> {
        ranked(mend).into_iter().filter(|section| !wrong(section).is_empty()).collect()
    };
    // A wrong score is told as such, not once more as a wrong rank.
    let (printed, right) = (wrong(false), wrong(true));
    for section in if right.len() < printed.len() { right } else { printed } {
        tell(table, rank, &section, out);
    }
}

/// Ranks may begin again under a heading within the table.
fn sections<'a>(rows: impl Iterator<Item = Ranked<'a>>) -> Vec<Vec<Ranked<'a>>> {
    let mut sections: Vec<Vec<Ranked<'a>>> = Vec::new();
    for row in rows {
        let begins = |last: &Vec<Ranked<'a>>| last.last().is_some_and(|last| last.row.section != row.row.section);
        match sections.last_mut() {
            Some(last) if !(begins(last) && row.rank == Some(1)) => last.push(row),
            _ => sections.push(vec![row]),
        }
    }
    for section in &mut sections {
        section.sort_by_key(|one| (std::cmp::Reverse(one.score), one.rank));
    }
    sections
}

fn wrong<'a>(rows: &[Ranked<'a>]) -> Vec<Wrong<'a>> {
    let (mut wrong, mut before): (Vec<Wrong<'a>>, Option<(Ranked<'a>, i64)>) = (Vec::new(), None);
    let step = |from: Points, to: Points| i64::from(from != to);
    for (at, one) in rows.iter().enumerate() {
        let wanted = before.map_or(1, |(before, rank)| rank + step(before.score, one.score));
        let mut counts = wanted;
        if let Some(printed) = one.rank.filter(|rank| *rank != wanted) {
            wrong.push(Wrong { one: *one, printed, before, wanted });
            // Where the next row agrees with what should stand here, only this cell is wrong.
            let next = rows.get(at + 1).and_then(|next| Some((next.rank?, next.score)));
            let alone = next.is_none_or(|(rank, score)| rank == wanted + step(one.score, score));
            counts = if alone { wanted } else { printed };
        }
        before = Some((*one, counts));
    }
    wrong
}

fn tell(table: At<'_>, rank: usize, rows: &[Ranked<'_>], out: &mut Out) {
    let wrong = wrong(rows);
    let heading = &table.1.columns[rank].heading;
    if let Some(first) = wrong.first().filter(|_| wrong.len() > 1 && leaves_out(rows)) {
        let what = format!(
            "“{heading}”是{}，并列不占位应为{}；全表有并列的都占了位（如1、2、2、4）",
            first.printed, first.wanted
        );
        let cure = "请核对本单位的排名办法：并列不占位的（1、2、2、3）要改";
        return out.warn(13, &Spot::row(table, first.one.row), what, cure);
    }
    for one in wrong {
        let what = match one.before {
            Some((before, _)) if before.score == one.one.score => {
                format!(
                    "“{heading}”是{}，与第{}行同为{}，应同为{}",
                    one.printed, before.row.line, before.score, one.wanted
                )
            }
            Some((before, rank)) => format!(
                "“{heading}”是{}，上一名（第{}行）是第{rank}名、{}，本行{}应为{}",
                one.printed, before.row.line, before.score, one.one.score, one.wanted
            ),
            None => format!("“{heading}”是{}，最高分应为{}", one.printed, one.wanted),
        };
        out.error(13, &Spot::row(table, one.one.row), what, "并列同名次、不跳号，请改正名次");
    }
}

/// Whether every rank is one more than the number of rows that are better: 1, 2, 2, 4.
fn leaves_out(rows: &[Ranked<'_>]) -> bool {
    let mut better = 0;
    for (at, one) in rows.iter().enumerate() {
        if at > 0 && rows[at - 1].score != one.score {
            better = at;
        }
        if i64::try_from(better).is_ok_and(|better| one.rank.is_some_and(|rank| rank != better + 1)) {
            return false;
        }
    }
    true
}
