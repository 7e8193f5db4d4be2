//! `user`: who may come in by the pages, and the links that let somebody in.

use super::{CliError, Context, Outcome, beijing, outln, print_json, print_rows};
use crate::access::token::Token;
use crate::access::{ONE_TIME_S, Rank, User, password};
use crate::deeds::user::{self, Trouble};
use crate::store::{Transaction, users};
use crate::web;
use clap::{Args, Subcommand};
use cuigeng_adapters::time::HOUR;
use serde_json::json;
use std::io::{BufRead, IsTerminal};

/// What can be done with those who come in by the pages.
#[derive(Subcommand, Debug)]
pub enum UserVerb {
    /// 给某人开网页登录，得到一个一次性链接，由他自己设密码
    Add {
        /// 姓名：他做的每件事都记在这个姓名下
        name: String,
        /// 权限：管理员、操作员、只读
        #[arg(long, value_name = "RANK", value_parser = rank)]
        role: Rank,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
    /// 列出用户和各单位的只读链接
    List,
    /// 改密码：从终端或标准输入读入；他的登录全部退出
    Passwd(Named),
    /// 改权限
    Role {
        /// 姓名
        name: String,
        /// 权限：管理员、操作员、只读
        #[arg(value_parser = rank)]
        role: Rank,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
    /// 停用：不能再登录，已有的登录和链接马上失效
    Disable(Named),
    /// 恢复停用的用户
    Enable(Named),
    /// 得到一次性链接：不写姓名就设立第一个管理员，写姓名就由他重设密码
    Link {
        /// 姓名
        name: Option<String>,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person, requires = "name")]
        by: Option<String>,
    },
    /// 给一个单位只读链接，只看得到它主办的账号；旧链接随即作废
    Office {
        /// 单位，和台账的主办单位一字不差
        office: String,
        /// 作废它的链接，不给新的
        #[arg(long)]
        revoke: bool,
        /// 经手人
        #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
        by: String,
    },
}

/// Somebody, and who says so.
#[derive(Args, Debug)]
pub struct Named {
    /// 姓名
    pub name: String,
    /// 经手人
    #[arg(long, value_name = "NAME", value_parser = super::usage::person)]
    pub by: String,
}

fn rank(text: &str) -> Result<Rank, String> {
    Rank::parse(text).ok_or_else(|| "只有：管理员、操作员、只读".to_owned())
}

/// `user …`
pub(super) fn run(context: &Context, verb: UserVerb) -> Result<Outcome, CliError> {
    match verb {
        UserVerb::Add { name, role, by } => add(context, &name, role, by),
        UserVerb::List => list(context),
        UserVerb::Passwd(named) => passwd(context, named),
        UserVerb::Role { name, role, by } => {
            let now = context.clock.now();
            let kept = name.clone();
            context.store()?.attempt(move |tx| user::set_rank(tx, &kept, role, &by, now)).map_err(told)?;
            outln!("“{name}”现在是{}，马上生效", role.chinese());
            Ok(Outcome::Done)
        }
        UserVerb::Disable(named) => disable(context, named, true),
        UserVerb::Enable(named) => disable(context, named, false),
        UserVerb::Link { name: None, .. } => first(context),
        UserVerb::Link { name: Some(name), by } => link(context, &name, by),
        UserVerb::Office { office, revoke: true, by } => revoke(context, &office, by),
        UserVerb::Office { office, revoke: false, by } => offer(context, office, by),
    }
}

fn add(context: &Context, name: &str, rank: Rank, by: String) -> Result<Outcome, CliError> {
    let (base, token, now) = (base(context)?, token()?, context.clock.now());
    let (kept, hash) = (name.to_owned(), token.hash());
    let name = context.store()?.attempt(move |tx| user::add(tx, &kept, rank, (&hash, &by), now)).map_err(told)?;
    outln!(
        "已登记“{name}”（{}）。请把链接交给本人设密码，{}小时内有效，只能用一次：",
        rank.chinese(),
        ONE_TIME_S / HOUR
    );
    outln!("{}", web::enter_url(&base, &token));
    Ok(Outcome::Done)
}

fn first(context: &Context) -> Result<Outcome, CliError> {
    let (base, token, now) = (base(context)?, token()?, context.clock.now());
    let kept = token.clone();
    if !context.store()?.write(move |tx| web::first_link(tx, &kept, now))? {
        return Err(CliError::failed("已经有管理员了；要给某人链接请写姓名：cuigeng user link 姓名 --by 经手人"));
    }
    outln!("用浏览器打开，设立第一个管理员；{}小时内有效，只能用一次：", ONE_TIME_S / HOUR);
    outln!("{}", web::enter_url(&base, &token));
    Ok(Outcome::Done)
}

fn link(context: &Context, name: &str, by: Option<String>) -> Result<Outcome, CliError> {
    let by = by.ok_or_else(|| CliError::usage("请用 --by 写明经手人"))?;
    let (base, token, now) = (base(context)?, token()?, context.clock.now());
    let (kept, hash) = (name.to_owned(), token.hash());
    context.store()?.attempt(move |tx| user::link(tx, &kept, (&hash, &by), now)).map_err(told)?;
    outln!("请把链接交给“{name}”本人重设密码，{}小时内有效，只能用一次：", ONE_TIME_S / HOUR);
    outln!("{}", web::enter_url(&base, &token));
    Ok(Outcome::Done)
}

fn passwd(context: &Context, Named { name, by }: Named) -> Result<Outcome, CliError> {
    let (typed, again) = typed()?;
    password::accept(&typed, &again, &name).map_err(CliError::failed)?;
    let phc = password::hash(&typed).ok_or_else(no_random)?;
    let now = context.clock.now();
    let kept = name.clone();
    let deed = move |tx: &Transaction<'_>| {
        let user = user::named(tx, &kept)?;
        users::set_password(tx, &user, &phc, (&by, ""), now).map_err(Trouble::Store)
    };
    context.store()?.attempt(deed).map_err(told)?;
    outln!("“{name}”的密码已改，已有的登录全部退出");
    Ok(Outcome::Done)
}

/// Twice from a terminal, where nothing is shown; one line from a script.
fn typed() -> Result<(String, String), CliError> {
    let unread = |e: std::io::Error| CliError::failed(format!("密码没有读到：{e}"));
    if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password("新密码：").map_err(unread)?;
        let again = rpassword::prompt_password("再输一次：").map_err(unread)?;
        return Ok((first, again));
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(unread)?;
    let typed = line.trim_end_matches(['\r', '\n']).to_owned();
    Ok((typed.clone(), typed))
}

fn disable(context: &Context, Named { name, by }: Named, disabled: bool) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let kept = name.clone();
    context.store()?.attempt(move |tx| user::disable(tx, &kept, disabled, &by, now)).map_err(told)?;
    if disabled {
        outln!("“{name}”已停用，已有的登录和链接马上失效");
    } else {
        outln!("“{name}”已恢复，可以用原来的密码登录");
    }
    Ok(Outcome::Done)
}

fn offer(context: &Context, office: String, by: String) -> Result<Outcome, CliError> {
    let (base, token, now) = (base(context)?, token()?, context.clock.now());
    let (kept, hash) = (office.clone(), token.hash());
    context.store()?.attempt(move |tx| user::offer(tx, &kept, (&hash, &by), now)).map_err(told)?;
    outln!("“{office}”的只读链接，只看得到它主办的账号；以前给的已作废：");
    outln!("{}", web::office_url(&base, &token));
    Ok(Outcome::Done)
}

fn revoke(context: &Context, office: &str, by: String) -> Result<Outcome, CliError> {
    let (now, kept) = (context.clock.now(), office.to_owned());
    context.store()?.attempt(move |tx| user::revoke(tx, &kept, &by, now)).map_err(told)?;
    outln!("“{office}”的只读链接已作废");
    Ok(Outcome::Done)
}

/// Why not, with what a command can do about it.
fn told(trouble: Trouble) -> CliError {
    CliError::failed(match trouble {
        Trouble::Name(said) => return CliError::usage(said),
        Trouble::Store(error) => return error.into(),
        Trouble::Last(said) => said,
        Trouble::Taken(name) => format!("已经有叫“{name}”的用户；重新给他一个链接用 cuigeng user link"),
        Trouble::Unknown(name) => format!("没有叫“{name}”的用户；用 cuigeng user list 查看"),
        Trouble::Disabled(name) => format!("“{name}”已停用；先用 cuigeng user enable 恢复"),
        Trouble::NoOffice(office) => {
            format!("台账中没有主办单位“{office}”；用 cuigeng account list 看单位的写法")
        }
        Trouble::NoLink(office) => format!("“{office}”没有有效的只读链接；用 cuigeng user list 查看"),
    })
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let (users, offers) = context.store()?.read(|conn| Ok((users::all(conn)?, users::offers(conn)?)))?;
    if context.json {
        let users: Vec<_> = users
            .iter()
            .map(|user| json!({"name": user.name, "role": user.rank.word(), "state": user.standing(), "made_at": user.made_at}))
            .collect();
        let offers: Vec<_> = offers
            .iter()
            .map(|link| json!({"office": link.office, "made_at": link.made_at, "by": link.made_by}))
            .collect();
        print_json(&json!({"users": users, "office_links": offers}))?;
        return Ok(Outcome::Done);
    }
    if users.is_empty() {
        outln!("还没有用户；运行 cuigeng user link 得到一次性链接，设立第一个管理员");
    } else {
        let row = |user: &User| {
            vec![user.name.clone(), user.rank.chinese().to_owned(), user.standing().to_owned(), beijing(user.made_at)]
        };
        print_rows(&["姓名", "权限", "状态", "登记时间"], &users.iter().map(row).collect::<Vec<_>>());
    }
    if !offers.is_empty() {
        outln!();
        let rows: Vec<Vec<String>> =
            offers.iter().map(|link| vec![link.office.clone(), beijing(link.made_at), link.made_by.clone()]).collect();
        print_rows(&["只读链接", "给出时间", "经手人"], &rows);
    }
    Ok(Outcome::Done)
}

fn base(context: &Context) -> Result<String, CliError> {
    web::base_url(&context.config.web)
        .ok_or_else(|| CliError::failed("配置里写了 web.listen = \"off\"，没有网页；先改配置并重启服务"))
}

fn token() -> Result<Token, CliError> {
    Token::random().ok_or_else(no_random)
}

fn no_random() -> CliError {
    CliError::failed("系统没有给出随机数，请稍后再试")
}
