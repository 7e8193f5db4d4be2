//! A document as it is kept: its value as JSON, and the hash of those bytes. What is read back renders to
//! the same bytes again, because a renderer sees nothing but the value.

use crate::report::Report;
use sha2::{Digest, Sha256};

/// A document as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// The value.
    pub json: String,
    /// SHA-256 of `json`, in hexadecimal digits.
    pub sha256: String,
}

/// Keeps a document.
///
/// # Errors
/// What the writer of JSON says; no value of ours makes it say anything.
pub fn freeze(report: &Report) -> Result<Frozen, serde_json::Error> {
    let json = serde_json::to_string(report)?;
    let sha256 = hash(&json);
    Ok(Frozen { json, sha256 })
}

/// Reads a document back.
///
/// # Errors
/// A sentence in Chinese, when the bytes are not those that were kept or are no document.
pub fn thaw(frozen: &Frozen) -> Result<Report, String> {
    if hash(&frozen.json) != frozen.sha256 {
        return Err("存档的文件与它的校验值不符，可能被改动过；请从备份恢复数据库".to_owned());
    }
    serde_json::from_str(&frozen.json).map_err(|error| format!("存档的文件读不出来（{error}），请用签发时的版本打开"))
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
