//! The promise: a 通报 goes from draft to signature in steps that a person takes, each office has its say
//! before, and what is signed stays as it was whatever is found later.

mod again;
mod listed;
mod objections;
mod papers;
mod repairs;
mod replies;

use crate::made;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

const LIST: &str = "账号名称,平台,账号标识,主办单位,主管单位,运维邮箱\n\
    青禾文旅,新浪微博,w1,文旅局,县文旅局,op1@x.example\n\
    青禾应急,抖音,d1,应急局,县应急局,op2@x.example\n\
    青禾发布,新浪微博,w2,政府办,县政府办,op3@x.example\n";
const CONFIG: &str = "mode = \"正式\"\n\
    [office]\nname = \"县政务公开办\"\nregion = \"青禾县\"\nclerk_mail = [\"clerk@x.example\"]\n\
    [mail]\nfrom = \"xmt@x.example\"\n";
/// Weeks in which an account has one update instead of two.
const SHORT: [(&str, &str); 2] = [("青禾文旅,新浪微博", "2022-06-20"), ("青禾应急,抖音", "2022-06-13")];

struct Desk(TempDir);

impl Desk {
    /// Three accounts that people watched from May to July; in June two of them were short once.
    fn new() -> Desk {
        static MADE: LazyLock<PathBuf> = LazyLock::new(|| made::keep("bulletin", Desk::made().path()));
        Desk(made::copy(&MADE))
    }

    fn made() -> Desk {
        let desk = Desk(TempDir::new().unwrap());
        desk.file("config.toml", CONFIG);
        desk.file("台账.csv", LIST);
        desk.file("发布.csv", &posts());
        desk.ok(&["account", "import", "台账.csv"]);
        desk.ok(&["post", "import", "发布.csv"]);
        for account in ["青禾文旅", "青禾应急", "青禾发布"] {
            desk.ok(&["attest", account, "--from", "2022-05-09", "--to", "2022-08-01T09:00", "--by", "李四"]);
        }
        desk
    }

    /// The same with June confirmed, checked by the offices and submitted.
    fn submitted() -> Desk {
        static MADE: LazyLock<PathBuf> = LazyLock::new(|| {
            let desk = Desk::new();
            desk.confirm_all();
            desk.step("draft", &["--by", "张三"]);
            desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
            desk.step("submit", &SUBMIT);
            made::keep("bulletin-submitted", desk.path())
        });
        Desk(made::copy(&MADE))
    }

    /// The same, signed.
    fn issued() -> Desk {
        static MADE: LazyLock<PathBuf> = LazyLock::new(|| {
            let desk = Desk::submitted();
            desk.step("issue", &ISSUE);
            made::keep("bulletin-issued", desk.path())
        });
        Desk(made::copy(&MADE))
    }

    fn confirm_all(&self) {
        for check in ["2022-06-20", "2022-06-27"] {
            self.ok(&["confirm", "--check", check, "--all", "--by", "李四"]);
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        command.current_dir(self.path()).args(["--data", "data"]).args(line);
        command
    }

    fn run(&self, line: &[&str]) -> Output {
        self.command(line).output().unwrap()
    }

    fn ok(&self, line: &[&str]) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, line: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[&["--json"], line].concat())).unwrap()
    }

    /// What a refused line says; nothing may have changed.
    fn refused(&self, line: &[&str]) -> String {
        let before = self.json(&["bulletin", "list"]);
        let output = self.run(line);
        assert!(!output.status.success(), "{line:?}");
        assert_eq!(self.json(&["bulletin", "list"]), before, "{line:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// `bulletin WORD --period 2022-06 … --out out --format txt,xlsx,html`
    fn step(&self, word: &str, more: &[&str]) -> String {
        self.ok(&line(word, more))
    }

    fn no_step(&self, word: &str, more: &[&str]) -> String {
        self.refused(&line(word, more))
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Names and bytes of what lies in a folder.
    fn files(&self, dir: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(self.path().join(dir)).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> =
            entries.map(|path| (PathBuf::from(path.file_name().unwrap()), std::fs::read(&path).unwrap())).collect();
        files.sort();
        files
    }
}

/// Nobody waits in these tests for the offices.
const SUBMIT: [&str; 3] = ["--unanswered", "--by", "张三"];
const ISSUE: [&str; 7] = ["--number", "青政办〔2022〕28号", "--date", "2022-07-11", "--unanswered", "--by", "王五"];

fn line<'a>(word: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut line = vec!["bulletin", word, "--period", "2022-06"];
    line.extend(more);
    if !["answer", "return", "discard"].contains(&word) {
        line.extend(["--out", "out", "--format", "txt,xlsx,html"]);
    }
    line
}

/// Two updates a week from 10 May to the end of July, but for the weeks that are short.
fn posts() -> String {
    let mut rows = vec!["账号名称,平台,发布时间,标题".to_owned()];
    for account in ["青禾文旅,新浪微博", "青禾应急,抖音", "青禾发布,新浪微博"] {
        let mut monday = chrono::NaiveDate::from_ymd_opt(2022, 5, 9).unwrap();
        while monday < chrono::NaiveDate::from_ymd_opt(2022, 8, 1).unwrap() {
            let short = SHORT.contains(&(account, monday.to_string().as_str()));
            let days = [1, 3].into_iter().take(if short { 1 } else { 2 });
            rows.extend(days.map(|day| format!("{account},{} 10:00,稻田", monday + chrono::Days::new(day))));
            monday = monday + chrono::Days::new(7);
        }
    }
    rows.join("\n")
}

#[test]
fn a_month_from_draft_to_signature() {
    let desk = Desk::new();
    assert!(desk.no_step("review", &["--reply-by", "2022-07-06", "--by", "张三"]).contains("请先用 bulletin draft"));
    desk.step("draft", &["--by", "张三"]);
    assert!(desk.read("out/通报草稿-2022-06.txt").contains("草稿 · 待核实"));
    assert!(desk.no_step("draft", &["--by", "张三"]).contains("已经在草稿阶段"));
    assert!(desk.no_step("submit", &["--by", "张三"]).contains("还没有发各单位核对"));

    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    let own = desk.read("out/核对稿-2022-06-01-县文旅局.txt");
    assert!(own.contains("2022年6月20日至6月26日") && own.contains("请于2022年7月6日前书面反馈"), "{own}");
    assert!(!own.contains("应急") && !own.contains("李四"), "{own}");
    let why = "6月24日发过，有截图";
    let said =
        ["--office", "县文旅局", "--object", "--account", "青禾文旅", "--reason", why, "--said-by", "文旅局办公室"];
    desk.step("answer", &[&said[..], &["--by", "张三"]].concat());
    desk.step("answer", &["--office", "县应急局", "--agree", "--said-by", "应急局办公室", "--by", "张三"]);

    let against = desk.no_step("submit", &["--by", "张三"]);
    assert!(against.contains("2项结果待核实") && against.contains("1件异议没有办结"), "{against}");
    assert!(against.contains("（2022年6月20日、2022年6月27日的检查）"), "{against}");
    for day in ["2022-06-20", "2022-06-27"] {
        assert!(against.contains(&format!("confirm --check {day} --all --by 姓名")), "{against}");
    }
    desk.ok(&["confirm", "--check", "2022-06-20", "--all", "--by", "李四"]);
    let bare = desk.refused(&["confirm", "--check", "2022-06-27", "--account", "青禾文旅", "--by", "李四"]);
    assert!(bare.contains("有异议没有办结"), "{bare}");
    let settled = ["--false", "--reason", "后台截图证明更新过两次", "--by", "李四"];
    let told = desk.ok(&[&["confirm", "--check", "2022-06-27", "--account", "青禾文旅"], &settled[..]].concat());
    assert!(told.contains("异议（编号1）已办结：认定误报"), "{told}");

    desk.step("submit", &["--by", "张三"]);
    let sheet = desk.read("out/呈批单-2022-06.txt");
    assert!(sheet.contains("已确认1项，误报1项，待核实0项") && sheet.contains("1件：认定误报1件，维持0件"), "{sheet}");
    let list = desk.read("out/问题依据清单-2022-06.txt");
    assert!(list.contains("李四人工核查") && list.contains("已确认（李四，"), "{list}");
    assert!(desk.no_step("review", &["--reply-by", "2022-07-06", "--by", "张三"]).contains("已经送审"));
    desk.step("return", &["--reason", "改标题", "--by", "王五"]);
    desk.step("review", &["--reply-by", "2022-07-07", "--by", "张三"]);
    desk.step("submit", &["--by", "张三"]);
    let told = desk.step("issue", &ISSUE);
    assert!(told.contains("已签发（第1版）") && told.contains("整改项1项") && told.contains("2022-07-21"), "{told}");

    let paper = desk.read("out/通报-2022-06.txt");
    assert!(paper.contains("青政办〔2022〕28号") && paper.contains("县政务公开办\n2022年7月11日"), "{paper}");
    assert!(!paper.contains("草稿") && !paper.contains("送审稿") && !paper.contains("待核实"), "{paper}");
    assert!(!paper.contains("误报") && !paper.contains("青禾文旅"), "{paper}");
    let stages = desk.json(&["bulletin", "show", "--period", "2022-06"]);
    let words: Vec<&str> = stages["steps"].as_array().unwrap().iter().map(|s| s["stage"].as_str().unwrap()).collect();
    assert_eq!(words, ["draft", "review", "submitted", "draft", "review", "submitted", "issued"]);
    assert_eq!(stages["answers"][0]["ruling"]["outcome"], "false");
    assert!(desk.no_step("return", &["--reason", "x", "--by", "王五"]).contains("已经签发"));
    assert!(desk.no_step("draft", &["--by", "张三"]).contains("没有要更正的"));
}

#[test]
fn a_wrong_word_is_refused_at_every_verb() {
    let desk = Desk::new();
    for (line, want) in [
        (&["bulletin", "draft", "--period", "2022-W25", "--by", "张三"][..], "看不懂周期"),
        (&["bulletin", "draft", "--period", "2999-01", "--by", "张三"], "还没有到"),
        (&["bulletin", "draft", "--period", "2022-06", "--by", " "], "不能是"),
        (&["bulletin", "draft", "--period", "2022-06", "--by", "张三", "--format", "pdf"], "不认识的格式"),
        (&["bulletin", "review", "--period", "2022-06", "--by", "张三", "--reply-by", "六月"], "看不懂 --reply-by"),
        (&["bulletin", "review", "--period", "2022-06", "--by", "张三", "--reply-by", "2021-07-06"], "早于2022-06"),
        (&["bulletin", "show", "--period", "2022-06"], "没有 2022-06 的通报"),
        (&["bulletin", "submit", "--period", "2022-06", "--by", "张三"], "还没有起草"),
        (&["bulletin", "return", "--period", "2022-06", "--by", "张三", "--reason", ""], "不能是"),
        (&["bulletin", "issue", "--period", "2022-06", "--date", "2022-07-11", "--by", "王五"], "缺少"),
        (
            &["bulletin", "issue", "--period", "2022-06", "--number", " ", "--date", "2022-07-11", "--by", "王五"],
            "文号是空的",
        ),
        (
            &["bulletin", "issue", "--period", "2022-06", "--no-number", "--date", "2022-07-11", "--by", "王五"],
            "还没有起草",
        ),
        (&["repair", "show", "1"], "没有编号1的整改项"),
        (&["repair", "review", "1", "--result", "好了", "--by", "李四"], "看不懂复核结果"),
        (&["repair", "answer", "1", "--text", "x", "--said-by", "y", "--by", "z", "--on", "2999-01-01"], "还没有到"),
        (&["repair", "print", "--period", "2022-06"], "没有等待整改的问题"),
        (&["dispute", "青禾文旅"], "缺少"),
        (&["dispute", "青禾文旅", "--check", "2022-06-26"], "没有检查"),
        (&["dispute", "没有的账号", "--period", "2022-06"], "台账中没有"),
    ] {
        let said = desk.refused(line);
        assert!(said.contains(want), "{line:?}: {said}");
    }
    desk.step("draft", &["--by", "张三"]);
    desk.step("review", &["--reply-by", "2022-07-06", "--by", "张三"]);
    let answer = |more: &[&str]| desk.no_step("answer", &[more, &["--said-by", "x", "--by", "张三"]].concat());
    assert!(
        answer(&["--office", "县教育局", "--agree"])
            .contains("“县教育局”没有核对稿；本期有问题的单位是：县文旅局、县应急局")
    );
    let other = ["--office", "县应急局", "--object", "--account", "青禾文旅", "--reason", "x"];
    assert!(answer(&other).contains("在本期没有县应急局的问题"));
    assert!(answer(&["--office", "县应急局", "--object", "--account", "青禾应急"]).contains("缺少"));
    let blank = ["--office", "县应急局", "--object", "--account", "青禾应急", "--reason", " "];
    assert!(answer(&blank).contains("异议和整改要写明理由"));
}

/// Two people sign at the same moment: one paper, one set of 整改项.
#[test]
fn two_signatures_at_once_make_one_paper() {
    let desk = Desk::submitted();
    let spawn = || {
        let mut command = desk.command(&line("issue", &ISSUE));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut both = [spawn(), spawn()];
    let well: Vec<bool> = both.iter_mut().map(|child| child.wait().unwrap().success()).collect();
    assert_eq!(well.iter().filter(|well| **well).count(), 1, "{well:?}");
    assert_eq!(desk.json(&["bulletin", "list"]).as_array().unwrap().len(), 1);
    assert_eq!(desk.json(&["repair", "list"]).as_array().unwrap().len(), 2);
}

/// Killed at any point, a signature is either whole or not there; the next one finishes it.
#[test]
fn a_signature_that_is_killed_is_whole_or_not_there() {
    let desk = Desk::submitted();
    for _ in 0..3 {
        let mut child =
            desk.command(&line("issue", &ISSUE)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let stage = desk.json(&["bulletin", "show", "--period", "2022-06"])["stage"].clone();
        let repairs = desk.json(&["repair", "list"]).as_array().unwrap().len();
        assert_eq!(repairs, if stage == "issued" { 2 } else { 0 }, "{stage}");
    }
    let _ = desk.run(&line("issue", &ISSUE));
    assert_eq!(desk.json(&["bulletin", "show", "--period", "2022-06"])["stage"], "issued");
    assert_eq!(desk.json(&["repair", "list"]).as_array().unwrap().len(), 2);
}
