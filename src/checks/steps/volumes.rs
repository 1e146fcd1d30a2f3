//! An image that exists is never touched: it keeps its size and file system,
//! and under another format it is another file.

use std::cmp::Ordering;

use super::Previous;
use crate::checks::place;
use crate::cluster::{Cluster, Vm, Volume};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Size;
use crate::nix::attrs::Value;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        for volume in &vm.volumes {
            let last = |name| previous.volume(vm.name.as_str(), volume.name.as_str(), name);
            log.extend(kind(vm, volume, |name| last(name)?.text()));
            if let Some(Value::Int(mib)) = last("size") {
                log.extend(u32::try_from(*mib).ok().and_then(|mib| size(vm, volume, mib)));
            }
        }
    }
}

fn kind<'a>(
    vm: &Vm,
    volume: &Volume,
    last: impl Fn(&'static str) -> Option<&'a str>,
) -> Option<Diagnostic> {
    let kinds = [
        (
            "format",
            "format",
            volume.format.as_str(),
            volume.format.span(),
            "a new, empty image would take the place of the one with its data",
        ),
        (
            "fs",
            "fsType",
            volume.fs.as_str(),
            volume.fs.span(),
            "the image that exists has the old one and would not be mounted",
        ),
    ];
    let (key, last, now, span, why) =
        kinds.into_iter().find_map(|(key, name, now, span, why)| {
            last(name).filter(|last| *last != now).map(|last| (key, last, now, span, why))
        })?;
    let message = format!(
        "the `{key}` of the volume `{}` of `{}` would change from {last} to {now}: {why}",
        volume.name, vm.name
    );
    let span = span.or_else(|| vm.name.span());
    Some(Diagnostic::new(Code::ChangedVolume, span, message).help(format!(
        "write `{key} = \"{last}\"`, or add a volume of another name and move the data"
    )))
}

fn size(vm: &Vm, volume: &Volume, mib: u32) -> Option<Diagnostic> {
    let (last, now) = (Size::from_mib(mib), *volume.size);
    let span = place(&volume.size, &vm.name);
    let of = format!("the volume `{}` of `{}`", volume.name, vm.name);
    let (code, message, help) = match now.cmp(&last) {
        Ordering::Less => (
            Code::ShrunkVolume,
            format!("{of} would shrink from {last} to {now}, and the image that exists cannot"),
            format!(
                "write `size = \"{last}\"`; the runbook tells how to start over with a smaller one"
            ),
        ),
        Ordering::Equal => return None,
        Ordering::Greater => (
            Code::GrownVolume,
            format!("the image of {of} keeps its {last}"),
            format!("the runbook tells how to make it {now} (\"Grow a volume\")"),
        ),
    };
    Some(Diagnostic::new(code, span, message).help(help))
}
