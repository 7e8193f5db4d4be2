//! 附表: tables that a 通报 carries from elsewhere, read from a file whole or not at all, kept in the place of
//! an earlier one, and taken away.

use super::Refusal;
use crate::domain::{Moment, Period};
use crate::import::{self, FormAsk, FormPlan, Sheet, plan_form};
use crate::rules::Profile;
use crate::store::attachments::{self, KeptAttachment};
use crate::store::{Transaction, meta};
use crate::tables::{Attachment, Form};

/// What Excel forbids in the name of a sheet, which a table's name becomes.
const FORBIDDEN: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// Longest name of a table, in characters: a sheet's name has 31.
const LONGEST: usize = 20;

/// The table that is meant.
#[derive(Clone, Debug)]
pub struct Which {
    /// A month or a quarter.
    pub period: Period,
    /// Its kind.
    pub form: &'static Form,
    /// Where one kind has several; may be empty.
    pub name: String,
}

impl Which {
    /// Reads kind and name.
    ///
    /// # Errors
    /// A kind that is not known, a name that no sheet can bear.
    pub fn read(period: Period, kind: &str, name: &str) -> Result<Which, Refusal> {
        let name = name.trim().to_owned();
        let odd = name.chars().any(|c| c.is_control() || FORBIDDEN.contains(&c));
        if odd || name.chars().count() > LONGEST {
            return Err(Refusal::field("name", format!("--name 最多{LONGEST}个字，不能有 [ ] : * ? / \\")));
        }
        Ok(Which { period, form: form(kind)?, name })
    }

    /// 2022-06 信息报送“各县区”
    pub fn title(&self) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!("“{}”", self.name) };
        format!("{} {}{name}", self.period, self.form.chinese)
    }

    /// Whether it is that one.
    pub fn is(&self, table: &Attachment) -> bool {
        (table.period, table.form, &table.name) == (self.period, self.form, &self.name)
    }
}

/// The kind of that name.
///
/// # Errors
/// Where there is none, with those that there are.
pub fn form(kind: &str) -> Result<&'static Form, Refusal> {
    let known = || Form::all().map(|form| form.chinese).collect::<Vec<_>>().join("、");
    let why = || match kind.trim() {
        "" => format!("请写明是哪一种附表，可以写的有：{}", known()),
        kind => format!("没有“{kind}”这种附表，可以写的有：{}", known()),
    };
    Form::find(kind.trim()).ok_or_else(|| Refusal::field("kind", why()))
}

/// What a file comes to as that table.
///
/// # Errors
/// Every bad row; whoever brought a file without the headings is told where to find them.
pub fn plan(sheets: &[Sheet], which: &Which, profile: &Profile, as_printed: bool) -> Result<FormPlan, import::Refusal> {
    let (form, period) = (which.form, which.period);
    let ask = FormAsk { form, period, rules: &profile.tables, digits: profile.digits(), as_printed };
    plan_form(sheets, ask).map_err(|refused| match refused {
        import::Refusal::Unreadable(why) if why.starts_with("找不到表头") => import::Refusal::Unreadable(format!(
            "{why}；正确的表头可用 report table template --kind {} 写出",
            form.chinese
        )),
        other => other,
    })
}

/// A form that is printed blank.
pub fn blank() -> FormPlan {
    FormPlan { rows: Vec::new(), headings: Default::default(), note: None, remarks: Vec::new() }
}

/// Keeps a table; tells whether it stands in the place of an earlier one.
///
/// # Errors
/// Where another one of its kind has the same name but for its case.
pub fn keep(tx: &Transaction<'_>, kept: &KeptAttachment) -> Result<bool, Refusal> {
    let table = &kept.table;
    let which = Which { period: table.period, form: table.form, name: table.name.clone() };
    unlike(&which, &attachments::of(tx, which.period)?)?;
    let replaced = attachments::keep(tx, kept)?;
    let printed = if table.as_printed { "，照原表" } else { "" };
    let detail = format!("{} {}行（{}）{printed}", which.title(), table.rows.len(), kept.file);
    meta::audit(tx, kept.at, &kept.by, "table.import", &detail)?;
    Ok(replaced)
}

/// Two names that differ in their case alone would be one sheet.
///
/// # Errors
/// Names the other one.
pub fn unlike(which: &Which, kept: &[Attachment]) -> Result<(), Refusal> {
    let like = |table: &&Attachment| {
        table.form == which.form && table.name != which.name && table.name.to_lowercase() == which.name.to_lowercase()
    };
    match kept.iter().find(like) {
        Some(table) => Err(Refusal::field("name", format!("与已有的“{}”只有大小写不同，请换一个 --name", table.name))),
        None => Ok(()),
    }
}

/// Takes a table away.
///
/// # Errors
/// Where there is none, with those that there are.
pub fn remove(tx: &Transaction<'_>, which: &Which, by: &str, now: Moment) -> Result<(), Refusal> {
    if !attachments::remove(tx, which.period, which.form, &which.name)? {
        return Err(missing(which, &attachments::of(tx, which.period)?));
    }
    Ok(meta::audit(tx, now, by, "table.remove", &which.title())?)
}

/// There is no such table.
pub fn missing(which: &Which, kept: &[Attachment]) -> Refusal {
    let known: Vec<String> = kept.iter().map(Attachment::key).collect();
    let known = if known.is_empty() {
        "这个周期还没有附表".to_owned()
    } else {
        format!("有的是：{}", known.join("、"))
    };
    Refusal::state(format!("没有 {} 这张附表；{known}", which.title()))
}
