//! Every paged source, made to read a platform on loopback.

use crate::douyin::{self, v4};
use crate::feed::{Bridge, Feed, FeedConfig, KeyAs};
use crate::testing::{Vault, ask};
use crate::wechat::{Wechat, WechatConfig};
use crate::weibo::{self, desktop, open};
use crate::{Ask, Kinds, Paged, Strength};
use chrono::NaiveDate;

/// A way to list posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Wechat,
    Weibo,
    WeiboVisitor,
    Desktop,
    DesktopVisitor,
    WeiboOpen,
    WeiboContract,
    DouyinV5,
    DouyinV4,
    DouyinOpen,
    /// A feed of an ordinary platform.
    Feed(Bridge),
    /// A feed of a 公众号.
    WechatFeed(Bridge),
    /// An office's own feed, declared whole.
    WholeFeed,
}

/// The consent of a Douyin account, good until long after [`Route::ask`].
const CONSENT: &str = r#"{"access_token":"act.CANARY","refresh_token":"rft.CANARY","access_ends":1796176800,"refresh_ends":1797040800,"renewals":0}"#;

pub(super) fn vault() -> Vault {
    Vault::with(&[
        ("wechat-wx0123", "CANARY"),
        ("cookie", "SUB=CANARY; ALF=02_1785000000"),
        ("weibo-1234567890", "CANARY"),
        ("contract", "CANARY"),
        ("douyin-OID", CONSENT),
        ("app", "CANARY"),
    ])
}

impl Route {
    /// The folder of its samples.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Route::Wechat => "wechat",
            Route::Weibo | Route::WeiboVisitor | Route::Desktop | Route::DesktopVisitor => "weibo",
            Route::WeiboOpen | Route::WeiboContract => "weibo",
            Route::DouyinV5 | Route::DouyinV4 | Route::DouyinOpen => "douyin",
            Route::Feed(_) | Route::WechatFeed(_) | Route::WholeFeed => "feed",
        }
    }

    /// The question that suits its samples.
    pub(super) fn ask(self) -> Ask {
        match self.folder() {
            "wechat" => ask("wx0123", Kinds::WECHAT, "2026-11-20 00:00", "2026-11-21 09:00"),
            "weibo" => ask("1234567890", Kinds::POST, "2026-06-25 00:00", "2026-07-10 12:00"),
            _ => self.late_ask(),
        }
    }

    fn late_ask(self) -> Ask {
        let (key, kinds) = match self {
            Route::DouyinOpen => ("OID", Kinds::POST),
            Route::WechatFeed(_) => ("MP_WXS_3900000001", Kinds::WECHAT),
            Route::Feed(_) | Route::WholeFeed => ("/route/1", Kinds::POST),
            _ => ("MS4wLjABAAAAEXAMPLE", Kinds::POST),
        };
        ask(key, kinds, "2026-11-08 00:00", "2026-11-22 10:00")
    }

    pub(super) fn source(self, base: &str) -> Paged {
        let base = base.to_owned();
        match self {
            Route::Wechat => wechat(base),
            Route::Weibo | Route::WeiboVisitor | Route::Desktop | Route::DesktopVisitor => self.web(base),
            Route::WeiboOpen | Route::WeiboContract => self.official(base),
            Route::DouyinV5 => Paged::Douyin(douyin::Douyin::new(douyin::DouyinConfig { base, key: None, wait_s: 1 })),
            Route::DouyinV4 => Paged::DouyinV4(v4::V4::new(v4::V4Config { base })),
            Route::DouyinOpen => Paged::DouyinOpen(douyin::open::Open::new(douyin::open::OpenConfig {
                base,
                client_key: "KEY".to_owned(),
                client_secret: "app".to_owned(),
                token_prefix: "douyin-".to_owned(),
            })),
            Route::Feed(bridge) | Route::WechatFeed(bridge) => feed(base, bridge, false),
            Route::WholeFeed => feed(base, Bridge::Own, true),
        }
    }

    fn web(self, base: String) -> Paged {
        let cookie = matches!(self, Route::Weibo | Route::Desktop).then(|| "cookie".to_owned());
        if matches!(self, Route::Weibo | Route::WeiboVisitor) {
            return Paged::Weibo(weibo::Weibo::new(weibo::WeiboConfig { base, cookie, page_cap: 6 }));
        }
        Paged::WeiboDesktop(desktop::Desktop::new(desktop::DesktopConfig { base, cookie, page_cap: 8 }))
    }

    fn official(self, base: String) -> Paged {
        let commercial = self == Route::WeiboContract;
        let token = if commercial { "contract" } else { "weibo-" }.to_owned();
        Paged::WeiboOpen(open::Open::new(open::OpenConfig { base, commercial, token, page_cap: 5 }))
    }
}

fn wechat(base: String) -> Paged {
    let first_date = NaiveDate::from_ymd_opt(2025, 11, 1).unwrap();
    let secret_prefix = "wechat-".to_owned();
    Paged::Wechat(Wechat::new(WechatConfig { base, secret_prefix, first_date, ready_hour: 8 }))
}

fn feed(base: String, bridge: Bridge, whole: bool) -> Paged {
    Paged::Feed(Feed::new(FeedConfig {
        bridge,
        base: Some(base),
        access_key: None,
        key_as: KeyAs::Key,
        whole,
        strength: Strength::Weak,
        pinned_allowance: 3,
        sees: None,
        cache_s: 300,
    }))
}
