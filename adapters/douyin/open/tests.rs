//! The open platform over the wire: pages, codes, and the lives of a consent.

use super::*;
use crate::testing::{Reply, Vault, ask, look, platform, reply, word};
use crate::time::DAY;
use crate::{Paged, Seen};
use serde_json::json;

const NOW: &str = "2026-11-22 10:00";

fn source(base: &str) -> Paged {
    Paged::DouyinOpen(Open::new(OpenConfig {
        base: base.to_owned(),
        client_key: "KEY".to_owned(),
        client_secret: "app".to_owned(),
        token_prefix: "douyin-".to_owned(),
    }))
}

/// A consent whose tokens end so many days after [`NOW`].
fn consent(access_days: i64, refresh_days: i64, renewals: u32) -> Vault {
    let now = Moment::parse(NOW).unwrap();
    let kept = json!({"access_token": "act.OLD", "refresh_token": "rft.OLD", "access_ends": now.plus(access_days * DAY).unix(),
        "refresh_ends": now.plus(refresh_days * DAY).unix(), "renewals": renewals});
    Vault::with(&[("douyin-OID", &kept.to_string()), ("app", "APP-SECRET")])
}

fn list() -> Reply {
    let row = |id: &str, at: i64, top: bool| json!({"item_id": "@8hx+/=", "video_id": id, "title": "提示", "is_top": top, "create_time": at, "media_type": 4});
    let rows = [row("1", 1_600_000_000, true), row("2", 1_795_141_600, false)];
    reply(
        200,
        json!({"data": {"error_code": 0, "cursor": 5, "has_more": false, "list": rows}, "extra": {"error_code": 0}})
            .to_string(),
    )
}

fn code(code: i64) -> Reply {
    reply(
        200,
        json!({"data": {"error_code": code, "description": "x"}, "extra": {"error_code": code, "log_id": "l"}})
            .to_string(),
    )
}

async fn seen(base: &str, vault: &Vault) -> Seen {
    look(&source(base), &ask("OID", Kinds::POST, "2026-11-08 00:00", NOW), vault).await
}

#[tokio::test]
async fn a_good_page_and_an_explicit_end() {
    let platform = platform(|_, _| list()).await;
    let look = seen(&platform.base, &consent(10, 20, 0)).await;
    assert_eq!((word(&look).as_str(), look.rows.len(), look.rows[0].pinned), ("complete", 2, true));
    let sent = platform.asked().remove(0).to_lowercase();
    assert!(sent.contains("access-token: act.old") && sent.contains("open_id=oid&cursor=0&count=20"), "{sent}");
}

#[tokio::test]
async fn a_stale_token_is_refreshed_once_and_kept_first() {
    let fresh = r#"{"data":{"access_token":"act.NEW","expires_in":"1296000","error_code":"0","open_id":"OID"},"message":"success"}"#;
    let platform = platform(move |request, _| {
        if request.contains("/oauth/refresh_token/") {
            reply(200, fresh)
        } else if request.to_lowercase().contains("access-token: act.new") {
            list()
        } else {
            code(28_001_008)
        }
    })
    .await;
    let vault = consent(10, 20, 0);
    assert_eq!(word(&seen(&platform.base, &vault).await), "complete");
    assert!(vault.replaced.lock().unwrap()[0].contains("act.NEW"));
    assert_eq!(platform.times("/oauth/refresh_token/"), 1);
    // Where it cannot be kept it is not used.
    let full = Vault { full: true, ..consent(10, 20, 0) };
    assert_eq!(word(&seen(&platform.base, &full).await), "transient");
}

#[tokio::test]
async fn a_refresh_token_near_its_end_is_renewed_and_kept_before_it_is_used() {
    let platform = platform(|request, _| {
        if request.contains("/oauth/renew_refresh_token/") {
            reply(200, r#"{"data":{"refresh_token":"rft.NEW","expires_in":2592000,"error_code":0}}"#)
        } else if request.contains("/oauth/refresh_token/") {
            assert!(request.contains("rft.NEW"), "the old one is dead: {request}");
            reply(200, r#"{"data":{"access_token":"act.NEW","expires_in":1296000,"error_code":0}}"#)
        } else {
            list()
        }
    })
    .await;
    let vault = consent(1, 3, 4);
    assert_eq!(word(&seen(&platform.base, &vault).await), "complete");
    let kept = vault.replaced.lock().unwrap().clone();
    assert!(
        kept[0].contains("rft.NEW") && kept[0].contains("act.OLD") && kept[0].contains("\"renewals\":5"),
        "{kept:?}"
    );
    assert!(kept[1].contains("act.NEW"), "{kept:?}");
    // After five renewals nothing is left to renew; the last consent is used up to its end.
    let last = consent(1, 3, 5);
    seen(&platform.base, &last).await;
    assert!(last.replaced.lock().unwrap().iter().all(|kept| kept.contains("rft.OLD")));
}

#[tokio::test]
async fn a_dead_consent_asks_for_a_new_one() {
    let platform =
        platform(|request, _| if request.contains("/oauth/") { code(10_010) } else { code(28_001_008) }).await;
    let look = seen(&platform.base, &consent(10, 20, 0)).await;
    assert_eq!(word(&look), "auth/consent");
    assert!(!format!("{look:?}").contains("act.OLD"));
    let now = Moment::parse(NOW).unwrap();
    let Paged::DouyinOpen(open) = source(&platform.base) else { panic!() };
    assert_eq!(open.probe("OID", now, &consent(10, 20, 5)).expires, Some(now.plus_days(20)));
    assert_eq!(open.probe("OID", now, &consent(10, 20, 4)).expires, Some(now.plus_days(45)));
    assert!(open.probe("OID", now, &consent(-20, -1, 5)).trouble.is_some());
}

#[tokio::test]
async fn a_code_is_exchanged_and_kept() {
    let granted = r#"{"data":{"access_token":"act.A","expires_in":1296000,"refresh_token":"rft.A","refresh_expires_in":2592000,"open_id":"OID2","scope":"video.list.bind","error_code":0},"message":"success"}"#;
    let platform = platform(move |_, _| reply(200, granted)).await;
    let Paged::DouyinOpen(open) = source(&platform.base) else { panic!() };
    let vault = consent(1, 1, 0);
    let id = open.exchange("CODE", Moment::parse(NOW).unwrap(), &Http::new(None).unwrap(), &vault).await.unwrap();
    assert_eq!(id, "OID2");
    assert!(vault.kept.lock().unwrap()["douyin-OID2"].contains("act.A"));
    let sent = platform.asked().remove(0);
    assert!(sent.contains("application/x-www-form-urlencoded") && sent.contains("client_secret=APP-SECRET"), "{sent}");
}

#[test]
fn each_error_code_has_its_class() {
    use crate::Class::{Auth, Config, Gone, Retired, Throttled, Transient};
    let rows: [(&[i64], crate::Class); 7] = [
        (&[10008, 2190008, 28001008, 2190002, 28001003, 10010, 10020, 2190003, 28001012], Auth),
        (&[10002, 10005, 2100005, 28001007, 10003, 10013, 10004, 10006, 10007, 10012, 10014, 10015], Config),
        (
            &[2190004, 28001014, 28001018, 2100007, 2190015, 28001015, 2190016, 28001016, 28001019, 28001020, 28001021],
            Config,
        ),
        (&[28001056], Retired),
        (&[2190001, 28003017, 28003018, 28001052], Throttled),
        (&[2100004, 28001005, 28001006, 999], Transient),
        (&[2100009, 28001045, 28001046, 28001047], Gone),
    ];
    for (codes, want) in rows {
        for code in codes {
            assert_eq!(errors::classify(*code, "x").class, want, "{code}");
        }
    }
}
