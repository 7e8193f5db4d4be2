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

/// Conclusions that are no findings, a sentence each.
fn others(judged: &[&Verdict], now: Moment) -> Vec<String> {
    let said = |verdict: &&&Verdict| {
        let word = match &verdict.kind {
            VerdictKind::Missed { .. } => return None,
            VerdictKind::Met { seen } => format!("监测到更新{seen}次，达到要求"),
            VerdictKind::Exempt { .. } => "不参评".to_owned(),
            VerdictKind::Pending { .. } => "未到期".to_owned(),
            VerdictKind::Suspected { .. } => "待人工核实，没有列为问题".to_owned(),
            VerdictKind::Unknown { .. } if verdict.awaits_data(now) => "待数据，没有列为问题".to_owned(),
            VerdictKind::Unknown { .. } => "无法判定，没有列为问题".to_owned(),
        };
        let check = words::date(verdict.check.at.date());
        Some(format!("{check}检查，{}：{word}。", words::span(verdict.window)))
    };
    judged.iter().filter_map(|verdict| said(&verdict)).collect()
}

/// Spans that nobody watched; the reason names no source of ours.
fn gaps(judged: &[&Verdict]) -> Vec<String> {
    let mut spans: Vec<String> =
        judged.iter().flat_map(|verdict| verdict.kind.gaps()).map(|gap| words::seen(gap.from, gap.until)).collect();
    spans.dedup();
    spans
}
