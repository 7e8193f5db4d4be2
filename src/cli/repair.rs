//! `repair`: 整改项 of issued 通报: who owes feedback, what was said, what a named person found.

use super::bulletin_args::{Files, RepairVerb};
use super::{CliError, Context, Outcome, beijing, outln, papers, print_json, print_rows};
use crate::bulletin::words;
use crate::deeds::repair::{self as deeds, standing};
use crate::domain::Moment;
use crate::issued;
use crate::repair::{Event, EventKind, Repair, State};
use crate::store::repairs;
use serde_json::{Value, json};
use std::sync::Arc;

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
    let now = context.clock.now();
    Ok(context.store()?.read(|conn| issued::repairs(conn, &context.config, now))?)
}

fn add(context: &Context, id: i64, event: Event) -> Result<Outcome, CliError> {
    let (copy, config) = (event.clone(), Arc::clone(&context.config));
    let (profile, repair) = context.store()?.attempt(move |tx| deeds::add(tx, &config, (id, None), &copy))?;
    let state = repair.state();
    let said = format!("{}{}：已登记{}，现为{}", id, repair.title(), event.kind.chinese(), state.chinese());
    papers::tell(context, &format!("编号{said}"), as_json(&profile, &repair, context.clock.now()), &[])
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
    let (profile, repair) = context.store()?.attempt_read(|conn| deeds::find(conn, &context.config, id, now))?;
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
    let forms = context.store()?.read(|conn| deeds::forms(conn, &context.config, period, now))?;
    if forms.is_empty() {
        return Err(CliError::failed(format!("{period} 没有等待整改的问题；通报签发后才建立整改项")));
    }
    let written = papers::write(files, &forms)?;
    let tables = forms.iter().flat_map(|(_, form)| form.tables()).map(|table| table.rows.len());
    let said = format!("{period} 整改反馈表{}份，共{}项", forms.len(), tables.sum::<usize>());
    papers::tell(context, &said, json!({"period": period.to_string(), "offices": forms.len()}), &written)
}
