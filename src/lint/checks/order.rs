//! 14: rows stand in the order that the paper states, or that all of them but one follow.

use super::ranks::base;
use super::scores::Mended;
use crate::lint::column::Kind;
use crate::lint::finding::{Out, Spot};
use crate::lint::paper::{Row, Table};
use crate::lint::seen::Seen;
use crate::tables::Points;

/// Fewer rows may fall by chance.
const ENOUGH: usize = 8;

type At<'a> = (usize, &'a Table);
type Keyed<'a> = Vec<(&'a Row, Vec<Points>)>;

pub(super) fn check(seen: &Seen<'_>, mended: &Mended, out: &mut Out) {
    for &table in &seen.tables {
        let mut first = 0;
        for rows in table.1.rows.chunk_by(|a, b| a.section == b.section) {
            of_section(table, (first, rows), mended, out);
            first += rows.len();
        }
    }
}

fn of_section(table: At<'_>, (begin, rows): (usize, &[Row]), mended: &Mended, out: &mut Out) {
    let stated = stated(table.1);
    let columns = stated.map_or_else(|| usual(table.1), |at| vec![at]);
    let Some(first) = columns.first() else { return };
    let keyed = |mend: bool| {
        let key = |index: usize, row: &Row| -> Option<Vec<Points>> {
            let mended = mended.get(&(table.0, begin + index)).copied().filter(|_| mend);
            columns.iter().map(|at| mended.or_else(|| row.number(*at))).collect()
        };
        rows.iter().enumerate().filter_map(|(index, row)| Some((row, key(index, row)?))).collect()
    };
    let (printed, right): (Keyed<'_>, Keyed<'_>) = (keyed(false), keyed(true));
    let (mut out_of_place, mended_places) = (misplaced(&printed), misplaced(&right));
    if mended_places.len() < out_of_place.len() {
        out_of_place = mended_places;
    }
    let all = printed.len();
    let is_order = stated.is_some() || (all >= ENOUGH && out_of_place.len() <= (all / 20).max(1));
    for row in out_of_place.into_iter().filter(|_| is_order) {
        let heading = &table.1.columns[*first].heading;
        let what = format!("“{heading}”是{}，没有排在从高到低的位置上", row.text(*first));
        if stated.is_some() {
            out.error(14, &Spot::row(table, row), what, "请按注明的次序移到该在的位置");
        } else {
            out.warn(14, &Spot::row(table, row), what, "其他各行都从高到低，请核对这一行的数或位置");
        }
    }
}

/// The column that a note names: 注：按全年总分进行排名。
fn stated(table: &Table) -> Option<usize> {
    let says = |line: &String, heading: &str| {
        let Some((_, rest)) = line.split_once('按') else { return false };
        !rest.contains("低到高")
            && !heading.is_empty()
            && rest.starts_with(heading)
            && ["排名", "排序", "排列", "高到低"].iter().any(|word| rest.contains(word))
    };
    (0..table.columns.len()).find(|at| table.around.iter().any(|line| says(line, &table.columns[*at].heading)))
}

/// What rows usually fall by: 采用信息 and then 报送信息, a score, a count.
fn usual(table: &Table) -> Vec<usize> {
    if table.column(Kind::Rank).is_some() {
        return base(table).into_iter().collect();
    }
    let kinds: &[Kind] = match (table.column(Kind::Score), table.column(Kind::Adopted)) {
        (None, Some(_)) => &[Kind::Adopted, Kind::Reported],
        (Some(_), Some(_)) => &[Kind::Score],
        _ if table.column(Kind::Account).is_some() => &[],
        _ => &[Kind::YearTotal, Kind::Total, Kind::Count],
    };
    let mut columns: Vec<usize> = kinds.iter().filter_map(|kind| table.column(*kind)).collect();
    if table.column(Kind::Adopted).is_none() {
        columns.truncate(1);
    }
    columns
}

/// The rows that stand in no longest run that never rises; in n log n.
fn misplaced<'a>(rows: &Keyed<'a>) -> Vec<&'a Row> {
    // For each length the row that ends the best run of it, and for each row the one before it in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(rows.len());
    for at in 0..rows.len() {
        let length = ends.partition_point(|end| rows[*end].1 >= rows[at].1);
        before.push(length.checked_sub(1).map(|last| ends[last]));
        if length == ends.len() { ends.push(at) } else { ends[length] = at }
    }
    let mut in_place = vec![false; rows.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        in_place[at] = true;
        next = before[at];
    }
    rows.iter().zip(in_place).filter(|(_, stays)| !stays).map(|((row, _), _)| *row).collect()
}
