//! Profiles as files: the shipped ones by their demands, an office's own with its mistakes.

use super::profiles::{parse, profile, profile_names, profile_text};
use super::{Mode, explain, parse as parse_config};
use crate::domain::Moment;
use crate::report::{Held, ListForm, Rounding, Script};
use crate::rules::{CountUnit, LabelReading, PeriodKind, Profile, Severity, WeeklyRows, WindowKind};
use chrono::NaiveDate;
use std::path::Path;

fn shipped(name: &str) -> Profile {
    profile(name, Path::new("/nonexistent")).unwrap_or_else(|told| panic!("{told}"))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn the_shipped_profiles_demand_what_they_should() {
    for (name, quotas) in [
        ("通用", [("新浪微博", 2), ("微信订阅号", 2), ("微信服务号", 2), ("抖音", 2), ("快手", 2)]),
        ("开封", [("新浪微博", 2), ("微信订阅号", 2), ("微信服务号", 1), ("抖音", 1), ("快手", 1)]),
    ] {
        let profile = shipped(name);
        let [silence, weekly] = &profile.rules_on(day("2022-06-06"))[..] else { panic!("{profile:?}") };
        assert_eq!((silence.name.as_str(), weekly.name.as_str()), ("silence", "weekly"));
        assert_eq!(silence.window, WindowKind::Days { days: 14, inclusive: true });
        assert_eq!((silence.severity, silence.quota.of("快手")), (Severity::Veto, 1));
        assert_eq!((silence.label.as_str(), weekly.label.as_str()), ("超过两周未更新", "一周未更新{quota_han}次"));
        assert_eq!((weekly.window, weekly.severity), (WindowKind::Week { weeks: 1 }, Severity::Problem));
        assert!(weekly.quota.account_may_override && !silence.quota.account_may_override);
        for (platform, quota) in quotas {
            assert_eq!(weekly.quota.of(platform), quota, "{name} {platform}");
        }
    }
    assert_eq!(shipped("开封").prints("微信服务号"), "微信公众号");
    assert_eq!(shipped("通用").prints("微信订阅号"), "微信订阅号");
}

/// rules.md, "Presets to ship".
#[test]
fn the_presets_have_the_values_of_the_reference() {
    let names = ["通用", "国办", "开封", "济源", "偃师"];
    for (name, period, points, hides, rows, label) in [
        ("国办", PeriodKind::Quarter, (None, None), false, WeeklyRows::Worst, "监测时间点前2周内无更新"),
        ("开封", PeriodKind::Month, (None, None), false, WeeklyRows::Worst, "超过两周未更新"),
        ("济源", PeriodKind::Quarter, (Some(100), Some(60)), true, WeeklyRows::Sum, "监测时间点前2周内无更新"),
        ("偃师", PeriodKind::Month, (None, None), true, WeeklyRows::Worst, "超过2周未更新"),
    ] {
        let profile = shipped(name);
        assert_eq!((profile.basis.as_str(), profile.count), ("国办秘函〔2019〕19号", CountUnit::Push));
        assert_eq!((profile.period, profile.veto_hides_weekly, profile.weekly_rows), (period, hides, rows), "{name}");
        assert_eq!((profile.start_points, profile.pass_line), points, "{name}");
        let silence = &profile.rules[0];
        assert_eq!(silence.window, WindowKind::Days { days: 14, inclusive: true });
        assert_eq!((silence.severity, silence.points, silence.label.as_str()), (Severity::Veto, 0, label), "{name}");
        assert_eq!((profile.rounding, profile.label_reading), (Rounding::HalfUp, LabelReading::Quota));
    }
    assert_eq!(shipped("国办").rules.len(), 1);
    let weekly = |name: &str| shipped(name).rules[1].clone();
    assert_eq!((weekly("偃师").label.as_str(), weekly("偃师").quota.of("快手")), ("一周未更新一次", 1));
    let quotas = [("新浪微博", 2), ("微信订阅号", 2), ("抖音", 2), ("移动客户端", 2), ("微信服务号", 1), ("快手", 0)];
    for (platform, quota) in quotas {
        assert_eq!(weekly("济源").quota.of(platform), quota, "{platform}");
    }
    let (label, points) = (weekly("济源").label, weekly("济源").points);
    assert_eq!((label.as_str(), points), ("“两微一端”每周更新的内容少于{quota}次,发现{n}次(扣{deduct}分)", 5));
    let printed = [("新浪微博", "微博"), ("微信订阅号", "订阅号"), ("微信服务号", "服务号"), ("抖音", "抖音")];
    assert!(printed.into_iter().all(|(ours, theirs)| shipped("济源").prints(ours) == theirs));
    for name in names {
        assert!(!profile_text(name, Path::new("/nonexistent")).unwrap().1, "{name} is shipped");
    }
}

/// What stands in 通用 is what holds where nothing is written, so its file is the manual of the form.
#[test]
fn the_default_says_what_holds_without_it() {
    assert_eq!(shipped("通用").script, Script::default());
    let rules = "[[rules]]\nname = \"weekly\"\nwindow = \"week\"\nmin = 2\nseverity = \"problem\"\nlabel = \"少\"\n";
    let bare = parse("本县", "本县.toml", rules).unwrap();
    assert_eq!(
        (bare.script, bare.weekly_rows, bare.rounding),
        (Script::default(), WeeklyRows::Worst, Rounding::HalfUp)
    );
    let veto_only = parse("本县", "本县.toml", &rules.replace("problem", "veto")).unwrap();
    assert_eq!(veto_only.script.lists, [ListForm::usual(Held::Failed)]);
}

#[test]
fn mistakes_of_a_paper() {
    let rules = "[[rules]]\nname = \"r\"\nwindow = \"week\"\nmin = 1\nseverity = \"veto\"\nlabel = \"标签\"\n[paper]\n";
    let list = "[[paper.lists]]\nname = \"甲\"\nof = [\"failed\"]\ntitle = \"题\"\n";
    for (more, line, word) in [
        ("titel = \"甲\"".to_owned(), 8, "是不是想写 title"),
        ("title = \"{周其}检查\"".to_owned(), 8, "是不是想写 {周期}"),
        ("title = \"{总数}个\"".to_owned(), 8, "这里可以写的有：正在运行、"),
        ("title = \"{周期检查\"".to_owned(), 8, "没有字段“周期检查”"),
        ("title = \"周期}检查\"".to_owned(), 8, "不成对"),
        ("title = \"{季度}\"".to_owned(), 8, "与 period 的写法不符"),
        ("[[paper.sections]]\nheading = \"一、甲\"\nparts = [\"总体\"]".to_owned(), 9, "编号"),
        ("[[paper.sections]]\nparts = [\"总体\", \"总体\"]".to_owned(), 8, "“总体”写了两遍"),
        ("[[paper.sections]]\nparts = [\"表杨\"]".to_owned(), 9, "是不是想写“表扬”"),
        ("[[paper.sections]]\nparts = [\"点名\"]".to_owned(), 8, "没有点名的句子"),
        ("[[paper.named]]\nof = \"failed\"\ntext = \"{名单}\"".to_owned(), 8, "没有一节印“点名”"),
        (format!("[[paper.sections]]\nparts = [\"总体\"]\n{list}"), 10, "没有一节印“名单”"),
        ("[paper.phrases]\nplatform = \"{单位}\"".to_owned(), 9, "没有字段“单位”"),
        ("[paper.phrases]\nremind = \"\"".to_owned(), 9, "reminders"),
        (format!("{list}annex = 0"), 12, "应在1到99之间"),
        (format!("{list}columns = [\"序号\"]"), 12, "没有“政务新媒体”"),
        (format!("{list}columns = [\"政务新媒体\", \"分数\"]"), 12, "不计分"),
        (format!("{list}order = \"score\""), 12, "不能按分数排"),
        (
            format!("{list}headings = {{ \"平台类型\" = \"政务新媒体\" }}\ncolumns = [\"政务新媒体\", \"平台类型\"]"),
            13,
            "两列的表头",
        ),
        (format!("{list}headings = {{ \"平台\" = \"类型\" }}"), 12, "没有这一列"),
        (list.replace("failed", "problem"), 10, "没有一条规则会判为存在问题"),
        (list.replace("[\"failed\"]", "[]"), 10, "没有写列哪些账号"),
        (list.replace("甲", "甲/乙"), 9, "工作表的名称"),
        (list.replace("甲", "无法判定"), 9, "程序自己的表"),
        (format!("{list}{list}"), 8, "都叫“甲”"),
        (format!("{list}annex = 3\n{}annex = 2", list.replace("甲", "乙")), 8, "从小到大"),
    ] {
        let told = parse("本县", "本县.toml", &format!("{rules}{more}\n")).unwrap_err();
        let [fault] = told.list() else { panic!("{more}: one mistake wanted\n{told}") };
        assert_eq!(fault.line, line, "{more}\n{told}");
        assert!(fault.to_string().contains(word), "{more}: {word} wanted\n{told}");
    }
}

#[test]
fn an_office_has_its_own_profiles() {
    let dir = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| std::fs::write(dir.path().join(file), text).unwrap();
    let rule =
        "[[rules]]\nname = \"weekly\"\nwindow = \"week\"\nmin = 3\nseverity = \"problem\"\nlabel = \"不足{quota}次\"\n";
    write("夏邑.toml", &format!("{rule}[rules.platforms]\n\"微博\" = 4\n"));
    write("通用.toml", rule);
    write("说明.txt", "");
    assert_eq!(profile_names(dir.path()), ["通用", "国办", "开封", "济源", "偃师", "夏邑"]);
    let own = profile("夏邑", dir.path()).unwrap();
    assert_eq!((own.rules[0].quota.of("新浪微博"), own.rules[0].quota.of("抖音")), (4, 3));
    assert_eq!(profile("通用", dir.path()).unwrap().rules.len(), 1);
    let told = profile("洛阳", dir.path()).unwrap_err();
    assert!(told.to_string().contains("现有的有：通用、国办、开封、济源、偃师、夏邑"), "{told}");
    assert!(profile("../夏邑", dir.path()).is_err());
}

#[test]
fn mistakes_of_a_profile_are_told_with_those_of_the_configuration() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("profiles")).unwrap();
    std::fs::write(dir.path().join("profiles/本县.toml"), "perod = \"month\"\n[[rules]]\nname = \"weekly\"\n").unwrap();
    let told = parse_config("mode = 1\nprofile = \"本县\"\n", "config.toml", dir.path()).unwrap_err();
    let shown = told.to_string();
    for part in [
        "config.toml:1:8",
        "本县.toml:1:1",
        "是不是想写 period",
        "rules.window",
        "rules.min",
        "rules.severity",
        "rules.label",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}

#[test]
fn mistakes_of_rules() {
    let rule = |more: &str| format!("[[rules]]\nname = \"r\"\nmin = 1\nseverity = \"veto\"\nlabel = \"标签\"\n{more}");
    for (text, line, word) in [
        (String::new(), 1, "[[rules]]"),
        ("[rules]\nname = \"r\"".to_owned(), 1, "应为列表"),
        (rule("window = \"month\""), 6, "可以写的有：week、days"),
        (rule("window = \"days\""), 1, "例如 days = 14"),
        (rule("window = \"days\"\ndays = 0"), 7, "应在1到366之间"),
        (rule("window = \"week\"\ninclusive = true"), 7, "与 window 的写法不符"),
        (rule("window = \"days\"\ndays = 9\nweeks = 1"), 8, "与 window 的写法不符"),
        (rule("window = \"week\"\nfrom = \"明年\""), 7, "不是日期"),
        (rule("window = \"week\"").replace("标签", "{次数}"), 5, "花括号"),
        (rule("window = \"week\"").replace("\"r\"", "\"每周\""), 2, "英文小写字母"),
        (rule("window = \"week\"\nplatforms = { \"抖音\" = -1 }"), 7, "应在0到100之间"),
        (format!("{}\n{}", rule("window = \"week\""), rule("window = \"week\"")), 7, "写了两遍"),
        (format!("pass_line = 60\n{}", rule("window = \"week\"")), 1, "起始分"),
        (format!("start_points = 100\npass_line = 101\n{}", rule("window = \"week\"")), 2, "没有账号能合格"),
        (format!("rounding = \"floor\"\n{}", rule("window = \"week\"")), 1, "half_up、truncate"),
        (format!("weekly_rows = \"summ\"\n{}", rule("window = \"week\"")), 1, "是不是想写“sum”"),
        (
            format!("weekly_rows = \"sum\"\n{}", rule("window = \"week\"").replace("标签", "{n}次")),
            6,
            "单项否决不计次数",
        ),
        (rule("window = \"week\"").replace("标签", "扣{deduct}分").replace("veto", "problem"), 5, "却不合计各周"),
        (format!("{}\n[tables]\nreport = 1", rule("window = \"week\"")), 8, "是不是想写 reported"),
        (format!("decimals = 9\n{}", rule("window = \"week\"")), 1, "应在0到3之间"),
    ] {
        let told = parse("本县", "本县.toml", &text).unwrap_err();
        let [fault] = told.list() else { panic!("{text}: one mistake wanted\n{told}") };
        assert_eq!(fault.line, line, "{text}\n{told}");
        assert!(fault.to_string().contains(word), "{text}: {word} wanted\n{told}");
    }
}

#[test]
fn a_rule_may_change_from_a_date() {
    let old = "[[rules]]\nname = \"weekly\"\nwindow = \"week\"\nmin = 1\nseverity = \"problem\"\nlabel = \"旧\"\n";
    let new = old.replace("min = 1", "min = 2\nfrom = 2026-01-01").replace('旧', "新");
    let profile = parse("本县", "本县.toml", &format!("{old}{new}")).unwrap_or_else(|told| panic!("{told}"));
    let label = |date: &str| profile.rules_on(day(date)).iter().map(|rule| rule.label.clone()).collect::<Vec<_>>();
    assert_eq!(label("2025-12-31"), ["旧"]);
    assert_eq!(label("2026-01-01"), ["新"]);
}

#[test]
fn the_ladder_ends_on_the_last_safe_day_of_the_profile() {
    for (window, days) in [
        ("days = 14", vec![10, 12, 13, 14]),
        ("days = 14\ninclusive = false", vec![9, 11, 12, 13]),
        ("days = 10", vec![6, 8, 9, 10]),
        ("days = 3", vec![1, 2, 3]),
    ] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("profiles")).unwrap();
        let rule = format!(
            "[[rules]]\nname = \"silence\"\nwindow = \"days\"\n{window}\nmin = 1\nseverity = \"veto\"\nlabel = \"停更\"\n"
        );
        std::fs::write(dir.path().join("profiles/本县.toml"), rule).unwrap();
        let config =
            parse_config("profile = \"本县\"", "config.toml", dir.path()).unwrap_or_else(|told| panic!("{told}"));
        assert_eq!(config.warn.silence_leads.iter().map(|lead| lead.day).collect::<Vec<_>>(), days, "{window}");
    }
}

fn explained(text: &str, now: &str) -> String {
    let config = parse_config(text, "config.toml", Path::new("/nonexistent")).unwrap_or_else(|told| panic!("{told}"));
    explain(&config, Moment::parse(now).unwrap())
}

#[test]
fn what_was_understood_is_told_in_chinese() {
    let text = "profile = \"开封\"\n[office]\nname = \"公开办\"\nclerk_mail = \"c@example.cn\"\n[check]\nwhen_off = \"next_working_day\"\n\
        [sources.\"微信\"]\nkind = \"wechat\"\n";
    let told = explained(text, "2026-02-12 08:00");
    for part in [
        "检查口径：开封（国办秘函〔2019〕19号，月度通报；一次群发算一次更新，转载也算）",
        "  1. 检查日前14天内（第14天当天的更新仍然算）至少更新1次；否则为不合格（单项否决）“超过两周未更新”",
        "至少更新1次（今日头条2次，微信订阅号2次，新浪微博2次），台账另有每周次数的按台账；否则为存在问题“一周未更新N次”",
        "试运行，提醒只汇总发给检查方",
        "  2026年2月24日（周二）09:00（原定2026年2月16日（周一）09:00，因节假日顺延）\n  2026年2月24日（周二）09:00（原定2026年2月23日（周一）09:00，因节假日顺延）\n  2026年3月2日（周一）09:00\n",
        "  2026年2月24日（周二）09:30\n  2026年2月24日（周二）09:30\n  2026年3月2日（周一）09:30\n",
        "  最后一次更新后第14天：提醒运维人员、分管领导、主管单位联系人",
        "不真正发出，存为文件（outbox）",
        "  微信（wechat），每隔120分钟",
        "已录入2024年、2025年、2026年",
    ] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    assert!(!told.contains("请注意"), "{told}");
}

#[test]
fn what_deserves_attention_is_told() {
    let year = "2027年放假安排未录入";
    for (now, missing) in [("2026-11-30 23:00", false), ("2026-12-01 00:00", true), ("2027-03-01 09:00", true)] {
        assert_eq!(explained("", now).contains(year), missing, "{now}");
    }
    assert!(explained("", "2026-03-01 09:00").contains("没有写检查方邮箱"));
    let live = "mode = \"正式\"\n[office]\nclerk_mail = \"c@example.cn\"\n";
    assert!(explained(live, "2026-03-01 09:00").contains("切换为正式后也不会真正发出"));
    let smtp = format!(
        "{live}[mail]\ntransport = \"smtp\"\nfrom = \"a@example.cn\"\n[mail.smtp]\nhost = \"h\"\nuser = \"u\"\n\
         password = \"smtp\"\nsecurity = \"plain\"\n"
    );
    let told = explained(&smtp, "2026-03-01 09:00");
    assert!(told.contains("经 h:25（不加密），登录名 u；"), "{told}");
    assert!(told.contains("不加密地") && told.contains("还没有名为 smtp 的文件"), "{told}");
    let ended = explained("[check]\ndates = [\"2026-01-05\"]", "2026-03-01 09:00");
    assert!(ended.contains("请补写以后的检查日期"), "{ended}");
    assert_eq!(parse_config(live, "config.toml", Path::new("")).unwrap().mode, Mode::Live);
}

#[test]
fn a_mistyped_platform_of_a_profile_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("profiles")).unwrap();
    let rule = "[[rules]]\nname = \"weekly\"\nwindow = \"week\"\nmin = 1\nseverity = \"problem\"\nlabel = \"少\"\nplatforms = { \"新浪微搏\" = 2 }\n";
    std::fs::write(dir.path().join("profiles/本县.toml"), rule).unwrap();
    let config = parse_config("profile = \"本县\"", "config.toml", dir.path()).unwrap();
    let told = explain(&config, Moment::parse("2026-03-01 09:00").unwrap());
    assert!(told.contains("是不是“新浪微博”"), "{told}");
}

#[test]
fn a_profile_says_how_tables_are_computed_and_placed() {
    use crate::tables::{Points, TableRules};
    assert_eq!(shipped("通用").tables, TableRules::default());
    assert_eq!(shipped("开封").tables, TableRules::default());
    let rule = "[[rules]]\nname = \"weekly\"\nwindow = \"week\"\nmin = 3\nseverity = \"problem\"\nlabel = \"甲\"\n";
    let own = |tables: &str| parse("夏邑", "夏邑.toml", &format!("{rule}{tables}"));
    let tables = own("[tables]\nreported = \"0.5\"\nadopted = 2\norder = [\"新媒体\", \"网站问题\"]\n[tables.columns]\n\"tally\" = [\"单位\", \"得分\"]\n").unwrap().tables;
    assert_eq!((tables.reported, tables.adopted), (Points::thousandths(500), Points::whole(2)));
    assert_eq!(tables.columns["信息报送"], ["单位", "得分"]);
    for (wrong, said) in [
        ("[tables]\nreported = -1\n", "不是分值"),
        ("[tables]\norder = [\"报送\"]\n", "不认识“报送”"),
        ("[tables]\nwords = \"没有标题\"\n", "段落的格式不对"),
        ("[tables]\nwords = 3\n", "写成了整数"),
        ("[tables.columns]\n\"总表\" = [\"单位\"]\n", "没有这种附表"),
        ("[tables.columns]\n\"信息报送\" = []\n", "没有写任何一列"),
        ("[tables.sort]\n\"信息报送\" = [\"总分\"]\n", "不认识“总分”"),
    ] {
        let told = own(wrong).unwrap_err().to_string();
        assert!(told.contains(said), "{wrong}\n{told}");
    }
}
