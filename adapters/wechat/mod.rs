//! WeChat's official interface, asked for an account that gave its AppID and AppSecret.
//!
//! Two lists together see everything up to yesterday: `freepublish/batchget` (un-notified posts, at
//! once) and `datacube/getarticletotaldetail` (both kinds, a finished day at a time, from the next
//! morning on). `datacube/getbizsummary` is a cross-check: it may contradict an empty day. Facts: the platform's documentation of those calls as of 2026-11 (README.md).

mod cursor;
mod errors;
mod lists;
mod quota;
mod token;

use crate::http::{Answer, Http, Request};
use crate::time::HOUR;
use crate::{Ask, Class, Delay, Failure, Kinds, Manners, Moment, Next, Page, Probe, Secret, Secrets, Strength, Traits};
use chrono::NaiveDate;
pub(crate) use lists::article_key;

use cursor::{Cursor, Place};
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
            manners: Manners::OWN,
        }
    }

    pub(crate) fn base(&self) -> &str {
        &self.config.base
    }

    /// Name of the secret that serves the account of that AppID.
    pub(crate) fn secret_name(&self, appid: &str) -> String {
        format!("{}{appid}", self.config.secret_prefix)
    }

    /// Whether the credential serves, and what is left of the day's quota of each call.
    pub async fn probe(&self, key: &str, now: Moment, http: &Http, secrets: &dyn Secrets) -> Probe {
        let secret = match secrets.get(&self.secret_name(key)) {
            Ok(secret) => secret,
            Err(failure) => return Probe::failed(failure),
        };
        let token = match self.token(key, now, http, &secret).await {
            Ok(token) => token,
            Err(failure) => return Probe::failed(failure),
        };
        let mut probe = Probe::default();
        for path in quota::PATHS {
            let request = quota::request(self.config.base.trim_end_matches('/'), &encode(&token), path);
            match http.send(request).await.and_then(|answer| quota::parse(&answer, path)) {
                Ok(line) => probe.told.push(line),
                Err(failure) => probe.trouble = Some(failure),
            }
        }
        probe
    }

    /// Fetches one page. The key is the AppID. A token that expired early is renewed once.
    ///
    /// # Errors
    /// The classes of README.md; 48001 on `freepublish` alone only leaves a note.
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        let cursor = Cursor::of(ask);
        let secret = secrets.get(&self.secret_name(&ask.key))?;
        let token = self.token(&ask.key, ask.now, http, &secret).await?;
        let first = self.call(ask, &cursor, http, &token).await;
        let answer = match first {
            Err(failure) if failure.reason == errors::STALE_TOKEN => {
                self.tokens.forget(&ask.key);
                let token = self.token(&ask.key, ask.now, http, &secret).await?;
                self.call(ask, &cursor, http, &token).await
            }
            other => other,
        };
        self.understand(ask, &cursor, answer)
    }

    async fn token(&self, appid: &str, now: Moment, http: &Http, secret: &Secret) -> Result<Secret, Failure> {
        if let Some(token) = self.tokens.get(appid, now) {
            return Ok(token);
        }
        let answer = http.send(token::request(&self.config.base, appid, secret)).await?;
        let (token, life_s) = token::parse(&answer)?;
        self.tokens.keep(appid, &token, now.plus(life_s));
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

    fn request(&self, ask: &Ask, cursor: &Cursor, token: &Secret) -> Request {
        let base = self.config.base.trim_end_matches('/');
        let token = encode(token);
        match cursor.at {
            Place::Free { offset, .. } => Request::post_json(
                format!("{base}/cgi-bin/freepublish/batchget?access_token={token}"),
                &json!({ "offset": offset, "count": lists::COUNT, "no_content": 1 }),
            ),
            Place::Summary(from) => Request::post_json(
                format!("{base}/datacube/getbizsummary?access_token={token}"),
                &json!({ "begin_date": from.to_string(), "end_date": ask.now.plus_days(-1).date().to_string() }),
            ),
            Place::Day(date) => Request::post_json(
                format!("{base}/datacube/getarticletotaldetail?access_token={token}"),
                &json!({ "begin_date": date.to_string(), "end_date": date.to_string() }),
            ),
        }
    }

    /// Reads the answer to a cursor and says where to go on: un-notified posts first, then the summary
    /// of the days that are not known yet, then each of them.
    fn understand(
        &self,
        ask: &Ask,
        cursor: &Cursor,
        answer: Result<serde_json::Value, Failure>,
    ) -> Result<Page, Failure> {
        match (cursor.at, answer) {
            (Place::Free { pages, offset }, Ok(body)) => {
                let (mut page, next) = lists::free(&body, ask, offset, pages)?;
                let mut after = cursor.clone();
                after.busy.extend(page.rows.iter().filter(|row| row.visible).map(|row| row.when.earliest().date()));
                page.next = match next {
                    Some(place) => Next::More(after.to(place).write()),
                    None => self.to_days(ask, &after),
                };
                Ok(page)
            }
            // An account without 微信认证 may still read its statistic.
            (Place::Free { .. }, Err(failure))
                if failure.class == Class::Config && failure.reason == errors::NO_PERMISSION =>
            {
                let mut page = Page::listing(Vec::new(), Kinds::NONE, self.to_days(ask, cursor));
                page.notes.push(failure);
                Ok(page)
            }
            // A cross-check that cannot be had is none: the days still speak for themselves.
            (Place::Summary(from), answer) => {
                let mut after = cursor.clone();
                match answer {
                    Ok(body) => after.busy.extend(lists::busy_days(&body)),
                    Err(failure) => tracing::debug!(%failure, "wechat.no_summary"),
                }
                Ok(Page::listing(Vec::new(), Kinds::NONE, self.day_from(ask, &after, from)))
            }
            (Place::Day(date), Ok(body)) => {
                let mut page = lists::day(&body, date, cursor.busy.contains(&date))?;
                page.next = date.succ_opt().map_or(Next::Unsaid, |next| self.day_from(ask, cursor, next));
                Ok(page)
            }
            (_, Err(failure)) => Err(failure),
        }
    }

    /// To the summary of what is open, at most thirty days (doc); nothing when no day is open.
    fn to_days(&self, ask: &Ask, cursor: &Cursor) -> Next {
        let Some(open) = self.open_day(ask, ask.since.date().max(self.config.first_date)) else { return Next::Unsaid };
        let earliest = ask.now.plus_days(-30).date();
        if open < earliest {
            return Next::More(cursor.to(Place::Day(open)).write());
        }
        Next::More(cursor.to(Place::Summary(open)).write())
    }

    fn day_from(&self, ask: &Ask, cursor: &Cursor, date: NaiveDate) -> Next {
        self.open_day(ask, date).map_or(Next::Unsaid, |date| Next::More(cursor.to(Place::Day(date)).write()))
    }

    /// The first finished day at or after `date` that is not wholly known.
    fn open_day(&self, ask: &Ask, date: NaiveDate) -> Option<NaiveDate> {
        let ready = |date: &NaiveDate| {
            Moment::start_of(*date).plus_days(1).plus(i64::from(self.config.ready_hour) * HOUR) <= ask.now
        };
        let known = |date: &NaiveDate| {
            let (from, until) = (Moment::start_of(*date), Moment::start_of(*date).plus_days(1));
            ask.covered.iter().any(|span| span.0 <= from && until <= span.1)
        };
        date.iter_days().take_while(ready).find(|date| !known(date))
    }
}

fn encode(token: &Secret) -> String {
    url::form_urlencoded::byte_serialize(token.expose().as_bytes()).collect()
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

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(ask: &Ask, answer: &Answer, choice: u8) -> Result<Page, Failure> {
    let body = body(answer)?;
    drop((lists::busy_days(&body), token::parse(answer), quota::parse(answer, quota::PATHS[0])));
    if choice > 127 {
        return lists::day(&body, ask.since.date(), choice.is_multiple_of(2));
    }
    lists::free(&body, ask, u64::from(choice), u32::from(choice % 3)).map(|(page, _)| page)
}

#[cfg(test)]
mod tests;
