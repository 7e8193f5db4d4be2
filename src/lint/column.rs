//! What the headings of tables mean (documents.md, "Monthly 通报 (开封 form)" to "Other attachments seen").

use super::paper::squeezed;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 序号.
    Seq,
    /// The unit that a row is about.
    Office,
    /// The unit that answers for an account or a site.
    Supervisor,
    /// A website.
    Site,
    /// An account.
    Account,
    /// Its platform.
    Platform,
    /// 问题栏目.
    Section,
    /// 问题类型, 存在问题: words, perhaps with points off.
    Problem,
    /// 检查结果: 合格 or 不合格.
    Outcome,
    /// 报送信息.
    Reported,
    /// 采用信息.
    Adopted,
    /// 分数, 得分.
    Score,
    /// One of several scores that a total adds up.
    Part,
    /// 总分.
    Total,
    /// 全年总分.
    YearTotal,
    /// 排名.
    Rank,
    /// 合格率.
    PassRate,
    /// 检查率.
    CheckRate,
    /// 采用率.
    AdoptRate,
    /// 正在运行.
    Running,
    /// 检查.
    Checked,
    /// 合格.
    Passed,
    /// 不合格.
    Failed,
    /// Another count.
    Count,
    /// 1 or 0.
    Flag,
    /// 1 or 0, and exactly one of them is 1.
    Exclusive,
    /// Points given or taken.
    Signed,
    /// A date.
    Date,
    /// Words that may be missing.
    Remark,
    /// Names, telephones, addresses of people.
    Person,
    /// 核实: whether a finding is settled.
    Verified,
    /// Anything else.
    Unknown,
}

const KNOWN: &[(Kind, &[&str])] = &[
    (Kind::Seq, &["序号", "编号", "no"]),
    (Kind::Office, &["单位", "单位名称", "报送单位", "填报单位", "被检查单位", "部门", "部门名称"]),
    (Kind::Office, &["镇办", "镇办名称", "乡镇", "镇街", "县区", "县区名称", "区县", "地区", "县(市、区)"]),
    (Kind::Supervisor, &["主管单位", "主办单位", "责任单位", "主管部门", "主办部门", "开办单位"]),
    (Kind::Site, &["网站名称", "网站", "政府网站", "政府网站名称", "站点名称"]),
    (Kind::Account, &["政务新媒体", "政务新媒体名称", "新媒体名称", "账号名称", "账号", "名称", "新媒体账号"]),
    (Kind::Platform, &["平台类型", "平台", "类型", "新媒体类型", "账号类型"]),
    (Kind::Section, &["问题栏目", "栏目", "栏目名称"]),
    (Kind::Problem, &["问题类型", "问题类别", "存在问题", "存在的问题", "主要问题", "问题", "问题描述"]),
    (Kind::Outcome, &["检查结果", "结果", "检查结论"]),
    (Kind::Reported, &["报送信息", "报送条数", "报送数", "报送", "上报信息", "上报条数", "报送信息数"]),
    (Kind::Adopted, &["采用信息", "采用条数", "采用数", "采用", "采用信息数"]),
    (Kind::Score, &["得分", "分数", "考核得分", "综合得分", "扣分后得分"]),
    (Kind::Total, &["总分", "总得分", "合计得分", "合计"]),
    (Kind::YearTotal, &["全年总分", "年度总分", "全年得分"]),
    (Kind::Rank, &["排名", "名次", "位次", "排序"]),
    (Kind::PassRate, &["合格率", "达标率"]),
    (Kind::CheckRate, &["检查率", "抽查率"]),
    (Kind::AdoptRate, &["采用率"]),
    (Kind::Running, &["正在运行", "运行", "运行数", "正在运行数"]),
    (Kind::Checked, &["检查", "检查数", "抽查", "抽查数", "检查数量"]),
    (Kind::Passed, &["合格", "合格数", "合格数量"]),
    (Kind::Failed, &["不合格", "不合格数", "不合格数量"]),
    (Kind::Count, &["公开条数", "公开数量", "发布条数", "条数", "数量", "个数"]),
    (Kind::Exclusive, &["未建设", "已建设不符合", "已建设符合"]),
    (Kind::Flag, &["首页直接入口", "检索", "查阅", "更新情况"]),
    (Kind::Signed, &["分值", "加减分"]),
    (Kind::Remark, &["备注", "说明", "异常情况说明", "处理建议", "事由", "原因", "最近一次核实", "最近更新"]),
    (Kind::Person, &["姓名", "联系人", "分管领导", "职务", "责任人", "签字", "管理人员姓名"]),
    (Kind::Verified, &["核实", "核实情况"]),
];

/// Headings that end so; the longer ending stands first.
const ENDINGS: &[(Kind, &[&str])] = &[
    (Kind::YearTotal, &["全年总分", "年度总分"]),
    (Kind::Total, &["总分"]),
    (Kind::Part, &["得分", "评分", "分值"]),
    (Kind::Remark, &["日期", "时间", "说明", "备注", "原因", "建议", "情况"]),
    (Kind::Count, &["条数", "数量", "个数", "次数", "天数", "篇数", "期数"]),
];

impl Kind {
    /// What a heading means.
    pub(super) fn of(heading: &str) -> Kind {
        let heading = plain(heading);
        let known = KNOWN.iter().find(|(_, words)| words.contains(&heading.as_str()));
        if let Some((kind, _)) = known {
            return *kind;
        }
        if ["电话", "手机", "邮箱", "QQ", "姓名", "联系人", "身份证"].iter().any(|word| heading.contains(word))
        {
            return Kind::Person;
        }
        if ["更新日期", "检查日期", "更新时间"].iter().any(|word| heading.ends_with(word)) {
            return Kind::Date;
        }
        let ending = ENDINGS.iter().find(|(_, words)| words.iter().any(|word| heading.ends_with(word)));
        ending.map_or(Kind::Unknown, |(kind, _)| *kind)
    }

    /// Whether its cells are numbers that add up.
    pub(super) const fn adds_up(self) -> bool {
        matches!(
            self,
            Kind::Reported
                | Kind::Adopted
                | Kind::Part
                | Kind::Running
                | Kind::Checked
                | Kind::Passed
                | Kind::Failed
                | Kind::Count
                | Kind::Exclusive
                | Kind::Flag
        )
    }

    /// Whether a row without it is not finished (documents.md, "Consistency checks", row 24).
    pub(super) const fn is_needed(self) -> bool {
        !matches!(
            self,
            Kind::Seq | Kind::Remark | Kind::Date | Kind::Person | Kind::Unknown | Kind::Verified | Kind::Signed
        )
    }
}

/// Without blanks, half width, and without a unit in brackets at the end: 报送信息（条） is 报送信息.
fn plain(heading: &str) -> String {
    let heading = squeezed(heading).replace('（', "(").replace('）', ")");
    match heading.rsplit_once('(') {
        Some((name, unit)) if !name.is_empty() && ["条)", "分)", "个)", "家)", "%)", "次)"].contains(&unit) => {
            name.to_owned()
        }
        _ => heading,
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn headings_as_papers_print_them() {
        for (heading, kind) in [
            ("序 号", Kind::Seq),
            ("单　位", Kind::Office),
            ("名 称", Kind::Account),
            ("县（市、区）", Kind::Office),
            ("报送信息（条）", Kind::Reported),
            ("政务信息公开得分", Kind::Part),
            ("12月份总分", Kind::Total),
            ("全年总分", Kind::YearTotal),
            ("检查时更新日期", Kind::Date),
            ("联系电话 (手机和固话)", Kind::Person),
            ("满14天日期", Kind::Remark),
            ("随便什么", Kind::Unknown),
        ] {
            assert_eq!(Kind::of(heading), kind, "{heading}");
        }
    }
}
