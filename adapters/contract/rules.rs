//! The acceptance rules, each held against every source that is a list, in its own wire format.

use super::route::{self, Route};
use super::told;
use super::wire::{self, Item, LISTS, own};
use crate::testing::{look, platform, reply};
use crate::{Ask, Known, Moment, Seen, When};

/// A look at a list whose first page holds `items`. If there is `more`, every further page repeats it,
/// unless `then` stands in for it. A post that the list leaves out is deleted, and a profile counts what was shown.
async fn seen(route: Route, items: &[Item], more: bool, then: Option<&[Item]>, known: &[Item]) -> Seen {
    let first = wire::page(route, items, more);
    let further = match then {
        Some(items) => wire::page(route, items, true),
        None if more => first.clone(),
        None => wire::page(route, &[], false),
    };
    let profile = wire::profile(items.len() + then.map_or(0, <[Item]>::len));
    let platform = platform(move |request, _| {
        let line = request.lines().next().unwrap_or_default();
        if line.contains("statuses/show") {
            return reply(200, r#"{"ok":0,"error_code":20101}"#);
        }
        if line.contains("profile/info") || (line.contains("getIndex") && !line.contains("containerid")) {
            return reply(200, profile.clone());
        }
        // Of every route: what asks for a page other than the first.
        let later = ["cursor=7", "since_id=9", "sinceid=9", "page=2", "page=3"].iter().any(|mark| line.contains(mark));
        reply(200, if later { further.clone() } else { first.clone() })
    })
    .await;
    let known = known.iter().map(|item| Known { id: Some(item.id(route)), when: When::At(item.at(route)) });
    let ask = Ask { known: known.collect(), ..route.ask() };
    look(&route.source(&platform.base), &ask, &route::vault()).await
}

/// How a look ended, without what it proves.
fn ended(seen: &Seen) -> String {
    told(seen).split(',').next().unwrap_or_default().to_owned()
}

fn from(seen: &Seen) -> Option<Moment> {
    seen.reaches.first().map(|reach| reach.from)
}

const OLD: [i64; 4] = [20, 21, 22, 23];

fn posts(days: &[i64]) -> Vec<Item> {
    days.iter().map(|days| own(*days)).collect()
}

fn with_old(first: Item) -> Vec<Item> {
    [vec![first], posts(&OLD)].concat()
}

/// Rule 1, **Shape**: a missing list is never `[]`.
#[tokio::test]
async fn a_missing_list_is_never_an_empty_one() {
    for (body, want) in [
        ("{}", "malformed"),
        (r#"{"ok":1,"success":true,"code":200,"data":{}}"#, "malformed"),
        (r#"{"ok":1,"success":true,"data":{"has_more":false,"cursor":"7","list":null,"items":null}}"#, "malformed"),
        (
            r#"{"ok":1,"success":true,"statuses":{},"items":{},"data":{"cards":{},"list":{},"items":{},"aweme_list":{}}}"#,
            "malformed",
        ),
    ] {
        for route in LISTS.into_iter().chain([Route::Wechat, Route::Desktop, Route::WeiboContract]) {
            let platform = platform(move |request, _| {
                let token = request.contains("stable_token");
                reply(200, if token { r#"{"access_token":"T","expires_in":7200}"# } else { body })
            })
            .await;
            let seen = look(&route.source(&platform.base), &route.ask(), &route::vault()).await;
            let word = ended(&seen);
            // A bridge without its list is known as risk control.
            let risk = word == "blocked/risk_control" && route.folder() == "douyin";
            assert!(word == want || risk, "{route:?} {body}: {word}");
            assert!(seen.reaches.is_empty() && seen.withheld.is_empty(), "{route:?} {body}: {seen:?}");
        }
    }
}

/// Rule 1: a row without a usable time is dropped, and the look then proves presence only.
#[tokio::test]
async fn an_undated_row_leaves_presence_only() {
    for route in LISTS {
        for odd in [Item { dated: false, ..own(1) }, own(-3), own(7000)] {
            let items = [vec![own(0), odd], posts(&OLD[1..])].concat();
            let seen = seen(route, &items, false, None, &[]).await;
            assert_eq!(
                (ended(&seen).as_str(), seen.rows.len(), from(&seen)),
                ("partial", 4, None),
                "{route:?} {odd:?}"
            );
        }
    }
}

/// Rule 2, **Ownership**, where rows carry an author.
#[tokio::test]
async fn rows_of_others_are_dropped_and_a_list_of_nothing_else_is_wrong() {
    for route in
        LISTS.into_iter().filter(|route| !matches!(route, Route::DouyinOpen | Route::Feed(_) | Route::WholeFeed))
    {
        let foreign = |days| Item { own: false, ..own(days) };
        let all = seen(route, &[foreign(1), foreign(20)], false, None, &[]).await;
        assert_eq!((ended(&all).as_str(), all.rows.len()), ("malformed/owner_mismatch", 0), "{route:?}");
        // An older row of another does not count for the reach.
        let five = [posts(&[2, 3, 4, 5]), vec![foreign(20)]].concat();
        let mixed = seen(route, &five, true, None, &[]).await;
        assert_eq!(
            (ended(&mixed).as_str(), mixed.rows.len(), from(&mixed)),
            ("partial", 4, Some(own(5).at(route))),
            "{route:?}"
        );
    }
}

/// Rule 3, **Coverage**.
#[tokio::test]
async fn complete_only_past_the_asked_time_or_at_a_said_end() {
    for route in LISTS {
        let feed = matches!(route, Route::Feed(_));
        let past = seen(route, &with_old(own(2)), true, None, &[]).await;
        assert_eq!(ended(&past), "complete", "{route:?}");
        // A list that repeats itself has not ended.
        let again = seen(route, &posts(&[2, 3, 4, 5, 6]), true, None, &[]).await;
        let (want, reach) = match route {
            // Declared whole: its end is said by the operator.
            Route::WholeFeed => ("complete", Moment::MIN),
            _ => ("partial", own(if feed { 3 } else { 6 }).at(route)),
        };
        assert_eq!((ended(&again).as_str(), from(&again)), (want, Some(reach)), "{route:?}");
        // Fewer than a page, and nothing said about more: the end where the source says so.
        let short = seen(route, &posts(&[2, 3]), false, None, &[]).await;
        let (want, reach) = if feed { ("partial", None) } else { ("complete", Some(Moment::MIN)) };
        assert_eq!((ended(&short).as_str(), from(&short)), (want, reach), "{route:?}");
    }
}

/// Rule 4, **Anchor**.
#[tokio::test]
async fn a_list_past_the_known_posts_that_shows_none_of_them_is_stale() {
    for route in LISTS {
        let stale = seen(route, &with_old(own(0)), true, None, &posts(&[1, 2, 3])).await;
        assert_eq!((ended(&stale).as_str(), stale.rows.len(), from(&stale)), ("blocked/stale", 5, None), "{route:?}");
        // One of the last five is enough.
        let fine = seen(route, &with_old(own(0)), true, None, &posts(&[1, 2, 20])).await;
        assert_eq!(ended(&fine), "complete", "{route:?}");
        let sixth = seen(route, &with_old(own(0)), true, None, &posts(&[1, 2, 3, 4, 5, 20])).await;
        assert_eq!(ended(&sixth), "blocked/stale", "{route:?}");
    }
}

/// Rule 5, **No going back**.
#[tokio::test]
async fn a_list_older_than_what_is_known_went_back() {
    for route in LISTS {
        let back = seen(route, &with_old(own(5)), true, None, &posts(&[1, 5])).await;
        assert_eq!((ended(&back).as_str(), back.rows.len(), from(&back)), ("blocked/went_back", 5, None), "{route:?}");
        assert_eq!(back.withheld.len(), 1, "{route:?}: what it would prove if it came to be believed");
    }
}

/// Rule 6, **Unexpected emptiness**, and the first check of an account that never had a post.
#[tokio::test]
async fn an_empty_list_of_an_account_with_posts_is_no_silence() {
    for route in LISTS {
        let empty = seen(route, &[], false, None, &posts(&[1])).await;
        assert_eq!((ended(&empty).as_str(), from(&empty)), ("blocked/empty_unexpected", None), "{route:?}");
        let first = seen(route, &[], false, None, &[]).await;
        let feed = matches!(route, Route::Feed(_));
        assert_eq!((first.first_check, ended(&first) == "complete"), (!feed, !feed), "{route:?}: {}", told(&first));
    }
}

/// **Pinned rows** come first and may be years old: never the reach, and never the end.
#[tokio::test]
async fn a_pinned_row_is_no_reach_and_stops_nothing() {
    for route in LISTS.into_iter().filter(|route| *route != Route::WholeFeed) {
        let top = Item { pinned: true, ..own(800) };
        let first = [vec![top], posts(&[2, 3, 4, 5])].concat();
        // A feed is sorted anew, and its mark is lost.
        let sorted = [posts(&[2, 3, 4, 5]), vec![top]].concat();
        let feed = matches!(route, Route::Feed(_));
        let one = if feed { &sorted } else { &first };
        let seen = seen(route, one, true, Some(&posts(&OLD)), &[]).await;
        let (want, reach) = match route {
            Route::Feed(_) => ("partial", 3),
            // No second page: the newest five, and the first page alone.
            Route::WeiboOpen | Route::DouyinV4 => ("partial", 5),
            _ => ("complete", 23),
        };
        assert_eq!((ended(&seen).as_str(), from(&seen)), (want, Some(own(reach).at(route))), "{route:?}");
    }
}
