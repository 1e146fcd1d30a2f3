//! What the machines of the user's flake evaluate to, and what they would with nixgen's
//! files in it.

use std::collections::BTreeSet;

use super::report;
use crate::disk::{ChangeSet, Root, State, WorkTree};
use crate::nix::attrs::Attrs;
use crate::survey;

/// What a machine cannot be without, whoever sets it.
const ALWAYS: &[&[&str]] = &[
    &["fileSystems"],
    &["microvm", "shares"],
    &["microvm", "volumes"],
    &["networking", "hostName"],
    &["networking", "firewall", "allowedTCPPorts"],
    &["services", "openssh", "enable"],
    &["swapDevices"],
    &["system", "stateVersion"],
];

/// What no machine has by these names, or what has no values to compare.
const NOT_ASKED: &[&str] = &["*", "_module", "assertions", "imports", "let", "nixpkgs", "warnings"];

/// Of a service what says what it does: it has a hundred options besides.
const OF_SERVICES: &[&str] = &["environment", "script", "serviceConfig", "wantedBy"];

/// A line on each machine, and lines on what differs, where these files are nixgen's
/// and all that it renders is there; or why that is not known.
pub(super) fn report(
    changes: &ChangeSet<'_>,
    taken: &[String],
    root: &Root,
) -> Result<String, String> {
    let known = WorkTree::of(root).and_then(|tree| tree.known());
    let copy = root.copy(known).map_err(|error| error.to_string())?;
    let texts = root.nix_texts().filter_map(|(_, text)| text.parse().ok());
    let mut files: Vec<Attrs> = texts.collect();
    for change in changes.all() {
        let is_ours = matches!(change.state, State::Clean | State::Stale | State::Missing);
        let Some(file) = change.new.filter(|_| is_ours || taken.contains(&change.path)) else {
            continue;
        };
        copy.write(&change.path, file.text()).map_err(|error| error.to_string())?;
        files.extend(file.text().parse().ok());
    }
    let paths: BTreeSet<Vec<&str>> =
        files.iter().flat_map(paths).chain(ALWAYS.iter().map(|path| path.to_vec())).collect();
    let before = survey::values(root.path(), &paths)?;
    let after = survey::values(copy.path(), &paths)?;
    let machines: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let fails = |attrs: &Attrs| attrs.entries.is_empty();
    let told = machines.into_iter().map(|name| match (before.get(name), after.get(name)) {
        (Some(before), _) if fails(before) => {
            report::line("no evaluation", &format!("{name}, as it is"))
        }
        (_, Some(after)) if fails(after) => {
            report::line("no evaluation", &format!("{name}, as it would be"))
        }
        (Some(before), Some(after)) => report::machine(name, before, after),
        (Some(_), None) => report::line("no machine", name),
        (None, _) => report::line("new machine", name),
    });
    Ok(told.collect())
}

/// The options that a file sets, by paths in which `*` is any name.
fn paths(file: &Attrs) -> impl Iterator<Item = Vec<&str>> {
    file.entries.keys().flat_map(|path| {
        let segments = path.segments();
        // What a function returns is set by whoever calls it.
        let is_function = |segment: &String| segment.ends_with(':');
        let from = segments.iter().rposition(is_function).map_or(0, |at| at + 1);
        let names = path.names().skip(from).filter(|name| !name.starts_with("(if "));
        let names = names.take_while(|name| *name != "//").skip_while(|name| *name == "config");
        let mut names: Vec<&str> =
            names.map(|name| if name.contains(['$', '(', ' ']) { "*" } else { name }).collect();
        if let ["microvm", "vms", _, "config", ..] = names[..] {
            names.drain(..4);
        }
        let is_asked = names.len() > 1 && !names.iter().take(1).any(|it| NOT_ASKED.contains(it));
        match names[..] {
            _ if !is_asked => Vec::new(),
            ["systemd", "services"] | ["systemd", "services", _] => {
                names.resize(3, "*");
                let of = |option| names.iter().copied().chain([option]).collect();
                OF_SERVICES.iter().map(|option| of(*option)).collect()
            }
            _ => vec![names],
        }
    })
}
