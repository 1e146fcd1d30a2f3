//! The cluster that was rendered last, as the data files on disk tell it: one may run
//! that was made of it.

use std::collections::BTreeMap;

use crate::cluster::Cluster;
use crate::input::decode::Text as _;
use crate::input::types::{Minor, Role, Size};
use crate::nix::attrs::{Attrs, Value};
use crate::outputs::{self, DOMAINS, DataFile};

/// The cluster that was rendered last, as far as its data files differ from those of now.
/// They may be a person's: what is not there, or is no such value, is not known.
#[derive(Debug, Default)]
pub struct Previous<'a> {
    /// The Kubernetes minor.
    pub kubernetes: Option<Minor>,
    /// Where nodes reached the API server.
    pub endpoint: Option<&'a str>,
    /// Addresses of pods.
    pub pod_cidr: Option<&'a str>,
    /// Addresses of services.
    pub service_cidr: Option<&'a str>,
    /// The DNS domain of services.
    pub dns_domain: Option<&'a str>,
    /// Whether it was to be created with encrypted Secrets.
    pub encrypt_secrets: bool,
    /// Whether it was to be created with an audit log.
    pub audit: bool,
    /// The control plane that created the cluster.
    pub first_control_plane: Option<&'a str>,
    /// The names of the control planes.
    pub control_planes: Vec<&'a str>,
    /// The names of the workers.
    pub workers: Vec<&'a str>,
    /// The MicroVMs by name.
    pub vms: BTreeMap<&'a str, PreviousVm<'a>>,
    /// The hosts by name.
    pub hosts: BTreeMap<&'a str, PreviousHost<'a>>,
    /// The NixOS release of every machine.
    pub nixos: Option<&'a str>,
    /// `system.stateVersion` of every machine.
    pub state_version: Option<&'a str>,
    /// `system.stateVersion` as modules of machines set it, which somebody else may
    /// have written, by their paths.
    pub state_versions: Vec<(String, &'a str)>,
    /// The manifests of workloads by the names of their outputs, where they differ.
    pub manifests: BTreeMap<&'static str, &'a str>,
}

/// A MicroVM that was rendered last.
#[derive(Debug, Default)]
pub struct PreviousVm<'a> {
    /// The host that carried it.
    pub host: Option<&'a str>,
    /// Its VLAN.
    pub vlan: Option<&'a str>,
    /// Its role, if it was a node.
    pub role: Option<Role>,
    /// Its address.
    pub ip: Option<&'a str>,
    /// Its memory.
    pub memory: Option<Size>,
    /// Its block volumes by name.
    pub volumes: BTreeMap<&'a str, PreviousVolume<'a>>,
    /// The directories of its host with what it wrote.
    pub written: Vec<&'a str>,
}

/// A block volume that was rendered last.
#[derive(Debug, Default)]
pub struct PreviousVolume<'a> {
    /// Its size.
    pub size: Option<Size>,
    /// Its file system.
    pub fs: Option<&'a str>,
    /// The image's format.
    pub format: Option<&'a str>,
}

/// A host that was rendered last.
#[derive(Debug, Default)]
pub struct PreviousHost<'a> {
    /// Its role, if it was a node.
    pub role: Option<Role>,
    /// Its VLAN as a node.
    pub vlan: Option<&'a str>,
    /// Its own addresses by VLAN.
    pub addresses: BTreeMap<&'a str, &'a str>,
    /// Whether it was the VLANs' gateway.
    pub is_gateway: bool,
}

/// Adds the value at a path of a data file.
type Add<'a> = fn(&mut Previous<'a>, &[&'a str], &'a Value);

impl<'a> Previous<'a> {
    /// Reads it from what each data file sets on disk, by its path.
    pub fn read(cluster: &Cluster, set_by: impl Fn(&str) -> Option<&'a Attrs>) -> Self {
        let folder = DOMAINS.path(cluster);
        let mut previous = Self::default();
        for (file, add) in
            [(DataFile::Vms, Self::add_vms as Add<'a>), (DataFile::Hosts, Self::add_hosts)]
        {
            if let Some(attrs) = set_by(file.below(&folder).inside()) {
                previous.add_all(attrs, add);
            }
        }
        for path in outputs::machine_modules(cluster) {
            let attrs = set_by(path.inside());
            let version = attrs.and_then(|it| it.get(&["system", "stateVersion"])?.text());
            previous.state_versions.extend(version.map(|version| (path.to_string(), version)));
        }
        previous
    }

    /// The names of the nodes: control planes, then workers.
    pub fn nodes(&self) -> impl Iterator<Item = &'a str> {
        self.control_planes.iter().chain(&self.workers).copied()
    }

    fn add_all(&mut self, attrs: &'a Attrs, add: Add<'a>) {
        for (path, entry) in &attrs.entries {
            add(self, &path.names().collect::<Vec<_>>(), &entry.value);
        }
    }

    fn add_vms(&mut self, path: &[&'a str], value: &'a Value) {
        match path {
            ["k8s", "version"] => {
                self.kubernetes = value.text().and_then(|minor| Minor::from_text(minor).ok());
            }
            ["k8s", "endpoint"] => self.endpoint = value.text(),
            ["k8s", "podCidr"] => self.pod_cidr = value.text(),
            ["k8s", "serviceCidr"] => self.service_cidr = value.text(),
            ["k8s", "dnsDomain"] => self.dns_domain = value.text(),
            ["k8s", "encryptSecrets"] => self.encrypt_secrets = *value == Value::Bool(true),
            ["k8s", "audit"] => self.audit = *value == Value::Bool(true),
            ["k8s", "controlPlanes"] => {
                self.control_planes = value.texts().collect();
                // Trees without the attribute have it at the head of the list.
                let first = self.control_planes.first().copied();
                self.first_control_plane = self.first_control_plane.or(first);
            }
            ["k8s", "firstControlPlane"] => self.first_control_plane = value.text(),
            ["k8s", "workers"] => self.workers = value.texts().collect(),
            ["definitions", vm, rest @ ..] => self.vms.entry(vm).or_default().add(rest, value),
            _ => {}
        }
    }

    fn add_hosts(&mut self, path: &[&'a str], value: &'a Value) {
        match path {
            ["common", "nixos"] => self.nixos = value.text(),
            ["common", "stateVersion"] => self.state_version = value.text(),
            ["definitions", host, rest @ ..] => {
                self.hosts.entry(host).or_default().add(rest, value);
            }
            _ => {}
        }
    }
}

impl<'a> PreviousVm<'a> {
    fn add(&mut self, path: &[&'a str], value: &'a Value) {
        match path {
            ["host"] => self.host = value.text(),
            ["vlan"] => self.vlan = value.text(),
            ["role"] => self.role = role(value),
            ["ip"] => self.ip = value.text(),
            ["mem"] => self.memory = size(value),
            ["volumes", volume, key] => self.volumes.entry(volume).or_default().add(key, value),
            ["storage", "source"] | ["shares", _, "source"] => self.written.extend(value.text()),
            _ => {}
        }
    }
}

impl<'a> PreviousVolume<'a> {
    fn add(&mut self, key: &str, value: &'a Value) {
        match key {
            "size" => self.size = size(value),
            "fsType" => self.fs = value.text(),
            "format" => self.format = value.text(),
            _ => {}
        }
    }
}

impl<'a> PreviousHost<'a> {
    fn add(&mut self, path: &[&'a str], value: &'a Value) {
        match path {
            ["role"] => self.role = role(value),
            ["vlan"] => self.vlan = value.text(),
            ["addresses", vlan] => self.addresses.extend(value.text().map(|ip| (*vlan, ip))),
            ["gateway"] => self.is_gateway = *value == Value::Bool(true),
            _ => {}
        }
    }

    /// Its address in the cluster, if it was a node.
    pub fn node_ip(&self) -> Option<&'a str> {
        self.addresses.get(self.vlan?).copied()
    }
}

fn role(value: &Value) -> Option<Role> {
    value.text().and_then(|role| Role::from_text(role).ok())
}

fn size(value: &Value) -> Option<Size> {
    let Value::Int(mib) = value else { return None };
    u32::try_from(*mib).ok().map(Size::from_mib)
}
