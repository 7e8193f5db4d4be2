//! What a reply means for the letter and for the queue: text before code, since Chinese providers use
//! permanent codes for temporary limits (mail.md "Classifying a reply").

mod providers;

use super::reply::Reply;

/// Who acts next on an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailClass {
    /// The server has it.
    Accepted,
    /// The server may have it.
    Doubtful,
    /// Tried again soon.
    Transient,
    /// Tried again later, and more slowly.
    Throttled,
    /// A stranger's first try is put off, as a rule and once (灰名单, RFC 6647): this letter alone waits.
    Greylisted,
    /// The login: the whole queue stops.
    Auth,
    /// Our configuration: the whole queue stops.
    Config,
    /// This recipient, for good.
    Gone,
    /// Refused as spam or by policy: a person decides.
    Blocked,
    /// Not understood.
    Malformed,
}

impl MailClass {
    /// Every class.
    pub const ALL: [MailClass; 10] = [
        MailClass::Accepted,
        MailClass::Doubtful,
        MailClass::Transient,
        MailClass::Throttled,
        MailClass::Greylisted,
        MailClass::Auth,
        MailClass::Config,
        MailClass::Gone,
        MailClass::Blocked,
        MailClass::Malformed,
    ];

    /// The word in the database and in the log.
    pub const fn word(self) -> &'static str {
        match self {
            MailClass::Accepted => "accepted",
            MailClass::Doubtful => "doubtful",
            MailClass::Transient => "transient",
            MailClass::Throttled => "throttled",
            MailClass::Greylisted => "greylisted",
            MailClass::Auth => "auth",
            MailClass::Config => "config",
            MailClass::Gone => "gone",
            MailClass::Blocked => "blocked",
            MailClass::Malformed => "malformed",
        }
    }

    /// The class of that word.
    pub fn from_word(word: &str) -> Option<MailClass> {
        MailClass::ALL.into_iter().find(|class| class.word() == word)
    }

    /// What cures it, for the operator.
    pub const fn advice(self) -> &'static str {
        match self {
            MailClass::Accepted => "",
            MailClass::Doubtful => "连接在最后一刻中断，对方可能已经收到；可向收件人核实",
            MailClass::Transient => "程序会自行重试；持续如此请检查网络与邮件服务器地址、端口",
            MailClass::Throttled => "邮件服务商限制了频率，程序会放慢后自行重试",
            MailClass::Greylisted => "对方服务器要求稍后再试，属正常，程序会自行再发",
            MailClass::Auth => "邮箱登录失败：请在网页邮箱重新生成授权码（客户端专用密码），写入凭据文件",
            MailClass::Config => {
                "请改正 [mail] 的配置：发件地址须与登录名一致，加密方式、端口与证书须与服务器相符；答复里说到主机名（HELO、hostname）或反向解析的，请网络管理员为本机登记"
            }
            MailClass::Gone => "收件地址不存在或已停用，请更正联系人",
            MailClass::Blocked => "被当作垃圾邮件或违反对方策略而拒收，请联系邮箱管理员",
            MailClass::Malformed => "邮件服务器的答复看不懂，请把日志交给维护人员",
        }
    }
}

/// How far an exchange had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Connecting, TLS, greeting, EHLO.
    Connect,
    /// Login.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// After the final dot.
    Dot,
}

/// Whose server it is: providers use permanent codes for temporary limits, each in words of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Preset {
    /// 腾讯企业邮箱.
    Exmail,
    /// QQ邮箱.
    Qq,
    /// 网易: 163, 126, yeah, 网易企业邮箱.
    Netease,
    /// A unit's own Coremail.
    Coremail,
    /// 阿里企业邮箱 and 阿里云邮件推送.
    Aliyun,
    /// Anything else; any of the others may stand behind it.
    #[default]
    Custom,
}

/// How long a letter rests that was refused for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// As the class says.
    Usual,
    /// So many seconds.
    Seconds(i64),
    /// Until the next day begins in Beijing.
    Day,
    /// Until the next month begins there.
    Month,
}

/// What becomes of a letter when the same answer comes again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing more.
    None,
    /// The recipient's mailbox is full: for a day, then the address is given up.
    Full,
    /// Taken for spam, "try again": the third time it is refused.
    Suspected,
    /// Not understood: the third time a person looks.
    Malformed,
}

impl Repeat {
    /// The word in the database; empty for none.
    pub const fn word(self) -> &'static str {
        match self {
            Repeat::None => "",
            Repeat::Full => "full",
            Repeat::Suspected => "suspected",
            Repeat::Malformed => "malformed",
        }
    }
}

/// What a reply means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Who acts next.
    pub class: MailClass,
    /// When the letter is tried again, where the provider is known to say so.
    pub wait: Wait,
    /// What a repetition means.
    pub repeat: Repeat,
}

/// The class of a refusal in that phase.
pub fn classify(preset: Preset, phase: Phase, reply: &Reply) -> MailClass {
    meaning(preset, phase, reply).class
}

/// What a refusal in that phase means: the provider's text, the common text, the enhanced code, the code;
/// the first that matches (mail.md "Classifying a reply"). A 2xx or 3xx that nobody asked for is none of them.
pub fn meaning(preset: Preset, phase: Phase, reply: &Reply) -> Meaning {
    let text = reply.text.to_lowercase();
    let of = |class| Meaning { class, wait: Wait::Usual, repeat: Repeat::None };
    let found = match (phase, reply.code) {
        (_, ..400) => of(MailClass::Malformed),
        (Phase::Auth, code) if code != 421 => of(MailClass::Auth),
        _ => providers::find(preset, phase, reply.code, &text).unwrap_or_else(|| of(in_general(phase, reply, &text))),
    };
    let repeat = match found.class {
        MailClass::Malformed => Repeat::Malformed,
        MailClass::Transient if phase >= Phase::Rcpt && is_full(reply, &text) => Repeat::Full,
        _ => found.repeat,
    };
    Meaning { repeat, ..found }
}

fn in_general(phase: Phase, reply: &Reply, text: &str) -> MailClass {
    // Before the words: "quota exceeded" is also what a server says of a recipient's full mailbox.
    if phase >= Phase::Rcpt && is_full(reply, text) {
        return MailClass::Transient;
    }
    if phase > Phase::Auth && is_greylisted(phase, reply, text) {
        return MailClass::Greylisted;
    }
    by_text(phase, text)
        .or_else(|| by_enhanced(reply.enhanced.as_deref()?))
        .unwrap_or_else(|| by_code(phase, reply.code))
}

/// The recipient's mailbox is full: x.2.2 (RFC 3463), or in words.
fn is_full(reply: &Reply, text: &str) -> bool {
    let marks = ["mailbox is full", "mailbox full", "user is full", "user is over quota", "已满"];
    let says =
        marks.iter().any(|mark| text.contains(mark)) || (matches!(reply.code, 452 | 552) && text.contains("full"));
    says || reply.enhanced.as_deref().is_some_and(|code| code.ends_with(".2.2"))
}

/// It names greylisting, or defers the recipient by policy (4.7.1) and asks for another try without a word of
/// how often we send. A policy that names no later time may be about ourselves, and then waiting cures nothing.
fn is_greylisted(phase: Phase, reply: &Reply, text: &str) -> bool {
    let says = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let named = says(&["greylist", "graylist", "grey-list", "gray-list", "grey list", "gray list", "灰名单"]);
    let by_policy =
        phase >= Phase::Rcpt && matches!(reply.code, 450 | 451) && reply.enhanced.as_deref() == Some("4.7.1");
    let later = says(&["try again", "try later", "retry later", "稍后", "稍候"]);
    (400..500).contains(&reply.code) && (named || (by_policy && later && !says(&OFTEN) && !says(&OURSELVES)))
}

/// Words of whoever finds that we send too often.
const OFTEN: [&str; 11] = [
    "frequen",
    "limited",
    "rate limit",
    "throttl",
    "quota exceeded",
    "too many",
    "too much",
    "频率",
    "频繁",
    "超限",
    "过快",
];

/// Words of whoever refuses the machine that we write from: its reverse hostname, its HELO (Postfix).
const OURSELVES: [&str; 4] = ["client host rejected", "helo command rejected", "reverse hostname", "反向解析"];

/// The common words of refusals, whoever says them.
fn by_text(phase: Phase, text: &str) -> Option<MailClass> {
    let says = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    // Before the words of unknown recipients: "Helo command rejected: Host not found" speaks of us.
    if says(&OURSELVES) {
        return Some(MailClass::Config);
    }
    if says(&OFTEN) || text.contains("try again") {
        return Some(MailClass::Throttled);
    }
    if says(&["authorization code", "授权码", "专用密码"]) {
        return Some(MailClass::Auth);
    }
    if says(&["must equal", "must be same", "conform with"]) || (text.contains("发件人") && text.contains("一致"))
    {
        return Some(MailClass::Config);
    }
    if says(&["spam", "content reject", "blacklist", "垃圾", "敏感"]) {
        return Some(MailClass::Blocked);
    }
    let unknown = [
        "not found",
        "unknown",
        "doesn't exist",
        "dosn't exist",
        "does not exist",
        "invalid user",
        "suspended",
        "不存在",
    ];
    (phase == Phase::Rcpt && says(&unknown)).then_some(MailClass::Gone)
}

/// RFC 3463 and 5248.
fn by_enhanced(code: &str) -> Option<MailClass> {
    let (class, detail) = code.split_once('.')?;
    match (class, detail) {
        (_, "1.1" | "1.10" | "2.1") => Some(MailClass::Gone),
        ("5", "1.7" | "1.8") => Some(MailClass::Config),
        (_, "2.2") => Some(MailClass::Transient),
        (_, detail) if detail.starts_with("4.") => Some(MailClass::Transient),
        ("5", "7.8" | "7.9") => Some(MailClass::Auth),
        ("4", detail) if detail.starts_with("7.") => Some(MailClass::Throttled),
        ("5", detail) if detail.starts_with("7.") => Some(MailClass::Blocked),
        ("5", detail) if detail.starts_with("5.") => Some(MailClass::Malformed),
        _ => None,
    }
}

fn by_code(phase: Phase, code: u16) -> MailClass {
    match (phase, code) {
        (Phase::Mail, 500..=599) => MailClass::Config,
        (Phase::Rcpt, 550 | 551 | 553) => MailClass::Gone,
        (Phase::Rcpt, 552) => MailClass::Transient,
        (Phase::Data | Phase::Dot, 500..=599) => MailClass::Blocked,
        (_, 400..=499) => MailClass::Transient,
        _ => MailClass::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MailClass::{Auth, Blocked, Config, Gone, Greylisted, Malformed, Throttled, Transient};

    /// The general rules of mail.md; the rows of its provider table are replayed in `tests/it/replies.rs`.
    #[test]
    fn text_before_enhanced_code_before_code() {
        for (phase, code, text, want) in [
            (Phase::Auth, 535, "whatever the text: frequency", Auth),
            (Phase::Auth, 454, "4.7.0 later", Auth),
            (Phase::Auth, 421, "closing", Transient),
            (Phase::Auth, 250, "nobody asked", Malformed),
            (Phase::Mail, 354, "nobody asked", Malformed),
            (Phase::Mail, 550, "Connection frequency limited", Throttled),
            (Phase::Mail, 530, "authentication required", Config),
            (Phase::Mail, 552, "no", Config),
            (Phase::Mail, 535, "请使用授权码", Auth),
            (Phase::Mail, 550, "发件人须与登录名一致", Config),
            (Phase::Rcpt, 550, "5.1.1 no such user", Gone),
            (Phase::Rcpt, 550, "5.1.10 no", Gone),
            (Phase::Rcpt, 550, "5.2.1 disabled", Gone),
            (Phase::Rcpt, 550, "5.1.8 bad sender", Config),
            (Phase::Rcpt, 550, "5.4.4 unable to route", Transient),
            (Phase::Rcpt, 550, "5.7.1 relay denied", Blocked),
            (Phase::Rcpt, 550, "5.7.9 mechanism too weak", Auth),
            (Phase::Rcpt, 550, "5.5.4 bad parameters", Malformed),
            (Phase::Rcpt, 451, "4.7.1 greylisted", Greylisted),
            (Phase::Rcpt, 450, "4.2.0 Recipient address rejected: Greylisted, try again", Greylisted),
            (Phase::Dot, 451, "4.7.1 Please try again later", Greylisted),
            (Phase::Rcpt, 450, "灰名单，请稍后再试", Greylisted),
            (Phase::Rcpt, 451, "4.7.1 too many messages, try again", Throttled),
            (Phase::Rcpt, 450, "4.7.0 try again", Throttled),
            (Phase::Rcpt, 450, "4.7.1 Client host rejected: cannot find your reverse hostname", Config),
            (Phase::Rcpt, 450, "4.7.1 <xmt>: Helo command rejected: Host not found", Config),
            (Phase::Rcpt, 450, "4.7.1 Client host rejected: cannot find your hostname, try again later", Config),
            (Phase::Rcpt, 450, "4.7.1 policy", Throttled),
            (Phase::Data, 451, "4.7.1 请稍后重试", Greylisted),
            (Phase::Mail, 451, "4.7.1 Please try again later", Throttled),
            (Phase::Mail, 451, "4.7.1 Greylisting in action", Greylisted),
            (Phase::Rcpt, 450, "4.7.1 Error: too much mail, try again later", Throttled),
            (Phase::Dot, 451, "4.7.1 Rate limit, try again later", Throttled),
            (Phase::Rcpt, 550, "5.7.1 greylist service blocks you", Blocked),
            (Phase::Connect, 451, "4.7.1 greylisted", Throttled),
            (Phase::Rcpt, 550, "用户不存在", Gone),
            (Phase::Rcpt, 551, "no", Gone),
            (Phase::Rcpt, 554, "no", Malformed),
            (Phase::Rcpt, 452, "full", Transient),
            (Phase::Rcpt, 552, "5.2.2 Quota exceeded (mailbox for user is full)", Transient),
            (Phase::Rcpt, 552, "quota exceeded for sender", Throttled),
            (Phase::Dot, 550, "user unknown", Blocked),
            (Phase::Dot, 554, "no", Blocked),
            (Phase::Dot, 552, "too big", Blocked),
            (Phase::Dot, 451, "later", Transient),
            (Phase::Connect, 554, "no", Malformed),
        ] {
            let enhanced = text.split(' ').next().filter(|word| word.split('.').count() == 3).map(str::to_owned);
            let reply = Reply { code, enhanced, text: text.to_owned() };
            assert_eq!(classify(Preset::Custom, phase, &reply), want, "{phase:?} {code} {text}");
        }
    }

    #[test]
    fn a_provider_speaks_for_itself_alone() {
        let says = |preset, code, text: &str| {
            classify(preset, Phase::Rcpt, &Reply { code, enhanced: None, text: text.to_owned() })
        };
        assert_eq!(says(Preset::Aliyun, 504, "attempts threshold"), Throttled);
        assert_eq!(says(Preset::Netease, 504, "attempts threshold"), Malformed);
        assert_eq!(says(Preset::Qq, 550, "Mailbox unavailable or access denied"), Throttled);
        assert_eq!(says(Preset::Custom, 550, "Mailbox unavailable or access denied"), Throttled);
        assert_eq!(says(Preset::Coremail, 550, "Mailbox unavailable or access denied"), Gone);
    }
}
