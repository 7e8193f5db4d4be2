//! One answer of the bridge to one page, or to its class. A failed task comes as HTTP 200 with
//! `success` true; an empty body is risk control, never "no posts".

use super::{codes, raw, text, wait_for};
use crate::http::Answer;
use crate::{Ask, Class, Failure, Kinds, Moment, Next, Page, PostKind, RawPost, When};
use serde_json::Value;

pub(super) fn parse(ask: &Ask, answer: &Answer) -> Result<Page, Failure> {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return Err(text::not_json(answer)) };
    if body["error"].is_object() || body["success"] == false {
        return Err(codes::classify(&body["error"], answer.status).or_retry_after(answer));
    }
    match answer.status {
        200..=299 => {}
        500..=599 => return Err(Failure::new(Class::Transient, format!("HTTP {}", answer.status))),
        status => return Err(Failure::new(Class::Malformed, format!("HTTP {status} without an error object"))),
    }
    let data = &body["data"];
    match data["state"].as_str() {
        Some("queued" | "running") => waiting(ask, data),
        Some("failed") => Err(codes::classify(&data["error"], answer.status)),
        Some("done") => listing(&data["data"]),
        Some(other) => Err(Failure::new(Class::Malformed, format!("task state {other}"))),
        None => listing(data),
    }
}

/// Posts that the author's profile counts.
pub(super) fn author(answer: &Answer) -> Result<i64, Failure> {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return Err(text::not_json(answer)) };
    if body["error"].is_object() || body["success"] == false {
        return Err(codes::classify(&body["error"], answer.status));
    }
    let count = raw::number(&body["data"]["stats"]["content_count"]);
    count.ok_or_else(|| Failure::new(Class::Malformed, "no data.stats.content_count"))
}

fn waiting(ask: &Ask, data: &Value) -> Result<Page, Failure> {
    let current = ask.cursor.as_deref().and_then(|cursor| cursor.strip_prefix(super::TASK));
    let task = data["task_id"].as_str().or(current).filter(|id| !id.is_empty());
    let task = task.ok_or_else(|| Failure::new(Class::Malformed, "a running task without an id"))?;
    Ok(Page::listing(Vec::new(), Kinds::NONE, wait_for(ask, task)))
}

fn listing(data: &Value) -> Result<Page, Failure> {
    let Some(items) = data["items"].as_array() else { return Err(no_list(data)) };
    let mut rows = Vec::new();
    let mut unreadable = 0;
    for item in items {
        match row(item) {
            Some(row) => rows.push(row),
            None => unreadable += 1,
        }
    }
    let cursor = data["cursor"]
        .as_str()
        .map(str::to_owned)
        .or_else(|| data["cursor"].as_i64().map(|c| c.to_string()))
        .filter(|c| !c.is_empty());
    let more = data["has_more"].as_bool().unwrap_or_else(|| data["has_more"].as_i64() == Some(1));
    let next = match cursor {
        Some(cursor) if more => Next::More(cursor),
        None if more => Next::Unsaid,
        _ => Next::End,
    };
    let mut page = Page::listing(rows, Kinds::POST, next);
    page.unreadable = unreadable;
    Ok(page)
}

/// Nothing where the list should be: how risk control looks from behind a bridge.
fn no_list(data: &Value) -> Failure {
    raw::risk_control(data).unwrap_or_else(|| Failure::new(Class::Malformed, "no data.items"))
}

/// `None` without an id or a time, which proves nothing about a date.
fn row(item: &Value) -> Option<RawPost> {
    let raw = &item["raw"];
    let id = item["content_id"].as_str().or_else(|| raw["aweme_id"].as_str()).filter(|id| !id.is_empty())?;
    let created = item["created_at"].as_str().and_then(Moment::parse_rfc3339);
    let at = created.or_else(|| raw["create_time"].as_i64().filter(|s| *s > 0).map(Moment::from_unix))?;
    let hidden = item["is_private"] == true || item["is_deleted"] == true || !raw::is_public(raw);
    Some(RawPost {
        id: Some(id.to_owned()),
        push: None,
        when: When::At(at),
        title: item["title"].as_str().or_else(|| item["description"].as_str()).map_or_else(String::new, text::short),
        url: item["web_url"].as_str().filter(|url| url.starts_with("http")).map(str::to_owned),
        author: item["author"]["uid"].as_str().or_else(|| raw["author"]["sec_uid"].as_str()).map(str::to_owned),
        // Without the raw row nobody knows: an unmarked pinned row must not fake a reach, so such a
        // row counts as a post and never for the reach.
        pinned: raw.is_null() || raw::is_top(raw),
        kind: PostKind::Post,
        visible: !hidden,
        repost: false,
    })
}

impl Failure {
    /// The waiting time of the header where the body names none.
    fn or_retry_after(mut self, answer: &Answer) -> Failure {
        self.retry_after_s = self.retry_after_s.or_else(|| answer.retry_after_s());
        self
    }
}
