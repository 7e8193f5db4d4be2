//! `explain`: why the verdicts of one account are what they are, in plain Chinese, from which evidence.

use super::composed::{composed, kind_words};
use super::print::rule_chinese;
use super::{CliError, Context, Outcome, beijing, outln};
use crate::domain::{Account, Check, Moment, Period, Post, Watch};
use crate::ledger::Ledger;
use crate::reasons::Told;
use crate::rules::{Duty, Lies, Profile, Severity, Tally, Verdict, VerdictKind, Window, WindowKind, duties, lies};
pub(super) use crate::spoken::when;
use crate::spoken::{answer, gap_in_words, told_last, watch_in_words, why_not};
use crate::store::answers::{self, AnswerRow};
use crate::store::{Connection, StoreError, silences};
use serde_json::json;
use std::fmt::Write;

/// Explains one account at a check.
pub(super) fn run(
    context: &Context,
    account: &str,
    platform: Option<&str>,
    at: Option<&str>,
) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let check = match at {
        Some(text) => Check::unmoved(context.moment(text)?),
        None => context.last_check(now)?,
    };
    let account = context.account(account, platform)?;
    let profile = &context.config.profile;
    let store = context.store()?;
    let load = |conn: &Connection| -> Result<(Ledger, Vec<Told>), StoreError> {
        Ok((Ledger::for_checks(conn, &context.config, profile, &[check])?, Told::about(conn, account.id, 30)?))
    };
    let (ledger, letters) = store.read(load)?;
    let (silent, hushed) =
        store.read(|conn| Ok((silences::active(conn, now)?, silences::about(conn, account.id, 30)?)))?;
    let explained: Vec<(Duty<'_>, Verdict)> =
        duties(profile, &account, check).into_iter().map(|duty| (duty, ledger.judge_duty(&duty, now))).collect();
    let answers = store.read(|conn| answers::about(conn, account.id, 30))?;
    if context.json {
        return as_json(&ledger, check, &explained, &letters, &answers, &hushed);
    }
    outln!("{}", in_words(&ledger, &account, profile, check, &explained, &letters, now));
    for one in &answers {
        outln!("{}　信{}", super::answer::line(one, &account.title()), one.letter);
    }
    for line in super::silence::lines_about(&account, &silent, &hushed) {
        outln!("{line}");
    }
    Ok(Outcome::Done)
}

fn in_words(
    ledger: &Ledger,
    account: &Account,
    profile: &Profile,
    check: Check,
    explained: &[(Duty<'_>, Verdict)],
    letters: &[Told],
    now: Moment,
) -> String {
    let mut text = String::new();
    say(&mut text, format!("{}　{}", account.title(), account.state_at(check.at).chinese()));
    say(&mut text, format!("检查时间 {}，口径 {}", beijing(check.at), profile.name));
    for (duty, verdict) in explained {
        say(&mut text, String::new());
        rule(&mut text, duty, verdict, now);
        let evidence = ledger.evidence(account.id);
        if let Some(line) = composed(duty, evidence.posts, evidence.tallies, now) {
            say(&mut text, format!("  {line}"));
        }
        posts(&mut text, evidence.posts, duty);
        sheets(&mut text, evidence.tallies, verdict.window);
        watches(&mut text, evidence.watches, verdict.window);
        gaps(&mut text, verdict);
    }
    if explained.is_empty() {
        say(&mut text, "本口径对该平台没有要求。".to_owned());
    }
    say(&mut text, String::new());
    told(&mut text, letters);
    text
}

fn say(text: &mut String, line: String) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}

fn rule(text: &mut String, duty: &Duty<'_>, verdict: &Verdict, now: Moment) {
    let demand = match duty.rule.window {
        WindowKind::Week { weeks: 1 } => "检查前最近一个自然周（周一0时至周日24时）".to_owned(),
        WindowKind::Week { weeks } => format!("检查前最近{weeks}个自然周"),
        WindowKind::Days { days, inclusive: true } => format!("检查日前第{days}天0时起至检查时"),
        WindowKind::Days { days, inclusive: false } => format!("检查日前第{}天0时起至检查时", days.saturating_sub(1)),
    };
    let weight = if duty.rule.severity == Severity::Veto { "单项否决" } else { "存在问题" };
    say(text, format!("【{}】{demand}应更新{}次，不足的属{weight}", rule_chinese(&duty.rule.name), duty.required));
    say(text, format!("  检查区间：{} 至 {}（不含）", beijing(verdict.window.from), beijing(verdict.window.until)));
    say(text, format!("  结论：{}", answer(verdict, now)));
}

fn posts(text: &mut String, posts: &[Post], duty: &Duty<'_>) {
    let mut near: Vec<&Post> = posts.iter().collect();
    near.sort_by_key(|post| post.when.earliest());
    let shown = near.len().saturating_sub(12);
    say(text, format!("  已知的发布（区间前后共{}条{}）：", near.len(), if shown > 0 { "，只列最近12条" } else { "" }));
    for post in near.into_iter().skip(shown) {
        let kind = kind_words(post);
        let kind = if kind.is_empty() { kind } else { format!("〔{kind}〕") };
        say(text, format!("    {} {kind}{}　{}", when(post.when), quoted(&post.title), reason(post, duty)));
    }
}

/// Rows of check sheets: what they count and what the posts count are the same updates.
fn sheets(text: &mut String, tallies: &[Tally], window: Window) {
    for row in tallies.iter().filter(|row| speaks_of(row, window)) {
        let (week, looked) = (Period::Week(row.week), beijing(row.looked_at));
        say(text, format!("  {week} {}（{looked} 核查）；与单条发布是同样的更新，不重复计", sheet_words(row)));
    }
}

/// Whether a row has watched a part of the window, or tells of an update in it.
fn speaks_of(row: &Tally, window: Window) -> bool {
    let watched = row.watched();
    let seen = row.last.is_some_and(|last| lies(last, window) != Lies::Outside);
    seen || (watched.from < window.until && window.from < watched.until)
}

/// 周核查表：本周共2次，最近更新 2026-11-20 10:05，核查人 张三
pub(super) fn sheet_words(row: &Tally) -> String {
    format!("周核查表：本周共{}次{}，核查人 {}", row.updates, told_last(row), row.by)
}

fn reason(post: &Post, duty: &Duty<'_>) -> &'static str {
    why_not(post, duty.profile, duty.check.at).unwrap_or(match lies(post.when, duty.window) {
        Lies::Inside => "计入",
        Lies::Straddles => "可能在区间内，不能确定",
        Lies::Outside => "不在区间内",
    })
}

fn quoted(title: &str) -> String {
    let short: String = title.chars().take(24).collect();
    let more = if title.chars().count() > 24 { "…" } else { "" };
    if title.is_empty() { "（无标题）".to_owned() } else { format!("《{short}{more}》") }
}

fn watches(text: &mut String, watches: &[Watch], window: Window) {
    let mut near: Vec<&Watch> =
        watches.iter().filter(|w| w.reach.from < window.until && window.from < w.reach.until).collect();
    near.sort_by_key(|watch| std::cmp::Reverse(watch.at));
    say(text, format!("  监测依据（{}条，列最近6条）：", near.len()));
    for watch in near.into_iter().take(6) {
        say(text, format!("    {}", watch_in_words(watch)));
    }
}

fn gaps(text: &mut String, verdict: &Verdict) {
    for gap in verdict.kind.gaps() {
        say(text, format!("  未监测时段 {}", gap_in_words(gap)));
    }
}

fn told(text: &mut String, letters: &[Told]) {
    if letters.is_empty() {
        return say(text, "提醒：没有发出过提醒。".to_owned());
    }
    say(text, "提醒：".to_owned());
    for letter in letters {
        letter.lines().iter().for_each(|line| say(text, format!("  {line}")));
    }
}

/// A row of a check sheet for scripts.
pub(super) fn sheet_json(row: &Tally) -> serde_json::Value {
    let last = row.last.map(super::evidence::written);
    json!({"week": Period::Week(row.week).to_string(), "updates": row.updates, "last": last, "by": row.by, "looked_at": row.looked_at})
}

fn as_json(
    ledger: &Ledger,
    check: Check,
    explained: &[(Duty<'_>, Verdict)],
    letters: &[Told],
    answers: &[AnswerRow],
    hushed: &[silences::Hushed],
) -> Result<Outcome, CliError> {
    let rules: Vec<_> = explained
        .iter()
        .map(|(duty, verdict)| {
            let evidence = ledger.evidence(verdict.account);
            let posts: Vec<_> = evidence.posts.iter().map(|p| json!({"title": p.title, "url": p.url, "when": when(p.when), "reason": reason(p, duty)})).collect();
            let sheets: Vec<_> = evidence.tallies.iter().filter(|row| speaks_of(row, duty.window)).map(sheet_json).collect();
            let proof = if let VerdictKind::Missed { proof, .. } = &verdict.kind { proof.to_json() } else { json!(null) };
            json!({"rule": verdict.rule, "kind": verdict.kind.word(), "seen": verdict.kind.seen(), "required": verdict.required,
                   "window": {"from": verdict.window.from, "until": verdict.window.until}, "posts": posts, "sheets": sheets, "proof": proof})
        })
        .collect();
    let letters: Vec<_> = letters.iter().map(Told::as_json).collect();
    let hushed: Vec<_> = hushed
        .iter()
        .map(|h| json!({"silence": h.silence, "reason": h.reason, "by": h.by, "what": h.what, "at": h.at}))
        .collect();
    super::print_json(
        &json!({"check": check.at, "rules": rules, "letters": letters, "answers": answers.iter().map(super::answer::as_json).collect::<Vec<_>>(), "silenced": hushed}),
    )?;
    Ok(Outcome::Done)
}
