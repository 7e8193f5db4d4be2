//! The whole story on loopback: platforms in their true wire formats, a mail server, a town of
//! accounts and a clock that runs fast.
//!
//! Only [`town`] and [`sandbox`] may see what the town's accounts really posted. Whoever drives the
//! daemon passes it addresses, credentials and the list of accounts, and nothing else.

pub mod clock;
pub mod outcome;
pub mod run;
pub mod sandbox;
pub mod town;
pub mod year;
