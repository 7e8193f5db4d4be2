//! Douyin through an existing v4 bridge (Evil0ctal, frozen): the first page only, sometimes stale.
//!
//! It gives no reason for a failure, so HTTP 400 reads as `blocked`. Facts: the bridge's code and its
//! users' reports as of 2026-11 (README.md).

use super::{raw, text};
use crate::http::{Answer, Http, Request};
use crate::{Ask, Class, Delay, Failure, Kinds, Manners, Next, Page, Secrets, Strength, Traits};
use serde_json::Value;

/// How to reach the bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct V4Config {
    /// `http://127.0.0.1:80`
    pub base: String,
}

/// Douyin through a v4 bridge.
#[derive(Debug)]
pub struct V4 {
    config: V4Config,
}

impl V4 {
    /// A source of that configuration.
    pub fn new(config: V4Config) -> V4 {
        V4 { config }
    }

    /// Weak, and pressed gently: it has one cookie for every account.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        Traits {
            strength: Strength::Weak,
            sees: Kinds::POST.and(kinds),
            delay: Delay::None,
            ends_lists: true,
            pinned_allowance: 0,
            page_cap: 3,
            manners: Manners { pace_s: 10, shared: true },
        }
    }

    pub(crate) fn base(&self) -> &str {
        &self.config.base
    }

    /// Fetches the first page (a further one only after an empty page). The key is the sec_uid.
    ///
    /// # Errors
    /// The classes of README.md.
    pub async fn page(&self, ask: &Ask, http: &Http, _secrets: &dyn Secrets) -> Result<Page, Failure> {
        parse(&http.send(self.request(ask)).await?)
    }

    pub(super) fn request(&self, ask: &Ask) -> Request {
        let base = self.config.base.trim_end_matches('/');
        let cursor = ask.cursor.as_deref().unwrap_or("0");
        let (uid, cursor) = (super::encode(&ask.key), super::encode(cursor));
        // It retries three times inside.
        Request::get(format!(
            "{base}/api/douyin/web/fetch_user_post_videos?sec_user_id={uid}&max_cursor={cursor}&count=20"
        ))
        .patience(90)
    }
}

/// One answer to one page, or to its class.
pub(super) fn parse(answer: &Answer) -> Result<Page, Failure> {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return Err(text::not_json(answer)) };
    match answer.status {
        200..=299 => {}
        400 => return Err(raw::blocked("refused", format!("HTTP 400: {}", words(&body)))),
        404 => return Err(Failure::new(Class::Gone, "HTTP 404").advise("抖音上查不到这个账号，请核对来源参数")),
        500..=599 => return Err(Failure::new(Class::Transient, format!("HTTP {}", answer.status))),
        status => return Err(Failure::new(Class::Malformed, format!("HTTP {status}: {}", words(&body)))),
    }
    // Wrapped by the bridge, or as a gateway handed it over.
    let inner = if body.get("code").is_some() { &body["data"] } else { &body };
    let mut page = raw::listing(inner)?;
    // Only an empty page is gone beyond: later pages come back hollow.
    if let Next::More(_) = page.next
        && !page.rows.is_empty()
    {
        page.next = Next::Unsaid;
    }
    Ok(page)
}

fn words(body: &Value) -> String {
    let said = body["detail"]["message"].as_str().or_else(|| body["message"].as_str()).unwrap_or_default();
    said.chars().take(200).collect()
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(answer: &Answer) -> Result<Page, Failure> {
    parse(answer)
}
