//! The section `[mail]`: the sender, the pace, and where letters go.

use super::address::Mailbox;
use super::sheet::Section;
use super::templates::templates;
use super::value::Value;
use super::{MailConfig, Security, SmtpConfig, Transport};
use std::path::{Path, PathBuf};

/// Providers that refuse a letter whose sender is not the login name (mail.md "Presets").
const STRICT_PROVIDERS: [&str; 5] = ["163.com", "126.com", "yeah.net", "qq.com", "aliyun.com"];

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
    let mail = MailConfig {
        transport: match server {
            Some(server) if road == Road::Smtp => Transport::Smtp(server),
            _ => Transport::Folder(PathBuf::from(folder)),
        },
        from_address: from.address,
        from_name: from.name,
        reply_to: section.opt("reply_to", Value::mail),
        prefix: section.or("prefix", "更新提醒".to_owned(), Value::line),
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
    let strict = STRICT_PROVIDERS.iter().any(|provider| server.host.ends_with(provider));
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
    let host = section.must("host", "写上邮件服务器，例如 host = \"smtp.example.cn\"", Value::host);
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
    let port = u16::try_from(port).ok()?;
    Some(SmtpConfig { host: host?, port, security, user, password_secret, ca_file, helo })
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
