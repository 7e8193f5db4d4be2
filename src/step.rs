//! What one step of a task did, and when the next one is due.

use crate::domain::Moment;

/// What a step did and when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Something changed; others may have work now.
    pub did: bool,
    /// Come back then.
    pub wake: Moment,
}
