//! Accounts, the offices that run them and the people behind those.

use super::{Moment, Platform};
use chrono::NaiveDate;

/// Number of an account in this installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub i64);

/// One account on one platform (账号).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// 账号名称, as the list spells it.
    pub name: String,
    /// 平台.
    pub platform: Platform,
    /// 账号标识; with it, two accounts may share a name.
    pub handle: Option<String>,
    /// 主办单位, as the list spells it; may be empty.
    pub office: String,
    /// 主管单位, as the list spells it; may be empty.
    pub supervisor: String,
    /// Date from which it exists (Beijing); `None` means always.
    pub opened_on: Option<NaiveDate>,
    /// Every state that it has had, oldest first. The first one holds for all time before it too.
    pub states: Vec<StateChange>,
    /// 每周次数 by the moment from which it holds, oldest first. The first one holds for all time.
    pub quotas: Vec<(Moment, u32)>,
    /// Where its posts can be listed.
    pub sources: Vec<SourceRef>,
    /// The people to write to.
    pub contacts: Vec<Contact>,
    /// Names that it bore before, oldest first.
    pub former_names: Vec<String>,
    /// Its place in the list, from 0.
    pub position: i64,
}

impl Account {
    /// An account of which no more is known than its name and platform; not kept yet (number 0), first in its list.
    pub fn new(name: impl Into<String>, platform: Platform) -> Account {
        Account {
            id: AccountId(0),
            name: name.into(),
            platform,
            handle: None,
            office: String::new(),
            supervisor: String::new(),
            opened_on: None,
            states: Vec::new(),
            quotas: Vec::new(),
            sources: Vec::new(),
            contacts: Vec::new(),
            former_names: Vec::new(),
            position: 0,
        }
    }

    /// The state at `moment`. An account without any recorded state is running.
    pub fn state_at(&self, moment: Moment) -> State {
        let upto = self.states.iter().take_while(|change| change.from <= moment).last();
        upto.or(self.states.first()).map_or(State::Running, |change| change.state)
    }

    /// The account's own quota that holds at `moment`, if it has one.
    pub fn quota_at(&self, moment: Moment) -> Option<u32> {
        let upto = self.quotas.iter().take_while(|(from, _)| *from <= moment).last();
        upto.or(self.quotas.first()).map(|(_, quota)| *quota)
    }

    /// How people tell it from others: name and platform.
    pub fn title(&self) -> String {
        format!("{}（{}）", self.name, self.platform)
    }
}

/// Whether an account is judged (状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// 正常运行.
    Running,
    /// 关停公告中: judged, but listed apart.
    Closing,
    /// 已注销: exempt.
    Closed,
    /// 暂停: exempt.
    Paused,
}

impl State {
    /// Every state.
    pub const ALL: [State; 4] = [State::Running, State::Closing, State::Closed, State::Paused];

    /// The word in files and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Closing => "closing",
            State::Closed => "closed",
            State::Paused => "paused",
        }
    }

    /// The words that a clerk reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            State::Running => "正常运行",
            State::Closing => "关停公告中",
            State::Closed => "已注销",
            State::Paused => "暂停",
        }
    }

    /// Reads what a list says; blank means running. Full words only: a typo is `None`.
    pub fn parse(text: &str) -> Option<State> {
        match text.trim() {
            "" | "running" | "正常运行" | "运行" | "正常" => Some(State::Running),
            "closing" | "关停公告中" => Some(State::Closing),
            "closed" | "已注销" | "关停" | "注销" | "已关停" => Some(State::Closed),
            "paused" | "暂停" => Some(State::Paused),
            _ => None,
        }
    }

    /// Whether an account in this state is judged.
    pub const fn is_judged(self) -> bool {
        matches!(self, State::Running | State::Closing)
    }
}

/// A state and when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// From this moment on.
    pub from: Moment,
    /// The state.
    pub state: State,
}

/// A source of the configuration, and the account's address within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRef {
    /// Name of the source in the configuration (来源).
    pub source: String,
    /// What the source needs to find the account (来源参数).
    pub key: String,
}

/// One mailbox of a person of an office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// What the person answers for.
    pub role: Role,
    /// The address.
    pub email: String,
}

/// What a contact answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 运维人员: posts.
    Operator,
    /// 分管领导.
    Leader,
    /// 主管单位联系人.
    Supervisor,
    /// 检查方: the office that watches.
    Clerk,
}

impl Role {
    /// Every role, from the one nearest to the account.
    pub const ALL: [Role; 4] = [Role::Operator, Role::Leader, Role::Supervisor, Role::Clerk];

    /// The word in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Operator => "operator",
            Role::Leader => "leader",
            Role::Supervisor => "supervisor",
            Role::Clerk => "clerk",
        }
    }

    /// The words that a clerk reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            Role::Operator => "运维人员",
            Role::Leader => "分管领导",
            Role::Supervisor => "主管单位联系人",
            Role::Clerk => "检查方",
        }
    }

    /// The role of that word.
    pub fn from_word(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }
}
