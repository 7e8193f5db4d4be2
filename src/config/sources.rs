//! The sections `[sources.NAME]`: each becomes one way to list the posts of accounts. Credentials
//! are only named here.

use super::SourceConfig;
use super::sections::every_minutes;
use super::sheet::Section;
use super::value::Value;
use chrono::NaiveDate;
use cuigeng_adapters::douyin::{Douyin, DouyinConfig};
use cuigeng_adapters::feed::{Feed, FeedConfig};
use cuigeng_adapters::inbox::{Inbox, InboxConfig};
use cuigeng_adapters::wechat::{Wechat, WechatConfig};
use cuigeng_adapters::weibo::{Weibo, WeiboConfig};
use cuigeng_adapters::{Batch, Kinds, Paged, Source, Strength};
use std::collections::BTreeMap;

/// The words of `kind`.
#[derive(Clone, Copy)]
enum Kind {
    Feed,
    Weibo,
    Wechat,
    Douyin,
    Inbox,
}

const KINDS: [(&str, Kind); 5] = [
    ("feed", Kind::Feed),
    ("weibo", Kind::Weibo),
    ("wechat", Kind::Wechat),
    ("douyin", Kind::Douyin),
    ("inbox", Kind::Inbox),
];
const WEB: [&str; 2] = ["http", "https"];

pub(super) fn sources(section: &Section<'_, '_>) -> BTreeMap<String, SourceConfig> {
    let children = section.children();
    children.into_iter().filter_map(|(name, child)| Some((name.clone(), source(name, child)?))).collect()
}

fn source(name: String, section: Section<'_, '_>) -> Option<SourceConfig> {
    if !section.is_written() {
        return None;
    }
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || ",;，；".contains(c)) {
        section.refuse_near(
            "kind",
            &format!("sources.{name}"),
            "来源的名字不能为空，也不能有空格和逗号",
            "换一个名字，台账的“来源”一列写的就是它",
        );
    }
    let cure = "写上 kind = \"feed\"、\"weibo\"、\"wechat\"、\"douyin\" 或 \"inbox\"";
    let kind = section.must("kind", cure, |value| value.one_of(&KINDS))?;
    let every_s = section.opt("every_minutes", every_minutes).map(|minutes| minutes * 60);
    let source = match kind {
        Kind::Feed => Source::Paged(Paged::Feed(Feed::new(feed(&section)))),
        Kind::Weibo => Source::Paged(Paged::Weibo(Weibo::new(weibo(&section)))),
        Kind::Wechat => Source::Paged(Paged::Wechat(Wechat::new(wechat(&section)))),
        Kind::Douyin => Source::Paged(Paged::Douyin(Douyin::new(douyin(&section)))),
        Kind::Inbox => Source::Batch(Batch::Inbox(Inbox::new(InboxConfig {}))),
    };
    section.close();
    Some(SourceConfig { name, source, every_s })
}

fn feed(section: &Section<'_, '_>) -> FeedConfig {
    FeedConfig {
        base: section.opt("base", |value| value.url(&WEB)),
        access_key: section.opt("access_key", Value::secret_name),
        whole: section.or("whole", false, Value::yes),
        strength: section.or("strength", Strength::Weak, |value| {
            value.one_of(&[("weak", Strength::Weak), ("strong", Strength::Strong)])
        }),
        pinned_allowance: usize::try_from(section.or("pinned_allowance", 3, |value| value.count(0..=20))).unwrap_or(3),
        sees: section.opt("sees", sees),
    }
}

fn sees(value: &Value<'_, '_>) -> Option<Kinds> {
    const WORDS: [(&str, Kinds); 3] = [("群发", Kinds::NOTIFIED), ("发布", Kinds::UNNOTIFIED), ("普通", Kinds::POST)];
    let kinds = value.all(|kind| kind.one_of(&WORDS))?;
    if kinds.is_empty() {
        return value.refuse("一种也没有写", "写成 sees = [\"群发\"]；不限种类就删去这一项");
    }
    Some(Kinds::from_bits(kinds.iter().fold(0, |bits, kind| bits | kind.bits())))
}

fn weibo(section: &Section<'_, '_>) -> WeiboConfig {
    WeiboConfig {
        base: base(section, "https://m.weibo.cn"),
        cookie: section.opt("cookie", Value::secret_name),
        page_cap: section.or("page_cap", 20, |value| value.count(1..=200)),
    }
}

fn wechat(section: &Section<'_, '_>) -> WechatConfig {
    WechatConfig {
        base: base(section, "https://api.weixin.qq.com"),
        secret_prefix: section.or("secret_prefix", "wechat-".to_owned(), Value::secret_name),
        first_date: section.or("first_date", statistics_begin(), Value::date),
        ready_hour: u8::try_from(section.or("ready_hour", 8, |value| value.count(0..=23))).unwrap_or(8),
    }
}

/// The first day of which the interface getarticletotaldetail knows (its documentation, "dates").
fn statistics_begin() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 11, 1).unwrap_or_default()
}

fn douyin(section: &Section<'_, '_>) -> DouyinConfig {
    DouyinConfig {
        base: base(section, "http://127.0.0.1:8000"),
        key: section.opt("key", Value::secret_name),
        wait_s: section.or("wait_s", 30, |value| value.count(0..=60)),
    }
}

fn base(section: &Section<'_, '_>, usual: &str) -> String {
    section.or("base", usual.to_owned(), |value| value.url(&WEB))
}
