//! The promise: every form of table has a template that comes back in when it is filled in, and what a
//! sentence says of a table is what the table prints.

use super::desk::Desk;
use super::lint::others;

/// What a person writes below a heading of a template; what is computed stays blank.
fn answer(heading: &str, row: usize) -> String {
    let office = ["甲局", "乙局", "丙局"][row].to_owned();
    match heading {
        "单位" | "单位名称" | "填报单位" | "网站名称" | "新媒体名称" | "县(市、区)" | "平台" => {
            office
        }
        "报送信息" | "检查" => (12 - row).to_string(),
        "采用信息" | "合格" | "公开条数" | "发布条数" | "数量" | "分值" => (9 - row).to_string(),
        "公共服务得分" | "交流互动得分" | "网站建设及安全得分" | "政务信息公开得分" => {
            format!("{}.5", 20 - row)
        }
        "全年总分" => (300 - row).to_string(),
        "检查结果" => "合格".to_owned(),
        "检查时更新日期" => "6月1日".to_owned(),
        "未建设" | "首页直接入口" | "检索" | "查阅" | "更新情况" => "1".to_owned(),
        "已建设不符合" | "已建设符合" => "0".to_owned(),
        "主管单位" | "主办单位" | "责任单位" => "某局".to_owned(),
        "问题栏目" | "问题类型" | "问题类别" | "事由" | "新媒体类型" => "抖音".to_owned(),
        _ => String::new(),
    }
}

/// Writes the template of every kind that the program names, fills it in and imports it; tells the kinds.
pub(super) fn every_form(desk: &Desk, period: &str) -> Vec<String> {
    let (_, said) = desk.refused(&["report", "table", "template", "--kind", "没有这种"]);
    let kinds: Vec<String> = said.trim().rsplit('：').next().unwrap().split('、').map(str::to_owned).collect();
    assert!(kinds.len() >= 14, "{said}");
    for kind in &kinds {
        let file = format!("{kind}.csv");
        desk.ok(&["report", "table", "template", "--kind", kind, "--out", &file]);
        let import = ["report", "table", "import", "--kind", kind, "--period", period, "--by", "张三"];
        if kind == "联系表" {
            desk.ok(&import);
            continue;
        }
        let head = std::fs::read_to_string(desk.path().join(&file)).unwrap();
        let head = head.trim_start_matches('\u{feff}').trim_end().replace('"', "");
        let row = |row| head.split(',').map(|heading| answer(heading, row)).collect::<Vec<_>>().join(",");
        desk.file(&file, &format!("{head}\n{}\n{}\n{}\n", row(0), row(1), row(2)));
        let output = desk.run(&[&import[..], &[&file]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && !said.contains("已忽略"), "{kind}: {said}");
    }
    kinds
}

#[test]
fn every_template_comes_back_whole() {
    let desk = Desk::new();
    let kinds = every_form(&desk, "2022-06");
    desk.ok(&["report", "month", "--period", "2022-06", "--format", "docx,xlsx,json"]);
    for format in ["docx", "xlsx", "json"] {
        assert_eq!(others(&desk, &format!("monthly-2022-06.{format}")), Vec::<String>::new(), "{format}");
    }
    let json = std::fs::read_to_string(desk.path().join("monthly-2022-06.json")).unwrap();
    assert!(kinds.iter().all(|kind| json.contains(&format!("\"{kind}\""))), "{json}");
    // What the sheet of the year adds up is held against what the file says.
    let year = std::fs::read_to_string(desk.path().join("全年得分.csv")).unwrap();
    let (head, row) = (year.lines().next().unwrap(), "甲局,20,19.5,30,30,12,300,");
    desk.file("全年得分.csv", &format!("{head}\n{row}\n"));
    let import =
        ["report", "table", "import", "全年得分.csv", "--kind", "全年得分", "--period", "2022-06", "--by", "张三"];
    let (exit, said) = desk.refused(&import);
    assert!(exit == 1 && said.contains("“当月总分”（12）") && said.contains("应为99.5"), "{said}");
}

/// A profile that prints the rank: the sentence names whom the annex ranks first. And with two tables of
/// a form a field says which of them.
#[test]
fn the_leaders_in_prose_are_those_of_the_annex() {
    let desk = Desk::new();
    desk.ok(&["profile", "copy", "开封", "本市"]);
    let file = desk.path().join("profiles/本市.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let ranked = "\n[tables.columns]\n\"信息报送\" = [\"单位\", \"报送信息\", \"采用信息\", \"得分\", \"排名\"]\n";
    std::fs::write(&file, text + ranked).unwrap();
    desk.file("市直.csv", "单位,报送信息,采用信息\n甲局,20,6\n乙局,10,6\n丙局,40,1\n");
    for name in ["市直", "各县区"] {
        let import = ["report", "table", "import", "市直.csv", "--kind", "信息报送", "--period", "2022-06"];
        desk.ok(&[&import[..], &["--name", name, "--by", "张三"]].concat());
    }
    desk.ok(&["report", "words", "--period", "2022-06", "--profile", "本市"]);
    let words = desk.path().join("data/reports/words/2022-06.txt");
    std::fs::write(words, "【二、内容保障】\n领先的是{市直前两名}，另有{前两名}。\n").unwrap();
    let output = desk.run(&["report", "month", "--period", "2022-06", "--profile", "本市", "--format", "json"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("是哪一张的：{各县区前两名}、{市直前两名}"), "{said}");
    let json = std::fs::read(desk.path().join("monthly-2022-06.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let best: Vec<&str> = json["tables"]["信息报送（市直）"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["排名"].as_i64() <= Some(2))
        .map(|row| row["单位"].as_str().unwrap())
        .collect();
    assert_eq!(best.len(), 2, "{json}");
    assert!(best.iter().all(|office| json["paragraphs"].to_string().contains(office)), "{best:?} {json}");
    assert!(!json["paragraphs"].to_string().contains("乙局"), "{json}");
}
