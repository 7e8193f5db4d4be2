//! The people of offices (联系人): who answers for which account on which day.
//!
//! People change jobs, accounts stay. A person of an office serves every account that the office runs,
//! unless an account names its own people for that role. The mail columns of the list serve where the
//! contact sheet names nobody with an address.

use super::{Account, AccountId, Role};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Who of two stands in for whom (A岗, B岗). Both are written to; A comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shift {
    /// Nothing is said.
    #[default]
    None,
    /// A岗.
    A,
    /// B岗.
    B,
}

impl Shift {
    /// The word in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Shift::None => "",
            Shift::A => "A",
            Shift::B => "B",
        }
    }

    /// The shift of that word.
    pub fn from_word(word: &str) -> Option<Shift> {
        [Shift::None, Shift::A, Shift::B].into_iter().find(|shift| shift.word() == word)
    }
}

/// One person in one role of one office.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Its number; 0 while it is not kept.
    pub id: i64,
    /// 单位, as the sheet spells it.
    pub office: String,
    /// The one account that the person answers for; `None` means all of the office.
    pub account: Option<AccountId>,
    /// 姓名.
    pub name: String,
    /// 角色.
    pub role: Role,
    /// A岗 or B岗.
    pub shift: Shift,
    /// 职务; may be empty.
    pub post: String,
    /// 手机, several joined by a semicolon; may be empty.
    pub mobile: String,
    /// 固话, several joined by a semicolon; may be empty.
    pub landline: String,
    /// 邮箱.
    pub emails: Vec<String>,
    /// QQ; may be empty.
    pub qq: String,
    /// First day; `None` means always.
    pub from: Option<NaiveDate>,
    /// Last day; `None` means until further notice.
    pub to: Option<NaiveDate>,
    /// Who took over.
    pub successor: Option<i64>,
}

/// Personal data never reach a log, so not even a debug print holds them.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({}, {:?}, {:?}..={:?})", self.id, self.role, self.from, self.to)
    }
}

impl Person {
    /// Somebody without any way to be reached yet, new to the sheet, until further notice.
    pub fn new(office: &str, name: &str, role: Role, shift: Shift) -> Person {
        Person {
            id: 0,
            office: office.to_owned(),
            account: None,
            name: name.to_owned(),
            role,
            shift,
            post: String::new(),
            mobile: String::new(),
            landline: String::new(),
            emails: Vec::new(),
            qq: String::new(),
            from: None,
            to: None,
            successor: None,
        }
    }

    /// Whether the person has the role on that day.
    pub fn serves_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && !self.left_by(day)
    }

    /// Whether the last day lies before that day.
    pub fn left_by(&self, day: NaiveDate) -> bool {
        self.to.is_some_and(|to| to < day)
    }

    /// The role as a sheet writes it: 运维人员A岗.
    pub fn role_chinese(&self) -> String {
        let shift = self.shift.word();
        if shift.is_empty() { self.role.chinese().to_owned() } else { format!("{}{shift}岗", self.role.chinese()) }
    }

    /// Somebody can call.
    pub fn has_phone(&self) -> bool {
        !(self.mobile.is_empty() && self.landline.is_empty())
    }
}

/// Everybody on the contact sheet.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    people: Vec<Person>,
    /// Addresses that refused a letter or sent one back, in lower case.
    dead: BTreeSet<String>,
    /// Where in `people` somebody stands: every account asks for its own in every inspection.
    places: Places,
}

/// Places in the list of people, ascending.
#[derive(Clone, Default)]
struct Places {
    /// Of whoever answers for one account only.
    account: BTreeMap<AccountId, Vec<usize>>,
    /// Of whoever answers for all of an office, by its name without blanks.
    office: BTreeMap<String, Vec<usize>>,
    /// By address, in lower case.
    address: BTreeMap<String, Vec<usize>>,
    number: BTreeMap<i64, usize>,
}

/// Names and addresses never reach a log.
impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").finish_non_exhaustive()
    }
}

impl Places {
    const EMPTY: Places =
        Places { account: BTreeMap::new(), office: BTreeMap::new(), address: BTreeMap::new(), number: BTreeMap::new() };

    fn of(people: &[Person]) -> Places {
        let mut places = Places::default();
        for (place, person) in people.iter().enumerate() {
            match person.account {
                Some(account) => places.account.entry(account).or_default().push(place),
                None => places.office.entry(squeezed(&person.office)).or_default().push(place),
            }
            for email in &person.emails {
                places.address.entry(email.to_ascii_lowercase()).or_default().push(place);
            }
            places.number.entry(person.id).or_insert(place);
        }
        places
    }
}

impl Roster {
    /// A sheet without anybody.
    pub const EMPTY: &'static Roster = &Roster { people: Vec::new(), dead: BTreeSet::new(), places: Places::EMPTY };

    /// A sheet of these people.
    pub fn of(mut people: Vec<Person>) -> Roster {
        people.sort_by_key(|person| (person.shift, person.id));
        Roster { places: Places::of(&people), people, dead: BTreeSet::new() }
    }

    /// The same sheet, knowing which addresses take no letters.
    pub fn knowing_dead(self, addresses: impl IntoIterator<Item = String>) -> Roster {
        Roster { dead: addresses.into_iter().map(|address| address.to_ascii_lowercase()).collect(), ..self }
    }

    /// Everybody, A岗 first.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Who has the role for the account on that day: its own people, else those of the office.
    pub fn serving(&self, account: &Account, role: Role, day: NaiveDate) -> Vec<&Person> {
        let has_role = |person: &&Person| person.role == role && person.serves_on(day);
        let own: Vec<&Person> =
            self.at(self.places.account.get(&account.id).into_iter().flatten()).filter(has_role).collect();
        if !own.is_empty() {
            return own;
        }
        // Of both offices in one order, A岗 first.
        let offices = offices(account, role);
        let places = offices.iter().filter_map(|office| self.places.office.get(office)).flatten();
        let places: BTreeSet<usize> = places.copied().collect();
        self.at(&places).filter(has_role).collect()
    }

    fn at<'p>(&self, places: impl IntoIterator<Item = &'p usize>) -> impl Iterator<Item = &Person> {
        places.into_iter().filter_map(|place| self.people.get(*place))
    }

    /// Names and numbers of whoever has the role on that day and can be called; mobile numbers first.
    pub fn telephones(&self, account: &Account, role: Role, day: NaiveDate) -> (String, String) {
        let serving = self.serving(account, role, day);
        let callable: Vec<&Person> = serving.into_iter().filter(|person| person.has_phone()).collect();
        let names: Vec<&str> = callable.iter().map(|person| person.name.as_str()).collect();
        let numbers = callable.iter().flat_map(|person| [person.mobile.as_str(), person.landline.as_str()]);
        let numbers: Vec<&str> = numbers.filter(|number| !number.is_empty()).collect();
        (names.join("、"), numbers.join("、"))
    }

    /// The addresses of the role on that day, each once: those of the sheet, else those of the list.
    pub fn addresses(&self, account: &Account, role: Role, day: NaiveDate) -> Vec<String> {
        let serving = self.serving(account, role, day);
        let mut found: Vec<String> = serving.iter().flat_map(|person| person.emails.iter().cloned()).collect();
        if found.is_empty() {
            let listed = account.contacts.iter().filter(|contact| contact.role == role);
            found = listed.flat_map(|contact| self.as_of(&contact.email, day)).collect();
        }
        let mut seen = BTreeSet::new();
        found.retain(|address| seen.insert(address.to_ascii_lowercase()));
        found
    }

    /// The addresses of the role on that day that take letters: those of the sheet; when all of them are
    /// dead, those of the list that are not.
    pub fn reachable(&self, account: &Account, role: Role, day: NaiveDate) -> Vec<String> {
        let takes = |address: &String| !self.dead.contains(&address.to_ascii_lowercase());
        let living: Vec<String> = self.addresses(account, role, day).into_iter().filter(takes).collect();
        if !living.is_empty() {
            return living;
        }
        let listed = account.contacts.iter().filter(|contact| contact.role == role);
        listed.flat_map(|contact| self.as_of(&contact.email, day)).filter(takes).collect()
    }

    /// An address of the list as it holds on that day: one whose owner has left becomes the successor's.
    fn as_of(&self, address: &str, day: NaiveDate) -> Vec<String> {
        let owners: Vec<&Person> =
            self.at(self.places.address.get(&address.to_ascii_lowercase()).into_iter().flatten()).collect();
        if owners.is_empty() || owners.iter().any(|owner| !owner.left_by(day)) {
            return vec![address.to_owned()];
        }
        owners.into_iter().filter_map(|owner| self.heir(owner, day)).flat_map(|heir| heir.emails.clone()).collect()
    }

    /// Whoever has taken over by that day, along the line of successors.
    fn heir(&self, person: &Person, day: NaiveDate) -> Option<&Person> {
        let mut next = person.successor;
        // As many steps as people: a line that runs in a circle ends as well.
        for _ in &self.people {
            let heir =
                next.and_then(|number| self.places.number.get(&number)).and_then(|place| self.people.get(*place))?;
            if !heir.left_by(day) {
                return Some(heir);
            }
            next = heir.successor;
        }
        None
    }
}

/// Whose people have that role for the account: operators and leaders sit in the 主办单位 (where the list
/// has none, in the 主管单位), supervisors in the 主管单位, or in a 主办单位 that answers to nobody else.
fn offices(account: &Account, role: Role) -> Vec<String> {
    let (office, supervisor) = (squeezed(&account.office), squeezed(&account.supervisor));
    let named = match role {
        Role::Supervisor => [supervisor, office],
        _ if office.is_empty() => [supervisor, String::new()],
        _ => [office, String::new()],
    };
    named.into_iter().filter(|name| !name.is_empty()).collect()
}

/// Offices are compared without blanks.
pub fn squeezed(office: &str) -> String {
    office.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
#[path = "contact_tests.rs"]
mod tests;
