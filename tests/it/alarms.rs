//! The promise: trouble with mail is told on another channel, quiet that somebody asked for is kept and
//! counted, and the days off come from the notice as it is pasted.

use cuigeng::clock::{Clock, SystemClock};
use cuigeng::config;
use cuigeng::daemon::{Daemon, TASKS};
use cuigeng::demo::clock::SimClock;
use cuigeng::domain::{AccountId, Moment};
use cuigeng::inspect::Inspector;
use cuigeng::silence::{Scope, Silence};
use cuigeng::store::{LetterState, Store, incidents, outbox, silences};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

const CANARY: &str = "canary-4f1e-webhook-token";
const SIGN: &str = "SECcanary-sign-secret";

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn run(dir: &Path, args: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
    command.current_dir(dir).env_remove("CREDENTIALS_DIRECTORY").arg("--data").arg("data").args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A child that refuses its arguments does not read.
    drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A robot on loopback that gives every message the same answer.
struct Robot {
    url: String,
    heard: Arc<Mutex<Vec<(String, serde_json::Value)>>>,
}

impl Robot {
    fn answering(status: u16, body: &'static str) -> Robot {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/robot/{CANARY}?key={CANARY}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(message) = hear(&stream) else { continue };
                ears.lock().unwrap().push(message);
                let length = body.len();
                let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                drop(stream.write_all(format!("{head}{body}").as_bytes()));
            }
        });
        Robot { url, heard }
    }

    fn texts(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        let text = |body: &serde_json::Value| {
            body["text"]["content"].as_str().or(body["content"]["text"].as_str()).unwrap().to_owned()
        };
        heard.iter().map(|(_, body)| text(body)).collect()
    }
}

fn hear(stream: &TcpStream) -> Option<(String, serde_json::Value)> {
    let mut reader = BufReader::new(stream);
    let mut target = String::new();
    reader.read_line(&mut target).ok()?;
    let mut length = 0;
    for line in reader.by_ref().lines() {
        let line = line.ok()?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((target, serde_json::from_slice(&body).ok()?))
}

fn write_robots(dir: &Path, robots: &[(&str, &str)]) {
    let secrets = dir.join("secrets");
    std::fs::create_dir_all(&secrets).unwrap();
    let mut text = "[log]\nlevel = \"debug\"\n".to_owned();
    for (word, url) in robots {
        std::fs::write(secrets.join(word), url).unwrap();
        std::fs::write(secrets.join(format!("{word}-sign")), SIGN).unwrap();
        let sign = if *word == "wecom" { String::new() } else { format!("secret_credential = \"{word}-sign\"\n") };
        text += &format!("[alarm.{word}]\nurl_credential = \"{word}\"\n{sign}");
    }
    std::fs::write(dir.join("config.toml"), text).unwrap();
}

/// Every row of the table, through the program: what it sends, what it says, how it ends.
#[test]
fn a_test_message_shows_the_robots_own_words() {
    for (word, status, body, exit, told) in [
        ("wecom", 200, r#"{"errcode":0,"errmsg":"ok"}"#, 0, "ok"),
        ("wecom", 200, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#, 1, "45009 api freq out of limit"),
        ("wecom", 200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#, 1, "机器人是否还在群里"),
        ("wecom", 200, r#"{"errcode":40058,"errmsg":"invalid Request Parameter"}"#, 1, "40058"),
        ("dingtalk", 200, r#"{"errcode":0,"errmsg":"ok"}"#, 0, "ok"),
        ("dingtalk", 200, r#"{"errcode":130101,"errmsg":"send too fast"}"#, 1, "程序会放慢后自行重试"),
        ("dingtalk", 200, r#"{"errcode":310000,"errmsg":"关键词不匹配"}"#, 1, "关键词不匹配"),
        ("feishu", 200, r#"{"code":0,"msg":"success","data":{}}"#, 0, "success"),
        ("feishu", 200, r#"{"code":11232,"msg":"too many request"}"#, 1, "11232"),
        ("feishu", 200, r#"{"code":19021,"msg":"sign match fail"}"#, 1, "本机时间"),
        ("feishu", 200, r#"{"code":19022,"msg":"Ip Not Allowed"}"#, 1, "IP白名单"),
        ("feishu", 200, r#"{"code":19024,"msg":"Key Words Not Found"}"#, 1, "Key Words Not Found"),
        ("feishu", 200, "<html>login</html>", 1, "看不懂"),
        ("wecom", 503, "busy", 1, "HTTP 503"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let robot = Robot::answering(status, body);
        write_robots(dir.path(), &[(word, &robot.url)]);
        let output = run(dir.path(), &["alarm", "test", word], "");
        let text = said(&output);
        assert_eq!(output.status.code(), Some(exit), "{word} {body}: {text}");
        assert!(text.contains(told), "{word} {body}: {text}");
        let heard = robot.heard.lock().unwrap();
        let [(target, message)] = heard.as_slice() else { panic!("{word}: {heard:?}") };
        assert_eq!(target.contains("&timestamp=") && target.contains("&sign="), word == "dingtalk", "{target}");
        assert_eq!(message.get("sign").is_some(), word == "feishu", "{message}");
    }
}

#[test]
fn the_address_of_a_robot_is_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let wecom = Robot::answering(200, r#"{"errcode":93000,"errmsg":"no canary-4f1e-webhook-token"}"#);
    let dingtalk =
        Robot::answering(200, r#"{"errcode":310000,"errmsg":"canary-4f1e-webhook-token SECcanary-sign-secret"}"#);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("http://{closed}/hook/{CANARY}");
    write_robots(dir.path(), &[("wecom", &wecom.url), ("dingtalk", &dingtalk.url), ("feishu", &nobody)]);
    let mut shown = String::new();
    for args in [
        &["alarm", "test"][..],
        &["--json", "alarm", "test"],
        &["alarm", "list"],
        &["--json", "alarm", "list"],
        &["check"],
        &["status"],
        &["outbox", "list"],
    ] {
        shown += &said(&run(dir.path(), args, ""));
    }
    assert!(shown.contains("***") && shown.contains("连不上"), "{shown}");
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(dir.path().join("data")).unwrap() {
        kept.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    for secret in [CANARY, SIGN] {
        assert!(!shown.contains(secret), "{shown}");
        assert!(!kept.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
    // Written into the configuration itself it is refused without being repeated.
    let inline =
        format!("[alarm.feishu]\nurl_credential = \"https://open.feishu.cn/open-apis/bot/v2/hook/{CANARY}\"\n");
    std::fs::write(dir.path().join("config.toml"), inline).unwrap();
    let output = run(dir.path(), &["check"], "");
    assert_eq!(output.status.code(), Some(3));
    assert!(!said(&output).contains(CANARY), "{}", said(&output));
}

/// The whole daemon on a stepped clock: the mail server is gone, and the group hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn letters_that_do_not_leave_are_told_to_the_group() {
    let dir = tempfile::tempdir().unwrap();
    let robot = Robot::answering(200, r#"{"errcode":0,"errmsg":"ok"}"#);
    write_robots(dir.path(), &[("wecom", &robot.url)]);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = dir.path().join("config.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let smtp = format!(
        "mode = \"正式\"\n[office]\nclerk_mail = \"c@example.cn\"\n[mail]\ntransport = \"smtp\"\nfrom = \"甲 <c@example.cn>\"\n[mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\n"
    );
    std::fs::write(&file, format!("{smtp}{text}")).unwrap();
    let config = Arc::new(config::load(Some(&file)).unwrap());
    let clock = Arc::new(SimClock::new(at("2026-11-25 08:00"), &TASKS, at("2026-11-25 13:30")));
    let queued = Arc::clone(&config);
    let store = Store::open(dir.path()).unwrap();
    store.write(move |tx| incidents::mail(tx, &queued, "测试", "测试", at("2026-11-25 08:00"))).unwrap();
    let daemon = Daemon::open(config, dir.path(), Arc::clone(&clock) as Arc<dyn Clock>, None).unwrap();
    daemon.run(clock.finished()).await.unwrap();
    let texts = robot.texts();
    // At nine the letter is an hour late; again an hour and four hours later.
    assert_eq!(texts.len(), 3, "{texts:#?}");
    assert!(
        texts.iter().all(|text| text.starts_with("更新提醒　运行告警：1封信到时没有发出，最早的应在11月25日08:00发出")),
        "{texts:#?}"
    );
}

/// Two accounts that have not posted in the week of 2022-06-06.
fn quiet_accounts(dir: &Path) -> (Store, Arc<config::Config>) {
    let file = dir.join("config.toml");
    let text = "mode = \"正式\"\n[office]\nclerk_mail = \"c@example.cn\"\n[sources.inbox]\nkind = \"inbox\"\n";
    std::fs::write(&file, text).unwrap();
    let list = "账号名称,平台,主办单位,运维邮箱,来源,来源参数\n\
        青禾文旅,抖音,文旅局,op@example.cn,inbox,1\n青禾交通,抖音,交通局,jt@example.cn,inbox,2\n";
    std::fs::write(dir.join("list.csv"), list).unwrap();
    let posts = "账号名称,平台,发布时间,标题\n青禾文旅,抖音,2022-06-03 10:00,甲\n青禾交通,抖音,2022-06-03 10:00,乙\n";
    std::fs::write(dir.join("posts.csv"), posts).unwrap();
    for args in [["account", "import", "list.csv"], ["post", "import", "posts.csv"]] {
        let output = run(dir, &args, "");
        assert!(output.status.success(), "{}", said(&output));
    }
    (Store::open(&dir.join("data")).unwrap(), Arc::new(config::load(Some(&file)).unwrap()))
}

fn recipients(store: &Store) -> Vec<String> {
    let letters = store.read(|conn| outbox::list(conn, 99)).unwrap();
    let waiting = letters.into_iter().filter(|letter| letter.state == LetterState::Queued);
    let mut to: Vec<String> = waiting.map(|letter| letter.recipient).collect();
    to.sort();
    to
}

fn silence(store: &Store, scope: Scope, until_recovered: bool) {
    let new = Silence {
        id: 0,
        scope,
        name: "某".to_owned(),
        reason: "机房搬迁".to_owned(),
        by: "李四".to_owned(),
        at: at("2022-06-08 09:00"),
        until: at("2022-06-09 10:00"),
        until_recovered,
        ended: None,
        hushed: 0,
    };
    store.write(move |tx| silences::add(tx, &new)).unwrap();
}

#[tokio::test]
async fn a_silence_keeps_letters_back_counts_them_and_ends_in_time() {
    for scope in [Scope::Account(AccountId(1)), Scope::Office("文旅局".to_owned())] {
        let dir = tempfile::tempdir().unwrap();
        let (store, config) = quiet_accounts(dir.path());
        silence(&store, scope, false);
        let inspector = Inspector { store: store.clone(), config };
        for time in ["2022-06-09 09:00", "2022-06-09 09:01"] {
            inspector.step(at(time)).await.unwrap();
            assert_eq!(recipients(&store), ["jt@example.cn"]);
        }
        for (args, word) in [
            (&["silence", "list"][..], "机房搬迁"),
            (&["explain", "青禾文旅"], "静默期间没有发出（编号1，李四：机房搬迁）"),
            (&["outbox", "list"], "压下1条"),
        ] {
            let text = said(&run(dir.path(), args, ""));
            assert!(text.contains(word), "{args:?}: {text}");
        }
        // It is over, and what is still true is said.
        inspector.step(at("2022-06-09 10:00")).await.unwrap();
        assert_eq!(recipients(&store), ["jt@example.cn", "op@example.cn"]);
    }
}

#[tokio::test]
async fn an_account_that_recovers_ends_its_silence() {
    let dir = tempfile::tempdir().unwrap();
    let (store, config) = quiet_accounts(dir.path());
    silence(&store, Scope::Account(AccountId(1)), true);
    let inspector = Inspector { store: store.clone(), config };
    inspector.step(at("2022-06-09 09:00")).await.unwrap();
    assert!(store.read(silences::list).unwrap()[0].ended.is_none());
    std::fs::write(dir.path().join("new.csv"), "账号名称,平台,发布时间,标题\n青禾文旅,抖音,2022-06-09 09:10,丙\n")
        .unwrap();
    assert!(run(dir.path(), &["post", "import", "new.csv"], "").status.success());
    inspector.step(at("2022-06-09 09:30")).await.unwrap();
    assert!(store.read(silences::list).unwrap()[0].ended.is_some());
    // One update is not yet two.
    assert_eq!(recipients(&store), ["jt@example.cn", "op@example.cn"]);
}

#[test]
fn a_silence_has_an_author_a_reason_and_an_end() {
    let dir = tempfile::tempdir().unwrap();
    quiet_accounts(dir.path());
    let far = "2999-01-01";
    for (args, exit, word) in [
        (&["silence", "add", "青禾文旅", "--by", "李四", "--until", far][..], 2, "--reason"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--until", far], 2, "--by"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--by", "李四"], 2, "--until"),
        (&["silence", "add", "--reason", "r", "--by", "李四", "--until", far], 2, "缺少"),
        (
            &["silence", "add", "青禾文旅", "--source", "inbox", "--reason", "r", "--by", "李四", "--until", far],
            2,
            "同时用",
        ),
        (&["silence", "add", "青禾文旅", "--reason", " ", "--by", "李四", "--until", far], 2, "不能是空的"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--by", "李四", "--until", "2022-06-09"], 2, "已经过去"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--by", "李四", "--until", far], 2, "最长一年"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--by", "李四", "--until", "明天"], 2, "看不懂时间"),
        (&["silence", "add", "青禾", "--reason", "r", "--by", "李四", "--until", far], 1, "青禾文旅"),
        (&["silence", "add", "--office", "文旅", "--reason", "r", "--by", "李四", "--until", far], 1, "是不是：文旅局"),
        (&["silence", "add", "--source", "inbx", "--reason", "r", "--by", "李四", "--until", far], 1, "是不是：inbox"),
        (&["silence", "expire", "7", "--by", "李四"], 1, "没有编号为7的静默"),
    ] {
        let output = run(dir.path(), args, "");
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(word), "{args:?}: {}", said(&output));
    }
    assert_eq!(run(dir.path(), &["--json", "silence", "list"], "").stdout, b"[]\n");
    let soon = SystemClock::shared().now().plus_days(2).rfc3339();
    let options = ["--reason", "机房搬迁", "--by", "李四", "--until", &soon];
    for about in [&["青禾文旅"][..], &["--office", "交通局"], &["--source", "inbox"]] {
        let args: Vec<&str> = ["silence", "add"].iter().chain(about).chain(&options).copied().collect();
        let output = run(dir.path(), &args, "");
        assert!(output.status.success(), "{}", said(&output));
    }
    assert!(said(&run(dir.path(), &["explain", "青禾文旅"], "")).contains("静默中：到"));
    assert!(run(dir.path(), &["silence", "expire", "1", "--by", "王五"], "").status.success());
    let listed: serde_json::Value =
        serde_json::from_slice(&run(dir.path(), &["--json", "silence", "list"], "").stdout).unwrap();
    let holds: Vec<bool> = listed.as_array().unwrap().iter().map(|one| one["holds"].as_bool().unwrap()).collect();
    assert_eq!(holds, [true, true, false]);
    assert_eq!(listed[2]["ended_by"], "王五");
}

/// Not the real one, which has not been announced; only its weekdays are those of 2027.
const NOTICE: &str = "关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月14日（周日）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至3日（周一）放假，共3天。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假1天，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月10日（周日）上班。
";

#[test]
fn a_notice_is_pasted_looked_at_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let import = |file: &str, more: &[&str], stdin: &str| {
        let args = [&["calendar", "import", file, "--year", "2027", "--by", "李四"], more].concat();
        run(dir.path(), &args, stdin)
    };
    let before = run(dir.path(), &["calendar", "show", "2027"], "");
    assert_eq!(before.status.code(), Some(1));
    assert!(said(&before).contains("2027年放假安排未录入"), "{}", said(&before));
    // Looked at, and nothing kept.
    let shown = import("-", &[], NOTICE);
    assert!(shown.status.success() && said(&shown).contains("还没有保存"), "{}", said(&shown));
    assert!(!dir.path().join("data/calendar").exists());
    // One weekday wrong: nothing kept, the line named.
    let wrong = import("-", &["--yes"], &NOTICE.replace("2月14日（周日）", "2月14日（周六）"));
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said(&wrong).contains("第3行：2027年2月14日是周日，文中写的是周六"), "{}", said(&wrong));
    assert!(!dir.path().join("data/calendar").exists());
    // A file as a Chinese Windows saves it.
    let (gbk, _, _) = encoding_rs::GBK.encode(NOTICE);
    std::fs::write(dir.path().join("通知.txt"), gbk).unwrap();
    let kept = import("通知.txt", &["--yes"], "");
    assert!(kept.status.success() && said(&kept).contains("systemctl restart"), "{}", said(&kept));
    let after: serde_json::Value =
        serde_json::from_slice(&run(dir.path(), &["--json", "calendar", "show", "2027"], "").stdout).unwrap();
    // 261 weekdays; off fall 1+5+1+1+1+1+5 of them, and three Sundays are worked.
    assert_eq!(after["working_days"], 261 - 15 + 3, "{after}");
    assert_eq!(after["worked"].as_array().unwrap().len(), 3);
    // Mondays off.
    assert_eq!(after["checks_off"], serde_json::json!(["2027-02-08", "2027-04-05", "2027-05-03", "2027-10-04"]));
    assert!(said(&run(dir.path(), &["check"], "")).contains("2027年"));
    // A file that the configuration names stands over an import, and says so.
    let file = dir.path().join("data/calendar/2027.json");
    std::fs::copy(&file, dir.path().join("own.json")).unwrap();
    std::fs::write(dir.path().join("config.toml"), "[calendar]\nfile = \"own.json\"\n").unwrap();
    let refused = import("-", &["--yes"], NOTICE);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("calendar.file"), "{}", said(&refused));
    // A broken import is a broken configuration, with its file.
    std::fs::remove_file(dir.path().join("config.toml")).unwrap();
    std::fs::write(&file, "{").unwrap();
    let broken = run(dir.path(), &["status"], "");
    assert_eq!(broken.status.code(), Some(3));
    assert!(said(&broken).contains("2027.json"), "{}", said(&broken));
}

#[test]
fn the_shipped_years_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let text = said(&run(dir.path(), &["calendar", "show", "2026"], ""));
    for word in
        ["春节", "2月15日（周日） 至 2月23日（周一）", "2026年共248个工作日", "2月14日（周六）", "10月5日（周一）"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
}

/// From the first of December on, once a week by mail and in the group.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_year_is_told_from_december_on() {
    let dir = tempfile::tempdir().unwrap();
    let robot = Robot::answering(200, r#"{"errcode":0,"errmsg":"ok"}"#);
    write_robots(dir.path(), &[("wecom", &robot.url)]);
    let config = Arc::new(config::load(Some(&dir.path().join("config.toml"))).unwrap());
    let clock = Arc::new(SimClock::new(at("2026-11-30 12:00"), &TASKS, at("2026-12-09 12:00")));
    let daemon = Daemon::open(config, dir.path(), Arc::clone(&clock) as Arc<dyn Clock>, None).unwrap();
    daemon.run(clock.finished()).await.unwrap();
    let texts = robot.texts();
    assert_eq!(texts.len(), 2, "{texts:#?}");
    assert!(texts.iter().all(|text| text.contains("2027年放假安排未录入")), "{texts:#?}");
    let letters = Store::open(dir.path()).unwrap().read(|conn| outbox::list(conn, 99)).unwrap();
    let told = letters.iter().filter(|letter| letter.subject == "【运行告警】2027年放假安排未录入").count();
    assert_eq!(told, 2);
    // The weekly summary of 2026-12-07 says it too.
    assert!(letters.iter().any(|letter| letter.text.contains("2027年放假安排未录入，提醒不会避开")), "{letters:#?}");
}
