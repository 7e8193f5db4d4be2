//! A list of posts in the true format of every source that is nothing but a list.

use super::route::Route;
use crate::feed::Bridge;
use crate::weibo::bid_of_mid;
use crate::{Moment, PostKind};
use serde_json::{Value, json};

/// Sources that list posts, newest first.
pub(super) const LISTS: [Route; 9] = [
    Route::Weibo,
    Route::WeiboVisitor,
    Route::DesktopVisitor,
    Route::WeiboOpen,
    Route::DouyinV5,
    Route::DouyinV4,
    Route::DouyinOpen,
    Route::Feed(Bridge::RssHub),
    Route::WholeFeed,
];

/// A post so many days before the question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) days_ago: i64,
    pub(super) own: bool,
    pub(super) pinned: bool,
    pub(super) dated: bool,
}

pub(super) fn own(days_ago: i64) -> Item {
    Item { days_ago, own: true, pinned: false, dated: true }
}

impl Item {
    pub(super) fn at(self, route: Route) -> Moment {
        route.ask().now.plus_days(-self.days_ago).plus(-60)
    }

    /// What the source calls it.
    pub(super) fn id(self, route: Route) -> String {
        let second = self.at(route).unix();
        match route.folder() {
            "weibo" => ((second - 515_483_463) << 22).to_string(),
            "douyin" => format!("75{second:017}"),
            _ => format!("https://x.example/{second}"),
        }
    }
}

/// An answer with these posts; `more` says that the list goes on.
pub(super) fn page(route: Route, items: &[Item], more: bool) -> String {
    let each = |row: fn(Route, Item) -> Value| -> Vec<Value> { items.iter().map(|item| row(route, *item)).collect() };
    match route {
        Route::Weibo | Route::WeiboVisitor => mobile(each(weibo), more),
        Route::Desktop | Route::DesktopVisitor => {
            json!({"ok": 1, "data": {"list": each(weibo), "since_id": if more { "9kp2" } else { "" }}})
        }
        Route::WeiboOpen | Route::WeiboContract => {
            json!({"statuses": each(weibo), "total_number": if more { 2908 } else { items.len() }})
        }
        Route::DouyinV5 => json!({"success": true, "data": {"items": each(bridge), "cursor": "7", "has_more": more}}),
        Route::DouyinV4 => {
            json!({"code": 200, "data": {"status_code": 0, "max_cursor": 7, "has_more": i32::from(more), "aweme_list": each(raw)}})
        }
        Route::DouyinOpen => {
            json!({"data": {"error_code": 0, "cursor": 7, "has_more": more, "list": each(video)}, "extra": {"error_code": 0}})
        }
        _ => json!({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": each(entry)}),
    }
    .to_string()
}

fn mobile(posts: Vec<Value>, more: bool) -> Value {
    let mut cards: Vec<Value> = posts.into_iter().map(|post| json!({"card_type": 9, "mblog": post})).collect();
    if !more {
        cards.push(json!({"card_type": 58}));
    }
    json!({"ok": 1, "data": {"cards": cards, "cardlistInfo": {"since_id": if more { "9" } else { "" }}}})
}

/// The profile of a Weibo account with so many posts.
pub(super) fn profile(posts: usize) -> String {
    json!({"ok": 1, "data": {"userInfo": {"statuses_count": posts}, "user": {"statuses_count": posts}}}).to_string()
}

fn weibo(route: Route, item: Item) -> Value {
    let author: i64 = if item.own { 1_234_567_890 } else { 99 };
    let at = item.at(route).beijing().format("%a %b %d %H:%M:%S +0800 %Y").to_string();
    // Without a time the creation second of the mid would serve, so such an entry has no mid either.
    if !item.dated {
        return json!({"id": "12", "created_at": "", "user": {"id": author}});
    }
    let mid = item.id(route);
    json!({"id": mid, "mid": mid, "mblogid": bid_of_mid(mid.parse().unwrap()), "created_at": at, "isTop": i32::from(item.pinned), "user": {"id": author}})
}

fn sec_uid(item: Item) -> &'static str {
    if item.own { "MS4wLjABAAAAEXAMPLE" } else { "MS4wLjABAAAAOTHER" }
}

fn bridge(route: Route, item: Item) -> Value {
    let at = item.dated.then(|| item.at(route).rfc3339());
    json!({"content_id": item.id(route), "created_at": at, "author": {"uid": sec_uid(item)}, "raw": {"is_top": i32::from(item.pinned)}})
}

fn raw(route: Route, item: Item) -> Value {
    let at = if item.dated { item.at(route).unix() } else { 0 };
    json!({"aweme_id": item.id(route), "create_time": at, "is_top": i32::from(item.pinned), "author": {"sec_uid": sec_uid(item)}})
}

fn video(route: Route, item: Item) -> Value {
    let at = if item.dated { item.at(route).unix() } else { 0 };
    json!({"video_id": item.id(route), "create_time": at, "is_top": item.pinned})
}

fn entry(route: Route, item: Item) -> Value {
    let at = if item.dated { item.at(route).rfc3339() } else { String::new() };
    json!({"id": item.id(route), "url": item.id(route), "title": PostKind::Post.word(), "date_published": at})
}
