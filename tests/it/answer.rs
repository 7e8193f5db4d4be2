//! The promise: a letter can be answered by its link and by nothing else; opening the link changes
//! nothing; an answer makes somebody look, is never evidence, and nobody is reported for giving none.

pub(crate) mod hand;
pub(crate) mod office;
mod stranger;

use cuigeng::answer::{Given, State, Way, Word};
use cuigeng::clock::Clock;
use cuigeng::store::{LetterKind, LetterState, answers, outbox};
use office::{EVIL, Office, at, is_in_database};
use std::os::unix::fs::PermissionsExt;

const WL: &str = "wl@qinghe.example";
const JT: &str = "jt@qinghe.example";

#[tokio::test(flavor = "multi_thread")]
async fn the_link_is_in_what_leaves_and_in_nothing_that_is_kept() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let link = office.link_to(WL);
    let token = link.strip_prefix("/a/").unwrap();
    let letter = office.letter_to(WL);
    assert_eq!((letter.state, token.split('-').next()), (LetterState::Sent, Some(letter.id.to_string().as_str())));
    assert!(letter.text.contains("选一项：已知晓、已发布请核实、账号已停用"), "{}", letter.text);
    assert!(office.ok(&["outbox", "show", &letter.id.to_string()]).contains("-（略） 选一项"));
    let sign = token.split_once('-').unwrap().1;
    let key = std::fs::read_to_string(office.data().join("secrets/answer-link-key")).unwrap();
    for secret in [sign, key.trim()] {
        assert!(!is_in_database(&office.data(), secret));
    }
    let mode = std::fs::metadata(office.data().join("secrets/answer-link-key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(office.mail.letters().iter().all(|raw| !raw.contains("To: clerk@") || !raw.contains("/a/")));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_the_link_shows_its_own_accounts_and_changes_nothing() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (link, id) = (office.link_to(WL), office.letter_to(WL).id);
    let before = office.audited();
    for _ in 0..3 {
        let page = office.get(&link);
        assert_eq!(page.status, 200, "{}", page.body);
        for said in ["青禾文旅（新浪微博）", "已更新0次", "已知晓", "已发布请核实", "账号已停用", "CG-2026-"]
        {
            assert!(page.body.contains(said), "{said}\n{}", page.body);
        }
        assert!(!page.body.contains("交通"), "somebody else's: {}", page.body);
        assert!(!page.body.contains("<script") && page.body.contains("&lt;script&gt;"), "{EVIL}");
        for line in [
            "content-security-policy: default-src 'none'; style-src 'self'; form-action 'self'",
            "referrer-policy: no-referrer",
            "x-robots-tag: noindex",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
        ] {
            assert!(page.head.contains(line), "{line}\n{}", page.head);
        }
        let head = office.ask(&format!("HEAD {link} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert_eq!((head.status, head.body.as_str()), (200, ""));
    }
    assert_eq!(office.get("/style.css").status, 200);
    assert!(office.get(&link).body.contains("href=\"../style.css\""));
    assert_eq!((office.audited(), office.answers(id).len()), (before, 0));
    assert!(office.ok(&["outbox", "show", &id.to_string()]).contains("地址未确认"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_is_kept_once_proves_the_address_and_stops_no_later_rung() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (link, id) = (office.link_to(WL), office.letter_to(WL).id);
    let done = office.post(&link, &[("word", "known")]);
    assert_eq!(done.status, 303);
    assert!(done.head.contains(&format!("location: {}", &link[3..])), "{}", done.head);
    office.post(&link, &[("word", "known")]);
    let kept = office.answers(id);
    assert_eq!(kept.len(), 2, "one an account, not one a click: {kept:?}");
    for one in &kept {
        assert_eq!((one.word, one.state, one.by.as_str()), (Word::Known, State::Noted, WL));
        assert_eq!(one.way, Way::Link { from: "127.0.0.1".to_owned() });
    }
    assert!(office.get(&link).body.contains("回复“已知晓”：已记录"));
    let shown = office.ok(&["outbox", "show", &id.to_string()]);
    assert!(shown.contains("地址已确认") && shown.contains(WL) && shown.contains("来自 127.0.0.1"), "{shown}");
    assert!(office.ok(&["account", "show", "w1"]).contains("邮箱 wl@qinghe.example：已确认"));
    assert!(office.ok(&["account", "show", "j1"]).contains("邮箱 jt@qinghe.example：未确认"));
    assert!(office.ok(&["explain", "w1"]).contains("青禾文旅（新浪微博）：已知晓，已记录"));
    assert!(!office.ok(&["status"]).contains("待人工核实：信"), "nothing to do for the clerk");
    let reminders = || {
        let letters = office.store().read(|conn| outbox::list(conn, 99)).unwrap();
        letters.iter().filter(|one| one.kind == LetterKind::Reminder && one.state == LetterState::Sent).count()
    };
    let first = reminders();
    office.clock.goes_to(at("2026-07-24 09:00")).await;
    office.clock.goes_on(60).await;
    assert_eq!(reminders(), 2 * first, "Friday's letters leave, answered or not");
    assert_ne!(office.link_to(WL), link, "each letter has a link of its own");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_answer_makes_us_look_at_once_and_what_is_there_closes_it() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (link, letter) = (office.link_to(JT), office.letter_to(JT));
    office.posted("j1", "2026-07-23 09:30");
    office.posted("j1", "2026-07-23 09:31");
    office.clock.goes_to(at("2026-07-23 09:40")).await;
    let done = office.post(&link, &[("word", "posted"), ("url", "https://weibo.com/1/AbC"), ("note", "刚发的")]);
    assert_eq!(done.status, 303);
    office.clock.goes_on(61).await;
    let [one] = office.answers(letter.id).try_into().unwrap();
    assert_eq!((one.word, one.state), (Word::Posted, State::Found), "a look within the minute: {one:?}");
    assert_eq!((one.url.as_str(), one.note.as_str()), ("https://weibo.com/1/AbC", "刚发的"));
    assert!(office.get(&link).body.contains("已看到更新"));
    assert!(!office.ok(&["status"]).contains("待人工核实：信"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_found_goes_to_the_clerk_who_settles_it_by_name() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (link, id) = (office.link_to(JT), office.letter_to(JT).id);
    office.clock.goes_to(at("2026-07-23 09:40")).await;
    let looks = office.ok(&["post", "list", "j1", "--since", "2026-07-01"]);
    office.post(&link, &[("word", "posted"), ("url", "https://weibo.com/1/AbC")]);
    office.clock.goes_on(61).await;
    let [one] = office.answers(id).try_into().unwrap();
    assert_eq!(one.state, State::Open);
    assert_eq!(office.ok(&["post", "list", "j1", "--since", "2026-07-01"]), looks, "a link counts for nothing");
    let page = office.get(&link).body;
    assert!(page.contains("已转检查方人工核实。<br>链接 https:") && !page.contains("可以补充"), "{page}");
    let status = office.ok(&["status"]);
    let wanted = format!("【待办】待人工核实：信{id}的回复{}", one.id);
    assert!(status.contains(&wanted) && status.contains("https://weibo.com/1/AbC"), "{status}");
    // The same with more to show takes the place of the first.
    office.post(&link, &[("word", "posted"), ("url", "https://weibo.com/1/DeF")]);
    office.clock.goes_on(61).await;
    let states: Vec<State> = office.answers(id).iter().map(|one| one.state).collect();
    assert_eq!(states, [State::Replaced, State::Open]);
    let second = office.answers(id)[1].id.to_string();
    assert!(office.refused(&["outbox", "settle", &second, "--by", "李四", "--note", " "]).contains("--note"));
    office.ok(&["outbox", "settle", &second, "--by", "李四", "--note", "打开看过，是7月12日发的"]);
    assert!(office.refused(&["outbox", "settle", &second, "--by", "李四", "--note", "x"]).contains("已处理"));
    assert!(!office.ok(&["status"]).contains("待人工核实：信"));
    assert!(office.ok(&["outbox", "show", &id.to_string()]).contains("李四处理：打开看过"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_answer_names_its_account_and_changes_nothing_by_itself() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (link, id) = (office.link_to(WL), office.letter_to(WL).id);
    let unnamed = office.post(&link, &[("word", "closed")]);
    assert!(unnamed.status == 422 && unnamed.body.contains("请指明“账号已停用”说的是哪一个"), "{}", unnamed.body);
    let (own, other) = (office.account("w1"), office.account("j1"));
    let foreign = office.post(&link, &[("word", "closed"), ("account", &other)]);
    assert!(foreign.status == 422 && foreign.body.contains("不在这封信里"), "{}", foreign.body);
    assert_eq!(office.answers(id), []);
    assert_eq!(office.post(&link, &[("word", "closed"), ("account", &own), ("note", "7月已注销")]).status, 303);
    let [one] = office.answers(id).try_into().unwrap();
    assert_eq!((one.word, one.state, one.account.0.to_string()), (Word::Closed, State::Open, own));
    assert!(office.ok(&["account", "show", "w1"]).contains("正常运行"), "the list is the clerk's");
    assert!(office.ok(&["status"]).contains("账号已停用，待人工核实"));
    // Whoever says something else later is heard as well.
    office.post(&link, &[("word", "known")]);
    assert_eq!(office.answers(id).len(), 3);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_writes_down_what_was_said_on_the_telephone() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let letter = office.letter_to(WL);
    let id = letter.id.to_string();
    assert!(office.refused(&["outbox", "answer", &id, "知道了", "--by", "李四"]).contains("不能是“知道了”"));
    assert!(office.refused(&["outbox", "answer", "999", "已知晓", "--by", "李四"]).contains("没有编号为999的信"));
    assert!(office.refused(&["outbox", "answer", &id, "账号已停用", "--by", "李四"]).contains("请指明"));
    assert!(
        office
            .refused(&["outbox", "answer", &id, "已知晓", "--by", "李四", "--account", "j1"])
            .contains("不在这封信里")
    );
    let wrong = ["outbox", "answer", &id, "已发布请核实", "--by", "李四", "--account", "w1", "--url", "见附件"];
    assert!(office.refused(&wrong).contains("--url"));
    let said =
        office.ok(&["outbox", "answer", &id, "已发布请核实", "--by", "李四", "--account", "w1", "--note", "来电"]);
    assert!(said.contains("涉及1个账号"), "{said}");
    let again =
        office.ok(&["outbox", "answer", &id, "已发布请核实", "--by", "李四", "--account", "w1", "--note", "来电"]);
    assert!(again.contains("没有重复登记"), "{again}");
    let [one] = office.answers(letter.id).try_into().unwrap();
    assert_eq!((one.state, one.way), (State::Looking, Way::Clerk { by: "李四".to_owned() }));
    assert!(office.ok(&["outbox", "show", &id]).contains("地址已确认"), "the letter has arrived");
    assert!(office.ok(&["explain", "w1"]).contains("已发布请核实，正在核实（李四登记）　说明 来电"));
    // The same deed at the daemon's own time has the same effects as a click.
    let (other, now) = (office.account("d1").parse().unwrap(), office.clock.now());
    let way = Way::Clerk { by: "李四".to_owned() };
    let accounts = vec![cuigeng::domain::AccountId(other)];
    let given = Given { word: Word::Posted, accounts, way, url: String::new(), note: String::new() };
    let of = letter.clone();
    office.store().write(move |tx| answers::give(tx, &of, &given, now)).unwrap().unwrap();
    office.clock.ring();
    office.clock.goes_on(61).await;
    assert_eq!(office.answers(letter.id)[1].state, State::Open);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_with_its_period_by_a_person_and_with_the_key() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    let (wl, jt) = (office.link_to(WL), office.link_to(JT));
    let id = office.letter_to(JT).id.to_string();
    office.ok(&["outbox", "revoke", &id, "--by", "李四"]);
    assert!(office.refused(&["outbox", "revoke", &id, "--by", "李四"]).contains("没有可以作废的"));
    let ended = office.get(&jt);
    assert!(ended.status == 410 && !ended.body.contains("交通"), "{}", ended.body);
    assert_eq!(office.post(&jt, &[("word", "known")]).status, 410);
    // The week ends on the 27th at 00:00.
    office.clock.goes_to(at("2026-08-05 23:59")).await;
    assert_eq!(office.get(&wl).status, 200);
    office.clock.goes_to(at("2026-08-06 00:00")).await;
    let ended = office.get(&wl);
    assert!(ended.status == 410 && !ended.body.contains("文旅"), "{}", ended.body);
    office.clock.goes_to(at("2026-08-06 09:00")).await;
    office.clock.goes_on(60).await;
    let newer = office.link_to(WL);
    assert_eq!(office.get(&newer).status, 200, "a letter since");
    std::fs::remove_file(office.data().join("secrets/answer-link-key")).unwrap();
    assert_eq!(office.get(&newer).status, 404);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trial_mode_and_previews_hold_no_working_link() {
    let mut office = Office::open("试运行").await;
    office.letters_leave().await;
    let letter = office.letter_to(WL);
    assert!(letter.trial && letter.text.contains("/a/（正式发信时生成） 选一项"), "{}", letter.text);
    assert!(office.refused(&["outbox", "answer", &letter.id.to_string(), "已知晓", "--by", "李四"]).contains("试运行"));
    assert!(!office.data().join("secrets/answer-link-key").exists(), "no key before there is a need");
    let told = office.ok(&["--json", "letters", "preview", "--at", "2026-07-23T12:00"]);
    assert!(told.contains("/a/（发出时生成） 选一项"), "{told}");
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_leave_where_the_server_cannot_listen_and_status_says_so() {
    let mut office = Office::closed("正式");
    let taken = std::net::TcpListener::bind(("127.0.0.1", office.port)).unwrap();
    office.begin().await;
    while office.store().read(cuigeng::web::trouble).unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    office.letters_leave().await;
    assert!(office.mail.letters().len() >= 2);
    let status = office.ok(&["status"]);
    assert!(status.contains("【待办】网页服务没有运行") && status.contains("告警未恢复：网页服务没有运行"), "{status}");
    office.end().await;
    drop(taken);
    office.begin().await;
    let page = office.get(&office.link_to(WL));
    assert_eq!(page.status, 200);
    office.clock.all_rest().await;
    assert!(!office.ok(&["status"]).contains("网页服务没有运行"));
    office.end().await;
}

/// Nobody is reported for not clicking: the letters of four weeks of silence are the same, one by one,
/// whether every one of them was answered at once or none at all.
#[tokio::test(flavor = "multi_thread")]
async fn unanswered_letters_change_no_ladder() {
    let lives = [false, true].map(|answers| tokio::spawn(letters_of_four_weeks(answers)));
    let [silent, polite] = lives;
    let (silent, polite) = (silent.await.unwrap(), polite.await.unwrap());
    assert!(silent.len() >= 8 && silent.iter().any(|row| row.contains("分管领导")), "{silent:#?}");
    assert_eq!(silent, polite);
}

async fn letters_of_four_weeks(answered: bool) -> Vec<String> {
    let mut office = Office::closed("正式");
    let list = std::fs::read_to_string(office.dir.path().join("台账.csv")).unwrap();
    let list = list.replace("来源,来源参数", "来源,来源参数,分管领导邮箱");
    let list: Vec<String> = list.lines().map(|line| format!("{line},boss@qinghe.example")).collect();
    office.file("领导.csv", &list.join("\n").replacen(",boss@qinghe.example", "", 1));
    office.ok(&["account", "import", "领导.csv"]);
    office.begin().await;
    for day in 0..28 {
        let morning = at("2026-07-23 09:00").plus_days(day);
        office.clock.goes_to(morning).await;
        office.clock.goes_on(60).await;
        let letters = office.store().read(|conn| outbox::list(conn, 500)).unwrap();
        for letter in letters.into_iter().filter(|letter| answered && letter.kind == LetterKind::Reminder) {
            let (way, now) = (Way::Link { from: "10.0.0.7".to_owned() }, office.clock.now());
            let given = Given { word: Word::Known, accounts: Vec::new(), way, url: String::new(), note: String::new() };
            office.store().write(move |tx| answers::give(tx, &letter, &given, now)).unwrap().unwrap();
        }
    }
    office.end().await;
    let letters = office.store().read(|conn| outbox::list(conn, 500)).unwrap();
    // Our own alarms go by tasks that rest in true time (a backup made, say), not by answers.
    let told = letters
        .iter()
        .filter(|l| l.kind != LetterKind::Alarm)
        .map(|l| format!("{} {} {} {} {}", l.slot, l.recipient, l.role.chinese(), l.state.word(), l.subject));
    let mut told: Vec<String> = told.collect();
    // Letters of one moment are born in any order.
    told.sort_unstable();
    told
}

/// A result can be disputed by its link as well; a look finds the post, and only the revised verdict says
/// that the result was wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_disputed_by_its_link() {
    let mut office = Office::open("正式").await;
    office.letters_leave().await;
    office.clock.goes_to(at("2026-07-27 09:00")).await;
    office.clock.goes_on(60).await;
    office.ok(&["confirm", "--check", "2026-07-27", "--all", "--by", "张三"]);
    office.clock.goes_to(at("2026-07-27 09:30")).await;
    office.clock.goes_on(60).await;
    let result = office.newest_to(JT);
    assert!(result.subject.starts_with("【检查结果】"), "{}", result.subject);
    assert!(result.text.contains("（略） 选“已发布请核实”，并填该时段内所发内容的链接"), "{}", result.text);
    let link = office.link_to(JT);
    assert!(office.get(&link).body.contains("【检查结果】"));
    for when in ["2026-07-22 10:00", "2026-07-23 10:00"] {
        office.posted("j1", when);
    }
    office.clock.goes_to(at("2026-07-27 09:40")).await;
    assert_eq!(office.post(&link, &[("word", "posted"), ("url", "https://weibo.com/1/AbC")]).status, 303);
    office.clock.goes_on(61).await;
    office.clock.goes_to(at("2026-07-27 11:00")).await;
    office.clock.goes_on(60).await;
    let [one] = office.answers(result.id).try_into().unwrap();
    assert_eq!(one.state, State::Found);
    assert!(office.newest_to(JT).subject.starts_with("【更正】"), "{}", office.newest_to(JT).subject);
    office.end().await;
}
