//! One entry to one post; mid and bid, the two names of a post.

use super::refusal::number;
use super::time;
use crate::{Ask, Moment, PostKind, RawPost, When};
use serde_json::Value;

/// A created_at further than this from the second in the mid is worth a line in the log.
const DOUBT_S: i64 = 600;

/// Ads, recommendations, posts that the account only liked, and 快转: another author's status that the
/// account passed on with one tap, which is a kind of its own and does not count.
pub(super) fn is_noise(mblog: &Value, ask: &Ask) -> bool {
    let title = mblog["title"]["text"].as_str().unwrap_or_default();
    let liked = title.contains("赞过的微博") || mblog["title"]["type"].as_str() == Some("likerecommend");
    liked
        || number(&mblog["isAd"]) == Some(1)
        || mblog["isAd"] == true
        || mblog["promotion"].is_object()
        || number(&mblog["content_auth"]) == Some(5)
        || is_passed_on(mblog, ask)
}

fn is_passed_on(mblog: &Value, ask: &Ask) -> bool {
    let own = ask.author.as_deref().unwrap_or(&ask.key);
    let by = digits(&mblog["user"]["id"]);
    let told = mblog["screen_name_suffix_new"].to_string().contains("快转了");
    by.is_some_and(|by| by != own) && (told || digits(&mblog["ori_uid"]).as_deref() == Some(own))
}

/// The post of an entry (`mblog` on mobile, the row itself elsewhere); `None` without a usable id or
/// time.
pub(super) fn read(mblog: &Value, now: Moment) -> Option<RawPost> {
    let mid = digits(&mblog["mid"]).or_else(|| digits(&mblog["id"])).or_else(|| digits(&mblog["idstr"]))?;
    let text = mblog["created_at"].as_str().unwrap_or_default();
    let told = time::read(text, now);
    let at = told.or_else(|| created(&mid))?;
    if let Some(second) = created(&mid).filter(|second| second.since(at).abs() > DOUBT_S) {
        tracing::debug!(mid, %at, mid_says = %second, "weibo.created_at_differs");
    }
    let words = ["raw_text", "text_raw", "text"].iter().find_map(|key| mblog[*key].as_str()).unwrap_or_default();
    Some(RawPost {
        url: Some(format!("https://m.weibo.cn/detail/{mid}")),
        id: Some(mid),
        push: None,
        when: When::At(at),
        title: plain(words),
        author: author(&mblog["user"]["id"]).or_else(|| author(&mblog["user"]["idstr"])),
        pinned: is_pinned(mblog),
        kind: PostKind::Post,
        visible: visibility(mblog) == 0,
        repost: mblog.get("retweeted_status").is_some_and(|of| !of.is_null()),
    })
}

/// `visible.type`: 0 public, 1 only me, 3 group, 4 close friends, 6 friends, 10 fans.
pub(super) fn visibility(mblog: &Value) -> i64 {
    number(&mblog["visible"]["type"]).unwrap_or(0)
}

/// Any of these marks; no single one has stayed reliable. (A card has one more of its own.)
fn is_pinned(mblog: &Value) -> bool {
    number(&mblog["isTop"]) == Some(1)
        || number(&mblog["mblogtype"]) == Some(2)
        || mblog["title"]["text"].as_str() == Some("置顶")
}

fn digits(value: &Value) -> Option<String> {
    let text = value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|id| id.to_string()))?;
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

fn author(value: &Value) -> Option<String> {
    digits(value)
}

/// Words without markup, at most 60 characters.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(if c.is_whitespace() { ' ' } else { c }),
            _ => {}
        }
    }
    let text = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    text.trim().chars().take(60).collect()
}

/// The creation second that a 16-digit mid holds (seen on real posts of 2013 to 2026, undocumented).
pub(super) fn created(mid: &str) -> Option<Moment> {
    let mid: u64 = mid.parse().ok().filter(|mid| (1_000_000_000_000_000..10_000_000_000_000_000).contains(mid))?;
    Some(Moment::from_unix(i64::try_from(mid >> 22).ok()? + 515_483_463))
}

const ALPHABET: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The mid of a bid (`R7ZPy2NjV`): groups of four from the right, base 62, seven digits each.
pub fn mid_of_bid(bid: &str) -> Option<u64> {
    if bid.is_empty() || bid.len() > 12 || !bid.is_ascii() {
        return None;
    }
    let mut mid = String::new();
    for group in bid.as_bytes().rchunks(4).rev() {
        let value =
            group.iter().try_fold(0_u64, |sum, c| Some(sum * 62 + ALPHABET.iter().position(|a| a == c)? as u64))?;
        if mid.is_empty() { mid.push_str(&value.to_string()) } else { mid.push_str(&format!("{value:07}")) }
    }
    mid.parse().ok()
}

/// The bid of a mid: groups of seven digits from the right, base 62, four characters each.
pub fn bid_of_mid(mid: u64) -> String {
    let digits = mid.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(7).rev().collect();
    let mut bid = String::new();
    for (i, group) in groups.into_iter().enumerate() {
        let mut value = group.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let mut part = Vec::new();
        while value > 0 || (i > 0 && part.len() < 4) {
            part.push(ALPHABET[(value % 62) as usize]);
            value /= 62;
        }
        bid.extend(part.iter().rev().map(|b| *b as char));
    }
    bid
}
