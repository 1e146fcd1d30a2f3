//! `nixos` tables and what is rendered have one value each for an option that
//! takes one. Most of these are known beforehand, in `reserved_options`; names of
//! units, users and file systems follow from the cluster, so this looks at what
//! came out.

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::reserved_options::HOW_TO_FORCE;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::nixos::{Options as Table, Setting};
use crate::nix::attrs::{Attrs, Value};
use crate::nix::{Ready, below_root};
use crate::outputs;
use crate::render::nix_attribute;

/// Looks at the modules of every machine that has a `nixos` table.
pub fn conflicting_options(cluster: &Cluster, ready: &Ready, log: &mut Vec<Diagnostic>) {
    let folders = [outputs::VMS, outputs::HOSTS].map(|output| output.path(cluster));
    let vms = cluster.vms.iter().map(|vm| (&folders[0], vm.name.as_str(), &vm.nixos));
    let hosts = cluster.hosts.iter().map(|host| (&folders[1], host.name.as_str(), &host.nixos));
    let mut tables = vms.chain(hosts).filter(|(.., table)| !table.is_empty()).peekable();
    if tables.peek().is_none() {
        return;
    }
    let mut modules = Modules::of(ready);
    // A role's option is the same mistake on each of its machines.
    let mut said = BTreeSet::new();
    for (folder, machine, table) in tables {
        let paths = modules.of_machine(format!("{folder}/{machine}.nix"));
        let sets = |path: &[&str]| paths.iter().find_map(|file| modules.read[file].get(path));
        for_each(table, &mut Vec::new(), &mut |path, name, setting| {
            let Some(value) = sets(path).filter(|value| conflict(path, value, setting)) else {
                return;
            };
            let span = name.span();
            if said.insert(span.as_ref().map(|span| span.start)) {
                let option = dotted(path);
                let message = format!("`{option}` is for nixgen to set, to `{value}`");
                log.push(Diagnostic::new(Code::ReservedOption, span, message).help(HOW_TO_FORCE));
            }
        });
    }
}

/// Calls it with every attribute of a table, and the way to it.
fn for_each<'a>(
    table: &'a Table,
    path: &mut Vec<&'a str>,
    call: &mut impl FnMut(&[&str], &Spanned<String>, &Setting),
) {
    for (name, setting) in table.iter() {
        path.push(name.as_str());
        call(path, name, setting);
        if let Setting::Set(below) = setting {
            for_each(below, path, call);
        }
        path.pop();
    }
}

/// Whether NixOS cannot have both, or would have only what nixgen forces. A default
/// gives way, two equal values are one, and lists, sets and texts of several lines
/// are put together, unless they are a whole file.
fn conflict(path: &[&str], value: &Value, setting: &Setting) -> bool {
    let is_file = path.starts_with(&["environment", "etc"]);
    match (value, setting) {
        (Value::Bool(one), Setting::Bool(other)) => one != other,
        (Value::Int(one), Setting::Integer(other)) => one != other,
        (Value::Text(one), Setting::Text(other)) if one == other => false,
        (Value::Text(text), _) => is_file || !text.contains('\n'),
        (Value::List(_) | Value::Set(_), _) => false,
        (Value::Code(code), _) => code.starts_with("lib.mkForce") || code.starts_with('"'),
        (Value::Null | Value::Bool(_) | Value::Int(_) | Value::Path(_), _) => true,
    }
}

fn dotted(path: &[&str]) -> String {
    path.iter().map(|name| nix_attribute(name)).collect::<Vec<_>>().join(".")
}

/// Rendered modules, read as far as they are needed.
struct Modules<'a> {
    texts: BTreeMap<&'a str, &'a str>,
    read: BTreeMap<String, Attrs>,
}

impl<'a> Modules<'a> {
    fn of(ready: &'a Ready) -> Self {
        let texts = ready.files().iter().map(|file| (file.path(), file.text())).collect();
        Self { texts, read: BTreeMap::new() }
    }

    /// The files that a machine is made of: its own, and what it imports.
    fn of_machine(&mut self, own: String) -> BTreeSet<String> {
        let (mut files, mut next) = (BTreeSet::new(), vec![own]);
        while let Some(path) = next.pop() {
            let Some(text) = self.texts.get(path.as_str()) else { continue };
            let read = || text.parse().unwrap_or_default();
            let attrs = self.read.entry(path.clone()).or_insert_with(read);
            if files.insert(path.clone()) {
                next.extend(attrs.imports().filter_map(|import| below_root(&path, import)));
            }
        }
        files
    }
}
