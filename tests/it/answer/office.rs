//! An office for these tests: the real daemon on loopback with its web server, a mail server that keeps
//! what it gets, and the office's own site on which posts appear.

use super::hand::Hand;
use crate::letters::server::Server;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cuigeng::clock::Clock;
use cuigeng::config;
use cuigeng::daemon::Daemon;
use cuigeng::domain::{AccountId, Moment};
use cuigeng::store::answers::{self, AnswerRow};
use cuigeng::store::{LetterRow, Store, meta, outbox};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A name that would run if anybody believed it.
pub(crate) const EVIL: &str = "青禾<script>alert(1)</script>\"'";
/// Thursday of the week 2026-07-20, ten minutes before letters leave.
pub(crate) const STARTS: &str = "2026-07-23 08:50";

pub(crate) fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// Posts that the site shows: account key, time.
type Posts = Arc<Mutex<Vec<(&'static str, Moment)>>>;

pub(crate) struct Office {
    pub(crate) dir: TempDir,
    pub(crate) mail: Server,
    pub(crate) clock: Arc<Hand>,
    pub(crate) port: u16,
    posts: Posts,
    stop: Option<oneshot::Sender<()>>,
    runs: Option<JoinHandle<()>>,
}

/// What a page answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Office {
    /// An office whose daemon is at work; the first letters leave at 09:00.
    pub(crate) async fn open(mode: &str) -> Office {
        let office = Office::closed(mode);
        office.began().await
    }

    /// An office with three accounts, at rest.
    pub(crate) fn closed(mode: &str) -> Office {
        let office = Office::bare(mode);
        let rows = format!(
            "账号名称,平台,账号标识,主办单位,运维邮箱,来源,来源参数\n\
             青禾文旅,新浪微博,w1,青禾县文旅局,wl@qinghe.example,site,w1\n\
             \"{}\",抖音,d1,青禾县文旅局,wl@qinghe.example,site,d1\n\
             青禾交通,新浪微博,j1,青禾县交通局,jt@qinghe.example,site,j1\n",
            EVIL.replace('"', "\"\"")
        );
        office.file("台账.csv", &rows);
        // Before there is an account: what a switch lets go at once depends on the weekday of the test.
        if mode == "正式" {
            office.ok(&["mode", "正式", "--by", "张三"]);
        }
        office.ok(&["account", "import", "台账.csv"]);
        office
    }

    /// Just installed: configured, without a database.
    pub(crate) fn bare(mode: &str) -> Office {
        let posts: Posts = Arc::default();
        let (site, port) = (site(Arc::clone(&posts)), free_port());
        let office = Office {
            dir: TempDir::new().unwrap(),
            mail: Server::start(),
            clock: Arc::new(Hand::at(at(STARTS))),
            port,
            posts,
            stop: None,
            runs: None,
        };
        office.file("config.toml", &config_text(mode, office.mail.port, port, site));
        std::fs::create_dir(office.dir.path().join("secrets")).unwrap();
        office.file("secrets/smtp", "PASSWORD");
        office
    }

    pub(crate) async fn began(mut self) -> Office {
        self.begin().await;
        self
    }

    pub(crate) async fn begin(&mut self) {
        let config = Arc::new(config::load(Some(&self.dir.path().join("config.toml"))).unwrap());
        let clock: Arc<dyn Clock> = self.clock.clone();
        let daemon = Daemon::open(config, &self.data(), clock, None).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        self.stop = Some(stop);
        self.runs = Some(tokio::spawn(async move { daemon.run(async { drop(stopped.await) }).await.unwrap() }));
        self.clock.all_rest().await;
        // The web server is no task of the clock.
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn end(&mut self) {
        drop(self.stop.take());
        self.runs.take().unwrap().await.unwrap();
    }

    /// The letters of Thursday 09:00 have left.
    pub(crate) async fn letters_leave(&self) {
        self.clock.goes_to(at("2026-07-23 09:00")).await;
        self.clock.goes_on(60).await;
    }

    /// The site shows a post, and the daemon has had its time to look.
    pub(crate) fn posted(&self, key: &'static str, when: &str) {
        self.posts.lock().unwrap().push((key, at(when)));
    }

    pub(crate) fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn file(&self, name: &str, text: &str) {
        std::fs::write(self.dir.path().join(name), text).unwrap();
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        command.current_dir(self.dir.path()).args(["--config", "config.toml", "--data", "data"]).args(args);
        command.output().unwrap()
    }

    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{args:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(!output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.data()).unwrap()
    }

    pub(crate) fn newest_to(&self, recipient: &str) -> LetterRow {
        let letters = self.store().read(|conn| outbox::list(conn, 100)).unwrap();
        letters.into_iter().find(|letter| letter.recipient == recipient).unwrap()
    }

    /// The first one.
    pub(crate) fn letter_to(&self, recipient: &str) -> LetterRow {
        let letters = self.store().read(|conn| outbox::list(conn, 100)).unwrap();
        letters.into_iter().rev().find(|letter| letter.recipient == recipient).unwrap()
    }

    pub(crate) fn answers(&self, letter: i64) -> Vec<AnswerRow> {
        self.store().read(|conn| answers::of(conn, letter)).unwrap()
    }

    /// Who did what (dotted), oldest first.
    pub(crate) fn trail(&self) -> Vec<(String, String)> {
        let mut entries = self.store().read(|conn| cuigeng::store::audit::newest(conn, i64::MAX, 1000)).unwrap();
        entries.reverse();
        entries.into_iter().map(|entry| (entry.who, entry.what)).collect()
    }

    /// How often anybody has done anything.
    pub(crate) fn audited(&self) -> i64 {
        self.store().read(meta::last_audit).unwrap()
    }

    /// The address in the newest delivered letter to that recipient, from the slash on.
    pub(crate) fn link_to(&self, recipient: &str) -> String {
        let letters = self.mail.letters();
        let raw = letters.iter().rev().find(|raw| raw.contains(&format!("To: {recipient}"))).expect("a letter");
        let text = text_of(raw);
        let public = format!("http://127.0.0.1:{}", self.port);
        let at = text.find(&public).unwrap_or_else(|| panic!("no link in\n{text}")) + public.len();
        text[at..].split_whitespace().next().unwrap().to_owned()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    }

    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let pair = |(name, value): &(&str, &str)| format!("{name}={}", percent(value));
        let body: Vec<String> = form.iter().map(pair).collect();
        self.ask(&request(path, &body.join("&")))
    }

    pub(crate) fn ask(&self, request: &str) -> Answer {
        ask(self.port, request.as_bytes())
    }

    pub(crate) fn account(&self, handle: &str) -> String {
        let accounts = self.store().read(cuigeng::store::accounts::all).unwrap();
        let AccountId(id) = accounts.into_iter().find(|account| account.handle.as_deref() == Some(handle)).unwrap().id;
        id.to_string()
    }
}

/// A form that is posted there.
pub(crate) fn request(path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Says it and hears what comes back; a server that hangs up early has said what it wanted.
pub(crate) fn ask(port: u16, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    drop(stream.write_all(request));
    let mut raw = Vec::new();
    drop(stream.read_to_end(&mut raw));
    let raw = String::from_utf8_lossy(&raw).into_owned();
    let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((&raw, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

pub(crate) fn percent(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The first part of a letter, decoded.
pub(crate) fn text_of(raw: &str) -> String {
    let part = &raw[raw.find("Content-Transfer-Encoding:").unwrap()..];
    let (head, body) = part.split_once("\r\n\r\n").unwrap();
    let body = body.split("\r\n--").next().unwrap();
    if head.contains("base64") {
        return String::from_utf8(STANDARD.decode(body.replace("\r\n", "")).unwrap()).unwrap();
    }
    body.replace("=\r\n", "")
}

fn config_text(mode: &str, smtp: u16, web: u16, site: u16) -> String {
    format!(
        "mode = \"{mode}\"\n[office]\nname = \"青禾县政务公开办\"\nclerk_mail = \"clerk@qinghe.example\"\ncontact = \"0000-7654321\"\n\
         [web]\npublic_url = \"http://127.0.0.1:{web}\"\nlisten = \"127.0.0.1:{web}\"\n\
         [mail]\ntransport = \"smtp\"\nfrom = \"青禾县政务公开办 <xmt@qinghe.example>\"\nper_minute = 600\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {smtp}\nsecurity = \"plain\"\nuser = \"xmt@qinghe.example\"\npassword = \"smtp\"\n\
         [sources.site]\nkind = \"feed\"\nbridge = \"own\"\nbase = \"http://127.0.0.1:{site}\"\nwhole = true\nstrength = \"strong\"\npinned_allowance = 0\npace_seconds = 0\n"
    )
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The office's own site: one feed an account, with an old post and what was posted since.
fn site(posts: Posts) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let path = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let key = path.split([' ', '/']).nth(2).unwrap_or_default().to_owned();
            let body = feed(&key, &posts.lock().unwrap());
            // An account that the site does not know.
            let status = if key.starts_with("gone") { "404 Not Found" } else { "200 OK" };
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            drop(stream.write_all(format!("{head}{body}").as_bytes()));
        }
    });
    port
}

fn feed(key: &str, posts: &[(&'static str, Moment)]) -> String {
    let old = [at("2026-07-18 10:00"), at("2026-07-11 10:00")];
    let own = posts.iter().filter(|(whose, _)| *whose == key).map(|(_, when)| *when);
    let mut times: Vec<Moment> = own.chain(old).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    let item = |when: &Moment| {
        let id = format!("{key}-{}", when.unix());
        let date = when.to_chrono().to_rfc2822();
        format!(
            "<item><title>{id}</title><guid>{id}</guid><link>https://site.example/{id}</link><pubDate>{date}</pubDate></item>"
        )
    };
    let items: String = times.iter().map(item).collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>{key}</title>{items}</channel></rss>")
}

/// Whether any file of the database holds these bytes.
pub(crate) fn is_in_database(data: &Path, needle: &str) -> bool {
    let files = ["cuigeng.db", "cuigeng.db-wal"].map(|name| std::fs::read(data.join(name)).unwrap_or_default());
    files.iter().any(|bytes| bytes.windows(needle.len()).any(|window| window == needle.as_bytes()))
}
