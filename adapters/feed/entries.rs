//! The entries of a feed in three dialects, as far as this program needs them. A date without a zone
//! is Beijing time, as the WeChat bridges mean it; an entry without any date stays without one.

use crate::Moment;
use chrono::DateTime;
use serde_json::Value;

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// `guid`, `id`, else the address.
    pub(super) id: Option<String>,
    /// Its address.
    pub(super) url: Option<String>,
    /// Its title.
    pub(super) title: String,
    /// When it appeared, where it says so.
    pub(super) at: Option<Moment>,
}

/// A JSON Feed; `None` when it is none.
pub(super) fn json(text: &str) -> Option<Vec<Entry>> {
    let feed: Value = serde_json::from_str(text).ok()?;
    let items = feed["items"].as_array()?;
    feed["version"].as_str().filter(|version| version.contains("jsonfeed.org"))?;
    Some(items.iter().map(json_entry).collect())
}

fn json_entry(item: &Value) -> Entry {
    let text = |key: &str| item[key].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let url = text("url");
    Entry {
        id: text("id").or_else(|| item["id"].as_i64().map(|id| id.to_string())).or_else(|| url.clone()),
        at: text("date_published").or_else(|| text("date_modified")).and_then(|date| date_of(&date)),
        title: text("title").unwrap_or_default(),
        url,
    }
}

/// RSS 2.0 or Atom; `None` when it is neither.
pub(super) fn xml(text: &str) -> Option<Vec<Entry>> {
    // The library reads times without a zone as UTC or not at all, so they are given theirs first.
    let zoned = with_zones(&without_declarations(text));
    let feed = feed_rs::parser::Builder::new().build().parse(zoned.as_bytes()).ok()?;
    Some(feed.entries.into_iter().map(entry).collect())
}

fn entry(entry: feed_rs::model::Entry) -> Entry {
    let url = entry.links.first().map(|link| link.href.clone()).filter(|href| !href.is_empty());
    // Where a feed gives no id the library makes one up from the link, which serves as well.
    let id = Some(entry.id).filter(|id| !id.is_empty()).or_else(|| url.clone());
    let at = entry.published.or(entry.updated).map(|time| Moment::from_unix(time.timestamp()));
    Entry { id, url, title: entry.title.map(|title| title.content).unwrap_or_default(), at }
}

/// The text is decoded by now, so an encoding that it declares would be applied a second time; and a
/// declaration in the middle of a document makes the library panic (a fuzzer found it).
fn without_declarations(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("<?xml") {
        out.push_str(&rest[..start]);
        let Some(length) = rest[start..].find("?>") else { return out };
        rest = &rest[start + length + 2..];
    }
    out.push_str(rest);
    out
}

/// Appends `+0800` to every `pubDate` that names no zone.
fn with_zones(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(start) = rest.find("<pubDate>") {
        let (before, after) = rest.split_at(start + "<pubDate>".len());
        out.push_str(before);
        let end = after.find('<').unwrap_or(after.len());
        let (date, tail) = after.split_at(end);
        out.push_str(&zoned(date));
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn zoned(date: &str) -> String {
    match date_of(date.trim()) {
        Some(moment) => moment.to_chrono().to_rfc2822(),
        None => date.to_owned(),
    }
}

/// RFC 2822 with or without a zone, RFC 3339, or what Chinese programs write.
pub(super) fn date_of(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Ok(t) = DateTime::parse_from_rfc2822(text) {
        return Some(Moment::from_unix(t.timestamp()));
    }
    if let Ok(t) = DateTime::parse_from_rfc2822(&format!("{text} +0800")) {
        return Some(Moment::from_unix(t.timestamp()));
    }
    Moment::parse(text)
}
