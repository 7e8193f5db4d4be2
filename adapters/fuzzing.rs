//! One door to every parser, for the fuzzer and for the test that replays its corpus. Not part of the
//! contract.

use crate::http::Answer;
use crate::inbox::{Inbox, InboxConfig};
use crate::walk::{Step, Walk};
use crate::{Ask, Delay, Failure, Kinds, Known, Manners, Moment, Page, Strength, Traits, When};
use crate::{douyin, feed, lines, wechat, weibo};

/// Parsers behind the door.
pub const PARSERS: u8 = 12;

/// Feeds bytes to a parser: the first chooses it, the second the HTTP status, the third whether it is a
/// first page, the rest is the body. Whatever comes, nothing panics, and a page that passes is walked.
pub fn feed_to_a_parser(bytes: &[u8]) {
    let [which, status, place, body @ ..] = bytes else { return };
    let status = [200, 200, 200, 202, 302, 400, 403, 404, 418, 429, 432, 500, 503][usize::from(*status) % 13];
    let answer = Answer { status, headers: Vec::new(), body: body.to_vec() };
    let text = String::from_utf8_lossy(body);
    let page = match which % PARSERS {
        0 => feed::fuzz(&ask(Kinds::POST, None), &answer, *place),
        1 => feed::fuzz(&ask(Kinds::WECHAT, None), &answer, *place),
        2 => weibo::fuzz_mobile(
            &ask(Kinds::POST, pick(*place, &["again|0|", "since|9|5", "profile|0|", "show|0|1,2>again|0|"])),
            &answer,
        ),
        3 => weibo::desktop::fuzz(
            &ask(Kinds::POST, pick(*place, &["list|1|0|||", "profile|0", "search|1|0", "show|1,2>profile|0"])),
            &answer,
        ),
        4 => weibo::open::fuzz(&ask(Kinds::POST, pick(*place, &["2|20"])), &answer, *place),
        5 => wechat::fuzz(&ask(Kinds::WECHAT, None), &answer, *place),
        6 => douyin::fuzz(&ask(Kinds::POST, pick(*place, &["task|t"])), &answer),
        7 => douyin::v4::fuzz(&answer),
        8 => douyin::open::fuzz(&answer, *place),
        9 => {
            drop(Inbox::new(InboxConfig {}).read(&text, &[ask(Kinds::POST, None)]));
            return;
        }
        10 => {
            text.lines().for_each(|line| drop(lines::read(line)));
            return;
        }
        _ => {
            let _ = weibo::session_expires(&text);
            let _ = weibo::mid_of_bid(&text);
            drop(wechat::article_key(&text));
            return;
        }
    };
    walk(page);
}

fn pick<'a>(place: u8, cursors: &[&'a str]) -> Option<&'a str> {
    cursors.get(usize::from(place) % (cursors.len() + 1)).copied()
}

/// A page that passed must not break the walk either.
fn walk(page: Result<Page, Failure>) {
    let traits = Traits {
        strength: Strength::Strong,
        sees: Kinds::POST,
        delay: Delay::None,
        ends_lists: true,
        pinned_allowance: 1,
        page_cap: 3,
        manners: Manners::OWN,
    };
    let mut walk = Walk::new(ask(Kinds::POST, None), traits);
    if let Step::Done(seen) = walk.take(page) {
        assert!(seen.reaches.iter().all(|reach| reach.from <= reach.until), "{seen:?}");
    }
}

fn ask(kinds: Kinds, cursor: Option<&str>) -> Ask {
    let moment = |text: &str| Moment::parse(text).unwrap_or_default();
    let known = |id: &str, at: &str| Known { id: Some(id.to_owned()), when: When::At(moment(at)) };
    Ask {
        platform: "新浪微博".to_owned(),
        name: "某某发布".to_owned(),
        key: "1234567890".to_owned(),
        author: None,
        since: moment("2026-06-25 00:00"),
        now: moment("2026-07-10 12:00"),
        kinds,
        known: vec![known("5319059760666247", "2026-07-10 09:15"), known("5318900000000001", "2026-07-09 22:00")],
        covered: Vec::new(),
        cursor: cursor.map(str::to_owned),
        page: 0,
    }
}

#[cfg(test)]
mod tests {
    /// Every input that a search has found worth keeping, and the recorded samples it began with.
    #[test]
    fn the_kept_corpus_breaks_nothing() {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/parsers");
        let mut parsers = std::collections::BTreeSet::new();
        for entry in std::fs::read_dir(&corpus).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            parsers.extend(bytes.first().map(|which| which % super::PARSERS));
            super::feed_to_a_parser(&bytes);
        }
        assert_eq!(parsers.len(), usize::from(super::PARSERS), "a parser without a kept input");
    }
}
