//! A platform on loopback for tests: answers by path from a script and remembers what it was asked.

use crate::http::Http;
use crate::{Ask, Failure, Kinds, Moment, Paged, Secret, Secrets, Seen, walk};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What a platform answers.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

pub(crate) fn reply(status: u16, body: impl Into<String>) -> Reply {
    Reply { status, headers: Vec::new(), body: body.into() }
}

impl Reply {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Reply {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A running platform.
pub(crate) struct Platform {
    pub(crate) base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Platform {
    /// Requests as they came: request line, headers and body.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn times(&self, what: &str) -> usize {
        self.asked().iter().filter(|request| request.lines().next().unwrap_or_default().contains(what)).count()
    }
}

/// Starts a platform; `answer` gets the whole request and how many came before it.
pub(crate) async fn platform(answer: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Platform {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read(&mut stream).await;
            let reply = answer(&request, seen.lock().unwrap().len());
            seen.lock().unwrap().push(request);
            let mut head = format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
            for (name, value) in &reply.headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            let _ = stream.write_all(format!("{head}connection: close\r\n\r\n{}", reply.body).as_bytes()).await;
        }
    });
    Platform { base, asked }
}

async fn read(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    while !is_complete(&bytes) {
        let Ok(n @ 1..) = stream.read(&mut chunk).await else { break };
        bytes.extend_from_slice(&chunk[..n]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_complete(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.to_lowercase();
    let length = length.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    body.len() >= length.unwrap_or(0)
}

/// Secrets in memory; what is replaced is remembered in order.
#[derive(Default)]
pub(crate) struct Vault {
    pub(crate) kept: Mutex<BTreeMap<String, String>>,
    pub(crate) replaced: Mutex<Vec<String>>,
    /// Refuses to keep anything.
    pub(crate) full: bool,
}

impl Vault {
    pub(crate) fn with(pairs: &[(&str, &str)]) -> Vault {
        let kept = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Vault { kept: Mutex::new(kept), ..Vault::default() }
    }
}

impl Secrets for Vault {
    fn get(&self, name: &str) -> Result<Secret, Failure> {
        let kept = self.kept.lock().unwrap();
        kept.get(name).map(Secret::new).ok_or_else(|| Failure::new(crate::Class::Config, format!("no {name}")))
    }

    fn replace(&self, name: &str, secret: Secret) -> Result<(), Failure> {
        if self.full {
            return Err(Failure::new(crate::Class::Transient, "the disk is full"));
        }
        self.kept.lock().unwrap().insert(name.to_owned(), secret.expose().to_owned());
        self.replaced.lock().unwrap().push(secret.expose().to_owned());
        Ok(())
    }
}

/// A question at `now`, reaching back to `since`.
pub(crate) fn ask(key: &str, kinds: Kinds, since: &str, now: &str) -> Ask {
    Ask {
        platform: "测试平台".to_owned(),
        name: "某市应急".to_owned(),
        key: key.to_owned(),
        author: None,
        since: Moment::parse(since).unwrap(),
        now: Moment::parse(now).unwrap(),
        kinds,
        known: Vec::new(),
        covered: Vec::new(),
        cursor: None,
        page: 0,
    }
}

/// Requests and waits after which a look is held to be endless.
const MOST_TURNS: u32 = 200;

/// A whole look over the wire.
pub(crate) async fn look(paged: &Paged, ask: &Ask, secrets: &dyn Secrets) -> Seen {
    let http = Http::new(None).unwrap();
    let turns = std::sync::atomic::AtomicU32::new(0);
    let turn = |_| {
        let before = turns.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        assert!(before < MOST_TURNS, "the look does not end");
        std::future::ready(())
    };
    walk::look(paged, ask.clone(), &http, secrets, turn).await
}

/// The word of an outcome, with its reason: `complete`, `partial`, `blocked`, `blocked/stale`.
pub(crate) fn word(seen: &Seen) -> String {
    match &seen.outcome {
        crate::Outcome::Complete => "complete".to_owned(),
        crate::Outcome::Partial => "partial".to_owned(),
        crate::Outcome::Failed(f) if f.reason.is_empty() => f.class.word().to_owned(),
        crate::Outcome::Failed(f) => format!("{}/{}", f.class.word(), f.reason),
    }
}
