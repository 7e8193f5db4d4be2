//! An objection is about all that its period found: one settled finding does not close it.

use super::{Desk, ISSUE, SUBMIT};

/// 青禾文旅 was short in two weeks of June, and objects.
fn objected() -> Desk {
    let desk = Desk::new();
    desk.ok(&["post", "strike", "青禾文旅", "--at", "2022-06-09", "--reason", "测试用", "--by", "李四"]);
    desk.step("draft", &["--by", "张三"]);
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    let said = ["--office", "县文旅局", "--object", "--account", "青禾文旅", "--reason", "发过", "--said-by", "文旅局"];
    desk.step("answer", &[&said[..], &["--by", "张三"]].concat());
    desk
}

#[test]
fn an_objection_stays_open_until_every_finding_is_decided() {
    let desk = objected();
    let of = |check: &'static str| ["confirm", "--check", check, "--account", "青禾文旅", "--by", "李四"];
    let told = desk.ok(&[&of("2022-06-27")[..], &["--false", "--reason", "有截图"]].concat());
    assert!(told.contains("还没有办结：还有1项") && told.contains("6月13日检查"), "{told}");
    assert!(desk.no_step("submit", &["--by", "张三"]).contains("1件异议没有办结"));
    let told = desk.ok(&[&of("2022-06-13")[..], &["--reason", "截图看不到时间"]].concat());
    assert!(told.contains("异议（编号1）已办结：部分认定误报，其余维持"), "{told}");
    desk.ok(&["confirm", "--check", "2022-06-20", "--all", "--by", "李四"]);
    desk.step("submit", &SUBMIT);
    desk.step("issue", &ISSUE);
    let paper = desk.read("out/通报-2022-06.txt");
    assert!(paper.contains("青禾文旅") && !paper.contains("误报，没有列入"), "it is still listed: {paper}");
}

#[test]
fn without_a_check_the_whole_objection_is_meant() {
    let desk = objected();
    let told = desk.ok(&["confirm", "--account", "青禾文旅", "--false", "--reason", "两周都有截图", "--by", "李四"]);
    assert!(told.contains("已办结：认定误报") && told.contains("共2项认定为误报"), "{told}");
}

#[test]
fn the_hint_names_the_check_that_is_shown() {
    let listed = Desk::new().ok(&["confirm", "--check", "2022-06-27"]);
    assert!(listed.contains("confirm --check 2022-06-27 --all --by 姓名"), "{listed}");
}

#[test]
fn the_same_answer_twice_and_one_before_the_period_are_refused() {
    let desk = objected();
    let said = ["--office", "县应急局", "--agree", "--said-by", "应急局", "--by", "张三"];
    desk.step("answer", &said);
    assert!(desk.no_step("answer", &said).contains("同样的答复已经登记"));
    let early = ["--office", "县文旅局", "--agree", "--said-by", "文旅局", "--by", "张三", "--on", "2022-05-31"];
    assert!(desk.no_step("answer", &early).contains("早于本期"));
}

#[test]
fn what_an_office_objects_to_is_not_confirmed_with_the_rest() {
    let desk = objected();
    let refused = desk.refused(&["confirm", "--check", "2022-06-27", "--all", "--by", "李四"]);
    assert!(refused.contains("没有改动") && refused.contains("青禾文旅") && refused.contains("--account"), "{refused}");
    let told = desk.ok(&["confirm", "--check", "2022-06-20", "--all", "--by", "李四"]);
    assert!(told.contains("已确认：") && !told.contains("青禾文旅"), "{told}");
    assert!(desk.ok(&["confirm", "--check", "2022-06-13"]).contains("待核实"));
    assert!(desk.no_step("submit", &["--by", "张三"]).contains("1件异议没有办结"));
}

/// It was right: the missing posts were found. Nothing is left to confirm, and nobody has to take it back.
#[test]
fn an_objection_whose_findings_all_fell_away_holds_nothing_up() {
    let desk = objected();
    desk.ok(&["confirm", "--check", "2022-06-20", "--all", "--by", "李四"]);
    for at in ["2022-06-09T15:00", "2022-06-24T10:00"] {
        let added = ["post", "add", "青禾文旅", "--at", at, "--title", "稻田", "--by", "李四"];
        desk.ok(&added);
    }
    let shown = ["bulletin", "show", "--period", "2022-06"];
    let told = desk.ok(&[&shown[..], &["--out", "又出", "--format", "txt"]].concat());
    assert!(told.contains("依据已变，不再列入") && !told.contains("没有办结"), "{told}");
    let names: Vec<String> = desk.files("又出").iter().map(|(name, _)| name.display().to_string()).collect();
    assert_eq!(names, ["核对稿-2022-06-02-县应急局.txt"], "the numbers of the others stay");
    // It was asked, so what it answered can still be corrected.
    let corrected = ["--office", "县文旅局", "--object", "--account", "青禾文旅", "--reason", "两周都发过"];
    let why = ["--said-by", "文旅局", "--by", "张三", "--instead-of", "1", "--why", "记漏了"];
    desk.step("answer", &[&corrected[..], &why].concat());
    let against = desk.no_step("submit", &["--by", "张三"]);
    assert!(against.contains("县应急局") && !against.contains("异议") && !against.contains("文旅"), "{against}");
    desk.step("submit", &SUBMIT);
    let ruling = desk.json(&shown)["answers"][1]["ruling"].clone();
    assert_eq!((&ruling["outcome"], &ruling["reason"]), (&"false".into(), &"依据已变，不再列入".into()), "{ruling}");
    desk.step("issue", &ISSUE);
}
