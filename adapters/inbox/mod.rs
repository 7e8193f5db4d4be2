//! Files of JSON lines, carried over from a computer that has internet (collector protocol 1, "Inbox
//! files"). Pure: text and questions in, looks out; finding and moving files is the daemon's business.
//!
//! The absence of an `end` line is never "no posts".

use crate::lines::{self, Draft, Line};
use crate::{Ask, Delay, Kinds, Manners, Seen, Strength, Traits};

/// Nothing is to be set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxConfig {}

/// Files of JSON lines.
#[derive(Debug)]
pub struct Inbox {
    _config: InboxConfig,
}

impl Inbox {
    /// A source of that configuration.
    pub fn new(config: InboxConfig) -> Inbox {
        Inbox { _config: config }
    }

    /// Weak: whoever wrote the file is not known.
    pub fn traits(&self, kinds: Kinds) -> Traits {
        Traits {
            strength: Strength::Weak,
            sees: kinds,
            delay: Delay::None,
            ends_lists: false,
            pinned_allowance: 0,
            page_cap: 1,
            manners: Manners::OWN,
        }
    }

    /// The looks that a file holds. An account is named by `account` (the question's key), or by
    /// `platform` and `account_id`. Lines before a bad one count; a file that breaks off leaves its
    /// posts as sightings.
    pub fn read(&self, text: &str, asks: &[Ask]) -> FileRead {
        let mut made_at = None;
        let mut drafts: Vec<Draft> = asks.iter().map(|_| Draft::default()).collect();
        let (mut fault, mut unknown) = (None, 0);
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let named = match lines::read(line.trim_start_matches('\u{feff}').trim()) {
                Some(Line::File { at }) => {
                    made_at = at;
                    true
                }
                Some(Line::Post { of, post }) => each(asks, &of, &mut drafts, |draft| draft.post(post.clone())),
                Some(Line::End { of, end }) => each(asks, &of, &mut drafts, |draft| draft.close(&end)),
                Some(_) => true,
                None => {
                    fault = Some(format!("第{number}行不是一个 JSON 对象，这一行和它后面的都没有采用"));
                    break;
                }
            };
            unknown += usize::from(!named);
        }
        let told = drafts.into_iter().enumerate().filter(|(_, draft)| draft.is_told());
        let looks = told.map(|(i, draft)| (i, draft.finish(&asks[i], made_at, self.traits(asks[i].kinds)))).collect();
        FileRead { looks, fault, unknown }
    }
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRead {
    /// Looks, each with the place of its question.
    pub looks: Vec<(usize, Seen)>,
    /// What is wrong with the file (Chinese, naming the line).
    pub fault: Option<String>,
    /// Lines that name no account that was asked for.
    pub unknown: usize,
}

/// Whether the line named any account.
fn each(asks: &[Ask], of: &lines::Of, drafts: &mut [Draft], act: impl Fn(&mut Draft) -> bool) -> bool {
    let mut named = false;
    for (ask, draft) in asks.iter().zip(drafts) {
        if of.means(ask) {
            act(draft);
            named = true;
        }
    }
    named
}

#[cfg(test)]
mod tests;
