//! One answer of m.weibo.cn to one page, or to its class.

use super::cursor::Cursor;
use super::refusal::{self, blocked, gone, number, words};
use super::{post, vanished};
use crate::http::Answer;
use crate::{Ask, Class, Failure, Kinds, Next, Page, RawPost};
use serde_json::Value;

pub(super) fn parse(ask: &Ask, answer: &Answer, logged_in: bool) -> Result<Page, Failure> {
    let cursor = Cursor::of(ask);
    if let Cursor::Show { then, .. } = &cursor {
        return Ok(vanished::judge(answer, cursor.after_show().unwrap_or_else(|| Next::More(then.clone()))));
    }
    let body = refusal::body(answer, logged_in)?;
    match cursor {
        Cursor::Profile { seen } => profile(&body, seen),
        cursor => list(ask, &body, &cursor),
    }
}

/// Posts that the list says there are, where it says so.
pub(super) fn total(answer: &Answer) -> Option<i64> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    number(&body["data"]["cardlistInfo"]["total"]).filter(|total| *total > 0)
}

fn list(ask: &Ask, body: &Value, cursor: &Cursor) -> Result<Page, Failure> {
    let Some(cards) = body["data"]["cards"].as_array() else {
        if number(&body["ok"]) == Some(0) && says_nothing(body) {
            return Ok(empty(cursor));
        }
        return Err(Failure::new(Class::Malformed, "no data.cards"));
    };
    let mut found = Found::default();
    flatten(cards, ask, &mut found);
    if found.posts == 0 {
        return Ok(empty(cursor));
    }
    if found.rows.is_empty() && found.unreadable == found.posts {
        return Err(Failure::new(Class::Malformed, "no entry can be read"));
    }
    let seen = cursor.seen() + found.rows.len() as u64;
    let next = if found.last { Cursor::Profile { seen } } else { after(body, cursor, seen) };
    let missing = vanished::missing(ask, &found.rows, matches!(cursor, Cursor::First | Cursor::Again));
    let next = if missing.is_empty() {
        Next::More(next.write())
    } else {
        Next::Must(Cursor::Show { mids: missing, then: next.write() }.write())
    };
    let mut page = Page::listing(found.rows, Kinds::POST, next);
    page.unreadable = found.unreadable;
    Ok(page)
}

/// 这里还没有内容: the end of a list, a wrong uid, a closed account, or a session that is refused.
fn says_nothing(body: &Value) -> bool {
    words(body).contains("这里还没有内容") || matches!(number(&body["errno"]), Some(100_010 | 100_011))
}

/// An empty page: on the first page it must be asked again and then held against the profile; later
/// it is the end of the list, if the profile's count agrees.
fn empty(cursor: &Cursor) -> Page {
    let next = match cursor {
        Cursor::First => Cursor::Again,
        Cursor::Again | Cursor::Profile { .. } | Cursor::Show { .. } => Cursor::Profile { seen: 0 },
        Cursor::Since { seen, .. } | Cursor::Number { seen, .. } => Cursor::Profile { seen: *seen },
    };
    Page::listing(Vec::new(), Kinds::POST, Next::More(next.write()))
}

fn after(body: &Value, cursor: &Cursor, seen: u64) -> Cursor {
    let since = &body["data"]["cardlistInfo"]["since_id"];
    let id = since
        .as_str()
        .map(str::to_owned)
        .or_else(|| since.as_u64().map(|id| id.to_string()))
        .filter(|id| !id.is_empty() && id != "0");
    match (id, cursor) {
        (Some(id), _) => Cursor::Since { id, seen },
        (None, Cursor::Number { page, .. }) => Cursor::Number { page: page + 1, seen },
        (None, _) => Cursor::Number { page: 2, seen },
    }
}

#[derive(Default)]
struct Found {
    rows: Vec<RawPost>,
    /// Entries that are posts of somebody.
    posts: usize,
    unreadable: usize,
    /// A card said that there is no more.
    last: bool,
}

/// Cards hold groups that hold cards; posts stand anywhere among ads, groups and recommendations.
fn flatten(cards: &[Value], ask: &Ask, found: &mut Found) {
    for card in cards {
        found.last |= number(&card["card_type"]) == Some(58);
        if let Some(group) = card["card_group"].as_array() {
            flatten(group, ask, found);
        }
        let mblog = &card["mblog"];
        if !mblog.is_object() || post::is_noise(mblog, ask) {
            continue;
        }
        found.posts += 1;
        let marked = card["profile_type_id"].as_str().is_some_and(|id| id.starts_with("proweibotop"));
        match post::read(mblog, ask.now).map(|row| RawPost { pinned: row.pinned || marked, ..row }) {
            Some(row) if found.rows.iter().any(|known| known.id == row.id) => {}
            Some(row) => found.rows.push(row),
            None => found.unreadable += 1,
        }
    }
}

/// The profile, asked when the list was empty or seemed to end after `seen` posts.
fn profile(body: &Value, seen: u64) -> Result<Page, Failure> {
    let user = &body["data"]["userInfo"];
    let count = number(&user["statuses_count"]);
    match count {
        None if seen == 0 && (user.is_object() || says_nothing(body)) => {
            Err(blocked("empty_unexpected", "an empty list and an unreadable profile"))
        }
        None if seen == 0 => Err(gone("no_profile", "no userInfo in the profile")),
        None => Ok(Page::listing(Vec::new(), Kinds::POST, Next::Unsaid)),
        Some(count) if seen == 0 && count > 0 => {
            Err(blocked("empty_unexpected", format!("an empty list, but the profile counts {count}")))
        }
        Some(count) if u64::try_from(count).unwrap_or(0) <= seen => {
            Ok(Page::listing(Vec::new(), Kinds::POST, Next::End))
        }
        Some(_) => Ok(Page::listing(Vec::new(), Kinds::POST, Next::Unsaid)),
    }
}
