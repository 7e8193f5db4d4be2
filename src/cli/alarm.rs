//! `alarm`: whether the second channel works, and what it was told.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::alarm::plan::Alarm;
use crate::alarm::robot::{Refusal, advice};
use crate::alarm::{Alarmer, PATIENCE_S, disk_space};
use crate::config::RobotConfig;
use crate::pulse::Pulse;
use crate::secrets::FileSecrets;
use crate::store::alarms::{self, Notice};
use clap::Subcommand;
use cuigeng_adapters::http::Http;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// What can be done with alarms.
#[derive(Subcommand, Debug)]
pub enum AlarmVerb {
    /// 向群机器人发一条测试消息，并显示机器人的原话
    Test {
        /// 哪个机器人：wecom（企业微信）、dingtalk（钉钉）、feishu（飞书）；不写就逐个试
        name: Option<String>,
    },
    /// 列出没有恢复的告警，和最近发给机器人的消息
    List,
}

/// Messages that the list shows.
const LISTED: i64 = 30;

/// `alarm …`
pub(super) fn run(context: &Context, verb: &AlarmVerb) -> Result<Outcome, CliError> {
    match verb {
        AlarmVerb::Test { name } => test(context, name.as_deref()),
        AlarmVerb::List => list(context),
    }
}

fn test(context: &Context, name: Option<&str>) -> Result<Outcome, CliError> {
    let robots = chosen(context, name)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::failed(format!("无法启动运行环境：{e}")))?;
    let alarmer = alarmer(context)?;
    let mut answers = Vec::new();
    for robot in robots {
        let answer = runtime.block_on(alarmer.test(robot, context.clock.now()))?;
        answers.push((robot, answer));
    }
    say(context.json, &answers)?;
    let refused = answers.iter().filter(|(_, answer)| answer.is_err()).count();
    if refused == 0 {
        Ok(Outcome::Done)
    } else {
        Err(CliError::failed(format!("{refused}个机器人没有收下测试消息")))
    }
}

fn chosen<'c>(context: &'c Context, name: Option<&str>) -> Result<Vec<&'c RobotConfig>, CliError> {
    let all = &context.config.alarms;
    if all.is_empty() {
        return Err(CliError::failed(
            "配置里没有群机器人，请在 config.toml 加上 [alarm.wecom]、[alarm.dingtalk] 或 [alarm.feishu]",
        ));
    }
    let Some(name) = name else { return Ok(all.iter().collect()) };
    let is_named = |robot: &&RobotConfig| [robot.kind.word(), robot.kind.chinese()].contains(&name);
    let found: Vec<&RobotConfig> = all.iter().filter(is_named).collect();
    if found.is_empty() {
        let known: Vec<&str> = all.iter().map(|robot| robot.kind.word()).collect();
        return Err(CliError::usage(format!("配置里没有机器人“{name}”；有的是：{}", known.join("、"))));
    }
    Ok(found)
}

fn alarmer(context: &Context) -> Result<Alarmer, CliError> {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let http = Http::new(context.config.proxy.as_deref())
        .map_err(|failure| CliError { exit: 3, chinese: failure.advise_or_detail() })?;
    Ok(Alarmer {
        store: context.store()?.clone(),
        config: Arc::clone(&context.config),
        http,
        secrets: Arc::new(FileSecrets::new(&context.data, &context.config.secrets_dir, credentials)),
        data: context.data.clone(),
        disk: disk_space,
        patience_s: PATIENCE_S,
        started: context.clock.now(),
        clock: Arc::clone(&context.clock),
        pulse: Pulse::default(),
    })
}

fn say(as_json: bool, answers: &[(&RobotConfig, Result<String, Refusal>)]) -> Result<(), CliError> {
    if as_json {
        let rows: Vec<_> = answers.iter().map(|(robot, answer)| answer_json(robot, answer)).collect();
        return print_json(&rows);
    }
    for (robot, answer) in answers {
        let name = robot.kind.chinese();
        match answer {
            Ok(words) => outln!("{name}：已收下，机器人原话：{words}"),
            Err(refusal) => {
                let code = refusal.code.map_or_else(String::new, |code| format!("{code} "));
                outln!("{name}：没有收下，机器人原话：{code}{}", refusal.words);
                outln!("  办法：{}", advice(robot.kind, refusal.class));
            }
        }
    }
    Ok(())
}

fn answer_json(robot: &RobotConfig, answer: &Result<String, Refusal>) -> serde_json::Value {
    let refusal = answer.as_ref().err();
    json!({
        "robot": robot.kind.word(), "accepted": answer.is_ok(), "class": refusal.map(|r| r.class.word()),
        "code": refusal.and_then(|r| r.code),
        "words": answer.as_ref().unwrap_or_else(|refusal| &refusal.words),
        "advice": refusal.map(|r| advice(robot.kind, r.class)),
    })
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let (open, notices) = context.store()?.read(|conn| Ok((alarms::open(conn)?, alarms::list(conn, LISTED)?)))?;
    if context.json {
        let open: Vec<_> =
            open.iter().map(|a| json!({"id": a.id, "cause": a.key, "subject": a.subject, "began": a.began})).collect();
        let notices: Vec<_> = notices.iter().map(notice_json).collect();
        print_json(&json!({"open": open, "notices": notices}))?;
        return Ok(Outcome::Done);
    }
    if open.is_empty() {
        outln!("没有未恢复的告警");
    } else {
        print_rows(&["编号", "起", "事项"], &open.iter().map(row).collect::<Vec<_>>());
    }
    if !notices.is_empty() {
        outln!("\n最近的消息：");
        print_rows(
            &["告警", "时间", "渠道", "第几次", "状态", "对方原话"],
            &notices.iter().map(notice_row).collect::<Vec<_>>(),
        );
    }
    Ok(Outcome::Done)
}

fn row(alarm: &Alarm) -> Vec<String> {
    vec![alarm.id.to_string(), beijing(alarm.began), alarm.subject.clone()]
}

fn notice_row(notice: &Notice) -> Vec<String> {
    let stage = match notice.stage {
        0 => "首次".to_owned(),
        hours if hours > 0 => format!("{hours}小时后"),
        _ => "恢复".to_owned(),
    };
    let state = match notice.state.as_str() {
        "sent" => "已收下",
        "queued" => "待发",
        "failed" => "放弃",
        _ => "已被后来的取代",
    };
    vec![
        notice.alarm.to_string(),
        beijing(notice.at),
        channel(&notice.channel).to_owned(),
        stage,
        state.to_owned(),
        notice.words.clone(),
    ]
}

fn channel(word: &str) -> &str {
    match word {
        "wecom" => "企业微信",
        "dingtalk" => "钉钉",
        "feishu" => "飞书",
        _ => "邮件",
    }
}

fn notice_json(notice: &Notice) -> serde_json::Value {
    json!({
        "alarm": notice.alarm, "channel": notice.channel, "stage": notice.stage, "state": notice.state,
        "attempts": notice.attempts, "at": notice.at, "sent_at": notice.sent_at, "class": notice.class,
        "code": notice.code, "words": notice.words,
    })
}
