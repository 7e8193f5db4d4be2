//! One rule, one account, one check: the answer (DESIGN §6). The order of the questions is the
//! ethic: met first, since a sighting needs no completeness; then open, no blame before the end;
//! then missed with proof; and everything else is unknown with its gaps.

use super::coverage::{Hole, Shade};
use super::{
    Count, CountUnit, Coverage, ExemptWhy, Gap, GapWhy, LabelReading, Profile, Rule, Shortfall, Tally, Verdict,
    VerdictKind, Window, WindowKind,
};
use crate::domain::{Account, Check, FailedLook, Kinds, Moment, Post, PostKind, State, Watch, Week, When};
use crate::rules::count::{Lies, lies};
use crate::rules::verdict::DELAY_GRACE_S;
use chrono::Days;
use cuigeng_adapters::Delay;

/// Days after a hole in which a look that failed may have been the one to close it; as long as the evidence
/// of a check is read beyond it.
const BLAMED_D: i64 = 7;

/// What one account owes one rule at one check (考核任务).
#[derive(Clone, Copy, Debug)]
pub struct Duty<'a> {
    /// Whose.
    pub account: &'a Account,
    /// Under which profile.
    pub profile: &'a Profile,
    /// Which rule.
    pub rule: &'a Rule,
    /// Updates demanded.
    pub required: u32,
    /// At which check.
    pub check: Check,
    /// Where they are counted.
    pub window: Window,
}

/// All that is known about one account.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// Its posts, at least those that touch the window.
    pub posts: &'a [Post],
    /// What signed rows of check sheets say of it, at least what touches the window.
    pub tallies: &'a [Tally],
    /// What watched it, at least what touches the window.
    pub watches: &'a [Watch],
    /// Looks that failed.
    pub failures: &'a [FailedLook],
    /// Its sources, with what they say of themselves.
    pub sources: &'a [Declared],
}

/// A source of an account and its declared delay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// The tail that it shows only later.
    pub delay: Delay,
    /// What it sees of this account.
    pub sees: Kinds,
}

/// Where a rule counts for a check.
pub fn window_of(kind: WindowKind, check: Check) -> Window {
    match kind {
        WindowKind::Week { weeks } => {
            let until = Week::closed_before(check.nominal).end();
            Window { from: until.plus_days(-7 * i64::from(weeks)), until }
        }
        WindowKind::Days { days, inclusive } => {
            let back = u64::from(days) - u64::from(!inclusive && days > 0);
            let date = check.at.date();
            Window { from: Moment::start_of(date.checked_sub_days(Days::new(back)).unwrap_or(date)), until: check.at }
        }
    }
}

/// What an account owes at a check, in the order of the profile. An old window is judged by the rules
/// of its time; an account's own quota stands above the platform's.
pub fn duties<'a>(profile: &'a Profile, account: &'a Account, check: Check) -> Vec<Duty<'a>> {
    let names: Vec<&str> = profile.rules_on(check.nominal.date()).iter().map(|rule| rule.name.as_str()).collect();
    names.into_iter().filter_map(|name| duty(profile, account, check, name)).collect()
}

fn duty<'a>(profile: &'a Profile, account: &'a Account, check: Check, name: &str) -> Option<Duty<'a>> {
    let rule = binding(profile, check, name)?;
    let window = window_of(rule.window, check);
    let own = account.quota_at(window.from).filter(|_| rule.quota.account_may_override);
    let by_platform = rule.quota.of(account.platform.name());
    let required = own.unwrap_or(by_platform);
    let binds = own.is_some() || by_platform > 0;
    binds.then_some(Duty { account, profile, rule, required, check, window })
}

/// The version of a rule that binds at a check: the window of the version of its day tells the time
/// whose version binds.
fn binding<'a>(profile: &'a Profile, check: Check, name: &str) -> Option<&'a Rule> {
    let of = |date| profile.rules_on(date).into_iter().find(|rule| rule.name == name);
    let of_its_day = of(check.nominal.date())?;
    of(window_of(of_its_day.window, check).from.date()).or(Some(of_its_day))
}

/// The answer of one rule. Cannot fail; the same values give the same answer.
pub fn judge(duty: &Duty<'_>, evidence: &Evidence<'_>, now: Moment) -> Verdict {
    let kind = answer(duty, evidence, now);
    let missed = matches!(kind, VerdictKind::Missed { .. });
    Verdict {
        account: duty.account.id,
        rule: duty.rule.name.clone(),
        severity: duty.rule.severity,
        required: duty.required,
        window: duty.window,
        check: duty.check,
        label: missed.then(|| label(duty, kind.seen())),
        points: if missed { duty.rule.points } else { 0 },
        kind,
    }
}

fn answer(duty: &Duty<'_>, evidence: &Evidence<'_>, now: Moment) -> VerdictKind {
    if let Some(why) = exempt(duty.account, duty.window) {
        return VerdictKind::Exempt { why };
    }
    let count = Count::of(duty.profile, evidence.posts, evidence.tallies, duty.window, duty.check.at, now);
    let seen = count.sure;
    if seen >= duty.required {
        return VerdictKind::Met { seen };
    }
    let kinds = duty.account.platform.kinds();
    let coverage = Coverage::of(evidence.watches);
    if now < duty.window.until {
        let watched_until = coverage.watched_until(duty.window.from, kinds);
        return VerdictKind::Pending {
            seen,
            missing: duty.required - seen,
            deadline: duty.window.until,
            watched_until,
        };
    }
    match coverage.prove(duty.window, kinds) {
        Ok(proof) if count.possible < duty.required => VerdictKind::Missed { seen, proof },
        Ok(_) => VerdictKind::Unknown { seen, gaps: uncertain(duty, evidence) },
        Err(shortfall) => undecided(duty, evidence, now, &count, &shortfall),
    }
}

/// Why the account is not judged over this window, if it is not: it must have been running (or
/// closing) at every moment of it.
fn exempt(account: &Account, window: Window) -> Option<ExemptWhy> {
    if let Some(opened) = account.opened_on.filter(|date| Moment::start_of(*date) > window.from) {
        return Some(ExemptWhy::NotYetOpen(opened));
    }
    let began_inside = |from: Moment| window.from < from && from < window.until;
    let inside = account.states.iter().skip(1).filter(|change| began_inside(change.from)).map(|change| change.state);
    let states = std::iter::once(account.state_at(window.from)).chain(inside);
    states.into_iter().find(|state| !state.is_judged()).map(|state| match state {
        State::Closed => ExemptWhy::Closed,
        _ => ExemptWhy::Paused,
    })
}

fn undecided(
    duty: &Duty<'_>,
    evidence: &Evidence<'_>,
    now: Moment,
    count: &Count,
    shortfall: &Shortfall,
) -> VerdictKind {
    let gaps: Vec<Gap> = shortfall.holes.iter().flat_map(|hole| explain(hole, evidence, now)).collect();
    let shaded = gaps.iter().all(|gap| matches!(gap.why, GapWhy::Weak | GapWhy::KindUnseen));
    let seen = count.sure;
    if shaded && count.possible < duty.required {
        return VerdictKind::Suspected { seen, gaps };
    }
    VerdictKind::Unknown { seen, gaps }
}

/// The hole with its reason; cut in two where its newer part is only a declared delay.
fn explain(hole: &Hole, evidence: &Evidence<'_>, now: Moment) -> Vec<Gap> {
    let gap = |from, until, why, closes_at| Gap { kind: hole.kind, from, until, why, closes_at };
    if hole.shade == Shade::Weak {
        return vec![gap(hole.from, hole.until, GapWhy::Weak, None)];
    }
    let dark = |until| match hole.shade {
        Shade::OtherKind => gap(hole.from, until, GapWhy::KindUnseen, None),
        _ => gap(hole.from, until, why_dark(hole, evidence), None),
    };
    let Some((from, source)) = awaited(hole, evidence, now) else { return vec![dark(hole.until)] };
    let tail =
        gap(from, hole.until, GapWhy::Delay { source: source.name.clone() }, Some(source.delay.shows(hole.until)));
    if from > hole.from { vec![dark(from), tail] } else { vec![tail] }
}

/// From where on the hole is a tail that a healthy source has declared to show only later.
fn awaited<'e>(hole: &Hole, evidence: &Evidence<'e>, now: Moment) -> Option<(Moment, &'e Declared)> {
    evidence.sources.iter().filter(|source| source.sees.has(hole.kind)).find_map(|source| {
        let Delay::NextDay { hour } = source.delay else { return None };
        let overdue = Moment::start_of(now.plus(-DELAY_GRACE_S - i64::from(hour) * 3600).date());
        let reached = healthy_until(source, hole, evidence)?;
        let from = hole.from.max(reached).max(overdue);
        (from < hole.until && now < source.delay.shows(hole.until).plus(DELAY_GRACE_S)).then_some((from, source))
    })
}

/// Up to where the source has shown this kind, if its last look did not fail.
fn healthy_until(source: &Declared, hole: &Hole, evidence: &Evidence<'_>) -> Option<Moment> {
    let own = |w: &&Watch| w.origin == crate::domain::WatchOrigin::Source(source.name.clone());
    let looked = evidence.watches.iter().filter(own).map(|w| w.at).max()?;
    let failed = evidence.failures.iter().filter(|f| f.source == source.name).map(|f| f.at).max();
    let reached =
        evidence.watches.iter().filter(own).filter(|w| w.reach.sees.has(hole.kind)).map(|w| w.reach.until).max()?;
    failed.is_none_or(|failed| failed <= looked).then_some(reached)
}

fn why_dark(hole: &Hole, evidence: &Evidence<'_>) -> GapWhy {
    // One that failed much later was not the one to watch it.
    let near = hole.from..hole.until.plus_days(BLAMED_D);
    let failed = evidence.failures.iter().filter(|f| near.contains(&f.at)).max_by_key(|f| f.at);
    match failed {
        Some(f) => GapWhy::Failed { source: f.source.clone(), class: f.class, reason: f.reason.clone() },
        None if evidence.sources.is_empty() && evidence.watches.is_empty() => GapWhy::NoSource,
        None => GapWhy::Unwatched,
    }
}

/// The spans of updates that may lie inside or outside, or that may be one or several.
fn uncertain(duty: &Duty<'_>, evidence: &Evidence<'_>) -> Vec<Gap> {
    let (unit, window) = (duty.profile.count, duty.window);
    let cut = |kind: PostKind, when: When| Gap {
        kind,
        from: when.earliest().max(window.from),
        until: when.latest().plus(1).min(window.until),
        why: GapWhy::Timing,
        closes_at: None,
    };
    let is_unsure = |post: &&Post| match lies(post.when, window) {
        Lies::Straddles => true,
        Lies::Inside => unit == CountUnit::Day && matches!(post.when, When::Span { .. }),
        Lies::Outside => false,
    };
    let posts = evidence.posts.iter().filter(|post| post.counts_at(duty.check.at)).filter(is_unsure);
    let told = evidence.tallies.iter().filter(|tally| tally.is_unsure(unit, window));
    let kind = duty.account.platform.kinds().iter().next().unwrap_or(PostKind::Post);
    posts.map(|post| cut(post.kind, post.when)).chain(told.map(|tally| cut(kind, tally.counted()))).collect()
}

fn label(duty: &Duty<'_>, seen: u32) -> String {
    print(duty.profile, duty.rule, duty.required, seen, (1, duty.rule.points))
}

/// What several missed verdicts of one account come to in one row: those of one demand are summed up,
/// `{n}` times and `{deduct}` points; different ones are joined (documents.md, "Quarterly 通报").
pub fn summed_label(profile: &Profile, missed: &[&Verdict]) -> String {
    let mut labels: Vec<String> = Vec::new();
    let mut left: Vec<&Verdict> = missed.to_vec();
    while let Some(first) = left.first().copied() {
        let rule = |verdict: &Verdict| binding(profile, verdict.check, &verdict.rule);
        let alike = |other: &Verdict| {
            other.required == first.required && rule(other).map(|r| &r.label) == rule(first).map(|r| &r.label)
        };
        let (same, rest): (Vec<&Verdict>, Vec<&Verdict>) = left.into_iter().partition(|other| alike(other));
        let seen = same.iter().map(|verdict| verdict.kind.seen()).min().unwrap_or_default();
        let points = same.iter().fold(0_u32, |sum, verdict| sum.saturating_add(verdict.points));
        let label = match rule(first) {
            Some(rule) => print(profile, rule, first.required, seen, (same.len(), points)),
            None => first.label.clone().unwrap_or_default(),
        };
        if !labels.contains(&label) {
            labels.push(label);
        }
        left = rest;
    }
    labels.join(";")
}

/// The label as the papers print it, so many times for so many points; 2 is 两, never 二.
fn print(profile: &Profile, rule: &Rule, required: u32, seen: u32, (times, points): (usize, u32)) -> String {
    let shown = match profile.label_reading {
        LabelReading::Quota => required,
        LabelReading::Observed => (seen + 1).min(required),
    };
    rule.label
        .replace("{quota_han}", &han(shown))
        .replace("{quota}", &required.to_string())
        .replace("{n}", &times.to_string())
        .replace("{deduct}", &points.to_string())
}

fn han(number: u32) -> String {
    const HAN: [&str; 10] = ["零", "一", "两", "三", "四", "五", "六", "七", "八", "九"];
    usize::try_from(number).ok().and_then(|n| HAN.get(n)).map_or_else(|| number.to_string(), |han| (*han).to_owned())
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
