//! The State Council's notice about days off: understood, shown, and kept in the data directory as one file
//! a year, so that each can be taken away again.

use super::Refusal;
use crate::access::token::hex;
use crate::config::{Config, imported_calendar};
use crate::domain::Moment;
use crate::rules::calendar::Calendar;
use crate::rules::notice::{Announced, Notice, NoticeFault, read_notice};
use crate::store::{Transaction, calendars, meta};
use chrono::{Datelike, NaiveDate};
use sha2::{Digest, Sha256};
use std::path::Path;

/// The years that may be imported.
pub const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// Why a notice is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Everything that is wrong with its text.
    Notice(Vec<NoticeFault>),
    /// The configuration names a file that has this year, which stands over an import.
    Named(i32),
}

/// A notice that was understood.
#[derive(Clone, Debug)]
pub struct Understood {
    /// The year that it is for.
    pub year: i32,
    /// What it arranges.
    pub found: Announced,
    /// What is odd about it, to be compared with the printed text.
    pub doubts: Vec<NoticeFault>,
    /// The years that it changes, whole.
    pub changed: Calendar,
    /// The configuration as it will be.
    pub after: Config,
}

/// How a year that was known changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Days that were worked and will be off.
    pub off: Vec<NaiveDate>,
    /// Days that were off and will be worked.
    pub worked: Vec<NaiveDate>,
}

/// Understands the notice for `year` over the calendar of `config`.
///
/// # Errors
/// Everything that is wrong with it; or that it changes a year which a file of the configuration has.
pub fn understand(config: &Config, text: &str, year: i32) -> Result<Understood, Trouble> {
    let Notice { found, doubts } = read_notice(text, year).map_err(Trouble::Notice)?;
    let changed = config.calendar.announcing(year, &found);
    if let Some(named) = changed.years().find(|year| config.calendar_named.contains(year)) {
        return Err(Trouble::Named(named));
    }
    let after = config.with_calendar(config.calendar.clone().with(changed.clone()));
    Ok(Understood { year, found, doubts, changed, after })
}

/// Why an import cannot change a year that a file of the configuration has.
pub fn named_in_words(year: i32) -> String {
    format!(
        "{year}年的安排写在配置 calendar.file 的文件里，以那个文件为准；请改那个文件，或从 calendar.file 里去掉它再录入"
    )
}

impl Understood {
    /// Other years that the notice has days of, and whether these are kept: a year that is not known is not
    /// made of one day.
    pub fn strays(&self) -> Vec<(i32, bool)> {
        let others = self.found.years().into_iter().filter(|other| *other != self.year);
        others.map(|other| (other, self.changed.knows(other))).collect()
    }

    /// How a year that `before` knows changes; `None` where it is new.
    pub fn changes(&self, before: &Calendar, year: i32) -> Option<Changes> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| before.knows(year))?;
        let mut changes = Changes::default();
        for day in first.iter_days().take_while(|day| day.year() == year) {
            match (before.is_working(day), self.after.calendar.is_working(day)) {
                (true, false) => changes.off.push(day),
                (false, true) => changes.worked.push(day),
                _ => {}
            }
        }
        Some(changes)
    }

    /// Tells this change of this calendar from any other.
    pub fn mark(&self, before: &Calendar) -> String {
        let mut hash = Sha256::new();
        for text in [before.to_json(), self.changed.to_json(), self.year.to_string()] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hex(&hash.finalize())
    }

    /// The text of each file that it makes.
    fn files(&self) -> Vec<(i32, String)> {
        let one = |year: i32| {
            let others = self.changed.years().filter(|other| *other != year).collect();
            (year, format!("{}\n", self.changed.clone().without(&others).to_json()))
        };
        self.changed.years().map(one).collect()
    }
}

/// Keeps it in `data`, with its entry in the trail; false where just that is kept already. A file that
/// cannot be written keeps no entry.
///
/// # Errors
/// Without a name; what the disk said.
pub fn keep(
    tx: &Transaction<'_>,
    data: &Path,
    understood: &Understood,
    by: &str,
    now: Moment,
) -> Result<bool, Refusal> {
    if by.trim().is_empty() {
        return Err(Refusal::wish("谁录入的要写明，请写明姓名"));
    }
    let files = understood.files();
    // Nothing is done only where the trail has it too: who was stopped between the file and the entry
    // imports once more.
    let (key, text) = (format!("calendar.{}", understood.year), files.iter().map(|(_, text)| text.as_str()));
    let sum = hex(&Sha256::digest(text.collect::<String>()));
    let is_kept = |(year, text): &(i32, String)| {
        std::fs::read_to_string(imported_calendar(data, *year)).is_ok_and(|kept| kept == *text)
    };
    if files.iter().all(is_kept) && meta::get(tx, &key)?.is_some_and(|known| known == sum) {
        return Ok(false);
    }
    meta::set(tx, &key, &sum)?;
    let days = understood.changed.working_days(understood.year).unwrap_or(0);
    meta::audit(tx, now, by.trim(), "calendar.import", &format!("{}年放假安排，{days}个工作日", understood.year))?;
    for (year, text) in files {
        let path = imported_calendar(data, year);
        let failed = |e: std::io::Error| Refusal::state(format!("{} 写不进去：{e}", path.display()));
        calendars::write(&path, &text).map_err(failed)?;
    }
    Ok(true)
}
