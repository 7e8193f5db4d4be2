//! 整改项: what becomes of the problems that an issued 通报 named. Each has a last day, feedback of its
//! office, and the word of a named person who has checked it; an account that updates again is not by
//! itself 已整改.
//!
//! Pure: values in, values and documents out. `store::repairs` keeps.

mod due;
mod follow;
mod form;

#[cfg(test)]
mod tests;

pub use due::{Counting, due};
pub use follow::{Followed, MANY_REMINDERS, append, dropped_note, place, section, weekly};
pub use form::form;

use crate::domain::{AccountId, Moment, Period};
use chrono::NaiveDate;

/// One problem that an issued paper named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Its number (编号).
    pub id: i64,
    /// The period of the paper.
    pub period: Period,
    /// Whose.
    pub account: AccountId,
    /// Name of the rule.
    pub rule: String,
    /// 账号名称, as the paper printed it.
    pub name: String,
    /// 平台, as the paper printed it.
    pub platform: String,
    /// 单位, as the paper printed it.
    pub office: String,
    /// 问题类型, as the paper printed it.
    pub problem: String,
    /// Where and what was counted, for people.
    pub seen: String,
    /// The last check that found it.
    pub checked_at: Moment,
    /// Date of the paper.
    pub dated: NaiveDate,
    /// The last day that was set at first; see [`Repair::due`].
    pub first_due: NaiveDate,
    /// What became of it, oldest first.
    pub events: Vec<Event>,
    /// Its finding does not stand any more (a 误报, or later evidence), and no 更正 has said so yet. It is found
    /// out by judging (`issued::overturn`); the store does not know it.
    pub overturned: bool,
}

/// Something that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// The feedback, or the reason.
    pub text: String,
    /// Who of the office said it; empty for what we did ourselves.
    pub said_by: String,
    /// The day of the feedback or the review; for an extension the new last day.
    pub on: NaiveDate,
    /// Who wrote it down; for a review the 复核人.
    pub by: String,
    /// When it was written down.
    pub at: Moment,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// 反馈.
    Answer,
    /// 延期.
    Extend,
    /// 复核：已整改.
    Repaired,
    /// 复核：未整改.
    Unrepaired,
    /// The finding was taken back by a 更正.
    Withdrawn,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [EventKind; 5] =
        [EventKind::Answer, EventKind::Extend, EventKind::Repaired, EventKind::Unrepaired, EventKind::Withdrawn];

    /// The word in JSON and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            EventKind::Answer => "answer",
            EventKind::Extend => "extend",
            EventKind::Repaired => "repaired",
            EventKind::Unrepaired => "unrepaired",
            EventKind::Withdrawn => "withdrawn",
        }
    }

    /// What a clerk reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            EventKind::Answer => "反馈",
            EventKind::Extend => "延期",
            EventKind::Repaired => "复核：已整改",
            EventKind::Unrepaired => "复核：未整改",
            EventKind::Withdrawn => "因更正撤销",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// 待反馈.
    Open,
    /// 待复核.
    Answered,
    /// 已整改.
    Repaired,
    /// 未整改: the office owes feedback once more.
    Unrepaired,
    /// 已撤销，待更正: its finding does not stand any more, and a 更正 is still to say so. Nobody owes anything.
    Overturned,
    /// 已撤销.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: [State; 6] =
        [State::Open, State::Answered, State::Repaired, State::Unrepaired, State::Overturned, State::Withdrawn];

    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Answered => "answered",
            State::Repaired => "repaired",
            State::Unrepaired => "unrepaired",
            State::Overturned => "overturned",
            State::Withdrawn => "withdrawn",
        }
    }

    /// What a clerk reads.
    pub const fn chinese(self) -> &'static str {
        match self {
            State::Open => "待反馈",
            State::Answered => "待复核",
            State::Repaired => "已整改",
            State::Unrepaired => "未整改",
            State::Overturned => "已撤销，待更正",
            State::Withdrawn => "已撤销",
        }
    }
}

/// The state after something has happened.
///
/// # Errors
/// The sentence for the clerk: why not, and what can be done.
pub const fn step(at: State, kind: EventKind) -> Result<State, &'static str> {
    use EventKind as E;
    match (at, kind) {
        (State::Withdrawn, _) => Err("这一项已经因更正撤销，不用再办"),
        (_, E::Withdrawn) => Ok(State::Withdrawn),
        (State::Overturned, _) => Err(
            "这一项的结论已经撤销（认定误报，或有了新的依据），不用再反馈、复核；请先用 bulletin draft 起草更正，签发以后这一项就撤销",
        ),
        (State::Repaired, E::Answer | E::Extend) => {
            Err("这一项已经复核为已整改；复核有误的，先用 repair review --result 未整改 改正")
        }
        (State::Repaired, E::Repaired) => Err("这一项已经复核为已整改"),
        (State::Unrepaired, E::Unrepaired) => Err("这一项已经复核为未整改；收到新的反馈后再复核"),
        (_, E::Answer) => Ok(State::Answered),
        (at, E::Extend) => Ok(at),
        (_, E::Repaired) => Ok(State::Repaired),
        (_, E::Unrepaired) => Ok(State::Unrepaired),
    }
}

/// Whether a review must say why: it contradicts an earlier one, or there is no feedback to rest on.
pub const fn needs_reason(at: State, kind: EventKind) -> bool {
    matches!(
        (at, kind),
        (State::Open | State::Unrepaired, EventKind::Repaired) | (State::Repaired, EventKind::Unrepaired)
    )
}

impl Repair {
    /// How it stands.
    pub fn state(&self) -> State {
        // Only legal steps are kept; one that is not would change nothing.
        let kept = self.events.iter().fold(State::Open, |at, event| step(at, event.kind).unwrap_or(at));
        let is_closed = matches!(kept, State::Repaired | State::Withdrawn);
        if self.overturned && !is_closed { State::Overturned } else { kept }
    }

    /// The last day for the feedback, as extended.
    pub fn due(&self) -> NaiveDate {
        let extended = self.events.iter().rfind(|event| event.kind == EventKind::Extend);
        extended.map_or(self.first_due, |event| event.on)
    }

    /// The day of the first feedback.
    pub fn answered_on(&self) -> Option<NaiveDate> {
        self.events.iter().filter(|event| event.kind == EventKind::Answer).map(|event| event.on).min()
    }

    /// 逾期未反馈: the office owes feedback, and the last day is over. One that was found 未整改 owes it
    /// once more only if it has never given any: without a new last day, feedback that was in time is not late.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.owes() && self.due() < today
    }

    /// Nothing was heard yet, and something is to be.
    pub fn owes(&self) -> bool {
        matches!(self.state(), State::Open | State::Unrepaired) && self.answered_on().is_none()
    }

    /// The same as it stood at the end of that day: what happened later has not happened.
    pub fn as_of(mut self, day: NaiveDate) -> Repair {
        self.events.retain(|event| event.kind == EventKind::Extend || event.on <= day);
        self
    }

    /// 逾期反馈: after the last day that held when the feedback was written down; an extension that was granted
    /// later makes nothing punctual.
    pub fn was_late(&self) -> bool {
        let Some(day) = self.answered_on() else { return false };
        let is_first = |event: &Event| event.kind == EventKind::Answer && event.on == day;
        let before = self.events.iter().take_while(|event| !is_first(event));
        let due = before.filter(|event| event.kind == EventKind::Extend).last().map_or(self.first_due, |e| e.on);
        day > due
    }

    /// 青禾文旅（新浪微博）
    pub fn title(&self) -> String {
        format!("{}（{}）", self.name, self.platform)
    }
}
