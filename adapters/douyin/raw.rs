//! The web client's own row and list, as the bridges hand them over, raw or wrapped.

use super::text::short;
use crate::{Class, Failure, Kinds, Moment, Next, Page, PostKind, RawPost, When};
use serde_json::Value;

/// Why a body that should be a list is none, where its shape is known as risk control.
pub(super) fn risk_control(body: &Value) -> Option<Failure> {
    let marks = ["verify_center_decision_conf", "captcha", "verify_page"];
    let code = number(&body["status_code"]).unwrap_or(0);
    let told = matches!(code, 8 | 2154 | 2156 | 10_000 | 10_001) || marks.iter().any(|mark| body.get(mark).is_some());
    let hollow = body.is_null() || body.as_object().is_some_and(serde_json::Map::is_empty);
    let listless = code == 0 && body.get("status_code").is_some() && !body["aweme_list"].is_array();
    (told || hollow || listless).then(|| blocked("risk_control", format!("status_code {code}, no list")))
}

pub(super) fn blocked(reason: &str, detail: impl Into<String>) -> Failure {
    Failure::new(Class::Blocked, detail)
        .because(reason)
        .advise("抖音拦截了转接工具，返回的不是列表：请更换其 Cookie、访客身份或出口网络，其间请人工核查")
}

/// A page of `aweme_list`.
///
/// # Errors
/// `blocked` for the shapes of risk control, `malformed` for unknown ones.
pub(super) fn listing(body: &Value) -> Result<Page, Failure> {
    if let Some(failure) = risk_control(body) {
        return Err(failure);
    }
    let Some(list) = body["aweme_list"].as_array() else {
        let code = number(&body["status_code"]).unwrap_or(0);
        return Err(Failure::new(Class::Malformed, format!("status_code {code} without aweme_list")));
    };
    let rows: Vec<RawPost> = list.iter().filter_map(row).collect();
    let more = body["has_more"].as_bool().unwrap_or_else(|| number(&body["has_more"]) == Some(1));
    let cursor = number(&body["max_cursor"]).map(|cursor| cursor.to_string());
    let next = match cursor {
        Some(cursor) if more => Next::More(cursor),
        None if more => Next::Unsaid,
        _ => Next::End,
    };
    let mut page = Page::listing(rows, Kinds::POST, next);
    page.unreadable = list.len() - page.rows.len();
    Ok(page)
}

/// `None` without an id or a time. Only what everybody can see counts.
pub(super) fn row(raw: &Value) -> Option<RawPost> {
    let id = raw["aweme_id"].as_str().filter(|id| !id.is_empty())?;
    let at = number(&raw["create_time"]).filter(|seconds| *seconds > 0).map(Moment::from_unix)?;
    let genre = if raw["images"].as_array().is_some_and(|images| !images.is_empty()) { "note" } else { "video" };
    Some(RawPost {
        url: Some(format!("https://www.douyin.com/{genre}/{id}")),
        id: Some(id.to_owned()),
        push: None,
        when: When::At(at),
        title: short(raw["desc"].as_str().unwrap_or_default()),
        author: raw["author"]["sec_uid"].as_str().map(str::to_owned),
        pinned: is_top(raw),
        kind: PostKind::Post,
        visible: is_public(raw),
        repost: false,
    })
}

/// Pinned, by any of the spellings.
pub(super) fn is_top(raw: &Value) -> bool {
    raw["is_top"] == true || number(&raw["is_top"]) == Some(1)
}

/// Where `status` is present, only rows that are neither deleted, private nor prohibited count.
pub(super) fn is_public(raw: &Value) -> bool {
    let status = &raw["status"];
    status["is_delete"] != true
        && status["is_prohibited"] != true
        && number(&status["private_status"]).unwrap_or(0) == 0
}

/// A number that may come as text.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
