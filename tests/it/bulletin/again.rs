//! A problem that one 更正 takes back and the next names again is owed again, and what each version printed
//! stays what it printed.

use super::Desk;
use cuigeng::bulletin::Stood;
use cuigeng::store::bulletins::frozen;
use serde_json::Value;

const FINDING: [&str; 6] = ["confirm", "--check", "2022-06-27", "--account", "青禾文旅", "--reason"];

/// Number, account, state and last day of every 整改项.
fn owed(desk: &Desk) -> Vec<String> {
    let rows = desk.json(&["repair", "list", "--period", "2022-06"]);
    let of = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        format!("{} {} {} {}", row["id"], text("account"), text("state"), text("due"))
    };
    rows.as_array().unwrap().iter().map(of).collect()
}

/// Whether each signed version named 青禾文旅, as it is told now.
fn named(desk: &Desk) -> Vec<bool> {
    let conn = rusqlite::Connection::open(desk.path().join("data/cuigeng.db")).unwrap();
    let id: i64 = conn.query_row("SELECT id FROM account WHERE name = '青禾文旅'", [], |row| row.get(0)).unwrap();
    let mut statement = conn.prepare("SELECT bulletin FROM bulletin_issue ORDER BY bulletin").unwrap();
    let issued: Vec<i64> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let names = |one: &Stood| one.account.0 == id && one.is_named();
    issued.into_iter().map(|bulletin| frozen(&conn, bulletin).unwrap().iter().any(names)).collect()
}

fn signed(desk: &Desk, number: &str, date: &str) -> String {
    desk.step("submit", &["--unanswered", "--by", "张三"]);
    let told = desk.step("issue", &["--number", number, "--date", date, "--unanswered", "--by", "王五"]);
    // The paper that was just signed holds: nothing is found to differ from it.
    let shown = desk.json(&["bulletin", "show", "--period", "2022-06"]);
    assert_eq!(shown["changes"].as_array().unwrap().len(), 0, "{shown}");
    assert!(desk.no_step("draft", &["--by", "张三"]).contains("没有要更正的"));
    told
}

#[test]
fn a_problem_that_comes_back_is_owed_again_and_no_version_changes() {
    let desk = Desk::issued();
    let false_alarm = || desk.ok(&[&FINDING[..], &["后台有记录", "--false", "--by", "李四"]].concat());
    let first = ["1 青禾文旅 open 2022-07-21", "2 青禾应急 open 2022-07-21"];
    assert_eq!((owed(&desk), named(&desk)), (first.map(str::to_owned).to_vec(), vec![true]));

    false_alarm();
    desk.step("draft", &["--by", "张三"]);
    let told = signed(&desk, "2号", "2022-07-20");
    assert!(told.contains("建立整改项0项，撤销1项"), "{told}");
    assert_eq!(named(&desk), [true, false]);

    desk.ok(&[&FINDING[..], &["记录是另一个账号的", "--by", "李四"]].concat());
    desk.step("draft", &["--by", "张三"]);
    let bare = desk.no_step("submit", &["--unanswered", "--by", "张三"]);
    assert!(bare.contains("更正新列入1项问题") && bare.contains("青禾文旅"), "{bare}");
    desk.step("review", &["--reply-by", "2022-07-24", "--by", "张三"]);
    let told = signed(&desk, "3号", "2022-07-25");
    assert!(told.contains("建立整改项1项，反馈期限2022-08-04"), "{told}");
    assert_eq!(named(&desk), [true, false, true]);
    let back = ["1 青禾文旅 withdrawn 2022-07-21", "2 青禾应急 open 2022-07-21", "3 青禾文旅 open 2022-08-04"];
    assert_eq!(owed(&desk), back);
    let again = desk.json(&["repair", "show", "3"]);
    assert_eq!((&again["rule"], &again["dated"]), (&desk.json(&["repair", "show", "1"])["rule"], &"2022-07-25".into()));
    desk.ok(&["repair", "print", "--period", "2022-06", "--out", "forms", "--format", "txt"]);
    let forms = desk.files("forms");
    let form = forms.iter().find(|(path, _)| path.to_string_lossy().contains("县文旅局")).map(|(_, bytes)| bytes);
    let form = String::from_utf8(form.unwrap().clone()).unwrap();
    assert!(form.contains("青禾文旅") && form.contains("2022年8月4日前反馈"), "{form}");

    // A reason alone: v4 names the same, asks no office and opens nothing.
    desk.step("draft", &["--reason", "改标题", "--by", "张三"]);
    let told = signed(&desk, "4号", "2022-07-26");
    assert!(told.contains("建立整改项0项，反馈期限"), "{told}");
    assert_eq!((owed(&desk), named(&desk)), (back.map(str::to_owned).to_vec(), vec![true, false, true, true]));

    false_alarm();
    desk.step("draft", &["--by", "张三"]);
    let told = signed(&desk, "5号", "2022-07-27");
    assert!(told.contains("建立整改项0项，撤销1项"), "{told}");
    assert_eq!(owed(&desk)[2], "3 青禾文旅 withdrawn 2022-08-04");
    let told = named(&desk);
    assert_eq!((&told[..3], told[4]), (&[true, false, true][..], false), "{told:?}");
}
