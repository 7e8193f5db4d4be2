//! The promise: whatever the umask of whoever runs us, nobody else reads what is kept.

use crate::calendar::NOTICE;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs the program in `dir` with a umask that takes nothing away.
fn open_handed(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "umask 000; exec \"$0\" --config config.toml --data data \"$@\"",
        env!("CARGO_BIN_EXE_cuigeng"),
    ]);
    command.args(args).current_dir(dir);
    command
}

fn ok(dir: &Path, args: &[&str]) {
    let output = open_handed(dir, args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whatever others may read or open below `dir`.
fn open_to_others(dir: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        let about = |path: &Path| std::fs::symlink_metadata(path).unwrap();
        found.push((dir.clone(), about(&dir).permissions().mode() & 0o777, 0o700));
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            let about = about(&path);
            if about.is_dir() {
                dirs.push(path);
            } else {
                found.push((path, about.permissions().mode() & 0o777, 0o600));
            }
        }
    }
    assert!(found.len() > 1, "{}", dir.display());
    found.into_iter().filter(|(_, mode, right)| mode != right).map(|(path, mode, _)| (path, mode)).collect()
}

#[test]
fn nobody_else_reads_what_is_kept_whatever_the_umask() {
    let dir = tempfile::tempdir().unwrap();
    let (dir, data) = (dir.path(), dir.path().join("data"));
    std::fs::write(dir.join("config.toml"), "[web]\nlisten = \"off\"\n").unwrap();
    std::fs::write(dir.join("a.csv"), "账号名称,平台\n青禾文旅,新浪微博\n").unwrap();
    std::fs::write(dir.join("notice.txt"), NOTICE).unwrap();
    let fine = |when: &str| assert_eq!(open_to_others(&data), [], "{when}");
    ok(dir, &["account", "import", "a.csv"]);
    ok(dir, &["backup"]);
    ok(dir, &["calendar", "import", "notice.txt", "--year", "2027", "--by", "李四", "--yes"]);
    ok(dir, &["report", "words", "--period", "2026-06"]);
    fine("verbs");
    // The daemon has the database open, with its log and its shared memory, and the lock.
    let mut daemon = open_handed(dir, &["serve"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !data.join("cuigeng.db-shm").exists() || !data.join("cuigeng.lock").exists() {
        assert!(daemon.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    let found = open_to_others(&data);
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    assert_eq!(found, [], "beside the daemon");
    // Another second, so that there may be another.
    for entry in std::fs::read_dir(data.join("backups")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let ending = name.split_once('.').unwrap().1;
        if name.starts_with("cuigeng-") {
            std::fs::rename(&path, path.with_file_name(format!("cuigeng-20260101T000000.{ending}"))).unwrap();
        }
    }
    // What an older version has left open is shut when it is next opened.
    for name in ["cuigeng.db", "cuigeng.db-wal", "cuigeng.db-shm", "cuigeng.open", "backups/.lock"] {
        let path = data.join(name);
        if path.exists() {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
    }
    ok(dir, &["backup", "--to", "copy.db"]);
    std::fs::rename(dir.join("copy.db"), data.join("copy.db")).unwrap();
    std::fs::rename(dir.join("copy.db.sha256"), data.join("copy.db.sha256")).unwrap();
    ok(dir, &["restore", "copy.db", "--by", "张三"]);
    ok(dir, &["account", "list"]);
    ok(dir, &["backup"]);
    fine("after a restore");
}
