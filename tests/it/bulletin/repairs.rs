//! Problems of a signed paper are followed up: who answered in time, who did not, what a named person found;
//! the next papers say so.

use super::{CONFIG, Desk};
use cuigeng::clock::{Clock, SystemClock};
use serde_json::Value;

/// 青禾文旅 answers in time; 青禾应急 does not.
fn answered() -> Desk {
    let desk = Desk::issued();
    desk.ok(&[
        "repair",
        "answer",
        "1",
        "--text",
        "已安排专人每周更新",
        "--said-by",
        "文旅局办公室",
        "--on",
        "2022-07-15",
        "--by",
        "张三",
    ]);
    desk
}

fn states(desk: &Desk) -> Vec<(String, String, bool)> {
    let rows = desk.json(&["repair", "list", "--period", "2022-06"]);
    let of = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        (text("account"), text("state"), row["overdue"].as_bool().unwrap())
    };
    rows.as_array().unwrap().iter().map(of).collect()
}

fn state(name: &str, state: &str, overdue: bool) -> (String, String, bool) {
    (name.to_owned(), state.to_owned(), overdue)
}

#[test]
fn the_next_papers_say_who_answered_and_who_did_not() {
    let desk = answered();
    assert_eq!(states(&desk), [state("青禾文旅", "answered", false), state("青禾应急", "open", true)]);
    assert_eq!(desk.json(&["repair", "list", "--overdue"]).as_array().unwrap().len(), 1);
    desk.ok(&["report", "month", "--period", "2022-07", "--format", "txt,json", "--out", "report"]);
    let month = desk.read("report/monthly-2022-07.txt");
    assert!(month.contains("一、上期问题整改情况\n上期（2022年6月份）通报问题2项，涉及2个单位。按期反馈1项，逾期反馈0项，逾期未反馈1项；经复核，已整改0项，未整改0项，待复核1项。"), "{month}");
    assert!(month.contains("逾期未反馈1项：县应急局青禾应急（抖音）一周未更新两次。"), "{month}");
    assert!(month.find("上期问题整改情况") < month.find("二、总体情况"), "before the new findings: {month}");
    let json: Value = serde_json::from_str(&desk.read("report/monthly-2022-07.json")).unwrap();
    assert_eq!(json["tables"]["上期整改"][1]["整改结果"], "逾期未反馈");
    desk.ok(&["report", "week", "--period", "2022-W29", "--format", "txt", "--out", "report"]);
    let week = desk.read("report/weekly-2022-W29.txt");
    assert!(week.contains("、通报与整改\n逾期未反馈1项：县应急局青禾应急"), "{week}");
    assert!(week.contains("已反馈、等待复核的1项：县文旅局青禾文旅"), "{week}");
    desk.ok(&["report", "month", "--period", "2022-05", "--format", "txt", "--out", "report"]);
    assert!(!desk.read("report/monthly-2022-05.txt").contains("上期问题"), "nothing was issued before May");

    desk.file("config.toml", &format!("{CONFIG}[report]\nfollow_up = false\n"));
    desk.ok(&["report", "month", "--period", "2022-07", "--format", "txt", "--out", "report"]);
    assert!(!desk.read("report/monthly-2022-07.txt").contains("上期问题"));
}

#[test]
fn a_named_person_says_what_is_repaired() {
    let desk = answered();
    let shown = desk.json(&["repair", "show", "2"]);
    assert_eq!(shown["posted_since"]["count"], 6, "offered to the 复核人: {shown}");
    assert_eq!(shown["state"], "open", "an account that updates again is not by itself 已整改");
    let bare = desk.refused(&["repair", "review", "2", "--result", "已整改", "--by", "李四"]);
    assert!(bare.contains("要写明理由"), "{bare}");
    desk.ok(&["repair", "review", "1", "--result", "已整改", "--by", "李四"]);
    let again = desk.refused(&["repair", "answer", "1", "--text", "x", "--said-by", "y", "--by", "z"]);
    assert!(again.contains("已经复核为已整改"), "{again}");
    desk.ok(&["repair", "review", "2", "--result", "未整改", "--by", "李四"]);
    desk.ok(&[
        "repair",
        "answer",
        "2",
        "--text",
        "已整改",
        "--said-by",
        "应急局办公室",
        "--on",
        "2022-07-28",
        "--by",
        "张三",
    ]);
    let early =
        desk.refused(&["repair", "answer", "2", "--text", "x", "--said-by", "y", "--by", "z", "--on", "2022-07-10"]);
    assert!(early.contains("早于通报的日期"), "{early}");
    assert_eq!(states(&desk), [state("青禾文旅", "repaired", false), state("青禾应急", "answered", false)]);
    assert_eq!(desk.json(&["repair", "show", "2"])["late"], true);
    desk.ok(&["report", "month", "--period", "2022-07", "--format", "txt", "--out", "report"]);
    let month = desk.read("report/monthly-2022-07.txt");
    assert!(
        month.contains("按期反馈1项，逾期反馈1项，逾期未反馈0项；经复核，已整改1项，未整改0项，待复核1项"),
        "{month}"
    );
}

#[test]
fn an_extension_moves_the_last_day_and_forms_name_what_is_owed() {
    let desk = answered();
    let back = desk.refused(&["repair", "extend", "2", "--until", "2022-07-20", "--reason", "x", "--by", "张三"]);
    assert!(back.contains("不晚于现在的期限2022-07-21"), "{back}");
    let extend = |until: &str| {
        ["repair", "extend", "2", "--until", until, "--reason", "换了运维人员", "--by", "张三"].map(str::to_owned)
    };
    for (until, why) in [("2022-08-10", "已经过去"), ("2099-01-01", "在一年以后")] {
        let line = extend(until);
        let said = desk.refused(&line.each_ref().map(String::as_str));
        assert!(said.contains(why), "{until}: {said}");
    }
    let until = SystemClock::shared().now().date() + chrono::Days::new(30);
    let line = extend(&until.to_string());
    desk.ok(&line.each_ref().map(String::as_str));
    assert!(desk.ok(&["repair", "show", "2"]).contains(&format!("延期到{until}")));
    desk.ok(&[
        "repair",
        "answer",
        "2",
        "--text",
        "已整改",
        "--said-by",
        "应急局",
        "--on",
        "2022-08-09",
        "--by",
        "张三",
    ]);
    assert_eq!(desk.json(&["repair", "show", "2"])["late"], false);
    desk.ok(&["repair", "review", "1", "--result", "已整改", "--by", "李四"]);
    desk.ok(&["repair", "print", "--period", "2022-06", "--out", "forms", "--format", "txt"]);
    let forms = desk.files("forms");
    assert_eq!(forms.len(), 1, "what is repaired has no form");
    let text = desk.read("forms/整改反馈表-2022-06-01-县应急局.txt");
    assert!(
        text.contains(&until.format("于%Y年%-m月%-d日前反馈").to_string())
            && text.contains("2022年6月13日至6月19日更新1次，应更新2次"),
        "{text}"
    );
    assert!(!text.contains("文旅"), "{text}");
}

#[test]
fn working_days_count_where_the_configuration_says_so() {
    let desk = Desk::submitted();
    desk.file("config.toml", &format!("{CONFIG}[report]\nrepair_days = 5\nrepair_counting = \"工作日\"\n"));
    desk.step("issue", &super::ISSUE);
    assert_eq!(desk.json(&["repair", "show", "1"])["due"], "2022-07-18");
}

#[test]
fn an_account_in_two_papers_running_is_named() {
    let desk = Desk::issued();
    desk.ok(&["post", "list", "青禾应急", "--since", "2022-07-01"]);
    desk.ok(&["post", "strike", "青禾应急", "--at", "2022-07-14", "--reason", "测试用", "--by", "李四"]);
    desk.ok(&["report", "month", "--period", "2022-07", "--format", "txt", "--out", "report"]);
    let month = desk.read("report/monthly-2022-07.txt");
    assert!(month.contains("连续两期存在问题1个：青禾应急（抖音）。"), "{month}");
    assert!(!month.contains("多次提醒未更新"), "no reminder was sent: {month}");
}

/// A paper that was signed later asks for nothing in the weeks before it.
#[test]
fn a_week_before_the_paper_names_nobody_as_late() {
    let desk = answered();
    for (week, late) in [("2022-W27", false), ("2022-W28", false), ("2022-W29", true)] {
        desk.ok(&["report", "week", "--period", week, "--format", "txt", "--out", "report"]);
        let paper = desk.read(&format!("report/weekly-{week}.txt"));
        assert_eq!(paper.contains("逾期未反馈"), late, "{week}: {paper}");
    }
}

/// What was signed under one profile does not vanish when the configuration names another.
#[test]
fn another_profile_hides_no_signed_paper_and_no_open_problem() {
    let desk = answered();
    desk.file("config.toml", &format!("profile = \"国办\"\n{CONFIG}"));
    let listed = desk.ok(&["bulletin", "list"]);
    assert!(listed.contains("2022-06") && listed.contains("检查口径") && listed.contains("通用"), "{listed}");
    desk.ok(&["bulletin", "show", "--period", "2022-06", "--out", "again", "--format", "txt"]);
    assert_eq!(desk.read("again/通报-2022-06.txt"), desk.read("out/通报-2022-06.txt"));
    assert_eq!(states(&desk), [state("青禾文旅", "answered", false), state("青禾应急", "open", true)]);
    assert!(desk.ok(&["repair", "list"]).contains("检查口径"));
    assert_eq!(desk.json(&["repair", "show", "2"])["profile"], "通用");
    desk.ok(&["repair", "review", "1", "--result", "已整改", "--by", "李四"]);
    desk.ok(&["repair", "print", "--period", "2022-06", "--out", "forms", "--format", "txt"]);
    desk.ok(&["report", "month", "--period", "2022-07", "--format", "txt", "--out", "report"]);
    assert!(desk.read("report/monthly-2022-07.txt").contains("上期问题整改情况"));
}

/// A problem that does not stand any more is asked about by nobody, also before its 更正 is signed.
#[test]
fn a_problem_that_does_not_stand_any_more_is_owed_by_nobody() {
    let desk = answered();
    let cleared = ["--account", "青禾应急", "--false", "--reason", "后台有记录", "--by", "李四"];
    desk.ok(&[&["confirm", "--check", "2022-06-20"], &cleared[..]].concat());
    desk.ok(&["post", "add", "青禾文旅", "--at", "2022-06-24T10:00", "--title", "补录", "--by", "李四"]);
    assert_eq!(states(&desk), [state("青禾文旅", "overturned", false), state("青禾应急", "overturned", false)]);
    assert!(desk.ok(&["repair", "list"]).contains("已撤销，待更正"), "it still waits for its 更正");
    assert!(desk.ok(&["repair", "list", "--overdue"]).contains("没有这样的整改项"));
    let asked = desk.refused(&["repair", "answer", "2", "--text", "x", "--said-by", "y", "--by", "z"]);
    assert!(asked.contains("不用再反馈、复核") && asked.contains("bulletin draft"), "{asked}");
    assert!(desk.refused(&["repair", "print", "--period", "2022-06"]).contains("没有等待整改的问题"));
    desk.ok(&["report", "month", "--period", "2022-07", "--format", "txt", "--out", "report"]);
    let month = desk.read("report/monthly-2022-07.txt");
    assert!(month.contains("通报问题2项（其中2项的结论已经撤销、等待更正，不再要求反馈）"), "{month}");
    assert!(month.contains("按期反馈0项，逾期反馈0项，逾期未反馈0项") && !month.contains("逾期未反馈1项"), "{month}");
    desk.ok(&["report", "week", "--period", "2022-W29", "--format", "txt", "--out", "report"]);
    let week = desk.read("report/weekly-2022-W29.txt");
    assert!(!week.contains("逾期未反馈") && !week.contains("等待复核的"), "{week}");
    // Evidence may turn again.
    let again = ["--account", "青禾应急", "--reason", "记录是另一个账号的", "--by", "李四"];
    desk.ok(&[&["confirm", "--check", "2022-06-20"], &again[..]].concat());
    assert_eq!(states(&desk), [state("青禾文旅", "overturned", false), state("青禾应急", "open", true)]);
    desk.step("draft", &["--by", "张三"]);
    desk.step("submit", &["--by", "张三"]);
    let told = desk.step("issue", &["--number", "31号", "--date", "2022-07-25", "--by", "王五"]);
    assert!(told.contains("撤销1项"), "{told}");
    assert_eq!(states(&desk), [state("青禾文旅", "withdrawn", false), state("青禾应急", "open", true)]);
}
