//! From a letter's mentions to the facts that it may state now: what still holds, what does not, and
//! what nobody could watch.

use super::letter::{About, Facts, Item};
use crate::config::Config;
use crate::domain::{Account, AccountId, Moment, Week};
use crate::ledger::{Ledger, longest_window_days};
use crate::rules::{Coverage, Duty, GapWhy, Severity, VerdictKind, Window, WindowKind, duties};
use crate::store::{Connection, LetterRow, Mention, StoreError, outbox};
use crate::warn::{last_update, silence_deadline};
use cuigeng_adapters::time::{DAY, HOUR};
use cuigeng_adapters::{Delay, Strength};
use std::collections::BTreeSet;

/// What is left of a letter after the fresh look.
pub(super) struct Told {
    /// The facts; `None` when nothing is left to say.
    pub(super) facts: Option<Facts>,
    /// Mentions that are not true any more, with the reason (Chinese).
    pub(super) dropped: Vec<(Mention, &'static str)>,
}

/// A letter that leaves so much later than it was due says so.
const LATE_S: i64 = 6 * HOUR;

/// Whether the mention is about a veto.
pub(super) fn is_veto(config: &Config, mention: &Mention) -> bool {
    config.profile.rules.iter().any(|rule| rule.name == mention.rule && rule.severity == Severity::Veto)
}

/// Gathers the facts of a letter as of `now`.
pub(super) fn gather(
    conn: &Connection,
    config: &Config,
    letter: &LetterRow,
    mentions: &[Mention],
    now: Moment,
) -> Result<Told, StoreError> {
    let back = longest_window_days(&config.profile) + 2;
    let wanted: BTreeSet<AccountId> = mentions.iter().map(|mention| mention.account).collect();
    let from = Moment::start_of(now.plus_days(-back).date());
    let ledger = Ledger::load_some(conn, config, &wanted, from, now.plus(1))?;
    let mut told = Told { facts: None, dropped: Vec::new() };
    let mut items: Vec<(Item, &Mention)> = Vec::new();
    for mention in mentions {
        match item(&ledger, config, mention, now) {
            Some(item) => items.push((item, mention)),
            None => told.dropped.push((mention.clone(), "已更新")),
        }
    }
    absorb(config, &mut items);
    if items.is_empty() {
        return Ok(told);
    }
    let mut nth = 0;
    for (_, mention) in &items {
        nth = nth.max(outbox::earlier(conn, &letter.recipient, mention, letter.id)?);
    }
    items.sort_by_key(|(item, _)| (item.unwatched.is_some(), item.deadline));
    told.facts = Some(Facts {
        office: addressee(&ledger, &items),
        sender: config.office.name.clone(),
        contact: config.office.contact.clone(),
        prefix: config.mail.prefix.clone(),
        now,
        nth: nth + 1,
        late_since: Some(letter.slot).filter(|slot| now.since(*slot) >= LATE_S),
        number: format!("CG-{}-{:04}", letter.slot.beijing().format("%Y"), letter.id),
        stands_for: stands_for(&ledger, letter, &items),
        items: items.into_iter().map(|(item, _)| item).collect(),
    });
    Ok(told)
}

/// A silence absorbs the week of the same account: one account, one line.
fn absorb(config: &Config, items: &mut Vec<(Item, &Mention)>) {
    let silent: BTreeSet<_> = items.iter().filter(|(_, m)| is_veto(config, m)).map(|(_, m)| m.account).collect();
    items.retain(|(_, m)| is_veto(config, m) || !silent.contains(&m.account));
}

/// The office that the accounts share, else the first one's.
fn addressee(ledger: &Ledger, items: &[(Item, &Mention)]) -> String {
    let account = items.first().and_then(|(_, mention)| ledger.account(mention.account));
    let Some(account) = account else { return "有关单位".to_owned() };
    let name = if account.office.is_empty() { &account.supervisor } else { &account.office };
    if name.is_empty() { "有关单位".to_owned() } else { name.clone() }
}

/// The recipient has the role only because the account names nobody for it.
fn stands_for(ledger: &Ledger, letter: &LetterRow, items: &[(Item, &Mention)]) -> bool {
    let day = letter.slot.date();
    let has = |account: &Account| ledger.people.addresses(account, letter.role, day).contains(&letter.recipient);
    !items.iter().filter_map(|(_, mention)| ledger.account(mention.account)).any(has)
}

fn item(ledger: &Ledger, config: &Config, mention: &Mention, now: Moment) -> Option<Item> {
    let account = ledger.account(mention.account).filter(|account| account.state_at(now).is_judged())?;
    let rule = config.profile.rules_on(now.date()).into_iter().find(|rule| rule.name == mention.rule)?;
    let (about, deadline, span) = match rule.window {
        WindowKind::Days { .. } => silence(ledger, account, rule.window, mention, now)?,
        WindowKind::Week { .. } => week(ledger, config, account, mention, now)?,
    };
    let newest = ledger.newest.get(&account.id);
    let (unwatched, delayed) = watch(ledger, account, span, now);
    Some(Item {
        title: account.title(),
        about,
        last: newest.map(|post| (post.when, post.title.clone())),
        deadline,
        unwatched,
        delayed,
    })
}

fn silence(
    ledger: &Ledger,
    account: &Account,
    window: WindowKind,
    mention: &Mention,
    now: Moment,
) -> Option<(About, Moment, Window)> {
    let last = last_update(ledger, account, now).filter(|last| *last == mention.anchor)?;
    let deadline = silence_deadline(window, last);
    let days = |from: chrono::NaiveDate, to: chrono::NaiveDate| u32::try_from((to - from).num_days()).unwrap_or(0);
    let about = About::Silence { days: days(last, now.date()), limit: days(last, deadline.plus(-1).date()) };
    let from = Moment::start_of(last).plus(DAY).min(now);
    (now < deadline).then_some((about, deadline, Window { from, until: now }))
}

fn week(
    ledger: &Ledger,
    config: &Config,
    account: &Account,
    mention: &Mention,
    now: Moment,
) -> Option<(About, Moment, Window)> {
    let week = Week { monday: mention.anchor };
    let coming = config.checks_between(now.plus(1), week.end().plus_days(14));
    let owes = coming.iter().flat_map(|check| duties(&config.profile, account, *check));
    let duty: Duty<'_> =
        owes.into_iter().find(|duty| duty.rule.name == mention.rule && duty.window.from == week.start())?;
    let VerdictKind::Pending { seen, deadline, .. } = ledger.judge_duty(&duty, now).kind else { return None };
    let date = |date: chrono::NaiveDate| date.format("%-m月%-d日").to_string();
    let eve = now < week.start();
    let about = About::Week { from: date(week.monday), to: date(week.sunday()), seen, required: duty.required, eve };
    Some((about, deadline, Window { from: week.start().min(now), until: now }))
}

/// Whether the elapsed part was watched, apart from what a source shows only later.
fn watch(ledger: &Ledger, account: &Account, span: Window, now: Moment) -> (Option<String>, bool) {
    let evidence = ledger.evidence(account.id);
    let delayed = evidence.sources.iter().any(|source| source.delay != Delay::None);
    // Only a tail that no look could have reached yet is forgiven.
    let tail = evidence.sources.iter().map(|source| forgiven(source.delay, now)).min().unwrap_or(now);
    let window = Window { from: span.from, until: span.until.min(tail) };
    if window.from >= window.until {
        return (None, delayed);
    }
    let strong_or_weak: Vec<_> = evidence
        .watches
        .iter()
        .cloned()
        .map(|mut watch| {
            // A reminder is soft anyway: a visitor's view is good enough to ask for an update.
            watch.reach.strength = Strength::Strong;
            watch
        })
        .collect();
    let kinds = account.platform.kinds();
    let gap = Coverage::of(&strong_or_weak).prove(window, kinds).err();
    let said = gap.and_then(|shortfall| shortfall.holes.into_iter().next()).map(|hole| {
        let from = hole.from.beijing().format("%-m月%-d日%H:%M");
        let until = hole.until.beijing().format("%-m月%-d日%H:%M");
        let why = evidence.failures.iter().filter(|f| f.at >= hole.from).max_by_key(|f| f.at);
        let why = why.map_or_else(String::new, |f| {
            format!(
                "（{}）",
                GapWhy::Failed { source: f.source.clone(), class: f.class, reason: String::new() }.chinese()
            )
        });
        format!("{from}至{until}未能监测{why}")
    });
    (said, delayed)
}

/// Up to where a source with that delay shows everything by now.
fn forgiven(delay: Delay, now: Moment) -> Moment {
    match delay {
        Delay::None => now.plus(-HOUR),
        Delay::NextDay { hour } => Moment::start_of(now.plus(-i64::from(hour) * HOUR - HOUR).date()),
    }
}
