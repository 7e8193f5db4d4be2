//! A platform on loopback whose mood follows a script: m.weibo.cn and the Douyin bridge v5 in their
//! true wire formats, telling one truth as of a stepped clock.

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use cuigeng::clock::Clock;
use cuigeng::domain::Moment;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Posts a page of the list.
const PAGE: usize = 10;

/// How the platform feels about one account at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Tells the truth.
    Good,
    /// Risk control: HTTP 432, or what the bridge makes of it.
    Blocked,
    /// The session is not logged in any more.
    LoggedOut,
    /// An old list, as it was then; what came later does not exist.
    Stale(Moment),
}

type Script = dyn Fn(usize, Moment) -> Mood + Send + Sync;

/// What every handler knows.
#[derive(Clone)]
pub(crate) struct Platform {
    /// By account, ascending in time.
    pub(crate) posts: Arc<Vec<Vec<Moment>>>,
    script: Arc<Script>,
    clock: Arc<dyn Clock>,
    /// When it was asked for what.
    asked: Arc<Mutex<Vec<(Moment, String)>>>,
}

impl Platform {
    pub(crate) fn new(
        posts: Vec<Vec<Moment>>,
        script: impl Fn(usize, Moment) -> Mood + Send + Sync + 'static,
        clock: Arc<dyn Clock>,
    ) -> Platform {
        Platform { posts: Arc::new(posts), script: Arc::new(script), clock, asked: Arc::default() }
    }

    /// Listens on a free port; the servers end with the test's runtime.
    pub(crate) async fn start(&self) -> String {
        let router = Router::new()
            .route("/api/container/getIndex", get(get_index))
            .route("/statuses/show", get(show))
            .route("/api/config", get(login))
            .route("/api/v1/douyin/user/posts", get(works))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        base
    }

    /// What it calls an account.
    pub(crate) fn key(index: usize) -> String {
        (1_000_000_100 + index).to_string()
    }

    /// Every question so far.
    pub(crate) fn asked(&self) -> Vec<(Moment, String)> {
        self.asked.lock().unwrap().clone()
    }

    fn meet(&self, key: &str) -> Option<(usize, Mood, Moment)> {
        let now = self.clock.now();
        self.asked.lock().unwrap().push((now, key.to_owned()));
        let index = key.parse::<usize>().ok()?.checked_sub(1_000_000_100).filter(|i| *i < self.posts.len())?;
        Some((index, (self.script)(index, now), now))
    }

    /// Newest first, as this mood shows them.
    fn shown(&self, index: usize, mood: Mood, now: Moment) -> Vec<Moment> {
        let until = if let Mood::Stale(then) = mood { then } else { now };
        self.posts[index].iter().rev().copied().filter(|at| *at <= until).collect()
    }
}

fn mid(at: Moment) -> u64 {
    u64::try_from(at.unix() - 515_483_463).unwrap() << 22
}

fn refusal(mood: Mood) -> Option<Response> {
    match mood {
        Mood::Good | Mood::Stale(_) => None,
        Mood::Blocked => Some((StatusCode::from_u16(432).unwrap(), Html("")).into_response()),
        Mood::LoggedOut => {
            let url = "https://passport.weibo.com/sso/signin?entry=wapsso";
            Some(Json(json!({"ok": -100, "msg": "请先登录", "url": url})).into_response())
        }
    }
}

async fn get_index(State(platform): State<Platform>, Query(wanted): Query<HashMap<String, String>>) -> Response {
    let key = wanted["value"].clone();
    let Some((index, mood, now)) = platform.meet(&key) else { return nothing_here() };
    if let Some(refusal) = refusal(mood) {
        return refusal;
    }
    let posts = platform.shown(index, mood, now);
    let user = json!({"id": key.parse::<u64>().unwrap(), "screen_name": "某某发布", "statuses_count": posts.len()});
    if !wanted.contains_key("containerid") {
        let tab = json!({"tab_type": "weibo", "tabKey": "weibo", "containerid": format!("107603{key}")});
        return Json(json!({"ok": 1, "data": {"userInfo": user, "tabsInfo": {"tabs": [tab]}}})).into_response();
    }
    let since = wanted.get("since_id").map(|id| id.parse::<u64>().unwrap());
    let from = since.map_or(0, |id| posts.iter().position(|at| mid(*at) == id).map_or(posts.len(), |at| at + 1));
    let page: Vec<Moment> = posts.iter().skip(from).take(PAGE).copied().collect();
    let Some(last) = page.last() else { return nothing_here() };
    let cards: Vec<Value> = page.iter().map(|at| card(*at, &user)).collect();
    let info = json!({"total": posts.len(), "since_id": mid(*last)});
    Json(json!({"ok": 1, "data": {"cardlistInfo": info, "cards": cards}})).into_response()
}

fn card(at: Moment, user: &Value) -> Value {
    let id = mid(at).to_string();
    let created = at.beijing().format("%a %b %d %H:%M:%S +0800 %Y").to_string();
    json!({"card_type": 9, "profile_type_id": format!("proweibo_{id}"), "mblog": {
        "id": id, "mid": id, "bid": "", "created_at": created, "text": "政务信息", "raw_text": "政务信息", "mblogtype": 0,
        "visible": {"type": 0, "list_id": 0}, "user": user}})
}

fn nothing_here() -> Response {
    Json(json!({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}})).into_response()
}

/// A post asked for by itself: an old list comes from a place where the newer ones do not exist.
async fn show() -> Response {
    Json(json!({"ok": 0, "error_code": 20101, "msg": "该微博不存在"})).into_response()
}

async fn login(State(platform): State<Platform>, headers: HeaderMap) -> Response {
    let sent = headers.get("cookie").is_some_and(|cookie| cookie.to_str().unwrap().contains("SUB="));
    let now = platform.clock.now();
    platform.asked.lock().unwrap().push((now, "login".to_owned()));
    let mood = (platform.script)(0, now);
    Json(json!({"ok": 1, "data": {"login": sent && mood != Mood::LoggedOut, "st": "0a1b2c"}})).into_response()
}

async fn works(State(platform): State<Platform>, Query(wanted): Query<HashMap<String, String>>) -> Response {
    let key = wanted["sec_user_id"].clone();
    let Some((index, mood, now)) = platform.meet(&key) else {
        let error = json!({"code": "NOT_FOUND", "message": "user not found"});
        return told(StatusCode::NOT_FOUND, &error, platform.clock.now());
    };
    if matches!(mood, Mood::Blocked | Mood::LoggedOut) {
        let error = json!({"code": "UPSTREAM_RISK_CONTROL", "message": "verification", "retry_after": 60});
        return told(StatusCode::BAD_GATEWAY, &error, now);
    }
    let before: i64 = wanted.get("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(i64::MAX);
    let posts: Vec<Moment> =
        platform.shown(index, mood, now).into_iter().filter(|at| at.unix() * 1000 < before).collect();
    let items: Vec<Value> = posts.iter().take(20).map(|at| work(*at, &key, now)).collect();
    let cursor = posts.iter().take(20).next_back().map(|at| (at.unix() * 1000).to_string());
    let more = posts.len() > 20;
    let data = json!({"items": items, "cursor": cursor, "has_more": more});
    let meta = json!({"request_id": "r1", "platform": "douyin", "cursor": {"next": cursor, "has_more": more}});
    Json(json!({"success": true, "error": null, "data": data, "meta": meta})).into_response()
}

fn told(status: StatusCode, error: &Value, now: Moment) -> Response {
    let meta = json!({"request_id": format!("r{}", now.unix()), "platform": "douyin"});
    (status, Json(json!({"success": false, "data": null, "error": error, "meta": meta}))).into_response()
}

fn work(at: Moment, key: &str, now: Moment) -> Value {
    let id = (u64::try_from(at.unix()).unwrap() << 32).to_string();
    let utc = |moment: Moment| moment.to_chrono().naive_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    json!({"platform": "douyin", "content_id": id, "kind": "video", "title": "政务信息", "description": "政务信息",
        "web_url": format!("https://www.douyin.com/video/{id}"), "created_at": utc(at), "is_deleted": false,
        "is_private": false, "author": {"uid": key, "nickname": "某某发布"}, "fetched_at": utc(now),
        "raw": {"aweme_id": id, "desc": "政务信息", "create_time": at.unix(), "is_top": 0, "aweme_type": 0, "images": null,
            "author": {"uid": "104255890000", "sec_uid": key, "nickname": "某某发布"},
            "status": {"is_delete": false, "private_status": 0, "is_prohibited": false, "part_see": 0}}})
}
