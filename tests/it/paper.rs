//! The promise: the 通报 comes as a Word document with the office's own head and foot; what nobody has set
//! is a visible blank.

use super::desk::Desk;
use std::io::Read;

const CONFIG: &str = "\
[report.paper]
form = \"函\"
issuer = \"青禾县人民政府办公室\"
number = \"青政办函〔{年}〕{号}号\"
to = \"各乡镇人民政府\"
";

fn document(desk: &Desk) -> String {
    let file = std::fs::File::open(desk.path().join("monthly-2022-06.docx")).unwrap();
    let mut package = zip::ZipArchive::new(file).unwrap();
    let mut text = String::new();
    package.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_letter_has_its_head_and_foot() {
    let desk = Desk::new();
    desk.file("config.toml", CONFIG);
    let month = ["--config", "config.toml", "report", "month", "--period", "2022-06", "--format", "docx,json"];
    desk.ok(&[&month[..], &["--date", "2022-07-11", "--number", "56"]].concat());
    let text = document(&desk);
    for wanted in ["青政办函〔2022〕56号", "各乡镇人民政府：", "2022年7月11日印发", "抄送：____。", "附件："]
    {
        assert!(text.contains(wanted), "{wanted}");
    }
    desk.ok(&month);
    assert!(document(&desk).contains("青政办函〔____〕____号") && document(&desk).contains("____年____月____日"));
    let json = std::fs::read_to_string(desk.path().join("monthly-2022-06.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["paper"]["form"], &json["paper"]["date"]), (&"函".into(), &serde_json::Value::Null));
}

#[test]
fn a_date_that_does_not_exist_is_refused() {
    let desk = Desk::new();
    let (code, said) = desk.refused(&["report", "month", "--period", "2022-06", "--date", "2022-06-31"]);
    assert_eq!(code, 2);
    assert!(said.contains("不是一个日期") && said.contains("2022-07-11"), "{said}");
}
