//! What an import would change of a person, for whoever reads it.

use crate::domain::Person;
use chrono::NaiveDate;
use serde::Serialize;
use std::fmt;

/// A new person, or what changes of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonChange {
    /// Not on the sheet before.
    pub added: bool,
    /// 单位.
    pub office: String,
    /// 姓名.
    pub name: String,
    /// 角色.
    pub role: String,
    /// What differs: column, before, after.
    pub fields: Vec<(&'static str, String, String)>,
}

impl PersonChange {
    /// What differs; `None` when nothing does.
    pub(super) fn between(before: Option<&Person>, after: &Person) -> Option<PersonChange> {
        let fields = before.map_or_else(Vec::new, |before| differences(before, after));
        (before.is_none() || !fields.is_empty()).then(|| PersonChange {
            added: before.is_none(),
            office: after.office.clone(),
            name: after.name.clone(),
            role: after.role_chinese(),
            fields,
        })
    }
}

fn differences(before: &Person, after: &Person) -> Vec<(&'static str, String, String)> {
    let all = shown(before).into_iter().zip(shown(after));
    all.filter(|((_, was), (_, is))| was != is).map(|((column, was), (_, is))| (column, was, is)).collect()
}

fn shown(person: &Person) -> [(&'static str, String); 8] {
    let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    [
        ("角色", person.role_chinese()),
        ("职务", person.post.clone()),
        ("手机", person.mobile.clone()),
        ("固话", person.landline.clone()),
        ("邮箱", person.emails.join(";")),
        ("QQ", person.qq.clone()),
        ("起", day(person.from)),
        ("止", day(person.to)),
    ]
}

impl fmt::Display for PersonChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.added { "新增" } else { "修改" };
        write!(f, "{what} {} {}（{}）", self.office, self.name, self.role)?;
        let named = |text: &str| if text.is_empty() { "（空）".to_owned() } else { text.to_owned() };
        for (i, (column, was, is)) in self.fields.iter().enumerate() {
            write!(f, "{}{column} {} → {}", if i == 0 { "：" } else { "，" }, named(was), named(is))?;
        }
        Ok(())
    }
}
