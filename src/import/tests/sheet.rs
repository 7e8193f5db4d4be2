//! The check sheet: what signed rows say, every row that is wrong, and the workbook that comes back.

use super::{at, bad, csv, imported, text_rows, texts};
use crate::config;
use crate::domain::{Account, Moment, Week, When};
use crate::import::{Refusal, Row, Sheet, SheetPlan, SheetRow, plan_sheet, read_sheets, sheet_book};
use crate::rules::{CountUnit, Tally};
use rust_xlsxwriter::{Format, Workbook};
use std::path::Path;

const TITLE: &str = "周核查表 2022-W23（2022-06-06 至 2022-06-12）\n";
const HEADING: &str = "序号,账号名称,平台,账号标识,主办单位,链接,最近更新时间,本周更新次数,核查人,核查时间,备注\n";

fn now() -> Moment {
    at("2022-06-13 10:00")
}

fn list() -> Vec<Account> {
    let text = "账号名称,平台,账号标识,主办单位\n甲,新浪微博,1234567890,某局\n乙,抖音,,某局\n丙,微信订阅号,gh_3,\n";
    imported(&[], &csv(text), now())
}

fn week() -> Week {
    Week::of(at("2022-06-06 00:00"))
}

fn plan(text: &str) -> Result<SheetPlan, Refusal> {
    plan_sheet(&csv(text), &list(), None, CountUnit::Push, now())
}

/// The sheet with these rows: name, last, updates, by, looked.
fn filled(rows: &[[&str; 5]]) -> String {
    let line =
        |[name, last, updates, by, looked]: &[&str; 5]| format!("1,{name},,,,,{last},{updates},{by},{looked},\n");
    format!("{TITLE}{HEADING}{}", rows.iter().map(line).collect::<String>())
}

fn tally(updates: u32, last: Option<When>, looked_at: &str) -> Tally {
    Tally { week: week(), updates, unit: CountUnit::Push, last, by: "张三".to_owned(), looked_at: at(looked_at) }
}

#[test]
fn a_signed_row_is_a_look_and_an_unsigned_one_is_nothing_yet() {
    let plan = plan(&filled(&[
        ["甲", "2022-06-10 10:05", "2", "张三", "2022-06-13 09:10"],
        ["乙", "2022/6/1", "０次", "张三", "2022-06-13"],
        ["丙", "2022-06-10 10:05", "3", "", "2022-06-13 09:10"],
        ["不在台账", "", "", "", ""],
        ["", "", "", "", ""],
    ]))
    .unwrap();
    assert_eq!((plan.week, plan.unsigned), (week(), 2));
    let day = When::Day("2022-06-01".parse().unwrap());
    assert_eq!(
        plan.signed.iter().map(|signed| (signed.account.0, signed.row.clone())).collect::<Vec<_>>(),
        [
            (1, tally(2, Some(When::At(at("2022-06-10 10:05"))), "2022-06-13 09:10")),
            (2, tally(0, Some(day), "2022-06-13 00:00")),
        ]
    );
    for (word, line) in [("没有签名", "第5行"), ("只写了日期", "第4行")] {
        assert!(plan.remarks.iter().any(|told| told.contains(word) && told.contains(line)), "{:?}", plan.remarks);
    }
    assert_eq!(plan.remarks.len(), 2, "our own columns are no strangers: {:?}", plan.remarks);
}

#[test]
fn a_look_before_the_week_is_over_says_so() {
    let plan = plan(&filled(&[["甲", "无", "0", "张三", "2022-06-09 08:30"]])).unwrap();
    assert!(plan.remarks.iter().any(|told| told.contains("结束之前") && told.contains("第3行")), "{:?}", plan.remarks);
    assert_eq!(plan.signed[0].row, tally(0, None, "2022-06-09 08:30"));
}

#[test]
fn every_bad_row_names_its_cure() {
    let (good, looked) = ("2022-06-10 10:05", "2022-06-13 09:10");
    for (row, column, cure) in [
        (["甲", good, "2", "张三", ""], "核查时间", "必须填写"),
        (["甲", good, "2", "张三", "昨天"], "核查时间", "请写成"),
        (["甲", good, "2", "张三", "2022-06-13 10:01"], "核查时间", "晚于现在"),
        (["甲", "", "0", "张三", "2022-06-06 00:00"], "核查时间", "早于 2022-W23"),
        (["甲", "", "0", "张三", "2022-06-01 09:00"], "核查时间", "核对核查时间和周次"),
        (["甲", good, "", "张三", looked], "本周更新次数", "写 0"),
        (["甲", good, "两", "张三", looked], "本周更新次数", "请写整数"),
        (["甲", good, "1.5", "张三", looked], "本周更新次数", "请写整数"),
        (["甲", good, "-1", "张三", looked], "本周更新次数", "请写整数"),
        (["甲", good, "1001", "张三", looked], "本周更新次数", "请核对"),
        (["甲", good, "99999999999999", "张三", looked], "本周更新次数", "请核对"),
        (["甲", good, "=1+1", "张三", looked], "本周更新次数", "粘贴为数值"),
        (["甲", "上周五", "2", "张三", looked], "最近更新时间", "请写成"),
        (["甲", "1999-01-01", "0", "张三", looked], "最近更新时间", "早于2009年"),
        (["甲", "2022-06-13 09:11", "2", "张三", looked], "最近更新时间", "晚于核查时间"),
        (["甲", "2022-06-13 08:00", "2", "张三", "2022-06-13"], "最近更新时间", "写到几点几分"),
        (["甲", "2022-06-05 23:59", "1", "张三", looked], "最近更新时间", "在这一周之前"),
        (["甲", "2022-06-05", "1", "张三", looked], "最近更新时间", "在这一周之前"),
        (["甲", good, "0", "张三", looked], "最近更新时间", "写了0"),
        (["甲", "2022-06-12", "0", "张三", looked], "最近更新时间", "写了0"),
        (["甲", good, "2", "同上", looked], "核查人", "姓名"),
        (["不在台账", good, "2", "张三", looked], "账号名称", "先导入台账"),
        (["", good, "2", "张三", looked], "账号名称", "没有写是哪个账号"),
    ] {
        let sound = ["乙", good, "2", "张三", looked];
        let told = bad(&plan(&filled(&[sound, row])).unwrap_err());
        let want = format!("第4行“{column}”");
        assert!(told.len() == 1 && told[0].starts_with(&want) && told[0].contains(cure), "{row:?}: {told:?}");
    }
    let twice = ["甲", good, "2", "张三", looked];
    let told = bad(&plan(&filled(&[twice, ["乙", good, "2", "张三", looked], twice])).unwrap_err());
    assert!(told.len() == 1 && told[0].contains("第5行") && told[0].contains("与第3行"), "{told:?}");
}

#[test]
fn at_the_edges_of_what_is_true_together() {
    for (last, updates, looked) in [
        ("2022-06-13 09:10", "2", "2022-06-13 09:10"),
        ("2022-06-13", "2", "2022-06-13"),
        ("2022-06-13 08:00", "0", "2022-06-13 09:00"),
        ("2022-06-06 00:00", "1", "2022-06-13 09:00"),
        ("2022-06-05 23:59", "0", "2022-06-13 09:00"),
        ("", "2", "2022-06-06 00:01"),
        ("", "1000", "2022-06-13 10:00"),
    ] {
        assert!(plan(&filled(&[["甲", last, updates, "张三", looked]])).is_ok(), "{last} {updates} {looked}");
    }
}

#[test]
fn the_week_stands_above_the_heading_or_is_asked_for() {
    let row = "1,甲,,,,,,0,张三,2022-06-13 09:10,\n";
    let (bare, asked) = (format!("{HEADING}{row}"), Some(week()));
    let of = |text: &str, asked| plan_sheet(&csv(text), &list(), asked, CountUnit::Push, now()).map(|plan| plan.week);
    assert_eq!(of(&bare, asked), Ok(week()));
    assert_eq!(of(&format!("{TITLE}{bare}"), asked), Ok(week()));
    assert_eq!(of(&format!("某市\n周核查表（2022-w23）\n填报单位：某局\n{bare}"), None), Ok(week()));
    for (text, asked, word) in [
        (bare.clone(), None, "--week"),
        (format!("{TITLE}{bare}"), Some(Week::of(at("2022-05-30 00:00"))), "拿错了表"),
        (format!("{TITLE}2022-W22\n{bare}"), None, "不止一个周次"),
        (format!("2022-W24\n{bare}"), None, "还没有开始"),
    ] {
        let told = bad(&plan_sheet(&csv(&text), &list(), asked, CountUnit::Push, at("2022-06-13 00:00")).unwrap_err());
        assert!(told[0].contains(word), "{word}: {told:?}");
    }
}

fn exported(rows: &[SheetRow<'_>]) -> Vec<u8> {
    sheet_book(week(), rows, &config::profile("通用", Path::new("profiles")).unwrap()).unwrap()
}

#[test]
fn an_untouched_sheet_says_nothing_and_a_signed_one_comes_back_word_for_word() {
    let list = list();
    let blank: Vec<SheetRow<'_>> = list.iter().map(|account| SheetRow { account, signed: None }).collect();
    let sheets = read_sheets(&exported(&blank)).unwrap();
    assert_eq!((sheets[0].name.as_str(), sheets[1].name.as_str()), ("2022-W23", "填写说明"));
    assert_eq!(texts(&sheets)[0], ["周核查表 2022-W23（2022-06-06 至 2022-06-12）"]);
    assert_eq!(texts(&sheets)[2][..6], ["1", "甲", "新浪微博", "1234567890", "某局", "打开"]);
    let plan = plan_sheet(&sheets, &list, None, CountUnit::Push, now()).unwrap();
    assert_eq!((plan.signed.len(), plan.unsigned, plan.remarks), (0, 3, Vec::new()));

    let midnight = tally(1, Some(When::At(at("2022-06-08 00:00"))), "2022-06-13 09:10:30");
    let day = tally(0, Some(When::Day("2022-06-05".parse().unwrap())), "2022-06-13 00:00");
    let told = [Some(midnight.clone()), None, Some(day.clone())];
    let rows: Vec<SheetRow<'_>> = list.iter().zip(told).map(|(account, signed)| SheetRow { account, signed }).collect();
    let sheets = read_sheets(&exported(&rows)).unwrap();
    let plan = plan_sheet(&sheets, &list, None, CountUnit::Push, now()).unwrap();
    let signed: Vec<&Tally> = plan.signed.iter().map(|signed| &signed.row).collect();
    assert_eq!((signed, plan.unsigned), (vec![&midnight, &day], 1));
}

/// As a spreadsheet keeps what a clerk types: times as day counts, numbers as numbers, one signature
/// over all rows.
#[test]
fn typed_into_a_spreadsheet() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("2022-W23").unwrap();
    let heading: Vec<&str> = HEADING.trim_end().split(',').collect();
    text_rows(sheet, &[&heading, &["1", "甲"], &["2", "乙"], &["3", "丙"]]);
    let form = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for row in 1..=3 {
        // 2022-06-10 10:30, and 2022-06-13 09:00.
        sheet.write_number_with_format(row, 6, 44_722.437_5, &form).unwrap();
        sheet.write_number(row, 7, 2).unwrap();
        sheet.write_number_with_format(row, 9, 44_725.375, &form).unwrap();
    }
    sheet.merge_range(1, 8, 3, 8, "张三", &Format::new()).unwrap();
    let sheets = read_sheets(&book.save_to_buffer().unwrap()).unwrap();
    let plan = plan_sheet(&sheets, &list(), None, CountUnit::Push, now()).unwrap();
    let want = tally(2, Some(When::At(at("2022-06-10 10:30"))), "2022-06-13 09:00");
    assert!(plan.signed.len() == 3 && plan.signed.iter().all(|signed| signed.row == want), "{:?}", plan.signed);
}

/// Nothing that a cell may hold makes a signature of it, or a panic.
#[test]
fn noise_is_no_signature() {
    let noise = ["", "0", "２", "1e9", "2022", "44722", "2022-13-01", "#REF!", "\u{200b}", "同上", "2022-06-10 10:05"];
    for cell in noise {
        for column in 0..11 {
            let mut cells = ["1", "甲", "", "", "", "", "2022-06-10 10:05", "2", "", "2022-06-13 09:10", ""];
            cells[column] = cell;
            let row = Row { line: 3, cells: cells.iter().map(|text| crate::import::Cell::of(text)).collect() };
            let mut sheet: Sheet = csv(&format!("{TITLE}{HEADING}")).remove(0);
            sheet.rows.push(row);
            if let Ok(plan) = plan_sheet(&[sheet], &list(), None, CountUnit::Push, now()) {
                assert!(plan.signed.is_empty() || column == 8, "{cell} in column {column}");
            }
        }
    }
}
