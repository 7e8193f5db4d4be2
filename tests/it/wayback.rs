//! The promise: whoever comes after a restore that was cut off is told that it is done; a database that a
//! restore has put aside is a way back too; and the calendars that people have imported go and come with it.

use crate::answer::office::{Office, at};
use crate::calendar::NOTICE;
use crate::pages::first_in;
use cuigeng::backup::keep;
use cuigeng::domain::Moment;
use cuigeng::store::restored::{Restored, prepare};
use cuigeng::store::swap::{self, Alone};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(TempDir::new().unwrap());
        std::fs::write(desk.path("config.toml"), "[web]\nlisten = \"off\"\n").unwrap();
        std::fs::write(desk.path("a.csv"), "账号名称,平台\n青禾文旅,新浪微博\n").unwrap();
        std::fs::write(desk.path("b.csv"), "账号名称,平台\n青禾教育,快手\n").unwrap();
        std::fs::write(desk.path("notice.txt"), NOTICE).unwrap();
        desk.ok(&["account", "import", "a.csv"]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Code, stdout, stderr.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        command.args(["--config", "config.toml", "--data", "data"]).args(args).current_dir(self.0.path());
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn ok(&self, args: &[&str]) -> String {
        let (code, out, err) = self.run(args);
        assert_eq!(code, 0, "{args:?}: {out}{err}");
        out
    }

    /// Another time, since within a second there is no second restore.
    fn aside_becomes(&self, name: &str) {
        let mut all = std::fs::read_dir(self.path("data")).unwrap().map(|one| one.unwrap());
        let aside = all.find(|one| one.file_name().to_string_lossy().starts_with("replaced-")).unwrap();
        std::fs::rename(aside.path(), self.path("data").join(name)).unwrap();
    }

    /// What a restore that was killed just after it was decided has left.
    fn cut_off(&self, copy: &str) {
        cut_off(&self.path("data"), &self.path(copy), Moment::parse("2026-07-23 11:00").unwrap());
    }
}

fn cut_off(data: &Path, copy: &Path, now: Moment) {
    let part = data.join("cuigeng.restoring.part");
    std::fs::copy(copy, &part).unwrap();
    let name = copy.file_name().unwrap().to_string_lossy().into_owned();
    let restored = Restored { unheard: true, ..Restored::new(now, "张三", name, None) };
    prepare(&part, copy, &restored).unwrap();
    std::fs::rename(part, swap::ready(data, &keep::stamp(now))).unwrap();
}

#[test]
fn whoever_comes_after_a_restore_that_was_cut_off_is_told() {
    let desk = Desk::new();
    desk.ok(&["backup", "--to", "copy.db"]);
    desk.ok(&["account", "import", "b.csv"]);
    desk.cut_off("copy.db");
    let (code, out, err) = desk.run(&["account", "list"]);
    assert!(code == 0 && out.contains("青禾文旅") && !out.contains("青禾教育"), "{out}{err}");
    for word in [
        "数据库已经换过",
        "由张三从 copy.db 恢复，做到一半断了",
        "接着做完",
        "原来的数据库移到了 data/replaced-20260723T110000",
        "现在什么信也不发",
        "outbox release --by",
    ] {
        assert!(err.contains(word), "{word}: {err}");
    }
    assert!(!desk.run(&["account", "list"]).2.contains("数据库已经换过"), "said once");
    for args in [["status"].as_slice(), &["outbox", "release"]] {
        assert!(
            desk.ok(args).contains("做到一半断了，"),
            "{args:?}: it stays on the screen until the letters are let go"
        );
    }
    assert!(desk.run(&["doctor"]).1.contains("做到一半断了，"));
    // One that is done in one go says nothing of the kind.
    let said = desk.ok(&["restore", "copy.db", "--by", "李四"]);
    assert!(!said.contains("做到一半断了") && !desk.ok(&["status"]).contains("做到一半断了"), "{said}");
}

#[test]
fn a_restore_finishes_one_that_was_cut_off_and_says_so() {
    let desk = Desk::new();
    desk.ok(&["backup", "--to", "first.db"]);
    desk.ok(&["account", "import", "b.csv"]);
    desk.ok(&["backup", "--to", "second.db"]);
    desk.cut_off("first.db");
    let said = desk.ok(&["restore", "second.db", "--by", "李四"]);
    assert!(said.contains("上一次恢复没有做完") && said.contains("由张三从 first.db 恢复"), "{said}");
    let (_, out, err) = desk.run(&["account", "list"]);
    assert!(out.contains("青禾教育") && !err.contains("数据库已经换过"), "{out}{err}");
}

#[test]
fn what_a_restore_has_put_aside_can_be_restored_by_the_name_of_its_folder() {
    let desk = Desk::new();
    desk.ok(&["backup", "--to", "copy.db"]);
    desk.ok(&["account", "import", "b.csv"]);
    let said = desk.ok(&["restore", "copy.db", "--by", "张三"]);
    assert!(said.contains("后悔了可以再恢复它（cuigeng restore data/replaced-"), "{said}");
    let names = std::fs::read_dir(desk.path("data")).unwrap().map(|one| one.unwrap().file_name());
    let aside = names.map(|name| name.into_string().unwrap()).find(|name| name.starts_with("replaced-")).unwrap();
    assert!(desk.ok(&["backup", "verify", &aside]).contains("可以用"));
    let old = "replaced-20260701T080000";
    desk.aside_becomes(old);
    let said = desk.ok(&["restore", old, "--by", "张三"]);
    assert!(said.contains("2026-07-01 08:00的副本"), "{said}");
    assert!(desk.ok(&["account", "list"]).contains("青禾教育"));
    assert!(desk.ok(&["outbox", "release"]).contains(&format!("由张三从 {old}")));
    let (code, _, err) = desk.run(&["restore", "data/backups", "--by", "张三"]);
    assert!(code == 1 && err.contains("data/backups 读不了"), "{err}");
}

#[test]
fn imported_calendars_go_into_a_backup_and_come_back_with_it() {
    let desk = Desk::new();
    let import = ["calendar", "import", "notice.txt", "--year", "2027", "--by", "李四", "--yes"];
    desk.ok(&["backup", "--to", "none.db"]);
    desk.ok(&import);
    desk.ok(&["backup", "--to", "one.db"]);
    assert!(desk.ok(&["backup", "verify", "one.db"]).contains("连同录入的2027年放假安排"));
    assert!(!desk.ok(&["backup", "verify", "none.db"]).contains("放假安排"));
    let report: Value = serde_json::from_str(&desk.ok(&["--json", "backup", "verify", "one.db"])).unwrap();
    assert_eq!(report["calendars"], serde_json::json!([2027]));
    let file = desk.path("data/calendar/2027.json");
    let kept = std::fs::read(&file).unwrap();
    // On another machine there is none.
    std::fs::remove_file(&file).unwrap();
    let said = desk.ok(&["restore", "one.db", "--by", "张三"]);
    assert!(said.contains("放假安排也回到那时：录入的是2027年"), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), kept);
    assert!(desk.ok(&["calendar", "show", "2027"]).contains("春节"));
    // A copy that somebody has made by hand says nothing of calendars, also where it is a copy of a copy.
    // What stands in the journal yet is brought in first, as whoever copies the file alone has to.
    let database = rusqlite::Connection::open(desk.path("data/cuigeng.db")).unwrap();
    database.pragma_update(None, "journal_mode", "DELETE").unwrap();
    database.close().unwrap();
    std::fs::copy(desk.path("data/cuigeng.db"), desk.path("hand.db")).unwrap();
    assert!(!desk.ok(&["backup", "verify", "hand.db"]).contains("放假安排"));
    desk.aside_becomes("replaced-20260701T080000");
    // A copy of the time before has none; what was there lies aside with its database, and comes back too.
    desk.cut_off("none.db");
    assert_eq!(desk.run(&["calendar", "show", "2027"]).0, 1, "the calendar is that of the new database at once");
    let aside = desk.path("data/replaced-20260723T110000");
    assert_eq!(std::fs::read(aside.join("calendar/2027.json")).unwrap(), kept);
    desk.ok(&["restore", "replaced-20260723T110000", "--by", "张三"]);
    assert_eq!(std::fs::read(&file).unwrap(), kept);
    // What cannot be understood is found by the verification.
    let conn = rusqlite::Connection::open(desk.path("one.db")).unwrap();
    conn.execute("UPDATE meta SET value = '{\"2027\": \"{\"}' WHERE key = 'calendars'", []).unwrap();
    drop(conn);
    std::fs::remove_file(desk.path("one.db.sha256")).unwrap();
    let (code, _, err) = desk.run(&["backup", "verify", "one.db"]);
    assert!(code == 1 && err.contains("2027年放假安排读不懂"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_finishes_one_says_so_on_every_page() {
    let mut office = Office::open("正式").await;
    office.ok(&["backup", "--to", "before.db"]);
    office.end().await;
    while Alone::take(&office.data()).is_err() {
        std::thread::yield_now();
    }
    cut_off(&office.data(), &office.dir.path().join("before.db"), at("2026-07-23 08:55"));
    office.begin().await;
    let mut boss = first_in(&office);
    let banner = "由张三从 before.db 恢复，做到一半断了，2026-07-23 ";
    assert!(boss.get("/list").body.contains(banner), "{}", boss.get("/list").body);
    assert!(boss.get("/outbox").body.contains("备份恢复，做到一半断了，2026-07-23 "));
    assert!(office.ok(&["status"]).contains(banner));
    office.end().await;
}
