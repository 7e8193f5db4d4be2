//! Posts that this source has shown and does not show any more. A post fetched by itself tells whether
//! it was deleted, or whether the session has lost sight of it (then the list proves presence only).

use super::post;
use super::refusal::{blocked, number, words};
use crate::http::Answer;
use crate::{Ask, Failure, Kinds, Moment, Next, Page, RawPost};
use serde_json::Value;

/// Most posts that one page asks for by themselves.
const MOST: usize = 3;

/// Mids that the page should show but does not: known posts between its newest (or now, on the first
/// page) and its oldest unpinned row.
pub(super) fn missing(ask: &Ask, rows: &[RawPost], first: bool) -> Vec<String> {
    let times = || rows.iter().filter(|row| !row.pinned).map(|row| row.when.earliest());
    let (Some(oldest), Some(newest)) = (times().min(), times().max()) else { return Vec::new() };
    let newest = if first { Moment::MAX } else { newest };
    let shown = |id: &str| rows.iter().any(|row| row.id.as_deref() == Some(id));
    let due = ask.known.iter().filter(|known| (oldest..=newest).contains(&known.when.earliest()));
    due.filter_map(|known| known.id.clone()).filter(|id| !shown(id)).take(MOST).collect()
}

/// The answer to one post asked for by itself; the page goes on with `next`.
pub(super) fn judge(answer: &Answer, next: Next) -> Page {
    let mut page = Page::listing(Vec::new(), Kinds::NONE, next);
    if !is_deleted(answer) {
        page.notes.push(lost_sight());
    }
    page
}

fn lost_sight() -> Failure {
    blocked("lost_sight", "a post that the list leaves out is still there")
        .advise("微博列表里少了仍然存在的内容，这次登录看不全：只采信看到的，不据此认定未更新；请重新登录或人工核查")
}

/// The profile counts more than before, but nothing new is shown.
pub(super) fn hidden() -> Failure {
    blocked("hidden", "statuses_count rose, but no new post is shown")
        .advise("微博主页的条数增加了，却看不到新内容：只采信看到的，不据此认定未更新；请人工核查")
}

/// Deleted, or closed to the public, which counts as little.
fn is_deleted(answer: &Answer) -> bool {
    if let Ok(body) = serde_json::from_slice::<Value>(&answer.body) {
        let codes = [number(&body["error_code"]), number(&body["errno"])];
        if codes.iter().flatten().any(|code| matches!(code, 20_101 | 20_104 | 20_112)) {
            return true;
        }
        let post = if body["data"].is_object() { &body["data"] } else { &body };
        return if post["mid"].is_null() && post["id"].is_null() {
            says_deleted(words(&body)) || answer.status == 400 || answer.status == 404
        } else {
            post::visibility(post) != 0
        };
    }
    answer.status == 404 || says_deleted(&answer.text())
}

fn says_deleted(text: &str) -> bool {
    ["不存在", "已被删除", "已被原作者删除", "已被作者删除", "暂无查看权限"].iter().any(|mark| text.contains(mark))
}
