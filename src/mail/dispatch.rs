//! 发信清单: on every day on which letters to owners went out, or calls in their place were entered, the clerk gets one list of them, with what
//! became of each, the calls that were entered and those still to be made (DESIGN §7).
//!
//! A list covers what left since the list before, so that a letter of the evening stands in the next
//! one, and one that was missed during downtime is made up for. Trial mode has its own digest.

use super::calls::{self, ToCall};
use super::facts::number;
use super::message::clean;
use crate::config::Config;
use crate::domain::{Account, AccountId, Moment, Role};
use crate::store::dispatch::{self, Called, Dispatched};
use crate::store::{Connection, LetterKind, LetterState, NewLetter, StoreError, Transaction, accounts, meta, outbox};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Up to where the last list went.
const LISTED: &str = "sent_list_until";
/// Without a list before, so far back at most, in days.
const FIRST_DAYS: i64 = 7;

/// When the next list is due; it may have passed. `Moment::MAX` when nothing has left and nobody was
/// called since the last one.
///
/// # Errors
/// Those of the store.
pub(crate) fn due_at(conn: &Connection, config: &Config, now: Moment) -> Result<Moment, StoreError> {
    let first = dispatch::first_since(conn, listed(conn, now)?)?;
    Ok(first.map_or(Moment::MAX, |first| closing_after(config, first)))
}

/// Queues the list that is due, once. Returns whether there was one.
///
/// # Errors
/// Those of the store.
pub(crate) fn queue(tx: &Transaction<'_>, config: &Config, now: Moment) -> Result<bool, StoreError> {
    if due_at(tx, config, now)? > now {
        return Ok(false);
    }
    let (from, until) = (listed(tx, now)?, closing_before(config, now));
    let day = Day::load(tx, config, (from, until), now)?;
    for clerk in config.clerks() {
        outbox::queue(tx, &day.letter(config, &clerk, now), false, config.mail.domain(), now)?;
    }
    meta::set(tx, LISTED, &until.rfc3339())?;
    Ok(true)
}

fn listed(conn: &Connection, now: Moment) -> Result<Moment, StoreError> {
    let kept = meta::get(conn, LISTED)?.and_then(|text| Moment::parse(&text));
    Ok(kept.unwrap_or_else(|| Moment::start_of(now.plus_days(-FIRST_DAYS).date())))
}

/// The hour of the list on that day, or on the day after it when the hour has passed.
fn closing_after(config: &Config, moment: Moment) -> Moment {
    let same = Moment::from_beijing(moment.date().and_time(config.report.sent_list_at));
    if moment < same { same } else { same.plus_days(1) }
}

fn closing_before(config: &Config, now: Moment) -> Moment {
    let same = Moment::from_beijing(now.date().and_time(config.report.sent_list_at));
    if now < same { same.plus_days(-1) } else { same }
}

/// What happened between two lists.
struct Day {
    until: Moment,
    letters: Vec<Dispatched>,
    called: Vec<Called>,
    to_call: Vec<ToCall>,
    accounts: BTreeMap<AccountId, Account>,
}

impl Day {
    fn load(
        conn: &Connection,
        config: &Config,
        (from, until): (Moment, Moment),
        now: Moment,
    ) -> Result<Day, StoreError> {
        let accounts: BTreeMap<AccountId, Account> =
            accounts::all(conn)?.into_iter().map(|one| (one.id, one)).collect();
        let mut letters = dispatch::letters(conn, from, until)?;
        let place = |letter: &Dispatched| {
            letter.accounts.iter().filter_map(|id| accounts.get(id)).map(|account| account.position).min()
        };
        // In the order of the list; the operator of an account before those above.
        letters.sort_by_key(|letter| (place(letter), letter.role, letter.id));
        Ok(Day {
            until,
            letters,
            called: dispatch::called(conn, from, until)?,
            to_call: calls::list(conn, config, now)?,
            accounts,
        })
    }

    fn letter(&self, config: &Config, clerk: &str, now: Moment) -> NewLetter {
        NewLetter {
            subject: self.subject(),
            text: self.text(config),
            reason: "发信清单".to_owned(),
            ..NewLetter::new(LetterKind::Digest, clerk, Role::Clerk, self.until, now)
        }
    }

    fn count(&self, wanted: impl Fn(LetterState) -> bool) -> usize {
        self.letters.iter().filter(|letter| wanted(letter.state)).count()
    }

    /// The day or days on which letters left; the list may be days later where the machine was down.
    fn days(&self) -> String {
        let left = self.letters.iter().filter(|letter| has_left(letter.state)).filter_map(|letter| letter.sent_at);
        let left: BTreeSet<NaiveDate> = left.map(Moment::date).collect();
        let own = self.until.date();
        let (first, last) = (left.first().unwrap_or(&own), left.last().unwrap_or(&own));
        let until =
            if (first.year(), first.month()) == (last.year(), last.month()) { "%-d日" } else { "%-m月%-d日" };
        let until = if first == last { String::new() } else { format!("至{}", last.format(until)) };
        format!("{}{until}", first.format("%-m月%-d日"))
    }

    fn subject(&self) -> String {
        let trouble = [
            ("封退信", self.count(|state| state == LetterState::Bounced)),
            ("封拒收", self.count(|state| state == LetterState::Refused)),
            ("封待发", self.count(waits)),
            ("个账号待电话", self.to_call.len()),
        ];
        let trouble: String = trouble.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("，{n}{word}")).collect();
        format!("【发信清单】{}发出{}封{trouble}", self.days(), self.count(has_left))
    }

    fn text(&self, config: &Config) -> String {
        let mut text = format!("截至{}：\n", self.until.beijing().format("%-m月%-d日%H:%M"));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}\n\n一、信件（按台账顺序）", self.summary());
        for (at, letter) in self.letters.iter().enumerate() {
            let _ = writeln!(text, "{}. {}", at + 1, self.line(config, letter));
        }
        if !self.to_call.is_empty() {
            let _ = writeln!(text, "\n二、待电话通知（打印：cuigeng letters calls）");
        }
        for (at, call) in self.to_call.iter().enumerate() {
            let (office, account) = (clean(&call.office), clean(&call.account));
            let by = [clean(&call.whom), clean(&call.phone)].join(" ");
            let by = if by.trim().is_empty() { String::new() } else { format!("，{}", by.trim()) };
            let _ = writeln!(text, "{}. {office}　{account}：{}{by}（信件编号{}）", at + 1, call.why, call.letter);
        }
        if !self.called.is_empty() {
            let _ = writeln!(text, "\n{}、已登记的电话通知", if self.to_call.is_empty() { "二" } else { "三" });
        }
        for (at, call) in self.called.iter().enumerate() {
            let _ = writeln!(text, "{}. {}", at + 1, self.spoken(call));
        }
        let _ = writeln!(text, "\n查看某一封：网页“发件箱”，或 cuigeng outbox show 编号\n{}", config.office.name);
        text
    }

    fn summary(&self) -> String {
        let states = [
            (LetterState::Sent, "已提交服务器"),
            (LetterState::Bounced, "退信"),
            (LetterState::Refused, "永久拒收"),
            (LetterState::Held, "待处理"),
            (LetterState::Doubtful, "疑似已发"),
            (LetterState::Phoned, "已电话告知"),
        ];
        let mut parts: Vec<String> = states
            .iter()
            .map(|(state, word)| (word, self.count(|is| is == *state)))
            .filter(|(_, n)| *n > 0)
            .map(|(word, n)| format!("{word}{n}封"))
            .collect();
        let waiting = self.count(waits);
        if waiting > 0 {
            parts.push(format!("待发{waiting}封"));
        }
        format!(
            "共{}封：{}；待电话通知{}个账号，已登记电话{}次。",
            self.letters.len(),
            parts.join("，"),
            self.to_call.len(),
            self.called.len()
        )
    }

    /// One letter: whose, to whom, what it said, what became of it.
    fn line(&self, config: &Config, letter: &Dispatched) -> String {
        let (recipient, subject) = (clean(&letter.recipient), clean(&letter.subject));
        let said = if subject.is_empty() { "（尚未成文）".to_owned() } else { subject };
        // Letters of an account that names nobody come to the clerk: somebody must call.
        let stands_in = if config.clerks().contains(&letter.recipient) { "，无联系人" } else { "" };
        format!(
            "{}　{said}\n   {}（{}{stands_in}）　{}　{}",
            self.titles(letter),
            recipient,
            letter.role.chinese(),
            self.became(letter),
            number(letter.slot, letter.id)
        )
    }

    fn titles(&self, letter: &Dispatched) -> String {
        let titles: Vec<String> = letter.accounts.iter().map(|id| self.title(*id)).collect();
        let shown = titles.iter().take(3).cloned().collect::<Vec<_>>().join("、");
        if titles.len() > 3 { format!("{shown}等{}个账号", titles.len()) } else { shown }
    }

    fn title(&self, id: AccountId) -> String {
        self.accounts.get(&id).map_or_else(String::new, |account| clean(&account.title()))
    }

    fn spoken(&self, call: &Called) -> String {
        let note = if call.note.is_empty() { String::new() } else { format!("：{}", clean(&call.note)) };
        format!(
            "{}　{}　{}{note}（信件编号{}）",
            self.minute(call.at),
            self.title(call.account),
            clean(&call.by),
            call.letter
        )
    }

    /// The state, and when or why.
    fn became(&self, letter: &Dispatched) -> String {
        let state = letter.state.chinese();
        match (letter.state, letter.sent_at) {
            (LetterState::Sent, Some(at)) => format!("{state} {}", self.minute(at)),
            (LetterState::Refused | LetterState::Held, _) if !letter.words.trim().is_empty() => {
                format!("{state}（{}）", clean(letter.words.trim()))
            }
            _ => state.to_owned(),
        }
    }

    /// With its date where it is not of the list's own day.
    fn minute(&self, moment: Moment) -> String {
        let own = moment.date() == self.until.date();
        moment.beijing().format(if own { "%H:%M" } else { "%-m月%-d日%H:%M" }).to_string()
    }
}

fn waits(state: LetterState) -> bool {
    matches!(state, LetterState::Queued | LetterState::Sending)
}

/// A server took it, whether or not it came back.
fn has_left(state: LetterState) -> bool {
    matches!(state, LetterState::Sent | LetterState::Bounced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn letter((state, sent): &(LetterState, &str)) -> Dispatched {
        Dispatched {
            id: 1,
            slot: at("2026-11-26 09:00"),
            recipient: "wl@qinghe.example".to_owned(),
            role: Role::Operator,
            subject: "【更新提醒】".to_owned(),
            state: *state,
            sent_at: Moment::parse(sent),
            words: String::new(),
            accounts: Vec::new(),
        }
    }

    /// The list of Sunday, 29 November.
    fn sunday(letters: &[(LetterState, &str)]) -> Day {
        Day {
            until: at("2026-11-29 17:30"),
            letters: letters.iter().map(letter).collect(),
            called: Vec::new(),
            to_call: Vec::new(),
            accounts: BTreeMap::new(),
        }
    }

    #[test]
    fn the_subject_names_the_days_on_which_letters_left() {
        use LetterState::{Bounced, Refused, Sent};
        let friday = (Sent, "2026-11-27 09:06");
        for (letters, said) in [
            (vec![friday, friday], "【发信清单】11月27日发出2封"),
            (vec![friday, (Sent, "2026-11-26 18:00")], "【发信清单】11月26日至27日发出2封"),
            (vec![friday, (Bounced, "2026-10-31 23:59")], "【发信清单】10月31日至11月27日发出2封，1封退信"),
            // Beijing's day counts: half past midnight is the next one.
            (vec![(Sent, "2026-11-28 00:30")], "【发信清单】11月28日发出1封"),
            (vec![(Refused, "")], "【发信清单】11月29日发出0封，1封拒收"),
            (vec![friday, (Refused, "")], "【发信清单】11月27日发出1封，1封拒收"),
        ] {
            assert_eq!(sunday(&letters).subject(), said);
        }
    }

    #[test]
    fn a_time_of_another_day_bears_its_date() {
        let list = sunday(&[]);
        let became = |sent| list.became(&letter(&(LetterState::Sent, sent)));
        assert_eq!(became("2026-11-27 09:06"), "已提交服务器 11月27日09:06");
        assert_eq!(became("2026-11-29 09:06"), "已提交服务器 09:06");
    }
}
