//! What the paper names and what it does not: its notes, the list of evidence, the 核对稿 and the 整改项 say
//! the same.

use super::{CONFIG, Desk, ISSUE, SUBMIT};

const WEBSITES: &str = "序号,网站名称,主管单位,问题栏目,问题类型\n1,青禾县政府网,青禾县政府,工作动态,更新不及时\n";

/// The desk with one more account, under a profile.
fn desk_of(profile: &str, account: &str) -> Desk {
    let desk = Desk::new();
    desk.file("config.toml", &format!("profile = \"{profile}\"\n{CONFIG}"));
    desk.file("再加.csv", &format!("账号名称,平台,账号标识,主办单位,主管单位\n{account},县某局\n"));
    desk.ok(&["account", "import", "再加.csv"]);
    desk
}

fn websites(desk: &Desk, period: &str) {
    desk.file("网站.csv", WEBSITES);
    desk.ok(&["report", "table", "import", "网站.csv", "--kind", "网站问题", "--period", period, "--by", "张三"]);
}

/// Of whom something was found, a signed paper does not say 未检查.
#[test]
fn who_is_accused_is_not_called_unchecked() {
    let desk = desk_of("开封", "青禾水利,新浪微博,w9,水利局");
    desk.ok(&["attest", "青禾水利", "--from", "2022-06-13", "--to", "2022-06-20T09:00", "--by", "李四"]);
    desk.file("又加.csv", "账号名称,平台,账号标识,主办单位,主管单位\n青禾农业,新浪微博,w8,农业局,县农业局\n");
    desk.ok(&["account", "import", "又加.csv"]);
    websites(&desk, "2022-06");
    desk.confirm_all();
    desk.step("draft", &["--by", "张三"]);
    assert!(desk.read("out/通报草稿-2022-06.txt").contains("1个能否合格尚无法判定"));
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    desk.step("submit", &SUBMIT);
    desk.step("issue", &[&ISSUE[..], &["--unclear", "看不到"]].concat());
    let paper = desk.read("out/通报-2022-06.txt");
    assert!(paper.contains("青禾水利"), "{paper}");
    assert!(paper.contains("未检查的1个账号不计入检查数（看不到）：青禾农业（新浪微博）。"), "{paper}");
    let in_part = "有1个其余时段未能全部监测，未作合格判定，不计入检查数（看不到）：青禾水利（新浪微博）。";
    assert!(paper.contains(in_part) && paper.contains("共计5个，检查3个"), "{paper}");
    assert!(paper.contains("其中1个未作合格判定"), "{paper}");
}

/// A veto hides the weeks: no paper tells the office that they are to be printed, no 整改项 opens, and the
/// list of evidence has them apart; it stands the test of `lint`.
#[test]
fn weeks_behind_a_veto_are_no_problems_of_their_own() {
    let desk = desk_of("济源", "青禾水利,新浪微博,w9,水利局");
    let mut posts = "账号名称,平台,发布时间\n".to_owned();
    let first = chrono::NaiveDate::from_ymd_opt(2022, 3, 1).unwrap();
    for account in ["青禾水利", "青禾文旅", "青禾应急", "青禾发布"] {
        desk.ok(&["attest", account, "--from", "2022-03-01", "--to", "2022-08-01T09:00", "--by", "李四"]);
        let platform = if account == "青禾应急" { "抖音" } else { "新浪微博" };
        let until = if account == "青禾水利" { 28 } else { 70 };
        (0..until).for_each(|day| posts += &format!("{account},{platform},{} 11:00\n", first + chrono::Days::new(day)));
    }
    desk.file("更早.csv", &posts);
    desk.ok(&["post", "import", "更早.csv", "--by", "张三"]);
    let in_june = ["2022-06-07", "2022-06-09", "2022-06-14", "2022-06-16", "2022-06-21", "2022-06-23"];
    in_june.iter().for_each(|day| {
        desk.ok(&["post", "add", "青禾水利", "--at", &format!("{day}T10:00"), "--title", "x", "--by", "李四"]);
    });
    websites(&desk, "2022-Q2");
    let step = |word: &str, more: &[&str]| {
        let line =
            ["bulletin", word, "--period", "2022-Q2", "--by", "张三", "--out", "out", "--format", "txt,docx,xlsx,json"];
        desk.ok(&[&line[..], more].concat())
    };
    step("draft", &[]);
    step("review", &["--reply-by", "2022-07-06"]);
    let own = desk.read("out/核对稿-2022-Q2-03-县某局.txt");
    assert!(own.contains("监测时间点前2周内无更新") && !own.contains("少于2次"), "{own}");
    let output = desk.run(&["bulletin", "submit", "--period", "2022-Q2", "--by", "张三", "--out", "out"]);
    let against = String::from_utf8(output.stderr).unwrap();
    let days: Vec<String> = against.split("confirm --check ").skip(1).map(|rest| rest[..10].to_owned()).collect();
    assert!(days.len() > 8, "{against}");
    days.iter().for_each(|day| {
        desk.ok(&["confirm", "--check", day, "--all", "--by", "李四"]);
    });
    step("submit", &["--unanswered"]);
    step("issue", &["--number", "1号", "--date", "2022-07-11", "--unanswered"]);
    let list = desk.read("out/问题依据清单-2022-Q2.txt");
    let (listed, apart) = list.split_once("三、不单独列入的").unwrap();
    let rows = |text: &str| text.lines().filter(|line| line.contains("青禾水利") && line.contains("少于2次")).count();
    assert!(rows(listed) == 0 && rows(apart) > 2, "{list}");
    assert!(!list.contains("““"), "{list}");
    let repairs = desk.json(&["repair", "list", "--period", "2022-Q2"]);
    let own = repairs.as_array().unwrap().iter().filter(|repair| repair["account"] == "青禾水利").count();
    assert_eq!(own, 1, "{repairs}");
    for ext in ["docx", "xlsx", "json"] {
        let told = desk.run(&["lint", &format!("out/问题依据清单-2022-Q2.{ext}")]);
        let said = String::from_utf8(told.stdout).unwrap();
        assert!(told.status.success() && !said.contains("重复"), "{ext}: {said}");
    }
    desk.ok(&["dispute", "青禾水利", "--period", "2022-Q2", "--out", "out", "--format", "txt,docx"]);
    let paper = desk.read("out/争议答复单-2022-Q2-新浪微博-青禾水利.txt");
    assert!(paper.contains("，不单列") && !paper.contains("““"), "{paper}");
    let told = desk.json(&["bulletin", "show", "--period", "2022-Q2"]);
    assert_eq!(told["changes"].as_array().unwrap().len(), 0, "{told}");
}

#[test]
fn a_date_before_the_last_check_is_pointed_out() {
    let desk = Desk::new();
    let said = |date: &str| {
        let line = ["report", "month", "--period", "2022-06", "--date", date, "--format", "txt", "--out", "out"];
        String::from_utf8(desk.run(&line).stderr).unwrap()
    };
    let early = said("2022-06-20");
    assert!(early.contains("提示：成文日期2022年6月20日早于本期最后一次检查（2022年6月27日）"), "{early}");
    assert!(!said("2022-06-27").contains("早于本期"));
}
