//! `outbox release`: what waits after a restore, and letting it go.

use super::outbox::subject;
use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::backup::restore;
use crate::deeds::outbox as deeds;
use crate::store::LetterRow;
use crate::store::restored::{self, Restored, Waits};
use serde_json::json;

/// Letters that the list shows at most.
const SHOWN: i64 = 500;

/// Shows what waits, or lets it go in somebody's name.
pub(super) fn run(context: &Context, by: Option<&str>) -> Result<Outcome, CliError> {
    match by {
        None => show(context),
        Some(by) => release(context, by),
    }
}

fn release(context: &Context, by: &str) -> Result<Outcome, CliError> {
    let (by, now) = (by.to_owned(), context.clock.now());
    let waits = context.store()?.attempt(move |tx| deeds::release(tx, &by, None, now))?;
    if context.json {
        print_json(&json!({"released": waits.letters, "may_have_left": waits.doubted}))?;
    } else {
        outln!("已放行，待发的{}封照常发出；其中{}封会写明“可能重复”", waits.letters, waits.doubted);
    }
    Ok(Outcome::Done)
}

fn show(context: &Context) -> Result<Outcome, CliError> {
    let (held, letters) = context.store()?.read(|conn| Ok((restore::held(conn)?, restored::waiting(conn, SHOWN)?)))?;
    let Some((restored, waits)) = held else {
        outln!("没有压着的信，信件照常发出");
        return Ok(Outcome::Done);
    };
    if context.json {
        let row = |letter: &LetterRow| json!({"id": letter.id, "recipient": letter.recipient, "kind": letter.kind.word(), "slot": letter.slot, "may_have_left": letter.doubted});
        print_json(&letters.iter().map(row).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    print(&restored, waits, &letters);
    Ok(Outcome::Done)
}

fn print(restored: &Restored, waits: Waits, letters: &[LetterRow]) {
    outln!(
        "{}，此后什么信也没有发：待发{}封，其中{}封可能已经发出过",
        restore::told(restored),
        waits.letters,
        waits.doubted
    );
    let rows: Vec<Vec<String>> = letters.iter().map(row).collect();
    if !rows.is_empty() {
        print_rows(&["编号", "应发", "种类", "收件人", "可能已发", "主题"], &rows);
    }
    if restored.looked {
        outln!(
            "不该再发的：cuigeng outbox cancel 编号 --by 姓名 --reason 理由；看过以后放行：cuigeng outbox release --by 姓名"
        );
    } else {
        outln!("服务还没有运行过，该有的信还没有列全：请先启动服务，再看一遍");
    }
}

fn row(letter: &LetterRow) -> Vec<String> {
    vec![
        letter.id.to_string(),
        beijing(letter.slot),
        letter.kind.chinese().to_owned(),
        letter.recipient.clone(),
        if letter.doubted { "是" } else { "" }.to_owned(),
        subject(letter),
    ]
}
