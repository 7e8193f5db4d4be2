//! Weibo's desktop web JSON (weibo.com), read with a session that the operator supplies.
//!
//! With a login it first asks `searchProfile` for the window, which tells how many posts there are,
//! and then `mymblog`, the list that must agree; a visitor gets the list alone. Facts: weibo.com as
//! users knew it in 2026-08 (README.md); none of it is documented by the platform.

mod parse;

use super::session;
use super::totals::Totals;
use super::{WEB_MANNERS, encode};
use crate::http::{Http, Request};
use crate::{Ask, Delay, Failure, Kinds, Moment, Page, Probe, Secret, Secrets, Strength, Traits};
use parse::Cursor;

/// How to reach weibo.com.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesktopConfig {
    /// `https://weibo.com`; another one for tests and gateways.
    pub base: String,
    /// Name of the secret that holds the login cookie of `.weibo.com`; without it a visitor looks.
    pub cookie: Option<String>,
    /// Most pages of one look (about twenty posts each).
    pub page_cap: u32,
}

/// Weibo's desktop web JSON.
#[derive(Debug)]
pub struct Desktop {
    config: DesktopConfig,
    totals: Totals,
}

impl Desktop {
    /// A source of that configuration.
    pub fn new(config: DesktopConfig) -> Desktop {
        Desktop { config, totals: Totals::default() }
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

    /// Fetches one page. The key is the uid.
    ///
    /// # Errors
    /// The classes of README.md.
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        let cookie = self.config.cookie.as_deref().map(|name| secrets.get(name)).transpose()?;
        let cursor = Cursor::of(ask, cookie.is_some());
        let answer = http.send(self.request(ask, &cursor, cookie.as_ref())).await?;
        let mut page = parse::parse(ask, &cursor, &answer, cookie.is_some())?;
        if matches!(cursor, Cursor::List { page: 1, .. }) {
            page.notes.extend(self.totals.judge(ask, parse::total(&answer), &page.rows));
        }
        Ok(page)
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

    /// Whether the session is logged in (`profile/info` without a parameter), and when it ends.
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
                let question = dress(Request::get(format!("{base}/ajax/profile/info")), "", Some(&cookie));
                session::probe(question, &cookie, now, http, session::desktop).await
            }
        }
    }

    fn request(&self, ask: &Ask, cursor: &Cursor, cookie: Option<&Secret>) -> Request {
        let base = format!("{}/ajax", self.config.base.trim_end_matches('/'));
        let uid = encode(&ask.key);
        let url = match cursor {
            Cursor::Search { page, .. } => format!(
                "{base}/statuses/searchProfile?uid={uid}&page={page}&starttime={}&endtime={}&hasori=1&hasret=1&hastext=1&haspic=1&hasvideo=1&hasmusic=1",
                ask.since.unix(),
                ask.now.unix(),
            ),
            Cursor::List { page, since, .. } => {
                let more = match (since.as_str(), cookie) {
                    ("", _) => format!("&page={page}"),
                    // A login repeats one page for ever unless `page` is sent too; a visitor pages by
                    // another name and without a number.
                    (since, Some(_)) => format!("&page={page}&since_id={}", encode(since)),
                    (since, None) => format!("&sinceid={}", encode(since)),
                };
                format!("{base}/statuses/mymblog?uid={uid}&feature=0{more}")
            }
            Cursor::Profile { .. } => format!("{base}/profile/info?uid={uid}"),
            Cursor::Show { mids, .. } => {
                let mid = mids.first().map_or("", String::as_str);
                format!("{base}/statuses/show?id={}&locale=zh-CN", encode(mid))
            }
        };
        dress(Request::get(url), &uid, cookie)
    }
}

fn dress(request: Request, uid: &str, cookie: Option<&Secret>) -> Request {
    let request = request
        .header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
        )
        .header("referer", format!("https://weibo.com/u/{uid}"))
        .header("x-requested-with", "XMLHttpRequest")
        .header("accept", "application/json");
    let Some(cookie) = cookie else { return request };
    let token = cookie.expose().split(';').find_map(|part| part.trim().strip_prefix("XSRF-TOKEN=")).map(str::to_owned);
    let request = request.header("cookie", cookie.expose());
    match token {
        Some(token) => request.header("x-xsrf-token", token),
        None => request,
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(ask: &Ask, answer: &crate::http::Answer) -> Result<Page, Failure> {
    parse::parse(ask, &Cursor::of(ask, true), answer, true)
}

#[cfg(test)]
mod tests;
