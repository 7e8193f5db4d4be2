//! When an account posts: by the week, so that it keeps or misses exactly what its town wants of it.
//!
//! June 2022 has four checks (6, 13, 20 and 27 June, 09:00 Beijing), each of which counts the natural
//! week before it and reads the silence from 00:00 of the day 14 days earlier (profile 开封).

use super::dice::Dice;
use cuigeng_adapters::Moment;
use cuigeng_adapters::time::{DAY, HOUR};

/// Monday 2022-05-30 00:00 Beijing: the first week that the checks of June count.
pub(super) const FIRST_WEEK: Moment = Moment::from_unix(1_653_840_000);
/// Weeks planned before it and up to the one that holds the last check.
const WEEKS: std::ops::RangeInclusive<i64> = -6..=4;
/// Checks of June; the same number of weeks are counted.
pub(super) const CHECKS: usize = 4;

/// What the month asks of one account.
#[derive(Clone, Debug)]
pub(super) struct Duty {
    /// Updates in an ordinary week, at least.
    pub(super) quota: u32,
    /// By counted week: how many updates it has instead, when it is missed.
    pub(super) missed: [Option<u32>; CHECKS],
    /// The check at which it has been silent for more than two weeks.
    pub(super) silent_at: Option<usize>,
    /// When in the week it likes to post.
    pub(super) habit: Habit,
    /// Its source knows only the day of an update, so one later on the day of a check would be given
    /// the benefit of the doubt.
    pub(super) by_day: bool,
}

/// When in the week an account likes to post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// Monday to Wednesday.
    Early,
    /// Any day.
    Any,
    /// Thursday to Sunday.
    Late,
    /// Monday, Wednesday, Friday: never two on one day.
    Spread,
}

/// One planned update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// When.
    pub(super) at: Moment,
    /// In a counted week that is missed.
    pub(super) in_missed: bool,
}

/// The Monday that begins a week; 0 is the first one counted.
pub(super) fn monday(week: i64) -> Moment {
    FIRST_WEEK.plus_days(7 * week)
}

/// A check of June, by its number from 0.
pub(super) fn check(number: usize) -> Moment {
    monday(i64::try_from(number).unwrap_or(0) + 1).plus(9 * HOUR)
}

impl Duty {
    /// An account that keeps its quota every week.
    pub(super) fn kept(quota: u32, dice: &mut Dice) -> Duty {
        let habit = *dice.pick(&[Habit::Early, Habit::Early, Habit::Any, Habit::Late]);
        Duty { quota, missed: [None; CHECKS], silent_at: None, habit, by_day: false }
    }

    /// An account that misses one counted week or two, but never posts nothing for two weeks.
    pub(super) fn lazy(quota: u32, dice: &mut Dice) -> Duty {
        let mut duty = Duty { habit: Habit::Any, ..Duty::kept(quota, dice) };
        let first = dice.pick(&[0, 1, 2, 3]).to_owned();
        let second = dice.pick(&[0, 1, 2, 3]).to_owned();
        duty.missed[first] = Some(dice.roll(quota));
        let neighbours = first.abs_diff(second) == 1;
        if second != first && dice.one_in(3) && (quota > 1 || !neighbours) {
            duty.missed[second] = Some(dice.roll(quota));
        }
        if duty.missed[second].is_some() && neighbours {
            // One update in each keeps the two weeks together from being a veto.
            duty.missed[first] = duty.missed[first].map(|n| n.max(1));
            duty.missed[second] = duty.missed[second].map(|n| n.max(1));
        }
        duty
    }

    /// An account that is silent for more than two weeks before one of the checks.
    pub(super) fn silent(quota: u32, dice: &mut Dice) -> Duty {
        let check = dice.pick(&[0, 1, 2, 3]).to_owned();
        let mut duty = Duty { silent_at: Some(check), habit: Habit::Any, ..Duty::kept(quota, dice) };
        duty.missed[check] = Some(0);
        if check > 0 {
            duty.missed[check - 1] = Some(0);
        }
        duty
    }

    /// Every update of the account, ascending.
    pub(super) fn slots(&self, dice: &mut Dice) -> Vec<Slot> {
        let mut slots: Vec<Slot> = WEEKS.flat_map(|week| self.week(week, dice)).collect();
        slots.sort_by_key(|slot| slot.at);
        slots
    }

    fn week(&self, week: i64, dice: &mut Dice) -> Vec<Slot> {
        let missed = usize::try_from(week).ok().and_then(|week| self.missed.get(week).copied().flatten());
        let ordinary = self.quota.max(1) + dice.roll(2);
        let count = if self.silence_holds(week) { 0 } else { missed.unwrap_or(ordinary) };
        let from = self.posts_from(week);
        (0..count)
            .map(|n| Slot {
                at: self.moment(week, n, dice).max(from.plus(i64::from(n) * 61)),
                in_missed: missed.is_some(),
            })
            .collect()
    }

    /// The two whole weeks before the check of the silence.
    fn silence_holds(&self, week: i64) -> bool {
        let check_week = self.silent_at.and_then(|check| i64::try_from(check).ok()).map(|check| check + 1);
        check_week.is_some_and(|check| week == check - 1 || week == check - 2)
    }

    /// After a silence nothing may be posted before the check on the Monday.
    fn posts_from(&self, week: i64) -> Moment {
        let checked = self.silent_at.filter(|check| i64::try_from(*check).is_ok_and(|check| check + 1 == week));
        checked.map_or(monday(week), |number| check(number).plus(if self.by_day { DAY } else { HOUR }))
    }

    /// Some moment of the week in office hours; `n` keeps two updates of a week apart.
    fn moment(&self, week: i64, n: u32, dice: &mut Dice) -> Moment {
        let day = match self.habit {
            Habit::Early => dice.roll(3),
            Habit::Any => dice.roll(7),
            Habit::Late => 3 + dice.roll(4),
            Habit::Spread => n * 2 % 7,
        };
        let second = 8 * HOUR + i64::from(dice.roll(12 * 60)) * 60 + i64::from(n) * 7;
        monday(week).plus(i64::from(day) * DAY + second)
    }
}
