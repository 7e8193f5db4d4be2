use super::*;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn keys(facts: &Facts, now: Moment) -> Vec<String> {
    causes(facts, now).into_iter().map(|cause| cause.key).collect()
}

fn calm() -> Facts {
    Facts { started: at("2026-11-25 08:00"), disk: Some((50, 100)), ..Facts::default() }
}

#[test]
fn calm_is_silent() {
    assert_eq!(keys(&calm(), at("2026-11-25 10:00")), Vec::<String>::new());
}

#[test]
fn each_fact_is_a_cause() {
    let now = at("2026-11-25 10:00");
    let stop = |is_config| {
        Some(Stop { is_config, words: "535 login fail\r\n see help".to_owned(), is_ours: false, letters: 7 })
    };
    for (facts, key, word) in [
        (Facts { stop: stop(false), ..calm() }, "mail.auth", "授权码"),
        (Facts { stop: stop(true), ..calm() }, "mail.config", "[mail]"),
        (Facts { blocked: vec![9, 8, 7], ..calm() }, "mail.blocked", "9、8、7"),
        (Facts { doubtful: vec![3, 4], ..calm() }, "mail.doubtful", "3、4"),
        (Facts { slowed: Some("550 frequency limited".to_owned()), ..calm() }, "mail.throttled", "frequency limited"),
        (
            Facts {
                mailbox: Some(Unread {
                    since: at("2026-11-25 09:20"),
                    cure: "打开 IMAP 服务".to_owned(),
                    words: "NO login".to_owned(),
                }),
                ..calm()
            },
            "mail.bounces",
            "自11月25日09:20起收不到退信",
        ),
        (Facts { pending: Some((2, at("2026-11-25 08:59"))), ..calm() }, "mail.stuck", "11月25日08:59"),
        (
            Facts {
                sources: vec![Blind { source: "微博".to_owned(), class: Class::Auth, since: at("2026-11-25 09:00") }],
                ..calm()
            },
            "source 微博",
            "登录凭据失效",
        ),
        (
            Facts {
                credentials: vec![Ending {
                    source: "微博".to_owned(),
                    key: "7".to_owned(),
                    account: Some("甲（新浪微博）".to_owned()),
                    expires: at("2026-11-27 10:00"),
                }],
                ..calm()
            },
            "credential 微博 7",
            "将于11月27日10:00到期",
        ),
        (Facts { disk: Some((4_999_000_000, 50_000_000_000)), ..calm() }, "disk", "9%（4999MB）"),
        (Facts { calendar: Some((2027, false)), ..calm() }, "calendar 2027", "calendar import"),
        (Facts { calendar: Some((2027, true)), ..calm() }, "calendar 2027", "重新录入"),
        (Facts { web: Some("10.0.0.1:8318 不能监听".to_owned()), ..calm() }, "web", "8318"),
        (Facts { robots: vec![(RobotKind::Wecom, "invalid".to_owned())], ..calm() }, "robot wecom", "企业微信"),
    ] {
        let found = causes(&facts, now);
        let [cause] = found.as_slice() else { panic!("{key}: {found:?}") };
        assert_eq!(cause.key, key);
        let said = format!("{} {} {}", cause.subject, cause.detail, cause.cure);
        assert!(said.contains(word), "{key}: {said}");
        assert!(!said.contains('\n') && !cause.cure.is_empty(), "{key}: {said}");
    }
}

#[test]
fn limits_are_exact() {
    let now = at("2026-11-25 10:00");
    let disk = |free, open: &[&str]| Facts {
        disk: Some((free, 1000)),
        open: open.iter().map(|key| (*key).to_owned()).collect(),
        ..calm()
    };
    assert_eq!(keys(&disk(99, &[]), now), ["disk"]);
    assert_eq!(keys(&disk(100, &[]), now), Vec::<String>::new());
    // Once told, it lasts until a little more is free.
    assert_eq!(keys(&disk(119, &["disk"]), now), ["disk"]);
    assert_eq!(keys(&disk(120, &["disk"]), now), Vec::<String>::new());
    // A tenth of a very large disk is ample.
    let large = |free, open: &[&str]| Facts { disk: Some((free, 1_000_000_000_000)), ..disk(0, open) };
    assert_eq!(keys(&large(4_999_999_999, &[]), now), ["disk"]);
    assert_eq!(keys(&large(5_000_000_000, &[]), now), Vec::<String>::new());
    assert_eq!(keys(&large(5_999_999_999, &["disk"]), now), ["disk"]);
    assert_eq!(keys(&large(6_000_000_000, &["disk"]), now), Vec::<String>::new());
    let stuck = |since: &str, started: &str| Facts { pending: Some((1, at(since))), started: at(started), ..calm() };
    assert_eq!(keys(&stuck("2026-11-25 09:00", "2026-11-25 08:00"), now), Vec::<String>::new());
    assert_eq!(keys(&stuck("2026-11-25 08:59:59", "2026-11-25 08:00"), now), ["mail.stuck"]);
    // A process that has just begun looks first, judges second, sends third.
    assert_eq!(keys(&stuck("2026-11-24 10:00", "2026-11-25 09:51"), now), Vec::<String>::new());
    assert_eq!(keys(&Facts { blocked: vec![9, 8], ..calm() }, now), Vec::<String>::new());
}

#[test]
fn one_cause_for_a_queue_that_stands_still() {
    let stop = Some(Stop { is_config: false, words: String::new(), is_ours: false, letters: 1 });
    let facts = Facts { stop, pending: Some((1, at("2026-11-25 08:00"))), ..calm() };
    assert_eq!(keys(&facts, at("2026-11-25 10:00")), ["mail.auth"]);
}

#[test]
fn the_calendar_is_told_weekly_and_by_mail() {
    let cause = causes(&Facts { calendar: Some((2027, false)), ..calm() }, at("2026-12-01 00:00")).remove(0);
    assert_eq!((cause.rhythm, cause.by_mail), (Rhythm::Weekly, true));
}

#[test]
fn a_task_that_stands_still_a_set_clock_and_an_old_backup_are_told() {
    let now = at("2026-11-25 10:00");
    let ago = |seconds: i64| now.plus(-seconds);
    for (facts, key, word) in [
        (Facts { stalled: vec![("poll", ago(660))], ..calm() }, "task poll", "巡查任务11分钟没有动作"),
        (Facts { stalled: vec![("mail", ago(720))], ..calm() }, "task mail", "发信任务12分钟没有动作"),
        (Facts { jump: Some(Jump { at: ago(60), by_s: -3600 }), ..calm() }, "clock", "系统时间被拨慢了3600秒"),
        (Facts { askew_s: Some(300), unsynchronised: true, ..calm() }, "clock", "系统时钟比各来源快300秒"),
        (Facts { unsynchronised: true, ..calm() }, "clock", "系统时钟没有同步"),
        (Facts { backup: Some(Standing::Old { at: ago(27 * HOUR) }), ..calm() }, "backup", "最近一次备份已是27小时前"),
        (Facts { backup: Some(Standing::Never), ..calm() }, "backup", "一次备份也没有做成过"),
        (
            Facts { held: Some(("由张三从 x.db 恢复".to_owned(), 3)), ..calm() },
            "restored",
            "x.db 恢复，除测试信外都没有发出，有3封在等",
        ),
    ] {
        let causes = causes(&facts, now);
        assert_eq!(causes.iter().map(|cause| cause.key.as_str()).collect::<Vec<_>>(), [key]);
        assert!(causes[0].subject.contains(word), "{}", causes[0].subject);
    }
    let backup = Some(Standing::Good { at: ago(26 * HOUR) });
    let fine = Facts { stalled: vec![("mail", ago(659)), ("poll", now)], backup, ..calm() };
    assert_eq!(keys(&fine, now), Vec::<String>::new());
    let young = Facts { started: ago(60), unsynchronised: true, ..calm() };
    assert_eq!(keys(&young, now), Vec::<String>::new(), "the time service has just begun too");
}
