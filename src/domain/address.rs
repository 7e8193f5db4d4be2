//! The page on which everybody can look at an account, where platform and handle tell it.

use super::Account;

impl Account {
    /// The address of the account's own page; `None` where a platform has none, or a handle is of
    /// another shape.
    pub fn address(&self) -> Option<String> {
        let keys = self.sources.iter().map(|of| of.key.as_str());
        let mut handles = self.handle.as_deref().into_iter().chain(keys);
        let mut fits = |fitting: fn(&str) -> bool| handles.find(|handle| fitting(handle));
        Some(match self.platform.name() {
            "新浪微博" => format!("https://weibo.com/u/{}", fits(is_number)?),
            "抖音" => format!("https://www.douyin.com/user/{}", fits(is_sec_uid)?),
            "今日头条" => format!("https://www.toutiao.com/c/user/token/{}/", fits(is_sec_uid)?),
            "哔哩哔哩" => format!("https://space.bilibili.com/{}", fits(is_number)?),
            // A plain word may be a collector's private key: only the handle is meant for the platform.
            "快手" => {
                let handle = self.handle.as_deref().filter(|handle| is_plain(handle))?;
                format!("https://www.kuaishou.com/profile/{handle}")
            }
            "小红书" => format!("https://www.xiaohongshu.com/user/profile/{}", fits(is_hex)?),
            _ => return None,
        })
    }
}

fn is_number(handle: &str) -> bool {
    (5..=20).contains(&handle.len()) && handle.bytes().all(|b| b.is_ascii_digit())
}

/// 抖音 and 今日头条 address a page by this; a 抖音号 does not.
fn is_sec_uid(handle: &str) -> bool {
    handle.starts_with("MS4wLjABAAAA") && handle.len() < 200 && handle.bytes().all(is_word)
}

/// 24 hexadecimal digits.
fn is_hex(handle: &str) -> bool {
    handle.len() == 24 && handle.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_plain(handle: &str) -> bool {
    (4..=64).contains(&handle.len()) && handle.bytes().all(is_word)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use crate::domain::{Account, AccountId, Platform, SourceRef};

    fn account(platform: &str, handle: &str, key: &str) -> Account {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Account {
            id: AccountId(1),
            handle: some(handle),
            sources: some(key).map(|key| SourceRef { source: "桥".to_owned(), key }).into_iter().collect(),
            ..Account::new("通许应急", Platform::parse(platform).0)
        }
    }

    #[test]
    fn an_address_only_where_platform_and_handle_tell_it() {
        let sec = "MS4wLjABAAAAabc-_1";
        for (platform, handle, key, want) in [
            ("微博", "1234567890", "", Some("https://weibo.com/u/1234567890")),
            ("微博", "开封发布", "", None),
            ("微博", "", "1234567890", Some("https://weibo.com/u/1234567890")),
            ("抖音", sec, "", Some("https://www.douyin.com/user/MS4wLjABAAAAabc-_1")),
            ("抖音", "kaifeng123", sec, Some("https://www.douyin.com/user/MS4wLjABAAAAabc-_1")),
            ("抖音", "kaifeng123", "", None),
            ("抖音", "MS4wLjABAAAA?x=<script>", "", None),
            ("哔哩哔哩", "12345678", "", Some("https://space.bilibili.com/12345678")),
            ("快手", "3x4abcdefg", "", Some("https://www.kuaishou.com/profile/3x4abcdefg")),
            ("微信订阅号", "gh_0123456789ab", "", None),
            ("微信视频号", "x", "", None),
        ] {
            assert_eq!(account(platform, handle, key).address().as_deref(), want, "{platform} {handle} {key}");
        }
    }
}
