//! Lines of the protocol against what they may prove.

use super::*;
use crate::{Class, Moment, Outcome, PostKind};

fn ask() -> Ask {
    Ask {
        platform: "抖音".to_owned(),
        name: "某市应急".to_owned(),
        key: "MS4w".to_owned(),
        author: None,
        since: Moment::parse("2026-11-08 00:00").unwrap(),
        now: Moment::parse("2026-11-22 12:00").unwrap(),
        kinds: Kinds::POST,
        known: Vec::new(),
        covered: Vec::new(),
        cursor: None,
        page: 0,
    }
}

const FILE: &str = r#"{"type":"file","protocol":1,"made_at":"2026-11-22T10:00:00+08:00","made_by":"x"}"#;
const POST: &str = r#"{"type":"post","platform":"douyin","account_id":"MS4w","id":"1","published_at":"2026-11-20T10:26:40+08:00","title":"测试"}"#;

fn end(rest: &str) -> String {
    format!(r#"{{"type":"end","platform":"douyin","account_id":"MS4w",{rest}}}"#)
}

fn read(lines: &[&str]) -> Vec<Seen> {
    Inbox::new(InboxConfig {}).read(&lines.join("\r\n\n"), &[ask()]).looks.into_iter().map(|(_, seen)| seen).collect()
}

fn class(lines: &[&str]) -> Option<Class> {
    match &read(lines)[0].outcome {
        Outcome::Failed(failure) => Some(failure.class),
        _ => None,
    }
}

#[test]
fn an_account_with_its_end_is_proven_weakly() {
    let ok = end(
        r#""status":"ok","complete_since":"2026-11-08T00:00:00+08:00","looked_at":"2026-11-22T09:58:00+08:00","count":1"#,
    );
    let seen = &read(&[FILE, POST, &ok])[0];
    assert_eq!((seen.outcome.clone(), seen.rows.len(), seen.rows[0].kind), (Outcome::Complete, 1, PostKind::Post));
    let reach = seen.reaches[0];
    assert_eq!(
        (reach.from, reach.until, reach.strength),
        (ask().since, Moment::parse("2026-11-22 09:58").unwrap(), Strength::Weak)
    );
    let late = end(r#""status":"ok","complete_since":"2026-11-15T00:00:00+08:00","count":1"#);
    assert_eq!(read(&[FILE, POST, &late])[0].outcome, Outcome::Partial);
}

#[test]
fn without_an_end_a_file_proves_only_its_posts() {
    for lines in
        [&[FILE, POST][..], &[FILE, POST, "garbage", r#"{"type":"end","account":"MS4w","status":"ok","count":1}"#]]
    {
        let seen = &read(lines)[0];
        assert_eq!((seen.outcome.clone(), seen.rows.len(), seen.reaches.len()), (Outcome::Partial, 1, 0));
    }
    assert_eq!(read(&[FILE]), []);
    let inbox = Inbox::new(InboxConfig {});
    let stranger = POST.replace("MS4w", "MS4x");
    let file = inbox.read(&[FILE, POST, &stranger, "", "garbage"].join("\n"), &[ask()]);
    assert_eq!((file.looks.len(), file.unknown), (1, 1));
    assert!(file.fault.is_some_and(|fault| fault.starts_with("第5行")), "the place is told");
}

#[test]
fn each_ending_has_its_class() {
    for (status, want) in [
        ("auth", Class::Auth),
        ("throttled", Class::Throttled),
        ("blocked", Class::Blocked),
        ("gone", Class::Gone),
        ("private", Class::Gone),
        ("retired", Class::Retired),
        ("config", Class::Config),
        ("unsupported", Class::Config),
        ("transient", Class::Transient),
        ("malformed", Class::Malformed),
        ("fine", Class::Malformed),
    ] {
        let line = end(&format!(r#""status":"{status}","count":1"#));
        assert_eq!(class(&[FILE, POST, &line]), Some(want), "{status}");
    }
    let wrong = end(r#""status":"ok","complete_since":"2026-11-08T00:00:00+08:00","count":2"#);
    assert_eq!(class(&[FILE, POST, &wrong]), Some(Class::Transient));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String) {
        let _ = Inbox::new(InboxConfig {}).read(&text, &[ask()]);
    }
}
