//! Who is to be looked at, and when to look again. Pure: values in, times out.

use crate::domain::{Class, Moment};
use cuigeng_adapters::time::{DAY, HOUR};
use cuigeng_adapters::{Delay, Failure, Outcome};

/// Where one source stands with one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agenda {
    /// When the last look was made; `None` before the first.
    pub last_at: Option<Moment>,
    /// Not before this.
    pub next_at: Moment,
    /// Failures in a row.
    pub fails: u32,
}

impl Agenda {
    /// Never looked at: due at once.
    pub const NEW: Agenda = Agenda { last_at: None, next_at: Moment::MIN, fails: 0 };

    /// Whether a look is due: its time has come, or a wanted moment passed without one. A rest after
    /// a failure is kept even then, so that a platform that blocks us is not pressed.
    pub fn is_due(&self, now: Moment, wanted: &[Moment]) -> bool {
        let missed = |at: &&Moment| **at <= now && self.last_at.is_none_or(|last| last < **at);
        self.next_at <= now || (self.fails == 0 && wanted.iter().any(|at| missed(&at)))
    }

    /// The next moment after `now` at which a look falls due.
    pub fn wakes(&self, now: Moment, wanted: &[Moment]) -> Moment {
        let closing = wanted.iter().copied().filter(|at| *at > now && self.fails == 0).min();
        self.next_at.min(closing.unwrap_or(Moment::MAX))
    }

    /// The agenda after a look. `every_s` is the ordinary pace; `spread` (0..1000) is this account's
    /// fixed place within a tenth of it, so that a thousand accounts do not ask in one second.
    #[must_use]
    pub fn after(&self, outcome: &Outcome, now: Moment, every_s: i64, spread: i64) -> Agenda {
        let jitter_s = every_s / 10 * spread.clamp(0, 1000) / 1000;
        let Outcome::Failed(failure) = outcome else {
            return Agenda { last_at: Some(now), next_at: now.plus(every_s - jitter_s), fails: 0 };
        };
        let fails = self.fails.saturating_add(1);
        let rest_s = failure.retry_after_s.unwrap_or(0).max(rest(failure.class, fails, every_s));
        Agenda { last_at: Some(now), next_at: now.plus(rest_s + jitter_s), fails }
    }

    /// The agenda after a look that was not made, because the source is left alone until then. It is no
    /// failure of this account's own, so that an account that fails by itself comes last when the rest
    /// is over and cannot starve the others.
    #[must_use]
    pub fn not_asked(&self, until: Moment, now: Moment, every_s: i64, spread: i64) -> Agenda {
        let jitter_s = every_s / 10 * spread.clamp(0, 1000) / 1000;
        // Whoever was refused itself stands back until all others have had their turn.
        let behind_s = if self.fails > 0 { every_s / 10 } else { 0 };
        Agenda { last_at: Some(now), next_at: until.plus(behind_s + jitter_s), fails: self.fails }
    }

    /// Who is asked first: whoever answered last time, then whoever waits longest.
    pub fn turn(&self) -> (u32, Moment) {
        (self.fails, self.next_at)
    }
}

/// Seconds to leave a source alone after so many failures in a row (style.md, "Errors": who acts next).
fn rest(class: Class, fails: u32, every_s: i64) -> i64 {
    let doubled = |first_s: i64, longest_s: i64| (first_s << fails.saturating_sub(1).min(10)).min(longest_s);
    match class {
        Class::Transient => doubled(5 * 60, 2 * HOUR).min(every_s.max(5 * 60)),
        Class::Throttled => doubled(HOUR / 2, 6 * HOUR),
        Class::Blocked => doubled(HOUR, 6 * HOUR),
        Class::Malformed => doubled(HOUR, 12 * HOUR),
        Class::Auth | Class::Config => doubled(HOUR / 2, 6 * HOUR),
        Class::Gone | Class::Retired => doubled(6 * HOUR, 24 * HOUR),
    }
}

/// Most days that a look reaches back.
const LONGEST_LOOK_DAYS: i64 = 60;

/// How far back a look must ask: for the windows of the next check, and for all that was missed since
/// the source last read the account (`last_good`), so that a long outage heals by itself.
pub fn look_back(last_good: Option<Moment>, window_days: i64, now: Moment) -> Moment {
    let missed_days = last_good.map_or(7, |last| now.since(last) / DAY + 1).clamp(0, LONGEST_LOOK_DAYS);
    Moment::start_of(now.plus_days(-(window_days + 2).max(missed_days)).date())
}

/// What stands between us and a source as a whole. A refusal that holds for every account (a login, a
/// host's patience) is not tried again account by account; other troubles must come in a row first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row, whatever the account.
    pub row: u32,
    /// Rests in a row.
    pub trips: u32,
    /// Why the source is left alone, and until when.
    pub rest: Option<(Failure, Moment)>,
}

/// The reason of a look that was not made, because its source is left alone.
pub const RESTING: &str = "resting";

/// Failures in a row after which a source is left alone although each account has its own credential.
const ROW: u32 = 5;

/// Reasons of failures that concern one account's list, not the source as a whole.
const OWN_REASONS: [&str; 6] = ["stale", "went_back", "empty_unexpected", "owner_mismatch", "lost_sight", "banned"];

impl Breaker {
    /// A source that is left alone for as long as `cause` says.
    pub fn resting(cause: Failure, now: Moment) -> Breaker {
        let until = now.plus(cause.retry_after_s.unwrap_or(HOUR));
        Breaker { row: 1, trips: 1, rest: Some((cause, until)) }
    }

    /// The reason of the rest that lasts at `now`, and its end.
    pub fn rests(&self, now: Moment) -> Option<(Failure, Moment)> {
        self.rest.clone().filter(|(_, until)| now < *until)
    }

    /// After a look. `shared`: one login or one host serves every account. `again`: the account that was
    /// looked at had failed when it was last asked.
    #[must_use]
    pub fn after(&self, outcome: &Outcome, shared: bool, again: bool, now: Moment) -> Breaker {
        let Outcome::Failed(failure) = outcome else { return Breaker::default() };
        let own = OWN_REASONS.contains(&failure.reason.as_str()) || self.is_own(failure.class, again);
        let row = if own { self.row } else { self.row.saturating_add(1) };
        let trips = match failure.class {
            _ if own => false,
            Class::Auth | Class::Throttled | Class::Blocked | Class::Retired | Class::Config if shared => true,
            Class::Throttled | Class::Blocked | Class::Transient => row >= ROW,
            Class::Auth | Class::Config | Class::Retired | Class::Gone | Class::Malformed => false,
        };
        if !trips {
            return Breaker { row, ..self.clone() };
        }
        let trips = self.trips.saturating_add(1);
        let rest_s = failure.retry_after_s.unwrap_or(0).max(rest_of_source(failure.class, shared, trips));
        Breaker { row, trips, rest: Some((failure.clone(), now.plus(rest_s))) }
    }

    /// A refusal that comes again for the same account, although somebody was served since the last
    /// rest, is that account's own and must not silence the source for the others.
    fn is_own(&self, class: Class, again: bool) -> bool {
        again && self.trips == 0 && class != Class::Throttled
    }
}

/// A host that refuses everybody is left alone for hours (weibo.md, "Pace").
fn rest_of_source(class: Class, shared: bool, trips: u32) -> i64 {
    match class {
        Class::Blocked | Class::Throttled if shared => ((2 * HOUR) << trips.saturating_sub(1).min(10)).min(6 * HOUR),
        _ => rest(class, trips, HOUR),
    }
}

/// Moments around a check at which every source is wanted: when its windows have closed, and when a
/// source with a declared delay shows what it held back (DESIGN §6, "the closing look").
pub fn closing_moments(week_end: Moment, check_at: Moment, delays: &[Delay]) -> Vec<Moment> {
    let mut wanted: Vec<Moment> = vec![week_end, check_at];
    wanted.extend(delays.iter().flat_map(|delay| [delay.shows(week_end), delay.shows(check_at)]));
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use cuigeng_adapters::Failure;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn failed(class: Class) -> Outcome {
        Outcome::Failed(Failure::new(class, ""))
    }

    #[test]
    fn a_new_account_is_due_at_once() {
        assert!(Agenda::NEW.is_due(at("2022-06-01 00:00"), &[]));
    }

    #[test]
    fn a_good_look_keeps_the_pace_and_spreads_the_accounts() {
        let now = at("2022-06-01 09:00");
        for (spread, next) in [(0, "2022-06-01 11:00"), (500, "2022-06-01 10:54"), (1000, "2022-06-01 10:48")] {
            let agenda = Agenda::NEW.after(&Outcome::Complete, now, 2 * HOUR, spread);
            assert_eq!(agenda.next_at, at(next), "{spread}");
        }
    }

    #[test]
    fn rests_grow_by_class_and_end() {
        let now = at("2022-06-01 09:00");
        for (class, first_s, longest_s) in [
            (Class::Transient, 300, 2 * HOUR),
            (Class::Throttled, HOUR / 2, 6 * HOUR),
            (Class::Blocked, HOUR, 6 * HOUR),
            (Class::Auth, HOUR / 2, 6 * HOUR),
            (Class::Gone, 6 * HOUR, 24 * HOUR),
        ] {
            let mut agenda = Agenda::NEW.after(&failed(class), now, 2 * HOUR, 0);
            assert_eq!(agenda.next_at.since(now), first_s, "{class:?}");
            for _ in 0..40 {
                agenda = agenda.after(&failed(class), now, 2 * HOUR, 0);
            }
            assert_eq!(agenda.next_at.since(now), longest_s, "{class:?}");
            assert_eq!(agenda.after(&Outcome::Partial, now, 2 * HOUR, 0).fails, 0);
        }
        let told = Outcome::Failed(Failure::new(Class::Throttled, "").retry_after(Some(7 * HOUR)));
        assert_eq!(Agenda::NEW.after(&told, now, 2 * HOUR, 0).next_at.since(now), 7 * HOUR);
    }

    #[test]
    fn a_refusal_to_all_rests_the_source_and_an_own_trouble_does_not() {
        let now = at("2022-06-01 09:00");
        let blocked = failed(Class::Blocked);
        let tripped = Breaker::default().after(&blocked, true, false, now);
        assert_eq!(tripped.rests(now).map(|(_, until)| until), Some(now.plus(2 * HOUR)));
        assert!(tripped.rests(now.plus(2 * HOUR)).is_none(), "then one look may try");
        let longer = tripped.after(&blocked, true, true, now.plus(2 * HOUR));
        assert_eq!(longer.rests(now.plus(2 * HOUR)).map(|(_, until)| until), Some(now.plus(6 * HOUR)));
        let longest = (0..9).fold(longer.clone(), |breaker, _| breaker.after(&blocked, true, true, now));
        assert_eq!(longest.rests(now).map(|(_, until)| until), Some(now.plus(6 * HOUR)));
        assert!(longer.after(&Outcome::Partial, true, false, now).rests(now).is_none());
        let stale = Outcome::Failed(Failure::new(Class::Blocked, "").because("stale"));
        let gone = failed(Class::Gone);
        for outcome in [&stale, &gone] {
            let many = (0..20).fold(Breaker::default(), |breaker, _| breaker.after(outcome, true, false, now));
            assert!(many.rests(now).is_none(), "{outcome:?}");
        }
    }

    #[test]
    fn one_account_that_is_refused_again_and_again_does_not_silence_the_others() {
        let now = at("2022-06-01 09:00");
        let blocked = failed(Class::Blocked);
        let served = Breaker::default().after(&blocked, true, false, now).after(&Outcome::Complete, true, false, now);
        assert!(served.after(&blocked, true, true, now).rests(now).is_none(), "others were served since");
        assert!(served.after(&blocked, true, false, now).rests(now).is_some(), "another account: may be the host");
        assert!(served.after(&failed(Class::Throttled), true, true, now).rests(now).is_some(), "pace is the host's");
        let nobody = Breaker::default().after(&blocked, true, false, now);
        assert!(nobody.after(&blocked, true, true, now.plus(HOUR)).trips == 2, "nobody was served since");
    }

    #[test]
    fn who_was_not_asked_has_not_failed_and_who_failed_comes_last() {
        let now = at("2022-06-01 09:00");
        let waits = Agenda::NEW.not_asked(now.plus(HOUR), now, 2 * HOUR, 500);
        assert_eq!((waits.fails, waits.next_at), (0, at("2022-06-01 10:06")));
        let refused = Agenda::NEW.after(&failed(Class::Blocked), now, 2 * HOUR, 0);
        assert!(waits.turn() < refused.turn() && refused.next_at < waits.next_at);
        let stands_back = refused.not_asked(now.plus(HOUR), now, 2 * HOUR, 0);
        assert_eq!((stands_back.fails, stands_back.next_at), (1, at("2022-06-01 10:12")));
    }

    #[test]
    fn a_source_of_single_credentials_rests_only_after_a_row_of_failures() {
        let now = at("2022-06-01 09:00");
        let after = |n: usize, class| {
            (0..n).fold(Breaker::default(), |breaker, _| breaker.after(&failed(class), false, false, now)).rests(now)
        };
        assert!(after(4, Class::Transient).is_none() && after(5, Class::Transient).is_some());
        assert!(after(4, Class::Blocked).is_none() && after(5, Class::Blocked).is_some());
        assert!(after(50, Class::Auth).is_none() && after(50, Class::Config).is_none());
        let good = (0..4).fold(Breaker::default(), |b, _| b.after(&failed(Class::Transient), false, false, now));
        let good = good.after(&Outcome::Complete, false, false, now);
        assert!(good.after(&failed(Class::Transient), false, false, now).rests(now).is_none());
    }

    #[test]
    fn a_closing_look_is_wanted_once_and_never_presses_a_source_that_rests() {
        let wanted =
            closing_moments(at("2022-06-27 00:00"), at("2022-06-27 09:00"), &[Delay::None, Delay::NextDay { hour: 8 }]);
        let want: Vec<Moment> =
            ["2022-06-27 00:00", "2022-06-27 08:00", "2022-06-27 09:00", "2022-06-28 08:00"].map(at).to_vec();
        assert_eq!(wanted, want);
        let agenda = Agenda { last_at: Some(at("2022-06-27 08:30")), next_at: at("2022-06-27 20:00"), fails: 0 };
        assert!(!agenda.is_due(at("2022-06-27 08:59"), &wanted));
        assert!(agenda.is_due(at("2022-06-27 09:00"), &wanted));
        assert_eq!(agenda.wakes(at("2022-06-27 08:59"), &wanted), at("2022-06-27 09:00"));
        assert!(!Agenda { fails: 1, ..agenda }.is_due(at("2022-06-27 09:00"), &wanted));
        let looked = Agenda { last_at: Some(at("2022-06-27 09:00")), ..agenda };
        assert!(!looked.is_due(at("2022-06-27 09:30"), &wanted));
    }
}
