//! One line of collector protocol 1.

use crate::{Ask, Class, Failure, Mask, Moment, PostKind, RawPost, When};
use serde_json::Value;

/// A line that was understood.
pub(crate) enum Line {
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
    /// A word for the log.
    Log {
        /// `debug`, `info`, `warn` or `error`.
        level: String,
        /// What.
        message: String,
    },
    /// What a collector says of itself.
    Describe(Description),
    /// Whether its login serves.
    Check(End),
    /// The end of an account.
    End {
        /// Whose.
        of: Of,
        /// How.
        end: End,
    },
    /// `progress`.
    Other,
    /// A type that is not known.
    Unknown(String),
}

/// What a collector says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Platforms that it reads, as it calls them.
    pub platforms: Vec<String>,
    /// What an account's id looks like.
    pub id_hint: String,
    /// Most accounts that it wants in one run.
    pub batch_max: Option<u64>,
    /// The protocol that it speaks.
    pub protocol: i64,
}

/// Which account a line names.
pub(crate) struct Of {
    account: Option<String>,
    platform: Option<String>,
    account_id: Option<String>,
}

impl Of {
    /// The key that a request gave the account.
    pub(crate) fn key(&self) -> Option<&str> {
        self.account.as_deref()
    }

    pub(crate) fn means(&self, ask: &Ask) -> bool {
        match (&self.account, &self.account_id) {
            (Some(account), _) => *account == ask.key,
            (None, Some(id)) => {
                *id == ask.key && self.platform.as_deref().is_none_or(|platform| same_platform(platform, &ask.platform))
            }
            (None, None) => false,
        }
    }
}

const NAMES: [(&str, &str); 6] = [
    ("douyin", "抖音"),
    ("weibo", "新浪微博"),
    ("toutiao", "今日头条"),
    ("kuaishou", "快手"),
    ("wechat", "微信订阅号"),
    ("wechat", "微信服务号"),
];

/// What collectors call the platform of that name in the list; others keep their name.
pub(crate) fn english(listed: &str) -> &str {
    NAMES.iter().find(|(_, name)| *name == listed).map_or(listed, |(english, _)| english)
}

/// Collectors call platforms by their English names, lists by the Chinese ones.
fn same_platform(told: &str, listed: &str) -> bool {
    told == listed || NAMES.contains(&(told, listed))
}

/// How an account ended.
#[derive(Clone, Debug)]
pub(crate) struct End {
    status: String,
    message: String,
    retry_after_s: Option<i64>,
    /// Posts printed, as the collector counts them.
    pub(crate) count: Option<u64>,
    /// Everything since then was read.
    pub(crate) complete_since: Option<Moment>,
    /// When the platform was read.
    pub(crate) looked_at: Option<Moment>,
}

impl End {
    /// What a login check says: its message when it was passed.
    pub(crate) fn verdict(self) -> Result<String, Failure> {
        match self.failure() {
            None if self.status == "ok" => Ok(self.message),
            None => Err(Failure::new(Class::Malformed, format!("status {}", self.status)).because("unknown_status")),
            Some(failure) => Err(failure),
        }
    }

    /// Takes credentials out of its words.
    pub(crate) fn hide(&mut self, mask: &Mask) {
        self.message = mask.hide(&self.message);
    }

    /// The failure that the status tells; none for `ok` and `partial`.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let (class, reason) = match self.status.as_str() {
            "ok" | "partial" => return None,
            "private" => (Class::Gone, "private"),
            "unsupported" => (Class::Config, "unsupported"),
            word => Class::from_word(word).map_or((Class::Malformed, "unknown_status"), |class| (class, "")),
        };
        let failure = Failure::new(class, self.message.clone()).because(reason).retry_after(self.retry_after_s);
        Some(if self.message.is_empty() {
            failure
        } else {
            failure.advise(format!("采集程序说：{}", self.message))
        })
    }
}

/// Reads a line; `None` when it is no JSON object.
pub(crate) fn read(line: &str) -> Option<Line> {
    let value: Value = serde_json::from_str(line).ok()?;
    value.is_object().then(|| match value["type"].as_str() {
        Some("file") => Line::File { at: moment(&value["made_at"]) },
        Some("post") => Line::Post { of: of(&value), post: post(&value) },
        Some("end") => Line::End { of: of(&value), end: end(&value) },
        Some("log") => Line::Log {
            level: text(&value["level"]).unwrap_or_default(),
            message: text(&value["message"]).unwrap_or_default(),
        },
        Some("describe") => Line::Describe(description(&value)),
        Some("check") => Line::Check(end(&value)),
        Some("progress") => Line::Other,
        other => Line::Unknown(other.unwrap_or_default().to_owned()),
    })
}

fn description(value: &Value) -> Description {
    let word = |key: &str| text(&value[key]).unwrap_or_default();
    let platforms = value["platforms"].as_array().map_or(&[][..], Vec::as_slice);
    Description {
        name: word("name"),
        version: word("version"),
        platforms: platforms.iter().filter_map(text).collect(),
        id_hint: word("id_hint"),
        batch_max: value["batch_max"].as_u64().filter(|most| *most > 0),
        protocol: value["protocol"].as_i64().unwrap_or(0),
    }
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
