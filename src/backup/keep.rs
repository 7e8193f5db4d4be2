//! Which backups there are, and which stay: 14 daily, 8 weekly, 12 monthly (operations.md).

use super::verify::SUM;
use crate::domain::{Moment, Week};
use chrono::{Datelike, NaiveDateTime};
use cuigeng_adapters::time::DAY;
use std::collections::BTreeSet;
use std::path::Path;

/// Weeks and months of which one backup stays.
const WEEKS: usize = 8;
const MONTHS: usize = 12;
const BEGIN: &str = "cuigeng-";
const FORM: &str = "%Y%m%dT%H%M%S";

/// A backup in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// When it was taken: by its name where that is ours, else the date of the file.
    pub at: Moment,
    /// Its length.
    pub bytes: u64,
    /// We have made it and found it sound: its sum lies beside it.
    pub verified: bool,
}

/// What a backup of that second is called, in Beijing time.
pub fn name(now: Moment) -> String {
    format!("{BEGIN}{}.db", stamp(now))
}

/// The second, as names have it.
pub fn stamp(now: Moment) -> String {
    now.beijing().format(FORM).to_string()
}

/// When a copy of that name was taken.
pub fn taken(name: &str) -> Option<Moment> {
    let stamp = name.strip_prefix(BEGIN)?.get(..15)?;
    NaiveDateTime::parse_from_str(stamp, FORM).ok().map(Moment::from_beijing)
}

/// When a folder of that name was put aside: until then the database in it was in use.
pub fn replaced(name: &str) -> Option<Moment> {
    let stamp = name.strip_prefix("replaced-")?;
    NaiveDateTime::parse_from_str(stamp, FORM).ok().map(Moment::from_beijing)
}

pub(super) fn is_ours(name: &str) -> bool {
    taken(name).is_some() || name.starts_with("before-migration-")
}

pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Every backup in the folder, the newest first. A folder that is not there has none.
pub fn list(folder: &Path) -> Vec<Kept> {
    let names = names(folder);
    let files = names.iter().filter(|name| name.ends_with(".db"));
    let mut all: Vec<Kept> = files
        .filter_map(|name| {
            let about = std::fs::metadata(folder.join(name)).ok().filter(std::fs::Metadata::is_file)?;
            let at = taken(name).or_else(|| dated(&about))?;
            let verified = taken(name).is_some() && names.contains(&format!("{name}{SUM}"));
            Some(Kept { name: name.clone(), at, bytes: about.len(), verified })
        })
        .collect();
    all.sort_by(|a, b| (b.at, &b.name).cmp(&(a.at, &a.name)));
    all
}

/// When a file was written last.
pub(super) fn dated(about: &std::fs::Metadata) -> Option<Moment> {
    let since_1970 = about.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since_1970.as_secs()).ok().map(Moment::from_unix)
}

/// Those of `all` (the newest first) that go: verified ones only, so that nobody's own copy does, and never the
/// newest of them. Of each of the last days, weeks and months that have any the newest stays, and whatever is
/// younger than a day.
pub fn surplus(all: &[Kept], days: u32, now: Moment) -> Vec<Kept> {
    let verified: Vec<&Kept> = all.iter().filter(|one| one.verified).collect();
    let mut stays: BTreeSet<&str> = BTreeSet::new();
    stays.extend(verified.iter().filter(|one| now.since(one.at) < DAY).map(|one| one.name.as_str()));
    stays.extend(verified.first().map(|one| one.name.as_str()));
    let days = usize::try_from(days).unwrap_or(usize::MAX);
    stays.extend(newest_of_each(&verified, days, |at| i64::from(at.date().num_days_from_ce())));
    stays.extend(newest_of_each(&verified, WEEKS, |at| Week::of(at).start().unix()));
    stays.extend(newest_of_each(&verified, MONTHS, |at| {
        i64::from(at.date().year()) * 12 + i64::from(at.date().month0())
    }));
    verified.into_iter().filter(|one| !stays.contains(one.name.as_str())).cloned().collect()
}

fn newest_of_each<'a>(all: &[&'a Kept], most: usize, span: impl Fn(Moment) -> i64) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let firsts = all.iter().filter(|one| seen.insert(span(one.at)));
    firsts.map(|one| one.name.as_str()).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn kept(at: Moment) -> Kept {
        Kept { name: name(at), at, bytes: 1, verified: true }
    }

    /// Two years of nights, thinned every night.
    #[test]
    fn fourteen_days_eight_weeks_and_twelve_months_stay() {
        let mut all: Vec<Kept> = Vec::new();
        let first = at("2025-01-01 02:30");
        for night in 0..730 {
            let now = first.plus_days(night);
            all.insert(0, kept(now));
            let goes = surplus(&all, 14, now);
            all.retain(|one| !goes.contains(one));
        }
        let now = first.plus_days(729);
        let age = |one: &Kept| now.since(one.at) / DAY;
        assert_eq!(all.iter().take(14).map(age).collect::<Vec<_>>(), (0..14).collect::<Vec<_>>());
        let weeks: BTreeSet<i64> = all.iter().map(|one| Week::of(one.at).start().unix()).collect();
        let months: BTreeSet<u32> = all.iter().filter(|one| age(one) < 365).map(|one| one.at.date().month0()).collect();
        assert!(weeks.len() >= 8 && months.len() == 12 && all.len() < 34, "{}", all.len());
        let sundays =
            all.iter().filter(|one| (14..56).contains(&age(one)) && one.at.date().weekday().number_from_monday() == 7);
        assert!(sundays.count() >= 5, "the last of a week stays");
    }

    #[test]
    fn the_last_verified_one_todays_and_whatever_is_not_ours_stay() {
        let old = kept(at("2020-01-01 02:30"));
        let foreign = Kept { name: "copy.db".to_owned(), verified: false, ..kept(at("2021-01-01 02:30")) };
        let now = at("2026-07-23 18:00");
        assert_eq!(surplus(&[foreign.clone(), old.clone()], 1, now), []);
        let today: Vec<Kept> = ["17:00", "12:00", "09:00"].map(|h| kept(at(&format!("2026-07-23 {h}")))).to_vec();
        assert_eq!(surplus(&[today.clone(), vec![foreign, old]].concat(), 1, now), []);
        let goes = surplus(&today, 1, at("2026-07-24 18:00"));
        assert_eq!(goes, today[1..]);
    }

    #[test]
    fn names_say_when() {
        let moment = at("2026-07-23 02:30:05");
        assert_eq!((name(moment).as_str(), taken(&name(moment))), ("cuigeng-20260723T023005.db", Some(moment)));
        for odd in ["cuigeng-1.db", "cuigeng-20260723T0230.db", "cuigeng-……………….db", "x"] {
            assert_eq!(taken(odd), None, "{odd}");
        }
    }
}
