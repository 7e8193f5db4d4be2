//! Plans an import of posts (发布记录): evidence of presence, never of absence.

use super::header::{self, Column, Found};
use super::resolve::{self, Resolver};
use super::row::RowReader;
use super::{BadRow, Refusal, Row, Sheet, times};
use crate::domain::{Account, AccountId, Moment, PostKind, When};
use cuigeng_adapters::RawPost;
use cuigeng_adapters::time::DAY;
use std::collections::{BTreeMap, HashSet};

const COLUMNS: &[Column] = &[
    Column { aliases: &["账号名称", "account", "账号", "作者", "昵称", "name"], required: false },
    Column { aliases: &["平台", "platform"], required: false },
    Column { aliases: &["账号标识", "handle", "账号ID"], required: false },
    Column {
        aliases: &["发布时间", "published_at", "首次发布时间", "发表时间", "publish_time", "create_time"],
        required: true,
    },
    Column { aliases: &["标题", "title", "作品名称", "笔记标题", "desc"], required: false },
    Column { aliases: &["链接", "url", "作品链接", "aweme_url"], required: false },
    Column { aliases: &["发布标识", "id", "作品ID", "视频ID", "aweme_id"], required: false },
    Column { aliases: &["类型", "kind", "体裁"], required: false },
    Column { aliases: &["推送标识", "push"], required: false },
    Column {
        aliases: &["发布状态", "status", "审核状态", "作品状态", "可见性", "可见范围", "状态"], required: false
    },
    Column { aliases: &["置顶", "pinned", "is_top", "是否置顶"], required: false },
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
const PINNED: usize = 10;

/// A status that says that everybody can see it (sources.md, "CSV and XLSX import"); blank where a
/// file tells none.
const PUBLIC: [&str; 10] =
    ["", "公开", "已发布", "通过", "审核通过", "发布成功", "正常", "公开可见", "所有人可见", "全部可见"];
/// A status that says that not everybody can, or not yet, or no longer.
const HIDDEN: [&str; 26] = [
    "私密",
    "私密可见",
    "私有",
    "仅自己可见",
    "自己可见",
    "好友可见",
    "仅好友可见",
    "互关朋友可见",
    "粉丝可见",
    "仅粉丝可见",
    "部分可见",
    "审核中",
    "待审核",
    "未通过",
    "不通过",
    "审核未通过",
    "审核不通过",
    "已删除",
    "删除",
    "已下架",
    "下架",
    "未发布",
    "待发布",
    "定时发布",
    "发布失败",
    "草稿",
];

/// One post to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPost {
    /// Whose.
    pub account: AccountId,
    /// What.
    pub post: RawPost,
}

/// What an import of posts would keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostPlan {
    /// The posts, in the order of the file.
    pub posts: Vec<PlannedPost>,
    /// Rows left out because of their status: the sum of `left_out`.
    pub hidden: usize,
    /// The same by status.
    pub left_out: Vec<LeftOut>,
    /// Worth a word, but no fault (Chinese).
    pub remarks: Vec<String>,
}

/// Rows left out because of one status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// As the file writes it.
    pub status: String,
    /// How many rows.
    pub rows: usize,
    /// It is known to mean that not everybody can see the post; otherwise nobody knows what it means.
    pub known: bool,
}

/// Plans the import of a file whose rows name their accounts.
///
/// # Errors
/// As [`plan_posts_of`].
pub fn plan_posts(sheets: &[Sheet], known: &[Account], now: Moment) -> Result<PostPlan, Refusal> {
    plan_posts_of(sheets, known, None, now)
}

/// Plans the import of a file; with `only` every row is that account's, and a row that names another
/// one is bad. Rows with one id are one post; rows without an id are never taken for one another.
///
/// # Errors
/// Every bad row, that there is no table, or that nothing says whose the rows are; then nothing is to
/// be applied.
pub fn plan_posts_of(
    sheets: &[Sheet],
    known: &[Account],
    only: Option<&Account>,
    now: Moment,
) -> Result<PostPlan, Refusal> {
    let found = header::find(sheets, COLUMNS)?;
    if only.is_none() && !found.has(ACCOUNT) && !found.has(HANDLE) {
        return Err(nobodys(&found));
    }
    let resolver = Resolver::new(known);
    let mut notes = Notes::default();
    let (mut bad, mut posts) = (Vec::new(), Vec::new());
    for row in &found.rows {
        let status = found.text(row, STATUS);
        if !PUBLIC.contains(&status) {
            notes.left_out.entry(status).or_default().push(row.line);
            continue;
        }
        match read(&found, row, &resolver, only, now, &mut notes) {
            Ok(post) if notes.is_repeated(&post, row.line) => {}
            Ok(post) => posts.push(post),
            Err(faults) => bad.extend(faults),
        }
    }
    if !bad.is_empty() {
        return Err(found.refuse(bad));
    }
    let left_out = notes.left_out();
    let hidden = left_out.iter().map(|left| left.rows).sum();
    Ok(PostPlan { posts, hidden, left_out, remarks: notes.remarks(&found) })
}

fn nobodys(found: &Found<'_>) -> Refusal {
    Refusal::Unreadable(format!(
        "表头{}中没有“{}”这一列，不知道是哪个账号的发布；整份文件是一个账号的，请加上 --account 账号名称；\
         是几个账号的，请补上这一列",
        header::place_of(found.heading),
        found.name(ACCOUNT)
    ))
}

/// What was left out, told once for the whole file.
#[derive(Default)]
struct Notes<'a> {
    left_out: BTreeMap<&'a str, Vec<usize>>,
    damaged: BTreeMap<usize, Vec<usize>>,
    ids: HashSet<(AccountId, String)>,
    repeated: Vec<usize>,
}

impl Notes<'_> {
    /// Whether an earlier row had the id of this one.
    fn is_repeated(&mut self, planned: &PlannedPost, line: usize) -> bool {
        let Some(id) = &planned.post.id else { return false };
        let repeated = !self.ids.insert((planned.account, id.clone()));
        self.repeated.extend(repeated.then_some(line));
        repeated
    }

    fn left_out(&self) -> Vec<LeftOut> {
        let one = |(status, lines): (&&str, &Vec<usize>)| LeftOut {
            status: (*status).to_owned(),
            rows: lines.len(),
            known: HIDDEN.contains(status),
        };
        self.left_out.iter().map(one).collect()
    }

    fn remarks(&self, found: &Found<'_>) -> Vec<String> {
        let mut remarks = found.remarks.clone();
        for (status, lines) in &self.left_out {
            let (count, told) = (lines.len(), told(lines));
            remarks.push(if HIDDEN.contains(status) {
                format!("状态是“{status}”的{count}行不算公开发布，没有导入（{told}）")
            } else {
                format!("不认识状态“{status}”，这{count}行没有导入（{told}）；确是公开发布的，请改成“公开”后再导入")
            });
        }
        for (column, lines) in &self.damaged {
            let name = found.name(*column);
            remarks.push(format!("“{name}”的末尾数字已被 Excel 丢掉，没有采用（{}）", told(lines)));
        }
        if !self.repeated.is_empty() {
            let (count, name) = (self.repeated.len(), found.name(ID));
            remarks
                .push(format!("{count}行的“{name}”与前面的行相同，是同一条发布，只算一条（{}）", told(&self.repeated)));
        }
        if found.rows.is_empty() {
            remarks.push("表头下面没有任何发布记录".to_owned());
        }
        remarks
    }
}

fn told(lines: &[usize]) -> String {
    let first: Vec<String> = lines.iter().take(10).map(usize::to_string).collect();
    let more = if lines.len() > 10 { "等" } else { "" };
    format!("第{}{more}行", first.join("、"))
}

fn read<'a>(
    found: &Found<'a>,
    row: &'a Row,
    resolver: &Resolver<'_>,
    only: Option<&Account>,
    now: Moment,
    notes: &mut Notes<'a>,
) -> Result<PlannedPost, Vec<BadRow>> {
    let mut cells = RowReader::new(found, row);
    let (platform, handle) = (cells.text(PLATFORM), cells.text(HANDLE));
    let account = platform.zip(handle).and_then(|(platform, handle)| {
        cells.read(ACCOUNT, |name| match only {
            Some(only) => resolve::agree_on(only, name, &handle, &platform),
            None => resolver.find(name, &handle, &platform),
        })
    });
    let when = cells.read(TIME, |text| time(text, now));
    let kind = account.and_then(|account| cells.read(KIND, |text| kind(text, account.platform.is_wechat())));
    let planned = account.zip(when).zip(kind).map(|((account, when), (kind, repost))| PlannedPost {
        account: account.id,
        post: raw(found, row, when, kind, repost, notes),
    });
    cells.finish(planned)
}

fn time(text: &str, now: Moment) -> Result<When, String> {
    let when = times::when(text).ok_or("时间请写成 2022-06-07 09:05；没有时间的发布不能计入")?;
    let first = Moment::parse("2009-01-01 00:00").unwrap_or(Moment::MIN);
    if when.earliest() > now.plus(DAY) {
        return Err("时间在未来，请核对".to_owned());
    }
    if when.latest() < first { Err("时间早于2009年，请核对".to_owned()) } else { Ok(when) }
}

/// What a kind is called in files and on the command line, and whether the word means a repost. Blank
/// is the platform's usual kind.
///
/// # Errors
/// A sentence (Chinese) when the platform has no such kind.
pub(crate) fn kind(text: &str, wechat: bool) -> Result<(PostKind, bool), String> {
    let usual = if wechat { PostKind::Notified } else { PostKind::Post };
    match text.to_lowercase().as_str() {
        "转发" | "转载" | "repost" => Ok((usual, true)),
        "群发" | "已通知" | "notified" if wechat => Ok((PostKind::Notified, false)),
        "发布" | "未通知" | "unnotified" if wechat => Ok((PostKind::Unnotified, false)),
        "群发" | "已通知" | "notified" | "未通知" | "unnotified" => {
            Err("只有微信公众号才分群发和发布".to_owned())
        }
        // What else stands here (视频, 图文) tells the genre, not the kind.
        _ => Ok((usual, false)),
    }
}

fn raw<'a>(
    found: &Found<'a>,
    row: &'a Row,
    when: When,
    kind: PostKind,
    repost: bool,
    notes: &mut Notes<'a>,
) -> RawPost {
    let some = |column| Some(found.text(row, column).to_owned()).filter(|text| !text.is_empty());
    let mut sound = |column: usize| {
        let damaged = found.fault(row, column).is_some();
        if damaged {
            notes.damaged.entry(column).or_default().push(row.line);
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
        title: found.text(row, TITLE).to_owned(),
        url,
        author: None,
        pinned: is_yes(found.text(row, PINNED)),
        kind,
        visible: true,
        repost,
    }
}

fn is_yes(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "是" | "置顶" | "已置顶" | "1" | "true" | "yes" | "y" | "√")
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
