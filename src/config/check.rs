//! Says in Chinese what was understood, so that the operator sees a misunderstanding before an
//! account owner does. It reads no database and asks nobody on the network; the only thing it looks
//! at outside is whether the named secrets have files.

use super::{Config, Mode, Owners, RobotConfig, Security, SilenceLead, Transport};
use crate::answer::GRACE_S;
use crate::domain::{Check, Moment};
use crate::rules::{CountUnit, PeriodKind, Profile, Rule, Schedule, Severity, WhenOff, WindowKind};
use chrono::{Datelike, Timelike, Weekday};
use cuigeng_adapters::time::DAY;

/// How many firings of a schedule are shown.
const SHOWN: usize = 3;

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

/// What is checked when, and who is reminded when: a heading a line, what belongs to it indented.
pub fn rules_in_words(config: &Config, now: Moment) -> Vec<String> {
    let coming = coming_checks(config, now);
    let summary = config.report.summary_at.format("%H:%M");
    let mut lines = profile_in_words(&config.profile);
    lines.push(format!("检查：接下来{}次；周报在检查当天{summary}起发给检查方", coming.len()));
    lines.extend(coming.iter().map(|check| format!("  {}", check_in_words(*check))));
    lines.extend(leads_in_words(config));
    lines
}

fn profile_in_words(profile: &Profile) -> Vec<String> {
    let period = match profile.period {
        PeriodKind::Month => "月度",
        PeriodKind::Quarter => "季度",
    };
    let count = match profile.count {
        CountUnit::Push => "一次群发算一次更新",
        CountUnit::Article => "一篇算一次更新",
        CountUnit::Day => "有更新的一天算一次更新",
    };
    let reposts = if profile.count_reposts { "转载也算" } else { "转载不算" };
    let head = format!("检查口径：{}（{}，{period}通报；{count}，{reposts}）", profile.name, profile.basis);
    let rules = profile.rules.iter().enumerate().map(|(at, rule)| format!("  {}. {}", at + 1, rule_in_words(rule)));
    std::iter::once(head).chain(rules).chain(scores_in_words(profile)).collect()
}

fn scores_in_words(profile: &Profile) -> Option<String> {
    let start = profile.start_points?;
    let line = profile.pass_line.map_or_else(String::new, |line| format!("，低于{line}分为不合格"));
    Some(format!("  计分：{start}分起{line}；单项否决的不再计分"))
}

fn rule_in_words(rule: &Rule) -> String {
    let severity = match rule.severity {
        Severity::Problem => "存在问题",
        Severity::Veto => "不合格（单项否决）",
    };
    let from = rule.from.map(|date| format!("自{date}起，")).unwrap_or_default();
    let exceptions: Vec<String> = rule
        .quota
        .by_platform
        .iter()
        .filter(|(_, quota)| **quota != rule.quota.other)
        .map(|(platform, quota)| match quota {
            0 => format!("{platform}不要求"),
            quota => format!("{platform}{quota}次"),
        })
        .collect();
    let except = if exceptions.is_empty() { String::new() } else { format!("（{}）", exceptions.join("，")) };
    let own = if rule.quota.account_may_override { "，台账另有每周次数的按台账" } else { "" };
    let points = if rule.points > 0 { format!("，每次扣{}分", rule.points) } else { String::new() };
    let label = ["{quota_han}", "{quota}", "{n}", "{deduct}"]
        .iter()
        .fold(rule.label.clone(), |label, blank| label.replace(blank, "N"));
    let demand = match rule.quota.other {
        0 => "不作要求".to_owned(),
        quota => format!("至少更新{quota}次"),
    };
    format!("{from}{}{demand}{except}{own}；否则为{severity}“{label}”{points}", window_in_words(rule.window))
}

fn window_in_words(window: WindowKind) -> String {
    match window {
        WindowKind::Week { weeks: 1 } => "检查前的一个自然周（周一0时至周日24时）".to_owned(),
        WindowKind::Week { weeks } => format!("检查前的{weeks}个自然周"),
        WindowKind::Days { days, inclusive: true } => format!("检查日前{days}天内（第{days}天当天的更新仍然算）"),
        WindowKind::Days { days, inclusive: false } => format!("检查日前{days}天内（第{days}天当天的更新不算）"),
    }
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

fn checks_in_words(config: &Config, now: Moment) -> Vec<String> {
    let how = match &config.check.schedule {
        Schedule::Cron { text, .. } => format!("按时间表“{text}”"),
        Schedule::Dates(dates) => format!("指定了{}次", dates.len()),
    };
    let off = match config.check.when_off {
        WhenOff::Keep => "逢节假日照常",
        WhenOff::NextWorkingDay => "逢节假日顺延到下一个工作日",
    };
    let coming = coming_checks(config, now);
    let mut lines = vec![format!("检查：{how}，{off}；接下来{}次：", coming.len())];
    lines.extend(coming.iter().map(|check| format!("  {}", check_in_words(*check))));
    if coming.is_empty() {
        lines.push("  没有了，请补写以后的检查日期".to_owned());
    }
    lines.push(format!(
        "周报：检查当天{}起发出，最迟在检查后{}小时；接下来{}次：",
        config.report.summary_at.format("%H:%M"),
        config.report.summary_latest_h,
        coming.len()
    ));
    lines.extend(coming.iter().map(|check| format!("  {}", moment_in_words(config.summary_at(*check)))));
    let list_at = config.report.sent_list_at.format("%H:%M");
    lines.push(format!("发信清单：有提醒发出的日子，{list_at}发给检查方一份（试运行时另有汇总）"));
    lines
}

fn coming_checks(config: &Config, now: Moment) -> Vec<Check> {
    // A check that was moved off a holiday may lie ahead although its nominal moment is past.
    let held = |nominal: Moment| config.check.when_off.hold(nominal, &config.calendar);
    let first = config.check.schedule.next_after(now.plus_days(-15));
    let nominals = std::iter::successors(first, |last| config.check.schedule.next_after(*last));
    nominals.map(held).filter(|check| check.at > now).take(SHOWN).collect()
}

fn check_in_words(check: Check) -> String {
    if check.at == check.nominal {
        return moment_in_words(check.at);
    }
    format!("{}（原定{}，因节假日顺延）", moment_in_words(check.at), moment_in_words(check.nominal))
}

fn leads_in_words(config: &Config) -> Vec<String> {
    let warn = &config.warn;
    let days: Vec<&str> = warn.week_leads.iter().map(|day| weekday_in_words(*day)).collect();
    let week = if days.is_empty() { "不提醒".to_owned() } else { format!("{}提醒运维人员", days.join("、")) };
    let mut lines =
        vec![format!("提醒：{}发出，逢节假日提前", warn.hour.format("%H:%M")), format!("  本周更新次数不够的：{week}")];
    lines.extend(warn.silence_leads.iter().map(lead_in_words));
    if warn.silence_leads.is_empty() {
        lines.push("  长时间不更新的：不提醒".to_owned());
    }
    lines
}

fn lead_in_words(lead: &SilenceLead) -> String {
    let roles: Vec<&str> = lead.roles.iter().map(|role| role.chinese()).collect();
    format!("  最后一次更新后第{}天：提醒{}", lead.day, roles.join("、"))
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

fn moment_in_words(moment: Moment) -> String {
    let local = moment.beijing();
    format!(
        "{}年{}月{}日（{}）{:02}:{:02}",
        local.year(),
        local.month(),
        local.day(),
        weekday_in_words(local.weekday()),
        local.hour(),
        local.minute()
    )
}

fn weekday_in_words(day: Weekday) -> &'static str {
    ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][day.num_days_from_monday() as usize]
}
