//! wechat
use crate::http::Http;
use crate::{Ask, Failure, Kinds, Page, Secrets, Traits};

/// Wechat
#[derive(Debug)]
pub struct Wechat {
    c: WechatConfig,
}
#[derive(Debug)]
pub struct WechatConfig {
    pub base: String,
    pub secret_prefix: String,
    pub first_date: chrono::NaiveDate,
    pub ready_hour: u8,
}

impl Wechat {
    pub fn new(c: WechatConfig) -> Wechat {
        Wechat { c }
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
