//! The words of each kind of letter, read as its recipient would: golden files, which
//! `UPDATE_GOLDEN=1` rewrites.

use super::*;
use std::path::Path;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn facts(items: Vec<Item>) -> Facts {
    Facts {
        office: "青禾县文旅局".to_owned(),
        sender: "青禾县政务公开办".to_owned(),
        contact: "0000-7654321".to_owned(),
        prefix: "更新提醒".to_owned(),
        role: Role::Operator,
        now: at("2026-07-23 09:00"),
        nth: 1,
        gained: None,
        late_since: None,
        number: "CG-2026-0731".to_owned(),
        answer: String::new(),
        stands_for: false,
        items,
    }
}

fn week(title: &str, seen: u32, required: u32) -> Item {
    let about = About::Week { from: "7月20日".to_owned(), to: "7月26日".to_owned(), seen, required, eve: false };
    Item {
        title: title.to_owned(),
        office: "青禾县文旅局".to_owned(),
        about,
        last: Some(Last {
            when: When::At(at("2026-07-14 20:15")), title: "伏天里的青禾老街".to_owned(), days: 9
        }),
        deadline: at("2026-07-27 00:00"),
        week: None,
        veto: Some(at("2026-07-29 00:00")),
        unwatched: None,
        delayed: false,
        checked: Some(Checked {
            at: at("2026-07-23 08:52"),
            by: "官方接口".to_owned(),
            back_to: at("2026-07-14 20:15"),
        }),
        whom: "某甲 13800000001".to_owned(),
    }
}

fn silence(days: u32) -> Item {
    Item {
        about: About::Silence { days, limit: 14 },
        deadline: at("2026-07-28 00:00"),
        veto: None,
        ..week("青禾应急（抖音）", 0, 1)
    }
}

fn soft() -> Item {
    Item {
        unwatched: Some("7月21日09:10至7月22日23:40未能监测".to_owned()),
        checked: None,
        whom: String::new(),
        ..week("青禾文旅（新浪微博）", 0, 2)
    }
}

fn eve() -> Item {
    let about =
        About::Week { from: "9月28日".to_owned(), to: "10月4日".to_owned(), seen: 0, required: 2, eve: true };
    Item {
        about,
        deadline: at("2026-10-05 00:00"),
        veto: Some(at("2026-10-20 00:00")),
        ..week("青禾发布（微信订阅号）", 0, 2)
    }
}

fn words(facts: &Facts) -> Words {
    let words = compose(facts, &Templates::default()).unwrap();
    assert_eq!(words.complaints, Vec::<String>::new());
    words
}

/// Holds a text against its golden file.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mail/letter/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let want = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert_eq!(text, want, "{name}");
}

fn kinds() -> Vec<(&'static str, Facts)> {
    let two = || {
        vec![
            week("青禾文旅（新浪微博）", 0, 2),
            Item { veto: Some(at("2026-08-01 00:00")), ..week("青禾文旅（抖音）", 0, 1) },
        ]
    };
    let last_day = Item { deadline: at("2026-07-24 00:00"), ..silence(14) };
    let other = Item { office: "青禾县应急局".to_owned(), ..silence(9) };
    let delayed = Item { delayed: true, last: None, ..week("青禾发布（微信订阅号）", 1, 2) };
    vec![
        ("week", facts(two())),
        ("silence", facts(vec![silence(9)])),
        ("last-day", facts(vec![last_day])),
        ("digest", facts(vec![silence(9), silence(10), week("青禾文旅（新浪微博）", 0, 2), soft()])),
        ("repeat", Facts { nth: 2, gained: Some(1), ..facts(two()) }),
        ("late", Facts { late_since: Some(at("2026-07-22 09:00")), ..facts(two()) }),
        ("please-check", facts(vec![soft()])),
        ("eve", Facts { now: at("2026-09-24 09:00"), ..facts(vec![eve()]) }),
        ("delayed", facts(vec![delayed])),
        (
            "escalation",
            Facts {
                role: Role::Supervisor,
                nth: 3,
                gained: Some(0),
                office: "青禾县政府办公室".to_owned(),
                ..facts(vec![silence(13), other])
            },
        ),
        ("no-contact", Facts { stands_for: true, contact: String::new(), ..facts(two()) }),
    ]
}

#[test]
fn each_kind_of_letter_as_it_reads() {
    for (name, facts) in kinds() {
        let words = words(&facts);
        golden(&format!("{name}.txt"), &format!("{}\n\n{}\n———\n{}\n", words.subject, words.text, words.sms));
        for never in ["未发布", "催更", "！", "!", "凭据", "空窗"] {
            assert!(!words.text.contains(never) && !words.subject.contains(never), "{name}: {never}");
        }
        assert!(words.sms.chars().count() <= 70 && !words.sms.is_empty(), "{name}: {}", words.sms);
        assert!(words.text.lines().count() < 80 && !words.text.contains("\n\n\n"), "{name}\n{}", words.text);
    }
    golden("digest.html", &words(&kinds().swap_remove(3).1).html);
}

#[test]
fn what_could_not_be_seen_is_never_called_missing() {
    let blind = |item: Item| Item { unwatched: soft().unwatched, ..item };
    for item in [blind(silence(9)), blind(silence(14)), blind(week("青禾文旅（新浪微博）", 1, 2))] {
        let words = words(&Facts { nth: 2, gained: Some(0), ..facts(vec![item]) });
        for accuses in ["还差", "前补齐", "天未监测到", "没有监测到", "单项否决", "最后一天"] {
            let said = [&words.subject, &words.text, &words.sms, &words.html];
            assert!(said.iter().all(|text| !text.contains(accuses)), "{accuses}: {said:?}");
        }
        assert!(words.sms.contains("请自行核对"), "{}", words.sms);
    }
}

#[test]
fn a_correction_withdraws_what_was_said() {
    let facts = Correction {
        office: "青禾县文旅局".to_owned(),
        sender: "青禾县政务公开办".to_owned(),
        contact: "0000-7654321".to_owned(),
        letters: vec![(at("2026-07-23 09:00"), "CG-2026-0731".to_owned())],
        partly: false,
        revision: Some(3),
        number: "CG-2026-0740".to_owned(),
        items: vec![Withdrawn {
            title: "青禾文旅（新浪微博）".to_owned(),
            update: Some(When::At(at("2026-07-21 10:00"))),
            url: Some("https://weibo.example/1".to_owned()),
            why: String::new(),
        }],
    };
    let words = compose_correction(&facts, &Templates::default()).unwrap();
    golden("correction.txt", &format!("{}\n\n{}\n———\n{}\n", words.subject, words.text, words.sms));
    assert!(words.html.contains("撤回CG-2026-0731") && words.html.contains("7月21日10:00已有更新"), "{}", words.html);
}

/// Two letters that also said what still holds: each by its own day, and nothing else falls.
#[test]
fn a_correction_of_a_part_leaves_the_rest_standing() {
    let [first, second] = [("2026-07-22 09:00", "CG-2026-0730"), ("2026-07-23 09:00", "CG-2026-0731")];
    let facts = Correction {
        office: "青禾县文旅局".to_owned(),
        sender: "青禾县政务公开办".to_owned(),
        contact: String::new(),
        letters: [first, second].map(|(sent, number)| (at(sent), number.to_owned())).into(),
        partly: true,
        revision: None,
        number: "CG-2026-0740".to_owned(),
        items: vec![Withdrawn {
            title: "青禾旅投（抖音）".to_owned(),
            update: None,
            url: None,
            why: "至7月24日09:00已更新2次".to_owned(),
        }],
    };
    let words = compose_correction(&facts, &Templates::default()).unwrap();
    let said = "7月22日9时00分的CG-2026-0730、7月23日9时00分的CG-2026-0731中关于上述账号的提醒作废，记录已更正；信中其余提醒仍然有效。";
    for text in [&words.text, &words.html] {
        assert!(text.contains(said), "{text}");
    }
    for text in [&words.subject, &words.text, &words.html, &words.sms] {
        assert!(!text.contains("撤回"), "{text}");
    }
    assert!(words.sms.contains("关于它的提醒作废"), "{}", words.sms);
}

/// One account, one line, and whoever only does what the long silence asks still knows what the week asks.
#[test]
fn a_long_silence_does_not_hide_the_week() {
    let of = |eve| About::Week { from: "7月20日".to_owned(), to: "7月26日".to_owned(), seen: 0, required: 2, eve };
    let silent = |week| Item { week: Some((week, at("2026-07-27 00:00"))), ..silence(12) };
    let said = compose(&facts(vec![silent(of(false))]), &Templates::default()).unwrap();
    for text in [&said.subject, &said.text, &said.html, &said.sms] {
        assert!(text.contains("还差2次") && text.contains("7月26日（周日）24时前补齐"), "{text}");
    }
    assert!(said.text.contains("本周（7月20日至26日）已更新0次，应更新2次，还差2次"), "{}", said.text);
    assert!(said.sms.chars().count() <= 70, "{}", said.sms);
    let two = vec![silent(of(false)), Item { title: "另一个".to_owned(), ..silent(of(false)) }];
    assert!(compose(&facts(two), &Templates::default()).unwrap().subject.contains("本周还差4次"));
    let eve = compose(&facts(vec![silent(of(true))]), &Templates::default()).unwrap();
    assert!(eve.text.contains("；下周（7月20日至26日）应更新2次") && !eve.subject.contains("还差"), "{}", eve.text);
    let unseen = Item { unwatched: Some("7月21日未能监测".to_owned()), ..silent(of(false)) };
    let soft = compose(&facts(vec![unseen]), &Templates::default()).unwrap();
    assert!(soft.text.contains("目前看到0次，请核对") && !soft.text.contains("还差"), "{}", soft.text);
}

#[test]
fn a_result_names_rule_proof_and_road_of_objection_and_its_withdrawal_stands_first() {
    let line = |title: &str, fact: &str, said: &str| Line {
        title: title.to_owned(),
        office: "青禾县文旅局".to_owned(),
        veto: false,
        fact: fact.to_owned(),
        said: said.to_owned(),
    };
    let fact = "7月20日至7月26日未监测到更新，应更新2次";
    let said = format!("{fact}，按“一周未更新两次”列为存在问题。7月27日9时检查，该时段监测没有中断。");
    let found = Results {
        office: "青禾县文旅局".to_owned(),
        sender: "青禾县政务公开办".to_owned(),
        contact: "0000-7654321".to_owned(),
        number: "CG-2026-0741".to_owned(),
        answer: String::new(),
        until: "7月30日".to_owned(),
        withdrawn: Vec::new(),
        found: vec![line("青禾<文旅>（新浪微博）", fact, &said)],
    };
    let words = compose_results(&found, &Templates::default()).unwrap();
    golden(
        "result.txt",
        &format!(
            "{}

{}
———
{}
",
            words.subject, words.text, words.sms
        ),
    );
    assert!(words.html.contains("青禾&lt;文旅&gt;") && !words.html.contains("<文旅>"), "{}", words.html);
    assert!(words.sms.chars().count() <= 70);

    // Of several accounts nothing is said that is true of one only.
    let water = Line {
        office: "青禾县水利局".to_owned(),
        veto: true,
        ..line("青禾水利（抖音）", "11月16日至11月30日未监测到更新", "略。")
    };
    let many =
        Results { found: vec![water.clone(), Line { veto: false, ..water }, found.found[0].clone()], ..found.clone() };
    let words = compose_results(&many, &Templates::default()).unwrap();
    assert_eq!(words.subject, "【检查结果】青禾县文旅局：2个账号的检查结果（不合格1个，存在问题1个）");
    assert!(words.text.contains("1. 青禾水利（抖音），青禾县水利局：略。"), "{}", words.text);
    assert!(words.sms.starts_with("【检查结果】青禾县文旅局：2个账号"), "{}", words.sms);
    let twice = Results { found: vec![found.found[0].clone(); 2], ..found.clone() };
    let words = compose_results(&twice, &Templates::default()).unwrap();
    assert!(words.subject.ends_with("应更新2次等2项"), "{}", words.subject);

    let recall = line(
        "青禾应急（抖音）",
        "CG-2026-0739",
        "经核实，属误报（台账有误）。CG-2026-0739所列“一周未更新两次”撤回（更正记录第2次修订）。",
    );
    let both = Results { answer: "http://10.20.0.8:8318/a/741-x".to_owned(), withdrawn: vec![recall], ..found };
    let words = compose_results(&both, &Templates::default()).unwrap();
    assert_eq!(words.subject, "【更正】撤回CG-2026-0739：青禾应急（抖音）");
    for said in [
        "原检查结果作废",
        "1. 青禾应急（抖音）：经核实",
        "1. 青禾<文旅>（新浪微博）：7月20日",
        "打开 http://10.20.0.8:8318/a/741-x 选",
    ] {
        assert!(words.text.contains(said), "{said}: {}", words.text);
    }
    assert!(
        words.html.contains("href=\"http://10.20.0.8:8318/a/741-x\"")
            || words.html.contains("href=\"http:&#x2f;&#x2f;10.20.0.8:8318&#x2f;a&#x2f;741-x\""),
        "{}",
        words.html
    );
}

/// Where owners can reach us, the letter says where, in one line that a mail reader makes clickable.
#[test]
fn a_letter_that_can_be_answered_says_where() {
    let link = "http://10.20.0.8:8318/a/731-0123456789abcdef0123456789abcdef";
    let (_, plain) = kinds().swap_remove(0);
    let words = words(&Facts { answer: link.to_owned(), ..plain.clone() });
    golden("with-link.txt", &format!("{}\n\n{}\n———\n{}\n", words.subject, words.text, words.sms));
    let line = words.text.lines().find(|line| line.contains(link)).unwrap();
    assert_eq!(line, format!("· 请打开 {link} 选一项：已知晓、已发布请核实、账号已停用。"));
    assert_eq!(words.html.matches(&link.replace('/', "&#x2f;")).count(), 2, "address and text: {}", words.html);
    assert!(!words.sms.contains("http"), "{}", words.sms);
    let without = self::words(&plain);
    assert!([&without.text, &without.html].iter().all(|text| !text.contains("请打开") && !text.contains("http")));
}

/// The page says every fact that the text says, and nothing in it comes from elsewhere or runs.
#[test]
fn the_page_says_what_the_text_says() {
    for (name, facts) in kinds() {
        let words = words(&facts);
        for line in words.text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            // A numbered line is a title and a fact in two paragraphs.
            for part in line.trim_start_matches("· ").split('：').filter(|part| part.chars().count() > 6) {
                let part = part.trim_end_matches('。').split_once(". ").map_or(part, |(_, rest)| rest);
                assert!(words.html.contains(part.trim_end_matches('。')), "{name}: {part}\n{}", words.html);
            }
        }
        for never in ["<img", "<script", "<link", "<style", "http:", "https:", "url("] {
            assert!(!words.html.contains(never), "{name}: {never}");
        }
    }
}

#[test]
fn forty_accounts_are_one_letter_of_less_than_eighty_lines_and_none_is_left_out() {
    let many: Vec<Item> = (0..40).map(|i| week(&format!("账号{i}号（抖音）"), 0, 2)).collect();
    let words = words(&facts(many));
    assert!(words.text.lines().count() < 80, "{}", words.text.lines().count());
    assert!((0..40).all(|i| words.text.contains(&format!("账号{i}号")) && words.html.contains(&format!("账号{i}号"))));
    assert!(words.subject.contains("40个账号本周还差80次"), "{}", words.subject);
}

#[test]
fn names_from_outside_steer_nothing() {
    let evil = "甲\r\nSubject: 二\u{2028}Bcc: x@y\u{202e}\u{200b}<script>alert(1)</script>{{ office }}";
    let mut item = week(evil, 0, 2);
    item.last = Some(Last { when: When::Day("2026-07-14".parse().unwrap()), title: evil.to_owned(), days: 9 });
    let words = words(&Facts { office: evil.to_owned(), ..facts(vec![item]) });
    assert!(!words.subject.contains(['\r', '\n', '\u{2028}', '\u{202e}', '\u{200b}']), "{:?}", words.subject);
    assert!(words.text.lines().all(|line| !line.starts_with("Subject") && !line.starts_with("Bcc")), "{}", words.text);
    assert!(!words.text.contains(['\u{2028}', '\u{202e}', '\r']));
    assert!(!words.html.contains("<script") && words.html.contains("&lt;script&gt;"), "{}", words.html);
    assert!(words.text.contains("{{ office }}"), "what looks like a template stays a text");
}

#[test]
fn a_short_message_fits_one_segment_and_keeps_its_deadline() {
    for title in ["青禾应急（抖音）".to_owned(), "某某市人力资源和社会保障局".repeat(8)] {
        let item = Item { title, ..silence(13) };
        let sms = words(&facts(vec![item.clone(), item])).sms;
        assert!(sms.chars().count() <= 70 && sms.starts_with("【更新提醒】") && sms.contains("7月27日"), "{sms}");
    }
}

fn own(name: &str, text: &str) -> Templates {
    let mut templates = Templates::default();
    assert!(templates.replace(name, &format!("templates/{name}"), text.to_owned()));
    templates
}

#[test]
fn an_office_replaces_one_template_and_the_others_stay() {
    let templates = own(
        "reminder.txt",
        "{{ headline }}。{{ sections[0].lines[0].title }}，期限{{ sections[0].lines[0].deadline }}，致电{{ contact }}。",
    );
    assert_eq!(templates.faults(), Vec::<String>::new());
    let facts = facts(vec![silence(9)]);
    let (theirs, ours) = (compose(&facts, &templates).unwrap(), words(&facts));
    assert_eq!(
        theirs.text,
        "青禾应急（抖音）已9天未监测到更新，7月27日（周一）24时前须更新。青禾应急（抖音），期限7月27日（周一）24时，致电0000-7654321。\n"
    );
    assert_eq!((theirs.subject, theirs.html), (ours.subject, ours.html));
    assert!(!Templates::default().replace("remainder.txt", "x", String::new()));
}

#[test]
fn a_broken_template_is_told_with_its_line_and_ours_stands_in() {
    let ours = words(&facts(vec![silence(9)]));
    for (text, said) in [
        ("第一行\n{% if %}", "templates/reminder.txt第2行写法不对"),
        ("{{ headline }}\n\n{{ hedline }}", "templates/reminder.txt第3行用了没有的变量"),
        ("{{ headline|nosuch }}", "templates/reminder.txt第1行用了没有的函数"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", "没完没了地循环"),
        ("  \n", "什么也没有印出来"),
    ] {
        let templates = own("reminder.txt", text);
        let faults = templates.faults();
        assert!(faults.len() == 1 && faults[0].contains(said), "{faults:?}");
        let words = compose(&facts(vec![silence(9)]), &templates).unwrap();
        assert_eq!((&words.text, words.complaints.len()), (&ours.text, 1), "{text}");
    }
    let faults = own("reminder.txt", "请尽快更新").faults();
    assert!(faults.len() == 1 && faults[0].contains("没有印出账号名称、期限"), "{faults:?}");
}

#[test]
fn what_is_exported_reads_as_what_is_built_in() {
    let mut templates = Templates::default();
    for name in NAMES {
        assert!(templates.replace(name, name, export(name).unwrap()));
    }
    assert_eq!((templates.faults(), templates.replaced().len()), (Vec::new(), NAMES.len()));
    for (name, facts) in kinds() {
        assert_eq!(compose(&facts, &templates).unwrap(), words(&facts), "{name}");
    }
}

/// The comment of an exported template names every variable that there is.
#[test]
fn the_help_names_every_variable() {
    let help = export("reminder.txt").unwrap();
    let of = |value: &Value| -> Vec<String> { value.try_iter().unwrap().map(|key| key.to_string()).collect() };
    let all = values(&facts(vec![silence(9)]));
    let line = all.get_attr("sections").unwrap().get_item_by_index(0).unwrap();
    let line = line.get_attr("lines").unwrap().get_item_by_index(0).unwrap();
    for name in of(&all).into_iter().chain(of(&line)) {
        assert!(help.contains(&format!(" {name} ")), "{name}");
    }
}
