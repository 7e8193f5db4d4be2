//! Papers of our own that once drew findings without a fault, and marks of a draft in every format.

use super::write::{document, paragraph, tc};
use super::{FORMS, Form, Model, Sheet, linted, models, told};
use crate::domain::{Moment, Period};
use crate::report::{Block, Cell, Format, Meta, Paper, Part, Report, Table, render};
use crate::tables::{self, Attachment, Digits, Role, Style, TableRules};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn sheet(title: &str, columns: &[&str], rows: &[&[&str]]) -> Sheet {
    let said = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let rows = rows.iter().map(|row| said(row)).collect();
    let key = title.to_owned();
    Sheet { key, title: title.to_owned(), columns: said(columns), rows, ..Sheet::default() }
}

fn silent(model: &Model) {
    for form in FORMS {
        let findings = model.lint(form).findings;
        assert!(findings.is_empty(), "{form:?}\n{}", told(&findings));
    }
}

/// 连续两期存在问题1个 above the follow-up, which has several rows of one account.
#[test]
fn a_follow_up_is_no_list_of_problems() {
    let mut model = models::kaifeng();
    model.tables.retain(|table| !table.key.contains("问题"));
    model.say("合格310个，", "合格310个，合格但存在问题2个，");
    model.paragraphs.push("连续两期存在问题1个：青禾应急（新浪微博）。".to_owned());
    let heads = ["序号", "政务新媒体", "主管单位", "平台类型", "问题类型", "整改期限", "反馈日期", "整改结果"];
    let due = "2022年7月21日";
    let follow = sheet(
        "上期问题整改情况",
        &heads,
        &[
            &["1", "青禾应急", "县应急局", "新浪微博", "超过两周未更新", due, "", "逾期未反馈"],
            &["2", "青禾应急", "县应急局", "新浪微博", "一周未更新两次", due, "", "逾期未反馈"],
        ],
    );
    model.tables.insert(0, follow);
    silent(&model);
}

/// One account, one problem, two weeks; and the form below to be filled in.
#[test]
fn two_weeks_are_two_rows() {
    let listed = sheet(
        "一、列入通报的问题",
        &["序号", "账号", "主管单位", "问题类型", "监测时段"],
        &[
            &["1", "甲乡（新浪微博）", "甲县", "一周未更新两次", "2022年5月30日至6月5日"],
            &["2", "甲乡（新浪微博）", "甲县", "一周未更新两次", "2022年6月13日至6月19日"],
        ],
    );
    let form = sheet(
        "三、核对意见",
        &["序号", "账号", "问题类型", "核对意见"],
        &[&["1", "甲乡（新浪微博）", "一周未更新两次", ""], &["2", "甲乡（新浪微博）", "一周未更新两次", ""]],
    );
    let mut model = Model { title: "2022年6月份问题依据清单".to_owned(), ..Model::default() };
    model.tables = vec![listed, form];
    silent(&model);
    let same = model.tables[0].rows[0][4].clone();
    model.tables[0].rows[1][4] = same;
    model.tables.truncate(1);
    assert_eq!(model.lint(Form::Xlsx).findings.len(), 1, "the same week twice");
}

/// 编号 is the number of the item in the whole list, of which an office gets its own.
#[test]
fn an_office_gets_its_own_items() {
    let mut model = Model { title: "2022年6月份问题整改反馈表".to_owned(), ..Model::default() };
    let row = |number: &'static str, name: &'static str| [number, name, "一周未更新两次", "更新0次"];
    model.tables = vec![sheet(
        "反馈",
        &["编号", "账号", "问题类型", "检查情况"],
        &[&row("7", "甲乡（抖音）"), &row("9", "乙乡（抖音）")],
    )];
    silent(&model);
}

/// Whom it goes to, an account that is named like its unit, what 其中 takes off.
#[test]
fn sentences_of_our_own() {
    let mut model = models::kaifeng();
    model.sheet("公开平台").set(0, "填报单位", "顺河回族区人民政府办公室");
    model.sheet("信息报送（市直各单位）").set(0, "单位", "顺河回族区人民政府办公室");
    model.say("市水利局、", "");
    model.paragraphs.insert(0, "各县、区人民政府，市直各有关单位：".to_owned());
    model.paragraphs.push("“开封市人力资源和社会保障局”（抖音）更新较少。".to_owned());
    model.closing.push("抄送：市委办公室，市人大常委会办公室。".to_owned());
    let count = model.sheet("存在问题").rows.len();
    model.say("合格310个，", &format!("合格310个，合格但存在问题{}个，", count - 1));
    model.paragraphs.push(format!("存在问题名单共{count}个账号，其中1个能否合格尚无法判定。"));
    for form in FORMS {
        let mut findings = model.lint(form).findings;
        findings.retain(|one| one.check != 24);
        assert!(findings.is_empty(), "{form:?}\n{}", told(&findings));
    }
}

/// The file says its period where the title does not; null and nothing are what a document prints as ____.
#[test]
fn what_json_says_beside_its_title() {
    let paper = r#"{"title": "检查情况的通报", "period": "2022-06", "paper": {"form": "明电", "number": "", "date": null},
        "paragraphs": ["数据截至6月24日。"], "tables": {}}"#;
    let linted = linted(paper.as_bytes());
    let found: Vec<(u8, &str)> = linted.findings.iter().map(|one| (one.check, one.place.as_str())).collect();
    assert_eq!(found, [(3, "正文第1段"), (24, "文号"), (24, "成文日期")]);
    assert_eq!(linted.skipped, Vec::<String>::new());
}

#[test]
fn a_draft_is_told_by_the_head_of_its_pages() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let cells = [tc("", "核实情况"), tc("", "已确认31项，待核实0项")].concat();
    let body = format!("{}<w:tbl><w:tr>{cells}</w:tr></w:tbl>", paragraph("2022年6月份通报"));
    for (name, text) in [("document", body), ("header1", paragraph("草稿")), ("header2", paragraph("草稿"))] {
        zip.start_file(format!("word/{name}.xml"), SimpleFileOptions::default()).unwrap();
        zip.write_all(document(&text).as_bytes()).unwrap();
    }
    let findings = linted(&zip.finish().unwrap().into_inner()).findings;
    assert!(matches!(&findings[..], [one] if one.check == 24 && one.place == "页眉"), "{}", told(&findings));
    assert!(findings[0].what.contains("共1处") && findings[0].cure.contains("bulletin issue"), "{}", findings[0]);
}

/// Three rows of any form that agree with themselves.
fn attachment(form: &'static tables::Form) -> Attachment {
    let cell = |row: usize, column: &tables::FormColumn| match column.role {
        Role::Office => format!("{}{}", ["甲", "乙", "丙"][row], form.chinese),
        Role::Text => "更新不及时".to_owned(),
        Role::OneOf(words) => words[0].to_owned(),
        Role::Count | Role::Signed => (12 - row).to_string(),
        Role::Points => format!("{}.5", 20 - row),
        Role::Given => (300 - row).to_string(),
        Role::Flag => usize::from(
            form.exclusive
                .first()
                .is_none_or(|first| *first == column.names[0] || !form.exclusive.contains(&column.names[0])),
        )
        .to_string(),
        _ => String::new(),
    };
    let row = |row| form.columns.iter().map(|column| cell(row, column)).collect();
    let rows = if form.is_blank { Vec::new() } else { (0..3).map(row).collect() };
    let period = Period::parse("2022-06").unwrap();
    let (name, title, headings, note) = (String::new(), None, BTreeMap::new(), None);
    Attachment { form, period, name, place: 1, title, headings, note, as_printed: false, rows }
}

/// Our own lists are empty, and every form of table is in one draft: the one of 白河 is also called
/// 存在问题的政务新媒体, and counts nobody of ours.
fn every_form() -> Report {
    let list = |number, key: &str, rows: Vec<Vec<Cell>>| {
        let heads = ["序号", "政务新媒体", "主管单位", "平台类型", "问题类型"];
        let table = Table::new(key, format!("2022年6月份{key}的政务新媒体名单"), &heads, rows);
        Block::Table(Table { part: Part::Annex(number), ..table })
    };
    let said = "全市正在运行的政务新媒体共计3个，检查3个，检查率100%。经检查，合格3个，合格率为100%；不合格0个，合格但存在问题0个。";
    let mut report = Report {
        title: "2022年6月份政务新媒体检查情况".to_owned(),
        subtitle: None,
        blocks: vec![
            Block::Heading("一、总体情况".to_owned()),
            Block::Paragraph(said.to_owned()),
            list(2, "不合格", Vec::new()),
            list(3, "存在问题", Vec::new()),
        ],
        footnotes: Vec::new(),
        paper: Some(Paper::default().numbered(None, chrono::NaiveDate::from_ymd_opt(2022, 7, 11))),
        meta: Meta {
            period: Period::parse("2022-06").unwrap(),
            profile: "通用".to_owned(),
            generated_at: Moment::parse("2022-07-01 09:00").unwrap(),
        },
    };
    let rules = TableRules::default();
    let digits = Digits { decimals: 0, rounding: crate::report::Rounding::HalfUp };
    let style =
        Style { rules: &rules, digits, checks: Some("(以6月6日、13日、20日、6月27日检查结果为准)") };
    tables::place(&mut report, &tables::Form::all().map(attachment).collect::<Vec<_>>(), style);
    report
}

#[test]
fn a_draft_with_every_form_of_table_is_clean() {
    for format in [Format::Docx, Format::Xlsx, Format::Json] {
        let mut findings = linted(&render(&every_form(), format).unwrap()).findings;
        findings.retain(|one| one.check != 24);
        assert!(findings.is_empty(), "{format:?}\n{}", told(&findings));
    }
}

/// What the document prints as ____ in its list of annexes, JSON has as well, and its headings.
#[test]
fn an_annex_that_nobody_has_filled_is_told_in_json_too() {
    let mut report = every_form();
    report.blocks.retain(|block| !matches!(block, Block::Table(table) if table.annex() == Some(1)));
    for format in [Format::Docx, Format::Json] {
        let findings = linted(&render(&report, format).unwrap()).findings;
        let blank = findings.iter().filter(|one| one.what.contains("____")).count();
        assert!(blank >= 1, "{format:?}\n{}", told(&findings));
    }
    let json: serde_json::Value = serde_json::from_slice(&render(&report, Format::Json).unwrap()).unwrap();
    assert_eq!(json["annex_list"][0], "附件：1. ____");
    assert_eq!(json["headings"], serde_json::json!([{"heading": "一、总体情况", "paragraph": 1}]));
}
