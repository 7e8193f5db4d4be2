//! The forms themselves, as data.

use super::form::{Form, FormColumn, Role, Subtitle};

const fn column(names: &'static [&'static str], role: Role) -> FormColumn {
    FormColumn { names, printed_as: &[], role }
}

const SEQ: FormColumn = column(&["序号", "no", "编号"], Role::Seq);
const SUPERVISOR: FormColumn = column(&["主管单位", "supervisor", "主办单位"], Role::Text);
const OFFICE: FormColumn = FormColumn {
    names: &["单位", "office", "单位名称", "报送单位", "镇办", "镇办名称", "县区", "县区名称"],
    printed_as: &["单 位", "镇 办", "单位名称"],
    role: Role::Office,
};

const PLAIN: Form = Form {
    word: "",
    chinese: "",
    title: "",
    subtitle: Subtitle::None,
    columns: &[],
    printed: &[],
    sort: &[],
    once: 0,
    groups: &[],
    note: "",
    repeats: false,
    exclusive: &[],
    shares: false,
    is_blank: false,
    decimals: None,
};

const SITE: FormColumn = column(&["网站名称", "site", "网站"], Role::Office);

const TALLY: &[FormColumn] = &[
    SEQ,
    OFFICE,
    column(&["报送信息", "reported", "报送", "报送条数", "报送数", "上报信息", "上报"], Role::Count),
    column(&["采用信息", "adopted", "采用", "采用条数", "采用数"], Role::Count),
    column(&["采用率", "rate"], Role::Rate(3, 2)),
    column(&["得分", "score", "分数"], Role::Score),
    column(&["排名", "rank", "名次"], Role::Rank(5)),
];

const UNIT: FormColumn = column(&["单位名称", "office", "单位"], Role::Office);
const PARTS: [FormColumn; 4] = [
    column(&["公共服务得分", "service", "公共服务"], Role::Points),
    column(&["交流互动得分", "dialogue", "交流互动"], Role::Points),
    column(&["网站建设及安全得分", "building", "网站建设及安全"], Role::Points),
    column(&["政务信息公开得分", "disclosure", "政务信息公开"], Role::Points),
];
const SCORES: &[FormColumn] = &[
    UNIT,
    PARTS[0],
    PARTS[1],
    PARTS[2],
    PARTS[3],
    column(&["总分", "total", "合计得分"], Role::Total),
    column(&["排名", "rank", "名次"], Role::Rank(5)),
];
const SCORES_OF_YEAR: &[FormColumn] = &[
    UNIT,
    PARTS[0],
    PARTS[1],
    PARTS[2],
    PARTS[3],
    column(
        &[
            "{月}份总分",
            "当月总分",
            "total",
            "总分",
            "当月份总分",
            "本季度总分",
            "1月份总分",
            "2月份总分",
            "3月份总分",
            "4月份总分",
            "5月份总分",
            "6月份总分",
            "7月份总分",
            "8月份总分",
            "9月份总分",
            "10月份总分",
            "11月份总分",
            "12月份总分",
        ],
        Role::Total,
    ),
    column(&["全年总分", "year_total", "年度总分"], Role::Given),
    column(&["排名", "rank", "名次"], Role::Rank(6)),
];

const FLAGS: &[FormColumn] = &[
    column(&["填报单位", "office", "单位", "单位名称"], Role::Office),
    column(&["首页直接入口", "entrance", "首页入口"], Role::Flag),
    column(&["未建设", "missing"], Role::Flag),
    column(&["已建设不符合", "not_conforming"], Role::Flag),
    column(&["已建设符合", "conforming"], Role::Flag),
    column(&["检索", "search"], Role::Flag),
    column(&["查阅", "reading"], Role::Flag),
    column(&["更新情况", "updated"], Role::Flag),
    column(&["异常情况说明", "remark", "备注"], Role::Remark),
];

/// Every form. The order is that of the attachments; ours stand before 信息报送.
pub(super) static FORMS: &[Form] = &[
    Form {
        word: "site-problems",
        chinese: "网站问题",
        title: "{period}存在问题的网站名单",
        subtitle: Subtitle::Checks,
        columns: &[
            SEQ,
            SITE,
            SUPERVISOR,
            column(&["问题栏目", "section", "栏目"], Role::Text),
            column(&["问题类型", "problem", "问题类别"], Role::Text),
        ],
        printed: &["序号", "网站名称", "主管单位", "问题栏目", "问题类型"],
        once: 3,
        repeats: true,
        ..PLAIN
    },
    Form {
        word: "site-results",
        chinese: "网站检查",
        title: "{period}政府网站检查情况",
        columns: &[
            SEQ,
            SITE,
            column(&["检查结果", "result", "结果"], Role::OneOf(&["合格", "不合格"])),
            column(&["存在问题", "problems", "存在的问题"], Role::Remark),
        ],
        printed: &["序号", "网站名称", "检查结果", "存在问题"],
        ..PLAIN
    },
    Form {
        word: "tally",
        chinese: "信息报送",
        title: "{period}{name}信息报送情况",
        columns: TALLY,
        printed: &["序号", "单位", "报送信息", "采用信息"],
        sort: &["采用信息", "报送信息"],
        ..PLAIN
    },
    Form {
        word: "tally-scores",
        chinese: "报送得分",
        title: "{period}{name}信息报送情况",
        columns: TALLY,
        printed: &["单位", "报送信息", "采用信息", "得分", "排名"],
        sort: &["得分"],
        note: "注:每上报一条信息计{reported}分,采用一条信息计{adopted}分。",
        ..PLAIN
    },
    Form {
        word: "scores",
        chinese: "综合得分",
        title: "{period}{name}综合得分情况",
        columns: SCORES,
        printed: &["单位名称", "公共服务得分", "交流互动得分", "网站建设及安全得分", "政务信息公开得分", "总分"],
        sort: &["总分"],
        ..PLAIN
    },
    Form {
        word: "scores-year",
        chinese: "全年得分",
        title: "{period}{name}综合得分情况",
        columns: SCORES_OF_YEAR,
        printed: &[
            "单位名称",
            "公共服务得分",
            "交流互动得分",
            "网站建设及安全得分",
            "政务信息公开得分",
            "{月}份总分",
            "全年总分",
        ],
        sort: &["全年总分"],
        note: "注：按全年总分进行排名。",
        ..PLAIN
    },
    Form {
        word: "columns",
        chinese: "专栏条数",
        title: "{period}政务公开专栏检查情况",
        subtitle: Subtitle::Name,
        columns: &[
            SEQ,
            FormColumn {
                names: &["单位名称", "office", "单位", "镇办名称", "镇办"],
                printed_as: &["镇办名称"],
                role: Role::Office,
            },
            FormColumn {
                names: &["公开条数", "published", "公开数量", "条数"],
                printed_as: &["公开数量"],
                role: Role::Count,
            },
        ],
        printed: &["序号", "单位名称", "公开条数"],
        sort: &["公开条数"],
        shares: true,
        ..PLAIN
    },
    Form {
        word: "platforms",
        chinese: "公开平台",
        title: "政府信息公开平台建设情况",
        columns: FLAGS,
        printed: &[
            "填报单位",
            "首页直接入口",
            "未建设",
            "已建设不符合",
            "已建设符合",
            "检索",
            "查阅",
            "更新情况",
            "异常情况说明",
        ],
        groups: &[("", 2), ("是否符合标准格式", 3), ("功能", 2), ("", 2)],
        exclusive: &["未建设", "已建设不符合", "已建设符合"],
        ..PLAIN
    },
    Form {
        word: "bonus",
        chinese: "加减分",
        title: "{period}加减分情况",
        columns: &[
            SEQ,
            UNIT,
            column(&["分值", "points", "加减分", "得分"], Role::Signed),
            column(&["事由", "reason", "原因", "说明"], Role::Text),
        ],
        printed: &["序号", "单位名称", "分值", "事由"],
        note: "注：加减分单独列出，没有计入报送、采用的条数。",
        repeats: true,
        ..PLAIN
    },
    Form {
        word: "problems",
        chinese: "问题账号",
        title: "{period}存在问题的政务新媒体",
        columns: &[
            column(&["新媒体类型", "platform", "平台类型", "平台"], Role::Text),
            column(&["新媒体名称", "account", "账号名称", "名称"], Role::Office),
            column(&["责任单位", "office", "主管单位", "主办单位"], Role::Text),
            column(&["问题类别", "problem", "问题"], Role::Text),
            column(&["检查时更新日期", "last_update", "更新日期"], Role::Remark),
        ],
        printed: &["新媒体类型", "新媒体名称", "责任单位", "问题类别", "检查时更新日期"],
        repeats: true,
        ..PLAIN
    },
    Form {
        word: "published",
        chinese: "发布条数",
        title: "{period}政务新媒体信息发布情况",
        subtitle: Subtitle::Span,
        columns: &[
            SEQ,
            column(&["主办单位", "office", "单位"], Role::Text),
            column(&["新媒体名称", "account", "账号名称", "名称"], Role::Office),
            column(&["发布条数", "published", "条数"], Role::Count),
        ],
        printed: &["序号", "主办单位", "新媒体名称", "发布条数"],
        repeats: true,
        ..PLAIN
    },
    Form {
        word: "regions",
        chinese: "地区数量",
        title: "{period}各县(市、区)政务新媒体数量",
        columns: &[
            SEQ,
            column(&["县(市、区)", "region", "县区", "地区", "单位"], Role::Office),
            column(&["数量", "count", "账号数量", "个数"], Role::Count),
        ],
        printed: &["序号", "县(市、区)", "数量"],
        ..PLAIN
    },
    Form {
        word: "platform-rates",
        chinese: "平台合格率",
        title: "{period}各平台合格率",
        columns: &[
            column(&["平台", "platform", "平台类型"], Role::Office),
            column(&["检查", "checked", "检查个数", "检查数"], Role::Count),
            column(&["合格", "passed", "合格个数", "合格数"], Role::Count),
            column(&["合格率", "rate"], Role::Rate(2, 1)),
        ],
        printed: &["平台", "检查", "合格", "合格率"],
        decimals: Some(2),
        ..PLAIN
    },
    Form {
        word: "contacts",
        chinese: "联系表",
        title: "政务新媒体分管领导和管理人员登记表",
        columns: &[
            SEQ,
            column(&["单位名称 (加盖公章)"], Role::Remark),
            column(&["分管领导"], Role::Remark),
            column(&["职务"], Role::Remark),
            column(&["联系电话 (手机和固话)"], Role::Remark),
            column(&["管理人员姓名"], Role::Remark),
            column(&["职务"], Role::Remark),
            column(&["联系电话 (手机和固话)"], Role::Remark),
            column(&["QQ号码"], Role::Remark),
        ],
        is_blank: true,
        ..PLAIN
    },
];
