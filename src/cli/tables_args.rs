//! `report table` and `report words` as they are written.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with tables that come from elsewhere.
#[derive(Subcommand, Debug)]
pub enum TableVerb {
    /// 导入附表（CSV、XLSX）；有一行不对就整份不导入，同一周期、种类、名称的以后一次为准
    ///
    /// 得分、总分、采用率、排名和行的顺序由系统计算。文件里也写了的，与算出的核对，不一致就不导入，
    /// 逐行列出两个数。种类：网站问题、网站检查、信息报送、报送得分、综合得分、全年得分、专栏条数、
    /// 公开平台、加减分、问题账号、发布条数、地区数量、平台合格率、联系表（空表，不写文件）。
    Import(Box<TableImportArgs>),
    /// 列出导入过的附表
    List {
        /// 只看这个周期，如 2022-06
        #[arg(long, value_name = "P")]
        period: Option<String>,
    },
    /// 看一张附表印出来的样子
    Show(TableName),
    /// 去掉一张附表
    Remove {
        /// 哪一张
        #[command(flatten)]
        which: TableName,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
    /// 写一份空表，照表头填好就能导入
    Template {
        /// 种类
        #[arg(long, value_name = "K")]
        kind: String,
        /// 写到这个文件（.xlsx 或 .csv）；不写就是当前目录的 种类.xlsx
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Which table.
#[derive(Args, Debug)]
pub struct TableName {
    /// 周期，如 2022-06、2022-Q2
    #[arg(long, value_name = "P")]
    pub period: String,
    /// 种类，如 信息报送
    #[arg(long, value_name = "K")]
    pub kind: String,
    /// 同一种有几张时的名称，如 各县区
    #[arg(long, value_name = "NAME", default_value = "")]
    pub name: String,
}

/// What `report table import` takes.
#[derive(Args, Debug)]
pub struct TableImportArgs {
    /// 文件；空表（联系表）不写
    pub file: Option<PathBuf>,
    /// 哪一张
    #[command(flatten)]
    pub which: TableName,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// 标题；不写就用这种附表通常的标题
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// 同一种有几张时排第几；不写就排在已有的后面
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=99))]
    pub place: Option<u16>,
    /// 工作簿里的哪一张工作表；不写就是表头相符的第一张
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// 检查口径，决定分值和小数位数；不写就用配置中的
    #[arg(long, value_name = "P")]
    pub profile: Option<String>,
    /// 得分、总分、排名和行的顺序照原表印出，不一致的只提示
    #[arg(long)]
    pub as_printed: bool,
    /// 只看会怎样，不保存
    #[arg(long)]
    pub dry_run: bool,
}

/// What `report words` takes.
#[derive(Args, Debug)]
pub struct WordsArgs {
    /// 周期，如 2022-06、2022-Q2
    #[arg(long, value_name = "P")]
    pub period: String,
    /// 检查口径；不写就用配置中的
    #[arg(long, value_name = "P")]
    pub profile: Option<String>,
    /// 列出可以用的字段和现在的值
    #[arg(long)]
    pub fields: bool,
}
