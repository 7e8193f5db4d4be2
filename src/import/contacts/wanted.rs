//! What one row of the contact sheet says.

use super::super::accounts::addresses;
use super::super::header::Found;
use super::super::resolve::Resolver;
use super::super::row::RowReader;
use super::super::{BadRow, Row, times};
use super::phone::{Phones, phones};
use super::{ACCOUNT, EMAIL, FROM, HANDLE, LANDLINE, MOBILE, NAME, OFFICE, PHONE, PLATFORM, POST, QQ, ROLE, TERM, TO};
use crate::domain::{AccountId, Moment, Person, Role, Shift, squeezed};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;

/// A row that was understood.
pub(super) struct Wanted {
    pub(super) office: String,
    pub(super) account: Option<AccountId>,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) from: Option<NaiveDate>,
    shift: Shift,
    post: String,
    phones: Phones,
    emails: Vec<String>,
    qq: String,
    to: Option<NaiveDate>,
}

/// Reads a row, or names everything that is wrong in it.
pub(super) fn read(found: &Found<'_>, row: &Row, resolver: &Resolver<'_>) -> Result<Wanted, Vec<BadRow>> {
    let mut cells = RowReader::new(found, row);
    let account = account(&mut cells, found, row, resolver);
    let office = office(&mut cells, found, row, resolver);
    let name = cells.needed(NAME);
    let role = cells.read(ROLE, role);
    let post = cells.text(POST);
    let phones = read_phones(&mut cells);
    let (emails, qq) = (cells.read(EMAIL, addresses), cells.read(QQ, qq));
    let (from, to) = (cells.read(FROM, day), cells.read(TO, day));
    let both = cells.read(TERM, term);
    let (from, to) = match both {
        Some((first, last)) => (from.map(|from| from.or(first)), to.map(|to| to.or(last))),
        None => (None, None),
    };
    if let (Some(Some(from)), Some(Some(to))) = (from, to)
        && from > to
    {
        cells.fail(TO, "“止”早于“起”，请改正其中一个");
    }
    let wanted = || {
        let ((role, shift), (account, office, name, post)) = (role?, (account?, office?, name?, post?));
        let (phones, emails, qq, from, to) = (phones?, emails?, qq?, from?, to?);
        Some(Wanted { office, account, name, role, from, shift, post, phones, emails, qq, to })
    };
    cells.finish(wanted())
}

/// The account that the person answers for alone, if the row names one.
fn account(
    cells: &mut RowReader<'_>,
    found: &Found<'_>,
    row: &Row,
    resolver: &Resolver<'_>,
) -> Option<Option<AccountId>> {
    let (platform, handle) = (cells.text(PLATFORM)?, cells.text(HANDLE)?);
    if found.text(row, ACCOUNT).is_empty() && handle.is_empty() {
        if !platform.is_empty() {
            cells.fail(PLATFORM, "只写了平台，没有写账号名称；请补上，或删去平台（此人就负责单位的全部账号）");
        }
        return Some(None);
    }
    cells.read(ACCOUNT, |name| resolver.find(name, &handle, &platform)).map(|account| Some(account.id))
}

/// The office; a row of one account may leave it to the list.
fn office(cells: &mut RowReader<'_>, found: &Found<'_>, row: &Row, resolver: &Resolver<'_>) -> Option<String> {
    let (name, platform, handle) = (found.text(row, ACCOUNT), found.text(row, PLATFORM), found.text(row, HANDLE));
    let listed = resolver
        .find(name, handle, platform)
        .ok()
        .map(|account| if account.office.is_empty() { account.supervisor.clone() } else { account.office.clone() });
    cells.read(OFFICE, |text| match listed.filter(|office| !office.is_empty()) {
        _ if !text.is_empty() => Ok(text.to_owned()),
        Some(office) => Ok(office),
        None => Err("必须填写单位".to_owned()),
    })
}

fn role(text: &str) -> Result<(Role, Shift), String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let (word, shift) = match plain.trim_end_matches('岗') {
        word if word.ends_with('A') || word.ends_with('Ａ') => (word.trim_end_matches(['A', 'Ａ']), Shift::A),
        word if word.ends_with('B') || word.ends_with('Ｂ') => (word.trim_end_matches(['B', 'Ｂ']), Shift::B),
        word => (word, Shift::None),
    };
    let word = word.trim_matches(['(', ')', '（', '）', '-', '—']);
    let role = match word {
        "运维人员" | "运维" | "管理人员" | "管理员" | "信息员" | "责任人" | "OPERATOR" => {
            Role::Operator
        }
        "" if shift != Shift::None => Role::Operator,
        "分管领导" | "领导" | "LEADER" => Role::Leader,
        "主管单位联系人" | "主管单位" | "SUPERVISOR" => Role::Supervisor,
        "检查方" | "CLERK" => Role::Clerk,
        _ => return Err("角色只能写：运维人员（可加A岗、B岗）、分管领导、主管单位联系人、检查方".to_owned()),
    };
    Ok((role, shift))
}

fn read_phones(cells: &mut RowReader<'_>) -> Option<Phones> {
    let mobile = cells.read(MOBILE, |text| phones(text).and_then(Phones::only_mobile));
    let landline = cells.read(LANDLINE, |text| phones(text).and_then(Phones::only_landline));
    let both = cells.read(PHONE, phones);
    Some(Phones::joined([mobile?, landline?, both?]))
}

fn qq(text: &str) -> Result<String, String> {
    let number = text.bytes().all(|b| b.is_ascii_digit()) && (5..=12).contains(&text.len());
    if text.is_empty() || number { Ok(text.to_owned()) } else { Err("QQ 请只写5至12位数字".to_owned()) }
}

fn day(text: &str) -> Result<Option<NaiveDate>, String> {
    if text.is_empty() || matches!(text, "至今" | "长期" | "今") {
        return Ok(None);
    }
    let date = times::moment(text).map(Moment::date).filter(|date| (1990..2100).contains(&date.year()));
    date.map(Some).ok_or_else(|| "日期请写成 2022-06-07 这样的年月日".to_owned())
}

/// `2025-01-01至2026-06-30`, `2025年1月1日至今`, `2025-01-01起`, `至2026-06-30`
fn term(text: &str) -> Result<(Option<NaiveDate>, Option<NaiveDate>), String> {
    let unclear = || "起止日期请写成 2025-01-01至2026-06-30；还在任的写 2025-01-01至今".to_owned();
    let text = text.trim().trim_end_matches('起').trim();
    let parts = ["至", "到", "~", "～", "—", "–"].iter().find_map(|mark| text.split_once(*mark));
    let (first, last) = parts.unwrap_or((text, ""));
    let last = last.trim_matches(['—', '–', ' ']);
    Ok((day(first.trim()).map_err(|_| unclear())?, day(last).map_err(|_| unclear())?))
}

impl Wanted {
    /// The person of the sheet that the row means: the one with the same first day, else the present
    /// one; a first day after somebody's last day is a new term of office.
    pub(super) fn same_as<'p>(&self, known: &'p [Person], taken: &BTreeSet<i64>) -> Option<&'p Person> {
        let is_same = |person: &&Person| {
            !taken.contains(&person.id)
                && person.account == self.account
                && person.role == self.role
                && person.name == self.name
                && squeezed(&person.office) == squeezed(&self.office)
        };
        let same: Vec<&Person> = known.iter().filter(is_same).collect();
        let newer = |person: &Person| self.from.is_some_and(|from| person.left_by(from));
        let first_day = same.iter().find(|person| person.from == self.from);
        let present = || same.iter().find(|person| person.to.is_none());
        first_day.or_else(present).or(same.last()).copied().filter(|person| !newer(person))
    }

    /// The person as the sheet has it after the import. The form has no room for most of what a sheet
    /// may say, so that its blank cells clear nothing.
    pub(super) fn applied(&self, found: &Found<'_>, before: Option<&Person>, is_form: bool) -> Person {
        let mut person = before.cloned().unwrap_or_else(|| self.blank());
        let says = |column: usize, blank: bool| found.has(column) && !(is_form && blank);
        if self.shift != Shift::None || says(ROLE, true) {
            person.shift = self.shift;
        }
        let texts = [(POST, &self.post, &mut person.post), (QQ, &self.qq, &mut person.qq)];
        texts.into_iter().filter(|(column, said, _)| says(*column, said.is_empty())).for_each(|(_, said, kept)| {
            kept.clone_from(said);
        });
        let (mobile, landline) = (&self.phones.mobile, &self.phones.landline);
        if says(MOBILE, mobile.is_empty()) || says(PHONE, mobile.is_empty()) {
            person.mobile = mobile.join(";");
        }
        if says(LANDLINE, landline.is_empty()) || says(PHONE, landline.is_empty()) {
            person.landline = landline.join(";");
        }
        if says(EMAIL, self.emails.is_empty()) {
            person.emails.clone_from(&self.emails);
        }
        if says(FROM, self.from.is_none()) || says(TERM, self.from.is_none()) {
            person.from = self.from;
        }
        if says(TO, self.to.is_none()) || says(TERM, self.to.is_none()) {
            person.to = self.to;
        }
        person
    }

    fn blank(&self) -> Person {
        Person { account: self.account, ..Person::new(&self.office, &self.name, self.role, self.shift) }
    }
}
