//! The last day for feedback. Limits of 5, 8, 10 and 11 days were seen in notices, ten of them most
//! often (rules.md, "Verification, objection, repair").

use crate::rules::calendar::Calendar;
use chrono::{Days, NaiveDate};

/// Which days count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// 自然日.
    Calendar,
    /// 工作日.
    Working,
}

/// The last day: so many days after the day of the paper, which does not count itself.
pub fn due(calendar: &Calendar, dated: NaiveDate, days: u32, counting: Counting) -> NaiveDate {
    match counting {
        Counting::Calendar => dated.checked_add_days(Days::new(days.into())).unwrap_or(dated),
        Counting::Working => (0..days).fold(dated, |day, _| calendar.working_after(day)),
    }
}
