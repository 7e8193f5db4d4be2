//! Headline, sections and lines of a reminder: every figure and date, said once and in one way.

use super::{About, Checked, Facts, Item, Last};
use crate::domain::{Moment, When};
use chrono::Datelike;
use cuigeng_adapters::time::DAY;
use minijinja::{Value, context};

/// Accounts of one section that are told in full; a letter stays under 80 lines.
const IN_FULL: usize = 12;
/// Characters of a title.
const TITLE: usize = 30;
/// A veto so near is spelled out, in seconds.
const NEAR_S: i64 = 7 * DAY;
const NUMERALS: [&str; 4] = ["一", "二", "三", "四"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Silence,
    Week,
    Eve,
    Soft,
}

const GROUPS: [(Group, &str); 4] = [
    (Group::Silence, "长时间未更新，逾期属单项否决情形（以正式检查结果为准）"),
    (Group::Week, "本周次数不足"),
    (Group::Eve, "节前提示"),
    (Group::Soft, "暂时看不全，请人工核对"),
];

fn group(item: &Item) -> Group {
    match item.about {
        _ if item.unwatched.is_some() => Group::Soft,
        About::Silence { .. } => Group::Silence,
        About::Week { eve: true, .. } => Group::Eve,
        About::Week { .. } => Group::Week,
    }
}

pub(super) fn is_soft(facts: &Facts) -> bool {
    facts.items.iter().all(|item| group(item) == Group::Soft)
}

/// The worst fact and its deadline.
pub(super) fn headline(facts: &Facts) -> String {
    facts.items.first().map_or_else(String::new, |first| headline_of(facts, first, &first.title))
}

/// The same with that title for its first account.
pub(super) fn headline_of(facts: &Facts, first: &Item, title: &str) -> String {
    let alike: Vec<&Item> = facts.items.iter().filter(|item| group(item) == group(first)).collect();
    let until = deadline(alike.iter().map(|item| item.deadline).min().unwrap_or(first.deadline));
    let rest = if alike.len() > 1 { format!("等{}个账号", alike.len()) } else { String::new() };
    match (group(first), alike.len()) {
        (Group::Soft, _) => format!("{title}{rest}暂时看不全，请自行核对，{until}前更新"),
        (Group::Silence, 1) => format!("{title}{}，{until}前须更新{}", silent(first), weeks(&alike)),
        (Group::Silence, n) => {
            let longest = alike.iter().filter_map(|item| days(item)).max().unwrap_or(0);
            format!("{n}个账号长时间未监测到更新（最长{longest}天），{until}前须更新{}", weeks(&alike))
        }
        (Group::Eve, _) => format!("{title}{rest}下周正逢放假，请提前安排，{until}前更新"),
        (Group::Week, 1) => format!("{title}本周还差{}次，{until}前补齐", missing(first)),
        (Group::Week, n) => {
            let all: u32 = alike.iter().map(|item| missing(item)).sum();
            format!("{n}个账号本周还差{all}次，{until}前补齐")
        }
    }
}

/// What long silent accounts lack in the week besides; empty where that is nothing.
fn weeks(silent: &[&Item]) -> String {
    let until = silent.iter().filter(|item| missing(item) > 0).filter_map(|item| item.week.as_ref()).map(|week| week.1);
    let all: u32 = silent.iter().map(|item| missing(item)).sum();
    until.min().map_or_else(String::new, |until| format!("；本周还差{all}次，{}前补齐", deadline(until)))
}

fn silent(item: &Item) -> String {
    match item.about {
        About::Silence { days, limit } if days >= limit => {
            format!("已{days}天未监测到更新，今天是最后一天")
        }
        About::Silence { days, .. } => format!("已{days}天未监测到更新"),
        About::Week { .. } => String::new(),
    }
}

/// What the headline does not speak of.
pub(super) fn more(facts: &Facts) -> String {
    let Some(first) = facts.items.first() else { return String::new() };
    match facts.items.iter().filter(|item| group(item) != group(first)).count() {
        0 => String::new(),
        others => format!("；另有{others}个账号见下"),
    }
}

/// Updates that the running week lacks; nothing is called missing that could not be seen.
pub(super) fn missing(item: &Item) -> u32 {
    match week_of(item) {
        Some(About::Week { seen, required, eve: false, .. }) if item.unwatched.is_none() => {
            required.saturating_sub(*seen)
        }
        _ => 0,
    }
}

/// The week that the item is about, alone or beside a silence.
fn week_of(item: &Item) -> Option<&About> {
    match &item.about {
        about @ About::Week { .. } => Some(about),
        About::Silence { .. } => item.week.as_ref().map(|(week, _)| week),
    }
}

fn days(item: &Item) -> Option<u32> {
    match item.about {
        About::Silence { days, .. } => Some(days),
        About::Week { .. } => None,
    }
}

/// The newest look that stands behind the letter, not the moment of writing.
pub(super) fn as_of(facts: &Facts) -> String {
    let newest = facts.items.iter().filter_map(|item| item.checked.as_ref()).map(|checked| checked.at).max();
    let at = newest.map_or("目前没有可靠的监测数据".to_owned(), |at| format!("数据截至{}", minute(at)));
    if facts.items.iter().any(|item| item.delayed) {
        format!("{at}；微信群发的数据截至昨日24时，今天的群发明天上午才看得到")
    } else {
        at
    }
}

/// A repeat says what has changed.
pub(super) fn change(facts: &Facts) -> String {
    let Some(gained) = facts.gained.filter(|_| !is_soft(facts)) else { return String::new() };
    let short: u32 = facts.items.iter().map(missing).sum();
    let still = if short > 0 { format!("，还差{short}次") } else { String::new() };
    match gained {
        0 => format!("与上次相比：没有监测到新的更新{still}。"),
        n => format!("与上次相比：补了{n}次{still}。"),
    }
}

/// Where nothing can be said for sure, the first sentence says why.
pub(super) fn gap(facts: &Facts) -> String {
    let first = facts.items.first().and_then(|item| item.unwatched.as_ref());
    match first {
        Some(gap) if is_soft(facts) => format!("{gap}，暂不能判断，请人工核对。"),
        _ => String::new(),
    }
}

/// The sections as a template reads them; empty ones drop out and the numbering closes up.
pub(super) fn sections(facts: &Facts) -> Vec<Value> {
    let several = facts.items.iter().any(|item| item.office != facts.items[0].office);
    let of = |wanted: Group| -> Vec<Value> {
        let alike = facts.items.iter().filter(|item| group(item) == wanted);
        alike.enumerate().map(|(at, item)| line(item, facts, several, at >= IN_FULL)).collect()
    };
    let full = GROUPS.into_iter().map(|(group, name)| (name, of(group))).filter(|(_, lines)| !lines.is_empty());
    full.zip(NUMERALS).map(|((name, lines), number)| context! { number, name, lines }).collect()
}

fn line(item: &Item, facts: &Facts, several: bool, brief: bool) -> Value {
    let (seen, required) = match week_of(item) {
        Some(About::Week { seen, required, .. }) => (Some(*seen), Some(*required)),
        _ => (None, None),
    };
    context! {
        title => item.title.clone(),
        office => if several { item.office.as_str() } else { "" },
        fact => fact(item),
        last => last(item, facts.now),
        checked => item.checked.as_ref().map_or_else(String::new, |checked| checked_by(checked, facts.now)),
        note => item.unwatched.as_deref().unwrap_or_default(),
        whom => if facts.stands_for { item.whom.as_str() } else { "" },
        brief,
        seen,
        required,
        missing => seen.map(|_| missing(item)),
        days => days(item),
        deadline => deadline(item.deadline),
    }
}

/// What an account lacks, with every deadline that it has.
pub(super) fn fact(item: &Item) -> String {
    let until = deadline(item.deadline);
    let beside = item.week.as_ref().map(|(week, until)| format!("；{}", week_fact(week, *until, item)));
    let beside = beside.unwrap_or_default();
    match &item.about {
        // What could not be seen is neither counted nor called missing.
        About::Silence { .. } if item.unwatched.is_some() => {
            format!("最近的更新可能没有看到，请核对；如确实没有，请在{until}前更新一次{beside}")
        }
        About::Silence { days, limit } if days >= limit => {
            format!("已{days}天未监测到更新，今天是最后一天，请在{until}前更新一次{beside}")
        }
        About::Silence { days, limit } => format!("已{days}天未监测到更新，第{limit}天即{until}前须更新一次{beside}"),
        week @ About::Week { .. } => week_fact(week, item.deadline, item),
    }
}

fn week_fact(week: &About, until: Moment, item: &Item) -> String {
    let until = deadline(until);
    match week {
        About::Week { from, to, required, eve: true, .. } => {
            format!("下周（{}）应更新{required}次，放假期间也计算在内，请提前安排，{until}前补齐", range(from, to))
        }
        About::Week { from, to, seen, required, .. } if item.unwatched.is_some() => {
            let week = range(from, to);
            format!("本周（{week}）应更新{required}次，目前看到{seen}次，请核对；如确实不足，请在{until}前更新")
        }
        About::Week { from, to, seen, required, .. } => format!(
            "本周（{}）已更新{seen}次，应更新{required}次，还差{}次，请在{until}前补齐",
            range(from, to),
            missing(item)
        ),
        About::Silence { .. } => String::new(),
    }
}

/// `7月20日至26日`, or with both months where they differ.
fn range(from: &str, to: &str) -> String {
    let month = |text: &str| text.split_once('月').map(|(month, day)| (month.to_owned(), day.to_owned()));
    match (month(from), month(to)) {
        (Some((a, _)), Some((b, day))) if a == b => format!("{from}至{day}"),
        _ => format!("{from}至{to}"),
    }
}

fn last(item: &Item, now: Moment) -> String {
    let said = match &item.last {
        None => "还没有看到过更新".to_owned(),
        Some(Last { when, title, days }) => {
            let title = if title.is_empty() { String::new() } else { format!("《{}》", cut(title)) };
            let ago = if *days == 0 { "今天".to_owned() } else { format!("已{days}天") };
            format!("最近更新：{}{title}，{ago}", shown(*when))
        }
    };
    match item.veto {
        // What could not be watched is no ground to threaten.
        Some(_) if item.unwatched.is_some() => said,
        Some(veto) if veto.since(now) <= NEAR_S => {
            format!("{said}；{}前仍未更新的，属单项否决情形（以正式检查结果为准）", deadline(veto))
        }
        Some(veto) => format!("{said}；连续未更新的期限是{}", deadline(veto)),
        None => said,
    }
}

fn cut(title: &str) -> String {
    let short: String = title.chars().take(TITLE).collect();
    if short.len() < title.len() { format!("{short}…") } else { short }
}

fn checked_by(checked: &Checked, now: Moment) -> String {
    let at = if checked.at.date() == now.date() {
        checked.at.beijing().format("%-H时%M分").to_string()
    } else {
        minute(checked.at)
    };
    let back = checked.back_to.date();
    format!("核对：{at}，{}，已看到{}月{}日以来的发布", checked.by, back.month(), back.day())
}

/// `7月26日（周日）24时`: the end of the day before a midnight, as notices write it.
pub(crate) fn deadline(too_late: Moment) -> String {
    let last = too_late.plus(-1);
    let date = last.date();
    let weekday = ["一", "二", "三", "四", "五", "六", "日"][date.weekday().num_days_from_monday() as usize];
    let hour = if too_late == Moment::start_of(too_late.date()) {
        "24时".to_owned()
    } else {
        too_late.beijing().format("%-H时%M分").to_string()
    };
    format!("{}月{}日（周{weekday}）{hour}", date.month(), date.day())
}

pub(super) fn minute(moment: Moment) -> String {
    moment.beijing().format("%-m月%-d日%-H时%M分").to_string()
}

pub(super) fn day_hour(moment: Moment) -> String {
    moment.beijing().format("%-m月%-d日%-H时").to_string()
}

pub(super) fn shown(when: When) -> String {
    match when {
        When::At(moment) => moment.beijing().format("%-m月%-d日%H:%M").to_string(),
        When::Day(date) => format!("{}月{}日", date.month(), date.day()),
        When::Span { from, until } => format!("{}至{}之间", minute(from), minute(until)),
    }
}
