//! What a VM keeps on its host is its own: a directory that two VMs mount is
//! written by both, and one that holds another's holds its keys.

use std::collections::HashSet;
use std::path::Path;

use crate::cluster::{Cluster, HostId, Share, Vm};
use crate::diagnostic::{Code, Diagnostic};

/// Where microvm.nix keeps a directory for each VM.
const STATE: &str = "/var/lib/microvms";

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let names: HashSet<(HostId, &str)> =
        cluster.vms.iter().map(|vm| (vm.host, vm.name.as_str())).collect();
    let mut sources: Vec<Source<'_>> = Vec::new();
    for vm in &cluster.vms {
        for share in vm.shares.iter().filter(|share| share.source.is_written()) {
            let source = Source { vm, share };
            match source.misuse(|name| names.contains(&(vm.host, name))) {
                Some(misuse) => log.push(source.report(&misuse)),
                None => sources.push(source),
            }
        }
    }
    // By component, a directory stands right before what is in it.
    sources.sort_by(|a, b| {
        let key = |source: &Source<'_>| source.share.source.span().map(|span| span.start);
        (a.vm.host, a.path(), key(a)).cmp(&(b.vm.host, b.path(), key(b)))
    });
    let mut around: Vec<&Source<'_>> = Vec::new();
    for source in &sources {
        around.retain(|outer| {
            outer.vm.host == source.vm.host && source.path().starts_with(outer.path())
        });
        // What nobody else writes may be read by several.
        let outer =
            around.iter().rev().find(|outer| !(outer.share.read_only && source.share.read_only));
        if let Some(outer) = outer {
            let relation = if outer.path() == source.path() { "is also that" } else { "is in one" };
            let found = source.report(&format!("{relation} of `{}`", outer.vm.name));
            log.push(found.related(outer.share.source.span(), "first used here"));
        }
        around.push(source);
    }
}

/// A directory of the host that the user gave to a VM.
struct Source<'a> {
    vm: &'a Vm,
    share: &'a Share,
}

impl Source<'_> {
    fn path(&self) -> &Path {
        Path::new(self.share.source.as_str())
    }

    /// Its other use among the directories of microvm.nix, if it has one.
    fn misuse(&self, is_vm: impl Fn(&str) -> bool) -> Option<String> {
        if Path::new(STATE).starts_with(self.path()) {
            return Some("holds what every VM keeps".to_owned());
        }
        let below = self.path().strip_prefix(STATE).ok()?;
        let mut parts = below.iter().filter_map(|part| part.to_str());
        let name = parts.next()?;
        if name != self.vm.name.as_str() {
            return is_vm(name).then(|| format!("belongs to `{name}`"));
        }
        let own = match parts.next() {
            None | Some("ssh" | "kubernetes" | "persist") => true,
            Some(file) => self.vm.volumes.iter().any(|volume| {
                let extension = file.strip_prefix(volume.name.as_str());
                matches!(extension, Some(".img" | ".qcow2"))
            }),
        };
        own.then(|| "is where its keys and images are".to_owned())
    }

    fn report(&self, misuse: &str) -> Diagnostic {
        let (source, name) = (&self.share.source, &self.vm.name);
        let message = format!("the directory `{source}` of `{name}` {misuse}");
        Diagnostic::new(Code::SharedHostPath, source.span(), message).help(match self.share.name {
            Some(_) => "write a directory that is this share's alone".to_owned(),
            None => format!("leave `source` out: the VM then has `{STATE}/{name}/data` to itself"),
        })
    }
}
