//! The five models of documents.md, without a fault.

use super::{Model, Sheet};

fn rows(cells: &[&[&str]]) -> Vec<Vec<String>> {
    cells.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

fn sheet(key: &str, title: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Sheet {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    Sheet { key: key.to_owned(), title: title.to_owned(), columns, rows, ..Sheet::default() }
}

fn said(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

const CHECKS: &str = "(以6月6日、13日、20日、6月27日检查结果为准)";

/// 开封, June 2022: annexes 2 and 3 as they were printed, without what was wrong with them.
pub(super) fn kaifeng() -> Model {
    let accounts = &["序号", "政务新媒体", "主管单位", "平台类型", "问题类型"];
    let tally = &["序号", "单位", "报送信息", "采用信息"];
    let sites = rows(&[
        &["1", "甲网", "市教育体育局", "要闻", "超过2周未更新"],
        &["1", "甲网", "市教育体育局", "公告", "栏目打不开"],
        &["2", "乙网", "市水利局", "要闻", "长期未更新"],
    ]);
    let counties =
        rows(&[&["1", "祥符区", "200", "160"], &["2", "龙亭区", "155", "121"], &["3", "鼓楼区", "100", "80"]]);
    let offices = rows(&[
        &["1", "市水利局", "500", "400"],
        &["2", "市医疗保障局", "316", "245"],
        &["3", "市交通运输局", "100", "80"],
    ]);
    let platforms = rows(&[
        &["市水利局", "1", "0", "0", "1", "1", "1", "1", ""],
        &["市医疗保障局", "1", "0", "1", "0", "0", "1", "1", "缺少政策栏目"],
        &["市交通运输局", "0", "1", "0", "0", "0", "0", "0", ""],
    ]);
    let heads = &[
        "填报单位",
        "首页直接入口",
        "未建设",
        "已建设不符合",
        "已建设符合",
        "检索",
        "查阅",
        "更新情况",
        "异常情况说明",
    ];
    Model {
        title: "关于全市政府网站与政务新媒体2022年6月份检查情况的通报".to_owned(),
        paragraphs: said(&[
            "根据《政府网站与政务新媒体检查指标》（国办秘函〔2019〕19号）要求，开展了6月份检查工作。现将有关情况通报如下：",
            "全市正在运行的政府网站共计45个。经检查，合格45个，合格率为100%。",
            "全市正在运行的政务新媒体共计311个。经检查，合格310个，合格率为99%。",
            "截至6月30日，共收到报送信息1371条，采用1086条，采用率为79.2%。市水利局、市医疗保障局报送较多。",
        ]),
        tables: vec![
            Sheet {
                once: 3,
                subtitle: Some(CHECKS.to_owned()),
                ..sheet(
                    "网站问题",
                    "附件1　2022年6月份存在问题的网站名单",
                    &["序号", "网站名称", "主管单位", "问题栏目", "问题类型"],
                    sites,
                )
            },
            Sheet {
                subtitle: Some(CHECKS.to_owned()),
                ..sheet("不合格", "附件2　2022年6月份不合格的政务新媒体名单", accounts, printed("2"))
            },
            Sheet {
                subtitle: Some(CHECKS.to_owned()),
                ..sheet("存在问题", "附件3　2022年6月份存在问题的政务新媒体名单", accounts, printed("3"))
            },
            sheet("信息报送（各县区）", "附件4　2022年6月份各县区信息报送情况", tally, counties),
            Sheet {
                note: Some("(其中专报另列)".to_owned()),
                ..sheet("信息报送（市直各单位）", "附件5　2022年6月份市直各单位信息报送情况", tally, offices)
            },
            Sheet {
                groups: vec![("", 2), ("是否符合标准格式", 3), ("功能", 2), ("", 2)],
                ..sheet("公开平台", "附件6　政府信息公开平台建设情况", heads, platforms)
            },
        ],
        closing: said(&["2022年7月11日"]),
    }
}

/// The rows of an annex as the circular printed them (what the demo replays), without its faults.
fn printed(annex: &str) -> Vec<Vec<String>> {
    let lines = include_str!("../../demo/kaifeng-2022-06.csv").lines();
    let wrong = ["工商", "文广新局", "通许县竖岗镇人民政府"];
    let own = lines.filter_map(|line| line.strip_prefix(&format!("{annex},")));
    let kept = own.filter(|line| annex == "2" || !wrong.iter().any(|word| line.contains(word)));
    let row = |(at, line): (usize, &str)| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[0] = (at + 1).to_string();
        cells
    };
    kept.enumerate().map(row).collect()
}

/// 济源: a quarter with scores.
pub(super) fn jiyuan() -> Model {
    let label = |times: u32| format!("“两微一端”每周更新的内容少于2次,发现{times}次(扣{}分)", times * 5);
    let account = |seq: &str, name: &str, kind: &str, times: u32| {
        vec![seq.to_owned(), name.to_owned(), kind.to_owned(), (100 - times * 5).to_string(), label(times)]
    };
    let accounts = vec![
        account("1", "甲微博", "微博", 1),
        account("2", "乙发布", "订阅号", 2),
        account("3", "丙在线", "抖音", 3),
        account("4", "丁之声", "微博", 8),
    ];
    let sites = rows(&[
        &["1", "甲网", "合格", "无问题"],
        &["2", "乙网", "合格", "要闻2周未更新;公告应更新但长期未更新"],
        &["3", "丙网", "不合格", "首页打不开"],
    ]);
    let columns = |names: &[&str], counts: &[u32]| -> Vec<Vec<String>> {
        let rows = names.iter().zip(counts).enumerate();
        rows.map(|(at, (name, count))| vec![(at + 1).to_string(), (*name).to_owned(), count.to_string()]).collect()
    };
    let units = ["财政局", "民政局", "教体局", "人社局", "住建局", "水利局", "统计局", "审计局", "司法局"];
    let towns = ["克井镇", "五龙口镇", "轵城镇", "承留镇", "邵原镇", "坡头镇", "梨林镇", "大峪镇"];
    Model {
        title: "关于2022年第二季度政府网站与政务新媒体检查情况的通报".to_owned(),
        paragraphs: said(&[
            "按照国办秘函〔2019〕19号等文件要求,对2022年第二季度情况进行了检查,现将有关情况通报如下：",
            "(一)总体情况。正在运行的政府网站共3个,检查3个,检查率100%,其中：合格2个,合格率为66.7%。",
            "正在运行的政务新媒体共120个,检查120个,检查率100%,其中：合格120个,合格率为100%。",
        ]),
        tables: vec![
            sheet(
                "网站检查",
                "附件1　2022年第二季度政府网站检查情况",
                &["序号", "网站名称", "检查结果", "存在问题"],
                sites,
            ),
            Sheet {
                subtitle: Some("(仅存在问题部分)".to_owned()),
                ..sheet(
                    "存在问题",
                    "附件2　2022年第二季度政务新媒体检查情况",
                    &["序号", "名 称", "类型", "分数", "存在问题"],
                    accounts,
                )
            },
            Sheet {
                subtitle: Some("(区管委会部门)".to_owned()),
                ..sheet(
                    "专栏条数（部门）",
                    "附件3　2022年第二季度政务公开专栏检查情况",
                    &["序号", "单位名称", "公开条数"],
                    columns(&units, &[90, 81, 77, 60, 41, 41, 30, 12, 0]),
                )
            },
            Sheet {
                subtitle: Some("(片区、镇、街道办事处)".to_owned()),
                ..sheet(
                    "专栏条数（镇办）",
                    "",
                    &["序号", "镇办名称", "公开数量"],
                    columns(&towns, &[55, 54, 50, 44, 31, 20, 9, 1]),
                )
            },
        ],
        closing: Vec::new(),
    }
}

/// 偃师: four scores and a total, of the month and of the year.
pub(super) fn yanshi() -> Model {
    let heads = ["单位名称", "公共服务得分", "交流互动得分", "网站建设及安全得分", "政务信息公开得分"];
    let month = rows(&[
        &["财政局", "20", "19.5", "30", "28", "97.5"],
        &["民政局", "20", "18", "30", "25", "93"],
        &["教体局", "19", "18", "28.5", "20", "85.5"],
        &["水利局", "10", "0", "25", "0", "35"],
    ]);
    let year = rows(&[
        &["首阳山街道", "20", "19", "30", "28", "97", "88.5"],
        &["岳滩镇", "20", "18", "30", "31", "99", "85"],
        &["顾县镇", "19", "18", "28.5", "20", "85.5", "80"],
        &["缑氏镇", "10", "0", "25", "0", "35", "41"],
    ]);
    let of_month: Vec<&str> = heads.iter().copied().chain(["总分"]).collect();
    let of_year: Vec<&str> = heads.iter().copied().chain(["12月份总分", "全年总分"]).collect();
    Model {
        title: "关于2018年12月份政务信息公开工作情况的通报".to_owned(),
        paragraphs: said(&["财政局、民政局等单位工作较好；水利局未更新政务信息公开栏目。近期，各单位要做好以下工作："]),
        tables: vec![
            sheet("综合得分（区直单位）", "附件1　区直单位综合得分情况", &of_month, month),
            Sheet {
                note: Some("注：按全年总分进行排名。".to_owned()),
                ..sheet("全年得分（各镇街道）", "附件2　各镇（街道）综合得分情况", &of_year, year)
            },
        ],
        closing: said(&["2019年1月6日"]),
    }
}

/// 商南: tallies with scores and ranks, the end of a table of 52 rows as it should have been.
pub(super) fn shangnan() -> Model {
    let towns = rows(&[
        &["城关街道办", "42", "58", "66.4", "1"],
        &["富水镇", "40", "30", "38", "2"],
        &["过风楼镇", "42", "0", "8.4", "3"],
        &["清油河镇", "7", "7", "8.4", "3"],
        &["试马镇", "1", "0", "0.2", "4"],
        &["十里坪镇", "0", "0", "0", "5"],
        &["金丝峡镇", "0", "0", "0", "5"],
    ]);
    let offices = rows(&[
        &["县委宣传部", "100", "90", "110", "1"],
        &["县水利局", "50", "40", "50", "2"],
        &["县公路段", "10", "0", "2", "3"],
        &["合计", "160", "130", "162", ""],
    ]);
    let note = Some("注:每上报一条信息计0.2分,采用一条信息计1分。".to_owned());
    Model {
        title: "关于2021年第一季度政务信息报送情况的通报".to_owned(),
        paragraphs: said(&[
            "各镇办共报送信息132条，采用95条；各部门报送信息160条，采用130条。全县共收到报送信息292条，采用225条，采用率为77.1%。",
        ]),
        tables: vec![
            Sheet {
                note: note.clone(),
                ..sheet(
                    "报送得分（镇办）",
                    "附件1　各镇办信息报送情况",
                    &["镇 办", "报送信息", "采用信息", "得分", "排名"],
                    towns,
                )
            },
            Sheet {
                note,
                ..sheet(
                    "报送得分（部门）",
                    "附件2　各部门信息报送情况",
                    &["单 位", "报送信息", "采用信息", "得分", "排名"],
                    offices,
                )
            },
        ],
        closing: said(&["2021年4月12日", "（此件公开发布）"]),
    }
}

/// Counts and rates by platform.
pub(super) fn platforms() -> Model {
    let table = rows(&[
        &["微信公众号", "200", "193", "7", "96.50%"],
        &["新浪微博", "77", "72", "5", "93.50%"],
        &["抖音", "45", "45", "0", "100%"],
        &["合计", "322", "310", "12", "96.27%"],
    ]);
    Model {
        title: "2025年第2季度政务新媒体检查情况的通报".to_owned(),
        paragraphs: said(&[
            "正在运行的政务新媒体330个，检查322个，检查率97.5%，合格310个，不合格12个，合格率96.27%。其中，微信公众号检查200个，合格193个，合格率96.5%；新浪微博检查77个，合格72个，合格率93.5%。",
        ]),
        tables: vec![sheet(
            "平台合格率",
            "附件1　2025年第2季度各平台合格率",
            &["平台", "检查", "合格", "不合格", "合格率"],
            table,
        )],
        closing: Vec::new(),
    }
}

/// Every model with its name.
pub(super) fn all() -> [(&'static str, Model); 5] {
    [("开封", kaifeng()), ("济源", jiyuan()), ("偃师", yanshi()), ("商南", shangnan()), ("平台", platforms())]
}
