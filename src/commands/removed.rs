//! What the running cluster has to be told when machines are gone from the
//! description, and what of them stays on disk.

use std::collections::{BTreeMap, BTreeSet};

use crate::disk::ChangeSet;
use crate::nix::attrs::{Attrs, Value};
use crate::render::shell_word_if_needed as quoted;

/// The data of the MicroVMs, as the tree has it or will have it.
#[derive(Default)]
struct Data {
    control_planes: Vec<String>,
    workers: Vec<String>,
    vms: BTreeMap<String, Vm>,
}

/// What is known of a MicroVM.
#[derive(Default)]
struct Vm {
    host: String,
    /// Directories of the host that hold its state, besides its own folder.
    sources: BTreeSet<String>,
}

/// For each machine that is gone, the commands in their order, to be copied.
pub(super) fn steps(changes: &ChangeSet<'_>) -> Vec<String> {
    let data = changes.differing().find(|change| change.path.ends_with("vms.nix"));
    let Some((Some(old), Some(new))) = data.map(|change| (change.old.as_deref(), change.new))
    else {
        return Vec::new();
    };
    let (old, new) = (Data::read(old), Data::read(new.text()));
    let mut names: BTreeSet<&String> = old.nodes().filter(|name| !new.has(name)).collect();
    names.extend(old.vms.keys().filter(|name| !new.vms.contains_key(*name)));
    names.into_iter().map(|name| old.without(name, &new)).collect()
}

impl Data {
    fn read(text: &str) -> Self {
        let mut data = Self::default();
        let Ok(attrs) = text.parse::<Attrs>() else { return data };
        for (path, entry) in &attrs.entries {
            let segments: Vec<&str> = path.segments().iter().map(String::as_str).collect();
            match (&segments[..], &entry.value) {
                (["k8s", "controlPlanes"], Value::List(names)) => {
                    data.control_planes = texts(names);
                }
                (["k8s", "workers"], Value::List(names)) => data.workers = texts(names),
                (["definitions", vm, rest @ ..], value) => {
                    let vm = data.vms.entry(plain(vm)).or_default();
                    match (rest, value) {
                        (["host"], Value::Text(host)) => vm.host.clone_from(host),
                        ([.., "source"], Value::Text(source)) => {
                            vm.sources.insert(source.clone());
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        data
    }

    fn nodes(&self) -> impl Iterator<Item = &String> {
        self.control_planes.iter().chain(&self.workers)
    }

    fn has(&self, name: &str) -> bool {
        self.nodes().any(|node| node == name)
    }

    fn without(&self, name: &str, new: &Self) -> String {
        let machine = quoted(name);
        let mut lines =
            vec![format!("{name} is gone from the description. To take it out of what runs:")];
        let mut step = |line: String| lines.push(format!("  {line}"));
        let is_control_plane = self.control_planes.iter().any(|node| node == name);
        if let Some(first) = new.control_planes.first().filter(|_| self.has(name)) {
            step(format!("# on {first}, as root"));
            step("export KUBECONFIG=/etc/kubernetes/admin.conf".to_owned());
            step(format!("kubectl drain {machine} --ignore-daemonsets --delete-emptydir-data"));
            step(format!("# on {name}, as root, while the others run"));
            step("kubeadm reset --force".to_owned());
            step(format!("# on {first}, as root"));
            step(format!("kubectl delete node {machine}"));
            if is_control_plane {
                step(format!(
                    "# the reset took {name} out of etcd; if it could not, with its ID from the list:"
                ));
                let etcdctl = "etcdctl --endpoints https://127.0.0.1:2379 --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key";
                step(format!("{etcdctl} member list"));
                step(format!("{etcdctl} member remove \"$ID\""));
            }
        }
        if let Some(vm) = self.vms.get(name).filter(|_| !new.vms.contains_key(name)) {
            let own = format!("/var/lib/microvms/{name}");
            let host = if vm.host.is_empty() { "its host" } else { &vm.host };
            step(format!("# on {host}, as root"));
            step(format!("systemctl stop {}", quoted(&format!("microvm@{name}.service"))));
            step("# its images and directories stay there until you delete them:".to_owned());
            let others = vm.sources.iter().filter(|source| !source.starts_with(&format!("{own}/")));
            let kept: Vec<String> =
                std::iter::once(&own).chain(others).map(|path| quoted(path)).collect();
            step(format!("# rm -r {}", kept.join(" ")));
        }
        lines.join("\n")
    }
}

fn texts(values: &[Value]) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    values.iter().filter_map(text).collect()
}

/// An attribute's name without its quotes.
fn plain(segment: &str) -> String {
    segment.trim_matches('"').to_owned()
}
