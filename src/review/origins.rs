//! The keys of `cluster.toml` and the templates that changed options come from.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::{NodeAction, OptionChange, Plan};
use crate::cluster::Cluster;
use crate::input::Document;
use crate::origin::{Machine, Origin, Part, Wanted, of_plan};
use crate::pipeline::Pipeline;
use crate::source::Source;

/// A key of the source that an option comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Key {
    /// The way to it: `vms.k8s-worker-1.memory`.
    pub path: String,
    /// Its line, from 1; none where the key is left out, so that its default counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// A line of a template.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct TemplateLine {
    /// The template, as `nixgen templates list` names it.
    pub name: &'static str,
    /// The line, from 1.
    pub line: usize,
}

impl Plan {
    /// Finds out where each changed option comes from.
    pub fn trace(
        &mut self,
        source: &Source,
        cluster: &Cluster,
        document: &Document<'_>,
        pipeline: &Pipeline,
    ) {
        let machines: BTreeMap<&str, &str> = cluster
            .hosts
            .iter()
            .map(|host| (host.name.as_str(), "hosts"))
            .chain(cluster.vms.iter().map(|vm| (vm.name.as_str(), "vms")))
            .collect();
        let new = self.nodes.iter().filter(|node| node.action == NodeAction::Add);
        let new: BTreeSet<&str> = new.map(|node| node.name.as_str()).collect();
        let mut wanted: BTreeMap<Option<&str>, Wanted<'_>> = BTreeMap::new();
        let nodes = self.nodes.iter().filter(|node| node.action != NodeAction::Remove);
        for change in nodes.flat_map(|node| &node.options).chain(&self.cluster) {
            let machine = change.owner.as_deref().and_then(|name| machines.get_key_value(name));
            let machine = machine.map(|(name, table)| Machine { table, name });
            let name = machine.map(|machine| machine.name);
            let of_machine = || Wanted {
                machine,
                is_new: name.is_some_and(|name| new.contains(name)),
                module: name.and_then(|name| self.modules.get(name)).map(String::as_str),
                ..Wanted::default()
            };
            let wanted = wanted.entry(name).or_insert_with(of_machine);
            wanted.attributes.insert(change.source.clone());
        }
        let wanted: Vec<Wanted<'_>> = wanted.into_values().collect();
        let origins = of_plan(document, cluster, &wanted, &self.changed, pipeline);
        drop(wanted);
        self.untraced = origins.left_out;
        for node in &mut self.nodes {
            let table = machines.get(node.name.as_str());
            let its_name =
                || Key { path: format!("{}.{}", table.unwrap_or(&""), node.name), line: node.line };
            for change in &mut node.options {
                change.come_from(origins.found.get(&change.source), source);
                if change.keys.is_empty() && node.action == NodeAction::Add {
                    change.keys.push(its_name());
                }
            }
        }
        for change in &mut self.cluster {
            change.come_from(origins.found.get(&change.source), source);
        }
    }
}

impl OptionChange {
    fn come_from(&mut self, origin: Option<&Origin>, source: &Source) {
        let Some(Origin { places, template }) = origin else { return };
        let key = |place: &crate::origin::Place| Key {
            path: place.path.to_string(),
            line: place
                .span
                .as_ref()
                .filter(|_| place.part != Part::Default)
                .map(|span| source.position(span.start).line),
        };
        self.keys = places.iter().map(key).collect();
        self.template = template.map(|(name, line)| TemplateLine { name, line });
    }
}
