//! What is no mistake in the configuration and yet deserves the operator's attention.

use super::{Config, Mode, Security, Transport};
use crate::domain::{Moment, Platform, PlatformNote};
use crate::mail::classify::Preset;

/// The remarks at `now`, each a sentence in Chinese.
pub(super) fn remarks(config: &Config, now: Moment) -> Vec<String> {
    let mut remarks = Vec::from_iter(calendar(config, now));
    remarks.extend(people(config));
    remarks.extend(mail(config));
    remarks.extend(web(config));
    remarks.extend(robots(config));
    remarks.extend(platforms(config));
    remarks.extend(config.mail.templates.faults());
    remarks
}

/// The same without the calendar and the secrets' files, for whoever looks after those himself.
pub(crate) fn remarks_of_the_file(config: &Config) -> Vec<String> {
    let mut remarks: Vec<String> = people(config).into_iter().collect();
    remarks.extend(mail_in_clear_or_nowhere(config));
    remarks.extend(sender(config));
    remarks.extend(web(config));
    remarks.extend(platforms(config));
    remarks
}

/// The year whose days off somebody should have loaded by `now`.
pub(crate) fn missing_year(config: &Config, now: Moment) -> Option<i32> {
    config.calendar.missing(now.date())
}

fn calendar(config: &Config, now: Moment) -> Option<String> {
    let year = missing_year(config, now)?;
    Some(format!("{year}年放假安排未录入：暂按周一至周五上班处理，请用 cuigeng calendar import 录入国务院办公厅的通知"))
}

fn people(config: &Config) -> Option<String> {
    config
        .office
        .clerk_mail
        .is_empty()
        .then(|| "没有写检查方邮箱（office.clerk_mail）：汇总和周报先写给发件人自己（存入发件文件夹）".to_owned())
}

fn mail(config: &Config) -> Vec<String> {
    let mut remarks: Vec<String> = mail_in_clear_or_nowhere(config).into_iter().collect();
    if let Transport::Smtp(server) = &config.mail.transport
        && let Some(name) = server.password_secret.as_deref().filter(|name| !has_file(config, name))
    {
        remarks.push(format!("口令目录里还没有名为 {name} 的文件（mail.smtp.password）；由 systemd 提供时不必理会"));
    }
    remarks.extend(sender(config));
    remarks.extend(returned(config));
    remarks
}

/// A known provider demands it, which is a mistake of its own; of any other server we cannot know.
fn sender(config: &Config) -> Option<String> {
    let Transport::Smtp(server) = &config.mail.transport else { return None };
    let (user, from) = (server.user.as_deref().filter(|user| user.contains('@'))?, &config.mail.from_address);
    let differs = server.preset == Preset::Custom && !user.eq_ignore_ascii_case(from);
    differs.then(|| {
        format!("发件人 {from} 与登录名 {user} 不一致：多数邮件服务器要求两者相同，发信被拒时改 mail.from（用 cuigeng letters test 试发）")
    })
}

fn returned(config: &Config) -> Option<String> {
    let name = &crate::mail::returned::configured(config)?.password_secret;
    (!has_file(config, name))
        .then(|| format!("口令目录里还没有名为 {name} 的文件（mail.bounces.password）；由 systemd 提供时不必理会"))
}

fn mail_in_clear_or_nowhere(config: &Config) -> Option<String> {
    match &config.mail.transport {
        Transport::Folder(_) if config.mode == Mode::Live => {
            Some("配置写的是正式，但信件只存为文件：切换为正式后也不会真正发出（mail.transport）".to_owned())
        }
        Transport::Smtp(server) if server.security == Security::Plain && server.user.is_some() => {
            Some("登录口令将不加密地在网络上传送（mail.smtp.security = \"plain\"），只应在可信内网使用".to_owned())
        }
        _ => None,
    }
}

fn web(config: &Config) -> Vec<String> {
    let web = &config.web;
    let mut remarks = Vec::new();
    if web.is_private() {
        remarks.push("web.public_url 写的是本机地址，别的机器打不开信中的链接".to_owned());
    }
    if web.public_url.is_some() && web.listen.is_none() {
        remarks.push("写了 web.public_url，又写 web.listen = \"off\"：信中有回复链接，但打不开".to_owned());
    }
    if web.public_url.is_none() && web.listen.is_some() && web.is_asked_for() {
        remarks.push("写了 web.listen，没有写 web.public_url：信中没有回复链接".to_owned());
    }
    let is_local = web.listen.is_some_and(|listen| listen.ip().is_loopback());
    if is_local && web.public_url.is_some() && !web.is_private() {
        remarks.push("网页服务只在本机监听（web.listen）：要有反向代理把 web.public_url 转到这里".to_owned());
    }
    if web.listen.is_some() && !is_local && !web.public_url.as_deref().is_some_and(|url| url.starts_with("https://")) {
        remarks
            .push("网页没有加密（web.public_url 不是 https）：登录密码会明文经过网络，只应在可信内网使用".to_owned());
    }
    remarks
}

fn robots(config: &Config) -> Vec<String> {
    let named = config.alarms.iter().flat_map(|robot| {
        let names = [Some(&robot.url_secret), robot.sign_secret.as_ref()];
        names.into_iter().flatten().map(|name| (robot.kind, name))
    });
    let missing = named.filter(|(_, name)| !has_file(config, name));
    missing
        .map(|(kind, name)| {
            format!("口令目录里还没有名为 {name} 的文件（alarm.{}）；由 systemd 提供时不必理会", kind.word())
        })
        .collect()
}

fn has_file(config: &Config, secret: &str) -> bool {
    config.secrets_dir.join(secret).is_file()
}

/// A mistyped platform in a profile would silently fall under "every other platform".
fn platforms(config: &Config) -> Vec<String> {
    let rules = config.profile.rules.iter().flat_map(|rule| rule.quota.by_platform.keys());
    let names = rules.chain(config.profile.platform_names.keys());
    let mut remarks: Vec<String> = names
        .filter_map(|name| match Platform::parse(name).1 {
            Some(PlatformNote::NearMiss(known)) => {
                Some(format!("检查口径“{}”里的平台“{name}”没有见过，是不是“{known}”？", config.profile.name))
            }
            _ => None,
        })
        .collect();
    remarks.dedup();
    remarks
}
