//! The letters of the coming days, if nothing changes: both ladders walked on today's evidence. Stores
//! and sends nothing.

use super::facts::{self, Before, Head, Seen, Told};
use super::leaving::loud;
use super::letter::{self, About, Facts, Words};
use crate::config::{Config, Mode};
use crate::domain::{AccountId, Moment, Role};
use crate::ledger::{Ledger, longest_window_days};
use crate::store::{Connection, LetterRow, Mention, StoreError, desk, modes, outbox, told};
use crate::warn::{self, OwedLetter, OwedMention, Spent};
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead a lead may lie before its window opens (the longest closure is nine days).
const LOOK_AHEAD_DAYS: i64 = 21;

/// Stands for the link of a letter that has not left: it is made when it leaves.
const LINK_TO_COME: &str = "（发出时生成）";

/// A letter that will leave unless something changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// Number in the outbox, where it waits already.
    pub waits: Option<i64>,
    /// When.
    pub at: Moment,
    /// To whom.
    pub recipient: String,
    /// As whom.
    pub role: Role,
    /// What it says.
    pub words: Words,
    /// What it speaks of.
    pub mentions: Vec<Mention>,
    /// Why it is owed (Chinese).
    pub why: String,
    /// What would keep it back (Chinese).
    pub unless: String,
    /// Until when it would be made up for, by account; empty where it waits in the outbox already.
    pub deadlines: BTreeMap<AccountId, Moment>,
}

/// Every reminder of the next `days` days as of `now`, ascending; those that wait in the outbox first.
///
/// # Errors
/// Those of the store.
pub fn coming(conn: &Connection, config: &Config, now: Moment, days: i64) -> Result<Vec<Coming>, StoreError> {
    let ledger = Ledger::load(conn, config, needs(config, now), now.plus(1))?;
    coming_of(ledger, conn, config, now, days)
}

/// From when on the evidence must be known.
pub fn needs(config: &Config, now: Moment) -> Moment {
    Moment::start_of(now.plus_days(-longest_window_days(&config.profile) - 2).date())
}

/// The same with a ledger that has what is needed.
///
/// # Errors
/// Those of the store.
pub fn coming_of(
    ledger: Ledger,
    conn: &Connection,
    config: &Config,
    now: Moment,
    days: i64,
) -> Result<Vec<Coming>, StoreError> {
    let mut walk = Walk {
        conn,
        config,
        ledger,
        spent: outbox::spent(conn, modes::holds(conn, config.mode)? == Mode::Trial, now)?,
        told: BTreeMap::new(),
        today: now,
        found: Vec::new(),
    };
    let tomorrow = Moment::start_of(now.date()).plus_days(1);
    let (due, later) = walk.waiting()?;
    walk.wait(due)?;
    // Today's letters stand on what is known; for later ones people are supposed to look on.
    walk.until(now, tomorrow.plus(-1))?;
    walk.ledger.suppose_people_look_on(now.plus_days(days + 1));
    walk.wait(later)?;
    walk.until(Moment::from_beijing(tomorrow.date().and_time(config.warn.hour)), now.plus_days(days))?;
    walk.found.sort_by_key(|letter| letter.at);
    Ok(walk.found)
}

/// When a weekly summary leaves in the next `days` days. A check on a day off has its summary on the first
/// working day after it.
pub fn summaries(config: &Config, now: Moment, days: i64) -> Vec<Moment> {
    let checks = config.checks_between(now.plus_days(-LATEST_D), now.plus_days(days)).into_iter();
    checks.map(|check| config.summary_at(check)).filter(|at| now < *at && *at <= now.plus_days(days)).collect()
}

/// Days after its check within which a summary surely leaves.
const LATEST_D: i64 = 15;

/// What was told to whom: recipient, account, rule, anchor.
type Key = (String, i64, String, String);

struct Walk<'a> {
    conn: &'a Connection,
    config: &'a Config,
    ledger: Ledger,
    spent: BTreeSet<Spent>,
    told: BTreeMap<Key, Before>,
    today: Moment,
    found: Vec<Coming>,
}

impl Walk<'_> {
    /// The letters that wait: those that may leave today, and the others. All of them are supposed to be
    /// heard.
    fn waiting(&mut self) -> Result<(Vec<LetterRow>, Vec<LetterRow>), StoreError> {
        let all = desk::waiting(self.conn)?;
        for letter in &all {
            let mentions = outbox::mentions(self.conn, letter.id)?;
            self.hear(letter, &mentions);
        }
        Ok(all.into_iter().partition(|letter| letter.next_try.date() <= self.today.date()))
    }

    fn wait(&mut self, letters: Vec<LetterRow>) -> Result<(), StoreError> {
        for letter in letters {
            let head = Head {
                recipient: letter.recipient.clone(),
                role: letter.role,
                slot: letter.slot,
                number: facts::number(letter.slot, letter.id),
                since: facts::leaving_since(self.conn, self.today)?,
                pass: Some(LINK_TO_COME.to_owned()),
            };
            let (mentions, at) = (outbox::mentions(self.conn, letter.id)?, letter.next_try.max(self.today));
            self.tell(&head, mentions, (at, Some(letter.id)), BTreeMap::new())?;
        }
        Ok(())
    }

    /// Every step from `at` to `end`.
    fn until(&mut self, at: Moment, end: Moment) -> Result<(), StoreError> {
        let mut next = Some(at);
        while let Some(at) = next.filter(|at| *at <= end) {
            next = self.step(at)?;
        }
        Ok(())
    }

    /// A preview supposes that what waits will leave.
    fn hear(&mut self, letter: &LetterRow, mentions: &[Mention]) {
        for mention in mentions {
            let silent = Spent {
                account: mention.account,
                rule: mention.rule.clone(),
                anchor: mention.anchor,
                stage: mention.stage.clone(),
                recipient: letter.recipient.clone(),
                role: letter.role,
                slot: letter.slot,
                heard: false,
            };
            if self.spent.remove(&silent) {
                self.spent.insert(Spent { heard: true, ..silent });
            }
        }
    }

    /// What is owed at `at`, and when something may be owed next.
    fn step(&mut self, at: Moment) -> Result<Option<Moment>, StoreError> {
        let coming = self.config.checks_between(at.plus(1), at.plus_days(LOOK_AHEAD_DAYS));
        let causes = warn::causes(&self.ledger, self.config, &coming, at);
        let next = warn::next(&causes, &self.config.calendar, at);
        let owed = warn::owed(&causes, &self.config.clerks(), &self.spent, &self.config.calendar, at);
        for letter in &loud(self.conn, &self.ledger, owed, at)? {
            self.spent.extend(letter.spends());
            let head = Head {
                recipient: letter.recipient.clone(),
                role: letter.role,
                slot: letter.slot,
                number: "（发出时编号）".to_owned(),
                since: facts::leaving_since(self.conn, self.today)?,
                pass: Some(LINK_TO_COME.to_owned()),
            };
            self.tell(&head, letter.mentions.iter().map(mention).collect(), (at, None), deadlines(letter))?;
        }
        Ok(next)
    }

    fn tell(
        &mut self,
        head: &Head,
        mentions: Vec<Mention>,
        (at, waits): (Moment, Option<i64>),
        deadlines: BTreeMap<AccountId, Moment>,
    ) -> Result<(), StoreError> {
        for mention in &mentions {
            let key = key(&head.recipient, mention);
            if !self.told.contains_key(&key) {
                let (times, seen) = told::earlier(self.conn, &head.recipient, mention, waits.unwrap_or(0))?;
                self.told.insert(key, Before { times, seen });
            }
        }
        let told = self.say(head, &mentions, at);
        let Some(facts) = &told.facts else { return Ok(()) };
        let words = letter::compose(facts, &self.config.mail.templates).map_err(StoreError::odd)?;
        let needs: Vec<Option<u32>> = mentions.iter().map(|mention| self.needs(head, mention, at)).collect();
        let accounts: BTreeSet<i64> = mentions.iter().map(|mention| mention.account.0).collect();
        let unless = unless(&needs, accounts.len());
        for (mention, seen) in told.said {
            let before = self.told.entry(key(&head.recipient, &mention)).or_default();
            *before = Before { times: before.times + 1, seen: Some(seen.0) };
        }
        let (recipient, role) = (head.recipient.clone(), head.role);
        let why = format!("{}{}", why(&mentions), self.proviso(&mentions, at));
        self.found.push(Coming { waits, at, recipient, role, words, mentions, why, unless, deadlines });
        Ok(())
    }

    /// An account without a source is spoken of only on a day on which somebody has looked.
    fn proviso(&self, mentions: &[Mention], at: Moment) -> &'static str {
        let by_hand = |mention: &Mention| self.ledger.account(mention.account).is_some_and(|a| a.sources.is_empty());
        let later = at.date() > self.today.date() && mentions.iter().any(by_hand);
        if later { "（没有来源的账号当天有人核查过才发）" } else { "" }
    }

    fn say(&self, head: &Head, mentions: &[Mention], at: Moment) -> Told {
        let before = |mention: &Mention| self.told.get(&key(&head.recipient, mention)).copied().unwrap_or_default();
        let seen = Seen { until: self.today, will_look: true };
        facts::tell(&self.ledger, self.config, head, mentions, &before, (at, seen))
    }

    /// Updates that would make a mention untrue: `None` when nothing posted today could.
    fn needs(&self, head: &Head, mention: &Mention, at: Moment) -> Option<u32> {
        let alone: Option<Facts> = self.say(head, std::slice::from_ref(mention), at).facts;
        match alone.and_then(|facts| facts.items.into_iter().next()).map(|item| item.about) {
            None => Some(0),
            Some(About::Silence { .. }) => Some(1),
            Some(About::Week { seen, required, .. }) if mention.anchor <= self.today.date() => {
                Some(required.saturating_sub(seen))
            }
            // Its week has not begun; an update of today does not count there.
            Some(About::Week { .. }) => None,
        }
    }
}

/// The latest by account.
fn deadlines(letter: &OwedLetter) -> BTreeMap<AccountId, Moment> {
    let mut latest = BTreeMap::new();
    for mention in &letter.mentions {
        let at = latest.entry(mention.account).or_insert(mention.deadline);
        *at = mention.deadline.max(*at);
    }
    latest
}

fn key(recipient: &str, mention: &Mention) -> Key {
    (recipient.to_owned(), mention.account.0, mention.rule.clone(), mention.anchor.to_string())
}

fn mention(owed: &OwedMention) -> Mention {
    Mention {
        account: owed.account,
        rule: owed.rule.clone(),
        anchor: owed.anchor,
        stage: owed.stage.clone(),
        revision: None,
    }
}

fn unless(needs: &[Option<u32>], accounts: usize) -> String {
    let most = needs.iter().flatten().max().copied().unwrap_or(0);
    if needs.contains(&None) {
        "现在更新也照发（说的是下一周）".to_owned()
    } else if accounts > 1 {
        format!("所列账号都补齐（最多差{most}次）就不发")
    } else {
        format!("更新{most}次就不发")
    }
}

/// Which rungs of which ladders.
fn why(mentions: &[Mention]) -> String {
    let mut rungs: Vec<String> = mentions.iter().map(|mention| rung(&mention.stage)).collect();
    rungs.sort_unstable();
    rungs.dedup();
    rungs.join("、")
}

/// Which rung of which ladder a stage is, for people to read.
pub(crate) fn rung(stage: &str) -> String {
    let weekday = |text: &str| text.parse::<usize>().ok().and_then(|n| "一二三四五六日".chars().nth(n.checked_sub(1)?));
    if let Some(day) = stage.strip_prefix("day") {
        format!("连续未更新（第{day}天一级）")
    } else if let Some(day) = stage.strip_prefix("week").and_then(weekday) {
        format!("本周次数不足（周{day}提醒）")
    } else if stage == "eve" {
        "节前提示".to_owned()
    } else if stage.starts_with("result-") {
        "检查结果".to_owned()
    } else if stage.starts_with("withdrawn-") || stage == "recalled" {
        "更正".to_owned()
    } else {
        stage.to_owned()
    }
}
