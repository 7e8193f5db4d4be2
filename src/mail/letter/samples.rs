//! Letters that nobody gets: every kind once, to try an office's templates on before a real letter
//! depends on them.

use super::correction::{Correction, Withdrawn};
use super::result::{Line, Results};
use super::{About, Checked, Facts, Item, Last, values};
use crate::domain::{Moment, Role, When};
use cuigeng_adapters::time::DAY;
use minijinja::Value;

/// Values to try, and what the result must say, each with what it is called.
pub(super) struct Sample {
    pub(super) values: Value,
    pub(super) must_say: Vec<(&'static str, &'static str)>,
}

/// What a template of that name is tried on.
pub(super) fn of(name: &str) -> Vec<Sample> {
    let body = !name.contains(".subject.");
    if name.starts_with("correction") {
        let must_say = vec![("被撤回的信的编号", "CG-2026-0731")];
        let partly = Correction { partly: true, ..correction() };
        let sample = |facts| Sample { values: super::correction::values(&facts), must_say: must_say.clone() };
        return [correction(), partly].map(sample).into();
    }
    if name.starts_with("result") {
        let must_say = vec![("账号名称", "样例账号")];
        let sample = |facts| Sample { values: super::result::values(&facts), must_say: must_say.clone() };
        return [results(), recalled()].map(sample).into();
    }
    let must_say = if body {
        vec![("账号名称", "样例账号"), ("期限", "7月26日")]
    } else {
        vec![("期限", "7月26日")]
    };
    reminders().iter().map(|facts| Sample { values: values(facts), must_say: must_say.clone() }).collect()
}

fn reminders() -> Vec<Facts> {
    let plain = facts(vec![item(About::Silence { days: 13, limit: 14 })]);
    let week =
        |eve| About::Week { from: "7月20日".to_owned(), to: "7月26日".to_owned(), seen: 0, required: 2, eve };
    let bare = Item { last: None, checked: None, veto: None, ..item(week(false)) };
    let soft = Item { unwatched: Some("7月21日9:10至23:40未能监测".to_owned()), ..item(week(false)) };
    vec![
        Facts { nth: 2, gained: Some(1), late_since: Some(plain.now), ..facts(vec![item(week(false)), bare]) },
        Facts { role: Role::Leader, answer: String::new(), ..facts(vec![item(week(true))]) },
        Facts { stands_for: true, contact: String::new(), ..facts(vec![soft]) },
        plain,
    ]
}

fn facts(items: Vec<Item>) -> Facts {
    Facts {
        office: "样例单位".to_owned(),
        sender: "样例政务公开办".to_owned(),
        contact: "0000-7654321".to_owned(),
        prefix: "更新提醒".to_owned(),
        role: Role::Operator,
        now: day(23).plus(9 * 3600),
        nth: 1,
        gained: None,
        late_since: None,
        number: "CG-2026-0731".to_owned(),
        answer: "http://10.20.0.8:8318/a/731-（略）".to_owned(),
        stands_for: false,
        items,
    }
}

fn item(about: About) -> Item {
    Item {
        title: "样例账号（新浪微博）".to_owned(),
        office: "样例单位".to_owned(),
        about,
        last: Some(Last { when: When::At(day(14)), title: "样例标题".to_owned(), days: 9 }),
        deadline: day(27),
        week: None,
        veto: Some(day(29)),
        unwatched: None,
        delayed: false,
        checked: Some(Checked { at: day(23), by: "官方接口".to_owned(), back_to: day(14) }),
        whom: "某甲 13800000001".to_owned(),
    }
}

fn correction() -> Correction {
    Correction {
        office: "样例单位".to_owned(),
        sender: "样例政务公开办".to_owned(),
        contact: "0000-7654321".to_owned(),
        letters: vec![(day(23), "CG-2026-0731".to_owned())],
        partly: false,
        revision: Some(3),
        number: "CG-2026-0740".to_owned(),
        items: vec![Withdrawn {
            title: "样例账号（新浪微博）".to_owned(),
            update: Some(When::At(day(21))),
            url: None,
            why: String::new(),
        }],
    }
}

fn results() -> Results {
    let (title, fact) = ("样例账号（新浪微博）".to_owned(), "7月20日至7月26日未监测到更新，应更新2次".to_owned());
    let said = format!("{fact}，按“一周未更新两次”列为存在问题。7月27日9时检查，该时段监测没有中断。");
    Results {
        office: "样例单位".to_owned(),
        sender: "样例政务公开办".to_owned(),
        contact: "0000-7654321".to_owned(),
        number: "CG-2026-0741".to_owned(),
        answer: "http://10.20.0.8:8318/a/741-（略）".to_owned(),
        until: "7月30日".to_owned(),
        withdrawn: Vec::new(),
        found: vec![Line { title, office: "样例单位".to_owned(), veto: false, fact, said }],
    }
}

/// The same, taken back.
fn recalled() -> Results {
    let found = results().found.into_iter();
    let said =
        "经核实，7月20日至7月26日已更新2次，达到要求。CG-2026-0741所列“一周未更新两次”撤回（更正记录第2次修订）。";
    let withdrawn = found.map(|line| Line { fact: "CG-2026-0741".to_owned(), said: said.to_owned(), ..line });
    Results { answer: String::new(), withdrawn: withdrawn.collect(), found: Vec::new(), ..results() }
}

/// A day of July 2026 (Beijing).
fn day(day: i64) -> Moment {
    Moment::from_unix(1_782_835_200).plus((day - 1) * DAY)
}
