//! Pictures of a week, and a small world tried in full against plain counting.

use super::*;
use crate::domain::{Reach, WatchOrigin};

fn hour(n: i64) -> Moment {
    Moment::from_unix(n * 3600)
}

fn watch(from: i64, until: i64, sees: Kinds, strength: Strength) -> Watch {
    Watch {
        reach: Reach { from: hour(from), until: hour(until), sees, strength },
        at: hour(until),
        origin: WatchOrigin::Source("s".to_owned()),
    }
}

fn window(from: i64, until: i64) -> Window {
    Window { from: hour(from), until: hour(until) }
}

/// `#` is watched strongly, `~` weakly, `.` not at all; a column is an hour.
fn picture(line: &str) -> Vec<Watch> {
    let strength = |c: char| if c == '~' { Strength::Weak } else { Strength::Strong };
    let watched = line.chars().enumerate().filter(|(_, c)| *c != '.');
    watched.map(|(i, c)| watch(i as i64, i as i64 + 1, Kinds::POST, strength(c))).collect()
}

fn drawn(watches: &[Watch], hours: i64) -> String {
    match Coverage::of(watches).prove(window(0, hours), Kinds::POST) {
        Ok(_) => "proven".to_owned(),
        Err(shortfall) => shortfall
            .holes
            .iter()
            .map(|hole| format!("{:?} {}..{}", hole.shade, hole.from.unix() / 3600, hole.until.unix() / 3600))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[test]
fn pictures() {
    for (line, want) in [
        ("##############", "proven"),
        ("######...#####", "Dark 6..9"),
        (".#############", "Dark 0..1"),
        ("#############.", "Dark 13..14"),
        ("..............", "Dark 0..14"),
        ("######~~~#####", "Weak 6..9"),
        ("######~.~#####", "Weak 6..7, Dark 7..8, Weak 8..9"),
        ("~~~~~~~~~~~~~~", "Weak 0..14"),
    ] {
        assert_eq!(drawn(&picture(line), 14), want, "{line}");
    }
}

#[test]
fn a_source_that_sees_one_kind_proves_nothing_about_the_other() {
    let watches = [watch(0, 10, Kinds::UNNOTIFIED, Strength::Strong), watch(0, 6, Kinds::WECHAT, Strength::Strong)];
    let shortfall = Coverage::of(&watches).prove(window(0, 10), Kinds::WECHAT).unwrap_err();
    let hole = Hole { kind: PostKind::Notified, from: hour(6), until: hour(10), shade: Shade::OtherKind };
    assert_eq!(shortfall.holes, [hole]);
    assert!(Coverage::of(&watches).prove(window(0, 6), Kinds::WECHAT).is_ok());
    assert!(Coverage::of(&watches).prove(window(0, 10), Kinds::NONE).is_err());
}

#[test]
fn the_proof_names_few_watches_and_they_cover() {
    let mut watches: Vec<Watch> = (0..100).map(|i| watch(i / 2, i / 2 + 30, Kinds::POST, Strength::Strong)).collect();
    watches.push(watch(0, 100, Kinds::POST, Strength::Weak));
    let proof = Coverage::of(&watches).prove(window(0, 70), Kinds::POST).unwrap();
    assert_eq!(proof.basis().len(), 3);
    assert!(proof.basis().iter().all(|w| w.reach.strength == Strength::Strong));
    let mut at = hour(0);
    for w in proof.basis() {
        assert!(w.reach.from <= at);
        at = w.reach.until;
    }
    assert!(at >= hour(70));
    assert_eq!(proof.to_json().as_array().unwrap().len(), 3);
}

/// Every set of three looks over six hours, two kinds, both strengths, every window: proven exactly
/// when plain counting of hours says so.
#[test]
fn a_small_world_tried_in_full() {
    let mut looks = vec![None];
    for from in 0..6 {
        for until in from + 1..=6 {
            for (sees, strength) in [
                (Kinds::WECHAT, Strength::Strong),
                (Kinds::NOTIFIED, Strength::Strong),
                (Kinds::UNNOTIFIED, Strength::Strong),
                (Kinds::WECHAT, Strength::Weak),
            ] {
                looks.push(Some(watch(from, until, sees, strength)));
            }
        }
    }
    let mut proven = 0_u32;
    for (i, one) in looks.iter().enumerate() {
        for (j, two) in looks.iter().enumerate().skip(i) {
            for three in looks.iter().skip(j) {
                let set: Vec<Watch> = [one, two, three].into_iter().flatten().cloned().collect();
                proven +=
                    u32::from(compare(&set, 0, 6)) + u32::from(compare(&set, 1, 4)) + u32::from(compare(&set, 5, 6));
            }
        }
    }
    assert!(proven > 10_000, "{proven}");
}

fn compare(set: &[Watch], from: i64, until: i64) -> bool {
    let strong = |kind: PostKind, h: i64| {
        set.iter().any(|w| {
            w.reach.strength == Strength::Strong
                && w.reach.sees.has(kind)
                && w.reach.from <= hour(h)
                && hour(h + 1) <= w.reach.until
        })
    };
    let naive = (from..until).all(|h| strong(PostKind::Notified, h) && strong(PostKind::Unnotified, h));
    let coverage = Coverage::of(set);
    let answer = coverage.prove(window(from, until), Kinds::WECHAT);
    assert_eq!(answer.is_ok(), naive, "{set:?}");
    if let Err(shortfall) = answer {
        let dark = |kind| (from..until).filter(|h| !strong(kind, *h)).count() as i64;
        let told =
            |kind| shortfall.holes.iter().filter(|x| x.kind == kind).map(|x| x.until.since(x.from) / 3600).sum::<i64>();
        assert_eq!(told(PostKind::Notified), dark(PostKind::Notified), "{set:?}");
        assert_eq!(told(PostKind::Unnotified), dark(PostKind::Unnotified), "{set:?}");
    }
    let reached =
        (from..until).take_while(|h| strong(PostKind::Notified, *h) && strong(PostKind::Unnotified, *h)).count() as i64;
    let said = coverage.watched_until(hour(from), Kinds::WECHAT).map_or(0, |m| (m.unix() / 3600).min(until) - from);
    assert_eq!(said, reached, "{set:?}");
    naive
}
