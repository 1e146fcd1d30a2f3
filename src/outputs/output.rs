//! A kind of output: its place, its templates, and the files that they make.

use crate::cluster::Cluster;
use crate::input::Spanned;
use crate::input::decode::Text;
use crate::input::schema::OutputTable;
use crate::input::types::{Name, RelPath};
use crate::render::{Planned, TemplateSource};

/// A kind of output.
pub struct Output {
    /// Its name in `[outputs.<name>]`.
    pub name: &'static str,
    /// Its file, or the folder of its files, unless the user says another.
    pub path: &'static str,
    /// Whether it is rendered unless the user says otherwise.
    pub wanted: fn(&Cluster) -> bool,
    /// Its templates.
    pub templates: &'static [TemplateSource],
    /// The files that it makes at a path.
    pub files: fn(&Cluster, &RelPath) -> Vec<Planned>,
}

impl Output {
    /// Where this output goes in a cluster.
    pub fn path(&self, cluster: &Cluster) -> RelPath {
        match self.written(cluster).and_then(|table| table.path.as_ref()) {
            Some(path) => RelPath::own(path.inside()),
            None => RelPath::own(self.path),
        }
    }

    /// Whether it is rendered in a cluster.
    pub fn is_rendered(&self, cluster: &Cluster) -> bool {
        match self.render(cluster) {
            Some(render) => **render,
            None => (self.wanted)(cluster),
        }
    }

    /// Whether the user makes it: what is at its path is not nixgen's.
    pub fn is_left_to_user(&self, cluster: &Cluster) -> bool {
        self.render(cluster).is_some_and(|render| !**render)
    }

    /// Whether the user wants it, as far as that is written.
    pub fn render<'a>(&self, cluster: &'a Cluster) -> Option<&'a Spanned<bool>> {
        self.written(cluster)?.render.as_ref()
    }

    /// The user's table of it.
    fn written<'a>(&self, cluster: &'a Cluster) -> Option<&'a OutputTable> {
        cluster.outputs.get(&Name::from_text(self.name).ok()?)
    }
}

/// The place of a machine's own module in the folder of its output.
pub fn module_of(machine: &Name, folder: &RelPath) -> RelPath {
    folder.join(&format!("{machine}.nix"))
}
