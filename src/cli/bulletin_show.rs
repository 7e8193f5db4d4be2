//! `bulletin list` and `bulletin show`: where each 通报 stands, what differs since it was signed, and its
//! documents once more. What is issued comes from what was frozen.

use super::bulletin_args::{Files, ShowArgs};
use super::{CliError, Context, Outcome, beijing, outln, papers, print_json, print_rows};
use crate::deeds::bulletin::{self as deeds, MOOT, Papers};
use crate::deeds::reply::when;
use crate::issued::{Dossier, amended, moot};
use crate::store::Connection;
use crate::store::bulletins::{self, Bulletin};
use crate::store::reviews::{self, Answer, Recalled};
use serde_json::{Value, json};

/// `bulletin list`
pub(super) fn list(context: &Context) -> Result<Outcome, CliError> {
    let all = context.store()?.read(bulletins::with_discarded)?;
    if context.json {
        print_json(&all.iter().map(as_json).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    if all.is_empty() {
        outln!("还没有起草过通报；用 bulletin draft 起草");
        return Ok(Outcome::Done);
    }
    let mut columns = vec!["周期", "版本", "阶段", "文号", "成文日期", "经手人", "时间"];
    let mut rows: Vec<Vec<String>> = all.iter().map(row).collect();
    if all.iter().any(|bulletin| bulletin.profile != context.config.profile.name) {
        columns.push("检查口径");
        rows.iter_mut().zip(&all).for_each(|(row, bulletin)| row.push(bulletin.profile.clone()));
    }
    print_rows(&columns, &rows);
    Ok(Outcome::Done)
}

fn row(bulletin: &Bulletin) -> Vec<String> {
    let last = bulletin.steps.last();
    let (issue, gone) = (bulletin.issue.as_ref(), bulletin.discarded.as_ref());
    vec![
        bulletin.period.to_string(),
        bulletin.version.to_string(),
        bulletin.standing().to_owned(),
        issue.map_or_else(String::new, |issue| issue.number.clone()),
        issue.map_or_else(String::new, |issue| issue.dated.to_string()),
        gone.map_or_else(|| last.map_or_else(String::new, |step| step.by.clone()), |gone| gone.by.clone()),
        gone.map_or_else(|| last.map_or_else(String::new, |step| beijing(step.at)), |gone| beijing(gone.at)),
    ]
}

fn as_json(bulletin: &Bulletin) -> Value {
    let steps: Vec<Value> = bulletin
        .steps
        .iter()
        .map(|step| {
            json!({"stage": step.stage.word(), "by": step.by, "at": step.at, "note": step.note,
            "reply_by": step.reply_by.map(|day| day.to_string())})
        })
        .collect();
    let issue = bulletin
        .issue
        .as_ref()
        .map(|issue| json!({"number": issue.number, "dated": issue.dated.to_string(), "unclear": issue.unclear}));
    let discarded =
        bulletin.discarded.as_ref().map(|gone| json!({"by": gone.by, "at": gone.at, "reason": gone.reason}));
    json!({"period": bulletin.period.to_string(), "version": bulletin.version, "stage": bulletin.stage().word(),
        "profile": bulletin.profile, "steps": steps, "issue": issue, "discarded": discarded})
}

/// `bulletin show`
pub(super) fn show(context: &Context, args: &ShowArgs) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let period = papers::begun(&args.of.period, now)?;
    let bulletin = context.store()?.attempt_read(|conn| deeds::find(conn, &context.config, period, args.version))?;
    let gone = context.store()?.read(bulletins::with_discarded)?;
    let gone: Vec<&Bulletin> = gone.iter().filter(|one| one.period == period && one.discarded.is_some()).collect();
    let ((answers, moot), amended) = context.store()?.read(|conn| {
        let is_own = bulletin.profile == context.config.profile.name;
        let changes =
            if bulletin.issue.is_some() && is_own { amended(conn, &context.config, period, now)? } else { None };
        let answers = reviews::answers(conn, bulletin.id)?;
        let open = bulletin.issue.is_none() && is_own && answers.iter().any(Answer::is_open);
        let dossier = if open { Some(Dossier::load(conn, &context.config, period, now)?) } else { None };
        let is_moot = |answer: &&Answer| dossier.as_ref().is_some_and(|dossier| moot(answer, dossier));
        let moot: Vec<i64> = answers.iter().filter(is_moot).map(|answer| answer.id).collect();
        Ok(((answers, moot), changes))
    })?;
    let changes = amended.map(|amended| amended.changes).unwrap_or_default();
    let written = match &args.out {
        Some(out) => {
            papers::write(&Files { format: args.format.clone(), out: out.clone() }, &again(context, &bulletin)?)?
        }
        None => Vec::new(),
    };
    if context.json {
        let mut object = as_json(&bulletin);
        object["answers"] = answers.iter().map(|answer| answer_json(context, answer)).collect::<Result<_, _>>()?;
        object["changes"] = json!(changes);
        object["files"] = json!(written);
        print_json(&object)?;
        return Ok(Outcome::Done);
    }
    tell(context, &bulletin, (&answers, &moot), &changes)?;
    for (one, how) in gone.iter().filter_map(|one| Some((one, one.discarded.as_ref()?))) {
        outln!("  另有一份{}由{}在{}作废：{}", one.stage().chinese(), how.by, beijing(how.at), how.reason);
    }
    for path in written {
        outln!("已写出 {path}");
    }
    Ok(Outcome::Done)
}

fn tell(
    context: &Context,
    bulletin: &Bulletin,
    (answers, moot): (&[Answer], &[i64]),
    changes: &[String],
) -> Result<(), CliError> {
    outln!("{} 第{}版：{}", bulletin.period, bulletin.version, bulletin.stage().chinese());
    for step in &bulletin.steps {
        let until = step.reply_by.map_or_else(String::new, |day| format!("，{day}前答复"));
        let note = if step.note.is_empty() { String::new() } else { format!("：{}", step.note) };
        outln!("  {} {} {}{until}{note}", beijing(step.at), step.stage.chinese(), step.by);
    }
    if let Some(issue) = &bulletin.issue {
        let number = if issue.number.is_empty() { "不编文号" } else { &issue.number };
        outln!("  {number}，{}", issue.dated);
    }
    for answer in answers {
        outln!("  {}", answer_words(context, answer, moot)?);
    }
    if bulletin.issue.is_some() && !changes.is_empty() {
        outln!("签发以后有变化，请核对后用 bulletin draft 起草更正：");
        changes.iter().for_each(|change| outln!("  {change}"));
    }
    Ok(())
}

fn about(context: &Context, answer: &Answer) -> Result<Option<String>, CliError> {
    let Some(id) = answer.account else { return Ok(None) };
    let found = context.store()?.read(|conn| crate::store::accounts::one(conn, id))?;
    Ok(found.map(|account| account.title()))
}

fn answer_words(context: &Context, answer: &Answer, moot: &[i64]) -> Result<String, CliError> {
    let about = about(context, answer)?.map_or_else(String::new, |title| format!("，{title}"));
    let reason = if answer.reason.is_empty() { String::new() } else { format!("：{}", answer.reason) };
    let ruling = match &answer.ruling {
        _ if answer.recalled.is_some() => answer.recalled.as_ref().map_or_else(String::new, recalled_words),
        Some((ruling, why, by, at)) => {
            let word = if *ruling == crate::rules::Ruling::False { "认定误报" } else { "维持" };
            format!("；{}{by}{word}：{why}", beijing(*at))
        }
        None if moot.contains(&answer.id) => format!("；{MOOT}"),
        None if answer.is_open() => "；没有办结".to_owned(),
        None => String::new(),
    };
    let updated = answer.updated_at.map_or_else(String::new, |at| format!("，{}恢复更新", when(at)));
    let Answer { id, on, office, said_by, word, by, .. } = answer;
    Ok(format!("编号{id} {on} {office}（{said_by}）{}{about}{updated}{reason}（{by}登记）{ruling}", word.chinese()))
}

fn recalled_words(gone: &Recalled) -> String {
    let how = gone.instead.map_or_else(|| "收回".to_owned(), |id| format!("更正为编号{id}"));
    format!("；{}由{}{how}：{}", beijing(gone.at), gone.by, gone.reason)
}

fn answer_json(context: &Context, answer: &Answer) -> Result<Value, CliError> {
    let ruling = answer.ruling.as_ref().map(|(ruling, reason, by, at)| {
        let outcome = if *ruling == crate::rules::Ruling::False { "false" } else { "kept" };
        json!({"outcome": outcome, "reason": reason, "by": by, "at": at})
    });
    let recalled = answer
        .recalled
        .as_ref()
        .map(|gone| json!({"by": gone.by, "at": gone.at, "reason": gone.reason, "instead": gone.instead}));
    Ok(
        json!({"id": answer.id, "office": answer.office, "account": about(context, answer)?, "answer": answer.word.word(),
        "reason": answer.reason, "said_by": answer.said_by, "on": answer.on.to_string(), "by": answer.by,
        "updated_at": answer.updated_at, "open": answer.is_open(), "ruling": ruling, "recalled": recalled}),
    )
}

/// The documents of the stage at which it stands.
fn again(context: &Context, bulletin: &Bulletin) -> Result<Papers, CliError> {
    let words = super::words::read(context, bulletin.period)?;
    let now = context.clock.now();
    let read = |conn: &Connection| deeds::papers(conn, &context.config, bulletin, words.as_ref(), now);
    Ok(context.store()?.attempt_read(read)?.0)
}
