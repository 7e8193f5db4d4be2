//! 通报 between the store and the pure half: all that one rests on, how it is signed and frozen, and what
//! later papers say of it.

mod asked;
mod dossier;
mod followed;
mod printed;
mod put;
mod sign;
mod standing;
mod unsettled;

pub use asked::{Asked, Silent, asked, asked_on, silent};
pub use dossier::Dossier;
pub(crate) use dossier::head;
pub use followed::{contradicted, drop_repaired, followed};
pub use put::{keep_asked, rounds, to_ask};
pub use sign::{Amended, SignAsk, Signed, amended, sign};
pub(crate) use sign::{correction, dressed, frozen, unfinished};
pub use standing::{overturn, repairs};
pub(crate) use unsettled::{moot, unsettled};
