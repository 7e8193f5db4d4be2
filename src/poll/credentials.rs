//! Tries credentials once a day, so that one that is about to end is announced before it does.

use super::Poller;
use crate::domain::{Account, Moment};
use crate::store::{StoreError, credentials};
use cuigeng_adapters::time::DAY;
use cuigeng_adapters::{Paged, Source};
use std::collections::BTreeSet;

impl Poller {
    /// Tries every credential that has an end and was not tried for a day. A source that rests is
    /// left alone.
    pub(super) async fn try_credentials(&self, accounts: &[Account], now: Moment) -> Result<(), StoreError> {
        let wanted: Vec<(&str, &Paged, String)> = self.with_an_end(accounts, now);
        if wanted.is_empty() {
            return Ok(());
        }
        let kept = self.store.read_async(credentials::all).await?;
        let fresh = |source: &str, key: &str| {
            kept.iter().any(|c| c.source == source && c.key == key && now.since(c.checked_at) < DAY)
        };
        for (source, paged, key) in wanted {
            let row = if shared(paged) { String::new() } else { key.clone() };
            if !fresh(source, &row) && self.lanes.rests(source, now).is_none() {
                let pace_s = self.config.sources.get(source).map_or(0, crate::config::SourceConfig::pace_s);
                self.lanes.turn(source, pace_s, self.clock.as_ref()).await;
                let probe = paged.probe(&key, now, &self.http, self.secrets.as_ref()).await;
                if let Some(trouble) = &probe.trouble {
                    tracing::warn!(source, class = trouble.class.word(), detail = trouble.detail, "credential.refused");
                }
                let source = source.to_owned();
                self.store.write_async(move |tx| credentials::set(tx, &source, &row, now, probe.expires)).await?;
            }
        }
        Ok(())
    }

    /// Source, how to try it, and for which account: each credential once.
    fn with_an_end(&self, accounts: &[Account], now: Moment) -> Vec<(&str, &Paged, String)> {
        let mut seen = BTreeSet::new();
        let mut wanted = Vec::new();
        for (_, of) in super::watched(accounts, now) {
            let Some(configured) = self.config.sources.get(&of.source) else { continue };
            let Source::Paged(paged) = &configured.source else { continue };
            let key = if shared(paged) { String::new() } else { of.key.clone() };
            if paged.has_an_end() && seen.insert((configured.name.as_str(), key)) {
                wanted.push((configured.name.as_str(), paged, of.key.clone()));
            }
        }
        wanted
    }
}

fn shared(paged: &Paged) -> bool {
    paged.traits(cuigeng_adapters::Kinds::POST).manners.shared
}
