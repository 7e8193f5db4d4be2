//! WeChat's official interface, asked for an account that gave its AppID and AppSecret.
//!
//! Two lists together see everything up to yesterday: `freepublish/batchget` (un-notified posts, at
//! once) and `datacube/getarticletotaldetail` (both kinds, a finished day at a time, from the next
//! morning on). Facts: the platform's documentation of those calls as of 2026-11 (README.md).

mod cursor;
mod errors;
mod lists;
mod token;

use crate::http::{Answer, Http, Request};
use crate::time::HOUR;
use crate::{Ask, Class, Delay, Failure, Kinds, Moment, Next, Page, Secret, Secrets, Strength, Traits};
use chrono::NaiveDate;
pub(crate) use lists::article_key;

use cursor::Cursor;
use serde_json::json;
use token::Tokens;

/// How to reach the interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WechatConfig {
    /// `https://api.weixin.qq.com`; another one for tests and gateways.
    pub base: String,
    /// The AppSecret of an account is the secret of this name and its AppID.
    pub secret_prefix: String,
    /// First date of the statistic (doc: 2025-11-01).
    pub first_date: NaiveDate,
    /// Hour of the next day from which on a day is computed (8).
    pub ready_hour: u8,
}

/// WeChat's official interface.
#[derive(Debug)]
pub struct Wechat {
    config: WechatConfig,
    tokens: Tokens,
}

impl Wechat {
    /// A source of that configuration.
    pub fn new(config: WechatConfig) -> Wechat {
        Wechat { config, tokens: Tokens::default() }
    }

    /// Strong for both kinds, a day late.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        Traits {
            strength: Strength::Strong,
            sees: Kinds::WECHAT.and(kinds),
            delay: Delay::NextDay { hour: self.config.ready_hour },
            ends_lists: true,
            pinned_allowance: 0,
            page_cap: 120,
        }
    }

    /// Fetches one page. The key is the AppID. A token that expired early is renewed once.
    ///
    /// # Errors
    /// The classes of README.md; 48001 on `freepublish` alone only leaves a note.
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        let cursor = Cursor::of(ask);
        let secret = secrets.get(&format!("{}{}", self.config.secret_prefix, ask.key))?;
        let token = self.token(ask, http, &secret).await?;
        let first = self.call(ask, &cursor, http, &token).await;
        let answer = match first {
            Err(failure) if failure.reason == errors::STALE_TOKEN => {
                self.tokens.forget(&ask.key);
                let token = self.token(ask, http, &secret).await?;
                self.call(ask, &cursor, http, &token).await
            }
            other => other,
        };
        self.understand(ask, &cursor, answer)
    }

    async fn token(&self, ask: &Ask, http: &Http, secret: &Secret) -> Result<Secret, Failure> {
        if let Some(token) = self.tokens.get(&ask.key, ask.now) {
            return Ok(token);
        }
        let answer = http.send(token::request(&self.config.base, &ask.key, secret)).await?;
        let (token, life_s) = token::parse(&answer)?;
        self.tokens.keep(&ask.key, &token, ask.now.plus(life_s));
        Ok(token)
    }

    async fn call(
        &self,
        ask: &Ask,
        cursor: &Cursor,
        http: &Http,
        token: &Secret,
    ) -> Result<serde_json::Value, Failure> {
        let answer = http.send(self.request(ask, cursor, token)).await?;
        body(&answer)
    }

    fn request(&self, _ask: &Ask, cursor: &Cursor, token: &Secret) -> Request {
        let base = self.config.base.trim_end_matches('/');
        let token: String = url::form_urlencoded::byte_serialize(token.expose().as_bytes()).collect();
        match cursor {
            Cursor::Free { offset, .. } => Request::post_json(
                format!("{base}/cgi-bin/freepublish/batchget?access_token={token}"),
                &json!({ "offset": offset, "count": lists::COUNT, "no_content": 1 }),
            ),
            Cursor::Day(date) => Request::post_json(
                format!("{base}/datacube/getarticletotaldetail?access_token={token}"),
                &json!({ "begin_date": date.to_string(), "end_date": date.to_string() }),
            ),
        }
    }

    /// Reads the answer to a cursor and says where to go on: un-notified posts first, then every
    /// finished day that is not known yet.
    fn understand(
        &self,
        ask: &Ask,
        cursor: &Cursor,
        answer: Result<serde_json::Value, Failure>,
    ) -> Result<Page, Failure> {
        match (cursor, answer) {
            (Cursor::Free { pages, offset }, Ok(body)) => {
                let (mut page, next) = lists::free(&body, ask, *offset, *pages)?;
                page.next = next.map_or_else(|| self.first_day(ask), |next| Next::More(next.write()));
                Ok(page)
            }
            // An account without 微信认证 may still read its statistic.
            (Cursor::Free { .. }, Err(failure))
                if failure.class == Class::Config && failure.reason == errors::NO_PERMISSION =>
            {
                let mut page = Page::listing(Vec::new(), Kinds::NONE, self.first_day(ask));
                page.notes.push(failure);
                Ok(page)
            }
            (Cursor::Day(date), Ok(body)) => {
                let mut page = lists::day(&body, *date)?;
                page.next = self.next_day(ask, *date);
                Ok(page)
            }
            (_, Err(failure)) => Err(failure),
        }
    }

    fn first_day(&self, ask: &Ask) -> Next {
        let first = ask.since.date().max(self.config.first_date);
        self.day_from(ask, first)
    }

    fn next_day(&self, ask: &Ask, date: NaiveDate) -> Next {
        date.succ_opt().map_or(Next::Unsaid, |next| self.day_from(ask, next))
    }

    /// The first finished day at or after `date` that is not wholly known.
    fn day_from(&self, ask: &Ask, date: NaiveDate) -> Next {
        let ready = |date: &NaiveDate| {
            Moment::start_of(*date).plus_days(1).plus(i64::from(self.config.ready_hour) * HOUR) <= ask.now
        };
        let known = |date: &NaiveDate| {
            let (from, until) = (Moment::start_of(*date), Moment::start_of(*date).plus_days(1));
            ask.covered.iter().any(|span| span.0 <= from && until <= span.1)
        };
        let open = date.iter_days().take_while(ready).find(|date| !known(date));
        open.map_or(Next::Unsaid, |date| Next::More(Cursor::Day(date).write()))
    }
}

/// The body as JSON, once it is no error.
fn body(answer: &Answer) -> Result<serde_json::Value, Failure> {
    let parsed: Result<serde_json::Value, _> = serde_json::from_slice(&answer.body);
    let body = match parsed {
        Ok(body) => body,
        Err(_) if answer.status >= 500 => {
            return Err(Failure::new(Class::Transient, format!("HTTP {}", answer.status)));
        }
        Err(_) => {
            return Err(Failure::new(Class::Malformed, format!("HTTP {} with a body that is no JSON", answer.status)));
        }
    };
    errors::refused(&body)?;
    match answer.status {
        200..=299 => Ok(body),
        429 => Err(Failure::new(Class::Throttled, "HTTP 429").retry_after(answer.retry_after_s())),
        500..=599 => Err(Failure::new(Class::Transient, format!("HTTP {}", answer.status))),
        status => Err(Failure::new(Class::Malformed, format!("HTTP {status}"))),
    }
}

#[cfg(test)]
mod tests;
