//! Where a long title turns: at sense, and in lines of like length (GB/T 9704-2012: 回行时词意完整、排列对称、
//! 长短适宜).

use unicode_width::UnicodeWidthStr;

/// What a line may begin with, best first, and what it costs.
const BEGINS: [(&str, u64); 16] = [
    ("关于", 0),
    ("的通报", 30),
    ("的", 400),
    ("与", 8),
    ("和", 8),
    ("及", 8),
    ("政务新媒体", 12),
    ("政府网站", 12),
    ("月度", 12),
    ("检查情况", 14),
    ("检查", 16),
    ("情况", 20),
    ("新媒体", 40),
    ("存在问题", 12),
    ("不合格", 12),
    ("名单", 24),
];
/// What a line may end with.
const ENDS: [(&str, u64); 7] = [("的", 4), ("、", 0), ("，", 0), ("月份", 6), ("季度", 6), ("》", 6), ("）", 6)];
/// Inside a word, as far as anybody can tell.
const ANYWHERE: u64 = 300;
/// Inside brackets, where a break tears what belongs together.
const INSIDE: u64 = 10_000;
/// What each line costs, so that there are no more than needed.
const LINE: usize = 40;
/// Characters of the longest title that is broken.
const LONGEST: usize = 120;
/// What a line must not end with.
const JOINS: [&str; 4] = ["与", "和", "及", "关于"];
/// Half-width characters that stay free in a line: fonts differ, and a line that is full turns once more.
const SLACK: usize = 2;
/// Inside a number, a date or a foreign word.
const NEVER: u64 = 100_000;

/// The lines of a title; none is wider than so many characters (a half-width one counts half), unless
/// nothing else is possible. An office before 关于 has a line of its own.
pub(super) fn lines(title: &str, most: usize) -> Vec<String> {
    // A title that nobody would set is left to the word processor.
    if room(title) <= 2 * most - SLACK || title.chars().count() > LONGEST {
        return vec![title.to_owned()];
    }
    match title.find("关于") {
        Some(at) if at > 0 => [&title[..at], &title[at..]].iter().flat_map(|part| balanced(part, most)).collect(),
        _ => balanced(title, most),
    }
}

/// Half-width characters that a text takes, with the quarter of a character that a word processor puts
/// between Han and digits.
pub(super) fn room(text: &str) -> usize {
    let joints = text.chars().zip(text.chars().skip(1)).filter(|(one, next)| is_joint(*one, *next)).count();
    text.width_cjk() + joints.div_ceil(2)
}

fn is_joint(one: char, next: char) -> bool {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    (is_han(one) && next.is_ascii_alphanumeric()) || (one.is_ascii_alphanumeric() && is_han(next))
}

/// The cheapest way to break a text into lines.
fn balanced(text: &str, most: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let width = room(text);
    let most = 2 * most - SLACK;
    let mean = width.div_ceil(width.div_ceil(most).max(1));
    // For every place: the least cost of breaking there, and where that line begins.
    let mut best: Vec<Option<(u64, usize)>> = vec![None; chars.len() + 1];
    best[0] = Some((0, 0));
    for end in 1..=chars.len() {
        let turn = if end == chars.len() { 0 } else { cost(&chars, end) };
        let line = |start: usize| {
            let (before, _) = best[start]?;
            let wide = room(&chars[start..end].iter().collect::<String>());
            let fits = wide <= most || end - start == 1;
            let alone = if end - start == 1 && chars.len() > 1 { NEVER } else { 0 };
            fits.then(|| (before + turn + alone + (wide.abs_diff(mean).pow(2) / 4 + LINE) as u64, start))
        };
        best[end] = (0..end).filter_map(line).min();
    }
    let mut lines = Vec::new();
    let mut end = chars.len();
    while let (true, Some((_, start))) = (end > 0, best[end]) {
        lines.push(chars[start..end].iter().collect());
        end = start;
    }
    lines.reverse();
    lines
}

/// What it costs to turn before the character at `at`.
fn cost(chars: &[char], at: usize) -> u64 {
    let (before, after) = (chars[at - 1], chars[at]);
    let joins = |c: char| c.is_ascii_alphanumeric() || "年月日第〔〕（(“《".contains(c);
    if joins(before) && !"）》".contains(before) && (before.is_ascii_alphanumeric() || after.is_ascii_digit()) {
        return NEVER;
    }
    if "、，。：；”）》〕)".contains(after) || "（(“《〔第".contains(before) {
        return NEVER;
    }
    if is_inside(&chars[..at]) {
        return INSIDE;
    }
    let begins = |word: &str| word.chars().eq(chars[at..].iter().copied().take(word.chars().count()));
    let ends = |word: &str| {
        let count = word.chars().count();
        at >= count && word.chars().eq(chars[at - count..at].iter().copied())
    };
    let begun = BEGINS.iter().filter(|(word, _)| begins(word)).map(|(_, cost)| *cost).min();
    let ended = ENDS.iter().filter(|(word, _)| ends(word)).map(|(_, cost)| *cost).min();
    match (begun, ended) {
        _ if JOINS.iter().any(|word| ends(word)) => ANYWHERE,
        _ if after == '的' => begun.unwrap_or(ANYWHERE),
        (Some(a), Some(b)) => a.min(b),
        (Some(a), None) | (None, Some(a)) => a,
        (None, None) => ANYWHERE,
    }
}

/// Whether a bracket is open behind these characters.
fn is_inside(before: &[char]) -> bool {
    let last = |brackets: [char; 2]| before.iter().rposition(|c| brackets.contains(c));
    last(['（', '(']) > last(['）', ')'])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 各县(市、区) is one word.
    #[test]
    fn no_line_ends_inside_brackets() {
        for title in
            ["2022年6月份各县(市、区)政务新媒体数量", "青禾市2022年第2季度各县（市、区、开发区）政务新媒体数量情况"]
        {
            for most in 9..20 {
                let lines = lines(title, most);
                let torn = |line: &&String| line.matches(['(', '（']).count() != line.matches([')', '）']).count();
                assert!(most < 12 || lines.iter().find(torn).is_none(), "{most} {lines:?}");
                assert_eq!(lines.concat(), title);
            }
        }
    }

    #[test]
    fn titles_turn_at_sense() {
        for (title, turned) in [
            ("2022年6月份不合格的政务新媒体名单", "2022年6月份不合格的政务新媒体名单"),
            (
                "开封市人民政府办公室关于全市政府网站与政务新媒体月度检查情况的通报",
                "开封市人民政府办公室\n关于全市政府网站与政务新媒体\n月度检查情况的通报",
            ),
            (
                "青禾县2022年第2季度全县政府网站和政务新媒体检查情况的通报",
                "青禾县2022年第2季度全县政府网站\n和政务新媒体检查情况的通报",
            ),
        ] {
            assert_eq!(lines(title, 20).join("\n"), turned);
        }
    }

    /// A line that is full turns once more in another font, and then a single character stands alone.
    #[test]
    fn no_character_stands_alone() {
        for title in ["某市2022年6月12日政务新媒体检查结果核对稿", "某市政务新媒体2022年6月份问题整改反馈表及其说明"]
        {
            let lines = lines(title, 20);
            assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() > 1), "{lines:?}");
            assert!(lines.iter().all(|line| room(line) <= 38), "{lines:?}");
        }
        assert_eq!((room("5月18日"), room("检查")), (9, 4));
    }

    #[test]
    fn no_line_is_too_wide_and_nothing_is_lost() {
        for title in ["甲".repeat(41), "甲".repeat(119), "a".repeat(90), "甲".repeat(4000), String::new()] {
            let lines = lines(&title, 20);
            assert_eq!(lines.concat(), title);
            assert!(title.chars().count() > 120 || lines.iter().all(|line| line.width_cjk() <= 40), "{lines:?}");
        }
    }
}
