//! `confirm`: a named person stands between a verdict and a name in print. Alone it lists what waits.

use super::args::ConfirmArgs;
use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::config::Config;
use crate::domain::{Account, AccountId, Check, Moment, Period};
use crate::inspect::held_checks;
use crate::ledger::Ledger;
use crate::rules::{Decisions, Ruling, Verdict, VerdictKind};
use crate::store::{Connection, StoreError, Transaction, findings, meta, reviews, verdicts};
use serde_json::json;
use std::sync::Arc;

/// What is to be decided.
struct Wish {
    ruling: Ruling,
    reason: String,
    by: String,
    account: Option<AccountId>,
}

/// The findings of some checks, and what has been decided.
struct Board {
    ledger: Ledger,
    decisions: Decisions,
    missed: Vec<Verdict>,
}

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
    let board = context.store()?.read(|conn| Board::load(conn, &config, &checks, now))?;
    list(context, &board, account.as_ref())
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
    Ok(Wish { ruling, reason: reason.to_owned(), by: by.to_owned(), account: account.map(|account| account.id) })
}

/// The check that is named, else every check held since the installation, else the last one.
fn checks(context: &Context, args: &ConfirmArgs, now: Moment) -> Result<Vec<Check>, CliError> {
    let config = &context.config;
    if let Some(text) = &args.check {
        let at = context.moment(text)?;
        if at > now {
            return Err(CliError::usage("这次检查还没有到，没有可核实的结果"));
        }
        return scheduled(config, at, now).map(|check| vec![check]);
    }
    let installed = installed_at(context)?;
    let held = installed.map_or_else(Vec::new, |installed| held_checks(config, installed, now));
    if held.is_empty() { Ok(vec![context.last_check(now)?]) } else { Ok(held) }
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

fn installed_at(context: &Context) -> Result<Option<Moment>, CliError> {
    let kept = context.store()?.read(|conn| meta::get(conn, "installed_at"))?;
    Ok(kept.and_then(|text| Moment::parse(&text)))
}

impl Board {
    fn load(conn: &Connection, config: &Config, checks: &[Check], now: Moment) -> Result<Board, StoreError> {
        let ledger = Ledger::for_checks(conn, config, &config.profile, checks)?;
        let judged = checks.iter().flat_map(|check| ledger.judge(&config.profile, *check, now));
        let mut missed: Vec<Verdict> =
            judged.filter(|verdict| matches!(verdict.kind, VerdictKind::Missed { .. })).collect();
        // One window that two checks share is one finding.
        missed.sort_by_key(|verdict| (verdict.check.at, verdict.account));
        let mut seen = std::collections::BTreeSet::new();
        missed.retain(|verdict| seen.insert((verdict.account, verdict.rule.clone(), verdict.window)));
        Ok(Board { decisions: findings::decisions(conn, &config.profile.name)?, ledger, missed })
    }

    fn title(&self, id: AccountId) -> String {
        self.ledger.account(id).map_or_else(String::new, Account::title)
    }

    /// What a wish is about: what waits, and for one named account also what was decided otherwise.
    fn wanted(&self, wish: &Wish) -> Vec<&Verdict> {
        let is_wanted = |verdict: &&Verdict| match (wish.account, self.decisions.holding(verdict)) {
            (Some(account), _) if verdict.account != account => false,
            (_, None) => true,
            (Some(_), Some(decision)) => decision.ruling != wish.ruling,
            (None, Some(_)) => false,
        };
        self.missed.iter().filter(is_wanted).collect()
    }
}

fn decide(context: &Context, wish: Wish, checks: Vec<Check>, now: Moment) -> Result<Outcome, CliError> {
    let (config, ruling) = (Arc::clone(&context.config), wish.ruling);
    let installed = installed_at(context)?;
    let told = checks.iter().any(|check| installed.is_some_and(|installed| check.at >= installed));
    let kept = context.store()?.write(move |tx| keep(tx, &config, &wish, &checks, now))?;
    let (lines, settled) = kept.map_err(CliError::usage)?;
    if lines.is_empty() && settled.is_empty() {
        return Err(CliError::failed("没有等待核实的结果，没有改动；用 confirm 查看（--check 可写明是哪次检查）"));
    }
    if context.json {
        print_json(&json!({"decision": ruling.word(), "findings": lines, "settled": settled}))?;
        return Ok(Outcome::Done);
    }
    for line in &settled {
        outln!("{line}");
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

/// What was decided on, and which objections (争议) that has settled.
type Decided = (Vec<String>, Vec<String>);

/// The verdicts that are decided on are kept with the decision, so that each decision names a revision.
/// `Err` inside is the sentence why not.
fn keep(
    tx: &Transaction<'_>,
    config: &Config,
    wish: &Wish,
    checks: &[Check],
    now: Moment,
) -> Result<Result<Decided, String>, StoreError> {
    let board = Board::load(tx, config, checks, now)?;
    let objections = objections(tx, &config.profile.name, &board, wish.account)?;
    if !objections.is_empty() && wish.reason.is_empty() {
        return Ok(Err("该单位有异议没有办结；维持结果也要有理由，请用 --reason 写明".to_owned()));
    }
    let wanted: Vec<Verdict> = board.wanted(wish).into_iter().cloned().collect();
    let profile = &config.profile.name;
    let ids = verdicts::record(tx, profile, &wanted, now)?;
    let mut lines = Vec::new();
    for (verdict, id) in wanted.iter().zip(ids) {
        findings::decide(tx, profile, (verdict, id), wish.ruling, (&wish.by, &wish.reason), now)?;
        lines.push(format!("{}，{}", board.title(verdict.account), told(verdict)));
    }
    if !lines.is_empty() {
        let reason = if wish.reason.is_empty() { String::new() } else { format!("；理由：{}", wish.reason) };
        let detail = format!("{}{reason}", lines.join("；"));
        meta::audit(tx, now, &wish.by, &format!("confirm.{}", wish.ruling.word()), &detail)?;
    }
    let settled = settle(tx, &objections, wish, now)?;
    Ok(Ok((lines, settled)))
}

/// Objections about that account in the periods of these findings: number and period.
fn objections(
    tx: &Transaction<'_>,
    profile: &str,
    board: &Board,
    account: Option<AccountId>,
) -> Result<Vec<(i64, String)>, StoreError> {
    let Some(account) = account else { return Ok(Vec::new()) };
    let checks: Vec<Check> = board.missed.iter().filter(|v| v.account == account).map(|v| v.check).collect();
    let holds = |period: &str| Period::parse(period).is_some_and(|period| checks.iter().any(|c| period.holds(*c)));
    let open = reviews::open_objections(tx, profile, account)?;
    Ok(open.into_iter().filter(|(_, period)| holds(period)).collect())
}

fn settle(
    tx: &Transaction<'_>,
    objections: &[(i64, String)],
    wish: &Wish,
    now: Moment,
) -> Result<Vec<String>, StoreError> {
    let word = if wish.ruling == Ruling::False { "认定误报" } else { "维持" };
    let mut lines = Vec::new();
    for (id, period) in objections {
        reviews::settle(tx, *id, wish.ruling, (&wish.by, &wish.reason), now)?;
        let line = format!("{period} 核对稿的异议（编号{id}）已办结：{word}");
        meta::audit(tx, now, &wish.by, "bulletin.settle", &format!("{line}；理由：{}", wish.reason))?;
        lines.push(line);
    }
    Ok(lines)
}

fn told(verdict: &Verdict) -> String {
    let day = verdict.check.at.beijing().format("%-m月%-d日");
    format!("{day}检查，{}", verdict.label.as_deref().unwrap_or_default())
}

fn list(context: &Context, board: &Board, account: Option<&Account>) -> Result<Outcome, CliError> {
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
        outln!("全部确认：confirm --all --by 姓名；误报：confirm --account 账号 --false --reason 理由 --by 姓名");
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
