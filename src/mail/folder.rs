//! Letters as `.eml` files in a folder: for a first run without a mail server, and for looking.

use crate::private;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Puts a letter into the folder. The same Message-ID makes the same name, so that a repeat after a
/// crash replaces the first copy instead of doubling it.
///
/// # Errors
/// Those of the file system.
pub fn put(dir: &Path, date: &str, message_id: &str, letter: &[u8]) -> io::Result<PathBuf> {
    private::folder(dir)?;
    let digest: String = Sha256::digest(message_id.as_bytes()).iter().take(6).map(|b| format!("{b:02x}")).collect();
    let name = format!("{date}-{digest}.eml");
    let part = dir.join(format!(".{name}.part"));
    let mut file = private::file(&part)?;
    file.write_all(letter)?;
    file.sync_all()?;
    let path = dir.join(name);
    fs::rename(&part, &path)?;
    fs::File::open(dir)?.sync_all()?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_letter_twice_is_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("outbox");
        let first = put(&folder, "20220602", "<a@x>", b"one").unwrap();
        assert_eq!(put(&folder, "20220602", "<a@x>", b"two").unwrap(), first);
        put(&folder, "20220602", "<b@x>", b"three").unwrap();
        assert_eq!(fs::read(first).unwrap(), b"two");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    }
}
