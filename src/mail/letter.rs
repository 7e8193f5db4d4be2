//! The words of a reminder: courteous, exact, understood in five seconds. Pure: facts in, words out.
//!
//! It says what was seen, when, and what will happen; never 未发布, no blame, no exclamation marks.
//! The wording stands in templates beside this file (forms: mail.md, documents.md).

use crate::domain::{Moment, When};
use chrono::Datelike;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

/// What a reminder to one person says.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Whom it addresses: the office that the accounts belong to.
    pub office: String,
    /// The office that writes.
    pub sender: String,
    /// Whom to call; may be empty.
    pub contact: String,
    /// Subject prefix.
    pub prefix: String,
    /// As of when.
    pub now: Moment,
    /// Which reminder about the same thing this is.
    pub nth: u32,
    /// When it should have left, if it is late.
    pub late_since: Option<Moment>,
    /// What stands under the letter.
    pub number: String,
    /// Named when the letter reaches somebody for another role (无联系人).
    pub stands_for: bool,
    /// Its accounts, most urgent first.
    pub items: Vec<Item>,
}

/// One account in a reminder.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// 青禾文旅（新浪微博）
    pub title: String,
    /// Why it stands there.
    pub about: About,
    /// The newest update, if one is known.
    pub last: Option<(When, String)>,
    /// Until when an update helps (first moment that is too late).
    pub deadline: Moment,
    /// The part of the span that nobody could watch, so that the owner is asked to check.
    pub unwatched: Option<String>,
    /// The newest day is shown only tomorrow by the source (数据截至昨日24时).
    pub delayed: bool,
    /// Only people look at this account, and one did so last then.
    pub looked_at: Option<Moment>,
}

/// Why an account stands in a reminder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// So many days without an update; a veto.
    Silence {
        /// Days since the last update.
        days: u32,
        /// The last safe day.
        limit: u32,
    },
    /// Short in a week.
    Week {
        /// First and last date, as `7月20日`.
        from: String,
        /// Last date.
        to: String,
        /// Updates seen.
        seen: u32,
        /// Updates demanded.
        required: u32,
        /// It speaks of the coming week (节前提示).
        eve: bool,
    },
}

/// Subject, text, and a short form to copy into SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The subject: fact and deadline first.
    pub subject: String,
    /// The text.
    pub text: String,
    /// At most 70 characters, signature included.
    pub sms: String,
}

struct Line {
    title: String,
    fact: String,
    last: String,
    note: String,
}

struct Section {
    name: &'static str,
    lines: Vec<Line>,
}

const TEMPLATE: &str = include_str!("templates/reminder.txt");

/// Composes a reminder.
///
/// # Errors
/// What the template says against itself (English); the shipped one is proven by tests.
pub fn compose(facts: &Facts) -> Result<Words, String> {
    let text = render(facts).map_err(|e| e.to_string())?;
    Ok(Words { subject: subject(facts), text, sms: sms(facts) })
}

fn render(facts: &Facts) -> Result<String, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.add_template("reminder.txt", TEMPLATE)?;
    let values = context! {
        headline => headline(facts),
        office => facts.office.clone(),
        as_of => as_of(facts),
        late => facts.late_since.map(day_hour),
        stands_for => facts.stands_for,
        sections => sections(facts).iter().map(section_value).collect::<Vec<Value>>(),
        sender => facts.sender.clone(),
        contact => facts.contact.clone(),
        number => facts.number.clone(),
        nth => facts.nth,
    };
    templates.get_template("reminder.txt")?.render(values)
}

fn section_value(section: &Section) -> Value {
    let line = |line: &Line| context! { title => line.title.clone(), fact => line.fact.clone(), last => line.last.clone(), note => line.note.clone() };
    context! { name => section.name, lines => section.lines.iter().map(line).collect::<Vec<Value>>() }
}

fn subject(facts: &Facts) -> String {
    let soft = facts.items.iter().all(|item| item.unwatched.is_some());
    let prefix = if soft { "请核对" } else { facts.prefix.as_str() };
    let again = if facts.nth > 1 { format!("第{}次提醒 ", facts.nth) } else { String::new() };
    let late = if facts.late_since.is_some() { "补发 " } else { "" };
    format!("【{prefix}】{late}{again}{}：{}", facts.office, headline(facts))
}

/// The worst fact and its deadline.
fn headline(facts: &Facts) -> String {
    let Some(first) = facts.items.first() else { return "没有待办".to_owned() };
    let until = deadline(first.deadline);
    let rest = if facts.items.len() > 1 { format!("等{}个账号", facts.items.len()) } else { String::new() };
    let silent = facts.items.iter().filter(|item| matches!(item.about, About::Silence { .. })).count();
    match &first.about {
        _ if first.unwatched.is_some() => format!("{}{rest}暂时看不全，请自行核对，{until}前更新", first.title),
        About::Silence { days, .. } if silent > 1 => {
            format!("{silent}个账号长时间未监测到更新（最长{days}天），{until}前须更新")
        }
        About::Silence { days, .. } => format!("{}已{days}天未监测到更新，{until}前须更新", first.title),
        About::Week { eve: true, .. } => format!("{}{rest}下周正逢放假，请安排更新", first.title),
        About::Week { .. } => {
            let missing: u32 = facts.items.iter().map(missing).sum();
            if facts.items.len() > 1 {
                format!("{}个账号本周还差{missing}次，{until}前补齐", facts.items.len())
            } else {
                format!("{}本周还差{missing}次，{until}前补齐", first.title)
            }
        }
    }
}

fn missing(item: &Item) -> u32 {
    match item.about {
        About::Week { seen, required, .. } => required.saturating_sub(seen),
        About::Silence { .. } => 0,
    }
}

fn as_of(facts: &Facts) -> String {
    let now = format!("数据截至{}", minute(facts.now));
    if facts.items.iter().any(|item| item.delayed) {
        format!("{now}；微信群发的数据截至昨日24时，今天的群发明天上午才看得到")
    } else {
        now
    }
}

fn sections(facts: &Facts) -> Vec<Section> {
    let of = |wanted: &dyn Fn(&Item) -> bool| -> Vec<Line> {
        facts.items.iter().filter(|item| wanted(item)).map(line).collect()
    };
    let sure = |item: &Item| item.unwatched.is_none();
    let sections = [
        (
            "长时间未更新，逾期属单项否决情形（以正式检查结果为准）",
            of(&|item| sure(item) && matches!(item.about, About::Silence { .. })),
        ),
        ("本周次数不足", of(&|item| sure(item) && matches!(item.about, About::Week { eve: false, .. }))),
        ("节前提示", of(&|item| sure(item) && matches!(item.about, About::Week { eve: true, .. }))),
        ("暂时看不全，请人工核对", of(&|item| !sure(item))),
    ];
    sections.into_iter().filter(|(_, lines)| !lines.is_empty()).map(|(name, lines)| Section { name, lines }).collect()
}

fn line(item: &Item) -> Line {
    let until = deadline(item.deadline);
    let fact = match &item.about {
        // What could not be seen is neither counted nor called missing.
        About::Silence { .. } if item.unwatched.is_some() => {
            format!("最近的更新可能没有看到，请核对；如确实没有，请在{until}前更新一次")
        }
        About::Week { from, to, seen, required, eve: false } if item.unwatched.is_some() => {
            format!("本周（{from}至{to}）应更新{required}次，目前看到{seen}次，请核对；如确实不足，请在{until}前更新")
        }
        About::Silence { days, limit } => format!("已{days}天未监测到更新，第{limit}天即{until}前须更新一次"),
        About::Week { from, to, required, eve: true, .. } => {
            format!("下周（{from}至{to}）应更新{required}次，放假期间也计算在内，请提前安排")
        }
        About::Week { from, to, seen, required, .. } => {
            format!(
                "本周（{from}至{to}）已更新{seen}次，应更新{required}次，还差{}次，请在{until}前补齐",
                required.saturating_sub(*seen)
            )
        }
    };
    let by_hand = item.looked_at.map_or_else(String::new, |at| format!("（据{}人工核查）", minute(at)));
    let fact = format!("{fact}{by_hand}");
    let last = match &item.last {
        Some((when, title)) if title.is_empty() => format!("最近更新：{}", shown(*when)),
        Some((when, title)) => format!("最近更新：{}《{}》", shown(*when), title.chars().take(30).collect::<String>()),
        None => "没有看到过更新".to_owned(),
    };
    Line { title: item.title.clone(), fact, last, note: item.unwatched.clone().unwrap_or_default() }
}

/// At most 70 characters; the plea to answer goes first when it is too long.
fn sms(facts: &Facts) -> String {
    let Some(first) = facts.items.first() else { return String::new() };
    let more = if facts.items.len() > 1 { format!("等{}个账号", facts.items.len()) } else { String::new() };
    let what = match first.about {
        _ if first.unwatched.is_some() => "暂时看不全，请自行核对更新情况".to_owned(),
        About::Silence { days, .. } => format!("已{days}天未监测到更新"),
        About::Week { eve: true, .. } => "下周逢放假，请提前安排更新".to_owned(),
        About::Week { seen, required, .. } => format!("本周还差{}次更新", required.saturating_sub(seen)),
    };
    let short =
        |title: &str| format!("【{}】{title}{more}{what}，请在{}前更新。", facts.prefix, deadline(first.deadline));
    let full = format!("{}如有误请回复。", short(&first.title));
    if full.chars().count() <= 70 {
        return full;
    }
    let spare = 70_usize.saturating_sub(short("").chars().count());
    let title: String = first.title.chars().take(spare).collect();
    short(&title).chars().take(70).collect()
}

/// `7月26日（周日）24时`: the end of the day before a midnight, as notices write it.
fn deadline(too_late: Moment) -> String {
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

fn minute(moment: Moment) -> String {
    moment.beijing().format("%-m月%-d日%-H时%M分").to_string()
}

fn day_hour(moment: Moment) -> String {
    moment.beijing().format("%-m月%-d日%-H时").to_string()
}

fn shown(when: When) -> String {
    match when {
        When::At(moment) => moment.beijing().format("%-m月%-d日%H:%M").to_string(),
        When::Day(date) => format!("{}月{}日", date.month(), date.day()),
        When::Span { from, until } => format!("{}至{}之间", minute(from), minute(until)),
    }
}

#[cfg(test)]
mod tests;
