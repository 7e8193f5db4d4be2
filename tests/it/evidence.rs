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
