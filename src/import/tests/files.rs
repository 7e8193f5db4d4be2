//! From bytes to cells: encodings, separators, workbooks, noise.

use super::super::{Cell, Refusal, read_sheets};
use super::{bad, book, csv, imported, now, refused, text_rows, texts};
use encoding_rs::GB18030;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

#[test]
fn one_table_in_every_encoding() {
    let text = "账号名称,平台\r\n\"通许，竖岗\n镇\",抖音\r\n";
    let wide = |big: bool| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let files = [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with BOM", format!("\u{feff}{text}").into_bytes()),
        ("UTF-16LE", wide(false)),
        ("UTF-16BE", wide(true)),
        ("GB18030", GB18030.encode(text).0.into_owned()),
        ("tab", text.replace(',', "\t").into_bytes()),
        ("semicolon", text.replace(',', ";").into_bytes()),
        ("bare line feeds", text.replace("\r\n", "\n").into_bytes()),
    ];
    for (name, bytes) in files {
        let sheets = read_sheets(&bytes).unwrap();
        assert_eq!(texts(&sheets), [["账号名称", "平台"], ["通许，竖岗\n镇", "抖音"]], "{name}");
    }
}

#[test]
fn the_separator_is_the_one_that_makes_columns() {
    for (text, second) in [
        ("a\tb\n一,二,三\t四\n五,六,七\t八\n九,十,百\t千\n", "一,二,三"),
        ("a;b\n\"一,二\";三\n", "一,二"),
        ("名单\na,b,c\nx@y.cn;z@y.cn,2,3\np@y.cn;q@y.cn,2,3\n", "a"),
        ("a,b\n", ""),
    ] {
        let sheets = csv(text);
        let got = texts(&sheets).get(1).map_or("", |row| row[0]);
        assert_eq!(got, second, "{text}");
    }
}

#[test]
fn lines_are_those_of_the_file() {
    let text = "题目\n\n账号名称,平台\n\"两\n行\",抖音\n\n乙,抖音\n,\n丙,抖音";
    for end in ["\n", "\r\n", "\r"] {
        let sheets = csv(&text.replace('\n', end));
        let lines: Vec<usize> = sheets[0].rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [1, 3, 4, 7, 9], "{end:?}");
    }
}

#[test]
fn what_is_no_table_is_told_in_a_sentence() {
    for (bytes, word) in [
        (b"".to_vec(), "空的"),
        ("\u{feff} \r\n".as_bytes().to_vec(), "空的"),
        (vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1], "加了密码"),
        (b"PK\x03\x04 and then nothing that a workbook has".to_vec(), "可能已损坏"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "不是表格"),
        ((0..=255).cycle().take(4096).collect(), "不是表格"),
        (b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), "网页"),
        ("账号名称,平台\n\"甲,抖音\n乙,抖音\n".as_bytes().to_vec(), "第2行有一个没有配对的引号"),
        (vec![b'a'; 50 * 1024 * 1024 + 1], "50MB"),
    ] {
        let told = bad(&read_sheets(&bytes).unwrap_err());
        assert!(told[0].contains(word), "{told:?} should say {word}");
    }
}

#[test]
fn quotes_inside_cells_are_not_open_quotes() {
    let sheets = csv("a,b\n甲\"乙,\"丙\"\"丁\"\n\"\",\"\"\"\"\n");
    assert_eq!(texts(&sheets)[1..], [["甲\"乙", "丙\"丁"], ["", "\""]]);
}

#[test]
fn cells_of_csv_that_a_spreadsheet_would_calculate() {
    let sheets = csv("=\"0759\",'=1+1,''-x,=B2&C2,#REF!,'张三\n");
    let cells = &sheets[0].rows[0].cells;
    let read: Vec<(&str, bool)> = cells.iter().map(|cell| (cell.text.as_str(), cell.fault.is_some())).collect();
    let want = [("0759", false), ("=1+1", false), ("'-x", false), ("=B2&C2", true), ("#REF!", true), ("'张三", false)];
    assert_eq!(read, want);
    assert_eq!(Cell::of("\u{feff} 开\u{200b}封\u{3000}").text, "开封");
}

#[test]
fn numbers_and_dates_of_a_workbook() {
    let bytes = book(|sheet| {
        let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
        let time = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        sheet.write_number(0, 0, 13_900_000_000.0).unwrap();
        sheet.write_number(0, 1, 123_456_789_012_345.0).unwrap();
        sheet.write_number(0, 2, 7.59e18).unwrap();
        sheet.write_number(0, 3, 2.5).unwrap();
        let day = ExcelDateTime::from_ymd(2022, 6, 7).unwrap();
        sheet.write_with_format(0, 4, &day, &date).unwrap();
        sheet.write_with_format(0, 5, day.and_hms(9, 5, 30).unwrap(), &time).unwrap();
        sheet.write_boolean(0, 6, true).unwrap();
        sheet.write_string(0, 7, " 00123 ").unwrap();
    });
    let sheets = read_sheets(&bytes).unwrap();
    let want =
        ["13900000000", "123456789012345", "7.59000E+18", "2.5", "2022-06-07", "2022-06-07 09:05:30", "是", "00123"];
    assert_eq!(texts(&sheets)[0], want);
    let faulty: Vec<bool> = sheets[0].rows[0].cells.iter().map(|cell| cell.fault.is_some()).collect();
    assert_eq!(faulty, [false, false, true, false, false, false, false, false]);
}

#[test]
fn formulas_give_their_value_or_are_named() {
    let bytes = book(|sheet| {
        text_rows(sheet, &[&["账号名称", "平台", "主办单位"], &["甲", "抖音"], &["乙", "抖音"], &["丙", "抖音"]]);
        sheet.write_formula(1, 2, Formula::new("=B9&\"局\"").set_result("教体局")).unwrap();
        sheet.write_formula(2, 2, Formula::new("=B9&\"局\"")).unwrap();
        sheet.write_formula(3, 2, Formula::new("=NA()").set_result("#N/A")).unwrap();
    });
    let sheets = read_sheets(&bytes).unwrap();
    let refusal = super::plan_accounts(&sheets, &[], &[], now()).unwrap_err();
    let told = bad(&refusal);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("第3行“主办单位”") && told[0].contains("公式"), "{told:?}");
    assert!(told[1].starts_with("第4行“主办单位”"), "{told:?}");
    assert_eq!(sheets[0].rows[1].cells[2].text, "教体局");
}

#[test]
fn merged_cells_belong_to_every_row_that_says_something() {
    let bytes = book(|sheet| {
        let plain = Format::new();
        sheet.merge_range(0, 0, 1, 3, "某县政务新媒体台账", &plain).unwrap();
        sheet.merge_range(2, 0, 3, 0, "主管单位", &plain).unwrap();
        sheet.merge_range(2, 1, 3, 1, "账号名称", &plain).unwrap();
        sheet.merge_range(2, 2, 3, 2, "平台", &plain).unwrap();
        sheet.merge_range(2, 3, 2, 4, "邮箱", &plain).unwrap();
        sheet.write_string(3, 3, "运维邮箱").unwrap();
        sheet.write_string(3, 4, "主管邮箱").unwrap();
        sheet.merge_range(4, 0, 4, 4, "一、县直部门", &plain).unwrap();
        sheet.merge_range(5, 0, 9, 0, "县教体局", &plain).unwrap();
        sheet.merge_range(5, 1, 6, 1, "县教体局", &plain).unwrap();
        for (row, platform) in [(5, "微博"), (6, "抖音"), (8, "快手")] {
            sheet.write_string(row, 2, platform).unwrap();
        }
        sheet.write_string(8, 1, "校园安全").unwrap();
        sheet.write_string(5, 3, "a@b.cn").unwrap();
    });
    let list = imported(&[], &read_sheets(&bytes).unwrap(), now());
    let told: Vec<String> = list.iter().map(|a| format!("{}/{}/{}", a.supervisor, a.name, a.platform)).collect();
    assert_eq!(told, ["县教体局/县教体局/新浪微博", "县教体局/县教体局/抖音", "县教体局/校园安全/快手"]);
    assert_eq!(list[0].contacts.len() + list[1].contacts.len(), 1);
}

#[test]
fn only_visible_sheets_are_read_and_a_cover_is_passed() {
    let mut file = Workbook::new();
    text_rows(file.add_worksheet().set_name("说明").unwrap(), &[&["请按要求填写"]]);
    text_rows(
        file.add_worksheet().set_name("旧表").unwrap().set_hidden(true),
        &[&["账号名称", "平台"], &["旧", "抖音"]],
    );
    text_rows(file.add_worksheet().set_name("台账").unwrap(), &[&["账号名称", "平台"], &["甲", "抖音"]]);
    text_rows(file.add_worksheet().set_name("下属").unwrap(), &[&["账号名称", "平台"], &["乙", "抖音"]]);
    let sheets = read_sheets(&file.save_to_buffer().unwrap()).unwrap();
    let plan = super::plan_accounts(&sheets, &[], &[], now()).unwrap();
    assert_eq!(plan.save.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["甲"]);
    assert!(plan.remarks.iter().any(|remark| remark.contains("工作表“下属”")), "{:?}", plan.remarks);
}

#[test]
fn a_stray_cell_far_away_costs_nothing() {
    let bytes = book(|sheet| {
        text_rows(sheet, &[&["账号名称", "平台"], &["甲", "抖音"]]);
        sheet.write_string(1_048_575, 16_383, "x").unwrap();
    });
    assert_eq!(imported(&[], &read_sheets(&bytes).unwrap(), now()).len(), 1);
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused() {
    let mut bytes = book(|sheet| text_rows(sheet, &[&["账号名称", "平台"], &["甲", "抖音"]]));
    let entry = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    assert!(bad(&read_sheets(&bytes).unwrap_err())[0].contains("1GB"));
}

#[test]
fn headings_however_they_are_written() {
    for heading in [
        "账号名称,平台",
        "name,platform",
        "NAME,Platform",
        "＊账号名称（必填）,＊平台",
        "账号 名称, 平 台 ",
        "\u{feff}政务新媒体名称,平台类型",
        "平台说明,,\n填报单位：某县,\n账号名称,平台",
    ] {
        let list = imported(&[], &csv(&format!("{heading}\n甲,抖音\n")), now());
        assert_eq!((list.len(), list[0].name.as_str(), list[0].platform.name()), (1, "甲", "抖音"), "{heading}");
    }
    for (text, word) in [
        ("单位,平台\n甲,抖音\n", "找不到表头"),
        ("账号名称,账号名称,平台\n甲,乙,抖音\n", "有2列"),
        ("账号名称,name,平台\n甲,乙,抖音\n", "有2列（账号名称、name）"),
        ("账号名称,平台\n", "没有任何账号"),
        ("账号名称,平台\n,\n", "没有任何账号"),
    ] {
        assert!(refused(&[], text)[0].contains(word), "{text} should say {word}");
    }
}

#[test]
fn what_nobody_asked_for_is_listed_and_ignored() {
    let text =
        "序号,账号名称,平台,联系电话,账号,问题,\n1,甲,抖音,1.39E+10,x,写错了,旁注\n2,,,,,,\n序号,账号名称,平台,,,,\n";
    let plan = super::plan_accounts(&csv(text), &[], &[], now()).unwrap();
    assert_eq!(plan.save.len(), 1);
    assert_eq!(plan.remarks, ["不认识的列，已忽略：序号、联系电话、账号", "没有表头的列，其中的内容已忽略：第7列"]);
}

#[test]
fn the_copy_of_a_refused_file_says_what_is_wrong_and_where() {
    let bytes = book(|sheet| {
        text_rows(
            sheet,
            &[
                &["台账"],
                &[],
                &["账号名称", "平台", "每周次数"],
                &["甲", "抖音", "两次"],
                &["乙", "", ""],
                &["丙", "抖音"],
            ],
        );
    });
    let sheets = read_sheets(&bytes).unwrap();
    let Refusal::Rows(rows) = super::plan_accounts(&sheets, &[], &[], now()).unwrap_err() else { panic!("rows") };
    let copy = super::super::copy_with_problems(&sheets, &rows);
    assert_eq!((copy.len(), copy[2][3].as_str()), (6, "问题"));
    assert!(copy[3][3].contains("“每周次数”每周次数请写"), "{copy:?}");
    assert!(copy[4][3].contains("“平台”必须填写") && copy[5][3].is_empty(), "{copy:?}");
    // Corrected in place, the copy is a file that can be imported; refused again, it keeps one such column.
    let again = read_sheets(&super::super::workbook_bytes("问题", &copy).unwrap()).unwrap();
    let Refusal::Rows(rows) = super::plan_accounts(&again, &[], &[], now()).unwrap_err() else { panic!("rows") };
    assert_eq!(super::super::copy_with_problems(&again, &rows), copy);
}

#[test]
fn what_was_lost_is_lost_in_the_copy_too() {
    let bytes = book(|sheet| {
        text_rows(sheet, &[&["账号名称", "平台", "账号标识"], &["甲", "抖音"], &["乙", "抖音"]]);
        sheet.write_number(1, 2, 7.591_234_567_890_123e18).unwrap();
        sheet.write_formula(2, 2, Formula::new("=A9")).unwrap();
    });
    let mut sheets = read_sheets(&bytes).unwrap();
    for _ in 0..2 {
        let Refusal::Rows(rows) = super::plan_accounts(&sheets, &[], &[], now()).unwrap_err() else { panic!("rows") };
        assert_eq!(rows.rows.len(), 2);
        let copy = super::super::copy_with_problems(&sheets, &rows);
        sheets = read_sheets(&super::super::csv_bytes(&copy)).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        for start in [&b""[..], b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe", b"name,platform\n"] {
            let file = [start, &bytes[..]].concat();
            if let Ok(sheets) = read_sheets(&file) {
                drop(super::plan_accounts(&sheets, &[], &[], now()));
                drop(super::super::plan_posts(&sheets, &[], now()));
            }
        }
    }

    #[test]
    fn a_damaged_workbook_never_panics(at in 0_usize..5000, byte in any::<u8>(), cut in 0_usize..5000) {
        let mut bytes = book(|sheet| text_rows(sheet, &[&["账号名称", "平台"], &["甲", "抖音"]]));
        let len = bytes.len();
        bytes[at % len] = byte;
        if let Ok(sheets) = read_sheets(&bytes) {
            drop(super::plan_accounts(&sheets, &[], &[], now()));
        }
        bytes.truncate(cut % len);
        // A stump without its signature may pass for a text.
        prop_assert!(!bytes.starts_with(b"PK\x03\x04") || read_sheets(&bytes).is_err());
    }

    #[test]
    fn text_of_any_kind_comes_back_from_csv(cells in proptest::collection::vec("[ -~甲乙；，“”\n]{0,12}", 1..8)) {
        let row: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        let guard = vec!["首".to_owned(); row.len()];
        let sheets = read_sheets(&super::super::csv_bytes(&[guard, row.clone()])).unwrap();
        let read: Vec<String> = sheets[0].rows.get(1).map_or_else(Vec::new, |r| r.cells.iter().map(|c| c.text.clone()).collect());
        let blank = row.iter().all(String::is_empty);
        prop_assert_eq!(read, if blank { Vec::new() } else { row });
    }
}
