//! Which troubles of our own last, and the words for them. Pure.

use super::plan::{Cause, Rhythm, robot_key};
use crate::backup::standing::Standing;
use crate::config::RobotKind;
use crate::domain::{Class, Moment};
use crate::pulse::Jump;
use crate::rules::class_chinese;
use cuigeng_adapters::time::{DAY, HOUR};

/// What is known of ourselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The mail server refuses our login or our settings.
    pub stop: Option<Stop>,
    /// Letters refused as spam or by policy without another one accepted since, newest first.
    pub blocked: Vec<i64>,
    /// Letters that may have arrived, ascending.
    pub doubtful: Vec<i64>,
    /// Letters that are due and have not left, and since when the oldest is due.
    pub pending: Option<(i64, Moment)>,
    /// Sources that fail as a whole.
    pub sources: Vec<Blind>,
    /// Credentials that have ended or soon will.
    pub credentials: Vec<Ending>,
    /// Free and all bytes where the data are.
    pub disk: Option<(u64, u64)>,
    /// A year whose days off are not known although it is time; whether its file lies there and cannot be read.
    pub calendar: Option<(i32, bool)>,
    /// The web server cannot listen (Chinese).
    pub web: Option<String>,
    /// The provider spoke of limits today: letters leave more slowly; its words.
    pub slowed: Option<String>,
    /// The sender's mailbox cannot be read again and again.
    pub mailbox: Option<Unread>,
    /// Robots that refuse our settings, and their words.
    pub robots: Vec<(RobotKind, String)>,
    /// Causes that were told and last.
    pub open: Vec<String>,
    /// Tasks in the middle of a step, and when each moved last.
    pub stalled: Vec<(&'static str, Moment)>,
    /// The wall clock was set.
    pub jump: Option<Jump>,
    /// Seconds by which the clock is ahead of what sources say.
    pub askew_s: Option<i64>,
    /// The time service says that the clock is not synchronised.
    pub unsynchronised: bool,
    /// How it stands with the backups, where somebody must hear of it.
    pub backup: Option<Standing>,
    /// The database is a copy, and its letters wait for a word: since when, and how many.
    pub held: Option<(String, i64)>,
    /// When this process began.
    pub started: Moment,
}

/// The whole queue of letters stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Our settings are refused, not the login.
    pub is_config: bool,
    /// The server's words.
    pub words: String,
    /// They are ours: the server gave no answer.
    pub is_ours: bool,
    /// Letters that wait.
    pub letters: usize,
}

/// The sender's mailbox, which is read for letters that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Since when.
    pub since: Moment,
    /// What cures it (Chinese).
    pub cure: String,
    /// The server's words.
    pub words: String,
}

/// A source that fails as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blind {
    /// Its name.
    pub source: String,
    /// Why.
    pub class: Class,
    /// Since when.
    pub since: Moment,
}

/// A credential near its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The source that uses it.
    pub source: String,
    /// The account it serves (来源参数); empty where one serves every account.
    pub key: String,
    /// That account, as people name it.
    pub account: Option<String>,
    /// Its end.
    pub expires: Moment,
}

/// Seconds for which a due letter may wait before somebody hears of it.
pub const PENDING_S: i64 = HOUR;
/// Seconds before its end at which a credential is spoken of.
pub const CREDENTIAL_S: i64 = 3 * DAY;
/// Refusals in a row.
pub const BLOCKED_IN_A_ROW: usize = 3;
/// Seconds for which a task may stand still in the middle of a step: the longest legitimate wait is that
/// for a server's word after the final dot (RFC 5321 §4.5.3.2.6, ten minutes).
pub const STALLED_S: i64 = 11 * 60;
/// Readings of the sender's mailbox that fail in a row before somebody hears of it.
pub const UNREAD_IN_A_ROW: u32 = 3;
/// A process that has just begun looks and judges before it sends.
const SETTLED_S: i64 = 600;

/// The causes that last at `now`.
pub fn causes(facts: &Facts, now: Moment) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    causes.extend(facts.stop.as_ref().map(stopped));
    causes.extend(blocked(facts));
    causes.extend(doubtful(facts));
    causes.extend(stuck(facts, now));
    causes.extend(facts.slowed.as_deref().map(slowed));
    causes.extend(facts.mailbox.as_ref().map(unread));
    causes.extend(facts.sources.iter().map(blind));
    causes.extend(facts.credentials.iter().map(|ending| credential(ending, now)));
    causes.extend(disk(facts));
    causes.extend(facts.calendar.map(|(year, broken)| calendar(year, broken)));
    causes.extend(facts.web.as_deref().map(web));
    causes.extend(facts.robots.iter().map(|(kind, words)| robot(*kind, words)));
    causes.extend(facts.stalled.iter().filter_map(|(task, moved)| stalled(task, *moved, now)));
    causes.extend(clock(facts, now));
    causes.extend(facts.backup.as_ref().filter(|standing| standing.is_trouble()).map(|standing| backup(standing, now)));
    causes.extend(facts.held.as_ref().map(|(told, letters)| held(told, *letters)));
    causes
}

/// A task that is idle waits for its time; one that is in the middle of a step must move.
fn stalled(task: &str, moved: Moment, now: Moment) -> Option<Cause> {
    let minutes = now.since(moved) / 60;
    if now.since(moved) < STALLED_S {
        return None;
    }
    let name = match task {
        "poll" => "巡查",
        "inspect" => "判定",
        "mail" => "发信",
        "report" => "周报",
        "answer" => "回复核对",
        "bounces" => "收退信",
        "backup" => "备份",
        _ => return None,
    };
    let subject = format!("{name}任务{minutes}分钟没有动作");
    let cure = "运行 cuigeng doctor 与 journalctl -u cuigeng 查看原因；仍不动就重启服务：systemctl restart cuigeng";
    // Mail may be the very task that stands still, but then the letter waits without harm.
    Some(Cause { by_mail: task != "mail", ..ladder(&format!("task {task}"), subject, String::new(), cure) })
}

/// A verdict is only as good as the clock.
fn clock(facts: &Facts, now: Moment) -> Option<Cause> {
    let cure = "校准系统时间并打开自动对时（timedatectl set-ntp true）：时间不对，判定和提醒都会错";
    let way = |s: i64, more: &str, less: &str| if s > 0 { more.to_owned() } else { less.to_owned() };
    let (mark, subject) = match (facts.jump, facts.askew_s) {
        (Some(Jump { at, by_s }), _) => {
            (at.unix(), format!("系统时间被{}了{}秒（改时、对时或主机休眠）", way(by_s, "拨快", "拨慢"), by_s.abs()))
        }
        (None, Some(s)) => (0, format!("系统时钟比各来源{}{}秒", way(s, "快", "慢"), s.abs())),
        (None, None) if facts.unsynchronised && now.since(facts.started) >= SETTLED_S => {
            (0, "系统时钟没有同步".to_owned())
        }
        (None, None) => return None,
    };
    Some(Cause { mark, by_mail: true, ..ladder("clock", subject, String::new(), cure) })
}

fn backup(standing: &Standing, now: Moment) -> Cause {
    Cause { by_mail: true, ..ladder("backup", standing.chinese(now), String::new(), standing.cure()) }
}

/// Mail is what waits, so it cannot tell.
fn held(told: &str, letters: i64) -> Cause {
    let subject = format!("{told}，除测试信外都没有发出，有{letters}封在等");
    let cure = "请到发件箱看一遍待发的信，不该再发的取消，然后放行（或用 cuigeng outbox release）";
    ladder("restored", subject, String::new(), cure)
}

fn ladder(key: &str, subject: String, detail: String, cure: &str) -> Cause {
    Cause {
        key: key.to_owned(),
        mark: 0,
        subject,
        detail,
        cure: cure.to_owned(),
        rhythm: Rhythm::Ladder,
        by_mail: false,
        source: None,
    }
}

fn stopped(stop: &Stop) -> Cause {
    let whose = if stop.is_ours { "经过" } else { "服务器原话" };
    let detail = format!("{}封信在等待。{whose}：{}", stop.letters, said(&stop.words));
    if stop.is_config {
        let cure = "改正 [mail] 的配置（发件地址与登录名、加密方式、端口、证书），重启服务后会自行补发";
        return ladder("mail.config", "发信设置被邮件服务器拒绝，全部信件暂停发出".to_owned(), detail, cure);
    }
    let cure = "在网页邮箱重新生成授权码（客户端专用密码），写入口令文件；程序每一刻钟试一次，成功后自行补发";
    ladder("mail.auth", "邮箱登录失败，全部信件暂停发出".to_owned(), detail, cure)
}

fn blocked(facts: &Facts) -> Option<Cause> {
    let newest = facts.blocked.first().filter(|_| facts.blocked.len() >= BLOCKED_IN_A_ROW)?;
    let detail = format!("信件编号：{}", numbers(&facts.blocked));
    let cure = "用 cuigeng outbox show 看对方原话；联系邮箱管理员解除限制，或换一个发件邮箱";
    let cause = ladder("mail.blocked", "连续三封信被当作垃圾邮件或因策略拒收".to_owned(), detail, cure);
    Some(Cause { mark: *newest, ..cause })
}

fn doubtful(facts: &Facts) -> Option<Cause> {
    let newest = facts.doubtful.last()?;
    let subject = format!("{}封信疑似已发：发送到最后一刻连接中断", facts.doubtful.len());
    let detail = format!("信件编号：{}", numbers(&facts.doubtful));
    let cure = "请向收件人核实是否收到，再用 cuigeng outbox 处理";
    Some(Cause { mark: *newest, ..ladder("mail.doubtful", subject, detail, cure) })
}

/// Letters that wait because the queue stands still are told as that.
fn stuck(facts: &Facts, now: Moment) -> Option<Cause> {
    let (letters, since) = facts.pending.filter(|_| facts.stop.is_none() && facts.held.is_none())?;
    if now.since(since) <= PENDING_S || now.since(facts.started) < SETTLED_S {
        return None;
    }
    let subject = format!("{letters}封信到时没有发出，最早的应在{}发出", minute(since));
    let cure = "用 cuigeng outbox list 查看原因；检查网络与邮件服务器";
    Some(ladder("mail.stuck", subject, String::new(), cure))
}

fn slowed(words: &str) -> Cause {
    let subject = "邮件服务商限制了发信频率，今天已自动放慢".to_owned();
    let cure = "不用处理，信会晚些发出；经常如此请调小 mail.per_minute，或请服务商提高限额";
    ladder("mail.throttled", subject, format!("服务器原话：{}", said(words)), cure)
}

fn unread(unread: &Unread) -> Cause {
    let subject = format!("自{}起收不到退信", minute(unread.since));
    let detail = format!("发信不受影响，但退回的信没有人知道。服务器原话：{}", said(&unread.words));
    Cause { by_mail: true, ..ladder("mail.bounces", subject, detail, &unread.cure) }
}

fn blind(blind: &Blind) -> Cause {
    let subject = format!("来源“{}”自{}起{}", blind.source, minute(blind.since), class_chinese(blind.class));
    let detail = "看不到不等于没有更新：故障期间不会认定任何账号未更新".to_owned();
    let cause =
        ladder(&format!("source {}", blind.source), subject, detail, "详见运行告警邮件；也可运行 cuigeng status");
    Cause { source: Some(blind.source.clone()), ..cause }
}

fn credential(ending: &Ending, now: Moment) -> Cause {
    let whose = ending.account.as_ref().map(|name| format!("对账号{name}")).unwrap_or_default();
    let when = if ending.expires <= now { "已于" } else { "将于" };
    let subject = format!("来源“{}”{whose}的登录或授权{when}{}到期", ending.source, minute(ending.expires));
    let cure = if ending.key.is_empty() {
        "重新登录，把新的登录状态写入凭据文件"
    } else {
        "请账号主办单位重新授权"
    };
    let cause = ladder(&format!("credential {} {}", ending.source, ending.key), subject, String::new(), cure);
    Cause { source: Some(ending.source.clone()), ..cause }
}

/// Free bytes that are enough for years of ours, however large the disk is.
const AMPLE: u64 = 5_000_000_000;

/// Below a tenth and below what is ample; once told it lasts until a little more is free, so that it does
/// not begin and end all day.
fn disk(facts: &Facts) -> Option<Cause> {
    const KEY: &str = "disk";
    let (free, all) = facts.disk.filter(|(_, all)| *all > 0)?;
    let (enough_percent, ample) =
        if facts.open.iter().any(|key| key == KEY) { (12, AMPLE / 5 * 6) } else { (10, AMPLE) };
    let percent = u128::from(free) * 100 / u128::from(all);
    if percent >= enough_percent || free >= ample {
        return None;
    }
    let subject = format!("数据目录所在磁盘只剩{percent}%（{}MB）", free / 1_000_000);
    let cure = "清理磁盘或扩容：写满后不能保存监测结果，也发不出信";
    Some(Cause { by_mail: true, ..ladder(KEY, subject, String::new(), cure) })
}

fn calendar(year: i32, broken: bool) -> Cause {
    let subject = format!("{year}年放假安排未录入");
    let detail = "未录入的年份按周一至周五上班处理，提醒不会避开节假日".to_owned();
    let cure = if broken {
        format!(
            "录入的文件读不懂，没有采用，请在网页“规则”的“日历”里重新录入；或者存成文件，运行 cuigeng calendar import 文件 --year {year} --by 姓名"
        )
    } else {
        format!(
            "在网页“规则”的“日历”里粘贴国务院办公厅通知的正文；或者存成文件，运行 cuigeng calendar import 文件 --year {year} --by 姓名"
        )
    };
    let cause = ladder(&format!("calendar {year}"), subject, detail, &cure);
    Cause { rhythm: Rhythm::Weekly, by_mail: true, ..cause }
}

fn web(trouble: &str) -> Cause {
    let cure = "看是哪个程序占用了这个端口（ss -ltnp），或改正 [web] 的 listen，重启服务";
    let subject = "网页服务没有运行，信中的链接打不开".to_owned();
    Cause { by_mail: true, ..ladder("web", subject, trouble.to_owned(), cure) }
}

fn robot(kind: RobotKind, words: &str) -> Cause {
    let subject = format!("{}机器人不接受告警", kind.chinese());
    let cure = format!("{}；改好后运行 cuigeng alarm test", super::robot::advice(kind, Class::Config));
    let cause = ladder(&robot_key(kind.word()), subject, format!("机器人原话：{}", said(words)), &cure);
    Cause { by_mail: true, ..cause }
}

fn said(words: &str) -> String {
    let short: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect();
    if short.is_empty() { "（没有）".to_owned() } else { short }
}

fn numbers(ids: &[i64]) -> String {
    let shown: Vec<String> = ids.iter().take(10).map(i64::to_string).collect();
    let more = if ids.len() > shown.len() { "等" } else { "" };
    format!("{}{more}", shown.join("、"))
}

fn minute(moment: Moment) -> String {
    moment.beijing().format("%-m月%-d日%H:%M").to_string()
}

#[cfg(test)]
#[path = "causes_tests.rs"]
mod tests;
