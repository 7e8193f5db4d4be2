use super::*;
use crate::rules::calendar::Calendar;

/// The three announced years in the notice's own form; the days are those of rules.md.
const Y2024: &str = "国务院办公厅关于2024年部分节假日安排的通知
国办发明电〔2023〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
　　经国务院批准，现将2024年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
　　一、元旦：1月1日放假，与周末连休。
　　二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
　　三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
　　四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
　　五、端午节：6月10日放假，与周末连休。
　　六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
　　七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
国务院办公厅
2023年10月25日
";
const Y2025: &str = "国务院办公厅关于2025年
部分节假日安排的通知
发布时间：2024年11月12日 来源：中国政府网
经国务院批准，现将2025年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下：
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
国务院办公厅　2024年11月12日";
const Y2026: &str = "关于2026年部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
2025年11月4日
";

fn only(year: i32) -> Calendar {
    let others = Calendar::builtin().years().filter(|other| *other != year).collect();
    Calendar::builtin().without(&others)
}

fn read(text: &str, year: i32) -> Calendar {
    let found = read_notice(text, year).unwrap_or_else(|faults| panic!("{year}: {faults:?}"));
    Calendar::default().announcing(year, &found.found)
}

#[test]
fn the_three_notices_give_exactly_the_shipped_tables() {
    for (text, year, days) in [(Y2024, 2024, 251), (Y2025, 2025, 248), (Y2026, 2026, 248)] {
        let calendar = read(text, year);
        assert_eq!(calendar, only(year), "{year}");
        assert_eq!(calendar.working_days(year), Some(days));
        assert_eq!(Calendar::parse(&calendar.to_json()).unwrap(), calendar, "{year}");
    }
}

#[test]
fn the_same_words_in_other_forms() {
    let chinese = "一、元旦：一月一日（星期四）至三日（星期六）放假调休，共三天。一月四日（星期日）上班。
二、春节：二月十五日至二十三日放假调休，共九天。二月十四日（星期六）、二十八日（星期六）上班。
三、清明节：四月四日至六日放假，共三天。四、劳动节：五月一日至五日放假，共五天，五月九日（星期六）上班。
五、端午节：六月十九日至二十一日放假，共三天。六、中秋节：九月二十五日至二十七日放假，共三天。
七、国庆节：二〇二六年十月一日至七日放假调休，共七日，九月二十日、十月十日上班。";
    let loose = Y2026
        .replace("1月1日（周四）至3日（周六）", "１月１日（周四）—\n３日（礼拜六）")
        .replace("共3天。1月4日（周日）上班", "共3天，4日星期天上班")
        .replace('：', ":")
        .replace("2月14日（周六）、2月28日", "2月14日（周六）和2月28号")
        .replace("二、", "2、")
        .replace("三、", "（三）");
    let one_line = Y2026.replace('\n', " ");
    for (text, name) in [(chinese, "Chinese numerals"), (&loose, "loose"), (&one_line, "one line")] {
        assert_eq!(read(text, 2026), only(2026), "{name}");
    }
}

#[test]
fn festivals_that_share_their_days_and_a_new_year_that_begins_in_the_old_one() {
    let both =
        Y2026.replace("六、中秋节：9月25日（周五）至27日（周日）放假，共3天。\n七、国庆节：", "六、国庆节和中秋节：");
    let found = read_notice(&both, 2026).unwrap().found;
    assert!(found.closures().iter().any(|(name, ..)| name == "国庆节、中秋节"));
    for new_year in
        ["2025年12月31日至2026年1月2日放假调休，共3天。", "12月31日（周三）至1月2日（周五）放假调休，共3天。"]
    {
        let text = Y2026.replace("1月1日（周四）至3日（周六）放假调休，共3天。", new_year);
        let found = read_notice(&text, 2026).unwrap_or_else(|faults| panic!("{faults:?}")).found;
        assert_eq!(found.years().into_iter().collect::<Vec<_>>(), [2025, 2026]);
        // The old year's table takes the day in; a year that nobody knows is not made of one day.
        let calendar = Calendar::builtin().announcing(2026, &found);
        let eve = NaiveDate::from_ymd_opt(2025, 12, 31).unwrap();
        assert!(!calendar.is_working(eve) && calendar.working_days(2025) == Some(247));
        let bare = Calendar::default().announcing(2026, &found);
        assert!(!bare.knows(2025) && bare.knows(2026));
    }
}

/// What is changed in the notice of 2026, the line and a word of the only fault.
#[test]
fn mistakes_are_named_with_their_line() {
    for (old, new, line, word) in [
        ("2月14日（周六）", "2月14日（周日）", 3, "2026年2月14日是周六，文中写的是周日"),
        ("3日（周六）", "3日（周五）", 2, "2026年1月3日是周六"),
        ("5月9日（周六）上班", "5月9日（周六）上斑", 5, "5月9日没有写明"),
        ("5月9日（周六）上班", "上班", 5, "前面没有看到日期"),
        ("5月9日（周六）上班", "5月8日（周五）上班", 5, "不是周末"),
        ("共9天", "共8天", 3, "写的是8天，日期却有9天"),
        ("5月1日（周五）至5日（周二）", "5月1日（周五）至6月5日（周五）", 5, "不像一次放假"),
        ("5月1日（周五）至5日（周二）", "5月5日（周二）至1日（周五）", 5, "不像一次放假"),
        ("4月4日（周六）至6日（周一）", "4月31日至5月2日", 4, "没有4月31日这一天"),
        ("9月25日（周五）至27日（周日）", "10月1日至3日", 8, "写了两次放假"),
        ("1月4日（周日）上班", "1月3日（周六）上班", 2, "既写放假又写上班"),
        ("放假，共3天。\n四、", "不放假。\n四、", 4, "“不放假”看不懂"),
        ("关于2026年", "关于2025年", 1, "这是2025年的通知"),
        ("六、中秋节：9月25日（周五）至27日（周日）放假，共3天。\n", "", 0, "没有看到“中秋”"),
        ("9月20日（周日）", "2024年9月22日（周日）", 8, "不属于2026年"),
    ] {
        let text = Y2026.replacen(old, new, 1);
        assert_ne!(text, Y2026, "{old}");
        let faults = read_notice(&text, 2026).unwrap_err();
        let told = faults.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(faults.iter().any(|f| f.line == line && f.said.contains(word)), "{new}: {told:?}");
    }
    assert_eq!(read_notice("", 2026).unwrap_err().len(), 7);
    assert!(read_notice(Y2026, 2027).is_err());
    // The weekdays betray the wrong year even without a title.
    let untitled = Y2026.replace("关于2026年部分节假日安排的通知", "");
    for (text, line, word) in [(Y2026, 1, "这是2026年的通知"), (&untitled, 0, "正好是2026年的")] {
        let faults = read_notice(text, 2027).unwrap_err();
        assert!(faults.len() == 1 && faults[0].line == line, "the year is the one mistake: {faults:?}");
        assert!(faults[0].said.contains("年份不对") && faults[0].said.contains(word), "{faults:?}");
    }
    // One weekday that is wrong does not make another year of it.
    let slip = untitled.replacen("2月14日（周六）", "2月14日（周日）", 1);
    assert!(read_notice(&slip, 2026).unwrap_err()[0].said.contains("文中写的是周日"));
}

/// The announced years are in order; a day that was not pasted is asked about, never refused.
#[test]
fn a_makeup_day_that_is_missing_is_asked_about() {
    for (text, year) in [(Y2024, 2024), (Y2025, 2025), (Y2026, 2026)] {
        assert_eq!(read_notice(text, year).unwrap().doubts, [], "{year}");
    }
    for (old, new, line, word) in [
        ("1月4日（周日）上班。", "", 2, "“元旦”写的是放假调休，却没有看到哪天上班"),
        ("、2月28日（周六）", "", 3, "照例有2天周末上班，看到的是1天"),
        ("9月20日（周日）、10月10日（周六）上班。", "", 8, "“国庆节”写的是放假调休"),
        ("至6日（周一）放假，共3天", "至7日（周二）放假，共4天", 4, "“清明节”放了2个工作日，法定放假1天"),
    ] {
        let text = Y2026.replacen(old, new, 1);
        assert_ne!(text, Y2026, "{old}");
        let doubts = read_notice(&text, 2026).unwrap().doubts;
        assert!(doubts.len() == 1 && doubts[0].line == line && doubts[0].said.contains(word), "{doubts:?}");
    }
    // 元旦 of 2023: a Saturday, a Sunday and one Monday; nothing is owed for it.
    let two_days = Y2026.replace("1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班", "1月1日放假调休");
    assert_eq!(read_notice(&two_days, 2026).unwrap().doubts, []);
}

proptest::proptest! {
    /// Any text, and any damage to a sound one: no panic, and what is taken is whole and reads back.
    #[test]
    fn whole_or_nothing(text in "(一、|元旦|春节|清明节|放假|上班|至|、|。|：|（|）|周[一日]|[0-9一二十]{1,4}|年|月|日|共|天|\n){0,60}", year in 1990_i32..2100) {
        if let Ok(Notice { found, .. }) = read_notice(&text, year) {
            let calendar = Calendar::default().announcing(year, &found);
            proptest::prop_assert_eq!(Calendar::parse(&calendar.to_json()).unwrap(), calendar);
        }
    }

    #[test]
    fn a_damaged_notice_is_refused_or_complete(cut in 0_usize..700, length in 0_usize..40, put in "[0-9月日至周一六、。放假上班]{0,4}") {
        let chars: Vec<char> = Y2026.chars().collect();
        let cut = cut.min(chars.len());
        let end = (cut + length).min(chars.len());
        let text: String = chars[..cut].iter().copied().chain(put.chars()).chain(chars[end..].iter().copied()).collect();
        if let Ok(Notice { found, .. }) = read_notice(&text, 2026) {
            for festival in FESTIVALS {
                proptest::prop_assert!(found.off.values().any(|name| name.contains(festival)));
            }
            proptest::prop_assert!(found.worked.iter().all(|day| !found.off.contains_key(day)));
        }
    }
}
