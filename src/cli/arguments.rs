//! The arguments of a run, with the variables that stand in for options.

use std::env;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Error, FromArgMatches as _};

use super::{Cli, Command};

/// Options of which one excludes another.
const EXCLUSIVE: [&str; 3] = ["color", "quiet", "verbose"];

impl Cli {
    /// Reads the arguments of this process. A variable stands in for an option that is not
    /// among them.
    pub fn of_process() -> Result<Self, Error> {
        let mut cli = Self::parsed(|_| true).or_else(|error| match error.kind() {
            // A flag goes before a variable that excludes it.
            ErrorKind::ArgumentConflict => Self::parsed(|id| !EXCLUSIVE.contains(&id)),
            _ => Err(error),
        })?;
        cli.global.locate(matches!(cli.command, Command::Init { .. }));
        Ok(cli)
    }

    /// Reads them with the variables of some options. An empty variable is none.
    fn parsed(has_variable: impl Fn(&str) -> bool) -> Result<Self, Error> {
        let mut command = Self::command().mut_args(|arg| {
            let value = arg.get_env().and_then(env::var_os);
            let is_none = value.is_some_and(|value| value.is_empty());
            let is_none = is_none || !has_variable(arg.get_id().as_str());
            let arg = arg.hide_env_values(true);
            if is_none { arg.env(None::<&str>) } else { arg }
        });
        let read = command.try_get_matches_from_mut(env::args_os());
        let mut matches = read.map_err(|error| traced(error, &command))?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    }
}

/// A mistake, with the variable that it stands in.
fn traced(mut error: Error, command: &clap::Command) -> Error {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(said)) => said.as_str(),
        _ => "",
    };
    let (named, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    let variable = command.get_arguments().find_map(|arg| {
        let variable = arg.get_env().filter(|_| arg.to_string() == named)?;
        let is_set = env::var(variable).is_ok_and(|is| is.split(' ').any(|it| it == value));
        is_set.then(|| variable.to_string_lossy().into_owned())
    });
    if let Some(variable) = variable {
        let tip = format!("the value is that of the variable {variable}");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}
