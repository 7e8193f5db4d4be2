//! The sections `[alarm.*]`: group robots that hear of our own troubles. The address of a robot is its
//! secret, so it is only named here.

use super::sheet::Section;
use super::value::Value;

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
    section.close();
    Some(RobotConfig { kind, url_secret: url_secret?, sign_secret })
}
