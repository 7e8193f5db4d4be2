use super::*;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn cause(rhythm: Rhythm, mark: i64) -> Cause {
    Cause {
        key: "mail".to_owned(),
        mark,
        subject: "邮箱登录失败".to_owned(),
        detail: String::new(),
        cure: String::new(),
        rhythm,
        by_mail: rhythm == Rhythm::Weekly,
        source: None,
    }
}

/// Lives through `hours`, one step every ten minutes; the hours at which something was told, with its round.
fn told(
    rhythm: Rhythm,
    hours: i64,
    channel: &str,
    mark: impl Fn(i64) -> i64,
    asleep: std::ops::Range<i64>,
) -> Vec<(i64, i64)> {
    let start = at("2026-11-25 10:00");
    let mut open: Option<Alarm> = None;
    let mut told = Vec::new();
    for tenth in (0..=hours * 6).filter(|tenth| !asleep.contains(&(tenth / 6))) {
        let (now, hour) = (start.plus(tenth * 600), tenth / 6);
        let cause = cause(rhythm, mark(hour));
        let Some(rise) = rise(&cause, open.as_ref(), &["wecom"], now) else { continue };
        let before = open.take();
        let mut alarm = Alarm {
            id: 1,
            key: cause.key.clone(),
            mark: if before.as_ref().is_some_and(|a| a.round == rise.round) {
                before.as_ref().unwrap().mark
            } else {
                cause.mark
            },
            round: rise.round,
            round_from: rise.round_from,
            began: rise.began,
            subject: cause.subject.clone(),
            told: before.map(|a| a.told).unwrap_or_default(),
        };
        if rise.channels.iter().any(|c| c == channel) {
            told.push((hour, rise.round));
        }
        alarm.told.extend(rise.channels.iter().map(|c| (c.clone(), rise.round, rise.stage)));
        open = Some(alarm);
    }
    told
}

#[test]
fn told_at_once_and_after_1_4_and_24_hours() {
    assert_eq!(told(Rhythm::Ladder, 200, "wecom", |_| 1, 0..0), [(0, 1), (1, 1), (4, 1), (24, 1)]);
    assert_eq!(told(Rhythm::Ladder, 200, "mail", |_| 1, 0..0), []);
    // Asleep over two rungs: one message, not two.
    assert_eq!(told(Rhythm::Ladder, 200, "wecom", |_| 1, 1..30), [(0, 1), (30, 1)]);
}

#[test]
fn weekly_means_weekly_on_every_channel() {
    let weeks = [(0, 1), (168, 1), (336, 1)];
    assert_eq!(told(Rhythm::Weekly, 400, "wecom", |_| 1, 0..0), weeks);
    assert_eq!(told(Rhythm::Weekly, 400, "mail", |_| 1, 0..0), weeks);
}

#[test]
fn something_new_begins_the_ladder_again_but_not_more_than_hourly() {
    let newest = |hour| if hour >= 50 { 2 } else { 1 };
    let want = [(0, 1), (1, 1), (4, 1), (24, 1), (50, 2), (51, 2), (54, 2), (74, 2)];
    assert_eq!(told(Rhythm::Ladder, 200, "wecom", newest, 0..0), want);
    let always = told(Rhythm::Ladder, 5, "wecom", |hour| hour, 0..0);
    assert_eq!(always, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)]);
}

#[test]
fn a_robot_hears_nothing_of_its_own_trouble() {
    let own = Cause { key: robot_key("wecom"), by_mail: true, ..cause(Rhythm::Ladder, 0) };
    let rise = rise(&own, None, &["wecom", "feishu"], at("2026-11-25 10:00")).unwrap();
    assert_eq!(rise.channels, ["feishu", "mail"]);
}

#[test]
fn the_next_rung_is_foreseen() {
    let alarm = Alarm {
        id: 1,
        key: String::new(),
        mark: 0,
        round: 1,
        round_from: at("2026-11-25 10:00"),
        began: at("2026-11-25 10:00"),
        subject: String::new(),
        told: BTreeSet::new(),
    };
    for (now, want) in [("10:00", "11:00"), ("10:59", "11:00"), ("11:00", "14:00")] {
        let now = at(&format!("2026-11-25 {now}"));
        assert_eq!(next_rise(Rhythm::Ladder, &alarm, now), at(&format!("2026-11-25 {want}")));
    }
    assert_eq!(next_rise(Rhythm::Ladder, &alarm, at("2026-11-26 10:00")), Moment::MAX);
    assert_eq!(next_rise(Rhythm::Weekly, &alarm, at("2026-11-26 10:00")), at("2026-12-02 10:00"));
}

#[test]
fn tries_are_bounded() {
    let now = at("2026-11-25 10:00");
    let waits = |malformed| -> Vec<i64> {
        (1..20).map_while(|tries| retry(tries, 0, malformed, now)).map(|at| at.since(now) / 60).collect()
    };
    assert_eq!(waits(false), [1, 5, 15, 30, 60, 60, 60]);
    assert_eq!(waits(true), [1, 5]);
    assert_eq!(retry(1, 630, false, now), Some(now.plus(630)));
}
