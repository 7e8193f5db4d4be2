//! `judge`: the verdicts of one check. Nothing is stored, nothing is sent.

use super::{CliError, Context, Outcome, outln};
use crate::domain::{Check, Moment};
use crate::ledger::Ledger;
use crate::rules::{Gap, Profile, Verdict, VerdictKind, Window};
use serde::Serialize;

/// What `judge --json` prints (DESIGN §9).
#[derive(Serialize)]
struct Judged<'a> {
    check: Moment,
    profile: &'a str,
    verdicts: Vec<JudgedVerdict<'a>>,
}

#[derive(Serialize)]
struct JudgedVerdict<'a> {
    account: &'a str,
    platform: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<&'a str>,
    rule: &'a str,
    kind: &'static str,
    seen: u32,
    required: u32,
    window: JudgedWindow,
    label: Option<&'a str>,
    gaps: Vec<JudgedGap>,
}

#[derive(Serialize)]
struct JudgedWindow {
    from: Moment,
    until: Moment,
}

#[derive(Serialize)]
struct JudgedGap {
    from: Moment,
    until: Moment,
    kind: &'static str,
    why: &'static str,
    closes_at: Option<Moment>,
}

/// Judges the check at `at` (the last scheduled one when absent) under `profile`.
pub(super) fn run(
    context: &Context,
    at: Option<&str>,
    profile: Option<&str>,
    exit_code: bool,
) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let check = match at {
        Some(text) => Check::unmoved(context.moment(text)?),
        None => context.last_check(now)?,
    };
    let profile = context.profile(profile)?;
    let store = context.store()?;
    let ledger = store.read(|conn| Ledger::for_checks(conn, &context.config, &profile, &[check]))?;
    let verdicts = ledger.judge(&profile, check, now);
    if context.json {
        print_json(&ledger, &profile, check, &verdicts)?
    } else {
        print_table(&ledger, check, &profile, &verdicts, now)
    }
    let compliant = !verdicts.iter().any(|v| matches!(v.kind, VerdictKind::Missed { .. }));
    Ok(if exit_code && !compliant { Outcome::NotCompliant } else { Outcome::Done })
}

fn print_json(ledger: &Ledger, profile: &Profile, check: Check, verdicts: &[Verdict]) -> Result<(), CliError> {
    let rows = verdicts.iter().filter_map(|verdict| row(ledger, verdict)).collect();
    super::print_json(&Judged { check: check.at, profile: &profile.name, verdicts: rows })
}

fn row<'a>(ledger: &'a Ledger, verdict: &'a Verdict) -> Option<JudgedVerdict<'a>> {
    let account = ledger.account(verdict.account)?;
    let Window { from, until } = verdict.window;
    Some(JudgedVerdict {
        account: &account.name,
        platform: account.platform.name(),
        handle: account.handle.as_deref(),
        rule: &verdict.rule,
        kind: verdict.kind.word(),
        seen: verdict.kind.seen(),
        required: verdict.required,
        window: JudgedWindow { from, until },
        label: verdict.label.as_deref(),
        gaps: verdict.kind.gaps().iter().map(gap).collect(),
    })
}

fn gap(gap: &Gap) -> JudgedGap {
    JudgedGap { from: gap.from, until: gap.until, kind: gap.kind.word(), why: gap.why.word(), closes_at: gap.closes_at }
}

fn print_table(ledger: &Ledger, check: Check, profile: &Profile, verdicts: &[Verdict], now: Moment) {
    outln!("检查时间 {}，口径 {}，账号 {} 个", super::beijing(check.at), profile.name, ledger.accounts.len());
    let shown: Vec<Vec<String>> = verdicts
        .iter()
        .filter(|verdict| !matches!(verdict.kind, VerdictKind::Met { .. }))
        .filter_map(|verdict| Some((ledger.account(verdict.account)?, verdict)))
        .map(|(account, verdict)| {
            vec![
                account.name.clone(),
                profile.prints(account.platform.name()).to_owned(),
                super::print::rule_chinese(&verdict.rule).to_owned(),
                chinese(verdict, now).to_owned(),
                format!("{}/{}", verdict.kind.seen(), verdict.required),
                verdict.label.clone().unwrap_or_default(),
            ]
        })
        .collect();
    super::print_rows(&["账号名称", "平台", "规则", "结论", "已更新/应更新", "问题类型"], &shown);
    let counted = |word: &str| verdicts.iter().filter(|v| v.kind.word() == word).count();
    outln!(
        "达到 {}，未达到 {}，待人工核实 {}，无法判定 {}，未到期 {}，不参评 {}",
        counted("met"),
        counted("missed"),
        counted("suspected"),
        counted("unknown"),
        counted("pending"),
        counted("exempt")
    );
}

/// A verdict as a clerk reads it.
pub(super) fn chinese(verdict: &Verdict, now: Moment) -> &'static str {
    match verdict.kind {
        VerdictKind::Exempt { .. } => "不参评",
        VerdictKind::Met { .. } => "达到",
        VerdictKind::Pending { .. } => "未到期",
        VerdictKind::Missed { .. } => "未监测到足够更新",
        VerdictKind::Suspected { .. } => "待人工核实",
        VerdictKind::Unknown { .. } if verdict.awaits_data(now) => "待数据",
        VerdictKind::Unknown { .. } => "无法判定",
    }
}
