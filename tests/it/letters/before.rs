//! What an office sees before a letter leaves: the week to come, a test letter, hints, its own wording.

use super::{Office, reason, thursday};
use cuigeng::store::LetterState;
use serde_json::{Value, json};

#[test]
fn a_preview_shows_every_letter_of_seven_days_and_what_would_keep_it_back() {
    let (office, _) = thursday();
    let at = "2026-07-21T12:00";
    let told = office.json(&["letters", "preview", "--at", at]);
    let told = told.as_array().unwrap();
    let of = |to: &str| -> Vec<(String, String)> {
        let wanted = told.iter().filter(|letter| letter["recipient"] == to);
        wanted.map(|l| (l["at"].as_str().unwrap()[5..16].to_owned(), reason(l))).collect()
    };
    assert!(
        told.iter().all(|l| l["reason"].as_str().unwrap().ends_with("当天有人核查过才发）")),
        "nobody but people look"
    );
    let pairs = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    assert_eq!(
        of("wl@qinghe.example"),
        pairs(&[("07-23T09:00", "本周次数不足（周四提醒）"), ("07-24T09:00", "本周次数不足（周五提醒）")])
    );
    // 应急 has no address: the clerk gets both ladders; day 13 is a Sunday and moves to Friday.
    let clerk = of("clerk@qinghe.example");
    assert!(clerk.iter().any(|(at, why)| at == "07-23T09:00" && why.contains("连续未更新（第10天一级）")), "{clerk:?}");
    assert!(clerk.iter().any(|(at, why)| at == "07-27T09:00" && why.contains("连续未更新（第14天一级）")), "{clerk:?}");
    let second = told.iter().filter(|l| l["recipient"] == "wl@qinghe.example").nth(1).unwrap();
    assert!(second["subject"].as_str().unwrap().starts_with("【更新提醒】第2次提醒 "), "{second}");
    assert_eq!(second["unless"], "更新1次就不发");
    assert!(told.iter().all(|l| !l["subject"].as_str().unwrap().contains("请核对")), "the future is not unwatched");
    assert!(office.letters().is_empty(), "nothing is stored");
    let shown = office.ok(&["letters", "preview", "--at", at, "--out", "预览"]);
    assert!(
        shown.contains("怎样就不发") && shown.contains("另有周报") && shown.contains("clerk@qinghe.example"),
        "{shown}"
    );
    let files = std::fs::read_dir(office.path().join("预览")).unwrap().count();
    assert_eq!(files, told.len() * 3);
    let eml = std::fs::read_to_string(office.path().join("预览/001-0723-0900-clerk@qinghe.example.eml")).unwrap();
    assert!(eml.contains("To: clerk@qinghe.example") && eml.contains("text/html"), "{eml}");
    assert!(office.refused(&["letters", "preview", "--at", at, "--out", "预览"], 1).contains("不是空的"));
}

/// What breaks after the final dot may have arrived, and what we say of a break is not the server's.
#[test]
fn a_test_letter_that_may_have_arrived_is_not_denied() {
    let office = Office::new();
    office.server.answers("DOT", "", false);
    let output = office.run(&["letters", "test", "wl@qinghe.example"]);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert!(
        err.contains("测试信可能已经送到：服务器没有回答最后一步，请到收件箱看；先不要重发")
            && !err.contains("没有发出"),
        "{err}"
    );
    assert!(out.contains("连接中断：邮件服务器关闭了连接") && !out.contains("服务器答复"), "{out}");
    let letter = office.to("wl@qinghe.example");
    assert_eq!(letter.state, LetterState::Doubtful);
    let shown = office.ok(&["outbox", "show", &letter.id.to_string()]);
    assert!(shown.contains("经过 连接中断：") && !shown.contains("服务器答复"), "{shown}");
    let told: Value =
        serde_json::from_slice(&office.run(&["--json", "letters", "test", "jt@qinghe.example"]).stdout).unwrap();
    assert_eq!((&told["class"], &told["reply"]), (&json!("doubtful"), &json!("")));
    assert!(told["advice"].as_str().unwrap().contains("可能已经收到"), "{told}");
}

#[test]
fn a_test_letter_tells_a_servers_answer_and_our_own_words_apart() {
    let office = Office::new();
    office.server.answers("RCPT TO:", "550 5.1.1 no such user here", true);
    let output = office.run(&["letters", "test", "wl@qinghe.example"]);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(out.contains("服务器答复：550 5.1.1 no such user here"), "{out}");
    assert!(err.contains("测试信没有发出：收件地址不存在"), "{err}");
    // Nobody listens there.
    let config = std::fs::read_to_string(office.path().join("config.toml")).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    office.file("config.toml", &config.replace(&format!("port = {}", office.server.port), &format!("port = {free}")));
    let output = office.run(&["letters", "test", "jt@qinghe.example"]);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(out.starts_with("没有连上邮件服务器：对方没有开这个端口") && !out.contains("服务器答复"), "{out}");
    assert!(err.contains("测试信没有发出：程序会自行重试"), "{err}");
}

#[test]
fn check_hints_at_a_sender_that_is_not_the_login_and_at_letters_that_would_stay_here() {
    let office = Office::new();
    assert!(!office.ok(&["check"]).contains("不一致"));
    let config = std::fs::read_to_string(office.path().join("config.toml")).unwrap();
    office.file("config.toml", &config.replace("user = \"xmt@", "user = \"other@"));
    let check = office.ok(&["check"]);
    assert!(check.contains("发件人 xmt@qinghe.example 与登录名 other@qinghe.example 不一致"), "{check}");
    office.file("config.toml", &config.replace("transport = \"smtp\"", "transport = \"folder\""));
    let check = office.ok(&["check"]);
    assert!(check.contains("切换为正式后也不会真正发出") && !check.contains("已是正式运行"), "{check}");
}

#[test]
fn an_office_words_its_letters_itself_and_a_broken_template_costs_none() {
    let (office, _) = thursday();
    office.ok(&["letters", "templates", "--export", "样本"]);
    let sample = std::fs::read_to_string(office.path().join("样本/reminder.txt")).unwrap();
    assert!(sample.starts_with("{#") && sample.contains("headline 最要紧的事实和期限"), "{sample}");
    assert!(office.refused(&["letters", "templates", "--export", "样本"], 1).contains("已经存在"));
    std::fs::create_dir(office.path().join("templates")).unwrap();
    office.file("templates/reminder.subject.txt", "【温馨提示】{{ office }}：{{ headline }}");
    office.file("templates/reminder.txt", "您好：\n{{ headlin }}");
    office.file("templates/remainder.txt", "x");
    let check = office.ok(&["check"]);
    assert!(check.contains("templates/reminder.txt第2行用了没有的变量"), "{check}");
    assert!(check.contains("remainder.txt 不是信件模板的名字"), "{check}");
    assert!(check.contains("用单位自己的 reminder.subject.txt、reminder.txt"), "{check}");
    let told = office.json(&["letters", "preview", "--at", "2026-07-23T08:55"]);
    let letter = told.as_array().unwrap().iter().find(|l| l["recipient"] == "wl@qinghe.example").unwrap();
    assert!(letter["subject"].as_str().unwrap().starts_with("【温馨提示】青禾县文旅局："), "{letter}");
    assert!(letter["text"].as_str().unwrap().contains("本周（7月20日至26日）已更新1次"), "ours stands in: {letter}");
}
