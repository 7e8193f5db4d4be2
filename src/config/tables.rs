//! The section `[tables]` of a profile: how tables from elsewhere are computed, and in which order they
//! stand.

use super::sheet::Section;
use super::value::Value;
use crate::tables::{Form, OURS, Points, TableRules};
use crate::wording;
use std::collections::BTreeMap;
use toml::de::DeValue;

pub(super) fn tables(section: Section<'_, '_>) -> TableRules {
    let shipped = TableRules::default();
    let rules = TableRules {
        reported: section.or("reported", shipped.reported, points),
        adopted: section.or("adopted", shipped.adopted, points),
        order: section.or("order", shipped.order, |value| value.all(place)),
        columns: by_form(&section.sub("columns")),
        sort: by_form(&section.sub("sort")),
        words: section.opt("words", words),
    };
    section.close();
    rules
}

/// A weight: 0.2, 1 or "0.2".
fn points(value: &Value<'_, '_>) -> Option<Points> {
    let text = match value.value.get_ref() {
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        _ => value.line()?,
    };
    let points = Points::parse(&text).filter(|points| *points >= Points::default());
    points.or_else(|| value.refuse("不是分值", "写成 0.2 或 1 这样的数，最多三位小数"))
}

/// Text of several lines, in the form of the office's words; a line that is no such form is refused here
/// and not on the day of the 通报.
fn words(value: &Value<'_, '_>) -> Option<String> {
    let Some(text) = value.value.get_ref().as_str() else {
        return value.wrong_type("文字", "首尾各写三个英文双引号，中间照段落文件的写法");
    };
    match wording::parse(text).findings.first() {
        Some(finding) => value.refuse(&format!("段落的格式不对（{finding}）"), "照 report words 写出的文件的写法"),
        None => Some(text.replace('\r', "")),
    }
}

fn place(value: &Value<'_, '_>) -> Option<String> {
    let words: Vec<(&str, &str)> = Form::all().map(|form| (form.chinese, form.chinese)).chain([(OURS, OURS)]).collect();
    value.one_of(&words).map(str::to_owned)
}

/// Lists of headings by form.
fn by_form(section: &Section<'_, '_>) -> BTreeMap<String, Vec<String>> {
    let entry = |(name, value): (String, Value<'_, '_>)| {
        let Some(form) = Form::find(&name).filter(|form| !form.is_blank) else {
            let known: Vec<&str> = Form::all().filter(|form| !form.is_blank).map(|form| form.chinese).collect();
            return value.refuse("没有这种附表", &format!("可以写的有：{}", known.join("、")));
        };
        let headings: Vec<(&str, &str)> =
            form.columns.iter().map(|column| (column.names[0], column.names[0])).collect();
        let columns = value.all(|value| value.one_of(&headings).map(str::to_owned))?;
        if columns.is_empty() {
            return value.refuse("没有写任何一列", "写上表头，或删去这一项");
        }
        Some((form.chinese.to_owned(), columns))
    };
    section.entries().into_iter().filter_map(entry).collect()
}
