//! `post` and `attest`: what people know. A post proves presence; an attestation is a named person's
//! complete look over a span.

use super::args::{AttestArgs, AttestVerb, PostVerb};
use super::composed::kind_words;
use super::explain::{sheet_json, sheet_words, when};
use super::import;
use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows, refusal, strike};
use crate::deeds::post::Told;
use crate::deeds::when::unclear_time;
use crate::deeds::{self, Refusal};
use crate::domain::{Account, AccountId, Moment, Period, Post, When};
use crate::import::{PlannedAttestation, plan_attestations, times};
use crate::rules::Tally;
use crate::store::{Connection, attest as attestations, posts, tally};
use serde_json::{Value, json};

/// What a list says of a post that somebody has struck out.
const STRUCK: &str = "已划去";

/// `post …`
pub(super) fn post(context: &Context, verb: PostVerb) -> Result<Outcome, CliError> {
    match verb {
        PostVerb::Import(args) => import::run(context, &args),
        PostVerb::Add { account, at, by, platform, title, url, id, kind } => {
            let (account, now) = (context.account(&account, platform.as_deref())?, context.clock.now());
            let post = deeds::post::read(Told { at, title, url, id, kind }, &account, now)?;
            let (is_new, _) = context.store()?.write(move |tx| deeds::post::add(tx, &account, post, &by, now))?;
            outln!("{}", if is_new { "已补录" } else { "这条发布已经在库里，没有重复登记" });
            Ok(Outcome::Done)
        }
        PostVerb::Strike(args) => strike::run(context, args),
        PostVerb::List { account, platform, since } => list(context, &account, platform.as_deref(), since.as_deref()),
    }
}

/// Remarks on a file, beside the results.
pub(super) fn tell(remarks: &[String]) {
    for remark in remarks {
        crate::cli::print::errln!("提示：{remark}");
    }
}

fn list(context: &Context, account: &str, platform: Option<&str>, since: Option<&str>) -> Result<Outcome, CliError> {
    let account = context.account(account, platform)?;
    let now = context.clock.now();
    let since = match since {
        Some(text) => times::moment(text).ok_or_else(|| CliError::usage(unclear_time("时间", text)))?,
        None => now.plus_days(-60),
    };
    let until = now.plus_days(2);
    let load = |conn: &Connection| {
        let posts = posts::of_account(conn, account.id, since, until)?;
        Ok((posts, tally::of_account(conn, account.id, since, until)?))
    };
    let (posts, sheets) = context.store()?.read(load)?;
    if context.json {
        let posts = posts.iter().map(|post| post_json(&account, post));
        print_json(&posts.chain(sheets.iter().map(|row| listed_json(&account, row))).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = posts.iter().map(post_row).chain(sheets.iter().map(sheet_row)).collect();
    print_rows(&["编号", "发布时间", "类型", "标题", "状态", "谁看到", "链接"], &rows);
    Ok(Outcome::Done)
}

fn post_json(account: &Account, p: &Post) -> Value {
    json!({"account": account.name, "platform": account.platform.name(), "published_at": written(p.when), "title": p.title, "url": p.url, "id": p.ext_id, "kind": p.kind.word(), "push": p.push, "number": p.id, "struck": p.struck})
}

/// A row of a check sheet stands behind the posts: so many updates of which nobody wrote down more.
fn listed_json(account: &Account, row: &Tally) -> Value {
    json!({"account": account.name, "platform": account.platform.name(), "published_at": written(row.counted()), "title": sheet_words(row), "number": null, "sheet": sheet_json(row)})
}

fn post_row(p: &Post) -> Vec<String> {
    let seen: Vec<&str> = p.sightings.iter().map(|s| s.source.as_str()).collect();
    let state = if p.struck { STRUCK } else { "" };
    vec![
        p.id.to_string(),
        when(p.when),
        kind_words(p),
        p.title.chars().take(30).collect(),
        state.to_owned(),
        seen.join("、"),
        p.url.clone().unwrap_or_default(),
    ]
}

fn sheet_row(row: &Tally) -> Vec<String> {
    let week = Period::Week(row.week).to_string();
    vec!["—".to_owned(), week, String::new(), sheet_words(row), String::new(), format!("人工核查（{}）", row.by)]
}

/// A time for scripts: a moment, a day, or the two ends of a span.
pub(super) fn written(when: When) -> String {
    match when {
        When::At(moment) => moment.rfc3339(),
        When::Day(day) => day.to_string(),
        When::Span { from, until } => format!("{}/{}", from.rfc3339(), until.rfc3339()),
    }
}

/// `attest …`
pub(super) fn attest(context: &Context, args: AttestArgs) -> Result<Outcome, CliError> {
    match (args.verb, args.file, args.account) {
        (Some(AttestVerb::List), ..) => list_attestations(context),
        (Some(AttestVerb::Withdraw { id, by }), ..) => withdraw(context, id, by),
        (None, Some(file), _) => {
            let now = context.clock.now();
            let sheets = refusal::open(&file)?;
            let known = context.accounts()?;
            let plan = plan_attestations(&sheets, &known, now)
                .map_err(|refused| refusal::explain(&file, &sheets, &refused))?;
            tell(&plan.remarks);
            say_kept(context, keep_attestations(context, plan.attestations, now)?)
        }
        (None, None, Some(named)) => {
            let planned =
                one(context, &named, args.platform.as_deref(), args.from.as_deref(), args.to.as_deref(), args.by)?;
            say_kept(context, keep_attestations(context, vec![planned], context.clock.now())?)
        }
        (None, None, None) => Err(CliError::usage("请写账号，或用 --file 给出文件")),
    }
}

fn one(
    context: &Context,
    named: &str,
    platform: Option<&str>,
    from: Option<&str>,
    to: Option<&str>,
    by: Option<String>,
) -> Result<PlannedAttestation, CliError> {
    let now = context.clock.now();
    let from = from.ok_or_else(|| CliError::usage("请用 --from 写明从何时起"))?;
    let by = by.filter(|name| !name.trim().is_empty()).ok_or_else(|| CliError::usage("请用 --by 写明核查人"));
    let (from, to) = deeds::attest::span(from, to, now)?;
    Ok(PlannedAttestation { account: context.account(named, platform)?.id, from, to, by: by?.trim().to_owned() })
}

fn keep_attestations(context: &Context, planned: Vec<PlannedAttestation>, now: Moment) -> Result<Vec<i64>, CliError> {
    let ids = context.store()?.write(move |tx| {
        let mut ids = Vec::new();
        for one in &planned {
            ids.push(deeds::attest::keep(tx, one, "", now)?);
        }
        Ok(ids)
    })?;
    Ok(ids)
}

fn say_kept(context: &Context, ids: Vec<i64>) -> Result<Outcome, CliError> {
    if context.json {
        print_json(&serde_json::json!({ "ids": ids }))?;
    } else {
        outln!("已登记{}次人工核查；登记错了可用 attest withdraw 撤回", ids.len());
    }
    Ok(Outcome::Done)
}

fn list_attestations(context: &Context) -> Result<Outcome, CliError> {
    let accounts = context.accounts()?;
    let account = |id: AccountId| accounts.iter().find(|account| account.id == id);
    let title = |id: AccountId| account(id).map_or_else(String::new, Account::title);
    let all = context.store()?.read(attestations::list)?;
    if context.json {
        let one = |a: &attestations::Attestation| {
            let (name, platform) = account(a.account).map_or(("", ""), |of| (&of.name, of.platform.name()));
            let withdrawn = a.withdrawn.as_ref().map(|(at, by)| serde_json::json!({"at": at, "by": by}));
            serde_json::json!({"id": a.id, "account": name, "platform": platform, "from": a.from, "to": a.to, "by": a.by, "at": a.at, "withdrawn": withdrawn})
        };
        print_json(&all.iter().map(one).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|a| {
            let state =
                a.withdrawn.as_ref().map_or_else(String::new, |(at, by)| format!("{} 由{by}撤回", beijing(*at)));
            vec![a.id.to_string(), title(a.account), beijing(a.from), beijing(a.to), a.by.clone(), beijing(a.at), state]
        })
        .collect();
    print_rows(&["编号", "账号", "起", "止", "核查人", "登记时间", "状态"], &rows);
    Ok(Outcome::Done)
}

fn withdraw(context: &Context, id: i64, by: String) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let done = context.store()?.attempt(move |tx| deeds::attest::withdraw(tx, id, None, &by, now));
    done.map_err(|refusal| match refusal {
        Refusal::State(why) => CliError::failed(format!("{why}；用 attest list 查看")),
        refusal => refusal.into(),
    })?;
    outln!("已撤回，有关结论会重新判定");
    Ok(Outcome::Done)
}
