//! `confirm`: a named person stands between a verdict and a name in print. Alone it lists what waits.

use super::args::ConfirmArgs;
use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::config::Config;
use crate::domain::{Account, AccountId, Check, Moment};
use crate::inspect::held_checks;
use crate::ledger::Ledger;
use crate::rules::{Decisions, Ruling, Verdict, VerdictKind};
use crate::store::reviews::{self, Objection};
use crate::store::{Connection, StoreError, Transaction, findings, meta, verdicts};
use serde_json::json;
use std::sync::Arc;

/// What is to be decided.
struct Wish {
    ruling: Ruling,
    reason: String,
    by: String,
    account: Option<AccountId>,
    /// One check is named: nothing of another one is decided.
    one_check: bool,
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
    list(context, &board, account.as_ref(), args.check.as_deref())
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
    Ok(Wish { ruling, reason: reason.to_owned(), by: by.to_owned(), account, one_check: args.check.is_some() })
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

    /// What a wish is about: what waits, and for one named account also what was decided otherwise; what
    /// was decided since an objection only where its check is named.
    fn wanted(&self, wish: &Wish, objections: &[Objection]) -> Vec<&Verdict> {
        let since =
            |verdict: &Verdict| objections.iter().any(|o| o.period.holds(verdict.check) && self.is_since(verdict, o));
        let is_wanted = |verdict: &&Verdict| match (wish.account, self.decisions.holding(verdict)) {
            (Some(account), _) if verdict.account != account => false,
            (_, None) => true,
            (Some(_), Some(_)) if !wish.one_check && since(verdict) => false,
            (Some(_), Some(decision)) => decision.ruling != wish.ruling,
            (None, Some(_)) => false,
        };
        self.missed.iter().filter(is_wanted).collect()
    }

    /// Whether somebody has decided on it after that objection.
    fn is_since(&self, verdict: &Verdict, objection: &Objection) -> bool {
        self.decisions.holding(verdict).is_some_and(|decision| decision.at >= objection.at)
    }

    /// Whether it is one of these findings.
    fn has(&self, verdict: &Verdict) -> bool {
        let key = |v: &Verdict| (v.account, v.rule.clone(), v.window);
        self.missed.iter().any(|own| key(own) == key(verdict))
    }
}

fn decide(context: &Context, wish: Wish, checks: Vec<Check>, now: Moment) -> Result<Outcome, CliError> {
    let (config, ruling) = (Arc::clone(&context.config), wish.ruling);
    let installed = installed_at(context)?;
    let told = checks.iter().any(|check| installed.is_some_and(|installed| check.at >= installed));
    let kept = context.store()?.write(move |tx| keep(tx, &config, &wish, &checks, now))?;
    let Decided { lines, settled, open } = kept.map_err(CliError::usage)?;
    if lines.is_empty() && settled.is_empty() && !open.is_empty() {
        return Err(CliError::failed(format!("没有改动：{}", open.join("；"))));
    }
    if lines.is_empty() && settled.is_empty() {
        return Err(CliError::failed("没有等待核实的结果，没有改动；用 confirm 查看（--check 可写明是哪次检查）"));
    }
    if context.json {
        print_json(&json!({"decision": ruling.word(), "findings": lines, "settled": settled, "open": open}))?;
        return Ok(Outcome::Done);
    }
    for line in settled.iter().chain(&open) {
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

/// What was decided on, a sentence each.
struct Decided {
    lines: Vec<String>,
    /// Objections (争议) that this has settled.
    settled: Vec<String>,
    /// Objections that it has not: findings of theirs are left.
    open: Vec<String>,
}

/// The verdicts that are decided on are kept with the decision, so that each decision names a revision.
/// `Err` inside is the sentence why not.
fn keep(
    tx: &Transaction<'_>,
    config: &Config,
    wish: &Wish,
    checks: &[Check],
    now: Moment,
) -> Result<Result<Decided, String>, StoreError> {
    let profile = &config.profile.name;
    let open = wish.account.map_or_else(|| Ok(Vec::new()), |id| reviews::open_objections(tx, profile, id))?;
    let board = Board::load(tx, config, &wider(config, wish, checks, &open, now), now)?;
    let objections = about(&board, wish.account, open);
    if !objections.is_empty() && wish.reason.is_empty() {
        return Ok(Err("该单位有异议没有办结；维持结果也要有理由，请用 --reason 写明".to_owned()));
    }
    let wanted: Vec<Verdict> = board.wanted(wish, &objections).into_iter().cloned().collect();
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
    let mut decided = Decided { lines, settled: Vec::new(), open: Vec::new() };
    for objection in &objections {
        settle(tx, config, (&board, objection), wish, now, &mut decided)?;
    }
    Ok(Ok(decided))
}

/// An objection is about a whole period: without `--check` all of its checks that were held are meant.
fn wider(config: &Config, wish: &Wish, checks: &[Check], open: &[Objection], now: Moment) -> Vec<Check> {
    let mut wide = checks.to_vec();
    if !wish.one_check {
        wide.extend(open.iter().flat_map(|objection| held(config, objection, now)));
        wide.sort_by_key(|check| check.at);
        wide.dedup_by_key(|check| check.at);
    }
    wide
}

fn held(config: &Config, objection: &Objection, now: Moment) -> Vec<Check> {
    config.checks_of(objection.period).into_iter().filter(|check| check.at <= now).collect()
}

/// The objections about that account in the periods of these findings.
fn about(board: &Board, account: Option<AccountId>, mut open: Vec<Objection>) -> Vec<Objection> {
    open.retain(|o| board.missed.iter().any(|v| Some(v.account) == account && o.period.holds(v.check)));
    open
}

/// Settles an objection once every finding of its account in its period was decided on after it, now or
/// before; else says what is left. It was upheld only if nothing stands any more.
fn settle(
    tx: &Transaction<'_>,
    config: &Config,
    (board, objection): (&Board, &Objection),
    wish: &Wish,
    now: Moment,
    decided: &mut Decided,
) -> Result<(), StoreError> {
    let whole = Board::load(tx, config, &held(config, objection, now), now)?;
    let own: Vec<&Verdict> = whole.missed.iter().filter(|verdict| Some(verdict.account) == wish.account).collect();
    let is_left = |verdict: &&&Verdict| !board.has(verdict) && !whole.is_since(verdict, objection);
    let left: Vec<String> = own.iter().filter(is_left).map(|verdict| told(verdict)).collect();
    let named = format!("{} 核对稿的异议（编号{}）", objection.period, objection.id);
    if !left.is_empty() {
        decided.open.push(format!(
            "{named}还没有办结：还有{}项没有在提出异议以后核实（{}）；逐次用 confirm --check 核实，全部同样认定的不写 --check",
            left.len(),
            left.join("；")
        ));
        return Ok(());
    }
    let is_false = |verdict: &&&Verdict| whole.decisions.holding(verdict).is_some_and(|d| d.ruling == Ruling::False);
    let (word, ruling) = match own.iter().filter(is_false).count() {
        0 => ("维持", Ruling::Confirmed),
        cleared if cleared == own.len() => ("认定误报", Ruling::False),
        _ => ("部分认定误报，其余维持", Ruling::Confirmed),
    };
    reviews::settle(tx, objection.id, ruling, (&wish.by, &wish.reason), now)?;
    let line = format!("{named}已办结：{word}");
    meta::audit(tx, now, &wish.by, "bulletin.settle", &format!("{line}；理由：{}", wish.reason))?;
    decided.settled.push(line);
    Ok(())
}

fn told(verdict: &Verdict) -> String {
    let day = verdict.check.at.beijing().format("%-m月%-d日");
    format!("{day}检查，{}", verdict.label.as_deref().unwrap_or_default())
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
