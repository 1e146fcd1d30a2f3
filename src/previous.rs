//! What was rendered last, as the data files on disk tell it: a cluster may run
//! that was made of it.

use std::collections::BTreeMap;

use crate::cluster::Cluster;
use crate::input::decode::Text as _;
use crate::input::types::{Minor, Role, Size};
use crate::nix::attrs::{Attrs, Value};
use crate::outputs::{DOMAINS, DataFile};

/// What was rendered last, as far as its data files differ from those of now.
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
    /// The control plane that created the cluster.
    pub first_control_plane: Option<&'a str>,
    /// The names of the control planes.
    pub control_planes: Vec<&'a str>,
    /// The names of the workers.
    pub workers: Vec<&'a str>,
    /// The MicroVMs by name.
    pub vms: BTreeMap<&'a str, PreviousVm<'a>>,
    /// The hosts by name.
    pub hosts: BTreeMap<&'a str, PreviousHost>,
    /// `system.stateVersion` of every machine.
    pub state_version: Option<&'a str>,
}

/// A MicroVM that was rendered last.
#[derive(Debug, Default)]
pub struct PreviousVm<'a> {
    /// The host that carried it.
    pub host: Option<&'a str>,
    /// Its role, if it was a node.
    pub role: Option<Role>,
    /// Its address.
    pub ip: Option<&'a str>,
    /// Its block volumes by name.
    pub volumes: BTreeMap<&'a str, PreviousVolume<'a>>,
    /// The directory of its host with its data.
    pub storage: Option<&'a str>,
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
pub struct PreviousHost {
    /// Its role, if it was a node.
    pub role: Option<Role>,
}

impl<'a> Previous<'a> {
    /// Reads it from what each data file sets on disk, by its path.
    pub fn read(cluster: &Cluster, set_by: impl Fn(&str) -> Option<&'a Attrs>) -> Self {
        let folder = DOMAINS.path(cluster);
        let mut previous = Self::default();
        let add: [(_, fn(&mut Self, &[&'a str], &'a Value)); 2] =
            [(DataFile::Vms, Self::add_vms), (DataFile::Hosts, Self::add_hosts)];
        for (file, add) in add {
            let entries = set_by(file.below(&folder).inside()).map(|attrs| &attrs.entries);
            for (path, entry) in entries.into_iter().flatten() {
                add(&mut previous, &path.names().collect::<Vec<_>>(), &entry.value);
            }
        }
        previous
    }

    /// The names of the nodes: control planes, then workers.
    pub fn nodes(&self) -> impl Iterator<Item = &'a str> {
        self.control_planes.iter().chain(&self.workers).copied()
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
            ["common", "stateVersion"] => self.state_version = value.text(),
            ["definitions", host, rest @ ..] => {
                let host = self.hosts.entry(host).or_default();
                if let ["role"] = rest {
                    host.role = role(value);
                }
            }
            _ => {}
        }
    }
}

impl<'a> PreviousVm<'a> {
    fn add(&mut self, path: &[&'a str], value: &'a Value) {
        match path {
            ["host"] => self.host = value.text(),
            ["role"] => self.role = role(value),
            ["ip"] => self.ip = value.text(),
            ["volumes", volume, key] => self.volumes.entry(volume).or_default().add(key, value),
            ["storage", "source"] => self.storage = value.text(),
            _ => {}
        }
    }
}

impl<'a> PreviousVolume<'a> {
    fn add(&mut self, key: &str, value: &'a Value) {
        match (key, value) {
            ("size", Value::Int(mib)) => self.size = u32::try_from(*mib).ok().map(Size::from_mib),
            ("fsType", Value::Text(fs)) => self.fs = Some(fs),
            ("format", Value::Text(format)) => self.format = Some(format),
            _ => {}
        }
    }
}

fn role(value: &Value) -> Option<Role> {
    value.text().and_then(|role| Role::from_text(role).ok())
}
