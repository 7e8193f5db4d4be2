//! The promise: tables from elsewhere and the office's own words come in as clerks have them, are computed
//! and checked, and stand in every format of the report, in their places.

use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A clerk's folder with its own database.
pub(super) struct Desk {
    pub(super) dir: tempfile::TempDir,
}

impl Desk {
    pub(super) fn new() -> Desk {
        Desk { dir: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn run(&self, line: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
        command.current_dir(self.dir.path()).args(["--data", "data"]).args(line).output().unwrap()
    }

    pub(super) fn ok(&self, line: &[&str]) -> (String, String) {
        let output = self.run(line);
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(output.status.success(), "{line:?}\n{out}\n{err}");
        (out, err)
    }

    fn fails(&self, line: &[&str]) -> String {
        let output = self.run(line);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{line:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    pub(super) fn import(&self, file: &str, kind: &str, period: &str, name: &str) -> (String, String) {
        self.ok(&[
            "report", "table", "import", file, "--kind", kind, "--period", period, "--name", name, "--by", "张三",
        ])
    }

    pub(super) fn report(&self, line: &[&str]) -> (Value, String) {
        let mut whole = vec!["report"];
        whole.extend(line);
        let (_, said) = self.ok(&whole);
        let kind = if line[0] == "month" { "monthly" } else { "quarterly" };
        let json = std::fs::read(self.path(&format!("{kind}-{}.json", line[2]))).unwrap();
        (serde_json::from_slice(&json).unwrap(), said)
    }
}

/// 52 rows with ties and zeros, whose sums are those of the circular: 916 sent, 725 adopted.
fn offices() -> Vec<(String, u32, u32)> {
    let mut rows: Vec<(String, u32, u32)> =
        (0..52_u32).map(|i| (format!("市第{i}局"), (i * 7) % 30, ((i * 7) % 30).saturating_sub(i % 5))).collect();
    let (sent, used): (u32, u32) = (rows.iter().map(|r| r.1).sum(), rows.iter().map(|r| r.2).sum());
    rows[0] = (rows[0].0.clone(), rows[0].1 + 916 - sent, rows[0].2 + 725 - used);
    rows
}

fn csv(heading: &str, rows: &[(String, u32, u32)]) -> String {
    let line = |(office, sent, used): &(String, u32, u32)| format!("{office},{sent},{used}\r\n");
    format!("{heading}\r\n{}", rows.iter().map(line).collect::<String>())
}

#[test]
fn the_six_attachments_of_kaifeng_in_every_format() {
    let desk = Desk::new();
    desk.write("网站.csv", "序号,网站名称,主管单位,问题栏目,问题类型\n1,甲网,甲局,=HYPERLINK,超过2周未更新\n,,,通知,栏目打不开\n2,乙网,乙局,公告,长期未更新\n".replace("=HYPERLINK", "'=HYPERLINK"));
    let counties = [("甲县".to_owned(), 400, 300), ("乙区".to_owned(), 55, 61)];
    desk.write("县区.csv", csv("单位,报送信息,采用信息", &counties));
    let mut gbk = encoding_rs::GBK.encode(&csv("单 位,报送信息,采用信息", &offices())).0.into_owned();
    gbk.extend(encoding_rs::GBK.encode("(其中加分另列)\r\n合计,916,725\r\n").0.iter());
    desk.write("市直.csv", gbk);
    desk.write("平台.xlsx", matrix());
    desk.import("市直.csv", "信息报送", "2022-06", "市直各单位");
    desk.ok(&[
        "report",
        "table",
        "import",
        "县区.csv",
        "--kind",
        "tally",
        "--period",
        "2022-06",
        "--name",
        "各县区",
        "--place",
        "1",
        "--by",
        "张三",
    ]);
    desk.ok(&[
        "report",
        "table",
        "import",
        "市直.csv",
        "--kind",
        "tally",
        "--period",
        "2022-06",
        "--name",
        "市直各单位",
        "--place",
        "2",
        "--by",
        "张三",
    ]);
    desk.import("网站.csv", "网站问题", "2022-06", "");
    desk.import("平台.xlsx", "公开平台", "2022-06", "");
    let (json, _) =
        desk.report(&["month", "--period", "2022-06", "--profile", "开封", "--format", "xlsx,html,json,txt"]);
    let tables = json["tables"].as_object().unwrap();
    for (key, rows) in [("网站问题", 3), ("信息报送（各县区）", 2), ("信息报送（市直各单位）", 52), ("公开平台", 2)]
    {
        assert_eq!(tables[key].as_array().unwrap().len(), rows, "{key}");
    }
    assert_eq!(json["notes"]["信息报送（市直各单位）"], "(其中加分另列)");
    let prose = json["paragraphs"].to_string();
    assert!(
        prose.contains(
            "报送信息1371条（各县区455条，市直各单位916条），采用1086条（各县区361条，市直各单位725条），采用率为79%"
        ),
        "{prose}"
    );
    let text = std::fs::read_to_string(desk.path("monthly-2022-06.txt")).unwrap();
    let order: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("附件")).collect();
    let starts = ["1　", "2　", "3　", "4　2022年6月份各县区", "5　2022年6月份市直各单位", "6　政府信息公开平台"];
    assert_eq!(order.len(), 6, "{order:?}");
    assert!(order.iter().zip(starts).all(|(title, start)| title.starts_with(start)), "{order:?}");
    let page = std::fs::read_to_string(desk.path("monthly-2022-06.html")).unwrap();
    assert!(page.contains("colspan=\"3\"") && page.contains("<td rowspan=\"2\""));
    let mut book: Xlsx<_> = calamine::open_workbook(desk.path("monthly-2022-06.xlsx")).unwrap();
    let sites = book.worksheet_range("网站问题").unwrap();
    let texts: Vec<String> = sites.used_cells().map(|(_, _, data)| data.to_string()).collect();
    assert!(texts.contains(&"=HYPERLINK".to_owned()), "{texts:?}");
    assert!(book.worksheet_formula("网站问题").unwrap().used_cells().next().is_none());
    let tally = book.worksheet_range("信息报送（市直各单位）").unwrap();
    assert!(tally.used_cells().any(|(_, _, data)| *data == Data::Float(725.0) || matches!(data, Data::Float(_))));
}

/// The matrix as offices merge its head.
fn matrix() -> Vec<u8> {
    let (mut book, plain) = (Workbook::new(), Format::new());
    let sheet = book.add_worksheet();
    for (column, name) in [(0, "填报单位"), (1, "首页直接入口"), (7, "更新情况"), (8, "异常情况说明")]
    {
        sheet.merge_range(0, column, 1, column, name, &plain).unwrap();
    }
    sheet.merge_range(0, 2, 0, 4, "是否符合标准格式", &plain).unwrap();
    sheet.merge_range(0, 5, 0, 6, "功能", &plain).unwrap();
    for (column, name) in [(2, "未建设"), (3, "已建设不符合"), (4, "已建设符合"), (5, "检索"), (6, "查阅")]
    {
        sheet.write_string(1, column, name).unwrap();
    }
    for (row, (office, flags)) in (2..).zip([("甲局", [1, 0, 0, 1, 1, 1, 1]), ("乙局", [0, 1, 0, 0, 0, 0, 0])]) {
        sheet.write_string(row, 0, office).unwrap();
        for (column, flag) in (1..).zip(flags) {
            sheet.write_number(row, column, flag).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn fifty_two_towns_with_ties_and_zeros() {
    let desk = Desk::new();
    let mut rows = offices();
    rows[3] = ("零镇".to_owned(), 0, 0);
    rows[4] = ("又零镇".to_owned(), 0, 0);
    desk.write("镇办.csv", csv("镇 办,报送信息,采用信息", &rows));
    desk.import("镇办.csv", "报送得分", "2021-Q3", "各镇办");
    let (json, _) = desk.report(&["quarter", "--period", "2021-Q3", "--format", "json"]);
    let printed = json["tables"]["报送得分（各镇办）"].as_array().unwrap();
    let fifths = |row: &(String, u32, u32)| row.1 + 5 * row.2;
    assert_eq!(printed.len(), 52);
    for row in printed {
        let source = rows.iter().find(|source| row["镇 办"] == source.0.as_str()).unwrap();
        let better: std::collections::BTreeSet<u32> = rows.iter().map(fifths).filter(|f| *f > fifths(source)).collect();
        assert_eq!(row["排名"], better.len() + 1, "{row}");
        assert_eq!(row["得分"].as_f64().unwrap(), f64::from(fifths(source)) / 5.0, "{row}");
    }
    assert_eq!(json["notes"]["报送得分（各镇办）"], "注:每上报一条信息计0.2分,采用一条信息计1分。");
    assert_eq!((&printed[51]["得分"], &printed[50]["排名"]), (&0.into(), &printed[51]["排名"]));
}

/// Our own workbook is the form that offices will send back: importing it again gives the same tables.
#[test]
fn every_table_comes_back_from_our_own_workbook() {
    let desk = Desk::new();
    let files = [
        (
            "网站问题",
            "",
            "网站名称,主管单位,问题栏目,问题类型\n甲网,甲局,要闻,长期未更新\n乙网,乙局,要闻,栏目打不开\n甲网,甲局,公告,栏目打不开\n",
        ),
        ("网站检查", "", "网站名称,检查结果,存在问题\n甲网,合格,无问题\n乙网,不合格,要闻2周未更新\n"),
        ("信息报送", "各县区", "单位,报送信息,采用信息\n甲县,3,1\n乙县,9,1\n(其中加分另列)\n"),
        ("报送得分", "各镇办", "镇 办,报送信息,采用信息\n甲镇,42,0\n乙镇,7,7\n丙镇,0,0\n"),
        (
            "综合得分",
            "市直单位",
            "单位名称,公共服务得分,交流互动得分,网站建设及安全得分,政务信息公开得分\n甲局,1,19.5,3,4\n乙局,1,2,3,0\n",
        ),
        (
            "全年得分",
            "市直单位",
            "单位名称,公共服务得分,交流互动得分,网站建设及安全得分,政务信息公开得分,全年总分\n甲局,1,2,3,4,99.5\n",
        ),
        ("专栏条数", "部门", "镇办名称,公开数量\n甲镇,1\n乙镇,2\n"),
        (
            "公开平台",
            "",
            "填报单位,首页直接入口,未建设,已建设不符合,已建设符合,检索,查阅,更新情况,异常情况说明\n甲局,1,0,0,1,1,1,1,\n",
        ),
        ("加减分", "", "单位名称,分值,事由\n甲局,-2.5,迟报\n"),
        ("问题账号", "", "新媒体类型,新媒体名称,责任单位,问题类别,检查时更新日期\n抖音,甲,甲局,更新不及时,6月1日\n"),
        ("发布条数", "", "主办单位,新媒体名称,发布条数\n甲局,甲,12\n"),
        ("地区数量", "", "县(市、区),数量\n甲县,12\n"),
        ("平台合格率", "", "平台,检查,合格\n抖音,200,193\n"),
    ];
    for (kind, name, text) in files {
        desk.write("表.csv", text);
        desk.import("表.csv", kind, "2022-06", name);
    }
    let (june, _) = desk.report(&["month", "--period", "2022-06", "--format", "json,xlsx,txt"]);
    for (kind, name, _) in files {
        let key = if name.is_empty() { kind.to_owned() } else { format!("{kind}（{name}）") };
        let line = [
            "report",
            "table",
            "import",
            "monthly-2022-06.xlsx",
            "--kind",
            kind,
            "--period",
            "2022-06",
            "--name",
            name,
            "--sheet",
            &key,
            "--by",
            "张三",
        ];
        desk.ok(&line);
        let (again, _) = desk.report(&["month", "--period", "2022-06", "--format", "json"]);
        assert_eq!(again["tables"][&key], june["tables"][&key], "{key}");
        assert_eq!(again["notes"][&key], june["notes"][&key], "{key}");
    }
    let text = std::fs::read_to_string(desk.path("monthly-2022-06.txt")).unwrap();
    let ours = &text[text.find("附件1").unwrap()..text.find("2022年6月份无法判定").unwrap()];
    assert_eq!(ours, include_str!("../golden/tables.txt"), "{ours}");
}

#[test]
fn a_wrong_file_is_refused_whole_with_a_copy() {
    let desk = Desk::new();
    desk.write(
        "甲.csv",
        "单 位,报送信息,采用信息,得分,排名\n甲局,10,8,10,1\n乙局,5,3,4.5,2\n乙局,x,,,\n丙局,0,0,=1,3\n合计,15,12,,\n",
    );
    let import = ["report", "table", "import", "甲.csv", "--kind", "报送得分", "--period", "2021-Q3", "--by", "张三"];
    let said = desk.fails(&import);
    assert!(said.contains("第4行“报送信息”（x）：请写整数") && said.contains("第4行“采用信息”：必须填写"), "{said}");
    desk.write(
        "甲.csv",
        "单 位,报送信息,采用信息,得分,排名\n甲局,10,8,10,1\n乙局,5,3,4.5,2\n丙局,0,0,=1,2\n合计,15,12,,\n",
    );
    let said = desk.fails(&import);
    for words in [
        "第3行“得分”（4.5）：原表是4.5，按报送0.2分、采用1分应为4",
        "第4行“排名”（2）：原表是2，按得分排名",
        "“采用信息”（12）：原表合计是12，各行相加是11",
        "--as-printed",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let copy = std::fs::read_to_string(desk.path("甲.问题.csv")).unwrap();
    assert!(copy.contains("问题") && copy.contains("应为4"), "{copy}");
    assert!(desk.ok(&["report", "table", "list"]).0.contains("没有导入过附表"));
    let mut anyway = import.to_vec();
    anyway.push("--as-printed");
    let (_, said) = desk.ok(&anyway);
    assert!(said.contains("照原表印出，但第3行“得分”"), "{said}");
    let (shown, _) = desk.ok(&["report", "table", "show", "--period", "2021-Q3", "--kind", "报送得分"]);
    assert!(shown.contains("4.5") && shown.contains("甲局"), "{shown}");
}

#[test]
fn flags_that_contradict_and_other_wrong_files() {
    let desk = Desk::new();
    let head = "填报单位,首页直接入口,未建设,已建设不符合,已建设符合,检索,查阅,更新情况,异常情况说明\n";
    desk.write("平台.csv", format!("{head}甲局,1,0,0,0,1,1,1,\n乙局,1,0,0,1,1,1,1,缺少政策栏目\n丙局,1,,0,1,1,1,1,\n"));
    let import = ["report", "table", "import", "平台.csv", "--kind", "公开平台", "--period", "2022-06", "--by", "张三"];
    assert!(desk.fails(&import).contains("第4行“未建设”：请写 1（是）或 0（否）"));
    desk.write("平台.csv", format!("{head}甲局,1,0,0,0,1,1,1,\n乙局,1,0,0,1,1,1,1,缺少政策栏目\n"));
    let said = desk.fails(&import);
    assert!(said.contains("应有且只有一个是1，现有0个") && said.contains("已建设符合是1，却有异常情况说明"), "{said}");
    // A head of two rows in CSV: nothing is merged there.
    desk.write("平台.csv", "填报单位,首页直接入口,是否符合标准格式,,,功能,,更新情况,异常情况说明\n,,未建设,已建设不符合,已建设符合,检索,查阅,,\n甲局,1,0,0,1,1,1,1,\n");
    desk.ok(&import);
    desk.write("得分.csv", "单位名称,公共服务得分,交流互动得分,网站建设及安全得分,政务信息公开得分,12月份总分,全年总分\n甲局,1,1,1,1,4,40\n");
    let year = |period: &str| {
        desk.run(&["report", "table", "import", "得分.csv", "--kind", "全年得分", "--period", period, "--by", "张三"])
    };
    assert!(String::from_utf8_lossy(&year("2018-11").stderr).contains("是不是拿错了表"));
    assert!(year("2018-12").status.success());
    for (kind, file, words) in [
        ("网站检查", "序号,网站名称,检查结果,存在问题\n1,甲网,不合格,无问题\n", "却没有写存在问题"),
        ("网站检查", "序号,网站名称,检查结果,存在问题\n1,甲网,好,\n", "只能写合格或不合格"),
        ("信息报送", "名称,数\n甲,1\n", "正确的表头可用 report table template --kind 信息报送 写出"),
        ("信息报送", "单位,报送信息,采用信息\n", "表头下面没有任何一行"),
        ("加减分", "单位名称,分值,事由\n甲局,0,无\n", "不能是 0"),
    ] {
        desk.write("错.csv", file);
        let said =
            desk.fails(&["report", "table", "import", "错.csv", "--kind", kind, "--period", "2022-06", "--by", "张三"]);
        assert!(said.contains(words), "{kind}: {said}");
    }
    assert!(
        desk.fails(&["report", "table", "import", "--kind", "信息报送", "--period", "2022-06", "--by", "张三"])
            .contains("请写要导入的文件")
    );
    let more: String = (0..20).map(|i| format!("某市第{i}局,0,0\n")).collect();
    desk.write("名.csv", format!("单位,报送信息,采用信息\n甲\u{7}局\u{200b},1,1\n\"+cmd\",2,0\n{more}"));
    desk.import("名.csv", "信息报送", "2022-06", "A组");
    let (shown, _) =
        desk.ok(&["--json", "report", "table", "show", "--period", "2022-06", "--kind", "信息报送", "--name", "A组"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        (&shown["tables"]["信息报送（A组）"][0]["单位"], &shown["tables"]["信息报送（A组）"][1]["单位"]),
        (&"甲局".into(), &"+cmd".into())
    );
    assert!(
        desk.fails(&[
            "report",
            "table",
            "import",
            "名.csv",
            "--kind",
            "信息报送",
            "--period",
            "2022-06",
            "--name",
            "a组",
            "--by",
            "张三"
        ])
        .contains("只有大小写不同")
    );
    assert!(desk.fails(&["report", "table", "list", "--period", "2022-W25"]).contains("看不懂周期"));
}

#[test]
fn every_template_is_taken_when_it_is_filled_in_and_the_register_is_apart() {
    let desk = Desk::new();
    desk.ok(&["report", "table", "template", "--kind", "加减分", "--out", "加减分.csv"]);
    let head = std::fs::read_to_string(desk.path("加减分.csv")).unwrap();
    desk.write("加减分.csv", format!("{head},甲局,5,省级媒体采用\n,甲局,-2.5,迟报\n"));
    desk.import("加减分.csv", "加减分", "2022-06", "");
    desk.ok(&["report", "table", "template", "--kind", "联系表"]);
    assert!(desk.fails(&["report", "table", "template", "--kind", "联系表"]).contains("已经有了"));
    desk.ok(&["report", "table", "import", "--kind", "联系表", "--period", "2022-06", "--by", "张三"]);
    desk.write("信息.csv", "单位,报送信息,采用信息\n甲局,10,8\n");
    desk.import("信息.csv", "信息报送", "2022-06", "");
    let (json, _) = desk.report(&["month", "--period", "2022-06", "--format", "json"]);
    assert_eq!(json["tables"]["加减分"][1]["分值"], -2.5);
    assert_eq!(json["tables"]["信息报送"][0]["报送信息"], 10);
    let form = &json["tables"]["联系表"];
    assert_eq!((form.as_array().unwrap().len(), &form[9]["职务（2）"]), (10, &"".into()));
    desk.ok(&["report", "table", "remove", "--period", "2022-06", "--kind", "加减分", "--by", "张三"]);
    assert!(
        desk.fails(&["report", "table", "remove", "--period", "2022-06", "--kind", "加减分", "--by", "张三"])
            .contains("有的是：联系表、信息报送")
    );
}
