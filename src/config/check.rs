//! Says in Chinese what was understood, so that the operator sees a misunderstanding before an
//! account owner does. It reads no database and asks nobody on the network; the only thing it looks
//! at outside is whether the named secrets have files.

use super::words::{checks_in_words, leads_in_words, profile_in_words};
use super::{Config, Mode, Owners, RobotConfig, Security, Transport};
use crate::answer::GRACE_S;
use crate::domain::Moment;
use cuigeng_adapters::time::DAY;

/// What `config` means at `now`: rules in words, mode, the next firings, mail, sources, calendar, and
/// what deserves attention.
pub fn explain(config: &Config, now: Moment) -> String {
    let mut lines = vec!["配置没有错误，含义如下。".to_owned(), String::new()];
    lines.extend(profile_in_words(&config.profile));
    lines.push(format!("运行方式：{}", mode_in_words(config.mode)));
    lines.extend(office_in_words(config));
    lines.extend(checks_in_words(config, now));
    lines.push(format!(
        "巡查：每个账号每隔{}分钟看一次，最多同时看{}个",
        config.poll.every_s / 60,
        config.poll.at_once
    ));
    lines.extend(leads_in_words(config));
    lines.push(mail_in_words(config));
    lines.push(bounces_in_words(config));
    lines.push(templates_in_words(config));
    lines.push(web_in_words(config));
    lines.push(alarms_in_words(config));
    lines.push(backup_in_words(config));
    lines.extend(sources_in_words(config));
    lines.push(calendar_in_words(config));
    lines.push(format!("口令目录：{}", config.secrets_dir.display()));
    let remarks = super::remarks::remarks(config, now);
    if !remarks.is_empty() {
        lines.extend([String::new(), "请注意：".to_owned()]);
        lines.extend(remarks.iter().map(|remark| format!("  - {remark}")));
    }
    lines.join("\n")
}

fn mode_in_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Trial => "试运行，提醒只汇总发给检查方",
        Mode::Live => "配置允许正式；执行过 cuigeng mode 正式 以后，提醒发给各账号的责任人",
    }
}

fn office_in_words(config: &Config) -> Vec<String> {
    let office = &config.office;
    let people = |mails: &[String], none: &str| if mails.is_empty() { none.to_owned() } else { mails.join("、") };
    vec![
        format!(
            "检查方：{}{}",
            office.name,
            if office.region.is_empty() { String::new() } else { format!("（地区：{}）", office.region) }
        ),
        format!("  检查方邮箱 {}", people(&office.clerk_mail, "没有写")),
        format!("  周报另送 {}", people(&office.leader_mail, "无")),
        format!("  系统故障通知 {}", people(&office.operator_mail, "检查方邮箱")),
    ]
}

/// How letters leave, in one line.
pub fn mail_in_words(config: &Config) -> String {
    let mail = &config.mail;
    let sender = format!("发件人“{}”<{}>，每分钟最多{}封", mail.from_name, mail.from_address, mail.per_minute);
    match &mail.transport {
        Transport::Folder(folder) => format!("发信：不真正发出，存为文件（{}）；{sender}", folder.display()),
        Transport::Smtp(server) => {
            let login = server.user.as_ref().map_or("不登录".to_owned(), |user| format!("登录名 {user}"));
            format!(
                "发信：经 {}:{}（{}），{login}；{sender}",
                server.host,
                server.port,
                security_in_words(server.security)
            )
        }
    }
}

fn bounces_in_words(config: &Config) -> String {
    match (&config.mail.bounces, &config.mail.transport) {
        (None, _) => "退信：不收取，退信要由人到发件邮箱里看".to_owned(),
        (Some(_), Transport::Folder(_)) => "退信：不收取，因为信件没有真正发出".to_owned(),
        (Some(mailbox), Transport::Smtp(_)) => format!(
            "退信：每隔{}分钟到 {}:{}（{}）的 {} 查看，登录名 {}；只读，不改动邮箱",
            mailbox.every_s / 60,
            mailbox.host,
            mailbox.port,
            security_in_words(mailbox.security),
            mailbox.folder,
            mailbox.user
        ),
    }
}

fn templates_in_words(config: &Config) -> String {
    match config.mail.templates.replaced().as_slice() {
        [] => "信件模板：都用自带的".to_owned(),
        own => format!("信件模板：用单位自己的 {}，其余用自带的", own.join("、")),
    }
}

fn security_in_words(security: Security) -> &'static str {
    match security {
        Security::Tls => "TLS加密",
        Security::StartTls => "STARTTLS加密",
        Security::Plain => "不加密",
    }
}

fn web_in_words(config: &Config) -> String {
    let listen = config.web.listen.map_or("不开网页".to_owned(), |listen| format!("网页在 {listen} 监听"));
    match &config.web.public_url {
        Some(url) => format!("回复链接：信中写 {url}/a/…，期限过后{}天失效；{listen}", GRACE_S / DAY),
        None => format!("回复链接：信中不写（没有 web.public_url），回复用 cuigeng outbox answer 登记；{listen}"),
    }
}

fn backup_in_words(config: &Config) -> String {
    let days = config.backup.keep_days;
    match config.backup.at {
        Some(at) => format!(
            "备份：每天{}备份数据库并检验，放在数据目录的 backups 下；保留最近{days}天、8周、12个月的各一份",
            at.format("%H:%M")
        ),
        None => "备份：不自动做（backup.at 写的是 off），请另行安排 cuigeng backup".to_owned(),
    }
}

fn alarms_in_words(config: &Config) -> String {
    let robots: Vec<&str> = config.alarms.iter().map(|robot| robot.kind.chinese()).collect();
    if robots.is_empty() {
        return "运行告警：只发邮件，没有群机器人；邮件自己出故障时没有别的渠道可以通知".to_owned();
    }
    let owners: Vec<String> = config.alarms.iter().filter_map(owners_in_words).collect();
    format!("运行告警：除邮件外，另发群机器人（{}）；用 cuigeng alarm test 试发{}", robots.join("、"), owners.concat())
}

/// Nothing where a robot hears of our own troubles only.
fn owners_in_words(robot: &RobotConfig) -> Option<String> {
    let whose = match &robot.owners {
        Owners::None => return None,
        Owners::All => "全部单位".to_owned(),
        Owners::Offices(names) => names.iter().map(String::as_str).collect::<Vec<_>>().join("、"),
    };
    Some(format!("\n{}群另发更新提醒的短信文本：{whose}（信件照常，不代替信件）", robot.kind.chinese()))
}

fn sources_in_words(config: &Config) -> Vec<String> {
    if config.sources.is_empty() {
        return vec!["来源：没有，全部账号由人工核查".to_owned()];
    }
    let one = |source: &super::SourceConfig| {
        let every = source.every_s.unwrap_or(config.poll.every_s) / 60;
        format!("  {}（{}），每隔{every}分钟", source.name, source.kind)
    };
    std::iter::once(format!("来源：{}个", config.sources.len())).chain(config.sources.values().map(one)).collect()
}

fn calendar_in_words(config: &Config) -> String {
    let years: Vec<String> =
        (2000..=2100).filter(|year| config.calendar.knows(*year)).map(|year| format!("{year}年")).collect();
    format!("工作日历：已录入{}", years.join("、"))
}
