//! An image that exists is never touched: it keeps its size and file system,
//! and under another format it is another file.

use std::cmp::Ordering;

use crate::checks::place;
use crate::cluster::{Cluster, Vm, Volume};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Size;
use crate::previous::{Previous, PreviousVolume};

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        for volume in &vm.volumes {
            let last = previous.vms.get(vm.name.as_str());
            let Some(last) = last.and_then(|vm| vm.volumes.get(volume.name.as_str())) else {
                continue;
            };
            log.extend(kind(vm, volume, last));
            log.extend(last.size.and_then(|last| size(vm, volume, last)));
        }
    }
}

fn kind(vm: &Vm, volume: &Volume, last: &PreviousVolume<'_>) -> Option<Diagnostic> {
    let kinds = [
        (
            "format",
            last.format,
            volume.format.as_str(),
            volume.format.span(),
            "a new, empty image would take the place of the one with its data",
        ),
        (
            "fs",
            last.fs,
            volume.fs.as_str(),
            volume.fs.span(),
            "the image that exists has the old one and would not be mounted",
        ),
    ];
    let (key, last, now, span, why) =
        kinds.into_iter().find_map(|(key, last, now, span, why)| {
            last.filter(|last| *last != now).map(|last| (key, last, now, span, why))
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

fn size(vm: &Vm, volume: &Volume, last: Size) -> Option<Diagnostic> {
    let now = *volume.size;
    let span = place(&volume.size, &vm.name);
    let of = format!("the volume `{}` of `{}`", volume.name, vm.name);
    let (code, message, help) = match now.cmp(&last) {
        Ordering::Less => (
            Code::ShrunkVolume,
            format!(
                "{of} would shrink from {last} to {now}, and the image that exists cannot be made smaller"
            ),
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
