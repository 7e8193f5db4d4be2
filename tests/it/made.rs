//! What many tests begin with is made once: directories that are copied. No promise of its own.

use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Keeps a copy of `dir` under that name for this run, in place of that of the last one.
pub(crate) fn keep(name: &str, dir: &Path) -> PathBuf {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("made-{name}"));
    if kept.exists() {
        std::fs::remove_dir_all(&kept).unwrap();
    }
    std::fs::create_dir_all(&kept).unwrap();
    copy_into(dir, &kept);
    kept
}

/// A directory of one's own with the same files.
pub(crate) fn copy(kept: &Path) -> TempDir {
    let own = TempDir::new().unwrap();
    copy_into(kept, own.path());
    own
}

fn copy_into(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_into(&source, &target);
        } else {
            std::fs::copy(source, target).unwrap();
        }
    }
}
