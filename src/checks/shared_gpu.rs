//! A device plugin gives a GPU to one pod: of two workloads on a single node one would
//! wait for ever.

use crate::cluster::{Cluster, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::outputs::{self, Server};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let servers = [outputs::ollama(cluster), outputs::localai(cluster)];
    let [Some(first), Some(second)] = servers else { return };
    let (Some(one), Some(other)) = (only_gpu(&first), only_gpu(&second)) else { return };
    if one.name != other.name {
        return;
    }
    let message = format!(
        "{} and {} each take a GPU for themselves, and only `{}` has one for them",
        first.demand.title, second.demand.title, one.name
    );
    log.push(
        Diagnostic::new(Code::SharedGpu, second.demand.span, message)
            .related(first.demand.span, "the other one")
            .help(
                "write `gpu_access = \"privileged\"` for both, which share it then; or leave one out",
            ),
    );
}

/// The node whose GPU it takes, if there is no other.
fn only_gpu<'a>(server: &Server<'a>) -> Option<Node<'a>> {
    match server.demand.gpus[..] {
        [(node, _)] if server.has_device_plugin() => Some(node),
        _ => None,
    }
}
