//! `contact replace 甲 乙`: 乙 takes over everything that 甲 does ([`crate::deeds::replace`]).

use super::people_args::Way;
use super::{CliError, Context, Outcome, outln, print_json};
use crate::deeds::replace::{self, Trouble, Wish};
use crate::import::times;
use crate::mail::address::check_address;
use serde_json::json;
use std::sync::Arc;

/// Reads the command line.
pub(super) fn read(
    context: &Context,
    old: String,
    new: String,
    from: &str,
    by: String,
    (office, past): (Option<String>, bool),
    way: Way,
) -> Result<Wish, CliError> {
    let unclear = || CliError::usage(format!("看不懂 --from 的日期“{from}”，请写成 2026-12-01"));
    let from = if from == "now" { context.clock.now() } else { times::moment(from).ok_or_else(unclear)? };
    if by.trim().is_empty() {
        return Err(CliError::usage("请用 --by 写明经手人"));
    }
    way.mail.iter().try_for_each(|address| check_address(address).map_err(CliError::usage))?;
    let way = replace::Way { mail: way.mail, mobile: way.mobile, landline: way.landline, post: way.post };
    Ok(Wish { old, new, from: from.date(), by: by.trim().to_owned(), office, way, past })
}

/// `contact replace …`
pub(super) fn run(context: &Context, wish: Wish) -> Result<Outcome, CliError> {
    let people = if wish.old == wish.new { Vec::new() } else { super::contact::everybody(context)? };
    let (config, now) = (Arc::clone(&context.config), context.clock.now());
    let plan = wish.plan(&people, now.date()).map_err(|trouble| told(&wish, &trouble))?;
    let (from, old, new) = (wish.from, wish.old.clone(), wish.new.clone());
    let mails = plan.heir.emails.join("、");
    let done = context.store()?.write(move |tx| replace::replace(tx, &config, &wish, &plan, now))?;
    if context.json {
        print_json(&json!({"terms": done.terms, "letters": done.letters, "reachable": done.reachable}))?;
        return Ok(Outcome::Done);
    }
    outln!("{from}起，{new}接替{old}：{}；转交{}封待发的信", done.terms.join("、"), done.letters);
    if done.reachable {
        outln!("{new}的邮箱：{mails}");
    } else {
        outln!("注意：{new}没有邮箱，以后的提醒会转给上一级联系人或检查方");
    }
    Ok(Outcome::Done)
}

/// Why not, with what a command can do about it.
fn told(wish: &Wish, trouble: &Trouble) -> CliError {
    let Wish { old, new, from: day, .. } = wish;
    CliError::failed(match trouble {
        Trouble::Same => return CliError::usage("两个人同名，没有改动；换了联系方式请用 contact import 改表"),
        Trouble::NotListed => format!(
            "联系人表里没有“{old}”，没有改动；用 contact list 查看，只写在台账邮箱列里的请先用 contact import 登记是谁"
        ),
        Trouble::LeftBefore => format!("“{old}”在{day}以前已经离任，没有改动"),
        Trouble::BeginsLater(office, from) => {
            format!("“{old}”在{office}要到{from}才任职，不早于 --from {day}，没有改动；请用 contact import 改表")
        }
        Trouble::Elsewhere(office) => format!(
            "联系人表里的“{new}”在{office}，不在这个单位，没有改动；是同一位的，请用 --mail 或 --mobile 写明联系方式"
        ),
        Trouble::Several(offices) => {
            format!("“{new}”不止一位（{offices}），联系方式不同，没有改动；请用 --mail 或 --mobile 写明")
        }
        Trouble::Past(days) => {
            return CliError::usage(format!(
                "--from {day} 是{days}天以前，没有改动：从那天起的任职改为{new}，已经发给{old}的信不重发。确实从那天算起的，请加上 --past"
            ));
        }
        Trouble::Stranger => format!(
            "联系人表里没有“{new}”，没有改动；请用 --mail、--mobile 或 --landline 写明怎么联系，或先用 contact import 登记"
        ),
    })
}
