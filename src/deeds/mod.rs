//! What a person does to what is kept, one file a deed: read as values, refused with a sentence or kept in
//! one transaction with its audit entry. The command line and the pages share them, so that a button and a
//! verb do, refuse and record the same.

pub mod attest;
pub mod bulletin;
pub mod calendar;
pub mod confirm;
pub mod discard;
pub mod held;
pub mod list;
pub mod look;
pub mod mode;
pub mod named;
pub mod outbox;
pub mod post;
pub mod repair;
pub mod replace;
pub mod reply;
pub mod sheet;
pub mod silence;
pub mod start;
pub mod state;
pub mod strike;
pub mod table;
pub mod user;
pub mod when;
pub mod withhold;
pub mod words;

use crate::store::StoreError;

/// Why a deed was not done; nothing was changed.
#[derive(Debug)]
pub enum Refusal {
    /// What was asked for is wrong in itself (Chinese, with the cure); the command line's exit 2.
    Wish(String),
    /// The same of one part of it: its field, as the forms call it, and why.
    Field(&'static str, String),
    /// What is kept does not allow it (Chinese, with the cure); the command line's exit 1.
    State(String),
    /// The database could not be asked.
    Store(StoreError),
}

impl Refusal {
    /// See [`Refusal::Wish`].
    pub fn wish(chinese: impl Into<String>) -> Refusal {
        Refusal::Wish(chinese.into())
    }

    /// See [`Refusal::Field`].
    pub fn field(name: &'static str, chinese: impl Into<String>) -> Refusal {
        Refusal::Field(name, chinese.into())
    }

    /// A wish that is wrong without saying where is wrong in that field.
    #[must_use]
    pub fn at(self, name: &'static str) -> Refusal {
        match self {
            Refusal::Wish(chinese) => Refusal::Field(name, chinese),
            other => other,
        }
    }

    /// See [`Refusal::State`].
    pub fn state(chinese: impl Into<String>) -> Refusal {
        Refusal::State(chinese.into())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::Store(error)
    }
}
