//! The promise: a source that turns from good to blocked to stale and back makes nobody a liar. No
//! week that could not be seen is called missed, the verdicts mend themselves, and the operator has
//! one letter when the trouble begins and one when it ends.

use crate::platform::{Mood, Platform};
use cuigeng::clock::Clock;
use cuigeng::config::{self, Config};
use cuigeng::daemon::{Daemon, TASKS};
use cuigeng::demo::clock::SimClock;
use cuigeng::demo::run::import_list;
use cuigeng::domain::Moment;
use cuigeng::store::{LetterKind, LetterRow, LetterState, Store, attest, outbox};
use std::path::Path;
use std::sync::Arc;

const OPERATOR: &str = "yunwei@qinghe.example";
const STARTS: &str = "2022-05-30 09:30";
/// The list as it was long before anybody watched.
const LONG_AGO: &str = "2022-05-15 00:00";

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn times(texts: &[&str]) -> Vec<Moment> {
    texts.iter().map(|text| at(&format!("2022-{text}"))).collect()
}

/// The Mondays of the weeks that are judged.
const WEEKS: [&str; 5] = ["2022-05-30", "2022-06-06", "2022-06-13", "2022-06-20", "2022-06-27"];

/// A post on the Tuesday and the Friday of each of these weeks, and two in the weeks before.
fn twice(weeks: &[usize]) -> Vec<Moment> {
    let mut posts = times(&["05-10 10:00", "05-17 10:00", "05-24 10:00", "05-27 10:00"]);
    for week in weeks {
        let monday = at(&format!("{} 00:00", WEEKS[*week]));
        posts.extend([monday.plus_days(1).plus(36_000), monday.plus_days(4).plus(36_000)]);
    }
    posts
}

/// What eight accounts really posted.
fn truth() -> Vec<Vec<Moment>> {
    let mut one_a_week = times(&["05-10 10:00", "05-17 10:00", "05-24 10:00", "05-27 10:00"]);
    one_a_week.extend(WEEKS.iter().map(|monday| at(&format!("{monday} 00:00")).plus_days(2)));
    let mut busy: Vec<Moment> = (0..60).map(|day| at("2022-05-10 09:00").plus_days(day)).collect();
    busy.retain(|moment| *moment < at("2022-07-04 00:00"));
    vec![
        busy,
        twice(&[0, 1, 2, 3, 4]),
        one_a_week,
        // Silent since May.
        times(&["05-10 10:00", "05-17 10:00", "05-20 10:00"]),
        twice(&[0, 2, 3, 4]),
        twice(&[0, 1, 3, 4]),
        twice(&[0, 3, 4]),
        twice(&[0, 1, 2, 3]),
    ]
}

fn posted(posts: &[Moment], from: Moment, until: Moment) -> usize {
    posts.iter().filter(|at| (from..until).contains(*at)).count()
}

/// A month: platform, daemon, and a clock of their own.
struct Month {
    clock: Arc<SimClock>,
    data: tempfile::TempDir,
    config: Arc<Config>,
    store: Store,
}

impl Month {
    async fn begin(
        posts: Vec<Vec<Moment>>,
        script: impl Fn(usize, Moment) -> Mood + Send + Sync + 'static,
        source: &str,
        ends: &str,
    ) -> Month {
        let clock = Arc::new(SimClock::new(at(STARTS), &TASKS, at(ends)));
        let platform = Platform::new(posts, script, clock.clone());
        let base = platform.start().await;
        let data = tempfile::tempdir().unwrap();
        let config = Arc::new(configured(data.path(), &base, source));
        let store = Store::open(data.path()).unwrap();
        import_list(&store, &list(platform.posts.len(), source), &config, clock.now()).unwrap();
        Month { clock, data, config, store }
    }

    async fn play(&self) {
        let daemon = Daemon::open(Arc::clone(&self.config), self.data.path(), self.clock.clone(), None).unwrap();
        daemon.run(self.clock.finished()).await.unwrap();
    }

    /// The same month goes on until `ends`.
    async fn go_on(&mut self, ends: &str) {
        // The platform keeps the clock that stands still; only the daemon lives on.
        let clock = Arc::new(SimClock::new(self.clock.now(), &TASKS, at(ends)));
        self.clock = clock;
        self.play().await;
    }

    /// Letters of a kind, but for the weekly word that nobody has loaded the days off of 2022.
    fn letters(&self, kind: LetterKind) -> Vec<LetterRow> {
        let letters = self.store.read(|conn| outbox::list(conn, 10_000)).unwrap();
        let wanted = |letter: &LetterRow| letter.kind == kind && !letter.subject.contains("放假安排未录入");
        let mut of_kind: Vec<LetterRow> = letters.into_iter().filter(wanted).collect();
        of_kind.sort_by_key(|letter| letter.slot);
        of_kind
    }

    fn alarms(&self) -> Vec<String> {
        let letters = self.letters(LetterKind::Alarm);
        assert!(letters.iter().all(|letter| letter.recipient == OPERATOR && letter.state == LetterState::Sent));
        letters
            .into_iter()
            .map(|letter| format!("{} {}", letter.slot.beijing().format("%m-%d %H:%M"), letter.subject))
            .collect()
    }

    /// Every revision of every verdict, in the order in which they were decided.
    fn revisions(&self) -> Vec<Revision> {
        let conn = rusqlite::Connection::open(self.data.path().join("cuigeng.db")).unwrap();
        let columns = "account, rule, from_s, until_s, revision, kind, at, held_at";
        let mut rows = conn.prepare(&format!("SELECT {columns} FROM verdict ORDER BY id")).unwrap();
        let moment = |row: &rusqlite::Row<'_>, column: usize| row.get(column).map(Moment::from_unix);
        let revision = |row: &rusqlite::Row<'_>| {
            Ok(Revision {
                account: usize::try_from(row.get::<_, i64>(0)?).unwrap() - 1,
                rule: row.get(1)?,
                from: moment(row, 2)?,
                until: moment(row, 3)?,
                number: row.get(4)?,
                kind: row.get(5)?,
                at: moment(row, 6)?,
                check: moment(row, 7)?,
            })
        };
        rows.query_map([], revision).unwrap().map(Result::unwrap).collect()
    }

    /// The last word on every closed window.
    fn last_words(&self) -> Vec<Revision> {
        let mut last: std::collections::BTreeMap<_, Revision> = std::collections::BTreeMap::new();
        for one in self.revisions().into_iter().filter(|r| r.check <= self.clock.now()) {
            last.insert((one.account, one.rule.clone(), one.from, one.until), one);
        }
        last.into_values().collect()
    }
}

#[derive(Clone, Debug)]
struct Revision {
    account: usize,
    rule: String,
    from: Moment,
    until: Moment,
    number: i64,
    kind: String,
    at: Moment,
    check: Moment,
}

impl Revision {
    fn is_short(&self, truth: &[Vec<Moment>]) -> bool {
        posted(&truth[self.account], self.from, self.until) < if self.rule == "weekly" { 2 } else { 1 }
    }
}

fn configured(data: &Path, base: &str, source: &str) -> Config {
    let secrets = data.join("secrets");
    std::fs::create_dir_all(&secrets).unwrap();
    let alf = at("2022-06-20 10:00").unix();
    std::fs::write(secrets.join("weibo-cookie"), "SUB=_2A25EXAMPLE; SUBP=0033EXAMPLE").unwrap();
    std::fs::write(secrets.join("weibo-ending"), format!("SUB=_2A25EXAMPLE; ALF=02_{alf}")).unwrap();
    let of = match source {
        "douyin" => "kind = \"douyin\"\nwait_s = 5".to_owned(),
        cookie => format!("kind = \"weibo\"\ncookie = \"{cookie}\""),
    };
    let text = format!(
        "mode = \"正式\"\n[office]\nname = \"政务公开办\"\nclerk_mail = [\"xmt@qinghe.example\"]\noperator_mail = [\"{OPERATOR}\"]\n\
         [mail]\nfrom = \"政务公开办 <xmt@qinghe.example>\"\nper_minute = 60\n[sources.\"平台\"]\nbase = \"{base}\"\n{of}\n[log]\nlevel = \"error\"\n"
    );
    let file = data.join("config.toml");
    std::fs::write(&file, text).unwrap();
    config::load(Some(&file)).unwrap_or_else(|faults| panic!("{faults}"))
}

fn list(accounts: usize, source: &str) -> String {
    let platform = if source == "douyin" { "抖音" } else { "新浪微博" };
    let rows = (0..accounts).map(|i| {
        format!("账号{i:02},{platform},{key},第{i}局,op{i}@owner.example,平台,{key}\n", key = Platform::key(i))
    });
    "账号名称,平台,账号标识,主办单位,运维邮箱,来源,来源参数\n".to_owned() + &rows.collect::<String>()
}

const DARK: &str = "2022-06-08 12:00";
const STALE: &str = "2022-06-19 00:00";
const BACK: &str = "2022-06-22 12:00";

/// Good, blocked, stale, good.
fn a_hard_month(_: usize, now: Moment) -> Mood {
    match now {
        now if now < at(DARK) => Mood::Good,
        now if now < at(STALE) => Mood::Blocked,
        now if now < at(BACK) => Mood::Stale(at(LONG_AGO)),
        _ => Mood::Good,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_goes_dark_for_weeks_makes_nobody_a_liar() {
    let month = Month::begin(truth(), a_hard_month, "weibo-cookie", "2022-07-04 16:00").await;
    month.play().await;
    let truth = truth();
    let revisions = month.revisions();
    for one in &revisions {
        match one.kind.as_str() {
            "missed" => {
                assert!(one.is_short(&truth), "posted, and called missed: {one:?}");
                assert!(one.until <= at(DARK) || one.at >= at(BACK), "could not be seen: {one:?}");
            }
            "met" => assert!(!one.is_short(&truth), "{one:?}"),
            _ => {}
        }
    }
    // While it was dark nothing was decided but what had been seen before.
    let blind = |one: &Revision| one.check == at("2022-06-13 09:00") || one.check == at("2022-06-20 09:00");
    let first: Vec<&Revision> = revisions
        .iter()
        .filter(|one| one.rule == "weekly" && one.at >= one.check && one.at < at(BACK))
        .filter(|one| blind(one))
        .collect();
    assert!(first.len() >= 16 && first.iter().any(|one| one.kind == "unknown"), "{first:?}");
    // The list reaches back over it all, so by itself every week is told as it was.
    let last = month.last_words();
    let weekly: Vec<&Revision> = last.iter().filter(|one| one.rule == "weekly").collect();
    assert_eq!(weekly.len(), 8 * 5);
    for one in &last {
        assert_eq!(one.kind, if one.is_short(&truth) { "missed" } else { "met" }, "{one:?}");
    }
    assert!(weekly.iter().filter(|one| blind(one)).all(|one| one.kind == "met" || one.number > 1), "revisions grow");

    let alarms = month.alarms();
    assert_eq!(alarms.len(), 2, "{alarms:#?}");
    assert!(alarms[0].contains("来源“平台”") && alarms[0].contains("8个账号"), "{alarms:?}");
    assert!(alarms[1].contains("已恢复：来源“平台”"), "{alarms:?}");
    let told: Vec<Moment> = month.letters(LetterKind::Alarm).iter().map(|letter| letter.slot).collect();
    assert!((at(DARK)..at(DARK).plus(8 * 3600)).contains(&told[0]), "{alarms:?}");
    assert!((at(BACK)..at(BACK).plus(16 * 3600)).contains(&told[1]), "{alarms:?}");
    for letter in month.letters(LetterKind::Alarm) {
        assert!(
            letter.text.contains("看不到不等于没有更新")
                && !letter.text.contains("@owner.example")
                && !letter.text.contains('局'),
            "{}",
            letter.text
        );
    }
    owners_heard_no_accusation(&month);
}

/// In the dark the owner is asked to look for himself; what he has posted is never called missing.
fn owners_heard_no_accusation(month: &Month) {
    let sent: Vec<LetterRow> =
        month.letters(LetterKind::Reminder).into_iter().filter(|letter| letter.state == LetterState::Sent).collect();
    let dark = |letter: &&LetterRow| letter.slot >= at(DARK) && letter.slot < at(BACK);
    let (soft, plain): (Vec<_>, Vec<_>) = sent.iter().partition(dark);
    assert!(!soft.is_empty() && !plain.is_empty(), "{} {}", soft.len(), plain.len());
    for letter in &soft {
        assert!(letter.subject.contains("暂时看不全") && letter.text.contains("请人工核对"), "{}", letter.text);
        for accuses in ["还差", "天未监测到", "单项否决", "不合格"] {
            assert!(!letter.text.contains(accuses) && !letter.subject.contains(accuses), "{accuses}: {}", letter.text);
        }
    }
    for letter in &plain {
        assert!(!letter.text.contains("暂时看不全"), "{} {}", letter.subject, letter.text);
    }
    for letter in &sent {
        assert!(
            !letter.text.contains("不合格") && !letter.text.contains("未发布") && !letter.text.contains("催"),
            "{}",
            letter.text
        );
    }
    assert!(month.letters(LetterKind::Result).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weak_source_never_accuses_and_a_person_settles_it() {
    let mut month = Month::begin(truth(), a_hard_month, "douyin", "2022-07-04 16:00").await;
    month.play().await;
    let truth = truth();
    let last = month.last_words();
    for one in &last {
        assert_eq!(one.kind, if one.is_short(&truth) { "suspected" } else { "met" }, "{one:?}");
    }
    assert!(month.revisions().iter().all(|one| one.kind != "missed"));
    let alarms = month.alarms();
    assert_eq!(alarms.len(), 2, "{alarms:#?}");
    let now = month.clock.now();
    let accounts = month.store.read(cuigeng::store::accounts::all).unwrap();
    month
        .store
        .write(move |tx| {
            accounts.iter().take(5).try_for_each(|account| {
                attest::attest(tx, account.id, at("2022-05-09 00:00"), now, "核查人", now).map(drop)
            })?;
            cuigeng::store::meta::audit(tx, now, "核查人", "attest", "")
        })
        .unwrap();
    month.go_on("2022-07-04 23:00").await;
    for one in &month.last_words() {
        let settled = if one.account < 5 { "missed" } else { "suspected" };
        assert_eq!(one.kind, if one.is_short(&truth) { settled } else { "met" }, "{one:?}");
    }
}

/// Sixty accounts that post every day.
fn sixty() -> Vec<Vec<Moment>> {
    let all = (0..60).map(|i| (0..55).map(|day| at("2022-05-10 09:00").plus_days(day).plus(i * 60)).collect());
    all.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_accounts_on_one_source_are_one_letter() {
    let dark = |_: usize, now: Moment| {
        if (at("2022-06-01 12:00")..at("2022-06-02 12:00")).contains(&now) { Mood::Blocked } else { Mood::Good }
    };
    let month = Month::begin(sixty(), dark, "weibo-cookie", "2022-06-06 16:00").await;
    month.play().await;
    let alarms = month.alarms();
    assert_eq!(alarms.len(), 2, "{alarms:#?}");
    assert!(month.revisions().iter().all(|one| one.kind != "missed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_that_is_blocked_alone_is_one_letter_and_harms_no_other() {
    let dark = |index: usize, now: Moment| {
        let alone = index == 7 && (at("2022-06-01 12:00")..at("2022-06-05 12:00")).contains(&now);
        if alone { Mood::Blocked } else { Mood::Good }
    };
    let posts: Vec<Vec<Moment>> = sixty().into_iter().take(12).collect();
    let month = Month::begin(posts, dark, "weibo-cookie", "2022-06-06 16:00").await;
    month.play().await;
    let alarms = month.alarms();
    assert_eq!(alarms.len(), 2, "{alarms:#?}");
    let begun = &month.letters(LetterKind::Alarm)[0];
    assert!(begun.subject.contains("1个账号") && begun.text.contains("账号07"), "{} {}", begun.subject, begun.text);
    for one in month.last_words().iter().filter(|one| one.rule == "weekly" && one.account != 7) {
        assert_eq!((one.kind.as_str(), one.number), ("met", 1), "{one:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_announced_twice_and_its_end_is_told_once() {
    let ended = |_: usize, now: Moment| {
        if now >= at("2022-06-20 10:00") { Mood::LoggedOut } else { Mood::Good }
    };
    let month = Month::begin(truth(), ended, "weibo-ending", "2022-06-24 16:00").await;
    month.play().await;
    let alarms = month.alarms();
    let ahead: Vec<&String> = alarms.iter().filter(|line| line.contains("将于")).collect();
    assert_eq!(ahead.len(), 2, "{alarms:#?}");
    assert!(ahead[0].starts_with("06-13") && ahead[1].starts_with("06-18"), "{alarms:#?}");
    let outage = alarms.iter().filter(|line| line.contains("登录凭据失效") || line.contains("处故障")).count();
    assert_eq!((outage, alarms.len()), (1, 3), "{alarms:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_flaps_writes_no_letter_a_flap() {
    // Two hours good, two hours blocked: every look finds another mood.
    let flaps = |_: usize, now: Moment| {
        let on = (at("2022-06-01 12:00")..at("2022-06-05 12:00")).contains(&now);
        if on && now.unix().div_euclid(7200) % 2 == 0 { Mood::Blocked } else { Mood::Good }
    };
    let month = Month::begin(truth(), flaps, "weibo-cookie", "2022-06-06 16:00").await;
    month.play().await;
    let alarms = month.alarms();
    assert!(alarms.len() <= 2, "{alarms:#?}");
    assert!(month.revisions().iter().all(|one| one.kind != "missed" || one.is_short(&truth())));
}
