//! What a letter's statement rests on: the newest good look, and the part that nobody could watch.

use crate::config::Config;
use crate::domain::{Account, Moment, Watch, WatchOrigin};
use crate::ledger::Ledger;
use crate::mail::letter::Checked;
use crate::rules::{Coverage, Declared, Window};
use crate::warn::watched_today;
use cuigeng_adapters::time::HOUR;
use cuigeng_adapters::{Delay, Strength};

/// The newest look that proves anything.
pub(super) fn newest(ledger: &Ledger, config: &Config, account: &Account, now: Moment) -> Option<Checked> {
    let watches = ledger.evidence(account.id).watches;
    let done = watches.iter().map(|watch| (looked(watch), watch)).filter(|(at, _)| *at <= now);
    // Of looks at one moment the one that saw farthest back says most.
    let (at, newest) = done.max_by_key(|(at, watch)| (*at, -watch.reach.from.unix()))?;
    Some(Checked { at, by: by(config, &newest.origin), back_to: newest.reach.from })
}

/// When somebody looked. What people saw is entered later, so that the end of what they saw counts.
fn looked(watch: &Watch) -> Moment {
    match watch.origin {
        WatchOrigin::Person(_) => watch.reach.until.min(watch.at),
        WatchOrigin::Source(_) => watch.at,
    }
}

/// Who looked, in words that an owner understands; a clerk's name is nobody's business there.
fn by(config: &Config, origin: &WatchOrigin) -> String {
    let WatchOrigin::Source(name) = origin else { return "人工核查".to_owned() };
    let kind = config.sources.get(name).map_or("", |source| source.kind);
    let words = match kind {
        "wechat" => "微信官方接口",
        "weibo" | "weibo_desktop" => "微博网页",
        "weibo_open" | "weibo_commercial" => "微博官方接口",
        "douyin" | "douyin_v4" => "抖音公开页面",
        "douyin_open" => "抖音官方接口",
        "feed" => "订阅源",
        "inbox" | "exec" => "采集程序",
        _ => "系统监测",
    };
    words.to_owned()
}

/// Up to when evidence goes, and whether a look will close its tail before the letter leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) until: Moment,
    /// Only a preview: the letter itself looks first.
    pub(crate) will_look: bool,
}

/// Polls that may be missing before the tail is more than the next look's work.
const POLLS: i64 = 2;

/// Seconds of the tail that are no gap: those that no look could have reached yet.
fn grace(config: &Config, source: &str, seen: Seen) -> i64 {
    if !seen.will_look {
        return HOUR;
    }
    let own = config.sources.get(source).and_then(|source| source.every_s);
    HOUR.max(POLLS * own.unwrap_or(config.poll.every_s))
}

/// Whether the elapsed part was watched, apart from what a source shows only later.
pub(super) fn gap(
    ledger: &Ledger,
    config: &Config,
    account: &Account,
    span: Window,
    seen: Seen,
) -> (Option<String>, bool) {
    let now = seen.until;
    let evidence = ledger.evidence(account.id);
    let delayed = evidence.sources.iter().any(|source| source.delay != Delay::None);
    let forgiven = |source: &Declared| forgiven(source.delay, now, grace(config, &source.name, seen));
    let tail = evidence.sources.iter().map(forgiven).min();
    let by_hand = || watched_today(ledger, account, span.from, now).unwrap_or(now);
    let tail = tail.unwrap_or_else(by_hand);
    let window = Window { from: span.from, until: span.until.min(tail) };
    if window.from >= window.until {
        return (None, delayed);
    }
    let strong_or_weak: Vec<_> = evidence
        .watches
        .iter()
        .cloned()
        .map(|mut watch| {
            // A reminder is soft anyway: a visitor's view is good enough to ask for an update.
            watch.reach.strength = Strength::Strong;
            watch
        })
        .collect();
    let kinds = account.platform.kinds();
    let shortfall = Coverage::of(&strong_or_weak).prove(window, kinds).err();
    let said = shortfall.and_then(|shortfall| shortfall.holes.into_iter().next()).map(|hole| {
        let from = hole.from.beijing().format("%-m月%-d日%H:%M");
        let until = hole.until.beijing().format("%-m月%-d日%H:%M");
        // Why is the operator's business; an owner only hears that we could not see.
        format!("{from}至{until}未能监测")
    });
    (said, delayed)
}

/// Up to where a source with that delay must have shown everything by now.
fn forgiven(delay: Delay, now: Moment, grace: i64) -> Moment {
    match delay {
        Delay::None => now.plus(-grace),
        Delay::NextDay { hour } => Moment::start_of(now.plus(-i64::from(hour) * HOUR - grace).date()),
    }
}
