//! Recorded answers against the class or the page that each must give.

use super::parse::parse;
use super::post::{bid_of_mid, created, mid_of_bid};
use super::*;
use crate::http::Answer;
use crate::{Class, Kinds, Moment, Next, Outcome, When};
use std::path::Path;

pub(crate) fn ask(cursor: Option<&str>) -> Ask {
    Ask {
        platform: "新浪微博".to_owned(),
        name: "某某发布".to_owned(),
        key: "1234567890".to_owned(),
        author: None,
        since: Moment::parse("2026-06-25 00:00").unwrap(),
        now: Moment::parse("2026-07-10 12:00").unwrap(),
        kinds: Kinds::POST,
        known: Vec::new(),
        covered: Vec::new(),
        cursor: cursor.map(str::to_owned),
        page: u32::from(cursor.is_some()),
    }
}

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("weibo/samples").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn answer(status: u16, body: Vec<u8>) -> Answer {
    Answer { status, headers: Vec::new(), body }
}

fn class(status: u16, body: Vec<u8>, logged_in: bool, cursor: Option<&str>) -> Option<Class> {
    parse(&ask(cursor), &answer(status, body), logged_in).err().map(|failure| failure.class)
}

/// Every row of "Failure answers" and of "Look-alikes" that one page can show.
#[test]
fn each_failure_has_its_class() {
    for (file, status, logged_in, want) in [
        ("login.json", 200, true, Class::Auth),
        ("login.json", 200, false, Class::Blocked),
        ("frequent.json", 200, true, Class::Throttled),
        ("frequent-errno.json", 200, true, Class::Throttled),
        ("lost.json", 200, true, Class::Transient),
        ("captcha.json", 200, true, Class::Blocked),
        ("captcha.html", 200, true, Class::Blocked),
        ("visitor.html", 200, true, Class::Blocked),
        ("other.html", 200, true, Class::Malformed),
        ("no-cards.json", 200, true, Class::Malformed),
        ("unreadable.json", 200, true, Class::Malformed),
        ("good.json", 432, true, Class::Blocked),
        ("good.json", 403, true, Class::Blocked),
        ("other.html", 418, true, Class::Throttled),
        ("other.html", 429, true, Class::Throttled),
        ("other.html", 502, true, Class::Transient),
        ("other.html", 302, true, Class::Blocked),
    ] {
        assert_eq!(class(status, sample(file), logged_in, None), Some(want), "{file} {status}");
    }
    for (status, want) in [
        (200, Class::Blocked),
        (414, Class::Blocked),
        (511, Class::Blocked),
        (432, Class::Blocked),
        (500, Class::Transient),
    ] {
        assert_eq!(class(status, Vec::new(), true, None), Some(want), "empty body {status}");
    }
    assert_eq!(
        class(200, sample("profile.json"), true, Some("profile|0|")),
        Some(Class::Blocked),
        "an empty list, but posts counted"
    );
    assert_eq!(class(200, sample("profile-gone.json"), true, Some("profile|0|")), Some(Class::Gone));
}

#[test]
fn a_good_page() {
    let page = parse(&ask(None), &answer(200, sample("good.json")), true).unwrap();
    assert_eq!(page.rows.len(), 3);
    assert_eq!(page.rows[0].when, When::At(Moment::parse("2026-07-10 09:15:33").unwrap()));
    assert_eq!(page.rows.iter().map(|r| r.repost).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(page.rows.iter().map(|r| r.visible).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(page.rows[0].title, "#话题#正文");
    assert_eq!(page.rows[0].author.as_deref(), Some("1234567890"));
    assert_eq!(page.next, Next::More("since|3|5318799702346446".to_owned()));
    assert_eq!((page.lists, page.unreadable), (Kinds::POST, 0));
}

#[test]
fn any_mark_pins() {
    for file in ["pinned.json", "pinned-mblogtype.json", "pinned-title.json"] {
        let page = parse(&ask(None), &answer(200, sample(file)), true).unwrap();
        assert!(page.rows[0].pinned, "{file}");
        assert!(page.rows.iter().skip(1).all(|row| !row.pinned), "{file}");
    }
}

#[test]
fn liked_posts_are_noise_and_others_keep_their_author() {
    let page = parse(&ask(None), &answer(200, sample("foreign.json")), true).unwrap();
    assert_eq!(page.rows.len(), 1);
    assert_eq!(page.rows[0].author.as_deref(), Some("3333333333"));
}

#[test]
fn an_empty_page_asks_again_and_then_the_profile() {
    for file in ["empty.json", "empty-ok.json", "empty-errno.json"] {
        let next = |cursor| parse(&ask(cursor), &answer(200, sample(file)), true).unwrap().next;
        assert_eq!(next(None), Next::More("again|0|".to_owned()), "{file}");
        assert_eq!(next(Some("again|0|")), Next::More("profile|0|".to_owned()), "{file}");
        assert_eq!(next(Some("since|9|5")), Next::More("profile|9|".to_owned()), "{file}");
    }
    let end = |cursor, file| parse(&ask(Some(cursor)), &answer(200, sample(file)), true).unwrap().next;
    assert_eq!(end("profile|0|", "profile-new.json"), Next::End);
    assert_eq!(end("profile|2908|", "profile.json"), Next::End);
    assert_eq!(end("profile|2907|", "profile.json"), Next::Unsaid);
    let last = parse(&ask(None), &answer(200, sample("last.json")), true).unwrap();
    assert_eq!(last.next, Next::More("profile|1|".to_owned()));
}

#[test]
fn mid_and_bid_are_two_names_of_one_post() {
    for (bid, mid) in [
        ("z0JH2lOMb", 3_501_756_485_200_075),
        ("I5Tz5Ak0E", 4_414_052_358_656_728),
        ("K3fnuEfZK", 4_607_741_009_594_608),
        ("Mb2vL5uUH", 4_826_312_651_310_475),
        ("N4xlMvjhI", 4_910_815_147_462_302),
        ("R83o6hKtk", 5_319_196_504_230_218),
        ("R00010001", 5_300_000_010_000_001),
    ] {
        assert_eq!((mid_of_bid(bid), bid_of_mid(mid).as_str()), (Some(mid), bid));
    }
    assert_eq!(created("5319196504230218"), Moment::parse("2026-07-10 18:18:55"));
    assert_eq!(created("4607741009594608"), Moment::parse("2021-02-23 12:28:47"));
    assert_eq!(created("730379578"), None);
}

#[test]
fn times_in_every_form() {
    let now = Moment::parse("2026-07-10 12:00").unwrap();
    for (text, want) in [
        ("Fri Jul 10 09:15:33 +0800 2026", Some("2026-07-10 09:15:33")),
        ("刚刚", Some("2026-07-10 12:00")),
        ("5分钟前", Some("2026-07-10 11:55")),
        ("3小时前", Some("2026-07-10 09:00")),
        ("今天 08:30", Some("2026-07-10 08:30")),
        ("昨天 23:59", Some("2026-07-09 23:59")),
        ("2026-07-01", Some("2026-07-01 00:00")),
        ("2026-07-01 10:00:05", Some("2026-07-01 10:00:05")),
        ("07-09", Some("2026-07-09 00:00")),
        ("12-31", Some("2025-12-31 00:00")),
        ("07月09日 10:00", Some("2026-07-09 10:00")),
        ("去年", None),
    ] {
        assert_eq!(time::read(text, now), want.and_then(Moment::parse), "{text}");
    }
}

#[test]
fn the_count_beside_an_old_list_is_not_held_against_the_true_one() {
    let totals = totals::Totals::default();
    let page = parse(&ask(None), &answer(200, sample("good.json")), true).unwrap();
    let mut rows = page.rows;
    rows.retain(|row| !row.pinned);
    rows.sort_by_key(|row| row.when.earliest());
    let known = |row: &crate::RawPost| crate::Known { id: row.id.clone(), when: row.when };
    let asked = Ask { known: rows.iter().rev().map(known).collect(), ..ask(None) };
    assert!(rows.len() > 1 && totals.judge(&asked, Some(9), &rows).is_none());
    assert!(totals.judge(&asked, Some(5), &rows[..1]).is_none(), "an old list, and an old count");
    assert!(totals.judge(&asked, Some(9), &rows).is_none(), "no rise");
    assert!(totals.judge(&asked, Some(10), &rows).is_some(), "a rise");
}

#[test]
fn a_whole_look_over_the_samples() {
    use crate::walk::{Step, Walk};
    let weibo =
        Weibo::new(WeiboConfig { base: "http://127.0.0.1".to_owned(), cookie: Some("c".to_owned()), page_cap: 5 });
    let outcome = |files: &[&str]| {
        let mut walk = Walk::new(ask(None), weibo.traits(Kinds::POST));
        let mut next = ask(None);
        for file in files {
            match walk.take(parse(&next, &answer(200, sample(file)), true)) {
                Step::Ask(ask) => next = ask,
                Step::Done(seen) => return Some((seen.outcome, seen.rows.len(), seen.reaches.len())),
                Step::Wait { .. } => panic!("weibo never waits"),
            }
        }
        None
    };
    // Pinned posts only, then nothing more: never silence.
    assert_eq!(outcome(&["pinned-title.json", "empty.json", "profile.json"]), Some((Outcome::Partial, 1, 0)));
    let blocked = outcome(&["empty.json", "empty.json", "profile.json"]).unwrap();
    assert!(matches!(&blocked.0, Outcome::Failed(f) if f.class == Class::Blocked), "{blocked:?}");
    assert_eq!(outcome(&["empty.json", "empty.json", "profile-new.json"]), Some((Outcome::Complete, 0, 1)));
}

proptest::proptest! {
    #[test]
    fn no_body_makes_it_panic(body: Vec<u8>, status in 100_u16..600, at in 0_usize..600, byte: u8) {
        let _ = parse(&ask(None), &answer(status, body), true);
        let mut good = sample("good.json");
        let at = at % good.len();
        good[at] = byte;
        if let Ok(page) = parse(&ask(None), &answer(200, good), true) {
            proptest::prop_assert!(page.next != Next::End);
        }
    }
}
