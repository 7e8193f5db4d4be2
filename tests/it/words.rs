//! The promise: what the office writes itself is carried forward, filled in, and never overwritten.

use super::tables::Desk;
use std::path::{Path, PathBuf};

fn words_file(desk: &Desk, period: &str) -> PathBuf {
    Path::new("data/reports/words")
        .join(format!("{period}.txt"))
        .components()
        .fold(desk.dir.path().to_owned(), |a, b| a.join(b))
}

#[test]
fn the_offices_words_are_carried_forward_and_never_overwritten() {
    let desk = Desk::new();
    let words = ["report", "words", "--period", "2022-06"];
    let (said, _) = desk.ok(&words);
    assert!(said.contains("根据空白的格式"), "{said}");
    let file = words_file(&desk, "2022-06");
    assert!(std::fs::read(&file).unwrap().starts_with(b"\xef\xbb\xbf"));
    let text = "【数字】\r\n访谈期数 = 3\r\n【三、政务访谈情况】\r\n开展访谈{访谈期数}期，采用率为{采用率}，合格率为{合格率}。\r\n";
    let gbk = encoding_rs::GBK.encode(text).0.into_owned();
    std::fs::write(&file, &gbk).unwrap();
    let (_, said) = desk.report(&["month", "--period", "2022-06", "--format", "json"]);
    assert!(said.contains("2022-06.txt 第4行：没有字段“采用率”"), "{said}");
    desk.write("信息.csv", "单位,报送信息,采用信息\n甲局,10,8\n");
    desk.import("信息.csv", "信息报送", "2022-06", "");
    let (json, said) = desk.report(&["month", "--period", "2022-06", "--format", "json,html,xlsx,txt"]);
    assert!(!said.contains("提示"), "{said}");
    assert!(json["paragraphs"].to_string().contains("开展访谈3期，采用率为80.0%，合格率为—"), "{json}");
    let text = std::fs::read_to_string(desk.path("monthly-2022-06.txt")).unwrap();
    // The office's section stands before the lists or after what is named in them; either way numbers run on.
    let numbered = ["一、", "二、", "三、"].map(|number| text.lines().filter(|line| line.starts_with(number)).count());
    assert!(numbered == [1, 1, 1] && text.contains("、政务访谈情况") && text.contains("、检查结果"), "{text}");
    let (said, _) = desk.ok(&words);
    assert!(said.contains("已经有了，没有改动"), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), gbk, "regeneration reads only");
    let (said, _) = desk.ok(&["report", "words", "--period", "2022-08"]);
    assert!(said.contains("根据上期的 2022-06.txt") && said.contains("“访谈期数”还没有数"), "{said}");
    let august = std::fs::read_to_string(words_file(&desk, "2022-08")).unwrap();
    assert!(august.contains("# 上期：访谈期数 = 3\r\n访谈期数 =\r\n"), "{august}");
    let (fields, _) = desk.ok(&["report", "words", "--period", "2022-06", "--fields"]);
    assert!(fields.contains("{采用率}  80.0%"), "{fields}");
}
