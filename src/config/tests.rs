//! The configuration read as an operator writes it: every kind of mistake by its line (`mistakes`), the
//! shipped files against the code (`shipped`), and what is meant by what is written.

mod mistakes;
mod shipped;

use super::raw::{SHIPPED, understand};
use super::sheet::Sheet;
use super::*;
use std::collections::BTreeSet;
use std::path::Path;

fn read(text: &str) -> Result<Config, ConfigFaults> {
    parse(text, "config.toml", Path::new("/nonexistent"))
}

fn faults(text: &str) -> ConfigFaults {
    read(text).expect_err("a mistake")
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// The shipped file with everything that is commented out switched on.
fn all_switched_on() -> String {
    let bare =
        |line: &str| line.starts_with('#') && line[1..].starts_with(|c: char| c.is_ascii_lowercase() || c == '[');
    SHIPPED.lines().map(|line| if bare(line) { &line[1..] } else { line }).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_mailbox_of_returned_letters_is_as_for_sending_unless_it_says_otherwise() {
    let smtp = "[office]\nclerk_mail = [\"c@qq.com\"]\n[mail]\ntransport = \"smtp\"\nfrom = \"甲 <x@qq.com>\"\n[mail.smtp]\npreset = \"qq\"\nuser = \"x@qq.com\"\npassword = \"smtp\"\n";
    let off = read(smtp).unwrap();
    assert_eq!(
        (off.mail.bounces.is_none(), explain(&off, at("2026-07-23 09:00")).contains("退信：不收取")),
        (true, true)
    );
    let on = read(&format!("{smtp}[mail.bounces]\n")).unwrap();
    let mailbox = on.mail.bounces.clone().unwrap();
    assert_eq!((mailbox.host.as_str(), mailbox.port, mailbox.every_s), ("imap.qq.com", 993, 600));
    assert_eq!((mailbox.user.as_str(), mailbox.password_secret.as_str()), ("x@qq.com", "smtp"));
    assert!(explain(&on, at("2026-07-23 09:00")).contains("每隔10分钟到 imap.qq.com:993"));
    let lines: Vec<(usize, String)> =
        faults(&format!("{smtp}[mail.bounces]\nsecurity = \"plain\"\nevery_minutes = 0\nfoldr = \"INBOX\"\n"))
            .list()
            .iter()
            .map(|fault| (fault.line, fault.key.clone()))
            .collect();
    let told = |line, key: &str| (line, format!("mail.bounces.{key}"));
    assert_eq!(lines, [told(11, "security"), told(12, "every_minutes"), told(13, "foldr")]);
    let no_login = faults(&smtp.replace("user = \"x@qq.com\"\npassword = \"smtp\"\n", "[mail.bounces]\n"));
    assert_eq!(no_login.list()[0].key, "mail.bounces.user");
    let differs = faults(&smtp.replace("<x@qq.com>", "<y@qq.com>"));
    assert_eq!(differs.list()[0].key, "mail.from");
}

#[test]
fn what_is_meant() {
    let text = "\
mode = \"正式\"
[office]
clerk_mail = \"a@example.cn；b@example.cn, c@example.cn\"
[check]
dates = [2026-02-16, \"2026年2月9日 10:30\", \"2026-02-09 10:30\"]
when_off = \"next_working_day\"
[warn]
hour = 08:30
week_leads = [\"星期五\", \"Wed\", \"周五\"]
silence_leads = []
[mail]
transport = \"smtp\"
from = \"\\\"青禾县\\\" <xmt@example.cn>\"
[mail.smtp]
host = \"10.0.0.8\"
security = \"starttls\"
";
    let config = read(text).unwrap_or_else(|told| panic!("{told}"));
    assert_eq!(config.mode, Mode::Live);
    assert_eq!(config.office.clerk_mail, ["a@example.cn", "b@example.cn", "c@example.cn"]);
    let Schedule::Dates(dates) = &config.check.schedule else { panic!("{:?}", config.check.schedule) };
    assert_eq!(dates, &[at("2026-02-09 10:30"), at("2026-02-16 09:00")]);
    assert_eq!(config.warn.hour.to_string(), "08:30:00");
    assert_eq!(config.warn.week_leads, [Weekday::Wed, Weekday::Fri]);
    assert!(config.warn.silence_leads.is_empty());
    assert_eq!((config.mail.from_name.as_str(), config.mail.from_address.as_str()), ("青禾县", "xmt@example.cn"));
    let Transport::Smtp(server) = &config.mail.transport else { panic!("{:?}", config.mail.transport) };
    assert_eq!((server.port, server.user.as_deref()), (587, None));
}

/// Without an address that owners can open there is no link; where nobody says more, only this machine is
/// listened to.
#[test]
fn the_web_server_runs_where_it_is_asked_for() {
    let web = |text: &str| {
        let config = read(text).unwrap_or_else(|told| panic!("{told}"));
        let said = explain(&config, at("2026-07-23 09:00"));
        let listen = config.web.listen.map(|listen| listen.to_string());
        (listen, config.web.public_url, said)
    };
    let (listen, url, said) = web("");
    assert_eq!((listen.as_deref(), url), (Some("127.0.0.1:8318"), None), "pages for this machine alone");
    assert!(said.contains("回复链接：信中不写") && said.contains("网页在 127.0.0.1:8318 监听"), "{said}");
    assert!(!said.contains("没有写 web.public_url："), "nobody has asked for anything: {said}");
    let (listen, _, said) = web("[web]\nlisten = \"off\"");
    assert!(listen.is_none() && said.contains("不开网页"), "{said}");
    assert!(web("[web]\nlisten = \"off\"\npublic_url = \"http://10.20.0.8\"").2.contains("但打不开"));
    let (listen, url, said) = web("[web]\npublic_url = \"https://www.qinghe.example/cuigeng/\"");
    assert_eq!(listen.as_deref(), Some("127.0.0.1:8318"));
    assert_eq!(url.as_deref(), Some("https://www.qinghe.example/cuigeng"));
    assert!(said.contains("/cuigeng/a/…") && said.contains("反向代理") && said.contains("期限过后10天失效"), "{said}");
    let (listen, _, said) = web("[web]\npublic_url = \"http://10.20.0.8:8318\"\nlisten = \"0.0.0.0:8318\"");
    assert!(listen.as_deref() == Some("0.0.0.0:8318") && !said.contains("反向代理"), "{said}");
    assert!(said.contains("密码会明文"), "{said}");
    assert!(web("[web]\nlisten = \"[::1]:8318\"").2.contains("信中没有回复链接"));
    assert!(web("[web]\npublic_url = \"http://localhost:8318\"").2.contains("别的机器打不开"));
}

#[test]
fn some_providers_want_the_sender_to_be_the_login_name() {
    let smtp = |host: &str, from: &str| {
        format!(
            "[office]\nclerk_mail = \"c@example.cn\"\n[mail]\ntransport = \"smtp\"\nfrom = \"{from}\"\n\
             [mail.smtp]\nhost = \"{host}\"\nuser = \"xmt@163.com\"\npassword = \"smtp\"\n"
        )
    };
    let told = faults(&smtp("smtp.163.com", "other@163.com"));
    assert_eq!((told.list().len(), told.list()[0].line), (1, 5), "{told}");
    assert!(told.to_string().contains("改成 xmt@163.com"), "{told}");
    assert!(read(&smtp("smtp.163.com", "公开办 <XMT@163.com>")).is_ok());
    assert!(read(&smtp("smtp.example.cn", "other@163.com")).is_ok());
}

#[test]
fn our_own_words_are_none_for_offices() {
    let told = faults("[mail]\nprefix = \"催更\"\n");
    assert!(told.to_string().contains("写给单位的信里不用“催更”"), "{told}");
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    let told = load(Some(&file)).unwrap_err();
    assert!(told.to_string().contains("cuigeng init"), "{told}");
    std::fs::write(&file, b"mode = \"\xca\xd4\xd4\xcb\xd0\xd0\"").unwrap();
    let told = load(Some(&file)).unwrap_err();
    assert!(told.to_string().contains("第1行不是UTF-8"), "{told}");
    std::fs::write(&file, "profile = \"开封\"").unwrap();
    assert_eq!(load(Some(&file)).unwrap().profile.name, "开封");
    std::fs::write(dir.path().join("2027.json"), "{").unwrap();
    std::fs::write(&file, "[calendar]\nfile = \"2027.json\"").unwrap();
    let told = load(Some(&file)).unwrap_err();
    assert_eq!(told.list()[0].line, 2, "{told}");
}
