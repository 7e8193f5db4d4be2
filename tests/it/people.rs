//! The promise: a person stands between a verdict and a name in print, letters go to whoever is in
//! office, and nothing reaches anybody before a named person has said so.

use super::desk;
use cuigeng::clock::Clock;
use cuigeng::config;
use cuigeng::daemon::{Daemon, TASKS};
use cuigeng::demo::clock::SimClock;
use cuigeng::domain::{AccountId, Moment, Role};
use cuigeng::store::{Composed, Ending, LetterKind, LetterState, Mention, NewLetter, Store, outbox};
use serde_json::Value;
use std::ops::Deref;
use std::sync::Arc;

const LIST: &str = "账号名称,平台,账号标识,主办单位,主管单位,运维邮箱\n\
    青禾文旅,新浪微博,w1,文旅局,县政府办,\n\
    青禾应急,抖音,d1,应急局,县政府办,list@x.example\n";
const PEOPLE: &str = "单位,姓名,角色,手机,邮箱,起,止\n\
    文旅局,某甲,运维人员,13800000001,op@x.example,,\n\
    文旅局,某乙,分管领导,,boss@x.example,,\n\
    县政府办,某丙,主管单位联系人,,up@x.example,,\n";
const CONFIG: &str = "mode = \"正式\"\n\
    [office]\nname = \"县政务公开办\"\nclerk_mail = [\"clerk@x.example\"]\ncontact = \"0914-6000000\"\n\
    [mail]\nfrom = \"xmt@x.example\"\n";

/// A desk whose daemon can be let live.
struct Desk(desk::Desk);

impl Deref for Desk {
    type Target = desk::Desk;

    fn deref(&self) -> &desk::Desk {
        &self.0
    }
}

impl Desk {
    /// An office with two accounts that people look at, and its contact sheet.
    fn new() -> Desk {
        let desk = Desk(desk::Desk::new());
        for (name, text) in [("config.toml", CONFIG), ("台账.csv", LIST), ("联系人.csv", PEOPLE)] {
            desk.file(name, text);
        }
        desk.ok(&["account", "import", "台账.csv"]);
        desk.ok(&["contact", "import", "联系人.csv", "--by", "李四"]);
        desk
    }

    fn store(&self) -> Store {
        Store::open(&self.path().join("data")).unwrap()
    }

    /// Lets the daemon live from one moment to another.
    fn live(&self, from: &str, until: &str) {
        self.live_with_clerk(from, until, None);
    }

    /// The same; at a moment in between somebody types a command at another terminal.
    fn live_with_clerk(&self, from: &str, until: &str, types: Option<(&str, &[&str])>) {
        const CLERK: &str = "clerk";
        let at = |text: &str| Moment::parse(text).unwrap();
        let tasks: Vec<&'static str> = TASKS.into_iter().chain(types.map(|_| CLERK)).collect();
        let clock = Arc::new(SimClock::new(at(from), &tasks, at(until)));
        let config = Arc::new(config::load(Some(&self.path().join("config.toml"))).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let daemon =
                Daemon::open(config, &self.path().join("data"), Arc::clone(&clock) as Arc<dyn Clock>, None).unwrap();
            let clerk = async {
                if let Some((when, line)) = types {
                    while clock.now() < at(when) {
                        clock.idle(CLERK, at(when)).await;
                    }
                    self.ok(line);
                    loop {
                        clock.idle(CLERK, Moment::MAX).await;
                    }
                }
                std::future::pending::<()>().await;
            };
            tokio::select! {
                ended = daemon.run(clock.finished()) => ended.unwrap(),
                () = clerk => unreachable!("a clerk stays"),
            }
        });
    }

    /// Somebody has looked: nothing from 13 June up to the check of the 27th.
    fn silent_fortnight(&self) {
        self.ok(&["attest", "青禾文旅", "--from", "2022-06-13", "--to", "2022-06-27T09:00", "--by", "李四"]);
    }

    /// Subject, recipient, state and trial of every letter whose subject begins so.
    fn letters(&self, begins: &str) -> Vec<(String, String, String, bool)> {
        let all = self.json(&["outbox", "list"]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut found: Vec<_> = all
            .as_array()
            .unwrap()
            .iter()
            .filter(|letter| letter["subject"].as_str().unwrap().starts_with(begins))
            .map(|l| (text(&l["recipient"]), text(&l["state"]), text(&l["subject"]), l["trial"].as_bool().unwrap()))
            .collect();
        found.sort();
        found
    }

    fn text_of(&self, begins: &str, recipient: &str) -> String {
        let all = self.json(&["outbox", "list"]);
        let letter =
            all.as_array().unwrap().iter().find(|letter| {
                letter["recipient"] == recipient && letter["subject"].as_str().unwrap().starts_with(begins)
            });
        let id = letter.unwrap()["id"].to_string();
        self.json(&["outbox", "show", &id])["text"].as_str().unwrap().to_owned()
    }

    /// Whom the letters in the folder are addressed to.
    fn delivered(&self) -> Vec<String> {
        let Ok(dir) = std::fs::read_dir(self.path().join("data/outbox")) else { return Vec::new() };
        let letters = dir.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        let to = letters.filter_map(|bytes| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.lines().find_map(|line| line.strip_prefix("To: ")).map(str::to_owned)
        });
        to.collect()
    }
}

#[test]
fn a_result_waits_for_a_word_and_is_taken_back_by_the_same_road() {
    let desk = Desk::new();
    desk.ok(&["mode", "正式", "--by", "李四"]);
    desk.silent_fortnight();
    desk.live("2022-06-20 10:00", "2022-06-27 12:00");
    assert_eq!(desk.letters("【检查结果】"), []);
    let asked = desk.letters("【待核实】");
    assert_eq!(asked.iter().map(|letter| letter.0.as_str()).collect::<Vec<_>>(), ["clerk@x.example"], "once a day");
    desk.live("2022-06-27 12:00", "2022-06-28 12:00");
    assert_eq!(desk.letters("【待核实】").len(), 2, "and again on the next working day");

    let waiting = desk.json(&["confirm", "--check", "2022-06-27"]);
    let labels: Vec<&str> = waiting.as_array().unwrap().iter().map(|w| w["label"].as_str().unwrap()).collect();
    assert_eq!(labels.len(), 2, "{waiting}");
    assert!(waiting.as_array().unwrap().iter().all(|finding| finding["standing"] == "waiting"));
    assert_eq!(desk.refused(&["confirm", "--check", "2022-06-27", "--all"]).0, 2, "nobody has signed");
    for stray in ["2022-06-26", "2022-06-27T09:10"] {
        let (exit, why) = desk.refused(&["confirm", "--check", stray, "--all", "--by", "李四"]);
        assert!(exit == 2 && why.contains("没有检查，最近的检查是2022-06-") && why.contains("27 09:00"), "{why}");
    }
    desk.ok(&["confirm", "--check", "2022-06-27", "--all", "--by", "李四"]);
    assert!(desk.refused(&["confirm", "--check", "2022-06-27", "--all", "--by", "李四"]).1.contains("没有等待核实的"));

    desk.live("2022-06-28 13:00", "2022-06-28 15:00");
    assert!(desk.ok(&["status"]).contains("运行方式：正式"));
    let results = desk.letters("【检查结果】");
    let to: Vec<&str> = results.iter().map(|letter| letter.0.as_str()).collect();
    assert_eq!(to, ["boss@x.example", "op@x.example", "up@x.example"], "one mail a person");
    assert!(results.iter().all(|letter| letter.1 == "sent" && !letter.3), "{results:?}");
    let (all, veto) = (desk.text_of("【检查结果】", "op@x.example"), desk.text_of("【检查结果】", "boss@x.example"));
    assert!(all.contains("列为存在问题") && all.contains("列为不合格（单项否决）"), "{all}");
    assert!(!veto.contains("列为存在问题") && veto.contains("6月13日至6月27日未监测到更新"), "{veto}");
    assert!(all.contains("如有出入，请于7月1日前回信") && all.contains("编号 CG-"), "{all}");
    desk.live("2022-06-29 09:00", "2022-06-29 12:00");
    assert_eq!(desk.letters("【检查结果】").len(), 3, "told once");

    for day in ["2022-06-22", "2022-06-23"] {
        desk.ok(&["post", "add", "青禾文旅", "--at", &format!("{day}T10:00"), "--title", "稻田", "--by", "李四"]);
    }
    desk.live("2022-06-29 13:00", "2022-06-30 12:00");
    let taken = desk.letters("【更正】撤回CG-");
    let to: Vec<&str> = taken.iter().map(|letter| letter.0.as_str()).collect();
    assert_eq!(to, ["boss@x.example", "op@x.example", "up@x.example"], "everyone who got it");
    let text = desk.text_of("【更正】", "op@x.example");
    assert!(text.contains("6月20日至6月26日已更新2次，达到要求") && text.contains("敬请谅解"), "{text}");
    desk.live("2022-07-01 09:00", "2022-07-01 12:00");
    assert_eq!(desk.letters("【更正】").len(), 3, "taken back once");
    assert!(desk.json(&["confirm", "--check", "2022-06-27"]).as_array().unwrap().is_empty());
}

#[test]
fn a_word_given_while_the_daemon_sleeps_is_heard_within_minutes() {
    let desk = Desk::new();
    desk.ok(&["mode", "正式", "--by", "李四"]);
    desk.silent_fortnight();
    desk.live("2022-06-20 10:00", "2022-06-27 13:00");
    let line = ["confirm", "--check", "2022-06-27", "--all", "--by", "李四"];
    desk.live_with_clerk("2022-06-27 13:00", "2022-06-27 17:00", Some(("2022-06-27 14:03", &line)));
    let all = desk.json(&["outbox", "list"]);
    let results: Vec<Moment> = all
        .as_array()
        .unwrap()
        .iter()
        .filter(|letter| letter["kind"] == "result")
        .map(|letter| Moment::parse(letter["sent_at"].as_str().unwrap()).unwrap())
        .collect();
    let (given, heard) = (Moment::parse("2022-06-27 14:03").unwrap(), Moment::parse("2022-06-27 14:15").unwrap());
    assert!(results.len() == 3 && results.iter().all(|sent| given <= *sent && *sent < heard), "{results:?}");
}

#[test]
fn what_trial_mode_composed_never_reaches_anybody_not_even_later() {
    let desk = Desk::new();
    let (exit, why) = desk.refused(&["mode", "正式"]);
    assert!(exit == 2 && why.contains("--by"), "{why}");
    assert!(desk.ok(&["mode"]).contains("还须由具名的人执行"));
    desk.silent_fortnight();
    desk.live("2022-06-20 10:00", "2022-06-27 12:00");
    desk.ok(&["confirm", "--check", "2022-06-27", "--all", "--by", "李四"]);
    desk.live("2022-06-27 13:00", "2022-06-28 08:00");
    let reminders = desk.letters("【更新提醒】");
    assert!(!reminders.is_empty() && reminders.iter().all(|letter| letter.3), "{reminders:?}");
    assert_eq!(desk.letters("【检查结果】").len(), 3, "recorded for their real recipients");
    assert!(desk.text_of("【试运行】", "clerk@x.example").contains("op@x.example"));

    desk.ok(&["mode", "正式", "--by", "王五"]);
    assert!(desk.ok(&["mode"]).contains("由王五切换") && desk.ok(&["check"]).contains("由王五切换"));
    for day in ["2022-06-22", "2022-06-23"] {
        desk.ok(&["post", "add", "青禾文旅", "--at", &format!("{day}T10:00"), "--title", "稻田", "--by", "李四"]);
    }
    desk.live("2022-06-28 09:00", "2022-06-29 18:00");
    let taken = desk.letters("【更正】");
    assert!(taken.len() == 3 && taken.iter().all(|letter| letter.3), "nobody had heard of it: {taken:?}");
    assert!(desk.delivered().iter().all(|to| to.contains("clerk@x.example")), "{:?}", desk.delivered());

    desk.file("config.toml", &CONFIG.replace("正式", "试运行"));
    assert!(desk.ok(&["mode"]).contains("运行方式：试运行（配置写的是试运行"));
    let (exit, why) = desk.refused(&["mode", "正式", "--by", "王五"]);
    assert!(exit == 1 && why.contains("先把配置改为“正式”"), "the configuration is the floor: {why}");
    // A service that has run under that configuration is live again only by a named person's word.
    desk.live("2022-06-30 09:00", "2022-06-30 10:00");
    desk.file("config.toml", CONFIG);
    assert!(desk.ok(&["mode"]).contains("运行方式：试运行（") && desk.ok(&["mode"]).contains("由配置文件切换"));
}

#[test]
fn a_draft_says_what_waits_and_a_false_alarm_stands_in_no_list() {
    let desk = Desk::new();
    desk.silent_fortnight();
    let report = || {
        desk.ok(&["report", "month", "--period", "2022-06", "--format", "json,txt", "--out", "报表"]);
        let read =
            |ext: &str| std::fs::read_to_string(desk.path().join(format!("报表/monthly-2022-06.{ext}"))).unwrap();
        (serde_json::from_str::<Value>(&read("json")).unwrap(), read("txt"))
    };
    let (json, text) = report();
    let rows = |json: &Value, key: &str| {
        let table = json["tables"].get(key).or(json.get(key)).unwrap_or_else(|| panic!("{json:#}"));
        table.as_array().unwrap().clone()
    };
    assert_eq!(rows(&json, "不合格")[0]["核实"], "待核实");
    assert!(text.contains("草稿 · 待核实") && text.contains("均待核实"), "{text}");

    for check in ["2022-06-20", "2022-06-27"] {
        desk.ok(&["confirm", "--check", check, "--all", "--by", "李四"]);
    }
    let (json, text) = report();
    assert_eq!(rows(&json, "不合格").len(), 1);
    assert!(rows(&json, "不合格")[0].get("核实").is_none() && !text.contains("待核实"), "{text}");

    let bare = desk.refused(&["confirm", "--check", "2022-06-27", "--account", "青禾文旅", "--false", "--by", "李四"]);
    assert_eq!(bare.0, 2, "a false alarm needs a reason: {}", bare.1);
    for check in ["2022-06-20", "2022-06-27"] {
        let line =
            ["confirm", "--check", check, "--account", "青禾文旅", "--误报", "--reason", "电视台证明", "--by", "李四"];
        desk.ok(&line);
    }
    let listed = desk.json(&["confirm", "--check", "2022-06-27", "--account", "青禾文旅"]);
    assert!(listed.as_array().unwrap().iter().all(|f| f["standing"] == "false" && f["reason"] == "电视台证明"));
    let (json, text) = report();
    assert!(rows(&json, "不合格").is_empty() && rows(&json, "存在问题").is_empty(), "{text}");
    assert!(text.contains("另有3项经人工核实为误报，没有列入：青禾文旅（新浪微博）。"), "{text}");
}

fn waiting_letter(recipient: &str, slot: &str) -> NewLetter {
    let slot = Moment::parse(slot).unwrap();
    let mention = |account| Mention {
        account: AccountId(account),
        rule: "weekly".to_owned(),
        anchor: "2022-06-20".parse().unwrap(),
        stage: "week4".to_owned(),
        revision: None,
    };
    NewLetter {
        kind: LetterKind::Reminder,
        recipient: recipient.to_owned(),
        role: Role::Operator,
        slot,
        not_before: slot,
        not_after: None,
        subject: String::new(),
        text: String::new(),
        html: None,
        attachment: None,
        mentions: vec![mention(1)],
        reason: String::new(),
    }
}

#[test]
fn whoever_takes_over_takes_accounts_and_waiting_letters() {
    let desk = Desk::new();
    let store = desk.store();
    for slot in ["2022-06-20 09:00", "2022-06-23 09:00"] {
        let mut letter = waiting_letter("op@x.example", slot);
        letter.mentions[0].stage = slot.to_owned();
        store.write(move |tx| outbox::queue(tx, &letter, false, "x.example", Moment::parse(slot).unwrap())).unwrap();
    }
    let (exit, why) =
        desk.refused(&["contact", "replace", "某甲", "某戊", "--from", "2022-06-22", "--past", "--by", "李四"]);
    assert!(exit == 1 && why.contains("--mail"), "{why}");
    desk.file("同名.csv", "单位,姓名,角色,邮箱\n应急局,某庚,运维人员,geng@x.example\n");
    desk.ok(&["contact", "import", "同名.csv"]);
    let (exit, why) =
        desk.refused(&["contact", "replace", "某甲", "某庚", "--from", "2022-06-22", "--past", "--by", "李四"]);
    assert!(exit == 1 && why.contains("“某庚”在应急局，不在这个单位"), "a namesake: {why}");
    let (exit, why) =
        desk.refused(&["contact", "replace", "某人", "某戊", "--from", "2022-06-22", "--past", "--by", "李四"]);
    assert!(exit == 1 && why.contains("没有“某人”"), "{why}");
    let line = [
        "contact",
        "replace",
        "某甲",
        "某戊",
        "--from",
        "2022-06-22",
        "--past",
        "--by",
        "李四",
        "--mail",
        "new@x.example",
    ];
    let said = desk.ok(&line);
    assert!(said.contains("文旅局运维人员") && said.contains("转交1封待发的信"), "{said}");
    assert!(said.contains("某戊的邮箱：new@x.example"), "{said}");
    let rows = store.read(|conn| outbox::list(conn, 10)).unwrap();
    let mut told: Vec<(String, LetterState)> = rows.iter().map(|row| (row.recipient.clone(), row.state)).collect();
    told.sort_by_key(|(to, state)| (to.clone(), state.word()));
    assert_eq!(
        told,
        [
            ("new@x.example".to_owned(), LetterState::Queued),
            ("op@x.example".to_owned(), LetterState::Overtaken),
            ("op@x.example".to_owned(), LetterState::Queued),
        ],
        "the letter of the old one's own time stays"
    );
    let people = desk.json(&["contact", "list", "--all"]);
    let of = |name: &str| people.as_array().unwrap().iter().find(|person| person["name"] == name).unwrap().clone();
    assert_eq!((of("某甲")["to"].as_str(), of("某戊")["from"].as_str()), (Some("2022-06-21"), Some("2022-06-22")));
    assert_eq!(desk.json(&["contact", "list"]).as_array().unwrap().len(), 4, "who has left is not listed");
    let again = desk.refused(&line);
    assert!(again.0 == 1 && again.1.contains("已经离任"), "{}", again.1);
    desk.ok(&["contact", "export", "--out", "表.xlsx"]);
    assert_eq!(desk.json(&["contact", "import", "表.xlsx"])["changes"].as_array().unwrap().len(), 0);
}

#[test]
fn the_clerk_sees_who_cannot_be_written_to() {
    let desk = Desk::new();
    let red = |desk: &Desk| {
        desk.json(&["status"])["red"].as_array().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(red(&desk), Vec::<String>::new());
    desk.file("空.csv", "单位,姓名,角色,邮箱\n文旅局,某甲,运维人员,\n");
    desk.ok(&["contact", "import", "空.csv"]);
    assert!(red(&desk)[0].contains("只有电话") && red(&desk)[0].contains("青禾文旅（新浪微博）"), "{:?}", red(&desk));
    desk.file("无.csv", "单位,姓名,角色,手机\n文旅局,某甲,运维人员,\n");
    desk.ok(&["contact", "import", "无.csv"]);
    assert!(desk.ok(&["status"]).starts_with("【待办】无联系人：1个账号"), "{}", desk.ok(&["status"]));

    let store = desk.store();
    store
        .write(|tx| {
            let now = Moment::parse("2022-06-23 09:00").unwrap();
            let mut letter = waiting_letter("list@x.example", "2022-06-23 09:00");
            letter.mentions[0].account = AccountId(2);
            let id = outbox::queue(tx, &letter, false, "x.example", now)?.unwrap();
            let words = Composed { subject: "s".into(), text: "t".into(), html: None, rfc822: Vec::new() };
            outbox::claim(tx, id, &words, now)?;
            let ending = Ending {
                state: LetterState::Refused,
                class: "gone".to_owned(),
                reply_code: Some(550),
                reply_text: "550 User not found".to_owned(),
                next_try: None,
                reason: String::new(),
                repeat: String::new(),
            };
            outbox::finish(tx, id, &ending, now)
        })
        .unwrap();
    let told = red(&desk).join("\n");
    assert!(told.contains("永久拒收：list@x.example") && told.contains("User not found"), "{told}");
    assert!(told.contains("青禾应急（抖音）"), "{told}");
    desk.file("新.csv", "单位,姓名,角色,邮箱\n应急局,某己,运维人员,fresh@x.example\n");
    desk.ok(&["contact", "import", "新.csv"]);
    assert!(!red(&desk).join("\n").contains("list@x.example"), "nobody is written to there any more");
}

#[test]
fn a_sheet_with_one_bad_row_changes_nothing() {
    let desk = Desk::new();
    desk.file("坏.csv", "单位,姓名,角色,邮箱\n应急局,某己,运维人员,fresh@x.example\n应急局,某庚,站长,x@x.example\n");
    let (exit, why) = desk.refused(&["contact", "import", "坏.csv"]);
    assert!(exit == 1 && why.contains("第3行“角色”（站长）"), "{why}");
    assert!(std::fs::read_to_string(desk.path().join("坏.问题.csv")).unwrap().contains("角色只能写"));
    assert_eq!(desk.json(&["contact", "list"]).as_array().unwrap().len(), 3);
    desk.file("好.csv", "单位,姓名,角色,邮箱\n应急局,某己,运维人员,fresh@x.example\n");
    desk.ok(&["contact", "import", "好.csv", "--dry-run"]);
    assert_eq!(desk.json(&["contact", "list"]).as_array().unwrap().len(), 3);
}
