//! From a person's decisions to letters: confirmed findings go to those concerned, overturned ones are
//! taken back from everyone who got them, and while something waits the clerk hears of it once a
//! working day. Part of the inspection's one transaction.

use crate::config::{Config, Mode};
use crate::domain::{Moment, Role};
use crate::ledger::Ledger;
use crate::rules::{Decisions, Severity, Window};
use crate::store::findings::{self, Recalled, Told};
use crate::store::verdicts::{self, Revision};
use crate::store::{Connection, LetterKind, Mention, NewLetter, StoreError, Transaction, meta, modes, outbox};
use crate::warn::{self, office_hour, recipients};
use cuigeng_adapters::time::HOUR;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The clerk is reminded at that hour (Beijing): after the check and its closing looks.
const REMINDED_AT: i64 = 10 * HOUR;
/// Findings of older checks are no longer asked for.
const ASKED_DAYS: i64 = 35;
/// Seconds between two questions whether a word was given.
const LISTENS_S: i64 = 600;
/// Nobody confirms before that hour.
const OPENS_H: i64 = 8 * HOUR;
/// Nor after this one.
const CLOSES_H: i64 = 19 * HOUR;
/// Rows that a reminder to the clerk prints.
const PRINTED: usize = 40;

/// Queues what decisions have made due. Returns how many letters, and when to come back.
pub(crate) fn settle(
    tx: &Transaction<'_>,
    config: &Config,
    ledger: &Ledger,
    installed: Moment,
    now: Moment,
) -> Result<(usize, Moment), StoreError> {
    let mut queued = tell(tx, config, ledger, installed, now)?;
    let waiting = waiting(tx, config, installed, now)?;
    if waiting.is_empty() {
        return Ok((queued, Moment::MAX));
    }
    queued += remind_clerk(tx, config, ledger, &waiting, now)?;
    Ok((queued, next_reminder(config, now)))
}

/// The same without the clerk's reminder, for the postman: a word that was just given in another process
/// need not wait for the next inspection. Returns whether anything was queued.
pub(crate) fn tell_decided(tx: &Transaction<'_>, config: &Config, now: Moment) -> Result<bool, StoreError> {
    let Some(installed) = meta::get(tx, "installed_at")?.and_then(|text| Moment::parse(&text)) else {
        return Ok(false);
    };
    Ok(tell(tx, config, &Ledger::without_evidence(tx)?, installed, now)? > 0)
}

/// When the postman asks again whether a word was given: every few minutes while a clerk may be at work
/// and there is something to decide on.
pub(crate) fn listens(conn: &Connection, config: &Config, now: Moment) -> Result<Moment, StoreError> {
    if !findings::has_any(conn, &config.profile.name, now.plus_days(-ASKED_DAYS))? {
        return Ok(Moment::MAX);
    }
    let hours = |moment: Moment| moment.since(Moment::start_of(moment.date()));
    let next = now.plus(LISTENS_S);
    if config.calendar.is_working(next.date()) && (OPENS_H..CLOSES_H).contains(&hours(next)) {
        return Ok(next);
    }
    let day = if hours(next) < OPENS_H { next } else { next.plus_days(1) };
    Ok(warn::working_day_from(&config.calendar, Moment::start_of(day.date()).plus(OPENS_H)))
}

/// Whether a decision waits to be told, or a result to be taken back.
pub(crate) fn has_news(conn: &Connection, config: &Config) -> Result<bool, StoreError> {
    let Some(installed) = meta::get(conn, "installed_at")?.and_then(|text| Moment::parse(&text)) else {
        return Ok(false);
    };
    let profile = &config.profile.name;
    Ok(!findings::untold(conn, profile, installed)?.is_empty() || !findings::recalled(conn, profile)?.is_empty())
}

fn tell(
    tx: &Transaction<'_>,
    config: &Config,
    ledger: &Ledger,
    installed: Moment,
    now: Moment,
) -> Result<usize, StoreError> {
    let trial = modes::holds(tx, config.mode)? == Mode::Trial;
    let mut queued = tell_results(tx, config, ledger, installed, trial, now)?;
    for recalled in findings::recalled(tx, &config.profile.name)? {
        queued += usize::from(take_back(tx, config, &recalled, trial, now)?);
    }
    Ok(queued)
}

/// The weekly rule never climbs to a leader; a veto is told to everybody on its ladder.
fn audience(config: &Config, rule: &str) -> &'static [Role] {
    let veto = |wanted: &crate::rules::Rule| wanted.name == rule && wanted.severity == Severity::Veto;
    if config.profile.rules.iter().any(veto) {
        &[Role::Operator, Role::Leader, Role::Supervisor]
    } else {
        &[Role::Operator]
    }
}

/// One letter a person and confirmation, whatever the number of accounts.
/// Its words are composed just before it leaves, from what is true then.
fn tell_results(
    tx: &Transaction<'_>,
    config: &Config,
    ledger: &Ledger,
    installed: Moment,
    trial: bool,
    now: Moment,
) -> Result<usize, StoreError> {
    let mut letters: BTreeMap<(String, Moment), NewLetter> = BTreeMap::new();
    for (decision, revision) in findings::untold(tx, &config.profile.name, installed)? {
        let Some(told) = findings::told(tx, decision)?.filter(|told| told.stands) else { continue };
        for (recipient, role) in concerned(config, ledger, &told) {
            let slot = told.decided_at;
            let letter = letters.entry((recipient.clone(), slot)).or_insert_with(|| {
                NewLetter::new(
                    LetterKind::Result,
                    &recipient,
                    role,
                    slot,
                    office_hour(&config.calendar, config.warn.hour, now),
                )
            });
            letter.role = letter.role.min(role);
            letter.mentions.push(mention(&told, format!("result-{decision}"), revision));
        }
    }
    let mut queued = 0;
    for letter in letters.values() {
        queued += usize::from(outbox::queue(tx, letter, trial, config.mail.domain(), now)?.is_some());
    }
    Ok(queued)
}

/// Whom a result concerns, each address once.
fn concerned(config: &Config, ledger: &Ledger, told: &Told) -> Vec<(String, Role)> {
    let Some(account) = ledger.account(told.account) else { return Vec::new() };
    let (day, clerks) = (told.decided_at.date(), config.clerks());
    let mut found: Vec<(String, Role)> = Vec::new();
    for role in audience(config, &told.rule) {
        for (address, role, _) in recipients(&ledger.people, account, *role, day, &clerks) {
            if !found.iter().any(|(known, _)| *known == address) {
                found.push((address, role));
            }
        }
    }
    found
}

fn mention(told: &Told, stage: String, revision: i64) -> Mention {
    Mention {
        account: told.account,
        rule: told.rule.clone(),
        anchor: told.window.from.date(),
        stage,
        revision: Some(revision),
    }
}

/// 更正: by the same road, in the thread of the week in which the result was told. Who was not written to
/// because of trial mode is not written to now.
fn take_back(
    tx: &Transaction<'_>,
    config: &Config,
    recalled: &Recalled,
    trial: bool,
    now: Moment,
) -> Result<bool, StoreError> {
    let not_before = office_hour(&config.calendar, config.warn.hour, now);
    let mut letter = NewLetter::new(LetterKind::Result, &recalled.recipient, recalled.role, recalled.slot, not_before);
    letter.reason = "更正".to_owned();
    letter.mentions = vec![Mention {
        account: recalled.account,
        rule: recalled.rule.clone(),
        anchor: recalled.anchor,
        stage: format!("withdrawn-{}", recalled.decision),
        revision: Some(recalled.revision),
    }];
    Ok(outbox::queue(tx, &letter, trial || recalled.trial, config.mail.domain(), now)?.is_some())
}

/// The missed verdicts of checks held since the installation that nobody has decided on.
fn waiting(tx: &Transaction<'_>, config: &Config, installed: Moment, now: Moment) -> Result<Vec<Revision>, StoreError> {
    let decisions: Decisions = findings::decisions(tx, &config.profile.name)?;
    let from = installed.max(now.plus_days(-ASKED_DAYS));
    let mut all = verdicts::missed(tx, &config.profile.name, from, now.plus(1))?;
    let decided = |revision: &Revision| {
        let label = revision.label.as_deref().unwrap_or_default();
        decisions.holds_for(revision.account, &revision.rule, revision.window, label)
    };
    all.retain(|revision| !decided(revision));
    all.sort_by_key(|revision| (revision.check.at, revision.account));
    Ok(all)
}

fn remind_clerk(
    tx: &Transaction<'_>,
    config: &Config,
    ledger: &Ledger,
    waiting: &[Revision],
    now: Moment,
) -> Result<usize, StoreError> {
    let slot = Moment::start_of(now.date()).plus(REMINDED_AT);
    if now < slot || !config.calendar.is_working(now.date()) {
        return Ok(0);
    }
    let mut queued = 0;
    for clerk in config.clerks() {
        let letter = NewLetter {
            subject: format!("【待核实】{}项检查结果等待确认，确认前不外发", waiting.len()),
            text: asked(ledger, waiting),
            reason: "待核实".to_owned(),
            ..NewLetter::new(LetterKind::Digest, &clerk, Role::Clerk, slot, now)
        };
        queued += usize::from(outbox::queue(tx, &letter, false, config.mail.domain(), now)?.is_some());
    }
    Ok(queued)
}

fn asked(ledger: &Ledger, waiting: &[Revision]) -> String {
    let mut text = format!(
        "下列{}项为系统监测结果（未监测到更新），等待人工核实；核实前不发给任何单位，通报清单中标为待核实。\n\n",
        waiting.len()
    );
    for (at, revision) in waiting.iter().take(PRINTED).enumerate() {
        let title = ledger.account(revision.account).map_or_else(String::new, |account| account.title());
        let label = revision.label.as_deref().unwrap_or_default();
        let (from, until) = span(revision.window);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{}. {title}：{label}（{from}至{until}更新{}次，应更新{}次）",
            at + 1,
            revision.seen,
            revision.required
        );
    }
    if waiting.len() > PRINTED {
        let _ = writeln!(text, "…另有{}项", waiting.len() - PRINTED);
    }
    text.push_str("\n在网页“核查”里逐项确认；或用命令：\n查看：cuigeng confirm\n全部确认：cuigeng confirm --all --by 姓名\n某个账号是误报：cuigeng confirm --account 账号 --false --reason 理由 --by 姓名\n");
    text
}

/// First and last date of a window.
pub(crate) fn span(window: Window) -> (String, String) {
    let day = |moment: Moment| moment.beijing().format("%-m月%-d日").to_string();
    (day(window.from), day(window.until.plus(-1)))
}

/// The next moment at which the clerk may be reminded; `inspect` wakes for it.
fn next_reminder(config: &Config, now: Moment) -> Moment {
    let today = Moment::start_of(now.date()).plus(REMINDED_AT);
    let first = if now < today { today } else { today.plus_days(1) };
    warn::working_day_from(&config.calendar, first)
}
