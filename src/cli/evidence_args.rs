//! How evidence is brought in by hand: posts, and who has looked.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with posts.
#[derive(Subcommand, Debug)]
pub enum PostVerb {
    /// 导入发布记录（CSV、XLSX、XLS、JSON）；有一行不对就整份不导入
    ///
    /// 台账格式的发布记录，各平台创作者后台导出的作品表，采集工具写的 .jsonl 和 .json 都可以。
    /// 只写日期的发布只知日期；状态不是公开、已发布、通过的行不导入。同一份文件再导一次不会重复。
    Import(ImportArgs),
    /// 补录一条发布
    Add {
        /// 账号名称或标识
        account: String,
        /// 发布时间，如 2022-06-07T09:05、now；只写日期就只知日期
        #[arg(long, value_name = "T")]
        at: String,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
        /// 同名账号用平台区分
        #[arg(long, value_name = "P")]
        platform: Option<String>,
        /// 标题
        #[arg(long, default_value = "")]
        title: String,
        /// 链接
        #[arg(long)]
        url: Option<String>,
        /// 平台上的发布标识
        #[arg(long)]
        id: Option<String>,
        /// 类型：群发、发布（只有微信公众号分这两种）或转发；不写就是该平台通常的一种
        #[arg(long, value_name = "K", default_value = "")]
        kind: String,
    },
    /// 划去一条发布：由具名的人说明它不算数；--undo 恢复
    Strike(StrikeArgs),
    /// 列出一个账号的发布
    List {
        /// 账号名称或标识
        account: String,
        /// 同名账号用平台区分
        #[arg(long, value_name = "P")]
        platform: Option<String>,
        /// 从何时起；不写就是最近60天
        #[arg(long, value_name = "T")]
        since: Option<String>,
    },
}

/// What `post import` takes.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// 文件
    pub file: PathBuf,
    /// 整份文件都是这个账号的（账号名称或标识）；文件没有账号一列时必须写
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// 同名账号用平台区分
    #[arg(long, value_name = "P", requires = "account")]
    pub platform: Option<String>,
    /// 只看会导入什么，不保存
    #[arg(long)]
    pub dry_run: bool,
    /// 声明：此表包含从这时起（含）到 --all-to 的全部作品；只写日期就是当天0时
    #[arg(long, value_name = "T", requires_all = ["account", "all_to", "by"])]
    pub all_from: Option<String>,
    /// 声明的截止时间（不含）；只写日期就到那一天结束，那一天没过完的到现在为止；不能晚于现在
    #[arg(long, value_name = "T", requires_all = ["account", "all_from", "by"])]
    pub all_to: Option<String>,
    /// 经手人；声明全部作品时必须写
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: Option<String>,
}

/// What `post strike` takes: one post, who says so, and why.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("which").required(true).multiple(true).args(["id", "url", "at"])))]
pub struct StrikeArgs {
    /// 账号名称或标识
    pub account: String,
    /// 平台上的发布标识，或库内编号（见 post list）
    #[arg(long, value_name = "POSTID")]
    pub id: Option<String>,
    /// 链接
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// 发布时间；只写日期就是那一天的，不写秒就是那一分钟的
    #[arg(long, value_name = "T")]
    pub at: Option<String>,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// 理由
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// 同名账号用平台区分
    #[arg(long, value_name = "P")]
    pub platform: Option<String>,
    /// 恢复已划去的发布
    #[arg(long)]
    pub undo: bool,
}

/// What `attest` takes: an account, a file, or one of the verbs below it.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AttestArgs {
    /// 账号名称或标识
    #[arg(required_unless_present = "file")]
    pub account: Option<String>,
    /// 从何时起（含）；只写日期就是当天0时
    #[arg(long, value_name = "T", requires = "account")]
    pub from: Option<String>,
    /// 到何时止（不含）；只写日期就是当天0时（不含那一天，要含请写到 24:00）；不写就是现在
    #[arg(long, value_name = "T", requires = "account")]
    pub to: Option<String>,
    /// 核查人
    #[arg(long, value_name = "NAME", requires = "account", value_parser = super::usage::person)]
    pub by: Option<String>,
    /// 同名账号用平台区分
    #[arg(long, value_name = "P", requires = "account")]
    pub platform: Option<String>,
    /// 从文件登记（CSV、XLSX，列：账号名称、平台、起、止、核查人）；有一行不对就整份不登记
    #[arg(long, value_name = "FILE", conflicts_with = "account")]
    pub file: Option<PathBuf>,
    /// 查看或撤回
    #[command(subcommand)]
    pub verb: Option<AttestVerb>,
}

/// What can be done with attestations.
#[derive(Subcommand, Debug)]
pub enum AttestVerb {
    /// 列出登记过的核查
    List,
    /// 撤回一次核查
    Withdraw {
        /// 编号（见 attest list）
        id: i64,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
}
