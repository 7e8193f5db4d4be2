//! Telephone numbers as people write them: mobile and landline in one cell, with and without dashes.

/// The numbers of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Phones {
    /// Eleven digits each.
    pub(super) mobile: Vec<String>,
    /// `0914-6322011`, `6322011`, `0914-6322011转8`.
    pub(super) landline: Vec<String>,
}

/// Reads the numbers of a cell.
///
/// # Errors
/// A sentence (Chinese) that names what is no number.
pub(super) fn phones(text: &str) -> Result<Phones, String> {
    let mut phones = Phones::default();
    for part in parts(text) {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        let plain = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&digits);
        if plain.len() == 11 && plain.starts_with('1') && !part.contains('转') {
            keep(&mut phones.mobile, plain.to_owned());
        } else if is_landline(&part) {
            keep(&mut phones.landline, part);
        } else {
            return Err(format!("“{part}”不像电话号码；手机写11位数字，固话写成 0914-6322011，多个之间用分号隔开"));
        }
    }
    Ok(phones)
}

impl Phones {
    /// Those of a column for mobiles only.
    pub(super) fn only_mobile(self) -> Result<Phones, String> {
        let stranger = self.landline.first().map(|number| format!("“{number}”不是手机号；手机写11位数字"));
        stranger.map_or(Ok(self), Err)
    }

    /// Those of a column for landlines. A mobile written there is still a mobile.
    pub(super) fn only_landline(self) -> Result<Phones, String> {
        Ok(self)
    }

    /// Those of several columns.
    pub(super) fn joined(all: [Phones; 3]) -> Phones {
        let mut joined = Phones::default();
        for phones in all {
            phones.mobile.into_iter().for_each(|number| keep(&mut joined.mobile, number));
            phones.landline.into_iter().for_each(|number| keep(&mut joined.landline, number));
        }
        joined
    }
}

fn keep(kept: &mut Vec<String>, number: String) {
    if !kept.contains(&number) {
        kept.push(number);
    }
}

/// The numbers of a cell, half-width; an area code that stands apart joins what follows it.
fn parts(text: &str) -> Vec<String> {
    let half = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '－' | '—' | '–' => '-',
        c => c,
    };
    let text: String = text.chars().map(half).collect::<String>().replace("手机", " ").replace("固话", " ");
    let apart = |c: char| c.is_whitespace() || matches!(c, ';' | '；' | ',' | '，' | '、' | '/' | ':' | '：');
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(apart).filter(|part| !part.is_empty()) {
        let is_area = |code: &String| code.starts_with('0') && (3..=4).contains(&code.len()) && digits_only(code);
        match parts.last_mut().filter(|last| is_area(last)) {
            Some(code) if digits_only(part) && (7..=8).contains(&part.len()) => *code = format!("{code}-{part}"),
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

fn digits_only(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn is_landline(part: &str) -> bool {
    let (number, extension) = part.split_once('转').unwrap_or((part, ""));
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    // A mobile number with a digit too many or too few, which no landline looks like.
    let mistyped = digits.starts_with('1') && digits.len() >= 9;
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '-' | '(' | ')' | '（' | '）' | '+');
    let fits = (5..=14).contains(&digits.len()) && !mistyped;
    fits && number.chars().all(allowed) && digits_only(extension) && extension.len() <= 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_offices_write_them() {
        for (text, mobile, landline) in [
            ("", "", ""),
            ("13800000001", "13800000001", ""),
            ("138 0000 0001", "?", ""),
            ("+86-138-0000-0001", "13800000001", ""),
            ("１３８００００００１１", "13800000011", ""),
            ("0914-6322011 13800000001", "13800000001", "0914-6322011"),
            ("0914 6322011、13800000001", "13800000001", "0914-6322011"),
            ("（0914）6322011", "", "（0914）6322011"),
            ("6322011转8012", "", "6322011转8012"),
            ("手机：13800000001 固话：6322011", "13800000001", "6322011"),
            ("13800000001;13800000001", "13800000001", ""),
            ("13800000001/13900000002", "13800000001;13900000002", ""),
            ("1380000000", "?", ""),
            ("138000000012", "?", ""),
            ("不详", "?", ""),
            ("12", "?", ""),
        ] {
            let found = phones(text).map(|p| (p.mobile.join(";"), p.landline.join(";")));
            let want = (mobile != "?").then(|| (mobile.to_owned(), landline.to_owned()));
            assert_eq!(found.ok(), want, "{text}");
        }
        assert!(phones("0914-6322011").unwrap().only_mobile().is_err());
    }
}
