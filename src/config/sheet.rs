//! A TOML text under reading: sections and values with their places, and the mistakes found so far.
//!
//! Whoever asks a section for a key thereby declares it; what was never asked for is unknown when
//! the section is [closed](Section::close). Reading goes on after a mistake, so that all are found.

use super::faults::{ConfigFault, is_secretive};
use super::syntax::Written;
use super::value::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text under reading.
pub(super) struct Sheet<'t> {
    written: &'t Written,
    root: Spanned<DeTable<'t>>,
    faults: RefCell<Vec<ConfigFault>>,
    asked: RefCell<BTreeSet<String>>,
}

/// A section of a sheet; also one that was not written.
pub(super) struct Section<'s, 't> {
    pub(super) sheet: &'s Sheet<'t>,
    path: String,
    table: Option<&'s DeTable<'t>>,
    span: Range<usize>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t> Sheet<'t> {
    /// What was written, so far as it is TOML.
    pub(super) fn new(written: &'t Written) -> Sheet<'t> {
        let (root, _) = DeTable::parse_recoverable(&written.sound);
        Sheet { written, root, faults: RefCell::new(written.faults.clone()), asked: RefCell::default() }
    }

    /// The sheet's top level.
    pub(super) fn root(&self) -> Section<'_, 't> {
        self.section(String::new(), Some(self.root.get_ref()), 0..0)
    }

    /// Notes a mistake.
    pub(super) fn fault(&self, span: Range<usize>, key: &str, said: &str, cure: &str, hide: bool) {
        let place = ConfigFault::at(&self.written.file, &self.written.text, span, hide || is_secretive(key));
        self.faults.borrow_mut().push(place.saying(key, said, cure));
    }

    /// Notes mistakes of another file that this one names.
    pub(super) fn adopt(&self, faults: Vec<ConfigFault>) {
        self.faults.borrow_mut().extend(faults);
    }

    /// Whether every line could be read.
    pub(super) fn is_sound(&self) -> bool {
        self.written.faults.is_empty()
    }

    /// Whether a mistake was noted for that very key or section.
    pub(super) fn has_fault(&self, key: &str) -> bool {
        self.faults.borrow().iter().any(|fault| fault.key == key)
    }

    /// Every mistake so far.
    pub(super) fn into_faults(self) -> Vec<ConfigFault> {
        self.faults.into_inner()
    }

    /// Every key that was asked for, with its sections.
    #[cfg(test)]
    pub(super) fn asked(&self) -> BTreeSet<String> {
        self.asked.borrow().clone()
    }

    fn section<'s>(&'s self, path: String, table: Option<&'s DeTable<'t>>, span: Range<usize>) -> Section<'s, 't> {
        Section { sheet: self, path, table, span, asked: RefCell::default() }
    }
}

impl<'s, 't> Section<'s, 't> {
    /// The value of `key`, if it was written.
    pub(super) fn get(&self, key: &'static str) -> Option<Value<'s, 't>> {
        if !self.asked.borrow().contains(&key) {
            self.asked.borrow_mut().push(key);
        }
        self.sheet.asked.borrow_mut().insert(self.full(key));
        let (key, value) = self.table?.get_key_value(key)?;
        Some(Value { sheet: self.sheet, key: self.full(key.get_ref()), key_span: key.span(), value })
    }

    /// What `read` makes of the value of `key`; `None` when it is missing or refused.
    pub(super) fn opt<T>(&self, key: &'static str, read: impl FnOnce(&Value<'s, 't>) -> Option<T>) -> Option<T> {
        self.get(key).and_then(|value| read(&value))
    }

    /// The same with what holds when the key is missing.
    pub(super) fn or<T>(&self, key: &'static str, default: T, read: impl FnOnce(&Value<'s, 't>) -> Option<T>) -> T {
        self.opt(key, read).unwrap_or(default)
    }

    /// The same for a key that must be written; `None` is already a noted mistake.
    pub(super) fn must<T>(
        &self,
        key: &'static str,
        cure: &str,
        read: impl FnOnce(&Value<'s, 't>) -> Option<T>,
    ) -> Option<T> {
        match self.get(key) {
            Some(value) => read(&value),
            None => {
                self.missing(key, "没有写这一项", cure);
                None
            }
        }
    }

    /// The section of that name; an empty one when it was not written.
    pub(super) fn sub(&self, key: &'static str) -> Section<'s, 't> {
        self.get(key)
            .map_or_else(|| self.sheet.section(self.full(key), None, self.span.clone()), |value| value.section())
    }

    /// Every entry as a section: for names that the operator chooses.
    pub(super) fn children(&self) -> Vec<(String, Section<'s, 't>)> {
        self.entries().into_iter().map(|(name, value)| (name, value.section())).collect()
    }

    /// Every entry: for names that the operator chooses.
    pub(super) fn entries(&self) -> Vec<(String, Value<'s, 't>)> {
        let value = |(key, value): (&'s Spanned<_>, &'s Spanned<DeValue<'t>>)| {
            let name: &std::borrow::Cow<'t, str> = key.get_ref();
            (name.to_string(), Value { sheet: self.sheet, key: self.full(name), key_span: key.span(), value })
        };
        self.table.into_iter().flatten().map(value).collect()
    }

    /// Whether the section was written.
    pub(super) fn is_written(&self) -> bool {
        self.table.is_some()
    }

    /// Notes that something is missing. Where lines could not be read nobody knows what is missing.
    pub(super) fn missing(&self, key: &str, said: &str, cure: &str) {
        if self.sheet.is_sound() {
            self.sheet.fault(self.span.clone(), &self.full(key), said, cure, false);
        }
    }

    /// Notes a mistake of `key`, shown where `near` was written, else at the section's head.
    pub(super) fn refuse_near(&self, near: &str, key: &str, said: &str, cure: &str) {
        let place = self.table.and_then(|table| table.get_key_value(near)).map(|(written, _)| written.span());
        self.sheet.fault(place.unwrap_or(self.span.clone()), key, said, cure, false);
    }

    /// Refuses every key that was not asked for.
    pub(super) fn close(self) {
        let asked = self.asked.borrow();
        for (name, value) in self.entries().iter().filter(|(name, _)| !asked.contains(&name.as_str())) {
            let cure = match nearest(name, asked.iter().copied()) {
                Some(meant) => format!("是不是想写 {meant}？"),
                None => format!("这里可以写的有：{}；不需要就删去", asked.join("、")),
            };
            let what = if value.value.get_ref().is_table() { "没有这一节" } else { "没有这个键" };
            self.sheet.fault(value.key_span.clone(), &value.key, what, &cure, true);
        }
    }

    fn full(&self, key: &str) -> String {
        match (self.path.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (false, true) => self.path.clone(),
            (false, false) => format!("{}.{key}", self.path),
        }
    }
}

impl<'s, 't> Value<'s, 't> {
    /// The value as a section; anything else is a noted mistake and an empty section.
    pub(super) fn section(&self) -> Section<'s, 't> {
        let table = self.value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type::<()>("一节", "写成 [节名] 开头的一节，或 { 键 = 值 } 的形式");
        }
        self.sheet.section(self.key.clone(), table, self.key_span.clone())
    }
}

/// The name that was probably meant.
pub(super) fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let written = written.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&written, &name.to_lowercase());
    let best = names.min_by_key(|name| distance(name))?;
    let longest = best.chars().count().max(written.chars().count());
    let off = distance(best);
    ((off == 1 && longest > 1) || off * 5 <= longest * 2).then_some(best)
}
