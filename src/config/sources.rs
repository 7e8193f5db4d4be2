//! The sections `[sources.NAME]`: each becomes one way to list the posts of accounts. Credentials
//! are only named here.

use super::SourceConfig;
use super::sections::every_minutes;
use super::sheet::Section;
use super::value::Value;
use chrono::NaiveDate;
use cuigeng_adapters::douyin::v4::{V4, V4Config};
use cuigeng_adapters::douyin::{self, Douyin, DouyinConfig};
use cuigeng_adapters::feed::{Bridge, Feed, FeedConfig, KeyAs};
use cuigeng_adapters::inbox::{Inbox, InboxConfig};
use cuigeng_adapters::wechat::{Wechat, WechatConfig};
use cuigeng_adapters::weibo::desktop::{Desktop, DesktopConfig};
use cuigeng_adapters::weibo::{self, Weibo, WeiboConfig};
use cuigeng_adapters::{Batch, Kinds, Paged, Source, Strength};
use std::collections::BTreeMap;

/// The words of `kind`.
#[derive(Clone, Copy)]
enum Kind {
    Feed,
    Weibo,
    WeiboDesktop,
    WeiboOpen,
    WeiboCommercial,
    Wechat,
    Douyin,
    DouyinV4,
    DouyinOpen,
    Inbox,
}

const KINDS: [(&str, Kind); 10] = [
    ("feed", Kind::Feed),
    ("weibo", Kind::Weibo),
    ("weibo_desktop", Kind::WeiboDesktop),
    ("weibo_open", Kind::WeiboOpen),
    ("weibo_commercial", Kind::WeiboCommercial),
    ("wechat", Kind::Wechat),
    ("douyin", Kind::Douyin),
    ("douyin_v4", Kind::DouyinV4),
    ("douyin_open", Kind::DouyinOpen),
    ("inbox", Kind::Inbox),
];
const WEB: [&str; 2] = ["http", "https"];

pub(super) fn sources(section: &Section<'_, '_>) -> BTreeMap<String, SourceConfig> {
    let children = section.children();
    children.into_iter().filter_map(|(name, child)| Some((name.clone(), source(name, child)?))).collect()
}

/// Refuses a name that the list could not refer to.
pub(super) fn check_name(section: &Section<'_, '_>, near: &str, path: &str, name: &str) {
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || ",;，；".contains(c)) {
        section.refuse_near(
            near,
            &format!("{path}.{name}"),
            "来源的名字不能为空，也不能有空格和逗号",
            "换一个名字，台账的“来源”一列写的就是它",
        );
    }
}

fn source(name: String, section: Section<'_, '_>) -> Option<SourceConfig> {
    if !section.is_written() {
        return None;
    }
    check_name(&section, "kind", "sources", &name);
    let words: Vec<String> = KINDS.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    let cure = format!("写上 kind = {} 之一；外接采集程序请写成 [collectors.名字]", words.join("、"));
    let (word, kind) = section.must("kind", &cure, kind_of)?;
    let every_s = section.opt("every_minutes", every_minutes).map(|minutes| minutes * 60);
    let pace_s = section.opt("pace_seconds", |value| value.count(0..=600));
    let source = understood(kind, &section)?;
    section.close();
    Some(SourceConfig { name, kind: word, source, every_s, pace_s })
}

fn kind_of(value: &Value<'_, '_>) -> Option<(&'static str, Kind)> {
    if value.value.get_ref().as_str() == Some("exec") {
        return value.refuse("外接采集程序不写在 sources 里", "写成 [collectors.名字] 一节");
    }
    value.one_of(&KINDS.map(|(word, kind)| (word, (word, kind))))
}

fn understood(kind: Kind, section: &Section<'_, '_>) -> Option<Source> {
    Some(match kind {
        Kind::Feed => Source::Paged(Paged::Feed(Feed::new(feed(section)))),
        Kind::Weibo => Source::Paged(Paged::Weibo(Weibo::new(weibo(section)))),
        Kind::WeiboDesktop => Source::Paged(Paged::WeiboDesktop(Desktop::new(weibo_desktop(section)))),
        Kind::WeiboOpen => Source::Paged(Paged::WeiboOpen(weibo::open::Open::new(weibo_open(section)))),
        Kind::WeiboCommercial => Source::Paged(Paged::WeiboOpen(weibo::open::Open::new(weibo_commercial(section)?))),
        Kind::Wechat => Source::Paged(Paged::Wechat(Wechat::new(wechat(section)))),
        Kind::Douyin => Source::Paged(Paged::Douyin(Douyin::new(douyin(section)))),
        Kind::DouyinV4 => {
            Source::Paged(Paged::DouyinV4(V4::new(V4Config { base: base(section, "http://127.0.0.1:80") })))
        }
        Kind::DouyinOpen => Source::Paged(Paged::DouyinOpen(douyin::open::Open::new(douyin_open(section)?))),
        Kind::Inbox => Source::Batch(Batch::Inbox(Inbox::new(InboxConfig {}))),
    })
}

fn feed(section: &Section<'_, '_>) -> FeedConfig {
    const BRIDGES: [(&str, Bridge); 5] = [
        ("rsshub", Bridge::RssHub),
        ("wewe-rss", Bridge::WeweRss),
        ("we-mp-rss", Bridge::WeMpRss),
        ("wechat2rss", Bridge::Wechat2Rss),
        ("own", Bridge::Own),
    ];
    let whole = section.or("whole", false, Value::yes);
    let usual = if whole { Bridge::Own } else { Bridge::RssHub };
    let bridge = section.or("bridge", usual, |value| value.one_of(&BRIDGES));
    FeedConfig {
        bridge,
        base: section.opt("base", |value| value.url(&WEB)),
        access_key: section.opt("access_key", Value::secret_name),
        key_as: section.or("key_as", KeyAs::Key, |value| value.one_of(&[("key", KeyAs::Key), ("code", KeyAs::Code)])),
        whole,
        strength: section.or("strength", Strength::Weak, |value| strength(value, bridge)),
        pinned_allowance: usize::try_from(section.or("pinned_allowance", 3, |value| value.count(0..=20))).unwrap_or(3),
        sees: section.opt("sees", sees),
        cache_s: section.or("cache_minutes", 5, |value| value.int(0..=1440)) * 60,
    }
}

/// A 公众号 bridge is hours to weeks late and misses 发布, so nobody may call its silence a proof.
fn strength(value: &Value<'_, '_>, bridge: Bridge) -> Option<Strength> {
    let strength = value.one_of(&[("weak", Strength::Weak), ("strong", Strength::Strong)])?;
    if strength == Strength::Strong && bridge.is_of_wechat() {
        return value
            .refuse("公众号转接会迟到、会漏，不能作为未更新的依据", "删去这一项，或改用官方接口 kind = \"wechat\"");
    }
    Some(strength)
}

pub(super) fn sees(value: &Value<'_, '_>) -> Option<Kinds> {
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

fn weibo_desktop(section: &Section<'_, '_>) -> DesktopConfig {
    DesktopConfig {
        base: base(section, "https://weibo.com"),
        cookie: section.opt("cookie", Value::secret_name),
        page_cap: section.or("page_cap", 12, |value| value.count(1..=200)),
    }
}

fn weibo_open(section: &Section<'_, '_>) -> weibo::open::OpenConfig {
    weibo::open::OpenConfig {
        base: base(section, "https://api.weibo.com"),
        commercial: false,
        token: section.or("token_prefix", "weibo-token-".to_owned(), Value::secret_name),
        page_cap: 1,
    }
}

fn weibo_commercial(section: &Section<'_, '_>) -> Option<weibo::open::OpenConfig> {
    let token = section.must("token", "写上访问令牌文件的名字，例如 token = \"weibo-commercial\"", Value::secret_name);
    Some(weibo::open::OpenConfig {
        base: base(section, "https://c.api.weibo.com"),
        commercial: true,
        page_cap: section.or("page_cap", 20, |value| value.count(1..=200)),
        token: token?,
    })
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

fn douyin_open(section: &Section<'_, '_>) -> Option<douyin::open::OpenConfig> {
    let key = section.must("client_key", "写上抖音开放平台应用的 client_key", Value::name);
    Some(douyin::open::OpenConfig {
        base: base(section, "https://open.douyin.com"),
        client_secret: section.or("client_secret", "douyin-app".to_owned(), Value::secret_name),
        token_prefix: section.or("token_prefix", "douyin-token-".to_owned(), Value::secret_name),
        client_key: key?,
    })
}

fn base(section: &Section<'_, '_>, usual: &str) -> String {
    section.or("base", usual.to_owned(), |value| value.url(&WEB))
}
