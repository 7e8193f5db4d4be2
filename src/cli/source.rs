//! `source list`: every source, what hangs on it and what it can prove; and the words that the other
//! verbs about sources share.

use super::{CliError, Context, Outcome, outln, print_json, print_rows};
use crate::config::SourceConfig;
use crate::domain::{Account, Kinds, PostKind, SourceRef, Strength};
use crate::standing::{Users, missing, of, unknown, users};
use crate::trial::sees;
use cuigeng_adapters::{Delay, Source, Traits};
use serde_json::{Value, json};

/// Lists the sources.
pub(super) fn list(context: &Context) -> Result<Outcome, CliError> {
    let accounts = context.accounts()?;
    let now = context.clock.now();
    let users = users(&accounts, now);
    let without = accounts.iter().filter(|a| a.state_at(now).is_judged() && a.sources.is_empty()).count();
    if context.json {
        print_json(&as_json(context, &users, without))?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Vec<String>> =
        context.config.sources.values().map(|source| row(context, source, of(&users, &source.name))).collect();
    if rows.is_empty() {
        outln!("配置里没有来源，全部账号由人工核查");
    } else {
        print_rows(&["来源", "种类", "账号", "可信程度", "看得到", "多久能看到", "间隔"], &rows);
    }
    for (name, users) in unknown(&context.config, &users) {
        outln!("✗ {}", missing(name, users.len()));
    }
    outln!("没有来源、只靠人工核查的账号：{without}个");
    Ok(Outcome::Done)
}

/// The configured source of that name.
pub(super) fn named<'a>(context: &'a Context, name: &str) -> Result<&'a SourceConfig, CliError> {
    context.config.sources.get(name).ok_or_else(|| {
        let names: Vec<&str> = context.config.sources.keys().map(String::as_str).collect();
        let known = if names.is_empty() {
            "配置里一个来源也没有".to_owned()
        } else {
            format!("现有：{}", names.join("、"))
        };
        CliError::failed(format!("配置里没有名为“{name}”的来源；{known}"))
    })
}

/// What the source says of itself for the platforms of these accounts.
pub(super) fn traits(source: &SourceConfig, users: &[(&Account, &SourceRef)]) -> (Traits, Kinds) {
    let kinds = users.iter().fold(Kinds::NONE, |kinds, (account, _)| kinds.or(account.platform.kinds()));
    let usual = if source.kind == "wechat" { Kinds::WECHAT } else { Kinds::POST };
    let kinds = if kinds == Kinds::NONE { usual } else { kinds };
    // Kinds of one platform at a time: a source that sees 群发 only is asked about 公众号.
    let kinds = if kinds.and(Kinds::WECHAT) == Kinds::NONE { kinds } else { kinds.and(Kinds::WECHAT) };
    (source.source.traits(kinds), kinds)
}

/// How far its silence may be trusted.
pub(super) fn strength(traits: &Traits) -> &'static str {
    match traits.strength {
        Strength::Strong => "强（可作未更新的依据）",
        Strength::Weak => "弱（未更新只算疑似）",
    }
}

fn delay(traits: &Traits) -> String {
    match traits.delay {
        Delay::None => "即时".to_owned(),
        Delay::NextDay { hour } => format!("次日{hour}时后"),
    }
}

fn pace(context: &Context, source: &SourceConfig) -> String {
    let every = source.every_s.unwrap_or(context.config.poll.every_s) / 60;
    let between = match (&source.source, source.pace_s()) {
        (Source::Batch(_), _) | (_, 0) => String::new(),
        (_, seconds) => format!("，两次请求隔{seconds}秒"),
    };
    format!("每账号{every}分钟{between}")
}

fn row(context: &Context, source: &SourceConfig, users: &[(&Account, &SourceRef)]) -> Vec<String> {
    let (traits, kinds) = traits(source, users);
    vec![
        source.name.clone(),
        source.chinese().to_owned(),
        users.len().to_string(),
        strength(&traits).to_owned(),
        sees(&traits, kinds),
        delay(&traits),
        pace(context, source),
    ]
}

fn as_json(context: &Context, users: &Users<'_>, without: usize) -> Value {
    let one = |source: &SourceConfig| {
        let users = of(users, &source.name);
        let (traits, _) = traits(source, users);
        let shows_at = match traits.delay {
            Delay::None => None,
            Delay::NextDay { hour } => Some(hour),
        };
        json!({
            "name": source.name, "kind": source.kind, "kind_text": source.chinese(), "accounts": users.len(),
            "strength": traits.strength, "sees": traits.sees.iter().map(PostKind::word).collect::<Vec<_>>(),
            "next_day_hour": shows_at, "every_s": source.every_s.unwrap_or(context.config.poll.every_s),
            "pace_s": source.pace_s()
        })
    };
    let sources: Vec<Value> = context.config.sources.values().map(one).collect();
    let missing: Vec<Value> = unknown(&context.config, users)
        .into_iter()
        .map(|(name, users)| json!({"name": name, "accounts": users.len(), "cure": missing(name, users.len())}))
        .collect();
    json!({"sources": sources, "unknown": missing, "accounts_without_source": without})
}
