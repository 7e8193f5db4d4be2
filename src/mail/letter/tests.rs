//! The words of a reminder, read as its recipient would.

use super::*;

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn facts(items: Vec<Item>) -> Facts {
    Facts {
        office: "青禾县文旅局".to_owned(),
        sender: "青禾县政务公开办".to_owned(),
        contact: "0000-7654321".to_owned(),
        prefix: "更新提醒".to_owned(),
        now: at("2026-07-23 09:00"),
        nth: 1,
        late_since: None,
        number: "CG-2026-0731".to_owned(),
        stands_for: false,
        items,
    }
}

fn week(title: &str, seen: u32, required: u32) -> Item {
    let about = About::Week { from: "7月20日".to_owned(), to: "7月26日".to_owned(), seen, required, eve: false };
    Item {
        title: title.to_owned(),
        about,
        last: Some((When::At(at("2026-07-14 20:15")), "伏天里的青禾老街".to_owned())),
        deadline: at("2026-07-27 00:00"),
        unwatched: None,
        delayed: false,
        looked_at: None,
    }
}

fn silence(days: u32) -> Item {
    Item {
        about: About::Silence { days, limit: 14 },
        deadline: at("2026-07-28 00:00"),
        ..week("青禾应急（抖音）", 0, 1)
    }
}

#[test]
fn a_letter_as_it_reads() {
    let words = compose(&facts(vec![silence(9), week("青禾文旅（新浪微博）", 0, 2)])).unwrap();
    let want = "\
青禾县文旅局：青禾应急（抖音）已9天未监测到更新，7月27日（周一）24时前须更新。
数据截至7月23日9时00分。

一、长时间未更新，逾期属单项否决情形（以正式检查结果为准）
1. 青禾应急（抖音）：已9天未监测到更新，第14天即7月27日（周一）24时前须更新一次。
   最近更新：7月14日20:15《伏天里的青禾老街》。

二、本周次数不足
1. 青禾文旅（新浪微博）：本周（7月20日至7月26日）已更新0次，应更新2次，还差2次，请在7月26日（周日）24时前补齐。
   最近更新：7月14日20:15《伏天里的青禾老街》。

办理说明
· 更新即可，不用回信；系统会再核对，补齐后不再提醒。
· 认为有误的，请回复本信并附上发布链接。

青禾县政务公开办　0000-7654321
编号 CG-2026-0731
";
    assert_eq!(words.text.trim_end(), want.trim_end());
    assert_eq!(
        words.subject,
        "【更新提醒】青禾县文旅局：青禾应急（抖音）已9天未监测到更新，7月27日（周一）24时前须更新"
    );
}

#[test]
fn what_each_case_says_and_never_says() {
    let blind = Item {
        unwatched: Some("7月21日09:10至7月22日23:40未能监测".to_owned()),
        ..week("青禾文旅（新浪微博）", 0, 2)
    };
    let delayed = Item { delayed: true, ..week("青禾发布（微信订阅号）", 1, 2) };
    for (facts, subject, text) in [
        (
            facts(vec![week("a（抖音）", 0, 2), week("b（抖音）", 1, 2)]),
            "2个账号本周还差3次，7月26日（周日）24时前补齐",
            "还差1次",
        ),
        (facts(vec![blind.clone()]), "【请核对】青禾县文旅局", "未能监测，请自行核对"),
        (facts(vec![blind.clone()]), "暂时看不全", "应更新2次，目前看到0次，请核对"),
        (
            facts(vec![Item { unwatched: blind.unwatched.clone(), ..silence(9) }]),
            "【请核对】",
            "如确实没有，请在7月27日",
        ),
        (facts(vec![delayed]), "还差1次", "微信群发的数据截至昨日24时"),
        (Facts { nth: 2, ..facts(vec![week("a（抖音）", 0, 2)]) }, "【更新提醒】第2次提醒 ", "第2次提醒"),
        (
            Facts { late_since: Some(at("2026-07-22 09:00")), ..facts(vec![week("a（抖音）", 0, 2)]) },
            "补发",
            "本信应于7月22日9时发出",
        ),
        (Facts { stands_for: true, ..facts(vec![week("a（抖音）", 0, 2)]) }, "【更新提醒】", "请代为转达"),
    ] {
        let words = compose(&facts).unwrap();
        assert!(words.subject.contains(subject), "{}", words.subject);
        assert!(words.text.contains(text), "{}", words.text);
        for never in ["未发布", "催更", "！", "!"] {
            assert!(!words.text.contains(never) && !words.subject.contains(never), "{never}");
        }
    }
}

#[test]
fn what_could_not_be_seen_is_never_called_missing() {
    let blind = |item: Item| Item { unwatched: Some("7月21日09:10至7月22日23:40未能监测".to_owned()), ..item };
    for item in [blind(silence(9)), blind(week("青禾文旅（新浪微博）", 1, 2))] {
        let words = compose(&facts(vec![item])).unwrap();
        for accuses in ["还差", "前补齐", "天未监测到", "单项否决"] {
            let said = [&words.subject, &words.text, &words.sms];
            assert!(said.iter().all(|text| !text.contains(accuses)), "{accuses}: {said:?}");
        }
        assert!(words.sms.contains("请自行核对"), "{}", words.sms);
    }
}

#[test]
fn a_short_message_fits_one_segment() {
    for title in ["青禾应急（抖音）".to_owned(), "某某市人力资源和社会保障局".repeat(8)] {
        let item = Item { title, ..silence(13) };
        let words = compose(&facts(vec![item.clone(), item])).unwrap();
        assert!(
            words.sms.chars().count() <= 70 && words.sms.starts_with("【更新提醒】") && words.sms.contains("7月27日"),
            "{}",
            words.sms
        );
    }
}
