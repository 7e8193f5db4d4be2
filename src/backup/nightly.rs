//! The nightly task of the daemon.

use super::record::Record;
use super::standing::due;
use crate::Step;
use crate::config::Config;
use crate::domain::Moment;
use crate::store::{Store, StoreError};
use std::sync::Arc;

/// Makes a backup every night. Cheap to clone.
#[derive(Clone)]
pub struct Keeper {
    /// What is kept.
    pub store: Store,
    /// When.
    pub config: Arc<Config>,
}

impl Keeper {
    /// Makes the backup that is due. One that failed is kept as such and tried again.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn step(&self, now: Moment) -> Result<Step, StoreError> {
        let Some(night) = self.config.backup.at else { return Ok(Step { did: false, wake: Moment::MAX }) };
        let record = self.begun(now).await?;
        let wake = due(&record, night, now);
        if wake > now {
            return Ok(Step { did: false, wake });
        }
        let (store, keep_days) = (self.store.clone(), self.config.backup.keep_days);
        let made = tokio::task::spawn_blocking(move || super::make(&store, keep_days, None, now)).await;
        let made = made.map_err(|_| StoreError::ended())?;
        // Whoever tells of troubles learns that one began or is over.
        let did = made.is_err() || record.failed.is_some();
        let record = self.store.read_async(Record::read).await?;
        Ok(Step { did, wake: due(&record, night, now).max(now.plus(60)) })
    }

    /// What is kept, with the day on which this task ran first.
    async fn begun(&self, now: Moment) -> Result<Record, StoreError> {
        let record = self.store.read_async(Record::read).await?;
        if record.since.is_some() {
            return Ok(record);
        }
        let began = Record { since: Some(now), ..record };
        let kept = began.clone();
        self.store.write_async(move |tx| kept.keep(tx)).await?;
        Ok(began)
    }
}
