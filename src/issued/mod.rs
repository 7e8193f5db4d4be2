//! 通报 between the store and the pure half: all that one rests on, how it is signed and frozen, and what
//! later papers say of it.

mod dossier;
mod followed;
mod printed;
mod sign;

pub use dossier::Dossier;
pub(crate) use dossier::head;
pub use followed::{contradicted, drop_repaired, followed};
pub use sign::{Amended, SignAsk, Signed, amended, sign};
pub(crate) use sign::{correction, dressed, frozen, unsettled};
