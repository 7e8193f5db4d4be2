//! The inspectors' rules: what is demanded, what was watched, what follows. Values in, values out:
//! nothing here can fail, reads a clock or touches anything outside.

pub mod accept;
pub mod calendar;
mod coverage;
mod count;
mod judge;
mod profile;
mod results;
mod schedule;
mod verdict;

pub use count::Count;
pub use coverage::{Coverage, Proof, Shortfall};
pub use judge::{Declared, Duty, Evidence, duties, judge, window_of};
pub use profile::{CountUnit, LabelReading, PeriodKind, Profile, Quota, Rule, Severity, WindowKind};
pub use results::{AccountResult, Grade, grade};
pub use schedule::{Schedule, ScheduleFault, WhenOff};
pub use verdict::{ExemptWhy, Gap, GapWhy, Verdict, VerdictKind, Window};
