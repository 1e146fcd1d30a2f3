//! The scripts that make a cluster of deployed machines.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::output::Output;
use super::workloads::{self, Part, ollama};
use super::{flannel, kubeadm, manifests};
use crate::cluster::{Cluster, Node, Vm};
use crate::input::types::{AbsPath, Endpoint, Minor, Name, RelPath, Taint};
use crate::render::{Planned, Template, template};

pub(super) const OUTPUT: Output = Output {
    name: "bootstrap",
    path: "bootstrap",
    wanted: |_| true,
    templates: &[
        FORM.source(),
        INIT.source(),
        CNI.source(),
        JOIN.source(),
        LABELS.source(),
        WORKLOADS.source(),
        PRUNE.source(),
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

const FORM: Template<Form> = template!("bootstrap/00-form.sh");
const INIT: Template<Script<'_>> = template!("bootstrap/10-init.sh");
const CNI: Template<Script<'_>> = template!("bootstrap/20-cni.sh");
const JOIN: Template<Script<'_>> = template!("bootstrap/30-join.sh");
const LABELS: Template<Labels<'_>> = template!("bootstrap/40-labels.sh");
const WORKLOADS: Template<Workloads<'_>> = template!("bootstrap/50-workloads.sh");
const PRUNE: Template<Prune> = template!("bootstrap/55-prune.sh");
const UPGRADE: Template<Script<'_>> = template!("bootstrap/60-upgrade.sh");
const DRAIN: Template<Script<'_>> = template!("bootstrap/61-drain.sh");
const UNCORDON: Template<Script<'_>> = template!("bootstrap/62-uncordon.sh");
const REMOVE: Template<Script<'_>> = template!("bootstrap/70-remove.sh");
const BACKUP: Template<Script<'_>> = template!("bootstrap/80-backup.sh");
const RESTORE: Template<Script<'_>> = template!("bootstrap/81-restore.sh");
const VERIFY: Template<Verify> = template!("bootstrap/90-verify.sh");

/// How the join tokens of `10-init.sh` are told from others.
const TOKEN: &str = "10-init.sh: for the nodes of this cluster to join";

/// The cluster, as far as scripts need it that do not go through its nodes.
#[derive(Serialize)]
struct Script<'a> {
    /// The control plane that creates the cluster, and its address.
    node: Option<&'a Name>,
    ip: Option<Ipv4Addr>,
    control_planes: Vec<Address>,
    kubernetes: Minor,
    endpoint: &'a Endpoint,
    joins: bool,
    ha: bool,
    /// Whether units run them, and directories of the host bring what nodes join with.
    units: bool,
    shared: bool,
    token_hours: u8,
    kube_vip: bool,
    encrypt_secrets: bool,
    audit: bool,
    token: &'static str,
    token_file: &'a AbsPath,
    ca_cert_hash_file: &'a AbsPath,
    /// Where control planes join.
    certificate_key_file: Option<&'a AbsPath>,
    encryption_config_file: &'a AbsPath,
    etcd_preflight: &'static str,
    etcd_volume: &'static str,
    etcd_data: &'static str,
    /// The pod network's manifest.
    manifest: String,
}

/// What the units run of the others.
#[derive(Serialize)]
struct Form {
    folder: String,
    nodes: Vec<String>,
    control_planes: Vec<String>,
    labels: bool,
    workloads: bool,
}

/// What is applied, as seen from the script.
#[derive(Serialize)]
struct Prune {
    manifests: Vec<String>,
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
struct Workloads<'a> {
    parts: &'a [WorkloadPart],
    /// The user's manifests.
    own: Vec<String>,
}

/// A manifest that a script applies, and what of it has to run then.
#[derive(Serialize)]
struct WorkloadPart {
    title: &'static str,
    variable: &'static str,
    manifest: String,
    namespace: &'static str,
    resource: &'static str,
    nodes: Option<usize>,
    timeout: &'static str,
    exec: Vec<Vec<String>>,
    serves: Option<&'static str>,
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
    parts: Vec<WorkloadPart>,
    ollama: Option<OllamaCheck>,
}

#[derive(Serialize)]
struct Address {
    name: String,
    ip: String,
}

#[derive(Serialize)]
struct OllamaCheck {
    node_port: Option<u16>,
    library: Option<&'static str>,
    models: Vec<String>,
}

fn files(cluster: &Cluster, folder: &RelPath) -> Vec<Planned> {
    let script = Script::of(cluster, folder);
    let has_first = script.node.is_some();
    let scripts: [(&Template<Script<'_>>, _, _); 9] = [
        (&INIT, "10-init.sh", has_first),
        (&CNI, "20-cni.sh", true),
        (&JOIN, "30-join.sh", script.joins),
        (&UPGRADE, "60-upgrade.sh", true),
        (&DRAIN, "61-drain.sh", true),
        (&UNCORDON, "62-uncordon.sh", true),
        (&REMOVE, "70-remove.sh", true),
        (&BACKUP, "80-backup.sh", true),
        (&RESTORE, "81-restore.sh", has_first),
    ];
    let wanted = scripts.into_iter().filter(|(.., is_wanted)| *is_wanted);
    let mut files = kubeadm::files(cluster, folder);
    files.extend(wanted.map(|(template, name, _)| template.file(folder.join(name), &script)));
    let (marks, parts) = (Marks::of(cluster), WorkloadPart::all(cluster, folder));
    let own = cluster.workloads.manifests.iter().map(|path| seen_by_scripts(path, folder));
    let workloads = Workloads { parts: &parts, own: own.collect() };
    let has_workloads = !(workloads.parts.is_empty() && workloads.own.is_empty());
    if cluster.has_units() {
        let form = Form::of(cluster, folder, !marks.is_empty(), has_workloads);
        files.push(FORM.file(folder.join("00-form.sh"), &form));
        let manifests = manifests(cluster).map(|(path, _)| seen_by_scripts(&path, folder));
        let prune = Prune { manifests: manifests.collect() };
        files.push(PRUNE.file(folder.join("55-prune.sh"), &prune));
    }
    if !marks.is_empty() {
        let context = Labels { marks: &marks, workloads: has_workloads };
        files.push(LABELS.file(folder.join("40-labels.sh"), &context));
    }
    if has_workloads {
        files.push(WORKLOADS.file(folder.join("50-workloads.sh"), &workloads));
    }
    files.push(VERIFY.file(folder.join("90-verify.sh"), &Verify::of(cluster, marks, parts)));
    files
}

impl<'a> Script<'a> {
    fn of(cluster: &'a Cluster, folder: &RelPath) -> Self {
        let first = cluster.control_planes().next();
        let ha = cluster.is_ha();
        Self {
            node: first.map(|vm| &vm.name.value),
            ip: first.map(|vm| *vm.ip),
            control_planes: control_planes(cluster),
            kubernetes: *cluster.kubernetes,
            endpoint: &cluster.endpoint,
            joins: cluster.nodes().nth(1).is_some(),
            ha,
            units: cluster.has_units(),
            shared: cluster.shares_join_secrets(),
            // Units make another one in time.
            token_hours: if cluster.has_units() { 2 } else { 24 },
            kube_vip: cluster.vip.is_some(),
            encrypt_secrets: *cluster.encrypt_secrets,
            audit: *cluster.audit,
            token: TOKEN,
            token_file: &cluster.join_token_file,
            ca_cert_hash_file: &cluster.ca_cert_hash_file,
            certificate_key_file: ha.then_some(&cluster.certificate_key_file),
            encryption_config_file: &cluster.encryption_config_file,
            etcd_preflight: kubeadm::ETCD_PREFLIGHT,
            etcd_volume: kubeadm::ETCD_VOLUME,
            etcd_data: kubeadm::ETCD_DATA,
            manifest: seen_by_scripts(&flannel::OUTPUT.path(cluster), folder),
        }
    }
}

impl Form {
    fn of(cluster: &Cluster, folder: &RelPath, labels: bool, workloads: bool) -> Self {
        Self {
            folder: folder.inside().to_owned(),
            nodes: cluster.nodes().map(|node| node.name.to_string()).collect(),
            control_planes: cluster.control_planes().map(|vm| vm.name.to_string()).collect(),
            labels,
            workloads,
        }
    }
}

/// A path from the folder of the scripts.
fn seen_by_scripts(path: &RelPath, folder: &RelPath) -> String {
    path.seen_from(&folder.join("a script"))
}

impl WorkloadPart {
    fn all(cluster: &Cluster, folder: &RelPath) -> Vec<Self> {
        let applied = |part: Part| Self {
            title: part.title,
            variable: part.variable,
            manifest: seen_by_scripts(&part.manifest, folder),
            namespace: part.namespace,
            resource: part.resource,
            nodes: part.nodes,
            timeout: part.timeout,
            exec: part.exec,
            serves: part.serves,
        };
        workloads::parts(cluster).into_iter().map(applied).collect()
    }
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
    fn of<'a>(cluster: &'a Cluster) -> Self {
        let mark = |node: &Node<'_>, text| Mark { node: node.name.to_string(), text };
        let labels = |node| kubeadm::labels(&node).into_iter().map(move |label| mark(&node, label));
        // With `=` before an empty value too: so it reads when it is asked for.
        let written = |taint: &Taint| format!("{}={}:{}", taint.key, taint.value, taint.effect);
        let taints =
            |node: Node<'a>| node.taints.iter().map(move |taint| mark(&node, written(taint)));
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
    fn of(cluster: &Cluster, marks: Marks, parts: Vec<WorkloadPart>) -> Self {
        let ollama = ollama(cluster).map(|ollama| OllamaCheck {
            node_port: ollama.node_port(),
            library: ollama.gpu().map(|gpu| gpu.library()),
            models: ollama.table.models.iter().map(ToString::to_string).collect(),
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
            parts,
            ollama,
        }
    }
}
