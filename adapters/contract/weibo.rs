//! Weibo: the look-alikes of "no posts", the failure answers of both web pages, and what sound answers
//! prove.

use super::route::Route::{Desktop, DesktopVisitor, Feed, Weibo, WeiboOpen, WeiboVisitor};
use super::{Table, case, look, route, told};
use crate::feed::Bridge::RssHub;
use crate::testing::{platform, reply};
use crate::{Ask, Known, Moment, When};

const OLD: &str = r#"200 {"ok":1,"data":{"cards":[{"card_type":9,"mblog":{"id":"5300000010000001","created_at":"Sat May 16 10:00:00 +0800 2026","user":{"id":1234567890}}}]}}"#;
const GAP: &str = r#"200 {"ok":1,"data":{"cards":[{"card_type":9,"mblog":{"id":"5319059760666247","created_at":"Fri Jul 10 09:15:33 +0800 2026","user":{"id":1234567890}}},{"card_type":9,"mblog":{"id":"5300000010000001","created_at":"Sat May 16 10:00:00 +0800 2026","user":{"id":1234567890}}}]}}"#;
const FIVE: &str = r#"200 {"total_number":2908,"statuses":[
{"created_at":"Fri Jul 10 09:00:00 +0800 2026","idstr":"5319055845000001","user":{"id":1234567890}},
{"created_at":"Thu Jul 09 09:00:00 +0800 2026","idstr":"5318693456000001","user":{"id":1234567890}},
{"created_at":"Wed Jul 08 09:00:00 +0800 2026","idstr":"5318331068000001","user":{"id":1234567890}},
{"created_at":"Tue Jul 07 09:00:00 +0800 2026","idstr":"5317968680000001","user":{"id":1234567890}},
{"created_at":"Mon Jul 06 09:00:00 +0800 2026","idstr":"5317606291000001","user":{"id":1234567890}}]}"#;
const NO_LIST: &str = r#"200 {"ok":1,"data":{"list":[],"total":0}}"#;
const BANNED: &str = r#"200 {"ok":0,"error_type":"link","url":"sinaweibo://x?c=%E8%AF%A5%E8%B4%A6%E5%8F%B7%E5%9B%A0%E8%A2%AB%E6%8A%95%E8%AF%89"}"#;

const ERRORS: &str = "HTTP error, redirect, negative `ok`, frequency text, 213xx";
const HTML: &str = "HTTP 200 but HTML or not JSON";
const EMPTY: &str =
    "`ok:0` 这里还没有内容, empty `cards` or `list`, or only cards that are not posts, on the **first** page";
const FEWER: &str = "fewer posts in the window than before, not shown as deleted by single fetches";

pub(super) const LOOK_ALIKES: Table = Table {
    title: "Weibo: look-alikes of \"no posts\"",
    rows: 11,
    cases: &[
        case(ERRORS, Weibo, &[("", "432")], "blocked/risk_control, 0 posts, proves nothing"),
        case(
            ERRORS,
            Weibo,
            &[("", "302 ->https://passport.weibo.cn/signin")],
            "blocked/redirect, 0 posts, proves nothing",
        ),
        case(ERRORS, Weibo, &[("", "200 @login.json")], "auth/login, 0 posts, proves nothing"),
        case(ERRORS, Weibo, &[("", "200 @frequent.json")], "throttled, 0 posts, proves nothing"),
        case(ERRORS, WeiboOpen, &[("", r#"200 {"error_code":"21327"}"#)], "auth/token, 0 posts, proves nothing"),
        case(HTML, Weibo, &[("", "200 @captcha.html")], "blocked/captcha, 0 posts, proves nothing"),
        case(HTML, Weibo, &[("", "200 @visitor.html")], "blocked/captcha, 0 posts, proves nothing"),
        case(HTML, Weibo, &[("", "200 @other.html")], "malformed, 0 posts, proves nothing"),
        case(HTML, WeiboOpen, &[("", "200 @other.html")], "malformed, 0 posts, proves nothing"),
        case(
            EMPTY,
            Weibo,
            &[("containerid", "200 @empty.json"), ("", "200 @profile.json")],
            "blocked/empty_unexpected, 0 posts, proves nothing",
        ),
        case(
            EMPTY,
            Weibo,
            &[("containerid", "200 @empty-ok.json"), ("", "200 @profile-gone.json")],
            "gone/no_profile, 0 posts, proves nothing",
        ),
        case(
            EMPTY,
            Weibo,
            &[("containerid", "200 @empty-errno.json"), ("", "200 @profile-new.json")],
            "complete, 0 posts, proves post, first check",
        ),
        case(
            EMPTY,
            Weibo,
            &[
                ("containerid", r#"200 {"ok":1,"data":{"cards":[{"card_type":4},{"card_type":58}]}}"#),
                ("", "200 @profile.json"),
            ],
            "blocked/empty_unexpected, 0 posts, proves nothing",
        ),
        // The profile cannot be read, or says the same nothing (a refused cookie does).
        case(
            EMPTY,
            Weibo,
            &[("containerid", "200 @empty.json"), ("", r#"200 {"ok":1,"data":{"userInfo":{"id":1234567890}}}"#)],
            "blocked/empty_unexpected, 0 posts, proves nothing",
        ),
        case(EMPTY, Weibo, &[("", "200 @empty.json")], "blocked/empty_unexpected, 0 posts, proves nothing"),
        case(
            EMPTY,
            Desktop,
            &[("profile/info", r#"200 {"ok":1,"data":{"user":{"statuses_count":300}}}"#), ("", NO_LIST)],
            "blocked/empty_unexpected, 0 posts, proves nothing",
        ),
        case(
            EMPTY,
            Desktop,
            &[("profile/info", r#"200 {"ok":1,"data":{"user":{"statuses_count":0}}}"#), ("", NO_LIST)],
            "complete, 0 posts, proves post, first check",
        ),
        case(
            EMPTY,
            Desktop,
            &[("profile/info", r#"200 {"ok":1,"data":{}}"#), ("", NO_LIST)],
            "blocked/empty_unexpected, 0 posts, proves nothing",
        ),
        case(
            "`ok:1`, posts present, none by this uid",
            Weibo,
            &[("", "200 @foreign.json")],
            "malformed/owner_mismatch, 0 posts, proves nothing",
        ),
        case(
            "`ok:1`, only pinned posts",
            Weibo,
            &[("containerid", "200 @pinned-title.json"), ("containerid", "200 @empty.json"), ("", "200 @profile.json")],
            "partial, 1 posts, proves nothing",
        ),
        case(
            "`ok:1`, only pinned posts",
            Weibo,
            &[
                ("containerid", "200 @pinned-mblogtype.json"),
                ("containerid", "200 @empty.json"),
                ("", "200 @profile.json"),
            ],
            "partial, 1 posts, proves nothing",
        ),
        case("newest own unpinned post older than the window", Weibo, &[("", OLD)], "complete, 1 posts, proves post"),
        case(
            "newest own unpinned post older than the window",
            WeiboVisitor,
            &[("", OLD)],
            "complete, 1 posts, proves post weakly",
        ),
        case(
            FEWER,
            Weibo,
            &[("statuses/show", r#"200 {"ok":1,"data":{"id":"5318000000000001","visible":{"type":0}}}"#), ("", GAP)],
            "partial, 2 posts, proves nothing, blocked/lost_sight",
        )
        .knowing(&[("5319059760666247", "2026-07-10 09:15:33"), ("5318000000000001", "2026-07-07 10:00")]),
        case(
            FEWER,
            Weibo,
            &[("statuses/show", r#"200 {"ok":0,"msg":"暂无查看权限","errno":"20112"}"#), ("", GAP)],
            "complete, 2 posts, proves post",
        )
        .knowing(&[("5319059760666247", "2026-07-10 09:15:33"), ("5318000000000001", "2026-07-07 10:00")]),
        case(
            "profile notice, `blockText`",
            Desktop,
            &[("profile/info", BANNED), ("", NO_LIST)],
            "gone/banned, 0 posts, proves nothing",
        ),
        case(
            "profile notice, `blockText`",
            Desktop,
            &[
                (
                    "profile/info",
                    r#"200 {"ok":1,"data":{"user":{"statuses_count":9},"blockText":"该账号已被永久禁言"}}"#,
                ),
                ("", NO_LIST),
            ],
            "gone/no_profile, 0 posts, proves nothing",
        ),
        // sources.md, the page of feeds, says `blocked`; either way it proves nothing.
        case(
            "feed with HTTP 200 and zero items",
            Feed(RssHub),
            &[("", "200 @empty.json")],
            "blocked/empty_unexpected, 0 posts, proves nothing",
        ),
        case(
            "`user_timeline` returns five, the last inside the window",
            WeiboOpen,
            &[("", FIVE)],
            "partial, 5 posts, proves post",
        ),
    ],
    never: &[],
    elsewhere: &[(
        "`statuses_count` rose since the last poll, no new post seen",
        include_str!("weibo.rs"),
        "a_count_that_rises_without_a_new_post_hides_something",
    )],
};

#[tokio::test]
async fn a_count_that_rises_without_a_new_post_hides_something() {
    let platform = platform(|_, n| {
        let list = GAP.trim_start_matches("200 ");
        reply(200, list.replacen("{\"cards\"", &format!("{{\"cardlistInfo\":{{\"total\":{}}},\"cards\"", 2908 + n), 1))
    })
    .await;
    let source = Weibo.source(&platform.base);
    let known = |id: &str, at: &str| Known { id: Some(id.to_owned()), when: When::At(Moment::parse(at).unwrap()) };
    let known = vec![known("5319059760666247", "2026-07-10 09:15:33"), known("5300000010000001", "2026-05-16 10:00")];
    let ask = Ask { known, ..Weibo.ask() };
    let first = look(&source, &ask, &route::vault()).await;
    assert_eq!(told(&first), "complete, 2 posts, proves post");
    let second = look(&source, &ask, &route::vault()).await;
    assert_eq!(told(&second), "partial, 2 posts, proves nothing, blocked/hidden");
}

const WALL: &str = "HTTP 403, 414, 511 and above all **432** (empty or HTML body)";
const OFTEN: &str = "HTTP 418, 429";
const LOGIN: &str = "redirect to `passport.weibo.*`, `visitor.passport.weibo.cn`, `visit.sina.cn` or a login page; endless 302; 200 with \"Sina Visitor System\"";
const NEGATIVE: &str = "`{\"ok\":-100,\"msg\":\"请先登录\",\"url\":\"…\"}` with HTTP 200; any negative `ok`";
const FREQUENT: &str = "`ok:0`, `errno` 100005, or 过于频繁 / 频次过高 / 歇歇 in `msg`";
const PAGE: &str = "HTTP 200 HTML with 安全验证, then 请登录, then 暂无查看权限 (test in this order)";
const BROKEN: &str = "HTTP 5xx, time-out, TLS error";
const HOLLOW: &str = "`ok:1` but no `data.cards`, or no entry can be read";

pub(super) const MOBILE: Table = Table {
    title: "Weibo, mobile: failure answers",
    rows: 11,
    cases: &[
        case(WALL, Weibo, &[("", "403 @other.html")], "blocked/risk_control, 0 posts, proves nothing"),
        case(WALL, Weibo, &[("", "414")], "blocked/risk_control, 0 posts, proves nothing"),
        case(WALL, Weibo, &[("", "511")], "blocked/risk_control, 0 posts, proves nothing"),
        case(WALL, Weibo, &[("", "432 @other.html")], "blocked/risk_control, 0 posts, proves nothing"),
        case(WALL, WeiboVisitor, &[("", "432 @good.json")], "blocked/risk_control, 0 posts, proves nothing"),
        case(OFTEN, Weibo, &[("", "418 @other.html")], "throttled, 0 posts, proves nothing"),
        case(OFTEN, Weibo, &[("", "429")], "throttled, 0 posts, proves nothing"),
        case(
            LOGIN,
            Weibo,
            &[("", "302 ->https://visitor.passport.weibo.cn/visitor/visitor")],
            "blocked/redirect, 0 posts, proves nothing",
        ),
        case(LOGIN, WeiboVisitor, &[("", "301 ->https://visit.sina.cn/")], "blocked/redirect, 0 posts, proves nothing"),
        case(LOGIN, Weibo, &[("", "200 @visitor.html")], "blocked/captcha, 0 posts, proves nothing"),
        case(NEGATIVE, Weibo, &[("", "200 @login.json")], "auth/login, 0 posts, proves nothing"),
        case(NEGATIVE, WeiboVisitor, &[("", "200 @login.json")], "blocked/login_wall, 0 posts, proves nothing"),
        case(NEGATIVE, Weibo, &[("", r#"200 {"ok":"-1"}"#)], "auth/login, 0 posts, proves nothing"),
        case(FREQUENT, Weibo, &[("", "200 @frequent-errno.json")], "throttled, 0 posts, proves nothing"),
        case(FREQUENT, Weibo, &[("", r#"200 {"ok":0,"msg":"访问频次过高"}"#)], "throttled, 0 posts, proves nothing"),
        case(FREQUENT, Weibo, &[("", r#"200 {"ok":0,"message":"歇歇吧"}"#)], "throttled, 0 posts, proves nothing"),
        case(
            "`ok:0`, `errno` 100001 服务器走丢了",
            Weibo,
            &[("", "200 @lost.json")],
            "transient, 0 posts, proves nothing",
        ),
        case(
            "`ok:0`, 这里还没有内容, `cards:[]`; `errno` 100010 or 100011",
            Weibo,
            &[("containerid", r#"200 {"ok":0,"errno":100010}"#), ("", "200 @profile.json")],
            "blocked/empty_unexpected, 0 posts, proves nothing",
        ),
        case(
            "JSON without `data` but with `url`",
            Weibo,
            &[("", "200 @captcha.json")],
            "blocked/captcha, 0 posts, proves nothing",
        ),
        case(PAGE, Weibo, &[("", "200 @captcha.html")], "blocked/captcha, 0 posts, proves nothing"),
        case(PAGE, Weibo, &[("", "200 <html>请登录</html>")], "blocked/captcha, 0 posts, proves nothing"),
        case(PAGE, Weibo, &[("", "200 <html>暂无查看权限</html>")], "blocked/captcha, 0 posts, proves nothing"),
        case(BROKEN, Weibo, &[("", "502 @other.html")], "transient, 0 posts, proves nothing"),
        case(BROKEN, Weibo, &[("", "500")], "transient, 0 posts, proves nothing"),
        case(HOLLOW, Weibo, &[("", "200 @no-cards.json")], "malformed, 0 posts, proves nothing"),
        case(HOLLOW, Weibo, &[("", "200 @unreadable.json")], "malformed, 0 posts, proves nothing"),
    ],
    never: &[],
    elsewhere: &[(
        BROKEN,
        include_str!("../http_tests.rs"),
        "a_cut_body_a_dead_port_and_a_bad_address_never_show_the_query",
    )],
};

const ALONE: &str = "`{\"ok\":0,\"message\":\"暂无查看权限\",\"error_code\":20112}`; HTTP 400 on `statuses/show`";

pub(super) const DESKTOP: Table = Table {
    title: "Weibo, desktop: failures",
    rows: 5,
    cases: &[
        case(
            "`{\"ok\":-100,\"url\":\"…/login.php?url=…\"}`, HTTP 200",
            Desktop,
            &[("", "200 @login.json")],
            "auth/login, 0 posts, proves nothing",
        ),
        case(
            "`{\"ok\":-100,\"url\":\"…/login.php?url=…\"}`, HTTP 200",
            DesktopVisitor,
            &[("", "200 @login.json")],
            "blocked/login_wall, 0 posts, proves nothing",
        ),
        case("HTTP 403, 432", Desktop, &[("", "403")], "blocked/risk_control, 0 posts, proves nothing"),
        case(
            "HTTP 403, 432",
            DesktopVisitor,
            &[("", "432 @captcha.html")],
            "blocked/risk_control, 0 posts, proves nothing",
        ),
        case(
            "HTTP 500 `{\"ok\":0,\"message\":\"Cannot read properties of undefined…\"}`",
            Desktop,
            &[("", r#"500 {"ok":0,"message":"Cannot read properties of undefined"}"#)],
            "transient, 0 posts, proves nothing",
        ),
        case(
            "`ok:1` with an empty `list`",
            DesktopVisitor,
            &[("profile/info", "400"), ("", NO_LIST)],
            "gone/no_profile, 0 posts, proves nothing",
        ),
    ],
    never: &[],
    elsewhere: &[(ALONE, include_str!("../weibo/desktop/tests.rs"), "a_vanished_post_is_asked_for_by_itself")],
};

pub(super) const SOUND: Table = Table {
    title: "Weibo: what sound answers come to",
    rows: 4,
    cases: &[
        case(
            "a list that goes on",
            Weibo,
            &[("since_id", OLD), ("", "200 @good.json")],
            "complete, 4 posts, proves post",
        ),
        case(
            "a card that says there is no more, and a profile that counts as many",
            Weibo,
            &[("containerid", "200 @last.json"), ("", r#"200 {"ok":1,"data":{"userInfo":{"statuses_count":"1"}}}"#)],
            "complete, 1 posts, proves post",
        ),
        case(
            "a card that says there is no more, and a profile that counts more",
            Weibo,
            &[("containerid", "200 @last.json"), ("", "200 @profile.json")],
            "partial, 1 posts, proves post",
        ),
        case(
            "a pinned post years old comes first",
            Weibo,
            &[("page=2", OLD), ("", "200 @pinned.json")],
            "complete, 3 posts, proves post",
        ),
    ],
    never: &[],
    elsewhere: &[],
};
