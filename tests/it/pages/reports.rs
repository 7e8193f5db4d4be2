//! 报表 and 整改: a 通报 goes from draft to signature on its page, is downloaded at each stage, and its
//! problems are followed to their end; by whoever may, each step once.

use super::browser::Browser;
use super::{first_in, joined};
use crate::answer::office::{Answer, EVIL, Office};
use cuigeng::clock::Clock;

pub(super) const JUNE: &str = "/reports/2026-06";

/// An office that has looked at its accounts, none of which was updated in June.
pub(super) async fn at_work() -> Office {
    let office = Office::open("正式").await;
    first_in(&office);
    office.letters_leave().await;
    office
}

pub(super) fn confirmed(office: &Office) {
    for check in ["2026-06-01", "2026-06-08", "2026-06-15", "2026-06-22", "2026-06-29"] {
        office.run(&["confirm", "--check", check, "--all", "--by", "李四"]);
    }
}

/// Takes a step by its form, and reads what the page says.
pub(super) fn step(browser: &mut Browser, step: &str, form: &[(&str, &str)]) -> String {
    let done = browser.act("/reports", &format!("{JUNE}/{step}"), form);
    assert_eq!(done.status, 303, "{step}: {}", done.body);
    browser.get(JUNE).body
}

fn is_attachment(answer: &Answer, ending: &str) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let said = answer.head.lines().find(|line| line.starts_with("content-disposition:")).unwrap();
    assert!(said.contains("attachment; filename=\"") && said.contains("filename*=utf-8''%"), "{said}");
    assert!(said.ends_with(ending), "{said}");
    assert!(answer.head.contains("nosniff"), "{}", answer.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_goes_from_draft_to_signature_on_its_page() {
    let mut office = at_work().await;
    let (mut reader, mut operator) = (joined(&office, "王五", "只读"), joined(&office, "赵六", "操作员"));
    let empty = reader.get("/reports").body;
    assert!(empty.contains("还没有起草过通报") && !empty.contains("<form method=\"post\" action=\"reports"), "{empty}");
    assert!(reader.get("/repairs").body.contains("还没有整改项"));
    let seal = reader.seal("/me");
    for deed in ["draft", "review", "submit", "return", "issue", "answer", "recall", "discard"] {
        let refused = reader.post(&format!("{JUNE}/{deed}"), &[("seal", &seal)]);
        assert!(refused.status == 403 && refused.body.contains("没有权限"), "{deed}: {}", refused.body);
        assert_eq!(operator.post(&format!("{JUNE}/{deed}"), &[]).status, 403, "{deed} without a seal");
    }
    let soon = operator.act("/reports", "/reports/new/draft", &[("period", "2026-12")]);
    assert_eq!(soon.status, 303);
    assert!(operator.get("/reports").body.contains("还没有到的不能起草"));
    assert_eq!(operator.act("/reports", "/reports/new/draft", &[("period", "2026-06")]).status, 303);
    let drafted = operator.get(JUNE).body;
    for said in
        ["已起草", "办理进度", "通报草稿-2026-06", "送审、签发以前还要办的", "项结果待核实，先在“核查”页逐项核实"]
    {
        assert!(drafted.contains(said), "{said}\n{drafted}");
    }
    assert!(step(&mut operator, "draft", &[]).contains("已经在草稿阶段"));
    assert!(step(&mut operator, "submit", &[]).contains("请先按“出核对稿”"));
    assert!(step(&mut operator, "review", &[("reply_by", "2026-07-01")]).contains("已经过去"));
    assert!(step(&mut operator, "review", &[("reply_by", "下周")]).contains("看不懂答复期限"));
    let reviewed = step(&mut operator, "review", &[("reply_by", "2026-07-30")]);
    assert!(reviewed.contains("核对稿2份已做好") && reviewed.contains("青禾县交通局"), "{reviewed}");
    let refused = step(&mut operator, "submit", &[]);
    assert!(refused.contains("没有送审") && refused.contains("<li>") && !refused.contains("bulletin "), "{refused}");
    // On the pages alone, although nobody watched over June's checks when they were held.
    let waiting = operator.get("/check?kind=finding").body;
    let (_, sum) = waiting.split_once("name=\"sum\" value=\"").unwrap();
    let sum = sum.split('"').next().unwrap();
    assert_eq!(operator.act("/check?kind=finding", "/check/all", &[("sum", sum)]).status, 303);
    let silent = step(&mut operator, "submit", &[]);
    let named = "2个单位没有答复核对稿（青禾县文旅局、青禾县交通局），答复期限2026-07-30还没有到";
    assert!(silent.contains("没有送审") && silent.contains(named), "{silent}");
    assert!(silent.contains("或勾选“没有答复也照样办”，记入审计"), "{silent}");
    let before = shown(&operator.get(JUNE).body);
    let submitted = step(&mut operator, "submit", &[("unanswered", "1")]);
    for said in ["已送审", "通报送审稿-2026-06", "呈批单-2026-06", "问题依据清单-2026-06"] {
        assert!(submitted.contains(said), "{said}\n{submitted}");
    }
    assert!(step(&mut operator, "return", &[("reason", " ")]).contains("退回要写明理由"));
    assert!(sign(&mut operator, &[("date", "2026-07-20")]).contains("请勾选“不编文号”"));
    let both = [("number", "青政办〔2026〕28号"), ("no_number", "1"), ("date", "2026-07-20")];
    assert!(sign(&mut operator, &both).contains("写了文号，又勾选了“不编文号”"));
    let early = sign(&mut operator, &[("number", "青政办〔2026〕28号"), ("date", "2026-06-20")]);
    assert!(early.contains("没有签发") && early.contains("早于本期的检查") && !early.contains("--date"), "{early}");
    let own = [("number", "青政办〔2026〕28号"), ("date", "2026-07-20")];
    assert!(sign(&mut operator, &own).contains(named), "whoever signs says so, too");
    let all = [&own[..], &[("unanswered", "1")]].concat();
    // Whoever signs signs the paper that he has before his eyes.
    assert!(step(&mut operator, "issue", &all).contains("没有写明是哪一份"));
    let old = step(&mut operator, "issue", &[&all[..], &[("shown", before.as_str())]].concat());
    assert!(old.contains("打开页面以后，赵六已办到送审稿，没有改动"), "{old}");
    let signed = sign(&mut operator, &all);
    assert!(signed.contains("已签发（第1版）") && signed.contains("青政办〔2026〕28号"), "{signed}");
    assert!(!signed.contains("<script"), "{EVIL}");
    assert!(sign(&mut operator, &[("number", "x"), ("date", "2026-07-20")]).contains("已经签发"));
    assert!(step(&mut operator, "draft", &[]).contains("没有要更正的"));
    let trail: Vec<_> = office.trail().into_iter().filter(|(_, what)| what.starts_with("bulletin.")).collect();
    let deeds = ["draft", "review", "submit", "issue"].map(|what| ("赵六".to_owned(), format!("bulletin.{what}")));
    assert_eq!(trail, deeds);
    assert!(signed.matches(named).count() >= 2, "the steps say whom nobody waited for: {signed}");
    // One address opens so many pages a minute.
    office.clock.goes_to(office.clock.now().plus(61)).await;
    follow(&office, &mut reader, &mut operator);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_of_an_office_is_written_down_once_by_whoever_may() {
    let mut office = at_work().await;
    let mut operator = joined(&office, "赵六", "操作员");
    operator.act("/reports", "/reports/new/draft", &[("period", "2026-06")]);
    assert!(
        step(&mut operator, "answer", &[("about", "青禾县交通局|"), ("word", "agreed"), ("said_by", "某人")])
            .contains("请先按“出核对稿”")
    );
    let reviewed = step(&mut operator, "review", &[("reply_by", "2026-07-30")]);
    let choice = |from: &str| {
        let (_, after) = reviewed.split_once(from).unwrap();
        let (_, after) = after.split_once("<option value=\"").unwrap();
        after.split_once('"').unwrap().0.to_owned()
    };
    let all = choice("label=\"青禾县交通局\"");
    let own = choice(&format!("value=\"{all}\""));
    let mut say = |about: &str, word: &str, more: &[(&str, &str)]| {
        step(
            &mut operator,
            "answer",
            &[&[("about", about), ("word", word), ("said_by", "交通局办公室")], more].concat(),
        )
    };
    assert!(say("", "agreed", &[]).contains("没有登记：请选择是哪个单位"));
    assert!(say(&all, "", &[]).contains("请选择一致"));
    assert!(say("某局|", "agreed", &[]).contains("“某局”没有核对稿；本期有问题的单位是：青禾县"));
    assert!(say("青禾县交通局|999", "agreed", &[]).contains("没有编号为999的账号"));
    // The frame goes to the field that lacks.
    let framed = |page: &str, field: &str| {
        let (_, tag) = page.split_once(&format!(" id=\"{field}\"")).unwrap();
        tag.split('>').next().unwrap().contains("aria-invalid")
    };
    let unnamed = say(&all, "objects", &[("reason", "发过")]);
    assert!(
        unnamed.contains("要选明是哪个账号") && framed(&unnamed, "about") && !framed(&unnamed, "reason"),
        "{unnamed}"
    );
    let bare = say(&own, "objects", &[("reason", " ")]);
    assert!(bare.contains("要写明理由") && framed(&bare, "reason") && !framed(&bare, "about"), "{bare}");
    let neither = say(&all, "objects", &[("reason", " ")]);
    assert!(neither.contains("要写明理由和账号") && framed(&neither, "about"), "{neither}");
    assert!(say(&all, "agreed", &[("on", "2026-08-01")]).contains("还没有到，请核对"));
    assert!(say(&all, "agreed", &[("on", "2026-05-01")]).contains("早于本期"));
    assert!(say(&all, "agreed", &[("on", "2026-07-14")]).contains("早于发出核对稿的那一天（2026-07-23）"));
    let kept = say(&all, "agreed", &[("on", "2026-07-23")]);
    assert!(kept.contains("已登记青禾县交通局的答复：一致") && kept.contains("交通局办公室"), "{kept}");
    assert!(kept.contains("1个单位没有答复核对稿（青禾县文旅局）"), "{kept}");
    assert!(say(&all, "agreed", &[("on", "2026-07-23")]).contains("同样的答复已经登记"));
    assert!(say(&own, "repaired", &[("reason", EVIL)]).contains("要写明什么时候恢复更新的"));
    let early = say(&own, "repaired", &[("reason", EVIL), ("updated_at", "2026-06-03")]);
    assert!(early.contains("还在查出问题的时段里") && early.contains("登记为“有异议”"), "{early}");
    let repaired = say(&own, "repaired", &[("reason", EVIL), ("updated_at", "2026-07-22 09:30")]);
    assert!(repaired.contains("的答复：已整改") && !repaired.contains("<script"), "{repaired}");
    assert!(repaired.contains("2026-07-22 09:30 恢复更新"), "{repaired}");
    assert!(!repaired.contains("confirm ") && !repaired.contains("drop_repaired"), "{repaired}");
    correct(&mut operator, &own);
    let trail: Vec<_> = office.trail().into_iter().filter(|(_, what)| what.starts_with("bulletin.")).collect();
    let deeds: Vec<&str> = trail.iter().skip(2).map(|(_, what)| &what["bulletin.".len()..]).collect();
    assert_eq!(deeds, ["answer", "answer", "correct", "recall"], "{trail:?}");
    assert!(trail.iter().all(|(who, _)| who == "赵六"), "{trail:?}");
    office.end().await;
}

/// An answer that was written down wrongly is put right, then taken back; both stay to be seen.
fn correct(operator: &mut Browser, own: &str) {
    let form = operator.get(&format!("{JUNE}?correct=2")).body;
    assert!(form.contains("保存更正") && form.contains("value=\"2026-07-22 09:30\""), "{form}");
    assert!(!form.contains("<script"), "{EVIL}");
    assert!(!operator.get(&format!("{JUNE}?correct=9")).body.contains("保存更正"));
    let new =
        [("about", own), ("word", "objects"), ("reason", "6月发过"), ("said_by", "交通局办公室"), ("instead", "2")];
    assert!(step(operator, "answer", &new).contains("要写明为什么"));
    let corrected = step(operator, "answer", &[&new[..], &[("why", "听错了")]].concat());
    assert!(
        corrected.contains("已更正青禾县交通局的答复：有异议") && corrected.contains("赵六更正：听错了"),
        "{corrected}"
    );
    let twice = step(operator, "answer", &[&new[..], &[("why", "听错了")]].concat());
    assert!(twice.contains("已由赵六在"), "{twice}");
    assert!(step(operator, "recall", &[("answer", "3"), ("reason", " ")]).contains("要写明经手人和理由"));
    let gone = step(operator, "recall", &[("answer", "3"), ("reason", "还没有正式答复")]);
    assert!(gone.contains("已收回青禾县交通局的答复：有异议") && gone.contains("赵六收回：还没有正式答复"), "{gone}");
    assert!(step(operator, "recall", &[("answer", "3"), ("reason", "x")]).contains("没有改动"));
    // Somebody was correcting it meanwhile: what he typed stands in the form for a new one.
    let late = [&new[..4], &[("instead", "3"), ("why", "听错了")]].concat();
    let refused = operator.act(JUNE, &format!("{JUNE}/answer"), &late);
    assert!(refused.head.contains("location: ../2026-06?correct=3"), "{}", refused.head);
    let form = operator.get(&format!("{JUNE}?correct=3")).body;
    let form = form.split("id=\"reply\"").nth(1).unwrap().split("</form>").next().unwrap();
    for said in [" open><summary>登记答复", "id=\"wrong\"", "value=\"6月发过\"", "value=\"交通局办公室\""]
    {
        assert!(form.contains(said), "{said}\n{form}");
    }
    assert!(form.contains("value=\"objects\" checked") && !form.contains("name=\"instead\""), "{form}");
    assert!(step(operator, "recall", &[("answer", "x"), ("reason", "x")]).contains("没有编号0的答复"));
}

/// What the forms of a page carry of what it showed.
pub(super) fn shown(page: &str) -> String {
    hidden(page, "shown")
}

/// Writes something down about the first 整改项, and reads what its page says then.
fn on_repair(operator: &mut Browser, deed: &str, form: &[(&str, &str)]) -> String {
    let page = operator.get("/repairs/1").body;
    let (seal, seen) = (hidden(&page, "seal"), shown(&page));
    let form = [&[("seal", seal.as_str()), ("shown", seen.as_str())], form].concat();
    let done = operator.post(&format!("/repairs/1/{deed}"), &form);
    assert_eq!(done.status, 303, "{deed}");
    operator.get("/repairs/1").body
}

/// The 整改项 that the signature has opened.
fn follow(office: &Office, reader: &mut Browser, operator: &mut Browser) {
    let list = reader.get("/repairs?period=2026-06").body;
    assert!(list.contains("待反馈") && list.contains("整改反馈表-2026-06-01") && !list.contains("<script"), "{list}");
    is_attachment(&reader.get("/reports/2026-06/file?version=forms&paper=0&format=docx"), ".docx");
    is_attachment(&reader.get("/reports/2026-06/file?version=forms&paper=all&format=docx"), ".zip");
    assert!(reader.get("/repairs?q=%E4%BA%A4%E9%80%9A&state=repaired").body.contains("没有符合条件的整改项"));
    for odd in ["/repairs/0", "/repairs/x", "/repairs/999"] {
        assert_eq!(reader.get(odd).status, 404, "{odd}");
    }
    assert!(!reader.get("/repairs/1").body.contains("/answer"), "no button for a reader");
    let seal = reader.seal("/me");
    assert_eq!(reader.post("/repairs/1/repaired", &[("seal", &seal), ("reason", "x")]).status, 403);
    let opened = shown(&operator.get("/repairs/1").body);
    let mut act = |deed: &str, form: &[(&str, &str)]| on_repair(operator, deed, form);
    assert!(act("repaired", &[]).contains("要写明理由"));
    assert!(act("extend", &[("until", "2026-07-01"), ("reason", "x")]).contains("不晚于现在的期限"));
    assert!(act("answer", &[("text", "已补发")]).contains("反馈人都要写明"));
    assert!(act("answer", &[("text", "x"), ("said_by", "y"), ("on", "2026-08-01")]).contains("还没有到"));
    let answered = act("answer", &[("text", EVIL), ("said_by", "交通局办公室"), ("on", "2026-07-22")]);
    assert!(answered.contains("现为待复核") && !answered.contains("<script"), "{answered}");
    let twice = act("answer", &[("text", EVIL), ("said_by", "交通局办公室"), ("on", "2026-07-22")]);
    assert!(twice.contains("同样的内容刚才已经登记"), "{twice}");
    // A page that was opened before the feedback does not decide over it.
    let old = [("reason", "一直没有反馈"), ("shown", opened.as_str())];
    let over = operator.act("/repairs/1", "/repairs/1/unrepaired", &old);
    assert_eq!(over.status, 303);
    let said = operator.get("/repairs/1").body;
    assert!(said.contains("打开页面以后，赵六登记了“反馈”，没有改动") && said.contains("待复核"), "{said}");
    let mut act = |deed: &str, form: &[(&str, &str)]| on_repair(operator, deed, form);
    assert!(act("unrepaired", &[("reason", "没有补发")]).contains("现为未整改"));
    assert!(act("extend", &[("until", "2026-09-01"), ("reason", "系统迁移")]).contains("延期到2026-09-01"));
    assert!(act("repaired", &[("reason", "已核对")]).contains("现为已整改"));
    let again = act("repaired", &[("reason", "已核对")]);
    assert!(again.contains("已经复核为已整改") && !again.contains("repair "), "{again}");
    assert!(act("answer", &[("text", "x"), ("said_by", "y")]).contains("先登记复核“未整改”改正"));
    let trail: Vec<_> = office.trail().into_iter().filter(|(_, what)| what.starts_with("repair.")).collect();
    assert_eq!(trail.len(), 4, "{trail:?}");
    assert!(trail.iter().all(|(who, _)| who == "赵六"), "{trail:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_is_downloaded_whole_and_never_shown_in_our_own_place() {
    let mut office = at_work().await;
    let mut operator = joined(&office, "赵六", "操作员");
    operator.act("/reports", "/reports/new/draft", &[("period", "2026-06")]);
    for (format, ending) in
        [("docx", ".docx"), ("xlsx", ".xlsx"), ("html", ".html"), ("txt", ".txt"), ("json", ".json")]
    {
        for address in
            [format!("{JUNE}/file?format={format}"), format!("{JUNE}/file?version=1&paper=0&format={format}")]
        {
            is_attachment(&operator.get(&address), ending);
        }
    }
    for week in ["2026-W28", "2026-Q2"] {
        is_attachment(&operator.get(&format!("/reports/{week}/file?format=xlsx")), ".xlsx");
    }
    let html = operator.get(&format!("{JUNE}/file?format=html")).body;
    assert!(!html.contains("<script") && html.contains("alert(1)"), "{EVIL}");
    // The same words as the verb writes.
    let text = operator.get(&format!("{JUNE}/file?version=1&paper=0&format=txt")).body;
    office.ok(&["bulletin", "show", "--period", "2026-06", "--out", "草稿", "--format", "txt"]);
    let written = std::fs::read_to_string(office.dir.path().join("草稿/通报草稿-2026-06.txt")).unwrap();
    assert_eq!(text.lines().next(), written.lines().next());
    for odd in [
        "/reports/2026-06/file",
        "/reports/2026-06/file?format=exe",
        "/reports/2026-06/file?format=txt&paper=99",
        "/reports/2026-06/file?format=txt&paper=-1",
        "/reports/2026-06/file?format=txt&version=x",
        "/reports/2030-06/file?format=txt",
        "/reports/..%2f..%2fetc/file?format=txt",
        "/reports/2026-13",
        "/reports/2026-W28",
        "/reports/x",
    ] {
        assert_eq!(operator.get(odd).status, 404, "{odd}");
    }
    let missing = operator.get("/reports/2026-06/file?format=txt&version=9");
    assert!(missing.status == 409 && missing.body.contains("没有 2026-06第9版"), "{}", missing.body);
    assert_eq!(Browser::at(office.port).get("/reports/2026-06/file?format=txt").status, 303);
    office.end().await;
}

/// The value of the first such field.
/// Signs what the page shows now.
pub(super) fn sign(browser: &mut Browser, form: &[(&str, &str)]) -> String {
    let seen = shown(&browser.get(JUNE).body);
    step(browser, "issue", &[form, &[("shown", seen.as_str())]].concat())
}

pub(super) fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    after.split('"').next().unwrap().to_owned()
}
