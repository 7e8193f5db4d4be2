//! `source test`: tries a source's credential and makes one real look that keeps nothing, through the
//! code that the daemon uses.

use super::look::{ended, poller, proves, seen_as_json};
use super::source::{self, sees};
use super::sources_args::SourceTest;
use super::{CliError, Context, Outcome, beijing, outln, print_json};
use crate::config::SourceConfig;
use crate::domain::{Account, Moment, Platform, SourceRef, Strength, When};
use crate::poll::Poller;
use crate::standing::{self, left};
use crate::store::lanes;
use cuigeng_adapters::{Batch, Mask, Outcome as Looked, Probe, RawPost, Seen, Source, Traits};
use serde_json::{Value, json};

/// What was tried, and what came of it.
struct Tried<'a> {
    source: &'a SourceConfig,
    account: Account,
    of: SourceRef,
    probe: Option<Probe>,
    seen: Seen,
    took_s: i64,
    traits: Traits,
    rests_until: Option<Moment>,
    now: Moment,
}

/// Tries the source.
pub(super) fn run(context: &Context, args: &SourceTest) -> Result<Outcome, CliError> {
    let source = source::named(context, &args.name)?;
    let (account, of) = chosen(context, source, args)?;
    let mask = context.mask(std::slice::from_ref(&account));
    let tried = Context::runtime()?.block_on(attempt(context, source, account, of))?;
    if context.json {
        let mut value = as_json(&tried);
        mask.hide_in(&mut value);
        print_json(&value)?;
    } else {
        print(&tried, &mask);
    }
    let refused = tried.probe.as_ref().is_some_and(|probe| probe.trouble.is_some());
    match (&tried.seen.outcome, refused) {
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

async fn attempt<'a>(
    context: &Context,
    source: &'a SourceConfig,
    account: Account,
    of: SourceRef,
) -> Result<Tried<'a>, CliError> {
    let poller = poller(context)?;
    let now = context.clock.now();
    let probe = probe(&poller, source, &of.key, now).await;
    let began = context.clock.now();
    let seen = poller.try_look(&account, &of, None, began).await?;
    let took_s = context.clock.now().since(began);
    let kept = poller.store.read(lanes::all)?;
    let rests = kept.get(&source.name).and_then(|kept| kept.breaker.rests(now));
    let traits = source.source.traits(account.platform.kinds());
    Ok(Tried { source, account, of, probe, seen, took_s, traits, rests_until: rests.map(|(_, until)| until), now })
}

/// Tries the credential; `None` for a source that has none, or none that can be tried by itself.
async fn probe(poller: &Poller, source: &SourceConfig, key: &str, now: Moment) -> Option<Probe> {
    match &source.source {
        Source::Paged(paged) if paged.can_be_probed() => {
            Some(paged.probe(key, now, &poller.http, poller.secrets.as_ref()).await)
        }
        Source::Paged(_) | Source::Batch(Batch::Inbox(_)) => None,
        Source::Batch(Batch::Exec(exec)) => {
            let state = poller.state_of(&source.name);
            Some(match exec.check(poller.secrets.as_ref(), &state, now).await.word {
                Ok(words) => {
                    Probe { told: Some(words).filter(|w| !w.is_empty()).into_iter().collect(), ..Probe::default() }
                }
                Err(failure) => Probe::failed(failure),
            })
        }
    }
}

fn print(tried: &Tried<'_>, mask: &Mask) {
    outln!("来源　　　{}（{}）", tried.source.name, tried.source.chinese());
    outln!("账号　　　{}，来源参数 {}", tried.account.title(), tried.of.key);
    if let Some(probe) = &tried.probe {
        outln!("凭据　　　{}", mask.hide(&credential(probe, tried.now)));
        probe.told.iter().for_each(|line| outln!("　　　　　{}", mask.hide(line)));
    }
    outln!("监测　　　{}（用时{}秒）", ended(&tried.seen), tried.took_s);
    if let Looked::Failed(failure) = &tried.seen.outcome {
        outln!("经过　　　{}", mask.hide(&failure.to_string()));
        if !failure.advice.is_empty() {
            outln!("办法　　　{}", mask.hide(&failure.advice));
        }
    }
    for note in &tried.seen.notes {
        outln!("注意　　　{}", mask.hide(&note.advise_or_detail()));
    }
    if let Some(newest) = newest(&tried.seen) {
        outln!("最新一条　{}", mask.hide(&post_in_words(newest)));
    }
    outln!("看清时段　{}", proves(&tried.seen));
    outln!("能证明　　{}", proof_in_words(tried));
    if let Some(until) = tried.rests_until {
        outln!("注意　　　程序因先前的失败让这个来源休息到{}；确认正常后运行 cuigeng look 可立即恢复", beijing(until));
    }
    outln!("以上只是试看，没有保存。");
}

fn credential(probe: &Probe, now: Moment) -> String {
    let end = probe.expires.map(|end| format!("，{}", left(end, now))).unwrap_or_default();
    match &probe.trouble {
        None => format!("✓ 没有发现问题{end}"),
        Some(failure) => format!("✗ {}{end}（{failure}）", failure.advise_or_detail()),
    }
}

/// The newest row that is not pinned, else the newest of all.
fn newest(seen: &Seen) -> Option<&RawPost> {
    seen.rows.iter().max_by_key(|row| (!row.pinned, row.when.latest()))
}

/// A post in one line.
pub(super) fn post_in_words(row: &RawPost) -> String {
    let when = match row.when {
        When::At(at) => beijing(at),
        When::Day(date) => date.to_string(),
        When::Span { from, until } => format!("{} 至 {}之间", beijing(from), beijing(until)),
    };
    let title: String = row.title.chars().take(30).collect();
    let marks: Vec<&str> = [(row.pinned, "置顶"), (row.repost, "转发"), (!row.visible, "不公开")]
        .into_iter()
        .filter_map(|(is, word)| is.then_some(word))
        .collect();
    let marks = if marks.is_empty() { String::new() } else { format!("（{}）", marks.join("、")) };
    format!("{when} {title}{marks}")
}

fn proof_in_words(tried: &Tried<'_>) -> String {
    let kinds = tried.account.platform.kinds();
    let whole = tried.traits.sees.and(kinds) == kinds;
    let seen = if whole {
        String::new()
    } else {
        format!("；这个平台的更新它{}看得到", sees(&tried.traits, kinds))
    };
    let silence = match (tried.traits.strength, whole) {
        _ if tried.seen.reaches.is_empty() && tried.seen.rows.is_empty() => {
            return "什么也不能证明：看不到不等于没有更新".to_owned();
        }
        _ if tried.seen.reaches.is_empty() => "这次没有看清任何时段，只能证明看到的更新",
        (Strength::Strong, true) => "看到的更新算数；看清的时段里没看到的，可以认定没有更新",
        (Strength::Strong, false) => "看到的更新算数；看不全，不能单独认定没有更新",
        (Strength::Weak, _) => "看到的更新算数；没看到的只算疑似，要人工核实",
    };
    format!("{silence}{seen}")
}

fn as_json(tried: &Tried<'_>) -> Value {
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
    let newest = newest(&tried.seen).map(|row| json!({"at": row.when.earliest(), "title": row.title, "id": row.id}));
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
        ("rests_until", json!(tried.rests_until)),
    ] {
        value[key] = part;
    }
    value
}
