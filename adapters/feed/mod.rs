//! feed
use crate::http::Http;
use crate::{Ask, Failure, Kinds, Page, Secrets, Traits};

/// Feed
#[derive(Debug)]
pub struct Feed {}

impl Feed {
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
