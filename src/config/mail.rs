//! The section `[mail]`: the sender, the pace, and where letters go.

use super::address::Mailbox;
use super::bounces::bounces;
use super::sheet::Section;
use super::templates::templates;
use super::value::Value;
use super::{MailConfig, Security, SmtpConfig, Transport};
use crate::mail::classify::Preset;
use std::path::{Path, PathBuf};

/// The providers by the word of the setting and by the ends of their servers' names (mail.md "Presets").
const PRESETS: [(&str, Preset); 6] = [
    ("exmail", Preset::Exmail),
    ("qq", Preset::Qq),
    ("163", Preset::Netease),
    ("coremail", Preset::Coremail),
    ("aliyun", Preset::Aliyun),
    ("custom", Preset::Custom),
];
const HOSTS: [(&str, Preset); 7] = [
    ("exmail.qq.com", Preset::Exmail),
    ("qq.com", Preset::Qq),
    ("163.com", Preset::Netease),
    ("126.com", Preset::Netease),
    ("yeah.net", Preset::Netease),
    ("aliyun.com", Preset::Aliyun),
    ("aliyuncs.com", Preset::Aliyun),
];

#[derive(Clone, Copy, PartialEq)]
enum Road {
    Folder,
    Smtp,
}

pub(super) fn mail(section: Section<'_, '_>, base: &Path) -> MailConfig {
    let road =
        section.or("transport", Road::Folder, |value| value.one_of(&[("folder", Road::Folder), ("smtp", Road::Smtp)]));
    let folder = section.or("folder", "outbox".to_owned(), Value::name);
    let default_from = Mailbox { name: "政务公开办".to_owned(), address: "xmt@localhost".to_owned() };
    let from = section.or("from", default_from, Value::mailbox);
    let server = smtp(section.sub("smtp"), base, road);
    if road == Road::Smtp {
        demand_sender(&section, &from, server.as_ref());
    }
    let bounces = bounces(section.sub("bounces"), base, server.as_ref());
    let mail = MailConfig {
        bounces,
        transport: match server {
            Some(server) if road == Road::Smtp => Transport::Smtp(server),
            _ => Transport::Folder(PathBuf::from(folder)),
        },
        from_address: from.address,
        from_name: from.name,
        reply_to: section.opt("reply_to", Value::mail),
        prefix: section.or("prefix", "更新提醒".to_owned(), prefix),
        per_minute: section.or("per_minute", 10, |value| value.count(1..=600)),
        templates: templates(&section, base),
    };
    section.close();
    mail
}

fn demand_sender(section: &Section<'_, '_>, from: &Mailbox, server: Option<&SmtpConfig>) {
    let Some(written) = section.get("from") else {
        let cure = "在 [mail] 一节写上 from = \"单位名称 <发件邮箱>\"";
        return section.missing("from", "经邮件服务器发信时必须写明发件人", cure);
    };
    let Some((server, user)) = server.and_then(|server| Some((server, server.user.as_ref()?))) else {
        return;
    };
    // Chinese providers refuse a letter whose sender is not the login name.
    let strict = server.preset != Preset::Custom;
    if strict && user.contains('@') && !user.eq_ignore_ascii_case(&from.address) {
        let said = format!("发件人与登录名不一致：{} 要求两者相同", server.host);
        written.note(&said, &format!("把地址改成 {user}"));
    }
}

/// The mail server. It is read whenever it is written, so that a mistake shows before it is needed.
fn smtp(section: Section<'_, '_>, base: &Path, road: Road) -> Option<SmtpConfig> {
    if !section.is_written() {
        if road == Road::Smtp {
            section.missing(
                "",
                "选了 transport = \"smtp\"，但没有写邮件服务器",
                "加上 [mail.smtp] 一节，写明 host、user、password",
            );
        }
        return None;
    }
    let named = section.opt("preset", |value| value.one_of(&PRESETS));
    let host = match named.and_then(usual_host) {
        Some(usual) => Some(section.or("host", usual.to_owned(), Value::host)),
        None => section.must("host", "写上邮件服务器，例如 host = \"smtp.example.cn\"", Value::host),
    };
    let security = section.or("security", Security::Tls, |value| {
        value.one_of(&[("tls", Security::Tls), ("starttls", Security::StartTls), ("plain", Security::Plain)])
    });
    let usual_port = match security {
        Security::Tls => 465,
        Security::StartTls => 587,
        Security::Plain => 25,
    };
    let port = section.or("port", usual_port, |value| value.int(1..=65535));
    let (user, password_secret) = login(&section);
    let ca_file = section.opt("ca_file", |value| value.file(base));
    let helo = section.or("helo", "[127.0.0.1]".to_owned(), Value::host);
    section.close();
    let (host, port) = (host?, u16::try_from(port).ok()?);
    let preset = named.unwrap_or_else(|| preset_of(&host));
    Some(SmtpConfig { host, port, security, user, password_secret, ca_file, helo, preset })
}

fn usual_host(preset: Preset) -> Option<&'static str> {
    match preset {
        Preset::Exmail => Some("smtp.exmail.qq.com"),
        Preset::Qq => Some("smtp.qq.com"),
        Preset::Netease => Some("smtp.163.com"),
        Preset::Aliyun => Some("smtp.qiye.aliyun.com"),
        Preset::Coremail | Preset::Custom => None,
    }
}

fn preset_of(host: &str) -> Preset {
    HOSTS.iter().find(|(end, _)| host.ends_with(end)).map_or(Preset::Custom, |(_, preset)| *preset)
}

/// Login name and the name of its secret: both or neither.
fn login(section: &Section<'_, '_>) -> (Option<String>, Option<String>) {
    let (user, password) = (section.get("user"), section.get("password"));
    match (&user, &password) {
        (Some(user), None) => {
            user.note("写了登录名，没有写口令", "加上 password = \"口令文件的名字\"；不需要登录就删去 user");
        }
        (None, Some(_)) => {
            section.missing("user", "写了口令，没有写登录名", "加上 user = \"登录名\"；不需要登录就删去 password")
        }
        _ => {}
    }
    (user.and_then(|value| value.name()), password.and_then(|value| value.secret_name()))
}

/// What owners read first: courteous, and none of our own words (mail.md "Acknowledgement and escalation").
fn prefix(value: &Value<'_, '_>) -> Option<String> {
    let text = value.line()?;
    match ["催更", "凭据", "空窗"].into_iter().find(|word| text.contains(word)) {
        Some(word) => value.refuse(&format!("写给单位的信里不用“{word}”"), "写“更新提醒”，或本单位惯用的字样"),
        None => Some(text),
    }
}
