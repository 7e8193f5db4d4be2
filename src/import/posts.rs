//! Plans an import of posts (发布记录): evidence of presence, never of absence.

use super::header::{self, Column, Found, lost_digits};
use super::resolve::Resolver;
use super::{BadRow, Refusal, Row, Sheet, times};
use crate::domain::{Account, AccountId, Moment, PostKind, When};
use cuigeng_adapters::RawPost;
use cuigeng_adapters::time::DAY;

const COLUMNS: &[Column] = &[
    Column { aliases: &["账号名称", "account", "账号", "作者", "昵称"], required: true },
    Column { aliases: &["平台", "platform"], required: false },
    Column { aliases: &["账号标识", "handle"], required: false },
    Column {
        aliases: &["发布时间", "published_at", "首次发布时间", "发表时间", "publish_time", "create_time"],
        required: true,
    },
    Column { aliases: &["标题", "title", "作品名称", "笔记标题", "desc"], required: false },
    Column { aliases: &["链接", "url", "作品链接", "aweme_url"], required: false },
    Column { aliases: &["发布标识", "id", "作品ID", "视频ID", "aweme_id"], required: false },
    Column { aliases: &["类型", "kind", "体裁"], required: false },
    Column { aliases: &["推送标识", "push"], required: false },
    Column { aliases: &["发布状态", "审核状态", "status"], required: false },
];

const ACCOUNT: usize = 0;
const PLATFORM: usize = 1;
const HANDLE: usize = 2;
const TIME: usize = 3;
const TITLE: usize = 4;
const URL: usize = 5;
const ID: usize = 6;
const KIND: usize = 7;
const PUSH: usize = 8;
const STATUS: usize = 9;

/// One post to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPost {
    /// Whose.
    pub account: AccountId,
    /// What.
    pub post: RawPost,
}

/// Plans the import of a file; with it come remarks (Chinese).
///
/// # Errors
/// Every bad row, or that there is no table; then nothing is to be applied.
pub fn plan_posts(
    sheets: &[Sheet],
    known: &[Account],
    now: Moment,
) -> Result<(Vec<PlannedPost>, Vec<String>), Refusal> {
    let found = header::find(sheets, COLUMNS)?;
    let resolver = Resolver::new(known);
    let mut remarks: Vec<String> = found.unknown.iter().map(|name| format!("不认识的列“{name}”，已忽略")).collect();
    let mut bad = Vec::new();
    let mut planned = Vec::new();
    for row in found.rows {
        if let Some(status) = hidden(found.text(row, STATUS)) {
            remarks.push(format!("第{}行的状态是“{status}”，不是公开发布，没有导入", row.line));
            continue;
        }
        match read(&found, row, &resolver, now, &mut remarks) {
            Ok(post) => planned.push(post),
            Err(faults) => bad.extend(faults),
        }
    }
    if bad.is_empty() { Ok((planned, remarks)) } else { Err(Refusal::Rows(bad)) }
}

/// A status that says that not everybody can see it.
fn hidden(status: &str) -> Option<&str> {
    (!matches!(status, "" | "公开" | "已发布" | "通过" | "发布成功" | "正常")).then_some(status)
}

fn read(
    found: &Found<'_>,
    row: &Row,
    resolver: &Resolver<'_>,
    now: Moment,
    remarks: &mut Vec<String>,
) -> Result<PlannedPost, Vec<BadRow>> {
    let text = |column| found.text(row, column);
    let mut bad = Vec::new();
    let mut fail = |column: usize, why: String| bad.push(BadRow::new(row, found.name(column), text(column), why));
    for column in [ACCOUNT, PLATFORM, HANDLE, TIME] {
        if let Some(fault) = found.fault(row, column) {
            fail(column, fault);
        }
    }
    let account = resolver.find(text(ACCOUNT), text(HANDLE), text(PLATFORM)).map_err(|why| fail(ACCOUNT, why)).ok();
    let when = time(text(TIME), now).map_err(|why| fail(TIME, why)).ok();
    let wechat = account.is_some_and(|account| account.platform.is_wechat());
    let kind = kind(text(KIND), wechat).map_err(|why| fail(KIND, why)).ok();
    match (account, when, kind) {
        (Some(account), Some(when), Some((kind, repost))) if bad.is_empty() => {
            let post = raw(found, row, when, kind, repost, remarks);
            Ok(PlannedPost { account: account.id, post })
        }
        _ => Err(bad),
    }
}

fn time(text: &str, now: Moment) -> Result<When, String> {
    let when = times::when(text).ok_or("时间请写成 2022-06-07 09:05；没有时间的发布不能计入")?;
    let first = Moment::parse("2009-01-01 00:00").unwrap_or(Moment::MIN);
    if when.earliest() > now.plus(DAY) {
        return Err("时间在未来，请核对".to_owned());
    }
    if when.latest() < first { Err("时间早于2009年，请核对".to_owned()) } else { Ok(when) }
}

fn kind(text: &str, wechat: bool) -> Result<(PostKind, bool), String> {
    let usual = if wechat { PostKind::Notified } else { PostKind::Post };
    match text.to_lowercase().as_str() {
        "转发" | "转载" | "repost" => Ok((usual, true)),
        "群发" | "已通知" | "notified" if wechat => Ok((PostKind::Notified, false)),
        "发布" | "未通知" | "unnotified" if wechat => Ok((PostKind::Unnotified, false)),
        "群发" | "已通知" | "notified" | "unnotified" => Err("只有微信公众号才分群发和发布".to_owned()),
        // What else stands here (视频, 图文) tells the genre, not the kind.
        _ => Ok((usual, false)),
    }
}

fn raw(found: &Found<'_>, row: &Row, when: When, kind: PostKind, repost: bool, remarks: &mut Vec<String>) -> RawPost {
    let text = |column| found.text(row, column);
    let some = |column| Some(text(column).to_owned()).filter(|text| !text.is_empty());
    let mut sound = |column: usize| {
        let damaged = lost_digits(text(column)) || found.fault(row, column).is_some();
        if damaged {
            remarks.push(format!("第{}行的“{}”末尾数字已被 Excel 丢掉，没有采用", row.line, found.name(column)));
        }
        some(column).filter(|_| !damaged)
    };
    let (id, push) = (sound(ID), sound(PUSH));
    let url = some(URL);
    let article = url.as_deref().and_then(wechat_article);
    RawPost {
        id: id.or_else(|| article.as_ref().map(|(mid, idx)| format!("{mid}_{idx}"))),
        push: push.or_else(|| article.map(|(mid, _)| mid)),
        when,
        title: text(TITLE).to_owned(),
        url,
        author: None,
        pinned: false,
        kind,
        visible: true,
        repost,
    }
}

/// `mid` and `idx` of an mp.weixin address: articles with one `mid` are one push.
pub(crate) fn wechat_article(url: &str) -> Option<(String, String)> {
    let (_, rest) = url.split_once("://mp.weixin.qq.com/s?")?;
    let query = rest.split('#').next()?.replace("&amp;", "&");
    let value =
        |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('=').map(str::to_owned));
    let digits = |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mid = value("mid").or_else(|| value("appmsgid")).filter(digits)?;
    let idx = value("idx").or_else(|| value("itemidx")).filter(digits)?;
    Some((mid, idx))
}
