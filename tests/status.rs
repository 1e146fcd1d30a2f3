//! `nixgen status` beside clusters on paper: kubectl answers from files and writes down
//! how it was called; the certificates are real ones, shown by openssl in a network
//! of the test's own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Ran, Sandbox, TODAY};

const KUBECTL: &str = r#"#!/usr/bin/env bash
printf '%s\n' "$*" >>calls
case "$*" in
  'get configmap '*) answer=configmap ;;
  'get nodes '*) answer=nodes ;;
  'version '*) answer=version ;;
  'diff '*) ! grep --quiet --fixed-strings -- "$(<differs)" ; exit ;;
  *) answer=none ;;
esac
[ -e "$answer.json" ] || { echo 'error: the server is asleep' >&2; exit 1; }
cat "$answer.json"
"#;

/// What stands in for the way to the control plane: an API server with a certificate
/// that is good for some days, if any.
const NETWORK: &str = r#"set -euo pipefail
ip link set lo up
ip address add 10.0.20.10/32 dev lo
if [ "$DAYS" != none ]; then
  days=$DAYS
  [ "$days" != stopped ] || days=365
  openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=kube-apiserver -days "$days" \
    -keyout server.key -out server.crt 2>/dev/null
  openssl s_server -accept 10.0.20.10:6443 -cert server.crt -key server.key -quiet &
  trap 'kill -9 $!' EXIT
  until (exec 3<>/dev/tcp/10.0.20.10/6443) 2>/dev/null; do :; done
  [ "$DAYS" != stopped ] || kill -STOP $!
fi
code=0
"$@" || code=$?
exit "$code"
"#;

/// The shipped example's cluster as it should be.
struct Scene {
    sandbox: Sandbox,
    nodes: Vec<Value>,
    endpoint: &'static str,
    version: &'static str,
    /// A text of the manifests that the cluster has otherwise.
    differs: &'static str,
    days: &'static str,
}

fn node(name: &str, ip: &str, labels: &[(&str, &str)], taints: &[(&str, &str)]) -> Value {
    let labels: serde_json::Map<String, Value> =
        labels.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    let taints: Vec<Value> = taints
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value, "effect": "NoSchedule" }))
        .collect();
    json!({
        "metadata": { "name": name, "labels": labels },
        "spec": { "taints": taints },
        "status": {
            "addresses": [
                { "type": "Hostname", "address": name },
                { "type": "InternalIP", "address": ip },
            ],
            "conditions": [{ "type": "Ready", "status": "True" }],
            "nodeInfo": { "kubeletVersion": "v1.36.3" },
        },
    })
}

impl Scene {
    fn new() -> Self {
        let control_plane = "node-role.kubernetes.io/control-plane";
        Self {
            sandbox: Sandbox::with_example(),
            nodes: vec![
                node("k8s-master", "10.0.20.10", &[(control_plane, "")], &[(control_plane, "")]),
                node("k8s-worker-1", "10.0.20.11", &[], &[]),
                node("k8s-worker-2", "10.0.20.12", &[], &[]),
                node(
                    "homelab",
                    "10.0.20.5",
                    &[("gpu", "amd"), ("node-type", "baremetal")],
                    &[("gpu", "amd")],
                ),
            ],
            endpoint: "10.0.20.10:6443",
            version: "v1.36.3",
            differs: "no manifest says so",
            days: "365",
        }
    }

    fn node(&mut self, name: &str) -> &mut Value {
        let named = |node: &&mut Value| node["metadata"]["name"] == name;
        self.nodes.iter_mut().find(named).expect("a node")
    }

    fn run(&self, args: &[&str]) -> Ran {
        let Self { sandbox, endpoint, .. } = self;
        let kubeadm = format!(
            "apiVersion: kubeadm.k8s.io/v1beta4\ncontrolPlaneEndpoint: {endpoint}\nnetworking:\n  \
             dnsDomain: cluster.local\n  podSubnet: 10.244.0.0/16\n  serviceSubnet: 10.96.0.0/12\n"
        );
        let answers = [
            ("configmap", json!({ "data": { "ClusterConfiguration": kubeadm } })),
            ("nodes", json!({ "items": self.nodes })),
            ("version", json!({ "serverVersion": { "gitVersion": self.version } })),
        ];
        for (name, answer) in answers {
            sandbox.write(&format!("{name}.json"), &answer.to_string());
        }
        self.ask(args)
    }

    /// Runs it with what is there.
    fn ask(&self, args: &[&str]) -> Ran {
        let sandbox = &self.sandbox;
        sandbox.write("differs", self.differs);
        sandbox.write("bin/kubectl", KUBECTL);
        fs::set_permissions(sandbox.at("bin/kubectl"), fs::Permissions::from_mode(0o755))
            .expect("executable");
        let path = format!("{}:{}", sandbox.at("bin").display(), env!("PATH"));
        let output = Command::new("unshare")
            .args(["--net", "--map-root-user", "bash", "-c", NETWORK, "network"])
            .arg(env!("CARGO_BIN_EXE_nixgen"))
            .args(["status", "--color", "never"])
            .args(args)
            .current_dir(sandbox.path())
            .env("PATH", path)
            .env("DAYS", self.days)
            .env("SOURCE_DATE_EPOCH", TODAY)
            .output()
            .expect("unshare runs");
        Ran::of(output)
    }
}

#[test]
fn a_cluster_as_described_has_no_difference_and_is_only_asked() {
    let scene = Scene::new();
    let ran = scene.run(&[]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("4 nodes, 0 differences"), "{}", ran.stderr);
    let calls = scene.sandbox.read("calls");
    let changes =
        |call: &&str| !["get ", "version ", "diff "].iter().any(|it| call.starts_with(it));
    assert_eq!(calls.lines().find(changes), None, "{calls}");
    let no_end = calls.lines().find(|call| !call.contains("--request-timeout="));
    assert_eq!(no_end, None, "{calls}");
}

#[test]
fn each_difference_is_told_with_its_key() {
    let mut scene = Scene::new();
    scene.version = "v1.35.4";
    scene.differs = "name: kube-flannel-ds";
    scene.days = "3";
    scene.nodes.retain(|node| node["metadata"]["name"] != "k8s-worker-2");
    scene.nodes.push(node("old-worker", "10.0.20.44", &[], &[]));
    let homelab = scene.node("homelab");
    homelab["metadata"]["labels"] = json!({ "gpu": "nvidia" });
    homelab["spec"]["taints"] = json!([
        { "key": "tier", "value": "gold", "effect": "NoExecute" },
        { "key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule" },
    ]);
    homelab["spec"]["unschedulable"] = json!(true);
    let worker = scene.node("k8s-worker-1");
    worker["status"]["conditions"][0]["status"] = json!("Unknown");
    worker["status"]["nodeInfo"]["kubeletVersion"] = json!("v1.34.9");
    worker["status"]["addresses"][1]["address"] = json!("10.0.2.15");
    worker["metadata"]["labels"]["node-role.kubernetes.io/control-plane"] = json!("");
    let ran = scene.run(&[]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let (lines, ends): (Vec<&str>, Vec<&str>) =
        ran.stdout.lines().partition(|line| !line.contains("API server ends"));
    assert_eq!(ends.len(), 1, "{}", ran.stdout);
    let keys = lines.iter().map(|line| {
        // The line of the example is no matter here.
        line.split(" (cluster.toml:").next().unwrap_or_default()
    });
    let told: Vec<&str> = keys.collect();
    let expected = "\
API server: it runs v1.35.4, not 1.36
  cluster.kubernetes
node k8s-worker-1: it is not Ready
  vms.k8s-worker-1
node k8s-worker-1: its kubelet is v1.34.9, not 1.36
  cluster.kubernetes
node k8s-worker-1: its address is 10.0.2.15, not 10.0.20.11
  vms.k8s-worker-1
node k8s-worker-1: it is a control plane
  vms.k8s-worker-1.role
node k8s-worker-2: it is not in the cluster
  vms.k8s-worker-2
node homelab: it is cordoned
  hosts.homelab
node homelab: its label gpu is \"nvidia\", not \"amd\"
  hosts.homelab.labels.gpu
node homelab: it has no label node-type, which is to be \"baremetal\"
  hosts.homelab.labels.node-type
node homelab: it has no taint gpu=amd:NoSchedule
  hosts.homelab.taints
node homelab: it has the taint tier=gold:NoExecute, which is not described
  hosts.homelab.taints
node old-worker: it is in the cluster, and not in cluster.toml
  vms.old-worker
k8s/flannel.yaml: the cluster has it otherwise
  cluster.cni
  vms.k8s-master";
    assert_eq!(told.join("\n"), expected);
}

#[test]
fn a_control_plane_without_its_taint_is_told() {
    let mut scene = Scene::new();
    scene.node("k8s-master")["spec"]["taints"] = json!([]);
    let ran = scene.run(&[]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let said = "node k8s-master: it has no taint node-role.kubernetes.io/control-plane:NoSchedule";
    assert!(ran.stdout.starts_with(said), "{}", ran.stdout);
    // A list of one's own takes its place.
    let taints = "role = \"control-plane\"\ntaints = [\"mine=x:NoSchedule\"]";
    scene.sandbox.edit("cluster.toml", "role = \"control-plane\"", taints);
    scene.node("k8s-master")["spec"]["taints"] =
        json!([{ "key": "mine", "value": "x", "effect": "NoSchedule" }]);
    let ran = scene.run(&[]);
    assert!(!ran.stdout.contains("taint"), "{}", ran.stdout);
}

#[test]
fn a_manifest_of_the_users_is_read_as_a_file_of_the_tree() {
    let scene = Scene::new();
    let manifests = "\n[workloads]\nmanifests = [\"k8s/own.yaml\"]\n";
    scene.sandbox.edit("cluster.toml", "\n[workloads]\n", manifests);
    fs::create_dir(scene.sandbox.at("k8s")).expect("a folder");
    std::os::unix::fs::symlink("/etc/passwd", scene.sandbox.at("k8s/own.yaml")).expect("a link");
    let ran = scene.run(&[]);
    assert_eq!(ran.status, 6, "{}", ran.stderr);
    let said = "not seen: k8s/own.yaml: it is no text file that can be read";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

#[test]
fn a_host_of_another_name_is_the_node_of_that_name() {
    let mut scene = Scene::new();
    let renamed = "[hosts.homelab]\nhost_name = \"tower\"\n";
    scene.sandbox.edit("cluster.toml", "[hosts.homelab]\n", renamed);
    scene.node("homelab")["metadata"]["name"] = json!("tower");
    scene.node("tower")["metadata"]["labels"]["gpu"] = json!("nvidia");
    let ran = scene.run(&["--format", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let differences = report["differences"].as_array().expect("a list");
    assert_eq!(differences.len(), 1, "{}", ran.stdout);
    assert_eq!(differences[0]["subject"], "node tower");
    assert_eq!(differences[0]["key"], "hosts.homelab.labels.gpu");
}

#[test]
fn programs_read_keys_and_lines() {
    let mut scene = Scene::new();
    scene.node("homelab")["metadata"]["labels"]["gpu"] = json!("nvidia");
    let ran = scene.run(&["--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let difference = &report["differences"][0];
    assert_eq!(difference["key"], "hosts.homelab.labels.gpu");
    let line = difference["line"].as_u64().expect("a line");
    let text = scene.sandbox.read("cluster.toml");
    let written = text.lines().nth(usize::try_from(line).expect("small") - 1).expect("it is there");
    assert!(written.starts_with("labels = { gpu = \"amd\""), "{written}");
    assert_eq!(report["unseen"], json!([]));
}

#[test]
fn of_another_cluster_nothing_is_said() {
    let mut scene = Scene::new();
    scene.endpoint = "work.example.com:6443";
    let ran = scene.run(&["--context", "work", "--kubeconfig", "their.conf"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    let said = "it was made for work.example.com:6443, and the one described has 10.0.20.10:6443";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    let calls = scene.sandbox.read("calls");
    assert!(!calls.contains("diff"), "{calls}");
    let with = |call: &str| call.contains("--kubeconfig their.conf --context=work");
    assert!(calls.lines().all(with), "{calls}");
}

#[test]
fn what_is_not_seen_is_said_and_is_no_agreement() {
    let mut scene = Scene::new();
    scene.days = "none";
    let ran = scene.run(&[]);
    assert_eq!(ran.status, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("not seen: the certificates of k8s-master"), "{}", ran.stderr);
    // It takes the connection, and no program is behind it any more.
    scene.days = "stopped";
    let ran = scene.run(&[]);
    assert_eq!(ran.status, 6, "{}", ran.stderr);
    assert!(ran.stderr.contains("10.0.20.10:6443 does not answer"), "{}", ran.stderr);
    let asleep = Scene::new().ask(&[]);
    assert_eq!(asleep.status, 6, "{}", asleep.stderr);
    let said = "kube-system`: error: the server is asleep";
    assert!(asleep.stderr.contains(said), "{}", asleep.stderr);
    assert!(asleep.stderr.contains("--kubeconfig FILE"), "{}", asleep.stderr);
}
