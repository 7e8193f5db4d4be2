//! What is signed stays as it was; a later find makes a 更正; nothing unfinished is signed.

use super::{CONFIG, Desk, ISSUE, SUBMIT, line};

const AGAIN: [&str; 7] = ["--number", "青政办〔2022〕31号", "--date", "2022-07-25", "--unanswered", "--by", "王五"];

#[test]
fn later_evidence_changes_no_byte_and_makes_a_correction() {
    let desk = Desk::issued();
    let signed = desk.files("out");
    let shown = ["bulletin", "show", "--period", "2022-06", "--out", "again", "--format", "txt,xlsx,html"];
    assert_eq!(desk.json(&shown)["changes"].as_array().unwrap().len(), 0);
    desk.ok(&["post", "add", "青禾应急", "--at", "2022-06-16T10:00", "--title", "补录", "--by", "李四"]);
    let changes = desk.json(&shown)["changes"].clone();
    let said = changes[0].as_str().unwrap();
    assert!(
        changes.as_array().unwrap().len() == 1 && said.contains("青禾应急（抖音），2022年6月20日检查"),
        "{changes}"
    );
    assert!(said.contains("签发时为“一周未更新两次”（更新1次），现为达到要求（更新2次）"), "{changes}");
    for (name, bytes) in desk.files("again") {
        let same = signed.iter().find(|(known, _)| *known == name).unwrap();
        assert!(same.1 == bytes, "{} differs", name.display());
    }
    assert_eq!(desk.files("again").len(), 6);
    let weekly = report(&desk, "week", "2022-W29");
    assert!(weekly.contains("通报与整改") && weekly.contains("2022年6月份通报签发后，有1项结论"), "{weekly}");

    desk.step("draft", &["--by", "张三"]);
    assert!(desk.no_step("draft", &["--by", "张三"]).contains("已经在草稿阶段"));
    desk.step("submit", &SUBMIT);
    let draft = desk.read("out/通报送审稿-2022-06.txt");
    assert!(
        draft.contains("（更正）")
            && draft.contains("现对2022年6月份通报（青政办〔2022〕28号，2022年7月11日）更正如下"),
        "{draft}"
    );
    assert!(draft.contains("现为达到要求（更新2次）"), "{draft}");
    let taken = desk.no_step("issue", &["--number", " 青政办[2022] 28号", "--date", "2022-07-25", "--by", "王五"]);
    assert!(taken.contains("文号“青政办〔2022〕28号”已经用在2022-06的通报上"), "{taken}");
    assert!(draft.contains("现为达到要求（更新2次）。"), "{draft}");
    let early = ["--number", "31号", "--date", "2022-07-10", "--by", "王五"];
    assert!(desk.no_step("issue", &early).contains("早于被更正的通报（2022年7月11日）"));
    let told = desk.step("issue", &AGAIN);
    assert!(told.contains("第2版") && told.contains("整改项0项，撤销1项"), "{told}");
    let repairs = desk.json(&["repair", "list", "--all"]);
    let states: Vec<(&str, &str)> = repairs
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["account"].as_str().unwrap(), r["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("青禾文旅", "open"), ("青禾应急", "withdrawn")]);
    desk.ok(&[
        "bulletin",
        "show",
        "--period",
        "2022-06",
        "--version",
        "1",
        "--out",
        "first",
        "--format",
        "txt,xlsx,html",
    ]);
    assert_eq!(desk.files("first"), desk.files("again"), "the first paper is still there, byte for byte");
    assert!(!report(&desk, "week", "2022-W30").contains("签发后，有"), "the correction has said it");
}

fn report(desk: &Desk, word: &str, period: &str) -> String {
    desk.ok(&["report", word, "--period", period, "--format", "txt", "--out", "report"]);
    let name = if word == "week" { "weekly" } else { "monthly" };
    desk.read(&format!("report/{name}-{period}.txt"))
}

#[test]
fn whoever_signs_signs_what_was_submitted() {
    let desk = Desk::submitted();
    desk.ok(&["post", "add", "青禾应急", "--at", "2022-06-16T10:00", "--title", "补录", "--by", "李四"]);
    assert!(desk.no_step("issue", &ISSUE).contains("送审以后内容有变化"));
    desk.step("return", &["--reason", "有新的依据", "--by", "张三"]);
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    desk.step("submit", &SUBMIT);
    desk.step("issue", &ISSUE);
    assert!(!desk.read("out/通报-2022-06.txt").contains("青禾应急"));
}

#[test]
fn what_could_not_be_seen_is_signed_only_with_a_reason() {
    let desk = Desk::new();
    desk.file("config.toml", &format!("profile = \"开封\"\n{CONFIG}"));
    desk.file("再加.csv", "账号名称,平台,账号标识,主办单位,主管单位\n青禾水利,微信订阅号,g9,水利局,县水利局\n");
    desk.ok(&["account", "import", "再加.csv"]);
    desk.ok(&["confirm", "--check", "2022-06-27", "--all", "--by", "李四"]);
    desk.step("draft", &["--by", "张三"]);
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    desk.step("submit", &SUBMIT);
    let against = desk.no_step("issue", &ISSUE);
    assert!(against.contains("1个账号无法判定：青禾水利（微信公众号）"), "{against}");
    assert!(against.contains("附件1还空着"), "{against}");
    desk.file("网站.csv", "序号,网站名称,主管单位,问题栏目,问题类型\n1,青禾县政府网,青禾县政府,工作动态,更新不及时\n");
    let import = ["report", "table", "import", "网站.csv", "--kind", "网站问题", "--period", "2022-06", "--by", "张三"];
    desk.ok(&import);
    desk.step("return", &["--reason", "补附件1", "--by", "张三"]);
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    desk.step("submit", &SUBMIT);
    desk.step("issue", &[&ISSUE[..], &["--unclear", "平台接口停用"]].concat());
    let paper = desk.read("out/通报-2022-06.txt");
    assert!(paper.contains("未检查的1个账号不计入检查数（平台接口停用）：青禾水利（微信公众号）。"), "{paper}");
    assert!(paper.contains("共计4个，检查3个"), "{paper}");
    for name in ["txt", "html"].map(|ext| format!("out/通报-2022-06.{ext}")) {
        let text = desk.read(&name);
        for never in ["定稿前须逐一核实", "无法判定", "待人工核实", "不参评", "关停公告"] {
            assert!(!text.contains(never), "{never}: {text}");
        }
    }
}

#[test]
fn a_blank_or_an_early_date_is_not_signed() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path().join("data/reports/words")).unwrap();
    desk.file("data/reports/words/2022-06.txt", "【三、下一步要求】\n请于____前整改，开展政务访谈{访谈}期。\n");
    desk.confirm_all();
    desk.step("draft", &["--by", "张三"]);
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    desk.step("submit", &SUBMIT);
    let early = ["--number", "28号", "--date", "2022-06-20", "--by", "王五"];
    let against = desk.no_step("issue", &early);
    for want in ["还有没填的____", "没有字段", "成文日期2022年6月20日早于本期的检查（2022年6月27日）"]
    {
        assert!(against.contains(want), "{want}: {against}");
    }
}

#[test]
fn a_date_to_come_is_not_signed() {
    let desk = Desk::submitted();
    let against = desk.no_step("issue", &["--number", "28号", "--date", "2999-07-11", "--by", "王五"]);
    assert!(against.contains("成文日期2999年7月11日还没有到"), "{against}");
}

/// Where no file can be written nothing is signed; what is signed is said to be, with the way to its files.
#[test]
fn a_folder_that_takes_no_file_is_found_before_the_signature() {
    let desk = Desk::submitted();
    let issue = [&["bulletin", "issue", "--period", "2022-06"], &ISSUE[..]].concat();
    let said = desk.refused(&[&issue[..], &["--out", "config.toml/签发"]].concat());
    assert!(said.contains("不是目录") && said.contains("--out") && !said.contains("os error"), "{said}");
    std::fs::create_dir_all(desk.path().join("签发/通报-2022-06.txt")).unwrap();
    let output = desk.run(&[&issue[..], &["--out", "签发", "--format", "txt"]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("2022-06 已签发，文件没有写全"), "{said}");
    assert!(said.contains("bulletin show --period 2022-06 --out"), "{said}");
    desk.ok(&["bulletin", "show", "--period", "2022-06", "--out", "再写", "--format", "txt"]);
    assert!(desk.read("再写/通报-2022-06.txt").contains("青政办〔2022〕28号"));
}

/// A 更正 that condemns somebody anew goes to his office first.
#[test]
fn a_new_problem_of_a_correction_is_put_to_its_office() {
    let desk = Desk::new();
    desk.confirm_all();
    let cleared = ["--account", "青禾文旅", "--false", "--reason", "看错了", "--by", "李四"];
    desk.ok(&[&["confirm", "--check", "2022-06-27"], &cleared[..]].concat());
    desk.step("draft", &["--by", "张三"]);
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    desk.step("submit", &SUBMIT);
    desk.step("issue", &ISSUE);
    let again = ["--account", "青禾文旅", "--reason", "截图是另一个账号的", "--by", "李四"];
    desk.ok(&[&["confirm", "--check", "2022-06-27"], &again[..]].concat());
    desk.step("draft", &["--by", "张三"]);
    let against = desk.no_step("submit", &["--by", "张三"]);
    assert!(against.contains("更正新列入1项问题，先用 bulletin review 请有关单位核对：青禾文旅"), "{against}");
    desk.step("review", &["--reply-by", "2022-07-20", "--by", "张三"]);
    desk.step("submit", &SUBMIT);
    desk.step("issue", &AGAIN);
}

#[test]
fn what_was_repaired_before_may_be_left_out_and_that_is_said() {
    for switch in [false, true] {
        let desk = Desk::new();
        desk.file("config.toml", &format!("{CONFIG}[report]\ndrop_repaired = {switch}\n"));
        desk.confirm_all();
        desk.step("draft", &["--by", "张三"]);
        desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
        let said = ["--office", "县应急局", "--repaired", "--account", "青禾应急", "--reason", "7月起每周更新三次"];
        let when = ["--updated-at", "2022-07-05", "--said-by", "应急局办公室", "--by", "李四"];
        desk.step("answer", &[&said[..], &when].concat());
        desk.step("submit", &SUBMIT);
        let told = desk.step("issue", &ISSUE);
        let sheet = desk.read("out/呈批单-2022-06.txt");
        assert_eq!(sheet.contains("青禾应急（抖音），一周未更新两次（"), switch, "{sheet}");
        let paper = desk.read("out/通报-2022-06.txt");
        let named = "另有1个账号在本通报印发前已经整改，按合格计算，没有列入名单：青禾应急（抖音）。";
        assert_eq!(paper.contains(named), switch, "{paper}");
        assert_eq!(paper.contains("青禾应急    县应急局"), !switch, "{paper}");
        assert!(told.contains(if switch { "整改项1项" } else { "整改项2项" }), "{told}");
        let shown = desk.json(&["bulletin", "show", "--period", "2022-06"]);
        assert_eq!(shown["changes"].as_array().unwrap().len(), 0, "{shown}");
        // What the paper left out cannot be wrong in it.
        desk.ok(&["post", "add", "青禾应急", "--at", "2022-06-16T10:00", "--title", "补录", "--by", "李四"]);
        let shown = desk.json(&["bulletin", "show", "--period", "2022-06"]);
        assert_eq!(shown["changes"].as_array().unwrap().len(), usize::from(!switch), "{shown}");
        if switch {
            assert!(desk.no_step("draft", &["--by", "张三"]).contains("没有要更正的"));
        }
    }
}

#[test]
fn a_paper_for_one_office_shows_nothing_of_another() {
    let desk = Desk::issued();
    desk.ok(&["dispute", "青禾应急", "--period", "2022-06", "--out", "out", "--format", "txt"]);
    let paper = desk.read("out/争议答复单-2022-06-抖音-青禾应急.txt");
    for want in
        ["更新不少于2次", "2022年6月13日至6月19日", "检查方人工核查", "每一刻都有可靠监测", "已确认", "县政务公开办"]
    {
        assert!(paper.contains(want), "{want}: {paper}");
    }
    for never in ["文旅", "青禾发布", "李四", "@", "0914"] {
        assert!(!paper.contains(never), "{never}: {paper}");
    }
    desk.ok(&["dispute", "青禾发布", "--check", "2022-06-27", "--out", "out", "--format", "txt"]);
    let good = desk.read("out/争议答复单-2022-06-27-新浪微博-青禾发布.txt");
    assert!(good.contains("没有列为问题的结果") && good.contains("达到要求"), "{good}");
}

#[test]
fn every_step_is_audited_with_its_person() {
    let desk = Desk::issued();
    let store = cuigeng::store::Store::open(&desk.path().join("data")).unwrap();
    let (from, until) = (cuigeng::domain::Moment::MIN, cuigeng::domain::Moment::MAX);
    for what in ["bulletin.draft", "bulletin.review", "bulletin.submit", "bulletin.issue"] {
        let kept = store.read(|conn| cuigeng::store::meta::audited(conn, what, from, until)).unwrap();
        assert_eq!(kept.len(), 1, "{what}: {kept:?}");
    }
    assert_eq!(line("issue", &ISSUE)[1], "issue");
}
