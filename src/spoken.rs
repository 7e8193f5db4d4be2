//! Verdicts, posts and times as people read them, the same on the command line and on the pages.

use crate::config::{Mode, RobotKind};
use crate::domain::{Moment, Post, PostKind, Strength, Watch, WatchOrigin, When};
use crate::rules::{ExemptWhy, Gap, Profile, Tally, Verdict, VerdictKind};
use crate::store::LetterState;
use crate::store::attempts::Attempt;
use crate::store::bounces::Bounce;
use crate::store::modes::Switched;

/// `2022-06-27 09:00`, with seconds only where there are any.
pub fn beijing(moment: Moment) -> String {
    let form = if moment.unix() % 60 == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    moment.beijing().format(form).to_string()
}

/// `7月27日（周一）09:00`
pub fn weekday_moment(at: Moment) -> String {
    let day = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    let beijing = at.beijing();
    let weekday = chrono::Datelike::weekday(&beijing).num_days_from_monday() as usize;
    format!("{}（{}）{}", beijing.format("%-m月%-d日"), day[weekday], beijing.format("%H:%M"))
}

/// How long a file is, as people say it.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{}KB", bytes.div_ceil(1024)),
        _ => format!("{:.1}MB", bytes as f64 / 1_048_576.0),
    }
}

/// What a clerk calls a rule; an office's own rules bear the names that it gave them.
pub fn rule_chinese(name: &str) -> &str {
    match name {
        "weekly" => "每周次数",
        "silence" => "连续未更新",
        own => own,
    }
}

/// What came back about a letter, in one line.
pub fn bounced(bounce: &Bounce) -> String {
    let what = if bounce.failed { "退信" } else { "投递延迟，只作记录" };
    let code = bounce.code.map_or_else(String::new, |code| format!("{code} "));
    // The words of a server mostly begin with its codes.
    let codes = format!("{code}{}", bounce.enhanced);
    let said = if bounce.words.contains(codes.trim()) { String::new() } else { format!("{} ", codes.trim()) };
    format!("{what}（{}收到）：{said}{}", beijing(bounce.at), bounce.words)
}

/// One attempt to hand a letter over, in one line without its moment.
pub fn attempted(number: usize, attempt: &Attempt) -> String {
    let to = if attempt.server.is_empty() { String::new() } else { format!("，{}", attempt.server) };
    let code = attempt.code.map_or_else(String::new, |code| code.to_string());
    let words = attempt.words.trim();
    let said = if words.starts_with(&code) { words.to_owned() } else { format!("{code} {words}").trim().to_owned() };
    let state = LetterState::from_word(&attempt.state).map_or("", LetterState::chinese);
    format!("第{number}次尝试{to}，{state}：{said}")
}

/// What people call a robot.
pub fn robot_name(word: &str) -> &str {
    RobotKind::ALL.into_iter().find(|kind| kind.word() == word).map_or(word, |kind| kind.chinese())
}

/// Where a message to a group stands, as a person reads it.
pub fn note_state(word: &str) -> &str {
    match word {
        "queued" => "待发",
        "sent" => "已发到群里",
        "failed" => "没有发出",
        _ => "已失效",
    }
}

/// What a verdict says, in a sentence or two.
pub fn answer(verdict: &Verdict, now: Moment) -> String {
    match &verdict.kind {
        VerdictKind::Exempt { why: ExemptWhy::NotYetOpen(date) } => {
            format!("不参评。账号{date}才开设，不能要求开设前的更新。")
        }
        VerdictKind::Exempt { why: ExemptWhy::Paused } => "不参评。检查区间内账号处于暂停状态。".to_owned(),
        VerdictKind::Exempt { why: ExemptWhy::Closed } => "不参评。检查区间内账号已注销。".to_owned(),
        VerdictKind::Met { seen } => format!("达到要求。已看到{seen}次更新，看到即算数，与监测是否完整无关。"),
        VerdictKind::Pending { seen, missing, deadline, watched_until } => {
            let watched = watched_until
                .map_or_else(|| "本区间还没有完整的监测".to_owned(), |at| format!("已完整监测到{}", beijing(at)));
            format!("尚未到期。已看到{seen}次，还差{missing}次，{}前补齐即可；{watched}。", beijing(*deadline))
        }
        VerdictKind::Missed { seen, proof } => format!(
            "未监测到足够更新（{}）。区间内每一刻都有可靠监测（依据{}条，见下），只看到{seen}次。",
            verdict.label.as_deref().unwrap_or_default(),
            proof.basis().len()
        ),
        VerdictKind::Suspected { seen, .. } => {
            format!("待人工核实。只看到{seen}次，但监测方式不足以作为未更新的依据，请打开账号看一眼后用 attest 登记。")
        }
        VerdictKind::Unknown { seen, .. } if verdict.awaits_data(now) => {
            format!("待数据。目前看到{seen}次，来源的数据还没有出齐，出齐后自动判定。")
        }
        VerdictKind::Unknown { seen, .. } => {
            format!("无法判定。只看到{seen}次，但区间内有时段没有监测到（见下），不能据此认定未更新。")
        }
    }
}

/// Why a post does not count for a check at `check`, wherever it lies; `None` when it does.
pub fn why_not(post: &Post, profile: &Profile, check: Moment) -> Option<&'static str> {
    if post.struck {
        Some(STRUCK)
    } else if !post.visible {
        Some(HIDDEN)
    } else if !post.counts_at(check) {
        Some(GONE)
    } else if post.repost && !profile.count_reposts {
        Some(REPOST)
    } else {
        None
    }
}

const STRUCK: &str = "不计：已由人工剔除";
const HIDDEN: &str = "不计：不是公众都能看到的发布";
const GONE: &str = "不计：检查前已连续两次完整监测都看不到它";
const REPOST: &str = "不计：本口径不计转发";

/// Everything that [`why_not`] may say under a profile.
pub fn never_counts(profile: &Profile) -> Vec<&'static str> {
    let reposts = (!profile.count_reposts).then_some(REPOST);
    [STRUCK, HIDDEN, GONE].into_iter().chain(reposts).collect()
}

/// From when to when something was seen whole; 无 for nothing.
pub fn span_in_words(span: Option<(Moment, Moment)>) -> String {
    match span {
        Some((from, until)) if from <= Moment::from_unix(0) => format!("最早 至 {}", beijing(until)),
        Some((from, until)) => format!("{} 至 {}", beijing(from), beijing(until)),
        None => "无".to_owned(),
    }
}

/// A time as exactly as it is known.
pub fn when(when: When) -> String {
    match when {
        When::At(moment) => beijing(moment),
        When::Day(date) => format!("{date}（只知日期）"),
        When::Span { from, until } => format!("{}至{}之间", beijing(from), beijing(until)),
    }
}

/// When somebody looked, and what he saw whole.
pub fn watch_in_words(watch: &Watch) -> String {
    let who = match &watch.origin {
        WatchOrigin::Source(name) => format!("来源“{name}”"),
        WatchOrigin::Person(name) => format!("人工核查（{name}）"),
    };
    let strength = if watch.reach.strength == Strength::Strong { "可靠" } else { "只作参考" };
    let from = if watch.reach.from <= Moment::from_unix(0) { "最早".to_owned() } else { beijing(watch.reach.from) };
    let until = beijing(watch.reach.until);
    format!("{}：{who}看清了 {from} 至 {until}（{strength}{}）", beijing(watch.at), part(watch))
}

/// What a watch that does not see everything is limited to.
fn part(watch: &Watch) -> &'static str {
    match (watch.reach.sees.has(PostKind::Notified), watch.reach.sees.has(PostKind::Unnotified)) {
        (true, false) => "，只含群发",
        (false, true) => "，只含未群发的发布",
        _ => "",
    }
}

/// A hole in the watch: from when to when, why, and when it closes by itself.
pub fn gap_in_words(gap: &Gap) -> String {
    let closes = gap.closes_at.map_or_else(String::new, |at| format!("，预计{}可知", beijing(at)));
    let kind = match gap.kind.word() {
        "notified" => "群发：",
        "unnotified" => "未群发的发布：",
        _ => "",
    };
    format!("{kind}{} 至 {}：{}{closes}", beijing(gap.from), beijing(gap.until), gap.why.chinese())
}

/// ，最近更新 2026-11-20 10:05; nothing when the row does not tell it.
pub fn told_last(row: &Tally) -> String {
    row.last.map_or_else(String::new, |last| format!("，最近更新 {}", when(last)))
}

/// Whether letters reach their recipients, since when, and by whose word.
pub fn mode_told(configured: Mode, last: Option<&Switched>) -> String {
    let since = |switched: &Switched| format!("{}起，由{}切换", beijing(switched.at), switched.by);
    match (configured, last) {
        (Mode::Trial, Some(s)) if s.mode == Mode::Live => {
            format!(
                "运行方式：试运行（配置写的是试运行；曾于{}由{}转为正式；配置改回“正式”后，还须由具名的人再执行一次 cuigeng mode 正式 --by 姓名）",
                beijing(s.at),
                s.by
            )
        }
        (Mode::Trial, _) => "运行方式：试运行（配置写的是试运行），提醒只汇总发给检查方".to_owned(),
        (Mode::Live, Some(s)) if s.mode == Mode::Live => {
            format!("运行方式：正式（{}），提醒发给各账号的责任人", since(s))
        }
        (Mode::Live, Some(s)) => format!("运行方式：试运行（{}；配置允许正式）", since(s)),
        (Mode::Live, None) => {
            "运行方式：试运行（配置允许正式，还须由具名的人执行 cuigeng mode 正式 --by 姓名 才生效）".to_owned()
        }
    }
}
