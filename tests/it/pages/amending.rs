//! What a clerk does to a 通报 beside its four steps, on its page: corrects it after the signature, throws a
//! draft away, brings a table from elsewhere.

use super::reports::{JUNE, at_work, confirmed, hidden, shown, sign, step};
use super::{first_in, joined};
use crate::answer::office::{EVIL, Office};
use cuigeng::clock::Clock;

/// After the signature one account is called a 误报: nobody owes anything for it, and a 更正 says so; all of
/// it on the pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_problem_that_was_none_is_owed_by_nobody_and_corrected_on_the_pages() {
    let mut office = at_work().await;
    let mut operator = joined(&office, "赵六", "操作员");
    confirmed(&office);
    for more in [
        &["draft"][..],
        &["review", "--reply-by", "2026-07-30"],
        &["submit", "--unanswered"],
        &["issue", "--unanswered", "--number", "青政办〔2026〕28号", "--date", "2026-07-20"],
    ] {
        office.ok(&[&["bulletin"], more, &["--period", "2026-06", "--by", "赵六", "--out", "稿"][..]].concat());
    }
    let operator = &mut operator;
    for (check, week) in [("06-01", "22"), ("06-08", "23"), ("06-15", "24"), ("06-22", "25"), ("06-29", "26")] {
        let list = format!("/check?kind=finding&view=list&state=confirmed&week=2026-W{week}");
        while let Some(at) = card_of(&operator.get(&list).body, "青禾文旅") {
            let page = operator.get(&at).body;
            assert!(page.contains(&format!("2026-{check} 09:00 的检查")), "{page}");
            let kept = ["account", "finding", "decision", "week"].map(|name| (name, hidden(&page, name)));
            let mut form: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
            form.extend([("false", "1"), ("reason", "后台有记录")]);
            assert_eq!(operator.act(&at, "/check/finding", &form).status, 303);
        }
    }
    office.clock.goes_to(office.clock.now().plus(61)).await;
    let gone = operator.get("/repairs/2").body;
    assert!(gone.contains("已撤销，待更正") && gone.contains("不用再反馈") && !gone.contains("/answer"), "{gone}");
    let list = operator.get("/repairs?state=overturned").body;
    assert!(list.contains("青禾文旅") && !list.contains("青禾交通"), "{list}");
    assert!(operator.get(JUNE).body.contains("签发以后有变化"));
    assert!(step(operator, "draft", &[]).contains("更正稿已起草"));
    assert!(step(operator, "submit", &[]).contains("呈批单-2026-06"), "no office is asked again");
    let signed = sign(operator, &[("number", "青政办〔2026〕31号"), ("date", "2026-07-22")]);
    assert!(signed.contains("已签发（第2版）") && signed.contains("，撤销2项"), "{signed}");
    assert!(operator.get("/repairs/2").body.contains("因更正撤销"));
    office.end().await;
}

/// Where the list leads to for that account.
fn card_of(list: &str, name: &str) -> Option<String> {
    let row = list.split("<tr>").find(|row| row.contains(&format!("\">{name}</a>")))?;
    let href = row.split_once("href=\"")?.1.split('"').next()?;
    Some(format!("/{}", href.replace("&amp;", "&").replace("&#x2f;", "/")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_was_a_mistake_is_thrown_away_once_and_what_was_shown() {
    let mut office = at_work().await;
    let mut operator = joined(&office, "赵六", "操作员");
    operator.act("/reports", "/reports/new/draft", &[("period", "2026-06")]);
    let drafted = shown(&operator.get(JUNE).body);
    let reviewed = step(&mut operator, "review", &[("reply_by", "2026-07-30"), ("shown", &drafted)]);
    assert!(reviewed.contains("核对稿2份已做好"), "{reviewed}");
    // From a page that was opened before.
    for (old, form) in [("return", ("reason", "改标题")), ("discard", ("reason", "选错了月份"))] {
        let said = step(&mut operator, old, &[form, ("shown", &drafted)]);
        assert!(said.contains("打开页面以后，赵六已办到核对稿，没有改动"), "{old}: {said}");
    }
    assert!(step(&mut operator, "discard", &[("reason", "x")]).contains("没有写明是哪一份"));
    let now = shown(&operator.get(JUNE).body);
    assert!(step(&mut operator, "discard", &[("reason", " "), ("shown", &now)]).contains("要写明经手人和理由"));
    let gone = step(&mut operator, "discard", &[("reason", EVIL), ("shown", &now)]);
    assert!(gone.contains("核对稿已作废") && gone.contains("还没有起草通报") && !gone.contains("<script"), "{gone}");
    assert!(step(&mut operator, "discard", &[("reason", "x"), ("shown", &now)]).contains("已由赵六在"));
    let list = operator.get("/reports").body;
    assert!(list.contains("已作废") && list.contains("reports/2026-06?discarded=1"), "{list}");
    let old = operator.get(&format!("{JUNE}?discarded=1")).body;
    assert!(old.contains("都不再算数") && !old.contains("<form method=\"post\" action=\"2026-06/"), "{old}");
    let again = step(&mut operator, "draft", &[]);
    assert!(again.contains("已起草") && again.contains("第1版") && again.contains("作废过的"), "{again}");
    // A month that is not over: said from the draft on, and not submitted.
    operator.act("/reports", "/reports/new/draft", &[("period", "2026-07")]);
    let early = "本期还有1次检查没有到时间，等到2026年7月27日的检查以后再办";
    assert!(operator.get("/reports/2026-07").body.contains(early));
    operator.act("/reports", "/reports/2026-07/review", &[("reply_by", "2026-07-30")]);
    operator.act("/reports", "/reports/2026-07/submit", &[("unanswered", "1")]);
    let refused = operator.get("/reports/2026-07").body;
    assert!(refused.contains("没有送审") && refused.matches(early).count() >= 2, "{refused}");
    office.end().await;
}

/// A profile whose 通报 has an annex from elsewhere: what is empty is said from the draft on, and filled on
/// the page.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_from_elsewhere_is_brought_on_the_page() {
    let office = Office::closed("正式");
    let text = std::fs::read_to_string(office.dir.path().join("config.toml")).unwrap();
    office.file("config.toml", &format!("profile = \"开封\"\n{text}"));
    let mut office = office.began().await;
    first_in(&office);
    office.letters_leave().await;
    let (mut operator, mut reader) = (joined(&office, "赵六", "操作员"), joined(&office, "王五", "只读"));
    operator.act("/reports", "/reports/new/draft", &[("period", "2026-06")]);
    let empty = "附件1还空着：在本页“附表”里导入";
    let page = operator.get(JUNE).body;
    assert!(page.contains(empty) && page.contains("导入附表") && !page.contains("report table"), "{page}");
    let form = operator.get(&format!("{JUNE}/form?kind=%E7%BD%91%E7%AB%99%E9%97%AE%E9%A2%98"));
    assert!(form.status == 200 && form.body.starts_with("PK"), "{}", form.head);
    assert_eq!(operator.get(&format!("{JUNE}/form?kind=x")).status, 404);
    let seal = operator.seal(JUNE);
    let mut bring = |kind: &str, name: &str, text: &str| {
        let done = operator.multipart(&format!("{JUNE}/table"), &seal, kind, name, text.as_bytes());
        assert_eq!(done.status, 303, "{}", done.body);
        operator.get(JUNE).body
    };
    for (kind, why) in [("没有的", "没有“没有的”这种附表"), ("", "请写明是哪一种附表")] {
        let page = bring(kind, "表.csv", "x");
        assert!(page.contains("name=\"kind\" required aria-invalid=\"true\" autofocus"), "{page}");
        assert!(page.contains(&format!("id=\"wrong\">{why}")), "{page}");
    }
    assert!(bring("网站问题", "表.csv", "").contains("没有收到文件"));
    let strange = bring("网站问题", "表.csv", "甲,乙\n1,2\n");
    assert!(strange.contains("找不到表头") && strange.contains("见本页“附表”里的空表"), "{strange}");
    let rows = format!(
        "序号,网站名称,主管单位,问题栏目,问题类型\n1,\"{}\",青禾县政府,工作动态,更新不及时\n",
        EVIL.replace('"', "\"\"")
    );
    let kept = bring("网站问题", "网站<b>.csv", &rows);
    assert!(kept.contains("已导入附表") && kept.contains("：1行") && !kept.contains(empty), "{kept}");
    assert!(kept.contains("网站&lt;b&gt;.csv") && !kept.contains("<script"), "{kept}");
    assert!(bring("网站问题", "网站.csv", &rows).contains("替换了以前导入的"));
    let seal = reader.seal("/me");
    assert_eq!(reader.multipart(&format!("{JUNE}/table"), &seal, "网站问题", "表.csv", rows.as_bytes()).status, 403);
    assert!(!reader.get(JUNE).body.contains("导入附表"));
    let gone = step(&mut operator, "untable", &[("kind", "网站问题"), ("name", "")]);
    assert!(gone.contains("已撤下附表 2026-06 网站问题") && gone.contains(empty), "{gone}");
    assert!(step(&mut operator, "untable", &[("kind", "网站问题"), ("name", "")]).contains("这个周期还没有附表"));
    let trail: Vec<_> = office.trail().into_iter().filter(|(_, what)| what.starts_with("table.")).collect();
    let deeds = ["import", "import", "remove"].map(|what| ("赵六".to_owned(), format!("table.{what}")));
    assert_eq!(trail, deeds);
    office.end().await;
}
