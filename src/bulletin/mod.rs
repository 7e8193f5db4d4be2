//! A 通报 on its way to a signature: which step may follow which, what each office is asked, what lies
//! before whoever signs, and what a later change makes of an issued one.
//!
//! Pure: values in, values and documents out. `issued` loads and freezes, `store::bulletins` keeps.

mod approval;
mod blanks;
mod change;
mod dispute;
mod finding;
mod frozen;
mod number;
mod review;
mod stage;
pub mod words;

#[cfg(test)]
mod tests;

pub use approval::{Approval, approval, evidence, left_out};
pub use blanks::blanks;
pub use change::{Outcome, Stood, changes};
pub use dispute::{Dispute, dispute};
pub use finding::{Basis, Finding, Printed, Reminder, Standing, by_office};
pub use frozen::{Frozen, freeze, thaw};
pub use number::document_number;
pub use review::review;
pub use stage::{Act, Stage, step};

use crate::domain::{Moment, Period};
use crate::report::{Cell, Meta};

/// What every paper of a 通报 says at its head and foot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The period.
    pub period: Period,
    /// Name of the profile that judged.
    pub profile: String,
    /// The region in titles; may be empty.
    pub region: String,
    /// The office that checks.
    pub office: String,
    /// How it is reached; may be empty.
    pub contact: String,
    /// What the findings rest on (文号); may be empty.
    pub basis: String,
    /// As of when.
    pub now: Moment,
}

impl Head {
    fn meta(&self) -> Meta {
        Meta { period: self.period, profile: self.profile.clone(), generated_at: self.now }
    }

    /// 开封市2022年6月份
    fn scope(&self) -> String {
        format!("{}{}", self.region, crate::report::period_words(self.period))
    }

    /// The line with the office and how it is reached.
    fn foot(&self) -> String {
        let contact =
            if self.contact.is_empty() { String::new() } else { format!("　联系方式：{}", self.contact) };
        format!("{}{contact}", self.office)
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn number(number: usize) -> Cell {
    Cell::Number(i64::try_from(number).unwrap_or(i64::MAX))
}
