//! The sources' own health: which troubles the operator must hear of, and which are over. Pure.
//!
//! One source that fails for most of its accounts is one trouble, however many they are; an account
//! that fails alone is its own, so that an old trouble of one never hides a new one of all.

use crate::domain::{AccountId, Class, Moment};
use cuigeng_adapters::time::{DAY, HOUR};
use std::collections::{BTreeMap, BTreeSet};

/// An account whose last look by a source failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ailing {
    /// The source.
    pub source: String,
    /// Whose.
    pub account: AccountId,
    /// As people name it.
    pub title: String,
    /// Class of the last failure.
    pub class: Class,
    /// What cures it; may be empty.
    pub advice: String,
    /// When the run of failures began.
    pub since: Moment,
    /// The first failure of this run for which the source was really asked, and not left alone after
    /// another account's refusal; one that came before the end of the source's last outage is none.
    pub asked_since: Option<Moment>,
}

/// Accounts whose last look was good, but that were not well for long enough to believe it.
pub type Lingering = BTreeSet<(String, AccountId)>;

/// A trouble: of a source as a whole, or of one account with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The source.
    pub source: String,
    /// The account; `None` for the source as a whole.
    pub account: Option<AccountId>,
    /// Class of the failure; the most frequent one.
    pub class: Class,
    /// Since when.
    pub since: Moment,
    /// What cures it; may be empty.
    pub advice: String,
    /// The accounts that suffer, as people name them.
    pub accounts: Vec<String>,
}

/// A trouble that was told and is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Its number.
    pub id: i64,
    /// The source.
    pub source: String,
    /// The account; `None` for the source as a whole.
    pub account: Option<AccountId>,
    /// Class of the failure when it was told.
    pub class: Class,
    /// When it began.
    pub began: Moment,
}

/// What has changed since the operator last heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// To be told.
    pub begun: Vec<Trouble>,
    /// Over, to be told.
    pub ended: Vec<Incident>,
    /// Part of a greater trouble now; over without a word.
    pub absorbed: Vec<Incident>,
}

/// Seconds for which only the network may fail before somebody is told.
const QUIET_S: i64 = 6 * HOUR;
/// The same for one account that fails while its source serves the others.
const ALONE_S: i64 = 3 * HOUR;
/// The same where only the network fails.
const ALONE_QUIET_S: i64 = DAY;
/// Seconds between the first and the last good look before a told trouble is over: a source that
/// answers now and then writes no letter each time.
pub const WELL_S: i64 = 3 * HOUR;

/// What is new. `watched` says how many accounts hang on each source.
pub fn news(
    ailing: &[Ailing],
    lingering: &Lingering,
    watched: &BTreeMap<String, usize>,
    open: &[Incident],
    now: Moment,
) -> News {
    let wide = wide(ailing, lingering, watched, open);
    let mut news = News::default();
    for source in &wide {
        let whole = as_a_whole(source, ailing);
        let is_open = open.iter().any(|i| i.source == *source && i.account.is_none());
        news.begun.extend(whole.filter(|t| !is_open && lasts(t.class, t.since, now, 0, QUIET_S)));
    }
    let told_wide = |source: &String| {
        wide.contains(source)
            && (news.begun.iter().any(|t| t.source == *source)
                || open.iter().any(|i| i.source == *source && i.account.is_none()))
    };
    let (over, still): (Vec<&Incident>, Vec<&Incident>) =
        open.iter().partition(|i| is_over(i, ailing, lingering, &wide));
    news.absorbed = still.into_iter().filter(|i| i.account.is_some() && told_wide(&i.source)).cloned().collect();
    news.ended = over.into_iter().cloned().collect();
    // Whatever still fails when an outage ends has its time from then on.
    let alone = ailing.iter().filter(|a| !wide.contains(&a.source)).filter(|a| {
        !open.iter().any(|i| i.source == a.source && i.account.is_none_or(|account| account == a.account))
            && a.asked_since.is_some_and(|since| lasts(a.class, since, now, ALONE_S, ALONE_QUIET_S))
    });
    news.begun.extend(alone.map(of_one));
    news
}

/// Troubles that time often cures.
pub fn is_quiet(class: Class) -> bool {
    matches!(class, Class::Transient | Class::Throttled)
}

fn lasts(class: Class, since: Moment, now: Moment, loud_s: i64, quiet_s: i64) -> bool {
    now.since(since) >= if is_quiet(class) { quiet_s } else { loud_s }
}

/// Sources that fail for more than half of their accounts; one that was told stays so until fewer than
/// a quarter fail or have only just come back, so that it does not begin and end all day.
fn wide(
    ailing: &[Ailing],
    lingering: &Lingering,
    watched: &BTreeMap<String, usize>,
    open: &[Incident],
) -> BTreeSet<String> {
    let names = ailing.iter().map(|a| &a.source).chain(lingering.iter().map(|(source, _)| source));
    let is_wide = |source: &&String| {
        let failing = ailing.iter().filter(|a| a.source == **source).count();
        let unwell = failing + lingering.iter().filter(|(of, _)| of == *source).count();
        let all = watched.get(*source).copied().unwrap_or(unwell).max(unwell);
        let is_open = open.iter().any(|i| i.source == **source && i.account.is_none());
        (failing * 2 > all && is_confirmed(source, ailing, all)) || (is_open && unwell * 4 >= all)
    };
    names.filter(is_wide).cloned().collect()
}

/// The first refusal rests a host, and all its accounts with it. That it refuses everybody is known
/// when a second one was refused too; a login or a setting that is refused needs no second word.
fn is_confirmed(source: &str, ailing: &[Ailing], all: usize) -> bool {
    let asked: Vec<&Ailing> = ailing.iter().filter(|a| a.source == source && a.asked_since.is_some()).collect();
    let one_is_enough = |a: &&Ailing| !matches!(a.class, Class::Blocked | Class::Throttled);
    all <= 1 || asked.len() >= 2 || asked.iter().any(one_is_enough)
}

fn is_over(incident: &Incident, ailing: &[Ailing], lingering: &Lingering, wide: &BTreeSet<String>) -> bool {
    match incident.account {
        None => !wide.contains(&incident.source),
        Some(account) => {
            let fails = ailing.iter().any(|a| a.source == incident.source && a.account == account);
            !fails && !lingering.contains(&(incident.source.clone(), account))
        }
    }
}

fn as_a_whole(source: &str, ailing: &[Ailing]) -> Option<Trouble> {
    let ours: Vec<&Ailing> = ailing.iter().filter(|a| a.source == source).collect();
    let mut votes: BTreeMap<Class, usize> = BTreeMap::new();
    for one in &ours {
        *votes.entry(one.class).or_default() += 1;
    }
    let class = votes.into_iter().max_by_key(|(_, votes)| *votes).map(|(class, _)| class)?;
    let first = ours.iter().filter(|a| a.class == class).min_by_key(|a| a.since)?;
    Some(Trouble {
        source: source.to_owned(),
        account: None,
        class,
        since: ours.iter().map(|a| a.since).min()?,
        advice: first.advice.clone(),
        accounts: ours.iter().map(|a| a.title.clone()).collect(),
    })
}

fn of_one(ailing: &Ailing) -> Trouble {
    Trouble {
        source: ailing.source.clone(),
        account: Some(ailing.account),
        class: ailing.class,
        since: ailing.since,
        advice: ailing.advice.clone(),
        accounts: vec![ailing.title.clone()],
    }
}

/// Seconds before its end at which a credential is spoken of; the last is some time after it, when a
/// source that refuses the credential has been told of anyway.
const AHEAD_S: [i64; 3] = [7 * DAY, 2 * DAY, -6 * HOUR];

/// How many warnings a credential that ends at `expires` should have had by now.
pub fn warnings_due(expires: Moment, now: Moment) -> u32 {
    let due = AHEAD_S.iter().filter(|ahead_s| expires.since(now) <= **ahead_s).count();
    u32::try_from(due).unwrap_or(0)
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;
