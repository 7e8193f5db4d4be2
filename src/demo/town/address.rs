//! The ids and addresses of posts, as their platforms write them.

use super::{Channel, Post};

const BASE_62: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Channel {
    /// The id of a post as its source shows it, and the address at which people open it. `handle` is
    /// the account's 账号标识.
    pub fn identify(self, handle: &str, post: &Post) -> (String, String) {
        let id = post.id.to_string();
        match self {
            Channel::Weibo => (id, format!("https://weibo.com/{handle}/{}", bid(post.id))),
            Channel::Wechat | Channel::WechatBridge => {
                (format!("{id}_1"), format!("https://mp.weixin.qq.com/s/{}", token(post.id)))
            }
            Channel::Douyin => {
                let url = format!("https://www.douyin.com/video/{id}");
                (id, url)
            }
            // An RSS bridge has no id beside the address.
            Channel::Feed if handle.starts_with("MS4w") => {
                let url = format!("https://www.toutiao.com/article/{id}/");
                (url.clone(), url)
            }
            Channel::Feed => {
                let url = format!("https://zhengwu.example/{handle}/{id}");
                (url.clone(), url)
            }
            Channel::Nowhere => {
                let url = format!("https://zhengwu.example/{handle}/{id}");
                (id, url)
            }
        }
    }
}

/// The short form of a Weibo mid: groups of seven digits from the right, each in base 62 (weibo.md,
/// "Identifiers").
pub fn bid(mid: u64) -> String {
    const GROUP: u64 = 10_000_000;
    let (mut rest, mut groups) = (mid, Vec::new());
    while rest > 0 {
        groups.push(base62(rest % GROUP, if rest >= GROUP { 4 } else { 1 }));
        rest /= GROUP;
    }
    groups.into_iter().rev().collect()
}

/// The 22 characters of a short WeChat address; any token does, as long as it differs by article.
pub fn token(number: u64) -> String {
    base62(number.wrapping_mul(0x9E37_79B9_7F4A_7C15), 11) + &base62(number.wrapping_mul(0xD6E8_FEB8_6659_FD93), 11)
}

fn base62(number: u64, width: usize) -> String {
    let (mut rest, mut digits) = (number, Vec::new());
    while rest > 0 || digits.len() < width {
        digits.push(char::from(BASE_62[usize::try_from(rest % 62).unwrap_or(0)]));
        rest /= 62;
    }
    digits.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of weibo.md.
    #[test]
    fn a_mid_has_a_short_form() {
        for (short, mid) in [
            ("z0JH2lOMb", 3_501_756_485_200_075),
            ("I5Tz5Ak0E", 4_414_052_358_656_728),
            ("K3fnuEfZK", 4_607_741_009_594_608),
            ("R83o6hKtk", 5_319_196_504_230_218),
            ("R00010001", 5_300_000_010_000_001),
        ] {
            assert_eq!(bid(mid), short);
        }
    }

    #[test]
    fn a_short_wechat_address_has_22_characters() {
        assert!((0..1000).all(|n| token(n).len() == 22));
    }
}
