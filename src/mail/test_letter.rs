//! A test letter: a row of the outbox like any other, handed over at once, with the server's own words.

use super::post::Postman;
use super::smtp::Limits;
use crate::config::Config;
use crate::domain::{Moment, Role};
use crate::poll::Poller;
use crate::store::{LetterKind, LetterState, NewLetter, StoreError, outbox};
use std::sync::Arc;

/// What became of a test letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// A server, or the folder, has it.
    pub accepted: bool,
    /// Class of the answer.
    pub class: String,
    /// The server's own words.
    pub reply: String,
    /// What cures a refusal (Chinese).
    pub advice: String,
}

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
    Ok(row.map_or_else(
        || refused("测试信不见了"),
        |row| Sent {
            accepted: row.state == LetterState::Sent,
            class: row.class,
            reply: format!("{} {}", row.reply_code.map_or_else(String::new, |code| code.to_string()), row.reply_text)
                .trim()
                .to_owned(),
            advice: row.reason,
        },
    ))
}

fn refused(advice: &str) -> Sent {
    Sent { accepted: false, class: String::new(), reply: String::new(), advice: advice.to_owned() }
}

fn test_letter(config: &Config, address: &str, role: Role, now: Moment) -> NewLetter {
    NewLetter {
        subject: "【测试】这是一封测试信".to_owned(),
        text: format!("这是一封测试信，不涉及任何账号。收到即说明发信正常。\n\n{}\n", config.office.name),
        ..NewLetter::new(LetterKind::Test, address, role, now, Moment::MAX)
    }
}
