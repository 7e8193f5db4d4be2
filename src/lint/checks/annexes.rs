//! 14: an annex stands under the number that the list of annexes (附件：1.…　2.…) gives it.

use crate::lint::finding::{Out, Spot, short};
use crate::lint::paper::squeezed;
use crate::lint::seen::Seen;

pub(super) fn check(seen: &Seen<'_>, out: &mut Out) {
    let listed = listed(seen);
    for (at, line) in seen.lines.iter().enumerate() {
        let Some((number, title)) = line.1.text.strip_prefix("附件").and_then(numbered) else { continue };
        let below = || seen.lines.get(at + 1).filter(|next| next.0 == line.0 + 1).map(|next| next.1.text.as_str());
        let title = if title.is_empty() { below().unwrap_or_default() } else { title };
        let same = |(_, listed): &&(u32, String)| *listed == squeezed(title);
        let Some((own, _)) = listed.iter().find(same) else { continue };
        if *own != number && !listed.iter().filter(same).any(|(own, _)| *own == number) {
            let what = format!("附件{number}是“{}”，附件说明里它是附件{own}", short(title));
            out.error(14, &Spot::line(*line), what, "请核对附件的编号");
        }
    }
}

/// The titles of the list of annexes with their numbers.
fn listed(seen: &Seen<'_>) -> Vec<(u32, String)> {
    let from = seen.lines.iter().position(|(_, line)| entry(&line.text).is_some());
    let lines = seen.lines.iter().skip(from.unwrap_or(seen.lines.len())).map(|(_, line)| line.text.as_str());
    let entries = lines.map_while(|text| numbered(entry(text).unwrap_or(text)));
    entries.map(|(number, title)| (number, squeezed(title))).collect()
}

/// What follows 附件：.
fn entry(text: &str) -> Option<&str> {
    text.strip_prefix("附件：").or_else(|| text.strip_prefix("附件:"))
}

/// `3.标题`, `3　标题` or `3` alone.
fn numbered(text: &str) -> Option<(u32, &str)> {
    let text = text.trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text[..text.len() - rest.len()].parse().ok()?;
    let title = rest.trim_start_matches(['.', '．', '、', '：', ':']).trim();
    let ends =
        rest.is_empty() || rest.starts_with(['.', '．', '、', '：', ':']) || rest.starts_with(char::is_whitespace);
    ends.then_some((number, title))
}
