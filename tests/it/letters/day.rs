//! One mail a person and occasion, whatever the number of offices; what downtime has delayed is said
//! once; a week is one thread; and the clerk has a list of what went out.

use super::*;
use cuigeng::domain::AccountId;
use cuigeng::store::LetterKind;

impl Office {
    /// The clerk's lists of letters, oldest first.
    fn lists(&self) -> Vec<LetterRow> {
        let mut lists = self.letters();
        lists.retain(|letter| letter.kind == LetterKind::Digest && letter.reason == "发信清单");
        lists.reverse();
        lists
    }

    /// From now on the accounts have a source, which shows nothing by itself.
    fn sourced(&self) {
        let config = std::fs::read_to_string(self.path().join("config.toml")).unwrap();
        self.file("config.toml", &format!("{config}[sources.inbox]\nkind = \"inbox\"\n"));
        let list: String = ACCOUNTS
            .lines()
            .enumerate()
            .map(|(at, line)| match at {
                0 => format!("{line},来源,来源参数\n"),
                _ => format!("{line},inbox,{at}\n"),
            })
            .collect();
        self.file("台账.csv", &list);
        self.ok(&["account", "import", "台账.csv"]);
    }

    pub(crate) fn account(&self, name: &str) -> AccountId {
        let all = self.store().read(accounts::all).unwrap();
        all.into_iter().find(|account| account.name == name).unwrap().id
    }

    fn reminders(&self) -> Vec<LetterRow> {
        let mut letters = self.letters();
        letters.retain(|letter| letter.kind == LetterKind::Reminder);
        letters
    }
}

#[test]
fn the_clerk_has_one_list_of_the_day_in_the_order_of_the_list_with_what_became_of_each() {
    let (office, now) = thursday();
    office.server.answers("RCPT TO:<wl@", "550 5.1.1 no such user here", false);
    office.live(now);
    let evening = at("2026-07-23 17:30");
    office.live(evening.plus(-120));
    assert!(office.lists().is_empty(), "not before its hour");
    office.live(evening);
    let list = office.lists().pop().unwrap();
    assert_eq!((list.recipient.as_str(), list.state), ("clerk@qinghe.example", LetterState::Sent));
    assert_eq!(list.subject, "【发信清单】7月23日发出2封，1封拒收，2个账号待电话");
    // What 文旅's address refused was passed on to the clerk.
    let lines = ["1. 青禾文旅（新浪微博）", "2. 青禾文旅（新浪微博）", "3. 青禾应急（抖音）"];
    let places: Vec<usize> = lines.iter().map(|said| list.text.find(said).unwrap()).collect();
    assert!(places.is_sorted(), "{}", list.text);
    for said in [
        "截至7月23日17:30：",
        "共3封：已提交服务器2封，永久拒收1封；待电话通知2个账号，已登记电话0次。",
        "wl@qinghe.example（运维人员）　永久拒收（5.1.1 no such user here）",
        "clerk@qinghe.example（运维人员，无联系人）　已提交服务器 09:00",
        "二、待电话通知",
        "青禾县应急局　青禾应急（抖音）：无联系人",
        "青禾县文旅局　青禾文旅（新浪微博）：永久拒收",
    ] {
        assert!(list.text.contains(said), "{said}\n{}", list.text);
    }
    assert!(!list.text.contains("青禾交通"), "nothing was said of 交通");
    // Restarts and the rest of the evening add none, nor does a day on which nothing goes out.
    office.live(evening.plus(60));
    office.live(at("2026-07-23 23:00"));
    office.live(at("2026-07-25 17:30"));
    assert_eq!(office.lists().len(), 1);
}

#[test]
fn a_list_that_downtime_delayed_comes_with_the_next_start_and_a_call_stands_in_it() {
    let (office, now) = thursday();
    office.live(now);
    let (id, account) = (office.to("clerk@qinghe.example").id, office.account("青禾应急"));
    let call = cuigeng::store::desk::Call {
        account,
        by: "张三".to_owned(),
        at: now.plus(3600),
        note: "答应今天发".to_owned(),
    };
    office.store().write(move |tx| cuigeng::store::desk::called(tx, id, &[], &call, now.plus(3700))).unwrap().unwrap();
    // The next start is in the night: yesterday's list is still owed, and owed once.
    let night = at("2026-07-24 01:00");
    office.live(night);
    office.live(night.plus(600));
    let [list] = office.lists().try_into().unwrap();
    assert_eq!(list.subject, "【发信清单】7月23日发出2封");
    assert!(list.text.contains("二、已登记的电话通知\n1. 10:00　青禾应急（抖音）　张三：答应今天发"), "{}", list.text);
}

/// No server has taken anything, and somebody was told all the same.
#[test]
fn a_day_on_which_all_was_told_by_telephone_has_its_list() {
    let (office, now) = thursday();
    office.server.answers("MAIL", "451 later", false);
    office.live(now);
    let letter = office.to("clerk@qinghe.example");
    let (id, account) = (letter.id, office.account("青禾应急"));
    let call = cuigeng::store::desk::Call { account, by: "张三".to_owned(), at: now.plus(3600), note: String::new() };
    let phoned = move |tx: &cuigeng::store::Transaction<'_>| {
        // It failed before it was ever taken out of the queue.
        tx.execute("UPDATE letter SET claimed_at = NULL, attempts = 0, class = '' WHERE id = ?1", [id])?;
        cuigeng::store::desk::called(tx, id, &[], &call, now.plus(3700))
    };
    office.store().write(phoned).unwrap().unwrap();
    office.server.forgets();
    office.live(at("2026-07-23 17:30"));
    let [list] = office.lists().try_into().unwrap();
    assert!(list.text.contains("已电话告知1封"), "{}", list.text);
    assert!(list.text.contains("clerk@qinghe.example（运维人员，无联系人）　已电话告知"), "{}", list.text);
    assert!(list.text.contains("已登记电话1次"), "{}", list.text);
}

/// Down from Thursday morning to Monday: the list closes on Sunday, the letters left on Thursday.
#[test]
fn a_list_that_is_days_late_names_the_days_on_which_letters_left() {
    let (office, thursday) = thursday();
    office.server.answers("RCPT TO:<wl@", "550 5.1.1 no such user here", false);
    office.live(thursday);
    office.live(at("2026-07-27 09:06"));
    let [list] = office.lists().try_into().unwrap();
    assert!(list.subject.starts_with("【发信清单】7月23日发出1封，1封拒收"), "{}", list.subject);
    assert!(list.text.contains("截至7月26日17:30："), "{}", list.text);
    assert!(list.text.contains("已提交服务器 7月23日09:00"), "{}", list.text);
}

/// The look just before a letter closes the tail of two polls; the letter itself is judged as ever.
#[test]
fn a_preview_forgives_what_the_look_before_the_letter_will_close() {
    let (office, _) = thursday();
    office.sourced();
    let soft = |clock: &str| {
        let told = office.json(&["letters", "preview", "--at", clock]);
        let subjects: Vec<String> =
            told.as_array().unwrap().iter().map(|letter| letter["subject"].as_str().unwrap().to_owned()).collect();
        assert!(!subjects.is_empty());
        subjects.iter().any(|subject| subject.contains("请核对"))
    };
    // The last look was at 08:52, and polls are two hours apart.
    assert!(!soft("2026-07-23T10:42"), "1 h 50 min");
    assert!(!soft("2026-07-23T12:50"), "just under two polls");
    assert!(soft("2026-07-23T12:54"), "more than two polls");
    let config = std::fs::read_to_string(office.path().join("config.toml")).unwrap();
    office.file("config.toml", &format!("{config}every_minutes = 40\n"));
    assert!(!soft("2026-07-23T10:10") && soft("2026-07-23T10:42"), "its own poll");
    office.file("config.toml", &format!("{config}every_minutes = 10\n"));
    assert!(!soft("2026-07-23T09:50"), "never less than an hour");
    office.file("config.toml", &config);
    office.live(at("2026-07-23 10:42"));
    let letter = office.to("wl@qinghe.example");
    assert!(letter.subject.contains("请核对"), "{}", letter.subject);
}

#[test]
fn trial_mode_has_its_own_digest_and_no_list() {
    let (office, now) = thursday();
    office.ok(&["mode", "试运行", "--by", "李四"]);
    office.live(now);
    office.live(at("2026-07-23 17:30"));
    assert!(office.lists().is_empty());
    let digests = office.letters().into_iter().filter(|letter| letter.subject.starts_with("【试运行】")).count();
    assert_eq!(digests, 1);
}

#[test]
fn one_person_of_two_offices_has_one_letter_and_a_week_is_one_thread() {
    let office = Office::new();
    office.file(
        "台账.csv",
        "账号名称,平台,主办单位,运维邮箱\n青禾文旅,新浪微博,青禾县文旅局,one@qinghe.example\n\
         青禾交通,新浪微博,青禾县交通局,one@qinghe.example\n青禾应急,抖音,青禾县应急局,two@qinghe.example\n",
    );
    office.ok(&["account", "import", "台账.csv"]);
    let now = at("2026-07-23 09:00");
    let week = [
        ("青禾文旅", "2026-07-21 10:00", "甲"),
        ("青禾应急", "2026-07-21 08:00", "乙"),
        ("青禾交通", "2026-07-20 08:00", "丙"),
    ];
    office.posted(&week);
    office.watched(at("2026-07-01 00:00"), now.plus(-480));
    office.live(now);
    let to_one = |office: &Office| -> Vec<LetterRow> {
        office.reminders().into_iter().filter(|letter| letter.recipient == "one@qinghe.example").collect()
    };
    let [first] = to_one(&office).try_into().unwrap();
    assert!(first.subject.contains("2个账号本周还差2次"), "{}", first.subject);
    assert!(first.text.contains("青禾文旅") && first.text.contains("青禾交通"), "{}", first.text);
    office.watched(now.plus(-480), at("2026-07-24 08:52"));
    office.live(at("2026-07-24 09:00"));
    let thread = |letter: &LetterRow| {
        let raw = String::from_utf8(
            office.store().read(|conn| outbox::show(conn, letter.id)).unwrap().unwrap().rfc822.unwrap(),
        )
        .unwrap();
        raw.lines().find_map(|line| line.strip_prefix("References: ")).unwrap().trim().to_owned()
    };
    let both = to_one(&office);
    assert_eq!((both.len(), thread(&both[0])), (2, thread(&both[1])), "a week is one thread");
    assert!(thread(&both[0]).starts_with("<cg.week.2026-W30.one"), "{}", thread(&both[0]));
    let other = office.reminders().into_iter().find(|letter| letter.recipient == "two@qinghe.example").unwrap();
    assert_ne!(thread(&other), thread(&both[0]), "of one recipient");
}

#[test]
fn after_downtime_one_letter_says_so_and_what_is_no_longer_true_is_closed() {
    let (office, thursday) = thursday();
    office.sourced();
    // Queued on Thursday at nine; the machine dies before the postman comes to it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { office.desk().0.step(thursday).await.unwrap() });
    assert!(office.reminders().iter().all(|letter| letter.state == LetterState::Queued));
    // It starts again on Friday afternoon. 应急 has posted meanwhile, 文旅 has not.
    let friday = at("2026-07-24 16:00");
    office.posted(&[("青禾应急", "2026-07-23 15:00", "汛情"), ("青禾应急", "2026-07-23 16:00", "汛情续")]);
    office.watched(thursday.plus(-480), friday.plus(-480));
    office.live(friday);
    let to = |recipient: &str| -> Vec<LetterRow> {
        office.reminders().into_iter().filter(|letter| letter.recipient == recipient).collect()
    };
    let [friday_s, thursday_s] = to("wl@qinghe.example").try_into().unwrap();
    assert_eq!((thursday_s.state, thursday_s.reason.as_str()), (LetterState::Overtaken, "已由更近的一次提醒代替"));
    assert_eq!(friday_s.state, LetterState::Sent);
    assert!(
        friday_s.subject.starts_with("【更新提醒】补发 "),
        "no 第2次, since nothing was read: {}",
        friday_s.subject
    );
    assert!(friday_s.text.contains("本信应于7月24日9时发出，因故延后"), "{}", friday_s.text);
    let [stale] = to("clerk@qinghe.example").try_into().unwrap();
    assert_eq!(stale.state, LetterState::Overtaken, "{stale:?}");
    assert_eq!(office.server.letters().len(), 1, "one letter for two mornings");
}
