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

/// Whatever a platform may send as a title does no harm in any format.
#[test]
fn hostile_text_harms_no_format() {
    let long = "长".repeat(4000);
    let all = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "]]>",
        "{{ title }}",
        "{% raw %}",
        "<script>x</script>",
        "\u{0}\u{b}\u{1f}甲",
        "甲\u{202e}cod.exe\u{202c}乙",
        "שלום",
        "👨‍👩‍👧",
        &long,
    ];
    let rows: Vec<Vec<Cell>> = all.iter().map(|one| vec![text(one), Cell::Number(5)]).collect();
    let whole = Report {
        title: all.concat(),
        footnotes: vec![all.concat()],
        ..report(Table::new("表", "", &["标题", "数"], rows))
    };
    let page = String::from_utf8(render(&whole, Format::Html).unwrap()).unwrap();
    assert!(
        !page.contains("<script") && !page.contains('\u{202e}') && page.contains("{{ title }}") && page.contains(&long)
    );
    let plain = String::from_utf8(render(&whole, Format::Text).unwrap()).unwrap();
    assert!(plain.contains("\u{2068}שלום\u{2069}") && !plain.contains('\u{202e}') && !plain.contains('\u{0}'));
    let json: serde_json::Value = serde_json::from_slice(&render(&whole, Format::Json).unwrap()).unwrap();
    let read: Vec<&str> =
        json["tables"]["表"].as_array().unwrap().iter().map(|row| row["标题"].as_str().unwrap()).collect();
    assert_eq!(read, all);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(render(&whole, Format::Xlsx).unwrap())).unwrap();
    assert!(book.worksheet_formula("表").unwrap().is_empty());
    let cells = book.worksheet_range("表").unwrap();
    assert_eq!(cells.get_value((2, 0)), Some(&Data::String("=1+1".to_owned())));
    assert!(render(&whole, Format::Docx).unwrap().starts_with(b"PK"));
}

#[test]
fn charts_are_pictures_with_their_figures_in_words() {
    let point = |label: &str, value| ChartPoint { label: label.to_owned(), value, is_partial: false };
    let chart = Chart {
        key: "合格率".to_owned(),
        title: "各次检查的合格率".to_owned(),
        over: "检查日期".to_owned(),
        value: "合格率".to_owned(),
        unit: "%".to_owned(),
        points: vec![
            point("6月6日", Some(Cell::Decimal { units: 997, places: 1 })),
            point("6月13日", None),
            point("6月20日", Some(Cell::Number(100))),
            point("6月27日", Some(Cell::Number(99))),
        ],
        note: None,
    };
    assert!(Chart { points: chart.points[..2].to_vec(), ..chart.clone() }.drawable().is_none());
    let whole = Report { blocks: vec![Block::Chart(chart)], ..report(sites()) };
    let words = "各次检查的合格率：6月6日99.7%，6月13日没有数据，6月20日100%，6月27日99%。";
    let page = String::from_utf8(render(&whole, Format::Html).unwrap()).unwrap();
    assert!(page.contains(&format!("aria-label=\"{words}\"")), "{page}");
    assert_eq!((page.matches("<circle ").count(), page.matches("<polyline ").count()), (3, 1), "a gap stays a gap");
    assert!(String::from_utf8(render(&whole, Format::Text).unwrap()).unwrap().contains(words));
    let json: serde_json::Value = serde_json::from_slice(&render(&whole, Format::Json).unwrap()).unwrap();
    assert_eq!(json["charts"][0]["points"][1], serde_json::json!(["6月13日", null]));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(render(&whole, Format::Xlsx).unwrap())).unwrap();
    let cells = book.worksheet_range("合格率").unwrap();
    assert_eq!(cells.get_value((1, 1)), Some(&Data::Float(99.7)));
    let mut package = zip::ZipArchive::new(Cursor::new(render(&whole, Format::Xlsx).unwrap())).unwrap();
    assert!(package.by_name("xl/charts/chart1.xml").is_ok());
}

#[test]
fn a_papers_head_and_foot_stand_in_every_format() {
    let paper = Paper {
        shape: Shape::Letter,
        issuer: "某市人民政府办公室".to_owned(),
        number: "某政办函〔{年}〕{号}号".to_owned(),
        ..Paper::default()
    };
    let whole = Report { paper: Some(paper.numbered(Some(7), None)), ..report(sites()) };
    for format in [Format::Html, Format::Json, Format::Text] {
        let text = String::from_utf8(render(&whole, format).unwrap()).unwrap();
        assert!(text.contains("某市人民政府办公室"), "{format:?}");
        assert!(format == Format::Text || text.contains("某政办函〔____〕7号"), "{format:?}");
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(render(&whole, Format::Xlsx).unwrap())).unwrap();
    let lines = book.worksheet_range("总体情况").unwrap();
    assert_eq!(lines.get_value((1, 0)), Some(&Data::String("某政办函〔____〕7号".to_owned())));
}
