//! A small town for the tests of the reports. Its verdicts are made by the real `judge`, so nothing can
//! be printed here that the rules would not say.

use super::{Facts, LetterTally, ListChange, Progress, Verified};
use crate::domain::{
    Account, AccountId, Check, Class, FailedLook, Moment, Period, Platform, Post, PostKind, Reach, State, StateChange,
    Strength, Watch, WatchOrigin, When,
};
use crate::rules::{
    AccountResult, CountUnit, Decisions, Evidence, LabelReading, PeriodKind, Profile, Quota, Rule, Severity, Verdict,
    WindowKind, duties, grade, judge,
};
use std::collections::BTreeMap;

pub(super) fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// What a test says of one account.
#[derive(Clone, Debug)]
pub(super) struct Resident {
    pub(super) account: Account,
    posts: Vec<Post>,
    watches: Vec<Watch>,
    failures: Vec<FailedLook>,
}

impl Resident {
    pub(super) fn new(name: &str, platform: &str, supervisor: &str) -> Resident {
        let account = Account {
            office: format!("{name}的主办单位"),
            supervisor: supervisor.to_owned(),
            ..Account::new(name, Platform::parse(platform).0)
        };
        let resident = Resident { account, posts: Vec::new(), watches: Vec::new(), failures: Vec::new() };
        resident.watched("2022-01-01 00:00", "2022-06-28 09:00", Strength::Strong)
    }

    pub(super) fn posts(mut self, days: &[&str]) -> Resident {
        for day in days {
            let moment = at(&format!("{day} 10:00"));
            self.posts.push(post(
                moment,
                if self.account.platform.is_wechat() { PostKind::Notified } else { PostKind::Post },
            ));
        }
        self
    }

    /// One update of which only the span is known.
    pub(super) fn sometime(mut self, from: &str, until: &str) -> Resident {
        let when = When::Span { from: at(from), until: at(until) };
        self.posts.push(Post { when, ..post(at(from), PostKind::Post) });
        self
    }

    /// Posts on every Tuesday and Thursday of the first half of 2022.
    pub(super) fn lively(mut self) -> Resident {
        let first = at("2022-01-04 10:00");
        let kind = self.account.platform.kinds().iter().next().unwrap();
        self.posts
            .extend((0..26).flat_map(|week| [7 * week, 7 * week + 2]).map(|day| post(first.plus_days(day), kind)));
        self
    }

    pub(super) fn watched(mut self, from: &str, until: &str, strength: Strength) -> Resident {
        let reach = Reach { from: at(from), until: at(until), sees: self.account.platform.kinds(), strength };
        self.watches.push(Watch { reach, at: at(until), origin: WatchOrigin::Person("甲".to_owned()) });
        self
    }

    /// Nobody watches, except what a later `watched` says.
    pub(super) fn unwatched(mut self) -> Resident {
        self.watches.clear();
        self
    }

    pub(super) fn fails(mut self, when: &str, class: Class) -> Resident {
        self.failures.push(FailedLook { at: at(when), source: "移动端".to_owned(), class, reason: String::new() });
        self
    }

    pub(super) fn state(mut self, from: &str, state: State) -> Resident {
        if self.account.states.is_empty() {
            self.account.states.push(StateChange { from: at("2020-01-01 00:00"), state: State::Running });
        }
        self.account.states.push(StateChange { from: at(from), state });
        self
    }

    pub(super) fn opened(mut self, date: &str) -> Resident {
        self.account.opened_on = Some(date.parse().unwrap());
        self
    }
}

fn post(moment: Moment, kind: PostKind) -> Post {
    Post {
        id: 0,
        ext_id: Some(moment.unix().to_string()),
        push: None,
        when: When::At(moment),
        title: String::new(),
        url: None,
        kind,
        visible: true,
        repost: false,
        struck: false,
        first_seen: moment,
        sightings: Vec::new(),
    }
}

/// Everything that a [`Facts`] borrows.
pub(super) struct Town {
    pub(super) period: Period,
    pub(super) profile: Profile,
    pub(super) checks: Vec<Check>,
    pub(super) accounts: Vec<Account>,
    pub(super) results: Vec<AccountResult>,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) decisions: Decisions,
    pub(super) cleared: Vec<Verdict>,
    pub(super) newest: BTreeMap<AccountId, Post>,
    pub(super) verified: BTreeMap<AccountId, Verified>,
    pub(super) letters: LetterTally,
    pub(super) progress: Progress,
    pub(super) list_changes: Vec<ListChange>,
    pub(super) next_week: Vec<String>,
    pub(super) now: Moment,
}

impl Town {
    /// Judges the residents at 09:00 of each of the dates, as of `now`.
    pub(super) fn new(profile: Profile, period: &str, dates: &[&str], now: &str, residents: Vec<Resident>) -> Town {
        let checks: Vec<Check> = dates.iter().map(|date| Check::unmoved(at(&format!("{date} 09:00")))).collect();
        let now = at(now);
        let end = checks.iter().map(|check| check.at).filter(|at| *at <= now).max().unwrap_or(now);
        let mut town = Town {
            period: Period::parse(period).unwrap(),
            profile,
            checks,
            accounts: Vec::new(),
            results: Vec::new(),
            verdicts: Vec::new(),
            decisions: Decisions::default(),
            cleared: Vec::new(),
            newest: BTreeMap::new(),
            verified: BTreeMap::new(),
            letters: LetterTally::default(),
            progress: Progress::default(),
            list_changes: Vec::new(),
            next_week: Vec::new(),
            now,
        };
        (1..).zip(residents).for_each(|(id, resident)| town.settle(id, resident, end));
        town
    }

    fn settle(&mut self, id: i64, resident: Resident, end: Moment) {
        let account = Account { id: AccountId(id), position: id, ..resident.account };
        let evidence = Evidence {
            posts: &resident.posts,
            tallies: &[],
            watches: &resident.watches,
            failures: &resident.failures,
            sources: &[],
        };
        let judged = self.checks.iter().flat_map(|check| duties(&self.profile, &account, *check));
        let verdicts: Vec<Verdict> = judged.map(|duty| judge(&duty, &evidence, self.now)).collect();
        let result = grade(&self.profile, account.id, &verdicts);
        let of_week = matches!(self.period, Period::Week(_));
        let end = result.vetoes.last().filter(|_| !of_week).map_or(end, |veto| veto.check.at);
        self.results.push(result);
        self.verdicts.extend(verdicts);
        let seen = resident.posts.iter().filter(|post| post.when.latest() < end);
        self.newest.extend(seen.max_by_key(|post| post.when.latest()).map(|post| (account.id, post.clone())));
        let verified = resident.watches.iter().map(|watch| watch.at).max();
        self.verified.extend(verified.map(|at| (account.id, Verified { at, by: "甲".to_owned() })));
        self.accounts.push(account);
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            period: self.period,
            profile: &self.profile,
            region: "开封市",
            checks: &self.checks,
            accounts: &self.accounts,
            results: &self.results,
            verdicts: &self.verdicts,
            decisions: &self.decisions,
            cleared: &self.cleared,
            newest: &self.newest,
            verified: &self.verified,
            letters: &self.letters,
            progress: &self.progress,
            list_changes: &self.list_changes,
            next_week: &self.next_week,
            number: 25,
            now: self.now,
        }
    }
}

/// A profile as it is shipped.
pub(super) fn shipped(name: &str) -> Profile {
    crate::config::profile(name, std::path::Path::new("/nonexistent")).unwrap_or_else(|told| panic!("{told}"))
}

/// The rules of 开封 (rules.md "Presets to ship").
pub(super) fn kaifeng() -> Profile {
    let quotas = [("新浪微博", 2), ("微信订阅号", 2), ("微信服务号", 1), ("抖音", 1), ("今日头条", 2)];
    let quota = |by_platform: BTreeMap<String, u32>, own| Quota { by_platform, other: 1, account_may_override: own };
    let weekly = quotas.into_iter().map(|(name, quota)| (name.to_owned(), quota)).collect();
    let rule = |name: &str, window, quota, severity, label: &str| Rule {
        name: name.to_owned(),
        window,
        quota,
        severity,
        label: label.to_owned(),
        points: 0,
        from: None,
    };
    let names = [("微信订阅号", "微信公众号"), ("微信服务号", "微信公众号")];
    let silence = WindowKind::Days { days: 14, inclusive: true };
    Profile {
        name: "开封".to_owned(),
        basis: "国办秘函〔2019〕19号".to_owned(),
        period: PeriodKind::Month,
        count: CountUnit::Push,
        count_reposts: true,
        start_points: None,
        pass_line: None,
        veto_hides_weekly: false,
        label_reading: LabelReading::Quota,
        weekly_rows: crate::rules::WeeklyRows::Worst,
        decimals: 0,
        rounding: crate::report::Rounding::HalfUp,
        script: shipped("开封").script,
        tables: crate::tables::TableRules::default(),
        platform_names: names.into_iter().map(|(ours, printed)| (ours.to_owned(), printed.to_owned())).collect(),
        rules: vec![
            rule(
                "weekly",
                WindowKind::Week { weeks: 1 },
                quota(weekly, true),
                Severity::Problem,
                "一周未更新{quota_han}次",
            ),
            rule("silence", silence, quota(BTreeMap::new(), false), Severity::Veto, "超过两周未更新"),
        ],
    }
}

/// The four Mondays of June 2022.
pub(super) const JUNE: [&str; 4] = ["2022-06-06", "2022-06-13", "2022-06-20", "2022-06-27"];

/// One account of every kind that a report must tell apart.
pub(super) fn everybody() -> Vec<Resident> {
    let r = Resident::new;
    vec![
        r("文明通许", "微信订阅号", "通许县人民政府办公室").posts(&["2022-05-29", "2022-06-01", "2022-06-03"]),
        r("=兰考<交警>", "抖音", "兰考县人民政府办公室").posts(&["2022-06-01", "2022-06-08", "2022-06-17"]),
        r("开封发布", "新浪微博", "").lively(),
        r("杞县文旅", "新浪微博", "杞县人民政府办公室").lively().posts(&["2022-06-24"]),
        r("市教体局", "今日头条", "市教育局").posts(&[
            "2022-05-31",
            "2022-06-02",
            "2022-06-09",
            "2022-06-10",
            "2022-06-14",
            "2022-06-16",
            "2022-06-21",
        ]),
        r("尉氏农业", "新浪微博", "尉氏县人民政府办公室")
            .unwatched()
            .watched("2022-05-01 00:00", "2022-06-06 09:00", Strength::Strong)
            .posts(&["2022-05-31", "2022-06-01"])
            .fails("2022-06-20 08:00", Class::Blocked),
        r("祥符水利", "抖音", "祥符区")
            .unwatched()
            .watched("2022-05-01 00:00", "2022-06-28 09:00", Strength::Weak)
            .posts(&["2022-05-31", "2022-06-01", "2022-06-07", "2022-06-14"]),
        r("老城旧号", "新浪微博", "鼓楼区").state("2022-06-15 00:00", State::Closing),
        r("已停之号", "抖音", "龙亭区").state("2022-05-01 00:00", State::Closed),
        r("新开之号", "抖音", "龙亭区").opened("2022-06-22").posts(&["2022-06-23"]),
        r("半明半暗", "新浪微博", "禹王台区")
            .unwatched()
            .watched("2022-05-01 00:00", "2022-06-13 09:00", Strength::Strong)
            .watched("2022-06-20 00:00", "2022-06-28 09:00", Strength::Strong)
            .posts(&["2022-05-31", "2022-06-01", "2022-06-08", "2022-06-14", "2022-06-21", "2022-06-24"]),
        r("先缺后盲", "新浪微博", "鼓楼区")
            .unwatched()
            .watched("2022-05-01 00:00", "2022-06-13 09:00", Strength::Strong)
            .posts(&["2022-05-31", "2022-06-01", "2022-06-08"])
            .fails("2022-06-27 08:00", Class::Auth),
        r("另一个微信", "微信服务号", "市公安局").posts(&["2022-05-31", "2022-06-07", "2022-06-15"]),
    ]
}
