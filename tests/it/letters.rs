//! The promise: an owner understands what is missing and by when, a letter that does not arrive is
//! seen first, and what a person does with one is allowed, done once, and written down.

mod before;
mod day;
mod doubt;
mod group;
mod recall;
pub(crate) mod server;

use chrono::{Datelike, NaiveDate, Weekday};
use cuigeng::Step;
use cuigeng::clock::{Clock, SystemClock};
use cuigeng::config::{self, Config};
use cuigeng::domain::Moment;
use cuigeng::inspect::Inspector;
use cuigeng::mail::post::Postman;
use cuigeng::mail::smtp::Limits;
use cuigeng::poll::{Lanes, Poller};
use cuigeng::secrets::FileSecrets;
use cuigeng::store::{LetterRow, LetterState, Store, accounts, attest, outbox};
use cuigeng_adapters::http::Http;
use serde_json::{Value, json};
use server::Server;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use tempfile::TempDir;

struct Office {
    dir: TempDir,
    server: Server,
}

const ACCOUNTS: &str = "账号名称,平台,主办单位,主管单位,运维邮箱\n\
青禾文旅,新浪微博,青禾县文旅局,青禾县政府办,wl@qinghe.example\n\
青禾应急,抖音,青禾县应急局,青禾县政府办,\n\
青禾交通,新浪微博,青禾县交通局,青禾县政府办,jt@qinghe.example\n";

impl Office {
    fn new() -> Office {
        let office = Office { dir: TempDir::new().unwrap(), server: Server::start() };
        office.file(
            "config.toml",
            &format!(
                "mode = \"正式\"\n[office]\nname = \"青禾县政务公开办\"\nclerk_mail = \"clerk@qinghe.example\"\ncontact = \"0000-7654321\"\n\
                 [mail]\ntransport = \"smtp\"\nfrom = \"青禾县政务公开办 <xmt@qinghe.example>\"\n\
                 [mail.smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nuser = \"xmt@qinghe.example\"\npassword = \"smtp\"\n",
                office.server.port
            ),
        );
        office.password("PASSWORD-CANARY");
        office.file("台账.csv", ACCOUNTS);
        // Before there is an account: what a switch lets go at once depends on the weekday of the test.
        office.ok(&["mode", "正式", "--by", "李四"]);
        office.ok(&["account", "import", "台账.csv"]);
        office
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn password(&self, text: &str) {
        std::fs::create_dir_all(self.path().join("secrets")).unwrap();
        self.file("secrets/smtp", text);
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        command.current_dir(self.path()).args(["--config", "config.toml", "--data", "data"]).args(args);
        command.output().unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success(), "{args:?}: {out}{err}");
        out
    }

    fn refused(&self, args: &[&str], exit: i32) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[&["--json"], args].concat())).unwrap()
    }

    fn store(&self) -> Store {
        Store::open(&self.path().join("data")).unwrap()
    }

    fn config(&self) -> Arc<Config> {
        Arc::new(config::load(Some(&self.path().join("config.toml"))).unwrap())
    }

    /// Posts of an account by hand.
    fn posted(&self, rows: &[(&str, &str, &str)]) {
        let rows: String = rows.iter().map(|(name, at, title)| format!("{name},,{at},{title}\n")).collect();
        let rows = rows.replace("青禾应急,,", "青禾应急,抖音,").replace("青禾文旅,,", "青禾文旅,新浪微博,");
        self.file(
            "发布.csv",
            &format!("账号名称,平台,发布时间,标题\n{}", rows.replace("青禾交通,,", "青禾交通,新浪微博,")),
        );
        self.ok(&["post", "import", "发布.csv"]);
    }

    /// Somebody has looked at every account.
    fn watched(&self, from: Moment, to: Moment) {
        self.store()
            .write(move |tx| {
                for account in accounts::all(tx)? {
                    attest::attest(tx, account.id, from, to, "甲", to)?;
                }
                Ok(())
            })
            .unwrap();
    }

    /// The daemon's judging and sending, freshly started.
    fn desk(&self) -> (Inspector, Postman) {
        let (store, config, data) = (self.store(), self.config(), self.path().join("data"));
        let secrets = Arc::new(FileSecrets::new(&data, &config.secrets_dir, None));
        let poller = Poller {
            store: store.clone(),
            config: Arc::clone(&config),
            http: Http::new(None).unwrap(),
            secrets: Arc::clone(&secrets),
            clock: SystemClock::shared(),
            data: data.clone(),
            lanes: Arc::new(Lanes::as_kept(Default::default())),
        };
        let inspector = Inspector::new(store.clone(), Arc::clone(&config));
        (inspector, Postman { store, config, secrets, poller, data, limits: Limits::default() })
    }

    /// Judges at `now` and sends until nothing is left to do.
    fn live(&self, now: Moment) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (inspector, postman) = self.desk();
        runtime.block_on(async {
            inspector.step(now).await.unwrap();
            // Letters keep their pace: each step says when the next one may be.
            let mut later = now;
            while let Step { did: true, wake } = postman.step(later).await.unwrap() {
                later = wake;
            }
        });
    }

    fn letters(&self) -> Vec<LetterRow> {
        self.store().read(|conn| outbox::list(conn, 100)).unwrap()
    }

    fn to(&self, recipient: &str) -> LetterRow {
        self.letters().into_iter().find(|letter| letter.recipient == recipient).unwrap()
    }

    fn audit(&self, what: &str) -> usize {
        let database = self.path().join("data/cuigeng.db");
        let bytes = std::fs::read(&database).unwrap();
        let wal = std::fs::read(database.with_extension("db-wal")).unwrap_or_default();
        [bytes, wal].concat().windows(what.len()).filter(|window| *window == what.as_bytes()).count()
    }
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// Why a letter is owed, without what must happen before.
fn reason(letter: &Value) -> String {
    letter["reason"].as_str().unwrap().trim_end_matches("（没有来源的账号当天有人核查过才发）").to_owned()
}

/// Week 2026-07-20, Thursday: one update seen of two in 文旅, silence since the 13th in 应急.
fn thursday() -> (Office, Moment) {
    let office = Office::new();
    let now = at("2026-07-23 09:00");
    office.posted(&[
        ("青禾文旅", "2026-07-14 20:15", "伏天里的青禾老街"),
        ("青禾文旅", "2026-07-21 10:00", "夜市"),
        ("青禾应急", "2026-07-13 08:00", "防汛"),
        ("青禾交通", "2026-07-20 08:00", "一"),
        ("青禾交通", "2026-07-21 08:00", "二"),
    ]);
    office.watched(at("2026-07-01 00:00"), now.plus(-480));
    (office, now)
}

#[test]
fn a_letter_says_what_is_missing_and_a_repeat_what_has_changed() {
    let (office, thursday) = thursday();
    office.live(thursday);
    let letter = office.to("wl@qinghe.example");
    assert_eq!(letter.state, LetterState::Sent);
    assert_eq!(letter.subject, "【更新提醒】青禾县文旅局：青禾文旅（新浪微博）本周还差1次，7月26日（周日）24时前补齐");
    for said in [
        "本周（7月20日至26日）已更新1次，应更新2次，还差1次",
        "最近更新：7月21日10:00《夜市》，已2天",
        "核对：8时52分，人工核查，已看到7月1日以来的发布",
        "联系：青禾县政务公开办　0000-7654321",
        "短信文本：【更新提醒】青禾文旅",
    ] {
        assert!(letter.text.contains(said), "{said}\n{}", letter.text);
    }
    let raw = office.server.letters();
    assert!(raw.iter().any(|raw| raw.contains("multipart/alternative") && raw.contains("text/html")), "{raw:?}");
    assert!(raw.iter().all(|raw| raw.split("\r\n\r\n").next().unwrap().matches("Subject:").count() == 1));
    office.watched(thursday.plus(-480), at("2026-07-24 08:52"));
    office.live(at("2026-07-24 09:00"));
    let again = office.to("wl@qinghe.example");
    assert!(again.subject.starts_with("【更新提醒】第2次提醒 "), "{}", again.subject);
    assert!(again.text.contains("与上次相比：没有监测到新的更新，还差1次。"), "{}", again.text);
    assert!(office.letters().iter().all(|letter| letter.recipient != "jt@qinghe.example"), "nothing to say to 交通");
}

#[test]
fn a_refused_login_stops_the_queue_over_a_restart_and_is_tried_without_a_letter() {
    let (office, now) = thursday();
    office.server.answers("AUTH", "535 please use the authorization code", false);
    office.live(now);
    assert_eq!((office.server.heard("AUTH"), office.server.heard("MAIL")), (1, 0), "one login for all letters");
    // Every call is a new postman: a restart presses nobody.
    office.live(now.plus(60));
    office.live(now.plus(899));
    assert_eq!(office.server.heard("AUTH"), 1);
    office.live(now.plus(900));
    assert_eq!((office.server.heard("AUTH"), office.server.heard("MAIL")), (2, 0), "a login, no letter");
    let status = office.ok(&["status"]);
    let first = status.lines().next().unwrap();
    assert!(
        first.contains("发信已暂停") && first.contains("authorization code") && first.contains("授权码"),
        "{status}"
    );
    assert!(first.contains("自2026-07-23 09:00起"), "{first}");
    assert!(office.letters().iter().all(|letter| letter.state == LetterState::Queued && letter.attempts == 0));
    office.server.forgets();
    office.password("ANOTHER-CANARY");
    office.live(now.plus(960));
    assert!(office.letters().iter().all(|letter| letter.state == LetterState::Sent && letter.attempts == 1));
    assert!(!office.ok(&["status"]).contains("发信已暂停"));
    assert_eq!(office.audit("CANARY"), 0, "no password in the database");
}

#[test]
fn too_many_logins_are_answered_with_an_hour_of_rest() {
    let (office, now) = thursday();
    office.server.answers("AUTH", "535 authenticate too many times", false);
    office.live(now);
    office.live(now.plus(3599));
    assert_eq!(office.server.heard("AUTH"), 1);
    office.live(now.plus(3600));
    assert_eq!(office.server.heard("AUTH"), 2);
}

#[test]
fn a_refused_setting_stops_the_queue_until_it_is_changed() {
    let (office, now) = thursday();
    office.server.answers("MAIL", "553 Mail from must equal authorized user", false);
    office.live(now);
    office.live(now.plus(3599));
    assert_eq!((office.server.heard("MAIL"), office.server.letters().len()), (1, 0), "one letter for all");
    assert!(office.ok(&["status"]).lines().next().unwrap().contains("发件地址须与登录名一致"));
    office.server.forgets();
    let config = std::fs::read_to_string(office.path().join("config.toml")).unwrap();
    office.file("config.toml", &config.replace("<xmt@qinghe", "<gk@qinghe"));
    office.live(now.plus(3600 - 1));
    assert!(office.letters().iter().all(|letter| letter.state == LetterState::Sent && letter.attempts == 1));
}

#[test]
fn a_letter_that_may_have_arrived_waits_for_a_person_and_says_so_when_it_is_sent_again() {
    let (office, now) = thursday();
    office.server.answers("RCPT TO:<clerk@", "451 later", false);
    office.server.answers("DOT", "", true);
    office.live(now);
    let letter = office.to("wl@qinghe.example");
    assert_eq!(letter.state, LetterState::Doubtful);
    let id = letter.id.to_string();
    let why = office.refused(&["outbox", "retry", &id, "--by", "张三"], 1);
    assert!(why.contains("疑似已发") && why.contains("先向收件人核实"), "{why}");
    office.live(now.plus(601));
    assert_eq!(office.to("wl@qinghe.example").state, LetterState::Held);
    // The deadline lies in the past of the clock on the wall, which a command asks.
    assert!(office.refused(&["outbox", "retry", &id, "--by", "张三"], 1).contains("期限已过"));
    let retried = letter.id;
    office
        .store()
        .write(move |tx| {
            cuigeng::store::desk::act(tx, retried, &cuigeng::store::desk::Deed::Retry, "张三", now.plus(700))
        })
        .unwrap()
        .unwrap();
    office.live(now.plus(700));
    let sent = office.to("wl@qinghe.example");
    assert_eq!((sent.state, sent.message_id == letter.message_id), (LetterState::Sent, true));
    assert!(sent.text.starts_with("（可能重复）") && sent.html.unwrap().contains("（可能重复）"), "{}", sent.text);
    assert_eq!(office.server.letters().len(), 1);
}

#[test]
fn dead_letters_come_first_and_every_deed_has_a_name() {
    let (office, now) = thursday();
    office.server.answers("RCPT TO:<wl@", "550 5.1.1 no such user here", false);
    office.server.answers("DOT", "554 content rejected", false);
    office.live(now);
    let (gone, spam) = (office.to("wl@qinghe.example"), office.to("clerk@qinghe.example"));
    assert_eq!((gone.state, spam.state), (LetterState::Refused, LetterState::Held));
    let list = office.ok(&["outbox", "list"]);
    let first: Vec<&str> = list.lines().take(4).collect();
    assert!(first[0].contains("需要处理的2封") && list.contains("550 5.1.1 no such user here"), "{list}");
    let status = office.ok(&["status"]);
    assert!(status.lines().next().unwrap().contains("有2封信没有送达"), "{status}");
    let json = office.json(&["outbox", "list"]);
    assert!(json[0]["dead"] == true && json[1]["dead"] == true, "{json}");
    let (gone, spam) = (gone.id.to_string(), spam.id.to_string());
    office.refused(&["outbox", "cancel", &gone, "--by", "张三"], 2);
    assert!(office.refused(&["outbox", "cancel", &gone, "--by", " ", "--reason", "x"], 2).contains("--by"));
    assert!(office.refused(&["outbox", "arrived", &gone, "--by", "张三"], 1).contains("outbox called"));
    assert!(office.refused(&["outbox", "retry", "999", "--by", "张三"], 1).contains("没有编号为999的信"));
    office.ok(&["outbox", "cancel", &gone, "--by", "张三", "--reason", "号码已更正"]);
    assert!(
        office.refused(&["outbox", "cancel", &gone, "--by", "张三", "--reason", "再来"], 1).contains("已经由人取消")
    );
    office.ok(&["outbox", "arrived", &spam, "--by", "李四"]);
    assert!(office.refused(&["outbox", "arrived", &spam, "--by", "李四"], 1).contains("不能再改"));
    assert!(office.ok(&["outbox", "show", &spam]).contains("李四向收件人核实"));
    assert!(!office.ok(&["outbox", "list"]).contains("需要处理"));
    for deed in ["letter.cancel", "letter.arrived"] {
        assert!(office.audit(deed) > 0, "{deed}");
    }
}

/// The first moment of a working day on which letters leave that lies behind: today or yesterday.
fn last_morning(now: Moment) -> Moment {
    let ten = Moment::start_of(now.date()).plus(10 * 3600);
    if ten > now { ten.plus_days(-1) } else { ten }
}

/// A calendar in which no day is off, so that a test on the clock on the wall may run on any day.
fn all_worked(now: Moment) -> String {
    let weekend = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let year = |year: i32| {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let worked: Vec<NaiveDate> = first.iter_days().take_while(|day| day.year() == year).filter(weekend).collect();
        (year.to_string(), json!({ "holidays": [], "worked": worked }))
    };
    let here = now.date().year();
    Value::Object((here - 1..=here + 1).map(year).collect()).to_string()
}

/// A command asks the clock on the wall, so this silence began twelve days before today.
#[test]
fn whoever_has_no_mailbox_is_called_and_a_call_counts() {
    let office = Office::new();
    let now = SystemClock::shared().now();
    office.file("calendar.json", &all_worked(now));
    let config = std::fs::read_to_string(office.path().join("config.toml")).unwrap();
    office.file("config.toml", &format!("{config}[calendar]\nfile = [\"calendar.json\"]\n"));
    let day = |days: i64| now.plus_days(-days).beijing().format("%Y-%m-%d 00:00").to_string();
    office.posted(&[("青禾文旅", &day(0), "今"), ("青禾应急", &day(12), "防汛"), ("青禾交通", &day(0), "今")]);
    office.watched(now.plus_days(-20), now);
    office.server.answers("RCPT", "451 later", false);
    office.live(last_morning(now));
    let letter = office.to("clerk@qinghe.example");
    assert_eq!(letter.state, LetterState::Queued);
    let calls = office.json(&["letters", "calls"]);
    let call = calls.as_array().unwrap().iter().find(|call| call["account"] == "青禾应急（抖音）").unwrap();
    assert!(call["why"] == "无联系人" && call["fact"].as_str().unwrap().contains("已12天未监测到更新"), "{calls}");
    assert!(call["sms"].as_str().unwrap().chars().count() <= 70);
    office.ok(&["letters", "calls", "--out", "清单.xlsx"]);
    assert!(std::fs::read(office.path().join("清单.xlsx")).unwrap().starts_with(b"PK"));
    let id = letter.id.to_string();
    let early = office.refused(&["outbox", "called", &id, "--by", "张三", "--at", "2020-01-01T09:00"], 1);
    assert!(early.contains("早于它应发的时间"), "{early}");
    assert!(
        office.refused(&["outbox", "called", &id, "--by", "张三", "--at", "2099-01-01T09:00"], 2).contains("还没有到")
    );
    let other = office.refused(&["outbox", "called", &id, "--by", "张三", "--account", "青禾交通"], 1);
    assert!(other.contains("不在这封信里"), "{other}");
    office.ok(&["outbox", "called", &id, "--by", "张三", "--note", "答应今天发"]);
    let called = office.to("clerk@qinghe.example");
    assert_eq!((called.state, called.sent_at), (LetterState::Phoned, None), "no server has it");
    assert!(office.ok(&["outbox", "list"]).contains("已电话告知"));
    assert!(office.refused(&["outbox", "retry", &id, "--by", "张三"], 1).contains("已经电话告知"));
    let shown = office.ok(&["outbox", "show", &id]);
    assert!(shown.contains("电话通知 青禾应急（抖音）") && shown.contains("答应今天发"), "{shown}");
    assert!(office.refused(&["outbox", "called", &id, "--by", "张三"], 1).contains("已经登记过通话"));
    let left = office.json(&["letters", "calls"]);
    assert!(left.as_array().unwrap().iter().all(|call| call["account"] != "青禾应急（抖音）"), "{left}");
    assert!(office.audit("letter.called") > 0);
}
