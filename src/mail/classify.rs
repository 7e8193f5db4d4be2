//! What a reply means for the letter and for the queue: text before code, since Chinese providers use
//! permanent codes for temporary limits (mail.md "Classifying a reply").

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
    /// The word in the database and in the log.
    pub const fn word(self) -> &'static str {
        match self {
            MailClass::Accepted => "accepted",
            MailClass::Doubtful => "doubtful",
            MailClass::Transient => "transient",
            MailClass::Throttled => "throttled",
            MailClass::Auth => "auth",
            MailClass::Config => "config",
            MailClass::Gone => "gone",
            MailClass::Blocked => "blocked",
            MailClass::Malformed => "malformed",
        }
    }

    /// What cures it, for the operator.
    pub const fn advice(self) -> &'static str {
        match self {
            MailClass::Accepted => "",
            MailClass::Doubtful => "连接在最后一刻中断，对方可能已经收到；可向收件人核实",
            MailClass::Transient => "程序会自行重试；持续如此请检查网络与邮件服务器地址、端口",
            MailClass::Throttled => "邮件服务商限制了频率，程序会放慢后自行重试",
            MailClass::Auth => "邮箱登录失败：请在网页邮箱重新生成授权码（客户端专用密码），写入凭据文件",
            MailClass::Config => "请改正 [mail] 的配置：发件地址须与登录名一致，加密方式、端口与证书须与服务器相符",
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

/// The class of a refusal in that phase; a 2xx or 3xx is no refusal and is not asked about here.
pub fn classify(phase: Phase, reply: &Reply) -> MailClass {
    if phase == Phase::Auth && reply.code != 421 {
        return MailClass::Auth;
    }
    by_text(phase, &reply.text.to_lowercase())
        .or_else(|| by_enhanced(reply.enhanced.as_deref()?))
        .unwrap_or_else(|| by_code(phase, reply.code))
}

fn by_text(phase: Phase, text: &str) -> Option<MailClass> {
    let says = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    if says(&[
        "frequen",
        "limited",
        "quota exceeded",
        "sending quota",
        "too many",
        "try again",
        "mailbox unavailable or access denied",
        "dt:spm",
        "mi:dmc",
        "rp:drc",
        "mi:sfq",
        "hl:",
        "频率",
        "频繁",
        "超限",
        "过快",
    ]) {
        return Some(MailClass::Throttled);
    }
    if says(&["authorization code", "授权码", "专用密码", "fail authentication"]) {
        return Some(MailClass::Auth);
    }
    if says(&["must equal", "must be same", "conform with", "wm:bl"])
        || (text.contains("发件人") && text.contains("一致"))
    {
        return Some(MailClass::Config);
    }
    if says(&["spam", "content reject", "blacklist", "dt:rbl", "垃圾", "敏感"]) {
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
        (Phase::Mail, 440 | 530) => MailClass::Config,
        (_, 421 | 452 | 552) => MailClass::Transient,
        (Phase::Mail, 500..=599) => MailClass::Config,
        (Phase::Rcpt, 550 | 551 | 553 | 554) => MailClass::Gone,
        (Phase::Data | Phase::Dot, 500..=599) => MailClass::Blocked,
        (_, 400..=499) => MailClass::Transient,
        _ => MailClass::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MailClass::{Auth, Blocked, Config, Gone, Malformed, Throttled, Transient};

    /// Rows of the provider table of mail.md, and the general rules below it.
    #[test]
    fn as_the_providers_mean_it() {
        for (phase, code, text, want) in [
            (Phase::Auth, 535, "Error: authentication failed, system busy", Auth),
            (Phase::Auth, 526, "Authentication failure[0]", Auth),
            (Phase::Auth, 451, "too much fail authentication", Auth),
            (Phase::Auth, 421, "closing", Transient),
            (Phase::Mail, 501, "mail from address must be same as authorization user", Config),
            (Phase::Mail, 553, "Mail from must equal authorized user", Config),
            (Phase::Mail, 440, "mail from account doesn't conform with authentication", Config),
            (Phase::Mail, 550, "Connection frequency limited", Throttled),
            (Phase::Mail, 530, "authentication required", Config),
            (Phase::Rcpt, 550, "Mailbox unavailable or access denied", Throttled),
            (Phase::Rcpt, 550, "5.1.1 no such user", Gone),
            (Phase::Rcpt, 550, "User not found: a@b", Gone),
            (Phase::Rcpt, 554, "RCPT (a@b) dosn't exist", Gone),
            (Phase::Rcpt, 451, "4.7.1 greylisted", Throttled),
            (Phase::Rcpt, 452, "full", Transient),
            (Phase::Rcpt, 552, "mailbox is full", Transient),
            (Phase::Dot, 554, "DT:SPM spam", Throttled),
            (Phase::Dot, 550, "content rejected", Blocked),
            (Phase::Dot, 554, "no", Blocked),
            (Phase::Dot, 451, "later", Transient),
            (Phase::Connect, 421, "HL:ICC", Throttled),
            (Phase::Connect, 554, "no", Malformed),
        ] {
            let enhanced = text.split(' ').next().filter(|word| word.split('.').count() == 3).map(str::to_owned);
            let reply = Reply { code, enhanced, text: text.to_owned() };
            assert_eq!(classify(phase, &reply), want, "{phase:?} {code} {text}");
        }
    }
}
