//! What somebody typed into a form that was refused. The next page of his session puts it back into that
//! form, once: fields filled in, the faulty one marked, with the reason beside it and the cursor in it. It
//! is kept in memory only, bounded in size and time, and goes into no log and no address. Templates ask by
//! `again("/account/3/post")`, the address that the form is sent to; where a page has several forms to one
//! address, its hidden fields tell them apart: `again("/settings/user/rank", name=user.name)`.

use crate::domain::Moment;
use minijinja::value::{Kwargs, Object, from_args};
use minijinja::{Error, ErrorKind, HtmlEscape, State, Value};
use std::fmt;
use std::sync::Arc;

/// How long it waits for the next page.
const KEPT_S: i64 = 15 * 60;
/// Bytes that are kept of one form; a longer one (a pasted notice, say) shows itself again by its own page.
const LARGEST: usize = 16 * 1024;

/// One form as it was sent.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Typed {
    /// The address that it was sent to.
    form: String,
    fields: Vec<(String, String)>,
    /// The field that is wrong; empty where none alone is.
    wrong: &'static str,
    /// Why it was refused.
    why: String,
    at: Moment,
}

/// Only where it belongs: what was typed is nobody's business but its writer's.
impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Typed({})", self.form)
    }
}

impl Typed {
    /// `None` where it is too much to keep. Neither the seal nor a password is kept.
    pub(super) fn of(
        form: &str,
        fields: &[(String, String)],
        (wrong, why): (&'static str, &str),
        at: Moment,
    ) -> Option<Typed> {
        let size: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        let open = |(name, _): &&(String, String)| name != "seal" && !name.contains("password");
        let fields = fields.iter().filter(open).cloned().collect();
        (size <= LARGEST).then(|| Typed { form: form.to_owned(), fields, wrong, why: why.to_owned(), at })
    }

    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        now.since(self.at) < KEPT_S
    }

    fn said(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// `again` of the templates.
#[derive(Debug)]
pub(super) struct Again(pub(super) Option<Arc<Typed>>);

impl Object for Again {
    /// The form of that address, and of those hidden fields.
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (form, told): (&str, Kwargs) = from_args(args)?;
        let mut typed = self.0.clone().filter(|typed| typed.form == form);
        let names: Vec<String> = told.args().map(str::to_owned).collect();
        for name in names {
            let wanted: Value = told.get(&name)?;
            typed = typed.filter(|typed| typed.said(&name).unwrap_or_default() == wanted.to_string());
        }
        Ok(Value::from_object(Form(typed)))
    }
}

/// One form of a page, and what was typed into it, if it was the one.
#[derive(Debug)]
struct Form(Option<Arc<Typed>>);

impl Object for Form {
    /// `open` for what folds around it; `said` for the reason that belongs to no field.
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "open" => Some(safe(self.0.as_ref().map_or_else(String::new, |_| " open".to_owned()))),
            "said" => Some(safe(self.message(""))),
            _ => None,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        key.as_str().and_then(|key| self.get_value_by_str(key))
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        match method {
            "text" => {
                let (name, value, about): (&str, Option<Value>, Option<&str>) = from_args(args)?;
                Ok(safe(self.text(name, &plain(value), about.unwrap_or_default())))
            }
            "tick" => {
                let (name, value, ticked): (&str, Value, Option<bool>) = from_args(args)?;
                let is = self.is_chosen(name, &value.to_string(), ticked);
                Ok(safe(format!("{}{}", if is { " checked" } else { "" }, self.mark(name, ""))))
            }
            // One of several beside each other: the mark is theirs together.
            "choose" => {
                let (name, value, chosen): (&str, Value, Option<bool>) = from_args(args)?;
                Ok(chosen_as(self.is_chosen(name, &value.to_string(), chosen), " checked"))
            }
            "pick" => {
                let (name, value, picked): (&str, Value, Option<bool>) = from_args(args)?;
                Ok(chosen_as(self.is_chosen(name, &value.to_string(), picked), " selected"))
            }
            "mark" => from_args(args).map(|(name,): (&str,)| safe(self.mark(name, ""))),
            "why" => from_args(args).map(|(name,): (&str,)| safe(self.message(name))),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

impl Form {
    /// Value and mark of a line of text; `value` stands there at first, `about` says more of the field.
    fn text(&self, name: &str, value: &str, about: &str) -> String {
        let value = self.0.as_ref().map_or(value, |typed| typed.said(name).unwrap_or_default());
        let value = if value.is_empty() { String::new() } else { format!(" value=\"{}\"", HtmlEscape(value)) };
        format!("{value}{}", self.mark(name, about))
    }

    /// Whether that value was chosen; `first`: whether it is at first.
    fn is_chosen(&self, name: &str, value: &str, first: Option<bool>) -> bool {
        self.0.as_ref().map_or(first.unwrap_or_default(), |typed| typed.said(name) == Some(value))
    }

    /// What assistive software is told of the field, and where the cursor goes.
    fn mark(&self, name: &str, about: &str) -> String {
        match (self.is_wrong(name), about) {
            (false, "") => String::new(),
            (false, about) => format!(" aria-describedby=\"{about}\""),
            (true, about) => {
                format!(" aria-invalid=\"true\" autofocus aria-describedby=\"{}\"", format!("{about} wrong").trim())
            }
        }
    }

    /// The reason, beside the field or (without a name) at the head of the form.
    fn message(&self, name: &str) -> String {
        match &self.0 {
            Some(typed) if typed.wrong == name => {
                // What is wrong as a whole stands above with all its points; a heading alone says nothing.
                let is_said = typed.why.lines().next().is_some_and(|line| !line.ends_with('：'));
                let shown = if name.is_empty() && is_said { 1 } else { usize::MAX };
                let lines = typed.why.lines().take(shown).map(|line| HtmlEscape(line.trim()).to_string());
                let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
                format!("<span class=\"wrong\" id=\"wrong\">{}</span>", lines.join("<br>"))
            }
            _ => String::new(),
        }
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|typed| typed.wrong == name)
    }
}

fn plain(value: Option<Value>) -> String {
    value.filter(|value| !value.is_none() && !value.is_undefined()).map_or_else(String::new, |value| value.to_string())
}

fn chosen_as(is: bool, word: &'static str) -> Value {
    Value::from_safe_string(if is { word.to_owned() } else { String::new() })
}

fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}

#[cfg(test)]
#[path = "typed_tests.rs"]
mod tests;
