//! 剔除: a named person says that a post does not count, and why; or takes that back. The post itself and
//! who has seen it stay as they are.

use super::Refusal;
use crate::domain::{Account, Moment, Post, When};
use crate::spoken::when;
use crate::store::{Transaction, meta, posts};

/// Candidates that a refusal lists.
const LISTED: usize = 20;

/// What names the post; everything that is given must fit.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The platform's own id, or the database's number where the platform gave none.
    pub id: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// When it appeared.
    pub at: Option<When>,
}

/// What is to become of it.
#[derive(Clone, Debug)]
pub struct Strike {
    /// Which post.
    pub wanted: Wanted,
    /// It counts no longer; false takes that back.
    pub struck: bool,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: String,
}

enum Found {
    One(Box<Post>),
    /// The only one that fits is already as it should become.
    Already(Box<Post>),
    Several(Vec<Post>),
    None,
}

/// Strikes a post of that account, or takes it back; returns the post as it was.
///
/// # Errors
/// Without a name or a reason, and where not exactly one post fits or it is already so.
pub fn strike(tx: &Transaction<'_>, account: &Account, wish: &Strike, now: Moment) -> Result<Post, Refusal> {
    let (by, reason) = (wish.by.trim(), wish.reason.trim());
    if by.is_empty() || reason.is_empty() {
        return Err(Refusal::field("reason", "谁划去、为什么，都要写明：理由和经手人不能是空的"));
    }
    let all = posts::of_account(tx, account.id, Moment::MIN, Moment::MAX)?;
    match wish.wanted.among(&all, wish.struck) {
        Found::One(post) => {
            posts::strike(tx, post.id, wish.struck)?;
            let what = if wish.struck { "post.strike" } else { "post.unstrike" };
            meta::audit(tx, now, by, what, &format!("{}：{}；理由：{reason}", account.title(), told(&post)))?;
            Ok(*post)
        }
        Found::Already(post) => Err(already(&post, wish.struck)),
        Found::Several(posts) => Err(several(&account.title(), &posts)),
        Found::None => Err(Refusal::state(format!(
            "{}没有这样的发布，没有改动；用 post list 查看（加 --since 可看更早的）",
            account.title()
        ))),
    }
}

/// What was done, for whoever did it.
pub fn said(post: &Post, struck: bool) -> String {
    if struck {
        format!("已划去：{}；有关结论会重新判定", told(post))
    } else {
        format!("已恢复：{}；有关结论会重新判定", told(post))
    }
}

impl Wanted {
    fn among(&self, all: &[Post], struck: bool) -> Found {
        let is_platforms = all.iter().any(|post| post.ext_id.is_some() && post.ext_id == self.id);
        let fits = |post: &&Post| {
            self.id.as_ref().is_none_or(|id| {
                // Posts of an export have no id of the platform; the database's own number tells them apart.
                if is_platforms { post.ext_id.as_ref() == Some(id) } else { post.id.to_string() == *id }
            }) && self.url.as_ref().is_none_or(|url| post.url.as_ref() == Some(url))
                && self.at.is_none_or(|at| appeared(post.when, at))
        };
        let fitting: Vec<Post> = all.iter().filter(fits).cloned().collect();
        // Struck ones count as well: the same command typed twice must not reach for the next post.
        match <[Post; 1]>::try_from(fitting) {
            Ok([one]) if one.struck == struck => Found::Already(Box::new(one)),
            Ok([one]) => Found::One(Box::new(one)),
            Err(none) if none.is_empty() => Found::None,
            Err(several) => Found::Several(several),
        }
    }
}

/// Whether a post appeared when somebody says: on that day, in that minute, in that second.
fn appeared(post: When, said: When) -> bool {
    let last = match said {
        When::At(moment) if moment.unix() % 60 == 0 => moment.plus(59),
        said => said.latest(),
    };
    match post {
        When::At(moment) => said.earliest() <= moment && moment <= last,
        post => post.earliest() <= last && said.earliest() <= post.latest(),
    }
}

fn told(post: &Post) -> String {
    let id = post.ext_id.as_ref().map_or_else(String::new, |id| format!("，标识 {id}"));
    format!("{} 《{}》（编号 {}{id}）", when(post.when), post.title, post.id)
}

fn already(post: &Post, struck: bool) -> Refusal {
    let why = if struck { "已经划去了" } else { "没有被划去，不必恢复" };
    Refusal::state(format!("{}：{why}", told(post)))
}

fn several(title: &str, posts: &[Post]) -> Refusal {
    let line = |post: &Post| format!("\n  {}{}", told(post), if post.struck { "，已划去" } else { "" });
    let lines: Vec<String> = posts.iter().take(LISTED).map(line).collect();
    let more = if posts.len() > LISTED { "\n  …" } else { "" };
    Refusal::state(format!(
        "{title}有{}条发布都符合，没有改动；请用 --id 写标识或编号指明一条：{}{more}",
        posts.len(),
        lines.concat()
    ))
}
