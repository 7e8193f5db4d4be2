//! 规则: what is asked of accounts and when, in the words of `check`; the working days (`calendar`), the
//! notice that brings a year of them (`notice`), and what other rules would change (`whatif`).

mod calendar;
mod notice;
pub(super) mod whatif;

pub(super) use calendar::show as calendar;
pub(super) use notice::{LONGEST, back, keep, look};

use super::Shared;
use super::chrome::unavailable;
use super::plain::plain;
use super::session::Viewer;
use crate::config::{Config, words};
use crate::domain::{Account, Moment};
use crate::rules::{Profile, Rule};
use crate::spoken::{mode_told, never_counts, rule_chinese};
use crate::store::{accounts, modes};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::NaiveDate;
use minijinja::{Value, context};
use std::sync::Arc;

/// Accounts with a quota of their own that are named; a list has them all.
const NAMED: usize = 30;

/// The page.
pub(super) async fn show(State(shared): State<Shared>, uri: Uri, viewer: Viewer) -> Response {
    let (config, now) = (Arc::clone(&shared.web.config), shared.web.clock.now());
    let found = shared.web.store.read_async(move |conn| {
        let mode = mode_told(config.mode, modes::last(conn)?.as_ref());
        Ok(values(&config, &accounts::all(conn)?, &mode, now))
    });
    match found.await {
        Ok(values) => shared.page(StatusCode::OK, "rules.html", &uri, &viewer, values).await,
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(config: &Config, all: &[Account], mode: &str, now: Moment) -> Value {
    let profile = &config.profile;
    let (checks, leads) = (words::checks(config, now), words::leads(config));
    context! {
        headline => words::headline(profile),
        basis => profile.basis.clone(),
        rules => versions(profile, now.date()),
        scores => words::scores_in_words(profile),
        never => never_counts(profile).into_iter().map(without_head).collect::<Vec<_>>(),
        own => own_quotas(profile, all, now),
        checks => context! {
            how => checks.how,
            held => checks.held,
            none => words::NO_MORE,
            summary => checks.summary,
            summaries => checks.summaries,
            list => checks.list,
        },
        leads => context! { hour => leads.hour, week => leads.week, silence => leads.silence, none => words::NO_LEADS },
        mode => mode.split_once('：').map_or_else(|| plain(mode), |(_, said)| plain(said)),
    }
}

/// Every version of every rule, in the order of the profile, and whether it holds today.
fn versions(profile: &Profile, today: NaiveDate) -> Vec<Value> {
    let holding = profile.rules_on(today);
    let one = |rule: &Rule| {
        let holds = holding.iter().any(|held| std::ptr::eq(*held, rule));
        let (word, said) = match rule.from {
            _ if holds => ("good", "现行".to_owned()),
            Some(from) if from > today => ("suspected", format!("将自{from}起实行")),
            _ => ("exempt", "已由新的版本代替".to_owned()),
        };
        let since = rule.from.map_or_else(|| "一直有效".to_owned(), |from| format!("{from}起"));
        let until = next_version(profile, rule).map(|date| format!("到{date}前"));
        context! { name => rule_chinese(&rule.name), words => words::rule_in_words(rule), word, said, since, until }
    };
    profile.rules.iter().map(one).collect()
}

/// From when a later version of the same rule holds.
fn next_version(profile: &Profile, rule: &Rule) -> Option<NaiveDate> {
    let later = profile.rules.iter().filter(|other| other.name == rule.name && other.from > rule.from);
    later.filter_map(|other| other.from).min()
}

fn without_head(said: &'static str) -> &'static str {
    said.strip_prefix("不计：").unwrap_or(said)
}

/// The accounts whose own 每周次数 stands over a rule's; nothing where no rule lets it.
fn own_quotas(profile: &Profile, all: &[Account], now: Moment) -> Value {
    let lets = profile.rules.iter().any(|rule| rule.quota.account_may_override);
    let judged = all.iter().filter(|account| lets && account.state_at(now).is_judged());
    let own: Vec<(&Account, u32)> = judged.filter_map(|account| Some((account, account.quota_at(now)?))).collect();
    let named: Vec<Value> = own
        .iter()
        .take(NAMED)
        .map(|(account, quota)| context! { id => account.id.0, title => account.title(), quota })
        .collect();
    context! { lets, count => own.len(), named, more => own.len().saturating_sub(NAMED) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn versions_say_since_when_and_until_when() {
        let mut profile = config::load(None).unwrap().profile;
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let newer = Rule { from: Some(day("2026-09-01")), ..profile.rules[0].clone() };
        profile.rules.push(newer);
        let said = |on: &str| -> Vec<String> {
            versions(&profile, day(on)).iter().map(|one| one.get_attr("said").unwrap().to_string()).collect()
        };
        assert_eq!(said("2026-07-23"), ["现行", "现行", "将自2026-09-01起实行"]);
        assert_eq!(said("2026-09-01"), ["已由新的版本代替", "现行", "现行"]);
        let first = &versions(&profile, day("2026-07-23"))[0];
        assert_eq!(first.get_attr("until").unwrap().to_string(), "到2026-09-01前");
    }
}
