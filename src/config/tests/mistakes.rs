//! Every kind of mistake, by its line and with its cure, and all of them at once.

use super::*;

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

/// One line each: what is written, the line of the only mistake, a word of what is said or cured.
const MISTAKES: &[(&str, usize, &str)] = &[
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
    (
        "[warn]\nsilence_leads = [{ day = 9, to = [\"分管领导\"] }, { day = 12, to = [\"运维人员\"] }]",
        2,
        "运维人员却还没有收到过提醒",
    ),
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
        assert_eq!(fault.line, *line, "{text}\n{told}");
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
