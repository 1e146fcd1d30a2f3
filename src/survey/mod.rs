//! What a repository says of its machines before it has a `cluster.toml`: its Nix
//! files as far as they can be read, and what its flake evaluates to where Nix is.

mod draft;
mod evaluated;
mod facts;
mod links;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use draft::Draft;
pub use evaluated::{evaluate, values};

use crate::disk::Root;
use crate::nix::attrs::{Attrs, Value};
use crate::nix::below_root;
use crate::outputs::DataFile;

/// What a repository says of its machines.
#[derive(Debug, Default)]
pub struct Survey {
    /// The Nix files by their paths.
    files: BTreeMap<String, Attrs>,
    /// What the flake evaluates to, machine by machine.
    evaluated: BTreeMap<String, Attrs>,
}

/// An option of a machine.
#[derive(Debug, Clone, Copy)]
struct Said<'a> {
    value: &'a Value,
    /// The file that says it, or the evaluation.
    from: &'a str,
}

/// A machine, and what is said of it by the options' names.
#[derive(Debug)]
struct Machine<'a> {
    name: &'a str,
    is_vm: bool,
    /// The files that it is made of, its own first.
    files: Vec<&'a str>,
    said: Vec<(Vec<&'a str>, Said<'a>)>,
}

/// As which values of the evaluation are told.
const EVALUATION: &str = "nix eval";

impl Survey {
    /// Reads the Nix files of a repository.
    pub fn read(root: &Root) -> Self {
        let files = root.nix_texts().filter_map(|(path, text)| Some((path, text.parse().ok()?)));
        Self { files: files.collect(), evaluated: BTreeMap::new() }
    }

    /// The same with what the flake evaluates to.
    #[must_use]
    pub fn evaluated(self, evaluated: BTreeMap<String, Attrs>) -> Self {
        Self { evaluated, ..self }
    }

    /// Every attribute of every file.
    fn attributes(&self) -> impl Iterator<Item = (Vec<&str>, Said<'_>)> {
        self.files.iter().flat_map(|(from, attrs)| said(attrs, from))
    }

    /// The machines that anything tells of.
    fn machines(&self) -> Vec<Machine<'_>> {
        let mut vms: BTreeSet<&str> = BTreeSet::new();
        let mut hosts: BTreeSet<&str> = BTreeSet::new();
        for (path, _) in self.attributes() {
            match path[..] {
                [.., "definitions", vm, "vcpu" | "mem" | "mac"] => drop(vms.insert(vm)),
                [.., "definitions", host, "username" | "sshPubKey"] => drop(hosts.insert(host)),
                _ => {
                    let behind = |names: [&str; 2]| {
                        let at = path.windows(2).position(|pair| pair == names)?;
                        path.get(at + 2).copied()
                    };
                    vms.extend(behind(["microvm", "vms"]));
                    let at = path.iter().position(|name| *name == "nixosConfigurations");
                    hosts.extend(at.and_then(|at| path.get(at + 1)));
                }
            }
        }
        for (name, attrs) in self.own().chain(self.evaluated.iter().map(|(a, b)| (a.as_str(), b))) {
            if is_guest(attrs) {
                vms.insert(name)
            } else {
                hosts.insert(name)
            };
        }
        if hosts.is_empty() {
            hosts.extend(self.files.keys().filter_map(|path| named_by(path)));
        }
        // Names that only the evaluation knows, as `${host}`, are none.
        let is_name = |name: &&str| !name.contains(['$', ' ', ':']);
        let hosts: Vec<&str> = hosts.difference(&vms).copied().filter(is_name).collect();
        let is_only = hosts.len() == 1;
        let hosts = hosts.iter().map(|name| self.machine(name, false, is_only));
        hosts
            .chain(vms.into_iter().filter(is_name).map(|vm| self.machine(vm, true, false)))
            .collect()
    }

    /// The files that name their machine.
    fn own(&self) -> impl Iterator<Item = (&str, &Attrs)> {
        self.files
            .values()
            .filter_map(|attrs| Some((attrs.get(&["networking", "hostName"])?.text()?, attrs)))
    }

    fn machine<'a>(&'a self, name: &'a str, is_vm: bool, is_only: bool) -> Machine<'a> {
        let is_own = |(path, attrs): &(&'a String, &'a Attrs)| {
            let host_name = attrs.get(&["networking", "hostName"]);
            if let Some(host_name) = host_name.and_then(Value::text) {
                return host_name == name;
            }
            let path = Path::new(path).with_extension("");
            let is_hosts = host_name.is_some() || path.ends_with("configuration");
            let mut parts = path.iter();
            parts.any(|part| part == name) || is_only && is_hosts
        };
        let mut files: Vec<&str> = Vec::new();
        let mut next: Vec<&str> =
            self.files.iter().filter(is_own).map(|(path, _)| path.as_str()).collect();
        while let Some(path) = next.pop() {
            if !files.contains(&path) {
                files.push(path);
                next.extend(self.imports(path));
            }
        }
        let evaluated = self.evaluated.get(name).map(|attrs| (EVALUATION, attrs));
        let of_files = files.iter().filter_map(|path| Some((*path, self.files.get(*path)?)));
        let mut said_of: Vec<_> = evaluated
            .into_iter()
            .chain(of_files)
            .flat_map(|(from, attrs)| said(attrs, from))
            .collect();
        // Data about it, and what its host says of it.
        said_of.extend(self.attributes().filter_map(|(path, said)| {
            let at = path.iter().position(|part| *part == name)?;
            let rest = path.get(at + 1..)?;
            let around = path.get(..at)?;
            let rest = match around {
                [.., "definitions"] => rest,
                [.., "microvm", "vms"] => rest.strip_prefix(&["config"])?,
                _ => return None,
            };
            Some((rest.to_vec(), said))
        }));
        Machine { name, is_vm, files, said: said_of }
    }

    /// The files of the repository that one of them imports.
    fn imports(&self, path: &str) -> impl Iterator<Item = &str> {
        let imports = self.files.get(path).into_iter().flat_map(Attrs::imports);
        imports.filter_map(move |import| {
            let file = below_root(path, import)?;
            let of_folder = format!("{file}/{}", DataFile::Index.word());
            let known = [file, of_folder].into_iter().find_map(|it| self.files.get_key_value(&it));
            known.map(|(path, _)| path.as_str())
        })
    }
}

impl<'a> Machine<'a> {
    /// What is said first under a name.
    fn get(&self, name: &[&str]) -> Option<Said<'a>> {
        self.said.iter().find(|(path, _)| path == name).map(|(_, said)| *said)
    }
}

/// The host that a file is named after, where functions make hosts of files.
fn named_by(path: &str) -> Option<&str> {
    const OF_SEVERAL: &[&str] = &["common", "default", "lib", "modules", "shared"];

    let mut parts = path.split('/');
    parts.find(|part| matches!(*part, "hosts" | "machines"))?;
    let name = Path::new(parts.next()?).file_stem()?.to_str()?;
    Some(name).filter(|name| !OF_SEVERAL.contains(name))
}

/// The attributes that a file sets, whatever they depend on.
fn said<'a>(attrs: &'a Attrs, from: &'a str) -> impl Iterator<Item = (Vec<&'a str>, Said<'a>)> {
    attrs.entries.iter().map(move |(path, entry)| {
        let names = path.names().filter(|name| !name.starts_with("(if "));
        (names.collect(), Said { value: &entry.value, from })
    })
}

/// Whether options are those of a MicroVM.
fn is_guest(attrs: &Attrs) -> bool {
    let is_guests = |path: &[&str]| match path {
        ["microvm", "vms" | "host" | "autostart" | "stateDir", ..] => false,
        ["microvm", ..] => true,
        _ => false,
    };
    said(attrs, "").any(|(path, _)| is_guests(&path))
}
