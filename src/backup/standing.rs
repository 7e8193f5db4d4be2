//! How it stands with the backups, in one word, and the sentence for it. Pure.

use super::keep::Kept;
use super::record::Record;
use crate::domain::Moment;
use crate::spoken::beijing;
use chrono::NaiveTime;
use cuigeng_adapters::time::HOUR;

/// Seconds after which the newest backup is too old: a day, and two hours for a nightly task that is slow.
pub const OLD_S: i64 = 26 * HOUR;
/// Seconds that the first night may take.
const SLOW_S: i64 = 2 * HOUR;
/// Seconds after which a failed nightly backup is tried again.
const AGAIN_S: i64 = HOUR;

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A verified one is there and young enough.
    Good {
        /// When it was taken.
        at: Moment,
    },
    /// There is none yet, and there need not be.
    Waiting {
        /// When the first one comes; `None`: the daemon has not run yet, or nobody has asked for any.
        first: Option<Moment>,
    },
    /// There is none although there should be.
    Never,
    /// The newest one is too old.
    Old {
        /// When it was taken.
        at: Moment,
    },
    /// The last attempt failed.
    Failed {
        /// When.
        at: Moment,
        /// Why.
        why: String,
        /// When the newest verified one was taken.
        last: Option<Moment>,
    },
    /// The newest verified one was found damaged since.
    Damaged {
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// There are copies, and we have verified none of them.
    Unverified {
        /// The newest one's name.
        name: String,
    },
}

/// How it stands with what is kept and what lies in the folder (the newest first). `night` is the hour of the
/// nightly task; without one only what there is can become old.
pub fn standing(record: &Record, all: &[Kept], night: Option<NaiveTime>, now: Moment) -> Standing {
    let newest = all.iter().find(|one| one.verified);
    let last = newest.map(|one| one.at);
    if let Some(failed) = &record.failed {
        return Standing::Failed { at: failed.at, why: failed.why.clone(), last };
    }
    if let Some((name, why)) = newest.and_then(|one| record.damaged.get_key_value(&one.name)) {
        return Standing::Damaged { name: name.clone(), why: why.clone() };
    }
    // Without a nightly task of ours, whoever copies the file is believed to know what he does.
    let known = last.or_else(|| all.first().filter(|_| night.is_none()).map(|one| one.at));
    match (known, all.first()) {
        (Some(at), _) if now.since(at) <= OLD_S => Standing::Good { at },
        (Some(at), _) => Standing::Old { at },
        (None, Some(other)) => Standing::Unverified { name: other.name.clone() },
        (None, None) => none(record, night, now),
    }
}

fn none(record: &Record, night: Option<NaiveTime>, now: Moment) -> Standing {
    let first = night.zip(record.since).map(|(night, since)| next_night(night, since));
    match first {
        Some(first) if now.since(first) > SLOW_S => Standing::Never,
        first => Standing::Waiting { first },
    }
}

/// The next moment after `after` at which it is that hour in Beijing.
pub fn next_night(night: NaiveTime, after: Moment) -> Moment {
    let today = Moment::from_beijing(after.date().and_time(night));
    if today > after { today } else { today.plus_days(1) }
}

/// When the nightly task has to work next; at or before `now` where it is late.
pub fn due(record: &Record, night: NaiveTime, now: Moment) -> Moment {
    // A clock that was set back must not stop it.
    let last = record.last.as_ref().map(|last| last.at).filter(|at| *at <= now);
    let due = next_night(night, last.or(record.since).unwrap_or(now).min(now));
    let tried = record.failed.as_ref().map(|failed| failed.at).filter(|at| *at <= now);
    tried.map_or(due, |at| due.max(at.plus(AGAIN_S)))
}

impl Standing {
    /// Whether somebody must hear of it.
    pub fn is_trouble(&self) -> bool {
        !matches!(self, Standing::Good { .. } | Standing::Waiting { .. })
    }

    /// What it is (Chinese), without the cure.
    pub fn chinese(&self, now: Moment) -> String {
        match self {
            Standing::Good { at } => format!("最近一次备份在{}，已检验", beijing(*at)),
            Standing::Waiting { first: Some(first) } => format!("还没有备份，第一次在{}", beijing(*first)),
            Standing::Waiting { first: None } => "还没有备份过".to_owned(),
            Standing::Never => "一次备份也没有做成过".to_owned(),
            Standing::Old { at } => format!("最近一次备份已是{}小时前（{}）", now.since(*at) / HOUR, beijing(*at)),
            Standing::Failed { at, why, last } => {
                let last =
                    last.map_or("此前没有备份".to_owned(), |last| format!("最近的一份是{}的", beijing(last)));
                format!("{}备份失败：{why}；{last}", beijing(*at))
            }
            Standing::Damaged { name, why } => format!("最近的备份 {name} 没有通过检验：{why}"),
            Standing::Unverified { name } => format!("备份 {name} 等没有检验过，不知道能不能用"),
        }
    }

    /// What cures it (Chinese); empty where nothing is wrong.
    pub fn cure(&self) -> &'static str {
        match self {
            Standing::Good { .. } => "",
            Standing::Waiting { .. } => "服务运行后每天夜里自动备份；也可以现在就做：cuigeng backup",
            Standing::Never | Standing::Old { .. } => {
                "看服务是否一直在运行，再运行 cuigeng backup 试一次；数据库出问题时只能恢复到最近一次备份"
            }
            Standing::Failed { .. } => "按上面的原因处理，再运行 cuigeng backup；程序每小时也会再试",
            Standing::Damaged { .. } => "马上运行 cuigeng backup 另做一份，并检查磁盘；这一份不要用来恢复",
            Standing::Unverified { .. } => "运行 cuigeng backup 做一份检验过的；旧的用 cuigeng backup verify 检验",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{Failed, Last};
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn night() -> Option<NaiveTime> {
        NaiveTime::from_hms_opt(2, 30, 0)
    }

    fn kept(at: Moment, verified: bool) -> Kept {
        Kept { name: super::super::keep::name(at), at, bytes: 1, verified }
    }

    #[test]
    fn a_new_installation_waits_for_its_first_night_in_peace() {
        let new = Record::default();
        assert_eq!(standing(&new, &[], night(), at("2026-07-23 09:00")), Standing::Waiting { first: None });
        let began = Record { since: Some(at("2026-07-23 09:00")), ..new };
        let first = Some(at("2026-07-24 02:30"));
        for calm in ["2026-07-23 09:00", "2026-07-24 02:31", "2026-07-24 04:30"] {
            assert_eq!(standing(&began, &[], night(), at(calm)), Standing::Waiting { first }, "{calm}");
        }
        assert_eq!(standing(&began, &[], night(), at("2026-07-24 04:31")), Standing::Never);
        assert_eq!(standing(&began, &[], None, at("2027-07-24 04:31")), Standing::Waiting { first: None });
    }

    #[test]
    fn too_old_failed_damaged_and_not_verified_are_told_apart() {
        let now = at("2026-07-23 10:00");
        let (young, old) = (kept(now.plus(-26 * HOUR), true), kept(now.plus(-27 * HOUR), true));
        let fine = Record::default();
        assert_eq!(standing(&fine, &[young.clone()], night(), now), Standing::Good { at: young.at });
        let said = standing(&fine, &[old.clone()], night(), now).chinese(now);
        assert_eq!(said, "最近一次备份已是27小时前（2026-07-22 07:00）");
        let foreign = Kept { name: "copy.db".to_owned(), ..kept(now, false) };
        assert!(matches!(standing(&fine, &[foreign.clone()], night(), now), Standing::Unverified { .. }));
        assert_eq!(standing(&fine, &[foreign.clone()], None, now), Standing::Good { at: now }, "somebody else's");
        assert!(matches!(standing(&fine, &[foreign, old.clone()], night(), now), Standing::Old { .. }));
        let failed = Record { failed: Some(Failed { at: now, why: "磁盘满了".to_owned() }), ..fine.clone() };
        let said = standing(&failed, &[young.clone()], night(), now).chinese(now);
        assert_eq!(said, "2026-07-23 10:00备份失败：磁盘满了；最近的一份是2026-07-22 08:00的");
        let mut damaged = fine;
        damaged.verified(&young.name, Some("坏了".to_owned()), now);
        assert!(standing(&damaged, &[young.clone()], night(), now).chinese(now).contains("没有通过检验：坏了"));
        damaged.verified(&young.name, None, now);
        assert!(!standing(&damaged, &[young], night(), now).is_trouble());
    }

    #[test]
    fn every_night_once_late_after_a_rest_and_hourly_after_a_failure() {
        let night = night().unwrap();
        let last = |text: &str| Some(Last { at: at(text), name: String::new(), bytes: 0 });
        let record =
            Record { since: Some(at("2026-07-01 09:00")), last: last("2026-07-22 02:30:07"), ..Record::default() };
        assert_eq!(due(&record, night, at("2026-07-22 10:00")), at("2026-07-23 02:30"));
        assert_eq!(due(&record, night, at("2026-07-25 10:00")), at("2026-07-23 02:30"), "the server was off");
        let failed =
            Record { failed: Some(Failed { at: at("2026-07-23 02:30"), why: String::new() }), ..record.clone() };
        assert_eq!(due(&failed, night, at("2026-07-23 02:31")), at("2026-07-23 03:30"));
        let back = Record { last: last("2027-01-01 02:30"), ..record };
        assert_eq!(due(&back, night, at("2026-07-22 10:00")), at("2026-07-02 02:30"), "the clock was set back");
        assert_eq!(due(&Record::default(), night, at("2026-07-22 10:00")), at("2026-07-23 02:30"));
    }
}
