//! WeChat: the look-alikes of "no posts", and what sound answers prove.

use super::route::Route::{Wechat, WechatFeed};
use super::{Table, case};
use crate::feed::Bridge::{WeMpRss, Wechat2Rss, WeweRss};

const ARTICLE: &str = "no adapter opens article pages; a person who does says so with an attestation or a strike";
const BRIDGE: &str = "only a bridge or a collector reads this, with a login of its own; it hands the class over in its `end` line or its HTTP status, never the body";

pub(super) const LOOK_ALIKES: Table = Table {
    title: "WeChat: look-alikes of \"no posts\"",
    rows: 17,
    cases: &[
        case(
            "freepublish `total_count: 0`",
            Wechat,
            &[("freepublish", "200 @free-none.json"), ("", "200 @day-delayed.json")],
            "partial, 0 posts, proves unnotified",
        ),
        case(
            "totaldetail `is_delay: true`, or empty for yesterday before about 08:00",
            Wechat,
            &[
                ("freepublish", "200 @free-none.json"),
                ("totaldetail", "200 @day-delayed-item.json"),
                ("", r#"200 {"list":[]}"#),
            ],
            "partial, 1 posts, proves unnotified",
        ),
        case(
            "totaldetail empty, finished day",
            Wechat,
            &[("freepublish", "200 @free-none.json"), ("", "200 @day-empty.json")],
            "complete, 0 posts, proves notified+unnotified",
        ),
        // The cross-check: an un-notified post of that day, and the summary's count of it.
        case(
            "totaldetail empty, finished day",
            Wechat,
            &[("freepublish", "200 @free.json"), ("", "200 @day-empty.json")],
            "partial, 3 posts, proves unnotified, malformed/contradicted",
        ),
        case(
            "totaldetail empty, finished day",
            Wechat,
            &[
                ("freepublish", "200 @free-none.json"),
                ("getbizsummary", r#"200 {"list":[{"ref_date":"2026-11-20","detail":{"send_page_count":1}}]}"#),
                ("", "200 @day-empty.json"),
            ],
            "partial, 0 posts, proves unnotified, malformed/contradicted",
        ),
        case(
            "`ret: 0` without `publish_page`",
            WechatFeed(WeMpRss),
            &[("", r#"200 {"base_resp":{"ret":0,"err_msg":"ok"}}"#)],
            "malformed, 0 posts, proves nothing",
        ),
        case(
            "WeRead -2012, -2010; HTTP 429",
            WechatFeed(WeweRss),
            &[("", "429")],
            "throttled, 0 posts, proves nothing",
        ),
        case(
            "old items only, `syncTime` fresh",
            WechatFeed(WeweRss),
            &[("", OLD)],
            "partial, 1 posts, proves nothing, blocked/stale",
        ),
        // What it has shown before is gone as well: more than old, wrong.
        case(
            "old items only, `syncTime` fresh",
            WechatFeed(WeweRss),
            &[("", OLD)],
            "blocked/went_back, 1 posts, proves nothing",
        )
        .knowing(&[("new", "2026-11-20 10:00")]),
        case(
            "0 items, or fewer than last time",
            WechatFeed(Wechat2Rss),
            &[("", "200 @empty.json")],
            "blocked/empty_unexpected, 0 posts, proves nothing",
        ),
        case(
            "feed URL answers HTML",
            WechatFeed(WeMpRss),
            &[("", "200 @page.html")],
            "malformed, 0 posts, proves nothing",
        ),
    ],
    never: &[
        (
            "`profile_ext` `ret: 0`, `errmsg: \"ok\"`, `msg_count: 0`, `can_msg_continue: 0`, `home_page_list: []`",
            BRIDGE,
        ),
        ("WeRead -2041, HTTP 499, `reviews: []`", BRIDGE),
        ("WeRead -2012, -2010; HTTP 429", BRIDGE),
        (
            "page `wappoc_appmsgcaptcha`, `secitptpage/verify`, 访问过于频繁, or 环境异常 with 完成验证后即可继续访问 and 去验证",
            ARTICLE,
        ),
        ("`.weui-msg__title` 该内容已被发布者删除", ARTICLE),
        (
            "此内容因违规无法查看, 涉嫌违反相关法律法规和政策, 此内容被投诉且经审核涉嫌侵权, 此内容发送失败无法查看",
            ARTICLE,
        ),
        ("此帐号已申请帐号迁移, 帐号已迁移, 该公众号已迁移", ARTICLE),
        ("此账号已自主注销, 帐号已被屏蔽, 已停止访问该网页", ARTICLE),
        ("under 2 KB, `.mesg-block` 该内容暂时无法查看; empty `<div id=\"app\">` and title", ARTICLE),
        ("参数错误, 链接已过期", ARTICLE),
    ],
    elsewhere: &[
        (
            "totaldetail `is_delay: true`, or empty for yesterday before about 08:00",
            include_str!("../wechat/tests.rs"),
            "days_are_asked_for_once_they_are_computed_and_only_if_unknown",
        ),
        (
            "0 items, or fewer than last time",
            include_str!("../feed/tests.rs"),
            "a_bridge_that_lists_less_than_before_proves_presence_only",
        ),
    ],
};

const OLD: &str = r#"200 {"version":"https://jsonfeed.org/version/1","title":"x","items":[{"id":"old","url":"https://mp.weixin.qq.com/s/old","title":"旧","date_modified":"2026-10-01T01:00:05.000Z"}]}"#;

const LAST_PAGE: &str = r#"200 {"total_count":"37","item_count":"0","item":[]}"#;

pub(super) const SOUND: Table = Table {
    title: "WeChat: what else its answers come to",
    rows: 8,
    cases: &[
        case(
            "both lists, merged by article",
            Wechat,
            &[("freepublish", "200 @free.json"), ("", "200 @day.json")],
            "complete, 5 posts, proves notified+unnotified",
        ),
        case(
            "pages, with numbers as text",
            Wechat,
            &[("\"offset\":0", "200 @free-more.json"), ("freepublish", LAST_PAGE), ("", "200 @day.json")],
            "complete, 4 posts, proves notified+unnotified",
        ),
        case(
            "a push without a time takes the end of the whole list with it",
            Wechat,
            &[
                (
                    "\"offset\":0",
                    r#"200 {"total_count":2,"item_count":1,"item":[{"article_id":"x","content":{"news_item":[]}}]}"#,
                ),
                ("freepublish", r#"200 {"total_count":2,"item_count":0,"item":[]}"#),
                ("", "200 @day-delayed.json"),
            ],
            "partial, 0 posts, proves nothing",
        ),
        case(
            "no item list where there should be one",
            Wechat,
            &[("", "200 @free-no-item.json")],
            "malformed, 0 posts, proves nothing",
        ),
        case(
            "no list in the statistic",
            Wechat,
            &[("freepublish", "200 @free-none.json"), ("", "200 @day-no-list.json")],
            "malformed, 0 posts, proves nothing",
        ),
        case(
            "an article without its place",
            Wechat,
            &[("freepublish", "200 @free-none.json"), ("", "200 @day-odd.json")],
            "partial, 0 posts, proves nothing",
        ),
        case("the exit IP is not whitelisted", Wechat, &[("", "200 @ip.json")], "config/ip, 0 posts, proves nothing"),
        case(
            "48001 on freepublish alone",
            Wechat,
            &[("freepublish", r#"200 {"errcode":48001}"#), ("", "200 @day.json")],
            "partial, 3 posts, proves notified+unnotified, config/no_permission",
        ),
    ],
    never: &[],
    elsewhere: &[],
};

/// One post in both lists: the statistic gives the day and the list the hour, the deletion too.
#[tokio::test]
async fn the_statistics_day_decides_the_date() {
    const LATE: &str = r#"200 {"is_delay":false,"list":[{"ref_date":"2026-11-20","msgid":"2247400300_1","publish_type":1},{"ref_date":"2026-11-20","msgid":"2247400300_2","publish_type":1}]}"#;
    // free.json dates them 2026-11-19 12:43:20.
    let seen = case("", Wechat, &[("freepublish", "200 @free.json"), ("", LATE)], "").look().await.0;
    let told: Vec<(&str, crate::When, bool)> =
        seen.rows.iter().map(|row| (row.id.as_deref().unwrap(), row.when, row.visible)).collect();
    let at = |text: &str| crate::When::At(crate::Moment::parse(text).unwrap());
    assert_eq!(
        told,
        [
            ("2247400314_1", at("2026-11-20 16:30"), true),
            ("2247400300_1", at("2026-11-20 12:43:20"), true),
            ("2247400300_2", at("2026-11-20 12:43:20"), false)
        ]
    );
}

/// A day with an odd row proves nothing, and leaves the other days alone.
#[tokio::test]
async fn an_odd_day_leaves_the_others_alone() {
    let odd = case(
        "",
        Wechat,
        &[
            ("freepublish", "200 @free-none.json"),
            ("\"begin_date\":\"2026-11-19\",\"end_date\":\"2026-11-19\"", r#"200 {"is_delay":false,"list":[]}"#),
            ("", "200 @day-odd.json"),
        ],
        "",
    );
    let since = crate::Moment::parse("2026-11-19 00:00").unwrap();
    let platform =
        super::platform(move |request, _| super::answer(Wechat, odd.script, request, &std::sync::Mutex::default()))
            .await;
    let ask = crate::Ask { since, ..Wechat.ask() };
    let seen = super::look(&Wechat.source(&platform.base), &ask, &super::route::vault()).await;
    let days: Vec<(crate::Moment, crate::Moment)> =
        seen.reaches.iter().map(|reach| (reach.from, reach.until)).collect();
    assert_eq!((super::word(&seen).as_str(), days), ("partial", vec![(since, since.plus_days(1))]));
}
