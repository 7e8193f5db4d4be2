//! 发文字号 as it is printed: the year stands in 〔〕 (GB/T 9704-2012, 7.2.5), and nothing is spaced.

const OPEN: [char; 6] = ['〔', '[', '［', '【', '(', '（'];
const CLOSE: [char; 6] = ['〕', ']', '］', '】', ')', '）'];

/// The number without spaces, its year in 〔〕: two ways of writing one number are one number.
pub fn document_number(text: &str) -> String {
    let mut signs: Vec<char> = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    for at in 0..signs.len().saturating_sub(5) {
        let is_year = signs[at + 1..at + 5].iter().all(char::is_ascii_digit);
        if is_year && OPEN.contains(&signs[at]) && CLOSE.contains(&signs[at + 5]) {
            (signs[at], signs[at + 5]) = ('〔', '〕');
        }
    }
    signs.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_written_in_one_way() {
        for text in [
            "青政办〔2022〕28号",
            " 青政办[2022]28号",
            "青政办（2022） 28号\n",
            "青政办【2022】28号",
            "青政办［2022］28号",
        ] {
            assert_eq!(document_number(text), "青政办〔2022〕28号");
        }
        for (text, want) in [("", ""), (" ", ""), ("第3期", "第3期"), ("（3）", "（3）"), ("[2022", "[2022")] {
            assert_eq!(document_number(text), want);
        }
    }
}
