//! Recorded answers against the class or the page that each must give, and the token's two lives.

use super::*;
use crate::{Outcome, PostKind, When};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn ask(cursor: Option<&str>) -> Ask {
    Ask {
        platform: "微信订阅号".to_owned(),
        name: "某区民政".to_owned(),
        key: "wx0123".to_owned(),
        author: None,
        since: Moment::parse("2026-11-18 00:00").unwrap(),
        now: Moment::parse("2026-11-21 09:00").unwrap(),
        kinds: Kinds::WECHAT,
        known: Vec::new(),
        covered: Vec::new(),
        cursor: cursor.map(str::to_owned),
        page: 0,
    }
}

fn source(base: &str) -> Wechat {
    let first_date = NaiveDate::from_ymd_opt(2025, 11, 1).unwrap();
    Wechat::new(WechatConfig { base: base.to_owned(), secret_prefix: "wechat-".to_owned(), first_date, ready_hour: 8 })
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("wechat/samples").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn json(name: &str) -> Value {
    serde_json::from_str(&sample(name)).unwrap()
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

#[test]
fn a_finished_day_proves_itself_for_both_kinds() {
    let page = lists::day(&json("day.json"), day(), true).unwrap();
    let told: Vec<_> =
        page.rows.iter().map(|r| (r.id.as_deref().unwrap(), r.push.as_deref().unwrap(), r.kind)).collect();
    assert_eq!(
        told,
        [
            ("2247400310_1", "2247400310", PostKind::Notified),
            ("2247400310_2", "2247400310", PostKind::Notified),
            ("2247400314_1", "2247400314", PostKind::Unnotified)
        ]
    );
    assert!(page.rows.iter().all(|row| row.when == When::Day(day())));
    let claim = page.claims[0];
    assert_eq!(
        (claim.from, claim.until, claim.sees),
        (Moment::start_of(day()), Moment::start_of(day()).plus_days(1), Kinds::WECHAT)
    );
    assert_eq!(lists::day(&json("day-empty.json"), day(), false).unwrap().claims.len(), 1, "a zero is proven too");
}

#[test]
fn a_day_that_is_delayed_or_odd_proves_nothing() {
    for file in ["day-delayed.json", "day-delayed-item.json", "day-odd.json"] {
        assert_eq!(lists::day(&json(file), day(), false).unwrap().claims, [], "{file}");
    }
    assert_eq!(lists::day(&json("day-no-list.json"), day(), false).unwrap_err().class, Class::Malformed);
}

#[test]
fn un_notified_posts_page_by_page() {
    let (page, next) = lists::free(&json("free.json"), &ask(None), 0, 0).unwrap();
    assert_eq!(
        page.rows.iter().map(|r| (r.id.as_deref().unwrap(), r.visible)).collect::<Vec<_>>(),
        [("2247400314_1", true), ("2247400300_1", true), ("2247400300_2", false)]
    );
    assert!(next.is_none() && page.claims[0].from == Moment::MIN && page.claims[0].sees == Kinds::UNNOTIFIED);
    let (page, next) = lists::free(&json("free-more.json"), &ask(None), 0, 0).unwrap();
    assert_eq!(next, Some(Place::Free { offset: 1, pages: 1 }));
    assert_eq!((page.rows[0].id.as_deref(), page.lists), (Some("b5ExampleId01_1"), Kinds::UNNOTIFIED));
    let (page, next) = lists::free(&json("free-none.json"), &ask(None), 0, 0).unwrap();
    assert!(next.is_none() && page.rows.is_empty());
    assert_eq!(lists::free(&json("free-no-item.json"), &ask(None), 0, 0).unwrap_err().class, Class::Malformed);
}

#[test]
fn days_are_asked_for_once_they_are_computed_and_only_if_unknown() {
    let wechat = source("");
    let next = |ask: &Ask| wechat.to_days(ask, &Cursor::of(ask));
    assert_eq!(next(&ask(None)), Next::More("summary|2026-11-18|".to_owned()));
    let covered = (Moment::parse("2026-11-18 00:00").unwrap(), Moment::parse("2026-11-20 00:00").unwrap());
    assert_eq!(next(&Ask { covered: vec![covered], ..ask(None) }), Next::More("summary|2026-11-20|".to_owned()));
    let early = Ask { now: Moment::parse("2026-11-21 07:59").unwrap(), covered: vec![covered], ..ask(None) };
    assert_eq!(next(&early), Next::Unsaid, "yesterday is not computed before eight");
    let old = Ask { since: Moment::parse("2025-10-01 00:00").unwrap(), ..ask(None) };
    assert_eq!(next(&old), Next::More("day|2025-11-01|".to_owned()));
}

#[test]
fn each_error_code_has_its_class() {
    for (code, want) in [
        (-1, Class::Transient),
        (40001, Class::Auth),
        (40014, Class::Auth),
        (42001, Class::Auth),
        (40013, Class::Config),
        (40125, Class::Config),
        (41002, Class::Config),
        (41004, Class::Config),
        (40164, Class::Config),
        (40243, Class::Config),
        (89501, Class::Config),
        (89503, Class::Config),
        (89506, Class::Config),
        (89507, Class::Config),
        (43002, Class::Config),
        (44002, Class::Config),
        (47001, Class::Config),
        (76003, Class::Config),
        (76021, Class::Config),
        (76022, Class::Config),
        (45009, Class::Throttled),
        (45011, Class::Throttled),
        (47009, Class::Retired),
        (48001, Class::Config),
        (48004, Class::Blocked),
        (50002, Class::Blocked),
        (50001, Class::Config),
        (61003, Class::Config),
        (61004, Class::Config),
        (61500, Class::Config),
        (61501, Class::Config),
        (99999, Class::Malformed),
    ] {
        let body = serde_json::json!({ "errcode": code, "errmsg": "x" });
        assert_eq!(errors::refused(&body).unwrap_err().class, want, "{code}");
    }
    assert_eq!(errors::token_refused(&serde_json::json!({ "errcode": 40001 })).unwrap_err().class, Class::Config);
    let ip = errors::refused(&json("ip.json")).unwrap_err();
    assert!(ip.advice.contains("203.0.113.9"), "{}", ip.advice);
    for (status, body, want) in [
        (502, "<html>", Class::Transient),
        (200, "<html>", Class::Malformed),
        (200, "", Class::Malformed),
        (429, "{}", Class::Throttled),
    ] {
        let answer = Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        assert_eq!(super::body(&answer).unwrap_err().class, want, "{status} {body}");
    }
}

/// A server that answers each path from a script and counts what it was asked.
struct Platform {
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn platform(answer: impl Fn(&str, usize) -> String + Send + Sync + 'static) -> Platform {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let (seen, count) = (Arc::clone(&asked), AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let mut chunk = [0; 4096];
            while !complete(&bytes) {
                let Ok(n @ 1..) = stream.read(&mut chunk).await else { break };
                bytes.extend_from_slice(&chunk[..n]);
            }
            let request = String::from_utf8_lossy(&bytes).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let body = answer(&path, count.fetch_add(1, Ordering::SeqCst));
            seen.lock().unwrap().push(path);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    Platform { base, asked }
}

fn complete(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .to_lowercase()
        .lines()
        .find_map(|l| l.strip_prefix("content-length: ").and_then(|n| n.parse::<usize>().ok()));
    body.len() >= length.unwrap_or(0)
}

struct OneSecret;

impl Secrets for OneSecret {
    fn get(&self, _name: &str) -> Result<Secret, Failure> {
        Ok(Secret::new("APPSECRET-CANARY"))
    }

    fn replace(&self, _name: &str, _secret: Secret) -> Result<(), Failure> {
        Ok(())
    }
}

async fn look(platform: &Platform, now: &str) -> crate::Seen {
    let ask = Ask { now: Moment::parse(now).unwrap(), ..ask(None) };
    let http = Http::new(None).unwrap();
    crate::walk::look(&crate::Paged::Wechat(source(&platform.base)), ask, &http, &OneSecret, |_| std::future::ready(()))
        .await
}

fn asked(platform: &Platform, what: &str) -> usize {
    platform.asked.lock().unwrap().iter().filter(|path| path.contains(what)).count()
}

#[tokio::test]
async fn a_whole_look_is_complete_up_to_yesterday() {
    let platform = platform(|path, _| {
        if path.contains("token?") || path.contains("stable_token") {
            sample("token.json")
        } else if path.contains("freepublish") {
            sample("free-none.json")
        } else {
            sample("day-empty.json")
        }
    })
    .await;
    let seen = look(&platform, "2026-11-21 09:00").await;
    assert_eq!(seen.outcome, Outcome::Complete, "{seen:?}");
    assert_eq!((asked(&platform, "stable_token"), asked(&platform, "totaldetail")), (1, 3));
    assert_eq!(asked(&platform, "getbizsummary"), 1, "one cross-check for all open days");
}

#[tokio::test]
async fn an_empty_day_that_something_contradicts_is_no_zero() {
    let summary = r#"{"list":[{"ref_date":"2026-11-18","detail":{"send_page_count":2}},{"ref_date":"2026-11-20","detail":{"send_page_count":"0"}}]}"#;
    let platform = platform(move |path, _| {
        if path.contains("stable_token") {
            sample("token.json")
        } else if path.contains("freepublish") {
            sample("free.json")
        } else if path.contains("getbizsummary") {
            summary.to_owned()
        } else {
            sample("day-empty.json")
        }
    })
    .await;
    let seen = look(&platform, "2026-11-21 09:00").await;
    // 18th by the summary, 19th and 20th by un-notified posts: no day is proven empty.
    assert_eq!((seen.outcome, seen.notes.len()), (Outcome::Partial, 3));
    assert!(seen.reaches.iter().all(|reach| reach.sees == Kinds::UNNOTIFIED), "{:?}", seen.reaches);
}

#[tokio::test]
async fn a_probe_tells_the_quota_of_each_call() {
    let quota = r#"{"errcode":0,"quota":{"daily_limit":1000,"used":5,"remain":995},"rate_limit":{"call_count":100,"refresh_second":60}}"#;
    let platform =
        platform(move |path, _| if path.contains("stable_token") { sample("token.json") } else { quota.to_owned() })
            .await;
    let http = Http::new(None).unwrap();
    let probe = source(&platform.base).probe("wx0123", ask(None).now, &http, &OneSecret).await;
    assert!(probe.trouble.is_none() && probe.told.len() == 2, "{probe:?}");
    assert!(probe.told[0].ends_with("当天限1000次，已用5次，剩余995次"), "{probe:?}");
}

#[tokio::test]
async fn an_expired_token_is_renewed_once() {
    let platform = platform(|path, n| {
        if path.contains("stable_token") {
            sample("token.json")
        } else if n == 1 {
            r#"{"errcode":42001,"errmsg":"access_token expired"}"#.to_owned()
        } else if path.contains("freepublish") {
            sample("free-none.json")
        } else {
            sample("day-empty.json")
        }
    })
    .await;
    assert_eq!(look(&platform, "2026-11-21 09:00").await.outcome, Outcome::Complete);
    assert_eq!(asked(&platform, "stable_token"), 2);
}

#[tokio::test]
async fn a_refused_secret_and_a_token_that_is_always_stale_do_not_loop() {
    for (token, business, class, tokens) in [
        (r#"{"errcode":40001,"errmsg":"invalid credential"}"#, "", Class::Config, 1),
        (r#"{"access_token":"T","expires_in":7200}"#, r#"{"errcode":40001,"errmsg":"not latest"}"#, Class::Auth, 2),
    ] {
        let platform =
            platform(move |path, _| if path.contains("stable_token") { token.to_owned() } else { business.to_owned() })
                .await;
        let seen = look(&platform, "2026-11-21 09:00").await;
        let Outcome::Failed(failure) = &seen.outcome else { panic!("{seen:?}") };
        assert_eq!((failure.class, asked(&platform, "stable_token")), (class, tokens));
        assert!(!format!("{seen:?}").contains("APPSECRET"));
    }
}

#[tokio::test]
async fn without_verification_the_statistic_still_speaks() {
    let platform = platform(|path, _| {
        if path.contains("stable_token") {
            sample("token.json")
        } else if path.contains("freepublish") {
            r#"{"errcode":48001,"errmsg":"api unauthorized"}"#.to_owned()
        } else {
            sample("day-empty.json")
        }
    })
    .await;
    let seen = look(&platform, "2026-11-21 09:00").await;
    assert_eq!((seen.outcome, seen.reaches.len()), (Outcome::Partial, 3));
    assert!(seen.notes[0].advice.contains("微信认证"));
}

proptest::proptest! {
    #[test]
    fn no_body_makes_it_panic(body: Vec<u8>, at in 0_usize..2000, byte: u8, offset: u64) {
        for name in ["day.json", "free.json", "free-more.json"] {
            let mut bytes = sample(name).into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            for bytes in [bytes, body.clone()] {
                if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
                    let _ = lists::day(&value, day(), true);
                    let _ = lists::free(&value, &ask(None), offset % 1000, 0);
                    let _ = errors::refused(&value);
                }
            }
        }
    }
}
