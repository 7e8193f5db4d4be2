use super::*;
use crate::clock::SystemClock;
use crate::domain::{Account, AccountId, Platform, SourceRef};
use crate::poll::Lanes;
use crate::secrets::FileSecrets;
use crate::store::{Store, accounts};
use cuigeng_adapters::http::Http;
use cuigeng_adapters::{Class, Outcome};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A platform that blocks everybody, and how often it was asked.
async fn platform() -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let ours = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            ours.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 432 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        }
    });
    (base, asked)
}

fn poller(data: &Path, base: &str, lanes: Lanes) -> Poller {
    let text = format!("[sources.wb]\nkind = \"weibo\"\nbase = \"{base}\"\npace_seconds = 0\n");
    Poller {
        store: Store::open(data).unwrap(),
        config: Arc::new(crate::config::parse(&text, "test", data).unwrap()),
        http: Http::new(None).unwrap(),
        secrets: Arc::new(FileSecrets::new(data, &data.join("secrets"), None)),
        clock: SystemClock::shared(),
        data: data.to_owned(),
        lanes: Arc::new(lanes),
    }
}

async fn account(poller: &Poller, name: &str) -> Account {
    let mut account = Account {
        id: AccountId(0),
        name: name.to_owned(),
        platform: Platform::parse("新浪微博").0,
        handle: None,
        office: String::new(),
        supervisor: String::new(),
        opened_on: None,
        states: Vec::new(),
        quotas: Vec::new(),
        sources: vec![SourceRef { source: "wb".to_owned(), key: "1".to_owned() }],
        contacts: Vec::new(),
        former_names: Vec::new(),
        position: 0,
    };
    let kept = account.clone();
    account.id = poller.store.write_async(move |tx| accounts::save(tx, &kept)).await.unwrap();
    account
}

async fn class(poller: &Poller, account: &Account) -> Option<Class> {
    let seen = poller.look(account, poller.clock.now()).await.unwrap().remove(0).1;
    match seen.outcome {
        Outcome::Failed(failure) => Some(failure.class),
        _ => None,
    }
}

#[tokio::test]
async fn a_restart_does_not_press_a_platform_that_blocks() {
    let dir = tempfile::tempdir().unwrap();
    let (base, asked) = platform().await;
    let first = poller(dir.path(), &base, Lanes::default());
    let (a, b) = (account(&first, "甲").await, account(&first, "乙").await);
    assert_eq!(class(&first, &a).await, Some(Class::Blocked));
    assert_eq!(class(&first, &b).await, Some(Class::Blocked), "the cause stays the cause");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "what is refused to one is refused to all");
    drop(first);
    let second = poller(dir.path(), &base, Lanes::default());
    assert_eq!(class(&second, &b).await, Some(Class::Blocked));
    assert_eq!(asked.load(Ordering::SeqCst), 1, "nobody was asked after the restart");
    let rests = second.rests("wb", second.clock.now()).await.unwrap();
    assert!(rests.is_some_and(|(cause, _)| cause.class == Class::Blocked && !cause.advice.is_empty()));
}

#[tokio::test]
async fn a_person_asks_once_in_spite_of_a_rest() {
    let dir = tempfile::tempdir().unwrap();
    let (base, asked) = platform().await;
    let daemon = poller(dir.path(), &base, Lanes::default());
    let (a, b) = (account(&daemon, "甲").await, account(&daemon, "乙").await);
    class(&daemon, &a).await;
    let person = poller(dir.path(), &base, Lanes::by_hand());
    assert_eq!(class(&person, &a).await, Some(Class::Blocked));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(class(&person, &b).await, Some(Class::Blocked));
    assert_eq!(asked.load(Ordering::SeqCst), 2, "three hundred accounts do not press it three hundred times");
    let tried = poller(dir.path(), &base, Lanes::by_hand());
    let seen = tried.try_look(&b, &b.sources[0], None, tried.clock.now()).await.unwrap();
    assert!(matches!(seen.outcome, Outcome::Failed(_)));
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    let looks = tried.store.read(|conn| crate::store::looks::recent(conn, b.id, "wb", 9)).unwrap();
    assert_eq!(looks.len(), 1, "a trial keeps nothing");
}

#[tokio::test]
async fn a_good_look_ends_the_rest_for_every_process() {
    let dir = tempfile::tempdir().unwrap();
    let (base, asked) = platform().await;
    let daemon = poller(dir.path(), &base, Lanes::default());
    let now = daemon.clock.now();
    let failed = Outcome::Failed(cuigeng_adapters::Failure::new(Class::Blocked, ""));
    daemon.learn("wb", now, move |breaker| breaker.after(&failed, true, now)).await.unwrap();
    assert!(daemon.rests("wb", now).await.unwrap().is_some());
    let person = poller(dir.path(), &base, Lanes::by_hand());
    person.learn("wb", now, move |breaker| breaker.after(&Outcome::Complete, true, now)).await.unwrap();
    assert_eq!(daemon.rests("wb", now).await.unwrap(), None);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}
