//! `letters`: what would be sent, and whether sending works.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::domain::{Moment, Role};
use crate::ledger::{Ledger, longest_window_days};
use crate::mail::post::{self, Sent};
use crate::store::outbox;
use crate::warn::{self, OwedLetter};
use serde_json::json;

/// Shows the letters owed at a moment; stores and sends nothing.
pub(super) fn preview(context: &Context, at: Option<&str>) -> Result<Outcome, CliError> {
    let now = at.map_or(Ok(context.clock.now()), |text| context.moment(text))?;
    let config = &context.config;
    let coming = config.checks_between(now.plus(1), now.plus_days(21));
    let from = Moment::start_of(now.plus_days(-longest_window_days(&config.profile) - 2).date());
    let (ledger, spent) = context
        .store()?
        .read(|conn| Ok((Ledger::load(conn, config, from, now.plus(1))?, outbox::spent(conn, now)?)))?;
    let causes = warn::causes(&ledger, config, &coming, now);
    let letters = warn::owed(&causes, &config.clerks(), &spent, &config.calendar, now);
    if context.json {
        print_json(&letters.iter().map(|letter| as_json(&ledger, letter)).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> = letters.iter().flat_map(|letter| rows(&ledger, letter)).collect();
    print_rows(&["收件人", "角色", "应发时间", "账号", "规则", "期限"], &rows);
    outln!("{}现在应发{}封提醒；发出前还会再看一遍账号，已更新的不发", beijing(now), letters.len());
    Ok(Outcome::Done)
}

fn rows(ledger: &Ledger, letter: &OwedLetter) -> Vec<Vec<String>> {
    let one = |mention: &warn::OwedMention| {
        let title = ledger.account(mention.account).map_or_else(String::new, |account| account.title());
        vec![
            letter.recipient.clone(),
            letter.role.chinese().to_owned(),
            beijing(letter.slot),
            title,
            mention.rule.clone(),
            beijing(mention.deadline),
        ]
    };
    letter.mentions.iter().map(one).collect()
}

fn as_json(ledger: &Ledger, letter: &OwedLetter) -> serde_json::Value {
    let mentions: Vec<_> = letter
        .mentions
        .iter()
        .map(|m| json!({"account": ledger.account(m.account).map(|a| a.name.clone()), "rule": m.rule, "anchor": m.anchor.to_string(), "stage": m.stage, "deadline": m.deadline}))
        .collect();
    json!({"recipient": letter.recipient, "role": letter.role.word(), "slot": letter.slot, "mentions": mentions})
}

/// Sends a test letter now and shows the server's own words.
pub(super) fn test(context: &Context, address: &str) -> Result<Outcome, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::failed(format!("无法启动运行环境：{e}")))?;
    crate::mail::address::check_address(address).map_err(CliError::usage)?;
    let poller = super::look::poller(context)?;
    let sent: Sent = runtime.block_on(post::send_test(&poller, address, Role::Clerk, context.clock.now()))?;
    if context.json {
        print_json(&json!({"class": sent.class, "reply": sent.reply, "advice": sent.advice}))?;
    } else {
        outln!("服务器答复：{}", sent.reply);
    }
    if sent.accepted {
        Ok(Outcome::Done)
    } else {
        Err(CliError::failed(format!("测试信没有发出：{}", sent.advice)))
    }
}
