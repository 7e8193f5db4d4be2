//! `post strike`: a named person says that a post does not count, and why; or takes that back. The post
//! itself and who has seen it stay as they are.

use super::args::StrikeArgs;
use super::evidence::written;
use super::explain::when;
use super::{CliError, Context, Outcome, outln, print_json};
use crate::domain::{Moment, Post, When};
use crate::import::times;
use crate::store::{meta, posts};

/// Candidates that a refusal lists.
const LISTED: usize = 20;

/// `post strike ACCOUNT …`
pub(super) fn run(context: &Context, args: StrikeArgs) -> Result<Outcome, CliError> {
    for (option, text) in [("--by", &args.by), ("--reason", &args.reason)] {
        if text.trim().is_empty() {
            return Err(CliError::usage(format!("{option} 不能是空的：谁划去、为什么，都要写明")));
        }
    }
    let account = context.account(&args.account, args.platform.as_deref())?;
    let wanted = Wanted::read(&args)?;
    let now = context.clock.now();
    let (struck, title) = (!args.undo, account.title());
    let (by, reason) = (args.by.trim().to_owned(), args.reason.trim().to_owned());
    let found = context.store()?.write(move |tx| {
        let all = posts::of_account(tx, account.id, Moment::MIN, Moment::MAX)?;
        let found = wanted.among(&all, struck);
        if let Found::One(post) = &found {
            posts::strike(tx, post.id, struck)?;
            let what = if struck { "post.strike" } else { "post.unstrike" };
            meta::audit(tx, now, &by, what, &format!("{}：{}；理由：{reason}", account.title(), told(post)))?;
        }
        Ok(found)
    })?;
    match found {
        Found::One(post) => say(context.json, &post, struck),
        Found::Already(post) => Err(already(&post, struck)),
        Found::Several(posts) => Err(several(&title, &posts)),
        Found::None => Err(CliError::failed(format!(
            "{title}没有这样的发布，没有改动；用 post list 查看（加 --since 可看更早的）"
        ))),
    }
}

/// What names the post; everything that is given must fit.
struct Wanted {
    id: Option<String>,
    url: Option<String>,
    at: Option<When>,
}

enum Found {
    One(Box<Post>),
    /// The only one that fits is already as it should become.
    Already(Box<Post>),
    Several(Vec<Post>),
    None,
}

impl Wanted {
    fn read(args: &StrikeArgs) -> Result<Wanted, CliError> {
        let read = |text: &String| {
            times::when(text)
                .ok_or_else(|| CliError::usage(format!("看不懂时间“{text}”，请写成 2022-06-07 或 2022-06-07T09:05")))
        };
        let at = args.at.as_ref().map(read).transpose()?;
        Ok(Wanted { id: args.id.clone(), url: args.url.clone(), at })
    }

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

fn say(json: bool, post: &Post, struck: bool) -> Result<Outcome, CliError> {
    if json {
        print_json(
            &serde_json::json!({"number": post.id, "id": post.ext_id, "published_at": written(post.when), "title": post.title, "struck": struck}),
        )?;
    } else if struck {
        outln!("已划去：{}；有关结论会重新判定，划错了可加 --undo 恢复", told(post));
    } else {
        outln!("已恢复：{}；有关结论会重新判定", told(post));
    }
    Ok(Outcome::Done)
}

fn already(post: &Post, struck: bool) -> CliError {
    let why = if struck { "已经划去了" } else { "没有被划去，不必恢复" };
    CliError::failed(format!("{}：{why}", told(post)))
}

fn line(post: &Post) -> String {
    format!("\n  {}{}", told(post), if post.struck { "，已划去" } else { "" })
}

fn several(title: &str, posts: &[Post]) -> CliError {
    let lines: Vec<String> = posts.iter().take(LISTED).map(line).collect();
    let more = if posts.len() > LISTED { "\n  …" } else { "" };
    CliError::failed(format!(
        "{title}有{}条发布都符合，没有改动；请用 --id 写标识或编号指明一条：{}{more}",
        posts.len(),
        lines.concat()
    ))
}
