//! Every promise can be broken: a year is told wrongly on purpose, and the audit must name the promise.

use super::super::{Plan, walk};
use super::*;
use std::sync::OnceLock;

const PLAN: Plan = Plan { year: 2026, accounts: 24, seed: 1 };

struct Played {
    config: Config,
    world: World,
    told: Vec<Told>,
}

fn played() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let config = crate::config::load(None).unwrap();
        let (world, told) = walk(&config, PLAN);
        Played { config, world, told }
    })
}

impl Played {
    fn broken(&self, key: &str, told: &[Told]) -> Vec<String> {
        let (_, promises) = audit(&self.config, &self.world, told, PLAN.year);
        promises.into_iter().find(|promise| promise.key == key).unwrap().broken
    }

    /// What was told, and this beside it.
    fn with(&self, wrong: Told) -> Vec<Told> {
        self.told.iter().cloned().chain([wrong]).collect()
    }

    fn of_stage(&self, stage: &str) -> Told {
        let own = |one: &&Told| one.role == Role::Operator && self.world.role_of(&one.recipient) == Some(one.role);
        self.told.iter().filter(own).find(|one| one.stage == stage).unwrap().clone()
    }

    /// The account's address of that role.
    fn address(&self, one: &Told, role: Role) -> String {
        let account = self.world.accounts.iter().find(|account| account.id == one.account).unwrap();
        account.contacts.iter().find(|contact| contact.role == role).unwrap().email.clone()
    }

    fn to(&self, one: Told, role: Role) -> Told {
        Told { recipient: self.address(&one, role), role, ..one }
    }

    /// The same telling breaks that promise, which the true ones did not break there.
    fn notices(&self, key: &str, wrong: Told) {
        let mention = sentence(&wrong);
        let before = self.broken(key, &self.told);
        let after = self.broken(key, &self.with(wrong));
        let times = |broken: &[String]| broken.iter().filter(|line| **line == mention).count();
        assert!(times(&after) > times(&before), "{key}: {mention}");
    }
}

fn later(one: &Told, days: i64) -> Moment {
    one.at.plus_days(days)
}

#[test]
fn a_leader_who_hears_first_or_of_a_week_is_noticed() {
    let played = played();
    played.notices("order", played.to(played.of_stage("week4"), Role::Leader));
    played.notices("order", played.to(played.of_stage("day10"), Role::Leader));
    played.notices("order", played.to(played.of_stage("day10"), Role::Supervisor));
    // It is the address that counts, whatever role is written beside it.
    let first = played.of_stage("day10");
    let recipient = played.address(&first, Role::Leader);
    played.notices("order", Told { recipient, ..first });
}

#[test]
fn a_letter_on_a_day_off_is_noticed() {
    let played = played();
    let friday = played.of_stage("week5");
    let sunday = (1..7).map(|days| later(&friday, days)).find(|at| !played.config.calendar.is_working(at.date()));
    played.notices("working_days", Told { at: sunday.unwrap(), ..friday });
}

#[test]
fn one_too_many_is_noticed() {
    let played = played();
    let twice = played.of_stage("week4");
    let about = |one: &&Told| {
        (&one.recipient, one.account, &one.rule, one.anchor)
            == (&twice.recipient, twice.account, &twice.rule, twice.anchor)
    };
    let first = sentence(played.told.iter().find(about).unwrap());
    let broken = played.broken("ladder", &played.with(Told { letter: usize::MAX, ..twice.clone() }));
    assert!(broken.contains(&first), "{broken:?}");
    let both: Vec<Told> = played.told.iter().filter(about).cloned().collect();
    assert!(!played.broken("ladder", &both).contains(&first), "the ladder itself is allowed");
    let third = ["week4", "week5", "week3"].map(|stage| Told { stage: stage.to_owned(), ..twice.clone() });
    assert!(!played.broken("ladder", &third).is_empty(), "three rungs of two");
}

#[test]
fn a_letter_about_nothing_is_noticed() {
    let played = played();
    let short = played.of_stage("week4");
    let monday = Moment::start_of(short.anchor);
    let rule = rule_of(&played.config, &short).unwrap();
    let quota = rule.quota.of("新浪微博") as usize;
    let has_met = |id: &&AccountId| count(&played.world.posts[*id], monday, short.at) >= quota;
    let account = *played.world.posts.keys().find(has_met).unwrap();
    played.notices("reasons", Told { account, ..short.clone() });
    played.notices("reasons", Told { at: short.deadline, ..short });
    let silent = played.of_stage("day10");
    played.notices("reasons", Told { anchor: plus(silent.anchor, 1), ..silent });
}

#[test]
fn what_no_rung_or_verdict_explains_is_noticed() {
    let played = played();
    let silent = played.of_stage("day10");
    played.notices("explained", played.to(silent.clone(), Role::Supervisor));
    played.notices("explained", Told { role: Role::Clerk, ..silent.clone() });
    played.notices("explained", Told { stage: "day11".to_owned(), ..silent.clone() });
    played.notices("explained", Told { at: later(&silent, -1), ..silent.clone() });
    played.notices("explained", Told { verdict: None, ..silent });
    let week = played.of_stage("week5");
    played.notices("explained", Told { stage: "week4".to_owned(), ..week.clone() });
    let verdict = week.verdict.map(|open| super::super::Open { seen: open.seen + 1, ..open });
    played.notices("explained", Told { verdict, ..week });
}

/// A deadline that was warned of stays so only while somebody said it in time.
#[test]
fn a_missed_deadline_that_nobody_spoke_of_is_noticed() {
    let played = played();
    let (missed, _) = audit(&played.config, &played.world, &played.told, PLAN.year);
    let about =
        |lost: &Missed, one: &Told| (lost.account, &lost.rule, lost.anchor) == (one.account, &one.rule, one.anchor);
    let lost = missed.iter().find(|lost| played.told.iter().any(|one| about(lost, one))).unwrap();
    let before = played.broken("warned", &played.told).len();
    let silent: Vec<Told> = played.told.iter().filter(|one| !about(lost, one)).cloned().collect();
    assert_eq!(played.broken("warned", &silent).len(), before + 1);
    let too_late =
        |one: &Told| if about(lost, one) { Told { at: lost.deadline.plus(-1), ..one.clone() } } else { one.clone() };
    let late: Vec<Told> = played.told.iter().map(too_late).collect();
    let morning_after = leaves_a_working_day(&played.config, lost.deadline.plus(-1), lost.deadline);
    assert_eq!(played.broken("warned", &late).len(), before + usize::from(!morning_after));
    assert!(!morning_after, "the last second of a day is no working day");
}
