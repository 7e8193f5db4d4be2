//! What a profile's 通报 says and in which order, as data: title, sections, sentences, lists. Pure values;
//! the files that hold them are read by `config`, and `period` composes by them.

use super::figures::FIGURES;
use crate::wording::BLANK;

/// What a month's or a quarter's paper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The title.
    pub title: String,
    /// Its sections, in the order in which they print.
    pub sections: Vec<ScriptSection>,
    /// The sentences.
    pub phrases: Phrases,
    /// Sentences that name accounts.
    pub named: Vec<Naming>,
    /// The lists of findings.
    pub lists: Vec<ListForm>,
}

/// A section: its heading, and what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptSection {
    /// Without its number; `None`: what stands here has no heading.
    pub heading: Option<String>,
    /// What stands below it, in order.
    pub parts: Vec<Piece>,
}

/// One thing that a paper may say. What no section names is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// 开头: on which basis, and what was done.
    Opening,
    /// 总体: totals and rates.
    Overall,
    /// 各平台: each platform in a sentence.
    Platforms,
    /// 各平台表: the same as a table.
    PlatformTable,
    /// 各单位: the offices with findings, in a sentence.
    Offices,
    /// 各单位表: every office, as a table.
    OfficeTable,
    /// 点名: the sentences that name accounts.
    Named,
    /// 表扬: who has improved, who updated on the day of the reminder.
    Praise,
    /// 提醒: how many reminders have left.
    Reminders,
    /// 名单: the lists of findings.
    Lists,
    /// 无法判定: what could not be decided, as a table.
    Unclear,
    /// 关停公告: who is about to close, as a table.
    Closing,
    /// 不参评: who was left out, as a table.
    Exempt,
}

/// Sentences with fields in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrases {
    /// [`Piece::Opening`].
    pub opening: String,
    /// [`Piece::Overall`].
    pub overall: String,
    /// Around the platforms, which stand for `{各项}`.
    pub platforms: String,
    /// One platform.
    pub platform: String,
    /// Around the offices, which stand for `{各项}`.
    pub offices: String,
    /// One office.
    pub office: String,
    /// Who had a finding in the period before and none in this one.
    pub praise_steady: String,
    /// Who updated on the day of a reminder.
    pub praise_prompt: String,
    /// [`Piece::Reminders`].
    pub reminders: String,
}

/// A sentence that names accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Which.
    pub of: Held,
    /// The sentence around their names, which stand for `{名单}`.
    pub text: String,
    /// What is said when there are none; `None`: nothing.
    pub none: Option<String>,
    /// How one is named.
    pub name: String,
}

/// Which accounts a list or a sentence holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// 不合格.
    Failed,
    /// Those that missed a week and are to be named for it.
    Problem,
}

/// A list of findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListForm {
    /// Name of its sheet and of its array in JSON.
    pub key: String,
    /// Whom it holds.
    pub of: Vec<Held>,
    /// The title, without the number of its attachment.
    pub title: String,
    /// The number of its attachment; `None`: it has none.
    pub annex: Option<usize>,
    /// The line below the title.
    pub subtitle: Option<String>,
    /// What its columns hold, each with its heading.
    pub columns: Vec<(Column, String)>,
    /// The order of its rows.
    pub order: Order,
}

/// What a column of a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// 序号.
    Seq,
    /// 政务新媒体.
    Account,
    /// 主管单位; 主办单位 where that is blank.
    Supervisor,
    /// 主办单位.
    Office,
    /// 平台类型.
    Platform,
    /// 问题类型.
    Label,
    /// 分数.
    Score,
    /// 检查结果.
    Grade,
    /// 不足周数: missed weeks of the row.
    Weeks,
    /// 扣分: points off for them.
    Deducted,
    /// 应更新次数.
    Required,
    /// 已更新次数.
    Seen,
    /// 检查区间: the weeks of the row.
    Windows,
    /// 检查时更新日期: the last update before the check (documents.md, "Other attachments seen").
    LastUpdate,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By platform, then as the list of accounts has them.
    Platform,
    /// As the list of accounts has them.
    Account,
    /// By office as the list of accounts first names them.
    Office,
    /// The lowest score first.
    Score,
}

impl Piece {
    /// Every part with its word in profiles.
    pub const WORDS: [(&str, Piece); 13] = [
        ("开头", Piece::Opening),
        ("总体", Piece::Overall),
        ("各平台", Piece::Platforms),
        ("各平台表", Piece::PlatformTable),
        ("各单位", Piece::Offices),
        ("各单位表", Piece::OfficeTable),
        ("点名", Piece::Named),
        ("表扬", Piece::Praise),
        ("提醒", Piece::Reminders),
        ("名单", Piece::Lists),
        ("无法判定", Piece::Unclear),
        ("关停公告", Piece::Closing),
        ("不参评", Piece::Exempt),
    ];
}

impl Piece {
    /// Whether it prints as tables, also when nothing was checked.
    pub(super) const fn is_table(self) -> bool {
        matches!(self, Piece::Lists | Piece::Unclear | Piece::Closing | Piece::Exempt)
    }
}

impl Column {
    /// Every column with its usual heading, which is its word in profiles.
    pub const WORDS: [(&str, Column); 14] = [
        ("序号", Column::Seq),
        ("政务新媒体", Column::Account),
        ("主管单位", Column::Supervisor),
        ("主办单位", Column::Office),
        ("平台类型", Column::Platform),
        ("问题类型", Column::Label),
        ("分数", Column::Score),
        ("检查结果", Column::Grade),
        ("不足周数", Column::Weeks),
        ("扣分", Column::Deducted),
        ("应更新次数", Column::Required),
        ("已更新次数", Column::Seen),
        ("检查区间", Column::Windows),
        ("检查时更新日期", Column::LastUpdate),
    ];

    /// Whether it speaks of single weeks, and so of nothing where an account failed by silence.
    pub const fn is_of_weeks(self) -> bool {
        matches!(self, Column::Weeks | Column::Deducted | Column::Required | Column::Seen | Column::Windows)
    }
}

/// Fields of a group: a platform or an office.
pub const GROUP_FIELDS: [&str; 8] = ["正在运行", "检查", "检查率", "合格", "合格率", "不合格", "存在问题", "无法判定"];

/// Fields of one account in a sentence that names it.
pub const NAME_FIELDS: [&str; 5] = ["账号", "平台", "单位", "问题", "分数"];

impl Script {
    /// Whether any section says that.
    pub fn says(&self, part: Piece) -> bool {
        self.sections.iter().any(|section| section.parts.contains(&part))
    }
}

/// What holds where a profile says nothing: the words of 通用.
impl Default for Script {
    fn default() -> Script {
        let section =
            |heading: &str, parts: &[Piece]| ScriptSection { heading: Some(heading.to_owned()), parts: parts.to_vec() };
        Script {
            title: "{地区}{周期}政务新媒体检查情况".to_owned(),
            sections: vec![
                ScriptSection { heading: None, parts: vec![Piece::Opening] },
                section("总体情况", &[Piece::Overall, Piece::Platforms, Piece::Reminders, Piece::Praise]),
                section("检查结果", &[Piece::Lists, Piece::Unclear, Piece::Closing, Piece::Exempt]),
            ],
            phrases: Phrases::default(),
            named: Vec::new(),
            lists: vec![ListForm::usual(Held::Failed), ListForm::usual(Held::Problem)],
        }
    }
}

impl Default for Phrases {
    fn default() -> Phrases {
        let [opening, overall, platforms, platform, offices, office, praise_steady, praise_prompt, reminders] = [
            "根据{依据}要求，对{全地区}政务新媒体开展了{周期}检查。现将有关情况通报如下：",
            "{全地区}正在运行的政务新媒体共计{正在运行}个，检查{检查}个，检查率{检查率}{其余}。经检查，合格{合格}个，合格率为{合格率}；不合格{不合格}个，合格但存在问题{存在问题}个。",
            "分平台看：{各项}。",
            "{平台}检查{检查}个，合格{合格}个，合格率{合格率}",
            "查出问题的单位：{各项}。",
            "{单位}（不合格{不合格}个，存在问题{存在问题}个）",
            "上期查出问题、本期每次检查均达标的{个数}个：{名单}。",
            "收到提醒后当日更新、本期未查出问题的{个数}个：{名单}。",
            "本期共发出提醒{提醒条数}条，涉及账号{提醒账号}个，其中告警提醒{告警提醒}次、更新提醒{更新提醒}次。",
        ]
        .map(str::to_owned);
        Phrases { opening, overall, platforms, platform, offices, office, praise_steady, praise_prompt, reminders }
    }
}

impl ListForm {
    /// Annexes 1 and 2: a table that is imported before them moves them on.
    pub fn usual(held: Held) -> ListForm {
        let (key, annex) = match held {
            Held::Failed => ("不合格", 1),
            Held::Problem => ("存在问题", 2),
        };
        ListForm {
            key: key.to_owned(),
            of: vec![held],
            title: format!("{{周期}}{key}的政务新媒体名单"),
            annex: Some(annex),
            subtitle: Some("{检查日期}".to_owned()),
            columns: ListForm::usual_columns(),
            order: Order::Platform,
        }
    }

    /// 序号·政务新媒体·主管单位·平台类型·问题类型.
    pub fn usual_columns() -> Vec<(Column, String)> {
        let usual = [Column::Seq, Column::Account, Column::Supervisor, Column::Platform, Column::Label];
        let words = Column::WORDS.into_iter().filter(|(_, column)| usual.contains(column));
        words.map(|(word, column)| (column, word.to_owned())).collect()
    }
}

/// The names in braces of a text, in order; an unclosed brace gives what follows it.
pub fn fields_of(text: &str) -> Vec<&str> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest)).collect()
}

/// The text with every field filled in; one without a value is a blank that nobody overlooks.
pub(super) fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = text.split('{');
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        said.push_str(&value(name).unwrap_or_else(|| BLANK.to_owned()));
        said.push_str(rest);
    }
    said
}

/// The fields of a whole paper with those that only one sentence has.
pub fn known_fields<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FIGURES.iter().copied().chain(more.iter().copied()).collect()
}
