//! 换人: 乙 takes over everything that 甲 does, from a date on: roles, addresses in the list, and the letters
//! that still wait.

use crate::config::Config;
use crate::domain::{Account, Moment, Person, Role, Roster, Shift, squeezed};
use crate::store::{
    Connection, LetterRow, LetterState, Mention, NewLetter, StoreError, Transaction, accounts, contacts, meta, outbox,
};
use chrono::{Days, NaiveDate};
use std::collections::BTreeSet;

/// How the new one is reached, as far as somebody says.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// 邮箱; empty leaves what is known.
    pub mail: Vec<String>,
    /// 手机.
    pub mobile: Option<String>,
    /// 固话.
    pub landline: Option<String>,
    /// 职务; not said: that of the one before.
    pub post: Option<String>,
}

/// What somebody wishes.
#[derive(Clone, Debug)]
pub struct Wish {
    /// 甲, who leaves.
    pub old: String,
    /// 乙, who takes over.
    pub new: String,
    /// The first day of 乙.
    pub from: NaiveDate,
    /// Who says so.
    pub by: String,
    /// Only in that office.
    pub office: Option<String>,
    /// How 乙 is reached.
    pub way: Way,
    /// A first day that is over is meant so: somebody has read what that changes.
    pub past: bool,
}

/// Who goes, who comes, and what goes over; nothing is changed by making one.
#[derive(Clone)]
pub struct Plan {
    /// What 甲 does on or after the date.
    pub terms: Vec<Person>,
    /// 乙, as he is reached from now on.
    pub heir: Person,
}

/// Why nobody can be replaced; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Both have one name.
    Same,
    /// 甲 is not on the sheet.
    NotListed,
    /// 甲 has left before that day.
    LeftBefore,
    /// 甲 begins only later: where, and when.
    BeginsLater(String, NaiveDate),
    /// The only one of 乙's name is in that other office.
    Elsewhere(String),
    /// There are several of 乙's name, reached in different ways, in these offices.
    Several(String),
    /// Nobody knows how to reach 乙.
    Stranger,
    /// The first day was so many days ago, and nobody said that this is meant.
    Past(i64),
}

/// What was done.
pub struct Done {
    /// Office and role of each term.
    pub terms: Vec<String>,
    /// Letters that were handed on.
    pub letters: usize,
    /// 乙 has an address.
    pub reachable: bool,
}

impl Way {
    fn is_empty(&self) -> bool {
        self.mail.is_empty() && self.mobile.is_none() && self.landline.is_none()
    }

    /// The person with what is said instead of what was known.
    fn over(&self, mut person: Person) -> Person {
        if !self.mail.is_empty() {
            person.emails.clone_from(&self.mail);
        }
        let texts = [
            (&self.mobile, &mut person.mobile),
            (&self.landline, &mut person.landline),
            (&self.post, &mut person.post),
        ];
        for (said, kept) in texts {
            if let Some(said) = said {
                said.trim().clone_into(kept);
            }
        }
        person
    }
}

impl Wish {
    /// Who goes and who comes, as the sheet has it.
    ///
    /// # Errors
    /// Why nobody can be replaced so.
    pub fn plan(&self, people: &[Person], today: NaiveDate) -> Result<Plan, Trouble> {
        if self.old == self.new {
            return Err(Trouble::Same);
        }
        if let Some(days) = self.days_ago(today).filter(|_| !self.past) {
            return Err(Trouble::Past(days));
        }
        let terms: Vec<Person> = self.terms(people)?.into_iter().cloned().collect();
        let heir = self.heir(people, &terms)?;
        Ok(Plan { terms, heir })
    }

    /// How long ago the first day was; `None` where it is today or still to come.
    pub fn days_ago(&self, today: NaiveDate) -> Option<i64> {
        Some((today - self.from).num_days()).filter(|days| *days > 0)
    }

    fn is_there(&self, person: &Person) -> bool {
        self.office.as_ref().is_none_or(|office| squeezed(office) == squeezed(&person.office))
    }

    /// What 甲 does on or after the date.
    fn terms<'p>(&self, people: &'p [Person]) -> Result<Vec<&'p Person>, Trouble> {
        let named: Vec<&Person> = people.iter().filter(|p| p.name == self.old && self.is_there(p)).collect();
        if named.is_empty() {
            return Err(Trouble::NotListed);
        }
        let open: Vec<&Person> = named.into_iter().filter(|person| !person.left_by(self.from)).collect();
        if open.is_empty() {
            return Err(Trouble::LeftBefore);
        }
        let later = open.iter().find_map(|person| Some((person, person.from.filter(|from| *from >= self.from)?)));
        match later {
            Some((person, from)) => Err(Trouble::BeginsLater(person.office.clone(), from)),
            None => Ok(open),
        }
    }

    /// How 乙 is reached: as somebody says, else as the sheet says.
    fn heir(&self, people: &[Person], terms: &[Person]) -> Result<Person, Trouble> {
        let all: Vec<&Person> = people.iter().filter(|p| p.name == self.new && !p.left_by(self.from)).collect();
        let at_home = |p: &&Person| terms.iter().any(|term| squeezed(&term.office) == squeezed(&p.office));
        let known: Vec<&Person> = all.iter().copied().filter(at_home).collect();
        if let (true, true, Some(far)) = (self.way.is_empty(), known.is_empty(), all.first()) {
            // Names are common: a namesake elsewhere must not get another office's letters.
            return Err(Trouble::Elsewhere(far.office.clone()));
        }
        let ways: BTreeSet<_> = known.iter().map(|p| (&p.emails, &p.mobile, &p.landline)).collect();
        if self.way.is_empty() && ways.len() > 1 {
            let offices: Vec<&str> = known.iter().map(|person| person.office.as_str()).collect();
            return Err(Trouble::Several(offices.join("、")));
        }
        match known.first() {
            Some(person) => Ok(self.way.over((*person).clone())),
            None if self.way.is_empty() => Err(Trouble::Stranger),
            None => Ok(self.way.over(self.stranger())),
        }
    }

    fn stranger(&self) -> Person {
        Person::new("", &self.new, Role::Operator, Shift::None)
    }
}

impl Plan {
    /// Letters that left for 甲 on the days which are to be those of 乙. They stay as they are: nobody is
    /// written to again, and what the trail and the papers say of them does not change.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn letters_since(&self, conn: &Connection, from: NaiveDate) -> Result<i64, StoreError> {
        let addresses: BTreeSet<&String> = self.terms.iter().flat_map(|term| &term.emails).collect();
        let since = Moment::start_of(from);
        addresses.into_iter().map(|address| contacts::written_since(conn, address, since)).sum()
    }

    /// The accounts for which 甲 answers on that day by one of these terms.
    pub fn concerned<'a>(&self, roster: &Roster, all: &'a [Account], day: NaiveDate) -> Vec<&'a Account> {
        let serves = |account: &&Account| {
            self.terms
                .iter()
                .any(|term| roster.serving(account, term.role, day).iter().any(|person| person.id == term.id))
        };
        all.iter().filter(serves).collect()
    }
}

/// 乙 takes over, audited.
///
/// # Errors
/// Those of the store.
pub fn replace(
    tx: &Transaction<'_>,
    config: &Config,
    wish: &Wish,
    plan: &Plan,
    now: Moment,
) -> Result<Done, StoreError> {
    let Plan { terms, heir } = plan;
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
