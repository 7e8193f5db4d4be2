//! One answer of the open platform to one page, to a token, or to its class. HTTP status is 200 for
//! refusals too, and both `data` and `extra` carry a code.

use super::super::raw::{is_top, number};
use super::super::text::short;
use super::errors;
use crate::http::Answer;
use crate::{Class, Failure, Kinds, Moment, Next, Page, PostKind, RawPost, When};
use serde_json::Value;

/// A page of the video list. Only `has_more` false ends it; pinned rows make pages short or long.
pub(super) fn page(answer: &Answer) -> Result<Page, Failure> {
    let body = body(answer)?;
    let data = &body["data"];
    let Some(list) = data["list"].as_array() else {
        return Err(Failure::new(Class::Malformed, "video_list without data.list"));
    };
    let rows: Vec<RawPost> = list.iter().filter_map(row).collect();
    let more = data["has_more"].as_bool().or_else(|| number(&data["has_more"]).map(|more| more == 1));
    let cursor = number(&data["cursor"]).map(|cursor| cursor.to_string());
    let next = match (more, cursor) {
        (Some(false), _) => Next::End,
        (Some(true), Some(cursor)) => Next::More(cursor),
        _ => Next::Unsaid,
    };
    let mut page = Page::listing(rows, Kinds::POST, next);
    page.unreadable = list.len() - page.rows.len();
    Ok(page)
}

fn row(item: &Value) -> Option<RawPost> {
    let id = ["video_id", "item_id"].iter().find_map(|key| item[*key].as_str().filter(|id| !id.is_empty()))?;
    let at = number(&item["create_time"]).filter(|seconds| *seconds > 0).map(Moment::from_unix)?;
    // 4 under review, 6 friends, 7 private; gone since 2024-12-13 (doc).
    let hidden = matches!(number(&item["video_status"]), Some(2 | 4 | 6 | 7));
    Some(RawPost {
        id: Some(id.to_owned()),
        push: None,
        when: When::At(at),
        title: short(item["title"].as_str().unwrap_or_default()),
        url: item["share_url"].as_str().filter(|url| url.starts_with("http")).map(str::to_owned),
        author: None,
        pinned: is_top(item),
        kind: PostKind::Post,
        visible: !hidden,
        repost: false,
    })
}

/// `data` of a token call.
pub(super) fn token(answer: &Answer) -> Result<Value, Failure> {
    Ok(body(answer)?["data"].clone())
}

fn body(answer: &Answer) -> Result<Value, Failure> {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
        return Err(match answer.status {
            500..=599 => Failure::new(Class::Transient, format!("HTTP {}", answer.status)),
            status => Failure::new(Class::Malformed, format!("HTTP {status} with a body that is no JSON")),
        });
    };
    for part in [&body["data"], &body["extra"]] {
        if let Some(code) = number(&part["error_code"]).filter(|code| *code != 0) {
            let words = part["description"].as_str().unwrap_or_default();
            return Err(errors::classify(code, words));
        }
    }
    match answer.status {
        200..=299 if body["data"].is_object() => Ok(body),
        200..=299 => Err(Failure::new(Class::Malformed, "no data")),
        429 => Err(Failure::new(Class::Throttled, "HTTP 429").retry_after(answer.retry_after_s())),
        500..=599 => Err(Failure::new(Class::Transient, format!("HTTP {}", answer.status))),
        status => Err(Failure::new(Class::Malformed, format!("HTTP {status}"))),
    }
}
