//! The words of one message to a channel. Every text begins with the same fixed word, which satisfies
//! a robot's keyword filter.

use super::plan::{Alarm, Cause, Rise};
use crate::config::Config;
use crate::domain::Moment;
use std::fmt::Write;

/// A robot that was set to this keyword takes what begins with it.
const FIXED_WORD: &str = "更新提醒";

/// Subject and text about a trouble that lasts.
pub(super) fn lasts(config: &Config, cause: &Cause, rise: &Rise, now: Moment) -> (String, String) {
    let mut text = begin(config, &format!("运行告警：{}", cause.subject));
    if !cause.detail.is_empty() {
        line(&mut text, &cause.detail);
    }
    line(&mut text, &format!("处理办法：{}", cause.cure));
    let again = if rise.stage > 0 || rise.round > 1 { "，尚未恢复" } else { "" };
    line(&mut text, &format!("{}起{again}；本条写于{}", minute(rise.began), minute(now)));
    (format!("【运行告警】{}", cause.subject), text)
}

/// Subject and text about a trouble that is over.
pub(super) fn over(config: &Config, alarm: &Alarm, now: Moment) -> (String, String) {
    let mut text = begin(config, &format!("已恢复：{}", alarm.subject));
    line(&mut text, &format!("{}起，{}止", minute(alarm.began), minute(now)));
    (format!("【运行告警】已恢复：{}", alarm.subject), text)
}

/// Subject and text of a test.
pub(super) fn test(config: &Config, now: Moment) -> String {
    let mut text = begin(config, "测试：这是一条测试消息，不涉及任何账号");
    line(&mut text, &format!("写于{}；收到即说明第二渠道正常", minute(now)));
    text
}

fn begin(config: &Config, first: &str) -> String {
    let word = if config.mail.prefix.is_empty() { FIXED_WORD } else { &config.mail.prefix };
    format!("{word}　{first}（{}）", config.office.name)
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = write!(text, "\n{line}");
}

fn minute(moment: Moment) -> String {
    moment.beijing().format("%-m月%-d日%H:%M").to_string()
}
