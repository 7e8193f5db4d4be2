//! Douyin: the look-alikes of "no posts", and what sound answers of the three routes prove.

use super::route::Route::{DouyinOpen, DouyinV4, DouyinV5};
use super::{Table, case};

const NOTHING: &str = r#"200 {"code":200,"data":{"status_code":0,"aweme_list":[],"has_more":0,"max_cursor":0}}"#;
const OLD: &str = r#"200 {"code":200,"data":{"status_code":0,"has_more":0,"max_cursor":1,"aweme_list":[{"aweme_id":"7500000000000000009","create_time":1767225600,"author":{"sec_uid":"MS4wLjABAAAAEXAMPLE"}}]}}"#;
const MIXED: &str = r#"200 {"code":200,"data":{"status_code":0,"has_more":0,"max_cursor":1,"aweme_list":[
{"aweme_id":"7590000000000000001","create_time":1795141600,"author":{"sec_uid":"MS4wLjABAAAAEXAMPLE"}},
{"aweme_id":"7590000000000000002","create_time":1795141601,"author":{"sec_uid":"MS4wLjABAAAAOTHER"}}]}}"#;
const FOREIGN: &str = r#"200 {"code":200,"data":{"status_code":0,"has_more":0,"max_cursor":1,"aweme_list":[{"aweme_id":"7590000000000000002","create_time":1795141601,"author":{"sec_uid":"MS4wLjABAAAAOTHER"}}]}}"#;
const KNOWN: &[(&str, &str)] = &[("7590000000000000001", "2026-11-20 10:26:40")];

const EMPTY: &str = "HTTP 200, empty body";
const REFUSED: &str = "HTTP 200, body `blocked`";
const KEYLESS: &str = "`{\"status_code\":0}` without the key `aweme_list`";
const WRAPPED: &str = "`{\"code\":200,\"data\":{}}` or `data` null";
const SOFT: &str = "`aweme_list` empty, `has_more` 0, account has stored posts";
const FIRST: &str = "the same, account never had a stored post";
const STALE: &str = "rows arrive, but stored recent posts are missing or all is old";
const OTHERS: &str = "all rows of another author";
const RISK: &str =
    "`status_code` 8, 2154, 2156, 10000, 10001, or a key `verify_center_decision_conf`, `captcha`, `verify_page`";
const CAPTCHA: &str = "HTML 验证码中间页, or a bridge's \"Empty html ... WAF\"";
const LOGIN: &str = "login page or script shell with HTTP 200";
const GONE: &str = "404 or a null detail with a reason";
const DOWN: &str = "connection refused, timeout, 5xx from the bridge";
const EMPTY_PAGE: &str = "page empty, `has_more` 1";
const ELSE: &str = "anything else";

pub(super) const LOOK_ALIKES: Table = Table {
    title: "Douyin: look-alikes of \"no posts\"",
    rows: 15,
    cases: &[
        case(EMPTY, DouyinV5, &[("", "200")], "blocked/empty_body, 0 posts, proves nothing"),
        case(EMPTY, DouyinV4, &[("", "200")], "blocked/empty_body, 0 posts, proves nothing"),
        case(REFUSED, DouyinV5, &[("", "200 blocked")], "blocked/refused, 0 posts, proves nothing"),
        case(REFUSED, DouyinV4, &[("", "200 blocked")], "blocked/refused, 0 posts, proves nothing"),
        case(KEYLESS, DouyinV5, &[("", "200 @status-only.json")], "blocked/risk_control, 0 posts, proves nothing"),
        case(KEYLESS, DouyinV4, &[("", "200 @status-only.json")], "blocked/risk_control, 0 posts, proves nothing"),
        case(
            WRAPPED,
            DouyinV4,
            &[("", r#"200 {"code":200,"data":{}}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(
            WRAPPED,
            DouyinV4,
            &[("", r#"200 {"code":200,"data":null}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(WRAPPED, DouyinV5, &[("", "200 @hollow.json")], "blocked/risk_control, 0 posts, proves nothing"),
        case(WRAPPED, DouyinV5, &[("", "200 @null.json")], "blocked/risk_control, 0 posts, proves nothing"),
        case(SOFT, DouyinV4, &[("", NOTHING)], "blocked/empty_unexpected, 0 posts, proves nothing").knowing(KNOWN),
        case(SOFT, DouyinV5, &[("", "200 @end.json")], "blocked/empty_unexpected, 0 posts, proves nothing")
            .knowing(KNOWN),
        case(FIRST, DouyinV4, &[("", NOTHING)], "complete, 0 posts, proves post weakly, first check"),
        case(FIRST, DouyinV5, &[("", "200 @end.json")], "complete, 0 posts, proves post weakly, first check"),
        case(STALE, DouyinV4, &[("", OLD)], "blocked/went_back, 1 posts, proves nothing").knowing(KNOWN),
        case(STALE, DouyinV4, &[("", MIXED)], "blocked/stale, 1 posts, proves nothing")
            .knowing(&[("7580000000000000001", "2026-11-20 10:00")]),
        case(OTHERS, DouyinV4, &[("", FOREIGN)], "malformed/owner_mismatch, 0 posts, proves nothing"),
        // Single foreign rows (共创) are only dropped.
        case(OTHERS, DouyinV4, &[("", MIXED)], "complete, 1 posts, proves post weakly"),
        case(
            RISK,
            DouyinV4,
            &[("", r#"200 {"code":200,"data":{"status_code":8}}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(
            RISK,
            DouyinV4,
            &[("", r#"200 {"status_code":2154,"aweme_list":[]}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(RISK, DouyinV4, &[("", r#"200 {"status_code":2156}"#)], "blocked/risk_control, 0 posts, proves nothing"),
        case(
            RISK,
            DouyinV5,
            &[("", r#"200 {"success":true,"data":{"status_code":10000}}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(
            RISK,
            DouyinV5,
            &[("", r#"200 {"success":true,"data":{"status_code":"10001"}}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(
            RISK,
            DouyinV4,
            &[("", r#"200 {"verify_center_decision_conf":"x"}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(
            RISK,
            DouyinV4,
            &[("", r#"200 {"captcha":{},"aweme_list":[]}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(
            RISK,
            DouyinV5,
            &[("", r#"200 {"success":true,"data":{"verify_page":1}}"#)],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(CAPTCHA, DouyinV5, &[("", "200 @captcha.html")], "blocked/captcha, 0 posts, proves nothing"),
        case(CAPTCHA, DouyinV4, &[("", "500 Empty html, maybe WAF")], "blocked/captcha, 0 posts, proves nothing"),
        case(LOGIN, DouyinV5, &[("", "200 <html>请登录</html>")], "blocked/login_wall, 0 posts, proves nothing"),
        case(
            LOGIN,
            DouyinV4,
            &[("", "200 <html><script src=x></script></html>")],
            "blocked/login_wall, 0 posts, proves nothing",
        ),
        case(LOGIN, DouyinV5, &[("", "200 登录已过期")], "auth/login, 0 posts, proves nothing"),
        case(
            GONE,
            DouyinV5,
            &[("", r#"404 {"success":false,"error":{"code":"NOT_FOUND"}}"#)],
            "gone, 0 posts, proves nothing",
        ),
        case(GONE, DouyinV4, &[("", r#"404 {"detail":null}"#)], "gone, 0 posts, proves nothing"),
        case(DOWN, DouyinV5, &[("", "502 <html>bad gateway</html>")], "transient, 0 posts, proves nothing"),
        case(DOWN, DouyinV4, &[("", "500 {}")], "transient, 0 posts, proves nothing"),
        case(
            EMPTY_PAGE,
            DouyinV5,
            &[("cursor=1794297900000", "200 @done.json"), ("", "200 @middle.json")],
            "complete, 1 posts, proves post weakly",
        ),
        case(
            ELSE,
            DouyinV5,
            &[("", r#"200 {"success":true,"data":{"posts":[]}}"#)],
            "malformed, 0 posts, proves nothing",
        ),
        case(
            ELSE,
            DouyinV4,
            &[("", r#"200 {"code":200,"data":{"status_code":5}}"#)],
            "malformed, 0 posts, proves nothing",
        ),
        case(ELSE, DouyinV4, &[("", "200 <x>")], "malformed, 0 posts, proves nothing"),
    ],
    never: &[],
    elsewhere: &[(
        DOWN,
        include_str!("../http_tests.rs"),
        "a_cut_body_a_dead_port_and_a_bad_address_never_show_the_query",
    )],
};

pub(super) const SOUND: Table = Table {
    title: "Douyin: what sound answers come to",
    rows: 6,
    cases: &[
        case(
            "v5: a page, and the end",
            DouyinV5,
            &[("cursor=", "200 @end.json"), ("", "200 @good.json")],
            "complete, 3 posts, proves post weakly",
        ),
        case(
            "v5: a row that is not dated",
            DouyinV5,
            &[("cursor=", "200 @end.json"), ("", "200 @undated.json")],
            "partial, 1 posts, proves nothing",
        ),
        case(
            "v5: rows without the raw shape, and the end",
            DouyinV5,
            &[("", "200 @unmarked.json")],
            "complete, 1 posts, proves post weakly",
        ),
        case(
            "v5: a task",
            DouyinV5,
            &[
                ("/tasks/", r#"200 {"success":true,"data":{"state":"queued"}}"#),
                ("/tasks/", "200 @done.json"),
                ("", "202 @running.json"),
            ],
            "complete, 1 posts, proves post weakly",
        ),
        case(
            "v5: a task that never ends",
            DouyinV5,
            &[("", "202 @running.json")],
            "transient/waiting, 0 posts, proves nothing",
        ),
        case(
            "open platform: a short page is no end",
            DouyinOpen,
            &[
                (
                    "cursor=5",
                    r#"200 {"data":{"error_code":"0","has_more":false,"cursor":6,"list":[{"item_id":"@x+/=","create_time":1790000000,"is_top":false}]},"extra":{"error_code":0}}"#,
                ),
                (
                    "",
                    r#"200 {"data":{"error_code":0,"has_more":true,"cursor":5,"list":[{"video_id":"1","create_time":1600000000,"is_top":true}]},"extra":{"error_code":0}}"#,
                ),
            ],
            "complete, 2 posts, proves post",
        ),
    ],
    never: &[],
    elsewhere: &[],
};
