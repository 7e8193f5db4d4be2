//! A made-up town: who posts how often, who falls silent, and who answers a letter.

use super::{Plan, Told};
use crate::domain::{
    Account, AccountId, Contact, Kinds, Moment, Person, Platform, Post, PostKind, Reach, Role, Roster, Shift,
    SourceRef, Strength, Watch, WatchOrigin, When,
};
use crate::ledger::Ledger;
use crate::rules::Declared;
use chrono::NaiveDate;
use cuigeng_adapters::Delay;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What sees everything at once.
const SOURCE: &str = "演算";
/// Days for which the rules want to see posts.
const KEPT_DAYS: i64 = 40;

/// The town.
#[derive(Clone, Debug)]
pub(super) struct World {
    /// Its accounts, numbered from 1.
    pub(super) accounts: Vec<Account>,
    /// Every post so far, by account, ascending.
    pub(super) posts: BTreeMap<AccountId, Vec<Moment>>,
    /// Who can only be called.
    people: Roster,
    /// Posts to come.
    coming: BTreeSet<(Moment, AccountId)>,
    /// Offices that never answer.
    deaf: BTreeSet<AccountId>,
    dice: Dice,
}

impl World {
    /// A town of so many accounts, with their habits for the year.
    pub(super) fn new(plan: Plan) -> World {
        let mut dice = Dice(plan.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let accounts: Vec<Account> = (1..).take(plan.accounts).map(account).collect();
        let mut world = World {
            posts: accounts.iter().map(|account| (account.id, Vec::new())).collect(),
            coming: BTreeSet::new(),
            deaf: BTreeSet::new(),
            people: Roster::of(callable(plan.accounts)),
            accounts,
            dice: Dice(dice.next()),
        };
        for id in world.accounts.iter().map(|account| account.id).collect::<Vec<_>>() {
            world.settle(id, plan.year);
        }
        world
    }

    /// Three in five post three times a week, the others less; now and then one falls silent.
    fn settle(&mut self, id: AccountId, year: i32) {
        let habit = [3, 3, 3, 2, 2, 1, 0][self.dice.below(7)];
        if self.dice.below(4) == 0 {
            self.deaf.insert(id);
        }
        let first = NaiveDate::from_ymd_opt(year - 1, 12, 1).map(Moment::start_of).unwrap_or_default();
        let mut silent_weeks = 0;
        for week in (0..57).map(|week| first.week_start().plus_days(7 * week)) {
            if silent_weeks == 0 && self.dice.below(25) == 0 {
                silent_weeks = 1 + self.dice.below(4);
            } else {
                silent_weeks = silent_weeks.saturating_sub(1);
            }
            let often = if silent_weeks > 0 { 0 } else { (habit + self.dice.below(2)).min(4) };
            for _ in 0..often {
                self.coming.insert((week.plus(self.dice.seconds(7 * 24)), id));
            }
        }
        // Everybody has posted before the year begins, so that silence has a beginning.
        self.coming.insert((first.plus_days(27).plus(self.dice.seconds(24)), id));
    }

    /// Lets everything happen that happens by `now`.
    pub(super) fn live_until(&mut self, now: Moment) {
        while let Some((at, id)) = self.coming.first().copied().filter(|(at, _)| *at <= now) {
            self.coming.remove(&(at, id));
            self.posts.entry(id).or_default().push(at);
        }
    }

    /// Whoever is told posts within two days, unless the office never answers or is lazy today.
    pub(super) fn answer(&mut self, told: &[Told], now: Moment) {
        for one in told.iter().filter(|one| !self.deaf.contains(&one.account)) {
            for _ in 0..self.dice.below(3) {
                self.coming.insert((now.plus(600 + self.dice.seconds(48)), one.account));
            }
        }
    }

    /// As what the town knows the owner of an address; `None` is the clerk.
    pub(super) fn role_of(&self, address: &str) -> Option<Role> {
        let mut contacts = self.accounts.iter().flat_map(|account| &account.contacts);
        contacts.find(|contact| contact.email == address).map(|contact| contact.role)
    }

    /// What a source that sees everything at once would have brought by `now`.
    pub(super) fn ledger(&self, now: Moment) -> Ledger {
        let kept = |posts: &Vec<Moment>| {
            let first = posts.partition_point(|at| *at < now.plus_days(-KEPT_DAYS)).saturating_sub(1);
            posts[first..].iter().map(|at| post(*at)).collect()
        };
        let posts = self.posts.iter().map(|(id, posts)| (*id, kept(posts))).collect();
        let reach = Reach { from: Moment::MIN, until: now, sees: Kinds::POST, strength: Strength::Strong };
        let watch = Watch { reach, at: now, origin: WatchOrigin::Source(SOURCE.to_owned()) };
        let source = Declared { name: SOURCE.to_owned(), delay: Delay::None, sees: Kinds::POST };
        let mut ledger = Ledger::of(self.accounts.clone(), posts, &watch, &source);
        ledger.people = Arc::new(self.people.clone());
        ledger
    }
}

/// How an office can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    /// Everybody has a mailbox.
    Mail,
    /// The operator can only be called.
    Telephone,
    /// It names nobody but its leader.
    Leader,
    /// Its operator is that of the office before it.
    Shared,
}

/// Of six offices one each is reached in an odd way, and two share an operator.
fn reached(office: i64) -> Reached {
    match office % 6 {
        3 => Reached::Telephone,
        4 => Reached::Leader,
        0 => Reached::Shared,
        _ => Reached::Mail,
    }
}

const fn office_of(number: i64) -> i64 {
    (number - 1) / 4 + 1
}

fn office_name(office: i64) -> String {
    format!("单位{office:02}")
}

/// Four accounts an office, eight offices a supervisor.
fn account(number: i64) -> Account {
    let office = office_of(number);
    Account {
        id: AccountId(number),
        office: office_name(office),
        sources: vec![SourceRef { source: SOURCE.to_owned(), key: number.to_string() }],
        contacts: contacts(office, (number - 1) / 32 + 1),
        position: number,
        ..Account::new(format!("账号{number:03}"), Platform::parse("新浪微博").0)
    }
}

fn contacts(office: i64, supervisor: i64) -> Vec<Contact> {
    let contact = |role, email| Contact { role, email };
    let operator = |office: i64| contact(Role::Operator, format!("yunwei{office:02}@town.example"));
    let leader = contact(Role::Leader, format!("lingdao{office:02}@town.example"));
    let supervisor = contact(Role::Supervisor, format!("zhuguan{supervisor:02}@town.example"));
    match reached(office) {
        Reached::Mail => vec![operator(office), leader, supervisor],
        Reached::Shared => vec![operator(office - 1), leader, supervisor],
        Reached::Telephone => vec![leader, supervisor],
        Reached::Leader => vec![leader],
    }
}

/// The operators who have a telephone and no mailbox.
fn callable(accounts: usize) -> Vec<Person> {
    let offices = (1..).take(accounts.div_ceil(4)).filter(|office| reached(*office) == Reached::Telephone);
    let person = |office: i64| Person {
        id: office,
        landline: format!("0378-555{office:04}"),
        ..Person::new(&office_name(office), &format!("运维{office:02}"), Role::Operator, Shift::None)
    };
    offices.map(person).collect()
}

fn post(at: Moment) -> Post {
    Post {
        id: 0,
        ext_id: Some(at.unix().to_string()),
        push: None,
        when: When::At(at),
        title: String::new(),
        url: None,
        kind: PostKind::Post,
        visible: true,
        repost: false,
        struck: false,
        first_seen: at,
        sightings: Vec::new(),
    }
}

/// Chance that repeats itself.
#[derive(Clone, Debug)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap_or(0) % limit
    }

    fn seconds(&mut self, hours: i64) -> i64 {
        i64::try_from(self.next()).unwrap_or(0) % (hours * 3600)
    }
}
