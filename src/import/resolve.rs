//! Which account a row of another file means: by handle, or by name and platform.

use crate::domain::{Account, Platform};
use std::collections::HashMap;

/// Finds accounts by what files call them.
pub(super) struct Resolver<'a> {
    by_name: HashMap<(&'a str, &'a str), Vec<&'a Account>>,
    by_handle: HashMap<&'a str, Vec<&'a Account>>,
    accounts: &'a [Account],
}

impl<'a> Resolver<'a> {
    pub(super) fn new(accounts: &'a [Account]) -> Resolver<'a> {
        let mut resolver = Resolver { by_name: HashMap::new(), by_handle: HashMap::new(), accounts };
        for account in accounts {
            resolver.by_name.entry((account.name.as_str(), account.platform.name())).or_default().push(account);
            if let Some(handle) = &account.handle {
                resolver.by_handle.entry(handle).or_default().push(account);
            }
        }
        resolver
    }

    /// The account that is meant; `handle` and `platform` may be blank.
    ///
    /// # Errors
    /// A sentence (Chinese) for an unknown or an ambiguous one.
    pub(super) fn find(&self, named: &str, handle: &str, platform: &str) -> Result<&'a Account, String> {
        let platform = (!platform.is_empty()).then(|| Platform::parse(platform).0);
        if !handle.is_empty() {
            return one(self.with_handle(handle, platform.as_ref()), handle);
        }
        if named.is_empty() {
            return Err("没有写账号".to_owned());
        }
        let found = match &platform {
            Some(platform) => self.by_name.get(&(named, platform.name())).cloned().unwrap_or_default(),
            None => self.accounts.iter().filter(|account| account.name == named).collect(),
        };
        if !found.is_empty() {
            return one(found, named);
        }
        one(self.with_handle(named, platform.as_ref()), named)
    }

    fn with_handle(&self, handle: &str, platform: Option<&Platform>) -> Vec<&'a Account> {
        let all = self.by_handle.get(handle).cloned().unwrap_or_default();
        all.into_iter().filter(|account| platform.is_none_or(|platform| account.platform == *platform)).collect()
    }
}

fn one<'a>(found: Vec<&'a Account>, named: &str) -> Result<&'a Account, String> {
    match found.as_slice() {
        [account] => Ok(account),
        [] => Err(format!("台账中没有“{named}”（按账号名称和平台、或按账号标识都找不到），请先导入台账或改正这一格")),
        _ => Err(format!("“{named}”对应不止一个账号，请填写平台或账号标识")),
    }
}
