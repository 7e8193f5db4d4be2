//! A source is tried: its credential, and one real look that keeps nothing, through the code that the
//! daemon uses. For `source test` and for the page of sources.

use crate::config::{Config, SourceConfig, Transport};
use crate::domain::{Account, Kinds, Moment, PostKind, SourceRef, Strength, When};
use crate::poll::Poller;
use crate::rules::class_chinese;
use crate::secrets::FileSecrets;
use crate::spoken::{beijing, span_in_words};
use crate::standing::left;
use crate::store::StoreError;
use cuigeng_adapters::{Batch, Mask, Outcome, Probe, RawPost, Secrets, Seen, Source, Traits};
use std::collections::BTreeSet;

/// What was tried, and what came of it.
pub struct Tried<'a> {
    /// The source.
    pub source: &'a SourceConfig,
    /// Whose posts.
    pub account: Account,
    /// Where they are in the source.
    pub of: SourceRef,
    /// How the credential fared; `None` where there is none that can be tried by itself.
    pub probe: Option<Probe>,
    /// What was seen, as a step would believe it.
    pub seen: Seen,
    /// Seconds that it took.
    pub took_s: i64,
    /// What the source can do.
    pub traits: Traits,
    /// When.
    pub now: Moment,
}

impl Tried<'_> {
    /// The credential was turned away.
    pub fn is_refused(&self) -> bool {
        self.probe.as_ref().is_some_and(|probe| probe.trouble.is_some())
    }
}

/// Tries the source at that account. Nothing is kept.
///
/// # Errors
/// Those of the store, which is only read.
pub async fn attempt<'a>(
    poller: &Poller,
    source: &'a SourceConfig,
    account: Account,
    of: SourceRef,
) -> Result<Tried<'a>, StoreError> {
    let now = poller.clock.now();
    let probe = probe(poller, source, &of.key, now).await;
    let began = poller.clock.now();
    let seen = poller.try_look(&account, &of, None, began).await?;
    let took_s = poller.clock.now().since(began);
    let traits = source.source.traits(account.platform.kinds());
    Ok(Tried { source, account, of, probe, seen, took_s, traits, now })
}

/// Tries the credential; `None` for a source that has none, or none that can be tried by itself.
async fn probe(poller: &Poller, source: &SourceConfig, key: &str, now: Moment) -> Option<Probe> {
    match &source.source {
        Source::Paged(paged) if paged.can_be_probed() => {
            Some(paged.probe(key, now, &poller.http, poller.secrets.as_ref()).await)
        }
        Source::Paged(_) | Source::Batch(Batch::Inbox(_)) => None,
        Source::Batch(Batch::Exec(exec)) => {
            let state = poller.state_of(&source.name);
            Some(match exec.check(poller.secrets.as_ref(), &state, now).await.word {
                Ok(words) => {
                    Probe { told: Some(words).filter(|w| !w.is_empty()).into_iter().collect(), ..Probe::default() }
                }
                Err(failure) => Probe::failed(failure),
            })
        }
    }
}

/// What came of it, in lines with a label each; a label may be empty. A secret may still stand in them.
pub fn lines(tried: &Tried<'_>) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("来源", format!("{}（{}）", tried.source.name, tried.source.chinese())),
        ("账号", format!("{}，来源参数 {}", tried.account.title(), tried.of.key)),
    ];
    if let Some(probe) = &tried.probe {
        lines.push(("凭据", credential(probe, tried.now)));
        lines.extend(probe.told.iter().map(|line| ("", line.clone())));
    }
    lines.push(("监测", format!("{}（用时{}秒）", ended(&tried.seen), tried.took_s)));
    if let Outcome::Failed(failure) = &tried.seen.outcome {
        lines.push((COURSE, failure.to_string()));
        lines.extend(Some(("办法", failure.advice.clone())).filter(|(_, advice)| !advice.is_empty()));
    }
    lines.extend(tried.seen.notes.iter().map(|note| ("注意", note.advise_or_detail().to_string())));
    lines.extend(newest(&tried.seen).map(|newest| ("最新一条", post_in_words(newest))));
    lines.extend([("看清时段", proves(&tried.seen)), ("能证明", proof_in_words(tried))]);
    lines
}

/// The label of what is for whoever runs the program, in the words of the adapter.
pub const COURSE: &str = "经过";

/// How a look ended, in a few words.
pub fn ended(seen: &Seen) -> String {
    match &seen.outcome {
        Outcome::Complete if seen.first_check => "看清，列表为空（首次核对，请人工确认）".to_owned(),
        Outcome::Complete => format!("看清，{}条", seen.rows.len()),
        Outcome::Partial => format!("只看到一部分，{}条", seen.rows.len()),
        Outcome::Failed(failure) => format!("失败：{}", class_chinese(failure.class)),
    }
}

/// From when to when it has seen everything.
pub fn proves(seen: &Seen) -> String {
    let from = seen.reaches.iter().map(|reach| reach.from).min();
    let until = seen.reaches.iter().map(|reach| reach.until).max();
    span_in_words(from.zip(until))
}

fn credential(probe: &Probe, now: Moment) -> String {
    let end = probe.expires.map(|end| format!("，{}", left(end, now))).unwrap_or_default();
    match &probe.trouble {
        None => format!("✓ 没有发现问题{end}"),
        Some(failure) => format!("✗ {}{end}（{failure}）", failure.advise_or_detail()),
    }
}

/// The newest row that is not pinned, else the newest of all.
pub fn newest(seen: &Seen) -> Option<&RawPost> {
    seen.rows.iter().max_by_key(|row| (!row.pinned, row.when.latest()))
}

/// A post in one line.
pub fn post_in_words(row: &RawPost) -> String {
    let when = match row.when {
        When::At(at) => beijing(at),
        When::Day(date) => date.to_string(),
        When::Span { from, until } => format!("{} 至 {}之间", beijing(from), beijing(until)),
    };
    let title: String = row.title.chars().take(30).collect();
    let marks: Vec<&str> = [(row.pinned, "置顶"), (row.repost, "转发"), (!row.visible, "不公开")]
        .into_iter()
        .filter_map(|(is, word)| is.then_some(word))
        .collect();
    let marks = if marks.is_empty() { String::new() } else { format!("（{}）", marks.join("、")) };
    format!("{when} {title}{marks}")
}

/// What the look proves about what was not seen.
pub fn proof_in_words(tried: &Tried<'_>) -> String {
    let kinds = tried.account.platform.kinds();
    let whole = tried.traits.sees.and(kinds) == kinds;
    let seen = if whole {
        String::new()
    } else {
        format!("；这个平台的更新它{}看得到", sees(&tried.traits, kinds))
    };
    let silence = match (tried.traits.strength, whole) {
        _ if tried.seen.reaches.is_empty() && tried.seen.rows.is_empty() => {
            return "什么也不能证明：看不到不等于没有更新".to_owned();
        }
        _ if tried.seen.reaches.is_empty() => "这次没有看清任何时段，只能证明看到的更新",
        (Strength::Strong, true) => "看到的更新算数；看清的时段里没看到的，可以认定没有更新",
        (Strength::Strong, false) => "看到的更新算数；看不全，不能单独认定没有更新",
        (Strength::Weak, _) => "看到的更新算数；没看到的只算疑似，要人工核实",
    };
    format!("{silence}{seen}")
}

/// The kinds of post that it sees.
pub fn sees(traits: &Traits, kinds: Kinds) -> String {
    if traits.sees.and(kinds) == kinds {
        return "全部".to_owned();
    }
    let word = |kind| match kind {
        PostKind::Post => "普通",
        PostKind::Notified => "群发",
        PostKind::Unnotified => "发布",
    };
    let words: Vec<&str> = traits.sees.iter().map(word).collect();
    if words.is_empty() { "无".to_owned() } else { format!("只有{}", words.join("、")) }
}

/// Names of the secrets that the sources of these accounts, and the mail, need.
pub fn secret_names(config: &Config, accounts: &[Account]) -> BTreeSet<String> {
    let of_sources = accounts.iter().flat_map(|account| &account.sources);
    let used = of_sources.filter_map(|of| Some((config.sources.get(&of.source)?, of.key.as_str())));
    let shared = config.sources.values().filter(|source| source.credential_is_shared());
    let sources =
        used.chain(shared.map(|source| (source, ""))).flat_map(|(source, key)| source.source.secret_names(key));
    let password = match &config.mail.transport {
        Transport::Smtp(server) => server.password_secret.clone(),
        Transport::Folder(_) => None,
    };
    let mailbox = crate::mail::returned::configured(config).map(|mailbox| mailbox.password_secret.clone());
    sources.chain(password).chain(mailbox).collect()
}

/// What must not be repeated of what others say: each of these secrets.
pub fn mask(config: &Config, secrets: &FileSecrets, accounts: &[Account]) -> Mask {
    let names = secret_names(config, accounts);
    let values: Vec<_> = names.iter().filter_map(|name| secrets.get(name).ok()).collect();
    Mask::new(values.iter().map(cuigeng_adapters::Secret::expose))
}
