//! The promise: the days off come from the notice as it is pasted, whole or not at all.

use super::alarms::{run, said};

/// Not the real one, which has not been announced; only its weekdays are those of 2027.
pub(crate) const NOTICE: &str = "关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月14日（周日）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至3日（周一）放假，共3天。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假1天，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月10日（周日）上班。
";

#[test]
fn a_notice_is_pasted_looked_at_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let import = |file: &str, more: &[&str], stdin: &str| {
        let args = [&["calendar", "import", file, "--year", "2027", "--by", "李四"], more].concat();
        run(dir.path(), &args, stdin)
    };
    let before = run(dir.path(), &["calendar", "show", "2027"], "");
    assert_eq!(before.status.code(), Some(1));
    assert!(said(&before).contains("2027年放假安排未录入"), "{}", said(&before));
    // Looked at, and nothing kept.
    let shown = import("-", &[], NOTICE);
    assert!(shown.status.success() && said(&shown).contains("还没有保存"), "{}", said(&shown));
    assert!(!dir.path().join("data/calendar").exists());
    // One weekday wrong: nothing kept, the line named.
    let wrong = import("-", &["--yes"], &NOTICE.replace("2月14日（周日）", "2月14日（周六）"));
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said(&wrong).contains("第3行：2027年2月14日是周日，文中写的是周六"), "{}", said(&wrong));
    assert!(!dir.path().join("data/calendar").exists());
    // Every mistake at once: a weekday, a festival that is not there, and the name that stands in its place.
    let worse = NOTICE.replace("2月14日（周日）", "2月14日（周六）").replace("三、清明节", "三、某节");
    let wrong = said(&import("-", &["--yes"], &worse));
    assert!(
        ["3处不对", "没有看到“清明”", "第3行", "“某节”不是全国放假的节日"].iter().all(|said| wrong.contains(said)),
        "{wrong}"
    );
    // A file as a Chinese Windows saves it.
    let (gbk, _, _) = encoding_rs::GBK.encode(NOTICE);
    std::fs::write(dir.path().join("通知.txt"), gbk).unwrap();
    let kept = import("通知.txt", &["--yes"], "");
    assert!(kept.status.success() && said(&kept).contains("不用重启"), "{}", said(&kept));
    let after: serde_json::Value =
        serde_json::from_slice(&run(dir.path(), &["--json", "calendar", "show", "2027"], "").stdout).unwrap();
    // 261 weekdays; off fall 1+5+1+1+1+1+5 of them, and three Sundays are worked.
    assert_eq!(after["working_days"], 261 - 15 + 3, "{after}");
    assert_eq!(after["worked"].as_array().unwrap().len(), 3);
    // Mondays off.
    assert_eq!(after["checks_off"], serde_json::json!(["2027-02-08", "2027-04-05", "2027-05-03", "2027-10-04"]));
    assert!(said(&run(dir.path(), &["check"], "")).contains("2027年"));
    let again = import("通知.txt", &["--yes"], "");
    assert!(again.status.success() && said(&again).contains("已经录入过同样的安排"), "{}", said(&again));
    // A file that the configuration names stands over an import, and says so.
    let file = dir.path().join("data/calendar/2027.json");
    std::fs::copy(&file, dir.path().join("own.json")).unwrap();
    std::fs::write(dir.path().join("config.toml"), "[calendar]\nfile = \"own.json\"\n").unwrap();
    let refused = import("-", &["--yes"], NOTICE);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("calendar.file"), "{}", said(&refused));
    // A broken import is a broken configuration, with its file.
    std::fs::remove_file(dir.path().join("config.toml")).unwrap();
    std::fs::write(&file, "{").unwrap();
    let broken = run(dir.path(), &["status"], "");
    assert_eq!(broken.status.code(), Some(3));
    assert!(said(&broken).contains("2027.json"), "{}", said(&broken));
}

#[test]
fn the_shipped_years_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let text = said(&run(dir.path(), &["calendar", "show", "2026"], ""));
    for word in
        ["春节", "2月15日（周日） 至 2月23日（周一）", "2026年共248个工作日", "2月14日（周六）", "10月5日（周一）"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
}
