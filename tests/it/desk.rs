//! A folder with files in which the program is run as at a desk: no daemon, the data beside the files.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder, gone at the end.
pub(super) struct Desk(TempDir);

impl Desk {
    /// An empty one.
    pub(super) fn new() -> Desk {
        Desk(TempDir::new().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    pub(super) fn run(&self, line: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        command.current_dir(self.path()).args(["--data", "data"]).args(line).output().unwrap()
    }

    /// What stdout says of a run that succeeds.
    pub(super) fn ok(&self, line: &[&str]) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(super) fn json(&self, line: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[&["--json"], line].concat())).unwrap()
    }

    /// Exit code and what stderr says.
    pub(super) fn refused(&self, line: &[&str]) -> (i32, String) {
        let output = self.run(line);
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}
