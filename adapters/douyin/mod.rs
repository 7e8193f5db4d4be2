//! Douyin through a self-hosted bridge (Evil0ctal v5 interface): a separate program that the office
//! runs, read over HTTP. The platform itself is never asked from here.
//!
//! Facts: the bridge's own documentation and code as of 2026-11 (README.md).

mod codes;
pub mod open;
mod parse;
mod raw;
mod text;
pub mod v4;

use crate::http::{Http, Request};
use crate::{Ask, Delay, Failure, Kinds, Manners, Next, Page, Probe, Secret, Secrets, Strength, Traits};

/// How to reach the bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DouyinConfig {
    /// `http://127.0.0.1:8000`
    pub base: String,
    /// Name of the secret that holds the bridge's key.
    pub key: Option<String>,
    /// Seconds for which the bridge may hold the line before it answers 202 (its ceiling is 30).
    pub wait_s: u32,
}

/// Douyin through a self-hosted bridge.
#[derive(Debug)]
pub struct Douyin {
    config: DouyinConfig,
}

/// What stands before the id of a task in a cursor.
const TASK: &str = "task|";
/// Seconds between two questions about a task.
const TASK_WAIT_S: i64 = 2;

impl Douyin {
    /// A source of that configuration.
    pub fn new(config: DouyinConfig) -> Douyin {
        Douyin { config }
    }

    /// Weak: a guest's view through a bridge. Rows come raw as well, so pinned ones are marked.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        Traits {
            strength: Strength::Weak,
            sees: Kinds::POST.and(kinds),
            delay: Delay::None,
            ends_lists: true,
            pinned_allowance: 0,
            page_cap: 10,
            // One guest identity sustains about one list call in 8 s (doc), and the bridge has one pool.
            manners: Manners { pace_s: 8, shared: true },
        }
    }

    pub(crate) fn base(&self) -> &str {
        &self.config.base
    }

    pub(crate) fn secret_name(&self) -> Option<String> {
        self.config.key.clone()
    }

    /// Asks the bridge for the author of `key`, whose count is a cheap sign of life.
    pub async fn probe(&self, key: &str, http: &Http, secrets: &dyn Secrets) -> Probe {
        let secret = match self.config.key.as_deref().map(|name| secrets.get(name)).transpose() {
            Ok(secret) => secret,
            Err(failure) => return Probe::failed(failure),
        };
        let base = self.config.base.trim_end_matches('/');
        let url = format!("{base}/api/v1/douyin/user?sec_user_id={}", encode(key));
        let request = Request::get(url).patience(u64::from(self.config.wait_s) + 60);
        let request = match &secret {
            Some(secret) => request.header("x-api-key", secret.expose()),
            None => request,
        };
        match http.send(request).await.and_then(|answer| parse::author(&answer)) {
            Ok(count) => {
                Probe { told: vec![format!("转接工具正常，平台显示作品{count}个")], ..Probe::default() }
            }
            Err(failure) => Probe::failed(failure),
        }
    }

    /// Fetches one page, or asks how a task stands. The key is the sec_uid.
    ///
    /// # Errors
    /// The classes of README.md.
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        let key = self.config.key.as_deref().map(|name| secrets.get(name)).transpose()?;
        let answer = http.send(self.request(ask, key.as_ref())).await?;
        parse::parse(ask, &answer)
    }

    /// The question to the bridge.
    pub fn request(&self, ask: &Ask, key: Option<&Secret>) -> Request {
        let base = self.config.base.trim_end_matches('/');
        let cursor = ask.cursor.as_deref().unwrap_or_default();
        let url = match cursor.strip_prefix(TASK) {
            Some(id) => format!("{base}/api/v1/tasks/{}", encode(id)),
            None => {
                let more = if cursor.is_empty() { String::new() } else { format!("&cursor={}", encode(cursor)) };
                let (uid, wait) = (encode(&ask.key), self.config.wait_s);
                format!("{base}/api/v1/douyin/user/posts?sec_user_id={uid}&count=20&wait={wait}&include_raw=true{more}")
            }
        };
        let request = Request::get(url).patience(u64::from(self.config.wait_s) + 60);
        match key {
            Some(key) => request.header("x-api-key", key.expose()),
            None => request,
        }
    }
}

fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The next question about a task that is not done.
fn wait_for(ask: &Ask, task: &str) -> Next {
    Next::Wait { until: ask.now.plus(TASK_WAIT_S), cursor: format!("{TASK}{task}") }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(ask: &Ask, answer: &crate::http::Answer) -> Result<Page, Failure> {
    drop(parse::author(answer));
    parse::parse(ask, answer)
}

#[cfg(test)]
mod tests;
