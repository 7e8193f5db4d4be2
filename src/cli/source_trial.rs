//! `source test`: tries a source's credential and makes one real look that keeps nothing, through the
//! code that the daemon uses.

use super::look::{poller, seen_as_json};
use super::source;
use super::sources_args::SourceTest;
use super::{CliError, Context, Outcome, beijing, outln, print_json};
use crate::config::SourceConfig;
use crate::domain::{Account, Moment, Platform, SourceRef};
use crate::standing;
use crate::store::lanes;
use crate::trial::{self, Tried, proof_in_words};
use cuigeng_adapters::{Mask, Outcome as Looked};
use serde_json::{Value, json};

/// Tries the source.
pub(super) fn run(context: &Context, args: &SourceTest) -> Result<Outcome, CliError> {
    let source = source::named(context, &args.name)?;
    let (account, of) = chosen(context, source, args)?;
    let mask = context.mask(std::slice::from_ref(&account));
    let poller = poller(context)?;
    let rests_until = resting(context, source)?;
    let tried = Context::runtime()?.block_on(trial::attempt(&poller, source, account, of))?;
    if context.json {
        let mut value = as_json(&tried, rests_until);
        mask.hide_in(&mut value);
        print_json(&value)?;
    } else {
        print(&tried, rests_until, &mask);
    }
    match (&tried.seen.outcome, tried.is_refused()) {
        (Looked::Failed(_), _) => Err(CliError::failed(format!("来源“{}”没有看成", args.name))),
        (_, true) => Err(CliError::failed(format!("来源“{}”的凭据没有通过核对", args.name))),
        _ => Ok(Outcome::Done),
    }
}

/// The account named, or the first one of the source, or one that exists only for this trial.
fn chosen(context: &Context, source: &SourceConfig, args: &SourceTest) -> Result<(Account, SourceRef), CliError> {
    if let Some(named) = &args.account {
        let account = context.account(named, args.platform.as_deref())?;
        let own = account.sources.iter().find(|of| of.source == source.name);
        let key = args.id.clone().or_else(|| own.map(|of| of.key.clone()));
        let key = key.ok_or_else(|| {
            CliError::failed(format!("{}在台账里没有用来源“{}”，请用 --id 写明来源参数", account.title(), source.name))
        })?;
        return Ok(with_source(account, &source.name, key));
    }
    if let Some(key) = &args.id {
        let platform = args.platform.as_deref().unwrap_or_else(|| usual_platform(source.kind));
        return Ok(with_source(stranger(key, platform), &source.name, key.clone()));
    }
    let accounts = context.accounts()?;
    let users = standing::users(&accounts, context.clock.now());
    match standing::of(&users, &source.name) {
        [(account, of), ..] => Ok(((*account).clone(), (*of).clone())),
        [] => Err(CliError::failed(format!("台账里没有账号用来源“{}”，请用 --id 写明来源参数", source.name))),
    }
}

fn with_source(account: Account, source: &str, key: String) -> (Account, SourceRef) {
    let of = SourceRef { source: source.to_owned(), key };
    (Account { sources: vec![of.clone()], ..account }, of)
}

/// An account that is not on the list.
pub(super) fn stranger(key: &str, platform: &str) -> Account {
    Account::new(key, Platform::parse(platform).0)
}

fn usual_platform(kind: &str) -> &'static str {
    match kind {
        "weibo" | "weibo_desktop" | "weibo_open" | "weibo_commercial" => "新浪微博",
        "wechat" => "微信订阅号",
        "douyin" | "douyin_v4" | "douyin_open" => "抖音",
        _ => "其他平台",
    }
}

/// Until when the daemon leaves the source alone; whoever tries it by hand wants to know all the same.
fn resting(context: &Context, source: &SourceConfig) -> Result<Option<Moment>, CliError> {
    let kept = context.store()?.read(lanes::all)?;
    let rests = kept.get(&source.name).and_then(|kept| kept.breaker.rests(context.clock.now()));
    Ok(rests.map(|(_, until)| until))
}

fn print(tried: &Tried<'_>, rests_until: Option<Moment>, mask: &Mask) {
    for (label, said) in trial::lines(tried) {
        outln!("{label:　<5}{}", mask.hide(&said));
    }
    if let Some(until) = rests_until {
        outln!("注意　　　程序因先前的失败让这个来源休息到{}；确认正常后运行 cuigeng look 可立即恢复", beijing(until));
    }
    outln!("以上只是试看，没有保存。");
}

fn as_json(tried: &Tried<'_>, rests_until: Option<Moment>) -> Value {
    let mut value = seen_as_json(&tried.seen);
    let advice = match &tried.seen.outcome {
        Looked::Failed(failure) => failure.advice.clone(),
        _ => String::new(),
    };
    let credential = tried.probe.as_ref().map(|probe| {
        let trouble = probe.trouble.as_ref();
        json!({"ok": trouble.is_none(), "class": trouble.map(|t| t.class.word()),
            "advice": trouble.map(|t| t.advise_or_detail()), "expires": probe.expires, "told": probe.told})
    });
    let newest =
        trial::newest(&tried.seen).map(|row| json!({"at": row.when.earliest(), "title": row.title, "id": row.id}));
    for (key, part) in [
        ("source", json!(tried.source.name)),
        ("account", json!(tried.account.name)),
        ("platform", json!(tried.account.platform.name())),
        ("key", json!(tried.of.key)),
        ("advice", json!(advice)),
        ("credential", json!(credential)),
        ("newest", json!(newest)),
        ("took_s", json!(tried.took_s)),
        ("strength", json!(tried.traits.strength)),
        ("proves", json!(proof_in_words(tried))),
        ("rests_until", json!(rests_until)),
    ] {
        value[key] = part;
    }
    value
}
