//! 10: a bonus inside a count. 20: look-alike characters. 22: citations. 24: ____ and what is not settled.
//! 25: personal data in a paper for everybody.

use crate::lint::column::Kind;
use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::{Table, squeezed};
use crate::lint::seen::Seen;

/// What follows 未 in labels of problems, and never 末.
const AFTER_NOT: [&str; 16] = [
    "更新", "建设", "报送", "按", "及时", "达到", "开设", "整改", "提供", "备案", "采用", "发布", "反馈", "能", "公开",
    "落实",
];
/// What follows 已, and never 己.
const AFTER_DONE: [&str; 7] = ["建设", "整改", "更新", "完成", "注销", "关停", "反馈"];

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    let is_public = seen.lines.iter().any(|(_, line)| squeezed(&line.text).contains("此件公开发布"));
    let mut open = Unsettled::default();
    for &(at, line) in &seen.lines {
        let spot = Spot::line((at, line));
        text(seen, &spot, &line.text, is_public, out);
        open.look(&spot, &line.text);
        bonus(&spot, &line.text, out);
    }
    for &(at, table) in &seen.tables {
        for row in &table.rows {
            let spot = Spot::row((at, table), row);
            for (column, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.shared) {
                text(seen, &spot, &cell.text, is_public && table.columns[column].kind != Kind::Person, out);
                open.look(&spot, &cell.text);
            }
        }
        people((at, table), is_public, out);
    }
    if !seen.is_weekly {
        open.tell(out);
    }
}

fn text(seen: &Seen<'_>, spot: &Spot, text: &str, is_public: bool, out: &mut Out) {
    look_alike(spot, text, out);
    cited(seen, spot, text, out);
    if text.contains("___") || text.contains("＿＿") {
        out.error(24, spot, "还空着（____）", "请填上，或删去这一处");
    }
    if is_public && let Some(what) = personal(text) {
        out.warn(25, spot, format!("件上注明此件公开发布，这里有{what}"), "请核对是否可以公开");
    }
}

/// 超过2周末更新.
fn look_alike(spot: &Spot, text: &str, out: &mut Out) {
    for (wrong, right, after) in [('末', '未', &AFTER_NOT[..]), ('己', '已', &AFTER_DONE), ('巳', '已', &AFTER_DONE)]
    {
        let found = text.match_indices(wrong).find(|(at, _)| {
            let rest = &text[at + wrong.len_utf8()..];
            after.iter().any(|word| rest.starts_with(word)) && !is_a_word(wrong, &text[..*at])
        });
        if let Some((at, _)) = found {
            let around: String = text[at..].chars().take(4).collect();
            out.error(20, spot, format!("“{}”里的“{wrong}”像是“{right}”（{around}）", short(text)), "请改正错字");
        }
    }
}

/// 自己, 周末 and the like.
fn is_a_word(wrong: char, before: &str) -> bool {
    match wrong {
        '末' => is_end(before),
        _ => before.ends_with(['自', '各']),
    }
}

/// 周末, 月末, 年末 are words; 2周末更新 and 6个月末更新 are slips.
fn is_end(before: &str) -> bool {
    let mut back = before.chars().rev();
    let (last, previous) = (back.next(), back.next());
    let counted = previous.is_some_and(|c| c.is_ascii_digit() || "一二两三四五六个".contains(c));
    match last {
        Some('周' | '月') => !counted,
        Some('期') => previous != Some('长'),
        Some(last) => "年季旬本".contains(last),
        None => false,
    }
}

/// 国办秘函〔2019〕20号 where the rules rest on 19号.
fn cited(seen: &Seen<'_>, spot: &Spot, text: &str, out: &mut Out) {
    for (organ, number) in citations(text) {
        let mut own = citations(seen.basis).into_iter().filter(|(own, _)| organ.ends_with(own)).peekable();
        if own.peek().is_some() && !own.any(|(_, own)| own == number) {
            let what = format!("写的是{organ}{number}号，检查口径的依据是{}", seen.basis);
            out.warn(22, spot, what, "请核对文号");
        }
    }
}

/// Organ with year, and number, of every document that a text cites.
fn citations(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut pieces = text.split('〔');
    let mut before = pieces.next().unwrap_or_default();
    for piece in pieces {
        let organ: Vec<char> =
            before.chars().rev().take_while(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).take(12).collect();
        if let Some((year, rest)) = piece.split_once('〕') {
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let organ: String = organ.into_iter().rev().collect();
            if !number.is_empty() && !organ.is_empty() && rest[number.len()..].starts_with('号') {
                found.push((format!("{organ}〔{year}〕"), number));
            }
        }
        before = piece;
    }
    found
}

/// A mobile number, an address, or an identity number.
fn personal(text: &str) -> Option<&'static str> {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    let lengths: Vec<(usize, bool)> = runs.map(|run| (run.len(), run.starts_with('1'))).collect();
    if lengths.iter().any(|(length, one)| *length == 11 && *one) {
        return Some("手机号码");
    }
    if lengths.iter().any(|(length, _)| *length == 18 || *length == 17) {
        return Some("身份证号码");
    }
    let mail = text.split_once('@').is_some_and(|(name, host)| {
        name.ends_with(|c: char| c.is_ascii_alphanumeric())
            && host.split(char::is_whitespace).next().is_some_and(|host| host.contains('.'))
    });
    mail.then_some("邮箱")
}

fn people(table: (usize, &Table), is_public: bool, out: &mut Out) {
    let columns = table.1.columns_of(Kind::Person);
    let filled = table.1.rows.iter().any(|row| columns.iter().any(|at| !row.text(*at).is_empty()));
    if is_public && filled {
        let names: Vec<&str> = columns.iter().map(|at| table.1.columns[*at].heading.as_str()).collect();
        let what = format!("件上注明此件公开发布，表里有“{}”", names.join("”“"));
        out.warn(25, &Spot::table(table), what, "请核对是否可以公开");
    }
}

/// 信息报送加30条: points given as articles that nobody sent.
fn bonus(spot: &Spot, text: &str, out: &mut Out) {
    let about = text.contains("报送") || text.contains("采用");
    let apart = ["没有计入", "不计入", "未计入", "另列", "单独列出"].iter().any(|word| text.contains(word));
    for (at, _) in text.match_indices('加').filter(|_| about && !apart) {
        let digits: String = text[at + '加'.len_utf8()..].chars().take_while(char::is_ascii_digit).collect();
        if !digits.is_empty() && text[at + '加'.len_utf8() + digits.len()..].starts_with('条') {
            out.warn(
                10,
                spot,
                format!("加的{digits}条像是算进了报送、采用的条数"),
                "加分请单列，条数只写实际报送、采用的",
            );
        }
    }
}

/// Whether the word stands there other than as a count of none: 待核实0项.
fn is_left(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let count = text[at + word.len()..].trim_start_matches(['的', '共', '为']);
        let rest = count.trim_start_matches(['0', '０']);
        rest.len() == count.len() || !rest.starts_with(['项', '个', '条', '件'])
    })
}

/// Words of a draft, with the first place and how often.
#[derive(Default)]
struct Unsettled {
    unclear: Option<(Spot, usize)>,
    unverified: Option<(Spot, usize)>,
}

impl Unsettled {
    fn look(&mut self, spot: &Spot, text: &str) {
        let unclear = text.match_indices("无法判定").any(|(at, word)| {
            let rest = &text[at + word.len()..];
            !rest.trim_start_matches(['的', '共', '为']).starts_with("0个")
                && !rest.trim_start().starts_with(['0', '０'])
        });
        // A title says nothing by itself, nor does a list without rows.
        let titles = text.ends_with("名单") || text.ends_with("：无。");
        let unverified = text.contains("草稿") || ["待核实", "待人工核实"].iter().any(|word| is_left(text, word));
        for (found, slot) in [(unclear && !titles, &mut self.unclear), (unverified, &mut self.unverified)] {
            if found {
                slot.get_or_insert_with(|| (spot.clone(), 0)).1 += 1;
            }
        }
    }

    fn tell(self, out: &mut Out) {
        if let Some((spot, count)) = self.unclear {
            let what = format!("还有“无法判定”（共{count}处）");
            out.error(24, &spot, what, "请逐个人工核查后判定；定稿里不应再有");
        }
        if let Some((spot, count)) = self.unverified {
            out.error(
                24,
                &spot,
                format!("还有“待核实”“草稿”字样（共{count}处）"),
                "没有核实的先用 confirm 核实；都核实了的，用 bulletin issue 签发，定稿里就没有了；别处写的，核实后删去",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_none_is_no_mark() {
        for (text, left) in [
            ("已确认31项，误报0项，待核实0项；", false),
            ("待核实10项", true),
            ("待核实", true),
            ("待核实0项，另有待核实3项", true),
        ] {
            assert_eq!(is_left(text, "待核实"), left, "{text}");
        }
    }

    #[test]
    fn an_end_is_no_slip() {
        let told = |label: &str| {
            let mut out = Out::default();
            let table = Table::default();
            look_alike(&Spot::table((0, &table)), label, &mut out);
            !out.findings.is_empty()
        };
        for (label, wrong) in [
            ("超过2周末更新", true),
            ("超过两周末更新", true),
            ("超过6个月末更新", true),
            ("长期末更新", true),
            ("栏目末更新", true),
            ("周末更新不及时", false),
            ("年末报送", false),
            ("己整改", true),
            ("自己整改", false),
            ("末端", false),
        ] {
            assert_eq!(told(label), wrong, "{label}");
        }
    }
}
