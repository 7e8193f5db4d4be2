//! A town of accounts and what they really post in the weeks around June 2022: the truth that the
//! sandbox serves and that a correct program must find out through it.
//!
//! It is made from a list of problem accounts, the same on every machine. Nobody but the sandbox and
//! tests may ask it for posts; a driver takes the list of accounts, the credentials and, at the end,
//! what was to be found.

mod address;
mod dice;
mod papers;
mod people;
mod plan;
mod posts;
mod problems;

pub use address::{bid, token};
pub use papers::Sheet;
pub use posts::Post;

use chrono::NaiveDate;
use cuigeng_adapters::Moment;
use cuigeng_adapters::time::HOUR;
use std::sync::{PoisonError, RwLock};

/// The list of 开封 for June 2022 (annexes 2 and 3 of its monthly 通报).
const SHIPPED: &str = include_str!("kaifeng-2022-06.csv");
/// Any number does; this one says which month the shipped list is about.
const SHIPPED_SEED: u64 = 202_206;

/// Accounts, what is to be found out about them, and what they post.
#[derive(Debug)]
pub struct Town {
    residents: Vec<Resident>,
    expected: Expected,
    /// By resident, ascending in time.
    posts: RwLock<Vec<Vec<Post>>>,
}

/// One account of the town.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resident {
    /// 账号名称.
    pub name: String,
    /// Our name of its platform.
    pub platform: String,
    /// 账号标识: a uid, a sec_uid, a gh_ id.
    pub handle: String,
    /// 主办单位.
    pub office: String,
    /// 主管单位, as printed.
    pub supervisor: String,
    /// 运维邮箱; may be several, or none.
    pub operators: Vec<String>,
    /// 分管领导邮箱.
    pub leader: String,
    /// 主管邮箱.
    pub supervisor_mail: String,
    /// Where its posts can be listed.
    pub channel: Channel,
    /// What its source calls it (来源参数); empty without a source.
    pub key: String,
    /// 每周次数, where it differs from the profile 开封; 0 asks nothing by the week.
    pub quota: Option<u32>,
    /// Its part in the story.
    pub part: Part,
}

/// Where the posts of an account can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// m.weibo.cn.
    Weibo,
    /// WeChat's official interface.
    Wechat,
    /// A bridge that shows 群发 of a 公众号 only.
    WechatBridge,
    /// The self-hosted bridge for Douyin.
    Douyin,
    /// An RSS bridge.
    Feed,
    /// Nowhere: a person must look.
    Nowhere,
}

/// The part that an account plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Stands in the list: misses what the list says.
    Problem,
    /// Keeps its quota.
    Good,
    /// Keeps its quota, but its Weibo page answers HTTP 432 all the time: 无法判定.
    Blocked,
    /// Keeps its quota, but the Douyin bridge meets a captcha in the last two weeks: 无法判定.
    Captcha,
    /// Keeps its quota at the last moment, when its platform asks to slow down for a few hours: 合格.
    Throttled,
    /// Keeps its quota, one week with 发布 alone, which its bridge does not see: 待人工核实.
    HalfSighted,
    /// Keeps its quota; a clerk's check sheet settles it: 合格.
    Unsourced,
    /// Would miss a week, but posts when a letter reaches its operator: 合格.
    Rescued,
}

/// A scripted trouble of a platform with one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Risk control refuses the request.
    Blocked,
    /// A captcha stands before the list.
    Captcha,
    /// Asked too often.
    Throttled,
}

/// What a correct program finds out under the profile 开封.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// 不合格, in the order of the list.
    pub annex2: Vec<Row>,
    /// 存在问题, in the order of the list.
    pub annex3: Vec<Row>,
    /// 无法判定, because looks failed.
    pub unclear: Vec<Named>,
    /// 待人工核实, because the only source is half-sighted.
    pub suspected: Vec<Named>,
    /// 合格, because a person looked.
    pub attested: Vec<Named>,
    /// 合格, because a letter reached the operator.
    pub rescued: Vec<Named>,
    /// 合格, after a source had failed for a while.
    pub recovered: Vec<Named>,
}

/// One row of an annex, as printed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// 政务新媒体.
    pub account: String,
    /// 主管单位.
    pub supervisor: String,
    /// 平台类型, as the papers print it.
    pub platform: String,
    /// 问题类型.
    pub problem: String,
}

/// An account as people tell it from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// 账号名称.
    pub account: String,
    /// 平台, as the list of accounts names it.
    pub platform: String,
}

/// The four checks of June 2022: Mondays at 09:00.
pub fn checks() -> [Moment; plan::CHECKS] {
    std::array::from_fn(plan::check)
}

/// The first day of which the sandbox's WeChat statistic knows.
pub fn first_statistic_day() -> NaiveDate {
    Moment::from_unix(1_651_334_400).date()
}

impl Town {
    /// The town of the shipped list: 311 accounts.
    #[expect(clippy::expect_used, reason = "the text is embedded, and a test reads it")]
    pub fn shipped() -> Town {
        Town::from_csv(SHIPPED, SHIPPED_SEED).expect("the shipped list is in order")
    }

    /// A town for any list with the columns `annex,seq,account,supervisor,platform,problem`: its
    /// problem accounts and as many good ones as make at least 311. An account that stands in annex 2
    /// alone gets the quota 0, since a silent fortnight would miss any weekly quota too.
    ///
    /// # Errors
    /// Every mistake of the list at once, a Chinese sentence a line.
    pub fn from_csv(text: &str, seed: u64) -> Result<Town, String> {
        let problems = problems::read(text)?;
        let settled = people::settle(&problems, seed);
        let posts = settled.iter().enumerate().map(|(index, (r, life))| posts::of(r, life, index, seed)).collect();
        let residents: Vec<Resident> = settled.into_iter().map(|(resident, _)| resident).collect();
        let expected = papers::expected(&problems, &residents);
        Ok(Town { residents, expected, posts: RwLock::new(posts) })
    }

    /// Every account, in the order of the list.
    pub fn residents(&self) -> &[Resident] {
        &self.residents
    }

    /// What a correct program finds out.
    pub fn expected(&self) -> &Expected {
        &self.expected
    }

    /// The place of the account that this channel knows by `key`.
    pub fn find(&self, channel: Channel, key: &str) -> Option<usize> {
        self.residents.iter().position(|r| r.channel == channel && r.key == key)
    }

    /// What an account has posted by `now`, newest first; what is withheld stays out.
    pub fn posts(&self, resident: usize, now: Moment) -> Vec<Post> {
        let posts = self.posts.read().unwrap_or_else(PoisonError::into_inner);
        let shown = posts.get(resident).into_iter().flatten().rev().filter(|post| post.at <= now && !post.withheld);
        shown.cloned().collect()
    }

    /// Makes the sandbox hide every planted post of which `which` says so, from platforms and people
    /// alike, and says how many there are. What is expected stays as it was.
    pub fn withhold(&self, which: impl Fn(&Resident, &Post) -> bool) -> usize {
        let mut posts = self.posts.write().unwrap_or_else(PoisonError::into_inner);
        let mut withheld = 0;
        for (resident, posts) in self.residents.iter().zip(posts.iter_mut()) {
            for post in posts.iter_mut().filter(|post| which(resident, post)) {
                post.withheld = true;
                withheld += 1;
            }
        }
        withheld
    }

    /// What the platform does to an account at `now` instead of answering, if anything.
    pub fn trouble(&self, resident: usize, now: Moment) -> Option<Trouble> {
        let within = |from: Moment, until: Moment| from <= now && now < until;
        let end = people::troubled_week_end();
        match self.residents.get(resident)?.part {
            Part::Blocked => Some(Trouble::Blocked),
            Part::Captcha if now >= plan::monday(2) => Some(Trouble::Captcha),
            // From the last evening of a counted week until the check is near.
            Part::Throttled if within(end.plus(-4 * HOUR), end.plus(3 * HOUR)) => Some(Trouble::Throttled),
            _ => None,
        }
    }

    /// A letter arrives: the operator of a rescued account whose name stands in `text` posts half an
    /// hour later, once. Says when, if somebody does.
    pub fn receive(&self, to: &str, text: &str, now: Moment) -> Option<Moment> {
        let called = |r: &Resident| {
            r.part == Part::Rescued && text.contains(&r.name) && r.operators.iter().any(|o| o.eq_ignore_ascii_case(to))
        };
        let resident = self.residents.iter().position(called)?;
        let (from, until) = (people::rescue_week(), people::rescue_week().plus_days(7));
        let at = now.plus(HOUR / 2);
        let mut posts = self.posts.write().unwrap_or_else(PoisonError::into_inner);
        let own = posts.get_mut(resident)?;
        let answered = own.iter().any(|post| post.rescue);
        if answered || now < from || at >= until {
            return None;
        }
        own.push(posts::rescue(&self.residents[resident], resident, own.len(), at));
        own.sort_by_key(|post| post.at);
        Some(at)
    }
}

#[cfg(test)]
#[path = "town/tests.rs"]
mod tests;
