//! Rates as papers print them. Whole numbers only: no floating point takes part.

/// What happens to the digits behind the last one printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Half up.
    HalfUp,
    /// Cut off.
    Truncate,
}

/// `part` of `whole` in per cent with `decimals` digits (at most 6), without the sign. Exactly all is
/// `100`, nothing is `0`; anything less never prints as 100 (documents.md "Rates"); of nothing it is `—`.
pub fn percent(part: usize, whole: usize, decimals: u32, rounding: Rounding) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    if part >= whole {
        return "100".to_owned();
    }
    if part == 0 {
        return "0".to_owned();
    }
    let unit = 10_u128.pow(decimals.min(6));
    let (part, whole) = (part as u128 * 100 * unit, whole as u128);
    let rounded = match rounding {
        Rounding::HalfUp => (2 * part + whole) / (2 * whole),
        Rounding::Truncate => part / whole,
    };
    print(rounded.min(100 * unit - 1), unit)
}

fn print(scaled: u128, unit: u128) -> String {
    let digits = unit.ilog10() as usize;
    match digits {
        0 => scaled.to_string(),
        _ => format!("{}.{:0digits$}", scaled / unit, scaled % unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published rates that documents.md recomputed: N = 0, 1, 2, and the same cut off.
    #[test]
    fn published_rates() {
        for (part, whole, half_up, truncated) in [
            (310, 311, ["99", "99.7", "99.68"], ["99", "99.6", "99.67"]),
            (2943, 2944, ["99", "99.9", "99.97"], ["99", "99.9", "99.96"]),
            (291, 294, ["99", "99.0", "98.98"], ["98", "98.9", "98.97"]),
            (72, 77, ["94", "93.5", "93.51"], ["93", "93.5", "93.50"]),
            (37, 53, ["70", "69.8", "69.81"], ["69", "69.8", "69.81"]),
            (45, 45, ["100"; 3], ["100"; 3]),
            (0, 0, ["—"; 3], ["—"; 3]),
            (0, 45, ["0"; 3], ["0"; 3]),
            (1, 200, ["1", "0.5", "0.50"], ["0", "0.5", "0.50"]),
        ] {
            for decimals in [0, 1, 2] {
                let at = decimals as usize;
                assert_eq!(percent(part, whole, decimals, Rounding::HalfUp), half_up[at], "{part}/{whole}");
                assert_eq!(percent(part, whole, decimals, Rounding::Truncate), truncated[at], "{part}/{whole}");
            }
        }
    }

    /// Every share of every total up to 120, and some totals that tempt rounding to say 100.
    #[test]
    fn all_is_said_only_of_all() {
        for whole in (1..120).chain([999, 1000, 1001, 9_999, 1_000_000]) {
            for part in (0..=whole).rev().take(120) {
                for decimals in 0..=3 {
                    for rounding in [Rounding::HalfUp, Rounding::Truncate] {
                        let says_all = percent(part, whole, decimals, rounding).starts_with("100");
                        assert_eq!(says_all, part == whole, "{part}/{whole} at {decimals}");
                    }
                }
            }
        }
    }
}
