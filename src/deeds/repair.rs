//! 整改: feedback, review and extension of one 整改项, written down by a named person; and the forms that its
//! office fills in.

use super::Refusal;
use crate::config::Config;
use crate::domain::{Moment, Period};
use crate::issued::{self, head, overturn};
use crate::repair::{Event, EventKind, Repair, State, form, needs_reason, step};
use crate::report::Report;
use crate::store::{Connection, StoreError, Transaction, meta, repairs};

/// Nobody grants an office more than a year; a later day is a slip of the pen.
const LONGEST_DAYS: i64 = 366;

/// Adds one event, in one transaction with the reading of what holds; gives the 整改项 after it with the name
/// of its profile. `shown` is how many events a page showed to whoever adds it; `None`: whatever has happened.
///
/// # Errors
/// Without a name or, for feedback and extensions, a text; where the state does not allow it, or more has
/// happened than was shown.
pub fn add(
    tx: &Transaction<'_>,
    config: &Config,
    (id, shown): (i64, Option<usize>),
    event: &Event,
) -> Result<(String, Repair), Refusal> {
    if event.by.trim().is_empty() {
        return Err(Refusal::wish("谁经手的要写明"));
    }
    let (profile, mut repair) = find(tx, config, id, event.at)?;
    let against = |why: String| Refusal::state(format!("编号{id}{}：{why}", repair.title()));
    allowed(&repair, event).map_err(against)?;
    if repair.events.last().is_some_and(|last| Event { at: event.at, ..last.clone() } == *event) {
        return Err(against("同样的内容刚才已经登记，没有再登记".to_owned()));
    }
    as_shown(&repair, shown).map_err(against)?;
    repairs::add(tx, id, repair.events.len() + 1, event)?;
    let said = if event.text.is_empty() { String::new() } else { format!("；{}", event.text) };
    let detail = format!("编号{id} {} {}：{} {}{said}", repair.period, repair.title(), event.kind.chinese(), event.on);
    meta::audit(tx, event.at, &event.by, &format!("repair.{}", event.kind.word()), &detail)?;
    repair.events.push(event.clone());
    Ok((profile, repair))
}

/// What a page showed is all that has happened.
fn as_shown(repair: &Repair, shown: Option<usize>) -> Result<(), String> {
    match repair.events.last().filter(|_| shown.is_some_and(|shown| shown != repair.events.len())) {
        Some(last) => {
            Err(format!("打开页面以后，{}登记了“{}”，没有改动；请看过最新的经过再登记", last.by, last.kind.chinese()))
        }
        None => Ok(()),
    }
}

/// The 整改项 of that number with the name of its profile, and whether its finding still stands: what is owed
/// stays owed when the configuration names another profile.
///
/// # Errors
/// Where there is none.
pub fn find(conn: &Connection, config: &Config, id: i64, now: Moment) -> Result<(String, Repair), Refusal> {
    let mut found: Vec<_> = repairs::everywhere(conn)?.into_iter().filter(|(_, repair)| repair.id == id).collect();
    overturn(conn, config, &mut found, now)?;
    found.pop().ok_or_else(|| Refusal::state(format!("没有编号{id}的整改项；有哪些用 repair list 看")))
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

/// 逾期未反馈, 未整改，逾期未反馈, 逾期反馈，待复核 or the bare state.
pub fn standing(repair: &Repair, now: Moment) -> String {
    match repair.state() {
        State::Unrepaired if repair.is_overdue(now.date()) => "未整改，逾期未反馈".to_owned(),
        State::Open if repair.is_overdue(now.date()) => "逾期未反馈".to_owned(),
        State::Answered if repair.was_late() => "逾期反馈，待复核".to_owned(),
        state => state.chinese().to_owned(),
    }
}

/// One form an office, of what it still owes of a period: name and value of each.
///
/// # Errors
/// Those of the store.
pub fn forms(
    conn: &Connection,
    config: &Config,
    period: Period,
    now: Moment,
) -> Result<Vec<(String, Report)>, StoreError> {
    let owed = |repair: &Repair| {
        repair.period == period && matches!(repair.state(), State::Open | State::Unrepaired | State::Answered)
    };
    let all = issued::repairs(conn, config, now)?;
    let found: Vec<Repair> = all.into_iter().map(|(_, repair)| repair).filter(owed).collect();
    let mut offices: Vec<&str> = Vec::new();
    for repair in &found {
        if !offices.contains(&repair.office.as_str()) {
            offices.push(&repair.office);
        }
    }
    let head = head(config, period, now);
    let paper = |(at, office): (usize, &&str)| -> (String, Report) {
        let own: Vec<&Repair> = found.iter().filter(|repair| repair.office == **office).collect();
        (format!("整改反馈表-{period}-{:02}-{office}", at + 1), form(&head, office, &own))
    };
    Ok(offices.iter().enumerate().map(paper).collect())
}
