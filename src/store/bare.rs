//! Posts without the words that nothing is judged by, for whoever keeps many in memory.

use super::posts::take;
use super::{Connection, StoreError};
use crate::domain::{AccountId, Moment, Post};
use std::collections::BTreeMap;

const OF: &str = "SELECT p.id, p.account, NULL, p.push, p.kind, p.exact, p.from_s, p.until_s, '', NULL, p.visible, p.repost, p.struck, p.first_seen, s.source, s.last_seen, s.missed_at, s.gone_at FROM post p LEFT JOIN sighting s ON s.post = p.id WHERE p.from_s < ?2 AND p.until_s > ?1 ORDER BY p.account, p.from_s, p.id";

#[cfg(test)]
pub(super) const ALL: &[&str] = &[OF];

/// Every post whose time touches `[since, until)`, by account and time, without title, address and id of the
/// platform.
///
/// # Errors
/// Those of SQLite.
pub fn of(conn: &Connection, since: Moment, until: Moment) -> Result<BTreeMap<AccountId, Vec<Post>>, StoreError> {
    let mut statement = conn.prepare_cached(OF)?;
    let mut rows = statement.query((since.unix(), until.unix()))?;
    let mut posts: BTreeMap<AccountId, Vec<Post>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        take(posts.entry(AccountId(row.get(1)?)).or_default(), row)?;
    }
    Ok(posts)
}
