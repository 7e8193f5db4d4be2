//! Whether a copy can be believed: its bytes are those that were written, and it was opened and read whole.

use super::{Trouble, with_ending};
use crate::access::token::hex;
use crate::store::StoreError;
use crate::store::backup::{self, Counts};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// The ending of the file that has the sum, in the form of `sha256sum`.
pub(super) const SUM: &str = ".sha256";

/// What a copy was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its length.
    pub bytes: u64,
    /// Its schema, and this program's.
    pub schema: (i64, i64),
    /// Rows of each table.
    pub rows: Counts,
    /// The years whose imported calendars it carries; `None` where it was made without them.
    pub calendars: Option<Vec<i32>>,
    /// Its sum lay beside it, so that not a byte can have changed unseen.
    pub summed: bool,
    /// What is wrong with it (Chinese); empty when nothing is.
    pub faults: Vec<String>,
}

impl Checked {
    /// Rows of all tables together.
    pub fn total(&self) -> i64 {
        self.rows.values().sum()
    }
}

/// Opens a copy and reads it whole; nothing is changed.
///
/// # Errors
/// There is no such file, it cannot be read at all, or it was written by a newer program.
pub fn verify(path: &Path) -> Result<Checked, Trouble> {
    let shown = path.display();
    let about = std::fs::metadata(path).map_err(|e| Trouble(format!("{shown} 读不了：{e}")))?;
    if !about.is_file() {
        return Err(Trouble(format!("{shown} 不是文件")));
    }
    let wal = with_ending(path, "-wal");
    if std::fs::metadata(&wal).is_ok_and(|about| about.len() > 0) {
        return Err(Trouble(format!(
            "{shown} 旁边还有 {}：它没有收尾，不是一份完整的备份；请先另作一份再用：cuigeng --data {} backup --to 新文件.db",
            wal.display(),
            path.parent().unwrap_or(path).display()
        )));
    }
    let mut faults = Vec::new();
    let summed = match written_sum(path)? {
        None => false,
        Some(written) => {
            if written != sum(path)? {
                faults.push("与备份时的校验值不符，文件被改动过或磁盘有坏处".to_owned());
            }
            true
        }
    };
    match backup::examine(path) {
        Ok(found) => {
            faults.extend(found.faults);
            let schema = (found.schema, found.known);
            Ok(Checked { bytes: about.len(), schema, rows: found.rows, calendars: found.calendars, summed, faults })
        }
        Err(error) if error.is_newer() || error.is_foreign() => Err(Trouble(unusable(path, &error))),
        Err(error) => {
            faults.push(format!("打不开（{error}）"));
            let rows = Counts::new();
            Ok(Checked { bytes: about.len(), schema: (0, 0), rows, calendars: None, summed, faults })
        }
    }
}

fn unusable(path: &Path, error: &StoreError) -> String {
    if error.is_newer() {
        format!("{} 由更新版本的程序写成，这个程序不能用；请先升级程序", path.display())
    } else {
        format!("{} 不是本程序的数据库", path.display())
    }
}

/// The sum that was written when the copy was made.
fn written_sum(path: &Path) -> Result<Option<String>, Trouble> {
    let file = with_ending(path, SUM);
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble(format!("{} 读不了：{error}", file.display()))),
    }
}

fn sum(path: &Path) -> Result<String, Trouble> {
    let failed = |error: std::io::Error| Trouble(format!("{} 读不了：{error}", path.display()));
    let mut file = File::open(path).map_err(failed)?;
    let (mut hash, mut block) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut block).map_err(failed)? {
            0 => return Ok(hex(&hash.finalize())),
            length => hash.update(&block[..length]),
        }
    }
}

/// Writes the sum of `part` beside the place that it will have, durably.
pub(super) fn write_sum(part: &Path, target: &Path) -> Result<(), Trouble> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let (text, file) = (format!("{}  {name}\n", sum(part)?), with_ending(target, SUM));
    let half = with_ending(&file, ".part");
    drop(std::fs::remove_file(&half));
    let mut open = backup::new_private(&half)?;
    let written = open.write_all(text.as_bytes()).and_then(|()| open.sync_all());
    written.map_err(|e| Trouble(format!("{} 写不进磁盘：{e}；请检查磁盘空间", half.display())))?;
    Ok(backup::publish(&half, &file)?)
}
