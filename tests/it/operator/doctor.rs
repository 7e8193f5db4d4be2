use super::desk::{CANARY, Desk, http, nobody, now, smtp, wechat, weibo};
use cuigeng::domain::Role;
use cuigeng::store::{LetterKind, NewLetter, Store, outbox};
use serde_json::Value;

struct World {
    port: u16,
    weibo: String,
    wechat: String,
    feed: String,
}

fn config(world: &World) -> String {
    let World { port, weibo, wechat, feed } = world;
    format!(
        r#"
[office]
clerk_mail = "xmt@qinghe.example"
[mail]
transport = "smtp"
from = "政务公开办 <xmt@qinghe.example>"
[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "plain"
user = "xmt"
password = "smtp"
[sources.wb]
kind = "weibo"
base = "{weibo}"
cookie = "wb"
[sources.wx]
kind = "wechat"
base = "{wechat}"
[sources.rss]
kind = "feed"
base = "{feed}"
[sources.box]
kind = "inbox"
[collectors.ks]
command = ["ks.sh"]
secrets = {{ token = "ks-token" }}
"#
    )
}

const ACCOUNTS: [(&str, &str, &str, &str); 4] = [
    ("通许应急", "新浪微博", "wb", "1000"),
    ("开封民政", "微信订阅号", "wx", "wx0123"),
    ("兰考交通", "快手", "ks", "3x1"),
    ("尉氏民政", "今日头条", "rss", "toutiao/user/token/x"),
];

fn desk(world: &World, more: &[(&str, &str, &str, &str)]) -> Desk {
    let desk = Desk::new(&config(world), &[ACCOUNTS.as_slice(), more].concat());
    desk.secret("smtp", CANARY);
    desk.secret("ks-token", CANARY);
    desk.secret("wechat-wx0123", CANARY);
    desk.secret("wb", &format!("SUB=_2A25{CANARY}; ALF=02_{}", now().plus_days(40).plus(600).unix()));
    desk.collector("ks.sh", "exit 0");
    desk.file("data/inbox/keep.tmp", "", 0o600);
    desk
}

/// What was said in this state, by group.
fn said<'a>(report: &'a Value, state: &str) -> Vec<(&'a str, &'a str)> {
    let tests = report["tests"].as_array().unwrap().iter().filter(|test| test["state"] == state);
    tests.map(|test| (test["group"].as_str().unwrap(), test["said"].as_str().unwrap())).collect()
}

#[test]
fn all_is_well() {
    let (port, heard) = smtp("235 ok");
    let world = World {
        port,
        weibo: http(0, weibo(true)),
        wechat: http(0, wechat),
        feed: http(0, |_| (404, "welcome".to_owned())),
    };
    let desk = desk(&world, &[]);
    let text = desk.run(&["doctor"]);
    assert_eq!(text.code, 0, "{}{}", text.out, text.err);
    text.has(&["数据库\n  ✓", "磁盘\n  ✓", "时钟\n  ✓ 与", "登录成功，没有发信", "剩余987次", "还有40天"]);
    text.has(&[
        "ks（采集程序）：fixture 0.3 可用，登录有效（已登录）",
        "rss（订阅源）：连得上",
        "发件箱\n  ✓ 没有积压",
    ]);
    text.has(&["用到的4个都在，权限合适", "inbox 可用，待读0个文件", "放假安排已录入", "不正常0"]);
    let report = desk.json(&["doctor"]);
    assert_eq!((&report["ok"], said(&report, "bad").len()), (&true.into(), 0));
    let noted = said(&report, "attention");
    assert!(noted.iter().all(|(group, said)| *group == "config" && said.contains("不加密")), "{noted:?}");
    let heard = heard.lock().unwrap();
    assert!(heard.contains("AUTH PLAIN") && heard.contains("QUIT") && !heard.contains("MAIL"), "{heard}");
}

#[test]
fn a_group_robot_that_waits_for_an_office_that_the_list_does_not_have_is_named() {
    let (port, _) = smtp("235 ok");
    let world = World { port, weibo: nobody(), wechat: nobody(), feed: nobody() };
    let robot = "[alarm.wecom]\nurl_credential = \"wecom\"\nowners = [\"没有这个局\"]\n";
    let desk = Desk::new(&format!("{}{robot}", config(&world)), &ACCOUNTS);
    let report = desk.json(&["doctor"]);
    let noted = said(&report, "attention");
    assert!(noted.iter().any(|(group, said)| *group == "config" && said.contains("“没有这个局”")), "{noted:?}");
}

#[test]
fn everything_that_is_broken_is_named_with_its_cure() {
    let (port, _) = smtp("535 Error: authentication failed");
    let world = World { port, weibo: http(3600, weibo(false)), wechat: http(3600, wechat), feed: nobody() };
    let desk = desk(&world, &[("祥符教体", "抖音", "dy", "MS4w"), ("禹王台区", "微信订阅号", "wx", "wx9999")]);
    desk.file("collectors/ks.sh", "#!/bin/sh\necho \"no browser $1\" >&2\nexit 69\n", 0o755);
    desk.file("secrets/wb", &format!("SUB=_2A25{CANARY}"), 0o644);
    std::fs::remove_dir_all(desk.data().join("inbox")).unwrap();
    let store = Store::open(&desk.data()).unwrap();
    let old = now().plus(-3 * 3600);
    store.write(move |tx| outbox::queue(tx, &letter(old), false, "x.example", old)).unwrap();
    drop(store);
    let report = desk.json(&["doctor"]);
    let bad = said(&report, "bad");
    for (group, words) in [
        ("mail", "535 Error: authentication failed"),
        ("sources", "wb（微博手机版网页）：auth (login)"),
        ("sources", "rss（订阅源）：连不上"),
        ("sources", "ks（采集程序）：describe transient (unavailable)"),
        ("sources", "台账里1个账号用的来源“dy”配置里没有"),
        ("sources", "wx（微信公众号官方接口）·禹王台区（微信订阅号）：config (secret_missing)"),
        ("clock", "系统时钟比各来源慢3"),
        ("inbox", "inbox 还没有"),
        ("secrets", "任何人都能读写（权限644）"),
        ("secrets", "没有“wechat-wx9999”"),
        ("outbox", "1封该发未发"),
    ] {
        assert!(bad.iter().any(|(g, said)| *g == group && said.contains(words)), "{group} {words}: {bad:#?}");
    }
    assert_eq!((bad.len(), &report["ok"], &report["bad"]), (11, &false.into(), &11.into()), "{bad:#?}");
    let cures = report["tests"].as_array().unwrap().iter().filter(|test| test["state"] == "bad");
    assert!(cures.into_iter().all(|test| test["cure"] != ""), "{report:#}");
    let text = desk.run(&["doctor"]);
    assert_eq!(text.code, 1);
    text.has(&["✗", "办法：chmod o-rwx", "no browser describe", "plugin test ks"]);
    assert!(text.err.contains("有11项不正常"), "{}", text.err);
}

fn letter(at: cuigeng::domain::Moment) -> NewLetter {
    NewLetter {
        kind: LetterKind::Alarm,
        recipient: "xmt@qinghe.example".to_owned(),
        role: Role::Clerk,
        slot: at,
        not_before: at,
        not_after: None,
        subject: String::new(),
        text: String::new(),
        html: None,
        attachment: None,
        mentions: Vec::new(),
        reason: String::new(),
    }
}

#[test]
fn a_first_day_and_a_damaged_database() {
    let desk = Desk::new("", &[]);
    let text = desk.run(&["doctor"]);
    assert_eq!(text.code, 0, "{}{}", text.out, text.err);
    text.has(&["! data/cuigeng.db 还没有", "配置里没有来源", "时钟无从核对", "不真正发出，存到 data/outbox"]);
    assert!(!desk.data().exists(), "it makes nothing");
    desk.file("data/cuigeng.db", &"no database at all".repeat(100), 0o600);
    let report = desk.json(&["doctor"]);
    assert_eq!(said(&report, "bad").len(), 1, "{report:#}");
    assert_eq!(said(&report, "bad")[0].0, "database");
    std::fs::remove_file(desk.data().join("cuigeng.db")).unwrap();
    let old = rusqlite::Connection::open(desk.data().join("cuigeng.db")).unwrap();
    old.execute_batch(include_str!("../../data/schema-1.sql")).unwrap();
    desk.run(&["doctor"]).has(&["! data/cuigeng.db 是第1版结构", "会自动升级"]);
    let version: i64 = old.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1, "it migrates nothing");
    desk.file("config.toml", "[sources.x]\nkind = \"nothing\"\n", 0o600);
    assert_eq!(desk.run(&["doctor"]).code, 3);
}
