//! All evidence of a span of time, loaded once and handed to the rules: the one way from the store to
//! `judge`, for the daemon and for every verb alike. It writes nothing.

use crate::config::Config;
use crate::domain::{Account, AccountId, Check, FailedLook, Moment, Post, Roster, Watch, When};
use crate::rules::{self, Declared, Duty, Evidence, Profile, Tally, Verdict, WindowKind};
use crate::store::{Connection, StoreError, accounts, contacts, looks, posts, tally};
use std::collections::{BTreeMap, BTreeSet};

/// The evidence of a span of time.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Every account, in the order of the list.
    pub accounts: Vec<Account>,
    /// The newest counted post of each account, however old.
    pub newest: BTreeMap<AccountId, Post>,
    /// Who answers for which account.
    pub people: Roster,
    posts: BTreeMap<AccountId, Vec<Post>>,
    tallies: BTreeMap<AccountId, Vec<Tally>>,
    watches: BTreeMap<AccountId, Vec<Watch>>,
    failures: BTreeMap<AccountId, Vec<FailedLook>>,
    sources: BTreeMap<AccountId, Vec<Declared>>,
}

impl Ledger {
    /// Loads what touches `[from, until)`; looks that failed later than `until` still explain gaps.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load(conn: &Connection, config: &Config, from: Moment, until: Moment) -> Result<Ledger, StoreError> {
        let accounts = accounts::all(conn)?;
        let sources = accounts.iter().map(|account| (account.id, declared(config, account))).collect();
        Ok(Ledger {
            newest: newest(conn, until)?,
            people: contacts::roster(conn)?,
            posts: posts::of(conn, from, until)?,
            tallies: tally::of(conn, from, until)?,
            watches: looks::watches(conn, from, until)?,
            failures: looks::failures(conn, from, until.plus_days(7))?,
            accounts,
            sources,
        })
    }

    /// The same for a few accounts only.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load_some(
        conn: &Connection,
        config: &Config,
        wanted: &BTreeSet<AccountId>,
        from: Moment,
        until: Moment,
    ) -> Result<Ledger, StoreError> {
        let accounts: Vec<Account> =
            accounts::all(conn)?.into_iter().filter(|account| wanted.contains(&account.id)).collect();
        let mut ledger = Ledger { people: contacts::roster(conn)?, ..Ledger::default() };
        for account in &accounts {
            let id = account.id;
            ledger.newest.extend(newest_of(conn, id, until)?.map(|post| (id, post)));
            ledger.posts.insert(id, posts::of_account(conn, id, from, until)?);
            ledger.tallies.insert(id, tally::of_account(conn, id, from, until)?);
            ledger.watches.insert(id, looks::watches_of(conn, id, from, until)?);
            ledger.failures.insert(id, looks::failures_of(conn, id, from, until.plus_days(7))?);
            ledger.sources.insert(id, declared(config, account));
        }
        ledger.accounts = accounts;
        Ok(ledger)
    }

    /// Evidence that nobody stored: posts of each account, and one source that watched them all.
    pub fn of(
        accounts: Vec<Account>,
        posts: BTreeMap<AccountId, Vec<Post>>,
        watch: &Watch,
        source: &Declared,
    ) -> Ledger {
        let newest = posts.iter().filter_map(|(id, posts)| {
            let newest = posts.iter().max_by_key(|post| post.when.latest())?;
            Some((*id, newest.clone()))
        });
        Ledger {
            newest: newest.collect(),
            watches: accounts.iter().map(|account| (account.id, vec![watch.clone()])).collect(),
            sources: accounts.iter().map(|account| (account.id, vec![source.clone()])).collect(),
            posts,
            accounts,
            ..Ledger::default()
        }
    }

    /// Loads what every rule of `profile` needs at these checks.
    ///
    /// # Errors
    /// Those of the store.
    pub fn for_checks(
        conn: &Connection,
        config: &Config,
        profile: &Profile,
        checks: &[Check],
    ) -> Result<Ledger, StoreError> {
        let windows =
            checks.iter().flat_map(|check| profile.rules.iter().map(|rule| rules::window_of(rule.window, *check)));
        let spans: Vec<rules::Window> = windows.collect();
        let from = spans.iter().map(|window| window.from).min().unwrap_or(Moment::MAX);
        let until = spans.iter().map(|window| window.until).max().unwrap_or(Moment::MIN);
        Ledger::load(conn, config, from, until.max(from))
    }

    /// For a preview of days to come: people who looked at accounts without a source go on looking until
    /// then. Nothing may be judged on it.
    pub fn suppose_people_look_on(&mut self, until: Moment) {
        for account in self.accounts.iter().filter(|account| account.sources.is_empty()) {
            let Some(watches) = self.watches.get_mut(&account.id) else { continue };
            let newest = watches.iter().max_by_key(|watch| watch.reach.until).cloned();
            watches.extend(newest.map(|mut watch| {
                watch.reach.until = watch.reach.until.max(until);
                watch
            }));
        }
    }

    /// What is known about one account.
    pub fn evidence(&self, account: AccountId) -> Evidence<'_> {
        Evidence {
            posts: self.posts.get(&account).map_or(&[], Vec::as_slice),
            tallies: self.tallies.get(&account).map_or(&[], Vec::as_slice),
            watches: self.watches.get(&account).map_or(&[], Vec::as_slice),
            failures: self.failures.get(&account).map_or(&[], Vec::as_slice),
            sources: self.sources.get(&account).map_or(&[], Vec::as_slice),
        }
    }

    /// Every verdict of a check, accounts in the order of the list, rules in the order of the profile.
    pub fn judge(&self, profile: &Profile, check: Check, now: Moment) -> Vec<Verdict> {
        let duties = self.accounts.iter().flat_map(|account| rules::duties(profile, account, check));
        duties.map(|duty| self.judge_duty(&duty, now)).collect()
    }

    /// The verdict of one duty.
    pub fn judge_duty(&self, duty: &Duty<'_>, now: Moment) -> Verdict {
        rules::judge(duty, &self.evidence(duty.account.id), now)
    }

    /// The account of that number.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }
}

/// The newest counted update of each account before `before`: a post, or what a check sheet tells of.
///
/// # Errors
/// Those of the store.
pub fn newest(conn: &Connection, before: Moment) -> Result<BTreeMap<AccountId, Post>, StoreError> {
    let mut newest = posts::newest(conn, before)?;
    for (id, row) in tally::newest(conn, before)? {
        newest.extend(newer(&newest, id, Some(row)));
    }
    Ok(newest)
}

/// The same of one account.
///
/// # Errors
/// Those of the store.
pub fn newest_of(conn: &Connection, id: AccountId, before: Moment) -> Result<Option<Post>, StoreError> {
    let known: BTreeMap<AccountId, Post> =
        posts::newest_of(conn, id, before)?.into_iter().map(|post| (id, post)).collect();
    let told = newer(&known, id, tally::newest_of(conn, id, before)?).map(|(_, post)| post);
    Ok(told.or_else(|| known.into_values().next()))
}

/// What a sheet tells of, where no post known singly is as new.
fn newer(known: &BTreeMap<AccountId, Post>, id: AccountId, row: Option<Tally>) -> Option<(AccountId, Post)> {
    let told = row?.newest()?;
    let first = if matches!(told.when, When::Span { .. }) { told.when.latest() } else { told.when.earliest() };
    known.get(&id).is_none_or(|post| post.when.latest() < first).then_some((id, told))
}

/// What the configured sources of an account say of themselves. A source that the configuration no
/// longer knows says nothing.
pub fn declared(config: &Config, account: &Account) -> Vec<Declared> {
    let kinds = account.platform.kinds();
    let known = account.sources.iter().filter_map(|of| config.sources.get(&of.source));
    known
        .map(|configured| {
            let traits = configured.source.traits(kinds);
            Declared { name: configured.name.clone(), delay: traits.delay, sees: traits.sees.and(kinds) }
        })
        .collect()
}

/// Days that the longest window of a profile reaches back.
pub fn longest_window_days(profile: &Profile) -> i64 {
    let days = |kind: WindowKind| match kind {
        WindowKind::Week { weeks } => i64::from(weeks) * 7,
        WindowKind::Days { days, .. } => i64::from(days),
    };
    profile.rules.iter().map(|rule| days(rule.window)).max().unwrap_or(14)
}
