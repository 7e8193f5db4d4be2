//! weibo
use crate::http::Http;
use crate::{Ask, Failure, Kinds, Page, Secrets, Traits};

/// Weibo
#[derive(Debug)]
pub struct Weibo {
    c: WeiboConfig,
}
#[derive(Debug)]
pub struct WeiboConfig {
    pub base: String,
    pub cookie: Option<String>,
    pub page_cap: u32,
}

impl Weibo {
    pub fn new(c: WeiboConfig) -> Weibo {
        Weibo { c }
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
