//! Reads the State Council's notice about the days off of a year (…放假…，…上班) as people paste it. Pure,
//! whole or nothing: a festival without its days, a weekday that is not the date's, or a date that says
//! neither 放假 nor 上班 refuses the text, with its line.

mod makeup;
mod scan;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use makeup::Arranged;
use scan::{Placed, Token, WrittenDate, scan};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Every festival that a year's notice must arrange.
const FESTIVALS: [&str; 7] = ["元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆"];
/// Weekdays that must fit another year before the year is taken for the mistake.
const SURE_OF_YEAR: usize = 4;
/// The longest closure so far had nine days.
const LONGEST_SPAN_D: i64 = 15;

/// What a notice arranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announced {
    /// Days off, with the festival's name as the notice prints it.
    pub off: BTreeMap<NaiveDate, String>,
    /// Weekend days that are worked.
    pub worked: BTreeSet<NaiveDate>,
}

/// What is wrong with a notice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoticeFault {
    /// Line, from 1; 0 for the text as a whole.
    pub line: usize,
    /// What is wrong and what cures it (Chinese).
    pub said: String,
}

impl fmt::Display for NoticeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 { write!(f, "第{}行：{}", self.line, self.said) } else { f.write_str(&self.said) }
    }
}

/// A notice that was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// What it arranges.
    pub found: Announced,
    /// What is odd about it, to be compared with the printed text (Chinese).
    pub doubts: Vec<NoticeFault>,
}

/// Understands the notice for `year`.
///
/// # Errors
/// Everything that is wrong with it; only the year where that is the mistake.
pub fn read_notice(text: &str, year: i32) -> Result<Notice, Vec<NoticeFault>> {
    let mut reader = Reader { year, ..Reader::default() };
    for placed in scan(text) {
        reader.take(placed);
    }
    reader.end_sentence();
    if let Some(fault) = reader.wrong_year() {
        return Err(vec![fault]);
    }
    reader.demand_festivals();
    reader.faults.sort();
    let doubts = makeup::doubts(&reader.arranged);
    if reader.faults.is_empty() { Ok(Notice { found: reader.found, doubts }) } else { Err(reader.faults) }
}

/// A date or a span of them that no word has claimed yet.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: WrittenDate,
    last: WrittenDate,
    line: usize,
}

#[derive(Default)]
struct Reader {
    year: i32,
    found: Announced,
    faults: Vec<NoticeFault>,
    /// The title says another year.
    titled: Option<(i32, usize)>,
    /// Dates with their weekday that name no year of their own.
    weekdays: Vec<(u32, u32, Weekday)>,
    /// Festivals in the order of the text.
    arranged: Vec<Arranged>,
    festival: Option<String>,
    /// A heading that is no festival, and its line: days below it belong to none.
    stranger: Option<(String, usize)>,
    /// Every festival that was named.
    named: BTreeSet<String>,
    pending: Vec<Span>,
    before: Option<Token>,
    /// The date written last in this sentence, from which a bare day goes on.
    last_date: Option<WrittenDate>,
    /// Days that were just taken off in this sentence; 共n天 must agree.
    group_d: Option<usize>,
    /// The sentence gives advice (鼓励…休息), its dates are no arrangement.
    advises: bool,
}

impl Reader {
    fn take(&mut self, placed: Placed) {
        let Placed { token, line } = placed;
        match &token {
            Token::TitleYear(year) if *year != self.year => {
                self.titled = self.titled.or(Some((*year, line)));
            }
            Token::Shifted => self.shifts(),
            Token::Festival(name) => {
                self.end_sentence();
                self.arranged.push(Arranged { name: name.clone(), line, ..Arranged::default() });
                self.named.insert(name.clone());
                (self.festival, self.stranger) = (Some(name.clone()), None);
            }
            Token::Stranger(name) => {
                self.end_sentence();
                self.stranger = Some((name.clone(), line));
            }
            Token::Date(date) => self.date(*date, line),
            Token::Off => self.off(line),
            Token::Work => self.work(line),
            Token::Denied(word) => self.fault(line, format!("“不{word}”看不懂，请按通知原文粘贴")),
            Token::Count(days) => self.count(*days, line),
            Token::Advice => self.advises = true,
            Token::End => self.end_sentence(),
            Token::TitleYear(_) | Token::To | Token::And => {}
        }
        self.before = Some(token);
    }

    /// A bare day is a date only where it goes on from one: 1月1日至3日, 2月14日、28日.
    fn date(&mut self, mut date: WrittenDate, line: usize) {
        let goes_on = matches!(self.before, Some(Token::To | Token::And));
        if date.month.is_none() {
            let Some(last) = self.last_date.filter(|_| goes_on) else { return };
            (date.month, date.year) = (last.month, last.year);
        }
        self.last_date = Some(date);
        match (&self.before, self.pending.last_mut()) {
            (Some(Token::To), Some(span)) => span.last = date,
            _ => self.pending.push(Span { first: date, last: date, line }),
        }
    }

    fn off(&mut self, line: usize) {
        let spans = std::mem::take(&mut self.pending);
        // Whatever stands before the first festival is no arrangement.
        let Some(name) = self.festival.clone().filter(|_| !spans.is_empty()) else { return };
        if let Some((stranger, line)) = self.stranger.take() {
            return self.fault(line, format!("“{stranger}”不是全国放假的节日；只粘贴国务院办公厅的通知"));
        }
        let mut group_d = Some(0);
        for span in spans {
            let days = self.days(span);
            group_d = group_d.zip(days.as_ref()).map(|(sum, days)| sum + days.len());
            for day in days.unwrap_or_default() {
                if let Some(arranged) = self.arranged.last_mut() {
                    arranged.off.insert(day);
                }
                if self.found.off.insert(day, name.clone()).is_some() {
                    self.fault(span.line, format!("{}写了两次放假", in_words(day)));
                }
                self.contradiction(day, line);
            }
        }
        self.group_d = group_d;
    }

    fn work(&mut self, line: usize) {
        let spans = std::mem::take(&mut self.pending);
        if self.festival.is_none() {
            return;
        }
        if spans.is_empty() && !self.advises {
            self.fault(line, "“上班”前面没有看到日期".to_owned());
        }
        for span in spans {
            for day in self.days(span).unwrap_or_default() {
                if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
                    let said = format!("{}是{}，不是周末，不必写上班", in_words(day), weekday(day.weekday()));
                    self.fault(span.line, said);
                }
                self.found.worked.insert(day);
                if let Some(arranged) = self.arranged.last_mut() {
                    arranged.worked += 1;
                }
                self.contradiction(day, span.line);
            }
        }
    }

    /// 放假调休: the festival says of itself that days are moved.
    fn shifts(&mut self) {
        if let Some(arranged) = self.arranged.last_mut().filter(|_| !self.advises) {
            arranged.shifts = true;
        }
    }

    /// The notice of another year has a dozen weekdays that do not fit; the mistake is one.
    fn wrong_year(&self) -> Option<NoticeFault> {
        if let Some((year, line)) = self.titled {
            let said = format!("年份不对：这是{year}年的通知，要录入的是{}年", self.year);
            return Some(NoticeFault { line, said });
        }
        let fits = |year: i32| {
            let is = |(month, day, weekday): &(u32, u32, Weekday)| {
                NaiveDate::from_ymd_opt(year, *month, *day).is_some_and(|date| date.weekday() == *weekday)
            };
            self.weekdays.iter().filter(|date| is(date)).count()
        };
        let all = self.weekdays.len();
        // A slip or two are named as such.
        if all < SURE_OF_YEAR || fits(self.year) * 2 > all {
            return None;
        }
        let near = (1..=5).flat_map(|by| [self.year - by, self.year + by]);
        let other = near.into_iter().find(|year| fits(*year) == all)?;
        let said = format!("年份不对：文中的星期都对不上{}年，正好是{other}年的；请改要录入的年份", self.year);
        Some(NoticeFault { line: 0, said })
    }

    fn contradiction(&mut self, day: NaiveDate, line: usize) {
        if self.found.worked.contains(&day) && self.found.off.contains_key(&day) {
            self.fault(line, format!("{}既写放假又写上班", in_words(day)));
        }
    }

    fn count(&mut self, days: u32, line: usize) {
        let Some(group_d) = self.group_d.take() else { return };
        if usize::try_from(days) != Ok(group_d) {
            self.fault(line, format!("写的是{days}天，日期却有{group_d}天"));
        }
    }

    /// What no word has claimed is a mistake, unless it is advice, or the date of the paper itself.
    fn end_sentence(&mut self) {
        let left = std::mem::take(&mut self.pending);
        let claims = self.festival.is_some() && !self.advises;
        let elsewhere = |span: &Span| span.first.year.is_some_and(|year| year != self.year);
        if let Some(span) = left.into_iter().find(|span| claims && !elsewhere(span)) {
            let said = format!("{}没有写明是放假还是上班", span.first);
            self.fault(span.line, said);
        }
        (self.group_d, self.advises, self.before, self.last_date) = (None, false, None, None);
    }

    /// A festival that is named and whose days were refused is not missing as well.
    fn demand_festivals(&mut self) {
        let all_is_well = self.faults.is_empty();
        for festival in FESTIVALS {
            let is_said = self.named.iter().any(|name| name.contains(festival)) && !all_is_well;
            if !is_said && !self.found.off.values().any(|name| name.contains(festival)) {
                let said = format!("没有看到“{festival}”的放假安排，请粘贴通知的全文");
                self.faults.push(NoticeFault { line: 0, said });
            }
        }
    }

    /// The days of a span, its weekdays checked.
    fn days(&mut self, span: Span) -> Option<Vec<NaiveDate>> {
        let last = self.understood(span.last, self.year, span.line)?;
        let mut first = self.understood(span.first, self.year, span.line)?;
        if first > last && span.first.year.is_none() && (span.first.month, last.month()) == (Some(12), 1) {
            // 12月31日至1月2日: New Year's days that begin in the old year.
            first = self.understood(span.first, last.year() - 1, span.line)?;
        }
        let agree = self.agrees(span.first, first, span.line) & self.agrees(span.last, last, span.line);
        let days = (last - first).num_days() + 1;
        if !(1..=LONGEST_SPAN_D).contains(&days) {
            self.fault(span.line, format!("{}至{}不像一次放假的起止", in_words(first), in_words(last)));
            return None;
        }
        if first.year() < self.year - 1
            || last.year() > self.year + 1
            || (first.year() != self.year && last.year() != self.year)
        {
            self.fault(span.line, format!("{}不属于{}年的安排", in_words(first), self.year));
            return None;
        }
        agree.then(|| first.iter_days().take_while(|day| *day <= last).collect())
    }

    fn understood(&mut self, date: WrittenDate, year: i32, line: usize) -> Option<NaiveDate> {
        let found = NaiveDate::from_ymd_opt(date.year.unwrap_or(year), date.month.unwrap_or(0), date.day);
        if found.is_none() {
            self.fault(line, format!("没有{date}这一天"));
        }
        found
    }

    fn agrees(&mut self, written: WrittenDate, date: NaiveDate, line: usize) -> bool {
        if let (None, Some(month), Some(weekday)) = (written.year, written.month, written.weekday) {
            self.weekdays.push((month, written.day, weekday));
        }
        let wrong = written.weekday.filter(|written| *written != date.weekday());
        if let Some(written) = wrong {
            let is = weekday(date.weekday());
            self.fault(line, format!("{}是{is}，文中写的是{}", in_words(date), weekday(written)));
        }
        wrong.is_none()
    }

    fn fault(&mut self, line: usize, said: String) {
        let fault = NoticeFault { line, said };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

impl Announced {
    /// The days of that year.
    pub fn of_year(&self, year: i32) -> Announced {
        let off = self.off.iter().filter(|(day, _)| day.year() == year).map(|(day, name)| (*day, name.clone()));
        Announced { off: off.collect(), worked: self.worked.iter().copied().filter(|day| day.year() == year).collect() }
    }

    /// The years that have a day in it.
    pub fn years(&self) -> BTreeSet<i32> {
        self.off.keys().chain(&self.worked).map(Datelike::year).collect()
    }

    /// Runs of days off of one name: name, first, last.
    pub fn closures(&self) -> Vec<(String, NaiveDate, NaiveDate)> {
        let mut runs: Vec<(String, NaiveDate, NaiveDate)> = Vec::new();
        for (day, name) in &self.off {
            match runs.last_mut() {
                Some((last_name, _, last))
                    if last_name == name && last.checked_add_days(Days::new(1)) == Some(*day) =>
                {
                    *last = *day;
                }
                _ => runs.push((name.clone(), *day, *day)),
            }
        }
        runs
    }
}

fn in_words(day: NaiveDate) -> String {
    day.format("%Y年%-m月%-d日").to_string()
}

/// 周一 to 周日.
pub fn weekday(day: Weekday) -> &'static str {
    ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][day.num_days_from_monday() as usize]
}

#[cfg(test)]
#[path = "../notice_tests.rs"]
mod tests;
