//! The promise: trouble with mail, and every other trouble of our own, is told on another channel.

use cuigeng::clock::Clock;
use cuigeng::config;
use cuigeng::daemon::{Daemon, TASKS};
use cuigeng::demo::clock::SimClock;
use cuigeng::domain::Moment;
use cuigeng::store::{Ending, LetterState, Store, incidents, outbox};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

const CANARY: &str = "canary-4f1e-webhook-token";
const SIGN: &str = "SECcanary-sign-secret";

pub(super) fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

pub(super) fn run(dir: &Path, args: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
    command.current_dir(dir).env_remove("CREDENTIALS_DIRECTORY").arg("--data").arg("data").args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A child that refuses its arguments does not read.
    drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
    child.wait_with_output().unwrap()
}

pub(super) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A robot on loopback that gives every message the same answer.
pub(super) struct Robot {
    pub(super) url: String,
    heard: Arc<Mutex<Vec<(String, serde_json::Value)>>>,
}

impl Robot {
    pub(super) fn answering(status: u16, body: &'static str) -> Robot {
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

    pub(super) fn texts(&self) -> Vec<String> {
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

/// Three letters in a row that were refused as spam.
fn refuse_three_letters(store: &Store) {
    let now = at("2026-11-25 08:00");
    store
        .write(move |tx| {
            for _ in 0..3 {
                incidents::mail(tx, &config::parse("", "", Path::new("")).unwrap(), "测试", "测试", now)?;
                let id = outbox::next_due(tx, now)?.unwrap().id;
                let composed = cuigeng::store::Composed {
                    subject: "测试".to_owned(),
                    text: "测试".to_owned(),
                    html: None,
                    rfc822: b"x".to_vec(),
                };
                outbox::claim(tx, id, &composed, now)?;
                let ending = Ending {
                    state: LetterState::Held,
                    class: "blocked".to_owned(),
                    reply_code: Some(554),
                    reply_text: "spam".to_owned(),
                    next_try: None,
                    reason: String::new(),
                    repeat: String::new(),
                };
                outbox::finish(tx, id, &ending, now)?;
            }
            Ok(())
        })
        .unwrap();
}

/// `serve` at its most talkative, with a robot that takes, one that refuses and one that is not there.
#[test]
fn the_log_says_which_robot_and_not_its_address() {
    let dir = tempfile::tempdir().unwrap();
    let wecom = Robot::answering(200, r#"{"errcode":0,"errmsg":"ok"}"#);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    write_robots(dir.path(), &[("wecom", &wecom.url), ("feishu", &format!("http://{closed}/hook/{CANARY}"))]);
    let file = dir.path().join("config.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("\"debug\"", "\"trace\"");
    std::fs::write(&file, text).unwrap();
    refuse_three_letters(&Store::open(&dir.path().join("data")).unwrap());
    let mut child = Command::new(env!("CARGO_BIN_EXE_cuigeng"))
        .current_dir(dir.path())
        .env_remove("CREDENTIALS_DIRECTORY")
        .args(["--data", "data", "serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    // Reads on until both robots have been tried; the daemon ends by itself after the signal.
    while !(log.contains("robot=\"wecom\"") && log.contains("robot=\"feishu\"")) {
        log += &format!("{}\n", lines.next().expect("the daemon lives").unwrap());
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    log.extend(lines.map_while(Result::ok));
    assert!(child.wait().unwrap().success(), "{log}");
    for secret in [CANARY, SIGN] {
        assert!(!log.contains(secret), "{log}");
    }
    assert!(wecom.texts()[0].contains("连续三封信被当作垃圾邮件"), "{:?}", wecom.texts());
    assert!(said(&run(dir.path(), &["status"], "")).contains("告警未恢复：连续三封信"));
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
