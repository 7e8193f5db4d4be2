//! douyin
use crate::http::Http;
use crate::{Ask, Failure, Kinds, Page, Secrets, Traits};

/// Douyin
#[derive(Debug)]
pub struct Douyin {
    c: DouyinConfig,
}
#[derive(Debug)]
pub struct DouyinConfig {
    pub base: String,
    pub key: Option<String>,
    pub wait_s: u32,
}

impl Douyin {
    pub fn new(c: DouyinConfig) -> Douyin {
        Douyin { c }
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
