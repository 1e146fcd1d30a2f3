//! The changes of each machine.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::class::Class;
use super::data::{self, Owner};
use super::machines::{self, Facts, Machines};
use super::modules::{self, Imports, Is, Module};
use super::options;
use super::{Kind, Node, NodeAction, OptionChange, Reason, impact, lifecycle};
use crate::cluster::{Cluster, natural};
use crate::disk::{Change, ChangeSet};
use crate::nix::attrs::{AttrPath, Changed, Entry};
use crate::origin::Attribute;
use crate::previous::Previous;

/// A change with the path that it is shown at.
struct Found<'a> {
    path: String,
    module: &'a Module<'a>,
    change: Changed<'a>,
    /// The import that brings it about, where the module itself stays.
    import: Option<Attribute>,
}

/// Changes by machine.
type ByMachine<'a> = BTreeMap<&'a str, Vec<Found<'a>>>;

impl<'a> Found<'a> {
    fn new(path: String, module: &'a Module<'a>, change: Changed<'a>) -> Self {
        Self { path, module, change, import: None }
    }
}

/// The reviews of the machines that anything changes for, those that go first and then
/// by the heaviest impact, and the data that changes for none.
pub fn nodes(
    cluster: &Cluster,
    changes: &ChangeSet<'_>,
    modules: &[Module<'_>],
) -> (Vec<Node>, Vec<OptionChange>) {
    let after = machines::after(cluster);
    let previous = Previous::read(cluster, |path| changes.old_attrs(path));
    let before = machines::before(&previous, &after, modules);
    let has_router = cluster.gateway().is_some();
    let has_other_nodes = machines::node_ips(&before) != machines::node_ips(&after);
    let all = All {
        cluster,
        changes,
        modules,
        before: &before,
        after: &after,
        has_router,
        has_other_nodes,
    };
    let mut found = ByMachine::new();
    let of_nobody = all.data(&mut found);
    all.modules(&mut found);

    let mut nodes: Vec<Node> = Vec::new();
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let found = found.remove(name.as_str()).unwrap_or_default();
        let node = all.node(name, all.own(name), &found);
        nodes.extend(node);
    }
    let stays = |node: &Node| node.action != NodeAction::Remove;
    nodes.sort_by(|a, b| {
        let heavier = stays(a).cmp(&stays(b)).then(b.impact.cmp(&a.impact));
        heavier.then_with(|| natural(&a.name, &b.name))
    });
    (nodes, of_nobody)
}

/// The machines whose data a change set puts at risk.
pub fn at_risk(cluster: &Cluster, changes: &ChangeSet<'_>) -> Vec<Node> {
    at_risk_by(cluster, changes, |_| true)
}

/// The machines whose data some files of a change set put at risk. What is made
/// anew can lose nothing.
pub fn at_risk_by(
    cluster: &Cluster,
    changes: &ChangeSet<'_>,
    counts: impl Fn(&Change<'_>) -> bool,
) -> Vec<Node> {
    if changes.differing().filter(|change| counts(change)).all(|change| change.old.is_none()) {
        return Vec::new();
    }
    let mut modules = modules::read(cluster, changes);
    modules.retain(|module| changes.find(module.path).is_none_or(&counts));
    let (mut nodes, _) = nodes(cluster, changes, &modules);
    nodes.retain(|node| node.impact == Class::DataRisk);
    nodes
}

/// The two states of the tree, which everything is decided from.
struct All<'a> {
    cluster: &'a Cluster,
    changes: &'a ChangeSet<'a>,
    modules: &'a [Module<'a>],
    before: &'a Machines,
    after: &'a Machines,
    /// Whether a host is the VLANs' gateway, of those after.
    has_router: bool,
    /// Whether the cluster's nodes are other ones after.
    has_other_nodes: bool,
}

impl<'a> All<'a> {
    /// Hands the changed data to the machines that it is of; what is nobody's
    /// comes back.
    fn data(&self, found: &mut ByMachine<'a>) -> Vec<OptionChange> {
        let mut of_nobody = Vec::new();
        for module in self.modules {
            let Is::Data(file) = module.is else { continue };
            for change in module.changes() {
                let Some((owner, path)) = data::place(file, change.path) else { continue };
                let owners = match owner {
                    Owner::Machine(name) => {
                        // A value of a host that becomes an option of its VMs.
                        if let Some(option) = data::of_host(&change) {
                            let below = |facts: &Facts| facts.host.as_deref() == Some(name);
                            for vm in self.names(below) {
                                let it = Found::new(option.to_owned(), module, change);
                                found.entry(vm).or_default().push(it);
                            }
                        }
                        Vec::from_iter(self.after.get_key_value(name).map(|(own, _)| own.as_str()))
                    }
                    Owner::Hosts => self.names(|facts| facts.kind == Kind::Host),
                    Owner::HostsAndNodes => {
                        self.names(|facts| facts.kind == Kind::Host || facts.is_node())
                    }
                    Owner::Nodes => self.names(Facts::is_node),
                    Owner::All => self.names(|_| true),
                    Owner::Cluster => {
                        let option = module.option(path, &change, Class::None);
                        let (old, new) = (value(change.old), value(change.new));
                        of_nobody.extend(options::shown(option, old, new));
                        continue;
                    }
                };
                for owner in owners {
                    found.entry(owner).or_default().push(Found::new(path.clone(), module, change));
                }
            }
        }
        of_nobody
    }

    fn names(&self, is: impl Fn(&Facts) -> bool) -> Vec<&'a str> {
        let wanted = self.after.iter().filter(|(_, facts)| is(facts));
        wanted.map(|(name, _)| name.as_str()).collect()
    }

    /// Hands the changed options to the machines that are made of them: those of
    /// a machine's own module, of the modules that it imports, of what makes
    /// every VM, and of the flake.
    fn modules(&self, found: &mut ByMachine<'a>) {
        let is_shared = |module: &Module<'_>| module.is == Is::Shared;
        let graph = self.modules.iter().any(is_shared).then(|| {
            let read = |after| Imports::read(self.cluster, self.changes, self.modules, after);
            rayon::join(|| read(false), || read(true))
        });
        let removed = self.before.iter().filter(|(name, _)| !self.after.contains_key(*name));
        for (name, facts) in self.after.iter().chain(removed) {
            // Of one that comes or goes, only its own module is looked at.
            let stays = self.before.contains_key(name) && self.after.contains_key(name);
            let files = match &graph {
                Some((before, after)) if stays => (before.files_of(name), after.files_of(name)),
                _ => (BTreeSet::new(), BTreeSet::new()),
            };
            for module in self.modules {
                let both = |is_its| (is_its, is_its);
                let (was, is) = match &module.is {
                    Is::Own(own) => both(own == name),
                    Is::Data(_) => continue,
                    Is::Adapters => both(facts.kind == Kind::Vm && stays),
                    Is::Flake => both(stays),
                    Is::Shared => (files.0.contains(module.path), files.1.contains(module.path)),
                };
                if !was && !is {
                    continue;
                }
                let import = self.own(name).filter(|_| was != is);
                let import = import.map(|own| own.attribute(AttrPath::of(&["imports"])));
                for change in module.all(was, is) {
                    let it = Found::new(change.path.to_string(), module, change);
                    found.entry(name).or_default().push(Found { import: import.clone(), ..it });
                }
            }
        }
    }

    /// The module that is a machine's own, if it changes.
    fn own(&self, name: &str) -> Option<&'a Module<'a>> {
        self.modules.iter().find(|module| matches!(&module.is, Is::Own(own) if own == name))
    }

    /// A machine's review, if anything changes for it.
    fn node(&self, name: &str, own: Option<&Module<'_>>, found: &[Found<'_>]) -> Option<Node> {
        let (before, after) = (self.before.get(name), self.after.get(name));
        let action = match (before, after) {
            (None, _) => NodeAction::Add,
            (_, None) => NodeAction::Remove,
            _ => NodeAction::Change,
        };
        let facts = after.or(before)?;
        let mut reasons = lifecycle::reasons(name, self.before, self.after);
        if self.has_other_nodes && action == NodeAction::Change && facts.role.is_some() {
            reasons.push(lifecycle::lets_in());
        }
        let paths: Vec<String> = found.iter().map(|found| found.path.clone()).collect();
        // What another module sets now is as it was: it only moved there. So is a share
        // that may only be read from now on, which is told where it stands then.
        let is_moved = |path: &str, change: &Changed<'_>| {
            let is_whole = change.old.is_none() || change.new.is_none();
            let read_only = path.replacen("data.shares.", "data.readOnlyShares.", 1);
            let takes_place = |it: &Found<'_>| {
                [path, &read_only].contains(&it.path.as_str())
                    && (it.change.old, it.change.new) == (change.new, change.old)
            };
            is_whole && found.iter().any(takes_place)
        };
        let mut options = Vec::new();
        for Found { path, module, change, import } in found {
            let stays = action == NodeAction::Change && is_moved(path, change);
            if stays || path.starts_with("assertions") {
                continue;
            }
            let is_data = matches!(module.is, Is::Data(_));
            if is_data && (action != NodeAction::Change || data::is_repeated(path, &paths)) {
                continue;
            }
            let (old, new) = (value(change.old), value(change.new));
            let impact = if action == NodeAction::Change {
                let reason = impact::cost(facts, self.has_router, path, old, new);
                let impact = reason.impact;
                reasons.push(reason);
                impact
            } else {
                Class::Switch
            };
            let mut option = module.option(path.clone(), change, impact);
            if let Some(import) = import {
                (option.source, option.owner) = (import.clone(), Some(name.to_owned()));
            }
            options.extend(options::shown(option, old, new));
        }
        if let (Some(own), true) = (own, reasons.is_empty()) {
            reasons.push(without_options(own));
        }
        if reasons.is_empty() {
            return None;
        }
        let reasons = heaviest_first(reasons);
        options.sort_by(|a, b| (is_data(a), &a.path).cmp(&(is_data(b), &b.path)));
        Some(Node {
            name: name.to_owned(),
            line: None,
            kind: facts.kind,
            host: facts.host.clone(),
            action,
            impact: reasons.first().map_or(Class::None, |reason| reason.impact),
            reasons,
            options,
        })
    }
}

fn is_data(change: &OptionChange) -> bool {
    change.path.starts_with("data.")
}

fn value(entry: Option<&Entry>) -> Option<&crate::nix::attrs::Value> {
    entry.map(|entry| &entry.value)
}

/// Why a module of a machine changes that sets the same as before.
fn without_options(module: &Module<'_>) -> Reason {
    let (impact, text) = if module.unreadable {
        (Class::Switch, "what is on disk is not valid Nix, so options cannot be compared")
    } else {
        (Class::None, "comments, layout, or checks that are made when it is built")
    };
    Reason { impact, service: None, option: None, text: text.to_owned() }
}

/// Each reason once, for the first option that gives it, and none that a heavier
/// one includes: whatever restarts a machine restarts its services too.
fn heaviest_first(mut reasons: Vec<Reason>) -> Vec<Reason> {
    reasons.sort_by_key(|reason| Reverse(reason.impact));
    let heaviest = reasons.first().map_or(Class::None, |reason| reason.impact);
    let least = match heaviest {
        Class::Restart | Class::Drain | Class::DataRisk => Class::Restart,
        lighter => lighter.min(Class::ServiceRestart),
    };
    let mut seen = BTreeSet::new();
    reasons.retain(|reason| {
        reason.impact >= least
            && seen.insert((reason.impact, reason.service.clone(), reason.text.clone()))
    });
    reasons
}
