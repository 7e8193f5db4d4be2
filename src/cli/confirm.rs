//! `confirm`: a named person stands between a verdict and a name in print ([`crate::deeds::confirm`]).
//! Alone it lists what waits.

use super::args::ConfirmArgs;
use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::config::Config;
use crate::deeds::Refusal;
use crate::deeds::confirm::{self, Board, Decided, Open, REASON_WANTED, Wish};
use crate::deeds::held;
use crate::domain::{Account, AccountId, Check, Moment};
use crate::rules::{Ruling, Verdict};
use serde_json::json;
use std::sync::Arc;

/// `confirm …`
pub(super) fn run(context: &Context, args: &ConfirmArgs) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let account = args.account.as_ref().map(|named| context.account(named, args.platform.as_deref())).transpose()?;
    let checks = checks(context, args, now)?;
    if args.all || args.account.is_some() && (args.by.is_some() || args.is_false) {
        let wish = read(args, account.as_ref())?;
        return decide(context, wish, checks, now);
    }
    if args.by.is_some() || args.is_false {
        return Err(CliError::usage("请写明核实哪些：--account 账号，或 --all（全部确认）"));
    }
    let config = Arc::clone(&context.config);
    let board = context.store()?.read(|conn| Board::load(conn, &config, &checks, None, now))?;
    let done = list(context, &board, account.as_ref(), args.check.as_deref())?;
    if args.check.is_none() && account.is_none() && !context.json {
        older(&context.store()?.read(|conn| held::older(conn, &config, &checks, now))?);
    }
    Ok(done)
}

/// What still waits of checks that are not listed, and how they are.
fn older(rows: &[(Check, AccountId)]) {
    let of_one = |rows: &[(Check, AccountId)]| {
        rows.first().map(|(check, _)| format!("confirm --check {}（{}项）", check.at.date(), rows.len()))
    };
    let checks: Vec<String> = rows.chunk_by(|one, next| one.0.at == next.0.at).filter_map(of_one).collect();
    if !checks.is_empty() {
        outln!("更早的检查还有{}项待核实：{}", rows.len(), checks.join("、"));
    }
}

fn read(args: &ConfirmArgs, account: Option<&Account>) -> Result<Wish, CliError> {
    let by = args.by.as_deref().unwrap_or_default().trim();
    let reason = args.reason.as_deref().unwrap_or_default().trim();
    if by.is_empty() {
        return Err(CliError::usage("请用 --by 写明核实人"));
    }
    if args.is_false && reason.is_empty() {
        return Err(CliError::usage("认定误报要有理由，请用 --reason 写明"));
    }
    if args.is_false && args.all {
        return Err(CliError::usage("误报要逐个账号认定，请用 --account 写明，不能用 --all"));
    }
    let ruling = if args.is_false { Ruling::False } else { Ruling::Confirmed };
    let account = account.map(|account| account.id);
    Ok(Wish {
        ruling,
        reason: reason.to_owned(),
        by: by.to_owned(),
        account,
        one_check: args.check.is_some(),
        shown: None,
    })
}

/// The check that is named, else those of [`held::checks`], else the last one.
fn checks(context: &Context, args: &ConfirmArgs, now: Moment) -> Result<Vec<Check>, CliError> {
    let config = &context.config;
    if let Some(text) = &args.check {
        let at = context.moment(text)?;
        if at > now {
            return Err(CliError::usage("这次检查还没有到，没有可核实的结果"));
        }
        return scheduled(config, at, now).map(|check| vec![check]);
    }
    let found = context.store()?.read(|conn| held::checks(conn, config, now))?;
    if found.is_empty() { Ok(vec![context.last_check(now)?]) } else { Ok(found) }
}

/// A finding belongs to a check that is held; any other moment would make findings of its own beside
/// those that offices were told of.
pub(super) fn scheduled(config: &Config, at: Moment, now: Moment) -> Result<Check, CliError> {
    let near = config.checks_between(at.plus_days(-15), at.plus_days(15).min(now.plus(1)));
    if let Some(found) = near.iter().find(|check| check.at == at || check.nominal == at) {
        return Ok(*found);
    }
    let before = near.iter().rfind(|check| check.at < at).map(|check| check.at);
    let after = near.iter().find(|check| check.at > at).map(|check| check.at);
    let named: Vec<String> = [before, after].into_iter().flatten().map(beijing).collect();
    let cure = if named.is_empty() { String::new() } else { format!("，最近的检查是{}", named.join("、")) };
    Err(CliError::usage(format!("{}没有检查{cure}；用 confirm 查看等待核实的结果", beijing(at))))
}

fn decide(context: &Context, wish: Wish, checks: Vec<Check>, now: Moment) -> Result<Outcome, CliError> {
    let (config, ruling) = (Arc::clone(&context.config), wish.ruling);
    let installed = context.store()?.read(held::installed_at)?;
    let told = checks.iter().any(|check| installed.is_some_and(|installed| check.at >= installed));
    let kept = context.store()?.attempt(move |tx| confirm::decide(tx, &config, &wish, &checks, now));
    let Decided { lines, settled, open, passed } = kept.map_err(refused)?;
    let open: Vec<String> = open.iter().map(left_open).collect();
    if lines.is_empty() && settled.is_empty() && !open.is_empty() {
        return Err(CliError::failed(format!("没有改动：{}", open.join("；"))));
    }
    if lines.is_empty() && settled.is_empty() && !passed.is_empty() {
        return Err(CliError::failed(format!("没有改动：{}", contested(&passed))));
    }
    if lines.is_empty() && settled.is_empty() {
        return Err(CliError::failed("没有等待核实的结果，没有改动；用 confirm 查看（--check 可写明是哪次检查）"));
    }
    if context.json {
        print_json(
            &json!({"decision": ruling.word(), "findings": lines, "settled": settled, "open": open, "contested": passed}),
        )?;
        return Ok(Outcome::Done);
    }
    for line in settled.iter().chain(&open) {
        outln!("{line}");
    }
    if !passed.is_empty() {
        outln!("{}", contested(&passed));
    }
    if lines.is_empty() {
        return Ok(Outcome::Done);
    }
    for line in &lines {
        outln!("{}：{line}", ruling.chinese());
    }
    match ruling {
        Ruling::Confirmed if told => outln!("共确认{}项；结果由服务发给有关单位", lines.len()),
        Ruling::Confirmed => {
            outln!("共确认{}项，记录在案、列入通报；服务启用以前的检查，不向单位发结果", lines.len());
        }
        Ruling::False => outln!("共{}项认定为误报，不再列入通报；已发过结果的，由服务发更正", lines.len()),
    }
    Ok(Outcome::Done)
}

fn refused(refusal: Refusal) -> CliError {
    match refusal {
        Refusal::Field(_, why) if why == REASON_WANTED => CliError::usage(format!("{why}，请用 --reason 写明")),
        refusal => refusal.into(),
    }
}

fn contested(passed: &[String]) -> String {
    format!(
        "{}项单位有异议，没有一并确认（{}）；逐个用 confirm --account 核实，写明 --reason",
        passed.len(),
        passed.join("；")
    )
}

fn left_open(open: &Open) -> String {
    format!(
        "{}还没有办结：还有{}项没有在提出异议以后核实（{}）；逐次用 confirm --check 核实，全部同样认定的不写 --check",
        open.objection,
        open.left.len(),
        open.left.join("；")
    )
}

fn list(context: &Context, board: &Board, account: Option<&Account>, check: Option<&str>) -> Result<Outcome, CliError> {
    let shown: Vec<&Verdict> =
        board.missed.iter().filter(|verdict| account.is_none_or(|account| account.id == verdict.account)).collect();
    if context.json {
        print_json(&shown.iter().map(|verdict| as_json(board, verdict)).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let waiting: Vec<&&Verdict> =
        shown.iter().filter(|verdict| account.is_some() || board.decisions.awaits(verdict)).collect();
    if !waiting.is_empty() {
        let rows: Vec<Vec<String>> = waiting.iter().map(|verdict| row(board, verdict)).collect();
        print_rows(&["检查", "账号", "单位", "问题类型", "已更新/应更新", "核实"], &rows);
    }
    let count = |wanted: Ruling| {
        let ruling = |verdict: &&&Verdict| board.decisions.holding(verdict).is_some_and(|d| d.ruling == wanted);
        shown.iter().filter(ruling).count()
    };
    let awaits = shown.iter().filter(|verdict| board.decisions.awaits(verdict)).count();
    outln!("待核实{awaits}项，已确认{}项，误报{}项", count(Ruling::Confirmed), count(Ruling::False));
    if awaits > 0 {
        let check = check.map_or_else(String::new, |named| format!(" --check {named}"));
        outln!(
            "全部确认：confirm{check} --all --by 姓名；误报：confirm{check} --account 账号 --false --reason 理由 --by 姓名"
        );
    }
    Ok(Outcome::Done)
}

fn row(board: &Board, verdict: &Verdict) -> Vec<String> {
    let account = board.ledger.account(verdict.account);
    let office =
        account.map_or("", |account| if account.office.is_empty() { &account.supervisor } else { &account.office });
    let state = board.decisions.holding(verdict).map_or_else(
        || "待核实".to_owned(),
        |decision| format!("{}（{}，{}）", decision.ruling.chinese(), decision.by, beijing(decision.at)),
    );
    vec![
        beijing(verdict.check.at),
        board.title(verdict.account),
        office.to_owned(),
        verdict.label.clone().unwrap_or_default(),
        format!("{}/{}", verdict.kind.seen(), verdict.required),
        state,
    ]
}

fn as_json(board: &Board, verdict: &Verdict) -> serde_json::Value {
    let account = board.ledger.account(verdict.account);
    let decision = board.decisions.holding(verdict);
    json!({
        "check": verdict.check.at, "account": account.map(|a| &a.name), "platform": account.map(|a| a.platform.name()),
        "office": account.map(|a| &a.office), "rule": verdict.rule, "label": verdict.label,
        "seen": verdict.kind.seen(), "required": verdict.required,
        "standing": decision.map_or("waiting", |decision| decision.ruling.word()),
        "by": decision.map(|d| &d.by), "at": decision.map(|d| d.at), "reason": decision.map(|d| &d.reason),
    })
}
