//! Head and foot of the four shapes of paper (documents.md, "Four shapes of paper" and "Official page
//! format"): what stands above the title, and what follows the text.

use super::pen::{Pen, Set};
use super::style::{BODY, EM, FLUSH, LINE, MASTHEAD, NUMBER, RIGHT, WIDTH};
use super::table;
use crate::report::paper::{annex_names, or_blank};
use crate::report::{Paper, Report, Shape};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// 35 mm: the mark of the office begins so far below the top of the 版心.
const ABOVE_MARK: i64 = 1984 - 200;
/// First and last line of a 版记 0.35 mm, middle 0.25 mm, in eighths of a point.
const THICK: i64 = 8;
const THIN: i64 = 6;
/// One character of 4号.
const SMALL_EM: i64 = 280;

/// So many of the last lines above a signature stay with it; the rest may stand on the page before.
pub(super) const STAYING: usize = 2;

/// What stands above the title.
pub(super) fn head<W: Write>(pen: &mut Pen<W>, paper: &Paper) -> io::Result<()> {
    let whole = Set { tab_right: Some(WIDTH), ..Set::default() };
    match paper.shape {
        Shape::Web => Ok(()),
        Shape::Telegram => {
            // It is signed by hand, so nothing stands there.
            let first = format!("发电单位　{}\t签批盖章　{}", or_blank(&paper.issuer), paper.signer);
            let second = format!("等级　{}\t{}", or_blank(&paper.urgency), or_blank(&paper.number));
            pen.set(&FLUSH, Set { above: Some(THICK), ..whole }, &first)?;
            pen.set(&FLUSH, Set { below: Some(THICK), ..whole }, &second)?;
            pen.blank(&FLUSH, 1)
        }
        Shape::Brief => {
            mark(pen, or_blank(&paper.masthead))?;
            pen.line(&NUMBER, &in_brackets(or_blank(&paper.number)))?;
            pen.blank(&FLUSH, 1)?;
            let line = format!("{}\t{}", or_blank(&paper.issuer), paper.date_words());
            pen.set(&FLUSH, Set { below: Some(2 * THICK), is_red: true, ..whole }, &line)?;
            pen.blank(&FLUSH, 1)
        }
        Shape::Letter => {
            pen.set(&FLUSH, Set { line: Some(ABOVE_MARK), ..Set::default() }, "")?;
            mark(pen, or_blank(&paper.issuer))?;
            pen.blank(&FLUSH, 1)?;
            let red = Set { below: Some(2 * THICK), is_red: true, ..Set::default() };
            pen.set(&NUMBER, red, or_blank(&paper.number))?;
            pen.blank(&FLUSH, 2)
        }
    }
}

/// The number of a paper without a head, if it has one, below its title.
pub(super) fn number_below<W: Write>(pen: &mut Pen<W>, paper: Option<&Paper>) -> io::Result<()> {
    match paper {
        Some(paper) if paper.shape == Shape::Web && !paper.number.is_empty() => pen.line(&NUMBER, &paper.number),
        _ => Ok(()),
    }
}

/// The number of an issue stands in brackets.
fn in_brackets(number: &str) -> String {
    if number.starts_with(['（', '(']) { number.to_owned() } else { format!("（{number}）") }
}

/// The name in red, as large as one line holds.
fn mark<W: Write>(pen: &mut Pen<W>, name: &str) -> io::Result<()> {
    let units = name.width_cjk().max(1) as i64;
    // In half points; 小初 (36 pt) at most, 2号 at least.
    let size = (WIDTH / (units * 5)).clamp(44, MASTHEAD.size);
    let set = Set { size: Some(size), line: Some((size * 12).max(LINE)), ..Set::default() };
    pen.set(&MASTHEAD, set, name)
}

/// 主送机关, flush left with its colon.
pub(super) fn addressees<W: Write>(pen: &mut Pen<W>, paper: &Paper) -> io::Result<()> {
    match (paper.shape, paper.to.as_str()) {
        (Shape::Web | Shape::Brief, "") => Ok(()),
        (_, to) => pen.line(&FLUSH, &format!("{}：", or_blank(to).trim_end_matches([':', '：']))),
    }
}

/// What follows the text: the list of annexes, signature and date, remarks in brackets.
pub(super) fn foot<W: Write>(pen: &mut Pen<W>, report: &Report, paper: &Paper) -> io::Result<()> {
    annexes(pen, report)?;
    let remarks = remarks(paper);
    let keeps = !remarks.is_empty();
    match paper.shape {
        Shape::Brief => Ok(()),
        Shape::Telegram => {
            keeping(pen, 1)?;
            let right = 4 * EM;
            pen.set(&RIGHT, Set { right, keeps, ..Set::default() }, &paper.date_words())
        }
        Shape::Web | Shape::Letter => signature(pen, paper, keeps),
    }?;
    let last = remarks.len();
    (1..).zip(&remarks).try_for_each(|(at, line)| pen.set(&BODY, Set { keeps: at < last, ..Set::default() }, line))
}

/// 附注: they stay with the date, since a page with nothing else looks like a slip.
fn remarks(paper: &Paper) -> Vec<String> {
    let public = paper.public.then(|| "（此件公开发布）".to_owned());
    let is_here = !paper.contact.is_empty() && paper.shape != Shape::Brief;
    public.into_iter().chain(is_here.then(|| format!("（联系人：{}）", paper.contact))).collect()
}

/// 附件：1. … with the turn lines under the first character of the name. A number that nobody has
/// filled is a visible blank. The last ones stay with the signature: a long list breaks before them.
fn annexes<W: Write>(pen: &mut Pen<W>, report: &Report) -> io::Result<()> {
    let names = annex_names(report);
    let (indent, label) = (2 * EM, 3 * EM);
    let kept = Set { align: Some("left"), keeps: true, ..Set::default() };
    if !names.is_empty() {
        pen.set(&FLUSH, kept, "")?;
    }
    if let [one] = names.as_slice() {
        let set = Set { left: indent + label, hanging: label, ..kept };
        return pen.set(&FLUSH, set, &format!("附件：{one}"));
    }
    let number = if names.len() < 10 { 3 * EM / 2 } else { 2 * EM };
    let last = names.len();
    for (at, name) in (1..).zip(names) {
        let keeps = at + STAYING > last;
        let (hanging, text) = match at {
            1 => (label + number, format!("附件：1.\t{name}")),
            _ => (number, format!("{at}.\t{name}")),
        };
        pen.set(&FLUSH, Set { left: indent + label + number, hanging, keeps, ..kept }, &text)?;
    }
    Ok(())
}

/// Office and date. Sealed: the date four characters from the right, the office centred above it.
/// Unsealed: the office two from the right, the date two in from the first character of the office; a
/// longer date takes the place at the right.
fn signature<W: Write>(pen: &mut Pen<W>, paper: &Paper, keeps: bool) -> io::Result<()> {
    let (office, date) = (or_blank(&paper.issuer), paper.date_words());
    let [wide, long] = [office, date.as_str()].map(|text| text.width_cjk() as i64 * EM / 2);
    let (office_right, date_right) = match paper.sealed {
        true => (4 * EM + (long - wide) / 2, 4 * EM),
        false if long <= wide => (2 * EM, wide - long),
        false => (2 * EM + long - wide + 2 * EM, 2 * EM),
    };
    keeping(pen, 2)?;
    pen.set(&RIGHT, Set { right: office_right.max(0), keeps: true, ..Set::default() }, office)?;
    pen.set(&RIGHT, Set { right: date_right.max(0), keeps, ..Set::default() }, &date)
}

/// Empty lines that stay with what follows: the page that bears the date has text above it.
fn keeping<W: Write>(pen: &mut Pen<W>, lines: usize) -> io::Result<()> {
    (0..lines).try_for_each(|_| pen.set(&FLUSH, Set { keeps: true, ..Set::default() }, ""))
}

/// The 版记, at the foot of the last page.
pub(super) fn imprint<W: Write>(pen: &mut Pen<W>, paper: &Paper) -> io::Result<()> {
    let base = Set { left: SMALL_EM, right: SMALL_EM, tab_right: Some(WIDTH - SMALL_EM), ..Set::default() };
    // The lines that turn do so below the first office.
    let turned = |word: usize| {
        let hanging = word as i64 * SMALL_EM;
        Set { left: SMALL_EM + hanging, hanging, tab_right: None, ..base }
    };
    let named = |word: &str, to: &str| format!("{word}：{}", or_blank(to));
    let lines = match paper.shape {
        Shape::Web | Shape::Telegram => return Ok(()),
        Shape::Letter => vec![
            (turned(3), format!("{}。", named("抄送", paper.copies.trim_end_matches('。')))),
            (base, format!("{}\t{}印发", or_blank(&paper.printer), paper.date_words())),
        ],
        Shape::Brief => vec![
            (turned(2), named("送", &paper.copies)),
            (turned(2), named("发", &paper.sent)),
            (base, format!("{}\t{}", named("签发", &paper.signer), named("联系方式", &paper.contact))),
        ],
    };
    table::at_foot(pen, &lines, [THICK, THIN])
}
