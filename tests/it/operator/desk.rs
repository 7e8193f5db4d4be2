//! An operator's desk: a configuration, secrets, collectors, and servers on loopback.

use cuigeng::clock::{Clock, SystemClock};
use cuigeng::domain::Moment;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// Stands in every secret and may stand nowhere else.
pub(super) const CANARY: &str = "CANARY-7f3a9c";

pub(super) struct Desk(TempDir);

/// What a call said.
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Said {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}\n{}", self.out, self.err))
    }

    #[track_caller]
    pub(super) fn has(&self, words: &[&str]) -> &Said {
        for word in words {
            assert!(self.out.contains(word), "no “{word}” in\n{}\n{}", self.out, self.err);
        }
        self
    }
}

impl Desk {
    /// A desk whose accounts (name, platform, source, key) are on the list.
    pub(super) fn new(config: &str, accounts: &[(&str, &str, &str, &str)]) -> Desk {
        let desk = Desk(TempDir::new().unwrap());
        // The list was imported while the configuration still knew a source that it has lost since.
        desk.file("config.toml", &format!("{config}\n[sources.dy]\nkind = \"douyin_v4\"\n"), 0o600);
        let mut list = "账号名称,平台,来源,来源参数\n".to_owned();
        for (name, platform, source, key) in accounts {
            list += &format!("{name},{platform},{source},{key}\n");
        }
        if !accounts.is_empty() {
            desk.file("accounts.csv", &list, 0o600);
            let said = desk.run(&["account", "import", "accounts.csv"]);
            assert_eq!(said.code, 0, "{}", said.err);
        }
        desk.file("config.toml", config, 0o600);
        desk
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(super) fn file(&self, name: &str, text: &str, mode: u32) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn secret(&self, name: &str, text: &str) {
        self.file(&format!("secrets/{name}"), text, 0o600);
    }

    /// A shell collector whose `list` does this.
    pub(super) fn collector(&self, name: &str, list: &str) {
        let text = format!(
            r#"#!/bin/sh
IFS= read -r request
case "$1" in
describe) echo '{{"type":"describe","protocol":1,"name":"fixture","version":"0.3","platforms":["kuaishou"],"batch_max":9}}' ;;
check) echo '{{"type":"check","status":"ok","message":"已登录"}}' ;;
list)
{list}
;;
esac
"#
        );
        self.file(&format!("collectors/{name}"), &text, 0o755);
    }

    /// A call. No secret may stand in what it says.
    pub(super) fn run(&self, args: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        command.current_dir(self.path()).args(["--config", "config.toml", "--data", "data"]).args(args);
        let output = command.env_remove("CREDENTIALS_DIRECTORY").output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let said = Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!said.out.contains(CANARY) && !said.err.contains(CANARY), "{args:?}: {}{}", said.out, said.err);
        said
    }

    pub(super) fn json(&self, args: &[&str]) -> Value {
        self.run(&[args, &["--json"]].concat()).json()
    }
}

pub(super) fn now() -> Moment {
    SystemClock::shared().now()
}

/// A server that answers by path, and whose clock is `ahead_s` ahead of ours.
pub(super) fn http(ahead_s: i64, answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let path = request_path(&mut stream);
            let (status, body) = answer(&path);
            let date = now().plus(ahead_s).to_chrono().to_rfc2822();
            let head = format!("HTTP/1.1 {status} X\r\ndate: {date}\r\ncontent-length: {}\r\n", body.len());
            let _ = stream.write_all(format!("{head}connection: close\r\n\r\n{body}").as_bytes());
        }
    });
    base
}

/// The path, once the whole request was read.
fn request_path(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let (mut path, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) <= 2 {
            break;
        }
        if path.is_empty() {
            path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        }
        if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
            length = told.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    path
}

/// A port where nobody answers.
pub(super) fn nobody() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

/// A mail server that answers a login with this, and what it heard.
pub(super) fn smtp(login: &'static str) -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard: Arc<Mutex<String>> = Arc::default();
    let hears = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let _ = stream.write_all(b"220 hi\r\n");
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                let answer = match line.split_whitespace().next() {
                    Some("EHLO") => "250-hi\r\n250 AUTH PLAIN",
                    Some("AUTH") => login,
                    _ => "221 bye",
                };
                hears.lock().unwrap().push_str(&line);
                line.clear();
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes());
            }
        }
    });
    (port, heard)
}

/// m.weibo.cn with a login: account 1000 is fine, any other is behind a wall.
pub(super) fn weibo(logged_in: bool) -> impl Fn(&str) -> (u16, String) + Send + 'static {
    move |path| {
        if path.starts_with("/api/config") {
            return (200, json!({"ok": 1, "data": {"login": logged_in}}).to_string());
        }
        if !path.contains("value=1000") {
            return (432, String::new());
        }
        let cards: Vec<Value> = [(1, 1), (3, 2), (40, 3)].map(|(days, n)| card(days, n)).into();
        (200, json!({"ok": 1, "data": {"cardlistInfo": {"total": 3, "since_id": 77}, "cards": cards}}).to_string())
    }
}

fn card(days: i64, n: i64) -> Value {
    let at = now().plus_days(-days).to_chrono().format("%a %b %d %H:%M:%S %z %Y").to_string();
    let id = (5_319_059_760_666_000 - days * 1_000_000 + n).to_string();
    json!({"card_type": 9, "mblog": {"id": id, "mid": id, "created_at": at, "text": format!("第{n}条"),
        "visible": {"type": 0}, "user": {"id": 1000}}})
}

/// api.weixin.qq.com for an account that posts nothing, with most of its quota left.
pub(super) fn wechat(path: &str) -> (u16, String) {
    let body = if path.contains("stable_token") {
        json!({"access_token": format!("{CANARY}-token"), "expires_in": 7200})
    } else if path.contains("quota/get") {
        json!({"errcode": 0, "quota": {"daily_limit": 1000, "used": 13, "remain": 987}})
    } else if path.contains("freepublish") {
        json!({"total_count": 0, "item_count": 0, "item": []})
    } else {
        json!({"is_delay": false, "list": []})
    };
    (200, body.to_string())
}
