//! One answer of the open platform to one page, or to its class.

use super::super::post;
use super::super::refusal::number;
use super::errors;
use crate::http::Answer;
use crate::{Ask, Class, Failure, Kinds, Next, Page, RawPost, Reach, Strength};
use serde_json::Value;

/// The platform gives this many whatever is asked for (doc: "statuses/user_timeline").
const NEWEST: usize = 5;

/// The newest posts of the authorising account. Fewer than five are all there are. Pinned posts may
/// come first, unmarked and old: the last in the order of the list is the reach, so a row older than
/// it stands out of order and is taken for pinned.
pub(super) fn newest(ask: &Ask, answer: &Answer) -> Result<Page, Failure> {
    let body = body(answer)?;
    let (mut rows, unreadable, listed) = rows(ask, &body)?;
    if let Some(last) = rows.last().map(|row| row.when.earliest()) {
        rows.iter_mut().filter(|row| row.when.earliest() < last).for_each(|row| row.pinned = true);
    }
    let total = number(&body["total_number"]);
    let all = listed < NEWEST && total.is_none_or(|total| total <= i64::try_from(listed).unwrap_or(i64::MAX));
    if listed == 0 && total.is_some_and(|total| total > 0) {
        return Err(empty(total));
    }
    let mut page = Page::listing(rows, Kinds::POST, if all { Next::End } else { Next::Unsaid });
    page.unreadable = unreadable;
    Ok(page)
}

/// Page number and posts collected so far.
pub(super) fn place(ask: &Ask) -> (u32, u64) {
    let read = |text: &str| {
        let (page, got) = text.split_once('|')?;
        Some((page.parse().ok()?, got.parse().ok()?))
    };
    ask.cursor.as_deref().and_then(read).unwrap_or((1, 0))
}

/// Posts of a window by contract. It is proven when as many were collected as the platform counts.
pub(super) fn window(ask: &Ask, answer: &Answer) -> Result<Page, Failure> {
    let body = body(answer)?;
    let (rows, unreadable, listed) = rows(ask, &body)?;
    let (number_of, got) = place(ask);
    let total = number(&body["total_number"]).and_then(|total| u64::try_from(total).ok());
    let got = got + listed as u64;
    let expects = ask.known.iter().any(|known| known.when.earliest() >= ask.since);
    if got == 0 && expects {
        return Err(empty(number(&body["total_number"])));
    }
    let whole = total.is_some_and(|total| got >= total) && unreadable == 0;
    let next = if whole || listed == 0 { Next::Unsaid } else { Next::More(format!("{}|{got}", number_of + 1)) };
    let mut page = Page::listing(rows, Kinds::NONE, next);
    page.unreadable = unreadable;
    if whole {
        let reach = Reach { from: ask.since, until: ask.now, sees: Kinds::POST, strength: Strength::Strong };
        page.claims.push(reach);
    }
    Ok(page)
}

fn empty(total: Option<i64>) -> Failure {
    Failure::new(Class::Blocked, format!("no rows, total_number {total:?}"))
        .because("empty_unexpected")
        .advise("微博接口返回空列表，但账号是有内容的，本次不采信")
}

fn rows(ask: &Ask, body: &Value) -> Result<(Vec<RawPost>, usize, usize), Failure> {
    let Some(list) = body["statuses"].as_array() else {
        return Err(Failure::new(Class::Malformed, "no statuses"));
    };
    let posts: Vec<&Value> = list.iter().filter(|status| !post::is_noise(status, ask)).collect();
    let rows: Vec<RawPost> = posts.iter().filter_map(|status| post::read(status, ask.now)).collect();
    let unreadable = posts.len() - rows.len();
    Ok((rows, unreadable, list.len()))
}

/// Uid and remaining seconds of a token; the field was once spelled otherwise.
pub(super) fn token_life(answer: &Answer) -> Result<(String, i64), Failure> {
    let body = body(answer)?;
    let uid = number(&body["uid"]).map(|uid| uid.to_string());
    let life = number(&body["expire_in"]).or_else(|| number(&body["expires_in"]));
    uid.zip(life).ok_or_else(|| Failure::new(Class::Malformed, "get_token_info without uid or expire_in"))
}

fn body(answer: &Answer) -> Result<Value, Failure> {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
        return Err(match answer.status {
            500..=599 => Failure::new(Class::Transient, format!("HTTP {}", answer.status)),
            status => Failure::new(Class::Malformed, format!("HTTP {status} with a body that is no JSON")),
        });
    };
    if let Some(code) = number(&body["error_code"]).filter(|code| *code != 0) {
        return Err(errors::classify(code, body["error"].as_str().unwrap_or_default()));
    }
    match answer.status {
        200..=299 => Ok(body),
        429 => Err(Failure::new(Class::Throttled, "HTTP 429").retry_after(answer.retry_after_s())),
        500..=599 => Err(Failure::new(Class::Transient, format!("HTTP {}", answer.status))),
        status => Err(Failure::new(Class::Malformed, format!("HTTP {status}"))),
    }
}
