//! What `letters` and `outbox` take.

use crate::answer::Word;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with letters.
#[derive(Subcommand, Debug)]
pub enum LettersVerb {
    /// 看看今后七天会发什么、给谁、何时发；不保存也不发
    Preview {
        /// 假定现在是何时
        #[arg(long, value_name = "T")]
        at: Option<String>,
        /// 把每封信写到这个空目录（.txt、.html、.eml）
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// 待电话通知清单：没有邮箱或信没有送到的
    Calls {
        /// 写成可打印的表格（A4横向）
        #[arg(long, value_name = "FILE.xlsx")]
        out: Option<PathBuf>,
    },
    /// 写出自带的信件模板，供单位改写
    Templates {
        /// 写到这个目录；已有的文件不覆盖
        #[arg(long, value_name = "DIR")]
        export: PathBuf,
    },
    /// 发一封测试信，并显示邮件服务器的原话
    Test {
        /// 收件地址
        address: String,
    },
    /// 用一座虚构的城把配置里的提醒阶梯演算一年：每月多少封、给谁，并逐条核对承诺
    Year {
        /// 哪一年（放假安排要已录入）
        #[arg(long, default_value_t = 2026, value_name = "YYYY", value_parser = clap::value_parser!(i32).range(2000..=2100))]
        year: i32,
        /// 多少个账号
        #[arg(long, default_value_t = 311, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=2000))]
        accounts: u16,
        /// 随机数种子；同一个种子结果相同
        #[arg(long, default_value_t = 1, value_name = "N")]
        seed: u64,
    },
}

/// What can be done with the outbox.
#[derive(Subcommand, Debug)]
pub enum OutboxVerb {
    /// 列出信件
    List,
    /// 看一封信的全部
    Show {
        /// 编号（见 outbox list）
        id: i64,
    },
    /// 再发一次：待处理、永久拒收或等待重试的信
    Retry {
        /// 编号
        id: i64,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
    /// 不再发：还没有送出的信
    Cancel {
        /// 编号
        id: i64,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
        /// 理由
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// 从备份恢复以后：看待发的信；写 --by 就放行
    ///
    /// 恢复以后什么信也不发，因为副本之后发出的信，副本里还是待发。不该再发的先用 outbox cancel 取消。
    Release {
        /// 谁负责放行
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: Option<String>,
    },
    /// 收件人确认已经收到：疑似已发或待处理的信
    Arrived {
        /// 编号
        id: i64,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
    /// 登记电话通知，登记后即视为已通知
    Called {
        /// 信件编号（见 letters calls）
        id: i64,
        /// 谁打的电话
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
        /// 何时打的；不写就是现在
        #[arg(long, value_name = "T")]
        at: Option<String>,
        /// 对方怎么说
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// 只登记这个账号（名称或标识，可写多次）；不写就是信中全部账号
        #[arg(long, value_name = "ACCOUNT")]
        account: Vec<String>,
    },
    /// 登记责任单位的回复（电话、回信里说的）
    Answer(AnswerArgs),
    /// 待人工核实的回复已经处理
    Settle {
        /// 回复的编号（见 status）
        id: i64,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
        /// 核实的结果
        #[arg(long, value_name = "TEXT")]
        note: String,
    },
    /// 作废一封信里的回复链接（例如信被转给了不相干的人）
    Revoke {
        /// 信件编号
        id: i64,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
}

/// What `outbox answer` takes.
#[derive(Args, Debug)]
pub struct AnswerArgs {
    /// 信件编号（见 outbox list，也是信末“编号”的最后几位）
    pub id: i64,
    /// 回复：已知晓、已发布请核实或账号已停用
    #[arg(value_name = "回复", value_parser = word)]
    pub word: Word,
    /// 谁登记的
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
    /// 说的是这个账号（名称或标识，可写多次）；信中只有一个账号时，或回复已知晓时，可以不写
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Vec<String>,
    /// 对方给的发布链接
    #[arg(long)]
    pub url: Option<String>,
    /// 对方怎么说
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

fn word(text: &str) -> Result<Word, String> {
    Word::from_chinese(text).ok_or_else(|| "只能写：已知晓、已发布请核实、账号已停用".to_owned())
}
