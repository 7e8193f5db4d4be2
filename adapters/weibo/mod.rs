//! Weibo's mobile web JSON (m.weibo.cn), read with a session that the operator supplies.
//!
//! It never logs in, solves no captcha and asks for no visitor cookie. Facts: community knowledge as
//! of 2026-08 (README.md beside this file); none of it is documented by the platform.

mod cursor;
mod parse;
mod post;
mod time;

pub use post::{bid_of_mid, mid_of_bid};

use crate::http::{Http, Request};
use crate::{Ask, Delay, Failure, Kinds, Page, Secret, Secrets, Strength, Traits};
use cursor::Cursor;

/// How to reach m.weibo.cn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeiboConfig {
    /// `https://m.weibo.cn`; another one for tests and gateways.
    pub base: String,
    /// Name of the secret that holds the login cookie of `.weibo.cn`; without it a visitor looks.
    pub cookie: Option<String>,
    /// Most pages of one look (about ten posts each).
    pub page_cap: u32,
}

/// Weibo's mobile web JSON.
#[derive(Debug)]
pub struct Weibo {
    config: WeiboConfig,
}

impl Weibo {
    /// A source of that configuration.
    pub fn new(config: WeiboConfig) -> Weibo {
        Weibo { config }
    }

    /// Strong with a login, weak as a visitor, from whom some posts are hidden.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        Traits {
            strength: if self.config.cookie.is_some() { Strength::Strong } else { Strength::Weak },
            sees: Kinds::POST.and(kinds),
            delay: Delay::None,
            ends_lists: true,
            pinned_allowance: 0,
            page_cap: self.config.page_cap,
        }
    }

    /// Fetches one page. The key is the uid.
    ///
    /// # Errors
    /// The classes of README.md.
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        let cookie = self.config.cookie.as_deref().map(|name| secrets.get(name)).transpose()?;
        let answer = http.send(self.request(ask, cookie.as_ref())).await?;
        parse::parse(ask, &answer, cookie.is_some())
    }

    /// The question as the web page asks it.
    pub fn request(&self, ask: &Ask, cookie: Option<&Secret>) -> Request {
        let (base, uid) = (self.config.base.trim_end_matches('/'), encode(&ask.key));
        let profile = format!("{base}/api/container/getIndex?type=uid&value={uid}");
        let list = format!("{profile}&containerid=107603{uid}");
        let url = match Cursor::of(ask) {
            Cursor::First | Cursor::Again => list,
            Cursor::Since { id, .. } => format!("{list}&since_id={}", encode(&id)),
            Cursor::Number { page, .. } => format!("{list}&page={page}"),
            Cursor::Profile { .. } => profile,
        };
        let request = Request::get(url)
            .header("user-agent", "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36")
            .header("referer", format!("https://m.weibo.cn/u/{uid}"))
            .header("x-requested-with", "XMLHttpRequest")
            .header("accept", "application/json");
        match cookie {
            Some(cookie) => request.header("cookie", cookie.expose()),
            None => request,
        }
    }
}

fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests;
