//! What an office says of its 核对稿, written down by a named person.

use super::Refusal;
use super::when::unclear_time;
use crate::bulletin::Finding;
use crate::config::Config;
use crate::domain::{Account, AccountId, Moment, Period};
use crate::issued::{Asked, Dossier, asked, asked_on, moot};
use crate::spoken::beijing;
use crate::store::bulletins::{self, Bulletin};
use crate::store::reviews::{self, Answer, AnswerWord, Recalled};
use crate::store::{Transaction, meta};
use chrono::NaiveDate;
use cuigeng_adapters::time::parse_date;

/// The answer in whose place another one stands, and why.
#[derive(Clone, Debug)]
pub struct Instead {
    /// Its number.
    pub id: i64,
    /// Why it is corrected.
    pub reason: String,
}

/// Keeps an answer, whose `id`, `by` and `at` are those of who writes it down, also in the place of an earlier
/// one; gives its number.
///
/// # Errors
/// Where a reason or a time lacks, nobody was asked, the office has no such problem, the dates cannot be, the
/// same was said before, or the earlier answer does not hold any more.
pub fn keep(
    tx: &Transaction<'_>,
    config: &Config,
    period: Period,
    answer: &Answer,
    (account, instead): (Option<&Account>, Option<&Instead>),
    now: Moment,
) -> Result<i64, Refusal> {
    wanting(answer, account, instead)?;
    let against = |why: String| Refusal::state(format!("{period}：{why}"));
    let bulletin = answerable(bulletins::newest(tx, &config.profile.name, period)?).map_err(against)?;
    let dossier = Dossier::load(tx, config, period, now)?;
    concerns(&asked(tx, &bulletin, &dossier)?, answer, account).map_err(against)?;
    let mut known: Vec<Answer> = reviews::answers(tx, bulletin.id)?.into_iter().collect();
    let old = instead.map(|instead| holding(&known, instead.id, &bulletin)).transpose().map_err(against)?;
    known.retain(|one| one.holds() && old.as_ref().is_none_or(|old| old.id != one.id));
    slips(answer, &known, (&bulletin, &dossier)).map_err(against)?;
    if old.as_ref().is_some_and(|old| said(old) == said(answer) && old.said_by == answer.said_by) {
        return Err(against("与原来登记的相同，没有改动".to_owned()));
    }
    let id = reviews::answer(tx, bulletin.id, answer)?;
    let detail = detail(period, answer, account);
    match instead {
        Some(instead) => {
            let (by, reason) = (answer.by.clone(), instead.reason.clone());
            reviews::recall(tx, instead.id, &Recalled { by, at: now, reason, instead: Some(id) })?;
            let detail = format!("{detail}；代替编号{}，理由：{}", instead.id, instead.reason);
            meta::audit(tx, now, &answer.by, "bulletin.correct", &detail)?;
        }
        None => meta::audit(tx, now, &answer.by, "bulletin.answer", &detail)?,
    }
    Ok(id)
}

/// What must be written, whatever is kept.
fn wanting(answer: &Answer, account: Option<&Account>, instead: Option<&Instead>) -> Result<(), Refusal> {
    match (account, answer.reason.is_empty()) {
        _ if answer.word == AnswerWord::Agreed => {}
        (None, true) => return Err(Refusal::field("about", "异议和整改要写明理由和账号")),
        (None, false) => {
            let why = "异议和整改要选明是哪个账号，请用 --account；有几个的，逐个登记";
            return Err(Refusal::field("about", why));
        }
        (Some(_), true) => return Err(Refusal::field("reason", "异议和整改要写明理由，请用 --reason")),
        (Some(_), false) => {}
    }
    if answer.word == AnswerWord::Repaired && answer.updated_at.is_none() {
        return Err(Refusal::field("updated_at", "已整改的要写明什么时候恢复更新的，请用 --updated-at"));
    }
    if instead.is_some_and(|instead| instead.reason.is_empty()) {
        return Err(Refusal::field("why", "更正登记过的答复要写明为什么，请用 --why"));
    }
    Ok(())
}

/// 2022-06 县文旅局，青禾文旅（新浪微博）：有异议；6月24日发过
fn detail(period: Period, answer: &Answer, account: Option<&Account>) -> String {
    let title = account.map_or_else(String::new, |account| format!("，{}", account.title()));
    let reason = if answer.reason.is_empty() { String::new() } else { format!("；{}", answer.reason) };
    let updated = answer.updated_at.map_or_else(String::new, |at| format!("，{}恢复更新", when(at)));
    format!("{period} {}{title}：{}{updated}{reason}", answer.office, answer.word.chinese())
}

/// Takes an answer back, before the 通报 is signed; gives it with the 通报 to which it belongs.
///
/// # Errors
/// Without a name or a reason; where there is none, it does not hold any more, or its objection is settled.
pub fn recall(tx: &Transaction<'_>, id: i64, by: &str, reason: &str, now: Moment) -> Result<(Period, Answer), Refusal> {
    if by.trim().is_empty() || reason.trim().is_empty() {
        return Err(Refusal::field("reason", "收回登记过的答复，要写明经手人和理由"));
    }
    let bulletin = match reviews::bulletin_of(tx, id)? {
        Some(of) => bulletins::with_discarded(tx)?.into_iter().find(|bulletin| bulletin.id == of),
        None => None,
    };
    let bulletin = bulletin.ok_or_else(|| Refusal::state(format!("没有编号{id}的答复；编号用 bulletin show 看")))?;
    let against = |why: String| Refusal::state(format!("{}：{why}", bulletin.period));
    let old = holding(&reviews::answers(tx, bulletin.id)?, id, &bulletin).map_err(against)?;
    let how = Recalled { by: by.trim().to_owned(), at: now, reason: reason.trim().to_owned(), instead: None };
    reviews::recall(tx, id, &how)?;
    let detail =
        format!("{} {}：{}（编号{id}）；理由：{}", bulletin.period, old.office, old.word.chinese(), how.reason);
    meta::audit(tx, now, &how.by, "bulletin.recall", &detail)?;
    Ok((bulletin.period, old))
}

/// The answer of that number, if it may still be taken back.
fn holding(known: &[Answer], id: i64, bulletin: &Bulletin) -> Result<Answer, String> {
    let Some(old) = known.iter().find(|one| one.id == id) else {
        return Err(format!("没有编号{id}的答复；编号用 bulletin show 看"));
    };
    if bulletin.issue.is_some() {
        return Err("已经签发，登记过的答复不能再改；有异议的用 dispute 写答复单".to_owned());
    }
    if bulletin.discarded.is_some() {
        return Err("这一期已经作废，答复不用再改".to_owned());
    }
    if let Some(gone) = &old.recalled {
        let (how, at) = (if gone.instead.is_some() { "更正" } else { "收回" }, beijing(gone.at));
        return Err(format!("编号{id}的答复已由{}在{at}{how}，没有改动", gone.by));
    }
    if old.ruling.is_some() {
        return Err(format!("编号{id}的异议已经办结，不能再改；认定有误的，用 confirm --account 重新核实"));
    }
    Ok(old.clone())
}

/// What is to be done next about an answer (Chinese); empty where nothing is.
pub fn next(word: AnswerWord, config: &Config) -> &'static str {
    match word {
        AnswerWord::Objects => "；核实以后用 confirm --account 办结：误报写 --false，维持也要写 --reason",
        AnswerWord::Repaired if !config.report.drop_repaired => "；按配置仍列入名单（report.drop_repaired）",
        _ => "",
    }
}

fn answerable(newest: Option<Bulletin>) -> Result<Bulletin, String> {
    let Some(bulletin) = newest else { return Err("还没有起草，没有可以答复的".to_owned()) };
    if bulletin.issue.is_some() {
        return Err("已经签发；整改反馈用 repair answer 登记，有异议的用 dispute 写答复单".to_owned());
    }
    if asked_on(&bulletin).is_none() {
        return Err("还没有发各单位核对，请先用 bulletin review".to_owned());
    }
    Ok(bulletin)
}

/// What makes two answers the same.
fn said(one: &Answer) -> (&str, Option<AccountId>, AnswerWord, &str, NaiveDate, Option<Moment>) {
    (&one.office, one.account, one.word, &one.reason, one.on, one.updated_at)
}

/// Days that cannot be, the same answer once more, or one that another contradicts: all slips at once.
fn slips(answer: &Answer, known: &[Answer], (bulletin, dossier): (&Bulletin, &Dossier)) -> Result<(), String> {
    let mut all: Vec<String> = Vec::new();
    all.extend(early_or_late(answer, bulletin));
    if let Some(updated) = answer.updated_at {
        all.extend(update_slip(answer, updated, dossier));
    }
    let own = |finding: &&Finding| Some(finding.account) == answer.account && !finding.is_unlisted();
    let mut found = dossier.findings.iter().filter(own).peekable();
    if answer.word != AnswerWord::Agreed && found.peek().is_some() && found.all(|one| one.standing.is_false()) {
        all.push("这个账号的结果都已经认定误报，不会列入通报，不用登记异议或整改".to_owned());
    }
    let open = |one: &&Answer| one.is_open() && !moot(one, dossier) && one.office == answer.office;
    let same_account = |one: &&Answer| answer.account.is_none() || one.account == answer.account;
    if let Some(open) = known.iter().filter(open).find(same_account).filter(|_| answer.word == AnswerWord::Agreed) {
        all.push(format!(
            "该单位的异议（编号{0}）还没有办结；不再有异议的，先收回编号{0}的答复（bulletin recall）",
            open.id
        ));
    }
    let last = known.iter().rfind(|one| one.office == answer.office && one.account == answer.account);
    if let Some(twice) = last.filter(|one| said(one) == said(answer)) {
        all.push(format!("同样的答复已经登记（编号{}），没有再登记", twice.id));
    }
    if all.is_empty() { Ok(()) } else { Err(all.join("；")) }
}

fn early_or_late(answer: &Answer, bulletin: &Bulletin) -> Option<String> {
    let on = answer.on;
    if on < bulletin.period.begins().date() {
        return Some(format!("答复日期{on}早于本期，请核对 --on"));
    }
    if let Some(asked) = asked_on(bulletin).filter(|asked| on < *asked) {
        return Some(format!("答复日期{on}早于发出核对稿的那一天（{asked}），请核对 --on"));
    }
    (on > answer.at.date()).then(|| format!("答复日期{on}还没有到，请核对 --on"))
}

/// Who has repaired something has updated since what was found, and before he says so.
fn update_slip(answer: &Answer, updated: Moment, dossier: &Dossier) -> Option<String> {
    let said = when(updated);
    if updated > answer.at {
        return Some(format!("恢复更新的时间{said}还没有到，请核对 --updated-at"));
    }
    if updated.date() > answer.on {
        return Some(format!("恢复更新的时间{said}晚于答复日期{}，请核对 --updated-at 和 --on", answer.on));
    }
    let counts = |one: &&Finding| !one.standing.is_false() && !one.is_unlisted();
    let own = dossier.findings.iter().filter(|one| Some(one.account) == answer.account).filter(counts);
    let until = own.map(|finding| finding.window.until).max()?;
    (latest(updated) < until).then(|| {
        let until = beijing(until);
        format!("恢复更新的时间{said}还在查出问题的时段里（到{until}为止）；那时更新过的是异议，请登记为 --object")
    })
}

/// A day alone may mean its last second.
fn latest(updated: Moment) -> Moment {
    let day = Moment::start_of(updated.date());
    if day == updated { day.plus_days(1).plus(-1) } else { updated }
}

/// When somebody has updated again: a day, or a time of that day.
///
/// # Errors
/// A sentence for the clerk.
pub fn read_updated(text: &str) -> Result<Option<Moment>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let read = parse_date(text).map(Moment::start_of).or_else(|| Moment::parse(text));
    read.map(Some).ok_or_else(|| Refusal::field("updated_at", unclear_time("恢复更新的时间", text)))
}

/// 2022-07-05, or 2022-07-05 10:00.
pub fn when(updated: Moment) -> String {
    if Moment::start_of(updated.date()) == updated { updated.date().to_string() } else { beijing(updated) }
}

/// An office speaks of its own findings.
fn concerns(asked: &[Asked], answer: &Answer, account: Option<&Account>) -> Result<(), String> {
    let Some(own) = asked.iter().find(|asked| asked.office == answer.office) else {
        let known: Vec<&str> = asked.iter().map(|asked| asked.office.as_str()).collect();
        let known = match known.is_empty() {
            true => "本期没有问题".to_owned(),
            false => format!("本期有问题的单位是：{}", known.join("、")),
        };
        return Err(format!("“{}”没有核对稿；{known}", answer.office));
    };
    match account.filter(|account| own.accounts.iter().all(|(id, _)| *id != account.id)) {
        Some(foreign) => {
            Err(format!("{}在本期没有{}的问题，请核对 --account 和 --office", foreign.title(), answer.office))
        }
        None => Ok(()),
    }
}
