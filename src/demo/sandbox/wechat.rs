//! api.weixin.qq.com (wechat.md, "Official API"): tokens that expire on the sandbox's clock, the
//! statistic that knows a day only from 08:00 of the next one on, and 发布 in pages.

use super::World;
use crate::demo::town::{Channel, Post, Trouble, first_statistic_day};
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use chrono::NaiveDate;
use cuigeng_adapters::Moment;
use cuigeng_adapters::time::HOUR;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Life of a token in seconds.
const LIFE_S: i64 = 7200;
/// In its last minutes a token is replaced, and both work.
const OVERLAP_S: i64 = 300;
/// Hour of the next day from which a day's statistic is ready.
const READY_HOUR: i64 = 8;

/// The tokens of each AppID, oldest first.
type Tokens = Arc<Mutex<HashMap<String, Vec<Token>>>>;

#[derive(Clone)]
struct Token {
    text: String,
    expires: Moment,
}

/// An `errcode` with its words.
struct Refusal(i64, &'static str);

#[derive(Deserialize)]
struct Access {
    access_token: Option<String>,
}

pub(super) fn router() -> Router<World> {
    let tokens = Tokens::default();
    let (for_token, for_detail, for_batch) = (Arc::clone(&tokens), Arc::clone(&tokens), tokens);
    Router::new()
        .route(
            "/cgi-bin/stable_token",
            any(move |State(world): State<World>, method: Method, body: Bytes| async move {
                answer(parse(&method, &body).and_then(|asked| stable_token(&world, &for_token, &asked)))
            }),
        )
        .route(
            "/datacube/getarticletotaldetail",
            any(move |State(world): State<World>, Query(access): Query<Access>, method: Method, body: Bytes| async move {
                let owner = owner(&world, &for_detail, &access);
                answer(owner.and_then(|index| total_detail(&world, index, &parse(&method, &body)?)))
            }),
        )
        .route(
            "/cgi-bin/freepublish/batchget",
            any(move |State(world): State<World>, Query(access): Query<Access>, method: Method, body: Bytes| async move {
                let owner = owner(&world, &for_batch, &access);
                answer(owner.and_then(|index| batch_get(&world, index, &parse(&method, &body)?)))
            }),
        )
}

/// Errors arrive in HTTP 200.
fn answer(result: Result<Value, Refusal>) -> Response {
    let body = result.unwrap_or_else(
        |Refusal(code, words)| json!({"errcode": code, "errmsg": format!("{words} rid: 629d5a10-{code:08x}-5c3e2f1a")}),
    );
    Json(body).into_response()
}

fn parse(method: &Method, body: &Bytes) -> Result<Value, Refusal> {
    if method != Method::POST {
        return Err(Refusal(43002, "require POST method"));
    }
    if body.is_empty() {
        return Err(Refusal(44002, "empty post data"));
    }
    serde_json::from_slice(body).map_err(|_| Refusal(47001, "data format error"))
}

fn stable_token(world: &World, tokens: &Tokens, asked: &Value) -> Result<Value, Refusal> {
    let field = |name: &str| asked[name].as_str().filter(|text| !text.is_empty());
    if field("grant_type") != Some("client_credential") {
        return Err(Refusal(40002, "invalid grant_type"));
    }
    let appid = field("appid").ok_or(Refusal(41002, "appid missing"))?;
    let secret = field("secret").ok_or(Refusal(41004, "appsecret missing"))?;
    world.town.find(Channel::Wechat, appid).ok_or(Refusal(40013, "invalid appid"))?;
    if secret != world.town.credential(appid) {
        return Err(Refusal(40125, "invalid appsecret, view more at http://t.cn/RAEkdVq"));
    }
    let now = world.now();
    let mut tokens = tokens.lock().unwrap_or_else(PoisonError::into_inner);
    let own = tokens.entry(appid.to_owned()).or_default();
    let force = asked["force_refresh"].as_bool() == Some(true);
    let lasting = own.last().filter(|token| !force && token.expires > now.plus(OVERLAP_S)).cloned();
    let token = lasting.unwrap_or_else(|| {
        let token = Token { text: token_text(world, appid, own.len()), expires: now.plus(LIFE_S) };
        own.push(token.clone());
        token
    });
    Ok(json!({"access_token": token.text, "expires_in": token.expires.since(now)}))
}

/// As long and as shapeless as a real one.
fn token_text(world: &World, appid: &str, number: usize) -> String {
    let part = |n: usize| world.town.credential(&format!("token {appid} {number} {n}"));
    format!("57_{}", (0..4).map(part).collect::<String>())
}

/// Whose token it is; an account in trouble is refused here.
fn owner(world: &World, tokens: &Tokens, access: &Access) -> Result<usize, Refusal> {
    let text =
        access.access_token.as_deref().filter(|t| !t.is_empty()).ok_or(Refusal(41001, "access_token missing"))?;
    let tokens = tokens.lock().unwrap_or_else(PoisonError::into_inner);
    let known = tokens.iter().find_map(|(appid, own)| Some((appid, own.iter().find(|token| token.text == text)?)));
    let (appid, token) = known.ok_or(Refusal(40001, "invalid credential, access_token is invalid or not latest"))?;
    if token.expires <= world.now() {
        return Err(Refusal(42001, "access_token expired"));
    }
    let index = world.town.find(Channel::Wechat, appid).ok_or(Refusal(40013, "invalid appid"))?;
    match world.town.trouble(index, world.now()) {
        Some(Trouble::Throttled) => Err(Refusal(45011, "api minute-quota reach limit, must slower, retry next minute")),
        Some(Trouble::Blocked | Trouble::Captcha) => Err(Refusal(50002, "user limited")),
        None => Ok(index),
    }
}

fn total_detail(world: &World, index: usize, asked: &Value) -> Result<Value, Refusal> {
    let date = |name: &str| asked[name].as_str().and_then(|text| text.parse::<NaiveDate>().ok());
    let (Some(begin), Some(end)) = (date("begin_date"), date("end_date")) else {
        return Err(Refusal(61500, "date format error"));
    };
    let now = world.now();
    if begin != end || begin < first_statistic_day() || begin >= now.date() {
        return Err(Refusal(61501, "date range error"));
    }
    let day = Moment::start_of(begin);
    if now < day.plus_days(1).plus(READY_HOUR * HOUR) {
        return Ok(json!({"is_delay": true, "list": []}));
    }
    let of_day = world.town.posts(index, now).into_iter().filter(|post| post.at.date() == begin);
    let rows: Vec<Value> = of_day.flat_map(|post| articles(&post).collect::<Vec<Value>>()).collect();
    Ok(json!({"is_delay": false, "list": rows}))
}

/// The rows of one push, an article each.
fn articles(post: &Post) -> impl Iterator<Item = Value> + '_ {
    (1..=post.articles).map(|place| {
        json!({"ref_date": post.at.date().to_string(), "msgid": format!("{}_{place}", post.id),
               "publish_type": if post.notified { 0 } else { 1 }, "title": title(post, place),
               "content_url": url(post, place), "detail_list": [
                   {"stat_date": post.at.date().to_string(), "read_user": 30 + u32::from(place), "share_user": 2}]})
    })
}

fn title(post: &Post, place: u8) -> String {
    if place == 1 { post.title.clone() } else { format!("{}之{place}", post.title) }
}

fn url(post: &Post, place: u8) -> String {
    format!("http://mp.weixin.qq.com/s?__biz=MzkwMDAwMDAwMQ==&mid={}&idx={place}&sn={:08x}#rd", post.id, post.id)
}

fn batch_get(world: &World, index: usize, asked: &Value) -> Result<Value, Refusal> {
    let (offset, count) = (asked["offset"].as_u64(), asked["count"].as_u64());
    let (Some(offset), Some(count)) = (offset, count.filter(|count| (1..=20).contains(count))) else {
        return Err(Refusal(40097, "invalid args"));
    };
    let unnotified: Vec<Post> =
        world.town.posts(index, world.now()).into_iter().filter(|post| !post.notified).collect();
    let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let page: Vec<Value> = unnotified.iter().skip(whole(offset)).take(whole(count)).map(published).collect();
    Ok(json!({"total_count": unnotified.len(), "item_count": page.len(), "item": page}))
}

fn published(post: &Post) -> Value {
    let item = |place: u8| {
        json!({"title": title(post, place), "author": "", "digest": "", "content_source_url": "", "thumb_media_id": "",
               "show_cover_pic": 0, "url": url(post, place), "is_deleted": false})
    };
    let second = post.at.unix();
    json!({"article_id": format!("b5{:020}", post.id), "update_time": second,
           "content": {"create_time": second, "update_time": second, "news_item": (1..=post.articles).map(item).collect::<Vec<Value>>()}})
}
