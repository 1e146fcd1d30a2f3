//! `nixgen explain`: what a diagnostic means, or where a generated line comes from.

mod line;
mod page;

use super::{Outcome, Output};
use crate::cli::{ExplainArgs, Global};

pub(super) fn run(args: &ExplainArgs, global: &Global, output: &mut Output) -> Outcome {
    let subject = args.subject.trim();
    match subject.rsplit_once(':').map(|(file, line)| (file, line.parse())) {
        Some((file, Ok(line))) => line::explain(file, line, global, output),
        _ => page::explain(subject, output),
    }
}
