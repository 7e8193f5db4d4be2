//! weibo.com over the wire: search and list together, and each refusal.

use super::*;
use crate::testing::{ask, look, platform, reply, word};
use crate::weibo::bid_of_mid;
use crate::{Known, Paged, When};
use serde_json::{Value, json};

const NOW: &str = "2026-07-10 12:00";
const SINCE: &str = "2026-06-25 00:00";

fn source(base: &str, cookie: bool) -> Paged {
    let cookie = cookie.then(|| "cookie".to_owned());
    Paged::WeiboDesktop(Desktop::new(DesktopConfig { base: base.to_owned(), cookie, page_cap: 8 }))
}

fn vault() -> crate::testing::Vault {
    crate::testing::Vault::with(&[("cookie", "SUB=CANARY; XSRF-TOKEN=tok; ALF=02_1785000000")])
}

/// An entry whose mid fits its second.
fn entry(at: &str) -> Value {
    let at = Moment::parse(at).unwrap();
    let mid = u64::try_from(at.unix() - 515_483_463).unwrap() << 22;
    json!({"created_at": at.beijing().format("%a %b %d %H:%M:%S +0800 %Y").to_string(), "id": mid, "mid": mid.to_string(),
        "mblogid": bid_of_mid(mid), "user": {"id": 1234567890}, "visible": {"type": 0}, "text_raw": "正文"})
}

fn list(times: &[&str], total: usize) -> String {
    let list: Vec<Value> = times.iter().map(|at| entry(at)).collect();
    json!({"ok": 1, "data": {"since_id": "5kp2", "total": total.to_string(), "list": list}}).to_string()
}

async fn outcome(search: String, lists: Vec<String>, cookie: bool) -> (String, usize, usize) {
    let platform = platform(move |request, _| {
        if request.contains("searchProfile") {
            return reply(200, search.clone());
        }
        let page = request.split("page=").nth(1).and_then(|rest| rest[..1].parse::<usize>().ok()).unwrap_or(1);
        reply(200, lists.get(page - 1).cloned().unwrap_or_else(|| r#"{"ok":1,"data":{"list":[]}}"#.to_owned()))
    })
    .await;
    let seen = look(&source(&platform.base, cookie), &ask("1234567890", Kinds::POST, SINCE, NOW), &vault()).await;
    (word(&seen), seen.rows.len(), seen.reaches.len())
}

#[tokio::test]
async fn a_list_that_reaches_back_is_complete() {
    let times = ["2026-07-09 10:00", "2026-07-01 10:00", "2026-06-20 10:00"];
    let search = list(&times[..2], 2);
    assert_eq!(outcome(search, vec![list(&times, 300)], true).await, ("complete".to_owned(), 3, 1));
    assert_eq!(outcome(String::new(), vec![list(&times, 300)], false).await, ("complete".to_owned(), 3, 1));
}

#[tokio::test]
async fn a_search_that_the_list_does_not_contradict_proves_a_busy_window() {
    let busy: Vec<String> = (0..20).map(|i| format!("2026-07-{:02} 10:00", 10 - i % 2)).collect();
    let busy: Vec<&str> = busy.iter().map(String::as_str).take(2).collect();
    let seen = outcome(list(&busy, 2), vec![list(&busy, 300), list(&busy, 300)], true).await;
    // The list repeats itself and never reaches back; the search counted two and showed two.
    assert_eq!((seen.0.as_str(), seen.1), ("complete", 2));
}

#[tokio::test]
async fn a_list_that_shows_less_than_the_search_proves_presence_only() {
    let search = list(&["2026-07-09 10:00", "2026-07-05 10:00"], 2);
    let page = list(&["2026-07-09 10:00", "2026-06-20 10:00"], 300);
    assert_eq!(outcome(search, vec![page], true).await, ("partial".to_owned(), 3, 0));
}

#[tokio::test]
async fn a_zero_is_believed_only_with_the_list_and_the_profile() {
    let empty = r#"{"ok":1,"data":{"list":[],"total":0}}"#.to_owned();
    let old = list(&["2026-05-01 10:00"], 300);
    assert_eq!(outcome(empty.clone(), vec![old], true).await.0, "complete");
    for (profile, want) in [
        (r#"{"ok":1,"data":{"user":{"idstr":"1234567890","statuses_count":300}}}"#, "blocked/empty_unexpected"),
        (r#"{"ok":1,"data":{"user":{"idstr":"1234567890","statuses_count":0}}}"#, "complete"),
        (r#"{"ok":1,"data":{}}"#, "blocked/empty_unexpected"),
        (
            r#"{"ok":0,"error_type":"link","url":"sinaweibo://x?c=%E8%AF%A5%E8%B4%A6%E5%8F%B7%E5%9B%A0%E8%A2%AB%E6%8A%95%E8%AF%89"}"#,
            "gone/banned",
        ),
        (
            r#"{"ok":0,"error_type":"link","url":"x?c=%E7%94%A8%E6%88%B7%E8%87%AA%E8%A1%8C%E7%94%B3%E8%AF%B7%E5%85%B3%E9%97%AD"}"#,
            "gone/closed",
        ),
        (
            r#"{"ok":0,"error_type":"toast","url":"x?c=%E7%94%A8%E6%88%B7%E9%AA%8C%E8%AF%81%E4%B9%8B%E5%89%8D"}"#,
            "gone/locked",
        ),
        (r#"{"ok":1,"data":{"user":{"statuses_count":0},"blockText":"永久禁言"}}"#, "gone/no_profile"),
    ] {
        let empty = empty.clone();
        let platform =
            platform(move |request, _| reply(200, if request.contains("profile/info") { profile } else { &empty }))
                .await;
        let seen = look(&source(&platform.base, true), &ask("1234567890", Kinds::POST, SINCE, NOW), &vault()).await;
        assert_eq!(word(&seen), want, "{profile}");
        assert_eq!(platform.times("mymblog"), 2, "an empty list is asked for twice");
    }
}

#[tokio::test]
async fn a_vanished_post_is_asked_for_by_itself() {
    let gone = entry("2026-07-05 10:00");
    let page = list(&["2026-07-09 10:00", "2026-06-20 10:00"], 300);
    for (status, body, want, reaches) in [
        (200, json!({"ok": 0, "message": "暂无查看权限", "error_code": 20112}).to_string(), "complete", 1),
        (400, json!({"ok": 0, "message": "该微博不存在"}).to_string(), "complete", 1),
        (200, gone.to_string(), "partial", 0),
    ] {
        let page = page.clone();
        let platform = platform(move |request, _| {
            if request.contains("statuses/show") { reply(status, body.clone()) } else { reply(200, page.clone()) }
        })
        .await;
        let known = Known {
            id: gone["mid"].as_str().map(str::to_owned),
            when: When::At(Moment::parse("2026-07-05 10:00").unwrap()),
        };
        let shown = Known {
            id: entry("2026-07-09 10:00")["mid"].as_str().map(str::to_owned),
            when: When::At(Moment::parse("2026-07-09 10:00").unwrap()),
        };
        let ask = Ask { known: vec![shown, known], ..ask("1234567890", Kinds::POST, SINCE, NOW) };
        let seen = look(&source(&platform.base, false), &ask, &vault()).await;
        assert_eq!((word(&seen).as_str(), seen.reaches.len(), platform.times("statuses/show")), (want, reaches, 1));
    }
}

#[tokio::test]
async fn a_session_is_probed_and_its_end_is_read() {
    let http = Http::new(None).unwrap();
    let now = Moment::parse(NOW).unwrap();
    for (status, body, want) in [
        (400, r#"{"ok":0,"message":"参数错误"}"#, None),
        (200, r#"{"ok":-100,"url":"https://weibo.com/login.php"}"#, Some(crate::Class::Auth)),
        (432, "", Some(crate::Class::Blocked)),
    ] {
        let platform = platform(move |_, _| reply(status, body)).await;
        let probe = source(&platform.base, true).probe("1", now, &http, &vault()).await;
        assert_eq!(probe.trouble.map(|t| t.class), want, "{status}");
        assert_eq!(probe.expires, Some(Moment::from_unix(1_785_000_000)));
        let sent = platform.asked().remove(0).to_lowercase();
        assert!(sent.contains("x-xsrf-token: tok") && sent.contains("cookie: sub=canary"), "{sent}");
    }
}
