//! Values that name something outside: mailboxes, web addresses, files, secrets.

use super::value::Value;
use std::path::{Path, PathBuf};

/// A mailbox with the name that is shown beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mailbox {
    /// Shown name; may be empty.
    pub(super) name: String,
    /// `local@domain`, ASCII.
    pub(super) address: String,
}

const MAIL_CURE: &str = "写成 name@example.cn 这样的地址，全部用英文半角";

impl Value<'_, '_> {
    /// Mail addresses: one text (several separated by `;` or `,`) or a list.
    pub(super) fn mails(&self) -> Option<Vec<String>> {
        let mut mails = Vec::new();
        for entry in self.one_or_more() {
            let text = entry.line()?;
            let parts = text.split([';', ',', '；', '，', '、']).map(str::trim).filter(|part| !part.is_empty());
            for part in parts {
                mails.push(entry.mail_text(part)?);
            }
        }
        Some(mails)
    }

    /// One mail address.
    pub(super) fn mail(&self) -> Option<String> {
        let text = self.line()?;
        self.mail_text(&text)
    }

    /// `名称 <address>`, or an address alone.
    pub(super) fn mailbox(&self) -> Option<Mailbox> {
        let text = self.line()?;
        let Some((name, rest)) = text.split_once('<') else {
            return Some(Mailbox { name: String::new(), address: self.mail_text(&text)? });
        };
        let Some(address) = rest.trim_end().strip_suffix('>') else {
            return self.refuse("尖括号没有配对", "写成 \"单位名称 <name@example.cn>\"");
        };
        let name = name.trim().trim_matches('"').trim().to_owned();
        Some(Mailbox { name, address: self.mail_text(address.trim())? })
    }

    fn mail_text(&self, text: &str) -> Option<String> {
        let why = mail_trouble(text);
        match why {
            None => Some(text.to_owned()),
            Some(why) => self.refuse(&format!("“{text}”不是可用的邮箱地址：{why}"), MAIL_CURE),
        }
    }

    /// An address that begins with one of `schemes` and `://`, without a slash at its end. It holds no
    /// login and no query, since those are secrets and addresses are shown.
    pub(super) fn url(&self, schemes: &[&str]) -> Option<String> {
        let text = self.line()?;
        let known = text.split_once("://").filter(|(scheme, _)| schemes.contains(scheme));
        let host = known.map(|(_, rest)| rest.split('/').next().unwrap_or_default());
        if known.is_some() && text.contains(['@', '?', '#']) {
            return self.refuse("网址里不能带用户名、口令和参数", "只写到主机、端口和路径");
        }
        let sane = |host: &str| !host.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()) && port_is_sane(host);
        if host.is_some_and(sane) {
            return Some(text.trim_end_matches('/').to_owned());
        }
        let cure = format!(
            "写成 {}主机:端口 这样的地址",
            schemes.iter().map(|s| format!("{s}://")).collect::<Vec<_>>().join(" 或 ")
        );
        self.refuse("不是可用的网址", &cure)
    }

    /// A host name or an IP address.
    pub(super) fn host(&self) -> Option<String> {
        let text = self.name()?;
        let sane = text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b));
        if sane && (is_ip(&text) || !text.contains(':')) {
            return Some(text);
        }
        self.refuse("不是可用的主机名", "只写主机名或IP地址，不带 http://、端口和路径，例如 smtp.example.cn")
    }

    /// A path; a relative one counts from `base`. The file must be there.
    pub(super) fn file(&self, base: &Path) -> Option<PathBuf> {
        let path = base.join(self.name()?);
        if path.is_file() {
            return Some(path);
        }
        self.refuse(&format!("找不到文件 {}", path.display()), "检查路径；相对路径从配置文件所在的目录算起")
    }

    /// The name of a secret, never the secret itself, which would have to be hidden from then on.
    pub(super) fn secret_name(&self) -> Option<String> {
        const CURE: &str = "把口令单独存成 secrets 目录下的一个文件，这里只写文件名（英文字母、数字、. _ -）；\
                            写进来的口令可能已被别人看到，请更换";
        let text = self.value.get_ref().as_str().map(str::trim);
        // A secret is always a file, so saying so is allowed.
        let text = text.map(|text| text.strip_prefix("file:").unwrap_or(text));
        match text {
            None => self.wrong_type("口令文件的名字", CURE),
            Some(name) if is_secret_name(name) && !looks_like_a_secret(name) => Some(name.to_owned()),
            Some(_) => self.refuse("这里要写口令文件的名字，看起来写的是口令本身（已隐去）", CURE),
        }
    }
}

/// What is wrong with a mail address, if anything is. SMTPUTF8 is not to be had from Chinese
/// providers, so an address has only ASCII.
pub(crate) fn mail_trouble(text: &str) -> Option<&'static str> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let Some((local, domain)) = text.split_once('@') else {
        return Some(if text.contains('＠') { "＠是全角符号" } else { "缺少@" });
    };
    if !text.is_ascii() {
        return Some("有中文或全角字符");
    }
    if domain.contains('@') {
        return Some("有两个@");
    }
    if local.is_empty() || domain.is_empty() {
        return Some("@前后都要有内容");
    }
    let labels_fine =
        domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    let domain_fine = labels_fine && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let local_fine =
        local.bytes().all(fine) && !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    if text.len() > 254 || !domain_fine || !local_fine { Some("有空格或不允许的符号") } else { None }
}

/// A port after the last colon, if there is one, is a port.
fn port_is_sane(host: &str) -> bool {
    match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => {
            !name.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
        }
        _ => !host.is_empty(),
    }
}

fn is_ip(text: &str) -> bool {
    text.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>().is_ok()
}

/// Whether a text can name a secret.
fn is_secret_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('.')
}

/// What mail providers hand out as 授权码 is sixteen letters; keys of interfaces are long and mixed.
fn looks_like_a_secret(name: &str) -> bool {
    let letters = name.bytes().all(|b| b.is_ascii_alphabetic());
    let mixed = name.bytes().any(|b| b.is_ascii_digit()) && name.bytes().any(|b| b.is_ascii_alphabetic());
    (name.len() == 16 && letters) || (name.len() >= 24 && mixed) || name.starts_with("dtk_")
}
