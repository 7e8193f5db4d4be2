//! The command line's own words in Chinese: the headings of the help, and what is wrong with a call.

use super::args::Cli;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};
use std::ffi::OsString;

/// A person's name: nobody signs with nothing.
pub(super) fn person(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() { Err("不能是空的，请写姓名".to_owned()) } else { Ok(name.to_owned()) }
}

/// What to print instead of doing anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// For stdout when `exit` is 0, else for stderr.
    pub(super) text: String,
    /// 0 after help that was asked for, else 2.
    pub(super) exit: u8,
}

/// Reads a command line; `Err` when there is only something to say.
pub(super) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Cli, Said> {
    let matches = command().try_get_matches_from(args).map_err(|error| say(&error))?;
    Cli::from_arg_matches(&matches).map_err(|error| say(&error))
}

fn command() -> Command {
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).help("显示版本");
    dress(Cli::command().disable_version_flag(true).arg(version))
}

/// A command and those below it, with Chinese headings.
fn dress(command: Command) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("显示帮助");
    command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .arg(help)
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}")
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(dress_argument)
        .mut_subcommands(dress)
}

fn dress_argument(arg: Arg) -> Arg {
    let heading = if arg.is_positional() { "参数" } else { "选项" };
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let arg = arg.help_heading(heading).hide_default_value(!defaults.is_empty());
    match defaults.join(",") {
        text if text.is_empty() => arg,
        text => arg.help(format!("{help}（默认 {text}）")),
    }
}

fn say(error: &clap::Error) -> Said {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Said { text: error.to_string(), exit: 0 },
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Said { text: error.to_string(), exit: 2 },
        _ => Said { text: format!("{}\n用 --help 查看用法\n", sentence(error)), exit: 2 },
    }
}

fn sentence(error: &clap::Error) -> String {
    let (arg, value) = (context(error, ContextKind::InvalidArg), context(error, ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::UnknownArgument => format!("不认识“{arg}”{}", hint(error, ContextKind::SuggestedArg)),
        ErrorKind::InvalidSubcommand => {
            let word = context(error, ContextKind::InvalidSubcommand);
            format!("没有“{word}”这个命令{}", hint(error, ContextKind::SuggestedSubcommand))
        }
        ErrorKind::MissingSubcommand => "还要写明做什么".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少：{arg}"),
        ErrorKind::ArgumentConflict => format!("“{arg}”不能和“{}”同时用", context(error, ContextKind::PriorArg)),
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("“{arg}”后面要写一个值")
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("“{arg}”后面要写一个值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("“{arg}”不能是“{value}”"),
        ErrorKind::TooManyValues => format!("“{arg}”写多了：{value}"),
        ErrorKind::InvalidUtf8 => "命令行中有无法识别的字符，请用 UTF-8".to_owned(),
        _ => "命令行写得不对".to_owned(),
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The likeliest of what clap suggests; it puts that one last.
fn hint(error: &clap::Error, kind: ContextKind) -> String {
    let likeliest = match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.last().cloned().unwrap_or_default(),
        _ => context(error, kind),
    };
    match likeliest {
        text if text.is_empty() => String::new(),
        text => format!("，是不是“{text}”"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Said {
        let args = std::iter::once("cuigeng").chain(line.split_whitespace()).map(OsString::from);
        read(args).map(|cli| format!("{cli:?}")).expect_err(line)
    }

    #[test]
    fn the_help_of_every_verb_is_chinese() {
        fn check(mut command: Command, path: &str) {
            let help = command.render_long_help().to_string();
            for word in ["Usage", "Commands", "Options", "Arguments", "Print", "default:"] {
                assert!(!help.contains(word), "{path} says {word}: {help}");
            }
            assert!(help.contains("用法："), "{path}: {help}");
            for argument in command.get_arguments() {
                let text = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(text.chars().any(|c| c > '\u{3000}'), "{path} {}: {text}", argument.get_id());
            }
            for below in command.get_subcommands() {
                assert!(below.get_about().is_some(), "{path} {}", below.get_name());
                check(below.clone(), &format!("{path} {}", below.get_name()));
            }
        }
        let mut command = command();
        command.build();
        check(command, "cuigeng");
    }

    #[test]
    fn a_wrong_call_is_told_in_chinese() {
        for (line, want) in [
            ("acount list", "没有“acount”这个命令，是不是“account”"),
            ("account lst", "没有“lst”这个命令，是不是“list”"),
            ("judge --profil 开封", "不认识“--profil”，是不是“--profile”"),
            ("account import", "缺少：<FILE>"),
            ("attest withdraw 3", "缺少：--by <NAME>"),
            ("attest withdraw x --by 李四", "“<ID>”不能是“x”"),
            ("judge --at", "“--at <T>”后面要写一个值"),
            ("attest 甲 --file x.csv", "“[ACCOUNT]”不能和“--file <FILE>”同时用"),
            ("demo --speed 0", "“--speed <N>”不能是“0”"),
        ] {
            let said = said(line);
            assert_eq!((said.exit, said.text.lines().next()), (2, Some(want)), "{line}");
        }
        assert_eq!((said("").exit, said("account").exit, said("--help").exit, said("-V").exit), (2, 2, 0, 0));
    }

    #[test]
    fn attest_takes_an_account_a_file_or_a_verb() {
        for line in [
            "attest 甲 --from 2022-06-06 --to 2022-06-13 --by 李四",
            "attest 甲 --platform 抖音 --from 2022-06-06 --by 李四",
            "attest --file x.csv",
            "attest list",
            "attest withdraw 3 --by 李四",
            "--json attest list --data d",
        ] {
            let args = std::iter::once("cuigeng").chain(line.split_whitespace()).map(OsString::from);
            assert!(read(args).is_ok(), "{line}");
        }
        assert_eq!(said("attest").exit, 2);
    }
}
