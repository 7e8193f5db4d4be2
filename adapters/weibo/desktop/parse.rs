//! One answer of weibo.com to one page, or to its class.

use super::super::refusal::{self, blocked, gone, number};
use super::super::{post, vanished};
use crate::http::Answer;
use crate::{Ask, Class, Failure, Kinds, Next, Page, RawPost, Reach, Strength};
use serde_json::Value;

/// Pages of a search before the list is asked instead.
const SEARCH_PAGES: u32 = 5;

/// Where a look stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Posts of the window by `searchProfile`; so many were collected before.
    Search { page: u32, got: u64 },
    /// The list by `mymblog`.
    List {
        /// From 1.
        page: u32,
        /// The opaque `since_id` of the page before; empty at first.
        since: String,
        /// Posts seen so far.
        seen: u64,
        /// Posts that a whole search found in the window.
        expected: Option<u64>,
        /// The first page was empty once.
        again: bool,
    },
    /// The profile, whose count tells whether the list really ended.
    Profile { seen: u64 },
    /// Single posts that the list should have shown, before it goes on.
    Show { mids: Vec<String>, then: String },
}

impl Cursor {
    const LIST: Cursor = Cursor::List { page: 1, since: String::new(), seen: 0, expected: None, again: false };

    pub(super) fn of(ask: &Ask, logged_in: bool) -> Cursor {
        let first = if logged_in { Cursor::Search { page: 1, got: 0 } } else { Cursor::LIST };
        ask.cursor.as_deref().map_or(Some(first.clone()), Cursor::read).unwrap_or(first)
    }

    fn read(text: &str) -> Option<Cursor> {
        let (kind, rest) = text.split_once('|')?;
        let mut parts = rest.splitn(5, '|');
        match kind {
            "search" => Some(Cursor::Search { page: parts.next()?.parse().ok()?, got: parts.next()?.parse().ok()? }),
            "list" => Some(Cursor::List {
                page: parts.next()?.parse().ok()?,
                seen: parts.next()?.parse().ok()?,
                expected: parts.next()?.parse().ok(),
                again: parts.next()? == "again",
                since: parts.next()?.to_owned(),
            }),
            "profile" => Some(Cursor::Profile { seen: rest.parse().ok()? }),
            "show" => {
                let (mids, then) = rest.split_once('>')?;
                Some(Cursor::Show { mids: mids.split(',').map(str::to_owned).collect(), then: then.to_owned() })
            }
            _ => None,
        }
    }

    fn write(&self) -> String {
        match self {
            Cursor::Search { page, got } => format!("search|{page}|{got}"),
            Cursor::List { page, since, seen, expected, again } => {
                let expected = expected.map_or_else(String::new, |n| n.to_string());
                format!("list|{page}|{seen}|{expected}|{}|{since}", if *again { "again" } else { "" })
            }
            Cursor::Profile { seen } => format!("profile|{seen}"),
            Cursor::Show { mids, then } => format!("show|{}>{then}", mids.join(",")),
        }
    }

    fn next(&self) -> Next {
        Next::More(self.write())
    }
}

/// Posts that the list says there are, where it says so.
pub(super) fn total(answer: &Answer) -> Option<i64> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    number(&body["data"]["total"]).filter(|total| *total > 0)
}

pub(super) fn parse(ask: &Ask, cursor: &Cursor, answer: &Answer, logged_in: bool) -> Result<Page, Failure> {
    if let Cursor::Show { mids, then } = cursor {
        let rest = mids.get(1..).unwrap_or_default();
        let more = Cursor::Show { mids: rest.to_vec(), then: then.clone() };
        let next = if rest.is_empty() { Next::More(then.clone()) } else { Next::Must(more.write()) };
        return Ok(vanished::judge(answer, next));
    }
    if matches!(cursor, Cursor::Profile { seen: 0 }) && answer.status == 400 {
        return Err(gone("no_profile", "HTTP 400 for the profile"));
    }
    let body = refusal::body(answer, logged_in)?;
    match cursor {
        Cursor::Search { page, got } => search(ask, &body, *page, *got),
        Cursor::Profile { seen } => profile(&body, *seen),
        list => listing(ask, &body, list, if logged_in { Strength::Strong } else { Strength::Weak }),
    }
}

/// The entries of `data.list`, and how many of them cannot be read.
fn entries(ask: &Ask, body: &Value) -> Result<(Vec<RawPost>, usize, usize), Failure> {
    let Some(list) = body["data"]["list"].as_array() else {
        return Err(Failure::new(Class::Malformed, format!("no data.list: {}", refusal::words(body))));
    };
    let posts: Vec<&Value> = list.iter().filter(|entry| entry.is_object() && !post::is_noise(entry, ask)).collect();
    let rows: Vec<RawPost> = posts.iter().filter_map(|entry| post::read(entry, ask.now)).collect();
    if rows.is_empty() && !posts.is_empty() {
        return Err(Failure::new(Class::Malformed, "no entry can be read"));
    }
    let unreadable = posts.len() - rows.len();
    Ok((rows, unreadable, list.len()))
}

/// Sightings only: the claim waits until the list agrees.
fn search(ask: &Ask, body: &Value, page: u32, got: u64) -> Result<Page, Failure> {
    let (rows, unreadable, listed) = entries(ask, body)?;
    let total = number(&body["data"]["total"]).and_then(|total| u64::try_from(total).ok());
    let got = got + listed as u64;
    let whole = total.filter(|total| got >= *total && unreadable == 0);
    let list = |expected| Cursor::List { page: 1, since: String::new(), seen: 0, expected, again: false };
    let next = match whole {
        Some(total) => list(Some(total)),
        None if listed == 0 || page >= SEARCH_PAGES => list(None),
        None => Cursor::Search { page: page + 1, got },
    };
    Ok(Page::listing(rows, Kinds::NONE, next.next()))
}

fn listing(ask: &Ask, body: &Value, cursor: &Cursor, strength: Strength) -> Result<Page, Failure> {
    let Cursor::List { page: number, seen, expected, again, .. } = cursor else {
        return Err(Failure::new(Class::Malformed, "no list was asked for"));
    };
    let (rows, unreadable, _) = entries(ask, body)?;
    let first = *number == 1;
    if rows.is_empty() {
        return Ok(Page::listing(Vec::new(), Kinds::POST, empty(cursor, first, *again, *seen).next()));
    }
    let seen = seen + rows.len() as u64;
    let more = Cursor::List { page: number + 1, since: since(body), seen, expected: None, again: false };
    let missing = vanished::missing(ask, &rows, first);
    let next = if missing.is_empty() {
        more.next()
    } else {
        Next::Must(Cursor::Show { mids: missing, then: more.write() }.write())
    };
    let mut page = Page::listing(rows, Kinds::POST, next);
    page.unreadable = unreadable;
    if let Some(expected) = expected.filter(|_| first) {
        agree(ask, &mut page, expected, strength);
    }
    Ok(page)
}

/// Holds the first page of the list against what the search counted in the window. When the page does
/// not reach back far enough, a search that it does not contradict proves the window.
fn agree(ask: &Ask, page: &mut Page, expected: u64, strength: Strength) {
    let own = |row: &&RawPost| row.author.as_deref().is_none_or(|a| a == ask.author.as_deref().unwrap_or(&ask.key));
    let inside = page.rows.iter().filter(own).filter(|row| row.when.earliest() >= ask.since).count() as u64;
    let reaches = page.rows.iter().any(|row| !row.pinned && row.when.earliest() < ask.since);
    if reaches && inside < expected {
        page.notes.push(blocked("lost_sight", format!("the search counts {expected}, the list shows {inside}")));
    } else if !reaches && inside <= expected && page.unreadable == 0 {
        page.claims.push(Reach { from: ask.since, until: ask.now, sees: Kinds::POST, strength });
    }
}

fn since(body: &Value) -> String {
    let value = &body["data"]["since_id"];
    let text = value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|id| id.to_string()));
    text.filter(|id| id != "0").unwrap_or_default()
}

fn empty(cursor: &Cursor, first: bool, again: bool, seen: u64) -> Cursor {
    match cursor {
        Cursor::List { expected, .. } if first && !again => {
            Cursor::List { page: 1, since: String::new(), seen: 0, expected: *expected, again: true }
        }
        _ => Cursor::Profile { seen },
    }
}

/// The profile, asked when the list was empty or seemed to end after `seen` posts.
fn profile(body: &Value, seen: u64) -> Result<Page, Failure> {
    let user = &body["data"]["user"];
    if let Some(failure) = notice(body) {
        return Err(failure);
    }
    let Some(count) = number(&user["statuses_count"]) else {
        if seen > 0 {
            return Ok(Page::listing(Vec::new(), Kinds::POST, Next::Unsaid));
        }
        return Err(blocked("empty_unexpected", "an empty list and an unreadable profile"));
    };
    match u64::try_from(count).unwrap_or(0) {
        count if seen == 0 && count > 0 => {
            Err(blocked("empty_unexpected", format!("an empty list, but the profile counts {count}")))
        }
        count => Ok(Page::listing(Vec::new(), Kinds::POST, if count <= seen { Next::End } else { Next::Unsaid })),
    }
}

/// What the platform says of a bad account: in `blockText`, or in a percent-encoded address.
fn notice(body: &Value) -> Option<Failure> {
    let address = body["url"].as_str().unwrap_or_default();
    let decoded: String = url::form_urlencoded::parse(address.as_bytes()).flat_map(|(k, v)| [k, v]).collect();
    let block = body["data"]["blockText"].as_str().unwrap_or_default();
    let said = format!("{decoded}{block}{}", refusal::words(body));
    // Muted for a while: the old list stays readable, so it is no end.
    if said.contains("处于禁言状态") && !said.contains("永久禁言") {
        tracing::info!("weibo.account_muted");
        return None;
    }
    let reason = if said.contains("投诉") {
        "banned"
    } else if said.contains("自行") {
        "closed"
    } else if ["验证", "处于异常状态", "行为异常"].iter().any(|mark| said.contains(mark)) {
        "locked"
    } else if body.get("error_type").is_some() || said.contains("永久禁言") || !block.is_empty() {
        "no_profile"
    } else {
        return None;
    };
    let short: String = said.chars().take(120).collect();
    Some(gone(reason, format!("the profile says: {short}")))
}
