//! RSS bridges (sources.md, "RSSHub and other feeds"; wechat.md, "wewe-rss"): the same posts as RSS
//! 2.0, Atom or JSON Feed, the newest twenty, and errors as pages. The WeChat bridge shows 群发 only.

use super::{World, http_date, utc};
use crate::demo::town::{Channel, Post, Resident, Trouble, token};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use cuigeng_adapters::Moment;
use serde::Deserialize;
use serde_json::{Value, json};

/// Items that RSSHub gives unless asked for fewer.
const ITEMS: usize = 20;

pub(super) fn router() -> Router<World> {
    Router::new().route("/feeds/{file}", get(wewe)).fallback(rsshub)
}

#[derive(Deserialize)]
struct Wanted {
    format: Option<String>,
    limit: Option<usize>,
    key: Option<String>,
}

/// One entry of a feed, before it is written down.
struct Entry {
    id: String,
    url: String,
    title: String,
    at: Moment,
}

/// Which feed generator speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    RssHub,
    /// Knows only one date of an item, and calls it modified.
    Wewe,
}

async fn rsshub(State(world): State<World>, headers: HeaderMap, uri: Uri, Query(wanted): Query<Wanted>) -> Response {
    if wanted.key.as_deref() != Some(world.town.credential("rsshub").as_str()) {
        return error_page(StatusCode::FORBIDDEN, "Authentication failed. Access denied.");
    }
    let same = |r: &Resident| r.channel == Channel::Feed && r.key.split('?').next() == Some(uri.path());
    let Some(index) = world.town.residents().iter().position(same) else {
        return error_page(StatusCode::NOT_FOUND, "wrong path");
    };
    match world.town.trouble(index, world.now()) {
        Some(Trouble::Throttled) => return error_page(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
        Some(_) => return error_page(StatusCode::SERVICE_UNAVAILABLE, "Empty html, maybe WAF or captcha"),
        None => {}
    }
    let who = &world.town.residents()[index];
    let limit = wanted.limit.unwrap_or(ITEMS).min(ITEMS);
    let entries: Vec<Entry> =
        world.town.posts(index, world.now()).iter().take(limit).map(|post| entry(who, post)).collect();
    if entries.is_empty() {
        return error_page(StatusCode::SERVICE_UNAVAILABLE, "this route is empty, please check the original site");
    }
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let tag = format!("W/\"{}\"", world.town.credential(&ids.join(" ")));
    if headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let format = wanted.format.as_deref().unwrap_or("rss");
    let extra = [
        ("etag", tag),
        ("last-modified", http_date(world.now())),
        ("rsshub-cache-status", "MISS".to_owned()),
        ("cache-control", "public, max-age=300".to_owned()),
    ];
    (extra, render(format, Voice::RssHub, &who.name, &entries, world.now())).into_response()
}

fn entry(who: &Resident, post: &Post) -> Entry {
    let (id, url) = Channel::Feed.identify(&who.handle, post);
    Entry { id, url, title: post.title.clone(), at: post.at }
}

async fn wewe(State(world): State<World>, Path(file): Path<String>, Query(wanted): Query<Wanted>) -> Response {
    let (id, format) = file.rsplit_once('.').unwrap_or((file.as_str(), "atom"));
    let path = format!("/feeds/{id}.json");
    let same = |r: &Resident| r.channel == Channel::WechatBridge && r.key.split('?').next() == Some(path.as_str());
    let Some(index) = world.town.residents().iter().position(same) else {
        let body = json!({"statusCode": 400, "message": "不存在该feed！", "error": "Bad Request"});
        return (StatusCode::BAD_REQUEST, axum::Json(body)).into_response();
    };
    if world.town.trouble(index, world.now()).is_some() {
        return (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error").into_response();
    }
    let notified = world.town.posts(index, world.now()).into_iter().filter(|post| post.notified);
    let entries = notified.flat_map(|post| articles(&post)).take(wanted.limit.unwrap_or(10));
    let entries: Vec<Entry> = entries.collect();
    render(format, Voice::Wewe, &world.town.residents()[index].name, &entries, world.now())
}

/// Articles are flat there, without a push id.
fn articles(post: &Post) -> Vec<Entry> {
    let article = |place: u8| {
        let id = token(post.id * 10 + u64::from(place));
        let url = format!("https://mp.weixin.qq.com/s/{id}");
        let title = if place == 1 { post.title.clone() } else { format!("{}之{place}", post.title) };
        Entry { id, url, title, at: post.at }
    };
    (1..=post.articles).map(article).collect()
}

fn error_page(status: StatusCode, words: &str) -> Response {
    (status, Html(format!("<!DOCTYPE html><html><body><h1>Looks like something went wrong</h1><pre>Error Message: {words}</pre></body></html>")))
        .into_response()
}

fn render(format: &str, voice: Voice, name: &str, entries: &[Entry], now: Moment) -> Response {
    let (content_type, body) = match format {
        "json" if voice == Voice::RssHub => {
            ("application/feed+json; charset=UTF-8", json_feed(voice, name, entries).to_string())
        }
        "json" => ("application/json; charset=utf-8", json_feed(voice, name, entries).to_string()),
        "atom" => ("application/xml; charset=utf-8", atom(voice, name, entries, now)),
        _ => ("application/xml; charset=utf-8", rss(name, entries, now)),
    };
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}

fn json_feed(voice: Voice, name: &str, entries: &[Entry]) -> Value {
    let date = if voice == Voice::RssHub { "date_published" } else { "date_modified" };
    let item = |entry: &Entry| {
        let mut item = json!({"id": entry.id, "url": entry.url, "title": entry.title, "content_html": ""});
        item[date] = json!(utc(entry.at, true));
        item
    };
    json!({"version": "https://jsonfeed.org/version/1.1", "title": name, "home_page_url": "https://zhengwu.example/",
           "items": entries.iter().map(item).collect::<Vec<Value>>()})
}

fn atom(voice: Voice, name: &str, entries: &[Entry], now: Moment) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>{}</title>\n<id>https://zhengwu.example/</id>\n<updated>{}</updated>\n",
        escape(name),
        utc(now, true)
    );
    for entry in entries {
        let date = utc(entry.at, true);
        let published = if voice == Voice::RssHub { format!("<published>{date}</published>") } else { String::new() };
        text += &format!(
            "<entry><title>{}</title><id>{}</id><link href=\"{}\"/>{published}<updated>{date}</updated></entry>\n",
            escape(&entry.title),
            escape(&entry.id),
            escape(&entry.url)
        );
    }
    text + "</feed>\n"
}

fn rss(name: &str, entries: &[Entry], now: Moment) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss xmlns:atom=\"http://www.w3.org/2005/Atom\" version=\"2.0\">\n<channel>\n<title>{}</title>\n<link>https://zhengwu.example/</link>\n<lastBuildDate>{}</lastBuildDate>\n<ttl>5</ttl>\n",
        escape(name),
        http_date(now)
    );
    for entry in entries {
        text += &format!(
            "<item><title>{}</title><link>{}</link><guid isPermaLink=\"false\">{}</guid><pubDate>{}</pubDate></item>\n",
            escape(&entry.title),
            escape(&entry.url),
            escape(&entry.id),
            http_date(entry.at)
        );
    }
    text + "</channel>\n</rss>\n"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
