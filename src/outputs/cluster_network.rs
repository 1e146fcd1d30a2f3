//! `cluster-network.nix`: the bridge, the VLANs and the taps of a host.

use serde::Serialize;

use super::output::Output;
use crate::input::types::Firewall;
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context {
    /// Whether a host name is not that of a table.
    renamed: bool,
    addressing: Addressing,
    several_hosts: bool,
    firewall: Firewall,
}

/// How hosts get their address outside.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Addressing {
    /// Every host has a fixed one.
    Static,
    /// Every host asks DHCP.
    Dhcp,
    /// Some do, some do not.
    Mixed,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/cluster-network.nix", Kind::Module);

pub(super) const OUTPUT: Output = Output {
    name: "cluster-network",
    path: "modules/nixos/cluster-network.nix",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let fixed = cluster.hosts.iter().filter(|host| host.wan_address.is_some()).count();
        let context = Context {
            addressing: match fixed {
                0 => Addressing::Dhcp,
                all if all == cluster.hosts.len() => Addressing::Static,
                _ => Addressing::Mixed,
            },
            several_hosts: cluster.hosts.len() > 1,
            renamed: cluster.renamed_hosts().next().is_some(),
            firewall: *cluster.firewall,
        };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};
