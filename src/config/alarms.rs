//! The sections `[alarm.*]`: group robots that hear of our own troubles. The address of a robot is its
//! secret, so it is only named here.

use super::sheet::Section;
use super::value::Value;
use std::collections::BTreeSet;

/// Whose robot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RobotKind {
    /// 企业微信.
    Wecom,
    /// 钉钉.
    Dingtalk,
    /// 飞书.
    Feishu,
}

impl RobotKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [RobotKind; 3] = [RobotKind::Wecom, RobotKind::Dingtalk, RobotKind::Feishu];

    /// The word in the configuration, in the database and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            RobotKind::Wecom => "wecom",
            RobotKind::Dingtalk => "dingtalk",
            RobotKind::Feishu => "feishu",
        }
    }

    /// What a person reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            RobotKind::Wecom => "企业微信",
            RobotKind::Dingtalk => "钉钉",
            RobotKind::Feishu => "飞书",
        }
    }
}

/// One robot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotConfig {
    /// Whose.
    pub kind: RobotKind,
    /// Name of the secret that holds its address.
    pub url_secret: String,
    /// Name of the secret that signs what is sent to it; `None` where it asks for no signature.
    pub sign_secret: Option<String>,
    /// Offices whose reminders it posts beside our own troubles.
    pub owners: Owners,
}

/// Offices whose reminders a robot posts too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Owners {
    /// None: it hears of our own troubles only.
    #[default]
    None,
    /// All.
    All,
    /// These, as the list spells them (主办单位).
    Offices(BTreeSet<String>),
}

impl Owners {
    /// Whether no office's are.
    pub fn is_none(&self) -> bool {
        *self == Owners::None
    }

    /// Whether those of that office are.
    pub fn has(&self, office: &str) -> bool {
        match self {
            Owners::None => false,
            Owners::All => true,
            Owners::Offices(names) => names.contains(office),
        }
    }
}

/// The robots that are written, in the order of [`RobotKind::ALL`].
pub(super) fn alarms(section: Section<'_, '_>) -> Vec<RobotConfig> {
    let robots = RobotKind::ALL.into_iter().filter_map(|kind| robot(kind, section.sub(kind.word()))).collect();
    section.close();
    robots
}

fn robot(kind: RobotKind, section: Section<'_, '_>) -> Option<RobotConfig> {
    if !section.is_written() {
        return None;
    }
    let cure = format!(
        "把{}机器人的网址（Webhook）存成 secrets 目录下的一个文件，例如 {1}，这里写 url_credential = \"{1}\"",
        kind.chinese(),
        kind.word()
    );
    let url_secret = section.must("url_credential", &cure, Value::secret_name);
    // 企业微信 knows no signature.
    let signs = kind != RobotKind::Wecom;
    let sign_secret = if signs { section.opt("secret_credential", Value::secret_name) } else { None };
    let owners = section.or("owners", Owners::None, |value| owners(value));
    section.close();
    Some(RobotConfig { kind, url_secret: url_secret?, sign_secret, owners })
}

/// `true`, `false`, or a list of offices.
fn owners(value: &Value<'_, '_>) -> Option<Owners> {
    if value.value.get_ref().as_array().is_none() {
        return value.yes().map(|yes| if yes { Owners::All } else { Owners::None });
    }
    let names: BTreeSet<String> = value.all(Value::name)?.into_iter().collect();
    Some(if names.is_empty() { Owners::None } else { Owners::Offices(names) })
}
