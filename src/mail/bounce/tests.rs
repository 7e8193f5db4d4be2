//! Recorded shapes of reports, and of what is none.

use super::*;
use encoding_rs::GB18030;

const OURS: &str = "<cg.20260723.0011aabbccddeeff0011@qinghe.example>";
const RECIPIENT: &str = "wl@qinghe.example";

fn sample(name: &str) -> String {
    let path = format!("{}/src/mail/bounce/samples/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The sample as it travels: CRLF, and in the encoding that it declares; without a word, in GBK.
fn on_the_wire(name: &str) -> Vec<u8> {
    let text = sample(name).replace('\n', "\r\n");
    let is_gbk = ["gbk", "gb18030", "gb2312"].iter().any(|set| text.contains(set)) || !text.contains("charset=");
    if is_gbk { GB18030.encode(&text).0.into_owned() } else { text.into_bytes() }
}

fn about(name: &str) -> (Vec<String>, Option<Said>) {
    let bytes = on_the_wire(name);
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    assert!(may_be(&bytes[..head]), "{name}: its headers tell");
    let report = read(&bytes).unwrap_or_else(|| panic!("{name} is a report"));
    let said = report.about(RECIPIENT).cloned();
    (report.letters, said)
}

#[test]
fn each_shape_says_what_became_of_the_letter() {
    use MailClass::{Gone, Throttled, Transient};
    for (name, fate, code, enhanced, class, words) in [
        ("postfix-over-quota", Fate::Failed, Some(552), Some("5.2.2"), Some(Transient), "mailbox for user is full"),
        ("exchange", Fate::Failed, Some(550), Some("5.1.10"), Some(Gone), "RecipientNotFound"),
        ("coremail", Fate::Failed, Some(550), None, Some(Gone), "User not found"),
        ("qq", Fate::Failed, Some(550), None, Some(Throttled), "Mailbox unavailable or access denied"),
        ("163", Fate::Failed, Some(552), Some("5.2.2"), Some(Transient), "远程服务器返回"),
        ("gmail", Fate::Failed, Some(550), Some("5.1.1"), Some(Gone), "does not exist"),
        ("delayed", Fate::Noted, None, Some("4.4.1"), Some(Transient), "Connection timed out"),
        ("no-route", Fate::Noted, None, Some("5.4.4"), Some(Transient), "Name service error"),
    ] {
        let (letters, said) = about(name);
        assert_eq!(letters, [OURS], "{name}");
        let said = said.unwrap_or_else(|| panic!("{name} speaks of the recipient"));
        assert_eq!((said.fate, said.code, said.enhanced.as_deref()), (fate, code, enhanced), "{name}: {said:?}");
        assert_eq!(said.class(), class, "{name}: {said:?}");
        assert!(said.words.contains(words), "{name}: {said:?}");
    }
}

#[test]
fn what_speaks_of_another_recipient_or_another_letter_is_not_ours() {
    let (letters, said) = about("forged");
    assert_eq!((letters.as_slice(), said), ([OURS.to_owned()].as_slice(), None));
    for name in ["someone-elses", "relayed"] {
        assert_eq!(read(&on_the_wire(name)), None, "{name}");
    }
}

#[test]
fn answers_holiday_replies_and_receipts_are_left_alone() {
    for name in ["vacation", "person", "receipt"] {
        let bytes = on_the_wire(name);
        assert!(!may_be(&bytes), "{name}: not even fetched");
        assert_eq!(read(&bytes), None, "{name}");
    }
}

#[test]
fn codes_are_no_telephone_numbers_and_no_addresses_of_the_network() {
    for (line, code, enhanced) in [
        ("550 no", Some(550), None),
        ("said: 550-5.1.1 no", Some(550), Some("5.1.1")),
        ("(550)", Some(550), None),
        ("返回550：不存在", Some(550), None),
        ("请拨 400-550-1234", None, None),
        ("550-1234", None, None),
        ("10.5.1.1 and 5.1.1.2", None, None),
        ("1550 letters, x550", None, None),
        ("状态 5.7.1。", None, Some("5.7.1")),
        ("999 404 200", None, None),
        ("", None, None),
    ] {
        assert_eq!((text::code(line), text::enhanced(line).as_deref()), (code, enhanced), "{line}");
    }
}

#[test]
fn a_report_cut_short_still_tells() {
    let bytes = on_the_wire("postfix-over-quota");
    let end = bytes.windows(6).position(|six| six == b"\r\nbody").unwrap();
    let report = read(&bytes[..end]).unwrap();
    assert_eq!((report.letters.as_slice(), report.about(RECIPIENT).is_some()), ([OURS.to_owned()].as_slice(), true));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = (read(&bytes), may_be(&bytes));
    }

    #[test]
    fn a_damaged_report_makes_no_panic_and_names_no_other_letter(
        which in 0..9_usize, at in 0..2000_usize, patch: Vec<u8>, cut in 0..2500_usize,
    ) {
        let names = ["postfix-over-quota", "exchange", "coremail", "qq", "163", "gmail", "delayed", "forged", "relayed"];
        let mut bytes = on_the_wire(names[which]);
        let from = at.min(bytes.len());
        let until = (from + patch.len()).min(bytes.len());
        bytes.splice(from..until, patch);
        bytes.truncate(cut.max(100));
        if let Some(report) = read(&bytes) {
            proptest::prop_assert!(report.letters.iter().all(|id| id.starts_with("<cg.") && id.ends_with('>')));
        }
    }
}
