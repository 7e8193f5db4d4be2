//! `contact replace 甲 乙`: 乙 takes over everything that 甲 does, from a date on: accounts, addresses in
//! the list, and the letters that still wait.

use super::people_args::Way;
use super::{CliError, Context, Outcome, outln, print_json};
use crate::config::Config;
use crate::domain::{Account, Moment, Person, Roster, squeezed};
use crate::import::times;
use crate::mail::address::check_address;
use crate::store::{
    LetterRow, LetterState, Mention, NewLetter, StoreError, Transaction, accounts, contacts, meta, outbox,
};
use chrono::{Days, NaiveDate};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What somebody wishes.
pub(super) struct Wish {
    old: String,
    new: String,
    from: NaiveDate,
    by: String,
    office: Option<String>,
    way: Way,
}

/// What was done.
struct Done {
    terms: Vec<String>,
    letters: usize,
    reachable: bool,
}

impl Wish {
    /// Reads the command line.
    pub(super) fn read(
        context: &Context,
        old: String,
        new: String,
        from: &str,
        by: String,
        office: Option<String>,
        way: Way,
    ) -> Result<Wish, CliError> {
        let unclear = || CliError::usage(format!("看不懂 --from 的日期“{from}”，请写成 2026-12-01"));
        let from = if from == "now" { context.clock.now() } else { times::moment(from).ok_or_else(unclear)? };
        if by.trim().is_empty() {
            return Err(CliError::usage("请用 --by 写明经手人"));
        }
        way.mail.iter().try_for_each(|address| check_address(address).map_err(CliError::usage))?;
        Ok(Wish { old, new, from: from.date(), by: by.trim().to_owned(), office, way })
    }

    fn is_there(&self, person: &Person) -> bool {
        self.office.as_ref().is_none_or(|office| squeezed(office) == squeezed(&person.office))
    }

    /// What 甲 does on or after the date.
    fn terms<'p>(&self, people: &'p [Person]) -> Result<Vec<&'p Person>, CliError> {
        let named: Vec<&Person> = people.iter().filter(|p| p.name == self.old && self.is_there(p)).collect();
        if named.is_empty() {
            return Err(CliError::failed(format!(
                "联系人表里没有“{}”，没有改动；用 contact list 查看，只写在台账邮箱列里的请先用 contact import 登记是谁",
                self.old
            )));
        }
        let open: Vec<&Person> = named.into_iter().filter(|person| !person.left_by(self.from)).collect();
        if open.is_empty() {
            return Err(CliError::failed(format!("“{}”在{}以前已经离任，没有改动", self.old, self.from)));
        }
        match open.iter().find(|person| person.from.is_some_and(|from| from >= self.from)) {
            Some(later) => Err(CliError::failed(format!(
                "“{}”在{}要到{}才任职，不早于 --from {}，没有改动；请用 contact import 改表",
                self.old,
                later.office,
                later.from.map_or_else(String::new, |from| from.to_string()),
                self.from
            ))),
            None => Ok(open),
        }
    }

    /// How 乙 is reached: as the command says, else as the sheet says.
    fn heir(&self, people: &[Person], terms: &[Person]) -> Result<Person, CliError> {
        let all: Vec<&Person> = people.iter().filter(|p| p.name == self.new && !p.left_by(self.from)).collect();
        let at_home = |p: &&Person| terms.iter().any(|term| squeezed(&term.office) == squeezed(&p.office));
        let known: Vec<&Person> = all.iter().copied().filter(at_home).collect();
        if let (true, true, Some(far)) = (self.way.is_empty(), known.is_empty(), all.first()) {
            // Names are common: a namesake elsewhere must not get another office's letters.
            return Err(CliError::failed(format!(
                "联系人表里的“{}”在{}，不在这个单位，没有改动；是同一位的，请用 --mail 或 --mobile 写明联系方式",
                self.new, far.office
            )));
        }
        let ways: BTreeSet<_> = known.iter().map(|p| (&p.emails, &p.mobile, &p.landline)).collect();
        if self.way.is_empty() && ways.len() > 1 {
            let offices: Vec<&str> = known.iter().map(|person| person.office.as_str()).collect();
            return Err(CliError::failed(format!(
                "“{}”不止一位（{}），联系方式不同，没有改动；请用 --mail 或 --mobile 写明",
                self.new,
                offices.join("、")
            )));
        }
        match known.first() {
            Some(person) => Ok(self.way.over((*person).clone())),
            None if self.way.is_empty() => Err(CliError::failed(format!(
                "联系人表里没有“{}”，没有改动；请用 --mail、--mobile 或 --landline 写明怎么联系，或先用 contact import 登记",
                self.new
            ))),
            None => Ok(self.way.over(self.stranger())),
        }
    }

    fn stranger(&self) -> Person {
        Person::new("", &self.new, crate::domain::Role::Operator, crate::domain::Shift::None)
    }
}

/// `contact replace …`
pub(super) fn run(context: &Context, wish: Wish) -> Result<Outcome, CliError> {
    if wish.old == wish.new {
        return Err(CliError::usage("两个人同名，没有改动；换了联系方式请用 contact import 改表"));
    }
    let people = super::contact::everybody(context)?;
    let terms: Vec<Person> = wish.terms(&people)?.into_iter().cloned().collect();
    let heir = wish.heir(&people, &terms)?;
    let (config, now) = (Arc::clone(&context.config), context.clock.now());
    let (from, old, new) = (wish.from, wish.old.clone(), wish.new.clone());
    let mails = heir.emails.join("、");
    let done = context.store()?.write(move |tx| replace(tx, &config, &wish, &terms, &heir, now))?;
    if context.json {
        print_json(&json!({"terms": done.terms, "letters": done.letters, "reachable": done.reachable}))?;
        return Ok(Outcome::Done);
    }
    outln!("{from}起，{new}接替{old}：{}；转交{}封待发的信", done.terms.join("、"), done.letters);
    if done.reachable {
        outln!("{new}的邮箱：{mails}");
    } else {
        outln!("注意：{new}没有邮箱，以后的提醒会转给上一级联系人或检查方");
    }
    Ok(Outcome::Done)
}

fn replace(
    tx: &Transaction<'_>,
    config: &Config,
    wish: &Wish,
    terms: &[Person],
    heir: &Person,
    now: Moment,
) -> Result<Done, StoreError> {
    let mut done = Done { terms: Vec::new(), letters: 0, reachable: !heir.emails.is_empty() };
    let before = contacts::everybody(tx)?;
    for term in terms {
        let successor = succeed(tx, wish, &before, term, heir)?;
        let last = wish.from.checked_sub_days(Days::new(1));
        contacts::save(tx, &Person { to: last, successor: Some(successor), ..term.clone() })?;
        done.terms.push(format!("{}{}", term.office, term.role_chinese()));
    }
    let moving = Move { before: Roster::of(before), accounts: accounts::all(tx)?, terms, whole: wish.office.is_none() };
    done.letters = hand_on(tx, config, &moving, wish, heir, now)?;
    let detail = format!("{} → {}，{}起：{}", wish.old, wish.new, wish.from, done.terms.join("、"));
    meta::audit(tx, now, &wish.by, "contact.replace", &detail)?;
    Ok(done)
}

/// The new one's own term; one who has the role already keeps it.
fn succeed(
    tx: &Transaction<'_>,
    wish: &Wish,
    people: &[Person],
    term: &Person,
    heir: &Person,
) -> Result<i64, StoreError> {
    let has_it = people.iter().find(|person| {
        person.name == wish.new
            && person.role == term.role
            && person.account == term.account
            && squeezed(&person.office) == squeezed(&term.office)
            && person.serves_on(wish.from)
            && person.to.is_none()
    });
    if let Some(person) = has_it {
        return contacts::save(tx, &wish.way.over(person.clone()));
    }
    let is_at_home = squeezed(&heir.office) == squeezed(&term.office);
    let post = if is_at_home || wish.way.post.is_some() { heir.post.clone() } else { term.post.clone() };
    let person = Person {
        id: 0,
        office: term.office.clone(),
        account: term.account,
        role: term.role,
        shift: term.shift,
        post,
        from: Some(wish.from),
        to: term.to,
        successor: None,
        ..heir.clone()
    };
    contacts::save(tx, &person)
}

/// What moves from one person to another.
struct Move<'a> {
    before: Roster,
    accounts: Vec<Account>,
    terms: &'a [Person],
    /// The old one leaves every office, so that addresses in the list move as well.
    whole: bool,
}

impl Move<'_> {
    /// Whether that person was written to about the account, at that address, on that day.
    fn concerns(&self, mention: &Mention, letter: &LetterRow) -> bool {
        let Some(account) = self.accounts.iter().find(|account| account.id == mention.account) else { return false };
        let serving = self.before.serving(account, letter.role, letter.slot.date());
        let listed = account.contacts.iter().any(|c| c.email.eq_ignore_ascii_case(&letter.recipient));
        serving.iter().any(|person| self.terms.iter().any(|term| term.id == person.id)) || (self.whole && listed)
    }
}

/// The letters that wait for the old one and belong to the new one's time say no more what is handed
/// on; the new one gets a letter of the same kind with just that. Whoever has heard it is not told again.
fn hand_on(
    tx: &Transaction<'_>,
    config: &Config,
    moving: &Move<'_>,
    wish: &Wish,
    heir: &Person,
    now: Moment,
) -> Result<usize, StoreError> {
    let addresses: BTreeSet<&String> = moving.terms.iter().flat_map(|term| &term.emails).collect();
    let mut handed = 0;
    for address in addresses {
        for id in contacts::waiting_for(tx, address, Moment::start_of(wish.from))? {
            let Some(letter) = outbox::show(tx, id)? else { continue };
            let moved = take_out(tx, moving, &letter)?;
            if moved.is_empty() {
                continue;
            }
            handed += 1;
            for recipient in &heir.emails {
                let letter = letter_to(recipient, &letter, moved.clone());
                outbox::queue(tx, &letter.0, letter.1, config.mail.domain(), now)?;
            }
        }
    }
    Ok(handed)
}

/// Takes out of a letter what is handed on; a letter without anything left ends.
fn take_out(tx: &Transaction<'_>, moving: &Move<'_>, letter: &LetterRow) -> Result<Vec<Mention>, StoreError> {
    let all = outbox::mentions(tx, letter.id)?;
    let moved: Vec<Mention> = all.iter().filter(|mention| moving.concerns(mention, letter)).cloned().collect();
    for mention in &moved {
        outbox::drop_mention(tx, letter.id, mention, "联系人已更换")?;
    }
    if !moved.is_empty() && moved.len() == all.len() {
        outbox::end(tx, letter.id, LetterState::Overtaken, "联系人已更换，改发给接任的人")?;
    }
    Ok(moved)
}

/// The same letter for somebody else; what trial mode has recorded stays so.
fn letter_to(recipient: &str, letter: &LetterRow, mentions: Vec<Mention>) -> (NewLetter, bool) {
    let new = NewLetter {
        not_after: letter.not_after,
        mentions,
        reason: "联系人更换后转来".to_owned(),
        ..NewLetter::new(letter.kind, recipient, letter.role, letter.slot, letter.not_before)
    };
    (new, letter.trial)
}
