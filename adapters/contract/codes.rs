//! The error codes of every interface that has some: each code over the wire, and its class.

use super::route::Route::{DouyinOpen, DouyinV5, Wechat, Weibo, WeiboContract, WeiboOpen};
use super::route::{self, Route};
use crate::testing::{look, platform, reply, word};

/// A table of codes.
struct Codes {
    title: &'static str,
    route: Route,
    /// Rows of the table that the reference has.
    rows: usize,
    /// How many different codes its rows name, an unknown one of ours included.
    codes: usize,
    /// How the platform tells a code, which stands for `CODE`.
    body: &'static str,
    rows_of: &'static [(&'static [&'static str], &'static str)],
}

#[tokio::test]
async fn every_code_has_its_class_over_the_wire() {
    let mut wrong = Vec::new();
    for table in [&WECHAT, &WEIBO, &CONTRACT, &DOUYIN, &BRIDGE] {
        assert_eq!(table.rows_of.len(), table.rows, "{}: a row is missing", table.title);
        let codes: usize = table.rows_of.iter().map(|(codes, _)| codes.len()).sum();
        assert_eq!(codes, table.codes, "{}: a code is missing", table.title);
        for (codes, want) in table.rows_of {
            for code in *codes {
                let got = refused(table.route, &table.body.replace("CODE", code)).await;
                if got != *want {
                    wrong.push(format!("{} {code}: want {want}, got {got}", table.title));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The word of a look at a platform that gives a token and then only this.
async fn refused(route: Route, body: &str) -> String {
    let body = body.to_owned();
    let platform = platform(move |request, _| {
        let token = request.contains("stable_token") || request.contains("/oauth/");
        let granted = r#"{"access_token":"T","expires_in":7200,"data":{"access_token":"T","expires_in":"1296000","error_code":"0"}}"#;
        reply(200, if token { granted.to_owned() } else { body.clone() })
    })
    .await;
    let seen = look(&route.source(&platform.base), &route.ask(), &route::vault()).await;
    assert!(seen.rows.is_empty() && seen.reaches.is_empty(), "a refusal shows nothing: {seen:?}");
    word(&seen)
}

const WECHAT: Codes = Codes {
    title: "WeChat errcode",
    route: Wechat,
    rows: 18,
    codes: 34,
    body: r#"{"errcode":CODE,"errmsg":"x"}"#,
    rows_of: &[
        (&["-1"], "transient"),
        // Refreshed once, and refused again. (The token call: `a_token_call_that_is_refused`.)
        (&["40001"], "auth/token"),
        (&["40014", "42001"], "auth/token"),
        (&["40013", "40125", "41002", "41004"], "config"),
        (&["40164"], "config/ip"),
        (&["40243"], "config"),
        (&["89501", "89503", "89506", "89507"], "config/ip"),
        (&["43002", "44002", "47001"], "config"),
        (&["45009"], "throttled/quota"),
        (&["45011"], "throttled"),
        (&["47009"], "retired"),
        // On `freepublish` and on the statistic alike, or the look would only be partial.
        (&["48001"], "config/no_permission"),
        (&["48004", "50002"], "blocked/banned"),
        (&["50001", "61003", "61004"], "config"),
        // 53600 speaks of one article of a call that no look makes.
        (&["53600"], "malformed"),
        (&["61500", "61501"], "config"),
        (&["76003", "76021", "76022"], "config"),
        (&["99999", "\"12\""], "malformed"),
    ],
};

const WEIBO: Codes = Codes {
    title: "Weibo error_code",
    route: WeiboOpen,
    rows: 8,
    codes: 64,
    body: r#"{"error":"x","error_code":CODE,"request":"/2/statuses/user_timeline.json"}"#,
    rows_of: &[
        (&["10001", "10002", "10003", "10009", "10010", "10011", "21331", "10099", "19999"], "transient"),
        (&["10022", "10023", "\"10024\""], "throttled/quota"),
        (&["20015", "20022", "20031", "20507"], "blocked/risk_control"),
        (&["10013", "20003"], "gone"),
        (
            &[
                "21301",
                "21302",
                "21314",
                "\"21315\"",
                "21316",
                "21317",
                "21319",
                "21327",
                "21332",
                "21325",
                "21330",
                "21399",
            ],
            "auth/token",
        ),
        (
            &[
                "10004", "10005", "10014", "21337", "10006", "10007", "10008", "10012", "10016", "10017", "10018",
                "10021", "20001", "20002", "20009", "20502", "21311", "21312", "21313", "21320", "21321", "21322",
                "21323", "21326", "21328", "21329", "21324",
            ],
            "config",
        ),
        (&["10020"], "retired"),
        // Codes of single posts (`a_code_of_one_post_says_nothing_of_the_account`), and unknown ones.
        (&["20101", "20104", "20112", "20999", "30000", "1"], "malformed"),
    ],
};

/// The contract speaks the same codes.
const CONTRACT: Codes = Codes {
    title: "Weibo error_code, by contract",
    route: WeiboContract,
    rows: 3,
    codes: 4,
    body: WEIBO.body,
    rows_of: &[(&["10014"], "config"), (&["10022", "10023"], "throttled/quota"), (&["21327"], "auth/token")],
};

const DOUYIN: Codes = Codes {
    title: "Douyin error_code",
    route: DouyinOpen,
    rows: 18,
    codes: 46,
    body: r#"{"data":{"error_code":0},"extra":{"error_code":CODE,"description":"x"}}"#,
    rows_of: &[
        // Refreshed once, and refused again.
        (&["10008", "2190008", "\"28001008\""], "auth/token"),
        (&["2190002", "28001003"], "auth/token"),
        (&["10010"], "auth/consent"),
        (&["10020"], "auth/consent"),
        (&["2190003", "28001012"], "auth/consent"),
        (&["10002", "10005", "2100005", "28001007"], "config"),
        (&["10003", "10013"], "config"),
        (&["10004"], "config/no_permission"),
        (&["10006", "10007", "10012", "10014", "10015"], "config"),
        (&["2190004", "28001014", "28001018", "2100007"], "config/no_permission"),
        (&["2190015", "28001015"], "config"),
        (&["2190016", "28001016", "28001019", "28001020", "28001021"], "config"),
        (&["28001056"], "retired"),
        (&["2190001", "28003017"], "throttled/quota"),
        (&["28003018", "28001052"], "throttled"),
        (&["2100004", "28001005", "28001006"], "transient"),
        (&["2100009", "28001045", "28001046", "28001047"], "gone/user"),
        (&["999", "28009999"], "transient"),
    ],
};

const BRIDGE: Codes = Codes {
    title: "Douyin bridge v5, error.code",
    route: DouyinV5,
    rows: 7,
    codes: 22,
    body: r#"{"success":false,"data":null,"error":{"code":"CODE","message":"x"}}"#,
    rows_of: &[
        (&["RATE_LIMITED", "QUEUE_FULL", "IDENTITY_POOL_EXHAUSTED", "ENDPOINT_CIRCUIT_OPEN"], "throttled"),
        (&["UPSTREAM_RISK_CONTROL", "SIGNING_FAILED"], "blocked/risk_control"),
        (&["UPSTREAM_CHANGED"], "malformed"),
        (&["UNAUTHENTICATED"], "auth"),
        (
            &[
                "FORBIDDEN_SCOPE",
                "INVALID_PARAM",
                "INVALID_URL",
                "UNSUPPORTED_CONTENT",
                "METHOD_NOT_ALLOWED",
                "UNSUPPORTED_MEDIA_TYPE",
                "NOT_CONFIGURED",
            ],
            "config",
        ),
        (&["NOT_FOUND", "CONTENT_PRIVATE"], "gone"),
        (&["INTERNAL", "TASK_NOT_FOUND", "CANCELLED", "DOWNLOADER_UNAVAILABLE", "SOMETHING_NEW"], "transient"),
    ],
};

/// An error of the token call is never "token expired": no second token is asked for.
#[tokio::test]
async fn a_token_call_that_is_refused() {
    for (code, want) in
        [(40001, "config"), (40164, "config/ip"), (40243, "config"), (45011, "throttled"), (-1, "transient")]
    {
        let body = format!(r#"{{"errcode":{code},"errmsg":"invalid ip 203.0.113.9, not in whitelist rid: 1"}}"#);
        let platform = platform(move |_, _| reply(200, body.clone())).await;
        let seen = look(&Wechat.source(&platform.base), &Wechat.ask(), &route::vault()).await;
        assert_eq!((word(&seen).as_str(), platform.asked().len()), (want, 1), "{code}");
    }
}

/// 20101, 20104, 20112: that post only. The list goes on, and the post was deleted or closed.
#[tokio::test]
async fn a_code_of_one_post_says_nothing_of_the_account() {
    const GAP: &str = r#"{"ok":1,"data":{"cards":[{"card_type":9,"mblog":{"id":"5319059760666247","created_at":"Fri Jul 10 09:15:33 +0800 2026","user":{"id":1234567890}}},{"card_type":9,"mblog":{"id":"5300000010000001","created_at":"Sat May 16 10:00:00 +0800 2026","user":{"id":1234567890}}}]}}"#;
    for code in [20101, 20104, 20112] {
        let platform = platform(move |request, _| match request.contains("statuses/show") {
            true => reply(200, format!(r#"{{"ok":0,"error_code":{code}}}"#)),
            false => reply(200, GAP),
        })
        .await;
        let known = |id: &str, at: &str| crate::Known {
            id: Some(id.to_owned()),
            when: crate::When::At(crate::Moment::parse(at).unwrap()),
        };
        let known =
            vec![known("5319059760666247", "2026-07-10 09:15:33"), known("5318000000000001", "2026-07-07 10:00")];
        let ask = crate::Ask { known, ..Weibo.ask() };
        let seen = look(&Weibo.source(&platform.base), &ask, &route::vault()).await;
        assert_eq!((word(&seen).as_str(), platform.times("statuses/show")), ("complete", 1), "{code}");
    }
}
