//! The inspectors' rules: what is demanded, what was watched, what follows. Values in, values out:
//! nothing here can fail, reads a clock or touches anything outside.

pub mod accept;
pub mod calendar;
mod count;
mod coverage;
mod finding;
mod judge;
pub mod notice;
mod profile;
mod results;
mod schedule;
pub(crate) mod spans;
mod tally;
mod verdict;

pub use count::Count;
pub use count::{Lies, lies};
pub use coverage::{Coverage, Proof, Shortfall, thinned};
pub use coverage::{Hole, Shade};
pub use finding::{Decision, Decisions, Ruling};
pub use judge::{Declared, Duty, Evidence, duties, judge, summed_label, window_of};
pub use profile::{CountUnit, LabelReading, PeriodKind, Profile, Quota, Rule, Severity, WeeklyRows, WindowKind};
pub use results::{AccountResult, Grade, grade, grades};
pub use schedule::{Schedule, ScheduleFault, WhenOff};
pub use tally::Tally;
pub use verdict::{DELAY_GRACE_S, ExemptWhy, Gap, GapWhy, Verdict, VerdictKind, Window, class_chinese};
