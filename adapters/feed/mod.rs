//! RSS 2.0, Atom and JSON Feed: RSSHub, the WeChat bridges, and an office's own feed.
//!
//! A feed says nowhere that it ends and hides which rows are pinned, so by itself it proves presence;
//! facts in README.md.

mod bridge;
mod entries;
mod kept;
mod parse;

pub use bridge::{Bridge, KeyAs};

use crate::http::{Http, Request};
use crate::{Ask, Class, Delay, Failure, Kinds, Manners, Page, RawPost, Secret, Secrets, Strength, Traits};
use kept::Kept;

/// How to reach feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedConfig {
    /// Who makes them.
    pub bridge: Bridge,
    /// What stands before an account's path; an account whose key is a whole address needs none.
    pub base: Option<String>,
    /// Name of the secret that RSSHub wants.
    pub access_key: Option<String>,
    /// How it wants it.
    pub key_as: KeyAs,
    /// The operator declares that these feeds list everything there is (the office's own site).
    pub whole: bool,
    /// How far the silence of these feeds may be trusted.
    pub strength: Strength,
    /// Oldest rows set aside for the reach, since pinned ones are not marked (RSSHub re-sorts).
    pub pinned_allowance: usize,
    /// Kinds that these feeds show of a 公众号; 群发 only when absent, as the bridges do.
    pub sees: Option<Kinds>,
    /// Seconds for which the bridge answers from its cache: "not modified" speaks of that long ago.
    pub cache_s: i64,
}

/// Feeds.
#[derive(Debug)]
pub struct Feed {
    config: FeedConfig,
    kept: Kept,
}

/// RSSHub may hold a second question for the same path up to a minute (doc: its request queue).
const PATIENCE_S: u64 = 90;

impl Feed {
    /// A source of that configuration.
    pub fn new(config: FeedConfig) -> Feed {
        Feed { config, kept: Kept::default() }
    }

    /// What the configuration says, cut to the platform's kinds.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        let usual = if kinds == Kinds::WECHAT { Kinds::NOTIFIED } else { kinds };
        Traits {
            strength: self.config.strength,
            sees: self.config.sees.filter(|_| kinds == Kinds::WECHAT).unwrap_or(usual).and(kinds),
            delay: Delay::None,
            ends_lists: self.config.whole,
            pinned_allowance: if self.config.whole { 0 } else { self.config.pinned_allowance },
            page_cap: 1,
            manners: Manners { pace_s: 1, shared: false },
        }
    }

    pub(crate) fn secret_name(&self) -> Option<String> {
        self.config.access_key.clone()
    }

    pub(crate) fn base(&self) -> Option<&str> {
        self.config.base.as_deref()
    }

    /// Fetches the feed, or hears that it has not changed. The key is an address, a path below `base`,
    /// or what the bridge calls the account.
    ///
    /// # Errors
    /// The classes of README.md.
    pub async fn page(&self, ask: &Ask, http: &Http, secrets: &dyn Secrets) -> Result<Page, Failure> {
        let key = self.config.access_key.as_deref().map(|name| secrets.get(name)).transpose()?;
        let address = self.address(ask)?;
        let answer = http.send(self.kept.condition(&address, self.request(ask, key.as_ref())?)).await?;
        if answer.status == 304 {
            let read_at = if self.config.bridge == Bridge::Own { ask.now } else { ask.now.plus(-self.config.cache_s) };
            return self.kept.page(&address, read_at).map(|page| self.doubted(ask, page));
        }
        let page = parse::parse(ask, &answer, self.traits(ask.kinds).sees, &self.config)?;
        let page = self.kept.keep(&address, &answer, page, self.config.bridge);
        Ok(self.doubted(ask, page))
    }

    /// A 公众号 bridge that shows nothing of the asked time may be weeks behind, whatever it says of
    /// itself (cooderl/wewe-rss#234, #284): it then proves presence only.
    fn doubted(&self, ask: &Ask, mut page: Page) -> Page {
        let old = |row: &RawPost| row.when.latest() < ask.since;
        if self.config.bridge.is_of_wechat() && !page.rows.is_empty() && page.rows.iter().all(old) {
            page.notes.push(stale());
        }
        page
    }

    /// The question to the feed's server.
    ///
    /// # Errors
    /// [`Class::Config`] for a path without a base.
    pub fn request(&self, ask: &Ask, key: Option<&Secret>) -> Result<Request, Failure> {
        let address = self.address(ask)?;
        let address = key.map_or_else(|| address.clone(), |key| bridge::unlock(&address, key, self.config.key_as));
        Ok(Request::get(address).patience(PATIENCE_S).header(
            "accept",
            "application/feed+json, application/rss+xml, application/atom+xml, application/xml, */*;q=0.5",
        ))
    }

    /// The address without its key.
    fn address(&self, ask: &Ask) -> Result<String, Failure> {
        if ask.key.starts_with("http://") || ask.key.starts_with("https://") {
            return Ok(ask.key.clone());
        }
        let base = self.config.base.as_deref().ok_or_else(no_base)?;
        Ok(format!("{}/{}", base.trim_end_matches('/'), self.config.bridge.path(&ask.key)))
    }
}

fn stale() -> Failure {
    Failure::new(Class::Blocked, "nothing of the asked time in a bridge's feed")
        .because("stale")
        .advise("微信转接近期没有新条目：可能是采集滞后，也可能真的没有发布，程序分不清，请检查转接服务并人工核查")
}

fn no_base() -> Failure {
    Failure::new(Class::Config, "a feed path without a base")
        .because("address")
        .advise("台账的来源参数不是完整网址，而该来源又没有配置 base；请补上其中之一")
}

#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(ask: &Ask, answer: &crate::http::Answer, choice: u8) -> Result<Page, Failure> {
    let bridges = [Bridge::Own, Bridge::RssHub, Bridge::WeweRss, Bridge::WeMpRss, Bridge::Wechat2Rss];
    let config = FeedConfig {
        bridge: bridges[usize::from(choice) % bridges.len()],
        base: None,
        access_key: None,
        key_as: KeyAs::Key,
        whole: choice > 127,
        strength: Strength::Weak,
        pinned_allowance: 3,
        sees: None,
        cache_s: 300,
    };
    parse::parse(ask, answer, ask.kinds, &config)
}

#[cfg(test)]
mod tests;
