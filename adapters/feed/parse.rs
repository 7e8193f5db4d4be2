//! One answer to one page, or to its class (sources.md "RSSHub and other feeds").

use super::entries::{self, Entry};
use super::{Bridge, FeedConfig};
use crate::http::{Answer, without_query};
use crate::wechat::article_key;
use crate::weibo::mid_of_bid;
use crate::{Ask, Class, Failure, Kinds, Moment, Next, Page, PostKind, RawPost, When};
use chrono::DateTime;

pub(super) fn parse(ask: &Ask, answer: &Answer, sees: Kinds, config: &FeedConfig) -> Result<Page, Failure> {
    by_status(answer)?;
    let whole = config.whole;
    let text = answer.text();
    let head = text.trim_start();
    let found = if head.starts_with('{') {
        entries::json(head)
    } else {
        (!answer.is_html() || head.starts_with("<?xml")).then(|| entries::xml(&text)).flatten()
    };
    let Some(found) = found else { return Err(no_feed(answer, &text)) };
    if found.is_empty() && !whole {
        return Err(blocked(
            "empty_unexpected",
            "a feed without items",
            "订阅源是空的：可能被平台拦截，也可能真的没有内容，程序分不清，请人工核查",
        ));
    }
    let kind = sees.iter().next().unwrap_or(PostKind::Post);
    let total = found.len();
    let rows: Vec<RawPost> = found.into_iter().filter_map(|entry| row(entry, kind)).collect();
    let mut page = Page::listing(rows, sees, if whole { Next::End } else { Next::Unsaid });
    page.unreadable = total - page.rows.len();
    if config.bridge == Bridge::RssHub {
        page.looked_at = read_at(answer).filter(|at| *at <= ask.now);
    }
    Ok(page)
}

/// When the bridge read the platform: a cached feed speaks for that moment, not for now.
fn read_at(answer: &Answer) -> Option<Moment> {
    let time = DateTime::parse_from_rfc2822(answer.header("last-modified")?).ok()?;
    Some(Moment::from_unix(time.timestamp()))
}

fn row(entry: Entry, kind: PostKind) -> Option<RawPost> {
    let at = entry.at?;
    let article = entry.url.as_deref().and_then(article_key);
    let weibo = entry.url.as_deref().and_then(weibo_mid);
    let id = article.as_ref().map(|(mid, idx)| format!("{mid}_{idx}"));
    let id = id.or_else(|| weibo.clone()).or_else(|| entry.url.as_deref().and_then(douyin_id));
    Some(RawPost {
        id: id.or(entry.id),
        push: article.map(|(mid, _)| mid),
        when: When::At(at),
        repost: weibo.is_some() && (entry.title.contains(" - 转发 ") || entry.title.contains('🔁')),
        title: entry.title.trim().to_owned(),
        url: entry.url,
        author: None,
        pinned: false,
        kind,
        visible: true,
    })
}

/// The mid of `https://weibo.com/UID/BID`, so that a feed and the platform itself name one post alike.
fn weibo_mid(url: &str) -> Option<String> {
    let path = url.strip_prefix("https://weibo.com/")?;
    let (uid, bid) = path.split(['?', '#']).next()?.split_once('/')?;
    let sound = uid.bytes().all(|b| b.is_ascii_digit()) && (7..=12).contains(&bid.len());
    mid_of_bid(bid).filter(|_| sound).map(|mid| mid.to_string())
}

/// The id of `https://www.douyin.com/video/ID` or `/note/ID`.
fn douyin_id(url: &str) -> Option<String> {
    let path = url.strip_prefix("https://www.douyin.com/")?;
    let id = path.strip_prefix("video/").or_else(|| path.strip_prefix("note/"))?.split(['?', '#', '/']).next()?;
    (id.len() >= 15 && id.bytes().all(|b| b.is_ascii_digit())).then(|| id.to_owned())
}

fn blocked(reason: &str, detail: impl Into<String>, advice: &str) -> Failure {
    Failure::new(Class::Blocked, detail).because(reason).advise(advice)
}

fn by_status(answer: &Answer) -> Result<(), Failure> {
    let status = answer.status;
    match status {
        200..=299 => Ok(()),
        300..=399 => {
            let to = without_query(answer.header("location").unwrap_or_default()).to_owned();
            Err(Failure::new(Class::Config, format!("HTTP {status} to {to}"))
                .because("moved")
                .advise(format!("订阅源的地址已改为 {to}，请改正来源参数")))
        }
        401 | 403 => Err(Failure::new(Class::Config, format!("HTTP {status}"))
            .because("access_key")
            .advise("订阅服务拒绝访问，请核对访问密钥")),
        404 => {
            Err(Failure::new(Class::Config, "HTTP 404").because("route").advise("订阅服务没有这个地址，请核对来源参数"))
        }
        400 if answer.text().contains("不存在该feed") => Err(Failure::new(Class::Gone, "HTTP 400: no such feed")
            .because("feed")
            .advise("微信转接里没有这个公众号，请核对来源参数，或在转接服务里重新添加")),
        429 => Err(Failure::new(Class::Throttled, "HTTP 429").retry_after(answer.retry_after_s())),
        500..=599 => Err(server_error(answer)),
        _ => Err(Failure::new(Class::Malformed, format!("HTTP {status}"))),
    }
}

/// RSSHub puts the platform's refusals into its own 503.
fn server_error(answer: &Answer) -> Failure {
    let text = answer.text();
    let lower = text.to_lowercase();
    let detail = format!("HTTP {}: {}", answer.status, summary(&text));
    let says = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
    if says(&["cookies expired", "cookie expired", "login expired", "cookie 已过期", "登录已过期", "登录失效"])
    {
        return Failure::new(Class::Auth, detail).advise("订阅服务里保存的登录已过期，请更新它的 Cookie");
    }
    if says(&["this route is empty", "waf", "captcha", "验证", "empty html", " 432", "risk control"]) {
        return blocked("upstream", detail, "订阅服务被平台拦截，看不到内容；请检查它的登录或出口网络，其间请人工核查");
    }
    Failure::new(Class::Transient, detail).retry_after(answer.retry_after_s())
}

fn no_feed(answer: &Answer, text: &str) -> Failure {
    let what = if answer.is_html() { "a web page" } else { "no feed" };
    Failure::new(Class::Malformed, format!("HTTP {} with {what}: {}", answer.status, summary(text)))
        .advise("这个地址返回的不是订阅源（可能是登录页），请在浏览器里打开核对")
}

/// The first words, without markup.
fn summary(text: &str) -> String {
    let mut words = String::new();
    let mut inside = false;
    for c in text.chars().take(4000) {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside && !c.is_control() => words.push(c),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect()
}
