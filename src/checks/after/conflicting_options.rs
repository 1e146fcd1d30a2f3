//! `nixos` tables and what is rendered have one value each for an option that
//! takes one: two values would only show at evaluation, and one that is forced not
//! even there.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::nixos::{Options as Table, Setting};
use crate::nix::attrs::{AttrPath, Attrs, Value};
use crate::nix::below_root;
use crate::outputs;
use crate::render::RenderedFile;

/// Looks at the modules of every machine that has a `nixos` table.
pub fn conflicting_options(cluster: &Cluster, files: &[RenderedFile], log: &mut Vec<Diagnostic>) {
    let folders = [outputs::VMS, outputs::HOSTS].map(|output| output.path(cluster));
    let vms = cluster.vms.iter().map(|vm| (&folders[0], &vm.name, &vm.nixos));
    let hosts = cluster.hosts.iter().map(|host| (&folders[1], &host.name, &host.nixos));
    let mut modules = Modules::of(files);
    // A role's option is the same mistake on each of its machines.
    let mut said = BTreeSet::new();
    for (folder, machine, table) in vms.chain(hosts).filter(|(.., table)| !table.is_empty()) {
        let paths = modules.of_machine(outputs::module_of(machine, folder).inside().to_owned());
        for_each(table, &mut Vec::new(), &mut |path, name, setting| {
            let option = AttrPath::of(path);
            let set = paths.iter().find_map(|file| modules.read.get(file)?.entries.get(&option));
            let Some(set) = set.filter(|set| conflict(path, &set.value, setting)) else { return };
            let span = name.span();
            if said.insert(span.as_ref().map(|span| span.start)) {
                let message = format!("nixgen itself sets `{option}`, to `{}`", set.value);
                log.push(Diagnostic::new(Code::ReservedOption, span, message).help(HELP));
            }
        });
    }
}

const HELP: &str = "write the key of nixgen's own that it follows from, or force it with \
                    `lib.mkForce` in a module of `extra_modules`";

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
        // Of a text with interpolation its spelling is known.
        (Value::Code(code), _) if code.starts_with('"') => is_file || !code.contains("\\n"),
        (Value::Code(code), _) => code.starts_with("lib.mkForce"),
        (Value::Null | Value::Bool(_) | Value::Int(_) | Value::Path(_), _) => true,
    }
}

/// Rendered modules, read as far as they are needed: what they set, whatever that
/// depends on.
struct Modules<'a> {
    texts: BTreeMap<&'a str, &'a str>,
    read: BTreeMap<String, Attrs>,
}

impl<'a> Modules<'a> {
    fn of(files: &'a [RenderedFile]) -> Self {
        let texts = files.iter().map(|file| (file.path.inside(), file.text.as_str()));
        Self { texts: texts.collect(), read: BTreeMap::new() }
    }

    /// The files that a machine is made of: its own, and what it imports.
    fn of_machine(&mut self, own: String) -> BTreeSet<String> {
        let (mut paths, mut next) = (BTreeSet::new(), vec![own]);
        while let Some(path) = next.pop() {
            let Some(text) = self.texts.get(path.as_str()) else { continue };
            let module = self.read.entry(path.clone()).or_insert_with(|| read(text));
            if paths.insert(path.clone()) {
                next.extend(module.imports().filter_map(|import| below_root(&path, import)));
            }
        }
        paths
    }
}

fn read(module: &str) -> Attrs {
    let Attrs { entries } = module.parse().unwrap_or_default();
    let entries = entries.into_iter().map(|(path, entry)| (path.unconditional(), entry));
    Attrs { entries: entries.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_of_many_as_it_is_written() {
        let conflicts = |path: &[&str], value: &str| {
            let attrs = read(&format!("x: {{ a = {value}; }}"));
            let value = attrs.get(&["a"]).expect("a value");
            conflict(path, value, &Setting::Text("mine".to_owned()))
        };
        for one in ["1", "true", "null", "\"theirs\"", "\"${x}\"", "./x", "lib.mkForce [ ]"] {
            assert!(conflicts(&["a"], one), "{one}");
        }
        for many in ["[ 1 ]", "{ }", "''\n  a\n''", "''\n  ${x}\n''", "lib.mkDefault 1"] {
            assert!(!conflicts(&["a"], many), "{many}");
        }
        assert!(!conflicts(&["a"], "\"mine\""), "the same");
        assert!(conflicts(&["environment", "etc", "a", "text"], "''\n  ${x}\n''"), "a whole file");
    }
}
