//! Who answers for a feed: each generator has its own addresses, its own notion of time, and its own
//! way to say that it has nothing.

use crate::Secret;
use md5::{Digest, Md5};

/// A feed's generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bridge {
    /// The office's own site, or anything that is no bridge: what it says is of now.
    Own,
    /// RSSHub, which reads a platform and caches (doc: docs.rsshub.app, "Parameters", "Deployment").
    RssHub,
    /// wewe-rss (cooderl/wewe-rss, 2025-04): 公众号 through WeRead, hours to weeks late.
    WeweRss,
    /// we-mp-rss (rachelos/we-mp-rss, 2026-09): the same.
    WeMpRss,
    /// Wechat2RSS 1.4: the newest twenty 群发 of a 公众号.
    Wechat2Rss,
}

/// How RSSHub wants its access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAs {
    /// `?key=KEY`.
    Key,
    /// `?code=` and the md5 of path and key: the key itself never travels.
    Code,
}

impl Bridge {
    /// Only 公众号, only what followers are notified of, and late: such a feed never proves absence.
    pub fn is_of_wechat(self) -> bool {
        matches!(self, Bridge::WeweRss | Bridge::WeMpRss | Bridge::Wechat2Rss)
    }

    /// The path and query below the base that an account's key means.
    pub(super) fn path(self, key: &str) -> String {
        let key = key.trim_start_matches('/');
        match self {
            Bridge::Own => key.to_owned(),
            Bridge::RssHub => rsshub(key),
            _ if key.contains('/') || key.contains('.') => key.to_owned(),
            // Ten items may be one push and a half.
            Bridge::WeweRss => format!("feeds/{key}.json?limit=30"),
            Bridge::WeMpRss => format!("rss/{key}?limit=100"),
            Bridge::Wechat2Rss => format!("feed/{key}.json"),
        }
    }
}

/// JSON unless something else is asked for; and 微博 with its reposts, which any other route parameter
/// would drop.
fn rsshub(key: &str) -> String {
    let (path, query) = key.split_once('?').unwrap_or((key, ""));
    let path = path.trim_end_matches('/');
    let weibo = path.starts_with("weibo/user/") && !path.contains("showRetweeted");
    let path = match (weibo, path.matches('/').count()) {
        (true, 2) => format!("{path}/showRetweeted=1"),
        (true, _) => format!("{path}&showRetweeted=1"),
        _ => path.to_owned(),
    };
    let parts: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
    let format = if parts.iter().any(|part| part.starts_with("format=")) { None } else { Some("format=json") };
    let query: Vec<&str> = parts.into_iter().chain(format).collect();
    format!("{path}?{}", query.join("&"))
}

/// The address with the access key on it. The code is made of the path without query.
pub(super) fn unlock(address: &str, key: &Secret, key_as: KeyAs) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    match key_as {
        KeyAs::Key => {
            let encoded: String = url::form_urlencoded::byte_serialize(key.expose().as_bytes()).collect();
            format!("{address}{joint}key={encoded}")
        }
        KeyAs::Code => {
            let path = url::Url::parse(address).map(|url| url.path().to_owned()).unwrap_or_default();
            let digest = Md5::digest(format!("{path}{}", key.expose()));
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{address}{joint}code={hex}")
        }
    }
}
