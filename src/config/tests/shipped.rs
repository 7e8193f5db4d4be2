//! What is shipped: the example shows every key and holds what holds when nothing is written; the unit file
//! explains itself.

use super::*;

#[test]
fn what_holds_when_nothing_is_written_is_what_is_shipped() {
    let shipped = format!("{:?}", load(None).unwrap());
    assert_eq!(format!("{:?}", parse("", "", Path::new("")).unwrap()), shipped);
    let config = load(None).unwrap();
    assert_eq!((config.mode, config.profile.name.as_str()), (Mode::Trial, "通用"));
    assert_eq!(config.mail.transport, Transport::Folder("outbox".into()));
    assert_eq!(config.warn.silence_leads.iter().map(|lead| lead.day).collect::<Vec<_>>(), [10, 12, 13, 14]);
    assert_eq!(config.check.schedule.next_after(at("2022-06-20 09:00")), Some(at("2022-06-27 09:00")));
}

/// Every key and section of a text, with its sections.
fn keys_of(table: &toml::Table, path: &str, keys: &mut BTreeSet<String>) {
    for (key, value) in table {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let inner = value.as_array().into_iter().flatten().chain([value]).filter_map(toml::Value::as_table);
        inner.for_each(|table| keys_of(table, &path, keys));
        keys.insert(path);
    }
}

#[test]
fn the_shipped_file_shows_every_key_and_no_other() {
    let text = all_switched_on();
    let mut shown = BTreeSet::new();
    keys_of(&text.parse().unwrap(), "", &mut shown);
    let written = crate::config::syntax::Written::new("config.toml", &text);
    let sheet = Sheet::new(&written);
    understand(&sheet, Path::new("/nonexistent"));
    // The names of sources are the operator's; what every kind may set is shown once.
    let known = |key: &String| match key.split('.').collect::<Vec<_>>()[..] {
        ["sources" | "collectors", _] | ["collectors", _, "secrets", _] => None,
        ["collectors", _, "every_minutes"] => None,
        ["sources", _, key @ ("every_minutes" | "pace_seconds")] => Some(format!("sources.*.{key}")),
        _ => Some(key.clone()),
    };
    let asked: BTreeSet<String> = sheet.asked().iter().filter_map(known).collect();
    assert_eq!(shown.iter().filter_map(known).collect::<BTreeSet<_>>(), asked);
}

#[test]
fn the_shipped_file_explains_every_key_in_chinese() {
    let chinese = |line: &str| line.starts_with('#') && line.chars().any(|c| c > '\u{2e80}');
    let lines: Vec<&str> = SHIPPED.lines().collect();
    let key = |line: &str| line.trim_start_matches('#').split_once(" = ").map(|(key, _)| key.to_owned());
    for (above, line) in lines.iter().zip(&lines[1..]) {
        let Some(name) = key(line).filter(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')) else {
            continue;
        };
        let is_source_kind = name == "kind" && above.contains("[sources.");
        assert!(chinese(above) || is_source_kind, "{line} has no sentence above it");
    }
}

#[test]
fn everything_switched_on_is_a_sound_configuration() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("calendar")).unwrap();
    let calendar = r#"{"2027": {"holidays": [{"name": "元旦", "first": "2027-01-01", "last": "2027-01-03"}]}}"#;
    std::fs::write(dir.path().join("calendar/2027.json"), calendar).unwrap();
    std::fs::write(dir.path().join("mail-ca.pem"), "").unwrap();
    let text = all_switched_on().replace("\nschedule = ", "\n#schedule = ").replace("\"folder\"", "\"smtp\"");
    let text = text.replace("xmt@localhost", "xmt@qinghe.example");
    let config = parse(&text, "config.toml", dir.path()).unwrap_or_else(|told| panic!("{told}"));
    assert!(config.calendar.knows(2027) && config.calendar.knows(2026));
    let Transport::Smtp(server) = &config.mail.transport else { panic!("{:?}", config.mail.transport) };
    assert_eq!((server.port, server.security, server.helo.as_str()), (465, Security::Tls, "[127.0.0.1]"));
    assert_eq!(server.password_secret.as_deref(), Some("smtp"));
    assert_eq!(config.secrets_dir, dir.path().join("secrets"));
    let kinds: Vec<&str> = config.sources.values().map(|source| source.kind).collect();
    assert_eq!(
        kinds,
        [
            "douyin",
            "douyin_open",
            "douyin_v4",
            "inbox",
            "exec",
            "feed",
            "wechat",
            "weibo",
            "weibo_commercial",
            "weibo_open",
            "weibo_desktop"
        ]
    );
    // The values shown are those that hold when nothing is written.
    let bare = "[sources.douyin]\nkind = \"douyin\"\nkey = \"douyin-bridge\"\n[sources.inbox]\nkind = \"inbox\"\n\
        [sources.rss]\nkind = \"feed\"\nbase = \"http://127.0.0.1:1200/\"\naccess_key = \"rsshub\"\nsees = [\"群发\"]\n\
        every_minutes = 240\npace_seconds = 1\n[sources.wechat]\nkind = \"wechat\"\n[sources.weibo]\n\
        kind = \"weibo\"\ncookie = \"weibo-cookie\"\n[sources.weibo-pc]\nkind = \"weibo_desktop\"\n\
        cookie = \"weibo-pc-cookie\"\n[sources.weibo-open]\nkind = \"weibo_open\"\n[sources.weibo-commercial]\n\
        kind = \"weibo_commercial\"\ntoken = \"weibo-commercial\"\n[sources.douyin-v4]\nkind = \"douyin_v4\"\n\
        [sources.douyin-open]\nkind = \"douyin_open\"\nclient_key = \"aw0000000000000000\"\n\
        [collectors.kuaishou]\ncommand = [\"http_vendor.py\"]\nsees = [\"普通\"]\npass_env = [\"DISPLAY\"]\n\
        secrets = { token = \"kuaishou-token\", base = \"file:kuaishou-base\" }\n";
    let bare = parse(bare, "config.toml", dir.path()).unwrap_or_else(|told| panic!("{told}"));
    assert_eq!(format!("{:?}", bare.sources), format!("{:?}", config.sources));
}

#[test]
fn the_example_is_written_once() {
    let dir = tempfile::tempdir().unwrap();
    let etc = dir.path().join("etc/cuigeng");
    let made = write_example(&etc).unwrap();
    assert_eq!(made, [etc.join("config.toml"), etc.join("secrets")]);
    assert!(load(Some(&made[0])).is_ok());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&made[1]).unwrap().permissions().mode() & 0o777, 0o700);
    }
    std::fs::write(&made[0], "mode = \"正式\"").unwrap();
    let refused = write_example(&etc).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::AlreadyExists);
    assert!(refused.to_string().contains("已经存在"), "{refused}");
    assert_eq!(std::fs::read_to_string(&made[0]).unwrap(), "mode = \"正式\"");
    assert!(next_steps(&etc).contains(&made[0].display().to_string()));
}

/// The unit file is part of the configuration; each of its lines says why it stands there.
#[test]
fn every_line_of_the_unit_has_its_reason() {
    let unit = include_str!("../../../systemd/cuigeng.service");
    let mut explained = false;
    for line in unit.lines() {
        let is_setting = line.contains('=') && !line.starts_with('#');
        assert!(!is_setting || explained, "{line} has no comment above it");
        explained = line.starts_with("# ") || (explained && is_setting && line.starts_with("SystemCall"));
    }
    assert!(unit.contains("--config /etc/cuigeng/config.toml --data /var/lib/cuigeng"));
}
