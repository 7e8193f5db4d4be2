//! `source status`: where each source stands, read off the database, so that it tells the truth beside
//! a running daemon and without one.

use super::source;
use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::domain::{Account, Class, Moment};
use crate::rules::class_chinese;
use crate::standing::{self, Standing, gather, left, missing, standing, state};
use crate::store::looks::LookRow;
use cuigeng_adapters::time::DAY;
use serde_json::{Value, json};

/// Prints the state of every source, or all about one.
pub(super) fn run(context: &Context, name: Option<&str>) -> Result<Outcome, CliError> {
    let accounts = context.accounts()?;
    let now = context.clock.now();
    let users = standing::users(&accounts, now);
    let facts = context.store()?.read(|conn| gather(conn, &users))?;
    let mut names: Vec<&str> = context.config.sources.keys().map(String::as_str).collect();
    names.extend(standing::unknown(&context.config, &users).into_iter().map(|(name, _)| name));
    if let Some(name) = name {
        if !names.contains(&name) {
            source::named(context, name)?;
        }
        names.retain(|known| *known == name);
    }
    let standings: Vec<Standing<'_>> =
        names.iter().map(|name| standing(&context.config, name, standing::of(&users, name), &facts, now)).collect();
    match (context.json, name) {
        (true, _) => print_json(&standings.iter().map(|one| as_json(one, now)).collect::<Vec<_>>())?,
        (false, Some(_)) => standings.iter().for_each(|one| print_one(one, now)),
        (false, None) => print_all(&standings, now),
    }
    Ok(Outcome::Done)
}

fn print_all(standings: &[Standing<'_>], now: Moment) {
    if standings.is_empty() {
        return outln!("配置里没有来源，全部账号由人工核查");
    }
    let rows: Vec<Vec<String>> = standings
        .iter()
        .map(|one| {
            vec![
                one.name.to_owned(),
                state(one).1,
                one.accounts.to_string(),
                at(one.last_good, "没有"),
                one.longest.map_or_else(|| "—".to_owned(), longest),
                one.next.map_or_else(|| "—".to_owned(), |next| due(next, now)),
                ends(one, now),
            ]
        })
        .collect();
    print_rows(&["来源", "现状", "账号", "最近看成", "最久没看成的账号", "下次", "登录到期"], &rows);
    for one in standings.iter().filter(|one| !one.configured) {
        outln!("✗ {}", missing(one.name, one.accounts));
    }
    for one in standings {
        if let Some(began) = one.incident {
            outln!("来源“{}”的故障自{}起，尚未恢复；详见 cuigeng source status {}", one.name, beijing(began), one.name);
        }
    }
}

fn print_one(one: &Standing<'_>, now: Moment) {
    print_head(one);
    print_looks(one, now);
    for (credential, account) in &one.credentials {
        let whose = account.map(|account| format!("（{}）", account.title())).unwrap_or_default();
        let end = credential.expires.map_or_else(|| "没有说何时到期".to_owned(), |end| left(end, now));
        outln!("登录或授权{whose}：{end}；{}核对过", beijing(credential.checked_at));
    }
    let row = |(account, class, look, since): &(&Account, Class, &LookRow, Moment)| {
        vec![account.title(), class_chinese(*class).to_owned(), beijing(*since), look.advice.clone()]
    };
    let rows: Vec<Vec<String>> = one.failing.iter().map(row).collect();
    if !rows.is_empty() {
        outln!();
        print_rows(&["没看成的账号", "原因", "自何时起", "办法"], &rows);
    }
}

fn print_head(one: &Standing<'_>) {
    outln!("来源“{}”：{}", one.name, state(one).1);
    if !one.configured {
        outln!("✗ {}", missing(one.name, one.accounts));
    }
    if let Some((cause, _)) = one.rest.as_ref().filter(|(cause, _)| !cause.advice.is_empty()) {
        outln!("休息的原因：{}。要立即再试：cuigeng look", cause.advice);
    }
    if let Some(began) = one.incident {
        outln!("故障自{}起，尚未恢复", beijing(began));
    }
}

fn print_looks(one: &Standing<'_>, now: Moment) {
    outln!("账号 {}个；最近看成 {}", one.accounts, at(one.last_good, "没有"));
    let outcomes: Vec<String> =
        one.outcomes.iter().map(|(word, count)| format!("{} {count}个", outcome_chinese(word))).collect();
    if !outcomes.is_empty() {
        outln!("各账号最近一次：{}", outcomes.join("，"));
    }
    if let Some(longest_unseen) = one.longest {
        outln!("最久没看成：{}", longest(longest_unseen));
    }
    if let Some(next) = one.next {
        outln!("下次该看：{}", due(next, now));
    }
}

fn outcome_chinese(word: &str) -> &str {
    match word {
        "complete" => "看清",
        "partial" => "只看到一部分",
        word => match Class::from_word(word) {
            Some(class) => class_chinese(class),
            None => word,
        },
    }
}

fn at(moment: Option<Moment>, none: &str) -> String {
    moment.map_or_else(|| none.to_owned(), beijing)
}

fn longest((account, good): (&Account, Option<Moment>)) -> String {
    match good {
        Some(at) => format!("{}，上次{}", account.title(), beijing(at)),
        None => format!("{}，从未看成", account.title()),
    }
}

fn due(next: Moment, now: Moment) -> String {
    if next <= now { "现在".to_owned() } else { beijing(next) }
}

/// The first end of all credentials.
fn ends(one: &Standing<'_>, now: Moment) -> String {
    let first = one.credentials.iter().filter_map(|(credential, _)| credential.expires).min();
    first.map_or_else(|| "—".to_owned(), |end| left(end, now))
}

fn as_json(one: &Standing<'_>, now: Moment) -> Value {
    let failing: Vec<Value> = one
        .failing
        .iter()
        .map(|(account, class, look, since)| {
            json!({"account": account.name, "platform": account.platform.name(), "class": class.word(),
                "reason": look.reason, "since": since, "advice": look.advice})
        })
        .collect();
    let credentials: Vec<Value> = one
        .credentials
        .iter()
        .map(|(credential, account)| {
            json!({"account": account.map(|account| account.name.clone()), "checked_at": credential.checked_at,
                "expires": credential.expires, "days_left": credential.expires.map(|end| end.since(now).div_euclid(DAY))})
        })
        .collect();
    json!({
        "name": one.name, "state": state(one).0, "state_text": state(one).1, "accounts": one.accounts,
        "last_good": one.last_good, "outcomes": one.outcomes, "next": one.next, "incident_since": one.incident,
        "rests_until": one.rest.as_ref().map(|(_, until)| *until),
        "rest_class": one.rest.as_ref().map(|(cause, _)| cause.class.word()),
        "longest_unseen": one.longest.map(|(account, at)| json!({"account": account.name, "platform": account.platform.name(), "last_good": at})),
        "credentials": credentials, "failing": failing
    })
}
