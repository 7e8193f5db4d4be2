//! Which looks make a letter to the operator: stragglers of an outage, and a source that flaps.

use super::*;
use crate::config::{self, Config};
use crate::plan::Agenda;
use cuigeng_adapters::{Class, Failure, Outcome, Seen};

/// Eight accounts that hang on one source.
struct Eight {
    kept: Kept,
    config: Arc<Config>,
}

impl Eight {
    fn new() -> Eight {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let hung = |i: i64| Account {
            sources: vec![crate::domain::SourceRef { source: "a".to_owned(), key: i.to_string() }],
            ..account(&format!("账号{i}"), i)
        };
        store.write(move |tx| (1..=8).try_for_each(|i| accounts::save(tx, &hung(i)).map(drop))).unwrap();
        let config = Arc::new(config::load(None).unwrap_or_else(|faults| panic!("{faults}")));
        Eight { kept: Kept { store, dir }, config }
    }

    fn look(&self, who: std::ops::RangeInclusive<i64>, time: &str, class: Option<Class>) {
        let outcome = class.map_or(Outcome::Complete, |class| Outcome::Failed(Failure::new(class, "")));
        let (seen, now) = (Seen { outcome, ..Seen::failed(Failure::new(Class::Malformed, "")) }, at(time));
        self.kept
            .store
            .write(move |tx| {
                who.into_iter().try_for_each(|i| {
                    looks::observe(tx, AccountId(i), "a", &seen, now)?;
                    agenda::set(tx, AccountId(i), "a", Agenda::NEW.after(&seen.outcome, now, 3600, 0))
                })
            })
            .unwrap();
    }

    /// Incidents that last and letters so far, after the operator was told what there is.
    fn told(&self, time: &str) -> (usize, usize) {
        let (config, now) = (Arc::clone(&self.config), at(time));
        self.kept
            .store
            .write(move |tx| {
                let all = accounts::all(tx)?;
                incidents::tell(tx, &config, &all, now)?;
                Ok((incidents::open(tx)?.len(), outbox::list(tx, 100)?.len()))
            })
            .unwrap()
    }
}

#[test]
fn the_stragglers_of_an_outage_write_no_letters() {
    let eight = Eight::new();
    eight.look(1..=8, "2022-06-07 09:00", Some(Class::Blocked));
    assert_eq!(eight.told("2022-06-07 09:30"), (1, 1));
    eight.look(1..=7, "2022-06-08 09:00", None);
    assert_eq!(eight.told("2022-06-08 10:00"), (1, 1), "one good look is none");
    eight.look(1..=7, "2022-06-08 12:00", None);
    assert_eq!(eight.told("2022-06-08 12:30"), (0, 2), "over, and the eighth was not asked since");
    assert_eq!(eight.told("2022-06-08 18:00"), (0, 2));
    eight.look(8..=8, "2022-06-08 19:00", Some(Class::Blocked));
    assert_eq!(eight.told("2022-06-08 21:59"), (0, 2));
    assert_eq!(eight.told("2022-06-08 22:00"), (1, 3), "three hours alone");
    eight.look(8..=8, "2022-06-09 09:00", None);
    assert_eq!(eight.told("2022-06-09 10:00"), (1, 3));
    eight.look(8..=8, "2022-06-09 12:00", None);
    assert_eq!(eight.told("2022-06-09 12:30"), (0, 4));
}

#[test]
fn a_source_that_flaps_for_a_day_is_two_letters() {
    let eight = Eight::new();
    for hour in 0..24 {
        let time = format!("2022-06-07 {hour:02}:00");
        eight.look(1..=8, &time, (hour % 2 == 0).then_some(Class::Blocked));
        assert_eq!(eight.told(&time), (1, 1), "{time}");
    }
    eight.look(1..=8, "2022-06-08 01:00", None);
    assert_eq!(eight.told("2022-06-08 01:00"), (1, 1));
    eight.look(1..=8, "2022-06-08 02:00", None);
    assert_eq!(eight.told("2022-06-08 02:00"), (0, 2), "well from 23:00 on");
}
