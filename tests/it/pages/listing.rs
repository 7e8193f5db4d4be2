//! 台账: what the lists show, what a file would change before it does, files to take away, a person replaced.

use super::browser::Browser;
use super::{administered, first_in, joined};
use crate::answer::office::{Answer, EVIL, Office};
use cuigeng::import::{read_sheets, workbook_bytes};

const CHANGED: &str = "账号名称,平台,账号标识,主办单位,运维邮箱,状态\n\
    青禾文旅,新浪微博,w1,青禾县文化旅游局,wl@qinghe.example,正常运行\n\
    青禾交通,新浪微博,j1,青禾县交通局,jt@qinghe.example,暂停\n\
    青禾教育,抖音,e1,青禾县教育局,jy@qinghe.example,正常运行\n";

impl Browser {
    /// Fills in the form for a file and sends it.
    pub(crate) fn upload(&mut self, kind: &str, name: &str, bytes: &[u8]) -> Answer {
        let seal = self.seal("/list/import");
        self.multipart("/list/import", &seal, kind, name, bytes)
    }

    pub(crate) fn multipart(&mut self, path: &str, seal: &str, kind: &str, name: &str, bytes: &[u8]) -> Answer {
        let field = |name: &str, value: &str| {
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let file = format!("--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        let mut body = [field("seal", seal), field("kind", kind), file].concat().into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--cut--\r\n");
        let head = self.head("POST", path);
        let head =
            format!("{head}Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {}\r\n\r\n", body.len());
        self.send_bytes(&[head.into_bytes(), body].concat())
    }

    /// The mark of what the page at `on` shows.
    fn mark(&mut self, on: &str) -> String {
        marked(&self.get(on).body)
    }
}

fn marked(page: &str) -> String {
    let at = page.find("name=\"mark\" value=\"").unwrap_or_else(|| panic!("no mark on\n{page}")) + 19;
    page[at..].split('"').next().unwrap().to_owned()
}

fn names(office: &Office) -> Vec<String> {
    let all = office.store().read(cuigeng::store::accounts::all).unwrap();
    all.into_iter()
        .map(|account| {
            format!("{} {} {}", account.name, account.office, account.states.last().unwrap().state.chinese())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_searched_by_its_address_and_leads_to_each_account() {
    let (mut office, _) = administered().await;
    let mut reader = joined(&office, "王五", "只读");
    let page = reader.get("/list").body;
    for said in ["青禾文旅", "青禾县交通局", "wl@qinghe.example", "&lt;script&gt;", "3 个"] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("<script") && !page.contains("/list/import\""), "{EVIL}");
    assert!(page.contains(&format!("account/{}\"", office.account("w1"))), "{page}");
    let found = reader.get("/list?q=j1").body;
    assert!(found.contains("青禾交通") && !found.contains("青禾文旅") && found.contains("台账共 3 个"), "{found}");
    assert!(reader.get("/list?without=source").body.contains("没有符合条件的账号"));
    assert!(reader.get("/list?without=contact").body.contains("没有符合条件的账号"));
    assert!(reader.get("/list?state=paused").body.contains("没有符合条件的账号"));
    let video = reader.get("/list?platform=%E6%8A%96%E9%9F%B3&page=77").body;
    assert!(video.contains("&lt;script&gt;") && !video.contains("青禾交通"), "{video}");
    office.file("两个.csv", "账号名称,平台\n青禾没有来源,快手\n");
    office.ok(&["account", "import", "两个.csv"]);
    let bare = reader.get("/list?without=source").body;
    assert!(bare.contains("青禾没有来源") && bare.contains("没有联系人") && !bare.contains("青禾文旅"), "{bare}");
    let offices = reader.get("/list/offices").body;
    assert!(offices.contains("青禾县文旅局") && offices.contains("list?office=%E9%9D%92"), "{offices}");
    let of = reader.get("/list?office=%E9%9D%92%E7%A6%BE%E5%8E%BF%E4%BA%A4%E9%80%9A%E5%B1%80").body;
    assert!(of.contains("青禾交通") && !of.contains("青禾文旅"), "{of}");
    assert!(reader.get("/list/contacts").body.contains("联系人表还是空的"));
    assert_eq!(Browser::at(office.port).get("/list").status, 303);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_shows_what_it_changes_and_then_changes_just_that_once() {
    let (mut office, _) = administered().await;
    let mut operator = joined(&office, "赵六", "操作员");
    let before = office.audited();
    assert_eq!(operator.upload("accounts", "台账新.csv", CHANGED.as_bytes()).status, 303);
    let page = operator.get("/list/import").body;
    for said in [
        "台账新.csv",
        "改为暂停",
        "<del>青禾县文旅局</del>",
        "<ins>青禾县文化旅游局</ins>",
        "青禾教育",
        "台账里另有 1 个账号不在这份文件里",
        "确认导入",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert_eq!(office.audited(), before, "nothing is kept yet");
    assert!(!names(&office).iter().any(|one| one.contains("教育")));
    let mark = operator.mark("/list/import");
    let done = operator.act("/list/import", "/list/import/apply", &[("mark", &mark)]);
    assert_eq!(done.status, 303, "{}", done.body);
    let said = operator.get("/list").body;
    assert!(said.contains("已导入：新增1个账号，修改2个，0个没有变化"), "{said}");
    let now = names(&office);
    for one in ["青禾文旅 青禾县文化旅游局 正常运行", "青禾交通 青禾县交通局 暂停", "青禾教育 青禾县教育局 正常运行"]
    {
        assert!(now.contains(&one.to_owned()), "{one}: {now:?}");
    }
    let trail: Vec<_> = office.trail().into_iter().filter(|(_, what)| what.starts_with("account.")).collect();
    assert_eq!(trail.last().unwrap(), &("赵六".to_owned(), "account.import".to_owned()));
    // Sent twice, it is done once and says so.
    operator.act("/list/import", "/list/import/apply", &[("mark", &mark)]);
    assert!(operator.get("/list/import").body.contains("没有等着确认的文件"));
    // The same file again changes nothing.
    operator.upload("accounts", "台账新.csv", CHANGED.as_bytes());
    assert!(operator.get("/list/import").body.contains("完全一样，没有要导入的"));
    assert_eq!(office.trail().into_iter().filter(|(_, what)| what == "account.import").count(), 2);
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_meanwhile_is_shown_again_before_anything_is_done() {
    let (mut office, mut boss) = administered().await;
    boss.upload("accounts", "台账新.csv", CHANGED.as_bytes());
    let mark = boss.mark("/list/import");
    office.file("别人.csv", "账号名称,平台,账号标识,主办单位\n青禾文旅,新浪微博,w1,青禾县文广旅局\n");
    office.ok(&["account", "import", "别人.csv", "--by", "王五"]);
    boss.act("/list/import", "/list/import/apply", &[("mark", &mark)]);
    let page = boss.get("/list/import").body;
    assert!(page.contains("有了改动，没有导入") && page.contains("<del>青禾县文广旅局</del>"), "{page}");
    assert!(!names(&office).iter().any(|one| one.contains("教育")), "nothing was kept");
    let mark = boss.mark("/list/import");
    boss.act("/list/import", "/list/import/apply", &[("mark", &mark)]);
    assert!(boss.get("/list").body.contains("已导入：新增1个账号"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_row_is_named_with_its_cure_and_nothing_waits() {
    let (mut office, mut boss) = administered().await;
    let bad = "账号名称,平台,状态,运维邮箱\n青禾文旅,新浪微博,关了,wl@qinghe.example\n,抖音,,x\n<b>甲</b>,抖音,正常运行,not an address\n";
    let page = boss.upload("accounts", "坏<i>.csv", bad.as_bytes());
    assert_eq!(page.status, 422);
    for said in ["处不对", "第2行", "状态", "关了", "第3行", "第4行", "not an address", "整份不导入"]
    {
        assert!(page.body.contains(said), "{said}\n{}", page.body);
    }
    assert!(!page.body.contains("<i>") && !page.body.contains("<b>甲"), "{}", page.body);
    let after = boss.get("/list/import").body;
    assert!(!after.contains("确认导入") && after.contains("选文件"), "{after}");
    let odd = boss.upload("accounts", "图.xlsx", b"\x89PNG\r\n");
    assert!(odd.status == 422 && odd.body.contains("没有导入"), "{}", odd.body);
    boss.upload("accounts", "", b"");
    assert!(boss.get("/list/import").body.contains("没有收到文件"));
    boss.upload("accounts", "空.xlsx", b"");
    assert!(boss.get("/list/import").body.contains("文件是空的，没有导入"));
    // A check sheet is no list, though it has the names of accounts.
    let filled = "账号名称,平台,最近更新时间,本周更新次数,核查人,核查时间\n青禾文旅,新浪微博,2026-07-15,1,赵六,2026-07-20 09:10\n";
    for kind in ["accounts", "contacts"] {
        let wrong = boss.upload(kind, "表.csv", filled.as_bytes());
        assert!(wrong.status == 422 && wrong.body.contains("这是周核查表，请在“文件里是什么”里选“填好的周核查表”"));
        assert!(wrong.body.contains("value=\"sheet\" checked"), "{}", wrong.body);
    }
    office.file("表.csv", filled);
    for verb in ["account", "contact"] {
        assert!(office.refused(&[verb, "import", "表.csv"]).contains("cuigeng sheet import"));
    }
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_from_whoever_may_from_our_page_and_up_to_its_size() {
    let (mut office, mut boss) = administered().await;
    let mut reader = joined(&office, "王五", "只读");
    let seal = reader.seal("/list");
    let refused = reader.multipart("/list/import", &seal, "accounts", "a.csv", CHANGED.as_bytes());
    assert!(refused.status == 403 && refused.body.contains("没有权限"), "{}", refused.body);
    for path in ["/list/import/apply", "/list/replace"] {
        assert_eq!(reader.act("/list", path, &[("mark", "x")]).status, 403, "{path}");
    }
    let forged = boss.multipart("/list/import", "0", "accounts", "a.csv", CHANGED.as_bytes());
    assert!(forged.status == 403 && forged.body.contains("没有采用"), "{}", forged.body);
    let seal = boss.seal("/list/import");
    let mut stranger = boss.saying("Origin: https://evil.example");
    assert_eq!(stranger.multipart("/list/import", &seal, "accounts", "a.csv", CHANGED.as_bytes()).status, 403);
    let big = vec![b'x'; 21 * 1024 * 1024];
    assert_eq!(boss.multipart("/list/import", &seal, "accounts", "a.csv", &big).status, 413);
    // One session's file is not another's.
    boss.upload("accounts", "台账新.csv", CHANGED.as_bytes());
    let mut operator = joined(&office, "赵六", "操作员");
    assert!(!operator.get("/list/import").body.contains("台账新.csv"));
    let page = boss.get("/list/import").body;
    assert!(page.contains("台账新.csv"), "{page}");
    boss.act("/list/import", "/list/import/drop", &[]);
    assert!(!boss.get("/list/import").body.contains("确认导入"));
    // What waits too long is forgotten.
    boss.upload("accounts", "台账新.csv", CHANGED.as_bytes());
    let mark = boss.mark("/list/import");
    office.clock.goes_on(16 * 60).await;
    boss.act("/list/import", "/list/import/apply", &[("mark", &mark)]);
    assert!(boss.get("/list/import").body.contains("放了超过一刻钟"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_read_back_and_start_no_formula() {
    let (mut office, mut boss) = administered().await;
    office.file("式.csv", "账号名称,平台\n\"'=HYPERLINK(1)\",抖音\n");
    office.ok(&["account", "import", "式.csv"]);
    let csv = boss.get("/list/export/accounts.csv");
    assert!(
        csv.head.contains(
            "attachment; filename=\"accounts-20260723.csv\"; filename*=utf-8''%e5%8f%b0%e8%b4%a620260723.csv"
        ),
        "{}",
        csv.head
    );
    assert!(csv.body.contains("\"'=HYPERLINK(1)\"") || csv.body.contains("\"''=HYPERLINK(1)\""), "{}", csv.body);
    assert!(csv.head.contains("nosniff") && csv.head.contains("no-store"), "{}", csv.head);
    // What was taken out changes nothing when it is brought back.
    boss.upload("accounts", "台账.csv", csv.body.as_bytes());
    assert!(boss.get("/list/import").body.contains("完全一样"), "{}", csv.body);
    let book = boss.get("/list/export/accounts.xlsx");
    assert!(book.status == 200 && book.head.contains("spreadsheetml.sheet"), "{}", book.head);
    assert_eq!(boss.get("/list/export/contacts.csv").status, 200);
    assert_eq!(boss.get("/list/export/passwords.csv").status, 404);
    assert_eq!(boss.get("/list/export/..%2f..%2fdata%2fcuigeng.db").status, 404);
    assert_eq!(Browser::at(office.port).get("/list/export/accounts.csv").status, 303);
    let rows = vec![vec!["账号名称".to_owned(), "平台".to_owned()], vec!["青禾新".to_owned(), "快手".to_owned()]];
    let made = workbook_bytes("台账", &rows).unwrap();
    assert!(read_sheets(&made).is_ok());
    boss.upload("accounts", "新.xlsx", &made);
    assert!(boss.get("/list/import").body.contains("青禾新"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_replaced_after_a_look_at_what_goes_over() {
    let (mut office, _) = administered().await;
    let mut operator = joined(&office, "赵六", "操作员");
    let sheet = "单位,姓名,角色,手机,邮箱\n青禾县文旅局,孙一,运维人员,13800000001,wl@qinghe.example\n青禾县交通局,钱二,分管领导,13800000002,\n";
    operator.upload("contacts", "联系人.csv", sheet.as_bytes());
    let page = operator.get("/list/import").body;
    assert!(page.contains("孙一") && page.contains("分管领导"), "{page}");
    let mark = operator.mark("/list/import");
    operator.act("/list/import", "/list/import/apply", &[("mark", &mark)]);
    let contacts = operator.get("/list/contacts").body;
    assert!(
        contacts.contains("已导入：新增2人") && contacts.contains("13800000001") && contacts.contains("未确认"),
        "{contacts}"
    );
    assert!(operator.get("/list/contacts?state=silent").body.contains("钱二"));
    assert!(!operator.get("/list/contacts?role=leader").body.contains("孙一"));
    let form = |from: &'static str| [("old", "孙一"), ("new", "周三"), ("from", from), ("mail", "zs@qinghe.example")];
    let on = "/list/replace?old=%E5%AD%99%E4%B8%80&mail=no@x.example";
    let blank = operator.get(on).body;
    assert!(
        blank.contains("value=\"孙一\"") && !blank.contains("no@x.example"),
        "an address tells no way to reach anybody"
    );
    let unclear = operator.act(on, "/list/replace/look", &form("soon"));
    assert_eq!(unclear.status, 422);
    for said in
        ["看不懂日期“soon”，请写成 2026-11-29", "value=\"周三\"", "value=\"soon\" aria-invalid=\"true\" autofocus"]
    {
        assert!(unclear.body.contains(said), "{said}\n{}", unclear.body);
    }
    assert!(!unclear.body.contains("确认换人"), "{}", unclear.body);
    let page = operator.act(on, "/list/replace/look", &form("2026-08-01")).body;
    for said in ["周三 接替 孙一", "青禾文旅（新浪微博）", "涉及的账号 <small>2 个", "zs@qinghe.example", "确认换人"]
    {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("青禾交通（") && !page.contains("天以前"), "{page}");
    let mark = marked(&page);
    let fields = [&form("2026-08-01")[..], &[("mark", mark.as_str())]].concat();
    let changed = operator.act(on, "/list/replace", &[&fields[..4], &[("mark", "0")]].concat());
    assert!(
        changed.status == 422 && changed.body.contains("没有换人") && changed.body.contains("确认换人"),
        "{}",
        changed.body
    );
    // A day that is over is told for what it changes, and must be meant.
    let past = operator.act(on, "/list/replace/look", &form("2026-07-10")).body;
    for said in ["2026-07-10 是 13 天以前", "没有给 孙一 发过信", "确实从 2026-07-10 算起"] {
        assert!(past.contains(said), "{said}\n{past}");
    }
    let mark = marked(&past);
    let then = [&form("2026-07-10")[..], &[("mark", mark.as_str())]].concat();
    let asked = operator.act(on, "/list/replace", &then);
    assert!(asked.status == 422 && asked.body.contains("接任的第一天已经过去，没有换人"), "{}", asked.body);
    let verb =
        ["contact", "replace", "孙一", "周三", "--from", "2026-07-10", "--by", "李四", "--mail", "zs@qinghe.example"];
    let why = office.refused(&verb);
    assert!(why.contains("天以前，没有改动") && why.contains("--past"), "{why}");
    operator.act(on, "/list/replace", &fields);
    let said = operator.get("/list/contacts").body;
    assert!(said.contains("2026-08-01起，周三接替孙一"), "{said}");
    operator.act("/list", "/signout", &[]);
    let mut boss = first_or(&office);
    let late = boss.act("/list/contacts", "/list/replace", &fields).body;
    assert!(late.contains("没有改动") || late.contains("没有换人"), "{late}");
    let replaced = office.trail().into_iter().filter(|(_, what)| what == "contact.replace").collect::<Vec<_>>();
    assert_eq!(replaced, [("赵六".to_owned(), "contact.replace".to_owned())]);
    office.end().await;
    let mut office = Office::closed("试运行");
    std::fs::remove_dir_all(office.data()).unwrap();
    office.begin().await;
    let mut boss = first_in(&office);
    assert!(boss.get("/list").body.contains("台账还没有账号") && boss.get("/list/offices").body.contains("还没有单位"));
    office.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_list_is_taken_out_and_brought_in_again_unchanged() {
    let (mut office, _) = administered().await;
    let mut operator = joined(&office, "赵六", "操作员");
    let sheet = "单位,姓名,角色,职务,手机,固话,邮箱,QQ,账号名称,平台\n\
        青禾县文旅局,孙一,运维人员A岗,科员,13800000001,0378-1234567,wl@qinghe.example,10001,,\n\
        青禾县文旅局,周三,运维人员B岗,,13800000003,,,,,\n\
        青禾县文旅局,钱二,分管领导,副局长,13800000002,,,,,\n\
        青禾县交通局,吴四,运维人员,,13800000004,,,,青禾交通,新浪微博\n\
        青禾县政府办,郑五,检查方,,13800000005,,,,,\n";
    office.file("联系人.csv", sheet);
    office.ok(&["contact", "import", "联系人.csv"]);
    let page = operator.get("/list/offices").body;
    assert!(page.contains("list/export/offices.xlsx"), "{page}");
    for (kind, list) in [("accounts", "accounts"), ("contacts", "contacts"), ("contacts", "offices")] {
        for ending in ["xlsx", "csv"] {
            let path = format!("/list/export/{list}.{ending}");
            let file = operator.get_bytes(&path);
            let sent = operator.upload(kind, &format!("{list}.{ending}"), &file);
            assert_eq!(sent.status, 303, "{path}: {}", sent.body);
            let page = operator.get("/list/import").body;
            assert!(page.contains("完全一样，没有要导入的"), "{path}: {page}");
        }
    }
    let form = String::from_utf8(operator.get_bytes("/list/export/offices.csv")).unwrap().replace('"', "");
    for row in [
        "青禾县文旅局,钱二,副局长,13800000002,孙一,科员,13800000001;0378-1234567,10001",
        "青禾县文旅局,,,,周三",
        "青禾县交通局,,,,,,,",
    ] {
        assert!(form.contains(row), "{row}\n{form}");
    }
    office.end().await;
}

/// The administrator comes in again.
fn first_or(office: &Office) -> Browser {
    let mut browser = Browser::at(office.port);
    browser.post("/signin", &[("name", "李四"), ("password", super::PASSWORD)]);
    browser
}

/// A filled-in check sheet: those who signed say how often an account was updated in the week.
fn sheet(rows: &str) -> String {
    format!(
        "周核查表 2026-W29（2026-07-13 至 2026-07-19）\n账号名称,平台,账号标识,最近更新时间,本周更新次数,核查人,核查时间\n{rows}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_in_check_sheet_is_shown_kept_once_and_corrected() {
    let (mut office, mut boss) = administered().await;
    let first = sheet(
        "青禾文旅,新浪微博,w1,2026-07-18 10:00,2,张三,2026-07-20 09:10\n青禾交通,新浪微博,j1,2026-07-18 10:00,1,,\n",
    );
    assert_eq!(boss.upload("sheet", "填好.csv", first.as_bytes()).status, 303);
    let shown = boss.get("/list/import").body;
    for said in ["2026-W29 的核查表", "没有签名的 1 行不采用", "共2次", "核查人 张三", "value=\"sheet\" checked"]
    {
        assert!(shown.contains(said), "{said}\n{shown}");
    }
    let mark = boss.mark("/list/import");
    assert_eq!(boss.act("/list/import", "/list/import/apply", &[("mark", &mark)]).status, 303);
    let after = boss.get("/check").body;
    assert!(after.contains("已登记：2026-W29 新的1行，更正0行") && after.contains("没有签名的1行没有采用"), "{after}");
    boss.upload("sheet", "填好.csv", first.as_bytes());
    assert!(boss.get("/list/import").body.contains("没有要导入的"));
    let corrected = sheet("青禾文旅,新浪微博,w1,2026-07-18 10:00,1,张三,2026-07-20 09:30\n");
    boss.upload("sheet", "改好.csv", corrected.as_bytes());
    let shown = boss.get("/list/import").body;
    assert!(shown.contains("<del>2026-W29 共2次") && shown.contains("<ins>2026-W29 共1次"), "{shown}");
    let mark = boss.mark("/list/import");
    boss.act("/list/import", "/list/import/apply", &[("mark", &mark)]);
    // The site has shown an update of the 18th: a row that knows of none after the 15th convicts nobody.
    let blind = sheet("青禾交通,新浪微博,j1,2026-07-15 10:00,1,张三,2026-07-20 09:10\n");
    boss.upload("sheet", "漏看.csv", blind.as_bytes());
    let shown = boss.get("/list/import").body;
    assert!(shown.contains("没有采用：已经知道7月18日有更新，晚于这里写的最近更新7月15日"), "{shown}");
    assert!(!shown.contains("确认导入"), "{shown}");
    let bad = boss.upload("sheet", "坏.csv", sheet("某号,抖音,x,,-1,张三,2026-07-20 09:10\n").as_bytes());
    assert!(bad.status == 422 && bad.body.contains("没有导入") && bad.body.contains("某号"), "{}", bad.body);
    let trail: Vec<_> = office.trail().into_iter().filter(|(_, what)| what.starts_with("sheet.")).collect();
    assert_eq!(trail, [("张三".into(), "sheet.sign".into()), ("张三".into(), "sheet.correct".into())]);
    assert!(boss.get("/audit").body.contains("改好.csv，李四在网页导入"));
    office.end().await;
}
