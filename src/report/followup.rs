//! 续报: the rows that a weekly summary called 待数据, now that their data are there. Once a summary.

use super::compose::{Roll, first_cells, meta, remarks, table, text};
use super::week::{headline, title};
use super::{Block, Facts, Report, words};
use crate::domain::AccountId;
use crate::rules::{AccountResult, Grade, Verdict, VerdictKind};
use std::collections::BTreeMap;

/// The follow-up about these accounts and rules.
pub fn followup(facts: &Facts<'_>, rows: &[(AccountId, String)]) -> Report {
    let roll = Roll::of(facts);
    let mut rules: BTreeMap<AccountId, Vec<&str>> = BTreeMap::new();
    for (account, rule) in rows {
        rules.entry(*account).or_default().push(rule);
    }
    let mut accounts: Vec<_> = facts.accounts.iter().filter(|account| rules.contains_key(&account.id)).collect();
    accounts.sort_by_key(|account| (rank(grade(facts, account.id)), account.position));
    let cells = |(at, account): (usize, &&crate::domain::Account)| {
        let mut cells = first_cells(facts, at, account);
        cells.push(text(grade(facts, account.id).chinese()));
        cells.push(text(closed(facts, account.id, &rules[&account.id])));
        cells
    };
    let cells = accounts.iter().enumerate().map(cells).collect();
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    Report {
        title: format!("{}续报", title(facts)),
        subtitle: Some(format!("第{}期周报的续报　数据截至{}", facts.number, words::minute(facts.now))),
        blocks: vec![
            Block::Paragraph(counted(facts, &ids)),
            Block::Table(table("待数据的结果", String::new(), &["检查结果", "依据"], cells)),
            Block::Paragraph(format!("计入后，{}。", headline(facts, &roll))),
        ],
        footnotes: remarks(facts, &roll),
        paper: None,
        meta: meta(facts),
    }
}

fn result<'a>(facts: &Facts<'a>, account: AccountId) -> Option<&'a AccountResult> {
    facts.results.iter().find(|result| result.account == account)
}

fn grade(facts: &Facts<'_>, account: AccountId) -> Grade {
    result(facts, account).map_or(Grade::Exempt, |result| result.grade)
}

const fn rank(grade: Grade) -> u8 {
    match grade {
        Grade::Failed => 0,
        Grade::Problem => 1,
        Grade::Unclear => 2,
        _ => 3,
    }
}

/// 第12期周报中待数据的3个账号已经判定：合格2个，存在问题1个。
fn counted(facts: &Facts<'_>, ids: &[AccountId]) -> String {
    let mut counts: BTreeMap<u8, (Grade, usize)> = BTreeMap::new();
    for id in ids {
        let grade = grade(facts, *id);
        counts.entry(rank(grade)).or_insert((grade, 0)).1 += 1;
    }
    let parts: Vec<String> = counts.values().map(|(grade, n)| format!("{}{n}个", grade.chinese())).collect();
    format!("第{}期周报中待数据的{}个账号，结果如下：{}。", facts.number, ids.len(), parts.join("，"))
}

/// How each rule that was open came out.
fn closed(facts: &Facts<'_>, account: AccountId, rules: &[&str]) -> String {
    let of =
        |rule: &&str| facts.verdicts.iter().find(|v| v.account == account && v.rule == **rule).map(|v| one(facts, v));
    rules.iter().filter_map(of).collect::<Vec<_>>().join("；")
}

fn one(facts: &Facts<'_>, verdict: &Verdict) -> String {
    let (from, until) = (verdict.window.from.date(), verdict.window.until.plus(-1).date());
    let count =
        format!("{}监测到更新{}次，应更新{}次", words::days(from, until), verdict.kind.seen(), verdict.required);
    match &verdict.kind {
        VerdictKind::Missed { .. } => {
            let waits = if facts.decisions.awaits(verdict) { "，待核实" } else { "" };
            format!("{count}（{}{waits}）", verdict.label.as_deref().unwrap_or_default())
        }
        VerdictKind::Met { .. } => format!("{count}，达到要求"),
        VerdictKind::Suspected { .. } => format!("{count}，待人工核实"),
        VerdictKind::Unknown { .. } => format!("{count}，数据逾期未到，无法判定"),
        VerdictKind::Exempt { .. } => "不在检查范围内".to_owned(),
        VerdictKind::Pending { .. } => format!("{count}，未到期"),
    }
}
