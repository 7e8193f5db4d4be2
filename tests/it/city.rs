//! A city of 311 accounts of which 250 have no source: its list, the program, and a daemon whose steps
//! are taken by hand.

use cuigeng::Step;
use cuigeng::clock::SystemClock;
use cuigeng::config::{self, Config};
use cuigeng::domain::{AccountId, Kinds, Moment, PostKind, Reach, Strength, When};
use cuigeng::import::read_sheets;
use cuigeng::inspect::Inspector;
use cuigeng::mail::post::Postman;
use cuigeng::mail::smtp::Limits;
use cuigeng::poll::Poller;
use cuigeng::report::reporter::Reporter;
use cuigeng::secrets::FileSecrets;
use cuigeng::store::{LetterRow, Store, looks, outbox, verdicts};
use cuigeng_adapters::http::Http;
use cuigeng_adapters::{Outcome, RawPost, Seen};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use tempfile::TempDir;

/// Accounts with a source; the others have none.
pub(super) const WATCHED: usize = 61;
pub(super) const ALL: usize = 311;
/// The week of 15 July, its check on the 22nd.
pub(super) const WEEK: &str = "2024-W29";
pub(super) const SHEET: &str = "周核查表-2024-W29.xlsx";

const CONFIG: &str = r#"
profile = "通用"
mode = "正式"

[office]
clerk_mail = ["clerk@city.example"]
operator_mail = ["operator@city.example"]

[mail]
transport = "folder"
folder = "letters"
from = "某市政务公开办 <xmt@city.example>"

[sources.own]
kind = "feed"
base = "http://127.0.0.1:9"
bridge = "own"
whole = true
strength = "strong"
"#;

pub(super) fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

pub(super) fn name(i: usize) -> String {
    format!("某市账号{i:03}")
}

pub(super) fn owner(i: usize) -> String {
    format!("owner{i}@city.example")
}

/// An office with its list, the program beside it, and a daemon whose steps are taken by hand.
pub(super) struct City {
    dir: TempDir,
    store: Store,
    config: Arc<Config>,
    inspector: Inspector,
    postman: Postman,
    reporter: Reporter,
}

impl City {
    pub(super) fn new() -> City {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("config.toml"), CONFIG).unwrap();
        let config = Arc::new(config::load(Some(&dir.path().join("config.toml"))).unwrap());
        let data = dir.path().join("data");
        let store = Store::open(&data).unwrap();
        let secrets = Arc::new(FileSecrets::new(&data, &config.secrets_dir, None));
        let poller = Poller {
            store: store.clone(),
            config: Arc::clone(&config),
            http: Http::new(None).unwrap(),
            secrets: Arc::clone(&secrets),
            clock: SystemClock::shared(),
            data: data.clone(),
            lanes: Arc::default(),
        };
        let postman = Postman {
            store: store.clone(),
            config: Arc::clone(&config),
            secrets,
            poller,
            data,
            limits: Limits::default(),
        };
        let city = City {
            inspector: Inspector::new(store.clone(), Arc::clone(&config)),
            reporter: Reporter { store: store.clone(), config: Arc::clone(&config) },
            postman,
            dir,
            store,
            config,
        };
        city.file("台账.csv", list().as_bytes());
        // Before there is an account: what a switch lets go at once depends on the weekday of the test.
        city.ok(&["mode", "正式", "--by", "李四"]);
        city.ok(&["account", "import", "台账.csv"]);
        city
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn file(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    pub(super) fn run(&self, line: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        command.current_dir(self.path()).args(["--data", "data"]).args(line).output().unwrap()
    }

    /// What a call that succeeds says on stdout and stderr.
    pub(super) fn ok(&self, line: &[&str]) -> (String, String) {
        let output = self.run(line);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{line:?}: {told}");
        (String::from_utf8(output.stdout).unwrap(), told)
    }

    pub(super) fn json(&self, line: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[line, &["--json"]].concat()).0).unwrap()
    }

    pub(super) fn refused(&self, line: &[&str], exit: i32) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(exit), "{line:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The source looks at each account that has one: whole, and some posts.
    pub(super) fn looks(&self, now: &str) {
        let now = at(now);
        let write = move |tx: &cuigeng::store::Transaction<'_>| {
            for i in 0..WATCHED {
                looks::observe(tx, AccountId(i as i64 + 1), "own", &seen(i, now), now)?;
            }
            Ok(())
        };
        self.store.write(write).unwrap();
    }

    /// Judges, sends, sums up.
    pub(super) async fn step(&self, now: &str) {
        let now = at(now);
        self.inspector.step(now).await.unwrap();
        self.reporter.step(now).await.unwrap();
        let mut later = now;
        while let Step { did: true, wake } = self.postman.step(later).await.unwrap() {
            later = wake;
        }
    }

    pub(super) fn letters(&self) -> Vec<LetterRow> {
        self.store.read(|conn| outbox::list(conn, 10_000)).unwrap()
    }

    /// The reminders that owners of accounts without a source had.
    pub(super) fn to_unwatched(&self) -> Vec<LetterRow> {
        let owners: BTreeSet<String> = (WATCHED..ALL).map(owner).collect();
        self.letters().into_iter().filter(|letter| owners.contains(&letter.recipient)).collect()
    }

    /// By account and rule: the kept verdict's kind and revision, for the check of the week.
    pub(super) fn kept(&self) -> BTreeMap<(usize, String), (String, i64)> {
        let span = (at("2024-07-22 00:00"), at("2024-07-23 00:00"));
        let profile = self.config.profile.name.clone();
        let latest = self.store.read(|conn| verdicts::latest(conn, &profile, span.0, span.1)).unwrap();
        let index = |id: AccountId| usize::try_from(id.0).unwrap() - 1;
        latest.into_iter().map(|v| ((index(v.account), v.rule), (v.kind, v.revision))).collect()
    }

    pub(super) fn kind(&self, i: usize, rule: &str) -> String {
        self.kept()[&(i, rule.to_owned())].0.clone()
    }

    /// The cells of the exported sheet, as text; the first row is the title.
    pub(super) fn sheet(&self, file: &str) -> Vec<Vec<String>> {
        let sheets = read_sheets(&std::fs::read(self.path().join(file)).unwrap()).unwrap();
        let texts = |row: &cuigeng::import::Row| row.cells.iter().map(|cell| cell.text.clone()).collect();
        sheets[0].rows.iter().map(texts).collect()
    }

    /// Fills in the exported sheet: what `told` says of an account is 最近更新时间, 本周更新次数, 核查人
    /// and 核查时间.
    pub(super) fn fill(&self, from: &str, to: &str, told: impl Fn(usize) -> [String; 4]) {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (r, mut cells) in (0_u32..).zip(self.sheet(from)) {
            if r >= 2 {
                let i = cells[1].strip_prefix("某市账号").unwrap().parse().unwrap();
                cells.resize(11, String::new());
                cells[6..10].clone_from_slice(&told(i));
            }
            for (c, text) in (0_u16..).zip(&cells) {
                sheet.write_string(r, c, text).unwrap();
            }
        }
        self.file(to, &book.save_to_buffer().unwrap());
    }
}

fn list() -> String {
    let mut text = "账号名称,平台,账号标识,主办单位,运维邮箱,来源,来源参数\n".to_owned();
    for i in 0..ALL {
        let platform = ["新浪微博", "抖音", "微信订阅号"][i % 3];
        let source = if i < WATCHED { format!("own,http://127.0.0.1:9/{i}") } else { ",".to_owned() };
        text += &format!("{},{platform},{},第{}局,{},{source}\n", name(i), 7_000_000 + i, i % 40, owner(i));
    }
    text
}

/// Of the watched ones the first five have one update in the week, the others two.
fn seen(i: usize, now: Moment) -> Seen {
    let times = [Some("2024-07-15 10:00"), (i >= 5).then_some("2024-07-16 10:00"), Some("2024-07-12 10:00")];
    let row = |time: &str| RawPost {
        id: Some(format!("{i} {time}")),
        push: None,
        when: When::At(at(time)),
        title: "防汛提示".to_owned(),
        url: None,
        author: None,
        pinned: false,
        kind: if i % 3 == 2 { PostKind::Notified } else { PostKind::Post },
        visible: true,
        repost: false,
    };
    let sees = Kinds::from_bits(7);
    Seen {
        outcome: Outcome::Complete,
        reaches: vec![Reach { from: at("2024-07-01 00:00"), until: now, sees, strength: Strength::Strong }],
        withheld: Vec::new(),
        rows: times.into_iter().flatten().map(row).collect(),
        first_check: false,
        notes: Vec::new(),
        looked_at: None,
    }
}
