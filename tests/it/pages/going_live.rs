//! 转为正式: before anybody switches it is said how many letters leave at once, to whom, and how many wait
//! until when; just those leave.

use super::first_in;
use crate::answer::office::{Office, at, text_of};
use cuigeng::config::Mode;
use cuigeng::deeds::mode::{Switched, ahead, switch};
use cuigeng::deeds::outbox::again;
use cuigeng::domain::Role;
use cuigeng::mail::leaving::Leaving;
use cuigeng::store::restored::Restored;
use cuigeng::store::{LetterKind, LetterRow, LetterState, NewLetter, meta, outbox};
use std::sync::Arc;
use std::sync::mpsc::channel;

/// An office that may be 正式 and is in trial mode.
pub(super) fn in_trial() -> Office {
    let office = Office::closed("正式");
    office.ok(&["mode", "试运行", "--by", "张三"]);
    office
}

/// What was due is recorded for whoever was on the list; from now on another address answers for it.
pub(super) fn somebody_else_answers(office: &Office) {
    let list = std::fs::read_to_string(office.dir.path().join("台账.csv")).unwrap();
    office.file("台账.csv", &list.replace("jt@qinghe.example", "new@qinghe.example"));
    office.ok(&["account", "import", "台账.csv"]);
}

fn leaving(office: &Office, now: &str) -> Leaving {
    let config = Arc::new(cuigeng::config::load(Some(&office.dir.path().join("config.toml"))).unwrap());
    let now = at(now);
    office.store().read(move |conn| ahead(conn, &config, now)).unwrap().expect("there is something to switch")
}

/// Two recipients lack updates in the week of 20 July: rungs on Thursday and Friday at nine.
#[test]
fn what_leaves_at_once_and_what_waits_for_its_morning() {
    let office = in_trial();
    for (now, at_once, waits) in [
        ("2026-07-22 10:00", 0, ""),
        ("2026-07-23 08:59", 0, ""),
        ("2026-07-23 09:00", 2, ""),
        ("2026-07-23 22:00", 2, ""),
        ("2026-07-24 02:00", 0, "另有2封也到了时候，等到7月24日（周五）09:00再发"),
        ("2026-07-24 20:00", 2, ""),
        // Monday is too late: what can still save the week leaves on a day off, but not at night.
        ("2026-07-25 03:00", 0, "另有2封也到了时候，等到7月25日（周六）09:00再发"),
        ("2026-07-25 10:00", 2, ""),
        ("2026-07-26 02:00", 0, "另有2封也到了时候，等到7月26日（周日）09:00再发"),
        ("2026-07-26 19:00", 2, ""),
        ("2026-07-27 00:00", 0, ""),
    ] {
        let leaving = leaving(&office, now);
        assert_eq!((leaving.now.len(), leaving.waits().join("；").as_str()), (at_once, waits), "{now}");
        assert_eq!(leaving.mark().is_empty(), at_once == 0, "{now}");
        assert_eq!(leaving.chinese().contains("没有随即要发的提醒"), at_once == 0, "{now}");
    }
    let sunday = leaving(&office, "2026-07-26 19:00");
    let lines = sunday.lines();
    assert!(
        lines.contains(&"给运维人员 wl@qinghe.example：2个账号，原定7月24日（周五）09:00".to_owned())
            && lines.len() == 2,
        "{lines:?}"
    );
    // A silence whose Friday was missed waits for Monday beside the week that cannot.
    office.ok(&["post", "add", "青禾交通", "--at", "2026-07-14T10:00", "--title", "旧", "--by", "李四"]);
    let both = leaving(&office, "2026-07-25 10:00");
    assert_eq!(
        (both.now.len(), both.waits().concat().as_str()),
        (2, "另有1封也到了时候，等到7月27日（周一）09:00再发")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_sunday_evening_just_those_leave_that_were_shown() {
    let mut office = in_trial();
    office.begin().await;
    office.clock.goes_to(at("2026-07-26 19:00")).await;
    let mut boss = first_in(&office);
    let none = boss.get("/settings").body;
    assert!(none.contains("没有随即要发的提醒") && none.contains("试运行期间已经存档的提醒不再发出"), "{none}");
    somebody_else_answers(&office);
    let page = boss.get("/settings").body;
    assert!(page.contains("随即发出1封已经到时候、还来得及补救的提醒"), "{page}");
    assert!(page.contains("给运维人员 new@qinghe.example：1个账号，原定7月24日（周五）09:00"), "{page}");
    let mark = page.split("name=\"leaving\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for unseen in ["", "0123456789abcdef"] {
        boss.act("/settings", "/settings/mode", &[("mode", "live"), ("name", "李四"), ("leaving", unseen)]);
        let page = boss.get("/settings").body;
        assert!(page.contains("随即要发的信与您看到的已经不同，没有切换") && page.contains("试运行</span>"), "{page}");
    }
    boss.act("/settings", "/settings/mode", &[("mode", "live"), ("name", "李四"), ("leaving", &mark)]);
    let page = boss.get("/settings").body;
    assert!(page.contains("已转为正式") && page.contains("随即发出1封"), "{page}");
    office.clock.goes_on(60).await;
    let letters = office.mail.letters();
    let sent: Vec<&String> = letters.iter().filter(|raw| !raw.contains("To: clerk@")).collect();
    assert!(sent.len() == 1 && sent[0].contains("To: new@qinghe.example"), "{sent:?}");
    let text = text_of(sent[0]);
    assert!(!text.contains("停机") && !text.contains("补发"), "nothing of ours was down: {text}");
    office.end().await;
}

#[test]
fn the_verb_says_it_before_and_after() {
    let office = in_trial();
    let shown = office.ok(&["mode"]);
    assert!(shown.contains("现在转为正式，"), "{shown}");
    let asked = office.refused(&["mode", "正式"]);
    assert!(asked.contains("--by") && asked.contains("先用 cuigeng mode 看"), "{asked}");
    let switched = office.ok(&["mode", "正式", "--by", "张三"]);
    assert!(switched.contains("试运行期间已经存档的提醒不再发出"), "{switched}");
    let leaves = |said: &str| said.lines().rfind(|line| line.contains("提醒")).unwrap().to_owned();
    assert_eq!(leaves(&switched), leaves(&shown).replace("现在转为正式，", ""), "as it was foretold");
    assert!(!office.ok(&["mode"]).contains("现在转为正式"));
}

fn switched(office: &Office, mode: Mode, now: &str) -> Switched {
    let config = cuigeng::config::load(Some(&office.dir.path().join("config.toml"))).unwrap();
    let now = at(now);
    office.store().attempt(move |tx| switch(tx, &config, (mode, None), "张三", now)).unwrap().unwrap()
}

fn reminders(office: &Office) -> Vec<LetterRow> {
    let mut letters = office.store().read(|conn| outbox::list(conn, 99)).unwrap();
    letters.retain(|letter| letter.kind == LetterKind::Reminder);
    letters.reverse();
    letters
}

/// Nothing leaves before somebody lets it go.
fn held_since_a_restore(office: &Office) {
    let restored = Restored::new(at("2026-07-23 08:00"), "张三", "copy.db".to_owned(), None);
    let kept = serde_json::to_string(&restored).unwrap();
    office.store().write(move |tx| meta::set(tx, "restored", &kept)).unwrap();
}

/// 正式, 试运行 and 正式 again while no letter could leave: nobody has heard what was formed in 正式.
#[test]
fn what_was_formed_in_earnest_and_never_left_leaves_after_the_return() {
    let office = in_trial();
    assert_eq!(switched(&office, Mode::Live, "2026-07-23 10:00").leaving.now.len(), 2);
    let formed: Vec<(i64, String)> = reminders(&office).into_iter().map(|one| (one.id, one.text)).collect();
    assert_eq!(switched(&office, Mode::Trial, "2026-07-23 10:05").touched, 2);
    assert!(reminders(&office).iter().all(|letter| letter.trial), "while it holds they would only be recorded");
    let first = formed[0].0;
    let retried = move |office: &Office| office.store().read(move |conn| again(conn, Mode::Live, first)).unwrap();
    let said = retried(&office);
    assert!(said.contains("现在是试运行，这封信只存档，不发给收件人") && !said.contains("随即"), "{said}");
    // One that trial mode has formed.
    let slot = at("2026-07-23 10:06");
    let other = NewLetter {
        not_after: Some(at("2026-07-27 00:00")),
        ..NewLetter::new(LetterKind::Reminder, "x@qinghe.example", Role::Operator, slot, slot)
    };
    office.store().write(move |tx| outbox::queue(tx, &other, true, "qinghe.example", slot)).unwrap();
    let foretold = leaving(&office, "2026-07-23 10:10");
    assert!(foretold.chinese().contains("随即发出2封") && foretold.told_nothing().is_none(), "{foretold:?}");
    assert!(
        foretold.lines().contains(&"给运维人员 wl@qinghe.example：2个账号，原定7月23日（周四）09:00".to_owned()),
        "{foretold:?}"
    );
    let done = switched(&office, Mode::Live, "2026-07-23 10:10");
    assert_eq!((done.touched, &done.leaving), (1, &foretold));
    let stand: Vec<(LetterState, bool)> = reminders(&office).iter().map(|one| (one.state, one.trial)).collect();
    let waits = (LetterState::Queued, false);
    assert_eq!(stand, [waits, waits, (LetterState::Cancelled, true)]);
    assert_eq!(retried(&office), "已排入发件箱，程序随即再发一次");
}

/// Reminders that trial mode has recorded leave never, so whoever switches hears whom nobody has told.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_told_nothing_is_named_before_and_after_the_switch() {
    let mut office = in_trial();
    office.begin().await;
    assert_eq!(leaving(&office, "2026-07-23 09:00").told_nothing(), None, "they are owed");
    office.letters_leave().await;
    let mut boss = first_in(&office);
    let named = "3个账号现在有问题，提醒在试运行期间只存了档，不再发：青禾文旅（新浪微博）、";
    let page = boss.get("/settings").body;
    assert!(page.contains("没有随即要发的提醒") && page.contains(named) && page.contains("要提醒的请打电话"), "{page}");
    boss.act("/settings", "/settings/mode", &[("mode", "live"), ("name", "李四"), ("leaving", "")]);
    let page = boss.get("/settings").body;
    assert!(page.contains("已转为正式") && page.contains(named), "{page}");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_nothing_leaves_it_is_said_what_the_letters_wait_for() {
    let mut office = in_trial();
    held_since_a_restore(&office);
    let said = leaving(&office, "2026-07-23 10:00").chinese();
    let why = "从备份恢复以后还没有放行，放行以后再发";
    assert!(said.contains("有2封已经到时候") && said.contains(why) && !said.contains("随即发出2封"), "{said}");
    office.begin().await;
    office.clock.goes_to(at("2026-07-23 09:00")).await;
    office.clock.goes_on(60).await;
    let (letter, mut boss) = (reminders(&office)[0].id, first_in(&office));
    let page = boss.get(&format!("/outbox/{letter}")).body;
    assert!(page.contains("现在是试运行，这封信只存档，不发给收件人。"), "{page}");
    boss.act(&format!("/outbox/{letter}"), &format!("/outbox/{letter}/retry"), &[]);
    let page = boss.get(&format!("/outbox/{letter}")).body;
    assert!(page.contains(&format!("信{letter}已排入发件箱；现在是试运行")) && !page.contains("随即再发"), "{page}");
    office.end().await;
}

/// The gate answers whoever waits too long that nothing is known; a switch goes on and tells how it ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_takes_long_tells_later_how_it_ended() {
    let mut office = in_trial();
    office.begin().await;
    let mut boss = first_in(&office);
    let seal = boss.seal("/settings");
    // Somebody else writes meanwhile.
    let (store, (began, begun), (go, gone)) = (office.store(), channel(), channel::<()>());
    let other = std::thread::spawn(move || {
        store.write(move |_| {
            began.send(()).unwrap();
            gone.recv().unwrap();
            Ok(())
        })
    });
    begun.recv().unwrap();
    let done = boss.post("/settings/mode", &[("seal", &seal), ("mode", "live"), ("name", "李四"), ("leaving", "")]);
    go.send(()).unwrap();
    other.join().unwrap().unwrap();
    assert_eq!(done.status, 303, "{}", done.body);
    let page = loop {
        let page = boss.get("/settings").body;
        if page.contains("已转为正式") {
            break page;
        }
        assert!(page.contains("正在办理") || page.contains("试运行</span>"), "{page}");
        tokio::task::yield_now().await;
    };
    assert!(page.contains("没有随即要发的提醒"), "{page}");
    office.end().await;
}
