//! The command line: verbs in, exit codes out. Results go to stdout, everything else to stderr.

pub mod args;
mod check;
mod confirm;
mod contact;
mod context;
mod demo;
mod evidence;
mod explain;
mod import;
mod judge;
mod letters;
mod list;
mod log;
mod look;
mod mode;
mod outbox;
mod people_args;
mod print;
mod red;
mod refusal;
mod replace;
mod report;
mod serve;
mod status;
mod strike;
mod usage;

pub use context::{CliError, Context};

use args::{AccountVerb, Cli, LettersVerb, OutboxVerb, ReportVerb, Verb};
use print::{beijing, outln, print_json, print_rows};
use report::PeriodWord;
use std::process::ExitCode;

/// How a verb ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As asked.
    Done,
    /// As asked, and something is not compliant (exit 4).
    NotCompliant,
}

/// Reads the command line, does what it says, and tells how it went.
pub fn main() -> ExitCode {
    let cli = match usage::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(said) if said.exit == 0 => {
            print::line_out(format_args!("{}", said.text.trim_end()));
            return ExitCode::SUCCESS;
        }
        Err(said) => {
            eprint!("{}", said.text);
            return ExitCode::from(said.exit);
        }
    };
    match run(cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::NotCompliant) => ExitCode::from(4),
        Err(error) => {
            eprintln!("{}", error.chinese.trim_end());
            ExitCode::from(error.exit)
        }
    }
}

fn run(cli: Cli) -> Result<Outcome, CliError> {
    match &cli.verb {
        Verb::Version => {
            outln!("cuigeng {}", env!("CARGO_PKG_VERSION"));
            return Ok(Outcome::Done);
        }
        Verb::Init { dir } => return check::init(dir),
        Verb::Demo(args) => return demo::run(args, cli.data.as_deref()),
        _ => {}
    }
    let context = Context::load(&cli)?;
    match cli.verb {
        Verb::Version | Verb::Init { .. } | Verb::Demo(_) => Ok(Outcome::Done),
        Verb::Serve => serve::run(context),
        Verb::Check => check::run(&context),
        Verb::Account(AccountVerb::Import { file, dry_run, by }) => {
            list::import(&context, &file, dry_run, by.as_deref())
        }
        Verb::Account(AccountVerb::Export { out }) => list::export(&context, out.as_deref()),
        Verb::Account(AccountVerb::List) => list::list(&context),
        Verb::Account(AccountVerb::Show { account, platform }) => list::show(&context, &account, platform.as_deref()),
        Verb::Confirm(args) => confirm::run(&context, &args),
        Verb::Contact(verb) => contact::run(&context, verb),
        Verb::Post(verb) => evidence::post(&context, verb),
        Verb::Attest(args) => evidence::attest(&context, args),
        Verb::Look { accounts } => look::run(&context, &accounts),
        Verb::Judge { at, profile, exit_code } => judge::run(&context, at.as_deref(), profile.as_deref(), exit_code),
        Verb::Mode { mode, by } => mode::run(&context, mode.as_deref(), by.as_deref()),
        Verb::Status { exit_code } => status::run(&context, exit_code),
        Verb::Explain { account, platform, at } => explain::run(&context, &account, platform.as_deref(), at.as_deref()),
        Verb::Letters(LettersVerb::Preview { at }) => letters::preview(&context, at.as_deref()),
        Verb::Letters(LettersVerb::Test { address }) => letters::test(&context, &address),
        Verb::Outbox(OutboxVerb::List) => outbox::list(&context),
        Verb::Outbox(OutboxVerb::Show { id }) => outbox::show(&context, id),
        Verb::Report(ReportVerb::Week(args)) => report::run(&context, &args, PeriodWord::Week),
        Verb::Report(ReportVerb::Month(args)) => report::run(&context, &args, PeriodWord::Month),
        Verb::Report(ReportVerb::Quarter(args)) => report::run(&context, &args, PeriodWord::Quarter),
    }
}
