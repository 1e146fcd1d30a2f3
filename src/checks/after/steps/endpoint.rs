//! Every kubeconfig of a cluster leads to its endpoint, and the API server's
//! certificate names it.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let endpoint = &cluster.endpoint;
    let Some(last) = previous.endpoint else { return };
    if last == endpoint.as_str() {
        return;
    }
    // One that follows from a control plane's address has changed with it.
    let control_planes = previous.control_planes.iter();
    let mut addresses = control_planes.filter_map(|name| previous.vms.get(name)?.ip);
    if !endpoint.is_written() && addresses.any(|ip| last == format!("{ip}:6443")) {
        return;
    }
    let message = format!("the endpoint would change from `{last}` to `{endpoint}`");
    log.push(Diagnostic::new(Code::ChangedEndpoint, endpoint.span(), message).help(format!(
        "write `endpoint = \"{last}\"`: the certificates and every node's kubeconfig name it"
    )));
}
