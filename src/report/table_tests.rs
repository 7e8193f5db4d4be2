//! Heads of two rows, cells that are printed once, decimals and notes, in every format.

use super::*;
use crate::domain::{Moment, Period};
use calamine::{Data, Reader, Xlsx};
use std::io::Cursor;

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn report(table: Table) -> Report {
    Report {
        title: "试".to_owned(),
        subtitle: None,
        blocks: vec![Block::Table(table)],
        footnotes: Vec::new(),
        paper: None,
        meta: Meta {
            period: Period::parse("2022-06").unwrap(),
            profile: "开封".to_owned(),
            generated_at: Moment::parse("2022-07-11 09:00").unwrap(),
        },
    }
}

fn sites() -> Table {
    let row = |no, site: &str, score, found: &str| vec![Cell::Number(no), text(site), score, text(found)];
    let score = |units| Cell::Decimal { units, places: 1 };
    let rows = vec![
        row(1, "甲局", score(195), "要闻"),
        row(1, "甲局", score(195), "=1+1"),
        row(2, "乙局", score(660), "公告"),
    ];
    let groups = vec![Group::new("", 1), Group::new("网站", 2), Group::new("", 1)];
    let note = Some("注:按得分排列。".to_owned());
    Table {
        groups, once: 3, note, ..Table::new("网站", "附件1", &["序号", "网站名称", "得分", "问题"], rows)
    }
}

fn rendered(format: Format) -> String {
    String::from_utf8(render(&report(sites()), format).unwrap()).unwrap()
}

#[test]
fn decimals_print_without_trailing_zeros() {
    for (units, places, printed) in
        [(660, 1, "66"), (84, 1, "8.4"), (195, 1, "19.5"), (5, 2, "0.05"), (-84, 1, "-8.4"), (0, 3, "0"), (7, 0, "7")]
    {
        assert_eq!(Cell::Decimal { units, places }.text(), printed);
    }
    let longest = Cell::Decimal { units: i64::MIN, places: 18 };
    assert_eq!(longest.text(), "-9.223372036854775808");
}

#[test]
fn text_has_the_titles_above_their_columns() {
    let lines = [
        "试",
        "",
        "附件1",
        "      网站",
        "序号  网站名称  得分  问题",
        "1     甲局      19.5  要闻",
        "                      =1+1",
        "2     乙局      66    公告",
        "注:按得分排列。",
    ];
    assert_eq!(rendered(Format::Text), format!("{}\n", lines.join("\n")));
}

#[test]
fn a_long_group_title_widens_its_columns() {
    let groups = vec![Group::new("", 1), Group::new("是否符合标准格式", 2)];
    let rows = vec![vec![text("甲"), Cell::Number(1), Cell::Number(0)]];
    let table = Table { groups, ..Table::new("平台", "", &["单位", "是", "否"], rows) };
    let text = String::from_utf8(render(&report(table), Format::Text).unwrap()).unwrap();
    assert_eq!(text, "试\n\n      是否符合标准格式\n单位  是  否\n甲    1   0\n");
}

#[test]
fn html_spans_rows_and_columns() {
    let page = rendered(Format::Html);
    assert_eq!(page.matches("scope=\"colgroup\" colspan=\"2\"").count(), 1);
    assert_eq!(page.matches("<th scope=\"col\" rowspan=\"2\"").count(), 2);
    assert_eq!(page.matches("<td rowspan=\"2\"").count(), 3);
    assert_eq!((page.matches("<th ").count(), page.matches("<td").count()), (5, 9));
    assert!(page.contains("注:按得分排列。"));
}

#[test]
fn json_rows_are_complete_and_decimals_are_numbers() {
    let value: serde_json::Value = serde_json::from_str(&rendered(Format::Json)).unwrap();
    let rows = value["tables"]["网站"].as_array().unwrap();
    assert_eq!(rows[1], serde_json::json!({"序号": 1, "网站名称": "甲局", "得分": 19.5, "问题": "=1+1"}));
    assert_eq!(rows[2]["得分"], serde_json::json!(66));
    assert_eq!(value["notes"]["网站"], "注:按得分排列。");
}

#[test]
fn headings_that_stand_twice_stay_apart_in_json() {
    let rows = vec![vec![text("科长"), text("科员")]];
    let json = render(&report(Table::new("表", "", &["职务", "职务"], rows)), Format::Json).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(value["tables"]["表"][0], serde_json::json!({"职务": "科长", "职务（2）": "科员"}));
}

#[test]
fn workbooks_merge_and_keep_numbers() {
    let bytes = render(&report(sites()), Format::Xlsx).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let cells = book.worksheet_range("网站").unwrap();
    let at = |row, column| cells.get_value((row, column)).cloned().unwrap_or(Data::Empty);
    assert_eq!(at(1, 1), Data::String("网站".to_owned()));
    assert_eq!((at(3, 2), at(5, 2)), (Data::Float(19.5), Data::Float(66.0)));
    assert_eq!((at(4, 3), at(4, 1)), (Data::String("=1+1".to_owned()), Data::Empty));
    assert_eq!(at(6, 0), Data::String("注:按得分排列。".to_owned()));
    let merges = book.merge_cells_by_sheet_name("网站").unwrap();
    let mut merges: Vec<_> = merges.iter().map(|merge| (merge.start, merge.end)).collect();
    merges.sort_unstable();
    let wanted = [
        ((0, 0), (0, 3)),
        ((1, 0), (2, 0)),
        ((1, 1), (1, 2)),
        ((1, 3), (2, 3)),
        ((3, 0), (4, 0)),
        ((3, 1), (4, 1)),
        ((3, 2), (4, 2)),
        ((6, 0), (6, 3)),
    ];
    assert_eq!(merges, wanted);
}

#[test]
fn groups_that_do_not_fit_the_columns_harm_nothing() {
    let rows = || vec![vec![text("甲"), text("乙")]];
    for groups in [vec![Group::new("宽", 9)], vec![Group::new("窄", 1)], vec![Group::new("无", 0), Group::new("", 5)]]
    {
        let table = Table { groups, once: 7, ..Table::new("表", "", &["一", "二"], rows()) };
        for format in Format::ALL {
            render(&report(table.clone()), format).unwrap();
        }
    }
}
