//! The rows of mail.md: preset, where, the answer, its class, and what becomes of the letter and of the queue.

pub(super) const MIN: i64 = 60;
pub(super) const HOUR: i64 = 3600;
/// 23 July 2026, 09:00; the day ends in fifteen hours, the month in eight days and fifteen hours.
pub(super) const NOW: &str = "2026-07-23 09:00";
const DAY_ENDS: i64 = 15 * HOUR;
const MONTH_ENDS: i64 = 8 * 24 * HOUR + DAY_ENDS;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum At {
    Connect,
    Auth,
    Mail,
    Rcpt,
    Data,
    Dot,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Row {
    /// Tried again after so many seconds, up to a fifth more.
    Again(i64),
    Refused,
    Held,
    /// Where it was, to be tried as soon as the queue goes on.
    Untouched,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Queue {
    GoesOn,
    /// At half the rate.
    Slower,
    /// For so many seconds.
    Stops(i64),
}

use Queue::{GoesOn, Slower, Stops};
use Row::{Again, Held, Refused, Untouched};

pub(super) type Case = (&'static str, At, &'static str, &'static str, Row, Queue);

const LATER: (Row, Queue) = (Again(30 * MIN), Slower);

/// Preset, where, the answer, its class, and what becomes of the row and of the queue.
#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    ("qq", At::Auth, "535 Login Fail. Please enter your authorization code to login.", "auth", Untouched, Stops(15 * MIN)),
    ("exmail", At::Auth, "535 请使用授权码登录", "auth", Untouched, Stops(15 * MIN)),
    ("exmail", At::Auth, "535 Error: authentication failed, system busy", "auth", Untouched, Stops(15 * MIN)),
    ("qq", At::Auth, "535 Error: authenticate too many times", "auth", Untouched, Stops(60 * MIN)),
    ("qq", At::Mail, "501 mail from address must be same as authorization user", "config", Untouched, Stops(60 * MIN)),
    ("qq", At::Mail, "550 Connection frequency limited", "throttled", LATER.0, LATER.1),
    ("exmail", At::Rcpt, "550 Ip frequency limited", "throttled", LATER.0, LATER.1),
    ("qq", At::Dot, "550 Domain frequency limited", "throttled", LATER.0, LATER.1),
    ("qq", At::Connect, "550 Sender frequency limited", "throttled", LATER.0, LATER.1),
    ("qq", At::Mail, "550 Connection frequency limited, over the minute limit", "throttled", Again(5 * MIN), Slower),
    ("qq", At::Mail, "550 Sender frequency limited, over the hour limit", "throttled", Again(HOUR), Slower),
    ("exmail", At::Mail, "550 Sender frequency limited, over the day limit", "throttled", Again(DAY_ENDS), Slower),
    ("qq", At::Rcpt, "550 Mailbox unavailable or access denied", "throttled", LATER.0, LATER.1),
    ("qq", At::Dot, "550 content rejected", "blocked", Held, GoesOn),
    ("163", At::Connect, "421 HL:REP 163 smtp", "throttled", LATER.0, LATER.1),
    ("163", At::Connect, "421 HL:ICC 163 smtp", "throttled", LATER.0, LATER.1),
    ("163", At::Connect, "421 HL:IFC 163 smtp", "throttled", LATER.0, LATER.1),
    ("163", At::Connect, "421 HL:MEP 163 smtp", "throttled", LATER.0, LATER.1),
    ("163", At::Mail, "450 MI:DMC 163 smtp", "throttled", LATER.0, LATER.1),
    ("163", At::Mail, "451 MI:DMC 163 smtp", "throttled", LATER.0, LATER.1),
    ("163", At::Rcpt, "450 RP:DRC 163 smtp", "throttled", LATER.0, LATER.1),
    ("163", At::Mail, "450 MI:CEL 163 smtp", "malformed", Again(MIN), GoesOn),
    ("163", At::Mail, "450 MI:CCL 163 smtp", "malformed", Again(MIN), GoesOn),
    ("163", At::Rcpt, "450 RP:CCL 163 smtp", "malformed", Again(MIN), GoesOn),
    ("163", At::Dot, "450 DT:RBL 163 smtp", "blocked", Held, GoesOn),
    ("163", At::Mail, "450 WM:BLI 163 smtp", "config", Untouched, Stops(60 * MIN)),
    ("163", At::Mail, "450 WM:BLU 163 smtp", "config", Untouched, Stops(60 * MIN)),
    ("163", At::Dot, "451 DT:SPM 163 smtp, please try again", "throttled", Again(2 * MIN), Slower),
    ("163", At::Mail, "451 MI:SFQ 163 smtp", "throttled", LATER.0, LATER.1),
    ("163", At::Auth, "451 too much fail authentication", "auth", Untouched, Stops(60 * MIN)),
    ("163", At::Mail, "553 Mail from must equal authorized user", "config", Untouched, Stops(60 * MIN)),
    ("coremail", At::Rcpt, "550 User not found: wl@qinghe.example", "gone", Refused, GoesOn),
    ("coremail", At::Rcpt, "550 User suspended", "gone", Refused, GoesOn),
    ("coremail", At::Mail, "550 sender is rejected", "config", Untouched, Stops(60 * MIN)),
    ("coremail", At::Mail, "550 Local user only", "config", Untouched, Stops(60 * MIN)),
    ("coremail", At::Mail, "550 IP is rejected", "blocked", Held, GoesOn),
    ("coremail", At::Rcpt, "550 User in blacklist", "blocked", Held, GoesOn),
    ("aliyun", At::Auth, "526 Authentication failure[0]", "auth", Untouched, Stops(15 * MIN)),
    ("aliyun", At::Auth, "526 Authentication failure[1]", "auth", Untouched, Stops(60 * MIN)),
    ("aliyun", At::Mail, "440 mail from account doesn't conform with authentication", "config", Untouched, Stops(60 * MIN)),
    ("aliyun", At::Mail, "501 non-local account", "config", Untouched, Stops(60 * MIN)),
    ("aliyun", At::Mail, "541 no", "config", Untouched, Stops(60 * MIN)),
    ("aliyun", At::Rcpt, "554 RCPT (wl@qinghe.example) dosn't exist", "gone", Refused, GoesOn),
    ("aliyun", At::Rcpt, "553 no", "gone", Refused, GoesOn),
    ("aliyun", At::Rcpt, "542 no", "gone", Refused, GoesOn),
    ("aliyun", At::Rcpt, "504 attempts threshold", "throttled", LATER.0, LATER.1),
    ("aliyun", At::Rcpt, "505 total threshold", "throttled", LATER.0, LATER.1),
    ("aliyun", At::Rcpt, "552 mailbox is full", "transient", Again(MIN), GoesOn),
    ("aliyun", At::Dot, "454 Transient reject by behaviour spam", "throttled", Again(HOUR), Slower),
    ("aliyun", At::Dot, "554 Reject by behaviour spam", "throttled", Again(DAY_ENDS), Slower),
    ("aliyun", At::Data, "554 Reject by content spam", "blocked", Held, GoesOn),
    ("aliyun", At::Dot, "552 Daily sending quota exceeded", "throttled", Again(DAY_ENDS), Slower),
    ("aliyun", At::Mail, "552 Monthly sending quota exceeded", "throttled", Again(MONTH_ENDS), Slower),
    ("aliyun", At::Rcpt, "552 Not enough sending quota", "throttled", Again(DAY_ENDS), Slower),
    ("custom", At::Dot, "550 5.2.0 Spam message rejected", "blocked", Held, GoesOn),
    // The common words and codes, behind a server of unknown make.
    ("custom", At::Mail, "550 发信过于频繁", "throttled", LATER.0, LATER.1),
    ("custom", At::Rcpt, "550 超限", "throttled", LATER.0, LATER.1),
    ("custom", At::Mail, "550 请使用客户端专用密码", "auth", Untouched, Stops(15 * MIN)),
    ("custom", At::Mail, "501 发件人与登录名须一致", "config", Untouched, Stops(60 * MIN)),
    ("custom", At::Dot, "554 疑似垃圾邮件", "blocked", Held, GoesOn),
    ("custom", At::Dot, "554 含有敏感词", "blocked", Held, GoesOn),
    ("custom", At::Rcpt, "550 用户不存在", "gone", Refused, GoesOn),
    ("custom", At::Rcpt, "550 5.1.1 no", "gone", Refused, GoesOn),
    ("custom", At::Rcpt, "450 4.7.1 greylisted", "greylisted", Again(5 * MIN), GoesOn),
    ("163", At::Rcpt, "451 4.7.1 Greylisting in action, please come back later", "greylisted", Again(5 * MIN), GoesOn),
    ("qq", At::Dot, "451 4.7.1 try again later", "greylisted", Again(5 * MIN), GoesOn),
    ("custom", At::Rcpt, "450 4.7.1 too many messages", "throttled", LATER.0, LATER.1),
    ("custom", At::Rcpt, "552 5.2.2 邮箱空间已满", "transient", Again(MIN), GoesOn),
    ("custom", At::Rcpt, "451 later", "transient", Again(MIN), GoesOn),
    ("custom", At::Connect, "421 busy", "transient", Again(MIN), GoesOn),
    ("custom", At::Auth, "421 closing", "transient", Again(MIN), GoesOn),
    ("custom", At::Rcpt, "554 no", "malformed", Again(MIN), GoesOn),
    ("custom", At::Dot, "554 no", "blocked", Held, GoesOn),
    ("custom", At::Dot, "451 later", "transient", Again(MIN), GoesOn),
];
