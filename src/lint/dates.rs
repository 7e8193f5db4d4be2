//! Dates as papers write them: 2022年7月11日, 6月6日、13日, 2022-06-06.

use chrono::NaiveDate;

/// A date, or a month, that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// The year, where it is written.
    pub(super) year: Option<i32>,
    /// As written, perhaps 13.
    pub(super) month: u32,
    /// `None`: a month as a whole.
    pub(super) day: Option<u32>,
    /// As it stands in the text.
    pub(super) text: String,
    /// What stands before it, at most eight characters.
    pub(super) before: String,
}

impl Said {
    /// The date in its own year, else in `year`; `None` when there is no such day.
    pub(super) fn date(&self, year: Option<i32>) -> Option<NaiveDate> {
        // In a year that nobody tells, 29 February may be.
        NaiveDate::from_ymd_opt(self.year.or(year).unwrap_or(2000), self.month, self.day.unwrap_or(1))
    }

    /// 没有“6月31日”这一天（6月只有30天）, when there is no such day.
    pub(super) fn missing(&self, year: Option<i32>) -> Option<String> {
        let own = self.year.or(year).unwrap_or(2000);
        let last = (28..=31).rev().find(|day| NaiveDate::from_ymd_opt(own, self.month, *day).is_some());
        let last = last.map_or_else(String::new, |last| format!("（{}月只有{last}天）", self.month));
        self.date(year).is_none().then(|| format!("没有“{}”这一天{last}", self.text))
    }
}

/// The first date of a text that does not exist, in words; dates without a year are of `year`.
pub fn no_such_day(text: &str, year: Option<i32>) -> Option<String> {
    dates(text).iter().find_map(|said| said.missing(year))
}

/// Every date of a text, in its order.
pub(super) fn dates(text: &str) -> Vec<Said> {
    let chars: Vec<char> = text.chars().map(half_width).collect();
    let mut scan = Scan { chars: &chars, at: 0, year: None, last: None };
    let mut found = Vec::new();
    while scan.at < chars.len() {
        found.extend(scan.next());
    }
    found
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        _ => c,
    }
}

struct Scan<'a> {
    chars: &'a [char],
    at: usize,
    /// A year that was just read, and where the text goes on after it.
    year: Option<(i32, usize)>,
    /// Year and month of the date before, and where it ended.
    last: Option<(Option<i32>, u32, usize)>,
}

impl Scan<'_> {
    /// Goes on by one number or one character.
    fn next(&mut self) -> Option<Said> {
        let start = self.at;
        let Some((number, digits)) = self.number(start) else {
            self.at += 1;
            return None;
        };
        let end = start + digits;
        self.at = end;
        match self.chars.get(end) {
            Some('年') if digits == 4 => {
                self.year = i32::try_from(number).ok().map(|year| (year, end + 1));
                None
            }
            Some('月') if digits <= 2 => self.month(start, end + 1, number),
            Some('日') if digits <= 2 => self.bare_day(start, end + 1, number),
            Some(separator @ ('-' | '/' | '.')) if digits == 4 => self.numeric(start, end + 1, number, *separator),
            _ => None,
        }
    }

    fn number(&self, at: usize) -> Option<(u32, usize)> {
        let digits: String = self.chars.iter().skip(at).take_while(|c| c.is_ascii_digit()).take(9).collect();
        let before = at.checked_sub(1).and_then(|before| self.chars.get(before));
        (!before.is_some_and(char::is_ascii_digit)).then_some(())?;
        Some((digits.parse().ok()?, digits.len()))
    }

    fn month(&mut self, start: usize, end: usize, month: u32) -> Option<Said> {
        let year = self.year.take().filter(|(_, next)| *next == start).map(|(year, _)| (year, start - 5));
        let from = year.map_or(start, |(_, from)| from);
        let year = year.map(|(year, _)| year);
        let day = self
            .number(end)
            .filter(|(_, digits)| *digits <= 2 && matches!(self.chars.get(end + digits), Some('日' | '号')));
        let is_month = year.is_some() || self.chars.get(end) == Some(&'份');
        if day.is_none() && !is_month {
            return None;
        }
        let end = day.map_or(end, |(_, digits)| end + digits + 1);
        self.at = end;
        self.last = day.map(|_| (year, month, end));
        Some(self.said((year, month, day.map(|(day, _)| day)), from, end))
    }

    /// The 13日 of 6月6日、13日.
    fn bare_day(&mut self, start: usize, end: usize, day: u32) -> Option<Said> {
        let (year, month, last) = self.last?;
        let between: String = self.chars.get(last..start)?.iter().collect();
        let joined = ["、", "，", ",", "至", "到", "—", "——", "-", "~", "～", "和", "及", "与", "－"];
        if !joined.contains(&between.trim()) {
            return None;
        }
        self.at = end;
        self.last = Some((year, month, end));
        Some(self.said((year, month, Some(day)), start, end))
    }

    fn numeric(&mut self, start: usize, next: usize, year: u32, separator: char) -> Option<Said> {
        let (month, digits) = self.number(next).filter(|(_, digits)| *digits <= 2)?;
        let then = next + digits;
        (self.chars.get(then) == Some(&separator)).then_some(())?;
        let (day, digits) = self.number(then + 1).filter(|(_, digits)| *digits <= 2)?;
        (1900..2200).contains(&year).then_some(())?;
        let end = then + 1 + digits;
        let more = self.chars.get(end) == Some(&separator) && self.number(end + 1).is_some();
        self.at = end;
        (!more).then(|| self.said((i32::try_from(year).ok(), month, Some(day)), start, end))
    }

    fn said(&self, (year, month, day): (Option<i32>, u32, Option<u32>), start: usize, end: usize) -> Said {
        let text = self.chars.get(start..end).unwrap_or_default().iter().collect();
        let before = self.chars.get(start.saturating_sub(8)..start).unwrap_or_default().iter().collect();
        Said { year, month, day, text, before }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_papers_write_them() {
        let read = |text: &str| {
            let all = dates(text).into_iter();
            all.map(|said| format!("{}-{}-{}", said.year.unwrap_or(0), said.month, said.day.unwrap_or(0)))
                .collect::<Vec<_>>()
                .join(" ")
        };
        for (text, want) in [
            ("(以6月6日、13日、20日、6月27日检查结果为准)", "0-6-6 0-6-13 0-6-20 0-6-27"),
            ("截至6月31日，共收到", "0-6-31"),
            ("2022年7月11日", "2022-7-11"),
            ("２０２２年６月份存在问题", "2022-6-0"),
            ("监测时间：9月1日——9月30日", "0-9-1 0-9-30"),
            ("2022-06-31 09:00 和 2022/2/30，2022.6.1.2", "2022-6-31 2022-2-30"),
            ("超过6个月未更新，近3月内，第19号，20日", ""),
            ("国办秘函〔2019〕19号", ""),
            ("2022年13月份", "2022-13-0"),
            ("12345678901年1月1日", "0-1-1"),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
    }
}
