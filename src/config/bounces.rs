//! The section `[mail.bounces]`: the sender's mailbox, which is read for letters that came back (退信).

use super::sheet::Section;
use super::value::Value;
use super::{ImapConfig, Security, SmtpConfig};
use crate::mail::classify::Preset;
use std::path::Path;

/// The mailbox, when the section is written. What it does not say is as for sending.
pub(super) fn bounces(section: Section<'_, '_>, base: &Path, smtp: Option<&SmtpConfig>) -> Option<ImapConfig> {
    if !section.is_written() {
        return None;
    }
    let cure = "写上收信服务器，例如 host = \"imap.example.cn\"";
    let host = match usual_host(smtp.map_or(Preset::Custom, |smtp| smtp.preset)) {
        Some(usual) => Some(section.or("host", usual.to_owned(), Value::host)),
        None => section.must("host", cure, Value::host),
    };
    let security = section.or("security", Security::Tls, |value| {
        value.one_of(&[("tls", Security::Tls), ("starttls", Security::StartTls)])
    });
    let usual_port = if security == Security::Tls { 993 } else { 143 };
    let port = section.or("port", usual_port, |value| value.int(1..=65535));
    let user = section.opt("user", Value::name).or_else(|| smtp?.user.clone());
    let password_secret = section.opt("password", Value::secret_name).or_else(|| smtp?.password_secret.clone());
    let ca_file = section.opt("ca_file", |value| value.file(base)).or_else(|| smtp?.ca_file.clone());
    let folder = section.or("folder", "INBOX".to_owned(), Value::name);
    let every_minutes = section.or("every_minutes", 10, |value| value.int(1..=1440));
    if user.is_none() || password_secret.is_none() {
        let cure = "在 [mail.bounces] 写上 user = \"登录名\" 和 password = \"口令文件的名字\"";
        section.missing("user", "收退信要登录，[mail.smtp] 没有登录名和口令可用", cure);
    }
    section.close();
    let (host, port) = (host?, u16::try_from(port).ok()?);
    let (user, password_secret) = (user?, password_secret?);
    Some(ImapConfig { host, port, security, user, password_secret, ca_file, folder, every_s: every_minutes * 60 })
}

fn usual_host(preset: Preset) -> Option<&'static str> {
    match preset {
        Preset::Exmail => Some("imap.exmail.qq.com"),
        Preset::Qq => Some("imap.qq.com"),
        Preset::Netease => Some("imap.163.com"),
        Preset::Aliyun => Some("imap.qiye.aliyun.com"),
        Preset::Coremail | Preset::Custom => None,
    }
}
