//! 责任人登记表, the form that offices fill in: one row a unit, with its 分管领导 and its 管理人员 side by
//! side, each with 职务 and 联系电话. It is turned into rows of the contact sheet, two a unit.

use super::super::header::{SEARCHED, normal};
use super::super::{Cell, Row, Sheet};

/// Where the columns of the form stand.
struct Places {
    office: usize,
    leader: Half,
    manager: Half,
    qq: Option<usize>,
}

/// One person's columns.
struct Half {
    name: usize,
    post: Option<usize>,
    phone: Option<usize>,
}

/// The sheets with every form turned into rows of the contact sheet; `None` when there is no form. Lines
/// stay those of the file, so that a refusal names them.
pub(super) fn opened(sheets: &[Sheet]) -> Option<Vec<Sheet>> {
    let opened: Vec<Option<Sheet>> = sheets.iter().map(open).collect();
    opened.iter().any(Option::is_some).then(|| {
        // A sheet that is no form keeps its place, so that the number of the refused one stays right.
        opened.into_iter().zip(sheets).map(|(form, sheet)| form.unwrap_or_else(|| blank(sheet))).collect()
    })
}

fn blank(sheet: &Sheet) -> Sheet {
    Sheet { name: sheet.name.clone(), ..Sheet::default() }
}

fn open(sheet: &Sheet) -> Option<Sheet> {
    let (at, below, places) = (0..sheet.rows.len().min(SEARCHED)).find_map(|at| heading(&sheet.rows, at))?;
    let heading = ["单位", "姓名", "角色", "职务", "联系电话", "QQ"].map(Cell::of).to_vec();
    let mut rows = vec![Row { line: sheet.rows[at].line, cells: heading }];
    let mut office = Cell::default();
    for row in sheet.rows[below..].iter().filter(|row| !is_note(row)) {
        let own = cell(row, Some(places.office));
        let repeats = Places::of(row).is_some();
        if !own.text.is_empty() || own.fault.is_some() {
            // The name of a unit with several people stands in merged cells, in the first row only.
            office = own;
        }
        if !repeats {
            rows.extend(people(row, &office, &places));
        }
    }
    Some(Sheet { name: sheet.name.clone(), rows, ..Sheet::default() })
}

/// The heading at `at`, in one row or with the persons over their 姓名, 职务, 联系电话, and where the rows
/// below it begin.
fn heading(rows: &[Row], at: usize) -> Option<(usize, usize, Places)> {
    let is_name = |cell: &&Cell| normal(&cell.text) == "姓名";
    let below = rows.get(at + 1).filter(|below| below.cells.iter().filter(is_name).count() >= 2);
    let Some(below) = below else { return Places::of(&rows[at]).map(|places| (at, at + 1, places)) };
    let mut over = String::new();
    let joined = (0..rows[at].cells.len().max(below.cells.len())).map(|column| {
        let (top, own) = (cell(&rows[at], Some(column)), cell(below, Some(column)));
        if !top.text.is_empty() {
            over = normal(&top.text);
        }
        match normal(&own.text).as_str() {
            "" => top,
            // The name stands under the person that it is of.
            "姓名" => Cell::of(&over),
            _ => own,
        }
    });
    let joined = Row { line: rows[at].line, cells: joined.collect() };
    Places::of(&joined).map(|places| (at, at + 2, places))
}

/// What stands below a form: who filled it in, when, and what to mind.
fn is_note(row: &Row) -> bool {
    const WORDS: [&str; 9] = ["填表人", "填报人", "填报单位", "填表日期", "填报日期", "审核人", "负责人", "备注", "注"];
    let first = row.cells.iter().find(|cell| !cell.text.is_empty()).map(|cell| normal(&cell.text));
    let says =
        |text: &String| WORDS.iter().any(|word| text.strip_prefix(word).is_some_and(|rest| rest.starts_with(':')));
    first.as_ref().is_some_and(says)
}

/// The people of one row; whoever is not written down is not there.
fn people(row: &Row, office: &Cell, places: &Places) -> Vec<Row> {
    let person = |half: &Half, role: &str, qq: Option<usize>| {
        let name = cell(row, Some(half.name));
        let cells = vec![
            office.clone(),
            name.clone(),
            Cell::of(role),
            cell(row, half.post),
            cell(row, half.phone),
            cell(row, qq),
        ];
        let named = !name.text.is_empty() || name.fault.is_some();
        let said = cells[3..].iter().any(|cell| !cell.text.is_empty());
        (named || said).then_some(Row { line: row.line, cells })
    };
    let leader = person(&places.leader, "分管领导", None);
    leader.into_iter().chain(person(&places.manager, "运维人员", places.qq)).collect()
}

fn cell(row: &Row, place: Option<usize>) -> Cell {
    place.and_then(|place| row.cells.get(place)).cloned().unwrap_or_default()
}

impl Places {
    /// The columns, when the row is the heading of the form.
    fn of(row: &Row) -> Option<Places> {
        let names: Vec<String> = row.cells.iter().map(|cell| normal(&cell.text)).collect();
        let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let leader = find(&["分管领导", "分管领导姓名"])?;
        let manager = find(&["管理人员姓名", "管理人员", "信息员姓名", "信息员", "责任人", "责任人姓名", "运维人员"])?;
        let office = names.iter().position(|name| name.starts_with("单位"))?;
        let qq = names.iter().position(|name| name.starts_with("qq"));
        let half = |name: usize, other: usize| {
            // Each person's columns stand behind the name, before the next person's.
            let end = if other > name { other } else { names.len() };
            let of = |word: &str| (name + 1..end).find(|at| names[*at].starts_with(word));
            Half { name, post: of("职务"), phone: of("联系电话").or_else(|| of("电话")) }
        };
        Some(Places { office, leader: half(leader, manager), manager: half(manager, leader), qq })
    }
}
