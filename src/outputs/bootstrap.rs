//! The scripts that make a cluster of deployed machines.

use serde::Serialize;

use super::output::Output;
use super::workloads::{self, Ollama, Part};
use super::{flannel, kubeadm};
use crate::cluster::{Cluster, Node, Vm};
use crate::input::types::{RelPath, Taint};
use crate::render::{Planned, Template, template};

pub(super) const OUTPUT: Output = Output {
    name: "bootstrap",
    path: "bootstrap",
    wanted: |_| true,
    templates: &[
        INIT.source(),
        CNI.source(),
        JOIN.source(),
        LABELS.source(),
        WORKLOADS.source(),
        UPGRADE.source(),
        DRAIN.source(),
        UNCORDON.source(),
        REMOVE.source(),
        BACKUP.source(),
        RESTORE.source(),
        VERIFY.source(),
        kubeadm::INIT.source(),
        kubeadm::JOIN.source(),
        kubeadm::KUBE_VIP.source(),
    ],
    files,
};

const INIT: Template<Init> = template!("bootstrap/10-init.sh");
const CNI: Template<Cni> = template!("bootstrap/20-cni.sh");
const JOIN: Template<Join> = template!("bootstrap/30-join.sh");
const LABELS: Template<Labels<'_>> = template!("bootstrap/40-labels.sh");
const WORKLOADS: Template<Workloads> = template!("bootstrap/50-workloads.sh");
const UPGRADE: Template<Upgrade> = template!("bootstrap/60-upgrade.sh");
const DRAIN: Template<NoContext> = template!("bootstrap/61-drain.sh");
const UNCORDON: Template<Uncordon> = template!("bootstrap/62-uncordon.sh");
const REMOVE: Template<Remove> = template!("bootstrap/70-remove.sh");
const BACKUP: Template<Backup> = template!("bootstrap/80-backup.sh");
const RESTORE: Template<Restore> = template!("bootstrap/81-restore.sh");
const VERIFY: Template<Verify> = template!("bootstrap/90-verify.sh");

/// How the join tokens of `10-init.sh` are told from others.
const TOKEN: &str = "10-init.sh: for the nodes of this cluster to join";

#[derive(Serialize)]
struct Init {
    node: String,
    endpoint: String,
    etcd_preflight: &'static str,
    kubernetes: String,
    joins: bool,
    ha: bool,
    kube_vip: bool,
    encrypt_secrets: bool,
    audit: bool,
    token: &'static str,
}

#[derive(Serialize)]
struct Cni {
    manifest: String,
    joins: bool,
}

#[derive(Serialize)]
struct Join {
    token_file: String,
    ca_cert_hash_file: String,
    certificate_key_file: Option<String>,
    encryption_config_file: String,
    kube_vip: bool,
}

#[derive(Serialize)]
struct Labels<'a> {
    #[serde(flatten)]
    marks: &'a Marks,
    workloads: bool,
}

/// Every label and taint of a node.
#[derive(Serialize)]
struct Marks {
    labels: Vec<Mark>,
    taints: Vec<Mark>,
}

/// A label or taint of a node.
#[derive(Serialize)]
struct Mark {
    node: String,
    text: String,
}

#[derive(Serialize)]
struct Workloads {
    parts: Vec<AppliedPart>,
}

/// A manifest that the script applies, and what of it has to run then.
#[derive(Serialize)]
struct AppliedPart {
    variable: &'static str,
    manifest: String,
    namespace: &'static str,
    resource: &'static str,
    timeout: &'static str,
}

#[derive(Serialize)]
struct Upgrade {
    kubernetes: String,
    ha: bool,
    joins: bool,
}

/// A script that needs nothing of the cluster.
#[derive(Serialize)]
struct NoContext {}

#[derive(Serialize)]
struct Uncordon {
    kubernetes: String,
}

#[derive(Serialize)]
struct Remove {
    control_planes: Vec<Address>,
}

#[derive(Serialize)]
struct Backup {
    etcd_volume: &'static str,
}

#[derive(Serialize)]
struct Restore {
    node: String,
    ip: String,
    ha: bool,
    etcd_volume: &'static str,
    etcd_data: &'static str,
}

#[derive(Serialize)]
struct Verify {
    kubernetes: String,
    encrypt_secrets: bool,
    token: Option<&'static str>,
    nodes: Vec<Address>,
    control_planes: Vec<Address>,
    #[serde(flatten)]
    marks: Marks,
    dns_name: String,
    probe_image: &'static str,
    parts: Vec<RunningPart>,
    ollama: Option<OllamaCheck>,
}

#[derive(Serialize)]
struct Address {
    name: String,
    ip: String,
}

/// The part of a workload that runs.
#[derive(Serialize)]
struct RunningPart {
    title: &'static str,
    namespace: &'static str,
    resource: &'static str,
}

#[derive(Serialize)]
struct OllamaCheck {
    node_port: u16,
    library: Option<&'static str>,
}

fn files(cluster: &Cluster, folder: &RelPath) -> Vec<Planned> {
    let joins = cluster.nodes().nth(1).is_some();
    let (ha, kube_vip) = (cluster.is_ha(), cluster.vip.is_some());
    let marks = Marks::of(cluster);
    let mut files = kubeadm::files(cluster, folder);
    if let Some(first) = cluster.control_planes().next() {
        let context = Init {
            node: first.name.to_string(),
            endpoint: cluster.endpoint.to_string(),
            etcd_preflight: kubeadm::ETCD_PREFLIGHT,
            kubernetes: cluster.kubernetes.to_string(),
            joins,
            ha,
            kube_vip,
            encrypt_secrets: *cluster.encrypt_secrets,
            audit: *cluster.audit,
            token: TOKEN,
        };
        files.push(INIT.file(folder.join("10-init.sh"), &context));
        let (node, ip) = (first.name.to_string(), first.ip.to_string());
        let (etcd_volume, etcd_data) = (kubeadm::ETCD_VOLUME, kubeadm::ETCD_DATA);
        let context = Restore { node, ip, ha, etcd_volume, etcd_data };
        files.push(RESTORE.file(folder.join("81-restore.sh"), &context));
    }
    let path = folder.join("20-cni.sh");
    let manifest = flannel::OUTPUT.path(cluster).seen_from(&path);
    files.push(CNI.file(path, &Cni { manifest, joins }));
    if joins {
        let key_file = ha.then(|| cluster.certificate_key_file.to_string());
        let context = Join {
            token_file: cluster.join_token_file.to_string(),
            ca_cert_hash_file: cluster.ca_cert_hash_file.to_string(),
            kube_vip: kube_vip && ha,
            certificate_key_file: key_file,
            encryption_config_file: cluster.encryption_config_file.to_string(),
        };
        files.push(JOIN.file(folder.join("30-join.sh"), &context));
    }
    let parts = workloads::parts(cluster);
    let workloads = !parts.is_empty();
    if !marks.is_empty() {
        let context = Labels { marks: &marks, workloads };
        files.push(LABELS.file(folder.join("40-labels.sh"), &context));
    }
    if workloads {
        let path = folder.join("50-workloads.sh");
        let parts = parts.iter().map(|part| AppliedPart {
            variable: part.variable,
            manifest: part.manifest.seen_from(&path),
            namespace: part.namespace,
            resource: part.resource,
            timeout: part.timeout,
        });
        let context = Workloads { parts: parts.collect() };
        files.push(WORKLOADS.file(path, &context));
    }
    let kubernetes = cluster.kubernetes.to_string();
    let context = Upgrade { kubernetes: kubernetes.clone(), ha, joins };
    files.push(UPGRADE.file(folder.join("60-upgrade.sh"), &context));
    files.push(DRAIN.file(folder.join("61-drain.sh"), &NoContext {}));
    files.push(UNCORDON.file(folder.join("62-uncordon.sh"), &Uncordon { kubernetes }));
    let context = Remove { control_planes: control_planes(cluster) };
    files.push(REMOVE.file(folder.join("70-remove.sh"), &context));
    let context = Backup { etcd_volume: kubeadm::ETCD_VOLUME };
    files.push(BACKUP.file(folder.join("80-backup.sh"), &context));
    files.push(VERIFY.file(folder.join("90-verify.sh"), &Verify::of(cluster, marks)));
    files
}

fn control_planes(cluster: &Cluster) -> Vec<Address> {
    cluster.control_planes().filter_map(Vm::node).map(|node| Address::of(&node)).collect()
}

impl Address {
    fn of(node: &Node<'_>) -> Self {
        Self { name: node.name.to_string(), ip: node.ip.to_string() }
    }
}

impl Marks {
    fn of(cluster: &Cluster) -> Self {
        let mark = |node: &Node<'_>, text| Mark { node: node.name.to_string(), text };
        let labels = |node: Node<'_>| {
            kubeadm::labels(&node)
                .into_iter()
                .map(move |text| mark(&node, text))
                .collect::<Vec<_>>()
        };
        // With `=` before an empty value too: so it reads when it is asked for.
        let written = |taint: &Taint| format!("{}={}:{}", taint.key, taint.value, taint.effect);
        let taints = |node: Node<'_>| {
            node.taints.iter().map(|taint| mark(&node, written(taint))).collect::<Vec<_>>()
        };
        Self {
            labels: cluster.nodes().flat_map(labels).collect(),
            taints: cluster.nodes().flat_map(taints).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.taints.is_empty()
    }
}

impl Verify {
    fn of(cluster: &Cluster, marks: Marks) -> Self {
        let running = |part: Part| RunningPart {
            title: part.title,
            namespace: part.namespace,
            resource: part.resource,
        };
        let ollama = Ollama::of(cluster).map(|ollama| OllamaCheck {
            node_port: *ollama.table.node_port,
            library: ollama.gpu().map(|gpu| gpu.library()),
        });
        Self {
            kubernetes: cluster.kubernetes.to_string(),
            encrypt_secrets: *cluster.encrypt_secrets,
            token: cluster.nodes().nth(1).map(|_| TOKEN),
            nodes: cluster.nodes().map(|node| Address::of(&node)).collect(),
            control_planes: control_planes(cluster),
            marks,
            dns_name: format!("kubernetes.default.svc.{}", cluster.dns_domain),
            probe_image: flannel::IMAGE,
            parts: workloads::parts(cluster).into_iter().map(running).collect(),
            ollama,
        }
    }
}
