//! All evidence of a span of time, loaded once and handed to the rules: the one way from the store to
//! `judge`, for the daemon and for every verb alike. It writes nothing.

use crate::config::Config;
use crate::domain::{Account, AccountId, Check, FailedLook, Moment, Post, Roster, Watch, When};
use crate::rules::{self, Declared, Duty, Evidence, Profile, Tally, Verdict, WindowKind};
use crate::store::{Connection, StoreError, accounts, contacts, looks, posts, tally, touched};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub mod shelf;

/// How the posts of a span are read.
type ReadPosts = fn(&Connection, Moment, Moment) -> Result<BTreeMap<AccountId, Vec<Post>>, StoreError>;

static NOTHING: Known = Known {
    newest: None,
    posts: Vec::new(),
    tallies: Vec::new(),
    watches: Vec::new(),
    failures: Vec::new(),
    sources: Vec::new(),
};

/// The evidence of a span of time. A copy shares what is known of each account.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Every account, in the order of the list.
    pub accounts: Arc<Vec<Account>>,
    /// Who answers for which account.
    pub people: Arc<Roster>,
    /// Where in the list an account stands.
    places: Arc<BTreeMap<AccountId, usize>>,
    known: BTreeMap<AccountId, Arc<Known>>,
    /// What is loaded: `[from, until)`.
    span: Option<(Moment, Moment)>,
    /// The newest change of the store that it knows of.
    seq: i64,
}

/// What is known of one account.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Its newest counted update, however old.
    newest: Option<Post>,
    posts: Vec<Post>,
    tallies: Vec<Tally>,
    watches: Vec<Watch>,
    failures: Vec<FailedLook>,
    sources: Vec<Declared>,
}

impl Ledger {
    /// Loads what touches `[from, until)`; looks that failed later than `until` still explain gaps.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load(conn: &Connection, config: &Config, from: Moment, until: Moment) -> Result<Ledger, StoreError> {
        Ledger::with_posts(conn, config, (from, until), posts::of)
    }

    /// The same with the posts as `read` gives them.
    fn with_posts(
        conn: &Connection,
        config: &Config,
        (from, until): (Moment, Moment),
        read: ReadPosts,
    ) -> Result<Ledger, StoreError> {
        let seq = touched::newest(conn)?;
        let accounts = accounts::all(conn)?;
        let (mut newest, mut posts) = (newest(conn, until)?, read(conn, from, until)?);
        let (mut tallies, mut watches) = (tally::of(conn, from, until)?, looks::watches(conn, from, until)?);
        let mut failures = looks::failures(conn, from, until.plus_days(7))?;
        let known = accounts.iter().map(|account| {
            let known = Known {
                newest: newest.remove(&account.id),
                posts: posts.remove(&account.id).unwrap_or_default(),
                tallies: tallies.remove(&account.id).unwrap_or_default(),
                watches: watches.remove(&account.id).unwrap_or_default(),
                failures: failures.remove(&account.id).unwrap_or_default(),
                sources: declared(config, account),
            };
            (account.id, Arc::new(known))
        });
        let known = known.collect();
        Ok(Ledger { span: Some((from, until)), seq, known, ..Ledger::listed(accounts, contacts::roster(conn)?) })
    }

    fn listed(accounts: Vec<Account>, people: Roster) -> Ledger {
        let places = Arc::new(places(&accounts));
        Ledger { accounts: Arc::new(accounts), people: Arc::new(people), places, ..Ledger::default() }
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
        let mut ledger = Ledger::listed(accounts::some(conn, wanted)?, contacts::roster(conn)?);
        for account in Arc::clone(&ledger.accounts).iter() {
            ledger.read_one(conn, account.id, (from, until))?;
            ledger.known_of(account.id).sources = declared(config, account);
        }
        Ok(ledger)
    }

    /// Reads the evidence of one account, in place of what was there.
    fn read_one(
        &mut self,
        conn: &Connection,
        id: AccountId,
        (from, until): (Moment, Moment),
    ) -> Result<(), StoreError> {
        let sources = std::mem::take(&mut self.known_of(id).sources);
        let known = Known {
            newest: newest_of(conn, id, until)?,
            posts: posts::of_account(conn, id, from, until)?,
            tallies: tally::of_account(conn, id, from, until)?,
            watches: looks::watches_of(conn, id, from, until)?,
            failures: looks::failures_of(conn, id, from, until.plus_days(7))?,
            sources,
        };
        self.known.insert(id, Arc::new(known));
        Ok(())
    }

    /// What is known of that account, this ledger's own.
    fn known_of(&mut self, id: AccountId) -> &mut Known {
        Arc::make_mut(self.known.entry(id).or_default())
    }

    /// The list and its people, and nothing to judge by.
    ///
    /// # Errors
    /// Those of the store.
    pub fn without_evidence(conn: &Connection) -> Result<Ledger, StoreError> {
        Ok(Ledger::listed(accounts::all(conn)?, contacts::roster(conn)?))
    }

    /// Evidence that nobody stored: posts of each account, and one source that watched them all.
    pub fn of(
        accounts: Vec<Account>,
        mut posts: BTreeMap<AccountId, Vec<Post>>,
        watch: &Watch,
        source: &Declared,
    ) -> Ledger {
        let mut ledger = Ledger::listed(accounts, Roster::default());
        for account in Arc::clone(&ledger.accounts).iter() {
            let known = ledger.known_of(account.id);
            known.posts = posts.remove(&account.id).unwrap_or_default();
            known.newest = known.posts.iter().max_by_key(|post| post.when.latest()).cloned();
            (known.watches, known.sources) = (vec![watch.clone()], vec![source.clone()]);
        }
        ledger
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

    /// For a preview of days to come: people who looked at accounts without a source go on looking until
    /// then. Nothing may be judged on it.
    pub fn suppose_people_look_on(&mut self, until: Moment) {
        for account in Arc::clone(&self.accounts).iter().filter(|account| account.sources.is_empty()) {
            let watches = &mut self.known_of(account.id).watches;
            let newest = watches.iter().max_by_key(|watch| watch.reach.until).cloned();
            watches.extend(newest.map(|mut watch| {
                watch.reach.until = watch.reach.until.max(until);
                watch
            }));
        }
    }

    /// What is known about one account.
    pub fn evidence(&self, account: AccountId) -> Evidence<'_> {
        let known = self.known.get(&account).map_or(&NOTHING, |known| known.as_ref());
        Evidence {
            posts: &known.posts,
            tallies: &known.tallies,
            watches: &known.watches,
            failures: &known.failures,
            sources: &known.sources,
        }
    }

    /// Its newest counted update, however old.
    pub fn newest(&self, account: AccountId) -> Option<&Post> {
        self.known.get(&account)?.newest.as_ref()
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
pub(crate) fn span_of(profile: &Profile, checks: &[Check]) -> (Moment, Moment) {
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
