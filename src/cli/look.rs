//! `look`: asks the sources now, and says what each answer proves.

use super::{CliError, Context, Outcome, outln, print_json, print_rows};
use crate::domain::{Account, Moment};
use crate::poll::{Lanes, Poller};
use crate::store::lanes;
use crate::trial::{ended, proves};
use cuigeng_adapters::{Outcome as Looked, PostKind, Reach, Seen};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::sync::Arc;

struct Line {
    account: String,
    source: String,
    seen: Seen,
}

/// Looks at the accounts named, or at all that have a source.
pub(super) fn run(context: &Context, named: &[String], dry_run: bool) -> Result<Outcome, CliError> {
    let accounts = chosen(context, named)?;
    let lines = Context::runtime()?.block_on(look_at(context, &accounts, dry_run))?;
    if context.json {
        let rows: Vec<_> = lines.iter().map(as_json).collect();
        print_json(&rows)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| vec![line.account.clone(), line.source.clone(), ended(&line.seen), proves(&line.seen)])
        .collect();
    print_rows(&["账号", "来源", "结果", "看清的时段"], &rows);
    if dry_run {
        outln!("只看了看，没有保存");
    }
    for line in &lines {
        if let Looked::Failed(failure) = &line.seen.outcome
            && !failure.advice.is_empty()
        {
            crate::cli::print::errln!("{}：{}", line.account, failure.advice);
        }
    }
    Ok(Outcome::Done)
}

fn chosen(context: &Context, named: &[String]) -> Result<Vec<Account>, CliError> {
    if named.is_empty() {
        let with_source: Vec<Account> =
            context.accounts()?.into_iter().filter(|account| !account.sources.is_empty()).collect();
        return if with_source.is_empty() {
            Err(CliError::failed("台账中没有配置了来源的账号，请先在台账的“来源”“来源参数”两列填写"))
        } else {
            Ok(with_source)
        };
    }
    let found: Vec<Account> = named.iter().map(|name| context.account(name, None)).collect::<Result<_, _>>()?;
    match found.iter().find(|account| account.sources.is_empty()) {
        Some(account) => Err(CliError::failed(format!("{}没有配置来源，只能人工核查（见 attest）", account.title()))),
        None => Ok(found),
    }
}

async fn look_at(context: &Context, accounts: &[Account], dry_run: bool) -> Result<Vec<Line>, CliError> {
    let poller = poller(context)?;
    let bar = progress(accounts.len());
    let mut lines = Vec::new();
    for account in accounts {
        bar.set_message(account.title());
        let now = context.clock.now();
        let seen = if dry_run { try_all(&poller, account, now).await? } else { poller.look(account, now).await? };
        lines.extend(seen.into_iter().map(|(source, seen)| Line { account: account.title(), source, seen }));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(lines)
}

async fn try_all(poller: &Poller, account: &Account, now: Moment) -> Result<Vec<(String, Seen)>, CliError> {
    let mut seen = Vec::new();
    for of in &account.sources {
        seen.push((of.source.clone(), poller.try_look(account, of, None, now).await?));
    }
    Ok(seen)
}

/// What looks at accounts, as the command line uses it.
pub(super) fn poller(context: &Context) -> Result<Poller, CliError> {
    Ok(Poller {
        store: context.store()?.clone(),
        config: Arc::clone(&context.config),
        http: context.http()?,
        secrets: Arc::new(context.secrets()),
        clock: Arc::clone(&context.clock),
        data: context.data.clone(),
        lanes: Arc::new(Lanes::by_hand(context.store()?.read(lanes::all)?)),
    })
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn progress(steps: usize) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn as_json(line: &Line) -> serde_json::Value {
    let mut value = seen_as_json(&line.seen);
    value["account"] = line.account.as_str().into();
    value["source"] = line.source.as_str().into();
    value
}

/// What a look brought, for scripts.
pub(super) fn seen_as_json(seen: &Seen) -> serde_json::Value {
    let (outcome, reason, detail) = match &seen.outcome {
        Looked::Complete => ("complete", "", ""),
        Looked::Partial => ("partial", "", ""),
        Looked::Failed(failure) => (failure.class.word(), failure.reason.as_str(), failure.detail.as_str()),
    };
    let kinds = |reach: &Reach| reach.sees.iter().map(PostKind::word).collect::<Vec<_>>();
    let reaches: Vec<_> =
        seen.reaches.iter().map(|r| json!({"from": r.from, "until": r.until, "sees": kinds(r)})).collect();
    json!({"outcome": outcome, "reason": reason, "detail": detail, "rows": seen.rows.len(), "reaches": reaches})
}
