//! The sections `[collectors.NAME]`: programs outside this one that read accounts for it. Credentials are
//! only named here.

use super::SourceConfig;
use super::sections::every_minutes;
use super::sheet::Section;
use super::sources::{check_name, sees};
use super::value::Value;
use cuigeng_adapters::exec::{Exec, ExecConfig};
use cuigeng_adapters::{Batch, Source, Strength};
use std::collections::BTreeMap;
use std::path::Path;

const COMMAND: &str =
    "写成 command = [\"程序\", \"参数\"]，程序写绝对路径，或采集程序目录（配置文件旁的 collectors）里的文件名";

/// The collectors, as sources of their names; none of which may be a source's already.
pub(super) fn collectors(
    section: &Section<'_, '_>,
    taken: &BTreeMap<String, SourceConfig>,
    base: &Path,
) -> BTreeMap<String, SourceConfig> {
    let mut understood = BTreeMap::new();
    for (name, child) in section.children() {
        if taken.contains_key(&name) {
            let path = format!("collectors.{name}");
            child.refuse_near("command", &path, "已有一个同名的来源", "换一个名字，台账的“来源”一列写的就是它");
        }
        understood.extend(collector(&name, child, base).map(|source| (name.clone(), source)));
    }
    understood
}

fn collector(name: &str, section: Section<'_, '_>, base: &Path) -> Option<SourceConfig> {
    if !section.is_written() {
        return None;
    }
    check_name(&section, "command", "collectors", name);
    if name.contains('/') || name.starts_with('.') {
        let path = format!("collectors.{name}");
        section.refuse_near("command", &path, "名字里不能有斜线，也不能以点开头", "换一个名字");
    }
    let command = section.must("command", COMMAND, command);
    let config = ExecConfig {
        command: command.unwrap_or_default(),
        dir: base.join("collectors"),
        secrets: secrets(&section),
        pass_env: section.or("pass_env", Vec::new(), |value| value.all(Value::name)),
        timeout_s: section.or("timeout_s", 300, |value| seconds(value, 3600)),
        first_line_s: section.or("first_line_s", 60, |value| seconds(value, 3600)),
        idle_s: section.or("idle_s", 90, |value| seconds(value, 3600)),
        page_limit: section.or("page_limit", 3, |value| value.count(1..=200)),
        strength: section.or("strength", Strength::Weak, |value| {
            value.one_of(&[("weak", Strength::Weak), ("strong", Strength::Strong)])
        }),
        sees: section.opt("sees", sees),
    };
    let every_s = section.opt("every_minutes", every_minutes).map(|minutes| minutes * 60);
    section.close();
    let source = Source::Batch(Batch::Exec(Box::new(Exec::new(config))));
    Some(SourceConfig { name: name.to_owned(), kind: "exec", source, every_s, pace_s: None })
}

fn command(value: &Value<'_, '_>) -> Option<Vec<String>> {
    let words = value.all(Value::name)?;
    if words.is_empty() { value.refuse("一个词也没有", COMMAND) } else { Some(words) }
}

/// `secrets = { cookie = "dy-cookie" }`; a leading `file:` is allowed, since a secret is a file.
fn secrets(section: &Section<'_, '_>) -> BTreeMap<String, String> {
    let entries = section.sub("secrets").entries();
    entries.into_iter().filter_map(|(name, value)| Some((name, value.secret_name()?))).collect()
}

fn seconds(value: &Value<'_, '_>, most: i64) -> Option<u64> {
    value.int(1..=most).and_then(|seconds| u64::try_from(seconds).ok())
}
