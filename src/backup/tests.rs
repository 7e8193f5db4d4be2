//! Backups of a real file: made, damaged, lost half way, and put back with a kill after every step.

use super::restore::restore;
use super::*;
use crate::deeds::Refusal;
use crate::domain::Role;
use crate::store::restored::{self, Waits};
use crate::store::swap::{self, Alone};
use crate::store::{InstanceLock, LetterKind, NewLetter, Transaction, meta, outbox};
use std::os::unix::fs::PermissionsExt;

const NOW: &str = "2026-07-23 10:00:00";

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    /// A database with a mark, an entry in the trail, and a letter that was due an hour ago.
    fn new() -> Desk {
        let desk = Desk { dir: tempfile::tempdir().unwrap() };
        desk.mark("first");
        let (slot, now) = (at("2026-07-23 09:00"), at(NOW));
        let letter = NewLetter {
            subject: "周报".to_owned(),
            ..NewLetter::new(LetterKind::Summary, "a@x.example", Role::Clerk, slot, slot)
        };
        let write = move |tx: &Transaction<'_>| {
            meta::audit(tx, now, "张三", "mode", "live")?;
            outbox::queue(tx, &letter, false, "x.example", now)
        };
        desk.store().write(write).unwrap();
        desk
    }

    fn data(&self) -> &Path {
        self.dir.path()
    }

    fn store(&self) -> Store {
        Store::open(self.data()).unwrap()
    }

    fn mark(&self, text: &'static str) {
        self.store().write(move |tx| meta::set(tx, "mark", text)).unwrap();
        self.rest();
    }

    fn marked(&self) -> Option<String> {
        let found = self.store().read(|conn| meta::get(conn, "mark")).unwrap();
        self.rest();
        found
    }

    /// Waits until the last store of ours has closed its file.
    fn rest(&self) {
        while Alone::take(self.data()).is_err() {
            std::thread::yield_now();
        }
    }

    fn make(&self, now: &str) -> Made {
        let made = make(&self.store(), 14, None, at(now)).unwrap();
        self.rest();
        made
    }

    fn record(&self) -> Record {
        let record = self.store().read(Record::read).unwrap();
        self.rest();
        record
    }
}

#[test]
fn a_backup_is_private_whole_summed_and_noted() {
    let desk = Desk::new();
    let made = desk.make(NOW);
    assert_eq!((made.name.as_str(), made.removed.len()), ("cuigeng-20260723T100000.db", 0));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&made.path), mode(&folder(desk.data()))), (0o600, 0o700));
    let checked = verify(&made.path).unwrap();
    assert!(checked.summed && checked.faults.is_empty() && checked.rows["letter"] == 1, "{checked:?}");
    assert_eq!((checked.bytes, checked.total()), (made.bytes, made.rows));
    let sum = std::fs::read_to_string(with_ending(&made.path, verify::SUM)).unwrap();
    assert!(sum.ends_with("  cuigeng-20260723T100000.db\n") && sum.len() == 64 + 2 + made.name.len() + 1, "{sum}");
    let last = desk.record().last.unwrap();
    assert_eq!((last.at, last.name, last.bytes), (at(NOW), made.name, made.bytes));
    let again = make(&desk.store(), 14, None, at(NOW)).unwrap_err();
    assert!(again.0.contains("刚刚备份过") && desk.record().failed.is_none(), "{again}");
}

/// No byte may change unseen, wherever it lies; and without its sum the content is still read.
#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    let desk = Desk::new();
    let made = desk.make(NOW);
    let bytes = std::fs::read(&made.path).unwrap();
    for place in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 0x20;
        std::fs::write(&made.path, &flipped).unwrap();
        let found = verify(&made.path);
        assert!(found.as_ref().map_or(true, |found| !found.faults.is_empty()), "byte {place}: {found:?}");
    }
    std::fs::remove_file(with_ending(&made.path, verify::SUM)).unwrap();
    let mut torn = bytes.clone();
    torn[4096..8192].fill(0x5a);
    std::fs::write(&made.path, &torn).unwrap();
    let found = verify(&made.path).unwrap();
    assert!(!found.summed && !found.faults.is_empty(), "{found:?}");
    for (odd, said) in [(b"no database".to_vec(), "打不开"), (Vec::new(), "没有数据"), (bytes[..5000].to_vec(), "")]
    {
        std::fs::write(&made.path, &odd).unwrap();
        let found = verify(&made.path).unwrap();
        assert!(found.faults.iter().any(|fault| fault.contains(said)), "{found:?}");
    }
}

#[test]
fn what_a_broken_backup_left_is_swept_and_nothing_else() {
    let desk = Desk::new();
    let folder = folder(desk.data());
    std::fs::create_dir(&folder).unwrap();
    for name in ["cuigeng-20260722T023000.db.part", "cuigeng-20260722T023000.db.sha256", "notes.part", "copy.db"] {
        std::fs::write(folder.join(name), "x").unwrap();
    }
    desk.make(NOW);
    let mut names = keep::names(&folder);
    names.sort();
    let own = ["cuigeng-20260723T100000.db", "cuigeng-20260723T100000.db.sha256"];
    assert_eq!(names, [&[".lock", "copy.db"], own.as_slice(), &["notes.part"]].concat());
}

#[test]
fn one_backup_at_a_time() {
    let desk = Desk::new();
    desk.make("2026-07-22 02:30");
    let held = only_one(&folder(desk.data())).unwrap();
    let refused = make(&desk.store(), 14, Some("张三"), at(NOW)).unwrap_err();
    assert!(refused.0.contains("另一次备份正在进行"));
    assert_eq!(desk.record().failed, None, "the other one tells how it went: nobody is alarmed");
    drop(held);
    make(&desk.store(), 14, Some("张三"), at(NOW)).unwrap();
    assert_eq!(desk.record().failed, None);
}

/// A copy that is taken while two others write is sound.
#[test]
fn a_backup_beside_writers_is_sound() {
    let desk = Desk::new();
    let store = desk.store();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let (store, done) = (&store, &done);
            scope.spawn(move || {
                for n in 0.. {
                    if done.load(std::sync::atomic::Ordering::SeqCst) {
                        return;
                    }
                    store.write(move |tx| meta::set(tx, &format!("{writer}-{n}"), "x")).unwrap();
                }
            });
        }
        for minute in 0..5 {
            let made = make(&store, 14, None, at(NOW).plus(minute * 60));
            done.store(minute == 4, std::sync::atomic::Ordering::SeqCst);
            assert_eq!(verify(&made.unwrap().path).unwrap().faults, Vec::<String>::new());
        }
    });
}

#[test]
fn rows_of_the_snapshot_lie_between() {
    let counts = |letters| backup::Counts::from([("letter".to_owned(), letters)]);
    let between = backup::Between { before: counts(3), after: counts(5) };
    assert_eq!((between.misses(&counts(4)), between.misses(&counts(5))), (Vec::new(), Vec::new()));
    assert_eq!(between.misses(&counts(2)), ["letter表在库里有3行，副本里是2行"]);
    assert_eq!(between.misses(&backup::Counts::new()).len(), 1);
}

/// The old database, whole, until the new one has its name of readiness; the new one from then on.
#[test]
fn a_kill_after_any_step_leaves_the_old_database_or_the_new_one() {
    for is_sound in [true, false] {
        for steps in 0..8 {
            let desk = Desk::new();
            let new = desk.make(NOW).path;
            desk.mark("second");
            leaves_a_wal(desk.data());
            let stamp = "20260723T100100";
            let alone = Alone::take(desk.data()).unwrap();
            if !is_sound {
                std::fs::write(desk.data().join("cuigeng.db"), "damaged beyond opening").unwrap();
            }
            let part = desk.data().join("cuigeng.restoring.part");
            std::fs::copy(&new, &part).unwrap();
            let mut decided = false;
            if steps > 0 {
                std::fs::rename(&part, swap::ready(desk.data(), stamp)).unwrap();
                decided = true;
                for _ in 1..steps {
                    swap::step_for_tests(&alone, desk.data(), stamp);
                }
            }
            drop(alone);
            if decided || is_sound {
                assert_eq!(
                    desk.marked().as_deref(),
                    Some(if decided { "first" } else { "second" }),
                    "{steps} {is_sound}"
                );
                assert_eq!(swap::aside(desk.data(), stamp).join("cuigeng.db").is_file(), decided);
            }
            if decided && is_sound {
                let old = Store::open(&swap::aside(desk.data(), stamp)).unwrap();
                let mark = old.read(|conn| Ok((meta::get(conn, "mark")?, meta::get(conn, "late")?))).unwrap();
                let whole = (Some("second".to_owned()), Some("x".to_owned()));
                assert_eq!(mark, whole, "the old one is whole, with what stood in its WAL");
            }
        }
    }
}

/// The last write stands in the WAL alone, as a kill leaves it.
fn leaves_a_wal(data: &Path) {
    let store = Store::open(data).unwrap();
    store.write(|tx| meta::set(tx, "late", "x")).unwrap();
    let files = ["cuigeng.db-wal", "cuigeng.db"].map(|name| std::fs::read(data.join(name)).unwrap());
    drop(store);
    while Alone::take(data).is_err() {
        std::thread::yield_now();
    }
    std::fs::write(data.join("cuigeng.db"), &files[1]).unwrap();
    std::fs::write(data.join("cuigeng.db-wal"), &files[0]).unwrap();
}

#[test]
fn a_restore_takes_the_old_one_aside_and_holds_the_letters() {
    let desk = Desk::new();
    let made = desk.make(NOW);
    desk.mark("second");
    let now = at("2026-07-24 11:00");
    let open = desk.store();
    let refused = |file: &Path| match restore(desk.data(), file, "张三", now) {
        Err(Refusal::Store(error)) => error.chinese(),
        Err(Refusal::State(said) | Refusal::Wish(said) | Refusal::Field(_, said)) => said,
        Ok(done) => panic!("{done:?}"),
    };
    assert!(refused(&made.path).contains("另一个 cuigeng"));
    drop(open);
    desk.rest();
    let daemon = InstanceLock::take(desk.data()).unwrap();
    assert!(refused(&made.path).contains("另一个 cuigeng"));
    drop(daemon);
    let bad = desk.data().join("bad.db");
    std::fs::write(&bad, "x".repeat(9000)).unwrap();
    assert!(refused(&bad).contains("没有恢复") && desk.marked().as_deref() == Some("second"));
    let done = restore(desk.data(), &made.path, " 张三 ", now).unwrap();
    desk.rest();
    assert_eq!((desk.marked().as_deref(), done.taken), (Some("first"), Some(at(NOW))));
    assert!(done.aside.unwrap().join("cuigeng.db").is_file());
    assert_eq!(done.waits, Waits { letters: 1, doubted: 1, newest: 1 });
    let held = desk.store().read(restored::holds).unwrap().unwrap();
    assert_eq!((held.by.as_str(), held.at, held.looked), ("张三", now, false));
    let trail = desk.store().read(|conn| crate::store::audit::newest(conn, i64::MAX, 1)).unwrap();
    assert_eq!(trail[0].what, "backup.restore");
    assert_eq!(desk.store().read(crate::store::audit::examine).unwrap().broken, None);
    let left: Vec<String> = keep::names(desk.data()).into_iter().filter(|name| name.contains("restor")).collect();
    assert_eq!(left, Vec::<String>::new());
    desk.rest();
    assert!(refused(&made.path).contains("刚刚恢复过一次"));
}

/// What is queued after a restore for a time before it may have left; what is due later has not.
#[test]
fn only_letters_of_the_time_before_are_doubted() {
    let desk = Desk::new();
    let made = desk.make(NOW);
    desk.rest();
    let now = at("2026-07-24 11:00");
    restore(desk.data(), &made.path, "张三", now).unwrap();
    let doubted = |slot: &str| {
        let slot = at(slot);
        let letter = NewLetter::new(LetterKind::Reminder, "b@x.example", Role::Operator, slot, slot);
        let id = desk.store().write(move |tx| outbox::queue(tx, &letter, false, "x.example", now)).unwrap().unwrap();
        desk.store().read(move |conn| outbox::show(conn, id)).unwrap().unwrap().doubted
    };
    assert!(doubted("2026-07-24 09:00") && !doubted("2026-07-24 15:00"));
}

#[test]
fn an_older_copy_is_brought_up_to_date_and_a_newer_or_foreign_one_refused() {
    let desk = Desk::new();
    let old = desk.data().join("old.db");
    let conn = crate::store::Connection::open(&old).unwrap();
    conn.execute_batch(include_str!("../../tests/data/schema-1.sql")).unwrap();
    drop(conn);
    let checked = verify(&old).unwrap();
    assert!(checked.schema.0 == 1 && checked.faults.is_empty(), "{checked:?}");
    let done = restore(desk.data(), &old, "张三", at(NOW)).unwrap();
    assert_eq!((done.checked.schema.0, desk.store().read(crate::store::accounts::all).unwrap().len()), (1, 1));
    desk.rest();
    for (pragma, value, said) in [("user_version", 99, "更新版本"), ("application_id", 7, "不是本程序的数据库")]
    {
        let made = make(&desk.store(), 14, None, at(NOW).plus(60)).unwrap();
        desk.rest();
        let conn = crate::store::Connection::open(&made.path).unwrap();
        conn.pragma_update(None, pragma, value).unwrap();
        drop(conn);
        let refused = restore(desk.data(), &made.path, "张三", at(NOW).plus(120)).unwrap_err();
        assert!(matches!(&refused, Refusal::State(text) if text.contains(said)), "{refused:?}");
        std::fs::remove_file(&made.path).unwrap();
    }
}

/// Opening an old database leaves a copy of it as it was.
#[test]
fn a_migration_begins_with_a_copy() {
    let dir = tempfile::tempdir().unwrap();
    let conn = crate::store::Connection::open(dir.path().join("cuigeng.db")).unwrap();
    conn.execute_batch(include_str!("../../tests/data/schema-1.sql")).unwrap();
    drop(conn);
    drop(Store::open(dir.path()).unwrap());
    let all = keep::list(&folder(dir.path()));
    assert!(all.len() == 1 && all[0].name.starts_with("before-migration-1-to-"), "{all:?}");
    assert_eq!(verify(&folder(dir.path()).join(&all[0].name)).unwrap().schema.0, 1);
}
