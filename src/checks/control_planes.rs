//! etcd goes on while a majority of its members is left: an even number of them
//! survives no more losses than the odd number below it.

use crate::cluster::{Cluster, Vm};
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let members: Vec<&Vm> = cluster.control_planes().collect();
    let Some(newest) = members.last().filter(|_| members.len().is_multiple_of(2)) else { return };
    let count = members.len();
    let spare = if count == 2 { "none".to_owned() } else { (count / 2 - 1).to_string() };
    let message = format!(
        "{count} control planes can lose {spare} of them, no more than {} could",
        count - 1
    );
    let found = Diagnostic::new(Code::EvenControlPlanes, newest.role.span(), message);
    log.push(found.help(format!(
        "make `{}` a worker, or add a control plane to have {}",
        newest.name,
        count + 1
    )));
}
