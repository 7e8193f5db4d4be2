//! A paper with what every check needs to know of it.

use super::dates::{Said, dates};
use super::paper::{Line, Paper, Table, number};
use crate::domain::{Month, Period, Quarter};
use crate::tables::Points;
use chrono::{Datelike, NaiveDate};

/// Words of a title.
const TITLE: [&str; 8] = ["通报", "通 报", "情况", "名单", "简报", "报告", "周报", "结果"];

/// What the checks look at.
pub(super) struct Seen<'a> {
    pub(super) tables: Vec<(usize, &'a Table)>,
    pub(super) lines: Vec<(usize, &'a Line)>,
    /// The month or quarter that its titles name.
    pub(super) period: Option<Period>,
    /// The year of dates that name none.
    pub(super) year: Option<i32>,
    /// 周报: not for publication.
    pub(super) is_weekly: bool,
    /// The date of issue: the last paragraph that is a date and nothing else.
    pub(super) issued: Option<NaiveDate>,
    /// The score that an account begins with, where the text says it.
    pub(super) full_score: Option<Points>,
    /// The document that the office's own rules rest on.
    pub(super) basis: &'a str,
}

impl<'a> Seen<'a> {
    pub(super) fn of(paper: &'a Paper, basis: &'a str) -> Seen<'a> {
        let lines: Vec<(usize, &Line)> = paper.lines().collect();
        let is_title = |text: &str| text.chars().count() <= 60 && TITLE.iter().any(|word| text.contains(word));
        let titles = || lines.iter().map(|(_, line)| line.text.as_str()).take(40).filter(|text| is_title(text));
        let period = titles().find_map(period).or(paper.period);
        let issued = lines.iter().rev().find_map(|(_, line)| issue(&line.text));
        let first = lines.iter().find_map(|(_, line)| dates(&line.text).into_iter().find_map(|said| said.year));
        let year = period.map(|period| period.begins().date().year()).or(issued.map(|date| date.year())).or(first);
        let is_weekly = titles().any(|text| text.contains("周报"));
        let full_score = lines.iter().find_map(|(_, line)| full_score(&line.text));
        Seen { tables: paper.tables().collect(), lines, period, year, is_weekly, issued, full_score, basis }
    }
}

/// 满分100分, 基础分为100分.
fn full_score(text: &str) -> Option<Points> {
    let (_, rest) = text.split_once("满分").or_else(|| text.split_once("基础分"))?;
    let digits = rest.trim_start_matches(['为', '是', '：', ':', ' ']).split(|c: char| !c.is_ascii_digit()).next();
    number(digits?)
}

/// 2022年6月份 or 2022年第2季度.
fn period(title: &str) -> Option<Period> {
    if let Some((before, after)) = title.split_once("年第")
        && let Some((number, _)) = after.split_once("季度")
    {
        let year: i32 = last_digits(before).parse().ok()?;
        let quarter = ["一", "二", "三", "四"].iter().position(|word| *word == number.trim()).map(|at| at + 1);
        let quarter = quarter.or_else(|| number.trim().parse().ok()).filter(|quarter| (1..=4).contains(quarter))?;
        return Some(Period::Quarter(Quarter { year, quarter: u32::try_from(quarter).ok()? }));
    }
    let whole = |said: Said| {
        let year = said.year.filter(|_| said.day.is_none() && (1..=12).contains(&said.month))?;
        Some(Period::Month(Month { year, month: said.month }))
    };
    dates(title).into_iter().find_map(whole)
}

fn last_digits(text: &str) -> String {
    let digits: Vec<char> = text.chars().rev().take_while(char::is_ascii_digit).collect();
    digits.into_iter().rev().collect()
}

fn issue(text: &str) -> Option<NaiveDate> {
    // Our own workbook writes 注： before what stands at the end.
    let text = text.strip_prefix("注：").unwrap_or(text);
    let [said] = &dates(text)[..] else { return None };
    let year = said.year?;
    (said.text.chars().count() == text.trim().chars().count()).then(|| said.date(Some(year))).flatten()
}
