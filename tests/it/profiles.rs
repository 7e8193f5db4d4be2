//! The promise: the form of a 通报 is a file that an office may copy and change, a quarter comes out with the
//! scores and sentences of its profile, and what another profile would change can be seen beforehand.

use cuigeng::store::{Store, counts};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A clerk's folder with a quarter of evidence: the second one of 2022.
struct Desk {
    dir: tempfile::TempDir,
}

/// Monday of the first week that the quarter counts.
const FIRST: &str = "2022-03-28";

/// Name, platform, and the updates of each of its thirteen weeks.
fn accounts() -> Vec<(&'static str, &'static str, [u8; 13])> {
    let with = |count: usize, updates: u8, first: usize| {
        let mut weeks = [2; 13];
        weeks[first..first + count].fill(updates);
        weeks
    };
    vec![
        ("一周", "新浪微博", with(1, 1, 2)),
        ("两周", "微信订阅号", with(2, 1, 2)),
        ("九周", "抖音", with(9, 1, 2)),
        ("停更", "新浪微博", with(3, 0, 5)),
        ("未见", "抖音", with(1, 0, 5)),
        ("良好", "新浪微博", [2; 13]),
        ("快手", "快手", [1; 13]),
    ]
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk { dir: tempfile::tempdir().unwrap() };
        desk.write("config.toml", "profile = \"通用\"\n[office]\nregion = \"济源市\"\n");
        let day = |n: i64| {
            (chrono::NaiveDate::parse_from_str(FIRST, "%Y-%m-%d").unwrap() + chrono::Days::new(n as u64)).to_string()
        };
        let (mut list, mut posts) = ("账号名称,平台,主管单位\n".to_owned(), "账号名称,平台,发布时间\n".to_owned());
        let mut watches = "账号名称,平台,起,止,核查人\n".to_owned();
        for (name, platform, weeks) in accounts() {
            list += &format!("{name},{platform},{name}的单位\n");
            posts += &format!("{name},{platform},2022-03-22 10:00\n");
            for (week, updates) in (0..).zip(weeks) {
                (0..i64::from(updates))
                    .for_each(|n| posts += &format!("{name},{platform},{} 10:00\n", day(7 * week + 1 + n)));
            }
            let spans = if name == "未见" {
                vec![("2022-03-01", "2022-05-02"), ("2022-05-09", "2022-07-01")]
            } else {
                vec![("2022-03-01", "2022-07-01")]
            };
            spans.iter().for_each(|(from, to)| watches += &format!("{name},{platform},{from},{to},张三\n"));
        }
        desk.write("台账.csv", &list);
        desk.write("发布.csv", &posts);
        desk.write("核查.csv", &watches);
        desk.ok(&["account", "import", "台账.csv"]);
        desk.ok(&["post", "import", "发布.csv", "--by", "张三"]);
        desk.ok(&["attest", "--file", "核查.csv"]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, line: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        command
            .current_dir(self.dir.path())
            .args(["--config", "config.toml", "--data", "data"])
            .args(line)
            .output()
            .unwrap()
    }

    fn ok(&self, line: &[&str]) -> String {
        let output = self.run(line);
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(output.status.success(), "{line:?}\n{out}\n{err}");
        out
    }

    fn fails(&self, line: &[&str], code: i32) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(code), "{line:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn json(&self, line: &[&str]) -> Value {
        serde_json::from_str(&self.ok(line)).unwrap()
    }

    fn quarter(&self, profile: &str) -> Value {
        self.ok(&["report", "quarter", "--period", "2022-Q2", "--profile", profile, "--format", "json,xlsx,html,txt"]);
        read(&self.path("quarterly-2022-Q2.json"))
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_quarter_in_the_form_of_jiyuan() {
    let desk = Desk::new();
    let report = desk.quarter("济源");
    let rows: Vec<String> = report["tables"]["新媒体检查"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            ["名 称", "类型", "分数", "存在问题"].map(|column| row[column].to_string().replace('"', "")).join("|")
        })
        .collect();
    let missed = |n: u32| format!("“两微一端”每周更新的内容少于2次,发现{n}次(扣{}分)", 5 * n);
    let wanted = [
        format!("一周|微博|95|{}", missed(1)),
        "停更|微博|—|监测时间点前2周内无更新".to_owned(),
        format!("两周|订阅号|90|{}", missed(2)),
        format!("九周|抖音|55|{}", missed(9)),
    ];
    assert_eq!(rows, wanted);
    assert_eq!(report["title"], "关于2022年第2季度政府网站与政务新媒体检查情况的通报");
    let prose = report["paragraphs"].to_string();
    // 未见 could not be judged in one week and missed none: it is not counted as checked.
    assert!(prose.contains("共7个,检查6个,检查率85.7%,其中:合格4个,合格率为66.7%。"), "{prose}");
    // In the order of the table below.
    assert!(prose.contains("不合格的政务新媒体2个:微博账号“停更”、抖音账号“九周”。"), "{prose}");
    let text = std::fs::read_to_string(desk.path("quarterly-2022-Q2.txt")).unwrap();
    assert!(text.contains("附件2　2022年第2季度政务新媒体检查情况\n(仅存在问题部分)\n"), "{text}");
    assert!(text.contains("无法判定：5月2日至5月8日"), "{text}");
}

#[test]
fn the_veto_alone_and_the_one_paragraph() {
    let desk = Desk::new();
    let report = desk.quarter("国办");
    let rows = report["tables"]["不合格"].as_array().unwrap();
    assert_eq!(
        (rows.len(), &rows[0]["政务新媒体"], &rows[0]["检查时更新日期"]),
        (1, &"停更".into(), &"4月27日".into())
    );
    assert!(report["tables"].get("存在问题").is_none());
    desk.ok(&["report", "month", "--period", "2022-05", "--profile", "偃师", "--format", "json,txt"]);
    let report = read(&desk.path("monthly-2022-05.json"));
    assert_eq!(report["tables"], serde_json::json!({}));
    let prose = report["paragraphs"].to_string();
    assert!(prose.contains("政务新媒体超过2周未更新即为单项否决。2022年5月份检查，超过2周未更新的有1个：停更的单位的新浪微博账号“停更”。"), "{prose}");
    assert!(
        report["footnotes"].to_string().contains("无法判定1个，不计入检查数，定稿前须逐一核实：未见（抖音）。"),
        "{report}"
    );
}

#[test]
fn an_office_copies_a_profile_and_changes_it() {
    let desk = Desk::new();
    let listed = desk.ok(&["profile", "list"]);
    for name in ["通用", "国办", "开封", "济源", "偃师"] {
        assert!(listed.lines().any(|line| line.starts_with(name) && line.contains("内置")), "{listed}");
    }
    assert!(listed.contains("季度通报，单项否决1条，存在问题1条，100分起、60分及格"), "{listed}");
    let said = desk.ok(&["profile", "copy", "济源", "本市"]);
    let file = desk.path("profiles/本市.toml");
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim_end(), desk.ok(&["profile", "show", "济源"]).trim_end());
    assert!(said.contains("本市.toml") && said.contains("simulate --profile 本市"), "{said}");
    assert!(desk.fails(&["profile", "copy", "通用", "本市"], 1).contains("已经有了，没有改动"));
    assert!(desk.fails(&["profile", "copy", "通用", "../x"], 2).contains("不能作文件名"));
    assert!(desk.fails(&["profile", "show", "洛阳"], 3).contains("现有的有：通用、国办、开封、济源、偃师、本市"));
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = text.replace("points = 5", "points = 20").replace("发现{n}次(扣{deduct}分)", "共{n}周,扣{deduct}分");
    std::fs::write(&file, changed).unwrap();
    let report = desk.quarter("本市");
    let row = |name: &str| {
        report["tables"]["新媒体检查"].as_array().unwrap().iter().find(|row| row["名 称"] == name).cloned().unwrap()
    };
    assert_eq!((&row("一周")["分数"], &row("两周")["分数"], &row("九周")["分数"]), (&80.into(), &60.into(), &0.into()));
    assert_eq!(row("九周")["存在问题"], "“两微一端”每周更新的内容少于2次,共9周,扣180分");
    std::fs::write(&file, text.replace("pass_line", "passline").replace("{正在运行}", "{正在进行}")).unwrap();
    let told = desk.fails(&["report", "quarter", "--period", "2022-Q2", "--profile", "本市"], 3);
    for part in ["本市.toml:", "是不是想写 pass_line", "没有字段“正在进行”", "是不是想写 {正在运行}", "配置有2处错误"]
    {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    assert!(desk.ok(&["profile", "list"]).contains("文件有2处错误"));
}

#[test]
fn a_simulation_says_who_would_stand_elsewhere_and_writes_nothing() {
    let desk = Desk::new();
    // Not its bytes: whoever closes it last brings in what still waits in the journal.
    let database = || {
        let store = Store::open(&desk.path("data")).unwrap();
        store.read(|conn| Ok((counts::newest(conn)?, counts::newest_letters(conn)?))).unwrap()
    };
    let span = ["--since", "2022-04-01", "--until", "2022-06-30"];
    let line = |profile| [["simulate", "--profile", profile].as_slice(), &span].concat();
    desk.ok(&["account", "list"]);
    let before = database();
    let whole = desk.json(&[line("济源"), vec!["--json"]].concat());
    assert_eq!(before, database(), "the database is as it was");
    assert_eq!((&whole["profile"], &whole["against"]), (&"济源".into(), &"通用".into()));
    assert_eq!(whole["checks"].as_array().unwrap().len(), 13);
    let counts = |of: &Value| ["failed", "unclear", "problem", "good"].map(|grade| of[grade].as_u64().unwrap());
    // 通用 asks two of 快手 as well, and knows no score.
    assert_eq!(counts(&whole["total"]["before"]), [1, 1, 4, 1]);
    assert_eq!(counts(&whole["total"]["after"]), [2, 1, 2, 2]);
    let changes: Vec<String> = whole["total"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            format!("{} {}→{}", change["account"], change["before"]["grade"], change["after"]["grade"]).replace('"', "")
        })
        .collect();
    assert_eq!(changes, ["九周 problem→failed", "快手 problem→good"]);
    assert_eq!(whole["total"]["changes"][0]["after"]["score"], 55);
    assert_eq!(whole["total"]["changes"][0]["after"]["findings"][0]["seen"], 1);
    let first = &whole["checks"][0];
    assert_eq!((first["changes"].as_array().unwrap().len(), &first["changes"][0]["account"]), (1, &"快手".into()));
    let said = desk.ok(&line("济源"));
    assert!(said.contains("合在一起，如同一份通报：不合格 1→2，无法判定 1→1，存在问题 4→2，合格 1→2"), "{said}");
    assert!(said.contains("只看监测证据") && said.contains("试算得分55"), "{said}");
    assert!(desk.ok(&line("通用")).contains("没有账号变动"));
    for (line, word) in [
        (["simulate", "--profile", "济源", "--since", "下周"], "看不懂日期"),
        (["simulate", "--profile", "济源", "--since", "2999-01-01"], "不能晚于"),
    ] {
        assert!(desk.fails(&line, 2).contains(word), "{line:?}");
    }
    assert!(
        desk.fails(&["simulate", "--profile", "济源", "--since", "2022-04-05", "--until", "2022-04-06"], 1)
            .contains("没有检查")
    );
}

/// 偃师's paragraph is the office's third item: what the office writes itself stands before it.
#[test]
fn the_one_paragraph_is_an_item_among_the_offices() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path("data/reports/words")).unwrap();
    let words = "【一、加强信息公开】\n及时公开，超过2周未更新的是{不合格名单}。\n【二、加强网站管理】\n每周自查。\n【三、切实加强政务新媒体的管理】\n一抓到底。\n";
    desk.write("data/reports/words/2022-05.txt", words);
    desk.ok(&["report", "month", "--period", "2022-05", "--profile", "偃师", "--format", "txt"]);
    let text = std::fs::read_to_string(desk.path("monthly-2022-05.txt")).unwrap();
    let headings: Vec<&str> =
        text.lines().filter(|line| line.contains('、') && line.chars().nth(1) == Some('、')).collect();
    assert_eq!(headings, ["一、加强信息公开", "二、加强网站管理", "三、切实加强政务新媒体的管理"], "{text}");
    assert!(text.contains("超过2周未更新的是停更（新浪微博）。"), "{text}");
    let third = text.split("三、切实加强政务新媒体的管理").nth(1).unwrap();
    assert!(third.contains("单项否决") && third.contains("一抓到底。"), "{text}");
}

/// A what-if asks what would have been, so a rule of next year counts as if it had always held.
#[test]
fn a_rule_of_the_future_is_tried_as_if_it_held() {
    let desk = Desk::new();
    desk.ok(&["profile", "copy", "通用", "新规"]);
    let file = desk.path("profiles/新规.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let rule = "[[rules]]\nname = \"weekly\"\nwindow = \"week\"\nmin = 1\nseverity = \"problem\"\nlabel = \"少\"\nfrom = 2999-01-01\n\n";
    let at = text.find("# 通报的正文").unwrap();
    std::fs::write(&file, format!("{}{rule}{}", &text[..at], &text[at..])).unwrap();
    let line = ["simulate", "--profile", "新规", "--since", "2022-04-01", "--until", "2022-06-30"];
    let said = desk.ok(&line);
    assert!(said.contains("自2999-01-01起的规则，试算时当作一直有效"), "{said}");
    assert!(said.contains("如同一份通报：不合格 1→1，无法判定 1→1，存在问题 4→0，合格 1→5"), "{said}");
    // In force it does not hold yet.
    let report = desk.quarter("新规");
    assert_eq!(report["tables"]["存在问题"], desk.quarter("通用")["tables"]["存在问题"]);
}
