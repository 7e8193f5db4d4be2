//! The answer of one rule for one account at one check (结论).

use super::{Proof, Severity};
use crate::domain::{AccountId, Check, Class, Moment, PostKind};
use chrono::NaiveDate;

/// A half-open span in which updates are counted: `[from, until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// First moment inside.
    pub from: Moment,
    /// First moment outside.
    pub until: Moment,
}

/// The answer of one rule for one account at one check.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// What missing it means.
    pub severity: Severity,
    /// Updates demanded.
    pub required: u32,
    /// Where they were counted.
    pub window: Window,
    /// At which check.
    pub check: Check,
    /// The answer.
    pub kind: VerdictKind,
    /// As the papers print it; only a missed rule has one.
    pub label: Option<String>,
    /// Points off; only for a missed rule, else 0.
    pub points: u32,
}

/// The answer, in the order in which it is looked for (DESIGN §6).
#[derive(Clone, Debug, PartialEq)]
pub enum VerdictKind {
    /// The account was not running at some moment of the window.
    Exempt {
        /// Why not.
        why: ExemptWhy,
    },
    /// Enough updates were seen.
    Met {
        /// Updates surely inside.
        seen: u32,
    },
    /// The window is still open.
    Pending {
        /// Updates surely inside so far.
        seen: u32,
        /// Updates still to come.
        missing: u32,
        /// End of the window.
        deadline: Moment,
        /// Watched without a hole from the start up to here, if at all.
        watched_until: Option<Moment>,
    },
    /// Watched whole, and too few (未监测到).
    Missed {
        /// Updates surely inside.
        seen: u32,
        /// That the watch has no hole.
        proof: Proof,
    },
    /// Watched at every instant, but for some kind not at all or only weakly (待人工核实).
    Suspected {
        /// Updates surely inside.
        seen: u32,
        /// What was weak, by kind.
        gaps: Vec<Gap>,
    },
    /// Not watched whole (无法判定).
    Unknown {
        /// Updates surely inside.
        seen: u32,
        /// The holes, by kind.
        gaps: Vec<Gap>,
    },
}

/// Why an account is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExemptWhy {
    /// It was opened on this date, inside or after the window.
    NotYetOpen(NaiveDate),
    /// 暂停.
    Paused,
    /// 已注销.
    Closed,
}

/// A hole in the watch (未监测时段).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Which kind of post could have been missed.
    pub kind: PostKind,
    /// First moment of the hole.
    pub from: Moment,
    /// First moment after it.
    pub until: Moment,
    /// Why.
    pub why: GapWhy,
    /// When a source's declared delay ends; `None` when nothing will close it by itself.
    pub closes_at: Option<Moment>,
}

/// Why nobody watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GapWhy {
    /// The account has no source: only people can look.
    NoSource,
    /// No look reached this span.
    Unwatched,
    /// Looks failed.
    Failed {
        /// The source.
        source: String,
        /// Who acts next.
        class: Class,
        /// One short word; may be empty.
        reason: String,
    },
    /// The source shows it only later, as it said.
    Delay {
        /// The source.
        source: String,
    },
    /// Watched, but only by a visitor's view or a bridge.
    Weak,
    /// Watched, but by a source that does not see this kind.
    KindUnseen,
    /// Watched; but an update is known only to a span that straddles the window's edge.
    Timing,
}

impl GapWhy {
    /// The word in JSON and in the database.
    pub fn word(&self) -> &'static str {
        match self {
            GapWhy::NoSource => "no_source",
            GapWhy::Unwatched => "unwatched",
            GapWhy::Failed { class, .. } => class.word(),
            GapWhy::Delay { .. } => "delay",
            GapWhy::Weak => "weak",
            GapWhy::KindUnseen => "kind_unseen",
            GapWhy::Timing => "timing",
        }
    }

    /// What a clerk reads.
    pub fn chinese(&self) -> String {
        match self {
            GapWhy::NoSource => "该账号没有配置来源，只能人工核查".to_owned(),
            GapWhy::Unwatched => "这段时间没有监测到达".to_owned(),
            GapWhy::Failed { source, class, .. } => format!("来源“{source}”{}", class_chinese(*class)),
            GapWhy::Delay { source } => format!("来源“{source}”的数据次日才出"),
            GapWhy::Weak => "只有访客视角或转接工具看过，不能作为未更新的依据".to_owned(),
            GapWhy::KindUnseen => "现有来源看不到这一类发布".to_owned(),
            GapWhy::Timing => "有更新只知道大致时段，不能确定是否在检查区间内".to_owned(),
        }
    }
}

/// What a class of failure is called before a clerk.
pub fn class_chinese(class: Class) -> &'static str {
    match class {
        Class::Auth => "登录凭据失效",
        Class::Throttled => "被限制访问频率",
        Class::Blocked => "被平台拦截或要求验证，看不到内容",
        Class::Gone => "查不到该账号（可能已注销、更名或标识有误）",
        Class::Retired => "接口已停用",
        Class::Config => "配置或权限有误",
        Class::Transient => "网络故障或对方繁忙",
        Class::Malformed => "回答的格式不认识",
    }
}

impl VerdictKind {
    /// Whether time alone may still decide it.
    pub const fn is_unclear(&self) -> bool {
        matches!(self, VerdictKind::Pending { .. } | VerdictKind::Suspected { .. } | VerdictKind::Unknown { .. })
    }

    /// The word of a missed one, as the database keeps it.
    pub const MISSED: &'static str = "missed";

    /// The word in JSON and in the database.
    pub const fn word(&self) -> &'static str {
        match self {
            VerdictKind::Exempt { .. } => "exempt",
            VerdictKind::Met { .. } => "met",
            VerdictKind::Pending { .. } => "pending",
            VerdictKind::Missed { .. } => VerdictKind::MISSED,
            VerdictKind::Suspected { .. } => "suspected",
            VerdictKind::Unknown { .. } => "unknown",
        }
    }

    /// Updates surely inside; 0 for an exempt account.
    pub const fn seen(&self) -> u32 {
        match self {
            VerdictKind::Exempt { .. } => 0,
            VerdictKind::Met { seen }
            | VerdictKind::Pending { seen, .. }
            | VerdictKind::Missed { seen, .. }
            | VerdictKind::Suspected { seen, .. }
            | VerdictKind::Unknown { seen, .. } => *seen,
        }
    }

    /// The holes in the watch that it names.
    pub fn gaps(&self) -> &[Gap] {
        match self {
            VerdictKind::Suspected { gaps, .. } | VerdictKind::Unknown { gaps, .. } => gaps,
            _ => &[],
        }
    }
}

/// After `closes_at` a source has so many seconds before its delay counts as a fault (DESIGN §6).
pub const DELAY_GRACE_S: i64 = 6 * 3600;

impl Verdict {
    /// Undecided only because of a source's declared delay (待数据): every hole closes by itself, and
    /// the time for it is not over. It raises no alarm.
    pub fn awaits_data(&self, now: Moment) -> bool {
        let awaited = |gap: &Gap| gap.closes_at.is_some_and(|at| now < at.plus(DELAY_GRACE_S));
        let gaps = self.kind.gaps();
        let open = gaps.iter().filter(|gap| !matches!(gap.why, GapWhy::Weak | GapWhy::KindUnseen));
        matches!(self.kind, VerdictKind::Unknown { .. }) && gaps.iter().any(awaited) && open.into_iter().all(awaited)
    }
}
