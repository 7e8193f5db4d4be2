//! What the verbs about people take. Help is Chinese: clerks read it.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with contacts.
#[derive(Subcommand, Debug)]
pub enum ContactVerb {
    /// 导入联系人表（CSV、XLSX）或责任人登记表；有一行不对就整份不导入
    ///
    /// 列：单位、姓名、角色（运维人员、分管领导、主管单位联系人、检查方）、职务、手机、固话、邮箱、QQ、起、止，
    /// 只负责一个账号的另写账号名称和平台。文件里没有的列、没有的人，原样不动；留空的格子会清空该项。
    /// 责任人登记表（分管领导和管理人员并排的那种）直接导入，其中留空的格子不清空已有的登记。
    Import {
        /// 文件
        file: PathBuf,
        /// 只看会改什么，不保存
        #[arg(long)]
        dry_run: bool,
        /// 经手人
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// 导出联系人表，可直接再导入
    Export {
        /// 写到文件（.csv 或 .xlsx）；不写就输出到屏幕
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 列出联系人
    List {
        /// 连同已离任的
        #[arg(long)]
        all: bool,
    },
    /// 换人：从某天起，乙接替甲的全部账号和待发的信
    Replace(ReplaceArgs),
}

/// What `contact replace` takes.
#[derive(Args, Debug)]
pub struct ReplaceArgs {
    /// 离任的人
    #[arg(value_name = "甲")]
    pub old: String,
    /// 接任的人
    #[arg(value_name = "乙")]
    pub new: String,
    /// 接任的第一天
    #[arg(long, value_name = "DATE")]
    pub from: String,
    /// 经手人
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// 只换这个单位的；不写就换甲在所有单位的
    #[arg(long, value_name = "单位")]
    pub office: Option<String>,
    /// 接任的第一天已经过去，确实从那天算起
    #[arg(long)]
    pub past: bool,
    /// How the new one is reached.
    #[command(flatten)]
    pub way: Way,
}

/// How somebody is reached, as far as the command says.
#[derive(Args, Debug, Default)]
pub struct Way {
    /// 接任者的邮箱，可写多次
    #[arg(long, value_name = "ADDRESS")]
    pub mail: Vec<String>,
    /// 接任者的手机
    #[arg(long, value_name = "NUMBER")]
    pub mobile: Option<String>,
    /// 接任者的固话
    #[arg(long, value_name = "NUMBER")]
    pub landline: Option<String>,
    /// 接任者的职务；不写就与前任相同
    #[arg(long, value_name = "TEXT")]
    pub post: Option<String>,
}

/// What `confirm` takes.
#[derive(Args, Debug)]
pub struct ConfirmArgs {
    /// 哪次检查，如 2022-06-27；不写就是安装以来、和正在办的通报的全部检查
    #[arg(long, value_name = "T")]
    pub check: Option<String>,
    /// 只核实这个账号（账号名称或标识）
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub account: Option<String>,
    /// 同名账号用平台区分
    #[arg(long, value_name = "P", requires = "account")]
    pub platform: Option<String>,
    /// 全部确认
    #[arg(long)]
    pub all: bool,
    /// 认定为误报（也可写 --误报）
    #[arg(long = "false", alias = "误报", requires = "reason")]
    pub is_false: bool,
    /// 理由；认定误报时必须写
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// 核实人
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}
