//! `bulletin`, `repair` and `dispute` as they are written. Help is Chinese: clerks read it.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with a 通报.
#[derive(Subcommand, Debug)]
pub enum BulletinVerb {
    /// 起草一期通报；已经签发、又有变化的，另起更正稿
    Draft(DraftArgs),
    /// 核对稿：每个单位一份，限期答复；再执行一次就改期限、重写文件
    Review(ReviewArgs),
    /// 登记一个单位对核对稿的答复；写错了的用 --instead-of 更正
    Answer(Box<AnswerArgs>),
    /// 收回一条登记过的答复，写明理由；签发以前可以
    Recall(RecallArgs),
    /// 送审稿：通报、呈批单和问题依据清单
    Submit(SubmitArgs),
    /// 退回草稿，写明理由
    Return(ReturnArgs),
    /// 作废还没有签发的一期（选错了月份、种类），写明理由；这一期可以重新起草
    Discard(ReturnArgs),
    /// 签发：写明文号、日期和签发人；内容、结论和依据从此不变，整改项随之建立
    Issue(Box<IssueArgs>),
    /// 列出各期通报
    List,
    /// 看一期通报到了哪一步；写 --out 就把文件再写一遍
    Show(ShowArgs),
}

/// Which period.
#[derive(Args, Debug)]
pub struct Of {
    /// 周期，如 2022-06、2022-Q2
    #[arg(long, value_name = "P")]
    pub period: String,
}

/// Where files go.
#[derive(Args, Debug)]
pub struct Files {
    /// 格式，可写多个：docx,xlsx,html,json,txt
    #[arg(long, default_value = "docx,xlsx,html", value_name = "F")]
    pub format: String,
    /// 写到这个目录；不写就是当前目录
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}

/// What `bulletin draft` takes.
#[derive(Args, Debug)]
pub struct DraftArgs {
    /// Which period.
    #[command(flatten)]
    pub of: Of,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// 更正的理由；结论没有变化、又要更正的，必须写
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// Where files go.
    #[command(flatten)]
    pub files: Files,
}

/// What `bulletin review` takes.
#[derive(Args, Debug)]
pub struct ReviewArgs {
    /// Which period.
    #[command(flatten)]
    pub of: Of,
    /// 答复的最后一天，如 2022-07-06
    #[arg(long, value_name = "DATE")]
    pub reply_by: String,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// Where files go.
    #[command(flatten)]
    pub files: Files,
}

/// What `bulletin answer` takes.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("word").required(true).args(["agree", "object", "repaired"])))]
pub struct AnswerArgs {
    /// Which period.
    #[command(flatten)]
    pub of: Of,
    /// 哪个单位，照核对稿上的写法
    #[arg(long, value_name = "单位")]
    pub office: String,
    /// 一致；不写 --account 就是该单位的全部账号
    #[arg(long)]
    pub agree: bool,
    /// 有异议，须写明 --account 和 --reason；用 confirm 办结
    #[arg(long, requires_all = ["account", "reason"])]
    pub object: bool,
    /// 已经整改、由 --by 的人看过，须写明 --account、--reason 和 --updated-at
    #[arg(long, requires_all = ["account", "reason", "updated_at"])]
    pub repaired: bool,
    /// 已整改的什么时候恢复更新，如 2022-07-05 或 2022-07-05T10:00
    #[arg(long, value_name = "T", conflicts_with_all = ["agree", "object"])]
    pub updated_at: Option<String>,
    /// 哪个账号（账号名称或标识）
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// 同名账号用平台区分
    #[arg(long, value_name = "P", requires = "account")]
    pub platform: Option<String>,
    /// 理由
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// 该单位由谁答复，如 文旅局办公室
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub said_by: String,
    /// 哪一天答复的；不写就是今天
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// 登记人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// 更正编号是 N 的那条答复（编号见 bulletin show），原来的留在经过里
    #[arg(long, value_name = "N", requires = "why")]
    pub instead_of: Option<i64>,
    /// 为什么更正
    #[arg(long, value_name = "TEXT", requires = "instead_of", value_parser = super::usage::person)]
    pub why: Option<String>,
}

/// What `bulletin recall` takes.
#[derive(Args, Debug)]
pub struct RecallArgs {
    /// 答复的编号（见 bulletin show）
    pub id: i64,
    /// 理由
    #[arg(long, value_name = "TEXT", value_parser = super::usage::person)]
    pub reason: String,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
}

/// What `bulletin submit` takes.
#[derive(Args, Debug)]
pub struct SubmitArgs {
    /// Which period.
    #[command(flatten)]
    pub of: Of,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// 还有单位没有答复核对稿，照样送审；是哪些单位记入审计
    #[arg(long)]
    pub unanswered: bool,
    /// Where files go.
    #[command(flatten)]
    pub files: Files,
}

/// What `bulletin return` and `bulletin discard` take.
#[derive(Args, Debug)]
pub struct ReturnArgs {
    /// Which period.
    #[command(flatten)]
    pub of: Of,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// 理由
    #[arg(long, value_name = "TEXT", value_parser = super::usage::person)]
    pub reason: String,
}

/// What `bulletin issue` takes.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("numbered").required(true).args(["number", "no_number"])))]
pub struct IssueArgs {
    /// Which period.
    #[command(flatten)]
    pub of: Of,
    /// 发文字号，如 汴政办明电〔2022〕28号
    #[arg(long, value_name = "文号")]
    pub number: Option<String>,
    /// 不编文号（在网上公布的通报）
    #[arg(long)]
    pub no_number: bool,
    /// 成文日期，如 2022-07-11
    #[arg(long, value_name = "DATE")]
    pub date: String,
    /// 签发人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// 有账号无法判定仍要签发的理由；这些账号按未检查计算，并在注中写明
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub unclear: String,
    /// 还有单位没有答复核对稿，照样签发；是哪些单位记入审计
    #[arg(long)]
    pub unanswered: bool,
    /// 整改期限；不写就照配置（report.repair_days）
    #[arg(long, value_name = "DATE")]
    pub due: Option<String>,
    /// Where files go.
    #[command(flatten)]
    pub files: Files,
}

/// What `bulletin show` takes.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// Which period.
    #[command(flatten)]
    pub of: Of,
    /// 第几版；不写就是最后一版
    #[arg(long, value_name = "N")]
    pub version: Option<u32>,
    /// 把文件再写一遍，写到这个目录
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// 格式，可写多个：docx,xlsx,html,json,txt
    #[arg(long, default_value = "docx,xlsx,html", value_name = "F", requires = "out")]
    pub format: String,
}

/// What can be done with 整改项.
#[derive(Subcommand, Debug)]
pub enum RepairVerb {
    /// 列出整改项
    List {
        /// 只看这一期通报的
        #[arg(long, value_name = "P")]
        period: Option<String>,
        /// 只看逾期未反馈的
        #[arg(long)]
        overdue: bool,
        /// 连同已整改和已撤销的
        #[arg(long)]
        all: bool,
    },
    /// 看一项的全部经过，和通报以后看到的更新（供复核人参考）
    Show {
        /// 编号（见 repair list）
        id: i64,
    },
    /// 登记一项的整改反馈
    Answer {
        /// 编号（见 repair list）
        id: i64,
        /// 反馈的内容
        #[arg(long, value_name = "TEXT", value_parser = super::usage::person)]
        text: String,
        /// 该单位由谁反馈
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        said_by: String,
        /// 哪一天反馈的；不写就是今天
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
        /// 登记人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
    /// 复核一项：由具名的人写明已整改还是未整改
    ///
    /// 账号恢复更新不等于已整改：repair show 列出通报以后看到的更新，由复核人判断。
    Review {
        /// 编号（见 repair list）
        id: i64,
        /// 已整改 或 未整改
        #[arg(long, value_name = "结果")]
        result: String,
        /// 复核人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
        /// 理由；没有反馈就认定已整改、或改变以前的复核，必须写
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// 延长一项的期限
    Extend {
        /// 编号（见 repair list）
        id: i64,
        /// 新的最后一天
        #[arg(long, value_name = "DATE")]
        until: String,
        /// 理由
        #[arg(long, value_name = "TEXT", value_parser = super::usage::person)]
        reason: String,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
    /// 整改反馈表：每个单位一份，打印后填写
    Print {
        /// Which period.
        #[command(flatten)]
        of: Of,
        /// Where files go.
        #[command(flatten)]
        files: Files,
    },
}

/// What `dispute` takes.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("when").required(true).args(["check", "period"])))]
pub struct DisputeArgs {
    /// 账号名称或标识
    pub account: String,
    /// 同名账号用平台区分
    #[arg(long, value_name = "P")]
    pub platform: Option<String>,
    /// 哪次检查，如 2022-06-27
    #[arg(long, value_name = "T")]
    pub check: Option<String>,
    /// 哪一期通报，如 2022-06
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
    /// Where files go.
    #[command(flatten)]
    pub files: Files,
}
