//! The open platform over the wire.

use super::*;
use crate::testing::{Vault, ask, look, platform, reply, word};
use crate::{Known, Paged, Seen, When};
use serde_json::{Value, json};

const NOW: &str = "2026-07-10 12:00";
const SINCE: &str = "2026-06-25 00:00";

fn source(base: &str, commercial: bool) -> Paged {
    let token = if commercial { "contract" } else { "weibo-token-" };
    let config = OpenConfig { base: base.to_owned(), commercial, token: token.to_owned(), page_cap: 5 };
    Paged::WeiboOpen(Open::new(config))
}

fn vault() -> Vault {
    Vault::with(&[("weibo-token-1234567890", "CANARY"), ("contract", "CANARY")])
}

fn status(at: &str) -> Value {
    let at = Moment::parse(at).unwrap();
    let mid = u64::try_from(at.unix() - 515_483_463).unwrap() << 22;
    json!({"created_at": at.beijing().format("%a %b %d %H:%M:%S +0800 %Y").to_string(), "id": mid, "mid": mid.to_string(),
        "text": "转发微博", "visible": {"type": 0}, "user": {"id": 1234567890, "idstr": "1234567890"}})
}

fn statuses(times: &[&str], total: usize) -> String {
    let list: Vec<Value> = times.iter().map(|at| status(at)).collect();
    json!({"statuses": list, "previous_cursor": 0, "next_cursor": 0, "total_number": total, "ad": []}).to_string()
}

async fn seen(body: String, commercial: bool, known: &[&str]) -> Seen {
    let platform = platform(move |_, _| reply(200, body.clone())).await;
    let known = known.iter().map(|at| Known {
        id: status(at)["mid"].as_str().map(str::to_owned),
        when: When::At(Moment::parse(at).unwrap()),
    });
    let ask = Ask { known: known.collect(), ..ask("1234567890", Kinds::POST, SINCE, NOW) };
    look(&source(&platform.base, commercial), &ask, &vault()).await
}

#[tokio::test]
async fn the_newest_five_suffice() {
    // The last in list order is older than the window: exact.
    let five = ["2026-07-09 10:00", "2026-07-01 10:00", "2026-06-26 10:00", "2026-06-25 10:00", "2026-06-20 10:00"];
    assert_eq!(word(&seen(statuses(&five, 300), false, &[]).await), "complete");
    // Five, the last inside the window: a lower bound, with the reach of the last.
    let busy = ["2026-07-09 10:00", "2026-07-08 10:00", "2026-07-07 10:00", "2026-07-06 10:00", "2026-07-05 10:00"];
    let look = seen(statuses(&busy, 300), false, &[]).await;
    assert_eq!((word(&look).as_str(), look.reaches[0].from), ("partial", Moment::parse("2026-07-05 10:00").unwrap()));
    // An old pinned post first is no reach.
    let pinned = ["2023-01-01 10:00", "2026-07-09 10:00", "2026-07-08 10:00", "2026-07-07 10:00", "2026-07-06 10:00"];
    let look = seen(statuses(&pinned, 300), false, &[]).await;
    assert_eq!((word(&look).as_str(), look.reaches[0].from), ("partial", Moment::parse("2026-07-06 10:00").unwrap()));
    assert!(look.rows[0].pinned && look.rows[1..].iter().all(|row| !row.pinned));
    // Fewer than five are the whole list; none of many is a block.
    assert_eq!(word(&seen(statuses(&busy[..2], 2), false, &[]).await), "complete");
    assert_eq!(word(&seen(statuses(&busy[..2], 300), false, &[]).await), "partial");
    assert_eq!(word(&seen(statuses(&[], 300), false, &[]).await), "blocked/empty_unexpected");
}

#[tokio::test]
async fn a_contract_lists_a_window_as_far_as_it_counts() {
    let two = ["2026-07-09 10:00", "2026-07-01 10:00"];
    let look = seen(statuses(&two, 2), true, &[]).await;
    assert_eq!((word(&look).as_str(), look.reaches[0].from), ("complete", Moment::parse(SINCE).unwrap()));
    // The same page again and again never adds up to what is counted... and is no proof.
    assert_eq!(seen(statuses(&[], 5), true, &[]).await.reaches.len(), 0);
    assert_eq!(word(&seen(statuses(&[], 0), true, &["2026-07-05 10:00"]).await), "blocked/empty_unexpected");
    assert_eq!(word(&seen(statuses(&[], 0), true, &["2026-05-05 10:00"]).await), "complete");
}

#[test]
fn each_error_code_has_its_class() {
    use crate::Class::{Auth, Blocked, Config, Gone, Malformed, Retired, Throttled, Transient};
    let rows: [(&[i64], crate::Class); 9] = [
        (&[10001, 10002, 10003, 10009, 10010, 10011, 21331, 10099], Transient),
        (&[10022, 10023, 10024], Throttled),
        (&[20015, 20022, 20031, 20507], Blocked),
        (&[10013, 20003], Gone),
        (&[21301, 21302, 21314, 21315, 21316, 21317, 21319, 21325, 21327, 21330, 21332, 21399], Auth),
        (
            &[10004, 10005, 10006, 10007, 10008, 10012, 10014, 10016, 10017, 10018, 10021, 20001, 20002, 20009, 20502],
            Config,
        ),
        (&[21311, 21312, 21313, 21320, 21321, 21322, 21323, 21324, 21326, 21328, 21329, 21337], Config),
        (&[10020], Retired),
        (&[20999, 5], Malformed),
    ];
    for (codes, want) in rows {
        for code in codes {
            assert_eq!(errors::classify(*code, "x").class, want, "{code}");
        }
    }
}

#[tokio::test]
async fn a_refusal_may_quote_its_code_and_never_shows_the_token() {
    let expired = r#"{"error":"expired_token","error_code":"21327","request":"/2/x"}"#;
    for (commercial, renews) in [(false, "请账号主办单位重新授权"), (true, "请按合同重新取得令牌")]
    {
        let look = seen(expired.to_owned(), commercial, &[]).await;
        assert_eq!(word(&look), "auth/token");
        let told = format!("{look:?}");
        assert!(!told.contains("CANARY") && told.contains(renews), "{told}");
    }
}

#[tokio::test]
async fn a_token_tells_its_end_and_its_owner() {
    let http = Http::new(None).unwrap();
    let now = Moment::parse(NOW).unwrap();
    for (body, want, life) in [
        (r#"{"uid":1234567890,"appkey":"1","create_at":1783646133,"expire_in":2591999}"#, None, Some(2_591_999)),
        (r#"{"uid":"1234567890","expires_in":"60"}"#, None, Some(60)),
        (r#"{"uid":99,"expire_in":60}"#, Some(crate::Class::Config), None),
        (r#"{"error":"x","error_code":21327}"#, Some(crate::Class::Auth), None),
    ] {
        let platform = platform(move |_, _| reply(200, body)).await;
        let probe = source(&platform.base, false).probe("1234567890", now, &http, &vault()).await;
        assert_eq!((probe.trouble.map(|t| t.class), probe.expires), (want, life.map(|s| now.plus(s))), "{body}");
        assert!(platform.asked()[0].ends_with("access_token=CANARY"));
    }
}
