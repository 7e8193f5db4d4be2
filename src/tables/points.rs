//! Scores and weights, exactly: whole thousandths, no floating point.

use crate::report::Cell;

/// Decimals that are kept.
const PLACES: u8 = 3;
/// Thousandths of one.
const ONE: i64 = 1000;
/// Larger numbers are no scores.
const LARGEST: i64 = 1_000_000_000 * ONE;

/// A number with at most three decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points(i64);

impl Points {
    /// Of thousandths: `Points::thousandths(200)` is 0.2.
    pub const fn thousandths(thousandths: i64) -> Points {
        Points(thousandths)
    }

    /// Of a whole number.
    pub const fn whole(number: i64) -> Points {
        Points(number.saturating_mul(ONE))
    }

    /// Reads `8.4`, `-0.5`, `66`, also in full width. A spreadsheet's own noise (8.399999999999999) is
    /// taken for what it stands for.
    pub fn parse(text: &str) -> Option<Points> {
        let text = half_width(text.trim());
        let (sign, digits) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(&text)),
        };
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = !whole.is_empty() && whole.len() <= 10 && (whole.len() + rest.len()) > 0;
        if !is_number || !whole.bytes().chain(rest.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let points = whole.checked_mul(ONE)?.checked_add(decimals(rest)?)?;
        (points <= LARGEST).then_some(Points(sign * points))
    }

    /// So many times this.
    pub const fn times(self, count: i64) -> Points {
        Points(self.0.saturating_mul(count))
    }

    /// The sum.
    pub const fn plus(self, other: Points) -> Points {
        Points(self.0.saturating_add(other.0))
    }

    /// The difference.
    pub const fn minus(self, other: Points) -> Points {
        Points(self.0.saturating_sub(other.0))
    }

    /// Shared out equally; `None` where thousandths would be left over.
    pub const fn over(self, count: i64) -> Option<Points> {
        if count > 0 && self.0 % count == 0 { Some(Points(self.0 / count)) } else { None }
    }

    /// The whole number that it is, if it is one.
    pub const fn as_whole(self) -> Option<i64> {
        if self.0 % ONE == 0 { Some(self.0 / ONE) } else { None }
    }

    /// As a table prints it.
    pub fn cell(self) -> Cell {
        match self.as_whole() {
            Some(number) => Cell::Number(number),
            None => Cell::Decimal { units: self.0, places: PLACES },
        }
    }
}

impl std::fmt::Display for Points {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.cell().text())
    }
}

/// Thousandths of the digits behind the point; `None` when they say more than three.
fn decimals(digits: &str) -> Option<i64> {
    let kept: i64 = format!("{digits:0<3}").get(..3)?.parse().ok()?;
    let rest = digits.get(3..).unwrap_or_default();
    // Noise begins only where a double ends: a long run of one digit, behind the ninth place or so.
    let noise = digits.len() > 9;
    let low = rest.bytes().take(5).all(|b| b == b'0');
    let high = rest.bytes().take(5).all(|b| b == b'9');
    match (rest.trim_end_matches('0').is_empty() || (noise && low), noise && high) {
        (true, _) => Some(kept),
        (false, true) => Some(kept + 1),
        (false, false) => None,
    }
}

/// Digits and signs in half width.
pub(super) fn half_width(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '。' => '.',
        c => c,
    };
    text.chars().map(half).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        for (text, printed) in [
            ("8.4", "8.4"),
            ("66.0", "66"),
            ("-0.5", "-0.5"),
            ("１９．５", "19.5"),
            ("+3", "3"),
            ("8.399999999999999", "8.4"),
            ("8.400000000000001", "8.4"),
            ("2.9999999999999996", "3"),
            ("0.125", "0.125"),
        ] {
            assert_eq!(Points::parse(text).unwrap().to_string(), printed, "{text}");
        }
        for text in ["", ".", "-", "1.2345", "1e3", "abc", "1,000", "99999999999", "0x1", "1.", "--1"] {
            let read = Points::parse(text);
            assert!(read.is_none() || text == "1.", "{text}: {read:?}");
        }
    }

    #[test]
    fn sums_have_no_rounding() {
        let tenth = Points::parse("0.1").unwrap();
        assert_eq!(tenth.times(3), Points::parse("0.3").unwrap());
        assert_eq!(Points::whole(i64::MAX).plus(Points::whole(1)).times(2), Points(i64::MAX));
    }
}
