//! Where an office prefers it, the short text of its reminder is posted to the group too: beside the
//! letter, once, and never about what is no longer true.

use super::*;
use crate::alarms::Robot;
use cuigeng::alarm::Alarmer;
use cuigeng::pulse::Pulse;
use cuigeng::silence::{Scope, Silence};
use cuigeng::store::{groups, silences};

const TAKEN: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

impl Office {
    /// A robot that posts the reminders of these offices.
    fn group(&self, robot: &Robot, owners: &str) {
        let config = std::fs::read_to_string(self.path().join("config.toml")).unwrap();
        self.file("config.toml", &format!("{config}[alarm.wecom]\nurl_credential = \"wecom\"\nowners = {owners}\n"));
        self.file("secrets/wecom", &robot.url);
    }

    /// The alarm task, freshly started.
    fn robots(&self, now: Moment) {
        let (config, data) = (self.config(), self.path().join("data"));
        let alarmer = Alarmer {
            store: self.store(),
            http: Http::new(None).unwrap(),
            secrets: Arc::new(FileSecrets::new(&data, &config.secrets_dir, None)),
            config,
            data,
            disk: |_| Some((50, 100)),
            patience_s: 2,
            started: now,
            clock: SystemClock::shared(),
            pulse: Pulse::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { alarmer.step(now).await.unwrap() });
    }

    fn notes(&self, recipient: &str) -> Vec<groups::Posted> {
        let id = self.to(recipient).id;
        self.store().read(move |conn| groups::of_letter(conn, id)).unwrap()
    }
}

/// What owners heard; our own troubles are another matter.
fn reminders(robot: &Robot) -> Vec<String> {
    robot.texts().into_iter().filter(|text| text.starts_with("【更新提醒】")).collect()
}

#[test]
fn a_reminder_is_posted_once_beside_the_letter_for_the_offices_that_want_it() {
    let (office, thursday) = thursday();
    let robot = Robot::answering(200, TAKEN);
    office.group(&robot, "[\"青禾县文旅局\"]");
    assert!(office.ok(&["check"]).contains("企业微信群另发更新提醒的短信文本：青禾县文旅局"));
    office.live(thursday);
    office.robots(thursday.plus(5));
    office.robots(thursday.plus(60));
    let [text] = reminders(&robot).try_into().unwrap();
    assert!(text.contains("青禾文旅（新浪微博）本周还差1次") && text.chars().count() <= 70, "{text}");
    assert_eq!(office.to("wl@qinghe.example").state, LetterState::Sent, "the letter leaves all the same");
    assert!(office.notes("clerk@qinghe.example").is_empty(), "应急 did not ask for it");
    let id = office.to("wl@qinghe.example").id.to_string();
    let shown = office.ok(&["outbox", "show", &id]);
    assert!(shown.contains("群消息 企业微信：已发到群里　【更新提醒】青禾文旅"), "{shown}");
}

#[test]
fn a_group_message_never_counts_as_a_letter() {
    let (office, thursday) = thursday();
    let robot = Robot::answering(200, TAKEN);
    office.group(&robot, "true");
    office.server.answers("RCPT", "451 later", false);
    office.live(thursday);
    office.robots(thursday.plus(5));
    office.robots(thursday.plus(20));
    assert_eq!(reminders(&robot).len(), 2, "both offices");
    assert!(office.letters().iter().all(|letter| letter.state == LetterState::Queued), "nothing is sent by it");
    // The letters are tried again: the group is not told again.
    office.live(thursday.plus(600));
    office.robots(thursday.plus(610));
    office.robots(thursday.plus(630));
    assert_eq!(reminders(&robot).len(), 2);
}

#[test]
fn what_is_no_longer_true_silenced_or_late_is_not_posted() {
    for (case, why) in [("posted", "已经更新、静默"), ("silenced", "已经更新、静默"), ("late", "半小时内没有发出")]
    {
        let (office, thursday) = thursday();
        let robot = Robot::answering(200, TAKEN);
        office.group(&robot, "[\"青禾县文旅局\"]");
        office.live(thursday);
        let later = thursday.plus(if case == "late" { 1860 } else { 300 });
        match case {
            "posted" => office.posted(&[("青禾文旅", "2026-07-23 09:03", "补上")]),
            "silenced" => office.hushed(thursday),
            _ => {}
        }
        office.robots(later);
        assert_eq!(reminders(&robot), Vec::<String>::new(), "{case}");
        let [note] = office.notes("wl@qinghe.example").try_into().unwrap();
        assert_eq!(note.state, "overtaken", "{case}");
        assert!(note.words.contains(why), "{case}: {}", note.words);
    }
}

impl Office {
    fn hushed(&self, now: Moment) {
        let silence = Silence {
            id: 0,
            scope: Scope::Office("青禾县文旅局".to_owned()),
            name: "青禾县文旅局".to_owned(),
            reason: "机房搬迁".to_owned(),
            by: "李四".to_owned(),
            at: now,
            until: now.plus_days(1),
            until_recovered: false,
            ended: None,
            hushed: 0,
        };
        self.store().write(move |tx| silences::add(tx, &silence)).unwrap();
    }
}

/// A robot that says no is asked again; one that says nothing is not, since the group may have it.
#[test]
fn a_refusal_is_tried_again_and_silence_is_not() {
    let (office, thursday) = thursday();
    let busy = Robot::answering(200, r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#);
    office.group(&busy, "[\"青禾县文旅局\"]");
    office.live(thursday);
    office.robots(thursday.plus(5));
    assert_eq!(office.notes("wl@qinghe.example")[0].state, "queued");
    let well = Robot::answering(200, TAKEN);
    office.file("secrets/wecom", &well.url);
    office.robots(thursday.plus(300));
    assert_eq!((office.notes("wl@qinghe.example")[0].state.as_str(), reminders(&well).len()), ("sent", 1));
    let (office, thursday_s) = super::thursday();
    let odd = Robot::answering(500, "");
    office.group(&odd, "[\"青禾县文旅局\"]");
    office.live(thursday_s);
    office.robots(thursday_s.plus(5));
    office.robots(thursday_s.plus(300));
    assert_eq!((office.notes("wl@qinghe.example")[0].state.as_str(), reminders(&odd).len()), ("failed", 1));
}
