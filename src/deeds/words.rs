//! The office's own words of a period: a text file in the data directory, which a person fills in.

use crate::domain::Period;
use crate::import::{read_text, unreadable_file};
use crate::wording::{self, Wording};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A longer file is no draft of paragraphs; in bytes.
const LARGEST: u64 = 1 << 20;

/// Where the words of a period lie.
pub fn file(data: &Path, period: Period) -> PathBuf {
    folder(data).join(format!("{period}.txt"))
}

/// Where the words of all periods lie.
pub fn folder(data: &Path) -> PathBuf {
    data.join("reports").join("words")
}

/// The words of a period, if there are any.
///
/// # Errors
/// Why they cannot be read (Chinese).
pub fn read(data: &Path, period: Period) -> Result<Option<Wording>, String> {
    Ok(text(&file(data, period))?.map(|text| wording::parse(&text)))
}

/// What stands in such a file; `None` where there is none.
///
/// # Errors
/// Why it cannot be read (Chinese).
pub fn text(path: &Path) -> Result<Option<String>, String> {
    let fail = |why: &str| format!("{}：{why}", path.display());
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Ok(of) if of.len() > LARGEST => return Err(fail("超过1MB，不像是通报的段落，请检查")),
        _ => {}
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable_file(path, &error))?;
    read_text(&bytes).map(Some).ok_or_else(|| fail("内容无法按 UTF-8 或 GBK 读出，请在记事本中另存为 UTF-8"))
}
