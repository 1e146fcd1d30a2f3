//! The way from a document to files, whatever the rules say of it: a value is
//! traced by others that need not make sense.

use crate::input::types::Formatter;
use crate::input::{self, Document};
use crate::nix;
use crate::origin::Files;
use crate::render::{Engine, Planned};
use crate::{cluster, outputs};

/// What makes files of a document.
#[derive(Debug, Clone, Copy)]
pub struct Pipeline<'e> {
    /// The name of the document's file.
    pub source: &'e str,
    /// The templates.
    pub engine: &'e Engine,
}

impl Pipeline<'_> {
    /// Those files of a document whose paths are wanted, laid out; none of one that
    /// makes no sense.
    pub fn files(&self, document: &Document<'_>, wanted: impl Fn(&str) -> bool) -> Files {
        let Some((mut plan, formatter)) = self.plan(document) else { return Files::new() };
        plan.retain(|planned| wanted(planned.path.inside()));
        let files = self.engine.render(plan, self.source).unwrap_or_default();
        files.iter().map(|file| (file.path.to_string(), nix::laid_out(file, formatter))).collect()
    }

    /// What is to be rendered of a document.
    pub(super) fn plan(&self, document: &Document<'_>) -> Option<(Vec<Planned>, Formatter)> {
        let mut ignored = Vec::new();
        let file = input::decode(document, &mut ignored)?;
        let cluster = cluster::resolve(file, self.source, &mut ignored)?;
        Some((outputs::plan(&cluster), cluster.formatter))
    }
}
