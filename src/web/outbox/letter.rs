//! One letter: where it stands, what became of it step by step with the server's own words, why it was
//! owed, what was answered, what it says.

use super::super::Shared;
use super::super::chrome::{refused, unavailable};
use super::super::plain::plain;
use super::super::session::Viewer;
use super::{mark, subject, word};
use crate::answer::{State as Answered, Way, Word};
use crate::config::Mode;
use crate::deeds::outbox::{archives, pause};
use crate::domain::{AccountId, Moment};
use crate::mail::why;
use crate::reasons::Told;
use crate::spoken::{attempted, beijing, bounced, note_state, robot_name};
use crate::store::answers::AnswerRow;
use crate::store::audit::Entry;
use crate::store::desk::{Deed, refusal};
use crate::store::{
    Connection, LetterKind, LetterRow, LetterState, StoreError, accounts, answers, attempts, bounces, browse, groups,
    outbox,
};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};

/// Accounts of a letter that are named; a letter of a large office may have hundreds.
const NAMED: usize = 60;

/// The page.
pub(in crate::web) async fn show(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    uri: Uri,
    viewer: Viewer,
) -> Response {
    let (id, now) = (id.parse().unwrap_or(0), shared.web.clock.now());
    let configured = shared.web.config.mode;
    match shared.web.store.read_async(move |conn| values(conn, configured, id, now)).await {
        Ok(Some(values)) => shared.page(StatusCode::OK, "letter.html", &uri, &viewer, values).await,
        Ok(None) => {
            refused(StatusCode::NOT_FOUND, &uri, "没有这封信", "发件箱里没有这个编号的信。请从发件箱重新打开。")
        }
        Err(error) => unavailable(&error, &uri),
    }
}

fn values(conn: &Connection, configured: Mode, id: i64, now: Moment) -> Result<Option<Value>, StoreError> {
    let Some(letter) = outbox::show(conn, id)? else { return Ok(None) };
    let told = Told::load(conn, letter.clone())?;
    let given = answers::of(conn, id)?;
    let called: BTreeSet<AccountId> = told.calls.iter().map(|call| call.account).collect();
    let mut names: BTreeMap<AccountId, String> = BTreeMap::new();
    let spoken = told.reasons.iter().map(|reason| reason.mention.account);
    for account in spoken.chain(given.iter().map(|answer| answer.account)).chain(called.iter().copied()) {
        if let std::collections::btree_map::Entry::Vacant(free) = names.entry(account) {
            free.insert(accounts::one(conn, account)?.map_or_else(String::new, |account| account.title()));
        }
    }
    let name = |id: &AccountId| names.get(id).cloned().unwrap_or_default();
    let about: BTreeSet<AccountId> = told.reasons.iter().map(|reason| reason.mention.account).collect();
    let reasons: Vec<Value> = told
        .reasons
        .iter()
        .take(NAMED)
        .map(|reason| context! { id => reason.mention.account.0, name => name(&reason.mention.account), said => reason.said() })
        .collect();
    let choices = |ids: Vec<&AccountId>| -> Vec<Value> {
        ids.into_iter().take(NAMED).map(|id| context! { id => id.0, name => name(id) }).collect()
    };
    Ok(Some(context! {
        id,
        subject => subject(&letter),
        kind => letter.kind.chinese(),
        mark => mark(word(&letter)),
        standing => letter.standing(),
        trial => letter.trial,
        to => letter.recipient.clone(),
        role => letter.role.chinese(),
        proven => answers::proven(conn)?.get(&letter.recipient).map(|at| beijing(*at)),
        slot => beijing(letter.slot),
        until => letter.not_after.map(beijing),
        reason => plain(&why(&letter)),
        pause => pause(conn)?,
        archives => archives(conn, configured, &letter)?,
        message_id => letter.message_id.clone(),
        attached => letter.attachment.as_ref().map(|(name, _)| name.clone()),
        text => letter.text.clone(),
        life => life(conn, &letter, &told, &names, now)?,
        more_reasons => told.reasons.len().saturating_sub(NAMED),
        reasons,
        answers => given.iter().map(|answer| one_answer(answer, &name(&answer.account))).collect::<Vec<_>>(),
        link => answers::link(conn, id)?.filter(|link| !link.revoked).map(|link| beijing(link.expires)),
        may => may(&letter, now),
        not_called => choices(about.difference(&called).collect()),
        spoken => choices(about.iter().collect()),
        words => Word::ALL.map(|word| (word.word(), word.chinese())).to_vec(),
        now => now.beijing().format("%Y-%m-%dT%H:%M").to_string(),
    }))
}

/// Which deeds its state allows; what is offered here is tried again when it is done.
fn may(letter: &LetterRow, now: Moment) -> Value {
    let allows = |deed: &Deed| refusal(letter, deed, now).is_none();
    let left = !matches!(letter.state, LetterState::Sending | LetterState::Overtaken | LetterState::Cancelled);
    let to_owners = matches!(letter.kind, LetterKind::Reminder | LetterKind::Result);
    let has_left = letter.attempts > 0 || letter.state != LetterState::Queued;
    let (retry, cancel) = (allows(&Deed::Retry), allows(&Deed::Cancel { reason: String::new() }));
    let call = left && !letter.trial && letter.kind == LetterKind::Reminder;
    let answer = left && !letter.trial && to_owners && has_left;
    let arrived = allows(&Deed::Arrived);
    context! { retry, cancel, arrived, call, answer, any => retry || cancel || arrived || call || answer }
}

/// What happened, oldest first: moment and words.
fn life(
    conn: &Connection,
    letter: &LetterRow,
    told: &Told,
    names: &BTreeMap<AccountId, String>,
    now: Moment,
) -> Result<Vec<Value>, StoreError> {
    let attempts = attempts::of(conn, letter.id)?;
    let mut all = itself(letter, attempts.is_empty(), now);
    let numbered = (1..).zip(&attempts);
    all.extend(numbered.map(|(number, attempt)| (attempt.at, attempted(number, attempt))));
    all.extend(browse::deeds(conn, letter.id)?.iter().map(deed));
    all.extend(bounces::of(conn, letter.id)?.iter().map(|bounce| (bounce.at, bounced(bounce))));
    all.extend(told.calls.iter().map(|call| {
        let name = names.get(&call.account).map_or("", String::as_str);
        let note = if call.note.is_empty() { String::new() } else { format!("：{}", call.note) };
        (call.at, format!("{}电话通知，{name}{note}", call.by))
    }));
    all.sort_by_key(|(at, _)| *at);
    let posted = groups::of_letter(conn, letter.id)?.into_iter().map(|note| {
        let words = if note.words.is_empty() { String::new() } else { format!("（{}）", note.words) };
        context! { at => (), said => format!("群消息 {}：{}{words}", robot_name(&note.robot), note_state(&note.state)) }
    });
    Ok(all.into_iter().map(|(at, said)| context! { at => beijing(at), said }).chain(posted).collect())
}

/// What the letter's own row tells; of its attempts only where there are no lines of them.
fn itself(letter: &LetterRow, alone: bool, now: Moment) -> Vec<(Moment, String)> {
    let mut all = vec![(letter.created_at, "登记入发件箱".to_owned())];
    let reply = reply(letter);
    match (letter.sent_at, letter.dot_armed_at) {
        _ if !alone => {}
        (Some(at), _) if letter.trial => all.push((at, "并入给检查方的日报，没有外发".to_owned())),
        (Some(at), _) => {
            let said = if reply.is_empty() { letter.reason.clone() } else { format!("邮件服务器：{reply}") };
            all.push((at, format!("已提交（尝试{}次）。{said}", letter.attempts)));
        }
        (None, Some(at)) => all.push((at, format!("第{}次尝试，交给邮件服务器：{reply}", letter.attempts))),
        (None, None) if letter.attempts > 0 => {
            let since = letter.repeated.since.unwrap_or(letter.created_at);
            all.push((since, format!("尝试了{}次，没有发出：{reply}", letter.attempts)));
        }
        (None, None) => {}
    }
    if let Some(since) = letter.repeated.since.filter(|_| alone && letter.repeated.count > 1) {
        all.push((since, format!("此后同样的答复连续{}次", letter.repeated.count)));
    }
    let waits = matches!(letter.state, LetterState::Queued | LetterState::Doubtful);
    if waits && letter.next_try > now {
        all.push((letter.next_try, "将再次处理".to_owned()));
    }
    all
}

/// The server's own words with their code.
fn reply(letter: &LetterRow) -> String {
    let (code, words) = (letter.reply_code.map_or_else(String::new, |code| code.to_string()), letter.reply_text.trim());
    if words.starts_with(&code) { words.to_owned() } else { format!("{code} {words}").trim().to_owned() }
}

fn deed(entry: &Entry) -> (Moment, String) {
    let what = match entry.what.as_str() {
        "letter.retry" => "再发一次",
        "letter.cancel" => "取消",
        "letter.arrived" => "向收件人核实，已经收到",
        "letter.called" => "登记电话通知",
        _ => "作废办理链接",
    };
    let detail = entry.detail.split_once('，').map_or("", |(_, rest)| rest);
    (Moment::from_unix(entry.at), format!("{}{what}（{detail}）", entry.who))
}

fn one_answer(answer: &AnswerRow, name: &str) -> Value {
    let way = match &answer.way {
        Way::Link { from } => format!("{}，经信中链接，来自 {from}", answer.by),
        Way::Clerk { by } => format!("{by}登记"),
    };
    let settled = answer.settled.as_ref().map(|(at, by, note)| format!("{} {by}处理：{note}", beijing(*at)));
    context! {
        id => answer.id,
        account => answer.account.0,
        name,
        at => beijing(answer.at),
        word => answer.word.chinese(),
        state => answer.state.chinese(),
        open => matches!(answer.state, Answered::Open | Answered::Looking),
        way,
        url => answer.url.clone(),
        note => answer.note.clone(),
        settled,
    }
}
