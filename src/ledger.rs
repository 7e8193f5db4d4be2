//! All evidence of a span of time, loaded once and handed to the rules: the one way from the store to
//! `judge`, for the daemon and for every verb alike. It writes nothing.

use crate::config::Config;
use crate::domain::{Account, AccountId, Check, FailedLook, Moment, Post, Roster, Watch, When};
use crate::rules::{self, Declared, Duty, Evidence, Profile, Tally, Verdict, WindowKind, thinned};
use crate::store::{Connection, StoreError, accounts, contacts, looks, posts, tally, touched};
use std::collections::{BTreeMap, BTreeSet};

/// Where more accounts than that have changed, reading all at once is quicker.
const MOST_TOUCHED: usize = 1000;

/// The evidence of a span of time.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Every account, in the order of the list.
    pub accounts: Vec<Account>,
    /// Where in the list an account stands.
    places: BTreeMap<AccountId, usize>,
    /// The newest counted post of each account, however old.
    pub newest: BTreeMap<AccountId, Post>,
    /// Who answers for which account.
    pub people: Roster,
    posts: BTreeMap<AccountId, Vec<Post>>,
    tallies: BTreeMap<AccountId, Vec<Tally>>,
    watches: BTreeMap<AccountId, Vec<Watch>>,
    failures: BTreeMap<AccountId, Vec<FailedLook>>,
    sources: BTreeMap<AccountId, Vec<Declared>>,
    /// What is loaded: `[from, until)`.
    span: Option<(Moment, Moment)>,
    /// The newest change of the store that it knows of.
    seq: i64,
}

impl Ledger {
    /// Loads what touches `[from, until)`; looks that failed later than `until` still explain gaps.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load(conn: &Connection, config: &Config, from: Moment, until: Moment) -> Result<Ledger, StoreError> {
        let seq = touched::newest(conn)?;
        let accounts = accounts::all(conn)?;
        let sources = accounts.iter().map(|account| (account.id, declared(config, account))).collect();
        Ok(Ledger {
            span: Some((from, until)),
            seq,
            newest: newest(conn, until)?,
            people: contacts::roster(conn)?,
            posts: posts::of(conn, from, until)?,
            tallies: tally::of(conn, from, until)?,
            watches: looks::watches(conn, from, until)?,
            failures: looks::failures(conn, from, until.plus_days(7))?,
            places: places(&accounts),
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
        let accounts = accounts::some(conn, wanted)?;
        let mut ledger = Ledger { people: contacts::roster(conn)?, ..Ledger::default() };
        for account in &accounts {
            ledger.read_one(conn, account.id, (from, until))?;
            ledger.sources.insert(account.id, declared(config, account));
        }
        ledger.places = places(&accounts);
        ledger.accounts = accounts;
        Ok(ledger)
    }

    /// Reads the evidence of one account, in place of what was there.
    fn read_one(
        &mut self,
        conn: &Connection,
        id: AccountId,
        (from, until): (Moment, Moment),
    ) -> Result<(), StoreError> {
        self.newest.remove(&id);
        self.newest.extend(newest_of(conn, id, until)?.map(|post| (id, post)));
        self.posts.insert(id, posts::of_account(conn, id, from, until)?);
        self.tallies.insert(id, tally::of_account(conn, id, from, until)?);
        self.watches.insert(id, looks::watches_of(conn, id, from, until)?);
        self.failures.insert(id, looks::failures_of(conn, id, from, until.plus_days(7))?);
        Ok(())
    }

    /// Makes it small enough to be kept: without the looks that say nothing beside later ones.
    #[must_use]
    fn thin(mut self) -> Ledger {
        for watches in self.watches.values_mut() {
            *watches = thinned(std::mem::take(watches));
        }
        self
    }

    /// Brings a ledger that was kept up to date: the evidence of the accounts that were touched since, and
    /// of those whose posts have come of age meanwhile; thinned. Says which accounts were read again;
    /// `None` where it cannot be mended, since the list has changed or another span is asked for.
    ///
    /// # Errors
    /// Those of the store; then it must not be used any more.
    fn refresh(
        &mut self,
        conn: &Connection,
        (from, until): (Moment, Moment),
    ) -> Result<Option<BTreeSet<AccountId>>, StoreError> {
        let Some((_, known_until)) = self.span.filter(|span| span.0 == from && span.1 <= until) else {
            return Ok(None);
        };
        let seq = touched::newest(conn)?;
        let Some(mut changed) = touched::since(conn, self.seq)? else { return Ok(None) };
        if changed.len() > MOST_TOUCHED {
            return Ok(None);
        }
        changed.extend(touched::began(conn, known_until, until)?);
        for id in &changed {
            self.read_one(conn, *id, (from, until))?;
            if let Some(watches) = self.watches.get_mut(id) {
                *watches = thinned(std::mem::take(watches));
            }
        }
        self.people = contacts::roster(conn)?;
        (self.span, self.seq) = (Some((from, until)), seq);
        Ok(Some(changed))
    }

    /// The list and its people, and nothing to judge by.
    ///
    /// # Errors
    /// Those of the store.
    pub fn without_evidence(conn: &Connection) -> Result<Ledger, StoreError> {
        let accounts = accounts::all(conn)?;
        Ok(Ledger { places: places(&accounts), accounts, people: contacts::roster(conn)?, ..Ledger::default() })
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
            places: places(&accounts),
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
        let (from, until) = span_of(profile, checks);
        Ledger::load(conn, config, from, until)
    }

    /// The same for a few accounts only.
    ///
    /// # Errors
    /// Those of the store.
    pub fn some_for_checks(
        conn: &Connection,
        config: &Config,
        profile: &Profile,
        wanted: &BTreeSet<AccountId>,
        checks: &[Check],
    ) -> Result<Ledger, StoreError> {
        let (from, until) = span_of(profile, checks);
        Ledger::load_some(conn, config, wanted, from, until)
    }

    /// The same, kept: what was kept with what has changed since, and whose that is; `None` where all was
    /// read anew.
    ///
    /// # Errors
    /// Those of the store.
    pub fn kept_for_checks(
        conn: &Connection,
        config: &Config,
        checks: &[Check],
        kept: Option<Ledger>,
    ) -> Result<(Ledger, Option<BTreeSet<AccountId>>), StoreError> {
        let span = span_of(&config.profile, checks);
        Ledger::kept(conn, config, span, kept)
    }

    /// The ledger of that span: what was kept with what has changed since, and whose that is; else read anew
    /// and thinned.
    ///
    /// # Errors
    /// Those of the store.
    pub fn kept(
        conn: &Connection,
        config: &Config,
        span: (Moment, Moment),
        kept: Option<Ledger>,
    ) -> Result<(Ledger, Option<BTreeSet<AccountId>>), StoreError> {
        if let Some(mut kept) = kept
            && let Some(changed) = kept.refresh(conn, span)?
        {
            return Ok((kept, Some(changed)));
        }
        Ok((Ledger::load(conn, config, span.0, span.1)?.thin(), None))
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
        self.accounts.iter().flat_map(|account| self.judge_account(profile, account, check, now)).collect()
    }

    /// The verdicts of one account at a check, in the order of the profile.
    pub fn judge_account(&self, profile: &Profile, account: &Account, check: Check, now: Moment) -> Vec<Verdict> {
        rules::duties(profile, account, check).iter().map(|duty| self.judge_duty(duty, now)).collect()
    }

    /// Whether it has what the rules of a profile need at that check.
    pub fn covers(&self, profile: &Profile, check: Check) -> bool {
        let (from, until) = span_of(profile, &[check]);
        self.span.is_some_and(|span| span.0 <= from && until <= span.1)
    }

    /// The verdict of one duty.
    pub fn judge_duty(&self, duty: &Duty<'_>, now: Moment) -> Verdict {
        rules::judge(duty, &self.evidence(duty.account.id), now)
    }

    /// Where in the list it stands.
    pub fn place(&self, id: AccountId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// The account of that number.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.places.get(&id).and_then(|place| self.accounts.get(*place))
    }
}

/// From where to where the rules of a profile look at these checks.
fn span_of(profile: &Profile, checks: &[Check]) -> (Moment, Moment) {
    let windows =
        checks.iter().flat_map(|check| profile.rules.iter().map(|rule| rules::window_of(rule.window, *check)));
    let spans: Vec<rules::Window> = windows.collect();
    let from = spans.iter().map(|window| window.from).min().unwrap_or(Moment::MAX);
    let until = spans.iter().map(|window| window.until).max().unwrap_or(Moment::MIN);
    (from, until.max(from))
}

fn places(accounts: &[Account]) -> BTreeMap<AccountId, usize> {
    accounts.iter().enumerate().map(|(place, account)| (account.id, place)).collect()
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
