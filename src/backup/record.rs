//! How the last backups went, kept in the database: what the folder alone does not tell.

use super::{Made, Trouble};
use crate::domain::Moment;
use crate::spoken::size;
use crate::store::{Connection, StoreError, Transaction, meta};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const KEY: &str = "backup";

/// What is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// When the nightly task ran for the first time.
    pub since: Option<Moment>,
    /// The newest backup that was made and verified.
    pub last: Option<Last>,
    /// Why the last attempt failed, if it did.
    pub failed: Option<Failed>,
    /// Copies that a later verification found damaged, with what is wrong with them (Chinese).
    pub damaged: BTreeMap<String, String>,
    /// The last verification by itself: when, and of which copy.
    pub verified: Option<(Moment, String)>,
}

/// A backup that was made and verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// When.
    pub at: Moment,
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// When.
    pub at: Moment,
    /// Why (Chinese, with the cure).
    pub why: String,
}

/// Keeps how an attempt went, and who has asked for it.
pub(super) fn tell(
    tx: &Transaction<'_>,
    made: &Result<Made, Trouble>,
    by: Option<&str>,
    now: Moment,
) -> Result<(), StoreError> {
    let mut record = Record::read(tx)?;
    match made {
        Ok(made) => {
            record.made(&made.name, made.bytes, now);
            if let Some(by) = by {
                meta::audit(tx, now, by, "backup.make", &format!("{}，{}，已检验", made.name, size(made.bytes)))?;
            }
        }
        Err(trouble) => record.failed(&trouble.0, now),
    }
    record.keep(tx)
}

impl Record {
    /// What is kept; nothing where nothing was done yet.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn read(conn: &Connection) -> Result<Record, StoreError> {
        Ok(meta::get(conn, KEY)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Keeps it.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn keep(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        meta::set(tx, KEY, &serde_json::to_string(self).map_err(|e| StoreError::odd(e.to_string()))?)
    }

    pub(super) fn made(&mut self, name: &str, bytes: u64, at: Moment) {
        self.damaged.remove(name);
        (self.last, self.failed) = (Some(Last { at, name: name.to_owned(), bytes }), None);
    }

    pub(super) fn failed(&mut self, why: &str, at: Moment) {
        self.failed = Some(Failed { at, why: why.to_owned() });
    }

    /// Notes what a verification found; `None`: the copy is sound.
    pub fn verified(&mut self, name: &str, fault: Option<String>, at: Moment) {
        self.verified = Some((at, name.to_owned()));
        match fault {
            Some(fault) => self.damaged.insert(name.to_owned(), fault),
            None => self.damaged.remove(name),
        };
    }
}
