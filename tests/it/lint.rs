//! The promise: a finished paper is held against itself, in whatever format, without a database; errors end
//! with 4, warnings with 0, and what cannot be read is refused with its cure.

use super::desk::Desk;
use rust_xlsxwriter::Workbook;
use serde_json::Value;

/// A tally as another office keeps it: a title, a head, a note below, a sheet of text.
fn tally(desk: &Desk, name: &str, score: f64, title: &str) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 4, title, &rust_xlsxwriter::Format::new()).unwrap();
    for (at, heading) in (0..).zip(["单 位", "报送信息", "采用信息", "得分", "排名"]) {
        sheet.write_string(1, at, heading).unwrap();
    }
    let rows = [("甲局", [42.0, 0.0, score, 1.0]), ("乙局", [7.0, 7.0, 8.4, 1.0]), ("丙局", [0.0, 0.0, 0.0, 2.0])];
    for (at, (office, numbers)) in (2..).zip(rows) {
        sheet.write_string(at, 0, office).unwrap();
        for (column, number) in (1..).zip(numbers) {
            sheet.write_number(at, column, number).unwrap();
        }
    }
    sheet.write_string(5, 0, "注:每上报一条信息计0.2分,采用一条信息计1分。").unwrap();
    book.save(desk.path().join(name)).unwrap();
}

#[test]
fn an_error_ends_with_4_and_names_both_figures() {
    let desk = Desk::new();
    tally(&desk, "好.xlsx", 8.4, "2022年6月份信息报送情况");
    assert!(desk.ok(&["lint", "好.xlsx"]).contains("没有发现问题（读到1张表、2段文字）"));
    tally(&desk, "坏.xlsx", 9.4, "2022年6月份信息报送情况");
    let output = desk.run(&["lint", "坏.xlsx"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4), "{said}");
    for word in ["错误1处，提醒0处", "第3行（甲局）", "“得分”是9.4", "0.2×42+1×0应为8.4"] {
        assert!(said.contains(word), "{word}\n{said}");
    }
    let json: Value = serde_json::from_slice(&desk.run(&["--json", "lint", "坏.xlsx"]).stdout).unwrap();
    assert_eq!((json["errors"].as_u64(), json["findings"][0]["check"].as_u64()), (Some(1), Some(7)), "{json}");
    assert_eq!(json["findings"][0]["level"], "error");
    assert!(!desk.path().join("data").exists(), "lint needs no database");
}

#[test]
fn warnings_end_with_0_unless_they_are_to_be_strict() {
    let desk = Desk::new();
    let paper =
        r#"{"title": "2022年6月份信息报送情况", "paragraphs": ["数据截至6月24日。", "办结率为99.2%。"], "tables": {}}"#;
    desk.file("报.json", paper);
    let said = desk.ok(&["lint", "报.json"]);
    assert!(said.contains("错误0处，提醒1处") && said.contains("截至6月24日"), "{said}");
    assert!(said.contains("没有核对：正文第2段的比率99.2%"), "{said}");
    assert_eq!(desk.run(&["lint", "报.json", "--strict"]).status.code(), Some(4));
}

#[test]
fn what_is_no_paper_is_refused_with_its_cure() {
    let desk = Desk::new();
    desk.file("老.doc", "");
    std::fs::write(desk.path().join("老.doc"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").unwrap();
    desk.file("字.txt", "通报");
    desk.file("半.docx", "PK\u{3}\u{4}通报");
    for (file, word) in [
        ("没有.docx", "没有这个文件"),
        (".", "这是目录"),
        ("老.doc", "另存为 .docx 或 .xlsx"),
        ("字.txt", "能核对的是"),
        ("半.docx", "已损坏"),
    ] {
        let (exit, said) = desk.refused(&["lint", file]);
        assert!(exit == 1 && said.contains(word), "{file} {exit} {said}");
    }
    assert_eq!(desk.refused(&["lint"]).0, 2);
}

/// The papers that we write ourselves, with tables from elsewhere and the office's own words.
#[test]
fn our_own_papers_are_clean_but_for_what_a_draft_has() {
    let desk = Desk::new();
    desk.file("县区.csv", "单位,报送信息,采用信息\n甲县,400,300\n乙区,55,61\n");
    desk.file("网站.csv", "网站名称,检查结果,存在问题\n甲网,合格,\n乙网,不合格,首页打不开\n");
    desk.file(
        "得分.csv",
        "单位名称,公共服务得分,交流互动得分,网站建设及安全得分,政务信息公开得分\n甲局,20,19.5,30,28\n乙局,20,18,30,0\n",
    );
    for (file, kind, name) in [
        ("县区.csv", "信息报送", "各县区"),
        ("网站.csv", "网站检查", ""),
        ("得分.csv", "综合得分", "市直单位"),
        ("县区.csv", "报送得分", "各镇办"),
    ] {
        desk.ok(&[
            "report", "table", "import", file, "--kind", kind, "--period", "2022-06", "--name", name, "--by", "张三",
        ]);
    }
    desk.ok(&["report", "month", "--period", "2022-06", "--profile", "开封", "--format", "docx,xlsx,json"]);
    for format in ["docx", "xlsx", "json"] {
        let file = format!("monthly-2022-06.{format}");
        assert_eq!(others(&desk, &file), Vec::<String>::new(), "{format}");
        let json: Value = serde_json::from_slice(&desk.run(&["--json", "lint", &file]).stdout).unwrap();
        assert!(json["tables"].as_u64().unwrap() >= 4, "{format}: {json}");
    }
}

/// What the lint finds beside the marks of a draft.
pub(super) fn others(desk: &Desk, file: &str) -> Vec<String> {
    let json: Value = serde_json::from_slice(&desk.run(&["--json", "lint", file]).stdout).unwrap();
    let findings = json["findings"].as_array().unwrap().iter();
    findings.filter(|one| one["check"].as_u64() != Some(24)).map(Value::to_string).collect()
}

/// One draft with a table of every kind that can be imported.
#[test]
fn a_draft_with_every_form_of_table_is_clean() {
    let desk = Desk::new();
    let kinds = super::forms::every_form(&desk, "2022-06");
    desk.ok(&["report", "month", "--period", "2022-06", "--profile", "开封", "--format", "docx,xlsx,json"]);
    for format in ["docx", "xlsx", "json"] {
        let file = format!("monthly-2022-06.{format}");
        assert_eq!(others(&desk, &file), Vec::<String>::new(), "{format}");
        let json: Value = serde_json::from_slice(&desk.run(&["--json", "lint", &file]).stdout).unwrap();
        assert!(json["tables"].as_u64().unwrap() as usize >= kinds.len() - 1, "{format}: {json}");
    }
}
