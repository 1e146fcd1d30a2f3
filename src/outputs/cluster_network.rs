//! `cluster-network.nix`: the bridge, the VLANs and the taps of a host.

use serde::Serialize;

use super::Output;
use crate::render::{Template, template};

/// What the template is given.
#[derive(Serialize)]
struct Context {
    has_wan: bool,
    all_static: bool,
    all_dhcp: bool,
    several_hosts: bool,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/cluster-network.nix");

pub(super) const OUTPUT: Output = Output {
    name: "cluster-network",
    path: "modules/nixos/cluster-network.nix",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let fixed = cluster.hosts.iter().filter(|host| host.wan_address.is_some()).count();
        let context = Context {
            has_wan: fixed > 0,
            all_static: fixed == cluster.hosts.len(),
            all_dhcp: fixed == 0,
            several_hosts: cluster.hosts.len() > 1,
        };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};
