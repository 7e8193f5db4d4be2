//! `plugin test`: runs a collector through describe, check and list exactly as the daemon would, keeps
//! nothing, and says whether it speaks collector protocol 1.

use super::look::{poller, seen_as_json};
use super::plugin_words;
use super::source::named;
use super::source_trial::stranger;
use super::sources_args::PluginTest;
use super::{CliError, Context, Outcome, print_json};
use crate::config::SourceConfig;
use crate::domain::{Account, SourceRef};
use crate::poll::{Poller, TrialRun};
use crate::standing;
use cuigeng_adapters::exec::{Description, Ended, Exec, Remark, Told};
use cuigeng_adapters::{Batch, Class, Outcome as Looked, Source};
use serde_json::{Value, json};

/// Accounts that are asked for when nobody names any.
const FIRST: usize = 3;

/// One phase, and the seconds that it took.
pub(super) struct Phase<T> {
    pub(super) took_s: i64,
    pub(super) said: T,
}

/// What the collector did.
pub(super) struct Report<'a> {
    pub(super) source: &'a SourceConfig,
    pub(super) describe: Phase<Told<Description>>,
    pub(super) check: Phase<Told<String>>,
    /// `None` when there is no account to ask for.
    pub(super) list: Option<Phase<TrialRun>>,
    pub(super) accounts: Vec<(Account, SourceRef)>,
}

/// Tests the collector.
pub(super) fn run(context: &Context, args: &PluginTest) -> Result<Outcome, CliError> {
    let source = named(context, &args.name)?;
    let Source::Batch(Batch::Exec(exec)) = &source.source else {
        let chinese = format!("“{}”是{}，不是采集程序；请用 cuigeng source test", args.name, source.chinese());
        return Err(CliError::failed(chinese));
    };
    let accounts = chosen(context, source, args)?;
    let listed: Vec<Account> = accounts.iter().map(|(account, _)| account.clone()).collect();
    let mask = context.mask(&listed);
    let report = Context::runtime()?.block_on(attempt(context, args, source, exec, accounts))?;
    if context.json {
        let mut value = as_json(&report);
        mask.hide_in(&mut value);
        print_json(&value)?;
    } else {
        plugin_words::print(&report, &mask);
    }
    verdict(&report)
}

fn chosen(context: &Context, source: &SourceConfig, args: &PluginTest) -> Result<Vec<(Account, SourceRef)>, CliError> {
    let mut chosen = Vec::new();
    for name in &args.accounts {
        chosen.push(listed(context, source, name)?);
    }
    for written in &args.ids {
        chosen.push(unlisted(source, written)?);
    }
    if chosen.is_empty() {
        let accounts = context.accounts()?;
        let users = standing::users(&accounts, context.clock.now());
        let first = standing::of(&users, &source.name).iter().take(FIRST);
        chosen.extend(first.map(|(account, of)| ((*account).clone(), (*of).clone())));
    }
    Ok(chosen)
}

fn listed(context: &Context, source: &SourceConfig, name: &str) -> Result<(Account, SourceRef), CliError> {
    let account = context.account(name, None)?;
    let own = account.sources.iter().find(|own| own.source == source.name).cloned();
    let missing = || format!("{}在台账里没有用“{}”，请用 --id 平台:标识", account.title(), source.name);
    let own = own.ok_or_else(|| CliError::failed(missing()))?;
    Ok((account, own))
}

fn unlisted(source: &SourceConfig, written: &str) -> Result<(Account, SourceRef), CliError> {
    let parts = written.split_once([':', '：']).filter(|(platform, key)| !platform.is_empty() && !key.is_empty());
    let (platform, key) =
        parts.ok_or_else(|| CliError::usage(format!("看不懂“{written}”，请写成 平台:标识，例如 快手:3xabcdefg")))?;
    Ok((stranger(key, platform), SourceRef { source: source.name.clone(), key: key.to_owned() }))
}

async fn attempt<'a>(
    context: &Context,
    args: &PluginTest,
    source: &'a SourceConfig,
    exec: &Exec,
    accounts: Vec<(Account, SourceRef)>,
) -> Result<Report<'a>, CliError> {
    let since = args.since.as_deref().map(|text| context.moment(text)).transpose()?;
    let poller: Poller = poller(context)?;
    let (clock, state) = (&context.clock, poller.state_of(&source.name));
    let began = clock.now();
    let said = exec.describe(&state, began).await;
    let describe = Phase { took_s: clock.now().since(began), said };
    let began = clock.now();
    let said = exec.check(poller.secrets.as_ref(), &state, began).await;
    let check = Phase { took_s: clock.now().since(began), said };
    let began = clock.now();
    let list = if accounts.is_empty() {
        None
    } else {
        let said = poller.try_run(exec, source, &accounts, since, began).await?;
        Some(Phase { took_s: clock.now().since(began), said })
    };
    Ok(Report { source, describe, check, list, accounts })
}

/// Everything that the protocol does not allow, in Chinese.
pub(super) fn breaches(report: &Report<'_>) -> Vec<String> {
    let mut breaches = Vec::new();
    if let Err(failure) = &report.describe.said.word {
        breaches.push(format!("describe 没有给出第1版的说明（{}）", failure.advise_or_detail()));
    } else if report.describe.said.word.as_ref().is_ok_and(|told| told.name.is_empty()) {
        breaches.push("describe 没有写 name".to_owned());
    }
    if let Err(failure) = &report.check.said.word
        && (failure.class == Class::Malformed || !is_own_word(&report.check.said.ended))
    {
        breaches.push(format!("check 没有给出结果（{}）", failure.advise_or_detail()));
    }
    if let Some(list) = &report.list {
        breaches.extend(ending("list", &list.said.run.ended));
        let looks = list.said.run.looks.iter().zip(&report.accounts);
        breaches.extend(looks.filter_map(|(seen, (account, _))| match &seen.outcome {
            Looked::Failed(failure) => of_account(&failure.reason, &account.title()),
            _ => None,
        }));
    }
    breaches.extend(
        remarks(report)
            .filter(|(_, remark)| remark.odd.is_breach())
            .map(|(verb, remark)| format!("{verb} 第{}行：{}", remark.line, remark.odd.chinese())),
    );
    breaches
}

/// Whether the process came to the end of its own accord.
fn is_own_word(ended: &Ended) -> bool {
    matches!(ended, Ended::Exit(Some(0 | 64 | 69 | 75 | 77 | 78)) | Ended::NotStarted(_))
}

fn ending(verb: &str, ended: &Ended) -> Option<String> {
    match ended {
        Ended::Exit(Some(0 | 69 | 75 | 77 | 78)) | Ended::NotStarted(_) => None,
        other => Some(format!("{verb} {}", plugin_words::ended(other))),
    }
}

fn of_account(reason: &str, title: &str) -> Option<String> {
    match reason {
        "truncated" => Some(format!("{title}：end 的 count 与实际的 post 行数不符")),
        "no_end" => Some(format!("{title}：没有 end")),
        "unknown_status" => Some(format!("{title}：end 的 status 不是协议里的词")),
        _ => None,
    }
}

/// Every remark with the verb that it belongs to.
pub(super) fn remarks<'a>(report: &'a Report<'_>) -> impl Iterator<Item = (&'static str, &'a Remark)> {
    let describe = report.describe.said.remarks.iter().map(|remark| ("describe", remark));
    let check = report.check.said.remarks.iter().map(|remark| ("check", remark));
    let list = report.list.iter().flat_map(|list| &list.said.run.remarks).map(|remark| ("list", remark));
    describe.chain(check).chain(list)
}

/// Accounts that were not read.
pub(super) fn failed(report: &Report<'_>) -> usize {
    let looks = report.list.iter().flat_map(|list| &list.said.run.looks);
    looks.filter(|seen| matches!(seen.outcome, Looked::Failed(_))).count()
}

fn verdict(report: &Report<'_>) -> Result<Outcome, CliError> {
    let failed = failed(report);
    if !breaches(report).is_empty() {
        Err(CliError::failed("不符合采集协议第1版"))
    } else if report.list.is_none() {
        Err(CliError::failed("没有账号可看，list 没有试：请用 --id 平台:标识"))
    } else if report.check.said.word.is_err() {
        Err(CliError::failed("采集程序的登录没有通过核对（check）"))
    } else if failed > 0 {
        Err(CliError::failed(format!("{failed}个账号没有看成")))
    } else {
        Ok(Outcome::Done)
    }
}

fn as_json(report: &Report<'_>) -> Value {
    let describe = &report.describe.said;
    let description = describe.word.as_ref().ok().map(|told| {
        json!({"name": told.name, "version": told.version, "platforms": told.platforms, "id_hint": told.id_hint,
            "batch_max": told.batch_max, "protocol": told.protocol})
    });
    let check = &report.check.said;
    let list = report.list.as_ref().map(|list| {
        let looks: Vec<Value> = list
            .said
            .run
            .looks
            .iter()
            .zip(&report.accounts)
            .map(|(seen, (account, of))| {
                let mut value = seen_as_json(seen);
                value["account"] = account.name.as_str().into();
                value["key"] = of.key.as_str().into();
                value
            })
            .collect();
        json!({"took_s": list.took_s, "ended": plugin_words::ended(&list.said.run.ended), "accounts": looks,
            "stderr": list.said.run.stderr})
    });
    let ignored: Vec<Value> = remarks(report)
        .map(|(verb, remark)| json!({"verb": verb, "line": remark.line, "why": remark.odd.word(), "text": remark.odd.chinese(), "what": remark.what}))
        .collect();
    json!({
        "collector": report.source.name,
        "describe": {"took_s": report.describe.took_s, "ended": plugin_words::ended(&describe.ended), "told": description,
            "failure": describe.word.as_ref().err().map(ToString::to_string), "stderr": describe.stderr},
        "check": {"took_s": report.check.took_s, "ended": plugin_words::ended(&check.ended), "ok": check.word.is_ok(),
            "message": check.word.as_ref().ok(), "failure": check.word.as_ref().err().map(ToString::to_string), "stderr": check.stderr},
        "list": list, "ignored": ignored, "conforms": breaches(report).is_empty(), "breaches": breaches(report)
    })
}
