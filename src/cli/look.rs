//! `look`: asks the sources now, and says what each answer proves.

use super::{CliError, Context, Outcome, beijing, print_json, print_rows};
use crate::domain::{Account, Moment};
use crate::poll::{Lanes, Poller};
use crate::rules::class_chinese;
use crate::secrets::FileSecrets;
use crate::store::lanes;
use cuigeng_adapters::http::Http;
use cuigeng_adapters::{Outcome as Looked, Seen};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::sync::Arc;

struct Line {
    account: String,
    source: String,
    seen: Seen,
}

/// Looks at the accounts named, or at all that have a source.
pub(super) fn run(context: &Context, named: &[String]) -> Result<Outcome, CliError> {
    let accounts = chosen(context, named)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::failed(format!("无法启动运行环境：{e}")))?;
    let lines = runtime.block_on(look_at(context, &accounts))?;
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
    for line in &lines {
        if let Looked::Failed(failure) = &line.seen.outcome
            && !failure.advice.is_empty()
        {
            eprintln!("{}：{}", line.account, failure.advice);
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

async fn look_at(context: &Context, accounts: &[Account]) -> Result<Vec<Line>, CliError> {
    let poller = poller(context)?;
    let bar = progress(accounts.len());
    let mut lines = Vec::new();
    for account in accounts {
        bar.set_message(account.title());
        for (source, seen) in poller.look(account, context.clock.now()).await? {
            lines.push(Line { account: account.title(), source, seen });
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(lines)
}

/// What looks at accounts, as the command line uses it.
pub(super) fn poller(context: &Context) -> Result<Poller, CliError> {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let http = Http::new(context.config.proxy.as_deref())
        .map_err(|failure| CliError { exit: 3, chinese: failure.advise_or_detail() })?;
    Ok(Poller {
        store: context.store()?.clone(),
        config: Arc::clone(&context.config),
        http,
        secrets: Arc::new(FileSecrets::new(&context.data, &context.config.secrets_dir, credentials)),
        clock: Arc::clone(&context.clock),
        data: context.data.clone(),
        lanes: Arc::new(Lanes::as_kept(context.store()?.read(lanes::all)?)),
    })
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn progress(steps: usize) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn ended(seen: &Seen) -> String {
    match &seen.outcome {
        Looked::Complete if seen.first_check => "看清，列表为空（首次核对，请人工确认）".to_owned(),
        Looked::Complete => format!("看清，{}条", seen.rows.len()),
        Looked::Partial => format!("只看到一部分，{}条", seen.rows.len()),
        Looked::Failed(failure) => format!("失败：{}", class_chinese(failure.class)),
    }
}

fn proves(seen: &Seen) -> String {
    let from = seen.reaches.iter().map(|reach| reach.from).min();
    let until = seen.reaches.iter().map(|reach| reach.until).max();
    match (from, until) {
        (Some(from), Some(until)) if from <= Moment::from_unix(0) => format!("最早 至 {}", beijing(until)),
        (Some(from), Some(until)) => format!("{} 至 {}", beijing(from), beijing(until)),
        _ => "无".to_owned(),
    }
}

fn as_json(line: &Line) -> serde_json::Value {
    let (outcome, reason, detail) = match &line.seen.outcome {
        Looked::Complete => ("complete", "", ""),
        Looked::Partial => ("partial", "", ""),
        Looked::Failed(failure) => (failure.class.word(), failure.reason.as_str(), failure.detail.as_str()),
    };
    let reaches: Vec<_> = line.seen.reaches.iter().map(|r| serde_json::json!({"from": r.from, "until": r.until, "sees": r.sees.iter().map(|k| k.word()).collect::<Vec<_>>()})).collect();
    serde_json::json!({"account": line.account, "source": line.source, "outcome": outcome, "reason": reason, "detail": detail, "rows": line.seen.rows.len(), "reaches": reaches})
}
