//! Weibo's mobile web JSON (m.weibo.cn), read with a session that the operator supplies.
//!
//! It never logs in, solves no captcha and asks for no visitor cookie. Facts: community knowledge as
//! of 2026-08 (README.md beside this file); none of it is documented by the platform.

mod cursor;
pub mod desktop;
pub mod open;
mod parse;
mod post;
mod refusal;
mod session;
mod time;
mod totals;
mod vanished;

pub use post::{bid_of_mid, mid_of_bid};
pub use session::expires as session_expires;

use crate::http::{Http, Request};
use crate::{Ask, Delay, Failure, Kinds, Manners, Moment, Page, Probe, Secret, Secrets, Strength, Traits};
use cursor::Cursor;
use totals::Totals;

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
    totals: Totals,
}

/// One worker a host, 8 to 15 s apart with jitter (weibo.md, "Pace"); one login serves every account.
pub(super) const WEB_MANNERS: Manners = Manners { pace_s: 11, shared: true };

impl Weibo {
    /// A source of that configuration.
    pub fn new(config: WeiboConfig) -> Weibo {
        Weibo { config, totals: Totals::default() }
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
            manners: WEB_MANNERS,
        }
    }

    pub(crate) fn base(&self) -> &str {
        &self.config.base
    }

    pub(crate) fn secret_name(&self) -> Option<String> {
        self.config.cookie.clone()
    }

    /// Whether an operator supplied a session.
    pub(crate) fn has_session(&self) -> bool {
        self.config.cookie.is_some()
    }

    /// Whether the session is logged in (`GET /api/config`), and when it ends.
    pub async fn probe(&self, now: Moment, http: &Http, secrets: &dyn Secrets) -> Probe {
        let Some(name) = self.config.cookie.as_deref() else {
            return Probe {
                told: vec!["没有配置登录 Cookie，以访客身份看".to_owned()], ..Probe::default()
            };
        };
        match secrets.get(name) {
            Err(failure) => Probe::failed(failure),
            Ok(cookie) => {
                let base = self.config.base.trim_end_matches('/');
                let question = self.dress(Request::get(format!("{base}/api/config")), "", Some(&cookie));
                session::probe(question, &cookie, now, http, session::mobile).await
            }
        }
    }

    /// Fetches one page. The key is the uid.
    ///
    /// # Errors
    /// The classes of README.md.
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        let cookie = self.config.cookie.as_deref().map(|name| secrets.get(name)).transpose()?;
        let answer = http.send(self.request(ask, cookie.as_ref())).await?;
        let mut page = parse::parse(ask, &answer, cookie.is_some())?;
        if ask.cursor.is_none() {
            page.notes.extend(self.totals.judge(ask, parse::total(&answer), &page.rows));
        }
        Ok(page)
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
            Cursor::Show { mids, .. } => {
                format!("{base}/statuses/show?id={}", encode(mids.first().map_or("", String::as_str)))
            }
        };
        self.dress(Request::get(url), &uid, cookie)
    }

    fn dress(&self, request: Request, uid: &str, cookie: Option<&Secret>) -> Request {
        let request = request
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

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz_mobile(ask: &Ask, answer: &crate::http::Answer) -> Result<Page, Failure> {
    parse::parse(ask, answer, true)
}

#[cfg(test)]
mod tests;
