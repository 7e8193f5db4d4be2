//! The configuration as it is meant: checked, parsed, complete. It is read once and passed by reference;
//! only the working days may be others later (`current`). What was *written* is `raw`'s business, the only
//! validation happens between the two, and all mistakes are reported at once.

mod address;
mod alarms;
mod bounces;
mod calendars;
mod check;
mod collectors;
mod faults;
mod init;
mod mail;
mod paper;
mod profiles;
#[cfg(test)]
mod profiles_tests;
mod raw;
mod remarks;
mod script;
mod sections;
mod sending;
mod sheet;
mod sources;
mod syntax;
mod tables;
mod templates;
#[cfg(test)]
mod tests;
mod value;
mod web;
pub(crate) mod words;

pub(crate) use address::mail_trouble;
pub use alarms::{Owners, RobotConfig, RobotKind};
pub use calendars::{imported_calendar, imported_calendars};
pub use check::{explain, mail_in_words};
pub use faults::{ConfigFault, ConfigFaults};
pub use init::{next_steps, write_example};
pub use profiles::{profile, profile_names, profile_text};
pub use raw::{load, parse};
pub(crate) use remarks::{missing_year, remarks_of_the_file};
pub use sending::{ImapConfig, MailConfig, Security, SmtpConfig, Transport};
pub use web::WebConfig;

use crate::domain::{Check, Moment, Period};
use crate::repair::Counting;
use crate::rules::{Profile, Schedule, WhenOff};
use chrono::{NaiveTime, Weekday};
use cuigeng_adapters::{Kinds, Manners, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Everything that the operator may set.
#[derive(Clone, Debug)]
pub struct Config {
    /// The rules that inspect.
    pub profile: Profile,
    /// Folder of the office's own profiles, for the verbs that ask for another one by name.
    pub profiles_dir: PathBuf,
    /// 试运行 or 正式.
    pub mode: Mode,
    /// Who watches.
    pub office: OfficeConfig,
    /// When checks are held.
    pub check: CheckConfig,
    /// How often accounts are looked at.
    pub poll: PollConfig,
    /// When owners are reminded.
    pub warn: WarnConfig,
    /// When the weekly summary is made.
    pub report: ReportConfig,
    /// How letters leave.
    pub mail: MailConfig,
    /// The small web server.
    pub web: WebConfig,
    /// When the database is copied, and how long copies stay.
    pub backup: BackupConfig,
    /// Group robots that hear of our own troubles beside the operator's mail.
    pub alarms: Vec<RobotConfig>,
    /// The sources by name.
    pub sources: Arc<BTreeMap<String, SourceConfig>>,
    /// The working days.
    pub calendar: crate::rules::calendar::Calendar,
    /// The years that files named in the configuration have; no import stands over them.
    pub calendar_named: BTreeSet<i32>,
    /// Proxy for all platform traffic.
    pub proxy: Option<String>,
    /// Folder that holds one secret per file.
    pub secrets_dir: PathBuf,
    /// What goes to the log.
    pub log: LogConfig,
}

impl Config {
    /// When the summary of a check goes out: at its hour on the first working day at or after the
    /// date on which the check is held, but never before the check.
    pub fn summary_at(&self, check: Check) -> Moment {
        let days = check.at.date().iter_days();
        let working = days.take(LONGEST_CLOSURE_D).find(|day| self.calendar.is_working(*day));
        let day = working.unwrap_or(check.at.date());
        Moment::from_beijing(day.and_time(self.report.summary_at)).max(check.at)
    }
}

impl Config {
    /// The same with other working days.
    #[must_use]
    pub fn with_calendar(&self, calendar: crate::rules::calendar::Calendar) -> Config {
        Config { calendar, ..self.clone() }
    }
}

/// No closure is longer, whatever a calendar file says; it keeps a search finite.
const LONGEST_CLOSURE_D: usize = 60;

/// Whether letters reach their recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// 试运行: composed and recorded for the real recipient, delivered to the clerk as a daily digest.
    Trial,
    /// 正式.
    Live,
}

/// The office that watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeConfig {
    /// Its name as papers and letters print it.
    pub name: String,
    /// The region in titles, such as 开封市.
    pub region: String,
    /// The clerk's mailboxes: digests, fallbacks, the weekly summary.
    pub clerk_mail: Vec<String>,
    /// Leaders who get the weekly summary.
    pub leader_mail: Vec<String>,
    /// The operator's mailboxes: our own troubles. Empty means the clerk's.
    pub operator_mail: Vec<String>,
    /// Whom owners may call, as printed at the end of a letter; may be empty.
    pub contact: String,
}

/// When checks are held.
#[derive(Clone, Debug)]
pub struct CheckConfig {
    /// The schedule.
    pub schedule: Schedule,
    /// What happens to a check on a day off.
    pub when_off: WhenOff,
}

/// How often accounts are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollConfig {
    /// Seconds between two looks at one account by one source.
    pub every_s: i64,
    /// Looks under way at once.
    pub at_once: usize,
}

/// When owners are reminded (DESIGN §7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarnConfig {
    /// The hour of a lead (Beijing).
    pub hour: NaiveTime,
    /// Days of the week on which a missing update is asked for.
    pub week_leads: Vec<Weekday>,
    /// Days after the last update on which the operator is reminded; the last one is day `n` of the
    /// silence rule.
    pub silence_leads: Vec<SilenceLead>,
    /// The reminder of the last day of the silence rule goes out on that day even when it is a day off.
    pub last_day_always: bool,
}

/// One rung of the silence ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilenceLead {
    /// Day after the date of the last update (day 0).
    pub day: u32,
    /// Who hears of it.
    pub roles: Vec<crate::domain::Role>,
}

/// When the weekly summary is made.
#[derive(Clone, Debug)]
pub struct ReportConfig {
    /// The hour (Beijing) on the working day on which a check is held, from which on the summary goes out.
    pub summary_at: NaiveTime,
    /// Hours after a check at which the summary goes out even when something is still awaited.
    pub summary_latest_h: i64,
    /// How often the leaders get their page.
    pub leader: LeaderPage,
    /// The hour (Beijing) of the clerk's list of letters, on each day on which letters to owners left.
    pub sent_list_at: NaiveTime,
    /// Days from an issued 通报 to the last day for feedback.
    pub repair_days: u32,
    /// Which days count for it.
    pub repair_counting: Counting,
    /// Later papers begin with what became of the last one's problems.
    pub follow_up: bool,
    /// What was repaired before the paper is issued stands in no list.
    pub drop_repaired: bool,
    /// Head and foot of the 通报 of a month or a quarter, without number and date.
    pub paper: crate::report::Paper,
}

/// When the database is copied, and how long copies stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupConfig {
    /// The hour of the night (Beijing); `None`: somebody else does it.
    pub at: Option<NaiveTime>,
    /// Days of which one copy stays; 8 weeks and 12 months have one each besides.
    pub keep_days: u32,
}

/// How often the leaders get their page of the weekly summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaderPage {
    /// Every week, also when all is green.
    Weekly,
    /// Only when something was found or could not be seen.
    OnProblem,
    /// With the first summary of a month.
    Monthly,
}

/// One source.
#[derive(Debug)]
pub struct SourceConfig {
    /// Its name, as accounts refer to it.
    pub name: String,
    /// How to ask it.
    pub source: Source,
    /// The word of its `kind`; `exec` for a collector.
    pub kind: &'static str,
    /// Seconds between two looks at one account; `None` means `poll`'s.
    pub every_s: Option<i64>,
    /// Seconds between two requests; `None` means what the source asks for.
    pub pace_s: Option<u32>,
}

impl SourceConfig {
    /// Seconds between two requests: what the operator set, else what the source asks for.
    pub fn pace_s(&self) -> u32 {
        self.pace_s.unwrap_or(self.manners().pace_s)
    }

    /// Whether one credential serves every account: two accounts then name the same secrets.
    pub fn credential_is_shared(&self) -> bool {
        self.source.secret_names("a") == self.source.secret_names("b")
    }

    /// What people call its kind.
    pub fn chinese(&self) -> &'static str {
        match self.kind {
            "feed" => "订阅源",
            "weibo" => "微博手机版网页",
            "weibo_desktop" => "微博电脑版网页",
            "weibo_open" => "微博开放平台",
            "weibo_commercial" => "微博商业接口",
            "wechat" => "微信公众号官方接口",
            "douyin" => "抖音转接服务（v5）",
            "douyin_v4" => "抖音转接服务（v4）",
            "douyin_open" => "抖音开放平台",
            "inbox" => "收件目录",
            "exec" => "采集程序",
            other => other,
        }
    }

    /// How the source wants to be asked.
    pub fn manners(&self) -> Manners {
        self.source.traits(Kinds::from_bits(7)).manners
    }
}

/// What goes to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// As in `info,cuigeng=debug`.
    pub level: String,
    /// JSON lines instead of text.
    pub json: bool,
}

impl Config {
    /// The clerk's mailboxes; without any, the sender's own, so that nothing is written to nobody.
    pub fn clerks(&self) -> Vec<String> {
        if self.office.clerk_mail.is_empty() {
            vec![self.mail.from_address.clone()]
        } else {
            self.office.clerk_mail.clone()
        }
    }

    /// Who hears of our own troubles: the operator, else the clerk.
    pub fn operators(&self) -> Vec<String> {
        if self.office.operator_mail.is_empty() { self.clerks() } else { self.office.operator_mail.clone() }
    }

    /// The last scheduled check at or before `now`, in the two years before it.
    pub fn last_check(&self, now: Moment) -> Option<Check> {
        let mut at = now;
        // A check that was moved off a holiday may lie after now although its nominal moment does not.
        while let Some(nominal) = self.check.schedule.last_at(at) {
            let check = self.check.when_off.hold(nominal, &self.calendar);
            if check.at <= now {
                return Some(check);
            }
            at = nominal.plus(-1);
        }
        None
    }

    /// The next scheduled check after `now`, in the two months after it.
    pub fn next_check(&self, now: Moment) -> Option<Check> {
        self.checks_between(now.plus(1), now.plus_days(60)).into_iter().next()
    }

    /// The checks whose nominal moment lies in `[from, until)`, ascending.
    pub fn checks_between(&self, from: Moment, until: Moment) -> Vec<Check> {
        let nominal = self.check.schedule.between(from, until);
        nominal.into_iter().map(|moment| self.check.when_off.hold(moment, &self.calendar)).collect()
    }

    /// The checks of a period.
    pub fn checks_of(&self, period: Period) -> Vec<Check> {
        let (from, until) = period.search_span();
        let near = self.checks_between(from.plus_days(-1), until.plus_days(8));
        near.into_iter().filter(|check| period.holds(*check)).collect()
    }
}
