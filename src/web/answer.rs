//! The page of a letter: `/a/{token}`. Opening it changes nothing, since mail gateways open links by
//! themselves; only the form does.

use super::Web;
use super::chrome::{notice, page};
use super::gate::From;
use super::view::{Door, Typed};
use crate::answer::{Given, LONGEST, Way, Word, plausible_url};
use crate::domain::AccountId;
use crate::mail::message::clean;
use crate::store::{LetterRow, StoreError, answers, outbox};
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// A form: names may come several times.
type Fields = Result<Form<Vec<(String, String)>>, FormRejection>;

/// Shows the letter and what can be answered.
pub(super) async fn show(State(web): State<Web>, uri: Uri) -> Response {
    match opened(&web, &uri).await {
        Ok(letter) => shown(&web, letter, Typed::default(), StatusCode::OK, &uri).await,
        Err(status) => notice(status, &uri),
    }
}

/// Keeps an answer; then the page is shown anew by its own address, so that a reload says nothing twice.
pub(super) async fn take(
    State(web): State<Web>,
    Extension(from): Extension<From>,
    uri: Uri,
    fields: Fields,
) -> Response {
    let letter = match opened(&web, &uri).await {
        Ok(letter) => letter,
        Err(status) => return notice(status, &uri),
    };
    let fields = match fields {
        Ok(Form(fields)) => fields,
        Err(refused) => return notice(refused.status(), &uri),
    };
    let typed = typed(&fields);
    let kept = match given(&fields, &typed, from) {
        Ok(given) => give(&web, letter.clone(), given).await,
        Err(trouble) => Ok(Err(trouble)),
    };
    match kept {
        Ok(Ok(())) => (StatusCode::SEE_OTHER, [(header::LOCATION, token(&uri).to_owned())]).into_response(),
        Ok(Err(trouble)) => {
            shown(&web, letter, Typed { trouble, ..typed }, StatusCode::UNPROCESSABLE_ENTITY, &uri).await
        }
        Err(error) => notice(failed(&error), &uri),
    }
}

/// As it was sent: no other way of writing the same address is a token.
fn token(uri: &Uri) -> &str {
    uri.path().strip_prefix("/a/").unwrap_or_default()
}

/// The letter that the address opens, or what to say instead.
async fn opened(web: &Web, uri: &Uri) -> Result<LetterRow, StatusCode> {
    match web.door(token(uri)).await {
        Ok(Door::Open(letter)) => Ok(*letter),
        Ok(Door::Ended) => Err(StatusCode::GONE),
        Ok(Door::Nothing) => Err(StatusCode::NOT_FOUND),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &StoreError) -> StatusCode {
    tracing::error!(%error, "web.store_failed");
    StatusCode::SERVICE_UNAVAILABLE
}

async fn shown(web: &Web, letter: LetterRow, typed: Typed, status: StatusCode, uri: &Uri) -> Response {
    match web.view(letter, typed).await {
        Ok(values) => page(status, "answer.html", uri, values),
        Err(error) => notice(failed(&error), uri),
    }
}

fn typed(fields: &[(String, String)]) -> Typed {
    let text = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let numbers = fields.iter().filter(|(key, _)| key == "account");
    Typed {
        trouble: String::new(),
        // What is no number names no account of this letter.
        accounts: numbers.map(|(_, value)| AccountId(value.parse().unwrap_or(0))).collect(),
        url: clean(text("url")).chars().take(LONGEST + 1).collect(),
        note: clean(text("note")).chars().take(LONGEST + 1).collect(),
    }
}

/// What the form says, or what is wrong with it (Chinese).
fn given(fields: &[(String, String)], typed: &Typed, from: From) -> Result<Given, String> {
    let word = fields.iter().find(|(key, _)| key == "word").and_then(|(_, value)| Word::from_word(value));
    let word = word.ok_or("请从三个按钮中选一项")?;
    if typed.note.chars().count() > LONGEST {
        return Err(format!("说明太长，请不要超过{LONGEST}字"));
    }
    let url = match (word, typed.url.as_str()) {
        // A field that was only begun is empty.
        (Word::Posted, "" | "http://" | "https://") => String::new(),
        (Word::Posted, url) => plausible_url(url)
            .ok_or("发布链接看不懂：请从浏览器或客户端复制 http 或 https 开头的完整网址，没有就留空")?,
        // A link beside another answer is a slip.
        _ => String::new(),
    };
    let way = Way::Link { from: from.0.to_string() };
    Ok(Given { word, accounts: typed.accounts.clone(), way, url, note: typed.note.clone() })
}

/// Keeps the answer and rings for those who look and follow up.
async fn give(web: &Web, letter: LetterRow, given: Given) -> Result<Result<(), String>, StoreError> {
    let now = web.clock.now();
    let id = letter.id;
    let kept = web.store.write_async(move |tx| {
        // Somebody may have ended letter or link since the page was asked for.
        if answers::link(tx, id)?.is_none_or(|link| link.revoked) {
            return Ok(Err("链接已经作废".to_owned()));
        }
        let letter = outbox::show(tx, id)?.unwrap_or(letter);
        answers::give(tx, &letter, &given, now)
    });
    let kept = kept.await?;
    Ok(kept.map(|new| {
        tracing::info!(letter.id = id, new, "answer.given");
        if new > 0 {
            web.clock.ring();
        }
    }))
}
