//! The command line: verbs in, exit codes out. Results go to stdout, everything else to stderr.

pub mod alarm;
mod answer;
pub mod args;
pub mod backup;
mod bulletin;
mod bulletin_answer;
pub mod bulletin_args;
mod bulletin_show;
pub mod calendar;
mod check;
mod composed;
mod confirm;
mod contact;
mod context;
mod demo;
mod dispute;
mod doctor;
mod doctor_local;
mod doctor_remote;
mod doctor_web;
mod evidence;
mod evidence_args;
mod explain;
mod import;
mod judge;
mod letters;
pub mod letters_args;
pub mod lint;
mod list;
mod log;
mod look;
mod mode;
mod outbox;
mod papers;
mod people_args;
mod plugin;
mod plugin_words;
mod print;
mod profile;
mod refusal;
mod release;
mod repair;
mod replace;
mod report;
mod restore;
mod serve;
mod sheet;
mod sheet_args;
pub mod silence;
mod simulate;
mod source;
mod source_status;
mod source_trial;
mod sources_args;
mod status;
mod strike;
mod tables;
mod tables_args;
mod todo;
mod usage;
pub mod user;
mod words;
mod year;

pub use context::{CliError, Context};

use crate::demo::year::Plan;
use args::{AccountVerb, Cli, ReportVerb, Verb};
use letters_args::LettersVerb;
use print::{beijing, outln, print_json, print_rows};
use report::PeriodWord;
use sources_args::{PluginVerb, SourceVerb};
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
            crate::cli::print::errln!("{}", said.text.trim_end());
            return ExitCode::from(said.exit);
        }
    };
    match run(cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::NotCompliant) => ExitCode::from(4),
        Err(error) => {
            crate::cli::print::errln!("{}", error.chinese.trim_end());
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
        Verb::Look { accounts, dry_run } => look::run(&context, &accounts, dry_run),
        Verb::Sheet(verb) => sheet::run(&context, verb),
        Verb::Judge { at, profile, exit_code } => judge::run(&context, at.as_deref(), profile.as_deref(), exit_code),
        Verb::Profile(verb) => profile::run(&context, &verb),
        Verb::Simulate(args) => simulate::run(&context, &args),
        Verb::Mode { mode, by } => mode::run(&context, mode.as_deref(), by.as_deref()),
        Verb::Status { exit_code } => status::run(&context, exit_code),
        Verb::Explain { account, platform, at } => explain::run(&context, &account, platform.as_deref(), at.as_deref()),
        Verb::Letters(LettersVerb::Preview { at, out }) => letters::preview(&context, at.as_deref(), out.as_deref()),
        Verb::Letters(LettersVerb::Calls { out }) => letters::calls(&context, out.as_deref()),
        Verb::Letters(LettersVerb::Templates { export }) => letters::templates(&export),
        Verb::Letters(LettersVerb::Test { address }) => letters::test(&context, &address),
        Verb::Letters(LettersVerb::Year { year, accounts, seed }) => {
            year::run(&context, Plan { year, accounts: usize::from(accounts), seed })
        }
        Verb::Outbox(verb) => outbox::run(&context, verb),
        Verb::Source(SourceVerb::List) => source::list(&context),
        Verb::Source(SourceVerb::Status { name }) => source_status::run(&context, name.as_deref()),
        Verb::Source(SourceVerb::Test(args)) => source_trial::run(&context, &args),
        Verb::Plugin(PluginVerb::Test(args)) => plugin::run(&context, &args),
        Verb::Backup(args) => backup::run(&context, &args),
        Verb::Restore { file, by } => restore::run(&context, &file, &by),
        Verb::Doctor => doctor::run(&context),
        Verb::Alarm(verb) => alarm::run(&context, &verb),
        Verb::Calendar(verb) => calendar::run(&context, verb),
        Verb::Silence(verb) => silence::run(&context, verb),
        Verb::User(verb) => user::run(&context, verb),
        Verb::Bulletin(verb) => bulletin::run(&context, verb),
        Verb::Repair(verb) => repair::run(&context, verb),
        Verb::Dispute(args) => dispute::run(&context, &args),
        Verb::Lint(args) => lint::run(&context, &args),
        Verb::Report(ReportVerb::Table(verb)) => tables::run(&context, verb),
        Verb::Report(ReportVerb::Words(args)) => words::run(&context, &args),
        Verb::Report(ReportVerb::Week(args)) => report::run(&context, &args, PeriodWord::Week),
        Verb::Report(ReportVerb::Month(args)) => report::run(&context, &args, PeriodWord::Month),
        Verb::Report(ReportVerb::Quarter(args)) => report::run(&context, &args, PeriodWord::Quarter),
    }
}
