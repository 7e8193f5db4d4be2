//! The steps against robots on loopback that answer as the real ones do, hang, or break off.

use super::*;
use crate::config::parse;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Mutex;

const CANARY: &str = "canary-7c1d-hook-token";
const SIGN: &str = "SEC-canary-sign";

/// A robot: answers what it was told to, in order, the last for ever; keeps what it was sent.
struct Robot {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
    script: Arc<Mutex<VecDeque<Says>>>,
}

#[derive(Clone)]
enum Says {
    /// That status and body.
    This(u16, &'static str),
    /// Nothing, ever.
    Nothing,
    /// Breaks off after the message was read.
    Hangup,
}

impl Robot {
    fn start(script: &[Says]) -> Robot {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/send/{CANARY}?key={CANARY}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(script.iter().cloned().collect::<VecDeque<_>>()));
        let (ears, mouth) = (Arc::clone(&heard), Arc::clone(&script));
        std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(body) = read(&mut stream) else { continue };
                ears.lock().unwrap().push(body);
                let mut script = mouth.lock().unwrap();
                let says = if script.len() > 1 { script.pop_front().unwrap() } else { script[0].clone() };
                match says {
                    Says::This(status, body) => drop(write!(
                        stream,
                        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                        body.len()
                    )),
                    Says::Nothing => hanging.push(stream),
                    Says::Hangup => {}
                }
            }
        });
        Robot { url, heard, script }
    }

    fn now_says(&self, says: Says) {
        *self.script.lock().unwrap() = VecDeque::from([says]);
    }

    fn heard(&self) -> Vec<String> {
        let bodies = self.heard.lock().unwrap();
        let text = |body: &String| {
            let value: serde_json::Value = serde_json::from_str(body).unwrap();
            let text = value["text"]["content"].as_str().or(value["content"]["text"].as_str());
            text.unwrap().to_owned()
        };
        bodies.iter().map(text).collect()
    }
}

fn read(stream: &mut std::net::TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}

const OK_WECOM: Says = Says::This(200, r#"{"errcode":0,"errmsg":"ok"}"#);
const OK_FEISHU: Says = Says::This(200, r#"{"code":0,"msg":"success"}"#);

struct Desk {
    alarmer: Alarmer,
    dir: tempfile::TempDir,
}

impl Desk {
    fn with(robots: &[(RobotKind, &Robot)]) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let secrets = dir.path().join("secrets");
        std::fs::create_dir(&secrets).unwrap();
        let mut text = "[office]\noperator_mail = \"op@example.cn\"\n".to_owned();
        for (kind, robot) in robots {
            let word = kind.word();
            std::fs::write(secrets.join(word), &robot.url).unwrap();
            std::fs::write(secrets.join(format!("{word}-sign")), SIGN).unwrap();
            text += &format!("[alarm.{word}]\nurl_credential = \"{word}\"\n");
            if *kind != RobotKind::Wecom {
                text += &format!("secret_credential = \"{word}-sign\"\n");
            }
        }
        let config = Arc::new(parse(&text, "config.toml", dir.path()).unwrap());
        let alarmer = Desk::alarmer(&config, dir.path());
        Desk { alarmer, dir }
    }

    fn alarmer(config: &Arc<Config>, dir: &Path) -> Alarmer {
        Alarmer {
            store: Store::open(dir).unwrap(),
            config: Arc::clone(config),
            http: Http::new(None).unwrap(),
            secrets: Arc::new(FileSecrets::new(dir, &config.secrets_dir, None)),
            data: dir.to_owned(),
            disk: |_| Some((50, 100)),
            patience_s: 1,
            started: at("2026-11-25 08:00"),
            clock: crate::clock::SystemClock::shared(),
            pulse: Pulse::default(),
        }
    }

    /// The same house after a restart.
    fn again(&mut self) {
        self.alarmer = Desk::alarmer(&self.alarmer.config.clone(), self.dir.path());
    }

    /// A letter that the server refused to log in for, or, with `sent`, took.
    fn login_refused(&self, now: Moment) -> i64 {
        self.alarmer
            .store
            .write(move |tx| {
                incidents::mail(tx, &parse("", "", Path::new("")).unwrap(), "测试", "测试", now)?;
                let id = outbox::next_due(tx, now)?.unwrap().id;
                let composed = crate::store::Composed {
                    subject: "测试".to_owned(),
                    text: "测试".to_owned(),
                    html: None,
                    rfc822: b"x".to_vec(),
                };
                outbox::claim(tx, id, &composed, now)?;
                outbox::finish(tx, id, &ending(LetterState::Queued, "auth", now), now)?;
                Ok(id)
            })
            .unwrap()
    }

    fn login_accepted(&self, id: i64, now: Moment) {
        self.alarmer
            .store
            .write(move |tx| {
                let composed = crate::store::Composed {
                    subject: "测试".to_owned(),
                    text: "测试".to_owned(),
                    html: None,
                    rfc822: b"x".to_vec(),
                };
                outbox::claim(tx, id, &composed, now)?;
                outbox::finish(tx, id, &ending(LetterState::Sent, "accepted", now), now)
            })
            .unwrap();
    }

    /// Steps every half minute from one time to the other.
    async fn live(&self, from: &str, to: &str) {
        let mut now = at(from);
        while now < at(to) {
            self.alarmer.step(now).await.unwrap();
            now = now.plus(30);
        }
    }
}

use crate::store::{Ending, LetterState, outbox};
use causes::Blind;

fn ending(state: LetterState, class: &str, now: Moment) -> Ending {
    let reply_text = "535 login fail".to_owned();
    let next_try = Some(now.plus(900));
    Ending {
        state,
        class: class.to_owned(),
        reply_code: Some(535),
        reply_text,
        next_try,
        reason: String::new(),
        repeat: String::new(),
    }
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

#[tokio::test]
async fn one_message_repeated_and_closed_and_a_restart_repeats_nothing() {
    let robot = Robot::start(&[OK_WECOM]);
    let mut desk = Desk::with(&[(RobotKind::Wecom, &robot)]);
    desk.live("2026-11-25 09:58", "2026-11-25 10:00").await;
    assert_eq!(robot.heard(), Vec::<String>::new());
    let letter = desk.login_refused(at("2026-11-25 10:00"));
    desk.live("2026-11-25 10:00", "2026-11-25 10:30").await;
    desk.again();
    desk.live("2026-11-25 10:30", "2026-11-25 15:00").await;
    let heard = robot.heard();
    assert_eq!(heard.len(), 3, "{heard:?}");
    assert!(heard.iter().all(|text| text.starts_with("更新提醒　运行告警：邮箱登录失败")), "{heard:?}");
    assert!(heard[0].contains("535 login fail") && !heard[0].contains("尚未恢复"), "{heard:?}");
    assert!(heard[2].contains("11月25日10:00起，尚未恢复"), "{heard:?}");
    desk.login_accepted(letter, at("2026-11-25 15:00"));
    desk.again();
    desk.live("2026-11-25 15:00", "2026-11-25 18:00").await;
    let heard = robot.heard();
    assert_eq!(heard.len(), 4, "{heard:?}");
    assert!(heard[3].starts_with("更新提醒　已恢复：邮箱登录失败"), "{heard:?}");
    // The same trouble again is a new alarm.
    desk.login_refused(at("2026-11-25 18:00"));
    desk.live("2026-11-25 18:00", "2026-11-25 18:10").await;
    assert_eq!(robot.heard().len(), 5);
}

#[tokio::test]
async fn refused_until_taken_and_tries_are_bounded() {
    let robot = Robot::start(&[
        Says::This(502, "bad gateway"),
        Says::Hangup,
        Says::This(200, r#"{"errcode":45009,"errmsg":"freq"}"#),
        OK_WECOM,
    ]);
    let desk = Desk::with(&[(RobotKind::Wecom, &robot)]);
    desk.login_refused(at("2026-11-25 10:00"));
    desk.live("2026-11-25 10:00", "2026-11-25 10:40").await;
    assert_eq!(robot.heard().len(), 4, "{:?}", robot.heard());
    let kept = desk.alarmer.store.read(|conn| alarms::list(conn, 9)).unwrap();
    assert_eq!((kept.len(), kept[0].attempts, kept[0].state.as_str()), (1, 4, "sent"));

    let deaf = Robot::start(&[Says::This(200, r#"{"errcode":7,"errmsg":"?"}"#)]);
    let desk = Desk::with(&[(RobotKind::Wecom, &deaf)]);
    desk.login_refused(at("2026-11-25 10:00"));
    desk.live("2026-11-25 10:00", "2026-11-25 10:59").await;
    assert_eq!(deaf.heard().len(), 3);
    let kept = desk.alarmer.store.read(|conn| alarms::list(conn, 9)).unwrap();
    assert_eq!((kept[0].state.as_str(), kept[0].class.as_str(), kept[0].code), ("failed", "malformed", Some(7)));
}

#[tokio::test]
async fn a_crash_between_sending_and_keeping_sends_again_and_not_for_ever() {
    let robot = Robot::start(&[OK_WECOM]);
    let mut desk = Desk::with(&[(RobotKind::Wecom, &robot)]);
    desk.login_refused(at("2026-11-25 10:00"));
    desk.alarmer.note(at("2026-11-25 10:00")).await.unwrap();
    let due = desk.alarmer.store.read(|conn| alarms::due(conn, "wecom", at("2026-11-25 10:00"))).unwrap().unwrap();
    // Claimed, and then the power fails.
    desk.alarmer.store.write(move |tx| alarms::claim(tx, &due, at("2026-11-25 10:00"))).unwrap();
    desk.again();
    desk.live("2026-11-25 10:00", "2026-11-25 10:05").await;
    assert_eq!(robot.heard().len(), 1);
    let kept = desk.alarmer.store.read(|conn| alarms::list(conn, 9)).unwrap();
    assert_eq!((kept[0].attempts, kept[0].state.as_str()), (2, "sent"));
}

#[tokio::test]
async fn a_robot_that_hangs_delays_no_other() {
    let (hangs, fine) = (Robot::start(&[Says::Nothing]), Robot::start(&[OK_FEISHU]));
    let desk = Desk::with(&[(RobotKind::Wecom, &hangs), (RobotKind::Feishu, &fine)]);
    desk.login_refused(at("2026-11-25 10:02"));
    desk.alarmer.step(at("2026-11-25 10:02")).await.unwrap();
    assert_eq!((hangs.heard().len(), fine.heard().len()), (1, 1));
    let kept = desk.alarmer.store.read(|conn| alarms::list(conn, 9)).unwrap();
    let state = |channel: &str| kept.iter().find(|notice| notice.channel == channel).unwrap();
    assert_eq!((state("feishu").state.as_str(), state("wecom").state.as_str()), ("sent", "queued"));
    assert_eq!((state("wecom").class.as_str(), state("wecom").words.as_str()), ("transient", "1秒内没有回答"));
}

/// An opening that no robot ever took is not closed; one that may have arrived is.
#[tokio::test]
async fn a_trouble_that_ends_before_it_was_told_is_not_told() {
    let robot = Robot::start(&[Says::This(200, r#"{"errcode":45009,"errmsg":"freq"}"#)]);
    let desk = Desk::with(&[(RobotKind::Wecom, &robot)]);
    let letter = desk.login_refused(at("2026-11-25 10:00"));
    desk.alarmer.note(at("2026-11-25 10:00")).await.unwrap();
    desk.login_accepted(letter, at("2026-11-25 10:00"));
    desk.live("2026-11-25 10:00", "2026-11-25 10:30").await;
    assert_eq!(robot.heard(), Vec::<String>::new());
    robot.now_says(OK_WECOM);
}

#[tokio::test]
async fn a_robot_with_a_bad_key_is_told_by_mail_and_to_the_others() {
    let bad = Robot::start(&[Says::This(200, r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#)]);
    let fine = Robot::start(&[OK_FEISHU]);
    let desk = Desk::with(&[(RobotKind::Wecom, &bad), (RobotKind::Feishu, &fine)]);
    desk.login_refused(at("2026-11-25 10:02"));
    desk.live("2026-11-25 10:02", "2026-11-25 10:12").await;
    assert_eq!(bad.heard().len(), 1, "left alone for a quarter of an hour");
    assert!(fine.heard().iter().any(|text| text.contains("企业微信机器人不接受告警")), "{:?}", fine.heard());
    let letters = desk.alarmer.store.read(|conn| outbox::list(conn, 9)).unwrap();
    assert!(
        letters
            .iter()
            .any(|l| l.recipient == "op@example.cn" && l.text.contains("93000")
                || l.text.contains("invalid webhook url"))
    );
    bad.now_says(OK_WECOM);
    desk.live("2026-11-25 10:12", "2026-11-25 11:40").await;
    assert!(fine.heard().iter().any(|text| text.contains("已恢复：企业微信")), "{:?}", fine.heard());
}

#[tokio::test]
async fn secrets_are_nowhere() {
    let robot = Robot::start(&[Says::This(200, r#"{"code":19021,"msg":"sign match fail canary-7c1d-hook-token"}"#)]);
    let desk = Desk::with(&[(RobotKind::Feishu, &robot), (RobotKind::Dingtalk, &robot)]);
    desk.login_refused(at("2026-11-25 10:02"));
    desk.live("2026-11-25 10:02", "2026-11-25 10:06").await;
    let answer = desk.alarmer.test(&desk.alarmer.config.alarms[1], at("2026-11-25 10:06")).await.unwrap();
    assert!(answer.is_err() && !format!("{answer:?}").contains("canary"), "{answer:?}");
    let Desk { alarmer, dir } = desk;
    drop(alarmer);
    for name in ["cuigeng.db", "cuigeng.db-wal"] {
        let bytes = std::fs::read(dir.path().join(name)).unwrap_or_default();
        for secret in [CANARY, SIGN] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{name}: {secret}");
        }
    }
    // A robot that cannot be reached: the client's own words would hold the path.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook/{CANARY}", nobody.local_addr().unwrap());
    drop(nobody);
    let gone = Robot { url, heard: Arc::default(), script: Arc::default() };
    let desk = Desk::with(&[(RobotKind::Feishu, &gone)]);
    let answer = desk.alarmer.test(&desk.alarmer.config.alarms[0], at("2026-11-25 10:06")).await.unwrap();
    assert_eq!(answer, Err(Refusal::new(Class::Transient, "连不上")));
}

/// Many causes at once: the robot's limit of 20 a minute is kept.
#[tokio::test]
async fn the_pace_is_kept() {
    let robot = Robot::start(&[OK_WECOM]);
    let desk = Desk::with(&[(RobotKind::Wecom, &robot)]);
    desk.alarmer
        .store
        .write(|tx| {
            for n in 0..40 {
                let cause = Cause {
                    key: format!("c{n}"),
                    mark: 0,
                    subject: format!("事项{n}"),
                    detail: String::new(),
                    cure: "无".to_owned(),
                    rhythm: plan::Rhythm::Ladder,
                    by_mail: false,
                    source: None,
                };
                let now = at("2026-11-25 10:00");
                let rise = plan::rise(&cause, None, &["wecom"], now).unwrap();
                let alarm = alarms::rise(tx, &cause, &rise)?;
                alarms::queue(tx, alarm, "wecom", (1, 0), "更新提醒", now)?;
            }
            Ok(())
        })
        .unwrap();
    let mut now = at("2026-11-25 10:00");
    while now < at("2026-11-25 10:01") {
        now = desk.alarmer.send(now).await.unwrap().max(now.plus(1));
    }
    assert!((10..=20).contains(&robot.heard().len()), "{}", robot.heard().len());
}

/// Begun at ten, silenced at half past: nothing more is said, not even that it is over, until the silence is.
#[tokio::test]
async fn a_silenced_source_is_neither_repeated_nor_said_to_be_over() {
    use crate::silence::Scope;
    let robot = Robot::start(&[OK_WECOM]);
    let mut desk = Desk::with(&[(RobotKind::Wecom, &robot)]);
    let text = "[sources.a]\nkind = \"inbox\"\n[alarm.wecom]\nurl_credential = \"wecom\"\n";
    desk.alarmer.config = Arc::new(parse(text, "config.toml", desk.dir.path()).unwrap());
    let failed = Blind { source: "a".to_owned(), class: Class::Auth, since: at("2026-11-25 10:00") };
    let step = async |now: &str| {
        let causes = causes::causes(&causes::Facts { sources: vec![failed.clone()], ..Default::default() }, at(now));
        let (config, now) = (Arc::clone(&desk.alarmer.config), at(now));
        let silences = desk.alarmer.store.read(|conn| silences::active(conn, now)).unwrap();
        let open = desk.alarmer.store.read(alarms::open).unwrap();
        let news = News::of(&config, causes, open, &silences, now);
        desk.alarmer.store.write(move |tx| keep(tx, &config, &news, now)).unwrap();
        desk.alarmer.send(now).await.unwrap();
    };
    step("2026-11-25 10:00").await;
    let quiet = Silence {
        id: 0,
        scope: Scope::Source("a".to_owned()),
        name: "a".to_owned(),
        reason: "机房搬迁".to_owned(),
        by: "李四".to_owned(),
        at: at("2026-11-25 10:30"),
        until: at("2026-11-25 12:00"),
        until_recovered: false,
        ended: None,
        hushed: 0,
    };
    desk.alarmer.store.write(move |tx| silences::add(tx, &quiet)).unwrap();
    for now in ["2026-11-25 11:00", "2026-11-25 11:30", "2026-11-25 11:59"] {
        step(now).await;
    }
    assert_eq!(robot.heard().len(), 1, "{:?}", robot.heard());
    assert_eq!(desk.alarmer.store.read(silences::list).unwrap()[0].hushed, 1);
    step("2026-11-25 12:00").await;
    assert_eq!(robot.heard().len(), 2);
    assert!(robot.heard()[1].contains("尚未恢复"), "{:?}", robot.heard());
}

/// A round of looks that keeps look after look moves; one that hangs does not. Nobody has a backup here.
#[tokio::test]
async fn a_task_that_hangs_in_its_step_is_told_and_its_end_too() {
    let robot = Robot::start(&[OK_WECOM]);
    let desk = Desk::with(&[(RobotKind::Wecom, &robot)]);
    let now = at("2026-11-25 09:00");
    desk.alarmer.pulse.begins("mail", now);
    desk.alarmer.step(now.plus(600)).await.unwrap();
    assert_eq!(robot.heard(), Vec::<String>::new(), "ten minutes are a mail server's right");
    desk.alarmer.step(now.plus(660)).await.unwrap();
    assert!(robot.heard()[0].contains("发信任务11分钟没有动作"), "{:?}", robot.heard());
    desk.alarmer.pulse.rests("mail");
    desk.alarmer.step(now.plus(900)).await.unwrap();
    assert!(robot.heard()[1].contains("已恢复：发信任务"), "{:?}", robot.heard());
}

#[tokio::test]
async fn an_old_backup_is_told_and_a_missing_one_after_the_first_night() {
    let robot = Robot::start(&[OK_WECOM]);
    let desk = Desk::with(&[(RobotKind::Wecom, &robot)]);
    let backups = desk.dir.path().join("backups");
    std::fs::create_dir(&backups).unwrap();
    std::fs::write(backups.join("cuigeng-1.db.part"), "half").unwrap();
    desk.alarmer.step(at("2026-11-25 09:00")).await.unwrap();
    assert_eq!(robot.heard(), Vec::<String>::new());
    let keeper = crate::backup::Keeper { store: desk.alarmer.store.clone(), config: Arc::clone(&desk.alarmer.config) };
    keeper.step(at("2026-11-25 09:00")).await.unwrap();
    desk.alarmer.step(at("2026-11-26 04:30")).await.unwrap();
    assert_eq!(robot.heard(), Vec::<String>::new(), "two hours for the first night");
    desk.alarmer.step(at("2026-11-26 04:31")).await.unwrap();
    assert!(robot.heard()[0].contains("一次备份也没有做成过"), "{:?}", robot.heard());
    keeper.step(at("2026-11-26 10:00")).await.unwrap();
    let heard = |word: &str| robot.heard().iter().any(|text| text.contains(word));
    for now in ["2026-11-26 10:01", "2026-11-26 10:02"] {
        desk.alarmer.step(at(now)).await.unwrap();
    }
    assert!(heard("已恢复：一次备份也没有做成过"), "{:?}", robot.heard());
    assert!(backups.join("cuigeng-20261126T100000.db").is_file() && !backups.join("cuigeng-1.db").exists());
    for now in ["2026-11-27 13:00", "2026-11-27 13:01"] {
        desk.alarmer.step(at(now)).await.unwrap();
    }
    assert!(heard("最近一次备份已是27小时前"), "{:?}", robot.heard());
}
