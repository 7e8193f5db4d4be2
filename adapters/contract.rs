//! The contract that every source passes: for each row of the tables in which the platforms' answers
//! are listed (look-alikes of "no posts", failure answers, error codes, acceptance rules), a recorded
//! answer through the real adapter over loopback, and what the look must come to.
//!
//! A row keeps the words of its table, so that both can be held side by side. A row that no adapter can
//! meet stands there too, with the reason; one that is proven by another test names that test.

mod codes;
mod douyin;
mod fixtures;
mod route;
mod rules;
mod wechat;
mod weibo;
mod wire;

use crate::testing::{Platform, Reply, look, platform, reply, word};
use crate::{Ask, Kinds, Known, Moment, Seen, When};
use route::Route;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

/// One answer, or a few answers, and what the look at them must come to.
#[derive(Clone, Copy, Debug)]
struct Case {
    /// The signal, in the words of its table.
    name: &'static str,
    route: Route,
    /// A part of the request and the reply to it: the status, then the body, `@name` for a sample or
    /// `->address` for a redirect. Replies to one part are used in turn, the last one for good.
    script: &'static [(&'static str, &'static str)],
    /// Ids and times that the source has shown before, newest first.
    known: &'static [(&'static str, &'static str)],
    want: &'static str,
}

const fn case(
    name: &'static str,
    route: Route,
    script: &'static [(&'static str, &'static str)],
    want: &'static str,
) -> Case {
    Case { name, route, script, known: &[], want }
}

impl Case {
    const fn knowing(self, known: &'static [(&'static str, &'static str)]) -> Case {
        Case { known, ..self }
    }

    async fn look(&self) -> (Seen, Platform) {
        let (script, route) = (self.script, self.route);
        let asked = Mutex::new(Vec::new());
        let platform = platform(move |request, _| answer(route, script, request, &asked)).await;
        let seen = look(&route.source(&platform.base), &self.ask(), &route::vault()).await;
        (seen, platform)
    }

    fn ask(&self) -> Ask {
        let known = self
            .known
            .iter()
            .map(|(id, at)| Known { id: Some((*id).to_owned()), when: When::At(Moment::parse(at).unwrap()) });
        Ask { known: known.collect(), ..self.route.ask() }
    }
}

/// The reply to a request: of the first part that it holds, and of the turn that it is.
fn answer(route: Route, script: &[(&str, &str)], request: &str, asked: &Mutex<Vec<String>>) -> Reply {
    if route == Route::Wechat && request.contains("stable_token") && !script.iter().any(|(p, _)| *p == "stable_token") {
        return reply(200, sample("wechat", "token.json"));
    }
    let Some((part, _)) = script.iter().find(|(part, _)| request.contains(part)) else {
        panic!("{route:?}: nobody answers {}", request.lines().next().unwrap_or_default());
    };
    let replies: Vec<&str> = script.iter().filter(|(p, _)| p == part).map(|(_, reply)| *reply).collect();
    let mut asked = asked.lock().unwrap();
    let turn = asked.iter().filter(|before| **before == *part).count();
    asked.push((*part).to_owned());
    written(route, replies[turn.min(replies.len() - 1)])
}

fn written(route: Route, text: &str) -> Reply {
    let (status, body) = text.split_once(' ').unwrap_or((text, ""));
    let status = status.parse().unwrap_or_else(|_| panic!("no status: {text}"));
    match (body.strip_prefix('@'), body.strip_prefix("->")) {
        (Some(name), _) => reply(status, sample(route.folder(), name)),
        (_, Some(address)) => reply(status, "").header("location", address),
        _ => reply(status, body),
    }
}

fn sample(folder: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("samples").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A look in a line: how it ended, how many posts it saw, which kinds it proves anything about, and why
/// it is no better.
fn told(seen: &Seen) -> String {
    let sees = seen.reaches.iter().fold(Kinds::NONE, |sees, reach| sees.or(reach.sees));
    let kinds: Vec<&str> = sees.iter().map(crate::PostKind::word).collect();
    let proves = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join("+") };
    let weak = seen.reaches.iter().any(|reach| reach.strength == crate::Strength::Weak);
    let weakly = if weak { " weakly" } else { "" };
    let first = if seen.first_check { ", first check" } else { "" };
    let notes: Vec<String> = seen.notes.iter().map(|n| format!(", {}/{}", n.class.word(), n.reason)).collect();
    format!("{}, {} posts, proves {proves}{weakly}{first}{}", word(seen), seen.rows.len(), notes.concat())
}

/// A table of the reference.
struct Table {
    title: &'static str,
    /// Rows that the table has.
    rows: usize,
    cases: &'static [Case],
    /// Rows that no adapter of ours can meet, and why.
    never: &'static [(&'static str, &'static str)],
    /// Rows that another test proves: its source, and its name.
    elsewhere: &'static [(&'static str, &'static str, &'static str)],
}

/// Makes every look of the table and compares.
async fn hold(table: &Table) {
    complete(table);
    let mut wrong = Vec::new();
    for case in table.cases {
        let got = told(&case.look().await.0);
        if got != case.want {
            wrong.push(format!("{} [{:?}]\n  want {}\n  got  {got}", case.name, case.route, case.want));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", table.title, wrong.join("\n"));
}

/// No row of the table is missing, and what is said to be proven elsewhere is.
fn complete(table: &Table) {
    let cases = table.cases.iter().map(|case| case.name);
    let others = table.never.iter().map(|(name, _)| *name).chain(table.elsewhere.iter().map(|(name, ..)| *name));
    let names: BTreeSet<&str> = cases.chain(others).collect();
    assert_eq!(names.len(), table.rows, "{}: {names:#?}", table.title);
    for (name, source, test) in table.elsewhere {
        assert!(source.contains(&format!("fn {test}()")), "{name}: no test {test}");
    }
    assert!(table.never.iter().all(|(_, why)| why.len() > 20), "{}: say why", table.title);
}

const TABLES: [&Table; 10] = [
    &wechat::LOOK_ALIKES,
    &wechat::SOUND,
    &weibo::LOOK_ALIKES,
    &weibo::MOBILE,
    &weibo::DESKTOP,
    &weibo::SOUND,
    &douyin::LOOK_ALIKES,
    &douyin::SOUND,
    &fixtures::FEEDS,
    &fixtures::FIXTURES,
];

#[tokio::test]
async fn every_row_of_every_table_has_its_outcome() {
    for table in TABLES {
        hold(table).await;
    }
}

/// A sample that no row uses proves nothing.
#[test]
fn every_sample_is_used() {
    let cases = || TABLES.iter().flat_map(|table| table.cases);
    for folder in ["wechat", "weibo", "douyin", "feed"] {
        let scripts = cases().filter(|case| case.route.folder() == folder).flat_map(|case| case.script);
        let used: BTreeSet<&str> =
            scripts.filter_map(|(_, reply)| reply.split_once('@').map(|(_, name)| name)).collect();
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("samples");
        let there = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let idle: Vec<String> = there.filter(|name| name != "token.json" && !used.contains(name.as_str())).collect();
        assert_eq!(idle, Vec::<String>::new(), "{folder}");
    }
}

/// What an operator must be told by name.
#[tokio::test]
async fn the_cure_is_named() {
    for (route, script, words) in [
        (Route::Wechat, &[("", "200 @ip.json")][..], "203.0.113.9"),
        (Route::Wechat, &[("", r#"200 {"errcode":48001}"#)], "微信认证"),
        (Route::DouyinOpen, &[("", r#"200 {"data":{"error_code":28001056}}"#)], "换一个来源"),
        (Route::DouyinV4, &[("", r#"400 {"detail":{"code":400}}"#)], "更换其 Cookie"),
        (Route::Weibo, &[("", "200 @login.json")], "重新登录"),
    ] {
        let seen = case("", route, script, "").look().await.0;
        let notes: String = seen.notes.iter().map(|note| note.advice.as_str()).collect();
        let advice = match &seen.outcome {
            crate::Outcome::Failed(failure) => failure.advice.clone(),
            _ => notes,
        };
        assert!(advice.contains(words), "{route:?}: {advice}");
        assert!(!format!("{seen:?}").contains("CANARY"), "{route:?} shows a secret");
    }
}
