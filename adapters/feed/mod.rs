//! feed
use crate::http::Http;
use crate::{Ask, Failure, Kinds, Page, Secrets, Traits};

/// Feed
#[derive(Debug)]
pub struct Feed {
    c: FeedConfig,
}
#[derive(Debug)]
pub struct FeedConfig {
    pub base: Option<String>,
    pub access_key: Option<String>,
    pub whole: bool,
    pub strength: crate::Strength,
    pub pinned_allowance: usize,
    pub sees: Option<Kinds>,
}

impl Feed {
    pub fn new(c: FeedConfig) -> Feed {
        Feed { c }
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
