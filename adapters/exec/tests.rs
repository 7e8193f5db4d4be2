//! Real programs against the protocol: each row of its tables, the two examples, and no process left.

use super::*;
use crate::testing::{Vault, ask as question, platform, reply, word};
use crate::{Known, Moment, When};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const NOW: &str = "2026-11-22 10:00";

/// A folder for collectors and their state.
struct Shed {
    dir: PathBuf,
    state: PathBuf,
}

impl Shed {
    fn new(name: &str) -> Shed {
        let dir = std::env::temp_dir().join(format!("cuigeng-exec-{}-{name}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        Shed { state: dir.join("state"), dir }
    }

    /// A shell collector whose `list` does this.
    fn script(&self, body: &str) -> Exec {
        self.program("collector", &format!("#!/bin/sh\nIFS= read -r request\n{body}\n"));
        self.exec("collector")
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.dir.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn exec(&self, name: &str) -> Exec {
        let mut exec = Exec::new(ExecConfig { dir: self.dir.clone(), ..config(name) });
        exec.limits.grace = Duration::from_millis(300);
        exec.limits.linger = Duration::from_millis(300);
        exec
    }

    async fn list(&self, exec: &Exec, asks: &[Ask]) -> Run {
        exec.list(asks, &Vault::with(&[("vendor-token", "TOKEN-CANARY")]), &self.state, now()).await
    }

    /// The words of the outcomes of two accounts.
    async fn words(&self, body: &str) -> [String; 2] {
        let run = self.list(&self.script(body), &[ask("x"), ask("y")]).await;
        [word(&run.looks[0]), word(&run.looks[1])]
    }
}

impl Drop for Shed {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.dir));
    }
}

fn config(name: &str) -> ExecConfig {
    ExecConfig {
        command: vec![name.to_owned()],
        dir: PathBuf::new(),
        secrets: BTreeMap::from([("token".to_owned(), "vendor-token".to_owned())]),
        pass_env: vec!["CUIGENG_TEST_PASSED".to_owned(), "USER".to_owned()],
        timeout_s: 20,
        first_line_s: 20,
        idle_s: 20,
        page_limit: 3,
        strength: Strength::Strong,
        sees: None,
    }
}

fn now() -> Moment {
    Moment::parse(NOW).unwrap()
}

fn ask(key: &str) -> Ask {
    let ask = question(key, Kinds::POST, "2026-11-08 00:00", NOW);
    Ask { platform: "抖音".to_owned(), ..ask }
}

fn post(account: &str, id: u32) -> String {
    format!(r#"echo '{{"type":"post","account":"{account}","id":"{id}","published_at":"2026-11-20T10:26:40+08:00"}}'"#)
}

fn end(account: &str, rest: &str) -> String {
    format!(r#"echo '{{"type":"end","account":"{account}",{rest}}}'"#)
}

fn good(account: &str) -> String {
    let all = r#""status":"ok","complete_since":"2026-11-08T00:00:00+08:00","count":1"#;
    format!("{}\n{}", post(account, 1), end(account, all))
}

#[tokio::test]
async fn two_accounts_may_interleave() {
    let shed = Shed::new("interleave");
    let [a, b] = [good("a0"), good("a1")];
    let (a, b): (Vec<&str>, Vec<&str>) = (a.lines().collect(), b.lines().collect());
    let body = format!("{}\n{}\n{}\necho\n{}", a[0], b[0], b[1], a[1]);
    assert_eq!(shed.words(&body).await, ["complete", "complete"]);
}

#[tokio::test]
async fn every_end_of_an_account_has_its_class() {
    let shed = Shed::new("ends");
    for (rest, want) in [
        (r#""status":"ok","complete_since":"2026-11-15T00:00:00+08:00","count":1"#, "partial"),
        (r#""status":"ok","count":1"#, "partial"),
        (r#""status":"partial","complete_since":"2026-11-01T00:00:00+08:00","count":1"#, "complete"),
        (r#""status":"partial","count":1"#, "partial"),
        (r#""status":"ok","complete_since":"2026-11-08T00:00:00+08:00","count":2"#, "transient/truncated"),
        (r#""status":"auth","count":1"#, "auth"),
        (r#""status":"throttled","retry_after_s":60,"count":1"#, "throttled"),
        (r#""status":"blocked","message":"captcha","count":1"#, "blocked"),
        (r#""status":"retired","count":1"#, "retired"),
        (r#""status":"config","count":1"#, "config"),
        (r#""status":"transient","count":1"#, "transient"),
        (r#""status":"malformed","count":1"#, "malformed"),
        (r#""status":"gone","count":1"#, "gone"),
        (r#""status":"private","count":1"#, "gone/private"),
        (r#""status":"unsupported","count":1"#, "config/unsupported"),
        (r#""status":"fine","count":1"#, "malformed/unknown_status"),
    ] {
        let run = shed.list(&shed.script(&format!("{}\n{}", post("a0", 1), end("a0", rest))), &[ask("x")]).await;
        assert_eq!((word(&run.looks[0]).as_str(), run.looks[0].rows.len()), (want, 1), "{rest}");
    }
}

#[tokio::test]
async fn every_exit_has_its_class_and_an_end_stands_in_every_case() {
    let shed = Shed::new("exits");
    for (exit, want) in [
        ("exit 0", "malformed/no_end"),
        ("exit 64", "config/usage"),
        ("exit 69", "transient/unavailable"),
        ("exit 75", "transient/temporary"),
        ("exit 77", "config/permission"),
        ("exit 78", "config/configuration"),
        ("exit 3", "transient/crashed"),
        ("kill -9 $$", "transient/crashed"),
        ("echo garbage", "malformed/protocol"),
        ("echo '[1]'", "malformed/protocol"),
        ("head -c 1100000 /dev/zero | tr '\\0' x; echo", "malformed/protocol"),
    ] {
        assert_eq!(shed.words(&format!("{}\n{exit}", good("a0"))).await, ["complete", want], "{exit}");
    }
    let run = shed.list(&shed.script("echo 'E! no browser' >&2; exit 69"), &[ask("x")]).await;
    assert!(run.ended.asks_for_rest() && run.stderr.contains("no browser"), "{run:?}");
}

#[tokio::test]
async fn odd_lines_are_ignored_with_a_warning() {
    let shed = Shed::new("odd");
    let again = end("a0", r#""status":"blocked","count":9"#);
    let body = format!("{}\n{}\n{again}\n{}\necho '{{\"type\":\"new\"}}'", good("a0"), post("a0", 2), post("a7", 3));
    let run = shed.list(&shed.script(&body), &[ask("x")]).await;
    assert_eq!((word(&run.looks[0]).as_str(), run.looks[0].rows.len()), ("complete", 1));
    let said: Vec<String> = run.remarks.iter().map(|r| format!("{} {}: {}", r.line, r.odd.word(), r.what)).collect();
    assert_eq!(said, ["3 post after end: a0", "4 second end: a0", "5 unknown account: a7", "6 unknown type: new"]);
}

#[tokio::test]
async fn a_hang_is_ended_with_its_grandchildren() {
    let shed = Shed::new("hang");
    let pids = shed.dir.join("pids");
    // The grandchild ignores SIGTERM and holds the pipe.
    let child = format!("(trap '' TERM; echo $$ >> {0}; sh -c 'echo $$ >> {0}; exec sleep 600')", pids.display());
    for (limit, body, want) in [
        ("first", child.to_string(), "first line"),
        ("idle", format!("{}\n{child}", good("a0")), "between lines"),
        ("whole", format!("{child} & while :; do echo '{{\"type\":\"progress\"}}'; done"), "whole run"),
    ] {
        drop(fs::remove_file(&pids));
        let mut exec = shed.script(&body);
        match limit {
            "first" => exec.limits.first = Duration::from_millis(500),
            "idle" => exec.limits.idle = Duration::from_millis(500),
            _ => exec.limits.whole = Duration::from_millis(900),
        }
        let run = shed.list(&exec, &[ask("x"), ask("y")]).await;
        assert_eq!(run.ended, Ended::Timeout(want));
        assert_eq!(word(&run.looks[1]), "transient/timeout");
        assert_eq!(word(&run.looks[0]) == "complete", limit == "idle");
        nobody_left(&pids);
    }
    // After a normal exit too.
    drop(fs::remove_file(&pids));
    let body = format!("{child} &\nwhile [ ! -s {} ]; do :; done\n{}", pids.display(), good("a0"));
    let run = shed.list(&shed.script(&body), &[ask("x")]).await;
    assert_eq!((word(&run.looks[0]).as_str(), run.ended), ("complete", Ended::Exit(Some(0))));
    nobody_left(&pids);
}

/// Killed processes may wait for init to reap them; a zombie runs no more.
fn nobody_left(pids: &Path) {
    for pid in fs::read_to_string(pids).unwrap().lines() {
        let pid: i32 = pid.parse().unwrap();
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let zombie = state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'));
        assert!(kill(Pid::from_raw(pid), None).is_err() || zombie, "{pid} is still there: {state}");
    }
}

#[tokio::test]
async fn a_program_that_never_reads_and_one_that_cannot_start() {
    let shed = Shed::new("start");
    shed.program("deaf", &format!("#!/bin/sh\nexec 0<&-\n{}\n", good("a0")));
    let big = Ask { name: "名".repeat(200_000), ..ask("x") };
    assert_eq!(word(&shed.list(&shed.exec("deaf"), &[big]).await.looks[0]), "complete");
    for name in ["nobody", "../collector", "a/b", ""] {
        let run = shed.list(&shed.exec(name), &[ask("x")]).await;
        assert_eq!(word(&run.looks[0]), "config/start", "{name}");
    }
    let missing =
        Exec::new(ExecConfig { secrets: BTreeMap::from([("t".to_owned(), "none".to_owned())]), ..config("deaf") });
    assert_eq!(word(&shed.list(&missing, &[ask("x")]).await.looks[0]), "config");
    // Whoever may write it may run it as us.
    fs::set_permissions(shed.dir.join("deaf"), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(word(&shed.list(&shed.exec("deaf"), &[ask("x")]).await.looks[0]), "config/start");
    fs::set_permissions(shed.dir.join("deaf"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&shed.dir, fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(word(&shed.list(&shed.exec("deaf"), &[ask("x")]).await.looks[0]), "config/start");
}

#[tokio::test]
async fn the_request_and_the_environment_are_as_promised() {
    let shed = Shed::new("env");
    let exec = shed.script("env > env.txt; printf '%s' \"$request\" > request.txt; printf '%s' \"$*\" > args.txt; echo 'I! TOKEN-CANARY' >&2");
    let known = Known { id: Some("17".to_owned()), when: When::At(now()) };
    let run = shed.list(&exec, &[Ask { known: vec![known], ..ask("MS4w") }]).await;
    assert_eq!(run.stderr, "I! ***\n", "a secret is not repeated");
    let env = fs::read_to_string(shed.state.join("env.txt")).unwrap();
    let mut names: Vec<&str> = env.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    names.retain(|name| !["PWD", "_", "SHLVL", "OLDPWD", "USER"].contains(name));
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "CUIGENG_DEADLINE_EPOCH",
            "CUIGENG_PROTOCOL",
            "CUIGENG_STATE_DIR",
            "HOME",
            "LANG",
            "PATH",
            "PYTHONIOENCODING",
            "PYTHONUNBUFFERED",
            "TZ"
        ]
    );
    assert!(!env.contains("CANARY") && fs::read_to_string(shed.state.join("args.txt")).unwrap() == "list");
    let request: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(shed.state.join("request.txt")).unwrap()).unwrap();
    assert_eq!(
        request,
        serde_json::json!({"protocol": 1, "op": "list", "deadline": "2026-11-22T10:00:20+08:00", "page_limit": 3,
            "secrets": {"token": "TOKEN-CANARY"}, "accounts": [{"key": "a0", "platform": "douyin", "id": "MS4w",
            "name": "某市应急", "since": "2026-11-08T00:00:00+08:00", "known": ["17"]}]})
    );
}

#[tokio::test]
async fn a_collector_describes_and_checks_itself() {
    let shed = Shed::new("describe");
    let exec = shed.script(
        r#"case "$1" in
describe) echo '{"type":"describe","protocol":1,"name":"fixture","version":"1","platforms":["douyin"],"batch_max":50}' ;;
check) echo '{"type":"check","status":"auth","message":"cookie expired"}' ;;
esac"#,
    );
    let told = exec.describe(&shed.state, now()).await.word.unwrap();
    assert_eq!((told.name.as_str(), told.platforms, told.batch_max), ("fixture", vec!["douyin".to_owned()], Some(50)));
    let vault = Vault::with(&[("vendor-token", "T")]);
    assert_eq!(exec.check(&vault, &shed.state, now()).await.word.unwrap_err().class, Class::Auth);
    for (body, want) in [
        (r#"echo '{"type":"describe","protocol":2,"name":"x"}'"#, Class::Config),
        ("exit 64", Class::Config),
        ("exit 0", Class::Malformed),
    ] {
        assert_eq!(shed.script(body).describe(&shed.state, now()).await.word.unwrap_err().class, want, "{body}");
    }
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("exec/examples").join(name)
}

#[tokio::test]
async fn the_shell_example_reads_files() {
    let shed = Shed::new("files");
    shed.program("files.sh", &fs::read_to_string(example("files.sh")).unwrap());
    fs::create_dir_all(&shed.state).unwrap();
    fs::write(shed.state.join("42.tsv"), "1795141600\t7\t冬季\"用电\"\n1794000000\t6\t旧闻\nnoise\n").unwrap();
    let exec = shed.exec("files.sh");
    let run = shed.list(&exec, &[ask("42"), ask("43"), ask("../42")]).await;
    let words: Vec<String> = run.looks.iter().map(word).collect();
    assert_eq!(words, ["complete", "transient", "config/unsupported"], "{run:?}");
    let rows: Vec<(&str, &str)> =
        run.looks[0].rows.iter().map(|row| (row.id.as_deref().unwrap(), row.title.as_str())).collect();
    assert_eq!(rows, [("7", "冬季 用电 "), ("6", "旧闻")]);
    assert_eq!(exec.describe(&shed.state, now()).await.word.unwrap().name, "files");
    assert!(exec.check(&Vault::with(&[("vendor-token", "T")]), &shed.state, now()).await.word.is_ok());
}

#[tokio::test]
async fn the_python_example_reads_a_vendor() {
    let Some(python) = ["/usr/bin/python3", "/usr/local/bin/python3"].into_iter().find(|path| Path::new(path).exists())
    else {
        assert!(std::env::var_os("CI").is_none(), "python3 is missing (scripts/install-test-deps.sh)");
        eprintln!("skipped: python3 is missing");
        return;
    };
    let platform = platform(|request, _| {
        let line = request.lines().next().unwrap_or_default();
        let page = |next: &str| {
            format!(r#"{{"rows":[{{"id":7,"time":1795141600,"title":"提示","url":"https://x/7"}}],"next":{next}}}"#)
        };
        match line {
            _ if !request.contains("Bearer TOKEN-CANARY") => reply(403, ""),
            _ if line.contains("account=good&cursor=0") => reply(200, page("\"9\"")),
            _ if line.contains("account=good&cursor=9") => {
                reply(200, r#"{"rows":[{"id":6,"time":1790000000,"title":"旧","url":"https://x/6"}],"next":null}"#)
            }
            _ if line.contains("account=endless") => reply(200, page("\"1\"")),
            _ if line.contains("account=auth") => reply(401, ""),
            _ if line.contains("account=busy") => reply(429, "").header("Retry-After", "77"),
            _ if line.contains("account=gone") => reply(404, ""),
            _ if line.contains("account=odd") => reply(200, "{}"),
            _ => reply(502, ""),
        }
    })
    .await;
    let shed = Shed::new("vendor");
    let mut exec = shed.exec(python);
    exec.config.command.push(example("http_vendor.py").display().to_string());
    exec.config.secrets.insert("base".to_owned(), "vendor-base".to_owned());
    let vault = Vault::with(&[("vendor-token", "TOKEN-CANARY"), ("vendor-base", &platform.base)]);
    let keys = ["good", "endless", "auth", "busy", "gone", "odd", "down"];
    let asks: Vec<Ask> = keys.iter().map(|key| ask(key)).collect();
    let run = exec.list(&asks, &vault, &shed.state, now()).await;
    let words: Vec<String> = run.looks.iter().map(word).collect();
    assert_eq!(words, ["complete", "partial", "auth", "throttled", "gone", "malformed", "transient"], "{run:?}");
    let Outcome::Failed(busy) = &run.looks[3].outcome else { panic!() };
    assert_eq!((busy.retry_after_s, run.looks[0].rows.len()), (Some(77), 2));
    assert_eq!(exec.describe(&shed.state, now()).await.word.unwrap().name, "http-vendor");
    assert!(exec.check(&vault, &shed.state, now()).await.word.is_ok());
}
