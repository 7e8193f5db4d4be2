//! The promise: the weekly summary says how the week compares with the one before, who answered a
//! reminder at once, who has improved, and what changed in the list, all from what is stored.

use cuigeng::config::{self, Config};
use cuigeng::demo::run::import_list;
use cuigeng::domain::{AccountId, Moment, Period, PostKind, Role, When};
use cuigeng::ledger::Ledger;
use cuigeng::report::{Format, Prepared, render};
use cuigeng::store::{
    Composed, Ending, LetterKind, LetterState, Mention, NewLetter, Store, accounts, attest, meta, outbox, posts,
    verdicts,
};
use cuigeng_adapters::RawPost;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

struct Office {
    store: Store,
    config: Config,
    _dir: tempfile::TempDir,
}

impl Office {
    /// Three accounts, watched by a person from May to July 2022.
    fn new() -> Office {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let config = config::load(None).unwrap();
        let list = "账号名称,平台\n勤,抖音\n改,抖音\n懒,抖音\n";
        import_list(&store, list, &config, at("2022-05-01 09:00")).unwrap();
        let watch = |id| {
            move |tx: &cuigeng::store::Transaction<'_>| {
                attest::attest(
                    tx,
                    AccountId(id),
                    at("2022-05-01 00:00"),
                    at("2022-07-01 00:00"),
                    "王",
                    at("2022-07-01 00:00"),
                )
            }
        };
        for id in 1..=3 {
            store.write(watch(id)).unwrap();
        }
        Office { store, config, _dir: dir }
    }

    fn posts(&self, account: i64, times: &[String]) {
        let rows: Vec<RawPost> = times.iter().map(|time| row(time)).collect();
        self.store
            .write(move |tx| posts::sight(tx, AccountId(account), "导入", &rows, at("2022-07-01 00:00")).map(drop))
            .unwrap();
    }

    fn reminded(&self, account: i64, sent: &str) {
        self.reminded_of(account, sent, "weekly", false);
    }

    fn reminded_of(&self, account: i64, sent: &str, rule: &'static str, trial: bool) {
        let (domain, sent) = (self.config.mail.domain().to_owned(), at(sent));
        self.store
            .write(move |tx| {
                let id = outbox::queue(tx, &letter(account, sent, rule), trial, &domain, sent)?.unwrap();
                let ending = Ending {
                    state: LetterState::Sent,
                    class: "accepted".to_owned(),
                    reply_code: Some(250),
                    reply_text: String::new(),
                    next_try: None,
                    reason: String::new(),
                    repeat: String::new(),
                };
                let composed = Composed { subject: String::new(), text: String::new(), html: None, rfc822: Vec::new() };
                assert!(outbox::claim(tx, id, &composed, sent)?);
                outbox::finish(tx, id, &ending, sent)
            })
            .unwrap();
    }

    /// Takes back what the reminder of `slot` has said.
    fn withdrawn(&self, account: i64, at_text: &str, slot: &str) {
        let (domain, now, slot) = (self.config.mail.domain().to_owned(), at(at_text), at(slot));
        let mut taken = NewLetter { kind: LetterKind::Result, ..letter(account, slot, "weekly") };
        taken.mentions[0].stage = "recalled".to_owned();
        self.store.write(move |tx| outbox::queue(tx, &taken, false, &domain, now).map(drop)).unwrap();
    }

    /// Judges the Mondays of June as the daemon would have.
    fn judged(&self) {
        let config = config::load(None).unwrap();
        self.store
            .write(move |tx| {
                for check in config.checks_between(at("2022-05-20 00:00"), at("2022-06-28 00:00")) {
                    let ledger = Ledger::for_checks(tx, &config, &config.profile, &[check])?;
                    let judged = ledger.judge(&config.profile, check, at("2022-07-01 00:00"));
                    verdicts::record(tx, &config.profile.name, &judged, at("2022-07-01 00:00"))?;
                }
                Ok(())
            })
            .unwrap();
    }

    fn summary(&self, week: &str) -> String {
        self.text(week)
    }

    fn text(&self, period: &str) -> String {
        let week = period;
        let period = Period::parse(week).unwrap();
        let load = |conn: &cuigeng::store::Connection| {
            Prepared::load(conn, &self.config, &self.config.profile, period, at("2022-07-01 00:00"))
        };
        let report = self.store.read(load).unwrap().compose(7);
        String::from_utf8(render(&report, Format::Text).unwrap()).unwrap()
    }
}

fn row(time: &str) -> RawPost {
    RawPost {
        id: Some(time.to_owned()),
        push: None,
        when: When::At(at(time)),
        title: String::new(),
        url: None,
        author: None,
        pinned: false,
        kind: PostKind::Post,
        visible: true,
        repost: false,
    }
}

fn letter(account: i64, slot: Moment, rule: &str) -> NewLetter {
    NewLetter {
        kind: LetterKind::Reminder,
        recipient: format!("yunwei{account}@qinghe.example"),
        role: Role::Operator,
        slot,
        not_before: slot,
        not_after: None,
        subject: String::new(),
        text: String::new(),
        html: None,
        attachment: None,
        mentions: vec![Mention {
            account: AccountId(account),
            rule: rule.to_owned(),
            anchor: slot.week_start().date(),
            stage: "week4".to_owned(),
            revision: None,
        }],
        reason: String::new(),
    }
}

/// Tuesday and Thursday of these weeks, counted from 2 May 2022.
fn twice_a_week(weeks: std::ops::Range<i64>) -> Vec<String> {
    let first = at("2022-05-03 10:00");
    let days = weeks.flat_map(|week| [7 * week, 7 * week + 2]);
    days.map(|day| first.plus_days(day).beijing().format("%Y-%m-%d %H:%M").to_string()).collect()
}

#[test]
fn a_week_is_compared_and_praised_from_what_is_stored() {
    let office = Office::new();
    office.posts(1, &twice_a_week(0..9));
    // Short in the week of 23 May, and good in the four weeks after it.
    office.posts(2, &[twice_a_week(0..3), twice_a_week(4..9)].concat());
    office.posts(3, &twice_a_week(0..7));
    office.reminded(3, "2022-06-23 09:00");
    office.posts(3, &["2022-06-23 15:00".to_owned()]);
    office.reminded(1, "2022-06-23 09:00");
    office.judged();

    let text = office.summary("2022-W25");
    assert!(text.contains("第25周：合格2，存在问题1，不合格0，无法判定0"), "{text}");
    assert!(text.contains("与上周相比，存在问题增加1个，合格减少1个。"), "{text}");
    assert!(text.contains("提醒后当日更新的2个：勤（抖音）、懒（抖音）；"), "{text}");
    assert!(text.contains("此前次数不足、已连续4周达标的1个：改（抖音）。"), "{text}");
    assert!(!office.summary("2022-W24").contains("连续4周"), "three weeks are not four");
}

/// An update before the reminder answers nothing, one after it does, however short the week still is; and
/// a reminder that was withdrawn asked for nothing. Whoever answered on the day is among the updated.
#[test]
fn the_figures_of_the_reminders_agree() {
    let office = Office::new();
    // 勤 has met its week before the reminder came, and adds nothing.
    office.posts(1, &["2022-06-21 10:00".to_owned(), "2022-06-22 10:00".to_owned()]);
    office.reminded(1, "2022-06-23 09:00");
    // 改 answers at once and stays short.
    office.reminded(2, "2022-06-23 09:00");
    office.posts(2, &["2022-06-23 15:00".to_owned()]);
    office.reminded(3, "2022-06-23 09:00");
    let text = office.summary("2022-W25");
    assert!(text.contains("提醒后已更新1个，仍未更新2个。"), "{text}");
    assert!(text.contains("提醒后当日更新的1个：改（抖音）。"), "{text}");

    office.withdrawn(3, "2022-06-24 09:00", "2022-06-23 09:00");
    let text = office.summary("2022-W25");
    assert!(text.contains("提醒后已更新1个，仍未更新1个。"), "{text}");
    office.withdrawn(2, "2022-06-24 10:00", "2022-06-23 09:00");
    let text = office.summary("2022-W25");
    assert!(text.contains("提醒后已更新0个，仍未更新1个。"), "{text}");
    assert!(!text.contains("提醒后当日更新"), "{text}");
}

#[test]
fn the_first_week_after_the_installation_has_nothing_to_compare_with() {
    let office = Office::new();
    office.store.write(|tx| meta::set(tx, "installed_at", &at("2022-06-21 10:00").rfc3339())).unwrap();
    assert!(!office.summary("2022-W25").contains("与上周相比"));
    assert!(office.summary("2022-W26").contains("与上周相比"));
}

#[test]
fn what_changed_in_the_list_is_told() {
    let office = Office::new();
    office
        .store
        .write(|tx| {
            let mut account = accounts::one(tx, AccountId(1))?.unwrap();
            account.opened_on = Some("2022-06-22".parse().unwrap());
            accounts::save(tx, &account)?;
            meta::audit(tx, at("2022-06-24 10:00"), "王", "account.rename", "新（原名旧，抖音）")
        })
        .unwrap();
    assert!(
        office.summary("2022-W25").contains("新开：勤（抖音）；更名：新（原名旧，抖音）；关停公告：无；注销：无。")
    );
    assert!(office.summary("2022-W24").contains("七、台账变动\n无。"));
}

/// A month praises whom the month before had listed, and whoever updated on the day of a reminder; never
/// somebody whom it lists itself. Reminders of trial mode never left.
#[test]
fn a_month_counts_its_reminders_and_praises_only_whom_it_does_not_list() {
    let office = Office::new();
    office.posts(1, &twice_a_week(0..9));
    // Short in the week of 23 May, which June does not count.
    office.posts(2, &[twice_a_week(0..3), twice_a_week(4..9)].concat());
    office.posts(3, &twice_a_week(0..7));
    office.reminded_of(3, "2022-06-23 09:00", "weekly", false);
    office.reminded_of(1, "2022-06-23 09:00", "silence", false);
    office.reminded_of(2, "2022-06-24 09:00", "weekly", true);
    office.posts(3, &["2022-06-23 15:00".to_owned()]);
    let text = office.text("2022-06");
    assert!(text.contains("合格3个，合格率为100%；不合格0个，合格但存在问题1个。"), "{text}");
    assert!(text.contains("本期共发出提醒2条，涉及账号2个，其中告警提醒1次、更新提醒1次。"), "{text}");
    assert!(text.contains("上期查出问题、本期每次检查均达标的1个：改（抖音）。"), "{text}");
    assert!(text.contains("收到提醒后当日更新、本期未查出问题的1个：勤（抖音）。"), "{text}");
    assert!(!office.text("2022-05").contains("本期共发出提醒"), "none left in May");
}
