//! The command line as it is written. Help is Chinese: operators and clerks read it.

use super::alarm::AlarmVerb;
use super::backup::BackupArgs;
use super::bulletin_args::{BulletinVerb, DisputeArgs, RepairVerb};
use super::calendar::CalendarVerb;
pub use super::evidence_args::{AttestArgs, AttestVerb, ImportArgs, PostVerb, StrikeArgs};
use super::letters_args::{LettersVerb, OutboxVerb};
use super::lint::LintArgs;
pub use super::people_args::ConfirmArgs;
use super::people_args::ContactVerb;
use super::profile::ProfileVerb;
pub use super::sheet_args::SheetVerb;
use super::silence::SilenceVerb;
use super::simulate::SimulateArgs;
use super::sources_args::{PluginVerb, SourceVerb};
use super::tables_args::{TableVerb, WordsArgs};
use super::user::UserVerb;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// 政务新媒体更新监测与提醒
#[derive(Parser, Debug)]
#[command(
    name = "cuigeng",
    version,
    about = "政务新媒体更新监测与提醒：监测、判定、提前提醒、写周报和通报清单",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// 配置文件；不写时依次找 ./config.toml、/etc/cuigeng/config.toml，都没有就用内置默认值
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// 数据目录（数据库、发件文件夹）；不存在时自动创建，默认 ./cuigeng-data 或 systemd 的状态目录
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// 输出 JSON，供脚本使用
    #[arg(long, global = true)]
    pub json: bool,
    /// 要做什么
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// 长期运行：监测、判定、发提醒、写周报
    Serve,
    /// 演示：在本机用沙箱平台把整个过程走一遍（2022年6月的开封）
    Demo(DemoArgs),
    /// 检查配置并说明程序如何理解它
    Check,
    /// 写一份带说明的配置文件
    Init {
        /// 写到哪个目录
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// 账号台账
    #[command(subcommand)]
    Account(AccountVerb),
    /// 联系人：各单位的运维人员、分管领导、主管单位联系人
    #[command(subcommand)]
    Contact(ContactVerb),
    /// 人工保存的发布记录：只能证明更新过，不能证明没更新
    #[command(subcommand)]
    Post(PostVerb),
    /// 登记人工核查：某人看过某账号，这段时间内看得见的都已入库
    Attest(AttestArgs),
    /// 周核查表：每周人工核查没有来源、看不清的账号
    #[command(subcommand)]
    Sheet(SheetVerb),
    /// 现在就去看一眼账号
    Look {
        /// 账号名称或标识；不写就看全部
        accounts: Vec<String>,
        /// 只看，不保存
        #[arg(long)]
        dry_run: bool,
    },
    /// 判定一次检查，不保存也不发信
    Judge {
        /// 检查时间：如 2022-06-27、2022-06-27T09:00、now；不写就是最近一次计划检查
        #[arg(long, value_name = "T")]
        at: Option<String>,
        /// 检查口径，如 通用、开封；不写就用配置中的
        #[arg(long, value_name = "P")]
        profile: Option<String>,
        /// 有未达到的就以退出码4结束
        #[arg(long)]
        exit_code: bool,
    },
    /// 检查口径：有哪些，全文，抄一个改成自己的
    #[command(subcommand)]
    Profile(ProfileVerb),
    /// 试算：换一个检查口径，已有的检查会有什么变动；不保存也不发信
    Simulate(SimulateArgs),
    /// 一屏看全：下次检查、有问题的账号、程序自身的状况
    Status {
        /// 有未达到的就以退出码4结束
        #[arg(long)]
        exit_code: bool,
    },
    /// 说明一个账号的结论从何而来
    Explain {
        /// 账号名称或标识
        account: String,
        /// 同名账号用平台区分
        #[arg(long, value_name = "P")]
        platform: Option<String>,
        /// 检查时间；不写就是最近一次计划检查
        #[arg(long, value_name = "T")]
        at: Option<String>,
    },
    /// 提醒信
    #[command(subcommand)]
    Letters(LettersVerb),
    /// 发件箱
    #[command(subcommand)]
    Outbox(OutboxVerb),
    /// 周报与月度、季度清单
    #[command(subcommand)]
    Report(ReportVerb),
    /// 通报的签发：草稿、核对稿、送审稿、签发稿，以及签发后的更正
    #[command(subcommand)]
    Bulletin(BulletinVerb),
    /// 整改：签发的通报里每个问题的期限、反馈和复核
    #[command(subcommand)]
    Repair(RepairVerb),
    /// 争议答复单：一个账号的规则、依据、已发提醒和核实，交给提出异议的单位
    Dispute(DisputeArgs),
    /// 核对一份写好的通报：日期、重复、扣分、合计、比率、排名、名称等前后是否一致
    ///
    /// 不用数据库，别的单位的通报也能核对。有错误就以退出码4结束；只有提醒是0，加 --strict 也是4。
    Lint(LintArgs),
    /// 核实检查结果：待核实 → 已确认 / 误报；不写 --by 就列出等待核实的
    ///
    /// 确认以后，检查结果才发给有关单位；认定误报的不列入通报，已发过结果的由服务发更正。
    Confirm(ConfirmArgs),
    /// 运行方式：现在是试运行还是正式、由谁何时切换；或切换
    Mode {
        /// 正式 或 试运行；不写就查看
        mode: Option<String>,
        /// 负责切换的人
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// 来源
    #[command(subcommand)]
    Source(SourceVerb),
    /// 采集程序
    #[command(subcommand)]
    Plugin(PluginVerb),
    /// 备份数据库：服务运行时也可以做，做完打开检验；另有 list、verify
    ///
    /// 服务每天夜里也自动备份（配置的 backup 一节），放在数据目录的 backups 下。
    Backup(BackupArgs),
    /// 从一份备份恢复数据库；要先停止服务
    ///
    /// 先检验备份；原来的数据库移到一边，不删。恢复以后什么信也不发，等人看过待发的信、用 outbox release 放行。
    Restore {
        /// 备份文件，或 backups 目录里的文件名（见 backup list）
        file: PathBuf,
        /// 谁负责
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
    /// 体检：配置里提到的一切都试一遍，说清哪里不对、怎么办
    Doctor,
    /// 运行告警的第二渠道：群机器人
    #[command(subcommand)]
    Alarm(AlarmVerb),
    /// 工作日历：放假、调休与工作日
    #[command(subcommand)]
    Calendar(CalendarVerb),
    /// 静默：具名的人说明理由和期限，暂不提醒
    #[command(subcommand)]
    Silence(SilenceVerb),
    /// 网页的用户：谁能登录、能做什么，一次性链接和各单位的只读链接
    #[command(subcommand)]
    User(UserVerb),
    /// 版本
    Version,
}

/// What `demo` takes.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// 走完全程就结束，并核对结果
    #[arg(long)]
    pub once: bool,
    /// 把信件、周报和清单写到这个目录
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// 换一份问题清单（列与自带的一样）
    #[arg(long, value_name = "FILE")]
    pub town: Option<PathBuf>,
    /// 每秒演示多少秒；不写就尽快
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub speed: Option<u32>,
}

/// What can be done with the list.
#[derive(Subcommand, Debug)]
pub enum AccountVerb {
    /// 导入台账（CSV、XLSX）；有一行不对就整份不导入
    ///
    /// 有账号标识的按平台和标识认账号，没有的按平台和名称；标识相同而名称不同就是更名。
    /// 文件里没有的列、没有的账号，原样不动。留空的格子：单位、邮箱、开设日期、来源会被清空，
    /// 状态算正常运行，账号标识和每周次数保持不变。
    Import {
        /// 文件
        file: PathBuf,
        /// 只看会改什么，不保存
        #[arg(long)]
        dry_run: bool,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: Option<String>,
    },
    /// 导出台账，可直接再导入
    Export {
        /// 写到文件（.csv 或 .xlsx）；不写就输出到屏幕
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 列出账号
    List,
    /// 看一个账号的全部登记
    Show {
        /// 账号名称或标识
        account: String,
        /// 同名账号用平台区分
        #[arg(long, value_name = "P")]
        platform: Option<String>,
    },
}

/// What can be reported.
#[derive(Subcommand, Debug)]
pub enum ReportVerb {
    /// 周报，周期如 2022-W25
    Week(ReportArgs),
    /// 月度清单，周期如 2022-06
    Month(ReportArgs),
    /// 季度清单，周期如 2022-Q2
    Quarter(ReportArgs),
    /// 附表：从别处来的表（信息报送、得分、网站问题等），印在月度、季度通报里
    #[command(subcommand)]
    Table(TableVerb),
    /// 通报里由办公室自己写的段落：写出草稿（有上期的就由上期转来），已有的只核对，不改动
    Words(WordsArgs),
}

/// What a report takes.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// 周期
    #[arg(long, value_name = "P")]
    pub period: String,
    /// 检查口径；不写就用配置中的
    #[arg(long, value_name = "P")]
    pub profile: Option<String>,
    /// 格式，可写多个：docx,xlsx,html,json,txt
    #[arg(long, default_value = "docx,xlsx,html,json", value_name = "F")]
    pub format: String,
    /// 成文日期，如 2022-07-11；不写则文件里留空，由人填写
    #[arg(long, value_name = "D")]
    pub date: Option<String>,
    /// 发文字号的序号，或简报的期号；不写则留空
    #[arg(long, value_name = "N")]
    pub number: Option<u32>,
    /// 写到这个目录；不写就是当前目录
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}
