//! One line of collector protocol 1.

use crate::{Ask, Class, Failure, Moment, PostKind, RawPost, When};
use serde_json::Value;

/// A line that was understood.
pub(super) enum Line {
    /// The file's first line.
    File {
        /// When it was made.
        at: Option<Moment>,
    },
    /// A post; `None` without a usable time.
    Post {
        /// Whose.
        of: Of,
        /// What.
        post: Option<RawPost>,
    },
    /// The end of an account.
    End {
        /// Whose.
        of: Of,
        /// How.
        end: End,
    },
    /// A type that is not known is ignored.
    Other,
}

/// Which account a line names.
pub(super) struct Of {
    account: Option<String>,
    platform: Option<String>,
    account_id: Option<String>,
}

impl Of {
    pub(super) fn means(&self, ask: &Ask) -> bool {
        match (&self.account, &self.account_id) {
            (Some(account), _) => *account == ask.key,
            (None, Some(id)) => {
                *id == ask.key && self.platform.as_deref().is_none_or(|platform| same_platform(platform, &ask.platform))
            }
            (None, None) => false,
        }
    }
}

/// Collectors call platforms by their English names, lists by the Chinese ones.
fn same_platform(told: &str, listed: &str) -> bool {
    const NAMES: [(&str, &str); 6] = [
        ("douyin", "抖音"),
        ("weibo", "新浪微博"),
        ("toutiao", "今日头条"),
        ("kuaishou", "快手"),
        ("wechat", "微信订阅号"),
        ("wechat", "微信服务号"),
    ];
    told == listed || NAMES.contains(&(told, listed))
}

/// How an account ended.
#[derive(Clone, Debug)]
pub(super) struct End {
    status: String,
    message: String,
    retry_after_s: Option<i64>,
    /// Posts printed, as the collector counts them.
    pub(super) count: Option<u64>,
    /// Everything since then was read.
    pub(super) complete_since: Option<Moment>,
    /// When the platform was read.
    pub(super) looked_at: Option<Moment>,
}

impl End {
    /// The failure that the status tells; none for `ok` and `partial`.
    pub(super) fn failure(&self) -> Option<Failure> {
        let (class, reason) = match self.status.as_str() {
            "ok" | "partial" => return None,
            "private" => (Class::Gone, "private"),
            "unsupported" => (Class::Config, "unsupported"),
            word => (Class::from_word(word).unwrap_or(Class::Malformed), ""),
        };
        Some(Failure::new(class, self.message.clone()).because(reason).retry_after(self.retry_after_s))
    }
}

/// Reads a line; `None` when it is no JSON object.
pub(super) fn read(line: &str) -> Option<Line> {
    let value: Value = serde_json::from_str(line).ok()?;
    value.is_object().then(|| match value["type"].as_str() {
        Some("file") => Line::File { at: moment(&value["made_at"]) },
        Some("post") => Line::Post { of: of(&value), post: post(&value) },
        Some("end") => Line::End { of: of(&value), end: end(&value) },
        _ => Line::Other,
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).filter(|text| !text.is_empty())
}

fn moment(value: &Value) -> Option<Moment> {
    // A time without an offset is no time here: nobody knows whose clock it is.
    Moment::parse_rfc3339(value.as_str()?)
}

fn of(value: &Value) -> Of {
    Of { account: text(&value["account"]), platform: text(&value["platform"]), account_id: text(&value["account_id"]) }
}

fn post(value: &Value) -> Option<RawPost> {
    let at = moment(&value["published_at"]).or_else(|| value["published_at_s"].as_i64().map(Moment::from_unix))?;
    Some(RawPost {
        id: Some(text(&value["id"])?),
        push: None,
        when: When::At(at),
        title: text(&value["title"]).unwrap_or_default(),
        url: text(&value["url"]).filter(|url| url.starts_with("http://") || url.starts_with("https://")),
        author: text(&value["author_id"]),
        pinned: value["pinned"] == true,
        kind: text(&value["kind"]).and_then(|word| PostKind::from_word(&word)).unwrap_or(PostKind::Post),
        visible: value["visible"] != false,
        repost: false,
    })
}

fn end(value: &Value) -> End {
    End {
        status: text(&value["status"]).unwrap_or_default(),
        message: text(&value["message"]).unwrap_or_default(),
        retry_after_s: value["retry_after_s"].as_i64(),
        count: value["count"].as_u64(),
        complete_since: moment(&value["complete_since"]),
        looked_at: moment(&value["looked_at"]),
    }
}
