//! `check` and `init`.

use super::{CliError, Context, Outcome, outln};
use crate::config;
use std::path::Path;

/// Explains what the configuration means; a bad one never gets here.
pub(super) fn run(context: &Context) -> Result<Outcome, CliError> {
    outln!("{}", config::explain(&context.config, context.clock.now()));
    outln!("\n{}", super::mode::told_of(context)?);
    Ok(Outcome::Done)
}

/// Writes a commented configuration.
pub(super) fn init(dir: &Path) -> Result<Outcome, CliError> {
    let made = config::write_example(dir).map_err(|e| CliError::failed(e.to_string()))?;
    for path in made {
        outln!("已写出 {}", path.display());
    }
    outln!("{}", config::next_steps(dir));
    Ok(Outcome::Done)
}
