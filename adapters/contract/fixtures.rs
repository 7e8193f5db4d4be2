//! The feed answers, and the fixtures that every release must carry.

use super::route::Route::{DouyinOpen, DouyinV4, DouyinV5, Feed, WechatFeed, WholeFeed};
use super::{Table, case};
use crate::feed::Bridge::{RssHub, WeMpRss, WeweRss};

const ITEMS: &str = "200 with items, 304";
const NONE: &str = "200 without items";
const BROKEN: &str = "200 HTML, broken XML";
const CONFIG: &str = "403, 404";
const UPSTREAM: &str = "5xx with \"this route is empty\", WAF, captcha, 验证, \"Empty html\"";
const COOKIES: &str = "5xx naming cookies or login expired";
const DOWN: &str = "other 5xx, timeout";

pub(super) const FEEDS: Table = Table {
    title: "feeds: answers",
    rows: 8,
    cases: &[
        case(ITEMS, Feed(RssHub), &[("", "200 @rsshub.json")], "partial, 5 posts, proves post weakly"),
        case(ITEMS, Feed(RssHub), &[("", "200 @rss.xml")], "partial, 2 posts, proves nothing"),
        case(ITEMS, WholeFeed, &[("", "200 @atom.xml")], "complete, 1 posts, proves post weakly"),
        case(ITEMS, WechatFeed(WeweRss), &[("", "200 @wewe.json")], "partial, 2 posts, proves nothing"),
        case(NONE, Feed(RssHub), &[("", "200 @empty.json")], "blocked/empty_unexpected, 0 posts, proves nothing"),
        case(NONE, WholeFeed, &[("", "200 @empty.json")], "complete, 0 posts, proves post weakly, first check"),
        case(BROKEN, Feed(RssHub), &[("", "200 @page.html")], "malformed, 0 posts, proves nothing"),
        case(
            BROKEN,
            Feed(RssHub),
            &[("", "200 <?xml version=\"1.0\"?><rss><channel>")],
            "malformed, 0 posts, proves nothing",
        ),
        case(BROKEN, Feed(RssHub), &[("", "200 @busy.json")], "malformed, 0 posts, proves nothing"),
        case(CONFIG, Feed(RssHub), &[("", "403 @page.html")], "config/access_key, 0 posts, proves nothing"),
        case(CONFIG, Feed(RssHub), &[("", "404 @page.html")], "config/route, 0 posts, proves nothing"),
        case("429", Feed(RssHub), &[("", "429")], "throttled, 0 posts, proves nothing"),
        case(UPSTREAM, Feed(RssHub), &[("", "503 @empty-route.html")], "blocked/upstream, 0 posts, proves nothing"),
        case(UPSTREAM, Feed(RssHub), &[("", "503 <p>WAF</p>")], "blocked/upstream, 0 posts, proves nothing"),
        case(
            UPSTREAM,
            Feed(RssHub),
            &[("", r#"500 {"error":{"message":"captcha"}}"#)],
            "blocked/upstream, 0 posts, proves nothing",
        ),
        case(UPSTREAM, Feed(RssHub), &[("", "503 请完成验证")], "blocked/upstream, 0 posts, proves nothing"),
        case(UPSTREAM, Feed(RssHub), &[("", "503 Empty html")], "blocked/upstream, 0 posts, proves nothing"),
        case(COOKIES, Feed(RssHub), &[("", "503 @cookies.html")], "auth, 0 posts, proves nothing"),
        case(COOKIES, Feed(RssHub), &[("", "500 Login expired")], "auth, 0 posts, proves nothing"),
        case(DOWN, Feed(RssHub), &[("", "503 @busy.json")], "transient, 0 posts, proves nothing"),
        // A bridge that does not know the account (wewe-rss).
        case(CONFIG, WechatFeed(WeweRss), &[("", "400 @no-feed.txt")], "gone/feed, 0 posts, proves nothing"),
    ],
    never: &[],
    elsewhere: &[
        (ITEMS, FEED_TESTS, "not_modified_is_a_look_at_the_same_items"),
        (DOWN, include_str!("../http_tests.rs"), "a_cut_body_a_dead_port_and_a_bad_address_never_show_the_query"),
    ],
};

const FEED_TESTS: &str = include_str!("../feed/tests.rs");
const EXEC_TESTS: &str = include_str!("../exec/tests.rs");

const V4: &str = r#"200 {"code":200,"router":"/api/douyin/web/fetch_user_post_videos","data":{"status_code":0,"has_more":1,"max_cursor":1794297900000,"aweme_list":[
{"aweme_id":"7590000000000000001","create_time":1795141600,"is_top":0,"author":{"sec_uid":"MS4wLjABAAAAEXAMPLE"}},
{"aweme_id":"7580000000000000001","create_time":1790000000,"is_top":0,"author":{"sec_uid":"MS4wLjABAAAAEXAMPLE"}}]}}"#;
const PINNED: &str = r#"200 {"code":200,"data":{"status_code":0,"has_more":1,"max_cursor":5,"aweme_list":[
{"aweme_id":"7500000000000000009","create_time":1704067200,"is_top":1,"author":{"sec_uid":"MS4wLjABAAAAEXAMPLE"}},
{"aweme_id":"7590000000000000001","create_time":1795141600,"is_top":0,"author":{"sec_uid":"MS4wLjABAAAAEXAMPLE"}}]}}"#;
const AGAIN: &str = r#"200 {"success":true,"data":{"cursor":"7","has_more":true,"items":[{"content_id":"7590000000000000001","created_at":"2026-11-20T02:26:40Z","author":{"uid":"MS4wLjABAAAAEXAMPLE"},"raw":{"is_top":0}}]}}"#;
const FOREIGN: &str = r#"200 {"success":true,"data":{"cursor":null,"has_more":false,"items":[{"content_id":"7590000000000000001","created_at":"2026-11-20T02:26:40Z","author":{"uid":"MS4wLjABAAAAOTHER"},"raw":{"is_top":0}}]}}"#;
const OPEN: &str = r#"200 {"data":{"error_code":0,"has_more":false,"cursor":1,"list":[{"video_id":"7590000000000000001","create_time":1795141600,"is_top":false}]},"extra":{"error_code":0}}"#;
const KNOWN: &[(&str, &str)] = &[("7595000000000000001", "2026-11-21 10:00")];

const OK: &str = "v4 ok; v5 ok";
const BLOCKED: &str = "v4 `{\"status_code\":0}`; 400 detail; HTTP 200 empty; HTML captcha 200";
const RISK: &str = "v5 UPSTREAM_RISK_CONTROL; the same as failed task inside 200";
const PIN: &str = "pinned old row first; feed with the pinned row sorted last";
const PAGING: &str = "empty page with `has_more` 1; repeated cursor";
const REASONS: &str = "other author only; empty after posts; older than stored";
const HUB: &str = "RSSHub 503 HTML; 304; JSON feed with a missing date";
const VENDOR: &str = "no adapter reads a vendor's list: vendors are collectors, which hand over lines of the protocol";
const FILES: &str =
    "files of owners and crawlers are imported by the daemon, whose tests read them; no adapter sees them";

pub(super) const FIXTURES: Table = Table {
    title: "fixtures",
    rows: 14,
    cases: &[
        case(OK, DouyinV4, &[("", V4)], "complete, 2 posts, proves post weakly"),
        case(
            OK,
            DouyinV5,
            &[("cursor=", "200 @end.json"), ("", "200 @good.json")],
            "complete, 3 posts, proves post weakly",
        ),
        case(
            BLOCKED,
            DouyinV4,
            &[("", r#"200 {"code":200,"data":{"status_code":0}}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(
            BLOCKED,
            DouyinV4,
            &[("", r#"400 {"detail":{"code":400,"message":"An error occurred.","time":"2026-10-17 06:42:01"}}"#)],
            "blocked/refused, 0 posts, proves nothing",
        ),
        case(BLOCKED, DouyinV4, &[("", "200")], "blocked/empty_body, 0 posts, proves nothing"),
        case(BLOCKED, DouyinV4, &[("", "200 @captcha.html")], "blocked/captcha, 0 posts, proves nothing"),
        case(
            "v5 202, then done",
            DouyinV5,
            &[("/tasks/t-1", "200 @done.json"), ("", "202 @running.json")],
            "complete, 1 posts, proves post weakly",
        ),
        case(RISK, DouyinV5, &[("", "502 @risk.json")], "blocked/risk_control, 0 posts, proves nothing"),
        case(
            RISK,
            DouyinV5,
            &[("/tasks/", "200 @failed.json"), ("", "202 @running.json")],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(
            "open platform 28001056",
            DouyinOpen,
            &[("", r#"200 {"data":{"error_code":28001056,"description":"x"},"extra":{"error_code":28001056}}"#)],
            "retired, 0 posts, proves nothing",
        ),
        case(
            "28001008, refresh, ok",
            DouyinOpen,
            &[
                (
                    "/oauth/refresh_token/",
                    r#"200 {"data":{"access_token":"act.NEW","expires_in":"1296000","error_code":"0"}}"#,
                ),
                ("act.NEW", OPEN),
                ("", r#"200 {"data":{"error_code":28001008},"extra":{"error_code":28001008}}"#),
            ],
            "complete, 1 posts, proves post",
        ),
        case(
            "10010",
            DouyinOpen,
            &[
                (
                    "/oauth/refresh_token/",
                    r#"200 {"data":{"error_code":10010,"description":"refresh_token过期"},"message":"error"}"#,
                ),
                ("", r#"200 {"data":{"error_code":28001008},"extra":{}}"#),
            ],
            "auth/consent, 0 posts, proves nothing",
        ),
        // Page 1 only, and not past the pinned row: partial, from the second row on.
        case(PIN, DouyinV4, &[("", PINNED)], "partial, 2 posts, proves post weakly"),
        case(PIN, Feed(RssHub), &[("", "200 @rsshub.json")], "partial, 5 posts, proves post weakly"),
        case(
            PAGING,
            DouyinV5,
            &[("cursor=", "200 @done.json"), ("", "200 @middle.json")],
            "complete, 1 posts, proves post weakly",
        ),
        case(PAGING, DouyinV5, &[("", AGAIN)], "partial, 1 posts, proves post weakly"),
        case(REASONS, DouyinV5, &[("", FOREIGN)], "malformed/owner_mismatch, 0 posts, proves nothing"),
        case(REASONS, DouyinV5, &[("", "200 @end.json")], "blocked/empty_unexpected, 0 posts, proves nothing")
            .knowing(KNOWN),
        case(REASONS, DouyinV5, &[("", "200 @done.json")], "blocked/went_back, 1 posts, proves nothing").knowing(KNOWN),
        case(HUB, Feed(RssHub), &[("", "503 @empty-route.html")], "blocked/upstream, 0 posts, proves nothing"),
        case(HUB, Feed(RssHub), &[("", "503 <html>busy</html>")], "transient, 0 posts, proves nothing"),
        case(HUB, Feed(RssHub), &[("", "200 @undated.json")], "partial, 1 posts, proves nothing"),
        case(HUB, WechatFeed(WeMpRss), &[("", "503 @busy.json")], "transient, 0 posts, proves nothing"),
    ],
    never: &[
        ("numeric-key rows; JSON inside JSON", VENDOR),
        ("MediaCrawler jsonl and its CSV twin with BOM; GB18030 csv; `7.59E+18`", FILES),
    ],
    elsewhere: &[
        (HUB, FEED_TESTS, "not_modified_is_a_look_at_the_same_items"),
        (
            "28001008, refresh, ok",
            include_str!("../douyin/open/tests.rs"),
            "a_stale_token_is_refreshed_once_and_kept_first",
        ),
        (COLLECTOR, EXEC_TESTS, "every_exit_has_its_class_and_an_end_stands_in_every_case"),
        (COLLECTOR, EXEC_TESTS, "every_end_of_an_account_has_its_class"),
        (COLLECTOR, EXEC_TESTS, "a_hang_is_ended_with_its_grandchildren"),
        (COLLECTOR, include_str!("../inbox/tests.rs"), "without_an_end_a_file_proves_only_its_posts"),
    ],
};

const COLLECTOR: &str = "collector: no `end`, garbage line, wrong count, hang with a grandchild, exit 75 after one `end`, `ok` with a late `complete_since`";
