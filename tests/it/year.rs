//! The promise: over the real calendar of 2026 and a city of 311 accounts, everybody who would have
//! missed a deadline was warned a working day before it, on a working day, and no more often than the
//! ladder allows.

use std::path::Path;
use std::process::Command;

/// `UPDATE_GOLDEN=1` writes the table anew, to be read in review.
#[test]
fn the_table_of_2026() {
    let data = tempfile::tempdir().unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/year-2026.txt");
    let output = Command::new(env!("CARGO_BIN_EXE_cuigeng"))
        .arg("--config")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("config.toml"))
        .arg("--data")
        .arg(data.path())
        .args(["letters", "year", "--year", "2026", "--accounts", "311"])
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &table).unwrap();
    }
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(table, std::fs::read_to_string(&golden).unwrap());
    assert_eq!(table.lines().filter(|line| line.starts_with("做到：")).count(), 6);
}
