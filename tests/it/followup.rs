//! The promise: what a weekly summary calls 待数据 is followed up once, when its data are there, and what
//! is found then waits for the clerk's word like every other finding.

use cuigeng::config::{self, Config};
use cuigeng::demo::run::import_list;
use cuigeng::domain::{AccountId, Moment, Role};
use cuigeng::inspect::Inspector;
use cuigeng::report::reporter::Reporter;
use cuigeng::store::{LetterKind, LetterRow, Store, looks, meta, outbox};
use cuigeng_adapters::{Kinds, Outcome, PostKind, RawPost, Reach, Seen, Strength, When};
use std::path::Path;
use std::sync::Arc;

/// The statistic of a day is out at noon of the next one, and the summary does not wait for it.
const CONFIG: &str = "[office]\nclerk_mail = \"clerk@x.example\"\nleader_mail = \"leader@x.example\"\n\
    [report]\nsummary_latest_hours = 1\n\
    [sources.official]\nkind = \"wechat\"\nfirst_date = 2026-01-01\nready_hour = 12\n";
const LIST: &str = "账号名称,平台,主办单位,来源,来源参数\n\
    青禾教育,微信订阅号,青禾县教育局,official,a\n青禾卫健,微信订阅号,青禾县卫健委,official,b\n\
    青禾发布,微信订阅号,青禾县政府办,official,c\n";
/// Silent for sixteen days; short in the week; in good order.
const POSTS: [&[&str]; 3] =
    [&["2026-07-11 10:00"], &["2026-07-21 10:00", "2026-07-16 10:00"], &["2026-07-24 10:00", "2026-07-22 10:00"]];

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

struct Office {
    dir: tempfile::TempDir,
}

impl Office {
    fn new() -> Office {
        let office = Office { dir: tempfile::tempdir().unwrap() };
        std::fs::write(office.dir.path().join("config.toml"), CONFIG).unwrap();
        import_list(&office.store(), LIST, &office.config(), at("2026-06-01 09:00")).unwrap();
        office.store().write(|tx| meta::set(tx, "installed_at", &at("2026-07-21 09:00").rfc3339())).unwrap();
        office
    }

    fn store(&self) -> Store {
        Store::open(&self.dir.path().join("data")).unwrap()
    }

    fn config(&self) -> Config {
        let file: &Path = &self.dir.path().join("config.toml");
        config::load(Some(file)).unwrap()
    }

    /// A look at every account: 发布 up to now, 群发 up to the last day whose statistic is out.
    fn looks(&self, now: &str) {
        let now = at(now);
        self.store()
            .write(move |tx| {
                for (id, posts) in (1..).zip(POSTS) {
                    looks::observe(tx, AccountId(id), "official", &seen(posts, now), now)?;
                }
                Ok(())
            })
            .unwrap();
    }

    /// Judges and sums up, freshly started.
    fn lives(&self, now: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = Arc::new(self.config());
        runtime.block_on(async {
            let inspector = Inspector::new(self.store(), Arc::clone(&config));
            inspector.step(at(now)).await.unwrap();
            Reporter { store: self.store(), config }.step(at(now)).await.unwrap();
        });
    }

    /// Letters of a kind whose subject says so, oldest first.
    fn letters(&self, kind: LetterKind, says: &str) -> Vec<LetterRow> {
        let mut letters = self.store().read(|conn| outbox::list(conn, 100)).unwrap();
        letters.retain(|letter| letter.kind == kind && letter.subject.contains(says));
        letters.reverse();
        letters
    }
}

fn seen(posts: &[&str], now: Moment) -> Seen {
    let row = |time: &&str| RawPost {
        id: Some((*time).to_owned()),
        push: None,
        when: When::At(at(time)),
        title: String::new(),
        url: None,
        author: None,
        pinned: false,
        kind: PostKind::Notified,
        visible: true,
        repost: false,
    };
    let noon = Moment::start_of(now.date()).plus(12 * 3600);
    let out = Moment::start_of(if now < noon { now.plus_days(-1) } else { now }.date());
    let reach = |sees, until| Reach { from: at("2026-06-01 00:00"), until, sees, strength: Strength::Strong };
    Seen {
        outcome: Outcome::Complete,
        reaches: vec![reach(Kinds::UNNOTIFIED, now), reach(Kinds::NOTIFIED, out)],
        withheld: Vec::new(),
        rows: posts.iter().map(row).collect(),
        first_check: false,
        notes: Vec::new(),
        looked_at: None,
    }
}

#[test]
fn what_a_summary_left_open_is_followed_up_once_and_becomes_a_finding() {
    let office = Office::new();
    office.looks("2026-07-27 09:00");
    office.lives("2026-07-27 10:00");
    let summaries = office.letters(LetterKind::Summary, "周报");
    assert_eq!(summaries.len(), 2, "clerk and leader");
    assert!(summaries[0].text.contains("五、无法判定（2个，其中待数据2个）"), "{}", summaries[0].text);
    // The week is closed at noon, the silence only a day later: nothing yet.
    office.looks("2026-07-27 12:10");
    office.lives("2026-07-27 13:00");
    assert!(office.letters(LetterKind::Summary, "续报").is_empty(), "one account is still open");
    assert_eq!(office.letters(LetterKind::Digest, "待核实").len(), 1, "what closed has joined the findings");
    office.looks("2026-07-28 12:10");
    office.lives("2026-07-28 12:30");
    let told = office.letters(LetterKind::Summary, "续报");
    assert_eq!(told.iter().map(|letter| letter.role).collect::<Vec<_>>(), [Role::Clerk, Role::Leader]);
    for said in [
        "第1期周报的续报",
        "第1期周报中待数据的2个账号，结果如下：不合格1个，存在问题1个。",
        "青禾教育",
        "7月13日至7月27日监测到更新0次，应更新1次（超过两周未更新，待核实）",
        "青禾卫健",
        "7月20日至7月26日监测到更新1次，应更新2次（一周未更新两次，待核实）",
        "计入后，第30周：合格1，存在问题1，不合格1，无法判定0",
    ] {
        assert!(told[0].text.contains(said), "{said}\n{}", told[0].text);
    }
    assert!(!told[0].text.contains("青禾发布"), "{}", told[0].text);
    let findings = office.letters(LetterKind::Digest, "待核实");
    assert!(findings.last().unwrap().text.contains("青禾教育"), "{}", findings.last().unwrap().text);
    // Every call is a new start.
    office.lives("2026-07-28 13:00");
    office.lives("2026-07-29 09:00");
    assert_eq!(office.letters(LetterKind::Summary, "续报").len(), 2, "once, also over restarts");
}

#[test]
fn data_that_never_come_are_told_too_and_not_to_the_leader() {
    let office = Office::new();
    office.looks("2026-07-27 09:00");
    office.lives("2026-07-27 10:00");
    office.lives("2026-07-28 12:30");
    assert!(office.letters(LetterKind::Summary, "续报").is_empty(), "six hours of grace");
    office.lives("2026-07-28 18:30");
    let told = office.letters(LetterKind::Summary, "续报");
    assert_eq!(told.iter().map(|letter| letter.role).collect::<Vec<_>>(), [Role::Clerk]);
    assert!(told[0].text.contains("结果如下：无法判定2个。"), "{}", told[0].text);
}

#[test]
fn a_summary_without_open_rows_has_no_follow_up() {
    let office = Office::new();
    office.looks("2026-07-28 12:10");
    office.lives("2026-07-28 12:30");
    office.lives("2026-07-29 12:30");
    assert_eq!(office.letters(LetterKind::Summary, "周报").len(), 2);
    assert!(office.letters(LetterKind::Summary, "续报").is_empty());
}
