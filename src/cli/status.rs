//! `status`: one screen: the next check, accounts in trouble, our own health.

use super::print::red;
use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows, todo};
use crate::backup;
use crate::backup::standing::Standing;
use crate::domain::{Account, Check, Moment};
use crate::ledger::Ledger;
use crate::mail::hold::{self, Stop};
use crate::rules::{AccountResult, Grade, Verdict, grade};
use crate::store::looks::LookRow;
use crate::store::{
    LetterRow, LetterState, RECORDED_ONLY, alarms, counts, desk, findings, incidents, looks, silences, users,
};
use serde_json::json;

struct Screen {
    check: Check,
    next: Option<Check>,
    ledger: Ledger,
    verdicts: Vec<Verdict>,
    results: Vec<AccountResult>,
    failing: Vec<LookRow>,
    incidents: Vec<crate::health::Incident>,
    letters: Vec<(String, i64)>,
    dead: Vec<LetterRow>,
    stop: Option<Stop>,
    /// What the operator was told of our own troubles and is not over.
    alarms: Vec<String>,
    silences: usize,
    mode: String,
    /// The pages are open and nobody administers them yet.
    unadministered: bool,
    red: Vec<String>,
    backup: Standing,
}

/// Prints the screen.
pub(super) fn run(context: &Context, exit_code: bool) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let screen = gather(context, now)?;
    if context.json {
        print_json(&as_json(&screen, context.config.calendar.missing(now.date()), now))?
    } else {
        print(context, &screen, now)
    }
    let bad = screen.results.iter().any(|result| matches!(result.grade, Grade::Failed | Grade::Problem));
    Ok(if exit_code && bad { Outcome::NotCompliant } else { Outcome::Done })
}

fn gather(context: &Context, now: Moment) -> Result<Screen, CliError> {
    let profile = &context.config.profile;
    let check = context.last_check(now)?;
    let store = context.store()?;
    let ledger = store.read(|conn| Ledger::for_checks(conn, &context.config, profile, &[check]))?;
    let (last, open, letters) =
        store.read(|conn| Ok((looks::last_looks(conn)?, incidents::open(conn)?, counts::by_state(conn)?)))?;
    let (dead, stop) = store.read(|conn| Ok((desk::dead(conn, now)?, hold::read(conn)?)))?;
    let (alarms, silences) = store.read(|conn| Ok((alarms::open(conn)?, silences::active(conn, now)?.len())))?;
    let mut verdicts = ledger.judge(profile, check, now);
    store.read(|conn| findings::decisions(conn, &profile.name))?.clear_false(&mut verdicts);
    let (mode, red) = store.read(|conn| todo::lines(conn, &context.config, &ledger, &verdicts, now))?;
    let results = ledger.accounts.iter().map(|account| grade(profile, account.id, &verdicts)).collect();
    Ok(Screen {
        next: context.config.checks_between(now.plus(1), now.plus_days(60)).into_iter().next(),
        failing: last.into_values().filter(|look| look.class().is_some()).collect(),
        incidents: open,
        alarms: alarms.into_iter().map(|alarm| alarm.subject).collect(),
        silences,
        check,
        ledger,
        verdicts,
        results,
        letters,
        dead,
        stop,
        mode,
        unadministered: context.config.web.listen.is_some() && !store.read(users::has_admin)?,
        red,
        backup: store.read(|conn| backup::stands(conn, &context.config, &context.data, now))?,
    })
}

fn print(context: &Context, screen: &Screen, now: Moment) {
    print_dead(screen);
    let counted = |wanted: Grade| screen.results.iter().filter(|result| result.grade == wanted).count();
    for line in &screen.red {
        outln!("【待办】{line}");
    }
    outln!("口径 {}，账号 {} 个，现在 {}", context.config.profile.name, screen.ledger.accounts.len(), beijing(now));
    outln!(
        "上次检查 {}：合格 {}，存在问题 {}，不合格 {}，无法判定 {}，不参评 {}",
        beijing(screen.check.at),
        counted(Grade::Good),
        counted(Grade::Problem),
        counted(Grade::Failed),
        counted(Grade::Unclear),
        counted(Grade::Exempt)
    );
    outln!("{}", screen.mode);
    if screen.unadministered {
        outln!("网页：还没有管理员，运行 cuigeng user link 得到一次性链接");
    }
    if let Some(next) = screen.next {
        outln!("下次检查 {}", beijing(next.at));
    }
    print_trouble(screen);
    outln!("\n发件箱：{}", letters(screen));
    for incident in &screen.incidents {
        let class = crate::rules::class_chinese(incident.class);
        outln!("来源“{}”自{}起{class}", incident.source, beijing(incident.began));
    }
    for alarm in &screen.alarms {
        outln!("告警未恢复：{alarm}");
    }
    let stands = if screen.backup.is_trouble() { red(&screen.backup.chinese(now)) } else { screen.backup.chinese(now) };
    outln!("备份：{stands}");
    if screen.silences > 0 {
        outln!("静默：{}个（详见 silence list）", screen.silences);
    }
    if let Some(year) = context.config.calendar.missing(now.date()) {
        outln!("{year}年放假安排未录入，请用 calendar import 录入");
    }
    if screen.failing.is_empty() {
        outln!("来源：没有故障");
    } else {
        outln!("来源：{}个账号最近一次监测失败（详见 account show）", screen.failing.len());
    }
}

/// Whoever should have been warned and was not stands before everything else.
fn print_dead(screen: &Screen) {
    if let Some(stop) = &screen.stop {
        outln!("{}", red(&format!("{}；自{}起", stop.chinese(), beijing(stop.since))));
    }
    if !screen.dead.is_empty() {
        let named = |letter: &LetterRow| format!("{}→{}（{}）", letter.id, letter.recipient, letter.state.chinese());
        let some: Vec<String> = screen.dead.iter().take(5).map(named).collect();
        let more = if screen.dead.len() > some.len() { "等" } else { "" };
        let said = format!("有{}封信没有送达，需要处理：{}{more}；见 outbox list", screen.dead.len(), some.join("、"));
        outln!("{}", red(&said));
    }
}

fn print_trouble(screen: &Screen) {
    let rows: Vec<Vec<String>> = screen
        .results
        .iter()
        .filter(|result| matches!(result.grade, Grade::Failed | Grade::Problem | Grade::Unclear))
        .filter_map(|result| Some((result, screen.ledger.account(result.account)?)))
        .map(|(result, account)| {
            vec![
                account.name.clone(),
                account.platform.name().to_owned(),
                office(account),
                result.grade.chinese().to_owned(),
                why(result),
            ]
        })
        .collect();
    if !rows.is_empty() {
        outln!();
        print_rows(&["账号名称", "平台", "单位", "结果", "原因"], &rows);
    }
}

fn office(account: &Account) -> String {
    if account.supervisor.is_empty() { account.office.clone() } else { account.supervisor.clone() }
}

fn why(result: &AccountResult) -> String {
    let labels: Vec<&str> =
        result.vetoes.iter().chain(&result.problems).filter_map(|verdict| verdict.label.as_deref()).collect();
    let gap = || {
        result
            .unclear
            .iter()
            .flat_map(|verdict| verdict.kind.gaps())
            .next()
            .map_or_else(String::new, |gap| gap.why.chinese())
    };
    if labels.is_empty() { gap() } else { labels.join("、") }
}

fn letters(screen: &Screen) -> String {
    let word = |state: &str| match state {
        "recorded" => RECORDED_ONLY,
        state => LetterState::from_word(state).map_or("", |state| state.chinese()),
    };
    let parts: Vec<String> = screen.letters.iter().map(|(state, count)| format!("{} {count}", word(state))).collect();
    if parts.is_empty() { "没有信件".to_owned() } else { parts.join("，") }
}

fn as_json(screen: &Screen, calendar_missing: Option<i32>, now: Moment) -> serde_json::Value {
    let results: Vec<_> = screen
        .results
        .iter()
        .filter_map(|result| Some((result, screen.ledger.account(result.account)?)))
        .map(|(result, account)| json!({"account": account.name, "platform": account.platform.name(), "grade": result.grade.chinese(), "why": why(result)}))
        .collect();
    let incidents: Vec<_> = screen
        .incidents
        .iter()
        .map(|i| json!({"source": i.source, "class": i.class.word(), "began": i.began}))
        .collect();
    let letters: serde_json::Map<String, serde_json::Value> =
        screen.letters.iter().map(|(state, count)| (state.clone(), json!(count))).collect();
    json!({"check": screen.check.at, "next_check": screen.next.map(|check| check.at), "results": results, "incidents": incidents, "letters": letters, "dead_letters": screen.dead.iter().map(|letter| letter.id).collect::<Vec<_>>(), "mail_stopped": screen.stop.as_ref().map(Stop::chinese), "mode": screen.mode, "red": screen.red, "verdicts": screen.verdicts.len(), "calendar_missing": calendar_missing, "alarms": screen.alarms, "silences": screen.silences, "backup": {"said": screen.backup.chinese(now), "trouble": screen.backup.is_trouble()}})
}
