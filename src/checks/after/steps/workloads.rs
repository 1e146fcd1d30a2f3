//! A workload may run that was open to more than what is written asks for: by
//! defaults that were others.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::GpuAccess;
use crate::outputs;
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let (Some(ollama), Some(last)) = (outputs::ollama(cluster), previous.manifests.get("ollama"))
    else {
        return;
    };
    let said = |key| last.lines().find_map(|line| line.trim().strip_prefix(key));
    let mut push = |message, help| {
        let span = ollama.demand.span.clone();
        log.push(Diagnostic::new(Code::ShutWorkload, span, message).help(help));
    };
    if let (Some(port), None) = (said("nodePort: "), ollama.node_port()) {
        push(
            format!("Ollama would be reached by pods and nodes only, and by no node port {port}"),
            format!("write `node_port = {port}` if others use it"),
        );
    }
    let is_left_out = ollama.table.gpu_access.is_none();
    let has_plugin = ollama.gpu_access() == Some(GpuAccess::DevicePlugin);
    if said("privileged: ") == Some("true") && is_left_out && has_plugin {
        push(
            "Ollama would not be privileged, and get its GPU of AMD's device plugin".to_owned(),
            "`50-workloads.sh` applies both; write `gpu_access = \"privileged\"` to leave it as it is"
                .to_owned(),
        );
    }
}
