//! The promise: quiet that somebody asked for is kept, counted with its reason, and over in time.

use super::alarms::{at, run, said};
use cuigeng::clock::{Clock, SystemClock};
use cuigeng::config;
use cuigeng::daemon::{Daemon, TASKS};
use cuigeng::demo::clock::SimClock;
use cuigeng::domain::AccountId;
use cuigeng::inspect::Inspector;
use cuigeng::silence::{Scope, Silence};
use cuigeng::store::{LetterState, Store, outbox, silences};
use std::path::Path;
use std::sync::Arc;

/// Two accounts that have not posted in the week of 2022-06-06.
fn quiet_accounts(dir: &Path) -> (Store, Arc<config::Config>) {
    let file = dir.join("config.toml");
    let text = "mode = \"正式\"\n[office]\nclerk_mail = \"c@example.cn\"\n[sources.inbox]\nkind = \"inbox\"\n";
    std::fs::write(&file, text).unwrap();
    let list = "账号名称,平台,主办单位,运维邮箱,来源,来源参数\n\
        青禾文旅,抖音,文旅局,op@example.cn,inbox,1\n青禾交通,抖音,交通局,jt@example.cn,inbox,2\n";
    std::fs::write(dir.join("list.csv"), list).unwrap();
    let posts = "账号名称,平台,发布时间,标题\n青禾文旅,抖音,2022-06-03 10:00,甲\n青禾交通,抖音,2022-06-03 10:00,乙\n";
    std::fs::write(dir.join("posts.csv"), posts).unwrap();
    // Before there is an account: what a switch lets go at once depends on the weekday of the test.
    let lines: [&[&str]; 3] =
        [&["mode", "正式", "--by", "李四"], &["account", "import", "list.csv"], &["post", "import", "posts.csv"]];
    for args in lines {
        let output = run(dir, args, "");
        assert!(output.status.success(), "{}", said(&output));
    }
    (Store::open(&dir.join("data")).unwrap(), Arc::new(config::load(Some(&file)).unwrap()))
}

fn recipients(store: &Store) -> Vec<String> {
    let letters = store.read(|conn| outbox::list(conn, 99)).unwrap();
    let waiting = letters.into_iter().filter(|letter| letter.state == LetterState::Queued);
    let mut to: Vec<String> = waiting.map(|letter| letter.recipient).collect();
    to.sort();
    to
}

fn silence(store: &Store, scope: Scope, until_recovered: bool) {
    let new = Silence {
        id: 0,
        scope,
        name: "某".to_owned(),
        reason: "机房搬迁".to_owned(),
        by: "李四".to_owned(),
        at: at("2022-06-08 09:00"),
        until: at("2022-06-09 10:00"),
        until_recovered,
        ended: None,
        hushed: 0,
    };
    store.write(move |tx| silences::add(tx, &new)).unwrap();
}

#[tokio::test]
async fn a_silence_keeps_letters_back_counts_them_and_ends_in_time() {
    for scope in [Scope::Account(AccountId(1)), Scope::Office("文旅局".to_owned())] {
        let dir = tempfile::tempdir().unwrap();
        let (store, config) = quiet_accounts(dir.path());
        silence(&store, scope, false);
        let inspector = Inspector::new(store.clone(), config);
        for time in ["2022-06-09 09:00", "2022-06-09 09:01"] {
            inspector.step(at(time)).await.unwrap();
            assert_eq!(recipients(&store), ["jt@example.cn"]);
        }
        for (args, word) in [
            (&["silence", "list"][..], "机房搬迁"),
            (&["explain", "青禾文旅"], "静默期间没有发出（编号1，李四：机房搬迁）"),
            (&["outbox", "list"], "压下1条"),
        ] {
            let text = said(&run(dir.path(), args, ""));
            assert!(text.contains(word), "{args:?}: {text}");
        }
        // It is over, and what is still true is said.
        inspector.step(at("2022-06-09 10:00")).await.unwrap();
        assert_eq!(recipients(&store), ["jt@example.cn", "op@example.cn"]);
    }
}

/// A letter that waits already is held back by the postman, visibly.
#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_letter_does_not_leave_into_a_silence() {
    let dir = tempfile::tempdir().unwrap();
    let (store, config) = quiet_accounts(dir.path());
    Inspector::new(store.clone(), Arc::clone(&config)).step(at("2022-06-09 09:00")).await.unwrap();
    assert_eq!(recipients(&store), ["jt@example.cn", "op@example.cn"]);
    silence(&store, Scope::Account(AccountId(1)), false);
    let clock = Arc::new(SimClock::new(at("2022-06-09 09:01"), &TASKS, at("2022-06-09 09:30")));
    let clock_of_all = Arc::clone(&clock) as Arc<dyn Clock>;
    let daemon = Daemon::open(config, &dir.path().join("data"), clock_of_all, None).unwrap();
    daemon.run(clock.finished()).await.unwrap();
    let letters = store.read(|conn| outbox::list(conn, 9)).unwrap();
    let of = |recipient: &str| letters.iter().find(|letter| letter.recipient == recipient).unwrap();
    assert_eq!(of("jt@example.cn").state, LetterState::Sent);
    assert_eq!(of("op@example.cn").state, LetterState::Overtaken);
    assert_eq!(of("op@example.cn").reason, "静默中（编号1，李四）：机房搬迁");
    assert!(said(&run(dir.path(), &["outbox", "list"], "")).contains("静默中（编号1，李四）：机房搬迁"));
}

#[tokio::test]
async fn an_account_that_recovers_ends_its_silence() {
    let dir = tempfile::tempdir().unwrap();
    let (store, config) = quiet_accounts(dir.path());
    silence(&store, Scope::Account(AccountId(1)), true);
    let inspector = Inspector::new(store.clone(), config);
    inspector.step(at("2022-06-09 09:00")).await.unwrap();
    assert!(store.read(silences::list).unwrap()[0].ended.is_none());
    std::fs::write(dir.path().join("new.csv"), "账号名称,平台,发布时间,标题\n青禾文旅,抖音,2022-06-09 09:10,丙\n")
        .unwrap();
    assert!(run(dir.path(), &["post", "import", "new.csv"], "").status.success());
    inspector.step(at("2022-06-09 09:30")).await.unwrap();
    assert!(store.read(silences::list).unwrap()[0].ended.is_some());
    // One update is not yet two.
    assert_eq!(recipients(&store), ["jt@example.cn", "op@example.cn"]);
}

#[test]
fn a_silence_has_an_author_a_reason_and_an_end() {
    let dir = tempfile::tempdir().unwrap();
    quiet_accounts(dir.path());
    let far = "2999-01-01";
    for (args, exit, word) in [
        (&["silence", "add", "青禾文旅", "--by", "李四", "--until", far][..], 2, "--reason"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--until", far], 2, "--by"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--by", "李四"], 2, "--until"),
        (&["silence", "add", "--reason", "r", "--by", "李四", "--until", far], 2, "缺少"),
        (
            &["silence", "add", "青禾文旅", "--source", "inbox", "--reason", "r", "--by", "李四", "--until", far],
            2,
            "同时用",
        ),
        (&["silence", "add", "青禾文旅", "--reason", " ", "--by", "李四", "--until", far], 2, "不能是空的"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--by", "李四", "--until", "2022-06-09"], 2, "已经过去"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--by", "李四", "--until", far], 2, "最长一年"),
        (&["silence", "add", "青禾文旅", "--reason", "r", "--by", "李四", "--until", "明天"], 2, "看不懂到期时间"),
        (&["silence", "add", "青禾", "--reason", "r", "--by", "李四", "--until", far], 1, "青禾文旅"),
        (&["silence", "add", "--office", "文旅", "--reason", "r", "--by", "李四", "--until", far], 1, "是不是：文旅局"),
        (&["silence", "add", "--source", "inbx", "--reason", "r", "--by", "李四", "--until", far], 1, "是不是：inbox"),
        (&["silence", "expire", "7", "--by", "李四"], 1, "没有编号为7的静默"),
    ] {
        let output = run(dir.path(), args, "");
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(word), "{args:?}: {}", said(&output));
    }
    assert_eq!(run(dir.path(), &["--json", "silence", "list"], "").stdout, b"[]\n");
    let soon = SystemClock::shared().now().plus_days(2).rfc3339();
    let options = ["--reason", "机房搬迁", "--by", "李四", "--until", &soon];
    for about in [&["青禾文旅"][..], &["--office", "交通局"], &["--source", "inbox"]] {
        let args: Vec<&str> = ["silence", "add"].iter().chain(about).chain(&options).copied().collect();
        let output = run(dir.path(), &args, "");
        assert!(output.status.success(), "{}", said(&output));
    }
    assert!(said(&run(dir.path(), &["explain", "青禾文旅"], "")).contains("静默中：到"));
    assert!(run(dir.path(), &["silence", "expire", "1", "--by", "王五"], "").status.success());
    let listed: serde_json::Value =
        serde_json::from_slice(&run(dir.path(), &["--json", "silence", "list"], "").stdout).unwrap();
    let holds: Vec<bool> = listed.as_array().unwrap().iter().map(|one| one["holds"].as_bool().unwrap()).collect();
    assert_eq!(holds, [true, true, false]);
    assert_eq!(listed[2]["ended_by"], "王五");
}
