//! Why a letter exists: which rung of which ladder, about what, and on which verdict it rests.

use crate::domain::AccountId;
use crate::mail::preview::rung;
use crate::spoken::{beijing, rule_chinese};
use crate::store::desk::{self, Call};
use crate::store::{Connection, LetterRow, Mention, StoreError, outbox, recalls};
use serde_json::{Value, json};

/// A letter with its reasons.
pub(crate) struct Told {
    pub(crate) letter: LetterRow,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) calls: Vec<Call>,
}

/// One mention, and the revision of the verdict that it rests on.
pub(crate) struct Reason {
    pub(crate) mention: Mention,
    revision: Option<i64>,
}

impl Told {
    /// A letter with all that it says.
    pub(crate) fn load(conn: &Connection, letter: LetterRow) -> Result<Told, StoreError> {
        let mut reasons = Vec::new();
        for mention in outbox::mentions(conn, letter.id)? {
            let revision = mention.revision.map(|verdict| recalls::revision(conn, verdict)).transpose()?;
            reasons.push(Reason { mention, revision });
        }
        Ok(Told { calls: desk::calls(conn, letter.id)?, letter, reasons })
    }

    /// The newest letters that speak of an account, each with what it says of it.
    pub(crate) fn about(conn: &Connection, account: AccountId, limit: i64) -> Result<Vec<Told>, StoreError> {
        let letters = outbox::about(conn, account, limit)?;
        let mut all = letters.into_iter().map(|one| Told::load(conn, one)).collect::<Result<Vec<_>, _>>()?;
        for one in &mut all {
            one.reasons.retain(|reason| reason.mention.account == account);
            one.calls.retain(|call| call.account == account);
        }
        Ok(all)
    }

    /// In lines: the letter, why it was owed, and the calls in its place.
    pub(crate) fn lines(&self) -> Vec<String> {
        let letter = &self.letter;
        let why = crate::mail::why(letter);
        let ended = if why.is_empty() { String::new() } else { format!("（{why}）") };
        let (at, role) = (beijing(letter.slot), letter.role.chinese());
        let mut lines =
            vec![format!("{at} 给{role} {}：{}{ended}　信{}", letter.recipient, letter.standing(), letter.id)];
        lines.extend(self.reasons.iter().map(|reason| format!("  因为{}", reason.said())));
        lines.extend(self.calls.iter().map(called));
        lines
    }

    pub(crate) fn as_json(&self) -> Value {
        let reasons: Vec<Value> = self.reasons.iter().map(Reason::as_json).collect();
        let calls: Vec<Value> =
            self.calls.iter().map(|call| json!({"by": call.by, "at": call.at, "note": call.note})).collect();
        let letter = &self.letter;
        json!({"id": letter.id, "slot": letter.slot, "recipient": letter.recipient, "state": letter.state.word(),
            "trial": letter.trial, "reason": letter.reason, "mentions": reasons, "calls": calls})
    }
}

impl Reason {
    /// 连续未更新（第10天一级），最近更新2026-11-13，依据第1次判定的结论
    pub(crate) fn said(&self) -> String {
        let (mention, is_day) = (&self.mention, self.mention.stage.starts_with("day"));
        let anchor = if is_day {
            format!("最近更新{}", mention.anchor)
        } else {
            format!("{}，{}起", rule_chinese(&mention.rule), mention.anchor)
        };
        let basis = self.revision.map_or_else(String::new, |revision| format!("，依据第{revision}次判定的结论"));
        format!("{}，{anchor}{basis}", rung(&mention.stage))
    }

    fn as_json(&self) -> Value {
        let mention = &self.mention;
        json!({"rule": mention.rule, "anchor": mention.anchor.to_string(), "stage": mention.stage, "revision": self.revision})
    }
}

fn called(call: &Call) -> String {
    let note = if call.note.is_empty() { String::new() } else { format!("：{}", call.note) };
    format!("  电话通知 {}，{}{note}", beijing(call.at), call.by)
}
