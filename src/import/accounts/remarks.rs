//! What is worth a word to whoever brought the list: platforms and sources that may be meant otherwise.

use super::super::BadRow;
use super::super::header::Found;
use super::{COLUMNS, Entry, QUOTA, SOURCE};
use crate::domain::{Account, PlatformNote, SourceRef};
use std::collections::HashSet;

/// A source that the configuration does not know would be silence; a name that the account has
/// already is let pass. Without any configured source, the list may come first: see [`all`].
pub(super) fn refuse_sources(entries: &[Entry<'_>], known: &[Account], sources: &[&str], bad: &mut Vec<BadRow>) {
    if sources.is_empty() {
        return;
    }
    for entry in entries {
        for of in strangers(entry, known, sources) {
            let why =
                format!("配置文件中没有这个来源；已配置的有：{}。请改正，或先在配置文件中写好", sources.join("、"));
            bad.push(BadRow::new(entry.row, COLUMNS[SOURCE].aliases[0], &of.source, why));
        }
    }
}

fn strangers<'e>(
    entry: &'e Entry<'_>,
    known: &'e [Account],
    sources: &'e [&str],
) -> impl Iterator<Item = &'e SourceRef> {
    let had = entry.place.map_or(&[][..], |place| known[place].sources.as_slice());
    let is_known = |of: &SourceRef| sources.contains(&of.source.as_str()) || had.iter().any(|h| h.source == of.source);
    entry.wanted.sources.iter().filter(move |of| !is_known(of))
}

/// Everything worth a word, each kind once.
pub(super) fn all(found: &Found<'_>, entries: &[Entry<'_>], known: &[Account], sources: &[&str]) -> Vec<String> {
    let mut remarks = found.remarks.clone();
    let mut said = HashSet::new();
    for entry in entries {
        remarks.extend(platform(entry, known).filter(|(key, _)| said.insert(key.clone())).map(|(_, text)| text));
    }
    remarks.extend(unconfigured(entries, known, sources));
    remarks.extend(kept_quotas(found, entries, known));
    remarks.extend(same_names(entries, known));
    remarks
}

/// A remark, and what not to say twice.
fn platform(entry: &Entry<'_>, known: &[Account]) -> Option<(String, String)> {
    let line = entry.row.line;
    let name = entry.wanted.platform.name();
    let has_quota = entry.wanted.quota.is_some() || entry.place.is_some_and(|place| !known[place].quotas.is_empty());
    let text = match entry.wanted.note.as_ref()? {
        PlatformNote::WhichWechat => {
            format!(
                "第{line}行起有账号只写了“微信”，没写是哪一种，已按微信订阅号处理；是服务号的请把平台写成“微信服务号”"
            )
        }
        PlatformNote::ServiceAccount if has_quota => return None,
        PlatformNote::ServiceAccount => {
            format!(
                "第{line}行起有微信服务号：每月只能群发4次，请核对够不够检查口径规定的次数；不够的请与检查方确认，可在“每周次数”写 1（每周次数 = 1）"
            )
        }
        PlatformNote::NearMiss(known) => format!("第{line}行的平台“{name}”不认识，是不是“{known}”？已照原样保存"),
    };
    let kind = std::mem::discriminant(entry.wanted.note.as_ref()?);
    Some((format!("{kind:?}{name}"), text))
}

fn unconfigured(entries: &[Entry<'_>], known: &[Account], sources: &[&str]) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for of in entries.iter().flat_map(|entry| strangers(entry, known, sources)) {
        if !names.contains(&of.source.as_str()) {
            names.push(&of.source);
        }
    }
    let names = (!names.is_empty()).then(|| names.join("”“"))?;
    Some(format!("配置文件里还没有任何来源；写好“{names}”之前看不到这些账号"))
}

fn kept_quotas(found: &Found<'_>, entries: &[Entry<'_>], known: &[Account]) -> Option<String> {
    let kept = |entry: &&Entry<'_>| {
        entry.wanted.quota.is_none() && entry.place.is_some_and(|place| !known[place].quotas.is_empty())
    };
    let count = entries.iter().filter(kept).count();
    (found.has(QUOTA) && count > 0).then(|| format!("有{count}个账号的“每周次数”留空，仍按原来的次数；要改请写明次数"))
}

/// The same name with another handle is another account, or somebody has changed the handle.
fn same_names(entries: &[Entry<'_>], known: &[Account]) -> Vec<String> {
    let named: HashSet<(&str, &str)> = known.iter().map(|a| (a.platform.name(), a.name.as_str())).collect();
    let doubtful = |entry: &&Entry<'_>| {
        entry.place.is_none() && named.contains(&(entry.wanted.platform.name(), entry.wanted.name.as_str()))
    };
    let remark = |entry: &Entry<'_>| {
        format!("第{}行“{}”与台账中的账号同名、标识不同，已作为另一个账号", entry.row.line, entry.wanted.name)
    };
    entries.iter().filter(doubtful).map(remark).collect()
}
