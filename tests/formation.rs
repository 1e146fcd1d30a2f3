//! Formation by units: wherever the power is cut, what a unit runs comes to the same
//! end when it is started again, and nothing is cleared away that anybody uses.

use std::collections::BTreeSet;

use crate::support::node::{MOMENTS, Node, Rehearsal};
use crate::support::{Sandbox, read};

/// The tree of a cluster that units form.
fn units(config: &str) -> Sandbox {
    let text = read(config).replacen("[cluster]\n", "[cluster]\nformation = \"units\"\n", 1);
    let sandbox = Sandbox::with_config(&text);
    sandbox.write("hosts/rack-b-hardware.nix", "{ }\n");
    sandbox.expect(0, &["render", "-q"]);
    sandbox
}

/// One host, a control plane and a worker.
const SINGLE: &str = "tests/golden/ok/minimal.toml";
/// Several hosts, three control planes and two workers.
const HA: &str = "flake-fixtures/ha/cluster.toml";

/// The cluster as the first control plane makes it: files below the data of etcd, which a
/// reset takes away; beside them, what was done. The worker joins as soon as it can.
const CREATING: &str = "'kubeadm version'*) echo v1.34.2 ;;
curl*) [ -e /var/lib/etcd/data/kube-proxy ] || exit 7 ;;
'kubeadm init --config'*)
  [ ! -e /etc/kubernetes/admin.conf ] || exit 1
  mkdir -p /etc/kubernetes/pki /etc/kubernetes/manifests /var/lib/etcd/data
  touch /etc/kubernetes/pki/ca.crt /etc/kubernetes/admin.conf
  half
  touch /var/lib/etcd/data/kube-proxy /var/lib/etcd/created.$number ;;
'kubeadm reset --force')
  [ ! -e /var/lib/etcd/data/used ] || touch /var/lib/etcd/lost
  rm -rf /etc/kubernetes/manifests
  half
  rm -rf /etc/kubernetes/admin.conf /etc/kubernetes/pki /var/lib/etcd/data ;;
*kube-proxy*) [ -e /var/lib/etcd/data/kube-proxy ] ;;
'kubeadm token create'*)
  touch /var/lib/etcd/data/used
  half
  echo \"kubeadm join 10.1.20.2:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:$(printf '%064d' 1)\" ;;
'kubeadm token list'*) echo 'abcdef.0123456789abcdef 10-init.sh: for the nodes of this cluster to join' ;;
'kubectl get nodes'*)
  echo 'cp True {\"node-role.kubernetes.io/control-plane\":\"\"}'
  [ ! -e /var/lib/etcd/data/worker ] || echo 'worker True {}' ;;
'sleep 15') [ ! -e /run/k8s-join/joinToken ] || touch /var/lib/etcd/data/worker ;;";
/// What NixOS puts on a control plane, and the directory that the host shares.
const MACHINE: &str = "mkdir -p /etc/kube-apiserver /run/k8s-join /run/k8s-join-control
touch /etc/kube-apiserver/audit-policy.yaml\n";

/// Every moment of every call of a run.
fn cuts(whole: &Rehearsal) -> impl Iterator<Item = (&'static str, usize)> {
    let calls = 1..=whole.calls.len();
    calls.flat_map(|number| MOMENTS.map(|moment| (moment, number)))
}

/// What is left, without how often it took.
fn end(ran: &Rehearsal) -> BTreeSet<&str> {
    ran.left.lines().filter(|path| !path.contains("/created.")).collect()
}

fn created(ran: &Rehearsal) -> usize {
    ran.left.matches("/created.").count()
}

#[test]
fn a_cluster_is_created_once_wherever_the_power_is_cut() {
    let tree = units(SINGLE);
    let node = Node { tree: &tree, name: "cp", files: MACHINE, answers: CREATING };
    let ends = "00-form.sh init && ls /run/k8s-join";
    let whole = node.run(ends).succeeds();
    assert_eq!((created(&whole), whole.called("kubeadm reset")), (1, 0), "{whole:#?}");
    assert!(whole.ran.stdout.ends_with("every node is in\n"), "the token is gone: {whole:#?}");
    assert_eq!(
        whole.called("kubeadm token delete --kubeconfig /etc/kubernetes/admin.conf abcdef"),
        1
    );
    assert!(!whole.left.contains("unfinished"), "{}", whole.left);
    let mut resets = 0;
    for (moment, number) in cuts(&whole) {
        let cut = node.run_through_a_cut("00-form.sh init", moment, number).succeeds();
        let call = &whole.calls[number - 1];
        assert_eq!(end(&cut), end(&whole), "{moment} {call}: {cut:#?}");
        assert_eq!(created(&cut), 1, "{moment} {call}: {cut:#?}");
        resets += cut.called("kubeadm reset");
        if cut.called("kubeadm reset") > 0 {
            assert!(call.starts_with("kubeadm init --config"), "{moment} {call}: {cut:#?}");
        }
    }
    assert!(resets >= 2, "an attempt that did not finish is cleared away");
    // And in the middle of clearing it away.
    let files = format!(
        "{MACHINE}if [ ! -e /var/lib/etcd/began ]; then
  mkdir -p /etc/kubernetes/manifests /var/lib/etcd/data
  touch /var/lib/etcd/began /etc/kubernetes/unfinished-init /etc/kubernetes/admin.conf
fi\n"
    );
    let begun = Node { files: &files, ..node };
    let whole = begun.run("00-form.sh init").succeeds();
    assert_eq!((created(&whole), whole.called("kubeadm reset")), (1, 1), "{whole:#?}");
    for (moment, number) in cuts(&whole) {
        let cut = begun.run_through_a_cut("00-form.sh init", moment, number).succeeds();
        assert_eq!((end(&cut), created(&cut)), (end(&whole), 1), "{moment} {number}: {cut:#?}");
    }
}

#[test]
fn what_runs_is_never_cleared_away() {
    let tree = units(SINGLE);
    let exists = format!(
        "{MACHINE}mkdir -p /var/lib/etcd/data
touch /etc/kubernetes/admin.conf /var/lib/etcd/data/{{kube-proxy,used,worker}}\n"
    );
    // Adopted as it is.
    let node = Node { tree: &tree, name: "cp", files: &exists, answers: CREATING };
    let adopted = node.run("00-form.sh init").succeeds();
    for made in ["kubeadm init", "kubeadm reset", "kubeadm token create"] {
        assert_eq!(adopted.called(made), 0, "{adopted:#?}");
    }
    // Its API is away for an hour: nothing is done but to wait.
    let away = CREATING.replacen(
        "*kube-proxy*)",
        "*readyz*) [ \"$(grep -c 'sleep 15' \"$CALLS\")\" -ge 240 ] ;;
*kube-proxy*)",
        1,
    );
    let waited = Node { answers: &away, ..node }.run("00-form.sh init").succeeds();
    assert_eq!(waited.called("sleep 15"), 240, "{}", waited.ran.stdout);
    assert_eq!((waited.called("kubeadm reset"), waited.called("kubeadm init")), (0, 0));
    // An attempt of before is no excuse: the cluster is complete.
    let marked = format!("{exists}touch /etc/kubernetes/unfinished-init\n");
    let complete = Node { files: &marked, ..node }.run("00-form.sh init").succeeds();
    assert_eq!(complete.called("kubeadm reset"), 0, "{complete:#?}");
    assert!(!complete.left.contains("unfinished"), "{}", complete.left);
    // A restored etcd is no attempt.
    let restored = Node { files: MACHINE, ..node }.run("10-init.sh --restored").succeeds();
    assert_eq!(restored.called("kubeadm init"), 1, "{restored:#?}");
    let failing = CREATING.replacen("half\n  touch /var/lib/etcd/data/kube-proxy", "exit 1", 1);
    let failed = Node { files: MACHINE, answers: &failing, ..node }.run("10-init.sh --restored");
    assert!(failed.ran.status != 0 && !failed.left.contains("unfinished"), "{failed:#?}");
}

/// A cluster that a node joins: what kubeadm leaves, and what the API tells of the node.
const JOINING: &str = "'kubeadm join phase control-plane-prepare all'*)
  mkdir -p /etc/kubernetes/manifests /etc/kubernetes/pki
  for name in apiserver controller-manager scheduler; do
    echo '    - --tls-cert-file=x' >\"/etc/kubernetes/manifests/kube-$name.yaml\"
    half
  done ;;
'kubeadm join --config'*)
  [ ! -e /etc/kubernetes/kubelet.conf ] && [ -z \"$(ls /etc/kubernetes/manifests 2>/dev/null)\" ] || exit 1
  mkdir -p /etc/kubernetes/manifests
  touch /etc/kubernetes/kubelet.conf /etc/kubernetes/pki.crt
  half
  PARTS touch /var/lib/etcd/node ;;
'kubeadm reset --force') rm -rf /etc/kubernetes/manifests /etc/kubernetes/pki /etc/kubernetes/kubelet.conf ;;
'kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node'*)
  [ -e /var/lib/etcd/node ] && echo '{\"node-role.kubernetes.io/control-plane\":\"\"}' ;;";
const SECRETS: &str = "mkdir -p FOLDER
echo abcdef.0123456789abcdef >FOLDER/joinToken
echo \"sha256:$(printf '%064d' 1)\" >FOLDER/caCertHash
printf '%064d' 2 >FOLDER/certificateKey\n";

#[test]
fn a_node_joins_once_wherever_the_power_is_cut() {
    let (single, ha) = (units(SINGLE), units(HA));
    let parts = "touch /etc/kubernetes/manifests/etcd.yaml;";
    for (tree, name, folder, parts) in [
        (&single, "worker", "/run/k8s-join", ""),
        (&ha, "worker-1", "/run/k8s-secrets", ""),
        (&ha, "control-plane-2", "/run/k8s-secrets", parts),
    ] {
        let files = SECRETS.replace("FOLDER", folder);
        let answers = JOINING.replace("PARTS", parts);
        let node = Node { tree, name, files: &files, answers: &answers };
        let whole = node.run("00-form.sh join").succeeds();
        assert_eq!(whole.called("kubeadm join --config"), 1, "{whole:#?}");
        assert_eq!(whole.called("kubeadm reset"), 0, "{whole:#?}");
        for (moment, number) in cuts(&whole) {
            let cut = node.run_through_a_cut("00-form.sh join", moment, number).succeeds();
            let call = &whole.calls[number - 1];
            assert_eq!(end(&cut), end(&whole), "{moment} {call}: {cut:#?}");
            assert!(call.contains("kubeadm join") || cut.called("kubeadm reset") == 0, "{call}");
        }
        // It was in all the time.
        let files = "touch /etc/kubernetes/kubelet.conf /var/lib/etcd/node
mkdir -p /etc/kubernetes/manifests
touch /etc/kubernetes/manifests/etcd.yaml\n";
        let adopted = Node { files, ..node }.run("00-form.sh join").succeeds();
        assert_eq!((adopted.called("kubeadm join"), adopted.called("kubeadm reset")), (0, 0));
    }
}

#[test]
fn a_node_waits_and_says_for_what() {
    let tree = units(SINGLE);
    let files = "export NOTIFY_SOCKET=/run/systemd/notify\n";
    let late = format!(
        "'sleep 15')
  [ \"$(grep -c 'sleep 15' \"$CALLS\")\" != 3 ] || {{ {} }} ;;
curl*) [ \"$(grep -c 'sleep 15' \"$CALLS\")\" -ge 2 ] ;;
{}",
        SECRETS.replace("FOLDER", "/run/k8s-join").replace('\n', "; "),
        JOINING.replace("PARTS", "")
    );
    let node = Node { tree: &tree, name: "worker", files, answers: &late };
    let joined = node.run("00-form.sh join").succeeds();
    let told: Vec<&String> =
        joined.calls.iter().filter(|call| call.starts_with("systemd-notify")).collect();
    for (line, part) in told.iter().zip([
        "no API server answers at 10.0.20.",
        "no API server answers at 10.0.20.",
        "no /run/k8s-join/joinToken yet: k8s-init makes it on cp",
        "worker has joined",
    ]) {
        assert!(line.contains(part), "{part}: {told:#?}");
    }
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(!joined.ran.stdout.contains("0123456789abcdef"), "{joined:#?}");
}

/// Objects of a cluster by their names, each a file with its uid.
const OBJECTS: &str = "'kubectl get --filename -'*)
  name=$(sed -n 's/^  name: \"\\(.*\\)\"$/\\1/p')
  [ \"$name\" != away ] || exit 1
  [ ! -e \"/var/lib/etcd/$name\" ] || cat \"/var/lib/etcd/$name\" ;;
'kubectl delete --filename -'*)
  name=$(sed -n 's/^  name: \"\\(.*\\)\"$/\\1/p')
  half
  rm -f \"/var/lib/etcd/$name\" ;;
'kubectl get --filename '*) echo 'uid-new v1 ConfigMap default new' ;;
*'get configmap nixgen-applied'*) [ ! -e /var/lib/etcd/inventory ] || cat /var/lib/etcd/inventory ;;
'kubectl create configmap'*) sed 's/.*objects=//' <<<\"${call%% --dry-run*}\" ;;
'kubectl apply --filename -') content=$(cat); half; printf '%s\\n' \"$content\" >/var/lib/etcd/inventory ;;";
const APPLIED: &str = "touch /etc/kubernetes/admin.conf
if [ ! -e /var/lib/etcd/inventory ]; then
  echo uid-old >/var/lib/etcd/old
  echo uid-of-another >/var/lib/etcd/taken
  echo uid-space >/var/lib/etcd/space
  echo uid-new >/var/lib/etcd/new
  echo uid-other >/var/lib/etcd/other
  printf '%s\\n' 'uid-old   apps/v1 Deployment default old' 'uid-taken v1 ConfigMap default taken' \\
    'uid-space v1 Namespace <none> space' 'uid-new v1 ConfigMap default new' \\
    'uid-away example.org/v1 Thing default away' >/var/lib/etcd/inventory
fi\n";

#[test]
fn what_the_file_no_longer_has_is_deleted_and_nothing_else() {
    let tree = units("cluster.toml");
    let node = Node { tree: &tree, name: "k8s-master", files: APPLIED, answers: OBJECTS };
    let whole = node.run("00-form.sh apply && cat /var/lib/etcd/inventory").succeeds();
    let left = ["inventory", "new", "other", "space", "taken"];
    let left: BTreeSet<String> = left.iter().map(|name| format!("/var/lib/etcd/{name}")).collect();
    let in_etcd = |ran: &Rehearsal| {
        let paths = ran.left.lines().filter(|path| path.starts_with("/var/lib/etcd/"));
        paths.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert_eq!(in_etcd(&whole), left, "{whole:#?}");
    assert_eq!(whole.called("kubectl delete"), 1, "{whole:#?}");
    assert!(whole.ran.stdout.contains("leaves Namespace space"), "{whole:#?}");
    let inventory =
        "uid-new v1 ConfigMap default new\nuid-away example.org/v1 Thing default away\n";
    assert!(whole.ran.stdout.ends_with(inventory), "{whole:#?}");
    for script in ["20-cni", "40-labels", "50-workloads", "55-prune"] {
        assert!(tree.at(&format!("bootstrap/{script}.sh")).exists(), "{script}");
    }
    let applied: Vec<&String> =
        whole.calls.iter().filter(|call| call.starts_with("kubectl apply --filename /")).collect();
    assert_eq!(applied.len(), 3, "{applied:#?}");
    for (moment, number) in cuts(&whole) {
        let cut = node.run_through_a_cut("00-form.sh apply", moment, number).succeeds();
        assert_eq!(in_etcd(&cut), left, "{moment} {number}: {cut:#?}");
    }
    // Nothing is deleted before what takes its place is there.
    for failing in ["flannel.yaml", "kubectl label", "ollama rollout"] {
        let answers = format!(
            "*'{failing}'*) [ \"$(grep -c 'sleep 15' \"$CALLS\")\" -ge 2 ] ;;
'kubectl delete'*) cat >/dev/null; [ \"$(grep -c 'sleep 15' \"$CALLS\")\" -ge 2 ] || touch /var/lib/etcd/early ;;
{OBJECTS}"
        );
        let waited = Node { answers: &answers, ..node }.run("00-form.sh apply").succeeds();
        assert_eq!(waited.called("sleep 15"), 2, "{failing}: {waited:#?}");
        assert!(!waited.left.contains("early"), "{failing}: {waited:#?}");
        // No workload runs without the pod network: that is tried again before them.
        let early = waited.calls.iter().take_while(|call| *call != "sleep 15");
        let workloads = early.filter(|call| call.contains("ollama.yaml")).count();
        assert_eq!(workloads, usize::from(failing != "flannel.yaml"), "{waited:#?}");
    }
}

#[test]
fn the_first_control_plane_follows_its_host_to_another_tree() {
    let (old, new) = (units("cluster.toml"), units("cluster.toml"));
    let link = |tree: &Sandbox| {
        format!(
            "mkdir -p /run/k8s-formation; ln -sfn {} /run/k8s-formation/tree",
            tree.path().display()
        )
    };
    let files = format!("{APPLIED}{}\n", link(&old));
    // The host is switched while everything is at rest, and the machine goes off later.
    let answers = format!(
        "'sleep 60')
  [ \"$(grep -c 'sleep 60' \"$CALLS\")\" -lt 3 ] || kill -KILL 0
  {} ;;
{OBJECTS}",
        link(&new)
    );
    let node = Node { tree: &old, name: "k8s-master", files: &files, answers: &answers };
    let ran = node.run("00-form.sh apply");
    let from = |tree: &Sandbox| {
        let folder = tree.at("bootstrap");
        let call = format!("kubectl apply --filename {}/../k8s/flannel.yaml", folder.display());
        ran.called(&call)
    };
    assert_eq!((from(&old), from(&new)), (1, 1), "{ran:#?}");
}

#[test]
fn what_control_planes_join_with_is_no_workers() {
    let text = read("tests/golden/ok/units-ha.toml");
    let tree = Sandbox::with_config(&text);
    tree.expect(0, &["render", "-q"]);
    let answers = format!("{CREATING}\n'kubeadm certs certificate-key') printf '%064d\\n' 2 ;;");
    let files = format!(
        "{MACHINE}mkdir -p /etc/kubernetes/pki\necho keys >/etc/kubernetes/pki/encryption-config.yaml\ntouch /etc/kubernetes/admin.conf\nmkdir -p /var/lib/etcd/data\ntouch /var/lib/etcd/data/kube-proxy\n"
    );
    let node = Node { tree: &tree, name: "cp", files: &files, answers: &answers };
    let handed = node.run("10-init.sh --token && cd /run && echo k8s-join*/*").succeeds();
    assert!(
        handed.ran.stdout.ends_with(
            "k8s-join-control/certificateKey k8s-join-control/encryptionConfig k8s-join/caCertHash k8s-join/joinToken\n"
        ),
        "{handed:#?}"
    );
    let data = tree.read("lib/domains/vms.nix");
    let of = |vm: &str| {
        let (_, rest) = data.split_once(&format!("    {vm} = {{")).expect("a VM");
        rest.split_once("\n    };").expect("its end").0.to_owned()
    };
    for (vm, control, read_only) in
        [("cp", true, false), ("cp2", true, false), ("worker", false, true)]
    {
        let its = of(vm);
        assert_eq!(its.contains("k8s-join-control"), control, "{its}");
        let (_, its_own) = its.split_once("mountPoint = \"/run/k8s-join\"").expect("a share");
        let its_own = its_own.split_once('}').expect("its end").0;
        assert_eq!(its_own.contains("readOnly = true;"), read_only, "{its}");
    }
    let script = tree.read("bootstrap/30-join.sh");
    assert!(script.contains("CERTIFICATE_KEY_FILE='/run/k8s-join-control/certificateKey'"));
}
