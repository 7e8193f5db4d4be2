//! Platforms: an open-ended name with a few known ones, whose aliases are understood.

use super::Kinds;
use std::fmt;

/// The name of a platform as this program keeps it (平台).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Platform(String);

/// Names that need no remark.
pub const KNOWN_PLATFORMS: [&str; 14] = [
    "微信订阅号",
    "微信服务号",
    "新浪微博",
    "抖音",
    "今日头条",
    "快手",
    "微信视频号",
    "小红书",
    "哔哩哔哩",
    "百家号",
    "企鹅号",
    "大鱼号",
    "人民号",
    "移动客户端",
];

/// What to tell whoever wrote the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlatformNote {
    /// 微信 alone does not say which kind it is; 订阅号 was taken.
    WhichWechat,
    /// A 服务号 can push only four times a month (doc: Batch sends), so two a week are out of reach.
    ServiceAccount,
    /// Not known, but close to a known name.
    NearMiss(&'static str),
}

impl Platform {
    /// Reads a name as people write it, and says what is worth a remark. Any name is accepted.
    pub fn parse(text: &str) -> (Platform, Option<PlatformNote>) {
        let name = text.trim();
        let (canonical, note) = match name {
            "微博" => ("新浪微博", None),
            "微信" | "公众号" | "微信公众号" => ("微信订阅号", Some(PlatformNote::WhichWechat)),
            "订阅号" => ("微信订阅号", None),
            "微信服务号" | "服务号" => ("微信服务号", Some(PlatformNote::ServiceAccount)),
            "视频号" => ("微信视频号", None),
            "头条" | "头条号" | "今日头条号" => ("今日头条", None),
            other => (other, near_miss(other)),
        };
        (Platform(canonical.to_owned()), note)
    }

    /// The name, as kept.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// A 公众号: has two kinds of post.
    pub fn is_wechat(&self) -> bool {
        self.0 == "微信订阅号" || self.0 == "微信服务号"
    }

    /// Kinds of post that this platform has.
    pub fn kinds(&self) -> Kinds {
        if self.is_wechat() { Kinds::WECHAT } else { Kinds::POST }
    }
}

fn near_miss(name: &str) -> Option<PlatformNote> {
    if KNOWN_PLATFORMS.contains(&name) {
        return None;
    }
    let distance = |known: &str| strsim::damerau_levenshtein(known, name);
    let nearest = KNOWN_PLATFORMS.into_iter().min_by_key(|known| distance(known))?;
    let close = distance(nearest) * 3 <= nearest.chars().count().max(3);
    close.then_some(PlatformNote::NearMiss(nearest))
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_write_them() {
        for (written, kept, note) in [
            ("新浪微博", "新浪微博", None),
            (" 微博 ", "新浪微博", None),
            ("微信", "微信订阅号", Some(PlatformNote::WhichWechat)),
            ("微信公众号", "微信订阅号", Some(PlatformNote::WhichWechat)),
            ("微信服务号", "微信服务号", Some(PlatformNote::ServiceAccount)),
            ("抖音", "抖音", None),
            ("抖 音", "抖 音", Some(PlatformNote::NearMiss("抖音"))),
            ("新浪微搏", "新浪微搏", Some(PlatformNote::NearMiss("新浪微博"))),
            ("某市政务APP", "某市政务APP", None),
        ] {
            let (platform, got) = Platform::parse(written);
            assert_eq!((platform.name(), got), (kept, note), "{written}");
        }
    }
}
