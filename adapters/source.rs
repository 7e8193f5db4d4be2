//! The one enum of all sources. Adding one is a folder beside this file and the arms that the compiler
//! asks for here and in the configuration.

use crate::http::Http;
use crate::{Ask, Failure, Kinds, Moment, Page, Probe, Secrets, Traits};
use crate::{douyin, exec, feed, inbox, wechat, weibo};

/// One way to list the posts of accounts.
#[derive(Debug)]
pub enum Source {
    /// Fetches one page at a time of one account.
    Paged(Paged),
    /// Takes many accounts at once and returns their looks.
    Batch(Batch),
}

/// A source that fetches page by page.
#[derive(Debug)]
pub enum Paged {
    /// RSS, Atom, JSON Feed.
    Feed(feed::Feed),
    /// m.weibo.cn with an operator's session.
    Weibo(weibo::Weibo),
    /// weibo.com with an operator's session.
    WeiboDesktop(weibo::desktop::Desktop),
    /// Weibo's open platform, authorised by the account's owner or by a commercial contract.
    WeiboOpen(weibo::open::Open),
    /// WeChat's official interface.
    Wechat(wechat::Wechat),
    /// A self-hosted bridge for Douyin, v5 interface.
    Douyin(douyin::Douyin),
    /// The same, the frozen v4 interface.
    DouyinV4(douyin::v4::V4),
    /// Douyin's open platform, authorised by the account's owner.
    DouyinOpen(douyin::open::Open),
}

/// A source that answers for many accounts at once.
#[derive(Debug)]
pub enum Batch {
    /// Files of JSON lines, for a server without internet.
    Inbox(inbox::Inbox),
    /// A program that speaks collector protocol 1.
    Exec(Box<exec::Exec>),
}

impl Source {
    /// What the source says of itself, for an account whose platform has these kinds.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        match self {
            Source::Paged(paged) => paged.traits(kinds),
            Source::Batch(Batch::Inbox(inbox)) => inbox.traits(kinds),
            Source::Batch(Batch::Exec(exec)) => exec.traits(kinds),
        }
    }

    /// Names of the secrets that serve the account of `key`.
    pub fn secret_names(&self, key: &str) -> Vec<String> {
        match self {
            Source::Paged(paged) => paged.secret_names(key),
            Source::Batch(Batch::Inbox(_)) => Vec::new(),
            Source::Batch(Batch::Exec(exec)) => exec.secret_names(),
        }
    }
}

impl Paged {
    /// What the source says of itself.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        match self {
            Paged::Feed(feed) => feed.traits(kinds),
            Paged::Weibo(weibo) => weibo.traits(kinds),
            Paged::WeiboDesktop(desktop) => desktop.traits(kinds),
            Paged::WeiboOpen(open) => open.traits(kinds),
            Paged::Wechat(wechat) => wechat.traits(kinds),
            Paged::Douyin(douyin) => douyin.traits(kinds),
            Paged::DouyinV4(v4) => v4.traits(kinds),
            Paged::DouyinOpen(open) => open.traits(kinds),
        }
    }

    /// Fetches one page. Never sleeps, retries (but for one token refresh) or stores.
    ///
    /// # Errors
    /// The class says who acts next; no class ever reads as "no posts".
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        match self {
            Paged::Feed(feed) => feed.page(ask, http, secrets).await,
            Paged::Weibo(weibo) => weibo.page(ask, http, secrets).await,
            Paged::WeiboDesktop(desktop) => desktop.page(ask, http, secrets).await,
            Paged::WeiboOpen(open) => open.page(ask, http, secrets).await,
            Paged::Wechat(wechat) => wechat.page(ask, http, secrets).await,
            Paged::Douyin(douyin) => douyin.page(ask, http, secrets).await,
            Paged::DouyinV4(v4) => v4.page(ask, http, secrets).await,
            Paged::DouyinOpen(open) => open.page(ask, http, secrets).await,
        }
    }

    /// Names of the secrets that serve the account of `key`.
    fn secret_names(&self, key: &str) -> Vec<String> {
        match self {
            Paged::Feed(feed) => feed.secret_name().into_iter().collect(),
            Paged::Weibo(weibo) => weibo.secret_name().into_iter().collect(),
            Paged::WeiboDesktop(desktop) => desktop.secret_name().into_iter().collect(),
            Paged::WeiboOpen(open) => vec![open.secret_name(key)],
            Paged::Wechat(wechat) => vec![wechat.secret_name(key)],
            Paged::Douyin(douyin) => douyin.secret_name().into_iter().collect(),
            Paged::DouyinV4(_) => Vec::new(),
            Paged::DouyinOpen(open) => vec![open.app_secret_name(), open.secret_name(key)],
        }
    }

    /// Where it asks, before any account's own part; `None` when accounts carry whole addresses.
    pub fn address(&self) -> Option<&str> {
        match self {
            Paged::Feed(feed) => feed.base(),
            Paged::Weibo(weibo) => Some(weibo.base()),
            Paged::WeiboDesktop(desktop) => Some(desktop.base()),
            Paged::WeiboOpen(open) => Some(open.base()),
            Paged::Wechat(wechat) => Some(wechat.base()),
            Paged::Douyin(douyin) => Some(douyin.base()),
            Paged::DouyinV4(v4) => Some(v4.base()),
            Paged::DouyinOpen(open) => Some(open.base()),
        }
    }

    /// Its credential ends some day and says when.
    pub fn has_an_end(&self) -> bool {
        match self {
            Paged::Weibo(weibo) => weibo.has_session(),
            Paged::WeiboDesktop(desktop) => desktop.has_session(),
            Paged::WeiboOpen(_) | Paged::DouyinOpen(_) => true,
            Paged::Feed(_) | Paged::Wechat(_) | Paged::Douyin(_) | Paged::DouyinV4(_) => false,
        }
    }

    /// Its credential can be tried without reading posts.
    pub fn can_be_probed(&self) -> bool {
        !matches!(self, Paged::Feed(_) | Paged::DouyinV4(_))
    }

    /// Tries the credential that serves the account of `key` (any account, where one serves all),
    /// without reading posts.
    pub async fn probe(&self, key: &str, now: Moment, http: &Http, secrets: &dyn Secrets) -> Probe {
        match self {
            Paged::Feed(_) => Probe::default(),
            Paged::Weibo(weibo) => weibo.probe(now, http, secrets).await,
            Paged::WeiboDesktop(desktop) => desktop.probe(now, http, secrets).await,
            Paged::WeiboOpen(open) => open.probe(key, now, http, secrets).await,
            Paged::Wechat(wechat) => wechat.probe(key, now, http, secrets).await,
            Paged::Douyin(douyin) => douyin.probe(key, http, secrets).await,
            Paged::DouyinV4(_) => Probe::default(),
            Paged::DouyinOpen(open) => open.probe(key, now, secrets),
        }
    }
}
