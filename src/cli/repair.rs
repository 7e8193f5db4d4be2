//! `repair`: 整改项 of issued 通报: who owes feedback, what was said, what a named person found.

use super::bulletin_args::{Files, RepairVerb};
use super::{CliError, Context, Outcome, beijing, outln, papers, print_json, print_rows};
use crate::bulletin::words;
use crate::domain::Moment;
use crate::issued::head;
use crate::repair::{Event, EventKind, Repair, State, form, needs_reason, step};
use crate::report::Report;
use crate::store::{StoreError, Transaction, meta, repairs};
use serde_json::{Value, json};

/// Nobody grants an office more than a year; a later day is a slip of the pen.
const LONGEST_DAYS: i64 = 366;

/// `repair …`
pub(super) fn run(context: &Context, verb: RepairVerb) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    match verb {
        RepairVerb::List { period, overdue, all } => list(context, period.as_deref(), overdue, all),
        RepairVerb::Show { id } => show(context, id),
        RepairVerb::Answer { id, text, said_by, on, by } => {
            let on = papers::past_date("--on", on.as_deref(), now)?;
            add(context, id, Event { kind: EventKind::Answer, text, said_by, on, by, at: now })
        }
        RepairVerb::Review { id, result, by, reason } => {
            let kind = result_of(&result)?;
            let (text, said_by) = (reason.trim().to_owned(), String::new());
            add(context, id, Event { kind, text, said_by, on: now.date(), by, at: now })
        }
        RepairVerb::Extend { id, until, reason, by } => {
            let on = papers::date("--until", &until)?;
            add(context, id, Event { kind: EventKind::Extend, text: reason, said_by: String::new(), on, by, at: now })
        }
        RepairVerb::Print { of, files } => print(context, &of.period, &files),
    }
}

fn result_of(word: &str) -> Result<EventKind, CliError> {
    match word.trim() {
        "已整改" | "repaired" => Ok(EventKind::Repaired),
        "未整改" | "unrepaired" => Ok(EventKind::Unrepaired),
        other => Err(CliError::usage(format!("看不懂复核结果“{other}”，请写 已整改 或 未整改"))),
    }
}

/// Every 整改项 with its profile: what is owed stays owed when the configuration names another one.
fn all(context: &Context) -> Result<Vec<(String, Repair)>, CliError> {
    Ok(context.store()?.read(repairs::everywhere)?)
}

fn unknown(id: i64) -> String {
    format!("没有编号{id}的整改项；有哪些用 repair list 看")
}

/// Adds one event, in one transaction with the reading of what holds.
fn add(context: &Context, id: i64, event: Event) -> Result<Outcome, CliError> {
    let copy = event.clone();
    let kept = context.store()?.write(move |tx| keep(tx, id, &copy))?;
    let (profile, repair) = kept.map_err(CliError::failed)?;
    let state = repair.state();
    let said = format!("{}{}：已登记{}，现为{}", id, repair.title(), event.kind.chinese(), state.chinese());
    papers::tell(context, &format!("编号{said}"), as_json(&profile, &repair, context.clock.now()), &[])
}

/// `Err` inside is the sentence why not.
fn keep(tx: &Transaction<'_>, id: i64, event: &Event) -> Result<Result<(String, Repair), String>, StoreError> {
    let found = repairs::everywhere(tx)?.into_iter().find(|(_, repair)| repair.id == id);
    let Some((profile, mut repair)) = found else {
        return Ok(Err(unknown(id)));
    };
    if let Err(why) = allowed(&repair, event) {
        return Ok(Err(format!("编号{id}{}：{why}", repair.title())));
    }
    repairs::add(tx, id, repair.events.len() + 1, event)?;
    let said = if event.text.is_empty() { String::new() } else { format!("；{}", event.text) };
    let detail = format!("编号{id} {} {}：{} {}{said}", repair.period, repair.title(), event.kind.chinese(), event.on);
    meta::audit(tx, event.at, &event.by, &format!("repair.{}", event.kind.word()), &detail)?;
    repair.events.push(event.clone());
    Ok(Ok((profile, repair)))
}

fn allowed(repair: &Repair, event: &Event) -> Result<(), String> {
    let at = repair.state();
    step(at, event.kind)?;
    if event.text.is_empty() && needs_reason(at, event.kind) {
        return Err("没有反馈就认定已整改，或改变以前的复核，要写明理由，请用 --reason".to_owned());
    }
    match event.kind {
        EventKind::Answer if event.on < repair.dated => {
            Err(format!("反馈日期{}早于通报的日期{}，请核对 --on", event.on, repair.dated))
        }
        EventKind::Extend if event.on <= repair.due() => {
            Err(format!("新的期限{}不晚于现在的期限{}，请核对 --until", event.on, repair.due()))
        }
        EventKind::Extend if event.on < event.at.date() => Err(format!("新的期限{}已经过去，请核对 --until", event.on)),
        EventKind::Extend if (event.on - event.at.date()).num_days() > LONGEST_DAYS => {
            Err(format!("新的期限{}在一年以后，请核对 --until", event.on))
        }
        _ => Ok(()),
    }
}

fn list(context: &Context, period: Option<&str>, overdue: bool, closed: bool) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let period = period.map(super::tables::month_or_quarter).transpose()?;
    let open = |repair: &Repair| !matches!(repair.state(), State::Repaired | State::Withdrawn);
    let wanted = |repair: &Repair| {
        period.is_none_or(|period| repair.period == period)
            && (closed || period.is_some() || open(repair))
            && (!overdue || repair.is_overdue(now.date()))
    };
    let found: Vec<(String, Repair)> = all(context)?.into_iter().filter(|(_, repair)| wanted(repair)).collect();
    if context.json {
        print_json(&found.iter().map(|(profile, repair)| as_json(profile, repair, now)).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    if found.is_empty() {
        outln!("没有这样的整改项；通报签发后建立，--all 连同已整改的");
        return Ok(Outcome::Done);
    }
    let mut columns = vec!["编号", "通报", "账号", "单位", "问题类型", "期限", "反馈", "现状"];
    let mut rows: Vec<Vec<String>> = found.iter().map(|(_, repair)| row(repair, now)).collect();
    if found.iter().any(|(profile, _)| *profile != context.config.profile.name) {
        columns.push("检查口径");
        rows.iter_mut().zip(&found).for_each(|(row, (profile, _))| row.push(profile.clone()));
    }
    print_rows(&columns, &rows);
    Ok(Outcome::Done)
}

/// 逾期未反馈, 未整改，逾期未反馈, 逾期反馈，待复核 or the bare state.
fn standing(repair: &Repair, now: Moment) -> String {
    match repair.state() {
        State::Unrepaired if repair.is_overdue(now.date()) => "未整改，逾期未反馈".to_owned(),
        State::Open if repair.is_overdue(now.date()) => "逾期未反馈".to_owned(),
        State::Answered if repair.was_late() => "逾期反馈，待复核".to_owned(),
        state => state.chinese().to_owned(),
    }
}

fn row(repair: &Repair, now: Moment) -> Vec<String> {
    vec![
        repair.id.to_string(),
        repair.period.to_string(),
        repair.title(),
        repair.office.clone(),
        repair.problem.clone(),
        repair.due().to_string(),
        repair.answered_on().map_or_else(String::new, |day| day.to_string()),
        standing(repair, now),
    ]
}

fn as_json(profile: &str, repair: &Repair, now: Moment) -> Value {
    let events: Vec<Value> = repair
        .events
        .iter()
        .map(|event| {
            json!({"kind": event.kind.word(), "text": event.text, "said_by": event.said_by,
            "on": event.on.to_string(), "by": event.by, "at": event.at})
        })
        .collect();
    json!({"id": repair.id, "profile": profile, "period": repair.period.to_string(), "account": repair.name, "platform": repair.platform,
        "office": repair.office, "rule": repair.rule, "problem": repair.problem, "found": repair.seen,
        "dated": repair.dated.to_string(), "due": repair.due().to_string(), "state": repair.state().word(),
        "answered_on": repair.answered_on().map(|day| day.to_string()), "late": repair.was_late(),
        "overdue": repair.is_overdue(now.date()), "events": events})
}

fn show(context: &Context, id: i64) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let found = all(context)?.into_iter().find(|(_, repair)| repair.id == id);
    let (profile, repair) = found.ok_or_else(|| CliError::failed(unknown(id)))?;
    let since = Moment::start_of(repair.dated);
    let (posts, last) = context.store()?.read(|conn| repairs::posted_since(conn, repair.account, since))?;
    if context.json {
        let mut object = as_json(&profile, &repair, now);
        object["posted_since"] = json!({"count": posts, "last": last});
        print_json(&object)?;
        return Ok(Outcome::Done);
    }
    outln!("编号{id}　{}　{}　{}", repair.title(), repair.office, repair.problem);
    outln!("通报：{}，{}；检查情况：{}", repair.period, words::date(repair.dated), repair.seen);
    outln!("期限：{}；现状：{}", repair.due(), standing(&repair, now));
    for event in &repair.events {
        let said_by = if event.said_by.is_empty() { String::new() } else { format!("（{}）", event.said_by) };
        let text = if event.text.is_empty() { String::new() } else { format!("：{}", event.text) };
        let what = match event.kind {
            EventKind::Extend => format!("延期到{}", event.on),
            kind => format!("{} {}", event.on, kind.chinese()),
        };
        outln!("  {what}{said_by}{text}　{}登记", event.by);
    }
    let last = last.map_or_else(String::new, |at| format!("，最近一次{}", beijing(at)));
    outln!("供复核人参考：通报以后看到{posts}次发布{last}。恢复更新不等于已整改，请看反馈再复核。");
    Ok(Outcome::Done)
}

/// One form an office, of what it still owes.
fn print(context: &Context, period: &str, files: &Files) -> Result<Outcome, CliError> {
    papers::check(files)?;
    let now = context.clock.now();
    let period = papers::begun(period, now)?;
    let owed = |repair: &Repair| {
        repair.period == period && matches!(repair.state(), State::Open | State::Unrepaired | State::Answered)
    };
    let found: Vec<Repair> = all(context)?.into_iter().map(|(_, repair)| repair).filter(owed).collect();
    if found.is_empty() {
        return Err(CliError::failed(format!("{period} 没有等待整改的问题；通报签发后才建立整改项")));
    }
    let mut offices: Vec<&str> = Vec::new();
    for repair in &found {
        if !offices.contains(&repair.office.as_str()) {
            offices.push(&repair.office);
        }
    }
    let head = head(&context.config, period, now);
    let paper = |(at, office): (usize, &&str)| -> (String, Report) {
        let own: Vec<&Repair> = found.iter().filter(|repair| repair.office == **office).collect();
        (format!("整改反馈表-{period}-{:02}-{office}", at + 1), form(&head, office, &own))
    };
    let forms: Vec<(String, Report)> = offices.iter().enumerate().map(paper).collect();
    let written = papers::write(files, &forms)?;
    let said = format!("{period} 整改反馈表{}份，共{}项", forms.len(), found.len());
    papers::tell(context, &said, json!({"period": period.to_string(), "offices": forms.len()}), &written)
}
