//! `nixgen explain`: what a diagnostic or a key means, or where a generated line comes from.

mod key;
mod line;
mod page;

use super::{Outcome, Output};
use crate::cli::{ExplainArgs, Global};
use crate::diagnostic::Code;

pub(super) fn run(args: &ExplainArgs, global: &Global, output: &mut Output) -> Outcome {
    let subject = args.subject.trim();
    match subject.rsplit_once(':').map(|(file, line)| (file, line.parse())) {
        Some((file, Ok(line))) => line::explain(file, line, global, output),
        _ if Code::named(subject).is_some() => page::explain(subject, output),
        _ => {
            key::explain(subject, global, output).unwrap_or_else(|| page::explain(subject, output))
        }
    }
}
