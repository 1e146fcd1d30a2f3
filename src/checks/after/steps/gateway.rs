//! The VLANs' machines reach everything else through the host that is their
//! gateway. Another machine may take its place, which nobody but the user knows.

use crate::checks::place;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let mut hosts = previous.hosts.iter().filter(|(_, host)| host.is_gateway);
    let Some((last, _)) = hosts.next() else { return };
    if cluster.gateway().is_some() {
        return;
    }
    let host = cluster.hosts.iter().find(|host| host.name.as_str() == *last);
    let span = host.and_then(|host| place(&host.gateway, &host.name));
    let message = format!(
        "`{last}` would no longer be the gateway of the VLANs, and no other host would: their \
         machines would reach nothing outside"
    );
    log.push(Diagnostic::new(Code::LostGateway, span, message).help(
        "write `gateway = true` in the host that is to be it; where another machine already \
         holds the gateways' addresses, allow this",
    ));
}
