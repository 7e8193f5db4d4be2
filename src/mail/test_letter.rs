//! A test letter: a row of the outbox like any other, handed over at once, with the server's own words.

use super::classify::MailClass;
use super::ending::why;
use super::post::Postman;
use super::smtp::Limits;
use crate::config::Config;
use crate::domain::{Moment, Role};
use crate::poll::Poller;
use crate::store::{LetterKind, LetterRow, LetterState, NewLetter, StoreError, outbox};
use std::sync::Arc;

/// What became of a test letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// A server, or the folder, has it.
    pub accepted: bool,
    /// It may have arrived: the line broke after the last step.
    pub doubtful: bool,
    /// Class of the answer.
    pub class: String,
    /// The server's own words; empty when it gave none.
    pub reply: String,
    /// What happened without an answer, in our words (Chinese).
    pub told: String,
    /// What cures a refusal (Chinese); never empty where it did not leave.
    pub advice: String,
}

impl Sent {
    /// What was answered, or what happened without an answer; empty when neither is known.
    pub fn course(&self) -> String {
        if self.reply.is_empty() { self.told.clone() } else { format!("服务器答复：{}", self.reply) }
    }

    /// It was written into the folder: no server was asked, and nobody receives it.
    pub fn is_only_written(&self) -> bool {
        self.accepted && self.reply.is_empty()
    }

    /// Why it is not known to have left, and what to do (Chinese); `None` when it left.
    pub fn failure(&self) -> Option<String> {
        match (self.accepted, self.doubtful) {
            (true, _) => None,
            (false, true) => Some(DOUBTFUL.to_owned()),
            (false, false) => Some(format!("测试信没有发出：{}", self.advice)),
        }
    }
}

const DOUBTFUL: &str = "测试信可能已经送到：服务器没有回答最后一步，请到收件箱看；先不要重发";

/// Sends a test letter now. It is a row of the outbox like any other.
///
/// # Errors
/// Those of the store.
pub async fn send_test(poller: &Poller, address: &str, role: Role, now: Moment) -> Result<Sent, StoreError> {
    let config = Arc::clone(&poller.config);
    let postman = Postman {
        store: poller.store.clone(),
        config: Arc::clone(&config),
        secrets: Arc::clone(&poller.secrets),
        poller: poller.clone(),
        data: poller.data.clone(),
        limits: Limits::default(),
    };
    let letter = test_letter(&config, address, role, now);
    let domain = config.mail.domain().to_owned();
    // The daemon may run beside us: held back, so that only this call hands it over.
    let row = poller
        .store
        .write_async(move |tx| {
            let id = outbox::queue(tx, &letter, false, &domain, now)?;
            Ok(id.map(|id| outbox::show(tx, id)).transpose()?.flatten())
        })
        .await?;
    let Some(row) = row else { return Ok(refused("刚刚已经发过一封测试信，请过一秒再试")) };
    if let Some(said) = postman.words(&row, now).await?
        && let Some((composed, bytes)) = postman.composed(&row, said, now).await?
    {
        postman.hand_over(&row, composed, &bytes, now).await?;
    }
    let id = row.id;
    let row = poller.store.read_async(move |conn| outbox::show(conn, id)).await?;
    Ok(row.map_or_else(|| refused("测试信不见了，请再试一次"), sent))
}

/// What became of the test letter of that row. A row without a code was not answered: its words are ours.
pub fn sent(row: LetterRow) -> Sent {
    let words = row.reply_text.trim();
    let reply = row.reply_code.map(|code| format!("{code} {words}").trim().to_owned());
    let advice = Some(why(&row)).filter(|why| !why.is_empty()).unwrap_or_else(|| advice(&row));
    Sent {
        accepted: row.state == LetterState::Sent,
        doubtful: row.state == LetterState::Doubtful,
        told: if reply.is_some() { String::new() } else { words.to_owned() },
        reply: reply.unwrap_or_default(),
        class: row.class,
        advice,
    }
}

fn advice(row: &LetterRow) -> String {
    match row.state {
        LetterState::Sent => String::new(),
        LetterState::Doubtful => MailClass::Doubtful.advice().to_owned(),
        _ => format!("用 cuigeng outbox show {} 看它到了哪一步", row.id),
    }
}

fn refused(advice: &str) -> Sent {
    Sent {
        accepted: false,
        doubtful: false,
        class: String::new(),
        reply: String::new(),
        told: String::new(),
        advice: advice.to_owned(),
    }
}

fn test_letter(config: &Config, address: &str, role: Role, now: Moment) -> NewLetter {
    NewLetter {
        subject: "【测试】这是一封测试信".to_owned(),
        text: format!("这是一封测试信，不涉及任何账号。收到即说明发信正常。\n\n{}\n", config.office.name),
        ..NewLetter::new(LetterKind::Test, address, role, now, Moment::MAX)
    }
}
