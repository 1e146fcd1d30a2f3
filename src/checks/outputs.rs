//! The outputs that `[outputs]` speaks of.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::outputs;
use crate::text::{closest, listed};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let names: Vec<&str> = outputs::all().map(|output| output.name).collect();
    for name in cluster.outputs.keys().filter(|name| !names.contains(&name.as_str())) {
        let message = format!("there is no output `{name}`");
        let help = match closest(name.as_str(), names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the outputs are {}", listed(&names, names.len())),
        };
        log.push(Diagnostic::new(Code::UnknownOutput, name.span(), message).help(help));
    }
}
