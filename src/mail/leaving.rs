//! What leaves at once when trial mode ends, and what waits for its morning: the ladders' answer under 正式,
//! given before anybody has switched. Stores and sends nothing.

use crate::config::Config;
use crate::domain::{Account, AccountId, Moment};
use crate::ledger::{Ledger, longest_window_days};
use crate::silence::over;
use crate::spoken::weekday_moment;
use crate::store::{Connection, LetterKind, LetterRow, Mention, StoreError, modes, outbox, silences};
use crate::warn::{self, Cause, OwedLetter, OwedMention, Spent};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead a lead may lie before its window opens (the longest closure is nine days).
const LOOK_AHEAD_DAYS: i64 = 21;
/// Letters that are named one by one.
const NAMED: usize = 20;
/// Accounts that are named in one sentence.
const NAMED_ACCOUNTS: usize = 10;

/// What a switch to 正式 would let go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Letters that have fallen due, reached nobody, and leave at once.
    pub now: Vec<OwedLetter>,
    /// How many have fallen due as well and wait, by the moment at which they leave.
    pub later: BTreeMap<Moment, usize>,
    /// How many results wait since trial mode began, and leave as well.
    pub results: usize,
    /// Accounts that need an update now and whose reminder trial mode has only recorded: name and platform.
    pub untold: Vec<String>,
    /// Why nothing leaves at all for now (Chinese, half a sentence), whatever is due.
    pub pause: Option<&'static str>,
}

impl Leaving {
    /// As of `now`: what was recorded or queued in trial mode is spent and leaves never. Knows no pause.
    ///
    /// # Errors
    /// Those of the store.
    pub fn of(conn: &Connection, config: &Config, now: Moment) -> Result<Leaving, StoreError> {
        let from = Moment::start_of(now.plus_days(-longest_window_days(&config.profile) - 2).date());
        let ledger = Ledger::load(conn, config, from, now.plus(1))?;
        let coming = config.checks_between(now.plus(1), now.plus_days(LOOK_AHEAD_DAYS));
        let causes = warn::causes(&ledger, config, &coming, now);
        let (clerks, spent) = (config.clerks(), outbox::spent(conn, false, now)?);
        let owed = warn::owed(&causes, &clerks, &spent, &config.calendar, now);
        let mut later: BTreeMap<Moment, Vec<OwedLetter>> = BTreeMap::new();
        for (at, letter) in warn::waiting(&causes, &clerks, &spent, &config.calendar, now) {
            later.entry(at).or_default().push(letter);
        }
        let mut leaving = Leaving { now: owed, ..Leaving::default() };
        for letter in modes::held_back(conn)? {
            leaving.takes_back(conn, &letter, &mut later, now)?;
        }
        leaving.now = loud(conn, &ledger, leaving.now, now)?;
        let mut told = keys(&leaving.now);
        for (at, letters) in later {
            let letters = loud(conn, &ledger, letters, now)?;
            told.extend(keys(&letters));
            leaving.later.insert(at, letters.len());
        }
        leaving.later.retain(|_, count| *count > 0);
        leaving.untold = untold(conn, &ledger, &causes, (&spent, &told), now)?;
        Ok(leaving)
    }

    /// A letter that was formed in 正式 and still waits leaves as it was. What is owed to the same recipient
    /// at the same time goes into it.
    fn takes_back(
        &mut self,
        conn: &Connection,
        letter: &LetterRow,
        later: &mut BTreeMap<Moment, Vec<OwedLetter>>,
        now: Moment,
    ) -> Result<(), StoreError> {
        if letter.kind == LetterKind::Result {
            self.results += 1;
            return Ok(());
        }
        let Some(not_after) = letter.not_after.filter(|end| now < *end) else { return Ok(()) };
        let mut back = OwedLetter {
            recipient: letter.recipient.clone(),
            role: letter.role,
            slot: letter.slot,
            not_after,
            mentions: mentions(conn, letter, not_after)?,
        };
        if letter.next_try > now {
            later.entry(letter.next_try).or_default().push(back);
            return Ok(());
        }
        let same = |owed: &OwedLetter| owed.recipient == back.recipient && owed.slot == back.slot;
        if let Some(at) = self.now.iter().position(same) {
            back.mentions.append(&mut self.now.swap_remove(at).mentions);
        }
        self.now.push(back);
        Ok(())
    }

    /// Recognises what leaves at once: the same for the same letters, empty for none.
    pub fn mark(&self) -> String {
        if self.now.is_empty() {
            return String::new();
        }
        let about =
            |letter: &OwedLetter| letter.mentions.iter().map(|m| format!("{} {}", m.account.0, m.stage)).collect();
        let all: Vec<(&str, Vec<String>)> =
            self.now.iter().map(|letter| (letter.recipient.as_str(), about(letter))).collect();
        Sha256::digest(format!("{all:?}")).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// How many leave at once, or wait for what, in a sentence (Chinese, without its end).
    pub fn chinese(&self) -> String {
        const LOOK: &str = "发之前还会再看一遍账号，已经更新的就不发";
        match (self.now.len(), self.pause) {
            (0, Some(why)) if self.results > 0 || !self.later.is_empty() => format!("没有随即要发的提醒；{why}"),
            (0, _) => "没有随即要发的提醒".to_owned(),
            (count, None) => format!("随即发出{count}封已经到时候、还来得及补救的提醒；{LOOK}"),
            (count, Some(why)) => {
                format!("有{count}封已经到时候、还来得及补救的提醒，但不随即发出：{why}；{LOOK}")
            }
        }
    }

    /// Who is in trouble and was told nothing, in a sentence (Chinese, without its end).
    pub fn told_nothing(&self) -> Option<String> {
        let first = self.untold.iter().take(NAMED_ACCOUNTS).map(String::as_str).collect::<Vec<_>>().join("、");
        let more = if self.untold.len() > NAMED_ACCOUNTS { "等" } else { "" };
        let count = self.untold.len();
        (count > 0).then(|| {
            format!("{count}个账号现在有问题，提醒在试运行期间只存了档，不再发：{first}{more}；要提醒的请打电话")
        })
    }

    /// To whom, a line each, and how many are not named (Chinese).
    pub fn lines(&self) -> Vec<String> {
        let more = self.now.len().saturating_sub(NAMED);
        let rest = (more > 0).then(|| format!("另有{more}封"));
        self.now.iter().take(NAMED).map(line).chain(rest).collect()
    }

    /// How many wait until when, a line each (Chinese).
    pub fn waits(&self) -> Vec<String> {
        let wait = |(at, count): (&Moment, &usize)| format!("另有{count}封也到了时候，等到{}再发", weekday_moment(*at));
        let results = format!("另有{}封检查结果，转为试运行时正待发，照原样发出", self.results);
        self.later.iter().map(wait).chain((self.results > 0).then_some(results)).collect()
    }
}

fn line(letter: &OwedLetter) -> String {
    let accounts: BTreeSet<AccountId> = letter.mentions.iter().map(|mention| mention.account).collect();
    let (role, to, slot) = (letter.role.chinese(), &letter.recipient, weekday_moment(letter.slot));
    format!("给{role} {to}：{}个账号，原定{slot}", accounts.len())
}

fn mentions(conn: &Connection, letter: &LetterRow, deadline: Moment) -> Result<Vec<OwedMention>, StoreError> {
    let owed = |mention: Mention| OwedMention {
        account: mention.account,
        rule: mention.rule,
        anchor: mention.anchor,
        stage: mention.stage,
        deadline,
        earlier: 0,
        stands_for: None,
    };
    Ok(outbox::mentions(conn, letter.id)?.into_iter().map(owed).collect())
}

/// Account, rule and anchor of what somebody is told.
type Key = (AccountId, String, NaiveDate);

fn keys(letters: &[OwedLetter]) -> BTreeSet<Key> {
    let all = letters.iter().flat_map(|letter| &letter.mentions);
    all.map(|mention| (mention.account, mention.rule.clone(), mention.anchor)).collect()
}

/// The accounts whose rung of now was only recorded, as long as nobody has heard of it or is `told`.
fn untold(
    conn: &Connection,
    ledger: &Ledger,
    causes: &[Cause<'_>],
    (spent, told): (&BTreeSet<Spent>, &BTreeSet<Key>),
    now: Moment,
) -> Result<Vec<String>, StoreError> {
    let (recorded, silences) = (modes::untold(conn, now)?, silences::active(conn, now)?);
    let heard: BTreeSet<modes::Rung> = spent
        .iter()
        .filter(|spent| spent.heard)
        .map(|spent| (spent.account, spent.rule.clone(), spent.anchor, spent.stage.clone()))
        .collect();
    let mut of: BTreeSet<AccountId> = BTreeSet::new();
    for (cause, rung) in warn::due(causes, now) {
        let key = (cause.account.id, cause.rule.to_owned(), cause.anchor, rung.stage.clone());
        let is_told = heard.contains(&key) || told.contains(&(key.0, key.1.clone(), key.2));
        if recorded.contains(&key) && !is_told && over(&silences, cause.account).is_none() {
            of.insert(cause.account.id);
        }
    }
    Ok(ledger.accounts.iter().filter(|account| of.contains(&account.id)).map(Account::title).collect())
}

/// Without what a silence keeps back at `at`; nothing is counted.
pub(super) fn loud(
    conn: &Connection,
    ledger: &Ledger,
    mut owed: Vec<OwedLetter>,
    at: Moment,
) -> Result<Vec<OwedLetter>, StoreError> {
    let silences = silences::active(conn, at)?;
    let quiet = |id| ledger.account(id).is_some_and(|account| over(&silences, account).is_some());
    owed.iter_mut().for_each(|letter| letter.mentions.retain(|mention| !quiet(mention.account)));
    owed.retain(|letter| !letter.mentions.is_empty());
    Ok(owed)
}
