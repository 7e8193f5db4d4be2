use super::*;
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 86_400;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// Counts as a person would: public posts of a span, a push once. What the WeChat statistic knows to
/// the day counts in every span that its day touches.
fn count(town: &Town, resident: usize, from: Moment, until: Moment) -> usize {
    let all = town.posts(resident, at("2022-07-10 00:00"));
    let by_day = town.residents()[resident].channel == Channel::Wechat;
    let until = if by_day { Moment::start_of(until.plus(-1).date()).plus_days(1) } else { until };
    all.iter().filter(|p| !p.private && p.at.unix() >= from.unix() && p.at.unix() < until.unix()).count()
}

fn quota(resident: &Resident) -> usize {
    let of_platform = match resident.platform.as_str() {
        "新浪微博" | "微信订阅号" | "今日头条" => 2,
        _ => 1,
    };
    resident.quota.map_or(of_platform, |quota| usize::try_from(quota).unwrap())
}

fn printed(platform: &str) -> String {
    if platform.starts_with("微信") && platform.ends_with("号") && platform != "微信视频号" {
        "微信公众号".to_owned()
    } else {
        platform.to_owned()
    }
}

/// The annexes as counting by hand finds them.
fn found(town: &Town) -> (Vec<Row>, Vec<Row>) {
    let (mut silent, mut short) = (Vec::new(), Vec::new());
    for (index, resident) in town.residents().iter().enumerate() {
        let row = |problem: String| Row {
            account: resident.name.clone(),
            supervisor: resident.supervisor.clone(),
            platform: printed(&resident.platform),
            problem,
        };
        let mondays = ["2022-06-06", "2022-06-13", "2022-06-20", "2022-06-27"].map(|d| at(&format!("{d} 00:00")));
        if mondays.iter().any(|m| count(town, index, m.plus(-14 * DAY), m.plus(9 * 3600)) == 0) {
            silent.push(row("超过两周未更新".to_owned()));
        }
        if mondays.iter().any(|m| count(town, index, m.plus(-7 * DAY), *m) < quota(resident)) {
            let han = ["零", "一", "两", "三", "四", "五", "六", "七", "八", "九"][quota(resident)];
            short.push(row(format!("一周未更新{han}次")));
        }
    }
    (silent, short)
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    rows
}

/// Without its letter the rescued account is short; everybody else is as the lists say.
fn assert_true_to_its_list(town: &Town) {
    let rescued = town.residents().iter().find(|r| r.part == Part::Rescued).unwrap().clone();
    let (silent, short) = found(town);
    assert!(short.iter().any(|row| row.account == rescued.name), "nothing to rescue");
    assert_eq!(sorted(silent), sorted(town.expected().annex2.clone()));
    let lead = at("2022-06-16 09:00");
    assert_eq!(town.receive(&rescued.operators[0], &format!("请更新{}。", rescued.name), lead), Some(lead.plus(1800)));
    let (_, short) = found(town);
    assert_eq!(sorted(short), sorted(town.expected().annex3.clone()));
}

#[test]
fn the_shipped_town_does_what_was_published() {
    let town = Town::shipped();
    assert_eq!(town.residents().len(), 311);
    assert_eq!((town.expected().annex2.len(), town.expected().annex3.len()), (1, 24));
    let published: Vec<Vec<String>> =
        SHIPPED.lines().skip(1).map(|l| l.split(',').map(str::to_owned).collect()).collect();
    let rows = |annex: &str| -> Vec<Row> {
        let of = published.iter().filter(|cells| cells[0] == annex);
        of.map(|c| Row {
            account: c[2].clone(),
            supervisor: c[3].clone(),
            platform: c[4].clone(),
            problem: c[5].clone(),
        })
        .collect()
    };
    assert_eq!(town.expected().annex2, rows("2"));
    assert_eq!(town.expected().annex3, rows("3"));
    assert_true_to_its_list(&town);
}

#[test]
fn the_list_of_accounts_keeps_the_order_of_the_annex() {
    let town = Town::shipped();
    let listed: Vec<&str> =
        town.residents().iter().filter(|r| r.part == Part::Problem).map(|r| r.name.as_str()).collect();
    let annex: Vec<&str> = town.expected().annex3.iter().map(|row| row.account.as_str()).collect();
    assert_eq!(listed, annex);
    let places: Vec<usize> = (0..311).filter(|i| town.residents()[*i].part == Part::Problem).collect();
    assert!(places[0] < 30 && places[23] > 280, "the problem accounts stand spread among the others: {places:?}");
}

#[test]
fn every_kind_of_public_kind_of_post_occurs() {
    let town = Town::shipped();
    let all: Vec<(Resident, Vec<Post>)> =
        (0..311).map(|i| (town.residents()[i].clone(), town.posts(i, at("2022-07-10 00:00")))).collect();
    let any = |which: &dyn Fn(&Resident, &Post) -> bool| all.iter().any(|(r, posts)| posts.iter().any(|p| which(r, p)));
    let june = at("2022-05-30 00:00");
    assert!(any(&|_, p| p.articles == 8));
    assert!(any(&|_, p| p.repost) && any(&|_, p| p.private));
    assert!(any(&|_, p| p.pinned && p.at < at("2020-01-01 00:00")) && any(&|_, p| p.pinned && p.at > june));
    assert!(
        any(&|r, p| r.channel == Channel::Wechat && !p.notified)
            && any(&|r, p| r.channel == Channel::Wechat && p.notified)
    );
    assert!(any(&|r, p| r.part == Part::Problem && p.at == p.at.week_start()), "just too late for the week before");
    assert!(any(&|r, p| r.part == Part::Good && p.at == p.at.week_start()));
    assert!(any(&|r, p| r.part == Part::Good && p.at.plus(1) == p.at.plus(1).week_start()));
    assert!(all.iter().all(|(_, posts)| posts.iter().any(|p| p.at < at("2022-05-16 00:00"))));
}

#[test]
fn ids_and_titles_tell_posts_apart() {
    let town = Town::shipped();
    for (index, resident) in town.residents().iter().enumerate() {
        let posts = town.posts(index, at("2022-07-10 00:00"));
        let (ids, titles): (BTreeSet<u64>, BTreeSet<&str>) = posts.iter().map(|p| (p.id, p.title.as_str())).unzip();
        assert_eq!((ids.len(), titles.len()), (posts.len(), posts.len()), "{}", resident.name);
        if resident.channel == Channel::Weibo {
            assert!(posts.iter().all(|p| (p.id >> 22) + 515_483_463 == u64::try_from(p.at.unix()).unwrap()));
            assert!(posts.iter().all(|p| p.id.to_string().len() == 16));
        }
        if resident.channel == Channel::Douyin {
            assert!(posts.iter().all(|p| p.id.to_string().len() == 19));
        }
    }
    let (handles, keys): (BTreeSet<_>, BTreeSet<_>) = town.residents().iter().map(|r| (&r.handle, &r.key)).unzip();
    assert_eq!((handles.len(), keys.len()), (311, 311), "one account has no source and an empty key");
}

#[test]
fn wechat_pushes_keep_the_platforms_limits() {
    let town = Town::shipped();
    for (index, resident) in town.residents().iter().enumerate().filter(|(_, r)| r.channel == Channel::Wechat) {
        let posts = town.posts(index, at("2022-07-10 00:00"));
        let sent: Vec<&Post> = posts.iter().filter(|p| p.notified).collect();
        let days: BTreeSet<_> = sent.iter().map(|p| p.at.date()).collect();
        let mut months: BTreeMap<String, usize> = BTreeMap::new();
        for post in &sent {
            *months.entry(post.at.date().format("%m").to_string()).or_default() += 1;
        }
        match resident.platform.as_str() {
            "微信服务号" => assert!(months.values().all(|n| *n <= 4), "{}", resident.name),
            _ => assert_eq!(days.len(), sent.len(), "{}", resident.name),
        }
    }
}

#[test]
fn the_half_sighted_account_is_seen_enough_in_every_week_but_one() {
    let town = Town::shipped();
    let index = town.residents().iter().position(|r| r.part == Part::HalfSighted).unwrap();
    let seen_in = |monday: &str| {
        let from = at(&format!("{monday} 00:00"));
        let posts = town.posts(index, at("2022-07-10 00:00"));
        posts.iter().filter(|p| p.notified && p.at >= from && p.at < from.plus_days(7)).count()
    };
    assert_eq!(seen_in("2022-06-06"), 0);
    assert!(["2022-05-23", "2022-05-30", "2022-06-13", "2022-06-20"].iter().all(|monday| seen_in(monday) >= 2));
}

fn han(n: usize) -> &'static str {
    ["一", "两", "三", "四", "五", "六", "七"][n - 1]
}

/// Lists of any length over known and unknown platforms, some accounts in both annexes or in annex 2 alone.
fn random_list(seed: u64, rows: usize) -> String {
    let mut dice = dice::Dice::new(seed, 9);
    let platforms = ["新浪微博", "微信公众号", "抖音", "今日头条", "微信视频号", "快手", "政务APP"];
    let (mut two, mut three) = (Vec::new(), Vec::new());
    for n in 0..rows {
        let platform = dice.pick(&platforms);
        let quota = usize::try_from(dice.roll(7)).unwrap() % 7 + 1;
        let place = dice.roll(9);
        let line = |problem: &str| format!("账号{n}号,第{place}区人民政府办公室,{platform},{problem}");
        if dice.one_in(4) {
            two.push(line("超过两周未更新"));
            if dice.one_in(3) {
                continue;
            }
        }
        three.push(line(&format!("一周未更新{}次", han(quota))));
    }
    let numbered = |annex: u8, lines: Vec<String>| {
        let row = move |(n, line): (usize, String)| format!("{annex},{},{line}\n", n + 1);
        lines.into_iter().enumerate().map(row).collect::<String>()
    };
    format!("annex,seq,account,supervisor,platform,problem\n{}{}", numbered(2, two), numbered(3, three))
}

#[test]
fn any_list_makes_a_town_that_is_true_to_it() {
    for seed in 0..120 {
        let rows = usize::try_from(seed).unwrap() % 40 + 1;
        let town = Town::from_csv(&random_list(seed, rows), seed).unwrap();
        assert_eq!(town.residents().len(), 311);
        assert_true_to_its_list(&town);
    }
    let big = Town::from_csv(&random_list(5, 900), 5).unwrap();
    assert!(big.residents().len() > 900);
    assert_true_to_its_list(&big);
}

#[test]
fn bad_rows_are_all_named() {
    let head = "annex,seq,account,supervisor,platform,problem\n";
    for (body, words) in [
        (
            "3,1,甲,乙,新浪微博,一周未更新二次\n4,1,丙,乙,抖音,一周未更新一次\n",
            &["第2行", "N次", "第3行", "附件只能"][..],
        ),
        ("2,1,甲,乙,抖音,一周未更新一次\n", &["第2行", "超过两周未更新"]),
        ("3,x,甲,乙,抖音,一周未更新一次\n", &["序号“x”"]),
        ("3,1,,乙,抖音,一周未更新一次\n", &["account一列空着"]),
        ("3,1,甲,乙,抖音,一周未更新一次\n3,2,甲,乙,抖音,一周未更新两次\n", &["第3行", "第2行", "同一个账号"]),
        ("2,1,甲,乙,抖音,超过两周未更新\n3,1,甲,丙,抖音,一周未更新一次\n", &["主管单位不一样"]),
        ("", &["一行也没有"]),
    ] {
        let fault = Town::from_csv(&format!("{head}{body}"), 1).unwrap_err();
        assert!(words.iter().all(|word| fault.contains(word)), "{body}: {fault}");
    }
    let fault = Town::from_csv("annex,seq,account,office\n", 1).unwrap_err();
    assert!(fault.contains("supervisor、platform、problem"), "{fault}");
}

#[test]
fn a_file_from_a_spreadsheet_is_read_too() {
    let text = "\u{feff}seq,annex,account,supervisor,platform,problem,备注\r\n1,3, 甲 ,乙,微博,一周未更新三次,\r\n";
    let town = Town::from_csv(text, 1).unwrap();
    let row = &town.expected().annex3[0];
    assert_eq!((row.account.as_str(), row.platform.as_str()), ("甲", "新浪微博"));
}

#[test]
fn a_withheld_post_is_hidden_from_platforms_and_people() {
    let town = Town::shipped();
    let (index, name) = (0..311)
        .map(|i| (i, town.residents()[i].name.clone()))
        .find(|(i, _)| town.residents()[*i].part == Part::Good && town.residents()[*i].channel == Channel::Douyin)
        .unwrap();
    let (from, to) = (at("2022-06-13 00:00"), at("2022-06-27 09:00"));
    assert!(count(&town, index, from, to) > 0 && town.check_sheet(from, to).posts.contains(&name));
    let hidden = town.withhold(|r, p| r.name == name && r.channel == Channel::Douyin && p.at >= from && p.at < to);
    assert!(hidden > 0);
    assert_eq!(count(&town, index, from, to), 0);
    let (silent, _) = found(&town);
    assert!(
        silent.iter().any(|row| row.account == name) && !town.expected().annex2.iter().any(|row| row.account == name)
    );
    assert!(!town.check_sheet(from, to).posts.lines().any(|l| l.starts_with(&format!("{name},抖音"))));
}

#[test]
fn only_the_right_letter_in_the_right_week_makes_the_owner_post() {
    let town = Town::shipped();
    let rescued = town.residents().iter().find(|r| r.part == Part::Rescued).unwrap().clone();
    let (to, text) = (rescued.operators[0].as_str(), format!("《{}》本周还差1次", rescued.name));
    let thursday = at("2022-06-16 09:00");
    assert_eq!(town.receive(to, &text, at("2022-06-09 09:00")), None, "a week earlier");
    assert_eq!(town.receive("yunwei01@kaifeng.example", &text, thursday), None, "somebody else");
    assert_eq!(town.receive(to, "本周还差1次", thursday), None, "about nothing");
    assert_eq!(town.receive(to, &text, at("2022-06-19 23:45")), None, "too late");
    assert_eq!(town.receive(&to.to_uppercase(), &text, thursday), Some(at("2022-06-16 09:30")));
    assert_eq!(town.receive(to, &text, at("2022-06-17 09:00")), None, "once is enough");
}

#[test]
fn troubles_come_and_go() {
    let town = Town::shipped();
    let of = |part: Part| town.residents().iter().position(|r| r.part == part).unwrap();
    let on = |part, when: &str| town.trouble(of(part), at(when));
    assert_eq!(on(Part::Blocked, "2022-05-20 00:00"), Some(Trouble::Blocked));
    assert_eq!(on(Part::Captcha, "2022-06-12 23:59:59"), None);
    assert_eq!(on(Part::Captcha, "2022-06-13 00:00"), Some(Trouble::Captcha));
    assert_eq!(on(Part::Throttled, "2022-06-19 19:59"), None);
    assert_eq!(on(Part::Throttled, "2022-06-20 02:59"), Some(Trouble::Throttled));
    assert_eq!(on(Part::Throttled, "2022-06-20 03:00"), None);
    assert_eq!(on(Part::Good, "2022-06-20 00:00"), None);
    let late = of(Part::Throttled);
    let week = |until: &str| count(&town, late, at("2022-06-13 00:00"), at(until));
    assert_eq!(
        (week("2022-06-19 20:00"), week("2022-06-20 00:00")),
        (1, 2),
        "its second update falls into the trouble"
    );
}

#[test]
fn the_papers_have_their_columns() {
    let town = Town::shipped();
    let text = town.accounts_csv();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>().join(","),
        "账号名称,平台,账号标识,主办单位,主管单位,运维邮箱,分管领导邮箱,主管邮箱,状态,开设日期,来源,来源参数,每周次数"
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 311);
    assert!(rows.iter().any(|row| row[5].contains('；')) && rows.iter().any(|row| row[5].is_empty()));
    assert!(rows.iter().all(|row| row[10].is_empty() == row[11].is_empty()));
    assert_eq!(rows.iter().filter(|row| row[10].is_empty()).count(), 1);
    let names: BTreeSet<(&str, &str)> = rows.iter().map(|row| (&row[0], &row[1])).collect();
    assert_eq!(names.len(), 311);
    let secrets = town.secrets();
    let wechat = town.residents().iter().filter(|r| r.channel == Channel::Wechat).count();
    assert_eq!(secrets.len(), wechat + 4);
    assert!(secrets.iter().all(|(_, value)| value.len() >= 32));
    let calendar: serde_json::Value = serde_json::from_str(Town::calendar()).unwrap();
    assert_eq!(calendar["2022"]["holidays"][0]["last"], "2022-06-05");
    assert_eq!(first_statistic_day().to_string(), "2022-05-01");
    assert_eq!(checks().map(|c| c.date().to_string()), ["2022-06-06", "2022-06-13", "2022-06-20", "2022-06-27"]);
}
