//! What `source` and `plugin` take. Help is Chinese: operators read it.

use clap::{Args, Subcommand};

/// What can be done with sources.
#[derive(Subcommand, Debug)]
pub enum SourceVerb {
    /// 列出全部来源：种类、账号数、能证明什么、多久看一次
    List,
    /// 各来源的现状；写上名字就列出看不成的账号和处理办法
    Status {
        /// 来源的名字
        name: Option<String>,
    },
    /// 试一个来源：核对凭据，真去看一个账号，什么也不保存
    Test(SourceTest),
}

/// What `source test` takes.
#[derive(Args, Debug)]
pub struct SourceTest {
    /// 来源的名字
    pub name: String,
    /// 看哪个账号（账号名称或标识）；不写就看用这个来源的第一个账号
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// 同名账号用平台区分；与 --id 同用时是这个标识所在的平台
    #[arg(long, value_name = "P")]
    pub platform: Option<String>,
    /// 用这个来源参数去看，台账里没有也可以
    #[arg(long, value_name = "KEY")]
    pub id: Option<String>,
}

/// What can be done with collectors.
#[derive(Subcommand, Debug)]
pub enum PluginVerb {
    /// 按采集协议第1版试一个采集程序：依次运行 describe、check、list，什么也不保存
    Test(PluginTest),
}

/// What `plugin test` takes.
#[derive(Args, Debug)]
pub struct PluginTest {
    /// 采集程序的名字（配置里 [collectors.名字]）
    pub name: String,
    /// 看哪个账号（账号名称或标识），可写多次；不写就看用它的前三个账号
    #[arg(long = "account", value_name = "NAME")]
    pub accounts: Vec<String>,
    /// 看台账里没有的账号，写成 平台:标识，可写多次
    #[arg(long = "id", value_name = "PLATFORM:KEY")]
    pub ids: Vec<String>,
    /// 要求看到多久以前；不写就与平时一样
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
}
