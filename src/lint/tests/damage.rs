//! Every planted error is found, and nothing else; on the clean papers there is silence.

use super::{FORMS, Form, Level, Model, models, told};

/// A damage, and the one finding that must come of it.
struct Case {
    name: &'static str,
    model: fn() -> Model,
    damage: fn(&mut Model),
    check: u8,
    level: Level,
    /// Words of the finding: where it is, and the figures that disagree.
    says: &'static [&'static str],
    /// JSON has no titles and no lines below them.
    in_json: bool,
}

const fn error(
    name: &'static str,
    model: fn() -> Model,
    check: u8,
    says: &'static [&'static str],
    damage: fn(&mut Model),
) -> Case {
    Case { name, model, damage, check, level: Level::Error, says, in_json: true }
}

const fn warning(
    name: &'static str,
    model: fn() -> Model,
    check: u8,
    says: &'static [&'static str],
    damage: fn(&mut Model),
) -> Case {
    Case { level: Level::Warning, ..error(name, model, check, says, damage) }
}

const fn not_in_json(case: Case) -> Case {
    Case { in_json: false, ..case }
}

use models::{jiyuan, kaifeng, platforms, shangnan, yanshi};

/// A paper of letters, beside the one of 开封.
fn kaifeng_letters() -> Model {
    let mut model = yanshi();
    model.paragraphs.push("（三）来信办理情况。受理120件，办结119件，办结率为99%。".to_owned());
    model
}

/// With a list of annexes.
fn kaifeng_listed() -> Model {
    let mut model = kaifeng();
    let titles = ["网站", "不合格的政务新媒体", "存在问题的政务新媒体"].iter().zip(1..);
    let titles = titles.map(|(of, at)| match at {
        1 => format!("附件：1.2022年6月份存在问题的{of}名单"),
        _ => format!("{at}.2022年6月份{of}名单"),
    });
    model.paragraphs.extend(titles);
    model
}

/// One account stands in both lists, and the text says so.
fn both_lists() -> Model {
    let mut model = kaifeng();
    let mut row = model.sheet("不合格").rows[0].clone();
    model.tables.iter_mut().for_each(|table| table.subtitle = None);
    let rows = &mut model.sheet("存在问题").rows;
    row[0] = (rows.len() + 1).to_string();
    rows.push(row);
    let count = rows.len();
    model.paragraphs.push(format!("存在问题名单共{count}个账号，其中1个同时列入不合格名单。"));
    model
}

/// Counts that nothing else refers to.
fn shangnan_short() -> Model {
    let mut model = shangnan();
    model.paragraphs.clear();
    let sheet = model.sheet("报送得分（镇办）");
    sheet.columns.truncate(2);
    sheet.rows.iter_mut().for_each(|row| row.truncate(2));
    model
}

const CASES: &[Case] = &[
    error("截至6月31日", kaifeng, 1, &["6月31日", "30天"], |m| m.say("6月30日", "6月31日")),
    error("第13个月", kaifeng, 1, &["2022年13月5日"], |m| m.closing[0] = "2022年13月5日".to_owned()),
    not_in_json(error("检查日期不在本期", kaifeng, 2, &["7月4日", "2022-06-30"], |m| {
        m.sheet("存在问题").subtitle = Some("(以6月6日、13日、20日、7月4日检查结果为准)".to_owned());
    })),
    error("检查晚于成文", kaifeng, 2, &["6月27日", "2022-06-20"], |m| {
        m.closing = vec!["2022年6月20日".to_owned()];
        m.paragraphs.push("以6月27日检查结果为准。".to_owned());
        m.tables.iter_mut().for_each(|table| table.subtitle = None);
    }),
    not_in_json(warning("一张附件的检查日期不同", kaifeng, 2, &["6月21日", "其他附件"], |m| {
        m.sheet("存在问题").subtitle = Some("(以6月6日、13日、6月21日、6月27日检查结果为准)".to_owned());
    })),
    warning("数据截至月中", kaifeng, 3, &["6月24日", "6月30日"], |m| m.say("6月30日", "6月24日")),
    error("同一账号两行", kaifeng, 4, &["文明通许交通", "重复"], |m| {
        let rows = &mut m.sheet("存在问题").rows;
        let mut again = rows[0].clone();
        again[0] = (rows.len() + 1).to_string();
        rows.push(again);
    }),
    error("同一单位两行", kaifeng, 4, &["龙亭区", "重复"], |m| {
        m.sheet("信息报送（各县区）").set(0, "单位", "龙亭区");
    }),
    error("同一网站同一问题两行", kaifeng, 4, &["甲网"], |m| {
        let rows = &mut m.sheet("网站问题").rows;
        rows[1] = rows[0].clone();
    }),
    warning("同名同平台", kaifeng, 4, &["兰考审计", "市公安局"], |m| {
        let rows = &mut m.sheet("存在问题").rows;
        let mut other = rows.iter().find(|row| row[1] == "兰考审计").unwrap().clone();
        (other[0], other[2]) = ((rows.len() + 1).to_string(), "市公安局".to_owned());
        rows.push(other);
    }),
    warning("两张名单都列", kaifeng, 5, &["通许县竖岗镇人民政府"], |m| {
        let mut row = m.sheet("不合格").rows[0].clone();
        let rows = &mut m.sheet("存在问题").rows;
        row[0] = (rows.len() + 1).to_string();
        rows.push(row);
    }),
    error("分数与扣分", jiyuan, 6, &["丙在线", "80", "85"], |m| m.sheet("存在问题").set(2, "分数", "80")),
    error("扣分与次数", jiyuan, 6, &["丙在线", "发现3次", "15", "14"], |m| {
        m.sheet("存在问题").set(2, "存在问题", "“两微一端”每周更新的内容少于2次,发现3次(扣14分)");
    }),
    error("得分", shangnan, 7, &["富水镇", "39", "38"], |m| m.sheet("报送得分（镇办）").set(1, "得分", "39")),
    error("得分乱了次序", shangnan, 7, &["试马镇", "100", "0.2"], |m| {
        m.sheet("报送得分（镇办）").set(4, "得分", "100")
    }),
    error("总分", yanshi, 7, &["教体局", "95.5", "85.5"], |m| {
        m.sheet("综合得分（区直单位）").set(2, "总分", "95.5")
    }),
    error("单项得分", yanshi, 7, &["岳滩镇", "99", "98"], |m| {
        m.sheet("全年得分（各镇街道）").set(1, "政务信息公开得分", "30")
    }),
    error("合格数与名单", kaifeng, 8, &["相差2个", "1个"], |m| m.say("合格310个", "合格309个")),
    error("合格加不合格", platforms, 8, &["310", "11", "322"], |m| m.say("不合格12个", "不合格11个")),
    error("检查比运行多", platforms, 8, &["322", "320"], |m| m.say("媒体330个", "媒体320个")),
    error("网站数与表", jiyuan, 8, &["合格", "2个", "1个"], |m| {
        m.sheet("网站检查").set(1, "检查结果", "不合格")
    }),
    error("表里合格加不合格", platforms, 8, &["77", "72", "78"], |m| {
        m.sheet("平台合格率").rows.pop();
        m.sheet("平台合格率").set(1, "不合格", "6");
    }),
    error("其中几个两张名单都列", both_lists, 8, &["2个", "1个"], |m| m.say("其中1个", "其中2个")),
    error("报送合计", kaifeng, 9, &["1372", "1371"], |m| m.say("1371条", "1372条")),
    error("一行的报送数", kaifeng, 9, &["1371", "1381"], |m| {
        m.sheet("信息报送（各县区）").set(0, "报送信息", "210")
    }),
    error("合计行", shangnan, 9, &["161", "160"], |m| m.sheet("报送得分（部门）").set(3, "报送信息", "161")),
    error("条数写成汉字", shangnan_short, 9, &["三十", "汉字"], |m| {
        m.sheet("报送得分（镇办）").set(0, "报送信息", "三十")
    }),
    error("条数是负的", shangnan_short, 9, &["-30", "比0还少"], |m| {
        m.sheet("报送得分（镇办）").set(0, "报送信息", "-30")
    }),
    warning("加分算进条数", kaifeng, 10, &["30条"], |m| {
        m.sheet("信息报送（市直各单位）").note = Some("(市水利局信息报送加30条)".to_owned());
    }),
    error("采用率", kaifeng, 11, &["79.8%", "1086÷1371", "79.2%"], |m| m.say("79.2%", "79.8%")),
    error("办结率", kaifeng_letters, 11, &["95%", "119÷120", "99%"], |m| m.say("率为99%", "率为95%")),
    error("有不合格却是100%", kaifeng, 11, &["100%", "310÷311", "99%"], |m| m.say("率为99%", "率为100%")),
    error("平台合格率", platforms, 11, &["微信公众号", "95.60%", "193÷200"], |m| {
        m.sheet("平台合格率").set(0, "合格率", "95.60%")
    }),
    warning("正文简称", kaifeng, 15, &["市交通局", "市交通运输局"], |m| {
        m.say("市水利局、", "市交通局、")
    }),
    error("排名并列", shangnan, 13, &["清油河镇", "4", "3"], |m| {
        m.sheet("报送得分（镇办）").set(3, "排名", "4")
    }),
    error("排名跳号", shangnan, 13, &["县水利局", "3", "2"], |m| {
        m.sheet("报送得分（部门）").set(1, "排名", "3")
    }),
    error("序号漏号", kaifeng, 14, &["6", "5"], |m| m.sheet("存在问题").set(4, "序号", "6")),
    not_in_json(error("附件的编号", kaifeng_listed, 14, &["附件4", "附件3"], |m| {
        m.sheet("存在问题").title = "附件4　2022年6月份存在问题的政务新媒体名单".to_owned();
    })),
    error("不按注明的次序", yanshi, 14, &["缑氏镇", "41"], |m| {
        let rows = &mut m.sheet("全年得分（各镇街道）").rows;
        let row = rows.remove(2);
        rows.push(row);
    }),
    warning("一行不在位置上", jiyuan, 14, &["审计局"], |m| {
        let rows = &mut m.sheet("专栏条数（部门）").rows;
        rows[7][2] = "70".to_owned();
    }),
    error("三项都是0", kaifeng, 18, &["市水利局", "现有0个"], |m| {
        m.sheet("公开平台").set(0, "已建设符合", "0")
    }),
    error("两项都是1", kaifeng, 18, &["市水利局", "现有2个"], |m| m.sheet("公开平台").set(0, "未建设", "1")),
    error("空着的一格", kaifeng, 18, &["市水利局", "检索"], |m| m.sheet("公开平台").set(0, "检索", "")),
    error("符合却有说明", kaifeng, 18, &["市水利局", "缺少政策栏目"], |m| {
        m.sheet("公开平台").set(0, "异常情况说明", "缺少政策栏目");
    }),
    warning("同一单位两种写法", kaifeng, 19, &["市医保局", "市医疗保障局"], |m| {
        m.sheet("公开平台").set(1, "填报单位", "市医保局");
    }),
    error("末更新", kaifeng, 20, &["末", "未"], |m| m.sheet("网站问题").set(0, "问题类型", "超过2周末更新")),
    warning("保障保障局", kaifeng, 21, &["保障"], |m| {
        m.sheet("信息报送（市直各单位）").set(1, "单位", "市民政社会保障保障局");
        m.sheet("公开平台").set(1, "填报单位", "市水利局二处");
        m.say("市医疗保障局", "市水利局");
    }),
    warning("文旅局局", kaifeng, 21, &["局"], |m| m.sheet("存在问题").set(4, "政务新媒体", "兰考交警局局")),
    warning("文号", kaifeng, 22, &["20号", "19号"], |m| m.say("19号", "20号")),
    warning("撤并的单位", kaifeng, 23, &["兰考工商局"], |m| {
        m.sheet("存在问题").set(4, "政务新媒体", "兰考工商局")
    }),
    error("空着的主管单位", kaifeng, 24, &["兰考交警", "主管单位"], |m| {
        m.sheet("存在问题").set(4, "主管单位", "")
    }),
    error("掉了的名次", shangnan, 24, &["富水镇", "排名"], |m| {
        m.sheet("报送得分（镇办）").set(1, "排名", "")
    }),
    error("没有填的空", kaifeng, 24, &["____"], |m| m.paragraphs.push("请于____前反馈。".to_owned())),
    error("无法判定", kaifeng, 24, &["无法判定"], |m| m.paragraphs.push("另有账号无法判定。".to_owned())),
    warning("公开件里的手机号码", shangnan, 25, &["手机"], |m| {
        m.paragraphs.push("联系电话：13800000000。".to_owned())
    }),
];

/// 100% beside a failure is wrong whatever else is; what rests on counts that do not hold is named.
#[test]
fn no_rate_is_passed_over_in_silence() {
    let told_of = |old: &str, new: &str| {
        let mut model = kaifeng();
        model.say(old, new);
        model.lint(Form::Docx)
    };
    let linted = told_of("合格310个，合格率为99%", "合格311个，合格率为100%，不合格2个");
    let is_rate = |one: &&super::Finding| one.check == 11 && one.what.contains("100%") && one.what.contains("2个");
    assert!(linted.findings.iter().any(|one| is_rate(&one)), "{}", told(&linted.findings));
    let linted = told_of("合格310个，合格率为99%", "合格311个，合格率为98%，不合格2个");
    assert!(linted.skipped.iter().any(|what| what.contains("合格率98%")), "{:?}", linted.skipped);
}

#[test]
fn on_clean_papers_there_is_silence() {
    for (name, model) in models::all() {
        for form in FORMS {
            let linted = model.lint(form);
            assert!(linted.findings.is_empty(), "{name} {form:?}:\n{}", told(&linted.findings));
        }
    }
}

#[test]
fn every_planted_error_is_found_and_nothing_else() {
    let mut wrong = Vec::new();
    for case in CASES {
        let mut model = (case.model)();
        (case.damage)(&mut model);
        for form in FORMS.into_iter().filter(|form| case.in_json || *form != Form::Json) {
            let mut linted = model.lint(form);
            // What the undamaged paper draws too, such as an account in both lists, is not of the damage.
            let before = (case.model)().lint(form).findings;
            linted.findings.retain(|one| !before.contains(one));
            let is_it = matches!(&linted.findings[..], [one] if one.check == case.check && one.level == case.level
                && case.says.iter().all(|word| one.to_string().contains(word)));
            if !is_it {
                wrong.push(format!(
                    "{} {form:?}, wanted [{}] {:?}:\n{}",
                    case.name,
                    case.check,
                    case.says,
                    told(&linted.findings)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

/// Every check that the manual promises has a damage that it finds.
#[test]
fn every_check_that_is_promised_is_tried() {
    let tried: std::collections::BTreeSet<u8> = CASES.iter().map(|case| case.check).collect();
    let without = [12, 16, 17];
    let promised: Vec<u8> = (1..=25).filter(|check| !without.contains(check)).collect();
    assert_eq!(tried.into_iter().collect::<Vec<_>>(), promised);
}
