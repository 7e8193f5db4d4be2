//! One written value and the ways to understand it. Each way either gives what was meant or notes a
//! mistake with its cure; a value that could be a secret is never repeated.

use super::faults::is_secretive;
use super::sheet::{Sheet, nearest};
use chrono::{NaiveDate, NaiveTime, Weekday};
use cuigeng_adapters::Moment;
use cuigeng_adapters::time::parse_date;
use std::ops::{Range, RangeInclusive};
use toml::Spanned;
use toml::de::DeValue;

/// A value at its place.
pub(super) struct Value<'s, 't> {
    pub(super) sheet: &'s Sheet<'t>,
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) value: &'s Spanned<DeValue<'t>>,
}

impl<'s, 't> Value<'s, 't> {
    /// Notes a mistake.
    pub(super) fn note(&self, said: &str, cure: &str) {
        self.sheet.fault(self.value.span(), &self.key, said, cure, false);
    }

    /// Notes a mistake, and there is no value.
    pub(super) fn refuse<T>(&self, said: &str, cure: &str) -> Option<T> {
        self.note(said, cure);
        None
    }

    /// Notes that the value should have been `wanted`.
    pub(super) fn wrong_type<T>(&self, wanted: &str, cure: &str) -> Option<T> {
        let is = match self.value.get_ref() {
            DeValue::String(_) => "文字",
            DeValue::Integer(_) => "整数",
            DeValue::Float(_) => "小数",
            DeValue::Boolean(_) => "true 或 false",
            DeValue::Datetime(_) => "日期时间",
            DeValue::Array(_) => "列表",
            DeValue::Table(_) => "一节",
        };
        self.refuse(&format!("应为{wanted}，写成了{is}"), cure)
    }

    /// What was written, for a sentence: `“…”`, or nothing where it could be a secret.
    fn echo(&self, text: &str) -> String {
        let private = is_secretive(&self.key) || (text.contains("://") && text.contains(['@', '?']));
        if private { "这个值".to_owned() } else { format!("“{}”", text.chars().take(40).collect::<String>()) }
    }

    /// Text of one line, trimmed, without control characters; may be empty.
    pub(super) fn line(&self) -> Option<String> {
        let Some(text) = self.value.get_ref().as_str() else {
            return self.wrong_type("文字", "用英文双引号括起来");
        };
        if text.chars().any(char::is_control) {
            return self.refuse("文字中有换行或其他控制字符", "写在一行之内");
        }
        Some(text.trim().to_owned())
    }

    /// The same, not empty.
    pub(super) fn name(&self) -> Option<String> {
        let text = self.line()?;
        if text.is_empty() {
            self.refuse("不能为空", "写上内容，或在行首加 # 注释掉")
        } else {
            Some(text)
        }
    }

    /// A whole number within `range`.
    pub(super) fn int(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let Some(number) = self.value.get_ref().as_integer() else {
            return self.wrong_type("整数", &format!("写一个{}到{}之间的整数，不加引号", range.start(), range.end()));
        };
        match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => self.refuse(
                &format!("{}超出范围", number.as_str()),
                &format!("应在{}到{}之间", range.start(), range.end()),
            ),
        }
    }

    /// The same as a small unsigned number.
    pub(super) fn count(&self, range: RangeInclusive<u32>) -> Option<u32> {
        let number = self.int(i64::from(*range.start())..=i64::from(*range.end()))?;
        u32::try_from(number).ok()
    }

    /// `true` or `false`.
    pub(super) fn yes(&self) -> Option<bool> {
        let value = self.value.get_ref().as_bool();
        value.or_else(|| self.wrong_type("true 或 false", "写 true（是）或 false（否），不加引号"))
    }

    /// One of a few words.
    pub(super) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.line()?;
        if let Some((_, meant)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*meant);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let cure = match nearest(&text, names.iter().copied()) {
            Some(meant) => format!("是不是想写“{meant}”？"),
            None => format!("可以写的有：{}", names.join("、")),
        };
        self.refuse(&format!("不认识{}", self.echo(&text)), &cure)
    }

    /// The entries of a list.
    pub(super) fn list(&self) -> Option<Vec<Value<'s, 't>>> {
        let Some(array) = self.value.get_ref().as_array() else {
            return self.wrong_type("列表", "写成 [\"甲\", \"乙\"] 这样的列表");
        };
        Some(array.iter().map(|value| self.entry(value)).collect())
    }

    /// The entries of a list, or the one value that stands for a list of one.
    pub(super) fn one_or_more(&self) -> Vec<Value<'s, 't>> {
        match self.value.get_ref().as_array() {
            Some(array) => array.iter().map(|value| self.entry(value)).collect(),
            None => vec![self.entry(self.value)],
        }
    }

    fn entry(&self, value: &'s Spanned<DeValue<'t>>) -> Value<'s, 't> {
        Value { sheet: self.sheet, key: self.key.clone(), key_span: value.span(), value }
    }

    /// What `read` makes of every entry; `None` when one was refused (all are tried).
    pub(super) fn all<T>(&self, read: impl Fn(&Value<'s, 't>) -> Option<T>) -> Option<Vec<T>> {
        let understood: Vec<Option<T>> = self.list()?.iter().map(read).collect();
        understood.into_iter().collect()
    }

    /// A time of day, `"09:00"` or bare `09:00`.
    pub(super) fn time(&self) -> Option<NaiveTime> {
        if let DeValue::Datetime(written) = self.value.get_ref()
            && let (None, Some(time)) = (written.date, written.time)
        {
            return NaiveTime::from_hms_opt(time.hour.into(), time.minute.into(), 0);
        }
        let text = self.line()?;
        let plain = text.replace('：', ":");
        let time = NaiveTime::parse_from_str(&plain, "%H:%M").ok();
        time.or_else(|| self.refuse(&format!("{}不是一天中的时间", self.echo(&text)), "写成 \"09:00\"（24小时制）"))
    }

    /// A calendar date.
    pub(super) fn date(&self) -> Option<NaiveDate> {
        let written = self.date_text()?;
        let date = parse_date(&written);
        date.or_else(|| self.refuse(&format!("{}不是日期", self.echo(&written)), "写成 2026-01-01"))
    }

    /// A moment in Beijing time; a date alone means `hour` o'clock.
    pub(super) fn moment(&self, hour: i64) -> Option<Moment> {
        let written = self.date_text()?;
        let at_hour = |date| Moment::start_of(date).plus(hour * 3600);
        let moment = parse_date(&written).map(at_hour).or_else(|| Moment::parse(&written));
        moment.or_else(|| {
            let said = format!("{}不是日期或时间", self.echo(&written));
            self.refuse(&said, "写成 \"2026-01-05\" 或 \"2026-01-05 09:00\"")
        })
    }

    fn date_text(&self) -> Option<String> {
        match self.value.get_ref() {
            DeValue::Datetime(written) => Some(written.to_string()),
            _ => self.line(),
        }
    }

    /// A day of the week by name.
    pub(super) fn weekday(&self) -> Option<Weekday> {
        const DAYS: [(&str, Weekday); 7] = [
            ("一", Weekday::Mon),
            ("二", Weekday::Tue),
            ("三", Weekday::Wed),
            ("四", Weekday::Thu),
            ("五", Weekday::Fri),
            ("六", Weekday::Sat),
            ("日", Weekday::Sun),
        ];
        const CURE: &str = "写星期的名字，例如 \"周四\" 或 \"Thu\"；数字在各家软件里含义不同，不能用";
        let Some(text) = self.value.get_ref().as_str() else {
            return self.wrong_type("星期的名字", CURE);
        };
        let chinese = ["周", "星期", "礼拜"].iter().find_map(|begin| text.trim().strip_prefix(begin));
        let chinese = chinese.map(|day| if day == "天" { "日" } else { day });
        let named = chinese.and_then(|day| DAYS.iter().find(|(name, _)| *name == day)).map(|(_, day)| *day);
        let english = text.trim().parse().ok().filter(|_| text.trim().len() >= 3);
        named.or(english).or_else(|| self.refuse(&format!("{}不是星期", self.echo(text)), CURE))
    }
}
