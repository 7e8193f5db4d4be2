//! A year of reminders without anybody's data: a made-up town, the real ladders, the real calendar.
//!
//! What an office wants to know before it switches to 正式: who would be written to, how often and on
//! which days. The letters are those of [`crate::warn`]; an audit then counts them again from the posts
//! alone and says whether every promise was kept.

mod audit;
mod rungs;
mod table;
mod world;

pub use audit::Promise;

use crate::config::Config;
use crate::domain::{AccountId, Check, Moment, Role};
use crate::ledger::Ledger;
use crate::mail::facts::{Before, Head, Seen, tell};
use crate::rules::{WindowKind, duties};
use crate::store::Mention;
use crate::warn::{self, OwedLetter, OwedMention, Spent};
use chrono::{NaiveDate, NaiveTime};
use std::collections::BTreeSet;
use world::World;

/// What is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The calendar year.
    pub year: i32,
    /// How many accounts.
    pub accounts: usize,
    /// Where chance begins.
    pub seed: u64,
}

/// One thing that one person was told: what the text of a letter said, not what it was queued for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Number of the letter, from 0.
    pub letter: usize,
    /// When it left.
    pub at: Moment,
    /// To whom.
    pub recipient: String,
    /// As whom.
    pub role: Role,
    /// About which account.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// The week's Monday, or the date of the last update.
    pub anchor: NaiveDate,
    /// The rung.
    pub stage: String,
    /// First moment at which an update comes too late.
    pub deadline: Moment,
    /// The open verdict that it rests on; `None` would be a letter without a reason.
    pub verdict: Option<Open>,
}

/// A verdict while its window is open: updates seen and demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Surely inside the window so far.
    pub seen: u32,
    /// Demanded.
    pub required: u32,
}

/// A year that was played.
#[derive(Clone, Debug)]
pub struct Year {
    told: Vec<Told>,
    /// What was promised, and how often it was kept.
    pub promises: Vec<Promise>,
    plan: Plan,
    /// Deadlines that were missed all the same.
    missed: Vec<audit::Missed>,
}

/// Plays a year: looks see everything at once, letters leave at once, and those who get one answer it
/// as people do, or do not.
pub fn play(config: &Config, plan: Plan) -> Year {
    let (world, told) = walk(config, plan);
    let (missed, promises) = audit::audit(config, &world, &told, plan.year);
    Year { told, promises, plan, missed }
}

/// The town at the end of the year, and everything that was said in it.
fn walk(config: &Config, plan: Plan) -> (World, Vec<Told>) {
    let mut world = World::new(plan);
    let mut told: Vec<Told> = Vec::new();
    let mut spent: BTreeSet<Spent> = BTreeSet::new();
    for now in mornings(plan.year, config.warn.hour) {
        world.live_until(now);
        let ledger = world.ledger(now);
        let coming = config.checks_between(now.plus(1), now.plus_days(21));
        let causes = warn::causes(&ledger, config, &coming, now);
        let letters = warn::owed(&causes, &config.clerks(), &spent, &config.calendar, now);
        let first = told.last().map_or(0, |last| last.letter + 1);
        for (number, letter) in (first..).zip(&letters) {
            let said = said(config, &ledger, letter, now);
            let open = |mention: &OwedMention| open(config, &ledger, &coming, mention, now);
            let one = |mention: &&OwedMention| told_by(&world, number, letter, mention, (now, open(mention)));
            let heard: Vec<Told> = said.iter().map(one).collect();
            spent.extend(letter.spends());
            world.answer(&heard, now);
            told.extend(heard);
        }
    }
    (world, told)
}

impl Year {
    /// Headings and rows, month by month, the whole year last.
    pub fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        table::table(self)
    }

    /// Whether every promise was kept.
    pub fn is_kept(&self) -> bool {
        self.promises.iter().all(|promise| promise.broken.is_empty())
    }
}

/// The hour of the leads, on every day of the year.
fn mornings(year: i32, hour: NaiveTime) -> impl Iterator<Item = Moment> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let days = first.iter_days().take_while(move |day| chrono::Datelike::year(day) == year);
    days.map(move |day| Moment::from_beijing(day.and_time(hour)))
}

/// The verdict at the next check that the mention looks forward to, judged as the daemon does.
fn open(config: &Config, ledger: &Ledger, coming: &[Check], mention: &OwedMention, now: Moment) -> Option<Open> {
    let account = ledger.account(mention.account)?;
    let owes = coming.iter().flat_map(|check| duties(&config.profile, account, *check));
    let duty = owes.into_iter().filter(|duty| duty.rule.name == mention.rule).find(|duty| match duty.rule.window {
        WindowKind::Week { .. } => duty.window.from == Moment::start_of(mention.anchor),
        WindowKind::Days { .. } => true,
    })?;
    let verdict = ledger.judge_duty(&duty, now);
    Some(Open { seen: verdict.kind.seen(), required: verdict.required })
}

/// What the composed letter says. A mention that its text leaves out has told nobody anything.
fn said<'l>(config: &Config, ledger: &Ledger, letter: &'l OwedLetter, now: Moment) -> Vec<&'l OwedMention> {
    let head = Head {
        recipient: letter.recipient.clone(),
        role: letter.role,
        slot: letter.slot,
        number: String::new(),
        since: Moment::MIN,
        pass: None,
    };
    let mentions: Vec<Mention> = letter.mentions.iter().map(stored).collect();
    let told =
        tell(ledger, config, &head, &mentions, &|_| Before::default(), (now, Seen { until: now, will_look: false }));
    let is_said = |mention: &&OwedMention| told.said.iter().any(|(said, _)| *said == stored(mention));
    letter.mentions.iter().filter(is_said).collect()
}

/// The mention as the outbox would keep it.
fn stored(owed: &OwedMention) -> Mention {
    Mention {
        account: owed.account,
        rule: owed.rule.clone(),
        anchor: owed.anchor,
        stage: owed.stage.clone(),
        revision: None,
    }
}

fn told_by(
    world: &World,
    number: usize,
    letter: &OwedLetter,
    mention: &OwedMention,
    (at, verdict): (Moment, Option<Open>),
) -> Told {
    Told {
        letter: number,
        at,
        recipient: letter.recipient.clone(),
        // A letter has one role, what it says may be meant for several.
        role: mention.stands_for.or_else(|| world.role_of(&letter.recipient)).unwrap_or(letter.role),
        account: mention.account,
        rule: mention.rule.clone(),
        anchor: mention.anchor,
        stage: mention.stage.clone(),
        deadline: mention.deadline,
        verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        crate::config::load(None).unwrap()
    }

    #[test]
    fn every_promise_is_kept_in_a_small_town() {
        for seed in 1..=3 {
            let year = play(&config(), Plan { year: 2026, accounts: 24, seed });
            for promise in &year.promises {
                assert_eq!(promise.broken, Vec::<String>::new(), "seed {seed}: {}", promise.words);
                assert!(promise.tried > 0, "seed {seed}: {} was never tried", promise.words);
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_year() {
        let plan = Plan { year: 2026, accounts: 5, seed: 9 };
        let [one, two] = [play(&config(), plan), play(&config(), plan)];
        assert_eq!(one.table(), two.table());
        assert_ne!(one.table(), play(&config(), Plan { seed: 10, ..plan }).table());
    }

    /// What a letter was queued for and does not say has told nobody anything.
    #[test]
    fn only_what_the_text_says_is_told() {
        let config = config();
        let mut world = World::new(Plan { year: 2026, accounts: 24, seed: 1 });
        let friday = Moment::parse("2026-07-17 09:00").unwrap();
        world.live_until(friday);
        let ledger = world.ledger(friday);
        let coming = config.checks_between(friday, friday.plus_days(21));
        let causes = warn::causes(&ledger, &config, &coming, friday);
        let owed = warn::owed(&causes, &config.clerks(), &BTreeSet::new(), &config.calendar, friday);
        let mut letter = owed.into_iter().find(|letter| letter.mentions.len() == 1).unwrap();
        let truth = letter.mentions[0].clone();
        letter.mentions.push(OwedMention { anchor: truth.anchor.pred_opt().unwrap(), ..truth.clone() });
        assert_eq!(said(&config, &ledger, &letter, friday), [&truth]);
    }

    /// A ladder that stays silent is noticed, and one that writes on a last day off is allowed to.
    #[test]
    fn a_wrong_ladder_is_noticed() {
        let plan = Plan { year: 2026, accounts: 24, seed: 1 };
        let broken = |change: fn(&mut Config)| {
            let mut config = config();
            change(&mut config);
            let kept = play(&config, plan).promises;
            kept.into_iter().filter(|p| !p.broken.is_empty()).map(|p| p.key).collect::<Vec<_>>()
        };
        assert_eq!(broken(|config| config.warn.week_leads.clear()), ["warned"]);
        assert!(broken(|config| config.warn.silence_leads.clear()).contains(&"warned"));
        assert_eq!(broken(|config| config.warn.last_day_always = true), Vec::<&str>::new(), "that is allowed");
        let short = |config: &mut Config| config.warn.silence_leads.retain(|lead| lead.day < 14);
        assert_eq!(broken(short), Vec::<&str>::new(), "the ladder moves to its last day");
    }
}
