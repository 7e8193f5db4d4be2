//! `sheet` as it is written.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with the check sheet.
#[derive(Subcommand, Debug)]
pub enum SheetVerb {
    /// 导出周核查表（XLSX，可直接打印）：没有来源的账号，和那一周待人工核实、无法判定的账号
    Export(SheetExportArgs),
    /// 导入填好的周核查表（XLSX、XLS、CSV）；有一行不对就整份不导入，没签名的行不采用
    ///
    /// 签了名的一行，就是核查人看清了那个账号的一周。周次从表头上面的一行读出，没有的用 --week 写明。
    /// 同一份表再导一次不会重复；改好后再导入，以后一次为准；attest withdraw 可以撤回。
    Import(SheetImportArgs),
}

/// What `sheet export` takes.
#[derive(Args, Debug)]
pub struct SheetExportArgs {
    /// 哪一周，如 2026-W47；不写就是刚结束的一周
    #[arg(long, value_name = "W")]
    pub week: Option<String>,
    /// 列出全部参评账号
    #[arg(long)]
    pub all: bool,
    /// 写到这个文件（.xlsx）；不写就是当前目录的 周核查表-周次.xlsx
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// 文件已经有了也覆盖
    #[arg(long)]
    pub force: bool,
}

/// What `sheet import` takes.
#[derive(Args, Debug)]
pub struct SheetImportArgs {
    /// 填好的表
    pub file: PathBuf,
    /// 哪一周，如 2026-W47；表里写明了的不用写
    #[arg(long, value_name = "W")]
    pub week: Option<String>,
    /// 只看会登记什么，不保存
    #[arg(long)]
    pub dry_run: bool,
}
