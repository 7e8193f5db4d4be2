//! Recorded answers of the bridge against the class or the page that each must give.

use super::parse::parse;
use super::*;
use crate::http::Answer;
use crate::{Class, Moment};
use std::path::Path;

fn ask(cursor: Option<&str>) -> Ask {
    Ask {
        platform: "抖音".to_owned(),
        name: "某市应急".to_owned(),
        key: "MS4wLjABAAAAEXAMPLE".to_owned(),
        author: None,
        since: Moment::parse("2026-11-08 00:00").unwrap(),
        now: Moment::parse("2026-11-22 10:00").unwrap(),
        kinds: Kinds::POST,
        known: Vec::new(),
        covered: Vec::new(),
        cursor: cursor.map(str::to_owned),
        page: 0,
    }
}

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("douyin/samples").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn read(status: u16, body: Vec<u8>, cursor: Option<&str>) -> Result<Page, Failure> {
    parse(&ask(cursor), &Answer { status, headers: Vec::new(), body })
}

#[test]
fn a_good_page() {
    let page = read(200, sample("good.json"), None).unwrap();
    assert_eq!(
        page.rows.iter().map(|r| (r.pinned, r.visible)).collect::<Vec<_>>(),
        [(true, true), (false, true), (false, false)]
    );
    assert_eq!(page.rows[1].author.as_deref(), Some("MS4wLjABAAAAEXAMPLE"));
    assert_eq!((page.next, page.unreadable), (Next::More("1794297900000".to_owned()), 0));
}

#[test]
fn other_pages() {
    let unmarked = read(200, sample("unmarked.json"), None).unwrap();
    assert!(
        unmarked.rows[0].pinned && unmarked.next == Next::End,
        "without the raw row nobody knows whether it is pinned"
    );
    assert_eq!(read(200, sample("undated.json"), None).unwrap().unreadable, 1);
    assert_eq!(read(200, sample("end.json"), None).unwrap().next, Next::End);
    assert_eq!(read(200, sample("middle.json"), None).unwrap().next, Next::More("1794297900000".to_owned()));
}

#[test]
fn a_task_is_waited_for_and_read() {
    let wait = Next::Wait { until: ask(None).now.plus(2), cursor: "task|t-1".to_owned() };
    assert_eq!(read(202, sample("running.json"), None).unwrap().next, wait);
    assert_eq!(
        read(200, br#"{"success":true,"data":{"state":"queued"}}"#.to_vec(), Some("task|t-1")).unwrap().next,
        wait
    );
    let done = read(200, sample("done.json"), Some("task|t-1")).unwrap();
    assert_eq!((done.rows.len(), done.next), (1, Next::End));
    let failed = read(200, sample("failed.json"), Some("task|t-1")).unwrap_err();
    assert_eq!((failed.class, failed.retry_after_s), (Class::Blocked, Some(60)));
    let douyin = Douyin::new(DouyinConfig { base: "http://127.0.0.1:8000/".to_owned(), key: None, wait_s: 30 });
    assert_eq!(douyin.request(&ask(Some("task|t-1")), None).url, "http://127.0.0.1:8000/api/v1/tasks/t-1");
    assert!(douyin.request(&ask(Some("17&x")), None).url.ends_with("&cursor=17%26x"));
}

#[test]
fn each_code_has_its_class() {
    for (code, want) in [
        ("RATE_LIMITED", Class::Throttled),
        ("QUEUE_FULL", Class::Throttled),
        ("IDENTITY_POOL_EXHAUSTED", Class::Throttled),
        ("ENDPOINT_CIRCUIT_OPEN", Class::Throttled),
        ("UPSTREAM_RISK_CONTROL", Class::Blocked),
        ("SIGNING_FAILED", Class::Blocked),
        ("UPSTREAM_CHANGED", Class::Malformed),
        ("UNAUTHENTICATED", Class::Auth),
        ("FORBIDDEN_SCOPE", Class::Config),
        ("INVALID_PARAM", Class::Config),
        ("INVALID_URL", Class::Config),
        ("UNSUPPORTED_CONTENT", Class::Config),
        ("METHOD_NOT_ALLOWED", Class::Config),
        ("UNSUPPORTED_MEDIA_TYPE", Class::Config),
        ("NOT_CONFIGURED", Class::Config),
        ("NOT_FOUND", Class::Gone),
        ("CONTENT_PRIVATE", Class::Gone),
        ("INTERNAL", Class::Transient),
        ("TASK_NOT_FOUND", Class::Transient),
        ("CANCELLED", Class::Transient),
        ("DOWNLOADER_UNAVAILABLE", Class::Transient),
        ("SOMETHING_NEW", Class::Transient),
    ] {
        let body = serde_json::json!({ "success": false, "data": null, "error": { "code": code, "message": "x", "retry_after": 60 } });
        let failure = read(502, body.to_string().into_bytes(), None).unwrap_err();
        assert_eq!((failure.class, failure.retry_after_s), (want, Some(60)), "{code}");
    }
}

#[test]
fn look_alikes_of_no_posts() {
    for (what, status, body, want) in [
        ("an empty body", 200, Vec::new(), Class::Blocked),
        ("the word blocked", 200, b"blocked".to_vec(), Class::Blocked),
        ("a captcha page", 200, sample("captcha.html"), Class::Blocked),
        ("an empty html of a WAF", 502, b"Empty html: WAF".to_vec(), Class::Blocked),
        ("hollow data", 200, sample("hollow.json"), Class::Blocked),
        ("null data", 200, sample("null.json"), Class::Blocked),
        ("a status alone", 200, sample("status-only.json"), Class::Blocked),
        ("risk control", 502, sample("risk.json"), Class::Blocked),
        ("a gateway's page", 503, b"<html>busy</html>".to_vec(), Class::Transient),
        ("a list of another name", 200, br#"{"success":true,"data":{"posts":[]}}"#.to_vec(), Class::Malformed),
        ("noise", 200, b"<x>".to_vec(), Class::Malformed),
        ("a status without an error", 404, b"{}".to_vec(), Class::Malformed),
    ] {
        assert_eq!(read(status, body, None).unwrap_err().class, want, "{what}");
    }
}

proptest::proptest! {
    #[test]
    fn no_body_makes_it_panic(body: Vec<u8>, status in 100_u16..600, at in 0_usize..3000, byte: u8) {
        let _ = read(status, body, None);
        let mut good = sample("good.json");
        let at = at % good.len();
        good[at] = byte;
        let _ = read(200, good, None);
    }
}
