//! What offices answer is checked, corrected and taken back before the signature; who has not answered is
//! named; and a draft that was a mistake is thrown away.

use super::{Desk, ISSUE, SUBMIT};
use cuigeng::clock::{Clock, SystemClock};

/// June is confirmed, and 核对稿 went out today.
fn reviewed() -> Desk {
    let desk = Desk::new();
    desk.confirm_all();
    desk.step("draft", &["--by", "张三"]);
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    desk
}

const TRAVEL: [&str; 6] = ["--office", "县文旅局", "--said-by", "文旅局办公室", "--by", "张三"];

fn travel<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&TRAVEL[..], more].concat()
}

fn today() -> chrono::NaiveDate {
    SystemClock::shared().now().date()
}

#[test]
fn who_has_not_answered_is_named_before_a_submission_and_a_signature() {
    let desk = reviewed();
    let against = desk.no_step("submit", &["--by", "张三"]);
    assert!(against.contains("2个单位没有答复核对稿（县文旅局、县应急局），答复期限2022-07-06已过"), "{against}");
    assert!(against.contains("--unanswered"), "{against}");
    desk.step("review", &["--reply-by", "2999-07-06", "--by", "张三"]);
    desk.step("answer", &travel(&["--agree"]));
    let against = desk.no_step("submit", &["--by", "张三"]);
    assert!(against.contains("1个单位没有答复核对稿（县应急局），答复期限2999-07-06还没有到"), "{against}");
    desk.step("submit", &SUBMIT);
    let plain = ["--number", "28号", "--date", "2022-07-11", "--by", "王五"];
    let against = desk.no_step("issue", &plain);
    assert!(against.contains("1个单位没有答复核对稿（县应急局）") && against.contains("--unanswered"), "{against}");
    desk.step("issue", &ISSUE);
    let steps = desk.json(&["bulletin", "show", "--period", "2022-06"])["steps"].clone();
    let notes: Vec<&str> =
        steps.as_array().unwrap().iter().rev().take(2).map(|s| s["note"].as_str().unwrap()).collect();
    assert!(notes.iter().all(|note| note.contains("1个单位没有答复核对稿（县应急局）")), "{steps}");
    let store = cuigeng::store::Store::open(&desk.path().join("data")).unwrap();
    let entries = store.read(|conn| cuigeng::store::audit::newest(conn, i64::MAX, 3)).unwrap();
    for what in ["bulletin.submit", "bulletin.issue"] {
        let told = entries.iter().find(|entry| entry.what == what).unwrap();
        assert!(told.detail.contains("没有答复核对稿（县应急局）"), "{told:?}");
    }
}

#[test]
fn whoever_has_answered_is_waited_for_no_more() {
    let desk = reviewed();
    desk.step("answer", &travel(&["--agree"]));
    let urgent = ["--office", "县应急局", "--said-by", "应急局办公室", "--by", "张三"];
    desk.step("answer", &[&urgent[..], &["--agree"]].concat());
    desk.step("submit", &["--by", "张三"]);
    desk.step("issue", &["--number", "28号", "--date", "2022-07-11", "--by", "王五"]);
    let steps = desk.json(&["bulletin", "show", "--period", "2022-06"])["steps"].clone();
    assert!(steps.as_array().unwrap().iter().all(|step| step["note"] == ""), "{steps}");
}

#[test]
fn an_answer_that_cannot_be_is_refused_with_its_cure() {
    let desk = reviewed();
    let (before, later) = (today().pred_opt().unwrap().to_string(), today().succ_opt().unwrap().to_string());
    let repaired = ["--repaired", "--account", "青禾文旅", "--reason", "每周三次"];
    for (more, why) in [
        (vec!["--agree", "--on", &before], "早于发出核对稿的那一天"),
        (vec!["--agree", "--on", &later], "还没有到"),
        (repaired.to_vec(), "缺少"),
        ([&repaired[..], &["--updated-at", "上周"]].concat(), "看不懂恢复更新的时间"),
        ([&repaired[..], &["--updated-at", &later]].concat(), "恢复更新的时间"),
        ([&repaired[..], &["--updated-at", "2022-06-26"]].concat(), "还在查出问题的时段里"),
        (vec!["--agree", "--updated-at", "2022-07-05"], "不能"),
    ] {
        let said = desk.no_step("answer", &travel(&more));
        assert!(said.contains(why), "{more:?}: {said}");
    }
    desk.step("answer", &travel(&[&repaired[..], &["--updated-at", "2022-06-27"]].concat()));
    let cleared = ["--account", "青禾应急", "--false", "--reason", "有记录", "--by", "李四"];
    desk.ok(&[&["confirm", "--check", "2022-06-20"], &cleared[..]].concat());
    let urgent = ["--office", "县应急局", "--said-by", "应急局", "--by", "张三"];
    let said = [&urgent[..], &["--object", "--account", "青禾应急", "--reason", "发过"]].concat();
    assert!(desk.no_step("answer", &said).contains("已经认定误报"), "nothing is left to object to");
    // An office whose findings are all cleared need not answer.
    desk.step("submit", &["--by", "张三"]);
}

#[test]
fn an_answer_is_corrected_or_taken_back_and_its_history_stays() {
    let desk = reviewed();
    let object = ["--object", "--account", "青禾文旅", "--reason", "6月24日发过"];
    desk.step("answer", &travel(&object));
    assert!(desk.no_step("answer", &travel(&["--agree"])).contains("异议（编号1）还没有办结"));
    let why = ["--instead-of", "1", "--why", "听错了"];
    let same = desk.no_step("answer", &travel(&[&object[..], &why].concat()));
    assert!(same.contains("与原来登记的相同"), "{same}");
    desk.step("answer", &travel(&[&["--agree"], &why[..]].concat()));
    let again = desk.no_step("answer", &travel(&[&["--agree"], &why[..]].concat()));
    assert!(again.contains("编号1的答复已由张三在"), "{again}");
    // It objects no more.
    let shown = desk.json(&["bulletin", "show", "--period", "2022-06"]);
    assert_eq!(shown["answers"][0]["recalled"]["instead"], 2, "{shown}");
    assert_eq!((&shown["answers"][0]["open"], &shown["answers"][1]["answer"]), (&false.into(), &"agreed".into()));
    assert!(!desk.no_step("submit", &["--by", "张三"]).contains("异议"));

    desk.ok(&["bulletin", "recall", "2", "--reason", "还没有正式答复", "--by", "李四"]);
    assert!(desk.no_step("submit", &["--by", "张三"]).contains("县文旅局"), "it has not answered after all");
    let twice = desk.refused(&["bulletin", "recall", "2", "--reason", "x", "--by", "李四"]);
    assert!(twice.contains("已由李四在") && twice.contains("收回"), "{twice}");
    assert!(desk.refused(&["bulletin", "recall", "9", "--reason", "x", "--by", "李四"]).contains("没有编号9的答复"));
    let told = desk.ok(&["bulletin", "show", "--period", "2022-06"]);
    assert!(told.contains("由张三更正为编号2：听错了") && told.contains("由李四收回：还没有正式答复"), "{told}");

    desk.step("answer", &travel(&object));
    desk.ok(&["confirm", "--account", "青禾文旅", "--reason", "截图看不到时间", "--by", "李四"]);
    let settled = desk.refused(&["bulletin", "recall", "3", "--reason", "x", "--by", "李四"]);
    assert!(settled.contains("已经办结"), "{settled}");
    desk.step("submit", &SUBMIT);
    desk.step("issue", &ISSUE);
    let signed = desk.refused(&["bulletin", "recall", "3", "--reason", "x", "--by", "李四"]);
    assert!(signed.contains("已经签发"), "{signed}");
}

#[test]
fn a_draft_that_was_a_mistake_is_thrown_away_and_its_period_is_free() {
    let desk = reviewed();
    let object = ["--object", "--account", "青禾文旅", "--reason", "6月24日发过"];
    desk.step("answer", &travel(&object));
    let none = desk.refused(&["bulletin", "discard", "--period", "2022-05", "--reason", "x", "--by", "李四"]);
    assert!(none.contains("没有 2022-05"), "{none}");
    let told = desk.ok(&["bulletin", "discard", "--period", "2022-06", "--reason", "应该起草二季度的", "--by", "李四"]);
    assert!(told.contains("第1版（核对稿）已作废"), "{told}");
    let list = desk.json(&["bulletin", "list"]);
    assert_eq!(list[0]["discarded"]["reason"], "应该起草二季度的");
    assert!(desk.ok(&["bulletin", "list"]).contains("已作废"));
    assert!(desk.refused(&["bulletin", "recall", "1", "--reason", "x", "--by", "李四"]).contains("已经作废"));
    // Its objection binds nobody any more.
    let freely = desk.ok(&[
        "confirm",
        "--check",
        "2022-06-27",
        "--account",
        "青禾文旅",
        "--false",
        "--reason",
        "有记录",
        "--by",
        "李四",
    ]);
    assert!(!freely.contains("异议"), "{freely}");

    desk.step("draft", &["--by", "张三"]);
    let list = desk.json(&["bulletin", "list"]);
    let versions: Vec<_> = list.as_array().unwrap().iter().map(|one| (&one["version"], &one["stage"])).collect();
    assert_eq!(versions, [(&1.into(), &"review".into()), (&1.into(), &"draft".into())], "no 更正: {list}");
    let shown = desk.json(&["bulletin", "show", "--period", "2022-06"]);
    assert_eq!(shown["answers"].as_array().unwrap().len(), 0, "{shown}");
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    desk.step("submit", &SUBMIT);
    desk.step("issue", &ISSUE);
    let signed = desk.refused(&["bulletin", "discard", "--period", "2022-06", "--reason", "x", "--by", "李四"]);
    assert!(signed.contains("已经签发，不能作废"), "{signed}");
    // A 更正 that is not needed after all: the signed paper stands.
    desk.step("draft", &["--by", "张三", "--reason", "改标题"]);
    let told = desk.ok(&["bulletin", "discard", "--period", "2022-06", "--reason", "不用改", "--by", "李四"]);
    assert!(told.contains("第2版（草稿）已作废"), "{told}");
    let shown = desk.json(&["bulletin", "show", "--period", "2022-06"]);
    assert_eq!((&shown["version"], &shown["stage"]), (&1.into(), &"issued".into()), "{shown}");
    desk.step("draft", &["--by", "张三", "--reason", "改标题"]);
    assert_eq!(desk.json(&["bulletin", "show", "--period", "2022-06"])["version"], 2);
}

#[test]
fn only_findings_that_stand_say_when_an_account_may_have_been_updated_again() {
    let desk = Desk::new();
    desk.ok(&["post", "strike", "青禾文旅", "--at", "2022-06-09", "--reason", "测试用", "--by", "李四"]);
    desk.step("draft", &["--by", "张三"]);
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    let repaired = ["--repaired", "--account", "青禾文旅", "--reason", "补发", "--updated-at", "2022-06-14"];
    let said = desk.no_step("answer", &travel(&repaired));
    assert!(said.contains("到2022-06-27"), "the later finding stands still: {said}");
    let cleared = ["--account", "青禾文旅", "--false", "--reason", "有记录", "--by", "李四"];
    desk.ok(&[&["confirm", "--check", "2022-06-27"], &cleared[..]].concat());
    let early = [&repaired[..6], &["2022-06-11"]].concat();
    let said = desk.no_step("answer", &travel(&early));
    assert!(said.contains("到2022-06-13"), "{said}");
    desk.step("answer", &travel(&repaired));
}

/// 青禾发布 has a problem that nobody knew of before.
fn found_later(desk: &Desk) {
    desk.ok(&["post", "strike", "青禾发布", "--at", "2022-06-09", "--reason", "测试用", "--by", "李四"]);
    desk.ok(&["confirm", "--check", "2022-06-13", "--all", "--by", "李四"]);
}

#[test]
fn an_office_that_was_not_asked_is_not_silent_but_must_be_asked() {
    let desk = reviewed();
    found_later(&desk);
    let against = desk.no_step("submit", &["--by", "张三"]);
    assert!(against.contains("2个单位没有答复核对稿（县文旅局、县应急局）"), "{against}");
    assert!(
        against.contains("核对稿以后新查出、还没有请它核对：县政府办，请用 bulletin review 重新出核对稿"),
        "{against}"
    );
    assert!(desk.no_step("submit", &SUBMIT).contains("还没有请它核对：县政府办"), "that is no silence");
    let office = ["--office", "县政府办", "--agree", "--said-by", "政府办", "--by", "张三"];
    assert!(desk.no_step("answer", &office).contains("“县政府办”没有核对稿"));
    desk.step("answer", &travel(&["--agree"]));
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    let against = desk.no_step("submit", &["--by", "张三"]);
    assert!(against.contains("2个单位没有答复核对稿（县应急局、县政府办）"), "{against}");
    assert!(!against.contains("还没有请它核对"), "{against}");
    desk.step("answer", &office);
    desk.step("submit", &SUBMIT);
}

#[test]
fn a_correction_asks_only_the_offices_of_what_it_names_anew() {
    let desk = Desk::issued();
    found_later(&desk);
    desk.step("draft", &["--by", "张三"]);
    assert!(desk.no_step("submit", &SUBMIT).contains("更正新列入1项问题"));
    let told = desk.step("review", &["--reply-by", "2022-07-20", "--by", "张三"]);
    assert!(told.contains("核对稿1份"), "{told}");
    let against = desk.no_step("submit", &["--by", "张三"]);
    assert!(against.contains("1个单位没有答复核对稿（县政府办）"), "{against}");
    desk.step("submit", &SUBMIT);
}
