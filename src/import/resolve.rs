//! Which account a row of another file means: by handle, or by name and platform.

use crate::domain::{Account, Platform};
use std::cell::Cell;
use std::collections::HashMap;

/// Names for which a near one is searched; a file of another list would take long otherwise.
const SUGGESTIONS: usize = 200;

/// Finds accounts by what files call them.
pub(super) struct Resolver<'a> {
    by_name: HashMap<&'a str, Vec<&'a Account>>,
    by_former: HashMap<&'a str, Vec<&'a Account>>,
    by_handle: HashMap<&'a str, Vec<&'a Account>>,
    accounts: &'a [Account],
    suggested: Cell<usize>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(accounts: &'a [Account]) -> Resolver<'a> {
        let mut resolver = Resolver {
            by_name: HashMap::new(),
            by_former: HashMap::new(),
            by_handle: HashMap::new(),
            accounts,
            suggested: Cell::new(0),
        };
        for account in accounts {
            resolver.by_name.entry(&account.name).or_default().push(account);
            account.handle.iter().for_each(|handle| resolver.by_handle.entry(handle).or_default().push(account));
            account.former_names.iter().for_each(|name| resolver.by_former.entry(name).or_default().push(account));
        }
        resolver
    }

    /// The account that is meant; `handle` and `platform` may be blank. The name goes before a handle
    /// of the same letters, a present name before a former one.
    ///
    /// # Errors
    /// A sentence (Chinese) for an unknown or an ambiguous one, or a handle of another name.
    pub(super) fn find(&self, named: &str, handle: &str, platform: &str) -> Result<&'a Account, String> {
        let platform = (!platform.is_empty()).then(|| Platform::parse(platform).0);
        let here = |found: Option<&Vec<&'a Account>>| -> Vec<&'a Account> {
            let all = found.map_or(&[][..], Vec::as_slice).iter().copied();
            all.filter(|account| platform.as_ref().is_none_or(|platform| account.platform == *platform)).collect()
        };
        let mut bearers = here(self.by_handle.get(handle));
        if bearers.len() > 1 {
            bearers.retain(|account| account.name == named);
        }
        if let [account] = bearers[..] {
            return agree(account, named);
        }
        let names = [self.by_name.get(named), self.by_handle.get(named), self.by_former.get(named)];
        let mut found = names.into_iter().map(here).find(|found| !found.is_empty()).unwrap_or_default();
        if !handle.is_empty() {
            // By its handle nobody knows it, so it can only be one that has none yet.
            found.retain(|account| account.handle.is_none());
        }
        match found[..] {
            [account] => Ok(account),
            [] if named.is_empty() && handle.is_empty() => Err("没有写是哪个账号".to_owned()),
            [] if platform.is_none() && self.by_handle.contains_key(handle) => {
                Err(format!("标识“{handle}”在几个平台上都有，请填写平台"))
            }
            [] => Err(self.unknown(named, handle, platform.as_ref())),
            _ if platform.is_none() => Err(format!("“{named}”对应不止一个账号，请填写平台")),
            _ => Err(format!("“{named}”对应不止一个账号，请填写账号标识")),
        }
    }

    fn unknown(&self, named: &str, handle: &str, platform: Option<&Platform>) -> String {
        if !handle.is_empty() {
            return format!("台账中没有标识为“{handle}”的账号，请先导入台账或改正账号标识");
        }
        let elsewhere = self.by_name.get(named).map_or(&[][..], Vec::as_slice);
        if let (Some(platform), Some(account)) = (platform, elsewhere.first()) {
            return format!("台账中的“{named}”在{}，不在{platform}，请改正平台", account.platform);
        }
        match self.near(named) {
            Some(account) => format!("台账中没有“{named}”，是不是“{}”？", account.title()),
            None => format!("台账中没有“{named}”（账号名称和账号标识里都没有），请先导入台账或改正这一格"),
        }
    }

    fn near(&self, named: &str) -> Option<&'a Account> {
        self.suggested.set(self.suggested.get() + 1);
        if self.suggested.get() > SUGGESTIONS {
            return None;
        }
        let far = |account: &&Account| strsim::damerau_levenshtein(&account.name, named);
        let most = (named.chars().count() / 4).max(1);
        self.accounts.iter().min_by_key(far).filter(|account| far(account) <= most)
    }
}

/// The one account of a file, when a row names nobody else; blank cells name nobody.
///
/// # Errors
/// A sentence (Chinese) for a row of another account.
pub(super) fn agree_on<'a>(
    only: &'a Account,
    named: &str,
    handle: &str,
    platform: &str,
) -> Result<&'a Account, String> {
    let same_platform = platform.is_empty() || Platform::parse(platform).0 == only.platform;
    let same_handle = handle.is_empty() || only.handle.as_deref().is_none_or(|own| own == handle);
    let same_name = named.is_empty() || is_known_as(only, named) || only.handle.as_deref() == Some(named);
    if same_platform && same_handle && same_name {
        return Ok(only);
    }
    let told: Vec<&str> = [named, platform, handle].into_iter().filter(|text| !text.is_empty()).collect();
    Err(format!(
        "这一行写的是“{}”，不是 --account 指定的{}；请删去别的账号的行，或不写 --account",
        told.join("，"),
        only.title()
    ))
}

fn is_known_as(account: &Account, name: &str) -> bool {
    account.name == name || account.former_names.iter().any(|former| former == name)
}

/// A row that names one account by its handle and another by its name is a mistake in one of them.
fn agree<'a>(account: &'a Account, named: &str) -> Result<&'a Account, String> {
    if named.is_empty() || is_known_as(account, named) || account.handle.as_deref() == Some(named) {
        return Ok(account);
    }
    Err(format!("这个账号标识属于“{}”，与账号名称“{named}”对不上，请改正其中一个", account.name))
}
