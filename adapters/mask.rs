//! Takes credentials out of words that others wrote, before anybody keeps or shows them.

use serde_json::Value;

/// A shorter credential is a word of the language; replacing it would only garble.
const SHORTEST: usize = 4;
/// The same for a part of a credential, such as one value of a cookie.
const SHORTEST_PART: usize = 12;

/// What must not be repeated. It never prints itself.
#[derive(Clone, Default)]
pub struct Mask(Vec<String>);

impl Mask {
    /// Hides these credentials, and the longer parts of those that have several (cookies, JSON).
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Mask {
        let mut hidden: Vec<String> = Vec::new();
        for secret in secrets {
            let parts = secret.split([';', '&', '=', ',', '"', '\n', ' ']).map(str::trim);
            hidden.extend(parts.filter(|part| part.len() >= SHORTEST_PART).map(str::to_owned));
            hidden.extend(Some(secret.trim().to_owned()).filter(|whole| whole.len() >= SHORTEST));
        }
        // The longest first, or its rest would stand beside the stars.
        hidden.sort_by_key(|text| std::cmp::Reverse(text.len()));
        hidden.dedup();
        Mask(hidden)
    }

    /// The text without them.
    pub fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    /// The same of every text in a value.
    pub fn hide_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.hide(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_in(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.hide_in(field)),
            _ => {}
        }
    }
}

impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mask({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wholes_and_long_parts_are_hidden_and_words_are_not() {
        let mask = Mask::new(["SUB=_2A25CANARYCANARY; ALF=1798", "abc", "tokentoken"]);
        for (text, want) in [
            ("cookie SUB=_2A25CANARYCANARY; ALF=1798 refused", "cookie *** refused"),
            ("only _2A25CANARYCANARY here", "only *** here"),
            ("ALF=1798 and abc stay", "ALF=1798 and abc stay"),
            ("tokentoken", "***"),
        ] {
            assert_eq!(mask.hide(text), want);
        }
        let mut value = serde_json::json!({"a": ["x tokentoken", 1], "b": {"c": "tokentoken"}});
        mask.hide_in(&mut value);
        assert_eq!(value, serde_json::json!({"a": ["x ***", 1], "b": {"c": "***"}}));
        assert_eq!(format!("{mask:?}"), "Mask(3)");
    }
}
