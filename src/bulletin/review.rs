//! 核对稿: what one office is asked to check before anybody signs. It names nobody else's accounts.

use super::{Finding, Head, number, text, words};
use crate::report::{Block, Report, Table};
use chrono::NaiveDate;

/// The paper of one office. `findings` are its own; `reply_by` is the last day for its answer.
pub fn review(head: &Head, office: &str, findings: &[&Finding], reply_by: NaiveDate) -> Report {
    let scope = head.scope();
    let blocks = vec![
        Block::Left(format!("{office}：")),
        Block::Paragraph(format!(
            "经监测，{scope}政务新媒体检查中，你单位主管的账号有下列{}项问题，拟列入通报。现发你单位核对，\
             请于{}前书面反馈：无异议的，填“一致”；有异议的，逐项写明理由，并附发布链接或截图；\
             已经整改的，写明更新时间和链接。",
            findings.len(),
            words::date(reply_by)
        )),
        Block::Table(listed(findings)),
        Block::Table(proven(findings)),
        Block::Table(asked(findings)),
        Block::Left("核对单位（盖章）：　　　　　　　　核对人（签名）：".to_owned()),
        Block::Right(words::DAY_BY_HAND.to_owned()),
        Block::Right(head.foot()),
    ];
    Report {
        title: format!("{scope}政务新媒体检查结果核对稿"),
        subtitle: Some(format!("数据截至{}", words::minute(head.now))),
        blocks,
        footnotes: vec![
            "监测到的更新以公众能看到的发布为准；“监测依据”是完整监测到这一时段的各次监测，时段内每一刻都有监测，没有看到足够的更新。".to_owned(),
        ],
        paper: None,
        meta: head.meta(),
    }
}

/// Two narrow tables: ten columns do not fit on an upright page.
fn listed(findings: &[&Finding]) -> Table {
    let columns = ["序号", "账号", "问题类型", "监测时段", "已更新/应更新", "最近更新"];
    let row = |(at, finding): (usize, &&Finding)| {
        vec![
            number(at + 1),
            text(finding.title()),
            text(&finding.label),
            text(words::span(finding.window)),
            text(format!("{}/{}", finding.seen, finding.required)),
            text(finding.last_words()),
        ]
    };
    Table::new("核对", "一、拟列入通报的问题", &columns, findings.iter().enumerate().map(row).collect())
}

fn proven(findings: &[&Finding]) -> Table {
    let row = |(at, finding): (usize, &&Finding)| {
        let basis: Vec<String> = finding.basis.iter().map(super::Basis::outside).collect();
        vec![number(at + 1), text(&finding.demand), text(basis.join("；")), text(finding.reminded())]
    };
    let columns = ["序号", "规则", "监测依据", "已发提醒"];
    Table::new("监测依据", "二、规则与监测依据", &columns, findings.iter().enumerate().map(row).collect())
}

/// The form for the answer, one row a finding.
fn asked(findings: &[&Finding]) -> Table {
    let row = |(at, finding): (usize, &&Finding)| {
        let span = words::span(finding.window);
        vec![number(at + 1), text(finding.title()), text(&finding.label), text(span), text(""), text("")]
    };
    let columns = ["序号", "账号", "问题类型", "监测时段", "核对意见（一致／有异议／已整改）", "理由、更新时间和链接"];
    Table::new("核对意见", "三、核对意见", &columns, findings.iter().enumerate().map(row).collect())
}
