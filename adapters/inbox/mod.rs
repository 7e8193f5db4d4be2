//! inbox
use crate::http::Http;
use crate::{Ask, Failure, Kinds, Page, Secrets, Traits};

/// Inbox
#[derive(Debug)]
pub struct Inbox {
    c: InboxConfig,
}
#[derive(Debug)]
pub struct InboxConfig {}

impl Inbox {
    pub fn new(c: InboxConfig) -> Inbox {
        Inbox { c }
    }
    /// What it says of itself.
    pub fn traits(&self, _kinds: Kinds) -> Traits {
        unreachable!()
    }
    /// One page.
    ///
    /// # Errors
    /// As the contract says.
    pub async fn page(&self, _ask: &Ask, _http: &Http, _secrets: &dyn Secrets) -> Result<Page, Failure> {
        unreachable!()
    }
}
