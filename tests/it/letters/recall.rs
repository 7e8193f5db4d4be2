//! A reminder that was wrong is taken back: by the same road, in the same thread, once.

use super::*;
use cuigeng::store::{LetterKind, posts};

impl Office {
    fn corrections(&self) -> Vec<LetterRow> {
        let mut letters = self.letters();
        letters.retain(|letter| letter.kind == LetterKind::Result);
        letters
    }

    fn raw(&self, id: i64) -> String {
        let row = self.store().read(move |conn| outbox::show(conn, id)).unwrap().unwrap();
        String::from_utf8(row.rfc822.unwrap()).unwrap()
    }

    /// Posts that somebody enters at `now`, as `post import` does.
    fn found(&self, name: &str, rows: &[(&str, &str)], now: Moment) {
        let rows: String = rows.iter().map(|(when, url)| format!("{name},新浪微博,{when},街景,{url}\n")).collect();
        let text = format!("账号名称,平台,发布时间,标题,链接\n{}", rows.replace("青禾应急,新浪微博", "青禾应急,抖音"));
        let sheets = cuigeng::import::read_sheets(text.as_bytes()).unwrap();
        let known = self.store().read(accounts::all).unwrap();
        let plan = cuigeng::import::plan_posts(&sheets, &known, now).unwrap();
        self.store()
            .write(move |tx| {
                for one in &plan.posts {
                    posts::sight(tx, one.account, "导入", std::slice::from_ref(&one.post), now)?;
                }
                Ok(())
            })
            .unwrap();
    }
}

fn header(raw: &str, name: &str) -> String {
    raw.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
}

#[test]
fn a_reminder_that_an_older_update_refutes_is_withdrawn_once_by_the_same_road() {
    let (office, thursday) = thursday();
    office.live(thursday);
    let wrong = office.to("wl@qinghe.example");
    assert!(wrong.text.contains("已更新1次，应更新2次"), "{}", wrong.text);
    // On Thursday afternoon a second update of Wednesday comes to light.
    let found = at("2026-07-23 15:00");
    office.found("青禾文旅", &[("2026-07-22 20:00", "https://weibo.com/1/a")], found);
    office.live(found);
    let [correction] = office.corrections().try_into().unwrap();
    assert_eq!((correction.state, correction.recipient.as_str()), (LetterState::Sent, "wl@qinghe.example"));
    let number = format!("CG-2026-{:04}", wrong.id);
    assert_eq!(correction.subject, format!("【更正】撤回{number}：青禾文旅（新浪微博）7月22日20:00已有更新"));
    for said in [
        "青禾县文旅局：",
        "经核实，青禾文旅（新浪微博）7月22日20:00已有更新（https://weibo.com/1/a）。",
        &format!("的{number}作废，记录已更正。由此带来不便，敬请谅解。"),
        "更正依据：结论第2版。",
    ] {
        assert!(correction.text.contains(said), "{said}\n{}", correction.text);
    }
    let (first, second) = (office.raw(wrong.id), office.raw(correction.id));
    assert_eq!(header(&first, "References: "), header(&second, "References: "), "in the same thread");
    // Nothing more: not at the next step, not after a restart, not when yet another update is found.
    office.found("青禾文旅", &[("2026-07-22 21:00", "https://weibo.com/1/b")], found.plus(3600));
    office.live(found.plus(3600));
    office.live(at("2026-07-24 09:00"));
    assert_eq!(office.corrections().len(), 1);
    let after = office.letters().into_iter().filter(|letter| letter.recipient == "wl@qinghe.example").count();
    assert_eq!(after, 2, "the reminder and its 更正; nobody is reminded again");
}

#[test]
fn two_letters_that_were_wrong_are_withdrawn_in_one() {
    let (office, thursday) = thursday();
    office.live(thursday);
    office.watched(thursday.plus(-480), at("2026-07-24 08:52"));
    office.live(at("2026-07-24 09:00"));
    let found = at("2026-07-24 10:00");
    office.found("青禾文旅", &[("2026-07-22 20:00", "")], found);
    office.live(found);
    let [correction] = office.corrections().try_into().unwrap();
    let ids: Vec<i64> = office
        .letters()
        .iter()
        .filter(|l| l.kind == LetterKind::Reminder && l.recipient == "wl@qinghe.example")
        .map(|l| l.id)
        .collect();
    assert!(
        ids.len() == 2 && ids.iter().all(|id| correction.text.contains(&format!("CG-2026-{id:04}"))),
        "{}",
        correction.text
    );
}

#[test]
fn a_silence_that_was_none_is_withdrawn_and_an_account_that_is_still_short_is_not() {
    let (office, thursday) = thursday();
    office.file("台账.csv", &ACCOUNTS.replace("青禾县政府办,\n", "青禾县政府办,yj@qinghe.example\n"));
    office.ok(&["account", "import", "台账.csv"]);
    office.live(thursday);
    assert!(office.to("yj@qinghe.example").text.contains("已10天"), "{}", office.to("yj@qinghe.example").text);
    let found = at("2026-07-23 15:00");
    // One update of two in the week: it ends the silence, and leaves the week short.
    office.found("青禾应急", &[("2026-07-18 20:00", "")], found);
    // An update after the letter, and one of the same Thursday without an hour, withdraw nothing.
    office.found("青禾文旅", &[("2026-07-23 12:00", ""), ("2026-07-23", "")], found);
    office.live(found);
    let corrections = office.corrections();
    let to: Vec<&str> = corrections.iter().map(|letter| letter.recipient.as_str()).collect();
    assert_eq!(to, ["yj@qinghe.example"]);
    assert!(corrections[0].text.contains("7月18日20:00已有更新"), "{}", corrections[0].text);
}

#[test]
fn what_nobody_read_is_not_taken_back_and_a_struck_update_takes_nothing_back() {
    let found = at("2026-07-23 15:00");
    // Refused for good: nobody read it.
    let (office, thursday_s) = thursday();
    office.server.answers("RCPT TO:<wl@", "550 5.1.1 no such user here", false);
    office.live(thursday_s);
    office.found("青禾文旅", &[("2026-07-22 20:00", "")], found);
    office.live(found);
    assert_eq!(office.corrections(), []);
    // In trial mode the withdrawal is recorded for the digest, as the reminder was.
    let (office, thursday_s) = thursday();
    office.ok(&["mode", "试运行", "--by", "李四"]);
    office.live(thursday_s);
    office.live(at("2026-07-23 17:00"));
    office.found("青禾文旅", &[("2026-07-22 20:00", "")], at("2026-07-23 18:00"));
    office.live(at("2026-07-24 09:00"));
    let [correction] = office.corrections().try_into().unwrap();
    assert!(correction.trial && correction.state == LetterState::Held, "{correction:?}");
    assert!(office.server.letters().iter().all(|raw| !raw.contains("To: wl@")), "nothing leaves");
    // The update is struck out before the withdrawal leaves: the reminder stands.
    let (office, thursday_s) = thursday();
    office.live(thursday_s);
    office.found("青禾文旅", &[("2026-07-22 20:00", "")], at("2026-07-23 20:00"));
    office.live(at("2026-07-23 20:00"));
    let [waiting] = office.corrections().try_into().unwrap();
    assert_eq!(waiting.state, LetterState::Queued, "nobody is written to at night");
    let id = office.store().read(|conn| posts::of(conn, at("2026-07-22 20:00"), at("2026-07-22 20:01"))).unwrap();
    let id = id.values().next().unwrap()[0].id;
    office.store().write(move |tx| posts::strike(tx, id, true)).unwrap();
    office.watched(thursday_s.plus(-480), at("2026-07-24 08:52"));
    office.live(at("2026-07-24 09:00"));
    let [waiting] = office.corrections().try_into().unwrap();
    assert_eq!((waiting.state, waiting.reason.as_str()), (LetterState::Overtaken, "原提醒仍然成立，不必更正"));
}
