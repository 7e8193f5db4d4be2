//! Which account a row is: by platform and handle first, then by platform and name. A file in which
//! that is not certain for every row is refused.

use super::super::BadRow;
use super::{COLUMNS, Entry, HANDLE, NAME};
use crate::domain::Account;
use std::collections::{BTreeMap, HashMap};

/// Platform and name, or platform and handle.
type Key<'a> = (&'a str, &'a str);

/// Two rows of one name and platform without different handles, or of one handle, refuse the file.
pub(super) fn refuse_twins(entries: &[Entry<'_>], bad: &mut Vec<BadRow>) {
    for twins in groups(entries, |entry| entry.wanted.handle.as_deref()) {
        tell(&twins, HANDLE, "同一平台上的账号标识重复；请删去重复的行，或改正账号标识", bad);
    }
    for twins in groups(entries, |entry| Some(entry.wanted.name.as_str())) {
        if twins.iter().any(|entry| entry.wanted.handle.is_none()) {
            let why = "同一平台上的账号名称重复，又没有各自的账号标识，分不清是不是同一个账号；\
                       请删去重复的行，或给每一行填写账号标识";
            tell(&twins, NAME, why, bad);
        }
    }
}

/// The rows of one platform that share something, where more than one does.
fn groups<'e, 'a>(
    entries: &'e [Entry<'a>],
    shared: impl Fn(&'e Entry<'a>) -> Option<&'e str>,
) -> Vec<Vec<&'e Entry<'a>>> {
    let mut groups: BTreeMap<Key<'_>, Vec<&Entry<'a>>> = BTreeMap::new();
    for entry in entries {
        if let Some(text) = shared(entry) {
            groups.entry((entry.wanted.platform.name(), text)).or_default().push(entry);
        }
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

fn tell(twins: &[&Entry<'_>], column: usize, why: &str, bad: &mut Vec<BadRow>) {
    let lines: Vec<String> = twins.iter().map(|entry| entry.row.line.to_string()).collect();
    for entry in twins {
        blame(entry, column, format!("{why}（第{}行）", lines.join("、")), bad);
    }
}

fn blame(entry: &Entry<'_>, column: usize, why: String, bad: &mut Vec<BadRow>) {
    let value = if column == HANDLE { entry.wanted.handle.as_deref().unwrap_or_default() } else { &entry.wanted.name };
    bad.push(BadRow::new(entry.row, COLUMNS[column].aliases[0], value, why));
}

/// Finds for each row the account that it is; rows that are none are new accounts.
pub(super) fn match_all(entries: &mut [Entry<'_>], known: &[Account], bad: &mut Vec<BadRow>) {
    let index = Index::new(known);
    let mut taken: HashMap<usize, usize> = HashMap::new();
    for at in 0..entries.len() {
        match index.find(&entries[at]) {
            Ok(place) => entries[at].place = place,
            Err(why) => blame(&entries[at], NAME, why, bad),
        }
        let Some(place) = entries[at].place else { continue };
        if let Some(first) = taken.insert(place, at) {
            blame(&entries[at], NAME, claimed_twice(&entries[first], &entries[at]), bad);
        }
    }
}

fn claimed_twice(first: &Entry<'_>, second: &Entry<'_>) -> String {
    let line = first.row.line;
    if first.wanted.handle.is_some() && second.wanted.handle.is_some() {
        return format!(
            "台账中的“{}”还没有账号标识，分不清它是第{line}行还是这一行；请先导入只有其中一行的文件",
            second.wanted.name
        );
    }
    format!("与第{line}行是同一个账号，请只保留一行；若是另一个账号，请填写账号标识")
}

struct Index<'a> {
    known: &'a [Account],
    by_handle: HashMap<Key<'a>, usize>,
    by_name: HashMap<Key<'a>, Vec<usize>>,
    by_former: HashMap<Key<'a>, usize>,
}

impl<'a> Index<'a> {
    fn new(known: &'a [Account]) -> Index<'a> {
        let (mut by_handle, mut by_name, mut by_former) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (i, account) in known.iter().enumerate() {
            let platform = account.platform.name();
            if let Some(handle) = account.handle.as_deref() {
                by_handle.insert((platform, handle), i);
            }
            by_name.entry((platform, account.name.as_str())).or_insert_with(Vec::new).push(i);
            by_former.extend(account.former_names.iter().map(|name| ((platform, name.as_str()), i)));
        }
        Index { known, by_handle, by_name, by_former }
    }

    fn find(&self, entry: &Entry<'_>) -> Result<Option<usize>, String> {
        let wanted = &entry.wanted;
        let name = (wanted.platform.name(), wanted.name.as_str());
        let same_name = self.by_name.get(&name).map_or(&[][..], Vec::as_slice);
        if let Some(handle) = wanted.handle.as_deref() {
            let by_handle = self.by_handle.get(&(wanted.platform.name(), handle)).copied();
            // An account that was listed before anybody knew its handle keeps its identity.
            let without = same_name.iter().copied().find(|i| self.known[*i].handle.is_none());
            return Ok(by_handle.or(without));
        }
        match same_name {
            [one] => Ok(Some(*one)),
            [] => self.former(name),
            _ => Err("台账中有几个同名账号，请填写账号标识以示区别".to_owned()),
        }
    }

    /// A name that an account bore before is more likely an old file than a new account.
    fn former(&self, name: Key<'_>) -> Result<Option<usize>, String> {
        match self.by_former.get(&name) {
            Some(i) => Err(format!("这是“{}”的曾用名；请改用现名，若是另一个账号请填写账号标识", self.known[*i].name)),
            None => Ok(None),
        }
    }
}

/// A rename, or a new account, must not leave two accounts of one name of which one has no handle.
pub(super) fn refuse_blurred(entries: &[Entry<'_>], known: &[Account], bad: &mut Vec<BadRow>) {
    let named: Vec<usize> = entries.iter().filter_map(|entry| entry.place).collect();
    let mut untouched: Vec<bool> = vec![true; known.len()];
    named.iter().for_each(|place| untouched[*place] = false);
    let blurred: HashMap<Key<'_>, ()> = known
        .iter()
        .zip(&untouched)
        .filter(|(account, untouched)| **untouched && account.handle.is_none())
        .map(|(account, _)| ((account.platform.name(), account.name.as_str()), ()))
        .collect();
    for entry in entries {
        if blurred.contains_key(&(entry.wanted.platform.name(), entry.wanted.name.as_str())) {
            let why = "台账中另有一个同名账号没有账号标识，改名后就分不清了；请先给那个账号填写账号标识".to_owned();
            blame(entry, NAME, why, bad);
        }
    }
}
