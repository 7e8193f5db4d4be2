//! The promise: every answer that a provider is known to give means to the letter and to the queue what
//! mail.md says ("Classifying a reply", "Provider table"), over TCP, in UTF-8 and in GBK.

#[path = "replies/cases.rs"]
mod cases;

use cases::{At, CASES, HOUR, MIN, NOW, Queue, Row};
use cuigeng::clock::{Clock, Wait};
use cuigeng::config;
use cuigeng::domain::{Moment, Role};
use cuigeng::mail::post::Postman;
use cuigeng::mail::smtp::Limits;
use cuigeng::mail::{hold, pace};
use cuigeng::poll::{Lanes, Poller};
use cuigeng::secrets::FileSecrets;
use cuigeng::store::{LetterKind, LetterRow, LetterState, NewLetter, Store, outbox};
use cuigeng_adapters::http::Http;
use encoding_rs::GB18030;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Answers well until the step that is set, and there with what is set; counts what it took.
struct Server {
    port: u16,
    script: Arc<Mutex<(At, Vec<u8>)>>,
    logins: Arc<Mutex<u32>>,
}

impl Server {
    fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let script = Arc::new(Mutex::new((At::Connect, b"220 hi\r\n".to_vec())));
        let logins = Arc::new(Mutex::new(0));
        let (scripted, counted) = (Arc::clone(&script), Arc::clone(&logins));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let now = scripted.lock().unwrap().clone();
                serve(stream.unwrap(), &now, &counted);
            }
        });
        Server { port, script, logins }
    }

    fn answer(&self, at: At, bytes: Vec<u8>) {
        *self.script.lock().unwrap() = (at, bytes);
    }

    fn answer_well(&self) {
        self.answer(At::Connect, b"220 hi\r\n".to_vec());
    }
}

fn serve(mut stream: TcpStream, (at, bytes): &(At, Vec<u8>), logins: &Mutex<u32>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let mut say =
        |step: Option<At>, usual: &[u8]| stream.write_all(if step == Some(*at) { bytes } else { usual }).is_ok();
    if !say(Some(At::Connect), b"220 hi\r\n") {
        return;
    }
    while let Some(line) = lines.next() {
        let on = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => say(None, b"250-x\r\n250 AUTH PLAIN\r\n"),
            "AUTH" => {
                *logins.lock().unwrap() += 1;
                say(Some(At::Auth), b"235 in\r\n")
            }
            "MAIL" => say(Some(At::Mail), b"250 ok\r\n"),
            "RCPT" => say(Some(At::Rcpt), b"250 ok\r\n"),
            "DATA" => {
                let goes_on = *at != At::Data;
                let said = say(Some(At::Data), b"354 go\r\n");
                if goes_on {
                    lines.by_ref().find(|line| line == ".");
                }
                said && (!goes_on || say(Some(At::Dot), b"250 queued\r\n"))
            }
            _ => false,
        };
        if !on {
            return;
        }
    }
}

struct Desk {
    postman: Postman,
    store: Store,
    dir: tempfile::TempDir,
}

impl Desk {
    fn new(port: u16, preset: &str) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("secrets")).unwrap();
        std::fs::write(dir.path().join("secrets/smtp"), "correct-horse\n").unwrap();
        let text = format!(
            "mode = \"正式\"\n[office]\nclerk_mail = [\"clerk@qinghe.example\"]\n[mail]\ntransport = \"smtp\"\nfrom = \"政务公开办 <xmt@qinghe.example>\"\n[mail.smtp]\n\
             preset = \"{preset}\"\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\n\
             user = \"xmt@qinghe.example\"\npassword = \"smtp\"\n[secrets]\ndir = \"secrets\"\n"
        );
        let config = Arc::new(config::parse(&text, "config.toml", dir.path()).unwrap());
        let store = Store::open(dir.path()).unwrap();
        let secrets = Arc::new(FileSecrets::new(dir.path(), &config.secrets_dir, None));
        let poller = Poller {
            store: store.clone(),
            config: Arc::clone(&config),
            http: Http::new(None).unwrap(),
            secrets: Arc::clone(&secrets),
            clock: Arc::new(Still),
            data: dir.path().to_owned(),
            lanes: Arc::new(Lanes::default()),
        };
        let limits =
            Limits { connect: Duration::from_secs(20), reply: Duration::from_secs(20), dot: Duration::from_secs(20) };
        let postman = Postman { store: store.clone(), config, secrets, poller, data: dir.path().to_owned(), limits };
        Desk { postman, store, dir }
    }

    fn write(&self, slot: i64) -> i64 {
        let letter = NewLetter {
            kind: LetterKind::Alarm,
            recipient: "wl@qinghe.example".to_owned(),
            role: Role::Clerk,
            slot: at().plus(-slot),
            not_before: at(),
            not_after: None,
            subject: "主题".to_owned(),
            text: "正文".to_owned(),
            html: None,
            attachment: None,
            mentions: Vec::new(),
            reason: String::new(),
        };
        self.store.write(move |tx| outbox::queue(tx, &letter, false, "qinghe.example", at())).unwrap().unwrap()
    }

    fn letter(&self, id: i64) -> LetterRow {
        self.store.read(move |conn| outbox::show(conn, id)).unwrap().unwrap()
    }

    /// The letter after its next attempt, and when that was.
    async fn next_attempt(&self, id: i64, now: Moment) -> (LetterRow, Moment) {
        let paced = self.store.read(pace::read).unwrap().next;
        let when = self.letter(id).next_try.max(now).max(paced);
        assert!(self.postman.step(when).await.unwrap().did, "{:?}", self.letter(id));
        (self.letter(id), when)
    }

    fn stopped(&self) -> Option<hold::Stop> {
        self.store.read(hold::read).unwrap()
    }
}

/// Stands still at [`NOW`].
struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        at()
    }

    fn idle<'a>(&'a self, _: &'static str, _: Moment) -> Wait<'a> {
        Box::pin(std::future::pending())
    }

    fn pause(&self, _: Moment) -> Wait<'_> {
        Box::pin(std::future::ready(()))
    }

    fn ring(&self) {}
}

fn at() -> Moment {
    Moment::parse(NOW).unwrap()
}

/// With Chinese words behind it, so that the two encodings differ in every case.
fn encoded(answer: &str, gbk: bool) -> Vec<u8> {
    let text = format!("{answer}（详见帮助）\r\n");
    if gbk { GB18030.encode(&text).0.into_owned() } else { text.into_bytes() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_means_what_the_table_says() {
    let server = Server::start();
    for (preset, phase, answer, class, row, queue) in CASES {
        for gbk in [false, true] {
            let case = format!("{preset} {phase:?} {answer} {}", if gbk { "GBK" } else { "UTF-8" });
            server.answer(*phase, encoded(answer, gbk));
            let desk = Desk::new(server.port, preset);
            let id = desk.write(0);
            assert!(desk.postman.step(at()).await.unwrap().did, "{case}");
            let letter = desk.letter(id);
            assert_eq!(letter.class, *class, "{case}: {letter:?}");
            assert!(letter.reply_text.ends_with("（详见帮助）"), "{case}: {}", letter.reply_text);
            expect_row(&letter, *row, &case);
            expect_queue(&desk, *queue, &case);
        }
    }
}

fn expect_row(letter: &LetterRow, row: Row, case: &str) {
    let (state, least, most) = match row {
        Row::Again(seconds) => (LetterState::Queued, seconds, seconds + (seconds / 5).max(3 * MIN)),
        Row::Untouched => (LetterState::Queued, 0, 0),
        Row::Refused => (LetterState::Refused, 0, 0),
        Row::Held => (LetterState::Held, 0, 0),
    };
    assert_eq!(letter.state, state, "{case}: {letter:?}");
    let wait = letter.next_try.since(at());
    assert!((least..=most).contains(&wait), "{case}: tried again after {wait} s");
    assert_eq!(letter.attempts, if matches!(row, Row::Untouched) { 0 } else { 1 }, "{case}: attempts that count");
}

fn expect_queue(desk: &Desk, queue: Queue, case: &str) {
    let halved = desk.store.read(pace::read).unwrap().halved(at().date());
    let stops = desk.stopped().map(|stop| stop.until.since(at()));
    let found = match (stops, halved) {
        (Some(seconds), _) => Queue::Stops(seconds),
        (None, 0) => Queue::GoesOn,
        (None, _) => Queue::Slower,
    };
    assert_eq!(found, queue, "{case}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_suspicion_of_spam_and_the_third_unreadable_answer_go_to_a_person() {
    let server = Server::start();
    for (phase, answer, before, last) in [
        (At::Dot, "451 DT:SPM, please try again", "throttled", "blocked"),
        (At::Rcpt, "554 no", "malformed", "malformed"),
        (At::Mail, "hello", "malformed", "malformed"),
    ] {
        server.answer(phase, encoded(answer, true));
        let desk = Desk::new(server.port, "163");
        let (id, mut now) = (desk.write(0), at());
        for _ in 0..2 {
            let (letter, when) = desk.next_attempt(id, now).await;
            assert_eq!((letter.state, letter.class.as_str()), (LetterState::Queued, before), "{answer}");
            now = when;
        }
        let (letter, _) = desk.next_attempt(id, now).await;
        assert_eq!((letter.state, letter.class.as_str()), (LetterState::Held, last), "{answer}: {letter:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_mailbox_is_waited_for_one_day_from_the_first_answer() {
    let server = Server::start();
    let desk = Desk::new(server.port, "aliyun");
    let (id, mut now) = (desk.write(0), at());
    // A day of other trouble does not count.
    server.answer(At::Rcpt, encoded("451 later", false));
    while now < at().plus_days(1) {
        now = desk.next_attempt(id, now).await.1;
    }
    server.answer(At::Rcpt, encoded("552 mailbox is full", false));
    let (letter, first) = desk.next_attempt(id, now).await;
    assert_eq!(letter.state, LetterState::Queued);
    now = first;
    loop {
        let (letter, when) = desk.next_attempt(id, now).await;
        now = when;
        if letter.state == LetterState::Refused {
            assert_eq!(letter.class, "gone");
            break;
        }
        assert!(now.since(first) < 24 * HOUR, "{letter:?}");
    }
    assert!((24 * HOUR..26 * HOUR).contains(&now.since(first)));
}

#[tokio::test(flavor = "multi_thread")]
async fn three_refusals_for_spam_in_a_row_stop_the_queue_for_an_hour() {
    let server = Server::start();
    server.answer(At::Dot, encoded("554 spam", true));
    let desk = Desk::new(server.port, "custom");
    let ids: Vec<i64> = (0..4).map(|slot| desk.write(slot * HOUR)).collect();
    let mut now = at();
    for id in &ids[..3] {
        assert_eq!(desk.stopped(), None);
        let (letter, when) = desk.next_attempt(*id, now).await;
        assert_eq!(letter.state, LetterState::Held);
        now = when;
    }
    let stop = desk.stopped().unwrap();
    assert_eq!((stop.class.as_str(), stop.until.since(now)), ("blocked", HOUR));
    assert!(!desk.postman.step(now.plus(30 * MIN)).await.unwrap().did);
    server.answer_well();
    assert!(desk.postman.step(stop.until).await.unwrap().did);
    assert_eq!((desk.letter(ids[3]).state, desk.stopped()), (LetterState::Sent, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_is_tried_once_a_quarter_of_an_hour_and_at_once_with_a_new_password() {
    let server = Server::start();
    server.answer(At::Auth, encoded("535 authentication failed", true));
    let desk = Desk::new(server.port, "163");
    let ids = [desk.write(0), desk.write(HOUR)];
    let logins = || *server.logins.lock().unwrap();
    assert!(desk.postman.step(at()).await.unwrap().did);
    for minute in 1..15 {
        assert!(!desk.postman.step(at().plus(minute * MIN)).await.unwrap().did);
    }
    assert_eq!(logins(), 1, "no letter and no login presses the server");
    desk.postman.step(at().plus(15 * MIN)).await.unwrap();
    assert_eq!(logins(), 2);
    server.answer_well();
    std::fs::write(desk.dir.path().join("secrets/smtp"), "another-horse\n").unwrap();
    let mut now = at().plus(16 * MIN);
    while desk.letter(ids[0]).state != LetterState::Sent || desk.letter(ids[1]).state != LetterState::Sent {
        now = desk.postman.step(now).await.unwrap().wake.max(now.plus(1));
    }
    assert!(now.since(at()) < 18 * MIN && desk.letter(ids[0]).attempts == 1, "{now}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_ring_makes_the_mail_faster_than_its_pace() {
    let server = Server::start();
    let desk = Desk::new(server.port, "custom");
    let ids: Vec<i64> = (0..12).map(|slot| desk.write(slot * HOUR)).collect();
    let mut sent = Vec::new();
    for second in 0..200 {
        // Rung every second, as a busy office rings.
        if desk.postman.step(at().plus(second)).await.unwrap().did {
            sent.push(second);
        }
    }
    assert_eq!(sent.len(), ids.len());
    let gaps: Vec<i64> = sent.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(gaps.iter().all(|gap| (6..=10).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().collect::<std::collections::BTreeSet<_>>().len() > 2, "with jitter: {gaps:?}");
}
