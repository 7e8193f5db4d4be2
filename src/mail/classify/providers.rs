//! The providers' own words (mail.md "Provider table": help pages as quoted by resellers and users).
//! A letter's content is judged at DATA or after the dot, so a row of DATA serves both.

use super::{MailClass, Meaning, Phase, Preset, Repeat, Wait};
use MailClass::{Blocked, Config, Gone, Malformed, Throttled};
use Preset::{Aliyun, Coremail, Exmail, Netease, Qq};

/// One row: whose, where (`None`: anywhere), with which code (0: any), and the words, all of them.
struct Row {
    of: &'static [Preset],
    phase: Option<Phase>,
    code: u16,
    words: &'static [&'static str],
    class: MailClass,
    wait: Wait,
}

const TENCENT: &[Preset] = &[Qq, Exmail];
const MINUTES_S: i64 = 300;
const HOUR_S: i64 = 3600;

const fn row(
    of: &'static [Preset],
    phase: Option<Phase>,
    code: u16,
    words: &'static [&'static str],
    class: MailClass,
    wait: Wait,
) -> Row {
    Row { of, phase, code, words, class, wait }
}

const USUAL: Wait = Wait::Usual;
const RCPT: Option<Phase> = Some(Phase::Rcpt);
const MAIL: Option<Phase> = Some(Phase::Mail);
const DATA: Option<Phase> = Some(Phase::Data);

const ROWS: &[Row] = &[
    row(TENCENT, MAIL, 501, &["must be same as authorization user"], Config, USUAL),
    // The limits are secret; only their span is said.
    row(TENCENT, None, 0, &["frequency limited", "minute"], Throttled, Wait::Seconds(MINUTES_S)),
    row(TENCENT, None, 0, &["frequency limited", "hour"], Throttled, Wait::Seconds(HOUR_S)),
    row(TENCENT, None, 0, &["frequency limited", "day"], Throttled, Wait::Day),
    row(TENCENT, None, 0, &["frequency limited"], Throttled, USUAL),
    row(TENCENT, RCPT, 0, &["mailbox unavailable or access denied"], Throttled, USUAL),
    row(TENCENT, DATA, 0, &["content rejected"], Blocked, USUAL),
    row(&[Netease], None, 0, &["hl:rep"], Throttled, USUAL),
    row(&[Netease], None, 0, &["hl:icc"], Throttled, USUAL),
    row(&[Netease], None, 0, &["hl:ifc"], Throttled, USUAL),
    row(&[Netease], None, 0, &["hl:mep"], Throttled, USUAL),
    row(&[Netease], None, 0, &["mi:dmc"], Throttled, USUAL),
    row(&[Netease], None, 0, &["rp:drc"], Throttled, USUAL),
    row(&[Netease], None, 0, &["mi:cel"], Malformed, USUAL),
    row(&[Netease], None, 0, &["mi:ccl"], Malformed, USUAL),
    row(&[Netease], None, 0, &["rp:ccl"], Malformed, USUAL),
    row(&[Netease], None, 0, &["dt:rbl"], Blocked, USUAL),
    row(&[Netease], None, 0, &["wm:bli"], Config, USUAL),
    row(&[Netease], None, 0, &["wm:blu"], Config, USUAL),
    row(&[Netease], DATA, 0, &["dt:spm"], Throttled, Wait::Seconds(120)),
    row(&[Netease], None, 0, &["mi:sfq"], Throttled, USUAL),
    row(&[Netease], MAIL, 0, &["must equal authorized user"], Config, USUAL),
    row(&[Coremail], RCPT, 0, &["user not found"], Gone, USUAL),
    row(&[Coremail], RCPT, 0, &["user suspended"], Gone, USUAL),
    row(&[Coremail], MAIL, 0, &["sender is rejected"], Config, USUAL),
    row(&[Coremail], MAIL, 0, &["local user only"], Config, USUAL),
    row(&[Coremail], None, 0, &["ip is rejected"], Blocked, USUAL),
    row(&[Coremail], None, 0, &["user in blacklist"], Blocked, USUAL),
    row(&[Aliyun], MAIL, 440, &["conform with authentication"], Config, USUAL),
    row(&[Aliyun], MAIL, 501, &["non-local account"], Config, USUAL),
    row(&[Aliyun], MAIL, 541, &[], Config, USUAL),
    row(&[Aliyun], RCPT, 554, &["dosn't exist"], Gone, USUAL),
    row(&[Aliyun], RCPT, 553, &[], Gone, USUAL),
    row(&[Aliyun], RCPT, 542, &[], Gone, USUAL),
    row(&[Aliyun], RCPT, 504, &[], Throttled, USUAL),
    row(&[Aliyun], RCPT, 505, &[], Throttled, USUAL),
    row(&[Aliyun], RCPT, 552, &["mailbox is full"], MailClass::Transient, USUAL),
    row(&[Aliyun], DATA, 454, &["behaviour spam"], Throttled, Wait::Seconds(HOUR_S)),
    row(&[Aliyun], DATA, 554, &["behaviour spam"], Throttled, Wait::Day),
    row(&[Aliyun], DATA, 554, &["content spam"], Blocked, USUAL),
    row(&[Aliyun], None, 552, &["monthly", "sending quota"], Throttled, Wait::Month),
    row(&[Aliyun], None, 552, &["sending quota"], Throttled, Wait::Day),
    row(&[Aliyun], None, 552, &["daily"], Throttled, Wait::Day),
    row(&[Aliyun], None, 552, &["monthly"], Throttled, Wait::Month),
];

/// The first row that fits. Behind a server of unknown make any of them may stand, but a code without
/// words then says nothing.
pub(super) fn find(preset: Preset, phase: Phase, code: u16, text: &str) -> Option<Meaning> {
    let is_whose = |row: &&Row| match preset {
        Preset::Custom => !row.words.is_empty(),
        named => row.of.contains(&named),
    };
    let is_there = |row: &&Row| match row.phase {
        Some(Phase::Data) => phase >= Phase::Data,
        Some(wanted) => wanted == phase,
        None => true,
    };
    let says = |row: &&Row| (row.code == 0 || row.code == code) && row.words.iter().all(|word| text.contains(word));
    let row = ROWS.iter().filter(is_whose).filter(is_there).find(says)?;
    let repeat = if row.words == ["dt:spm"] { Repeat::Suspected } else { Repeat::None };
    Some(Meaning { class: row.class, wait: row.wait, repeat })
}
