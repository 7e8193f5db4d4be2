//! What is kept in memory is brought up to date by everything that it depends on.

use super::*;
use crate::config::{self, Config};
use crate::domain::{Check, Kinds, Reach, State, StateChange, Strength, Week};
use crate::ledger::Ledger;
use crate::ledger::shelf::{Point, Shelf};
use crate::rules::{CountUnit, Ruling, Tally, Verdict};
use cuigeng_adapters::{Outcome, Seen};

const NOW: &str = "2022-06-27 10:00";

fn configured(dir: &std::path::Path) -> Config {
    let file = dir.join("config.toml");
    let text = "profile = \"通用\"\n[office]\nname = \"某办\"\nclerk_mail = \"clerk@x.example\"\n";
    std::fs::write(&file, text).unwrap();
    config::load(Some(&file)).unwrap()
}

/// The check of 27 June and the one after it: a closed week and an open one.
fn checks() -> [Check; 2] {
    ["2022-06-27 09:00", "2022-07-04 09:00"].map(|moment| Check::unmoved(at(moment)))
}

fn judged(ledger: &Ledger, config: &Config) -> Vec<Verdict> {
    checks().iter().flat_map(|check| ledger.judge(&config.profile, *check, at(NOW))).collect()
}

fn seen(rows: &[RawPost], outcome: Outcome) -> Seen {
    let reach = Reach {
        from: at("2022-06-01 00:00"),
        until: at("2022-06-27 09:30"),
        sees: Kinds::POST,
        strength: Strength::Strong,
    };
    Seen {
        outcome,
        reaches: vec![reach],
        withheld: Vec::new(),
        rows: rows.to_vec(),
        first_check: false,
        notes: Vec::new(),
        looked_at: None,
    }
}

fn look(tx: &Transaction<'_>, rows: &[RawPost], moment: &str) -> Result<(), StoreError> {
    looks::observe(tx, ONE, "weibo", &seen(rows, Outcome::Complete), at(moment)).map(drop)
}

type Change = fn(&Transaction<'_>) -> Result<(), StoreError>;

/// Each way in which evidence changes, in an order in which each matters.
const CHANGES: [(&str, Change); 9] = [
    ("a look", |tx| {
        look(
            tx,
            &[row(Some("1"), "2022-06-22 09:00", "x"), row(Some("2"), "2022-06-23 09:00", "y")],
            "2022-06-24 12:00",
        )
    }),
    ("a post by hand", |tx| {
        posts::sight(tx, ONE, "人工", &[row(Some("3"), "2022-06-24 09:00", "z")], at(NOW)).map(drop)
    }),
    ("a post struck out", |tx| posts::strike(tx, 1, true).map(drop)),
    ("a post that is gone", |tx| {
        look(tx, &[row(Some("1"), "2022-06-22 09:00", "x")], "2022-06-25 09:00")?;
        look(tx, &[row(Some("1"), "2022-06-22 09:00", "x")], "2022-06-26 09:00")
    }),
    ("a person's look", |tx| {
        attest::attest(tx, AccountId(2), at("2022-06-01 00:00"), at("2022-06-27 09:00"), "张三", at(NOW)).map(drop)
    }),
    ("a look taken back", |tx| attest::withdraw(tx, 1, "张三", at(NOW)).map(drop)),
    ("a row of the check sheet", |tx| {
        let week = Week::of(at("2022-06-20 00:00"));
        let row = Tally {
            week,
            updates: 2,
            unit: CountUnit::Push,
            last: None,
            by: "张三".to_owned(),
            looked_at: at("2022-06-27 09:10"),
        };
        tally::sign(tx, AccountId(2), &row, at(NOW)).map(drop)
    }),
    ("an account that pauses", |tx| {
        let mut paused = accounts::one(tx, ONE)?.unwrap_or_else(|| account("文明通许", 0));
        paused.states.push(StateChange { from: at("2022-06-21 00:00"), state: State::Paused });
        accounts::save(tx, &paused).map(drop)
    }),
    ("a new account", |tx| accounts::save(tx, &account("新来的", 2)).map(drop)),
];

#[test]
fn kept_evidence_follows_every_change() {
    let kept = kept();
    let config = configured(kept.dir.path());
    let shelf = Shelf::default();
    let from = crate::ledger::span_of(&config.profile, &checks()).0;
    let now = |since: Option<Point>| {
        let read = |conn: &Connection| {
            let ledger = shelf.take(conn, &config, ("test", from), at(NOW))?;
            let changed = since.map(|since| ledger.changed_since(conn, since)).transpose()?.flatten();
            Ok((ledger, changed))
        };
        kept.store.read(read).unwrap()
    };
    let (ledger, _) = now(None);
    let (mut point, mut before) = (ledger.point(), judged(&ledger, &config));
    for (what, change) in CHANGES {
        kept.store.write(change).unwrap();
        let (mended, changed) = now(Some(point));
        let fresh = kept.store.read(|conn| Ledger::for_checks(conn, &config, &config.profile, &checks())).unwrap();
        let after = judged(&fresh, &config);
        assert_eq!(judged(&mended, &config), after, "{what}");
        let newest =
            |ledger: &Ledger| ledger.accounts.iter().map(|one| ledger.newest(one.id).cloned()).collect::<Vec<_>>();
        assert_eq!(newest(&mended), newest(&fresh), "{what}");
        assert_ne!(before, after, "{what} changes something");
        // The list itself is read anew as a whole; of everything else one account.
        let expected = if what.contains("account") { None } else { Some(1) };
        assert_eq!(changed.map(|changed| changed.len()), expected, "{what}");
        (point, before) = (mended.point(), after);
    }
    let (_, changed) = now(Some(point));
    assert_eq!(changed, Some([].into()), "nothing has changed since");
}

/// A post that is dated ahead counts from its time on, though nobody writes anything then.
#[test]
fn time_brings_a_post_of_age() {
    let kept = kept();
    let config = configured(kept.dir.path());
    kept.store
        .write(|tx| posts::sight(tx, ONE, "人工", &[row(Some("9"), "2022-06-28 09:00", "x")], at(NOW)).map(drop))
        .unwrap();
    let shelf = Shelf::default();
    let at_moment = |now: &str, since: Option<Point>| {
        let read = |conn: &Connection| {
            let ledger = shelf.take(conn, &config, ("test", at("2022-06-01 00:00")), at(now))?;
            let changed = since.map(|since| ledger.changed_since(conn, since)).transpose()?.flatten();
            Ok((ledger, changed))
        };
        kept.store.read(read).unwrap()
    };
    let (ledger, _) = at_moment("2022-06-28 08:00", None);
    assert!(ledger.newest(ONE).is_none() && ledger.evidence(ONE).posts.is_empty());
    let (ledger, changed) = at_moment("2022-06-28 10:00", Some(ledger.point()));
    assert!(ledger.newest(ONE).is_some() && ledger.evidence(ONE).posts.len() == 1);
    assert_eq!(changed, Some([ONE].into()));
    // A clock that was set back reads anew.
    let (ledger, changed) = at_moment("2022-06-28 08:30", Some(ledger.point()));
    assert!(changed.is_none() && ledger.evidence(ONE).posts.is_empty());
}

/// A reader whose snapshot is older than the shelf neither misses the change later nor takes the shelf back.
#[test]
fn a_reader_who_is_behind_is_mended_the_next_time() {
    let kept = kept();
    let config = configured(kept.dir.path());
    let shelf = Shelf::default();
    let take = |conn: &Connection, now: &str| shelf.take(conn, &config, ("test", at("2022-06-01 00:00")), at(now));
    kept.store.read(|conn| take(conn, NOW)).unwrap();
    let behind = kept.store.read(|old| {
        let before = touched::newest(old)?;
        // Dated ahead: only a reader who knows of it can know when it comes of age.
        let add = |tx: &Transaction<'_>| {
            posts::sight(tx, ONE, "人工", &[row(Some("9"), "2022-06-27 10:02", "x")], at(NOW)).map(drop)
        };
        kept.store.write(add)?;
        kept.store.read(|conn| take(conn, NOW))?;
        let ledger = take(old, "2022-06-27 10:03")?;
        assert_eq!((touched::newest(old)?, ledger.point() > ledger.point_of(old)?), (before, true));
        ledger.point_of(old)
    });
    let behind = behind.unwrap();
    let (ledger, changed) = kept
        .store
        .read(|conn| {
            let ledger = take(conn, "2022-06-27 10:03")?;
            let changed = ledger.changed_since(conn, behind)?;
            Ok((ledger, changed))
        })
        .unwrap();
    assert_eq!(changed, Some([ONE].into()));
    assert_eq!(ledger.evidence(ONE).posts.len(), 1, "the post has come of age");
}

/// Whoever asks for more reads anew; whoever asks for less has what is there, and nothing is kept twice.
#[test]
fn all_share_one_copy() {
    let kept = kept();
    let config = configured(kept.dir.path());
    kept.store
        .write(|tx| posts::sight(tx, ONE, "人工", &[row(Some("9"), "2022-06-20 09:00", "长标题")], at(NOW)).map(drop))
        .unwrap();
    let shelf = Shelf::default();
    let take = |who: &'static str, from: &str| {
        kept.store.read(|conn| shelf.take(conn, &config, (who, at(from)), at(NOW))).unwrap()
    };
    let posts = |ledger: &Ledger| ledger.evidence(ONE).posts.as_ptr();
    let wide = take("a", "2022-05-20 00:00");
    let narrow = take("b", "2022-06-10 00:00");
    assert_eq!(posts(&wide), posts(&narrow));
    assert!(narrow.evidence(ONE).posts[0].title.is_empty(), "words are not kept");
    assert_eq!(narrow.newest(ONE).unwrap().title, "长标题", "but for the newest, which letters name");
    let wider = take("c", "2022-04-01 00:00");
    assert_ne!(posts(&wide), posts(&wider));
    assert_eq!(posts(&wider), posts(&take("a", "2022-05-20 00:00")));
}

/// What people decided, and what overturns it, touches the account; so a page that keeps a result sees it.
#[test]
fn decisions_and_new_revisions_are_touches() {
    let kept = kept();
    let config = configured(kept.dir.path());
    kept.store
        .write(|tx| attest::attest(tx, ONE, at("2022-06-01 00:00"), at("2022-06-27 09:00"), "张三", at(NOW)).map(drop))
        .unwrap();
    let fresh = kept.store.read(|conn| Ledger::for_checks(conn, &config, &config.profile, &checks())).unwrap();
    let missed = judged(&fresh, &config).into_iter().find(|v| v.kind.word() == "missed").unwrap();
    let seq = || kept.store.read(touched::newest).unwrap();
    let first = seq();
    let profile = config.profile.name.clone();
    let one = missed.clone();
    let id = kept.store.write(move |tx| verdicts::record(tx, &profile, &[one], at(NOW))).unwrap()[0];
    assert_eq!(seq(), first, "the first revision says what everybody has judged");
    let (profile, one) = (config.profile.name.clone(), missed.clone());
    kept.store
        .write(move |tx| findings::decide(tx, &profile, (&one, id), Ruling::Confirmed, ("张三", ""), at(NOW)).map(drop))
        .unwrap();
    let decided = seq();
    assert!(decided > first);
    let (profile, one) = (config.profile.name.clone(), Verdict { required: missed.required + 1, ..missed });
    kept.store.write(move |tx| verdicts::record(tx, &profile, &[one], at(NOW)).map(drop)).unwrap();
    assert!(seq() > decided);
}
