//! The promise: what `judge` says of imported evidence is what plain counting says, however close to
//! the edges of the windows posts and watches lie.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

const DAY: i64 = 86_400;
/// 2022-06-27 00:00 in Beijing, as UTC seconds.
const MONDAY: i64 = 1_656_259_200;
/// The check: that Monday at nine.
const CHECK: i64 = MONDAY + 9 * 3600;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap()
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// Names from a list.
impl Random {
    fn word(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.below(choices.len())]
    }
}

struct Account {
    name: String,
    platform: &'static str,
    quota: Option<i64>,
    opened: Option<&'static str>,
    state: &'static str,
    /// Time, or the day that is known, and the push.
    posts: Vec<(i64, bool, Option<String>)>,
    watches: Vec<(i64, i64)>,
}

/// Moments on and beside every edge of both windows.
fn edges() -> Vec<i64> {
    let edges = [MONDAY - 14 * DAY, MONDAY - 7 * DAY, MONDAY, CHECK];
    edges
        .iter()
        .flat_map(|edge| [edge - 1, *edge, edge + 1])
        .chain([MONDAY - 10 * DAY + 7, MONDAY - 3 * DAY - 11])
        .collect()
}

fn world(seed: u64, size: usize) -> Vec<Account> {
    let mut random = Random(seed);
    let edges = edges();
    (0..size)
        .map(|i| Account {
            name: format!("账号{i}"),
            platform: random.word(&["新浪微博", "抖音", "微信订阅号", "微信服务号", "今日头条"]),
            quota: *random.of(&[None, None, None, Some(1), Some(3)]),
            opened: *random.of(&[
                None,
                None,
                None,
                None,
                Some("2022-06-13"),
                Some("2022-06-14"),
                Some("2022-06-20"),
                Some("2022-06-21"),
            ]),
            state: random.word(&["", "", "", "运行", "关停公告中", "暂停", "已注销"]),
            posts: (0..random.below(5))
                .map(|_| {
                    let day_only = random.below(4) == 0;
                    let push = *random.of(&[None, None, Some("p1"), Some("p2")]);
                    (*random.of(&edges), day_only, push.map(|push| format!("{i}-{push}")))
                })
                .collect(),
            watches: (0..random.below(5))
                .map(|_| (*random.of(&edges), *random.of(&edges)))
                .filter(|(from, to)| from < to)
                .collect(),
        })
        .collect()
}

fn beijing(seconds: i64) -> String {
    cuigeng::domain::Moment::from_unix(seconds).beijing().format("%Y-%m-%d %H:%M:%S").to_string()
}

fn write(dir: &Path, world: &[Account]) {
    let mut accounts = "账号名称,平台,状态,开设日期,每周次数\n".to_owned();
    let mut posts = "账号名称,平台,发布时间,标题,链接,发布标识,类型,推送标识\n".to_owned();
    let mut watches = "账号名称,平台,起,止,核查人\n".to_owned();
    for account in world {
        let quota = account.quota.map_or_else(String::new, |quota| quota.to_string());
        accounts += &format!(
            "{},{},{},{},{quota}\n",
            account.name,
            account.platform,
            account.state,
            account.opened.unwrap_or_default()
        );
        for (at, day_only, push) in &account.posts {
            let time = if *day_only { beijing(*at)[..10].to_owned() } else { beijing(*at) };
            posts += &format!(
                "{},{},{time},标题,,,,{}\n",
                account.name,
                account.platform,
                push.as_deref().unwrap_or_default()
            );
        }
        for (from, to) in &account.watches {
            watches += &format!("{},{},{},{},某人\n", account.name, account.platform, beijing(*from), beijing(*to));
        }
    }
    for (name, text) in [("accounts.csv", accounts), ("posts.csv", posts), ("watches.csv", watches)] {
        std::fs::write(dir.join(name), text).unwrap();
    }
}

fn run(dir: &Path, args: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_cuigeng"))
        .current_dir(dir)
        .arg("--data")
        .arg("data")
        .args(args)
        .output()
        .unwrap();
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// What plain counting says: kind, seen, required.
fn naive(account: &Account, profile: &str, rule: &str) -> (&'static str, i64, i64) {
    let (from, until) = if rule == "weekly" { (MONDAY - 7 * DAY, MONDAY) } else { (MONDAY - 14 * DAY, CHECK) };
    let by_platform = match (profile, account.platform) {
        ("通用", _) | (_, "新浪微博" | "微信订阅号" | "今日头条") => 2,
        _ => 1,
    };
    let required = if rule == "weekly" { account.quota.unwrap_or(by_platform) } else { 1 };
    let opened = account.opened.map(|date| cuigeng::domain::Moment::parse(&format!("{date} 00:00")).unwrap().unix());
    if opened.is_some_and(|opened| opened > from) || matches!(account.state, "暂停" | "已注销") {
        return ("exempt", 0, required);
    }
    let inside = |at: i64, day_only: bool| {
        if !day_only {
            return from <= at && at < until;
        }
        let day = (at + 8 * 3600).div_euclid(DAY) * DAY - 8 * 3600;
        (day..day + DAY).contains(&from) || (from..until).contains(&day)
    };
    let counted = account.posts.iter().filter(|(at, day_only, _)| inside(*at, *day_only));
    let (pushes, alone): (Vec<_>, Vec<_>) = counted.partition(|(.., push)| push.is_some());
    let pushes: BTreeSet<_> = pushes.into_iter().map(|(.., push)| push).collect();
    let seen = i64::try_from(pushes.len() + alone.len()).unwrap();
    if seen >= required {
        return ("met", seen, required);
    }
    // Second by second would be slow; between two edges of this world nothing changes.
    let mut marks: Vec<i64> =
        edges().into_iter().chain([from, until - 1]).filter(|at| from <= *at && *at < until).collect();
    marks.extend(marks.clone().iter().map(|at| at - 1).filter(|at| from <= *at));
    let watched = |at: &i64| account.watches.iter().any(|(a, b)| a <= at && at < b);
    (if marks.iter().all(watched) { "missed" } else { "unknown" }, seen, required)
}

#[test]
fn judged_as_counted() {
    let mut told: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 1..=4 {
        let world = world(seed, 1000);
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &world);
        run(dir.path(), &["account", "import", "accounts.csv"]);
        run(dir.path(), &["post", "import", "posts.csv", "--by", "某人"]);
        run(dir.path(), &["attest", "--file", "watches.csv"]);
        // The same files again change nothing.
        run(dir.path(), &["post", "import", "posts.csv", "--by", "某人"]);
        run(dir.path(), &["attest", "--file", "watches.csv"]);
        for profile in ["开封", "通用"] {
            let text = run(dir.path(), &["judge", "--at", "2022-06-27", "--profile", profile, "--json"]);
            let judged: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(judged["check"], "2022-06-27T09:00:00+08:00");
            let verdicts = judged["verdicts"].as_array().unwrap();
            assert_eq!(verdicts.len(), 2000);
            for (account, pair) in world.iter().zip(verdicts.chunks(2)) {
                for verdict in pair {
                    let rule = verdict["rule"].as_str().unwrap();
                    let found = (
                        verdict["kind"].as_str().unwrap(),
                        verdict["seen"].as_i64().unwrap(),
                        verdict["required"].as_i64().unwrap(),
                    );
                    let want = naive(account, profile, rule);
                    assert_eq!(
                        (account.name.as_str(), found),
                        (verdict["account"].as_str().unwrap(), want),
                        "seed {seed} {profile} {rule}: {verdict:#} {:?}",
                        account.posts
                    );
                    assert_eq!(verdict["label"].is_string(), found.0 == "missed");
                    assert_eq!(verdict["gaps"].as_array().unwrap().is_empty(), found.0 != "unknown");
                    *told.entry(found.0.to_owned()).or_default() += 1;
                }
            }
        }
    }
    assert!(told.len() == 4 && told.values().all(|n| *n > 200), "{told:?}");
}

/// A clerk's desk: a data directory with one account that nobody watches but people.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.write("accounts.csv", "账号名称,平台,账号标识\n通许应急,抖音,d1\n".as_bytes());
        run(desk.0.path(), &["account", "import", "accounts.csv"]);
        desk
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
    }

    fn run(&self, args: &[&str]) -> String {
        run(self.0.path(), args)
    }

    fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&run(self.0.path(), &[args, &["--json"]].concat())).unwrap()
    }

    /// What a call that must fail says, and its exit code.
    fn refused(&self, args: &[&str]) -> (String, i32) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        let out = command.current_dir(self.0.path()).args(["--data", "data"]).args(args).output().unwrap();
        assert!(!out.status.success() && out.stdout.is_empty(), "{args:?}");
        (String::from_utf8(out.stderr).unwrap(), out.status.code().unwrap())
    }

    /// Who did what, from the audit trail.
    fn audited(&self, what: &str) -> Vec<(String, String)> {
        let conn = rusqlite::Connection::open(self.0.path().join("data/cuigeng.db")).unwrap();
        let mut rows = conn.prepare("SELECT who, detail FROM audit WHERE what = ?1 ORDER BY id").unwrap();
        rows.query_map([what], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    /// The verdict of one rule at the check of 2022-06-27.
    fn judged(&self, rule: &str) -> String {
        let judged = self.json(&["judge", "--at", "2022-06-27", "--profile", "开封"]);
        let verdicts = judged["verdicts"].as_array().unwrap();
        verdicts.iter().find(|verdict| verdict["rule"] == rule).unwrap()["kind"].as_str().unwrap().to_owned()
    }
}

/// An owner's export: posts long ago, and whatever else; the account has been silent since.
fn export(more: &str) -> Vec<u8> {
    let head = "作品名称,发布时间,体裁,发布状态,播放量\n防汛提示,2022-05-30 09:05,视频,公开,12\n";
    let hidden = "内部通知,2022-06-22 10:00,视频,私密,0\n";
    encoding_rs::GB18030.encode(&format!("{head}{hidden}{more}")).0.into_owned()
}

const ALL: [&str; 7] = ["--account", "通许应急", "--all-from", "2022-05-01", "--all-to", "2022-06-30", "--by"];

#[test]
fn an_owners_export_says_who_was_silent() {
    let desk = Desk::new();
    desk.write("export.csv", &export(""));
    let (told, code) = desk.refused(&["post", "import", "export.csv"]);
    assert!(code == 1 && told.contains("--account") && told.contains("export.csv"), "{told}");
    let shown = desk.run(&[&["post", "import", "export.csv", "--dry-run"], &ALL[..], &["某人"]].concat());
    for word in [
        "什么都没有保存",
        "通许应急（抖音）：1条，最早 2022-05-30",
        "“私密”1行",
        "不认识的列",
        "播放量",
        "防汛提示",
        "到2022-07-01 00:00",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let list = ["post", "list", "通许应急", "--since", "2022-01-01"];
    assert!(
        desk.json(&list).as_array().unwrap().is_empty()
            && desk.json(&["attest", "list"]).as_array().unwrap().is_empty()
    );

    desk.run(&["post", "import", "export.csv", "--account", "通许应急"]);
    assert_eq!(desk.judged("weekly"), "unknown", "a file alone proves presence only");
    let kept = desk.json(&[&["post", "import", "export.csv"], &ALL[..], &["某人"]].concat());
    assert_eq!((kept["new"].as_i64(), kept["hidden"].as_i64()), (Some(0), Some(1)));
    assert_eq!((desk.judged("weekly"), desk.judged("silence")), ("missed".to_owned(), "missed".to_owned()));
    assert_eq!(desk.json(&["attest", "list"])[0]["by"], "某人");
    let (who, detail) = desk.audited("attest").remove(0);
    assert!(who == "某人" && detail.contains("export.csv"), "{who} {detail}");

    // One update in the week is what this profile wants of 抖音.
    desk.write("export.csv", &export("夏收安全,2022/6/21 8:30,视频,已发布,5\n"));
    assert_eq!(desk.json(&[&["post", "import", "export.csv"], &ALL[..], &["某人"]].concat())["new"], 1);
    assert_eq!((desk.judged("weekly"), desk.judged("silence")), ("met".to_owned(), "met".to_owned()));
    assert_eq!(desk.json(&["attest", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_claim_of_everything_is_refused_where_it_cannot_hold() {
    let desk = Desk::new();
    desk.write("export.csv", &export("限流的,2022-06-21 08:30,视频,限流,5\n"));
    let import = |more: &[&'static str]| desk.refused(&[&["post", "import", "export.csv"], more].concat());
    let (told, code) = import(&[&ALL[..], &["某人"]].concat());
    assert!(code == 1 && told.contains("限流") && told.contains("--all-from"), "{told}");
    for (args, word) in [
        (&["--all-from", "2022-06-01", "--all-to", "2022-06-07", "--by", "某人"][..], "--account"),
        (&["--account", "通许应急", "--all-from", "2022-06-01", "--all-to", "2022-06-07"], "--by"),
        (&["--account", "通许应急", "--all-from", "2022-06-01", "--by", "某人"], "--all-to"),
        (&["--account", "通许应急", "--all-from", "2022-06-01", "--all-to", "2022-06-07", "--by", " "], "--by"),
        (&["--account", "通许应急", "--all-from", "2022-06-01", "--all-to", "2999-06-07", "--by", "某人"], "晚于现在"),
        (&["--account", "通许应急", "--all-from", "2022-06-08", "--all-to", "2022-06-07", "--by", "某人"], "早于"),
        (&["--account", "通许应急", "--all-from", "上周", "--all-to", "2022-06-07", "--by", "某人"], "看不懂"),
    ] {
        let (told, code) = import(args);
        assert!(code == 2 && told.contains(word), "{args:?} should say {word}: {told}");
    }
    assert!(desk.json(&["post", "list", "通许应急", "--since", "2022-01-01"]).as_array().unwrap().is_empty());
    assert!(desk.json(&["attest", "list"]).as_array().unwrap().is_empty());
}

#[test]
fn a_day_that_lasts_ends_now() {
    let desk = Desk::new();
    desk.write("export.csv", &export(""));
    let before = desk.json(&["judge", "--at", "now"])["check"].as_str().unwrap().to_owned();
    let today = &before[..10];
    desk.run(&[
        "post",
        "import",
        "export.csv",
        "--account",
        "d1",
        "--all-from",
        "2022-05-01",
        "--all-to",
        today,
        "--by",
        "某人",
    ]);
    let to = desk.json(&["attest", "list"])[0]["to"].clone();
    let to = cuigeng::domain::Moment::parse(to.as_str().unwrap()).unwrap();
    let before = cuigeng::domain::Moment::parse(&before).unwrap();
    let midnight = cuigeng::domain::Moment::start_of(before.date()).plus_days(1);
    assert!(before <= to && to <= midnight, "{before} {to}");
}

#[test]
fn a_named_person_strikes_a_post_out_and_takes_it_back() {
    let desk = Desk::new();
    let twins = "夏收安全,2022-06-21 08:30,视频,公开,5\n";
    desk.write("export.csv", &export(twins));
    desk.run(&[&["post", "import", "export.csv"], &ALL[..], &["某人"]].concat());
    assert_eq!(desk.judged("weekly"), "met");
    let strike = ["post", "strike", "通许应急", "--at", "2022-06-21T08:30", "--by", "李四", "--reason", "转发他人"];
    let told = desk.run(&strike);
    assert!(told.contains("已划去") && told.contains("夏收安全"), "{told}");
    assert_eq!(desk.judged("weekly"), "missed");
    desk.run(&["post", "import", "export.csv", "--account", "通许应急"]);
    assert_eq!(desk.judged("weekly"), "missed", "the file again does not undo it");
    let list = ["post", "list", "通许应急", "--since", "2022-06-01"];
    assert!(desk.run(&list).contains("已划去"));
    assert_eq!(desk.json(&list)[0]["struck"], true);
    assert!(desk.refused(&strike).0.contains("已经划去了"));
    assert!(desk.run(&[&strike[..], &["--undo"]].concat()).contains("已恢复"));
    assert_eq!(desk.judged("weekly"), "met");
    assert_eq!(desk.json(&list)[0]["struck"], false);
    assert!(desk.refused(&[&strike[..], &["--undo"]].concat()).0.contains("没有被划去"));

    for what in ["post.strike", "post.unstrike"] {
        let audited = desk.audited(what);
        let (who, detail) = &audited[0];
        assert!(audited.len() == 1 && who == "李四", "{what} {audited:?}");
        assert!(detail.contains("转发他人") && detail.contains("2022-06-21 08:30"), "{detail}");
    }

    // Two that nobody can tell apart but by their number.
    desk.write("twins.csv", &export(&twins.repeat(2)));
    desk.run(&["post", "import", "twins.csv", "--account", "通许应急"]);
    let (told, code) = desk.refused(&strike);
    assert!(code == 1 && told.contains("2条") && told.matches("夏收安全").count() == 2, "{told}");
    let numbers = desk.json(&list).as_array().unwrap().iter().map(|p| p["number"].to_string()).collect::<Vec<_>>();
    for number in &numbers {
        desk.run(&["post", "strike", "d1", "--id", number, "--by", "李四", "--reason", "重复", "--json"]);
    }
    assert_eq!((numbers.len(), desk.judged("weekly")), (2, "missed".to_owned()));
    for (args, word, exit) in [
        (&["--at", "2022-06-20", "--by", "李四", "--reason", "x"][..], "没有这样的发布", 1),
        (&["--url", "https://x.example/1", "--by", "李四", "--reason", "x"], "没有这样的发布", 1),
        (&["--at", "昨天", "--by", "李四", "--reason", "x"], "看不懂", 2),
        (&["--at", "2022-06-21", "--by", "李四", "--reason", " "], "--reason", 2),
        (&["--at", "2022-06-21", "--reason", "x"], "--by", 2),
        (&["--by", "李四", "--reason", "x"], "--id", 2),
    ] {
        let (told, code) = desk.refused(&[&["post", "strike", "通许应急"], args].concat());
        assert!(told.contains(word) && code == exit, "{args:?} should say {word}: {told}");
    }
}
