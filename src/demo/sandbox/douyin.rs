//! A self-hosted Douyin bridge (douyin.md, "Evil0ctal v5"): a key, pages by cursor, now and then a task
//! in place of an answer, and the refusal of risk control in both of its forms.

use super::{World, utc};
use crate::demo::town::{Channel, Post, Resident, Trouble};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use cuigeng_adapters::Moment;
use cuigeng_adapters::time::HOUR;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest time that the bridge holds a connection, in seconds.
const WAIT_CEILING_S: u32 = 30;
/// Most rows a page.
const COUNT_CEILING: usize = 50;

/// Tasks by id, with how often each has been asked for.
type Tasks = Arc<Mutex<HashMap<String, (u32, TaskEnd)>>>;

/// How a task ends.
#[derive(Clone)]
enum TaskEnd {
    Done(Value),
    Failed(Value),
}

#[derive(Clone, Deserialize)]
struct Wanted {
    sec_user_id: Option<String>,
    count: Option<usize>,
    cursor: Option<String>,
    wait: Option<u32>,
    include_raw: Option<bool>,
}

pub(super) fn router() -> Router<World> {
    let tasks = Tasks::default();
    let asked = Arc::clone(&tasks);
    Router::new()
        .route(
            "/api/v1/douyin/user/posts",
            get(move |State(world): State<World>, headers: HeaderMap, Query(wanted): Query<Wanted>| async move {
                refuse(&world, &headers).unwrap_or_else(|| posts(&world, &tasks, &wanted))
            }),
        )
        .route(
            "/api/v1/tasks/{id}",
            get(move |State(world): State<World>, headers: HeaderMap, Path(id): Path<String>| async move {
                refuse(&world, &headers).unwrap_or_else(|| task(&world, &asked, &id))
            }),
        )
        .route("/api/v1/douyin/user", get(author))
}

fn refuse(world: &World, headers: &HeaderMap) -> Option<Response> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let key = text("x-api-key").or(bearer);
    let known = key.and_then(|key| key.strip_prefix("dtk_")) == Some(world.town.credential("dtk").as_str());
    (!known).then(|| failure(world, StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "Invalid or missing API key", None))
}

fn posts(world: &World, tasks: &Tasks, wanted: &Wanted) -> Response {
    let bad = |words: &str| failure(world, StatusCode::BAD_REQUEST, "INVALID_PARAM", words, None);
    if wanted.wait.unwrap_or(0) > WAIT_CEILING_S {
        return bad("wait exceeds the ceiling");
    }
    if !(1..=COUNT_CEILING).contains(&wanted.count.unwrap_or(20)) {
        return bad("count must be between 1 and 50");
    }
    let Some(key) = &wanted.sec_user_id else { return bad("exactly one of sec_user_id and url is required") };
    let Some(index) = world.town.find(Channel::Douyin, key) else {
        return failure(world, StatusCode::NOT_FOUND, "NOT_FOUND", "user not found", None);
    };
    // The same look meets the same mood, and all moods occur within a day.
    let mood = world.now().unix() / HOUR + i64::try_from(index).unwrap_or(0);
    let as_task = wanted.wait.is_none() || (wanted.cursor.is_none() && mood % 7 == 3);
    match world.town.trouble(index, world.now()) {
        Some(trouble) if as_task || mood % 2 == 0 => start(world, tasks, TaskEnd::Failed(task_error(trouble))),
        Some(trouble) => hinder(world, trouble),
        None if as_task => start(world, tasks, TaskEnd::Done(page(world, index, wanted))),
        None => envelope(world, StatusCode::OK, page(world, index, wanted)),
    }
}

fn hinder(world: &World, trouble: Trouble) -> Response {
    let (status, code) = match trouble {
        Trouble::Throttled => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
        Trouble::Blocked | Trouble::Captcha => (StatusCode::BAD_GATEWAY, "UPSTREAM_RISK_CONTROL"),
    };
    failure(world, status, code, "upstream asked for verification", Some(60))
}

fn task_error(trouble: Trouble) -> Value {
    let code = if trouble == Trouble::Throttled { "RATE_LIMITED" } else { "UPSTREAM_RISK_CONTROL" };
    json!({"code": code, "message": "upstream asked for verification", "retryable": true, "retry_after": 60})
}

/// 202 is neither an error nor a result.
fn start(world: &World, tasks: &Tasks, end: TaskEnd) -> Response {
    let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
    let id = format!("t{:08x}", tasks.len() + 1);
    tasks.insert(id.clone(), (0, end));
    let body =
        json!({"success": true, "error": null, "data": {"task_id": id, "state": "running"}, "meta": meta(world)});
    (StatusCode::ACCEPTED, limits(world), Json(body)).into_response()
}

/// Asked for the first time a task still runs; a failed one is HTTP 200 with `success`.
fn task(world: &World, tasks: &Tasks, id: &str) -> Response {
    let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((asked, end)) = tasks.get_mut(id) else {
        return failure(world, StatusCode::NOT_FOUND, "TASK_NOT_FOUND", "no such task", None);
    };
    *asked += 1;
    let data = match end {
        _ if *asked == 1 => json!({"task_id": id, "state": "running"}),
        TaskEnd::Done(page) => {
            let next = json!({"cursor": {"next": page["cursor"], "has_more": page["has_more"]}});
            json!({"task_id": id, "state": "done", "data": page, "result_meta": next, "error": null})
        }
        TaskEnd::Failed(error) => json!({"task_id": id, "state": "failed", "data": null, "error": error}),
    };
    envelope(world, StatusCode::OK, data)
}

async fn author(State(world): State<World>, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    if let Some(refusal) = refuse(&world, &headers) {
        return refusal;
    }
    let found = wanted.sec_user_id.as_deref().and_then(|key| world.town.find(Channel::Douyin, key));
    let Some(index) = found else {
        return failure(&world, StatusCode::NOT_FOUND, "NOT_FOUND", "user not found", None);
    };
    if let Some(trouble) = world.town.trouble(index, world.now()) {
        return hinder(&world, trouble);
    }
    let who = &world.town.residents()[index];
    let count = world.town.posts(index, world.now()).len();
    let data = json!({"platform": "douyin", "uid": who.key, "nickname": who.name, "stats": {"content_count": count}});
    envelope(&world, StatusCode::OK, data)
}

/// One page of the list: pinned posts first, then newest first from the cursor on.
fn page(world: &World, index: usize, wanted: &Wanted) -> Value {
    let who = &world.town.residents()[index];
    let raw = wanted.include_raw.unwrap_or(false);
    let (pinned, listed): (Vec<Post>, Vec<Post>) =
        world.town.posts(index, world.now()).into_iter().partition(|post| post.pinned);
    let before: i64 = wanted.cursor.as_deref().and_then(|cursor| cursor.parse().ok()).unwrap_or(i64::MAX);
    let mut rest = listed.iter().filter(|post| post.at.unix() * 1000 < before);
    let shown: Vec<&Post> = rest.by_ref().take(wanted.count.unwrap_or(20)).collect();
    let has_more = rest.next().is_some();
    let first = if wanted.cursor.is_none() { pinned.as_slice() } else { &[] };
    let mut items: Vec<Value> =
        first.iter().chain(shown.iter().copied()).map(|post| item(who, post, raw, world)).collect();
    if wanted.cursor.is_none() {
        items.extend(shared_work(index, world, raw));
    }
    let cursor = shown.last().map(|post| (post.at.unix() * 1000).to_string());
    json!({"items": items, "cursor": cursor, "has_more": has_more})
}

fn item(who: &Resident, post: &Post, raw: bool, world: &World) -> Value {
    let (id, url) = Channel::Douyin.identify(&who.handle, post);
    let mut item = json!({"platform": "douyin", "content_id": id, "kind": "video", "web_url": url, "title": post.title,
                          "description": post.title, "created_at": utc(post.at, false), "is_deleted": false,
                          "is_private": post.private, "author": {"uid": who.key, "nickname": who.name},
                          "fetched_at": utc(world.now(), false)});
    if raw {
        item["raw"] = json!({"aweme_id": id, "desc": post.title, "create_time": post.at.unix(),
            "is_top": u8::from(post.pinned), "aweme_type": 0, "images": null,
            "author": {"uid": "104255890000", "sec_uid": who.key, "nickname": who.name, "unique_id": "", "short_id": "0"},
            "status": {"is_delete": false, "private_status": u8::from(post.private), "is_prohibited": false, "part_see": 0}});
    }
    item
}

/// A work of somebody else in which the account took part (共创); it must not be counted as its own.
fn shared_work(index: usize, world: &World, raw: bool) -> Option<Value> {
    let at = world.now().plus(-2 * HOUR);
    let id = u64::try_from(at.unix()).ok()? << 32 | 0xffff;
    let uid = "MS4wLjABAAAA0000000000000000000000000000000000000000000";
    let mut item = json!({"platform": "douyin", "content_id": id.to_string(), "kind": "video", "title": "联合发布",
        "web_url": format!("https://www.douyin.com/video/{id}"), "description": "联合发布", "created_at": utc(at, false),
        "is_deleted": false, "is_private": false, "author": {"uid": uid, "nickname": "友邻"}, "fetched_at": utc(world.now(), false)});
    if raw {
        item["raw"] = json!({"aweme_id": id.to_string(), "desc": "联合发布", "create_time": at.unix(), "is_top": 0,
            "author": {"uid": "104255890001", "sec_uid": uid, "nickname": "友邻"},
            "status": {"is_delete": false, "private_status": 0, "is_prohibited": false, "part_see": 0}});
    }
    index.is_multiple_of(5).then_some(item)
}

fn envelope(world: &World, status: StatusCode, data: Value) -> Response {
    let mut meta = meta(world);
    if let Some(cursor) = data.get("cursor") {
        meta["cursor"] = json!({"next": cursor, "has_more": data["has_more"]});
    }
    let body = json!({"success": true, "error": null, "data": data, "meta": meta});
    (status, limits(world), Json(body)).into_response()
}

fn failure(world: &World, status: StatusCode, code: &str, words: &str, retry_after: Option<u32>) -> Response {
    let error = json!({"code": code, "message": words, "retry_after": retry_after});
    let body = json!({"success": false, "data": null, "error": error, "meta": meta(world)});
    let mut response = (status, limits(world), Json(body)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn meta(world: &World) -> Value {
    json!({"request_id": format!("r{:x}", world.now().unix()), "cached": false, "duration_ms": 812, "platform": "douyin"})
}

fn limits(world: &World) -> [(&'static str, String); 3] {
    let reset: Moment = world.now().plus(60);
    [
        ("x-ratelimit-limit", "120".to_owned()),
        ("x-ratelimit-remaining", "119".to_owned()),
        ("x-ratelimit-reset", reset.unix().to_string()),
    ]
}
