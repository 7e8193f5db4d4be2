//! From a letter's mentions to the facts that it may state now: what still holds, what does not, and
//! what nobody could watch.

mod watch;

pub(crate) use watch::Seen;

use super::letter::{About, Facts, Item, Last};
use crate::config::{Config, Mode};
use crate::domain::{Account, AccountId, Moment, Post, Role, Week};
use crate::ledger::{Ledger, longest_window_days};
use crate::rules::{Duty, Severity, VerdictKind, Window, WindowKind, duties};
use crate::store::{Connection, LetterRow, Mention, StoreError, meta, modes, told};
use crate::warn::{last_update, may_remind, silence_deadline};
use cuigeng_adapters::time::{DAY, HOUR};
use std::collections::{BTreeMap, BTreeSet};

/// What is left of a letter after the fresh look.
pub(crate) struct Told {
    /// The facts; `None` when nothing is left to say.
    pub(crate) facts: Option<Facts>,
    /// Mentions that are not true any more, with the reason (Chinese).
    pub(crate) dropped: Vec<(Mention, &'static str)>,
    /// How many updates the letter says were seen, by account and rule: the next one tells what came since.
    pub(crate) said: Vec<(Mention, Known)>,
}

/// How many updates a letter says were seen, and up to when its data go; `None` where it only asks.
pub(crate) type Known = (u32, Option<Moment>);

/// The letter that is to say it.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) recipient: String,
    pub(crate) role: Role,
    /// When it was due.
    pub(crate) slot: Moment,
    /// What stands under it.
    pub(crate) number: String,
    /// Since when letters could leave: nothing that was due before it is late.
    pub(crate) since: Moment,
    /// The last part of its link, or what stands for it; `None`: it has no link.
    pub(crate) pass: Option<String>,
}

/// What this recipient was told before about the same anchor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// Letters.
    pub(crate) times: u32,
    /// Updates that the newest of them spoke of.
    pub(crate) seen: Option<u32>,
}

/// Why a mention is left out whose letter was overtaken by the next one.
pub(super) const REPLACED: &str = "已由更近的一次提醒代替";
/// A letter that leaves so much later than it was due says so.
const LATE_S: i64 = 6 * HOUR;

/// Whether the mention is about a veto.
pub(super) fn is_veto(config: &Config, mention: &Mention) -> bool {
    config.profile.rules.iter().any(|rule| rule.name == mention.rule && rule.severity == Severity::Veto)
}

/// What a letter is called, on paper and on the telephone.
pub(crate) fn number(slot: Moment, id: i64) -> String {
    format!("CG-{}-{id:04}", slot.beijing().format("%Y"))
}

/// Since when letters could leave: the first start of the daemon, or the switch to 正式 that holds; the far
/// future before that. What was due earlier is not late through any fault of ours.
pub(crate) fn leaving_since(conn: &Connection, now: Moment) -> Result<Moment, StoreError> {
    let installed = meta::get(conn, "installed_at")?.and_then(|text| Moment::parse(&text)).unwrap_or(Moment::MAX);
    let live = modes::last(conn)?.filter(|last| last.mode == Mode::Live && last.at <= now);
    Ok(live.map_or(installed, |switched| installed.max(switched.at)))
}

/// Gathers the facts of a letter of the outbox as of `now`. `pass` is what its link ends with.
pub(crate) fn gather(
    conn: &Connection,
    config: &Config,
    letter: &LetterRow,
    mentions: &[Mention],
    pass: Option<String>,
    now: Moment,
) -> Result<Told, StoreError> {
    let back = longest_window_days(&config.profile) + 2;
    let wanted: BTreeSet<AccountId> = mentions.iter().map(|mention| mention.account).collect();
    let from = Moment::start_of(now.plus_days(-back).date());
    let ledger = Ledger::load_some(conn, config, &wanted, from, now.plus(1))?;
    let mut before = BTreeMap::new();
    let (mut said_later, mut still) = (Vec::new(), Vec::new());
    for mention in mentions {
        if told::is_replaced(conn, letter, mention)? {
            said_later.push((mention.clone(), REPLACED));
            continue;
        }
        still.push(mention.clone());
        let (times, seen) = told::earlier(conn, &letter.recipient, mention, letter.id)?;
        before.insert((mention.account, mention.rule.clone()), Before { times, seen });
    }
    let head = Head {
        recipient: letter.recipient.clone(),
        role: letter.role,
        slot: letter.slot,
        number: number(letter.slot, letter.id),
        since: leaving_since(conn, now)?,
        pass,
    };
    let earlier = |mention: &Mention| before.get(&(mention.account, mention.rule.clone())).copied().unwrap_or_default();
    let mut told = tell(&ledger, config, &head, &still, &earlier, (now, Seen { until: now, will_look: false }));
    told.dropped.extend(said_later);
    Ok(told)
}

/// What a letter says at `now`, as far as evidence up to `evidence.until` tells: they are one moment but for
/// a preview of letters to come, which must not call the future unwatched.
pub(crate) fn tell(
    ledger: &Ledger,
    config: &Config,
    head: &Head,
    mentions: &[Mention],
    before: &dyn Fn(&Mention) -> Before,
    (now, evidence): (Moment, Seen),
) -> Told {
    let mut told = Told { facts: None, dropped: Vec::new(), said: Vec::new() };
    let mut items: Vec<(Item, &Mention)> = Vec::new();
    for mention in mentions {
        match item(ledger, config, mention, (now, evidence)) {
            Ok(item) => items.push((item, mention)),
            Err(why) => told.dropped.push((mention.clone(), why)),
        }
    }
    let absorbed = absorb(config, &mut items);
    for (item, mention) in &mut items {
        item.whom = ledger.account(mention.account).map_or_else(String::new, |account| {
            let (names, numbers) = ledger.people.telephones(account, head.role, head.slot.date());
            format!("{names} {numbers}").trim().to_owned()
        });
    }
    items.sort_by_key(|(item, _)| (item.unwatched.is_some(), rank(&item.about), item.deadline));
    told.said = items
        .iter()
        .chain(&absorbed)
        .filter_map(|(item, mention)| Some(((*mention).clone(), (seen(item)?, known_until(item, now)))))
        .collect();
    told.facts = (!items.is_empty()).then(|| facts(ledger, config, head, items, before, now));
    told
}

fn facts(
    ledger: &Ledger,
    config: &Config,
    head: &Head,
    items: Vec<(Item, &Mention)>,
    before: &dyn Fn(&Mention) -> Before,
    now: Moment,
) -> Facts {
    let stands_for = stands_for(ledger, head, &items);
    let times = items.iter().map(|(_, mention)| before(mention).times).max().unwrap_or(0);
    // What a person found in the afternoon could not be told in the morning.
    let all_by_hand = items.iter().all(|(_, mention)| ledger.evidence(mention.account).sources.is_empty());
    Facts {
        office: addressee(ledger, head.role == Role::Supervisor && !stands_for, &items),
        sender: config.office.name.clone(),
        contact: config.office.contact.clone(),
        prefix: config.mail.prefix.clone(),
        role: head.role,
        now,
        nth: times + 1,
        gained: (times > 0).then(|| gained(&items, before)).flatten(),
        late_since: Some(head.slot).filter(|slot| *slot >= head.since && now.since(*slot) >= LATE_S && !all_by_hand),
        number: head.number.clone(),
        answer: answer(config, head),
        stands_for,
        items: items.into_iter().map(|(item, _)| item).collect(),
    }
}

/// Where the letter can be answered; empty where owners cannot reach us.
fn answer(config: &Config, head: &Head) -> String {
    let parts = config.web.public_url.as_ref().zip(head.pass.as_ref());
    parts.map_or_else(String::new, |(url, pass)| format!("{url}/a/{pass}"))
}

/// A veto stands before a missed week, and that before a coming one.
fn rank(about: &About) -> u8 {
    match about {
        About::Silence { .. } => 0,
        About::Week { eve: false, .. } => 1,
        About::Week { eve: true, .. } => 2,
    }
}

fn seen(item: &Item) -> Option<u32> {
    match item.about {
        About::Week { seen, .. } => Some(seen),
        // A new update makes a new anchor, so a second letter about one silence has seen none.
        About::Silence { .. } => Some(0),
    }
}

/// Up to when a statement that asserts something goes: the newest look, or the end of the day before
/// where the source shows the day only tomorrow.
fn known_until(item: &Item, now: Moment) -> Option<Moment> {
    let looked = item.checked.as_ref().filter(|_| item.unwatched.is_none())?.at.min(now);
    Some(if item.delayed { looked.min(Moment::start_of(now.date())) } else { looked })
}

/// Updates since the letters before; `None` when none of those said how many it had seen.
fn gained(items: &[(Item, &Mention)], before: &dyn Fn(&Mention) -> Before) -> Option<u32> {
    let since = |(item, mention): &(Item, &Mention)| Some(seen(item)?.saturating_sub(before(mention).seen?));
    let told: Vec<u32> = items.iter().filter_map(since).collect();
    (!told.is_empty()).then(|| told.iter().sum())
}

/// A silence takes the week of the same account into its line: one account, one line, and both
/// deadlines in it. Returns what no longer has a line of its own.
fn absorb<'m>(config: &Config, items: &mut Vec<(Item, &'m Mention)>) -> Vec<(Item, &'m Mention)> {
    let silent: BTreeSet<_> = items.iter().filter(|(_, m)| is_veto(config, m)).map(|(_, m)| m.account).collect();
    let (absorbed, kept): (Vec<_>, Vec<_>) =
        items.drain(..).partition(|(_, m)| !is_veto(config, m) && silent.contains(&m.account));
    *items = kept;
    for (item, mention) in items.iter_mut() {
        let weeks = absorbed.iter().filter(|(_, week)| week.account == mention.account);
        let first = weeks.map(|(week, _)| week).min_by_key(|week| week.deadline);
        item.week = first.map(|week| (week.about.clone(), week.deadline));
    }
    absorbed
}

/// The office of the most urgent account, or the one that answers for it.
fn addressee(ledger: &Ledger, supervising: bool, items: &[(Item, &Mention)]) -> String {
    let account = items.first().and_then(|(_, mention)| ledger.account(mention.account));
    let Some(account) = account else { return "有关单位".to_owned() };
    let (first, second) =
        if supervising { (&account.supervisor, &account.office) } else { (&account.office, &account.supervisor) };
    let name = if first.is_empty() { second } else { first };
    // Whoever stands for several offices must not read one of them as the whole.
    let offices: BTreeSet<&str> = items.iter().map(|(item, _)| item.office.as_str()).collect();
    match (name.is_empty(), offices.len()) {
        (true, _) => "有关单位".to_owned(),
        (false, several) if several > 1 && !supervising => format!("{name}等{several}个单位"),
        _ => name.clone(),
    }
}

/// The recipient has the role only because the account names nobody for it.
fn stands_for(ledger: &Ledger, head: &Head, items: &[(Item, &Mention)]) -> bool {
    let day = head.slot.date();
    let has = |account: &Account| ledger.people.addresses(account, head.role, day).contains(&head.recipient);
    !items.iter().filter_map(|(_, mention)| ledger.account(mention.account)).any(has)
}

/// What a mention may say now, or why it may not (Chinese).
fn item(
    ledger: &Ledger,
    config: &Config,
    mention: &Mention,
    (now, evidence): (Moment, Seen),
) -> Result<Item, &'static str> {
    let (account, (about, deadline, span)) = owed(ledger, config, mention, now).ok_or("已更新")?;
    if !may_remind(ledger, account, span.from, now) {
        return Err("没有来源，当天也没有人核查过");
    }
    let span = Window { from: span.from.min(evidence.until), until: span.until.min(evidence.until) };
    let (unwatched, delayed) = watch::gap(ledger, config, account, span, evidence);
    Ok(Item {
        title: account.title(),
        office: if account.office.is_empty() { account.supervisor.clone() } else { account.office.clone() },
        veto: matches!(about, About::Week { .. }).then(|| veto(ledger, config, account, now)).flatten(),
        about,
        week: None,
        last: ledger.newest(account.id).map(|post| last(post, now)),
        deadline,
        unwatched,
        delayed,
        checked: watch::newest(ledger, config, account, evidence.until),
        whom: String::new(),
    })
}

/// What is still owed, and since when it should have been watched.
fn owed<'l>(
    ledger: &'l Ledger,
    config: &Config,
    mention: &Mention,
    now: Moment,
) -> Option<(&'l Account, (About, Moment, Window))> {
    let account = ledger.account(mention.account).filter(|account| account.state_at(now).is_judged())?;
    let rule = config.profile.rules_on(now.date()).into_iter().find(|rule| rule.name == mention.rule)?;
    let owed = match rule.window {
        WindowKind::Days { .. } => silence(ledger, account, rule.window, mention, now),
        WindowKind::Week { .. } => week(ledger, config, account, mention, now),
    };
    owed.map(|owed| (account, owed))
}

fn last(post: &Post, now: Moment) -> Last {
    let days = (now.date() - post.when.latest().date()).num_days();
    Last { when: post.when, title: post.title.clone(), days: u32::try_from(days).unwrap_or(0) }
}

/// When the account's silence becomes a veto, if it has not yet.
fn veto(ledger: &Ledger, config: &Config, account: &Account, now: Moment) -> Option<Moment> {
    let last = last_update(ledger, account, now)?;
    let silence = config.profile.rules_on(now.date()).into_iter().filter(|rule| {
        matches!(rule.window, WindowKind::Days { .. })
            && rule.severity == Severity::Veto
            && rule.quota.of(account.platform.name()) > 0
    });
    silence.map(|rule| silence_deadline(rule.window, last)).filter(|deadline| now < *deadline).min()
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
