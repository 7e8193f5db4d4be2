//! Lists and evidence from files, through the binary: applied whole or refused whole.

use super::desk::Desk;
use serde_json::Value;

fn thousand() -> String {
    let rows =
        (0..1000).map(|i| format!("某局{i},{},{}\n", if i % 2 == 0 { "新浪微博" } else { "抖音" }, 7_000_000 + i));
    std::iter::once("账号名称,平台,账号标识\n".to_owned()).chain(rows).collect()
}

#[test]
fn a_thousand_accounts_their_posts_and_watches() {
    let office = Desk::new();
    office.file("台账.csv", &thousand());
    assert_eq!(office.json(&["account", "import", "台账.csv", "--dry-run"])["changes"].as_array().unwrap().len(), 1000);
    assert_eq!(office.json(&["account", "list"]).as_array().unwrap().len(), 0);
    office.ok(&["account", "import", "台账.csv"]);
    let again = office.json(&["account", "import", "台账.csv"]);
    assert_eq!((again["unchanged"].as_i64(), again["changes"].as_array().unwrap().len()), (Some(1000), 0));

    let posts = (0..1000).map(|i| format!("某局{i},,2022-06-2{} 10:00,题目,{i}\n", i % 5));
    office.file(
        "发布.csv",
        &std::iter::once("account,platform,published_at,title,id\n".to_owned()).chain(posts).collect::<String>(),
    );
    assert_eq!(office.json(&["post", "import", "发布.csv", "--by", "李四"])["new"], 1000);
    assert_eq!(office.json(&["post", "import", "发布.csv", "--by", "李四"])["new"], 0);

    let spans = (0..1000).map(|i| format!("某局{i},,2022-06-13,2022-06-28,李四\n"));
    office.file(
        "核查.csv",
        &std::iter::once("account,platform,from,to,by\n".to_owned()).chain(spans).collect::<String>(),
    );
    office.ok(&["attest", "--file", "核查.csv"]);
    office.ok(&["attest", "--file", "核查.csv"]);
    assert_eq!(office.json(&["attest", "list"]).as_array().unwrap().len(), 1000);

    let verdicts = office.json(&["judge", "--at", "2022-06-27"]);
    assert_eq!(verdicts["check"], "2022-06-27T09:00:00+08:00");
    let of = |rule: &str, kind: &str| {
        let all = verdicts["verdicts"].as_array().unwrap();
        all.iter().filter(|verdict| verdict["rule"] == rule && verdict["kind"] == kind).count()
    };
    assert_eq!((of("weekly", "missed"), of("silence", "met")), (1000, 1000));
}

#[test]
fn a_refused_file_changes_nothing_and_comes_back_with_what_is_wrong() {
    let office = Desk::new();
    office.file("台账.csv", &thousand());
    office.ok(&["account", "import", "台账.csv"]);
    let before = office.ok(&["account", "export"]);

    office.file("新台账.csv", "账号名称,平台,账号标识\n新,抖音,1\n坏,,\n号码,抖音,1.39E+10\n新,抖音,1\n");
    let (exit, told) = office.refused(&["account", "import", "新台账.csv"]);
    assert_eq!(exit, 1);
    for line in ["第2行", "第3行", "第4行", "第5行", "新台账.问题.csv"] {
        assert!(told.contains(line), "{told}");
    }
    assert_eq!(office.ok(&["account", "export"]), before);
    let copy = std::fs::read_to_string(office.path().join("新台账.问题.csv")).unwrap();
    assert!(copy.starts_with("\u{feff}\"账号名称\",\"平台\",\"账号标识\",\"问题\""), "{copy}");

    office.file("发布.csv", "账号名称,平台,发布时间\n某局1,抖音,2022-06-20\n无此号,抖音,2022-06-20\n");
    assert_eq!(office.refused(&["post", "import", "发布.csv"]).0, 1);
    assert_eq!(office.json(&["post", "list", "某局1", "--since", "2022-01-01"]).as_array().unwrap().len(), 0);
    office.file(
        "核查.csv",
        "账号名称,平台,起,止,核查人\n某局1,抖音,2022-06-13,2022-06-20,李四\n某局1,抖音,2022-06-13,2999-01-01,李四\n",
    );
    assert_eq!(office.refused(&["attest", "--file", "核查.csv"]).0, 1);
    assert_eq!(office.json(&["attest", "list"]).as_array().unwrap().len(), 0);
    for copy in ["发布.问题.csv", "核查.问题.csv"] {
        assert!(office.path().join(copy).is_file(), "{copy}");
    }
}

#[test]
fn what_is_no_workbook_is_refused_in_a_sentence() {
    let office = Desk::new();
    std::fs::write(office.path().join("噪声.xlsx"), (0..=255).cycle().take(9000).collect::<Vec<u8>>()).unwrap();
    office.file("表头.csv", "名字,哪里\n甲,抖音\n");
    for (file, word) in [("噪声.xlsx", "不是表格"), ("表头.csv", "找不到表头"), ("没有.csv", "读不出来")]
    {
        let (exit, told) = office.refused(&["account", "import", file]);
        assert!(exit == 1 && told.contains(word) && !told.contains("panicked"), "{file}: {told}");
    }
}

#[test]
fn an_export_comes_back_without_a_change() {
    let office = Desk::new();
    office.file(
        "台账.csv",
        "账号名称,平台,账号标识,主办单位,运维邮箱,状态,开设日期,来源,来源参数,每周次数\n\
         \"'=甲,\"\"乙\"\"\",抖音,,'+局,a@b.cn；c@d.cn,暂停,2020-01-02,rss,/a;b,1\n丙,微博,9,,,,,,,\n",
    );
    office.ok(&["account", "import", "台账.csv"]);
    assert_eq!(office.json(&["account", "list"])[0]["name"], "=甲,\"乙\"");
    for file in ["出.csv", "出.xlsx"] {
        office.ok(&["account", "export", "--out", file]);
        let plan = office.json(&["account", "import", file]);
        assert_eq!((&plan["unchanged"], &plan["changes"]), (&2.into(), &Value::Array(Vec::new())), "{file}");
    }
    std::fs::write(office.path().join("屏幕.csv"), office.ok(&["account", "export"])).unwrap();
    assert_eq!(office.json(&["account", "import", "屏幕.csv"])["unchanged"], 2);
}

#[test]
fn accounts_are_named_by_name_handle_and_platform() {
    let office = Desk::new();
    office.file("台账.csv", "账号名称,平台,账号标识\n兰考县教体局,微博,w1\n兰考县教体局,抖音,d1\n");
    office.ok(&["account", "import", "台账.csv"]);
    assert_eq!(office.json(&["account", "show", "d1"])["platform"], "抖音");
    assert_eq!(office.json(&["account", "show", "兰考县教体局", "--platform", "微博"])["handle"], "w1");
    let (exit, told) = office.refused(&["account", "show", "兰考县教体局"]);
    assert!(exit == 1 && told.contains("新浪微博") && told.contains("抖音"), "{told}");
    let (exit, told) = office.refused(&["account", "show", "兰考教体局"]);
    assert!(exit == 1 && told.contains("是不是：兰考县教体局"), "{told}");
    assert_eq!(office.refused(&["account", "shwo", "d1"]).0, 2);
}

/// Which of its two kinds an inspector counts is disputed, so a 公众号 is told kind by kind.
#[test]
fn pushes_articles_and_the_two_kinds_of_a_wechat_account_are_told_apart() {
    let office = Desk::new();
    office.file("台账.csv", "账号名称,平台\n青禾发布,微信订阅号\n青禾文旅,新浪微博\n");
    office.ok(&["account", "import", "台账.csv"]);
    office.file(
        "发布.csv",
        "账号名称,平台,发布时间,标题,发布标识,类型,推送标识\n\
         青禾发布,微信订阅号,2022-06-21 09:00,头条,2001_1,群发,2001\n\
         青禾发布,微信订阅号,2022-06-21 09:00,次条,2001_2,群发,2001\n\
         青禾发布,微信订阅号,2022-06-22 10:00,停电通知,2002_1,发布,2002\n\
         青禾文旅,新浪微博,2022-06-21 09:00,原创,1,,\n\
         青禾文旅,新浪微博,2022-06-22 09:00,转来的,2,转发,\n",
    );
    office.ok(&["post", "import", "发布.csv"]);
    let told = office.ok(&["explain", "青禾发布", "--at", "2022-06-27"]);
    assert!(told.contains("推送2次、文章3篇、有更新的2天；其中群发1次、未群发的发布1次"), "{told}");
    assert!(told.contains("〔群发〕《头条》") && told.contains("〔发布〕《停电通知》"), "{told}");
    let told = office.ok(&["explain", "青禾文旅", "--at", "2022-06-27"]);
    assert!(told.contains("计入的更新：2次，其中转发1次") && told.contains("〔转发〕《转来的》"), "{told}");
    let listed = office.ok(&["post", "list", "青禾发布", "--since", "2022-06-01"]);
    assert!(listed.lines().any(|line| line.contains("发布") && line.contains("停电通知")), "{listed}");
}
