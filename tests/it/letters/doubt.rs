//! A letter that may have arrived: when it is sent once more, and when it is left to a person.

use super::*;
use cuigeng::domain::AccountId;
use cuigeng::store::desk::{self, Call};

const OWNER: &str = "yj@qinghe.example";

/// 应急's letter about a veto was cut off after its dot; the others have left.
fn doubted() -> (Office, Moment) {
    let (office, now) = thursday();
    office.file("台账.csv", &ACCOUNTS.replace("青禾县政府办,\n", &format!("青禾县政府办,{OWNER}\n")));
    office.ok(&["account", "import", "台账.csv"]);
    office.server.answers("RCPT TO:<wl@", "550 5.1.1 no such user here", false);
    office.server.answers("DOT", "", true);
    office.live(now);
    assert_eq!(office.to(OWNER).state, LetterState::Doubtful);
    (office, now)
}

/// It waits as one whose fate is unknown, and nobody got it twice.
fn held(office: &Office, why: &str) {
    let letter = office.to(OWNER);
    assert_eq!((letter.state, letter.class.as_str(), letter.trial), (LetterState::Held, "doubtful", false));
    assert!(letter.reason.starts_with("上次发送时连接中断，可能已经送达；"), "{}", letter.reason);
    assert!(letter.reason.contains(why), "{}", letter.reason);
    assert!(office.server.letters().iter().all(|letter| !letter.contains(OWNER)));
}

#[test]
fn a_veto_is_repeated_once() {
    let (office, now) = doubted();
    office.live(now.plus(601));
    let letter = office.to(OWNER);
    assert_eq!((letter.state, letter.text.starts_with("（可能重复）")), (LetterState::Sent, true));
}

#[test]
fn trial_mode_repeats_nothing() {
    let (office, now) = doubted();
    office.ok(&["mode", "试运行", "--by", "李四"]);
    office.live(now.plus(660));
    held(&office, "现在是试运行，不再重发");
}

/// Its second try found a busy server, so that it waits in the queue like any other.
#[test]
fn trial_mode_does_not_turn_a_doubt_that_waits_into_a_record() {
    let (office, now) = doubted();
    office.server.answers("RCPT TO:<yj@", "451 later", true);
    office.live(now.plus(601));
    assert_eq!((office.to(OWNER).state, office.to(OWNER).doubted), (LetterState::Queued, true));
    office.ok(&["mode", "试运行", "--by", "李四"]);
    office.live(now.plus(7200));
    held(&office, "现在是试运行，不再重发");
}

#[test]
fn a_silence_holds_a_repetition_back_and_takes_nothing_out_of_it() {
    let (office, now) = doubted();
    let account = office.account("青禾应急");
    let quiet = cuigeng::silence::Silence {
        id: 0,
        scope: cuigeng::silence::Scope::Account(account),
        name: "青禾应急".to_owned(),
        reason: "机房搬迁".to_owned(),
        by: "李四".to_owned(),
        at: now.plus(60),
        until: now.plus(7200),
        until_recovered: false,
        ended: None,
        hushed: 0,
    };
    office.store().write(move |tx| cuigeng::store::silences::add(tx, &quiet)).unwrap();
    office.live(now.plus(601));
    held(&office, "李四）：机房搬迁，不再重发");
    let id = office.to(OWNER).id;
    assert!(!office.store().read(move |conn| outbox::mentions(conn, id)).unwrap().is_empty());
}

#[test]
fn what_is_not_true_any_more_is_not_repeated() {
    let (office, now) = doubted();
    office.posted(&[("青禾应急", "2026-07-23 08:30", "汛情")]);
    office.live(now.plus(601));
    held(&office, "已经更新或不再需要提醒，不再重发");
}

#[test]
fn a_doubt_whose_time_is_over_stays_one() {
    let (office, now) = doubted();
    let id = office.to(OWNER).id;
    office.live(now.plus_days(30));
    let letter = office.letters().into_iter().find(|letter| letter.id == id).unwrap();
    assert_eq!((letter.state, letter.class.as_str()), (LetterState::Held, "doubtful"));
    assert!(letter.reason.contains("期限已过，不再重发"), "{}", letter.reason);
}

fn call(office: &Office, account: AccountId, at: Moment) {
    let id = office.to(OWNER).id;
    let call = Call { account, by: "张三".to_owned(), at, note: String::new() };
    office.store().write(move |tx| desk::called(tx, id, &[], &call, at)).unwrap().unwrap();
}

#[test]
fn a_call_neither_ends_the_doubt_nor_is_followed_by_a_repetition() {
    let (office, now) = doubted();
    call(&office, office.account("青禾应急"), now.plus(60));
    assert_eq!(office.to(OWNER).state, LetterState::Doubtful);
    office.live(now.plus(601));
    held(&office, "已经电话通知");
    let shown = office.ok(&["outbox", "show", &office.to(OWNER).id.to_string()]);
    assert!(shown.contains("可能已经送达") && shown.contains("电话通知 青禾应急（抖音）"), "{shown}");
}
