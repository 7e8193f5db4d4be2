//! Statements, schema, lock, and the writer.

use super::*;
use std::fs;

fn sources() -> Vec<(String, String)> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let files = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"));
    files
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

fn listed() -> Vec<(&'static str, &'static [&'static str])> {
    vec![
        ("accounts", accounts::ALL),
        ("agenda", agenda::ALL),
        ("alarms", alarms::ALL),
        ("answers", answers::ALL),
        ("attachments", attachments::ALL),
        ("attempts", attempts::ALL),
        ("attest", attest::ALL),
        ("audit", audit::ALL),
        ("awaited", awaited::ALL),
        ("backup", backup::ALL),
        ("bare", bare::ALL),
        ("births", births::ALL),
        ("bounces", bounces::ALL),
        ("browse", browse::ALL),
        ("bulletins", bulletins::ALL),
        ("reviews", reviews::ALL),
        ("contacts", contacts::ALL),
        ("counts", counts::ALL),
        ("credentials", credentials::ALL),
        ("desk", desk::ALL),
        ("dispatch", dispatch::ALL),
        ("findings", findings::ALL),
        ("groups", groups::ALL),
        ("inbox", inbox::ALL),
        ("incidents", incidents::ALL),
        ("lanes", lanes::ALL),
        ("looks", looks::ALL),
        ("meta", meta::ALL),
        ("modes", modes::ALL),
        ("outbox", outbox::ALL),
        ("posts", posts::ALL),
        ("recalls", recalls::ALL),
        ("restored", restored::ALL),
        ("sessions", sessions::ALL),
        ("repairs", repairs::ALL),
        ("told", told::ALL),
        ("touched", touched::ALL),
        ("tally", tally::ALL),
        ("silences", silences::ALL),
        ("start", start::ALL),
        ("users", users::ALL),
        ("verdicts", verdicts::ALL),
    ]
}

#[test]
fn every_statement_fits_the_schema() {
    let kept = kept();
    kept.store
        .read(|conn| {
            for (module, statements) in listed() {
                for sql in statements {
                    conn.prepare(sql).unwrap_or_else(|e| panic!("{module}: {sql}: {e}"));
                }
            }
            Ok(())
        })
        .unwrap();
}

/// A statement that nobody lists would escape the test above.
#[test]
fn every_statement_is_listed() {
    let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];
    for (module, text) in sources() {
        let written = verbs.iter().map(|verb| text.matches(&format!("\"{verb}")).count()).sum::<usize>();
        let known = listed().into_iter().find(|(name, _)| *name == module).map_or(0, |(_, all)| all.len());
        // migrate.rs counts the tables before there is a schema.
        let known = if module == "migrate" { 1 } else { known };
        assert_eq!(written, known, "{module}");
    }
}

#[test]
fn the_file_is_private_and_the_writer_durable() {
    let kept = kept();
    let file = kept.dir.path().join("cuigeng.db");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let (synchronous, keys): (i64, i64) = kept
        .store
        .write(|tx| {
            Ok((
                tx.pragma_query_value(None, "synchronous", |r| r.get(0))?,
                tx.pragma_query_value(None, "foreign_keys", |r| r.get(0))?,
            ))
        })
        .unwrap();
    assert_eq!((synchronous, keys), (2, 1));
}

#[test]
fn a_newer_and_a_foreign_database_are_refused_untouched() {
    for (pragma, value) in [("user_version", 99), ("application_id", 7)] {
        let kept = kept();
        let path = kept.dir.path().join("cuigeng.db");
        drop(kept.store);
        let conn = Connection::open(&path).unwrap();
        conn.pragma_update(None, pragma, value).unwrap();
        drop(conn);
        let error = Store::open(kept.dir.path()).err().unwrap();
        assert_eq!((error.is_newer(), error.is_foreign()), (pragma == "user_version", pragma == "application_id"));
        let conn = Connection::open(&path).unwrap();
        assert_eq!(conn.pragma_query_value(None, pragma, |r| r.get::<_, i64>(0)).unwrap(), value);
    }
}

/// A database as schema 1 wrote it, with a row of everything, opens and reads back.
#[test]
fn an_old_database_opens() {
    let dir = tempfile::tempdir().unwrap();
    let conn = Connection::open(dir.path().join("cuigeng.db")).unwrap();
    conn.execute_batch(include_str!("../../../tests/data/schema-1.sql")).unwrap();
    drop(conn);
    let store = Store::open(dir.path()).unwrap();
    let (accounts, letters) = store.read(|conn| Ok((accounts::all(conn)?, outbox::list(conn, 10)?))).unwrap();
    assert_eq!((accounts.len(), accounts[0].name.as_str(), accounts[0].quotas.len()), (1, "文明通许交通", 1));
    assert_eq!((letters.len(), letters[0].state), (1, LetterState::Sent));
    let posts = store.read(|conn| posts::of(conn, Moment::MIN, Moment::MAX)).unwrap();
    assert_eq!(posts[&AccountId(1)].len(), 1);
}

/// Schema 10 makes the table of letters anew: every row of before is there, with all that points at it, and
/// what a call had ended says so.
#[test]
fn letters_outlive_their_new_table() {
    let dir = tempfile::tempdir().unwrap();
    let conn = Connection::open(dir.path().join("cuigeng.db")).unwrap();
    let before = migrate::STEPS.iter().take_while(|step| !step.contains("CREATE TABLE letter_before"));
    let before: Vec<&str> = before.copied().collect();
    before.iter().for_each(|step| conn.execute_batch(step).unwrap());
    conn.pragma_update(None, "user_version", before.len() as i64).unwrap();
    conn.pragma_update(None, "application_id", 0x4375_6947).unwrap();
    conn.execute_batch("INSERT INTO account (id, name, platform, handle, office, supervisor, position) VALUES (1, 'a', '新浪微博', '', '', '', 0);")
        .unwrap();
    for (id, class, reason) in [
        (1, "accepted", ""),
        (2, "gone", "张三电话通知"),
        (3, "transient", "张三电话通知"),
        (4, "doubtful", "张三电话通知"),
    ] {
        let sql = "INSERT INTO letter (id, kind, recipient, role, slot, not_before, subject, text, html, attachment_name, reason, trial, state, message_id, next_try, created_at, sent_at, class) VALUES (?1, 'reminder', 'a@b.example', 'operator', ?1, 0, 's', 't', '', '', ?3, 0, 'sent', ?1, 0, 0, 7, ?2)";
        conn.execute(sql, (id, class, reason)).unwrap();
        conn.execute("INSERT INTO mention (letter, recipient, account, rule, anchor, stage) VALUES (?1, 'a@b.example', 1, 'weekly', '2022-06-20', ?1)", [id]).unwrap();
        conn.execute(
            "INSERT INTO attempt (letter, at, server, class, words, state) VALUES (?1, 0, 's', 'accepted', '', 'sent')",
            [id],
        )
        .unwrap();
    }
    // The second and the fourth were called about when they say, the third was not.
    conn.execute("INSERT INTO call VALUES (2, 1, '张三', 7, '', 7), (4, 1, '张三', 7, '', 7)", []).unwrap();
    drop(conn);
    let store = Store::open(dir.path()).unwrap();
    let letters = store.read(|conn| outbox::list(conn, 10)).unwrap();
    let stand: Vec<_> = letters.iter().rev().map(|letter| (letter.state, letter.sent_at.is_some())).collect();
    assert_eq!(
        stand,
        [
            (LetterState::Sent, true),
            (LetterState::Phoned, false),
            (LetterState::Sent, true),
            (LetterState::Held, false),
        ]
    );
    assert!(letters[0].reason.contains("可能已经送达") && letters[0].class == "doubtful", "{}", letters[0].reason);
    let (broken, pointing): (i64, i64) = store
        .read(|conn| {
            let broken = conn.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
            let pointing = conn.query_row(
                "SELECT (SELECT count(*) FROM mention) + (SELECT count(*) FROM attempt) + (SELECT count(*) FROM call)",
                [],
                |row| row.get(0),
            )?;
            Ok((broken, pointing))
        })
        .unwrap();
    assert_eq!((broken, pointing), (0, 10));
    let orphan = store.write(|tx| Ok(tx.execute("INSERT INTO call VALUES (99, 1, 'x', 7, '', 7)", [])?));
    assert!(orphan.is_err(), "what points at a letter is still held to it");
}

#[test]
fn one_instance_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let held = InstanceLock::take(dir.path()).unwrap();
    assert!(InstanceLock::take(dir.path()).unwrap_err().is_locked());
    drop(held);
    InstanceLock::take(dir.path()).unwrap();
}

#[test]
fn a_write_that_fails_or_panics_keeps_nothing_and_harms_nobody() {
    let kept = kept();
    let failed = kept.store.write(|tx| {
        meta::set(tx, "a", "1")?;
        Err::<(), _>(StoreError::odd("on purpose"))
    });
    assert!(failed.is_err());
    let panicked = kept.store.write(|tx| -> Result<(), StoreError> {
        meta::set(tx, "b", "1")?;
        panic!("on purpose")
    });
    assert!(panicked.is_err());
    kept.store.write(|tx| meta::set(tx, "c", "1")).unwrap();
    let found = kept.store.read(|conn| Ok(["a", "b", "c"].map(|key| meta::get(conn, key).unwrap().is_some()))).unwrap();
    assert_eq!(found, [false, false, true]);
}

#[test]
fn many_writers_in_two_processes_worth_of_stores_lose_nothing() {
    let kept = kept();
    let other = Store::open(kept.dir.path()).unwrap();
    std::thread::scope(|scope| {
        for (i, store) in [&kept.store, &other, &kept.store, &other].into_iter().enumerate() {
            scope.spawn(move || {
                for n in 0..50 {
                    store.write(move |tx| meta::set(tx, &format!("{i}-{n}"), "x")).unwrap();
                }
            });
        }
    });
    let all = kept
        .store
        .read(|conn| {
            Ok((0..4)
                .flat_map(|i| (0..50).map(move |n| (i, n)))
                .all(|(i, n)| meta::get(conn, &format!("{i}-{n}")).unwrap().is_some()))
        })
        .unwrap();
    assert!(all);
}

/// Schema 11 lets a later paper of a period open a second 整改项; what the first had become stays with it.
#[test]
fn repairs_outlive_their_new_table() {
    let dir = tempfile::tempdir().unwrap();
    let conn = Connection::open(dir.path().join("cuigeng.db")).unwrap();
    let before: Vec<&str> =
        migrate::STEPS.iter().take_while(|step| !step.contains("CREATE TABLE repair_before")).copied().collect();
    before.iter().for_each(|step| conn.execute_batch(step).unwrap());
    conn.pragma_update(None, "user_version", before.len() as i64).unwrap();
    conn.pragma_update(None, "application_id", 0x4375_6947).unwrap();
    let repair = |id: i64, bulletin: i64| {
        format!(
            "INSERT INTO repair (id, bulletin, period, profile, account, rule, name, platform, office, problem, seen, checked_at, dated, due) VALUES ({id}, {bulletin}, '2022-06', 'p', 1, 'weekly', 'a', '', '', '', '', 0, '2022-07-11', '2022-07-21');"
        )
    };
    conn.execute_batch(&format!(
        "INSERT INTO account (id, name, platform, handle, office, supervisor, position) VALUES (1, 'a', '新浪微博', '', '', '', 0);
         INSERT INTO bulletin (id, period, profile, version) VALUES (1, '2022-06', 'p', 1), (2, '2022-06', 'p', 2);
         {} INSERT INTO repair_event VALUES (1, 1, 'withdrawn', 'x', '', '2022-07-14', 'z', 0);",
        repair(1, 1)
    ))
    .unwrap();
    drop(conn);
    let store = Store::open(dir.path()).unwrap();
    let again = repair(2, 2);
    store.write(move |tx| Ok(tx.execute_batch(&again)?)).unwrap();
    let known = store.read(|conn| repairs::list(conn, "p")).unwrap();
    let events: Vec<(i64, &str, usize)> =
        known.iter().map(|one| (one.id, one.rule.as_str(), one.events.len())).collect();
    assert_eq!(events, [(1, "weekly", 1), (2, "weekly", 0)]);
    let broken: i64 = store
        .read(|conn| Ok(conn.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(broken, 0);
}
