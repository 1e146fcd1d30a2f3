//! What of a cluster is not as it is described, each with the key that it belongs to.

use std::collections::BTreeSet;

use serde::Serialize;

use super::kubectl::{Live, LiveNode, LiveTaint};
use crate::cluster::{Cluster, Node};
use crate::input::types::{Minor, Role};
use crate::nix::yaml::scalar;
use crate::origin::KeyPath;
use crate::source::Span;

/// Something that is not as cluster.toml says.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// What it is about: `node k8s-master`, `API server`.
    pub subject: String,
    /// What is found there.
    pub message: String,
    /// The key of cluster.toml that it belongs to.
    #[serde(serialize_with = "as_text")]
    pub key: KeyPath,
    /// Where that is written, if it is.
    #[serde(skip)]
    pub span: Option<Span>,
}

fn as_text<S: serde::Serializer>(key: &KeyPath, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(key)
}

/// The differences, or why it is another cluster altogether, of which nothing is said.
pub fn differences(cluster: &Cluster, live: &Live) -> Result<Vec<Difference>, String> {
    let endpoint = cluster.endpoint.as_str();
    let made_for = scalar(&live.kubeadm, "controlPlaneEndpoint");
    let made_for = made_for.unwrap_or_else(|| "no endpoint".to_owned());
    if made_for != endpoint {
        return Err(format!(
            "this is another cluster: it was made for {made_for}, and the one described has {endpoint}"
        ));
    }
    let mut found = Vec::new();
    whole(cluster, live, &mut found);
    let described: Vec<Node<'_>> = cluster.nodes().collect();
    for node in &described {
        match live.nodes.iter().find(|live| live.metadata.name == node.name.as_str()) {
            Some(live) => Pair { cluster, node, live }.compare(&mut found),
            None => found.push(Difference {
                subject: format!("node {}", node.name),
                message: "it is not in the cluster".to_owned(),
                key: table_of(cluster, node),
                span: node.name.span(),
            }),
        }
    }
    let names: BTreeSet<&str> = described.iter().map(|node| node.name.as_str()).collect();
    for live in live.nodes.iter().filter(|live| !names.contains(live.metadata.name.as_str())) {
        found.push(Difference {
            subject: format!("node {}", live.metadata.name),
            message: "it is in the cluster, and not in cluster.toml".to_owned(),
            key: KeyPath::of(&["vms", &live.metadata.name]),
            span: None,
        });
    }
    Ok(found)
}

/// What holds for the whole cluster.
fn whole(cluster: &Cluster, live: &Live, found: &mut Vec<Difference>) {
    let minor = *cluster.kubernetes;
    if !is_of(minor, &live.server) {
        found.push(Difference {
            subject: "API server".to_owned(),
            message: format!("it runs {}, not {minor}", live.server),
            key: KeyPath::of(&["cluster", "kubernetes"]),
            span: cluster.kubernetes.span(),
        });
    }
    let settings = [
        ("podSubnet", "pod_cidr", cluster.pod_cidr.to_string(), cluster.pod_cidr.span()),
        (
            "serviceSubnet",
            "service_cidr",
            cluster.service_cidr.to_string(),
            cluster.service_cidr.span(),
        ),
        ("dnsDomain", "dns_domain", cluster.dns_domain.to_string(), cluster.dns_domain.span()),
    ];
    for (setting, key, expected, span) in settings {
        if let Some(is) = scalar(&live.kubeadm, setting).filter(|is| *is != expected) {
            found.push(Difference {
                subject: "cluster".to_owned(),
                message: format!("its {setting} is {is}, not {expected}"),
                key: KeyPath::of(&["cluster", key]),
                span,
            });
        }
    }
}

/// A node as it is described, and as it is.
struct Pair<'a> {
    cluster: &'a Cluster,
    node: &'a Node<'a>,
    live: &'a LiveNode,
}

impl Pair<'_> {
    fn compare(&self, found: &mut Vec<Difference>) {
        let Self { cluster, node, live } = self;
        let name = node.name.span();
        let is_ready = |condition: &&super::kubectl::Condition| condition.kind == "Ready";
        let ready = live.status.conditions.iter().find(is_ready);
        if ready.is_none_or(|ready| ready.status != "True") {
            found.push(self.differs("it is not Ready".to_owned(), &[], name.clone()));
        }
        if live.spec.unschedulable {
            found.push(self.differs("it is cordoned".to_owned(), &[], name.clone()));
        }
        let kubelet = &live.status.node_info.kubelet_version;
        if !is_of(*cluster.kubernetes, kubelet) {
            found.push(Difference {
                key: KeyPath::of(&["cluster", "kubernetes"]),
                ..self.differs(
                    format!("its kubelet is {kubelet}, not {}", *cluster.kubernetes),
                    &[],
                    cluster.kubernetes.span(),
                )
            });
        }
        let internal = live.status.addresses.iter().filter(|it| it.kind == "InternalIP");
        let addresses: Vec<&str> = internal.map(|it| it.address.as_str()).collect();
        if !addresses.contains(&node.ip.to_string().as_str()) {
            let is = if addresses.is_empty() { "unknown".to_owned() } else { addresses.join(", ") };
            let message = format!("its address is {is}, not {}", node.ip);
            found.push(self.differs(message, &[], name.clone()));
        }
        let is_control_plane = live.metadata.labels.contains_key(CONTROL_PLANE);
        if is_control_plane != (node.role == Role::ControlPlane) {
            let is = if is_control_plane { "a" } else { "no" };
            found.push(self.differs(format!("it is {is} control plane"), &["role"], name));
        }
        self.labels(found);
        self.taints(found);
    }

    fn labels(&self, found: &mut Vec<Difference>) {
        for (key, value) in self.node.labels {
            let message = match self.live.metadata.labels.get(key.as_str()) {
                Some(is) if *is == value.as_str() => continue,
                Some(is) => format!("its label {key} is \"{is}\", not \"{value}\""),
                None => format!("it has no label {key}, which is to be \"{value}\""),
            };
            found.push(self.differs(message, &["labels", key.as_str()], value.span()));
        }
    }

    fn taints(&self, found: &mut Vec<Difference>) {
        let taints = &self.live.spec.taints;
        for written in self.node.taints {
            let taint = &written.value;
            let same = |is: &LiveTaint| {
                is.key == taint.key.as_str()
                    && is.value == taint.value.as_str()
                    && is.effect == taint.effect
            };
            if !taints.iter().any(same) {
                let message =
                    format!("it has no taint {}={}:{}", taint.key, taint.value, taint.effect);
                found.push(self.differs(message, &["taints"], written.span()));
            }
        }
        let is_kubeadms = |is: &LiveTaint| is.key == CONTROL_PLANE && is.effect == NO_SCHEDULE;
        let is_bare = self.node.role == Role::ControlPlane && self.node.taints.is_empty();
        if is_bare && !taints.iter().any(is_kubeadms) {
            let message =
                format!("it has no taint {CONTROL_PLANE}:{NO_SCHEDULE}, so any pod may run there");
            found.push(self.differs(message, &["role"], self.node.name.span()));
        }
        let is_described = |is: &LiveTaint| {
            self.node
                .taints
                .iter()
                .any(|taint| taint.value.key.as_str() == is.key && taint.value.effect == is.effect)
        };
        // Kubernetes itself puts these on a node that is not ready, or cordoned.
        let is_its_own = |is: &LiveTaint| {
            is.key.starts_with("node.kubernetes.io/")
                || (is.key == CONTROL_PLANE && self.node.role == Role::ControlPlane)
        };
        for taint in taints.iter().filter(|is| !is_its_own(is) && !is_described(is)) {
            let LiveTaint { key, value, effect } = taint;
            let message =
                format!("it has the taint {key}={value}:{effect}, which is not described");
            found.push(self.differs(message, &["taints"], self.node.name.span()));
        }
    }

    fn differs(&self, message: String, keys: &[&str], span: Option<Span>) -> Difference {
        let key = keys.iter().fold(table_of(self.cluster, self.node), |path, key| path.key(key));
        Difference { subject: format!("node {}", self.node.name), message, key, span }
    }
}

/// kubeadm's label and taint of a control plane.
const CONTROL_PLANE: &str = "node-role.kubernetes.io/control-plane";

/// What a taint does that keeps other pods away.
const NO_SCHEDULE: &str = "NoSchedule";

/// The table that describes a node.
fn table_of(cluster: &Cluster, node: &Node<'_>) -> KeyPath {
    match cluster.hosts.iter().find(|host| host.host_name == *node.name) {
        Some(host) => KeyPath::of(&["hosts", host.name.as_str()]),
        None => KeyPath::of(&["vms", node.name.as_str()]),
    }
}

fn is_of(minor: Minor, version: &str) -> bool {
    version.strip_prefix('v').is_some_and(|it| it.starts_with(&format!("{minor}.")))
}
