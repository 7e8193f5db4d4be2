//! The promise: a backup is made every night and on demand beside a running daemon, is worth something or is
//! said not to be, and takes the place of the database whole or not at all; and afterwards no letter leaves
//! before a person has seen what waits.

use crate::answer::office::{Office, at};
use cuigeng::backup::restore::restore;
use cuigeng::clock::Clock;
use cuigeng::store::swap::Alone;
use cuigeng::store::{LetterKind, LetterState, outbox};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A directory with a list of two accounts, and the binary.
struct Desk(TempDir);

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk(TempDir::new().unwrap());
        std::fs::write(desk.0.path().join("config.toml"), "[web]\nlisten = \"off\"\n").unwrap();
        std::fs::write(desk.0.path().join("a.csv"), "账号名称,平台\n青禾文旅,新浪微博\n青禾交通,抖音\n").unwrap();
        desk.ok(&["account", "import", "a.csv"]);
        desk
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn run(&self, args: &[&str]) -> Said {
        self.spoken(
            Command::new(env!("CARGO_BIN_EXE_cuigeng")).args(["--config", "config.toml", "--data", "data"]).args(args),
        )
    }

    fn spoken(&self, command: &mut Command) -> Said {
        let output = command.current_dir(self.0.path()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn ok(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args:?}: {}{}", said.out, said.err);
        said.out
    }

    fn refused(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert!(said.code == 1, "{args:?}: {} {}{}", said.code, said.out, said.err);
        said.err
    }

    /// Brings the database into its one file.
    fn without_wal(&self) {
        let conn = rusqlite::Connection::open(self.data().join("cuigeng.db")).unwrap();
        conn.pragma_update(None, "journal_mode", "DELETE").unwrap();
    }

    /// The one backup there is.
    fn backup(&self) -> PathBuf {
        let all: Value = serde_json::from_str(&self.ok(&["--json", "backup", "list"])).unwrap();
        assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
        self.data().join("backups").join(all[0]["name"].as_str().unwrap())
    }
}

fn flip(file: &Path, place: usize) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes[place] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

/// Waits until nobody has the database open: a daemon of ours has ended, its writer closes in its own time.
fn at_rest(data: &Path) {
    while Alone::take(data).is_err() {
        std::thread::yield_now();
    }
}

#[test]
fn one_is_made_listed_verified_and_put_back() {
    let desk = Desk::new();
    assert!(desk.ok(&["status"]).contains("备份：还没有备份过") && desk.ok(&["doctor"]).contains("✓ 还没有备份过"));
    assert!(desk.ok(&["backup", "list"]).contains("还没有备份"));
    assert!(desk.refused(&["backup", "verify"]).contains("还没有备份"));
    let said = desk.ok(&["backup"]);
    assert!(said.contains("打开检验过，没有问题"), "{said}");
    let file = desk.backup();
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(desk.ok(&["backup", "verify"]).contains("与备份时的校验值一致"));
    let report: Value = serde_json::from_str(&desk.ok(&["--json", "backup", "verify", &name])).unwrap();
    assert_eq!((&report["ok"], &report["rows"]["account"]), (&true.into(), &2.into()));
    assert!(desk.ok(&["status"]).contains("已检验") && desk.ok(&["doctor"]).contains("备份\n  ✓ 最近一次备份在"));
    // What was done since is gone after a restore, and lies aside.
    std::fs::write(desk.0.path().join("b.csv"), "账号名称,平台\n青禾教育,快手\n").unwrap();
    desk.ok(&["account", "import", "b.csv"]);
    assert!(desk.run(&["restore", &name]).code == 2, "nobody restores without a name");
    let said = desk.ok(&["restore", &name, "--by", "张三"]);
    assert!(said.contains("什么信也不发") && said.contains("原来的数据库移到了"), "{said}");
    assert!(!desk.ok(&["account", "list"]).contains("青禾教育"));
    let aside = said.split("移到了 ").nth(1).unwrap().split('，').next().unwrap();
    let old = ["--config", "config.toml", "--data", aside, "account", "list"];
    let old = desk.spoken(Command::new(env!("CARGO_BIN_EXE_cuigeng")).args(old));
    assert!(old.out.contains("青禾教育"), "{}{}", old.out, old.err);
    let status = desk.ok(&["status"]);
    assert!(status.contains("【待办】") && status.contains("恢复，此后什么信也没有发"), "{status}");
    assert!(desk.refused(&["doctor"]).contains("有1项不正常"));
    assert!(desk.refused(&["outbox", "release", "--by", "张三"]).contains("请先启动服务"), "not everything is there");
    assert!(desk.ok(&["outbox", "release"]).contains("由张三从 "));
}

#[test]
fn a_copy_elsewhere_is_verified_too_and_never_overwrites() {
    let desk = Desk::new();
    std::fs::create_dir(desk.0.path().join("disk")).unwrap();
    assert!(desk.ok(&["backup", "--to", "disk"]).contains("disk/cuigeng-"));
    desk.ok(&["backup", "--to", "disk/own.db"]);
    assert!(desk.refused(&["backup", "--to", "disk/own.db"]).contains("已经有了"));
    assert!(desk.refused(&["backup", "--to", "nowhere/own.db"]).contains("nowhere"));
    assert!(desk.refused(&["backup", "--to", "usb"]).contains("没有这个目录"), "a disk that is not there");
    assert!(desk.ok(&["backup", "verify", "disk/own.db"]).contains("可以用"));
    let sums = desk.spoken(Command::new("sh").args(["-c", "cd disk && sha256sum -c *.sha256"]));
    assert_eq!(sums.code, 0, "{}{}", sums.out, sums.err);
    let left: Vec<_> =
        std::fs::read_dir(desk.0.path().join("disk")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert!(left.len() == 4 && !desk.data().join("backups").exists(), "{left:?}");
    let none = ["--data", "other", "backup"];
    let none = desk.spoken(Command::new(env!("CARGO_BIN_EXE_cuigeng")).args(none));
    assert!(
        none.code == 1 && none.err.contains("没有可备份的") && !desk.0.path().join("other").exists(),
        "{}",
        none.err
    );
}

#[test]
fn a_damaged_copy_is_told_and_never_restored() {
    let desk = Desk::new();
    desk.ok(&["backup"]);
    let file = desk.backup();
    let length = std::fs::metadata(&file).unwrap().len() as usize;
    for place in [0, 18, 99, 4096 + 3, length / 2, length - 1] {
        flip(&file, place);
        let said = desk.refused(&["backup", "verify"]);
        assert!(said.contains("不能用") || said.contains("不是本程序"), "{place}: {said}");
        let said = desk.refused(&["restore", file.to_str().unwrap(), "--by", "张三"]);
        assert!(said.contains("没有恢复，数据库没有改动"), "{place}: {said}");
        flip(&file, place);
    }
    assert!(desk.ok(&["backup", "verify"]).contains("可以用"));
    flip(&file, length / 2);
    desk.refused(&["backup", "verify"]);
    assert!(desk.ok(&["backup", "list"]).contains("已损坏") && desk.ok(&["status"]).contains("没有通过检验"));
    let report = desk.run(&["doctor"]);
    assert!(
        report.code == 1 && report.out.contains("✗ 最近的备份") && report.out.contains("另做一份"),
        "{}",
        report.out
    );
    assert!(desk.ok(&["account", "list"]).contains("青禾交通"));
}

/// The database itself is damaged: no such copy is kept, the old backups stay, and the way back works.
#[test]
fn a_damaged_database_gives_no_backup_and_is_replaced_by_one() {
    let desk = Desk::new();
    desk.ok(&["backup"]);
    let file = desk.backup();
    let db = desk.data().join("cuigeng.db");
    desk.without_wal();
    let mut bytes = std::fs::read(&db).unwrap();
    let end = bytes.len();
    bytes[8192..end].fill(0x5a);
    std::fs::write(&db, bytes).unwrap();
    let said = desk.run(&["backup"]);
    assert!(said.code != 0, "{}", said.out);
    let names: Vec<_> =
        std::fs::read_dir(desk.data().join("backups")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains(".part")), "{names:?}");
    assert!(desk.ok(&["backup", "list"]).contains("检验过"), "also where the database does not open");
    desk.ok(&["restore", file.to_str().unwrap(), "--by", "张三"]);
    assert!(desk.ok(&["account", "list"]).contains("青禾交通"));
}

#[test]
fn a_disk_that_is_full_fails_the_backup_and_nothing_else() {
    let desk = Desk::new();
    desk.ok(&["backup"]);
    let file = desk.backup();
    desk.without_wal();
    // No file of this process may become longer than 100 KiB; the database is longer.
    let bin = env!("CARGO_BIN_EXE_cuigeng");
    let limited = format!("trap '' XFSZ; ulimit -f 200; exec {bin} --config config.toml --data data backup");
    // Another second, so that it gets another name.
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    std::fs::rename(&file, file.with_file_name("cuigeng-20200101T000000.db")).unwrap();
    std::fs::rename(sum_of(&file), sum_of(&file.with_file_name("cuigeng-20200101T000000.db"))).unwrap();
    let said = desk.spoken(Command::new("sh").args(["-c", &limited]));
    assert!(said.code == 1 && said.err.contains("请检查磁盘空间"), "{}{}", said.out, said.err);
    assert_eq!(name(&desk.backup()), "cuigeng-20200101T000000.db");
    let left: Vec<_> =
        std::fs::read_dir(desk.data().join("backups")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".part")), "{left:?}");
    let status = desk.ok(&["status"]);
    assert!(status.contains("备份失败：") && status.contains("最近的一份是2020-01-01"), "{status}");
    desk.ok(&["backup"]);
    assert!(!desk.ok(&["status"]).contains("备份失败"));
}

fn sum_of(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.sha256", file.display()))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_night_beside_the_daemon_and_a_restore_waits_for_its_end() {
    let mut office = Office::open("正式").await;
    office.clock.goes_to(at("2026-07-24 02:30")).await;
    let first = office.data().join("backups/cuigeng-20260724T023000.db");
    assert!(office.ok(&["backup", "verify", first.to_str().unwrap()]).contains("可以用"));
    office.clock.goes_to(at("2026-07-25 02:30")).await;
    assert!(office.data().join("backups/cuigeng-20260725T023000.db").is_file() && first.is_file());
    office.ok(&["backup"]);
    let refused = office.run(&["restore", first.to_str().unwrap(), "--by", "张三"]);
    assert_eq!(refused.status.code(), Some(5), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(!office.trail().iter().any(|(_, what)| what == "backup.restore"));
    let made = office.trail().into_iter().filter(|(_, what)| what == "backup.make").collect::<Vec<_>>();
    assert_eq!(made, [("命令行".to_owned(), "backup.make".to_owned())], "the nightly task has nobody's name");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_letters_wait_for_a_person_and_then_leave_once() {
    let mut office = Office::open("正式").await;
    office.ok(&["backup", "--to", "before.db"]);
    office.letters_leave().await;
    let first = office.mail.letters();
    assert!(first.len() >= 2);
    office.end().await;
    at_rest(&office.data());
    restore(&office.data(), &office.dir.path().join("before.db"), "张三", office.clock.now()).unwrap();
    office.begin().await;
    office.clock.goes_on(60).await;
    assert_eq!(office.mail.letters().len(), first.len(), "nothing leaves");
    let waiting = office.ok(&["outbox", "release"]);
    assert!(waiting.contains("由张三从 before.db（") && waiting.contains("wl@qinghe.example"), "{waiting}");
    assert!(office.ok(&["status"]).contains("什么信也没有发"));
    office.clock.goes_to(at("2026-07-23 12:00")).await;
    assert_eq!(office.mail.letters().len(), first.len(), "nor later");
    // One of them is not to leave a second time.
    let cancelled = office.letter_to("jt@qinghe.example").id.to_string();
    office.ok(&["outbox", "cancel", &cancelled, "--by", "李四", "--reason", "已收到"]);
    assert!(office.ok(&["outbox", "release", "--by", "李四"]).contains("已放行"));
    assert!(office.refused(&["outbox", "release", "--by", "李四"]).contains("没有压着的信"));
    office.clock.ring();
    office.clock.goes_on(120).await;
    let all = office.mail.letters();
    let to = |letters: &[String], whom: &str| letters.iter().filter(|raw| raw.contains(&format!("To: {whom}"))).count();
    let since = &all[first.len()..];
    assert_eq!((to(since, "wl@qinghe.example"), to(since, "jt@qinghe.example")), (1, 0), "{since:?}");
    let id = |letters: &[String]| {
        let raw = letters.iter().find(|raw| raw.contains("To: wl@qinghe.example")).unwrap();
        raw.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned()
    };
    assert_eq!(id(&first), id(since), "a mail reader knows it again");
    let letters = office.store().read(|conn| outbox::list(conn, 99)).unwrap();
    let reminder =
        letters.iter().find(|one| one.kind == LetterKind::Reminder && one.state == LetterState::Sent).unwrap();
    assert!(reminder.text.starts_with("（可能重复）"), "{}", reminder.text);
    assert!(office.trail().contains(&("李四".to_owned(), "letter.release".to_owned())));
    office.clock.goes_to(at("2026-07-24 09:00")).await;
    office.clock.goes_on(60).await;
    let friday = office.newest_to("jt@qinghe.example");
    assert!(friday.state == LetterState::Sent && !friday.doubted, "the next ones leave as always");
    office.end().await;
}
