//! Who lives in a town: the accounts of the list, a few with a part in the story, a few that post on
//! the edges of the rules, and as many ordinary ones as make up the number.

use super::dice::Dice;
use super::plan::{Duty, Habit, monday};
use super::problems::{Problem, Problems};
use super::{Channel, Part, Resident};
use cuigeng_adapters::Moment;
use std::collections::BTreeSet;

/// Accounts of 开封 in 2022 (rules.md, "Sizing"); a town has at least so many.
const SIZE: usize = 311;
/// The counted week in which the rescued account would miss its quota.
const RESCUE_WEEK: usize = 2;
/// The counted week at whose end the throttled account is throttled.
const TROUBLED_WEEK: usize = 2;

/// How an account lives.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub(super) duty: Duty,
    pub(super) style: Style,
}

/// How its posts look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A bit of everything.
    Plain,
    /// One at Monday 00:00:00 and one at Sunday 23:59:59, every week.
    Edges,
    /// Nothing but reposts.
    Reposts,
    /// Pushes of eight articles.
    Eight,
    /// 发布 only, never 群发.
    Unnotified,
    /// Old and new pinned posts, and private ones.
    Pins,
}

/// Places (name, mail domain) that no map knows.
const PLACES: [(&str, &str); 8] = [
    ("青禾县", "qinghe"),
    ("柳溪县", "liuxi"),
    ("望塘区", "wangtang"),
    ("云岭县", "yunling"),
    ("晴川区", "qingchuan"),
    ("麦香县", "maixiang"),
    ("枫桥区", "fengqiao"),
    ("梨园县", "liyuan"),
];

/// What runs an account: the word in its name, and the office.
const BUREAUS: [(&str, &str); 24] = [
    ("发布", "人民政府办公室"),
    ("应急", "应急管理局"),
    ("教体", "教育体育局"),
    ("交警", "公安局交通警察大队"),
    ("文旅", "文化广电旅游局"),
    ("人社", "人力资源和社会保障局"),
    ("市场监管", "市场监督管理局"),
    ("水利", "水利局"),
    ("三农", "农业农村局"),
    ("健康", "卫生健康委员会"),
    ("住建", "住房和城乡建设局"),
    ("交通", "交通运输局"),
    ("审计", "审计局"),
    ("统计", "统计局"),
    ("医保", "医疗保障局"),
    ("民政", "民政局"),
    ("司法", "司法局"),
    ("消防", "消防救援大队"),
    ("税务", "税务局"),
    ("林业", "林业局"),
    ("城管", "城市管理局"),
    ("气象", "气象局"),
    ("生态环境", "生态环境局"),
    ("自然资源", "自然资源局"),
];

/// Platforms of ordinary accounts, one after the other.
const PLATFORMS: [&str; 20] = [
    "微信订阅号",
    "新浪微博",
    "微信订阅号",
    "抖音",
    "微信订阅号",
    "新浪微博",
    "微信服务号",
    "微信订阅号",
    "新浪微博",
    "今日头条",
    "微信订阅号",
    "抖音",
    "新浪微博",
    "微信订阅号",
    "微信订阅号",
    "新浪微博",
    "微信视频号",
    "微信订阅号",
    "抖音",
    "快手",
];

/// Accounts that every town has beside those of its list.
const CAST: [(&str, &str, Part, Style); 12] = [
    ("青禾发布", "新浪微博", Part::Blocked, Style::Plain),
    ("柳溪文旅", "抖音", Part::Captcha, Style::Plain),
    ("望塘应急", "新浪微博", Part::Throttled, Style::Plain),
    ("云岭教体", "微信订阅号", Part::HalfSighted, Style::Plain),
    ("晴川民政", "人民号", Part::Unsourced, Style::Plain),
    ("麦香水利", "新浪微博", Part::Rescued, Style::Plain),
    ("枫桥统计", "新浪微博", Part::Good, Style::Edges),
    ("梨园司法", "新浪微博", Part::Good, Style::Reposts),
    ("青禾税务", "微信订阅号", Part::Good, Style::Eight),
    ("柳溪气象", "微信订阅号", Part::Good, Style::Unnotified),
    ("望塘消防", "新浪微博", Part::Good, Style::Pins),
    ("云岭文旅", "抖音", Part::Good, Style::Pins),
];

/// The Monday of the week in which the rescued account waits for a letter.
pub(super) fn rescue_week() -> Moment {
    monday(i64::try_from(RESCUE_WEEK).unwrap_or(0))
}

/// The end of the week at which the throttled account is throttled.
pub(super) fn troubled_week_end() -> Moment {
    monday(i64::try_from(TROUBLED_WEEK).unwrap_or(0) + 1)
}

/// Everybody, in the order of the list: the accounts of the problem list in their order, spread among
/// the others.
pub(super) fn settle(problems: &Problems, seed: u64) -> Vec<(Resident, Life)> {
    let taken: BTreeSet<(&str, &str)> =
        problems.accounts.iter().map(|p| (p.account.as_str(), p.platform.as_str())).collect();
    let mut others: Vec<(String, &str, Part, Style)> = CAST
        .iter()
        .map(|(name, platform, part, style)| ((*name).to_owned(), *platform, *part, *style))
        .filter(|(name, platform, ..)| !taken.contains(&(name.as_str(), *platform)))
        .collect();
    let wanted = SIZE.saturating_sub(problems.accounts.len()).max(others.len());
    for number in 0.. {
        if others.len() >= wanted {
            break;
        }
        let (name, platform) = ordinary(number);
        let known = others.iter().any(|(n, p, ..)| *n == name && *p == platform);
        if !known && !taken.contains(&(name.as_str(), platform)) {
            others.push((name, platform, Part::Good, Style::Plain));
        }
    }
    mingle(problems, &others, seed)
}

/// The name and platform of an ordinary account; names come back on other platforms.
fn ordinary(number: usize) -> (String, &'static str) {
    let names = PLACES.len() * BUREAUS.len();
    let (name, round) = (number % names, number / names);
    let (place, bureau) = (PLACES[name % PLACES.len()].0, BUREAUS[name / PLACES.len() % BUREAUS.len()].0);
    (format!("{}{bureau}", short(place)), PLATFORMS[(name + round * 7 + number / (names * 20)) % PLATFORMS.len()])
}

fn short(place: &str) -> &str {
    place.trim_end_matches(['县', '区'])
}

fn mingle(problems: &Problems, others: &[(String, &str, Part, Style)], seed: u64) -> Vec<(Resident, Life)> {
    let total = problems.accounts.len() + others.len();
    let (mut listed, mut rest) = (problems.accounts.iter().peekable(), others.iter());
    let mut everybody = Vec::with_capacity(total);
    for index in 0..total {
        let mut dice = Dice::new(seed, 2 * index as u64);
        let turn = (index + 1) * problems.accounts.len() / total > index * problems.accounts.len() / total;
        let next = if turn { listed.next().map(|p| from_list(p, problems, index, &mut dice)) } else { None };
        let next = next.or_else(|| rest.next().map(|other| from_cast(other, index, &mut dice)));
        everybody.extend(next);
    }
    everybody
}

fn from_list(problem: &Problem, problems: &Problems, index: usize, dice: &mut Dice) -> (Resident, Life) {
    let natural = natural_quota(&problem.platform);
    let quota = problem.misses.unwrap_or(0);
    let mut duty = if problem.silent { Duty::silent(quota, dice) } else { Duty::lazy(quota, dice) };
    duty.by_day = channel(&problem.platform, Part::Problem) == Channel::Wechat;
    let offices: BTreeSet<&str> = problems.accounts.iter().map(|p| p.supervisor.as_str()).collect();
    let office = offices.iter().position(|office| *office == problem.supervisor).unwrap_or_default();
    let runs_itself = ["政府", "局", "站", "队"].iter().any(|end| problem.account.ends_with(end));
    let resident = Resident {
        name: problem.account.clone(),
        platform: problem.platform.clone(),
        handle: String::new(),
        office: if runs_itself { problem.account.clone() } else { problem.supervisor.clone() },
        supervisor: problem.supervisor.clone(),
        // One person runs all accounts of an office, and gets one letter about them.
        operators: vec![format!("yunwei{:02}@kaifeng.example", office + 1)],
        leader: format!("lingdao{:02}@kaifeng.example", office + 1),
        supervisor_mail: format!("zhuguan{:02}@kaifeng.example", office + 1),
        channel: channel(&problem.platform, Part::Problem),
        key: String::new(),
        quota: (quota != natural).then_some(quota),
        part: Part::Problem,
    };
    (with_address(resident, index, dice), Life { duty, style: Style::Plain })
}

fn from_cast(other: &(String, &str, Part, Style), index: usize, dice: &mut Dice) -> (Resident, Life) {
    let (name, platform, part, style) = other;
    let place = PLACES.iter().find(|(place, _)| name.starts_with(short(place))).copied().unwrap_or(PLACES[0]);
    let word = name.trim_start_matches(short(place.0));
    let bureau = BUREAUS.iter().position(|(known, _)| *known == word).unwrap_or_default();
    let duty = Duty::kept(natural_quota(platform), dice);
    let resident = Resident {
        name: name.clone(),
        platform: (*platform).to_owned(),
        handle: String::new(),
        office: format!("{}{}", place.0, BUREAUS[bureau].1),
        supervisor: format!("{}人民政府办公室", place.0),
        operators: operators(*part, bureau, place.1, index),
        leader: format!("lingdao{:02}@{}.example", bureau + 1, place.1),
        supervisor_mail: format!("zhuguan@{}.example", place.1),
        channel: channel(platform, *part),
        key: String::new(),
        quota: None,
        part: *part,
    };
    (with_address(resident, index, dice), Life { duty: cast_duty(duty, *part), style: *style })
}

/// Most have one mailbox, some have two, a few none at all.
fn operators(part: Part, bureau: usize, domain: &str, index: usize) -> Vec<String> {
    let first = format!("yunwei{:02}@{domain}.example", bureau + 1);
    match (part, index % 23) {
        (Part::Rescued, _) => vec![format!("jiuyuan@{domain}.example")],
        (Part::Good, 7) => Vec::new(),
        (Part::Good, 11) => vec![first, format!("yunwei{:02}b@{domain}.example", bureau + 1)],
        _ => vec![first],
    }
}

fn cast_duty(mut duty: Duty, part: Part) -> Duty {
    match part {
        Part::Rescued => {
            duty.missed[RESCUE_WEEK] = Some(1);
            duty.habit = Habit::Early;
        }
        // The trouble begins on the Sunday evening on which its second update comes.
        Part::Throttled => duty.missed[TROUBLED_WEEK] = Some(duty.quota),
        Part::HalfSighted => duty.habit = Habit::Spread,
        _ => {}
    }
    duty
}

/// Updates a week that the profile 开封 asks of a platform.
fn natural_quota(platform: &str) -> u32 {
    match platform {
        "新浪微博" | "微信订阅号" | "今日头条" => 2,
        _ => 1,
    }
}

fn channel(platform: &str, part: Part) -> Channel {
    match (platform, part) {
        (_, Part::Unsourced) => Channel::Nowhere,
        (_, Part::HalfSighted) => Channel::WechatBridge,
        ("新浪微博", _) => Channel::Weibo,
        ("微信订阅号" | "微信服务号", _) => Channel::Wechat,
        ("抖音", _) => Channel::Douyin,
        _ => Channel::Feed,
    }
}

/// The account's handle and what its source calls it, in the forms that the platforms use.
fn with_address(mut resident: Resident, index: usize, dice: &mut Dice) -> Resident {
    let token = format!("MS4wLjABAAAA{}", dice.word(43));
    let (handle, key) = match resident.channel {
        Channel::Weibo => {
            let uid = (5_600_000_001 + index as u64 * 7919).to_string();
            (uid.clone(), uid)
        }
        Channel::Wechat => (ghost_id(dice), format!("wx{}", dice.word(16).to_lowercase())),
        Channel::WechatBridge => {
            (ghost_id(dice), format!("/feeds/MP_WXS_{}.json?limit=30", 3_900_000_000 + index as u64))
        }
        Channel::Douyin => (token.clone(), token),
        Channel::Feed if resident.platform == "今日头条" => {
            (token.clone(), format!("/toutiao/user/token/{token}{}", dice.pick(&FORMATS)))
        }
        Channel::Feed => {
            let id = format!("{}", 8_000_000 + index);
            (id.clone(), format!("/govaccount/user/{id}{}", dice.pick(&FORMATS)))
        }
        Channel::Nowhere => (format!("{}", 8_000_000 + index), String::new()),
    };
    resident.handle = handle;
    resident.key = key;
    resident
}

/// What an RSS bridge is asked for.
const FORMATS: [&str; 3] = ["?format=json", "?format=atom", "?format=rss"];

fn ghost_id(dice: &mut Dice) -> String {
    format!("gh_{}", dice.word(12).to_lowercase())
}
