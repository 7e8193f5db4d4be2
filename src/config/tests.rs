//! The configuration read as an operator writes it: every kind of mistake by its line, and the
//! shipped files against the code.

use super::raw::{SHIPPED, understand};
use super::sheet::Sheet;
use super::*;
use std::collections::BTreeSet;
use std::path::Path;

fn read(text: &str) -> Result<Config, ConfigFaults> {
    parse(text, "config.toml", Path::new("/nonexistent"))
}

fn faults(text: &str) -> ConfigFaults {
    read(text).expect_err("a mistake")
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// The shipped file with everything that is commented out switched on.
fn all_switched_on() -> String {
    let bare =
        |line: &str| line.starts_with('#') && line[1..].starts_with(|c: char| c.is_ascii_lowercase() || c == '[');
    SHIPPED.lines().map(|line| if bare(line) { &line[1..] } else { line }).collect::<Vec<_>>().join("\n")
}

#[test]
fn eight_mistakes_are_told_at_once() {
    let text = "\
profile = \"通甩\"
mode = \"试运营\"
[office]
clerk_mail = \"青禾@example.cn\"
[check]
schedule = \"0 9 * * 1\"
[poll]
every_minuts = 60
at_once = \"四\"
[mail]
transport = \"smtp\"
from = \"政务公开办 <xmt@example.cn>\"
[mail.smtp]
host = \"smtp.example.cn\"
port = 70000
[sources.x]
kind = \"weibo\"
base = \"m.weibo.cn\"
";
    let told = faults(text);
    let places: Vec<(usize, usize, &str)> =
        told.list().iter().map(|fault| (fault.line, fault.column, fault.key.as_str())).collect();
    assert_eq!(
        places,
        [
            (1, 11, "profile"),
            (2, 8, "mode"),
            (4, 14, "office.clerk_mail"),
            (6, 12, "check.schedule"),
            (8, 1, "poll.every_minuts"),
            (9, 11, "poll.at_once"),
            (15, 8, "mail.smtp.port"),
            (18, 8, "sources.x.base"),
        ]
    );
    let shown = told.to_string();
    for line in [1, 2, 4, 6, 8, 9, 15, 18] {
        assert!(shown.contains(&format!("config.toml:{line}:")), "line {line} in\n{shown}");
    }
    assert_eq!(shown.matches("办法").count(), 8, "{shown}");
    assert!(shown.ends_with("配置有8处错误，请改正后重试。"), "{shown}");
}

#[test]
fn the_mailbox_of_returned_letters_is_as_for_sending_unless_it_says_otherwise() {
    let smtp = "[office]\nclerk_mail = [\"c@qq.com\"]\n[mail]\ntransport = \"smtp\"\nfrom = \"甲 <x@qq.com>\"\n[mail.smtp]\npreset = \"qq\"\nuser = \"x@qq.com\"\npassword = \"smtp\"\n";
    let off = read(smtp).unwrap();
    assert_eq!(
        (off.mail.bounces.is_none(), explain(&off, at("2026-07-23 09:00")).contains("退信：不收取")),
        (true, true)
    );
    let on = read(&format!("{smtp}[mail.bounces]\n")).unwrap();
    let mailbox = on.mail.bounces.clone().unwrap();
    assert_eq!((mailbox.host.as_str(), mailbox.port, mailbox.every_s), ("imap.qq.com", 993, 600));
    assert_eq!((mailbox.user.as_str(), mailbox.password_secret.as_str()), ("x@qq.com", "smtp"));
    assert!(explain(&on, at("2026-07-23 09:00")).contains("每隔10分钟到 imap.qq.com:993"));
    let lines: Vec<(usize, String)> =
        faults(&format!("{smtp}[mail.bounces]\nsecurity = \"plain\"\nevery_minutes = 0\nfoldr = \"INBOX\"\n"))
            .list()
            .iter()
            .map(|fault| (fault.line, fault.key.clone()))
            .collect();
    let told = |line, key: &str| (line, format!("mail.bounces.{key}"));
    assert_eq!(lines, [told(11, "security"), told(12, "every_minutes"), told(13, "foldr")]);
    let no_login = faults(&smtp.replace("user = \"x@qq.com\"\npassword = \"smtp\"\n", "[mail.bounces]\n"));
    assert_eq!(no_login.list()[0].key, "mail.bounces.user");
    let differs = faults(&smtp.replace("<x@qq.com>", "<y@qq.com>"));
    assert_eq!(differs.list()[0].key, "mail.from");
}

/// One line each: what is written, the line of the only mistake, a word of what is said or cured.
const MISTAKES: [(&str, usize, &str); 71] = [
    ("mode = 正式", 1, "没有加引号"),
    ("mode = “正式”", 1, "全角符号「“」"),
    ("mode＝\"正式\"", 1, "全角符号「＝」"),
    ("\nmode =", 2, "没有加引号"),
    ("mode", 1, "只有键名"),
    ("mode = \"正式", 1, "引号没有配对"),
    ("mode = \"正式\" 是的", 1, "多余的内容"),
    ("mode = \"试运行\"\nmode = \"正式\"", 2, "写了两次"),
    ("[poll]\n\n[poll]", 3, "写了两次"),
    ("[poll", 1, "右方括号"),
    ("[来源]", 1, "用英文双引号括起来"),
    ("[poll]\nat_once = 007", 2, "多写了0"),
    ("[check]\ndates = [\"2026-01-05\"\nwhen_off = \"keep\"", 2, "列表没有写完"),
    ("[mail]\nfolder = \"C:\\信件\"", 2, "反斜杠"),
    ("[warn]\nhour = 25:00", 2, "TOML"),
    ("moed = \"正式\"", 1, "是不是想写 mode"),
    ("[maill]", 1, "是不是想写 mail"),
    ("[zzzzzzzz]", 1, "没有这一节"),
    ("poll = 3", 1, "应为一节，写成了整数"),
    ("mode = 3", 1, "应为文字，写成了整数"),
    ("mode = \"正示\"", 1, "是不是想写“正式”"),
    ("mode = \"乙\"", 1, "可以写的有"),
    ("profile = \"偃师市\"", 1, "现有的有：通用、国办、开封、济源、偃师"),
    ("profile = \"../通用\"", 1, "没有名为"),
    ("mode = \"正式\"", 1, "必须有检查方的邮箱"),
    ("[office]\nname = \"\"", 2, "不能为空"),
    ("[office]\nname = \"甲\\n乙\"", 2, "控制字符"),
    ("[office]\nclerk_mail = \"xmt.example.cn\"", 2, "缺少@"),
    ("[office]\nclerk_mail = \"xmt＠example.cn\"", 2, "全角"),
    ("[office]\nclerk_mail = [\"a@example.cn\", \"b@@example.cn\"]", 2, "两个@"),
    ("[office]\nleader_mail = \"a@example.cn；@example.cn\"", 2, "前后都要有内容"),
    ("[office]\noperator_mail = \"a b@example.cn\"", 2, "空格"),
    ("[office]\noperator_mail = \"a@青禾.cn\"", 2, "中文"),
    ("[check]\nschedule = \"0 9 * * 5\"", 2, "星期请写名字"),
    ("[check]\nschedule = \"9点\"", 2, "应有5段"),
    ("[check]\nschedule = \"0 9 * * 周一\"\ndates = [\"2026-01-05\"]", 3, "只能写一个"),
    ("[check]\ndates = []", 2, "一个检查日期也没有"),
    ("[check]\ndates = [\"2026-01-05\", \"2026-02-30\"]", 2, "不是日期"),
    ("[check]\nwhen_off = \"skip\"", 2, "next_working_day"),
    ("[poll]\nevery_minutes = 1", 2, "应在5到1440之间"),
    ("[poll]\nat_once = 4.0", 2, "写成了小数"),
    ("[warn]\nhour = \"9点\"", 2, "24小时制"),
    ("[warn]\nweek_leads = [\"周四\", 5]", 2, "应为星期的名字"),
    ("[warn]\nweek_leads = \"周四\"", 2, "应为列表"),
    ("[warn]\nsilence_leads = [{ day = 15, to = [\"运维人员\"] }]", 2, "第14天是最后一天"),
    ("[warn]\nsilence_leads = [{ day = 9, to = [\"检查方\"] }, { day = 9, to = [\"检查方\"] }]", 2, "一级比一级大"),
    ("[warn]\nsilence_leads = [{ day = 9, to = [\"分管\"] }]", 2, "分管领导"),
    ("[warn]\nsilence_leads = [{ day = 9 }]", 2, "没有写这一项"),
    ("[report]\nsummary_latest_hours = 0", 2, "应在1到167之间"),
    ("[report.paper]\nform = \"通知\"", 2, "是不是想写“通报”"),
    ("[report.paper]\nnumber = \"青政办函[{年}]{号}号\"", 2, "六角括号"),
    ("[report.paper]\nnumber = \"青政办函〔{年}〕5号\"", 2, "没有留出 {号}"),
    ("[report.paper]\nnumber = \"青政办函〔{year}〕{号}号\"", 2, "{年} 和 {号}"),
    ("[report.paper]\nsealed = \"是\"", 2, "不加引号"),
    ("[report.paper]\nisuer = \"甲\"", 2, "是不是想写 issuer"),
    ("[mail]\nfrom = \"政务公开办 <xmt@example.cn\"", 2, "尖括号"),
    ("[mail]\ntransport = \"smtp\"\nfrom = \"a@example.cn\"\n[office]\nclerk_mail = \"a@example.cn\"", 1, "邮件服务器"),
    ("[mail.smtp]\nhost = \"https://smtp.example.cn\"", 2, "只写主机名"),
    ("[mail.smtp]\nhost = \"smtp.example.cn\"\nuser = \"a\"", 3, "没有写口令"),
    ("[mail.smtp]\nhost = \"smtp.example.cn\"\nca_file = \"ca.pem\"", 3, "找不到文件"),
    ("[calendar]\nfile = \"2027.json\"", 2, "找不到文件"),
    ("[http]\nproxy = \"10.0.0.1:3128\"", 2, "socks5://"),
    ("[http]\nproxy = \"http://user:word@10.0.0.1:3128\"", 2, "不能带用户名"),
    ("[web]\npublic_url = \"10.20.0.8:8318\"", 2, "写成 http:// 或 https://"),
    ("[web]\npublic_url = \"http://10.20.0.8:8318/?x=1\"", 2, "不能带用户名、口令和参数"),
    ("[web]\npublic_url = \"ftp://10.20.0.8\"", 2, "http:// 或 https://"),
    ("[web]\nlisten = \"8318\"", 2, "IP:端口"),
    ("[web]\nlisten = \"127.0.0.1:0\"", 2, "不是可以监听的地址"),
    ("[web]\npublic_ulr = \"http://10.20.0.8\"", 2, "是不是想写 public_url"),
    ("[sources.x]\nbase = \"http://127.0.0.1\"", 1, "写上 kind"),
    ("[log]\nlevel = \"verbose\"", 2, "不是日志级别"),
];

#[test]
fn every_kind_of_mistake_has_its_line_and_cure() {
    for (text, line, word) in MISTAKES {
        let told = faults(text);
        let [fault] = told.list() else { panic!("{text}: one mistake wanted\n{told}") };
        assert_eq!(fault.line, line, "{text}\n{told}");
        assert!(fault.to_string().contains(word), "{text}: {word} wanted\n{fault}");
        assert!(!fault.cure.is_empty(), "{text}");
    }
}

#[test]
fn mistakes_of_sources() {
    for (text, line, word) in [
        ("[sources.x]\nkind = \"wexin\"", 2, "可以写的有"),
        ("[sources.x]\nkind = \"wechatt\"", 2, "是不是想写“wechat”"),
        ("[sources.\"甲 乙\"]\nkind = \"inbox\"", 2, "不能有空格"),
        ("[sources.x]\nkind = \"inbox\"\ncookie = \"weibo\"", 3, "没有这个键"),
        ("[sources.x]\nkind = \"weibo\"\npage_cap = 0", 3, "应在1到200之间"),
        ("[sources.x]\nkind = \"wechat\"\nfirst_date = \"去年\"", 3, "不是日期"),
        ("[sources.x]\nkind = \"wechat\"\nready_hour = 24", 3, "应在0到23之间"),
        ("[sources.x]\nkind = \"feed\"\nsees = []", 3, "一种也没有写"),
        ("[sources.x]\nkind = \"feed\"\nbridge = \"wewe-rs\"", 3, "是不是想写“wewe-rss”"),
        ("[sources.x]\nkind = \"feed\"\nbridge = \"wewe-rss\"\nstrength = \"strong\"", 4, "官方接口"),
        ("[sources.x]\nkind = \"weibo_commercial\"", 1, "写上访问令牌文件的名字"),
        ("[sources.x]\nkind = \"douyin_open\"", 1, "client_key"),
        ("[sources.x]\nkind = \"exec\"", 2, "collectors"),
        ("[collectors.x]\ntimeout_s = 5", 1, "command"),
        ("[collectors.x]\ncommand = []", 2, "一个词也没有"),
        ("[sources.x]\nkind = \"inbox\"\n[collectors.x]\ncommand = [\"a\"]", 4, "同名"),
        ("[sources.x]\nkind = \"weibo\"\npace_seconds = 1000", 3, "应在0到600之间"),
        ("[sources.x]\nkind = \"feed\"\nwhole = \"是\"", 3, "true 或 false"),
        ("[sources.x]\nkind = \"douyin\"\nbase = \"http://127.0.0.1:99999\"", 3, "不是可用的网址"),
        ("[sources]\nx = 1", 2, "应为一节"),
    ] {
        let told = faults(text);
        let [fault] = told.list() else { panic!("{text}: one mistake wanted\n{told}") };
        assert_eq!(fault.line, line, "{text}\n{told}");
        assert!(fault.to_string().contains(word), "{text}: {word} wanted\n{fault}");
    }
}

#[test]
fn no_mistake_hides_the_others() {
    let text = "\
[office]
name = \"青禾县\" 好
region＝\"青禾县\"
[poll
every_minutes = 60
[check]
dates = [\"2026-01-05\",
  \"2026-01-12\"
when_off = \"Keep\"
[warn]
week_leads = [\"周四\", \"週五\"]
";
    let lines: Vec<usize> = faults(text).list().iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [2, 3, 4, 7, 9, 11]);
}

#[test]
fn a_text_that_is_no_toml_ends() {
    let told = faults(&"没有等号\n".repeat(500));
    assert!((1..=60).contains(&told.list().len()), "{}", told.list().len());
    assert!(read(&"[".repeat(2_000)).is_err());
    assert!(read(&"a = [".repeat(2_000)).is_err());
}

#[test]
fn a_secret_is_never_repeated() {
    const CANARY: &str = "Zq7/canary+8s0fW";
    for written in [
        format!("[mail.smtp]\nhost = \"h\"\nuser = \"u\"\npassword = \"{CANARY}\""),
        format!("[mail.smtp]\npassword = \"{CANARY}"),
        format!("[mail.smtp]\npassword \"{CANARY}\""),
        format!("[mail.smtp]\npassword＝\"{CANARY}\""),
        format!("[mail.smtp]\npassword = {CANARY}"),
        format!("[mail.smtp]\npassword = [\"{CANARY}\"]"),
        format!("[mail.smtp]\npassword = [\n\"{CANARY}\"\n]"),
        format!("[mail.smtp]\npassword = \"\"\"\n{CANARY} \\q\n\"\"\""),
        format!("[mail]\nsmtp = {{ host = \"h\", user = \"u\", password = \"{CANARY}\" }}"),
        format!("[mail.smtp]\npasswort = \"{CANARY}\""),
        format!("[mail.smtp]\nmima = \"{CANARY}\""),
        format!("\"授权码\" = \"{CANARY}\""),
        format!("[sources.x]\nkind = \"weibo\"\ncookie = \"SUB={CANARY}; SUBP=1\""),
        format!("[sources.x]\nkind = \"feed\"\naccess_key = \"{CANARY}\""),
        format!("[sources.x]\nkind = \"feed\"\nbase = \"ftp://host/?key={CANARY}\""),
        format!("[sources.x]\nkind = \"douyin\"\nkey = \"{CANARY}\""),
        format!("[http]\nproxy = \"htp://user:{CANARY}@10.0.0.1:1\""),
        format!("[http]\nproxy = \"http://user:{CANARY}@10.0.0.1:1"),
        format!("[sources.x]\nkind = \"feed\"\nbase = \"http://host/{CANARY}?key=1\""),
        format!("[secrets]\nsmtp = \"{CANARY}\""),
    ] {
        let told = faults(&written);
        for shown in [told.to_string(), format!("{told:?}"), told.list()[0].to_string()] {
            assert!(!shown.contains("canary"), "{written}\n{shown}");
        }
    }
    // What looks like a 授权码 or a key is no name, although its letters would be allowed.
    for secret in ["abcdefghijklmnop", "dtk_0123456789ab", "0123456789abcdef0123456789abcdef"] {
        let told = faults(&format!("[mail.smtp]\nhost = \"h\"\nuser = \"u\"\npassword = \"{secret}\""));
        assert!(!told.to_string().contains(secret) && !format!("{told:?}").contains(secret), "{told}");
    }
    assert!(read("[mail.smtp]\nhost = \"h\"\nuser = \"u\"\npassword = \"smtp-qinghe.2026\"").is_ok());
}

#[test]
fn carets_stand_under_what_is_wrong() {
    let told = faults("[warn]\r\nweek_leads = [\"周四\", \"週五\"] # 提醒\r\n");
    let shown = told.to_string();
    let lines: Vec<&str> = shown.lines().collect();
    let at = lines.iter().position(|line| line.contains("週五\"]")).unwrap();
    let width = |text: &str| unicode_width::UnicodeWidthStr::width(text);
    let before = lines[at].split("\"週五").next().unwrap();
    assert_eq!(width(lines[at + 1].trim_end_matches('^')), width(before), "{shown}");
    assert_eq!(lines[at + 1].matches('^').count(), width("\"週五\""), "{shown}");
    assert!(lines[at].ends_with("# 提醒"), "{shown:?}");
}

#[test]
fn byte_order_mark_and_crlf_change_nothing() {
    let plain = format!("{:?}", read(SHIPPED).unwrap());
    for text in [format!("\u{feff}{SHIPPED}"), SHIPPED.replace('\n', "\r\n")] {
        assert_eq!(format!("{:?}", read(&text).unwrap()), plain);
    }
    let fault = faults("\u{feff}mode = \"正式\"\r\nmoed = 1\r\n");
    assert_eq!(fault.list().iter().map(|f| (f.line, f.column)).collect::<Vec<_>>(), [(1, 1), (2, 1)]);
}

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
    let written = super::syntax::Written::new("config.toml", &text);
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
fn what_is_meant() {
    let text = "\
mode = \"正式\"
[office]
clerk_mail = \"a@example.cn；b@example.cn, c@example.cn\"
[check]
dates = [2026-02-16, \"2026年2月9日 10:30\", \"2026-02-09 10:30\"]
when_off = \"next_working_day\"
[warn]
hour = 08:30
week_leads = [\"星期五\", \"Wed\", \"周五\"]
silence_leads = []
[mail]
transport = \"smtp\"
from = \"\\\"青禾县\\\" <xmt@example.cn>\"
[mail.smtp]
host = \"10.0.0.8\"
security = \"starttls\"
";
    let config = read(text).unwrap_or_else(|told| panic!("{told}"));
    assert_eq!(config.mode, Mode::Live);
    assert_eq!(config.office.clerk_mail, ["a@example.cn", "b@example.cn", "c@example.cn"]);
    let Schedule::Dates(dates) = &config.check.schedule else { panic!("{:?}", config.check.schedule) };
    assert_eq!(dates, &[at("2026-02-09 10:30"), at("2026-02-16 09:00")]);
    assert_eq!(config.warn.hour.to_string(), "08:30:00");
    assert_eq!(config.warn.week_leads, [Weekday::Wed, Weekday::Fri]);
    assert!(config.warn.silence_leads.is_empty());
    assert_eq!((config.mail.from_name.as_str(), config.mail.from_address.as_str()), ("青禾县", "xmt@example.cn"));
    let Transport::Smtp(server) = &config.mail.transport else { panic!("{:?}", config.mail.transport) };
    assert_eq!((server.port, server.user.as_deref()), (587, None));
}

/// Without an address that owners can open there is no link; where nobody says more, only this machine is
/// listened to.
#[test]
fn the_web_server_runs_where_it_is_asked_for() {
    let web = |text: &str| {
        let config = read(text).unwrap_or_else(|told| panic!("{told}"));
        let said = explain(&config, at("2026-07-23 09:00"));
        let listen = config.web.listen.map(|listen| listen.to_string());
        (listen, config.web.public_url, said)
    };
    let (listen, url, said) = web("");
    assert_eq!((listen.as_deref(), url), (Some("127.0.0.1:8318"), None), "pages for this machine alone");
    assert!(said.contains("回复链接：信中不写") && said.contains("网页在 127.0.0.1:8318 监听"), "{said}");
    assert!(!said.contains("没有写 web.public_url："), "nobody has asked for anything: {said}");
    let (listen, _, said) = web("[web]\nlisten = \"off\"");
    assert!(listen.is_none() && said.contains("不开网页"), "{said}");
    assert!(web("[web]\nlisten = \"off\"\npublic_url = \"http://10.20.0.8\"").2.contains("但打不开"));
    let (listen, url, said) = web("[web]\npublic_url = \"https://www.qinghe.example/cuigeng/\"");
    assert_eq!(listen.as_deref(), Some("127.0.0.1:8318"));
    assert_eq!(url.as_deref(), Some("https://www.qinghe.example/cuigeng"));
    assert!(said.contains("/cuigeng/a/…") && said.contains("反向代理") && said.contains("期限过后10天失效"), "{said}");
    let (listen, _, said) = web("[web]\npublic_url = \"http://10.20.0.8:8318\"\nlisten = \"0.0.0.0:8318\"");
    assert!(listen.as_deref() == Some("0.0.0.0:8318") && !said.contains("反向代理"), "{said}");
    assert!(said.contains("密码会明文"), "{said}");
    assert!(web("[web]\nlisten = \"[::1]:8318\"").2.contains("信中没有回复链接"));
    assert!(web("[web]\npublic_url = \"http://localhost:8318\"").2.contains("别的机器打不开"));
}

#[test]
fn some_providers_want_the_sender_to_be_the_login_name() {
    let smtp = |host: &str, from: &str| {
        format!(
            "[office]\nclerk_mail = \"c@example.cn\"\n[mail]\ntransport = \"smtp\"\nfrom = \"{from}\"\n\
             [mail.smtp]\nhost = \"{host}\"\nuser = \"xmt@163.com\"\npassword = \"smtp\"\n"
        )
    };
    let told = faults(&smtp("smtp.163.com", "other@163.com"));
    assert_eq!((told.list().len(), told.list()[0].line), (1, 5), "{told}");
    assert!(told.to_string().contains("改成 xmt@163.com"), "{told}");
    assert!(read(&smtp("smtp.163.com", "公开办 <XMT@163.com>")).is_ok());
    assert!(read(&smtp("smtp.example.cn", "other@163.com")).is_ok());
}

#[test]
fn our_own_words_are_none_for_offices() {
    let told = faults("[mail]\nprefix = \"催更\"\n");
    assert!(told.to_string().contains("写给单位的信里不用“催更”"), "{told}");
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    let told = load(Some(&file)).unwrap_err();
    assert!(told.to_string().contains("cuigeng init"), "{told}");
    std::fs::write(&file, b"mode = \"\xca\xd4\xd4\xcb\xd0\xd0\"").unwrap();
    let told = load(Some(&file)).unwrap_err();
    assert!(told.to_string().contains("第1行不是UTF-8"), "{told}");
    std::fs::write(&file, "profile = \"开封\"").unwrap();
    assert_eq!(load(Some(&file)).unwrap().profile.name, "开封");
    std::fs::write(dir.path().join("2027.json"), "{").unwrap();
    std::fs::write(&file, "[calendar]\nfile = \"2027.json\"").unwrap();
    let told = load(Some(&file)).unwrap_err();
    assert_eq!(told.list()[0].line, 2, "{told}");
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
    let unit = include_str!("../../systemd/cuigeng.service");
    let mut explained = false;
    for line in unit.lines() {
        let is_setting = line.contains('=') && !line.starts_with('#');
        assert!(!is_setting || explained, "{line} has no comment above it");
        explained = line.starts_with("# ") || (explained && is_setting && line.starts_with("SystemCall"));
    }
    assert!(unit.contains("--config /etc/cuigeng/config.toml --data /var/lib/cuigeng"));
}
