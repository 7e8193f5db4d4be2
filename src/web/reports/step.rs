//! The steps of a 通报: 起草, 核对稿, 送审, 退回, 签发, 作废.

use super::super::Shared;
use super::super::act::Operator;
use super::super::chrome::notice;
use super::super::session::Act as Form;
use crate::bulletin::{Act, document_number};
use crate::deeds::bulletin::{self as deeds, Kept, Taking};
use crate::deeds::{Refusal, discard, when, words};
use crate::domain::{Moment, Period};
use crate::issued::SignAsk;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use std::sync::Arc;

/// What is wanted, read from the form before anything is touched.
enum Wish {
    Step(Taking),
    Sign(SignAsk),
    Discard(discard::Wish),
}

/// `/reports/{period}/{step}`
async fn take_step(shared: Shared, period: Period, step: String, uri: Uri, form: Form) -> Response {
    let (store, config, now) = (shared.web.store.clone(), Arc::clone(&shared.web.config), shared.web.clock.now());
    let wish = read(&step, period, &form, now);
    let dir = store.dir().to_owned();
    let deed = async move {
        let mut wish = wish?;
        let own = tokio::task::spawn_blocking(move || words::read(&dir, period)).await;
        let own = own.unwrap_or(Ok(None)).map_err(Refusal::State)?;
        match &mut wish {
            Wish::Step(taking) => taking.words = own,
            Wish::Sign(ask) => ask.words = own,
            Wish::Discard(_) => {}
        }
        store
            .attempt_async(move |tx| match &wish {
                Wish::Discard(wish) => discard::discard(tx, &config, wish, now)
                    .map(|gone| format!("{}已作废，这一期可以重新起草", gone.stage().chinese())),
                Wish::Step(taking) => deeds::take(tx, &config, taking, now).map(|kept| said(&kept)),
                Wish::Sign(ask) => deeds::issue(tx, &config, period, ask, now).map(|signed| {
                    let withdrawn =
                        if signed.withdrawn > 0 { format!("，撤销{}项", signed.withdrawn) } else { String::new() };
                    format!(
                        "已签发（第{}版），内容从此不变；建立整改项{}项{withdrawn}，反馈期限{}",
                        signed.version, signed.opened, signed.due
                    )
                }),
            })
            .await
    };
    shared.in_time(form, &uri, &format!("../{period}"), deed).await
}

/// The handler: who may, and of which period.
pub(in crate::web) async fn take(
    State(shared): State<Shared>,
    Path((period, step)): Path<(String, String)>,
    uri: Uri,
    Operator(form): Operator,
) -> Response {
    // 起草 is asked for on the list, where the period is a field.
    let named = if period == "new" { form.text("period").to_owned() } else { period };
    let now = shared.web.clock.now();
    match Period::parse(&named).filter(|period| !matches!(period, Period::Week(_)) && period.begins() <= now) {
        Some(period) => take_step(shared, period, step, uri, form).await,
        None if step == "draft" => shared.answer(
            &form,
            &uri,
            "../../reports",
            Err(Refusal::field("period", "请选择哪一期；还没有到的不能起草")),
        ),
        None => notice(StatusCode::NOT_FOUND, &uri),
    }
}

fn read(step: &str, period: Period, form: &Form, now: Moment) -> Result<Wish, Refusal> {
    let text = |name: &str| form.text(name).trim().to_owned();
    let (by, unanswered) = (form.by().to_owned(), !form.text("unanswered").is_empty());
    let shown = shown(form.text("shown"));
    let mut taking =
        Taking { period, act: Act::Draft, by, note: String::new(), reply_by: None, words: None, unanswered, shown };
    match step {
        "draft" => taking.note = text("reason"),
        "review" => {
            taking.act = Act::Review;
            let day = when::day("答复期限", "reply_by", &text("reply_by"))?;
            if day < now.date() {
                return Err(Refusal::field("reply_by", format!("答复期限{day}已经过去，请核对")));
            }
            taking.reply_by = Some(day);
        }
        "submit" => taking.act = Act::Submit,
        "return" => {
            (taking.act, taking.note) = (Act::Return, text("reason"));
            if taking.note.is_empty() {
                return Err(Refusal::field("reason", "退回要写明理由"));
            }
        }
        "issue" => {
            let shown = Some(shown.ok_or_else(|| Refusal::wish("没有写明是哪一份，没有改动；请刷新页面"))?);
            return sign(form).map(|ask| Wish::Sign(SignAsk { shown, ..ask }));
        }
        "discard" => {
            let shown = Some(shown.ok_or_else(|| Refusal::wish("没有写明是哪一份，没有改动；请刷新页面"))?);
            return Ok(Wish::Discard(discard::Wish { period, shown, by: taking.by, reason: text("reason") }));
        }
        _ => return Err(Refusal::wish("没有这样的操作，没有改动")),
    }
    Ok(Wish::Step(taking))
}

/// The 通报 and its last step, as the page says them.
fn shown(text: &str) -> Option<(i64, i64)> {
    let (id, seq) = text.split_once('.')?;
    Some((id.parse().ok()?, seq.parse().ok()?))
}

fn sign(form: &Form) -> Result<SignAsk, Refusal> {
    let number = document_number(form.text("number"));
    if number.is_empty() && form.text("no_number").is_empty() {
        return Err(Refusal::field("number", "没有签发：文号是空的；不编文号的，请勾选“不编文号”"));
    }
    if !number.is_empty() && !form.text("no_number").is_empty() {
        return Err(Refusal::field("number", "没有签发：写了文号，又勾选了“不编文号”，请只留一样"));
    }
    let dated = when::day("成文日期", "date", form.text("date"))?;
    let due = match form.text("due").trim() {
        "" => None,
        text => Some(when::day("整改期限", "due", text)?),
    };
    if due.is_some_and(|due| due < dated) {
        return Err(Refusal::field("due", "没有签发：整改期限早于成文日期，请核对"));
    }
    let unclear = form.text("unclear").trim().to_owned();
    let unanswered = !form.text("unanswered").is_empty();
    Ok(SignAsk { number, dated, by: form.by().to_owned(), unclear, unanswered, due, words: None, shown: None })
}

fn said(kept: &Kept) -> String {
    use crate::bulletin::Stage;
    let bulletin = &kept.bulletin;
    let word = match bulletin.stage() {
        Stage::Draft if bulletin.steps.len() > 1 => "已退回草稿".to_owned(),
        Stage::Draft if bulletin.amends() => "更正稿已起草".to_owned(),
        Stage::Draft => "已起草；核对无误后出核对稿".to_owned(),
        Stage::Review => format!("核对稿{}份已做好，请下载后发各单位核对", kept.papers.len()),
        _ => "已送审；通报、呈批单和问题依据清单可以下载".to_owned(),
    };
    let missing = kept.missing.iter().map(|finding| format!("\n办公室的段落{finding}"));
    format!("{word}{}", missing.collect::<String>())
}
