//! What an account posts: planned updates with their ids, and the traps beside them (pinned, private,
//! at the very edge of a week).

use super::dice::Dice;
use super::people::{Life, Style, troubled_week_end};
use super::plan::{CHECKS, Slot, check, monday};
use super::{Channel, Part, Resident};
use cuigeng_adapters::Moment;
use cuigeng_adapters::time::{DAY, HOUR};
use std::collections::{BTreeMap, BTreeSet};

/// One update. On WeChat it is a push of one or more articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// When it appears.
    pub at: Moment,
    /// The platform's number of it: Weibo's mid, Douyin's aweme_id, WeChat's mid.
    pub id: u64,
    /// Title, unique within the account.
    pub title: String,
    /// Articles of the push, 1 to 8; 1 outside WeChat.
    pub articles: u8,
    /// WeChat: followers are notified (群发).
    pub notified: bool,
    /// It repeats somebody else's post.
    pub repost: bool,
    /// Not everybody may see it, so it does not count.
    pub private: bool,
    /// It stands at the top of the page.
    pub pinned: bool,
    /// The sandbox hides it.
    pub(super) withheld: bool,
    /// Posted because a letter asked for it.
    pub(super) rescue: bool,
}

/// 2019-06-20 10:00 Beijing: old enough for a pinned post.
const LONG_AGO: Moment = Moment::from_unix(1_560_996_000);
/// 群发 that a 服务号 may send in a calendar month (WeChat documentation, "Batch sends").
const SERVICE_PUSHES: u32 = 4;

const TOPICS: [&str; 16] = [
    "防汛安全提示",
    "办事指南更新",
    "政策解读",
    "便民服务通告",
    "惠企政策问答",
    "夏收服务信息",
    "交通出行提示",
    "健康科普",
    "消费提醒",
    "招聘信息",
    "项目建设进展",
    "文明创建动态",
    "政务公开简讯",
    "普法小课堂",
    "天气提示",
    "停水停电通知",
];

/// Everything that an account posts, ascending; private and pinned ones too.
pub(super) fn of(resident: &Resident, life: &Life, index: usize, seed: u64) -> Vec<Post> {
    let mut dice = Dice::new(seed, 2 * index as u64 + 1);
    let mut slots = life.duty.slots(&mut dice);
    if life.style == Style::Edges {
        slots = edges();
    }
    if resident.part == Part::Problem && life.duty.silent_at.is_none() {
        tempt(&mut slots, life);
    }
    if resident.part == Part::Throttled {
        put_off(&mut slots);
    }
    let mut posts: Vec<Post> = slots.iter().map(|slot| plain(slot, resident, life, &mut dice)).collect();
    posts.extend(traps(resident, life, &mut dice));
    posts.sort_by_key(|post| post.at);
    if life.style == Style::Pins {
        pin_a_recent_one(&mut posts);
    }
    notify(&mut posts, resident, life, &mut dice);
    for (number, post) in posts.iter_mut().enumerate() {
        post.id = id(resident.channel, post.at, index, number);
        post.title = title(number, &mut dice);
    }
    posts
}

/// The post that an owner makes after a letter.
pub(super) fn rescue(resident: &Resident, index: usize, number: usize, at: Moment) -> Post {
    let id = id(resident.channel, at, index, number);
    Post { id, title: format!("{}（第{}期）", TOPICS[0], number + 1), rescue: true, ..blank(at) }
}

fn blank(at: Moment) -> Post {
    Post {
        at,
        id: 0,
        title: String::new(),
        articles: 1,
        notified: false,
        repost: false,
        private: false,
        pinned: false,
        withheld: false,
        rescue: false,
    }
}

/// The first and the last second of every week.
fn edges() -> Vec<Slot> {
    let both = |week| [monday(week), monday(week + 1).plus(-1)];
    (-6..=4).flat_map(both).map(|at| Slot { at, in_missed: false }).collect()
}

/// In the week after a missed one the first update comes at Monday 00:00:00 sharp: a second earlier it
/// would have counted.
fn tempt(slots: &mut [Slot], life: &Life) {
    let missed = (0..CHECKS).filter(|week| life.duty.missed[*week].is_some());
    for week in missed.filter_map(|week| i64::try_from(week).ok()) {
        let next = (monday(week + 1), monday(week + 2));
        if let Some(slot) = slots.iter_mut().find(|slot| next.0 <= slot.at && slot.at < next.1) {
            slot.at = next.0;
        }
    }
}

/// The last update of the week comes when its platform has just begun to answer no more.
fn put_off(slots: &mut [Slot]) {
    let end = troubled_week_end();
    if let Some(slot) = slots.iter_mut().rfind(|slot| slot.at < end) {
        slot.at = end.plus(-2 * HOUR);
    }
}

fn plain(slot: &Slot, resident: &Resident, life: &Life, dice: &mut Dice) -> Post {
    let wechat = matches!(resident.channel, Channel::Wechat | Channel::WechatBridge);
    let articles = match life.style {
        _ if !wechat => 1,
        Style::Eight => 8,
        // Many articles in one push are one update all the same.
        _ if slot.in_missed => 3,
        _ if dice.one_in(4) => 2 + u8::try_from(dice.roll(7)).unwrap_or(0),
        _ => 1,
    };
    let repost = resident.channel == Channel::Weibo && (life.style == Style::Reposts || dice.one_in(4));
    Post { articles, repost, ..blank(slot.at) }
}

/// Posts that must not count for the windows, where the platform has such.
fn traps(resident: &Resident, life: &Life, dice: &mut Dice) -> Vec<Post> {
    if !matches!(resident.channel, Channel::Weibo | Channel::Douyin) {
        return Vec::new();
    }
    let mut traps = Vec::new();
    for week in 0..CHECKS {
        if life.duty.missed[week].is_some() || life.style == Style::Pins || dice.one_in(8) {
            let at = check(week).plus(-5 * DAY + 6 * HOUR + i64::from(dice.roll(3600)));
            traps.push(Post { private: true, ..blank(at) });
        }
    }
    if life.style == Style::Pins || dice.one_in(4) {
        traps.push(Post { pinned: true, ..blank(LONG_AGO) });
    }
    traps
}

/// A pinned post of the first counted week counts by its own time.
fn pin_a_recent_one(posts: &mut [Post]) {
    if let Some(post) = posts.iter_mut().find(|post| post.at >= monday(0) && !post.private) {
        post.pinned = true;
    }
}

/// Which pushes of a 公众号 are 群发: one a day for a 订阅号, four a calendar month for a 服务号.
fn notify(posts: &mut [Post], resident: &Resident, life: &Life, dice: &mut Dice) {
    let (mut days, mut months) = (BTreeSet::new(), BTreeMap::new());
    for post in posts {
        post.notified = match (resident.channel, life.style) {
            (_, Style::Unnotified) => false,
            // One week of the half-sighted account is 发布 only.
            (Channel::WechatBridge, _) => !(monday(1) <= post.at && post.at < monday(2)),
            (Channel::Wechat, Style::Eight) => days.insert(post.at.date()),
            (Channel::Wechat, _) if resident.platform == "微信服务号" => {
                let sent: &mut u32 = months.entry(post.at.date().format("%Y-%m").to_string()).or_default();
                *sent += 1;
                *sent <= SERVICE_PUSHES
            }
            (Channel::Wechat, _) => !dice.one_in(4) && days.insert(post.at.date()),
            _ => false,
        };
    }
}

fn title(number: usize, dice: &mut Dice) -> String {
    format!("{}（第{}期）", dice.pick(&TOPICS), number + 1)
}

/// The platform's number of a post, from which its second can be read where the platform lets it:
/// Weibo since 2011 (weibo.md, "Creation second"), Douyin by the same habit in its upper half.
fn id(channel: Channel, at: Moment, index: usize, number: usize) -> u64 {
    let (second, place) = (u64::try_from(at.unix()).unwrap_or(0), (index as u64) << 8 | number as u64 & 0xff);
    match channel {
        Channel::Weibo => (second.saturating_sub(515_483_463)) << 22 | place & 0x3f_ffff,
        Channel::Douyin => second << 32 | place & 0xffff_ffff,
        Channel::Wechat | Channel::WechatBridge => 2_247_400_000 + (index as u64) * 1000 + number as u64,
        Channel::Feed | Channel::Nowhere => second * 1000 + number as u64,
    }
}
