//! etcd goes on while a majority of its members is left: an even number of them
//! survives no more losses than the odd number below it.

use crate::cluster::{Cluster, Vm};
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let members: Vec<&Vm> = cluster.control_planes().collect();
    let Some(last) = members.last().filter(|_| members.len().is_multiple_of(2)) else { return };
    let count = members.len();
    let message = format!(
        "{count} control planes survive the loss of {}, as {} do",
        count / 2 - 1,
        count - 1
    );
    let found = Diagnostic::new(Code::ControlPlanes, last.role.span(), message);
    log.push(found.help(format!(
        "make `{}` a worker, or add a control plane to have {}",
        last.name,
        count + 1
    )));
}
