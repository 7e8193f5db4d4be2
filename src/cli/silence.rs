//! `silence`: a named person asks for quiet, says why and until when.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::deeds::{Refusal, silence};
use crate::domain::{Account, Moment};
use crate::silence::{Scope, Silence};
use crate::store::silences;
use clap::{Args, Subcommand};
use serde_json::json;
use std::collections::BTreeSet;

/// What can be done with silences.
#[derive(Subcommand, Debug)]
pub enum SilenceVerb {
    /// 静默：到期前不发某账号、某单位的提醒，或某来源的告警；每周的周报照发
    Add(AddArgs),
    /// 列出静默，和各自压下了多少
    List,
    /// 提前结束一个静默
    Expire {
        /// 编号（见 silence list）
        id: i64,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
}

/// What `silence add` takes.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("about").required(true).args(["account", "source", "office"])))]
pub struct AddArgs {
    /// 账号名称或标识
    pub account: Option<String>,
    /// 来源的名字：不发它的运行告警
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// 单位：它主办和主管的全部账号
    #[arg(long, value_name = "NAME")]
    pub office: Option<String>,
    /// 同名账号用平台区分
    #[arg(long, value_name = "P", requires = "account")]
    pub platform: Option<String>,
    /// 理由
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// 到何时为止，最长一年；只写日期就到那一天结束
    #[arg(long, value_name = "T")]
    pub until: String,
    /// 恢复更新（来源则是恢复正常）后提前结束
    #[arg(long)]
    pub until_recovered: bool,
}

/// `silence …`
pub(super) fn run(context: &Context, verb: SilenceVerb) -> Result<Outcome, CliError> {
    match verb {
        SilenceVerb::Add(args) => add(context, &args),
        SilenceVerb::List => list(context),
        SilenceVerb::Expire { id, by } => expire(context, id, &by),
    }
}

fn add(context: &Context, args: &AddArgs) -> Result<Outcome, CliError> {
    for (option, text) in [("--by", &args.by), ("--reason", &args.reason)] {
        if text.trim().is_empty() {
            return Err(CliError::usage(format!("{option} 不能是空的：谁要静默、为什么，都要写明")));
        }
    }
    let now = context.clock.now();
    let (scope, name) = about(context, args)?;
    let new = Silence {
        id: 0,
        scope,
        name,
        reason: args.reason.trim().to_owned(),
        by: args.by.trim().to_owned(),
        at: now,
        until: silence::until(&args.until, "--until", now)?,
        until_recovered: args.until_recovered,
        ended: None,
        hushed: 0,
    };
    let kept = new.clone();
    let id = context.store()?.write(move |tx| silences::add(tx, &kept))?;
    if context.json {
        print_json(&as_json(&Silence { id, ..new }, now))?;
        return Ok(Outcome::Done);
    }
    let early = if new.until_recovered { "，恢复后提前结束" } else { "" };
    outln!("静默编号{id}：{}“{}”，到{}为止{early}", new.scope.chinese(), new.name, beijing(new.until));
    Ok(Outcome::Done)
}

fn about(context: &Context, args: &AddArgs) -> Result<(Scope, String), CliError> {
    if let Some(named) = &args.account {
        let account = context.account(named, args.platform.as_deref())?;
        return Ok((Scope::Account(account.id), account.title()));
    }
    let accounts = context.accounts()?;
    if let Some(office) = &args.office {
        let known = accounts.iter().flat_map(|a| [&a.office, &a.supervisor]);
        let name = one_of(office, known.map(String::as_str).collect(), "台账中没有这个主办单位或主管单位")?;
        return Ok((Scope::Office(name.clone()), name));
    }
    let source = args.source.as_deref().unwrap_or_default();
    let listed = accounts.iter().flat_map(|account| account.sources.iter().map(|of| of.source.as_str()));
    let known = context.config.sources.keys().map(String::as_str).chain(listed).collect();
    let name = one_of(source, known, "配置和台账中都没有这个来源")?;
    Ok((Scope::Source(name.clone()), name))
}

/// A name that is known; else the near ones are told, since a silence about nobody would be a surprise.
fn one_of(named: &str, known: BTreeSet<&str>, unknown: &str) -> Result<String, CliError> {
    let named = named.trim();
    if !named.is_empty() && known.contains(named) {
        return Ok(named.to_owned());
    }
    let is_near =
        |name: &&&str| !name.is_empty() && (name.contains(named) || strsim::damerau_levenshtein(name, named) <= 2);
    let near: Vec<&str> = known.iter().filter(is_near).take(3).copied().collect();
    let hint = if near.is_empty() { String::new() } else { format!("；是不是：{}", near.join("、")) };
    Err(CliError::failed(format!("{unknown}：“{named}”{hint}")))
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let all = context.store()?.read(silences::list)?;
    if context.json {
        print_json(&all.iter().map(|silence| as_json(silence, now)).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = all.iter().map(|silence| row(silence, now)).collect();
    print_rows(&["编号", "对象", "理由", "经手人", "起", "止", "状态", "压下"], &rows);
    Ok(Outcome::Done)
}

fn row(silence: &Silence, now: Moment) -> Vec<String> {
    vec![
        silence.id.to_string(),
        format!("{} {}", silence.scope.chinese(), silence.name),
        silence.reason.clone(),
        silence.by.clone(),
        beijing(silence.at),
        beijing(silence.until),
        state(silence, now),
        silence.hushed.to_string(),
    ]
}

fn state(silence: &Silence, now: Moment) -> String {
    match &silence.ended {
        Some((at, by)) => format!("{}由{by}结束", beijing(*at)),
        None if silence.holds(now) && silence.until_recovered => "静默中，恢复后提前结束".to_owned(),
        None if silence.holds(now) => "静默中".to_owned(),
        None => "已到期".to_owned(),
    }
}

fn as_json(silence: &Silence, now: Moment) -> serde_json::Value {
    json!({
        "id": silence.id, "scope": silence.scope.word(), "name": silence.name, "reason": silence.reason,
        "by": silence.by, "at": silence.at, "until": silence.until, "until_recovered": silence.until_recovered,
        "holds": silence.holds(now), "ended_at": silence.ended.as_ref().map(|(at, _)| at),
        "ended_by": silence.ended.as_ref().map(|(_, by)| by), "hushed": silence.hushed,
    })
}

fn expire(context: &Context, id: i64, by: &str) -> Result<Outcome, CliError> {
    let (by, now) = (by.trim().to_owned(), context.clock.now());
    if by.is_empty() {
        return Err(CliError::usage("--by 不能是空的：谁结束的要写明"));
    }
    let ended = context.store()?.attempt(move |tx| silence::expire(tx, id, &by, now));
    ended.map_err(|refusal| match refusal {
        Refusal::State(why) => CliError::failed(format!("{why}；用 silence list 查看")),
        refusal => refusal.into(),
    })?;
    outln!("静默编号{id}已结束");
    Ok(Outcome::Done)
}

/// What silences say about an account, for `explain`.
pub(super) fn lines_about(account: &Account, active: &[Silence], hushed: &[silences::Hushed]) -> Vec<String> {
    let holds = active
        .iter()
        .filter(|silence| silence.covers(account))
        .map(|s| format!("静默中：到{}为止不发提醒（编号{}，{}：{}）", beijing(s.until), s.id, s.by, s.reason));
    let kept = hushed.iter().map(|h| {
        format!("  {} {}：静默期间没有发出（编号{}，{}：{}）", beijing(h.at), h.what, h.silence, h.by, h.reason)
    });
    holds.chain(kept).collect()
}
