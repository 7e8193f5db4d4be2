//! The year as a table.

use super::{Told, Year};
use crate::domain::{Moment, Role};
use chrono::Datelike;
use std::collections::BTreeSet;

/// Headings and rows: a month each, the whole year last.
pub(super) fn table(year: &Year) -> (Vec<String>, Vec<Vec<String>>) {
    let stages = stages(&year.told);
    let mut columns: Vec<String> = ["月份", "信件", "收件人"].map(str::to_owned).to_vec();
    columns.extend(stages.iter().map(|stage| chinese(stage)));
    columns.extend(["其中领导", "其中主管单位", "提醒后补上", "仍误期限"].map(str::to_owned));
    let mut rows: Vec<Vec<String>> =
        (1..=12).map(|month| row(year, &stages, format!("{month}月"), |at| at.date().month() == month)).collect();
    rows.push(row(year, &stages, format!("{}年", year.plan.year), |_| true));
    (columns, rows)
}

/// The rungs that occurred: weekly ones first, then by day.
fn stages(told: &[Told]) -> Vec<String> {
    let mut stages: Vec<String> =
        told.iter().map(|one| one.stage.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let number =
        |stage: &String| stage.chars().filter(char::is_ascii_digit).collect::<String>().parse::<u32>().unwrap_or(0);
    stages.sort_by_key(|stage| (stage.starts_with("day"), number(stage)));
    stages
}

fn chinese(stage: &str) -> String {
    match (stage, stage.strip_prefix("week"), stage.strip_prefix("day")) {
        ("eve", ..) => "节前提示".to_owned(),
        (_, Some(day), _) => {
            let names = ["一", "二", "三", "四", "五", "六", "日"];
            let name = day.parse::<usize>().ok().and_then(|day| names.get(day.wrapping_sub(1)));
            format!("周{}", name.unwrap_or(&"?"))
        }
        (_, _, Some(day)) => format!("第{day}天"),
        _ => stage.to_owned(),
    }
}

fn row(year: &Year, stages: &[String], name: String, within: impl Fn(Moment) -> bool) -> Vec<String> {
    let told: Vec<&Told> = year.told.iter().filter(|one| within(one.at)).collect();
    let letters = |wanted: &dyn Fn(&Told) -> bool| {
        told.iter().filter(|one| wanted(one)).map(|one| one.letter).collect::<BTreeSet<_>>().len()
    };
    let people: BTreeSet<&str> = told.iter().map(|one| one.recipient.as_str()).collect();
    let mut cells = vec![name, letters(&|_| true).to_string(), people.len().to_string()];
    cells.extend(stages.iter().map(|stage| told.iter().filter(|one| one.stage == *stage).count().to_string()));
    cells.push(letters(&|one| one.role == Role::Leader).to_string());
    cells.push(letters(&|one| one.role == Role::Supervisor).to_string());
    let ended = |deadline: Moment| within(deadline.plus(-1)) && deadline.plus(-1).date().year() == year.plan.year;
    let lost = year.missed.iter().filter(|missed| ended(missed.deadline)).count();
    cells.push((causes(year, &ended).len()).to_string());
    cells.push(lost.to_string());
    cells
}

/// What somebody was told of, whose deadline lies in the span and was kept.
fn causes<'a>(year: &'a Year, ended: &dyn Fn(Moment) -> bool) -> BTreeSet<(i64, &'a str, chrono::NaiveDate)> {
    let missed: BTreeSet<_> = year.missed.iter().map(|m| (m.account.0, m.rule.as_str(), m.anchor)).collect();
    let told = year.told.iter().filter(|one| ended(one.deadline));
    told.map(|one| (one.account.0, one.rule.as_str(), one.anchor)).filter(|cause| !missed.contains(cause)).collect()
}
