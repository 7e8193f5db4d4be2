//! Recorded feeds against the class or the page that each must give.

use super::parse::parse;
use super::*;
use crate::http::Answer;
use crate::{Moment, Next, PostKind, When};
use std::path::Path;

fn ask(kinds: Kinds) -> Ask {
    Ask {
        platform: "今日头条".to_owned(),
        name: "某市应急".to_owned(),
        key: "/toutiao/user/token/x?format=json".to_owned(),
        author: None,
        since: Moment::parse("2026-11-08 00:00").unwrap(),
        now: Moment::parse("2026-11-22 10:00").unwrap(),
        kinds,
        known: Vec::new(),
        covered: Vec::new(),
        cursor: None,
        page: 0,
    }
}

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("feed/samples").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn read(status: u16, body: Vec<u8>, sees: Kinds, whole: bool) -> Result<Page, Failure> {
    parse(&ask(sees), &Answer { status, headers: Vec::new(), body }, sees, &FeedConfig { whole, ..config(None) })
}

pub(crate) fn config(base: Option<&str>) -> FeedConfig {
    FeedConfig {
        bridge: Bridge::RssHub,
        base: base.map(str::to_owned),
        access_key: None,
        key_as: KeyAs::Key,
        whole: false,
        strength: Strength::Weak,
        pinned_allowance: 3,
        sees: None,
        cache_s: 300,
    }
}

fn at(text: &str) -> When {
    When::At(Moment::parse(text).unwrap())
}

#[test]
fn three_dialects() {
    let json = read(200, sample("rsshub.json"), Kinds::POST, false).unwrap();
    assert_eq!((json.rows.len(), json.rows[0].when, json.next), (5, at("2026-11-20 10:26:40"), Next::Unsaid));
    let rss = read(200, sample("rss.xml"), Kinds::POST, false).unwrap();
    assert_eq!(
        rss.rows.iter().map(|r| r.when).collect::<Vec<_>>(),
        [at("2026-07-10 09:15:33"), at("2026-07-10 09:00:05")],
        "no zone is Beijing"
    );
    assert_eq!((rss.unreadable, rss.rows[0].id.as_deref()), (1, Some("5319059760666247")));
    let atom = read(200, sample("atom.xml"), Kinds::POST, false).unwrap();
    assert_eq!(atom.rows[0].when, at("2026-11-20 09:00:05"));
    assert_eq!(read(200, sample("undated.json"), Kinds::POST, false).unwrap().unreadable, 2);
}

#[test]
fn a_bridge_of_wechat_shows_notified_posts_and_their_keys() {
    let page = read(200, sample("wewe.json"), Kinds::NOTIFIED, false).unwrap();
    let told: Vec<_> = page.rows.iter().map(|r| (r.id.as_deref().unwrap(), r.push.as_deref(), r.kind)).collect();
    assert_eq!(
        told,
        [
            ("AbCdEfGhIjKlMnOpQrStUv", None, PostKind::Notified),
            ("2247400310_2", Some("2247400310"), PostKind::Notified)
        ]
    );
}

#[test]
fn an_empty_feed_is_silence_only_where_it_is_declared_whole() {
    let failure = read(200, sample("empty.json"), Kinds::POST, false).unwrap_err();
    assert_eq!((failure.class, failure.reason.as_str()), (Class::Blocked, "empty_unexpected"));
    assert_eq!(read(200, sample("empty.json"), Kinds::POST, true).unwrap().next, Next::End);
}

#[test]
fn each_failure_has_its_class() {
    for (file, status, want) in [
        ("page.html", 200, Class::Malformed),
        ("busy.json", 200, Class::Malformed),
        ("page.html", 403, Class::Config),
        ("page.html", 404, Class::Config),
        ("page.html", 302, Class::Config),
        ("page.html", 429, Class::Throttled),
        ("empty-route.html", 503, Class::Blocked),
        ("cookies.html", 503, Class::Auth),
        ("busy.json", 503, Class::Transient),
        ("page.html", 418, Class::Malformed),
        ("no-feed.txt", 400, Class::Gone),
    ] {
        assert_eq!(read(status, sample(file), Kinds::POST, false).unwrap_err().class, want, "{file} {status}");
    }
    assert_eq!(
        read(200, b"<?xml version=\"1.0\"?><rss><channel>".to_vec(), Kinds::POST, false).unwrap_err().class,
        Class::Malformed
    );
}

#[test]
fn a_declared_encoding_is_applied_once_and_may_stand_anywhere() {
    let rss = |title: &str, between: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"GB2312\"?><?xml-stylesheet href=\"a.xsl\"?><rss version=\"2.0\"><channel>\
             <title>某县</title>{between}<item><title>{title}</title><link>https://www.x.gov.cn/1</link>\
             <pubDate>Fri, 20 Nov 2026 09:00:05 +0800</pubDate></item></channel></rss>"
        )
    };
    let title = |bytes: Vec<u8>| read(200, bytes, Kinds::POST, true).unwrap().rows[0].title.clone();
    assert_eq!(title(encoding_rs::GB18030.encode(&rss("冬季用电", "")).0.into_owned()), "冬季用电");
    assert_eq!(title(rss("冬季用电", "").into_bytes()), "冬季用电", "declared, but not meant");
    let twice = rss("冬季用电", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>");
    assert_eq!(title(twice.into_bytes()), "冬季用电");
    assert!(read(200, b"<?xml version=\"1.0\"".to_vec(), Kinds::POST, true).is_err());
}

#[test]
fn addresses_and_keys() {
    let feed = |base: Option<&str>| Feed::new(config(base));
    let secret = Secret::new("K&Y");
    let request = feed(Some("http://127.0.0.1:1200/")).request(&ask(Kinds::POST), Some(&secret)).unwrap();
    assert_eq!(request.url, "http://127.0.0.1:1200/toutiao/user/token/x?format=json&key=K%26Y");
    assert!(!format!("{request:?}").contains("K%26Y"), "a key is never shown");
    assert_eq!(feed(None).request(&ask(Kinds::POST), None).unwrap_err().class, Class::Config);
    let whole = Ask { key: "https://www.x.gov.cn/rss.xml".to_owned(), ..ask(Kinds::POST) };
    assert_eq!(feed(None).request(&whole, None).unwrap().url, "https://www.x.gov.cn/rss.xml");
}

proptest::proptest! {
    #[test]
    fn no_body_makes_it_panic(body: Vec<u8>, status in 100_u16..600, at in 0_usize..3000, byte: u8) {
        let _ = read(status, body, Kinds::POST, false);
        for name in ["rss.xml", "atom.xml", "rsshub.json"] {
            let mut good = sample(name);
            let at = at % good.len();
            good[at] = byte;
            let _ = read(200, good, Kinds::POST, false);
        }
    }
}

fn source(base: &str, bridge: Bridge) -> crate::Paged {
    crate::Paged::Feed(Feed::new(FeedConfig { bridge, ..config(Some(base)) }))
}

async fn look(source: &crate::Paged, kinds: Kinds, now: &str) -> crate::Seen {
    let ask = Ask { now: Moment::parse(now).unwrap(), ..ask(kinds) };
    crate::testing::look(source, &ask, &crate::testing::Vault::default()).await
}

/// 304 says that the items are the same: a look like the first, of the moment for which the cache speaks.
#[tokio::test]
async fn not_modified_is_a_look_at_the_same_items() {
    use crate::testing::{platform, reply, word};
    for (name, value, condition) in
        [("etag", "\"tag\"", "if-none-match: \"tag\""), ("x", "y", "if-modified-since: sun, 22 nov 2026 01:55:00 gmt")]
    {
        let platform = platform(move |request, _| {
            let request = request.to_lowercase();
            if request.contains("if-none-match") || request.contains("if-modified-since") {
                assert!(request.contains(condition), "{request}");
                return reply(304, "");
            }
            let body = String::from_utf8(sample("rsshub.json")).unwrap();
            reply(200, body).header(name, value).header("last-modified", "Sun, 22 Nov 2026 01:55:00 GMT")
        })
        .await;
        let source = source(&platform.base, Bridge::RssHub);
        let first = look(&source, Kinds::POST, "2026-11-22 10:00").await;
        let again = look(&source, Kinds::POST, "2026-11-22 11:00").await;
        assert_eq!((word(&first).as_str(), &first.rows), (word(&again).as_str(), &again.rows));
        let until = |seen: &crate::Seen| seen.reaches[0].until;
        assert_eq!(until(&first), Moment::parse("2026-11-22 09:55").unwrap(), "when the bridge read");
        assert_eq!(until(&again), Moment::parse("2026-11-22 10:55").unwrap(), "the cache is five minutes old at most");
        assert_eq!(platform.asked().len(), 2);
    }
    // Nobody was asked before.
    let platform = platform(|_, _| reply(304, "")).await;
    let odd = look(&source(&platform.base, Bridge::RssHub), Kinds::POST, "2026-11-22 10:00").await;
    assert_eq!(word(&odd), "malformed");
}

#[tokio::test]
async fn a_bridge_that_lists_less_than_before_proves_presence_only() {
    use crate::testing::{platform, reply, word};
    let short = r#"{"version":"https://jsonfeed.org/version/1","items":[{"id":"x","url":"https://mp.weixin.qq.com/s/x","date_modified":"2026-11-21T01:00:05.000Z"}]}"#;
    let platform = platform(move |_, n| match n {
        1 => reply(200, short),
        _ => reply(200, String::from_utf8(sample("rsshub.json")).unwrap()),
    })
    .await;
    let source = source(&platform.base, Bridge::WeweRss);
    let mut told = Vec::new();
    for _ in 0..3 {
        let seen = look(&source, Kinds::WECHAT, "2026-11-22 10:00").await;
        told.push((
            word(&seen),
            seen.rows.len(),
            seen.reaches.len(),
            seen.notes.iter().map(|n| n.reason.clone()).collect(),
        ));
    }
    let fine = ("partial".to_owned(), 5, 1, Vec::<String>::new());
    assert_eq!(told, [fine.clone(), ("partial".to_owned(), 1, 0, vec!["shrunk".to_owned()]), fine]);
}
