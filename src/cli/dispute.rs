//! `dispute`: 争议答复单 of one account, to hand to an office that complains.

use super::bulletin_args::DisputeArgs;
use super::{CliError, Context, Outcome, papers};
use crate::bulletin::{Dispute, Finding, dispute, words};
use crate::domain::{AccountId, Check, Moment, Period};
use crate::issued::Dossier;
use crate::rules::{Verdict, VerdictKind};
use crate::store::StoreError;
use crate::store::bulletins::{self, Bulletin};
use serde_json::json;

/// `dispute ACCOUNT --check T` or `--period P`
pub(super) fn run(context: &Context, args: &DisputeArgs) -> Result<Outcome, CliError> {
    papers::check(&args.files)?;
    let now = context.clock.now();
    let account = context.account(&args.account, args.platform.as_deref())?;
    let (period, check) = asked(context, args, now)?;
    let profile = &context.config.profile.name;
    let (dossier, all) = context.store()?.read(|conn| {
        Ok::<_, StoreError>((Dossier::load(conn, &context.config, period, now)?, bulletins::list(conn, profile)?))
    })?;
    let about = |id: AccountId, of: Check| id == account.id && check.is_none_or(|check| of == check);
    let findings: Vec<Finding> =
        dossier.findings.iter().filter(|finding| about(finding.account, finding.check)).cloned().collect();
    let judged: Vec<&Verdict> = dossier.judged().iter().filter(|v| about(v.account, v.check)).collect();
    if judged.is_empty() {
        return Err(CliError::failed(format!("{}在这期间没有检查结果，请核对 --check 或 --period", account.title())));
    }
    let office = if account.supervisor.trim().is_empty() { &account.office } else { &account.supervisor };
    let (title, others, gaps) = (account.title(), others(&judged, now), gaps(&judged));
    let issued = issued(&all, period);
    let about = Dispute { title: &title, office, findings: &findings, others: &others, gaps: &gaps, papers: &issued };
    let paper = dispute(&dossier.head, about);
    let when = check.map_or_else(|| period.to_string(), |check| check.at.date().to_string());
    let name = format!("争议答复单-{when}-{}-{}", account.platform.name(), account.name);
    let written = papers::write(&args.files, &[(name, paper)])?;
    let more = json!({"account": title, "findings": findings.len()});
    papers::tell(context, &format!("{title}：{}项结果的答复单", findings.len()), more, &written)
}

/// The period, and the one check where one was named: the month of that check.
fn asked(context: &Context, args: &DisputeArgs, now: Moment) -> Result<(Period, Option<Check>), CliError> {
    if let Some(period) = &args.period {
        return Ok((papers::begun(period, now)?, None));
    }
    let at = context.moment(args.check.as_deref().unwrap_or_default())?;
    if at > now {
        return Err(CliError::usage("这次检查还没有到，没有结果可以答复"));
    }
    let check = super::confirm::scheduled(&context.config, at, now)?;
    let month = check.nominal.beijing().format("%Y-%m").to_string();
    let period = Period::parse(&month).ok_or_else(|| CliError::usage(format!("看不懂检查时间“{month}”")))?;
    Ok((period, Some(check)))
}

/// The issued papers of the period, oldest first: 青政办〔2022〕28号，2022年7月11日
fn issued(all: &[Bulletin], period: Period) -> Vec<String> {
    let own = all.iter().filter(|bulletin| bulletin.period == period).filter_map(|bulletin| bulletin.issue.as_ref());
    own.map(|issue| {
        let number = if issue.number.is_empty() { "不编文号" } else { &issue.number };
        format!("{number}，{}", words::date(issue.dated))
    })
    .collect()
}

/// Conclusions that are no findings: those of one kind in one sentence, with the checks.
fn others(judged: &[&Verdict], now: Moment) -> Vec<String> {
    let word = |verdict: &Verdict| match &verdict.kind {
        VerdictKind::Missed { .. } => None,
        VerdictKind::Met { .. } => Some("达到要求"),
        VerdictKind::Exempt { .. } => Some("不参评"),
        VerdictKind::Pending { .. } => Some("未到期"),
        VerdictKind::Suspected { .. } => Some("待人工核实，没有列为问题"),
        VerdictKind::Unknown { .. } if verdict.awaits_data(now) => Some("待数据，没有列为问题"),
        VerdictKind::Unknown { .. } => Some("无法判定，没有列为问题"),
    };
    let mut kinds: Vec<(&str, Vec<&Verdict>)> = Vec::new();
    for (verdict, word) in judged.iter().filter_map(|verdict| Some((*verdict, word(verdict)?))) {
        match kinds.iter_mut().find(|(known, _)| *known == word) {
            Some((_, own)) => own.push(verdict),
            None => kinds.push((word, vec![verdict])),
        }
    }
    kinds.iter().filter_map(|(word, own)| joined(word, own)).collect()
}

/// 2022年6月6日至6月27日的检查，其他结论8项：达到要求（更新2至3次）。
fn joined(word: &str, own: &[&Verdict]) -> Option<String> {
    let (first, last) = own
        .iter()
        .map(|verdict| verdict.check.at.date())
        .min()
        .zip(own.iter().map(|verdict| verdict.check.at.date()).max())?;
    let when =
        if first == last { words::date(first) } else { format!("{}至{}", words::date(first), words::date(last)) };
    let seen = || {
        own.iter().filter(|verdict| matches!(verdict.kind, VerdictKind::Met { .. })).map(|verdict| verdict.kind.seen())
    };
    let seen = seen().min().zip(seen().max()).map_or_else(String::new, |(least, most)| match least == most {
        true => format!("（更新{least}次）"),
        false => format!("（更新{least}至{most}次）"),
    });
    Some(format!("{when}检查的其他结论{}项：{word}{seen}。", own.len()))
}

/// Spans that nobody watched; the reason names no source of ours.
fn gaps(judged: &[&Verdict]) -> Vec<String> {
    let mut spans: Vec<String> =
        judged.iter().flat_map(|verdict| verdict.kind.gaps()).map(|gap| words::seen(gap.from, gap.until)).collect();
    spans.dedup();
    spans
}
