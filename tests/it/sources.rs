//! House rules that the compiler cannot see, read off the sources.

use std::path::{Path, PathBuf};

fn files(under: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut dirs = vec![root.join(under)];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                dirs.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(!found.is_empty(), "{under}");
    found
}

fn offenders(files: &[(PathBuf, String)], marks: &[&str], excused: &[&str]) -> Vec<String> {
    let excused = |path: &Path| excused.iter().any(|name| path.to_string_lossy().contains(name));
    let bad = files.iter().filter(|(path, _)| !excused(path));
    bad.flat_map(|(path, text)| {
        marks.iter().filter(|mark| text.contains(**mark)).map(|mark| format!("{}: {mark}", path.display()))
    })
    .collect()
}

#[test]
fn only_the_command_line_knows_the_command_line() {
    let outside: Vec<_> = files("src").into_iter().filter(|(path, _)| !path.starts_with("src/cli")).collect();
    let found = offenders(&outside, &["crate::cli"], &["main.rs"]);
    assert_eq!(found, Vec::<String>::new(), "what verbs and pages share is in deeds, spoken or below");
}

#[test]
fn the_core_touches_nothing() {
    let marks = [
        "crate::store",
        "crate::cli",
        "crate::poll",
        "crate::daemon",
        "crate::secrets",
        "std::fs",
        "std::net",
        "tokio::",
        "rusqlite",
    ];
    for core in ["src/domain", "src/rules", "src/warn", "src/lint"] {
        let found = offenders(&files(core), &marks, &["_tests.rs"]);
        assert_eq!(found, Vec::<String>::new(), "{core}");
    }
    for core in ["src/bulletin", "src/repair"] {
        assert_eq!(offenders(&files(core), &marks, &["tests.rs"]), Vec::<String>::new(), "{core}");
    }
    for core in ["src/plan.rs", "src/health.rs"] {
        let file = [(PathBuf::from(core), text(core))];
        assert_eq!(offenders(&file, &marks, &[]), Vec::<String>::new(), "{core}");
    }
    let compose = files("src/report");
    let pure = offenders(
        &compose,
        &["crate::store", "std::fs", "tokio::"],
        &["prepare.rs", "history.rs", "reminded.rs", "reporter.rs", "tests.rs"],
    );
    assert_eq!(pure, Vec::<String>::new());
}

#[test]
fn sql_has_one_home() {
    let marks = ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE ", "rusqlite"];
    assert_eq!(offenders(&files("src"), &marks, &["src/store"]), Vec::<String>::new());
}

#[test]
fn adapters_cannot_store_send_or_schedule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(root.join("adapters/Cargo.toml")).unwrap();
    for name in ["rusqlite", "lettre", "cron", "cuigeng =", "axum"] {
        assert!(!manifest.contains(name), "{name}");
    }
}

/// Below the data directory nothing is made that others may read; verbs write for whoever types them.
#[test]
fn what_is_kept_is_made_private() {
    let marks = ["File::create(", "create_dir", "fs::write(", "File::options"];
    let excused =
        ["src/cli", "src/demo", "src/private.rs", "src/config/init.rs", "src/poll/inbox.rs", "tests.rs", "/tests/"];
    let mut all = files("src");
    for (_, text) in &mut all {
        text.truncate(text.find("#[cfg(test)]").unwrap_or(text.len()));
    }
    assert_eq!(offenders(&all, &marks, &excused), Vec::<String>::new());
}

#[test]
fn the_clock_is_asked_in_one_place() {
    let marks = ["SystemTime::now", "Utc::now", "Local::now", "Instant::now"];
    let mut all = files("src");
    all.extend(files("adapters"));
    assert_eq!(offenders(&all, &marks, &["src/clock.rs", "_tests.rs"]), Vec::<String>::new());
}

/// Only the town and its sandbox may know what the accounts posted.
#[test]
fn the_demos_daemon_never_sees_the_town() {
    let knows = ["residents()", ".posts(", "Resident", "town::Post", "withhold", ".trouble("];
    let found = offenders(&files("src/demo"), &knows, &["src/demo/town", "src/demo/sandbox"]);
    assert_eq!(found, Vec::<String>::new());
    let everybody = offenders(&files("src"), &["demo::town", "demo::sandbox"], &["src/demo", "src/cli/demo.rs"]);
    assert_eq!(everybody, Vec::<String>::new());
}

/// lettre would write the password into the log with one of these, and misreport a send with the other.
#[test]
fn two_features_of_lettre_stay_off() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let line = manifest.lines().find(|line| line.starts_with("lettre")).unwrap();
    assert!(line.contains("default-features = false"), "{line}");
    for feature in ["\"tracing\"", "\"pool\""] {
        assert!(!line.contains(feature), "{line}");
    }
}

fn text(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The commands that a README tells, without their comments.
fn commands(readme: &str) -> Vec<String> {
    let lines = readme.lines().filter(|line| line.starts_with("cargo ") || line.starts_with("cuigeng "));
    lines.map(|line| line.split('#').next().unwrap().trim().to_owned()).collect()
}

#[test]
fn both_readmes_tell_the_same_commands_and_they_exist() {
    let (english, chinese) = (commands(&text("README.md")), commands(&text("README.zh.md")));
    assert_eq!(english, chinese);
    assert!(
        english.contains(&"cargo test --workspace".to_owned()) && text(".ci/run").contains("cargo test --workspace")
    );
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_cuigeng")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for verb in [
        "serve", "demo", "check", "init", "account", "contact", "confirm", "mode", "post", "attest", "sheet", "look",
        "judge", "status", "explain", "letters", "outbox", "report", "source", "plugin", "doctor", "alarm", "silence",
        "calendar", "user", "bulletin", "repair", "dispute", "lint", "backup", "restore", "version",
    ] {
        assert!(help.contains(&format!("  {verb}")), "{verb}\n{help}");
        assert!(text("README.md").contains(&format!("`{verb}")), "{verb}");
    }
}

/// Whoever adds a module adds its line to the map.
#[test]
fn the_map_names_every_module() {
    let text = text("ARCHITECTURE.md");
    let map = text.split("## Map").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for under in ["src", "adapters"] {
        for entry in std::fs::read_dir(root.join(under)).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let is_module = path.is_dir() || path.extension().is_some_and(|ext| ext == "rs");
            let is_ours = is_module && !stem.ends_with("tests") && !["lib", "main", "target"].contains(&stem.as_str());
            assert!(!is_ours || map.contains(&stem), "{under}/{stem} has no line in ARCHITECTURE.md");
        }
    }
}

/// What decides about alarms and silences is a value of values; only the step and the gathering touch anything.
#[test]
fn alarms_and_silences_are_decided_by_pure_code() {
    let marks = ["crate::store", "crate::secrets", "std::fs", "std::net", "tokio::", "rusqlite", "nix::"];
    for core in
        ["src/alarm/causes.rs", "src/alarm/plan.rs", "src/alarm/robot.rs", "src/alarm/words.rs", "src/silence.rs"]
    {
        assert_eq!(offenders(&[(PathBuf::from(core), text(core))], &marks, &[]), Vec::<String>::new(), "{core}");
    }
}
