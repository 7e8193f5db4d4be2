//! Findings that wait for a person: 确认 or 误报 of the one on top, of a row of the list, or 全部确认.

use super::super::Shared;
use super::super::act::Operator;
use super::super::session::Act;
use super::looks::who;
use super::wish::{Kind, Wish};
use super::{Desk, paged};
use crate::config::Config;
use crate::deeds::Refusal;
use crate::deeds::confirm::{self, Board, Decided, Shown, decide, is_contested, mark, sum};
use crate::deeds::held;
use crate::domain::{Account, AccountId};
use crate::rules::{Decision, Ruling, Severity, Verdict, VerdictKind};
use crate::spoken::watch_in_words;
use crate::spoken::{beijing, rule_chinese};
use crate::store::{Connection, StoreError};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use minijinja::{Value, context};

/// Watches that are shown.
const SHOWN: usize = 6;
/// Findings that are named after 全部确认.
const NAMED: usize = 3;

const STATES: [(&str, &str); 4] =
    [("waiting", "等待确认"), ("confirmed", "已确认"), ("false", "误报"), ("every", "全部结果")];

/// 确认 or 误报 of one finding.
pub(in super::super) async fn one(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let decision = act.text("decision").parse().ok();
    let shown = Shown::One(act.text("finding").to_owned(), decision);
    let ruling = if act.text("false").is_empty() { Ruling::Confirmed } else { Ruling::False };
    let next = Wish { at: act.text("next").to_owned(), ..back(&act) };
    let again = Wish { at: if next.list { String::new() } else { act.text("finding").to_owned() }, ..back(&act) };
    carry_out(&shared, &uri, &act, (shown, ruling), (&next, &again)).await
}

/// 全部确认.
pub(in super::super) async fn all(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let shown = Shown::All(act.text("sum").to_owned());
    let to = Wish { list: true, ..Wish::of(Kind::Finding, back(&act).week) };
    carry_out(&shared, &uri, &act, (shown, Ruling::Confirmed), (&to, &to)).await
}

/// The view from which the form came.
fn back(act: &Act) -> Wish {
    let names = ["view", "q", "platform", "state", "page", "week"];
    let fields = names.map(|name| (name.to_owned(), act.text(name).to_owned()));
    Wish { kind: Some(Kind::Finding), ..Wish::read(&fields) }
}

async fn carry_out(
    shared: &Shared,
    uri: &Uri,
    act: &Act,
    (shown, ruling): (Shown, Ruling),
    (next, again): (&Wish, &Wish),
) -> Response {
    let (config, now) = (shared.web.config.clone(), shared.web.clock.now());
    let reason = act.text("reason").trim().to_owned();
    let (by, one_check) = (act.by().to_owned(), matches!(shown, Shown::One(..)));
    let account = act.text("account").parse().ok().map(AccountId).filter(|_| one_check);
    let wish = confirm::Wish { ruling, reason, by, account, one_check, shown: Some(shown) };
    let week = next.week;
    let done = shared.web.store.attempt_async(move |tx| {
        let checks = match week {
            Some(week) => held::of_week(&config, week, now),
            None => held::checks(tx, &config, now)?,
        };
        decide(tx, &config, &wish, &checks, now)
    });
    let done = done.await.and_then(|decided| said(&decided, ruling)).map_err(with_cure);
    shared.web.clock.ring();
    let to = if done.is_ok() { next } else { again };
    shared.answer(act, uri, &format!("../{}", to.address()), done)
}

fn with_cure(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Field(name, why) if why == confirm::REASON_WANTED => {
            Refusal::field(name, format!("{why}。没有改动；请在这一项里写明理由，再按“确认”"))
        }
        refusal => refusal,
    }
}

fn said(decided: &Decided, ruling: Ruling) -> Result<String, Refusal> {
    let (count, passed) = (decided.lines.len(), decided.passed.len());
    if count == 0 && passed > 0 {
        return Err(Refusal::state(format!("没有改动：等待确认的{passed}项单位都有异议，请逐项打开，写明理由再确认")));
    }
    let named: Vec<&str> = decided.lines.iter().take(NAMED).map(String::as_str).collect();
    let more = if count > NAMED { format!("等{count}项") } else { String::new() };
    let done = if ruling == Ruling::False { "认定误报" } else { "已确认" };
    let mut said = format!("{done}：{}{more}", named.join("；"));
    for line in &decided.settled {
        said.push_str(&format!("。{line}"));
    }
    for open in &decided.open {
        said.push_str(&format!("。{}还没有办结，还有{}项要核实", open.objection, open.left.len()));
    }
    if passed > 0 {
        said.push_str(&format!("。{passed}项单位有异议，没有一并确认，请逐项打开，写明理由"));
    }
    Ok(said)
}

/// What the page shows of them.
pub(super) fn values(conn: &Connection, desk: &Desk, config: &Config, wish: &Wish) -> Result<Value, StoreError> {
    let named = desk.named(conn, config, wish)?;
    let board = named.as_ref().unwrap_or(&desk.board);
    let states = STATES.map(|(word, said)| context! { word, said }).to_vec();
    let waiting: Vec<&Verdict> = board.waiting().collect();
    let told = held::installed_at(conn)?.is_some_and(|at| board.missed.iter().any(|v| v.check.at >= at));
    let mut contested = 0;
    for verdict in &waiting {
        contested += usize::from(is_contested(conn, &config.profile.name, verdict)?);
    }
    let free = waiting.len() - contested;
    let common = context! { states, told, contested, free, left => waiting.len(), sum => sum(waiting.iter().copied()) };
    if wish.list {
        let near = |v: &&Verdict| board.ledger.account(v.account).is_some_and(|account| wish.takes(account));
        let shown = board.missed.iter().filter(near).filter(|v| is_near(board, v, &wish.state));
        let shown: Vec<&Verdict> = shown.collect();
        let rows = paged(&shown, wish, |v| one_finding(conn, board, config, v, wish))?;
        return Ok(context! { ..common, ..rows });
    }
    let named = board.missed.iter().find(|v| mark(v) == wish.at);
    let top = named.or(waiting.first().copied());
    let place = top.and_then(|top| waiting.iter().position(|v| mark(v) == mark(top)));
    let after = place.map_or(0, |place| place + 1);
    let next = waiting.get(after).or(waiting.first()).filter(|next| top.is_some_and(|top| mark(next) != mark(top)));
    let next = next.map(|next| mark(next));
    let skip = next.clone().map(|at| Wish { at, ..Wish::of(Kind::Finding, wish.week) }.address());
    let card = top.map(|v| one_finding(conn, board, config, v, wish)).transpose()?.flatten();
    Ok(context! { card, next, skip, place => after, ..common })
}

fn is_near(board: &Board, verdict: &Verdict, state: &str) -> bool {
    match (state, board.decisions.holding(verdict)) {
        ("every", _) => true,
        ("confirmed" | "false", held) => held.is_some_and(|decision| decision.ruling.word() == state),
        (_, held) => held.is_none(),
    }
}

fn one_finding(
    conn: &Connection,
    board: &Board,
    config: &Config,
    verdict: &Verdict,
    wish: &Wish,
) -> Result<Option<Value>, StoreError> {
    let Some(account) = board.ledger.account(verdict.account) else { return Ok(None) };
    let objection = is_contested(conn, &config.profile.name, verdict)?;
    let to = Wish { at: mark(verdict), ..Wish::of(Kind::Finding, wish.week) }.address();
    Ok(Some(context! { to, objection, ..finding(board, account, verdict) }))
}

fn finding(board: &Board, account: &Account, verdict: &Verdict) -> Value {
    let basis: Vec<String> = match &verdict.kind {
        VerdictKind::Missed { proof, .. } => proof.basis().iter().map(watch_in_words).collect(),
        _ => Vec::new(),
    };
    let held = board.decisions.holding(verdict);
    context! {
        finding => mark(verdict),
        decision => held.map(|decision| decision.id),
        standing => held.map(standing),
        ruling => held.map(|decision| decision.ruling.word()),
        check => beijing(verdict.check.at),
        rule => rule_chinese(&verdict.rule),
        label => verdict.label.clone(),
        mark => if verdict.severity == Severity::Veto { "failed" } else { "problem" },
        seen => verdict.kind.seen(),
        required => verdict.required,
        from => beijing(verdict.window.from),
        until => beijing(verdict.window.until),
        more_basis => basis.len().saturating_sub(SHOWN),
        basis => basis.into_iter().take(SHOWN).collect::<Vec<_>>(),
        ..who(account)
    }
}

/// 已确认（李四，2026-07-20 09:30：理由）
fn standing(decision: &Decision) -> String {
    let reason = if decision.reason.is_empty() { String::new() } else { format!("：{}", decision.reason) };
    format!("{}（{}，{}{reason}）", decision.ruling.chinese(), decision.by, beijing(decision.at))
}
