//! How letters leave and how what comes back is read: the mail server, the folder, the mailbox.

use std::path::PathBuf;

/// How letters leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailConfig {
    /// Where to.
    pub transport: Transport,
    /// `发件单位 <login address>`: the address.
    pub from_address: String,
    /// The display name.
    pub from_name: String,
    /// Where answers go; empty means the sender.
    pub reply_to: Option<String>,
    /// Subject prefix, such as 更新提醒.
    pub prefix: String,
    /// The sender's mailbox, when it is read for letters that came back.
    pub bounces: Option<ImapConfig>,
    /// Most letters a minute.
    pub per_minute: u32,
    /// The office's own templates of letters.
    pub templates: crate::mail::letter::Templates,
}

/// Where letters go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A folder of `.eml` files; relative to the data directory.
    Folder(PathBuf),
    /// A mail server.
    Smtp(SmtpConfig),
}

impl Transport {
    /// Where letters are handed over, as people read it.
    pub fn place(&self) -> String {
        match self {
            Transport::Folder(dir) => format!("文件夹 {}", dir.display()),
            Transport::Smtp(smtp) => format!("{}:{}", smtp.host, smtp.port),
        }
    }
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpConfig {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the line is protected.
    pub security: Security,
    /// Login name; `None` means no login.
    pub user: Option<String>,
    /// Name of the secret that holds the password.
    pub password_secret: Option<String>,
    /// PEM file of a private authority to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Name said in EHLO.
    pub helo: String,
    /// Whose words its answers are.
    pub preset: crate::mail::classify::Preset,
}

/// A mailbox that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImapConfig {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the line is protected; never `Plain`.
    pub security: Security,
    /// Login name.
    pub user: String,
    /// Name of the secret that holds the password.
    pub password_secret: String,
    /// PEM file of a private authority to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The folder.
    pub folder: String,
    /// Seconds between two readings.
    pub every_s: i64,
}

/// How the line to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Implicit TLS (port 465).
    Tls,
    /// STARTTLS required (port 587).
    StartTls,
    /// None; only for a relay on this machine or network, asked for by name.
    Plain,
}

impl MailConfig {
    /// The domain of the sender, for Message-IDs.
    pub fn domain(&self) -> &str {
        self.from_address.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
    }
}
