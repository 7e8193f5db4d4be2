//! 补录: a named person has seen a post. It proves presence and nothing else.

use super::Refusal;
use super::when::unclear_time;
use crate::answer::plausible_url;
use crate::domain::{Account, Moment, When};
use crate::import::{kind as post_kind, times, wechat_article};
use crate::spoken::when as spoken_when;
use crate::store::{StoreError, Transaction, meta, posts};
use cuigeng_adapters::{PostKind, RawPost};

/// The source under which single entries stand.
const BY_HAND: &str = "补录";

/// A post as somebody tells it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// When it appeared, as people write it; `now` is now.
    pub at: String,
    /// Its title; may be empty.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// The platform's own id.
    pub id: Option<String>,
    /// 群发, 发布, 转发; empty is what is usual there.
    pub kind: String,
}

/// Reads it.
///
/// # Errors
/// Each word that is not understood, and a time to come.
pub fn read(told: Told, account: &Account, now: Moment) -> Result<RawPost, Refusal> {
    let at = told.at.as_str();
    let when = if at == "now" { Some(When::At(now)) } else { times::when(at) };
    let when = when.ok_or_else(|| Refusal::field("day", unclear_time("发布时间", at)))?;
    if when.earliest() > now {
        return Err(Refusal::field("day", "发布时间在未来，请核对"));
    }
    if let Some(opened) = account.opened_on.filter(|opened| when.latest() < Moment::start_of(*opened)) {
        let why = format!("发布时间早于台账里的开设日期{opened}，请核对其中一个");
        return Err(Refusal::field("day", why));
    }
    let url = told.url.as_deref().map(typed_url).transpose()?;
    let (kind, repost) = typed_kind(&told.kind, account.platform.is_wechat())?;
    let article = url.as_deref().and_then(wechat_article);
    Ok(RawPost {
        id: told.id.or_else(|| article.as_ref().map(|(mid, idx)| format!("{mid}_{idx}"))),
        push: article.map(|(mid, _)| mid),
        when,
        title: told.title,
        url,
        author: None,
        pinned: false,
        kind,
        visible: true,
        repost,
    })
}

/// Keeps it; says whether it was new, and the number under which it is kept.
///
/// # Errors
/// Those of SQLite.
pub fn add(
    tx: &Transaction<'_>,
    account: &Account,
    post: RawPost,
    by: &str,
    now: Moment,
) -> Result<(bool, Option<i64>), StoreError> {
    let link = post.url.as_ref().map_or_else(String::new, |url| format!("，{url}"));
    let detail = format!("{}：{} 《{}》{link}", account.title(), spoken_when(post.when), post.title);
    let (sighted, shown) = posts::sight_all(tx, account.id, BY_HAND, &[post], now)?;
    meta::audit(tx, now, by, "post.add", &detail)?;
    Ok((sighted.new > 0, shown.into_iter().next()))
}

fn typed_url(text: &str) -> Result<String, Refusal> {
    let wrong = || format!("看不懂链接“{text}”，请从浏览器地址栏整条复制，以 http:// 或 https:// 开头");
    plausible_url(text).ok_or_else(|| Refusal::field("url", wrong()))
}

/// A file may tell a genre there (视频, 图文); whoever types the word means one of ours.
fn typed_kind(text: &str, wechat: bool) -> Result<(PostKind, bool), Refusal> {
    const KNOWN: [&str; 8] = ["", "群发", "发布", "转发", "转载", "notified", "unnotified", "repost"];
    if !KNOWN.contains(&text) {
        let wrong = format!("没有“{text}”这种类型，只有：群发、发布、转发；不写就是该平台通常的一种");
        return Err(Refusal::field("kind", wrong));
    }
    post_kind(text, wechat).map_err(|why| Refusal::field("kind", why))
}
