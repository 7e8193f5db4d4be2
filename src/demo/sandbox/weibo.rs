//! m.weibo.cn as a logged-in visitor meets it (weibo.md, "Mobile web JSON: getIndex"): profile, list in
//! pages of ten with the pinned posts first, refusals inside and outside of HTTP 200.

use super::World;
use crate::demo::town::{Channel, Post, Resident, Trouble, bid};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use cuigeng_adapters::Moment;
use cuigeng_adapters::time::HOUR;
use serde::Deserialize;
use serde_json::{Value, json};

/// Posts a page.
const PAGE: usize = 10;

pub(super) fn router() -> Router<World> {
    Router::new()
        .route("/api/container/getIndex", get(get_index))
        .route("/profile/info", get(profile_info))
        .route("/api/config", get(config))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(alias = "uid")]
    value: Option<String>,
    containerid: Option<String>,
    page: Option<String>,
    since_id: Option<String>,
}

/// What the session may see of one account.
struct View<'a> {
    index: usize,
    who: &'a Resident,
    /// Pinned posts first, then the others, newest first.
    posts: Vec<Post>,
    now: Moment,
}

async fn get_index(State(world): State<World>, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    if let Some(refusal) = refuse(&world, &headers) {
        return refusal;
    }
    let uid = uid_of(&wanted);
    let Some(index) = world.town.find(Channel::Weibo, &uid) else { return nothing_here() };
    if let Some(refusal) = hinder(world.town.trouble(index, world.now())) {
        return refusal;
    }
    let view = View::of(&world, index);
    if wanted.containerid.is_none() {
        return axum::Json(view.profile()).into_response();
    }
    let from = view.offset(&wanted);
    if from >= view.posts.len() { nothing_here() } else { axum::Json(view.page(from)).into_response() }
}

async fn profile_info(State(world): State<World>, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    if let Some(refusal) = refuse(&world, &headers) {
        return refusal;
    }
    let found = world.town.find(Channel::Weibo, &uid_of(&wanted));
    let Some(index) = found else { return axum::Json(json!({"ok": 0, "msg": "用户不存在"})).into_response() };
    if let Some(refusal) = hinder(world.town.trouble(index, world.now())) {
        return refusal;
    }
    axum::Json(json!({"ok": 1, "data": {"user": View::of(&world, index).user(), "statuses": []}})).into_response()
}

async fn config(State(world): State<World>, headers: HeaderMap) -> Response {
    let login = session(&headers).as_deref() == Some(world.town.credential("sub").as_str());
    axum::Json(json!({"preferQuickapp": 0, "data": {"login": login, "st": "0a1b2c"}, "ok": 1})).into_response()
}

/// A bare request meets risk control, a stale session a login page in HTTP 200.
fn refuse(world: &World, headers: &HeaderMap) -> Option<Response> {
    match session(headers) {
        None => Some(risk_control()),
        Some(sub) if sub == world.town.credential("sub") => None,
        Some(_) => {
            let url = "https://passport.weibo.com/sso/signin?entry=wapsso&url=https%3A%2F%2Fm.weibo.cn%2F";
            Some(axum::Json(json!({"ok": -100, "msg": "请先登录", "url": url})).into_response())
        }
    }
}

fn hinder(trouble: Option<Trouble>) -> Option<Response> {
    match trouble? {
        Trouble::Blocked => Some(risk_control()),
        Trouble::Captcha => Some(axum::Json(json!({"ok": 1, "url": "https://m.weibo.cn/c/checkcode"})).into_response()),
        Trouble::Throttled => {
            Some(axum::Json(json!({"ok": 0, "errno": "100005", "msg": "请求过于频繁，歇歇吧"})).into_response())
        }
    }
}

fn risk_control() -> Response {
    let status = StatusCode::from_u16(432).unwrap_or(StatusCode::FORBIDDEN);
    (status, Html("")).into_response()
}

/// The same words stand at the end of a list and for an account that does not exist.
fn nothing_here() -> Response {
    axum::Json(json!({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}})).into_response()
}

fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let sub = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("SUB="))?;
    Some(sub.to_owned())
}

fn uid_of(wanted: &Wanted) -> String {
    let container = wanted.containerid.as_deref().unwrap_or_default();
    let of_container = || container.get(6..16).map(str::to_owned);
    wanted.value.clone().or_else(of_container).unwrap_or_default()
}

impl<'a> View<'a> {
    fn of(world: &'a World, index: usize) -> View<'a> {
        let now = world.now();
        let (mut posts, others): (Vec<Post>, Vec<Post>) =
            world.town.posts(index, now).into_iter().partition(|post| post.pinned);
        posts.extend(others);
        View { index, who: &world.town.residents()[index], posts, now }
    }

    fn user(&self) -> Value {
        json!({"id": self.uid(), "screen_name": self.who.name, "statuses_count": self.posts.len(), "verified": true,
               "verified_type": 1, "verified_reason": format!("{}官方微博", self.who.office), "followers_count": "1.2万",
               "profile_url": format!("https://m.weibo.cn/u/{}", self.who.key)})
    }

    fn uid(&self) -> u64 {
        self.who.key.parse().unwrap_or(0)
    }

    fn profile(&self) -> Value {
        let tab = |id: u32, key: &str, title: &str, container: &str| {
            json!({"id": id, "tabKey": key, "must_show": 1, "hidden": 0, "title": title, "tab_type": key,
                   "containerid": format!("{container}{}", self.who.key)})
        };
        let tabs = [
            tab(1, "profile", "主页", "230283"),
            tab(2, "weibo", "微博", "107603"),
            tab(10, "album", "相册", "107803"),
        ];
        json!({"ok": 1, "data": {"isVideoCoverStyle": 1, "userInfo": self.user(), "fans_scheme": "", "follow_scheme": "",
               "tabsInfo": {"selectedTab": 1, "tabs": tabs}, "scheme": ""}})
    }

    /// Where a page begins: after the post that `since_id` names, or by its number.
    fn offset(&self, wanted: &Wanted) -> usize {
        let since: Option<u64> = wanted.since_id.as_deref().and_then(|id| id.parse().ok()).filter(|id| *id > 0);
        if let Some(last) = since {
            return self.posts.iter().position(|post| post.id == last).map_or(self.posts.len(), |at| at + 1);
        }
        let page: usize = wanted.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(1);
        page.saturating_sub(1).saturating_mul(PAGE)
    }

    fn page(&self, from: usize) -> Value {
        let shown = &self.posts[from..self.posts.len().min(from + PAGE)];
        let mut cards: Vec<Value> = shown.iter().map(|post| self.card(post)).collect();
        if from == 0 {
            cards.insert(cards.len().min(2), self.no_post());
            cards.extend(self.liked());
        }
        let since_id = shown.last().map_or(0, |post| post.id);
        let info = json!({"containerid": format!("107603{}", self.who.key), "v_p": 42, "show_style": 1,
                          "total": self.posts.len(), "since_id": since_id});
        json!({"ok": 1, "data": {"cardlistInfo": info, "cards": cards, "scheme": "", "showAppTips": 0}})
    }

    fn card(&self, post: &Post) -> Value {
        let bid = bid(post.id);
        let mark = if post.pinned { "proweibotop_" } else { "proweibo_" };
        let card = json!({"card_type": 9, "profile_type_id": format!("{mark}{}", post.id), "itemid": "",
                          "scheme": format!("https://m.weibo.cn/status/{bid}?mblogid={bid}"),
                          "mblog": self.mblog(post, &bid)});
        // A pinned post may stand in a group.
        if post.pinned { json!({"card_type": 11, "show_type": 0, "card_group": [card]}) } else { card }
    }

    fn mblog(&self, post: &Post, bid: &str) -> Value {
        let id = post.id.to_string();
        let mut mblog = json!({
            "visible": {"type": if post.private { 10 } else { 0 }, "list_id": 0}, "created_at": created_at(post.at),
            "id": id, "mid": id, "bid": bid, "can_edit": false, "text": format!("<a href='#'>#政务#</a>{}", post.title),
            "raw_text": post.title, "textLength": 40, "source": "微博 weibo.com", "isLongText": false,
            "mblogtype": if post.pinned { 2 } else { 0 }, "edit_config": {"edited": false},
            "reposts_count": 0, "comments_count": 1, "attitudes_count": 3,
            "user": {"id": self.uid(), "screen_name": self.who.name},
        });
        if post.pinned {
            mblog["isTop"] = json!(1);
            mblog["title"] = json!({"text": "置顶", "base_color": 1});
        }
        if post.repost {
            mblog["retweeted_status"] = json!({"id": (post.id - (1 << 34)).to_string(), "text": "通知",
                                               "user": {"id": 1_000_000_002, "screen_name": "上级发布"}});
        }
        mblog
    }

    /// A card that is no post.
    fn no_post(&self) -> Value {
        json!({"card_type": 11, "show_type": 2, "card_group": [{"card_type": 42, "desc": "可能感兴趣的人"}]})
    }

    /// Somebody else's post that the account liked; it must not be counted as its own.
    fn liked(&self) -> Option<Value> {
        let at = self.now.plus(-HOUR);
        let second = u64::try_from(at.unix()).ok()?.checked_sub(515_483_463)?;
        let id = (second << 22 | 0x3f_0000).to_string();
        self.index.is_multiple_of(5).then(|| {
            json!({"card_type": 9, "profile_type_id": "proweibo_like", "mblog": {"id": id, "mid": id, "bid": "",
                   "created_at": created_at(at), "text": "好天气", "visible": {"type": 0, "list_id": 0}, "mblogtype": 0,
                   "title": {"text": "他赞过的微博", "base_color": 1},
                   "user": {"id": 1_000_000_003, "screen_name": "路人"}}})
        })
    }
}

/// `Mon Jun 06 09:00:00 +0800 2022`
fn created_at(at: Moment) -> String {
    at.beijing().format("%a %b %d %H:%M:%S +0800 %Y").to_string()
}
