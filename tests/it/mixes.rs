//! The promise: no weak and no half-sighted source ever says `missed` by itself; any mix of sources
//! that together see every kind strongly does, a person among them. Every source is the configured
//! one, its look is walked by the real rules, kept in a real store and judged from there.

use cuigeng::config::{self, Config};
use cuigeng::domain::{
    Account, Check, Class, Kinds, Moment, Platform, PostKind, Reach, SourceRef, Strength, Watch, WatchOrigin, When,
};
use cuigeng::ledger::Ledger;
use cuigeng::rules::{self, Coverage, Evidence, VerdictKind};
use cuigeng::store::{Store, accounts, attest, looks};
use cuigeng_adapters::walk::{Step, Walk};
use cuigeng_adapters::{Ask, Batch, Failure, Next, Outcome, Page, RawPost, Secret, Secrets, Seen, Source, Traits};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The Monday of the check, and when everything is looked at: the statistic of Sunday is out.
const CHECK: &str = "2022-06-27 09:00";
const NOW: &str = "2022-06-27 10:00";
const SINCE: &str = "2022-06-10 00:00";

const SOURCES: &str = r#"
[sources.visitor]
kind = "weibo"
[sources.login]
kind = "weibo"
cookie = "weibo-cookie"
[sources.pc]
kind = "weibo_desktop"
[sources.v5]
kind = "douyin"
[sources.v4]
kind = "douyin_v4"
[sources.hub]
kind = "feed"
[sources.own]
kind = "feed"
whole = true
strength = "strong"
[sources.official]
kind = "wechat"
first_date = 2022-01-01
[sources.wewe]
kind = "feed"
bridge = "wewe-rss"
[sources.notified]
kind = "feed"
bridge = "own"
sees = ["群发"]
strength = "strong"
whole = true
[sources.inbox]
kind = "inbox"
[collectors.shy]
command = ["said.sh"]
[collectors.sure]
command = ["said.sh"]
strength = "strong"
sees = ["群发"]
[collectors.quiet]
command = ["said.sh"]
strength = "strong"
sees = ["发布"]
"#;

/// Who may look at an account, and the kinds of which it is a strong witness.
const ORDINARY: [(&str, Kinds); 10] = [
    ("visitor", Kinds::NONE),
    ("login", Kinds::POST),
    ("pc", Kinds::NONE),
    ("v5", Kinds::NONE),
    ("hub", Kinds::NONE),
    ("own", Kinds::POST),
    ("inbox", Kinds::NONE),
    ("shy", Kinds::NONE),
    ("sure", Kinds::POST),
    ("person", Kinds::POST),
];
const WECHAT: [(&str, Kinds); 8] = [
    ("official", Kinds::WECHAT),
    // Its statistic failed: what is left sees 发布 only.
    ("free", Kinds::UNNOTIFIED),
    ("wewe", Kinds::NONE),
    ("notified", Kinds::NOTIFIED),
    ("inbox", Kinds::NONE),
    ("sure", Kinds::NOTIFIED),
    ("quiet", Kinds::UNNOTIFIED),
    ("person", Kinds::WECHAT),
];

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

struct NoSecrets;

impl Secrets for NoSecrets {
    fn get(&self, name: &str) -> Result<Secret, Failure> {
        Err(Failure::new(Class::Config, name))
    }

    fn replace(&self, _name: &str, _secret: Secret) -> Result<(), Failure> {
        Err(Failure::new(Class::Config, ""))
    }
}

fn ask(platform: &Platform) -> Ask {
    Ask {
        platform: platform.name().to_owned(),
        name: "某某发布".to_owned(),
        key: "a0".to_owned(),
        author: None,
        since: at(SINCE),
        now: at(NOW),
        kinds: platform.kinds(),
        known: Vec::new(),
        covered: Vec::new(),
        cursor: None,
        page: 0,
    }
}

fn row(when: Moment, kind: PostKind) -> RawPost {
    RawPost {
        id: Some(when.unix().to_string()),
        push: None,
        when: When::At(when),
        title: String::new(),
        url: None,
        author: None,
        pinned: false,
        kind,
        visible: true,
        repost: false,
    }
}

/// A healthy list that reaches back past the asked time, with nothing newer.
fn old_rows(sees: Kinds) -> Vec<RawPost> {
    let kind = sees.iter().next().unwrap_or(PostKind::Post);
    (1..=6).map(|days| row(at(SINCE).plus_days(-days), kind)).collect()
}

/// Hands the pages to the walk, one after the other.
fn walked(ask: Ask, traits: Traits, pages: Vec<Page>) -> Seen {
    let mut walk = Walk::new(ask, traits);
    for page in pages {
        if let Step::Done(seen) = walk.take(Ok(page)) {
            return seen;
        }
    }
    panic!("the walk wants more");
}

/// The un-notified list, then every finished day by its own word.
fn official(ask: &Ask, traits: Traits, with_days: bool) -> Seen {
    let mut pages = vec![Page::listing(old_rows(Kinds::UNNOTIFIED), Kinds::UNNOTIFIED, Next::Unsaid)];
    let days = if with_days { (at(NOW).date() - at(SINCE).date()).num_days() } else { 0 };
    for day in 0..days {
        let from = at(SINCE).plus_days(day);
        let reach = Reach { from, until: from.plus_days(1), sees: Kinds::WECHAT, strength: Strength::Strong };
        pages.last_mut().unwrap().next = Next::Must(day.to_string());
        pages.push(Page { claims: vec![reach], ..Page::listing(Vec::new(), Kinds::NONE, Next::Unsaid) });
    }
    walked(ask.clone(), traits, pages)
}

const LINES: &str =
    r#"{"type":"end","account":"a0","status":"ok","complete_since":"2022-06-01T00:00:00+08:00","count":0}"#;

/// What a source shows of an account that has been silent for weeks.
async fn silence_seen_by(name: &str, config: &Config, platform: &Platform, dir: &std::path::Path) -> Seen {
    let ask = ask(platform);
    let source = &config.sources[if name == "free" { "official" } else { name }].source;
    let traits = source.traits(ask.kinds);
    match source {
        Source::Batch(Batch::Inbox(inbox)) => {
            let head = r#"{"type":"file","protocol":1,"made_at":"2022-06-27T10:00:00+08:00"}"#;
            inbox.read(&format!("{head}\n{LINES}\n"), &[ask]).looks.remove(0).1
        }
        Source::Batch(Batch::Exec(exec)) => {
            let mut run = exec.list(&[ask], &NoSecrets, dir, at(NOW)).await;
            let seen = run.looks.remove(0);
            assert_eq!(seen.outcome, Outcome::Complete, "{} {:?}", run.stderr, run.remarks);
            seen
        }
        Source::Paged(_) if name == "official" => official(&ask, traits, true),
        Source::Paged(_) if name == "free" => official(&ask, traits, false),
        Source::Paged(_) => {
            let rows = old_rows(traits.sees);
            walked(ask, traits, vec![Page::listing(rows, traits.sees, Next::Unsaid)])
        }
    }
}

fn account(platform: &Platform, mix: &[&str], position: i64) -> Account {
    let names = mix.iter().filter(|name| **name != "person");
    let mut sources: Vec<SourceRef> = Vec::new();
    for name in names {
        let source = if *name == "free" { "official" } else { name };
        if sources.iter().all(|known| known.source != source) {
            sources.push(SourceRef { source: source.to_owned(), key: "a0".to_owned() });
        }
    }
    Account { sources, position, ..Account::new(format!("账号{position}"), platform.clone()) }
}

/// An account, what its sources showed, and whether a person looked too.
type Looked = (Account, Vec<(String, Seen)>, bool);

/// Judges every mix of these witnesses; returns the kinds that each mix sees strongly, and the answer.
async fn every_mix(platform: &str, witnesses: &[(&'static str, Kinds)]) -> Vec<(Vec<&'static str>, Kinds, String)> {
    let dir = tempfile::tempdir().unwrap();
    let config = configured(dir.path());
    let platform = Platform::parse(platform).0;
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for (name, _) in witnesses.iter().filter(|(name, _)| *name != "person") {
        seen.insert(name, silence_seen_by(name, &config, &platform, dir.path()).await);
    }
    let store = Store::open(dir.path()).unwrap();
    let mut mixes = Vec::new();
    for bits in 0_usize..1 << witnesses.len() {
        let chosen = witnesses.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, one)| *one);
        let (names, strong): (Vec<&'static str>, Vec<Kinds>) = chosen.unzip();
        mixes.push((names, strong.into_iter().fold(Kinds::NONE, Kinds::or)));
    }
    let kept: Vec<Looked> = (0..)
        .zip(&mixes)
        .map(|(i, (names, _))| {
            let looks = names.iter().filter_map(|name| {
                let source = if *name == "free" { "official" } else { name };
                seen.get(name).map(|seen| (source.to_owned(), seen.clone()))
            });
            (account(&platform, names, i), looks.collect(), names.contains(&"person"))
        })
        .collect();
    store
        .write(move |tx| {
            for (account, looked, person) in &kept {
                let id = accounts::save(tx, account)?;
                for (source, seen) in looked {
                    looks::observe(tx, id, source, seen, at(NOW))?;
                }
                if *person {
                    attest::attest(tx, id, at(SINCE), at(NOW), "核查人", at(NOW))?;
                }
            }
            Ok(())
        })
        .unwrap();
    let check = Check::unmoved(at(CHECK));
    let ledger = store.read(|conn| Ledger::for_checks(conn, &config, &config.profile, &[check])).unwrap();
    let verdicts = ledger.judge(&config.profile, check, at(NOW));
    let weekly: Vec<_> = verdicts.iter().filter(|verdict| verdict.rule == "weekly").collect();
    assert_eq!(weekly.len(), mixes.len());
    mixes.into_iter().zip(weekly).map(|((names, strong), v)| (names, strong, v.kind.word().to_owned())).collect()
}

fn configured(dir: &std::path::Path) -> Config {
    use std::os::unix::fs::PermissionsExt;
    let collectors = dir.join("collectors");
    std::fs::create_dir_all(&collectors).unwrap();
    let script = collectors.join("said.sh");
    std::fs::write(&script, format!("#!/bin/sh\nIFS= read -r request\necho '{LINES}'\n")).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::set_permissions(&collectors, std::fs::Permissions::from_mode(0o700)).unwrap();
    let file = dir.join("config.toml");
    std::fs::write(&file, SOURCES).unwrap();
    config::load(Some(&file)).unwrap_or_else(|faults| panic!("{faults}"))
}

async fn told(platform: &str, witnesses: &[(&'static str, Kinds)], kinds: Kinds) {
    let mut counted = BTreeMap::new();
    for (names, strong, word) in every_mix(platform, witnesses).await {
        let want = match () {
            () if names.is_empty() => "unknown",
            () if strong.and(kinds) == kinds => "missed",
            () => "suspected",
        };
        assert_eq!(word, want, "{platform} {names:?}");
        *counted.entry(want).or_insert(0) += 1;
    }
    assert_eq!(counted.len(), 3, "{counted:?}");
}

#[tokio::test]
async fn every_mix_of_witnesses_on_an_ordinary_platform() {
    told("新浪微博", &ORDINARY, Kinds::POST).await;
}

#[tokio::test]
async fn every_mix_of_witnesses_of_a_wechat_account() {
    told("微信订阅号", &WECHAT, Kinds::WECHAT).await;
}

/// Steps of fourteen hours on which random watches begin and end; the week is steps 6 to 18.
const STEPS: i64 = 24;

fn step(n: i64) -> Moment {
    at("2022-06-20 00:00").plus((n - 6) * 14 * 3600)
}

fn usual() -> &'static Config {
    static USUAL: std::sync::OnceLock<Config> = std::sync::OnceLock::new();
    USUAL.get_or_init(|| config::load(None).unwrap_or_else(|faults| panic!("{faults}")))
}

#[derive(Clone, Debug)]
struct Random {
    watches: Vec<(i64, i64, i64, bool, bool)>,
    posts: Vec<i64>,
    wechat: bool,
}

fn random() -> impl Strategy<Value = Random> {
    let watch = (0..STEPS, 1..STEPS, 1..8_i64, prop::bool::weighted(0.8), any::<bool>())
        .prop_map(|(from, long, kinds, strong, person)| (from, (from + long).min(STEPS), kinds, strong, person));
    (prop::collection::vec(watch, 0..7), prop::collection::vec(0..STEPS, 0..4), any::<bool>())
        .prop_map(|(watches, posts, wechat)| Random { watches, posts, wechat })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// `missed` exactly when every instant is strongly watched for every kind and too few are possible.
    #[test]
    fn missed_is_what_plain_counting_says(random in random()) {
        let platform = Platform::parse(if random.wechat { "微信订阅号" } else { "新浪微博" }).0;
        let kinds = platform.kinds();
        let watches: Vec<Watch> = random.watches.iter().map(|(from, until, sees, strong, person)| Watch {
            reach: Reach {
                from: step(*from),
                until: step(*until),
                sees: Kinds::from_bits(if *person { 7 } else { *sees }),
                strength: if *strong || *person { Strength::Strong } else { Strength::Weak },
            },
            at: step(*until),
            origin: if *person { WatchOrigin::Person("核查人".to_owned()) } else { WatchOrigin::Source("s".to_owned()) },
        }).collect();
        let kind = kinds.iter().next().unwrap();
        let posts: Vec<cuigeng::domain::Post> = (1..).zip(&random.posts).map(|(id, at)| cuigeng::domain::Post {
            id, ext_id: None, push: None, when: When::At(step(*at)), title: String::new(), url: None, kind, visible: true,
            repost: false, struck: false, first_seen: step(*at), sightings: Vec::new(),
        }).collect();
        let account = account(&platform, &[], 0);
        let config = usual();
        let duty = rules::duties(&config.profile, &account, Check::unmoved(at(CHECK))).into_iter().find(|d| d.rule.name == "weekly").unwrap();
        let evidence = Evidence { posts: &posts, watches: &watches, tallies: &[], failures: &[], sources: &[] };
        let verdict = rules::judge(&duty, &evidence, at(NOW));

        let inside = |h: i64| duty.window.from <= step(h) && step(h) < duty.window.until;
        let seen = random.posts.iter().filter(|h| inside(**h)).count();
        let watched = |h: i64, kind: PostKind, strong: bool| watches.iter().any(|w| {
            w.reach.from <= step(h) && step(h) < w.reach.until && (!strong || (w.reach.sees.has(kind) && w.reach.strength == Strength::Strong))
        });
        let week: Vec<i64> = (6..18).collect();
        prop_assert_eq!((duty.window.from, duty.window.until), (step(6), step(18)));
        let whole = kinds.iter().all(|kind| week.iter().all(|h| watched(*h, kind, true)));
        let shaded = week.iter().all(|h| watched(*h, kind, false));
        let want = match () {
            () if seen >= 2 => "met",
            () if whole => "missed",
            () if shaded => "suspected",
            () => "unknown",
        };
        prop_assert_eq!(verdict.kind.word(), want);
        prop_assert_eq!(Coverage::of(&watches).prove(duty.window, kinds).is_ok(), whole);
        if let VerdictKind::Missed { proof, .. } = &verdict.kind {
            prop_assert!(proof.basis().iter().all(|w| w.reach.strength == Strength::Strong));
        }
    }
}
