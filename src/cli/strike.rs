//! `post strike`: says that a post does not count, or takes that back ([`crate::deeds::strike`]).

use super::args::StrikeArgs;
use super::evidence::written;
use super::{CliError, Context, Outcome, outln, print_json};
use crate::deeds::strike::{Strike, Wanted, said, strike};
use crate::domain::Post;
use crate::import::times;

/// `post strike ACCOUNT …`
pub(super) fn run(context: &Context, args: StrikeArgs) -> Result<Outcome, CliError> {
    for (option, text) in [("--by", &args.by), ("--reason", &args.reason)] {
        if text.trim().is_empty() {
            return Err(CliError::usage(format!("{option} 不能是空的：谁划去、为什么，都要写明")));
        }
    }
    let account = context.account(&args.account, args.platform.as_deref())?;
    let wanted = wanted(&args)?;
    let (now, struck) = (context.clock.now(), !args.undo);
    let wish = Strike { wanted, struck, reason: args.reason, by: args.by };
    let post = context.store()?.attempt(move |tx| strike(tx, &account, &wish, now))?;
    say(context.json, &post, struck)
}

fn wanted(args: &StrikeArgs) -> Result<Wanted, CliError> {
    let read = |text: &String| {
        times::when(text)
            .ok_or_else(|| CliError::usage(format!("看不懂时间“{text}”，请写成 2022-06-07 或 2022-06-07T09:05")))
    };
    let at = args.at.as_ref().map(read).transpose()?;
    Ok(Wanted { id: args.id.clone(), url: args.url.clone(), at })
}

fn say(json: bool, post: &Post, struck: bool) -> Result<Outcome, CliError> {
    if json {
        print_json(
            &serde_json::json!({"number": post.id, "id": post.ext_id, "published_at": written(post.when), "title": post.title, "struck": struck}),
        )?;
        return Ok(Outcome::Done);
    }
    let undo = if struck { "，划错了可加 --undo 恢复" } else { "" };
    outln!("{}{undo}", said(post, struck));
    Ok(Outcome::Done)
}
