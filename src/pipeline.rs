//! The way from the text of `cluster.toml` to files that are fit to be written.
//! Nothing else knows the order of its stages.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::input::types::Formatter;
use crate::input::{self, Document};
use crate::nix::{self, Options, Ready, Rules};
use crate::render::overrides::Overrides;
use crate::render::{Bug, Engine, Planned, RenderedFile};
use crate::source::Source;
use crate::{checks, cluster, outputs};

/// A text that was read, as far as its mistakes allow.
#[derive(Debug, Default)]
pub struct Description<'s> {
    /// Its values with their places, unless its syntax is wrong.
    pub document: Option<Document<'s>>,
    /// The cluster that it describes. With an error in the log it must not be
    /// rendered.
    pub cluster: Option<Cluster>,
}

/// Reads a text and applies the rules to the cluster that it describes.
pub fn read<'s>(source: &'s Source, log: &mut Vec<Diagnostic>) -> Description<'s> {
    let document = input::parse(source, log);
    let file = input::read(source, document.as_ref(), log);
    let cluster = file.and_then(|file| cluster::resolve(file, &source.file_name(), log));
    if let Some(cluster) = &cluster {
        checks::run(cluster, log);
    }
    if let Some(document) = &document {
        input::advise(document, log);
    }
    Description { document, cluster }
}

/// Renders a cluster in memory with nixgen's own templates and checks what came
/// out, also against a list of all options where there is one.
pub fn build(cluster: &Cluster, options: Option<&Options>) -> Result<Ready, Vec<Bug>> {
    Pipeline::new(cluster, &Overrides::default())?.build(cluster, options)
}

/// The texts of files by their paths.
pub type Files = BTreeMap<String, String>;

/// The stages behind the rules, with the templates of a run compiled.
#[derive(Debug)]
pub struct Pipeline {
    /// The name of the file that is rendered.
    source: String,
    formatter: Formatter,
    engine: Arc<Engine>,
}

impl Pipeline {
    /// Compiles nixgen's templates, or the user's in their place.
    pub fn new(cluster: &Cluster, overrides: &Overrides) -> Result<Self, Vec<Bug>> {
        let engine = Engine::new(&overrides.over(outputs::templates())).map_err(|bug| vec![bug])?;
        let (source, formatter) = (cluster.source.clone(), cluster.formatter);
        Ok(Self { source, formatter, engine })
    }

    /// Renders a cluster and checks what came out.
    pub fn build(&self, cluster: &Cluster, options: Option<&Options>) -> Result<Ready, Vec<Bug>> {
        let rendered = self.rendered(cluster)?;
        let rules = Rules {
            formatter: self.formatter,
            modules: cluster.modules().map(|(_, module)| module.value.clone()).collect(),
            left_to_user: outputs::left_to_user(cluster).map(|it| it.path(cluster)).collect(),
            options,
        };
        nix::ready(rendered, &rules)
    }

    /// Renders a cluster, whatever the rules say of it.
    pub fn rendered(&self, cluster: &Cluster) -> Result<Vec<RenderedFile>, Vec<Bug>> {
        self.render(outputs::plan(cluster))
    }

    /// Renders files of a plan.
    pub fn render(&self, plan: Vec<Planned>) -> Result<Vec<RenderedFile>, Vec<Bug>> {
        self.engine.render(plan, &self.source)
    }

    /// Whether a template of the user's was left alone, so that not all that was wanted
    /// could be rendered.
    pub fn is_out_of_patience(&self) -> bool {
        self.engine.is_out_of_patience()
    }

    /// The plan of a document, whatever the rules say of it: a value is traced by
    /// others that need not make sense. There is none of one that makes no cluster.
    pub fn plan(&self, document: &Document<'_>) -> Option<Vec<Planned>> {
        let mut ignored = Vec::new();
        let file = input::decode(document, &mut ignored)?;
        let cluster = cluster::resolve(file, &self.source, &mut ignored)?;
        Some(outputs::plan(&cluster))
    }

    /// Those files of a document whose paths are wanted. All are laid out as the
    /// cluster's are, so that they can be compared: a layout says nothing.
    pub fn files(&self, document: &Document<'_>, wanted: impl Fn(&str) -> bool) -> Files {
        let mut plan = self.plan(document).unwrap_or_default();
        plan.retain(|planned| wanted(planned.path.inside()));
        let files = self.render(plan).unwrap_or_default();
        let laid_out = |file: &RenderedFile| nix::laid_out(file, self.formatter);
        files.iter().map(|file| (file.path.to_string(), laid_out(file))).collect()
    }
}

/// Everything that files are rendered from, in an order of its own but for that of
/// the MicroVMs, which is rendered. Nothing is from `[lints]`.
pub fn inputs(source: &Source, document: &Document<'_>, overrides: &Overrides) -> Vec<String> {
    let tables = document.get_ref().as_table().into_iter().flatten();
    let tables = tables.filter(|(key, _)| key.get_ref() != "lints");
    let mut tables: Vec<[String; 2]> = tables
        .map(|(key, value)| [key.get_ref().to_string(), input::canonical(value.get_ref())])
        .collect();
    tables.sort();
    let templates = overrides.texts().map(|(name, text)| [name.to_owned(), text.to_owned()]);
    let named = tables.into_iter().chain(templates).flatten();
    std::iter::once(source.file_name()).chain(named).chain(order(document)).collect()
}

/// The names of the MicroVMs as they are written.
fn order(document: &Document<'_>) -> Vec<String> {
    let vms = document.get_ref().get("vms").and_then(|vms| vms.get_ref().as_table());
    let mut keys: Vec<_> = vms.into_iter().flat_map(|vms| vms.keys()).collect();
    keys.sort_by_key(|key| key.span().start);
    keys.into_iter().map(|key| key.get_ref().to_string()).collect()
}
