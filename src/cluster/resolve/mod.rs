//! Follows references and fills in what was left out.

mod formation;
mod hosts;
mod names;
mod roles;
mod secrets;
mod vms;

use std::collections::HashSet;

use self::hosts::hosts;
use self::vms::vms;
use crate::cluster::{Cluster, Deployment, Labels, Network, Vlan, VlanId, Vm};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::machines::DeploymentTable;
use crate::input::schema::{ClusterFile, NetworkTable};
use crate::input::types::{Endpoint, LabelKey, LabelValue, Name, OneLine, Role};
use crate::input::{Map, Spanned};
use crate::release::{RELEASES, Release};
use crate::text::{closest, listed};

type Log = Vec<Diagnostic>;

/// Decides every value. `None` when a reference leads nowhere; the reason is
/// in the log.
pub fn resolve(file: ClusterFile, source: &str, log: &mut Log) -> Option<Cluster> {
    // What is missing can only be told once everything that was written was
    // understood: a mistyped key may be the very one.
    let understood = !log.iter().any(Diagnostic::is_error);
    if understood {
        missing(&file, log);
    }
    let release = release(&file.cluster.nixos, log);
    let network = network(&file.network);
    let hosts = hosts(&file, &network, understood, log);
    let vms = vms(&file, &network, hosts.as_ref(), understood, log);
    let (release, hosts, vms) = (release?, hosts?, vms?);
    let endpoint = endpoint(&file, &vms)?;
    let cluster = file.cluster;
    let mut cluster = Cluster {
        source: source.to_owned(),
        name: cluster.name,
        state_version: state_version(cluster.state_version, &release, &cluster.nixos, log)?,
        release,
        kubernetes: cluster.kubernetes,
        kubernetes_nixpkgs: cluster.kubernetes_nixpkgs,
        pod_cidr: cluster.pod_cidr,
        service_cidr: cluster.service_cidr,
        dns_domain: cluster.dns_domain,
        cni: cluster.cni,
        bridge_netfilter: cluster.bridge_netfilter,
        flannel_nftables: cluster.flannel_nftables,
        firewall: cluster.firewall,
        hypervisor: cluster.hypervisor,
        endpoint,
        vip: cluster.vip,
        first_control_plane: cluster.first_control_plane,
        encrypt_secrets: cluster.encrypt_secrets,
        audit: cluster.audit,
        formation: cluster.formation,
        secrets: cluster.secrets,
        host_decrypts: cluster.host_decrypts,
        join_token_file: cluster.join_token_file,
        ca_cert_hash_file: cluster.ca_cert_hash_file,
        certificate_key_file: cluster.certificate_key_file,
        encryption_config_file: cluster.encryption_config_file,
        formatter: *cluster.formatter,
        templates: cluster.templates,
        network,
        hosts,
        vms,
        workloads: file.workloads,
        outputs: file.outputs,
        lints: file.lints,
    };
    formation::read_shared(&mut cluster);
    secrets::share_secrets(&mut cluster, log);
    Some(cluster)
}

/// Says what no cluster can do without.
fn missing(file: &ClusterFile, log: &mut Log) {
    if file.hosts.is_empty() {
        log.push(
            Diagnostic::new(Code::MissingKey, None, "the file has no host")
                .help("add a table `[hosts.<name>]` for the machine that carries the MicroVMs"),
        );
    }
    if file.network.vlans.is_empty() {
        log.push(
            Diagnostic::new(Code::MissingKey, None, "the file has no VLAN")
                .help("add a table `[network.vlans.<name>]` with an `id` and a `subnet`"),
        );
    }
    if !file.vms.iter().any(|(_, vm)| *vm.role == Role::ControlPlane)
        && !file.hosts.iter().any(|(_, host)| *host.role == Role::ControlPlane)
    {
        let message = "the cluster has no control plane";
        log.push(
            Diagnostic::new(Code::ControlPlanes, file.cluster.name.span(), message)
                .help("give one VM `role = \"control-plane\"`"),
        );
    }
}

fn release(written: &Spanned<OneLine>, log: &mut Log) -> Option<Spanned<&'static Release>> {
    let found = Release::named(written.as_str());
    if found.is_none() {
        let known: Vec<&str> = RELEASES.iter().map(|release| release.name).collect();
        let message = format!("nixgen does not know NixOS `{written}`");
        let written_as = written.as_str();
        let is_release = written_as.len() == 5 && written_as.parse::<f32>().is_ok();
        let near = known.iter().find(|name| written_as.contains(**name)).copied();
        let near = near.or_else(|| closest(written_as, known.iter().copied()));
        let help = match near.filter(|_| !is_release) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the known releases are {}", known.join(", ")),
        };
        log.push(Diagnostic::new(Code::InvalidValue, written.span(), message).help(help));
    }
    found.map(|release| written.clone().map(|_| release))
}

fn state_version(
    written: Option<Spanned<OneLine>>,
    release: &Release,
    nixos: &Spanned<OneLine>,
    log: &mut Log,
) -> Option<Spanned<OneLine>> {
    match written {
        Some(version) => Some(version),
        None if release.is_rolling() => {
            let message = "`unstable` does not say which `state_version` the machines have";
            log.push(
                Diagnostic::new(Code::MissingKey, nixos.span(), message)
                    .help("add `state_version = \"26.05\"`: the release they were installed with"),
            );
            None
        }
        None => Some(nixos.clone()),
    }
}

fn network(table: &NetworkTable) -> Network {
    let vlans = table.vlans.iter().enumerate().map(|(at, (name, vlan))| {
        let first = vlan.subnet.value.hosts().next().unwrap_or(vlan.subnet.network());
        Vlan {
            id: VlanId(at),
            name: name.clone(),
            tag: vlan.id.clone(),
            subnet: vlan.subnet.clone(),
            gateway: vlan.gateway.clone().unwrap_or(Spanned::implied(first)),
            allow_from: vlan.allow_from.clone(),
        }
    });
    Network {
        bridge: table.bridge.clone(),
        dns: table.dns.clone(),
        wan: table.wan.as_ref().map(|wan| (wan.subnet.clone(), wan.gateway.clone())),
        vlans: vlans.collect(),
    }
}

fn labels(map: &Map<LabelKey, Spanned<LabelValue>>) -> Labels {
    map.iter().map(|(key, value)| (key.value.clone(), value.clone())).collect()
}

/// How a machine is reached, which nixgen gives tags.
fn deployment(
    owner: &Spanned<Name>,
    table: &DeploymentTable,
    host: String,
    user: String,
    given: &[&str],
    log: &mut Log,
) -> Deployment {
    let without = &table.without_tags;
    let given_tags = given.iter().map(|tag| Name::own(*tag));
    let given_tags = given_tags.filter(|tag| without.iter().all(|without| without.value != *tag));
    let mut seen = HashSet::new();
    let tags = table.tags.iter().map(|tag| tag.value.clone()).chain(given_tags);
    let tags = tags.filter(|tag| seen.insert(tag.clone())).collect();
    for tag in without.iter().filter(|tag| !given.contains(&tag.as_str())) {
        let message = format!("nixgen gives `{owner}` no tag `{tag}`");
        log.push(
            Diagnostic::new(Code::UnknownReference, tag.span(), message)
                .help(format!("it gives it {}", listed(given, given.len()))),
        );
    }
    Deployment {
        target_host: table.target_host.as_ref().map_or(host, ToString::to_string),
        target_user: table.target_user.as_ref().map_or(user, ToString::to_string),
        tags,
        colmena: table.colmena.as_ref().is_none_or(|colmena| **colmena),
        build_on_target: table.build_on_target.as_ref().is_some_and(|on_target| **on_target),
    }
}

fn endpoint(file: &ClusterFile, vms: &[Vm]) -> Option<Spanned<Endpoint>> {
    if let Some(written) = &file.cluster.endpoint {
        return Some(written.clone());
    }
    if let Some(vip) = &file.cluster.vip {
        return Some(vip.clone().map(Endpoint::on_default_port));
    }
    let first = vms.iter().find(|vm| *vm.role == Role::ControlPlane)?;
    Some(Spanned::implied(Endpoint::on_default_port(*first.ip)))
}
