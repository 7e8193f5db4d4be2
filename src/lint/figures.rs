//! Figures in prose: what is counted, how many, of what.

use super::paper::number;
use crate::report::{Rounding, percent};
use crate::tables::Points;

/// What a sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Sites,
    Accounts,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Running,
    Checked,
    Passed,
    Failed,
    /// 合格但存在问题, 存在问题.
    Problem,
    /// 合格无问题.
    Good,
    Unclear,
    /// 存在问题名单共N个账号.
    Listed,
    Reported,
    Adopted,
    /// 受理N件, letters and the like.
    Taken,
    /// 办结.
    Done,
    PassRate,
    CheckRate,
    AdoptRate,
    DoneRate,
    /// A rate of something else.
    OtherRate,
}

/// A number in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Figure {
    /// Its digits, half width, with the point.
    pub(super) digits: String,
    pub(super) key: Option<Key>,
    /// What stands before it, back to the last mark or number.
    pub(super) before: String,
    pub(super) subject: Option<Subject>,
    /// Which sentence of the text it stands in.
    pub(super) sentence: usize,
}

impl Figure {
    /// Its value as a count.
    pub(super) fn count(&self) -> Option<i64> {
        number(&self.digits).and_then(Points::as_whole)
    }
}

/// Every figure with a unit that we know.
pub(super) fn figures(text: &str) -> Vec<Figure> {
    let chars: Vec<char> = text.chars().map(half_width).collect();
    let mut scan = Scan { before: String::new(), seen: String::new(), subject: None, sentence: 0 };
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        match digits(&chars[at..]) {
            Some(run) => {
                let end = at + run.chars().count();
                found.extend(scan.figure(&run, &chars[end..]));
                scan.before.clear();
                at = end;
            }
            None => {
                scan.take(chars[at]);
                at += 1;
            }
        }
    }
    found
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '％' => '%',
        '．' => '.',
        _ => c,
    }
}

/// A number such as 1371, 1,371 or 94.3 at the start.
fn digits(chars: &[char]) -> Option<String> {
    let mut run = String::new();
    for (at, c) in chars.iter().enumerate().take(20) {
        let next_is_digit = chars.get(at + 1).is_some_and(char::is_ascii_digit);
        let thousands = *c == ','
            && !run.contains('.')
            && chars.iter().skip(at + 1).take_while(|c| c.is_ascii_digit()).count() == 3;
        let point = *c == '.' && next_is_digit && !run.contains('.');
        if !(c.is_ascii_digit() || (!run.is_empty() && (thousands || point))) {
            break;
        }
        run.push(*c);
    }
    (!run.is_empty()).then_some(run)
}

struct Scan {
    before: String,
    /// The last few characters, across marks.
    seen: String,
    subject: Option<Subject>,
    sentence: usize,
}

impl Scan {
    fn take(&mut self, c: char) {
        self.sentence += usize::from(matches!(c, '。' | '；' | ';'));
        if "，。；：、（）()《》,;:“”【】〔〕".contains(c) || c.is_whitespace() {
            self.before.clear();
        } else {
            self.before.push(c);
        }
        self.seen.push(c);
        if self.seen.ends_with("网站") {
            self.subject = Some(Subject::Sites);
        } else if self.seen.ends_with("新媒体") {
            self.subject = Some(Subject::Accounts);
        }
    }

    fn figure(&mut self, digits: &str, after: &[char]) -> Option<Figure> {
        self.seen.clear();
        let starts = |word: &str| after.iter().take(word.chars().count()).copied().eq(word.chars());
        let key = match after.first()? {
            '%' => Some(rate(self.plain())),
            '个' if starts("个百分点") || starts("个月") => return None,
            '个' | '家' if is_of_something_else(after) => None,
            '个' | '家' => count(self.plain()),
            '条' => articles(self.plain()),
            '件' => letters(self.plain()),
            _ => return None,
        };
        let (digits, before) = (digits.replace(',', ""), self.before.clone());
        Some(Figure { digits, key, before, subject: self.subject, sentence: self.sentence })
    }

    /// What is counted, without the words around it.
    fn plain(&self) -> &str {
        const ENDS: [&str; 17] = [
            "共计",
            "共有",
            "总共",
            "合计",
            "总计",
            "共",
            "为",
            "达到",
            "达",
            "有",
            "是",
            "了",
            "的",
            "政务新媒体",
            "政府网站",
            "账号",
            "网站",
        ];
        let mut plain = self.before.trim_end();
        while let Some(shorter) = ENDS.iter().find_map(|end| plain.strip_suffix(end)) {
            if shorter.is_empty() {
                return plain;
            }
            plain = shorter;
        }
        plain
    }
}

/// 12个单位, 3个栏目: neither accounts nor sites.
fn is_of_something_else(after: &[char]) -> bool {
    let rest: String = after.iter().skip(1).take(5).collect();
    let ours = ["政务", "政府网站", "网站", "账号", "新媒体", "微信", "微博", "抖音", "合格", "检查", "，"];
    let is_word = rest.starts_with(|c: char| ('\u{4e00}'..='\u{9fff}').contains(&c));
    is_word && !ours.iter().any(|word| rest.starts_with(word))
}

fn rate(before: &str) -> Key {
    let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    match () {
        () if ends(&["不合格率", "不达标率"]) => Key::OtherRate,
        () if ends(&["合格率", "达标率"]) => Key::PassRate,
        () if ends(&["检查率", "抽查率"]) => Key::CheckRate,
        () if ends(&["采用率"]) => Key::AdoptRate,
        () if ends(&["办结率"]) => Key::DoneRate,
        () => Key::OtherRate,
    }
}

fn count(before: &str) -> Option<Key> {
    let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    match () {
        () if ends(&["存在问题名单"]) => Some(Key::Listed),
        () if ends(&["存在问题"]) => Some(Key::Problem),
        () if ends(&["合格无问题"]) => Some(Key::Good),
        () if ends(&["不合格", "不达标"]) => Some(Key::Failed),
        () if ends(&["合格", "达标"]) => Some(Key::Passed),
        () if ends(&["检查", "抽查"]) => Some(Key::Checked),
        () if ends(&["无法判定"]) => Some(Key::Unclear),
        () if before.contains("正在运行") || ends(&["运行"]) => Some(Key::Running),
        () => None,
    }
}

fn letters(before: &str) -> Option<Key> {
    match () {
        () if before.ends_with("受理") => Some(Key::Taken),
        () if before.ends_with("办结") => Some(Key::Done),
        () => None,
    }
}

fn articles(before: &str) -> Option<Key> {
    let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    match () {
        () if ends(&["采用", "采用信息"]) => Some(Key::Adopted),
        () if ends(&["收到", "报送", "报送信息", "上报", "上报信息", "收到信息"]) => {
            Some(Key::Reported)
        }
        () => None,
    }
}

/// Whether a printed rate is `part` of `whole` at its own digits, half up or cut off; 100 only of all.
pub(super) fn fits(printed: &str, part: i64, whole: i64) -> bool {
    let [part, whole] = [part, whole].map(|number| usize::try_from(number).unwrap_or(0));
    let decimals = printed.split_once('.').map_or(0, |(_, rest)| rest.len());
    let Ok(decimals) = u32::try_from(decimals.min(6)) else { return false };
    let own = canonical(printed);
    whole > 0
        && [Rounding::HalfUp, Rounding::Truncate]
            .iter()
            .any(|how| canonical(&percent(part, whole, decimals, *how)) == own)
}

/// The rate as we would print it, at the digits of another.
pub(super) fn rounded(like: &str, part: i64, whole: i64) -> String {
    let [part, whole] = [part, whole].map(|number| usize::try_from(number).unwrap_or(0));
    let decimals = like.split_once('.').map_or(0, |(_, rest)| rest.len());
    percent(part, whole, u32::try_from(decimals.min(6)).unwrap_or(0), Rounding::HalfUp)
}

fn canonical(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<(String, Option<Key>)> {
        figures(text).into_iter().map(|figure| (figure.digits, figure.key)).collect()
    }

    #[test]
    fn what_the_circulars_count() {
        let want = |all: &[(&str, Key)]| all.iter().map(|(d, k)| ((*d).to_owned(), Some(*k))).collect::<Vec<_>>();
        assert_eq!(
            keys("全市正在运行的政务新媒体共计311个。经检查，合格310个，合格率为99%。"),
            want(&[("311", Key::Running), ("310", Key::Passed), ("99", Key::PassRate)])
        );
        assert_eq!(
            keys("正在运行的政府网站共45个,检查45个,检查率100%,其中：合格45个,合格率为100%。"),
            want(&[
                ("45", Key::Running),
                ("45", Key::Checked),
                ("100", Key::CheckRate),
                ("45", Key::Passed),
                ("100", Key::PassRate)
            ])
        );
        assert_eq!(
            keys("共收到报送信息1,371条，采用１０８６条，采用率为79.2%"),
            want(&[("1371", Key::Reported), ("1086", Key::Adopted), ("79.2", Key::AdoptRate)])
        );
        assert_eq!(keys("抽查12个单位的45个网站"), [("12".to_owned(), None), ("45".to_owned(), None)]);
        assert_eq!(keys("上升1.2个百分点，超过6个月未更新，第3条"), [("3".to_owned(), None)]);
    }

    /// documents.md "Rates", and the four that are simply wrong.
    #[test]
    fn rates_fit_half_up_or_cut_off() {
        for (printed, part, whole, good) in [
            ("99", 310, 311, true),
            ("100", 310, 311, false),
            ("99.9", 2943, 2944, true),
            ("98.9", 291, 294, true),
            ("99.0", 291, 294, true),
            ("99.1", 291, 294, false),
            ("93", 72, 77, true),
            ("94", 72, 77, true),
            ("94.3", 126, 134, false),
            ("94.0", 126, 134, true),
            ("95.0", 437, 461, false),
            ("94.8", 437, 461, true),
            ("62.5", 25, 39, false),
            ("64.1", 25, 39, true),
            ("100.00", 45, 45, true),
            ("0", 0, 0, false),
        ] {
            assert_eq!(fits(printed, part, whole), good, "{printed} {part}/{whole}");
        }
    }
}
