//! The two lists: un-notified posts, and the statistic of one finished day.

use super::cursor::Place;
use crate::{Ask, Class, Failure, Kinds, Moment, Next, Page, PostKind, RawPost, Reach, Strength, When};
use chrono::NaiveDate;
use serde_json::Value;

/// Pushes a page, the most that the call gives (doc: freepublish_batchget).
pub(super) const COUNT: u64 = 20;

/// A page of un-notified pushes, and the next one's place; none when the list is read far enough.
pub(super) fn free(body: &Value, ask: &Ask, offset: u64, pages: u32) -> Result<(Page, Option<Place>), Failure> {
    let Some(total) = natural(&body["total_count"]) else {
        return Err(Failure::new(Class::Malformed, "freepublish: no total_count"));
    };
    let items = match body.get("item") {
        Some(Value::Array(items)) => items.as_slice(),
        // The key is left out when there is nothing at all.
        None if total == 0 => &[],
        _ => return Err(Failure::new(Class::Malformed, "freepublish: no item list")),
    };
    let mut rows = Vec::new();
    let mut unreadable = 0;
    for item in items {
        match push(item) {
            Some(articles) => rows.extend(articles),
            None => unreadable += 1,
        }
    }
    let read = offset + natural(&body["item_count"]).unwrap_or(0).max(items.len() as u64);
    let ended = items.is_empty() || read >= total;
    // Newest first in practice, but not promised: two pages at least, and then a whole page too old.
    let old = pages >= 1 && rows.iter().all(|row| row.when.latest() < ask.since);
    let mut page = Page::listing(rows, Kinds::UNNOTIFIED, if ended { Next::End } else { Next::Unsaid });
    page.unreadable = unreadable;
    if ended {
        // `next` is taken by the days that follow, so the end of this list is said as a claim.
        page.lists = Kinds::NONE;
        if page.unreadable == 0 {
            page.claims.push(Reach {
                from: Moment::MIN,
                until: ask.now,
                sees: Kinds::UNNOTIFIED,
                strength: Strength::Strong,
            });
        }
    }
    let next = (!ended && !old).then_some(Place::Free { offset: read, pages: pages + 1 });
    Ok((page, next))
}

/// The articles of one push; `None` without a time.
fn push(item: &Value) -> Option<Vec<RawPost>> {
    let article_id = item["article_id"].as_str()?;
    let content = &item["content"];
    let time =
        [&content["create_time"], &content["update_time"], &item["update_time"]].into_iter().find_map(natural)?;
    let at = Moment::from_unix(i64::try_from(time).ok()?);
    let news = content["news_item"].as_array()?;
    Some(news.iter().enumerate().map(|(i, article)| free_article(article, article_id, i, at)).collect())
}

fn free_article(article: &Value, article_id: &str, index: usize, at: Moment) -> RawPost {
    let url = article["url"].as_str().filter(|url| url.starts_with("http"));
    let key = url.and_then(article_key);
    let (id, push) = match key {
        Some((mid, idx)) => (format!("{mid}_{idx}"), mid),
        None => (format!("{article_id}_{}", index + 1), article_id.to_owned()),
    };
    RawPost {
        id: Some(id),
        push: Some(push),
        when: When::At(at),
        title: article["title"].as_str().unwrap_or_default().to_owned(),
        url: url.map(str::to_owned),
        author: None,
        pinned: false,
        kind: PostKind::Unnotified,
        visible: !truth(&article["is_deleted"]),
        repost: false,
    }
}

/// The statistic of `date`; a day that is computed proves itself, of both kinds, unless it is empty
/// while another answer says that something was published on it (`busy`).
pub(super) fn day(body: &Value, date: NaiveDate, busy: bool) -> Result<Page, Failure> {
    let Some(list) = body["list"].as_array() else {
        return Err(Failure::new(Class::Malformed, "getarticletotaldetail: no list"));
    };
    let delayed = truth(&body["is_delay"]) || list.iter().any(|item| truth(&item["is_delay"]));
    let rows: Vec<RawPost> = list.iter().filter_map(|item| statistic(item, date)).collect();
    let unreadable = list.len() - rows.len();
    let mut page = Page::listing(rows, Kinds::NONE, Next::Unsaid);
    page.unreadable = unreadable;
    let contradicted = busy && list.is_empty();
    if contradicted && !delayed {
        page.notes.push(contradiction(date));
    }
    if !delayed && !contradicted && unreadable == 0 {
        let from = Moment::start_of(date);
        page.claims.push(Reach { from, until: from.plus_days(1), sees: Kinds::WECHAT, strength: Strength::Strong });
    }
    Ok(page)
}

fn contradiction(date: NaiveDate) -> Failure {
    Failure::new(Class::Malformed, format!("{date}: an empty statistic, but something was published"))
        .because("contradicted")
        .advise(format!("微信统计说{date}没有发布，但另一接口显示有，两者矛盾：这一天请人工核查"))
}

/// Days on which the summary counts published articles (`send_page_count`, its meaning unconfirmed).
pub(super) fn busy_days(body: &Value) -> Vec<NaiveDate> {
    let published = |row: &Value| {
        let details = row["detail"].as_array().map_or_else(|| std::slice::from_ref(&row["detail"]), Vec::as_slice);
        details.iter().any(|detail| natural(&detail["send_page_count"]).is_some_and(|count| count > 0))
    };
    let rows = body["list"].as_array().map_or(&[][..], Vec::as_slice);
    rows.iter().filter(|row| published(row)).filter_map(|row| row["ref_date"].as_str()?.parse().ok()).collect()
}

fn statistic(item: &Value, asked: NaiveDate) -> Option<RawPost> {
    let msgid = item["msgid"].as_str()?;
    let (mid, idx) = msgid.split_once('_')?;
    let date: NaiveDate = item["ref_date"].as_str()?.parse().ok()?;
    let kind = match natural(&item["publish_type"])? {
        0 => PostKind::Notified,
        1 => PostKind::Unnotified,
        _ => return None,
    };
    let numeric = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (date == asked && numeric(mid) && numeric(idx)).then(|| RawPost {
        id: Some(msgid.to_owned()),
        push: Some(mid.to_owned()),
        when: When::Day(date),
        title: item["title"].as_str().unwrap_or_default().to_owned(),
        url: item["content_url"].as_str().filter(|url| url.starts_with("http")).map(str::to_owned),
        author: None,
        pinned: false,
        kind,
        visible: true,
        repost: false,
    })
}

/// `mid` and `idx` of an article's address.
pub(crate) fn article_key(url: &str) -> Option<(String, String)> {
    let parsed = url::Url::parse(&url.replace("&amp;", "&")).ok()?;
    if parsed.host_str() != Some("mp.weixin.qq.com") {
        return None;
    }
    let value = |keys: [&str; 2]| {
        parsed.query_pairs().find(|(key, _)| keys.contains(&key.as_ref())).map(|(_, value)| value.into_owned())
    };
    let digits = |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    Some((value(["mid", "appmsgid"]).filter(digits)?, value(["idx", "itemidx"]).filter(digits)?))
}

pub(super) fn natural(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or(false) || natural(value).is_some_and(|n| n != 0)
}
