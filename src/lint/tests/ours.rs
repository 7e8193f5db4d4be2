//! Papers of our own that once drew findings without a fault, and marks of a draft in every format.

use super::write::{document, paragraph, tc};
use super::{FORMS, Form, Model, Sheet, linted, models, told};
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
