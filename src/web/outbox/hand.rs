//! What a person does with a letter on its page.

use super::super::Shared;
use super::super::act::Operator;
use super::super::session::Act;
use crate::answer::Word;
use crate::config::Mode;
use crate::deeds::Refusal;
use crate::deeds::outbox::{self, Told};
use crate::deeds::when::unclear_time;
use crate::domain::{AccountId, Moment};
use crate::store::Transaction;
use crate::store::desk::{Call, Deed};
use crate::store::restored::Waits;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;

/// What is wanted, read from the form before anything is touched.
enum Wish {
    Letter(Deed, &'static str),
    Call { accounts: Vec<AccountId>, call: Call },
    Answer(Told),
    Settle { answer: i64, note: String },
    Revoke,
}

/// `/outbox/{id}/{deed}`
pub(in crate::web) async fn act(
    State(shared): State<Shared>,
    Path((id, deed)): Path<(String, String)>,
    uri: Uri,
    Operator(act): Operator,
) -> Response {
    let (now, by) = (shared.web.clock.now(), act.by().to_owned());
    let id = id.parse().unwrap_or(0);
    let done = match read(&deed, &act, now) {
        Ok(wish) => {
            let configured = shared.web.config.mode;
            shared.web.store.attempt_async(move |tx| carry_out(tx, configured, (id, &wish), &by, now)).await
        }
        Err(refusal) => Err(refusal),
    };
    shared.answer(&act, &uri, &format!("../{id}"), done)
}

/// `/outbox/release`: after a restore, what waits has been seen and may leave.
pub(in crate::web) async fn release(State(shared): State<Shared>, uri: Uri, Operator(act): Operator) -> Response {
    let (now, by) = (shared.web.clock.now(), act.by().to_owned());
    let number = |name: &str| act.text(name).parse().unwrap_or(-1);
    let seen = Waits { letters: number("letters"), doubted: number("doubted"), newest: number("newest") };
    let deed = move |tx: &Transaction<'_>| {
        let waits = outbox::release(tx, &by, Some(seen), now)?;
        Ok(format!("已放行，待发的{}封照常发出；其中{}封会写明“可能重复”", waits.letters, waits.doubted))
    };
    let done = shared.web.store.attempt_async(deed).await;
    shared.web.clock.ring();
    shared.answer(&act, &uri, "../outbox", done)
}

fn read(deed: &str, act: &Act, now: Moment) -> Result<Wish, Refusal> {
    let text = |name: &str| act.text(name).trim().to_owned();
    let accounts: Vec<AccountId> = act.text("account").parse().map(AccountId).into_iter().collect();
    Ok(match deed {
        "retry" => Wish::Letter(Deed::Retry, ""),
        "cancel" => Wish::Letter(Deed::Cancel { reason: text("reason") }, "已取消，不会再发"),
        "arrived" => Wish::Letter(Deed::Arrived, "已记为收到"),
        "called" => {
            let at = moment(&text("at"), now)?;
            Wish::Call {
                accounts,
                call: Call { account: AccountId(0), by: act.by().to_owned(), at, note: text("note") },
            }
        }
        "answer" => {
            let word = Word::from_word(act.text("word")).ok_or_else(|| Refusal::field("word", "请选择对方怎样答复"))?;
            Wish::Answer(Told { word, accounts, url: text("url"), note: text("note"), by: act.by().to_owned() })
        }
        "settle" => Wish::Settle { answer: act.text("answer").parse().unwrap_or(0), note: text("note") },
        "revoke" => Wish::Revoke,
        _ => return Err(Refusal::wish("没有这样的操作，没有改动")),
    })
}

/// A moment as browsers and people write it; now where nothing is written.
fn moment(text: &str, now: Moment) -> Result<Moment, Refusal> {
    if text.is_empty() {
        return Ok(now);
    }
    Moment::parse(text).ok_or_else(|| Refusal::field("at", unclear_time("通话时间", text)))
}

fn carry_out(
    tx: &Transaction<'_>,
    configured: Mode,
    (id, wish): (i64, &Wish),
    by: &str,
    now: Moment,
) -> Result<String, Refusal> {
    match wish {
        Wish::Letter(deed, said) => {
            outbox::act(tx, id, deed, by, now)?;
            let again = if matches!(deed, Deed::Retry) { Some(outbox::again(tx, configured, id)?) } else { None };
            Ok(format!("信{id}{}", again.as_deref().unwrap_or(said)))
        }
        Wish::Call { accounts, call } => {
            let new = outbox::called(tx, id, accounts, call, now)?;
            Ok(format!("已登记电话通知，涉及{new}个账号"))
        }
        Wish::Answer(told) => Ok(match outbox::answer(tx, id, told, now)? {
            0 => "已经登记过同样的回复，没有重复登记".to_owned(),
            new => format!("已登记回复“{}”，涉及{new}个账号", told.word.chinese()),
        }),
        Wish::Settle { answer, note } => {
            let settled = outbox::settle(tx, *answer, by, note, now)?;
            Ok(format!("回复{answer}（{}）已处理", settled.word.chinese()))
        }
        Wish::Revoke => {
            outbox::revoke(tx, id, by, now)?;
            Ok("信中的链接已作废".to_owned())
        }
    }
}
