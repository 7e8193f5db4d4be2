//! One answer to one page, or to its class. The body is judged before the status, since refusals come
//! with HTTP 200.

use super::cursor::Cursor;
use super::post;
use crate::http::Answer;
use crate::{Ask, Class, Failure, Kinds, Next, Page, RawPost};
use serde_json::Value;

const RELOGIN: &str = "微博登录已失效：请用浏览器重新登录 m.weibo.cn，把新的 Cookie 写入凭据文件";
const WALL: &str = "微博要求验证或拦截了本机，看不到内容：请改用账号授权或人工核查，几小时内不要频繁重试";

pub(super) fn parse(ask: &Ask, answer: &Answer, logged_in: bool) -> Result<Page, Failure> {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return Err(not_json(answer)) };
    refused(&body, logged_in)?;
    by_status(answer)?;
    match Cursor::of(ask) {
        Cursor::Profile { seen } => profile(&body, seen),
        cursor => list(ask, &body, &cursor),
    }
}

fn blocked(reason: &str, detail: impl Into<String>) -> Failure {
    Failure::new(Class::Blocked, detail).because(reason).advise(WALL)
}

fn not_json(answer: &Answer) -> Failure {
    if let Err(failure) = by_status(answer) {
        return failure;
    }
    let text = answer.text();
    let wall = ["安全验证", "请登录", "暂无查看权限", "Sina Visitor System", "passport.weibo", "visitor.passport"];
    match wall.iter().find(|mark| text.contains(*mark)) {
        Some(mark) => blocked("captcha", format!("HTTP {} page with {mark}", answer.status)),
        None if answer.body.is_empty() => blocked("empty_body", format!("HTTP {} without a body", answer.status)),
        None => Failure::new(Class::Malformed, format!("HTTP {} with a body that is no JSON", answer.status)),
    }
}

fn by_status(answer: &Answer) -> Result<(), Failure> {
    let status = answer.status;
    match status {
        200..=299 => Ok(()),
        300..=399 => Err(blocked(
            "redirect",
            format!("HTTP {status} to {}", crate::http::without_query(answer.header("location").unwrap_or_default())),
        )),
        418 | 429 => Err(throttled(format!("HTTP {status}")).retry_after(answer.retry_after_s())),
        403 | 414 | 432 | 511 => Err(blocked("risk_control", format!("HTTP {status}"))),
        500..=599 => Err(Failure::new(Class::Transient, format!("HTTP {status}"))),
        _ => Err(Failure::new(Class::Malformed, format!("HTTP {status}"))),
    }
}

fn throttled(detail: impl Into<String>) -> Failure {
    Failure::new(Class::Throttled, detail).advise("微博认为访问过于频繁，程序会自行等待后再看")
}

/// What the body says against us, whatever the status.
fn refused(body: &Value, logged_in: bool) -> Result<(), Failure> {
    let ok = number(&body["ok"]);
    let words = body["msg"].as_str().or_else(|| body["message"].as_str()).unwrap_or_default();
    let errno = number(&body["errno"]);
    if ok.is_some_and(|ok| ok < 0) {
        let detail = format!("ok {}: {words}", ok.unwrap_or_default());
        return Err(if logged_in {
            Failure::new(Class::Auth, detail).advise(RELOGIN)
        } else {
            blocked("login_wall", detail)
        });
    }
    if errno == Some(100_005) || ["过于频繁", "频次过高", "歇歇"].iter().any(|mark| words.contains(mark)) {
        return Err(throttled(format!("errno {}: {words}", errno.unwrap_or_default())));
    }
    if errno == Some(100_001) {
        return Err(Failure::new(Class::Transient, format!("errno 100001: {words}")));
    }
    if body.get("data").is_none() && body["url"].is_string() {
        return Err(blocked("captcha", "JSON without data but with an address to go to"));
    }
    Ok(())
}

/// A number that may come as text.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn list(ask: &Ask, body: &Value, cursor: &Cursor) -> Result<Page, Failure> {
    let empty_words = body["msg"].as_str().is_some_and(|words| words.contains("这里还没有内容"));
    let ambiguous = matches!(number(&body["errno"]), Some(100_010 | 100_011));
    let Some(cards) = body["data"]["cards"].as_array() else {
        if number(&body["ok"]) == Some(0) && (empty_words || ambiguous) {
            return Ok(empty(cursor));
        }
        return Err(Failure::new(Class::Malformed, "no data.cards"));
    };
    let mut found = Found::default();
    flatten(cards, ask, &mut found);
    if found.posts == 0 {
        return Ok(empty(cursor));
    }
    if found.rows.is_empty() && found.unreadable == found.posts {
        return Err(Failure::new(Class::Malformed, "no entry can be read"));
    }
    let seen = cursor.seen() + found.rows.len() as u64;
    let next = if found.last { Cursor::Profile { seen } } else { after(body, cursor, seen) };
    let mut page = Page::listing(found.rows, Kinds::POST, Next::More(next.write()));
    page.unreadable = found.unreadable;
    Ok(page)
}

/// An empty page: on the first page it must be asked again and then held against the profile; later
/// it is the end of the list, if the profile's count agrees.
fn empty(cursor: &Cursor) -> Page {
    let next = match cursor {
        Cursor::First => Cursor::Again,
        Cursor::Again | Cursor::Profile { .. } => Cursor::Profile { seen: 0 },
        Cursor::Since { seen, .. } | Cursor::Number { seen, .. } => Cursor::Profile { seen: *seen },
    };
    Page::listing(Vec::new(), Kinds::POST, Next::More(next.write()))
}

fn after(body: &Value, cursor: &Cursor, seen: u64) -> Cursor {
    let since = &body["data"]["cardlistInfo"]["since_id"];
    let id = since
        .as_str()
        .map(str::to_owned)
        .or_else(|| since.as_u64().map(|id| id.to_string()))
        .filter(|id| !id.is_empty() && id != "0");
    match (id, cursor) {
        (Some(id), _) => Cursor::Since { id, seen },
        (None, Cursor::Number { page, .. }) => Cursor::Number { page: page + 1, seen },
        (None, _) => Cursor::Number { page: 2, seen },
    }
}

#[derive(Default)]
struct Found {
    rows: Vec<RawPost>,
    /// Entries that are posts of somebody.
    posts: usize,
    unreadable: usize,
    /// A card said that there is no more.
    last: bool,
}

/// Cards hold groups that hold cards; posts stand anywhere among ads, groups and recommendations.
fn flatten(cards: &[Value], ask: &Ask, found: &mut Found) {
    for card in cards {
        found.last |= number(&card["card_type"]) == Some(58);
        if let Some(group) = card["card_group"].as_array() {
            flatten(group, ask, found);
        }
        if !card["mblog"].is_object() || post::is_noise(card) {
            continue;
        }
        found.posts += 1;
        match post::read(card, ask.now) {
            Some(row) if found.rows.iter().any(|known| known.id == row.id) => {}
            Some(row) => found.rows.push(row),
            None => found.unreadable += 1,
        }
    }
}

/// The profile, asked when the list was empty or seemed to end after `seen` posts.
fn profile(body: &Value, seen: u64) -> Result<Page, Failure> {
    let user = &body["data"]["userInfo"];
    let count = number(&user["statuses_count"]);
    match count {
        None if seen == 0 && !user.is_object() => Err(Failure::new(Class::Gone, "no userInfo in the profile")
            .advise("微博上查不到这个账号：请核对来源参数（uid），确认是否已注销或被封")),
        None => Ok(Page::listing(Vec::new(), Kinds::POST, Next::Unsaid)),
        Some(count) if seen == 0 && count > 0 => {
            Err(blocked("empty_unexpected", format!("an empty list, but the profile counts {count}")))
        }
        Some(count) if u64::try_from(count).unwrap_or(0) <= seen => {
            Ok(Page::listing(Vec::new(), Kinds::POST, Next::End))
        }
        Some(_) => Ok(Page::listing(Vec::new(), Kinds::POST, Next::Unsaid)),
    }
}
