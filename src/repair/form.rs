//! 整改反馈表: the form that an office fills in, with what it is asked about.

use super::Repair;
use crate::bulletin::{Head, words};
use crate::report::{Block, Cell, Meta, Report, Table};

/// The form of one office about its own problems.
pub fn form(head: &Head, office: &str, repairs: &[&Repair]) -> Report {
    let scope = format!("{}{}", head.region, crate::report::period_words(head.period));
    let due = repairs.iter().map(|repair| repair.due()).min();
    let due = due.map_or_else(String::new, words::date);
    let blocks = vec![
        Block::Paragraph(format!("填报单位：{office}（盖章）")),
        Block::Paragraph(format!(
            "请对{scope}政务新媒体检查通报中你单位的下列{}项问题逐项整改，填写本表，于{due}前反馈。",
            repairs.len()
        )),
        Block::Table(asked(repairs)),
        Block::Left("填表人：　　　　　　　　负责人（签名）：".to_owned()),
        Block::Right(words::DAY_BY_HAND.to_owned()),
        Block::Left("复核意见（检查方填写）：".to_owned()),
        Block::Left("复核人（签名）：".to_owned()),
        Block::Right(words::DAY_BY_HAND.to_owned()),
        Block::Right(foot(head)),
    ];
    Report {
        title: format!("{scope}政务新媒体问题整改反馈表"),
        subtitle: None,
        blocks,
        footnotes: vec!["恢复更新不等于整改完成：请写明未更新的原因和防止再次发生的措施，由检查方复核。".to_owned()],
        paper: None,
        meta: Meta { period: head.period, profile: head.profile.clone(), generated_at: head.now },
    }
}

fn foot(head: &Head) -> String {
    let contact = if head.contact.is_empty() { String::new() } else { format!("　联系方式：{}", head.contact) };
    format!("{}{contact}", head.office)
}

fn asked(repairs: &[&Repair]) -> Table {
    let columns = ["编号", "账号", "问题类型", "检查情况", "原因和措施", "更新时间和链接"];
    let text = |text: &str| Cell::Text(text.to_owned());
    let row = |repair: &&Repair| {
        let mut cells = vec![Cell::Number(repair.id), Cell::Text(repair.title())];
        cells.extend([repair.problem.as_str(), &repair.seen, "", ""].map(text));
        cells
    };
    Table::new("整改反馈", "", &columns, repairs.iter().map(row).collect())
}
