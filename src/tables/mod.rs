//! Tables that a 通报 carries and that come from elsewhere: tallies, score sheets, findings about
//! websites. Pure: the rows of a file in, a table of the report out. What can be computed is computed
//! by the profile's rule, and what a file prints is held against it.

mod check;
mod fields;
mod fill;
mod form;
mod forms;
mod place;
mod points;
mod print;
mod rules;

#[cfg(test)]
mod tests;

pub use check::{Disagreement, disagreements, wrong_sums};
pub use fields::{fields, tally_sentence};
pub use fill::{Cells, Filled, fill};
pub use form::{Form, FormColumn, Role, Subtitle};
pub use place::place;
pub use points::Points;
pub(crate) use print::days;
pub use print::{Attachment, Style};
pub use rules::{Digits, OURS, TableRules};
