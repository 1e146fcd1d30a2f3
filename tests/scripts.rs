//! The bootstrap scripts on the days after the first one: whom they refuse, what
//! they call and in which order, and that they stop where a call fails. The
//! programs are recorded ones; what really happens is for a lab to show.

use crate::support::node::Node;
use crate::support::{Sandbox, read};

/// A tree with three control planes and two workers.
fn ha() -> Sandbox {
    let sandbox = Sandbox::with_config(&read("flake-fixtures/ha/cluster.toml"));
    sandbox.write("hosts/rack-b-hardware.nix", "{ }\n");
    sandbox.expect(0, &["render", "-q"]);
    sandbox
}

/// A tree with one control plane.
fn single() -> Sandbox {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    sandbox
}

const VERSION: &str = "'kubeadm version'*) echo v1.35.2 ;;";
const NO_API: &str = "curl*) exit 7 ;;";
const TOKEN: &str = "'kubeadm token create'*)
  echo \"kubeadm join 10.1.20.2:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:$(printf '%064d' 1)\" ;;
'kubeadm certs certificate-key') printf '%064d\\n' 2 ;;";
const ADMIN: &str = "touch /etc/kubernetes/admin.conf";
/// What NixOS puts on every control plane.
const POLICY: &str = "mkdir -p /etc/kube-apiserver
touch /etc/kube-apiserver/audit-policy.yaml\n";
const KEYS: &str = "/etc/kubernetes/pki/encryption-config.yaml";

#[test]
fn a_cluster_is_created_once() {
    let tree = ha();
    let answers = [VERSION, NO_API, TOKEN].join("\n");
    let first = Node { tree: &tree, name: "control-plane-1", files: POLICY, answers: &answers };
    let created = first.run("10-init.sh").succeeds();
    assert_eq!(created.called("kubeadm init "), 1, "{created:#?}");

    // The machine that lost its disk, while the others run.
    let lives = Node { answers: VERSION, ..first };
    let refused = lives.run("10-init.sh").fails_with("30-join.sh");
    assert_eq!(refused.called("kubeadm init"), 0, "{refused:#?}");
    assert!(tree.at("bootstrap/kubeadm/join-control-plane-1.yaml").is_file());

    let other = Node { tree: &tree, name: "control-plane-2", files: "", answers: &answers };
    let refused = other.run("10-init.sh").fails_with("control-plane-1 creates the cluster");
    assert_eq!(refused.called("kubeadm init"), 0);

    let older = Node { files: "", ..first };
    let refused = older.run("10-init.sh").fails_with("deploy the matching system first");
    assert_eq!(refused.called("kubeadm init"), 0);
}

#[test]
fn the_keys_of_secrets_are_made_once_and_never_shown() {
    let tree = ha();
    let looks = format!(
        "'kubeadm init --config'*) grep --extended-regexp --quiet 'secret: ([A-Za-z0-9+/]{{43}}=|kept)$' {KEYS}
  stat --format 'keys %a %h, their folder %A' {KEYS} ;;"
    );
    let answers = [VERSION, NO_API, TOKEN, &looks].join("\n");
    let first = Node { tree: &tree, name: "control-plane-1", files: POLICY, answers: &answers };
    let made = first.run("10-init.sh").succeeds();
    assert!(made.ran.stdout.contains("keys 600"), "{made:#?}");
    assert!(!made.ran.stdout.contains("secret:") && !made.ran.stderr.contains("secret:"));

    // An init that failed late, and a restored machine, have them already.
    let kept = format!("{POLICY}mkdir /etc/kubernetes/pki\necho '  secret: kept' >{KEYS}\n");
    let again = Node { files: &kept, ..first }.run(&format!("10-init.sh && cat {KEYS}"));
    assert!(again.succeeds().ran.stdout.ends_with("  secret: kept\n"));

    // A cluster that was created without: only when it is asked for, and they go to others.
    let files = format!("{POLICY}{ADMIN}");
    let running = Node { files: &files, ..first };
    assert!(!running.run("10-init.sh").succeeds().left.contains("encryption"));
    let asked = running.run("10-init.sh --encryption-config").succeeds();
    assert!(asked.left.contains(KEYS) && asked.called("kubeadm init") == 0, "{asked:#?}");
    let files = format!("{kept}{ADMIN}");
    let handed = Node { files: &files, ..first };
    let handed = handed.run("10-init.sh --token && cat /run/k8s-join/encryptionConfig").succeeds();
    assert!(handed.ran.stdout.ends_with("  secret: kept\n"), "{handed:#?}");
    let none = running.run("10-init.sh --token && wc -c </run/k8s-join/encryptionConfig");
    assert!(none.succeeds().ran.stdout.ends_with("\n0\n"));
}

/// What `30-join.sh` reads on a control plane.
const JOINING: &str = "mkdir -p /run/k8s-secrets
echo abcdef.0123456789abcdef >/run/k8s-secrets/joinToken
echo \"sha256:$(printf '%064d' 1)\" >/run/k8s-secrets/caCertHash
printf '%064d' 2 >/run/k8s-secrets/certificateKey\n";
/// kubeadm with a cluster whose API servers read this; it joins where manifests/ is empty.
/// Of the phases that write manifests, only `all` discovers the cluster by a token.
const PREPARE: &str = "'kubeadm join phase control-plane-prepare all'*)
  mkdir -p /etc/kubernetes/manifests /etc/kubernetes/pki
  for name in apiserver controller-manager scheduler; do
    echo '    - --READS' >\"/etc/kubernetes/manifests/kube-$name.yaml\"
  done ;;
'kubeadm join --config'*) [ -z \"$(ls /etc/kubernetes/manifests)\" ] ;;";

#[test]
fn a_control_plane_joins_with_what_the_cluster_has_its_api_servers_read() {
    let tree = ha();
    let (plain, keys, policy) = (
        PREPARE.replace("READS", "tls-cert-file=x"),
        PREPARE.replace("READS", &format!("encryption-provider-config={KEYS}")),
        PREPARE.replace("READS", "audit-policy-file=/etc/kube-apiserver/audit-policy.yaml"),
    );
    let handed = format!(
        "{JOINING}echo 'kind: EncryptionConfiguration' >/run/k8s-secrets/encryptionConfig\n"
    );
    let join = |files: &str, answers: &str| {
        Node { tree: &tree, name: "control-plane-2", files, answers }.run("30-join.sh")
    };
    let joined = join(&handed, &keys).succeeds();
    assert!(joined.left.contains(KEYS), "{joined:#?}");
    assert_eq!(joined.called("kubeadm join --config"), 1, "{joined:#?}");
    // One that runs without: nothing is asked for, and nothing left.
    for files in [JOINING, &handed] {
        assert!(!join(files, &plain).succeeds().left.contains("encryption"));
    }
    let empty = format!("{JOINING}: >/run/k8s-secrets/encryptionConfig\n");
    for files in [JOINING, &empty] {
        let refused = join(files, &keys).fails_with("the cluster encrypts its Secrets");
        assert_eq!(refused.called("kubeadm join --config"), 0, "{refused:#?}");
        assert!(!refused.left.contains("manifests/"), "{refused:#?}");
    }
    let refused = join(JOINING, &policy).fails_with("deploy the matching system first");
    assert_eq!(refused.called("kubeadm join --config"), 0, "{refused:#?}");
    join(&format!("{JOINING}{POLICY}"), &policy).succeeds();
}

#[test]
fn join_tokens_end_once_every_node_is_in() {
    let sandbox = Sandbox::with_config(&read("tests/golden/steps/created-without/after.toml"));
    sandbox.expect(0, &["render", "-q"]);
    let minor = single_minor(&sandbox);
    let answers = format!(
        "'kubeadm version'*) echo v{minor}.2 ;;
'kubeadm token list'*) echo \"abcdef.0123456789abcdef $(sed -n \"s/^readonly TOKEN_DESCRIPTION='\\(.*\\)'/\\1/p\" {init})\"
  echo 'bcdefg.0123456789abcdef of a person'
  echo 'cdefgh.0123456789abcdef'
  echo 'defghi.0123456789abcdef Proxy for managing TTL for the kubeadm-certs secret' ;;
'kubectl get nodes'*) echo control worker ;;
'kubectl get node '*Ready*) echo True ;;
'kubectl get node control '*InternalIP*) echo 10.0.20.10 ;;
'kubectl get node worker '*InternalIP*) echo 10.0.20.11 ;;
'kubectl get node '*kubeletVersion*) echo v{minor}.2 ;;
'kubectl --namespace kube-system get pod '*) echo x:v{minor}.2 ;;
*numberReady*) echo 2 ;;
etcdctl*--keys-only) printf '/registry/secrets/x/%s\\n\\n' a b ;;
etcdctl*) printf '/registry/secrets/x/a\\nk8s:enc:secretbox:v1:\\377\\n/registry/secrets/x/b\\nk8s:enc:secretbox:v1:y\\n' ;;",
        init = sandbox.at("bootstrap/10-init.sh").display(),
    );
    let files = format!(
        "{ADMIN}
mkdir /etc/kubernetes/manifests
echo '- --encryption-provider-config={KEYS}' >/etc/kubernetes/manifests/kube-apiserver.yaml\n"
    );
    let verify = |files: &str, answers: &str| {
        Node { tree: &sandbox, name: "control", files, answers }.run("90-verify.sh")
    };
    let done = verify(&files, &answers).succeeds();
    let ended: Vec<_> = done.calls.iter().filter(|call| call.contains("token delete")).collect();
    assert_eq!(
        ended,
        ["abcdef", "defghi"]
            .map(|id| {
                format!("kubeadm token delete --kubeconfig /etc/kubernetes/admin.conf {id}")
            })
            .iter()
            .collect::<Vec<_>>()
    );
    assert!(done.ran.stdout.contains("ok    every Secret is encrypted"), "{done:#?}");
    // One joins still, and a Secret is in the clear.
    for (from, to, failed) in [
        ("'kubectl get node '*Ready*) echo True", "*worker*Ready*) echo False", "worker is Ready"),
        ("k8s:enc:secretbox:v1:y", "k8s\\000y", "every Secret is encrypted"),
        ("etcdctl*--keys-only) printf", "etcdctl*--keys-only) false", "every Secret is encrypted"),
    ] {
        assert!(answers.contains(from), "{from}");
        let refused = verify(&files, &answers.replace(from, to)).fails_with("at least one");
        assert!(
            refused.ran.stdout.contains(&format!("FAIL  {failed}"))
                || refused.ran.stdout.contains(&format!("FAIL  node {failed}")),
            "{refused:#?}"
        );
        assert_eq!(refused.called("kubeadm token delete"), 0, "{refused:#?}");
    }
    // A cluster that was created without is none the worse.
    let without = files.replace("encryption-provider-config", "tls-cert-file");
    let done = verify(&without, &answers).succeeds();
    assert!(done.ran.stdout.contains("skip  every Secret is encrypted"), "{done:#?}");
}

#[test]
fn every_control_plane_makes_tokens_and_certificate_keys() {
    let tree = ha();
    let answers = [VERSION, TOKEN].join("\n");
    for name in ["control-plane-1", "control-plane-3"] {
        let node = Node { tree: &tree, name, files: ADMIN, answers: &answers };
        let ran = node.run("10-init.sh --token").succeeds();
        assert_eq!(ran.called("kubeadm init phase upload-certs"), 1, "{ran:#?}");
        assert_eq!(ran.called("kubeadm init --config"), 0, "{ran:#?}");
    }
    let worker = Node { tree: &tree, name: "worker-1", files: "", answers: &answers };
    worker.run("10-init.sh --token").fails_with("control-plane-1 creates the cluster");
}

#[test]
fn a_join_that_failed_late_is_no_success() {
    let tree = ha();
    let files = "touch /etc/kubernetes/kubelet.conf";
    let node = Node { tree: &tree, name: "worker-1", files, answers: "kubectl*) exit 1 ;;" };
    let refused = node.run("30-join.sh").fails_with("kubeadm reset");
    assert!(refused.ran.stderr.contains("journalctl --unit kubelet"), "{refused:#?}");

    let joined = Node { answers: "", ..node }.run("30-join.sh").succeeds();
    assert_eq!(
        joined.calls,
        [
            "kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node worker-1 --request-timeout 10s"
        ]
    );
}

#[test]
fn an_upgrade_changes_the_cluster_once_and_then_each_node() {
    let tree = ha();
    let control_plane = "mkdir -p /etc/kubernetes/manifests
touch /etc/kubernetes/manifests/kube-apiserver.yaml";
    let before =
        format!("{VERSION}\nkubectl*kubeadm-config*) echo 'kubernetesVersion: v1.34.6' ;;");
    let after = before.replace("v1.34.6", "v1.35.2");
    let node = |name, files, answers| Node { tree: &tree, name, files, answers };

    let first = node("control-plane-1", control_plane, &before).run("60-upgrade.sh").succeeds();
    assert_eq!(first.calls.last().map(String::as_str), Some("kubeadm upgrade apply v1.35.2 --yes"));
    for name in ["control-plane-2", "control-plane-1"] {
        let next = node(name, control_plane, &after).run("60-upgrade.sh").succeeds();
        assert_eq!(next.calls.last().map(String::as_str), Some("kubeadm upgrade node"), "{name}");
    }

    let old_api = format!("{VERSION}\n*/version) echo '{{ \"gitVersion\": \"v1.34.6\" }}' ;;");
    let refused =
        node("worker-1", "", &old_api).run("60-upgrade.sh").fails_with("control plane first");
    assert_eq!(refused.called("kubeadm upgrade"), 0);
    let new_api = old_api.replace("v1.34.6", "v1.35.2");
    let worker = node("worker-1", "", &new_api).run("60-upgrade.sh").succeeds();
    assert_eq!(worker.called("kubeadm upgrade node"), 1);

    // An API server that does not find its keys would not come back.
    let keys = after.replace("v1.35.2' ;;", &format!("v1.35.2 {KEYS}' ;;"));
    let refused = node("control-plane-2", control_plane, &keys).run("60-upgrade.sh");
    assert_eq!(refused.fails_with("it is not here").called("kubeadm upgrade"), 0);

    // The kubeadm of the old release would change nothing, or the wrong thing.
    let old_kubeadm = "'kubeadm version'*) echo v1.34.6 ;;";
    let refused = node("control-plane-1", control_plane, old_kubeadm).run("60-upgrade.sh");
    assert_eq!(refused.fails_with("v1.34.6").called("kubeadm upgrade"), 0);
}

#[test]
fn a_node_gets_its_pods_back_with_its_new_kubelet() {
    let tree = ha();
    // The old kubelet still says that it is Ready, then it is gone, then the new one comes.
    let answers = "'kubectl get node'*)
  case $(grep -c 'get node' \"$CALLS\") in
    1) echo 'v1.34.6 True' ;;
    2) exit 1 ;;
    *) echo 'v1.35.2 True' ;;
  esac ;;";
    let node = Node { tree: &tree, name: "control-plane-1", files: ADMIN, answers };
    let back = node.run("62-uncordon.sh worker-1").succeeds();
    assert_eq!((back.called("kubectl get node"), back.called("kubectl uncordon worker-1")), (3, 1));

    let never = Node { answers: "'kubectl get node'*) echo 'v1.34.6 True' ;;", ..node };
    let never = never.run("62-uncordon.sh worker-1").fails_with("v1.34.6 True");
    assert_eq!(never.called("kubectl uncordon"), 0);
}

#[test]
fn a_dead_control_plane_leaves_etcd_and_the_cluster() {
    let tree = ha();
    let answers = "'kubectl get node'*) echo Unknown ;;
etcdctl*'member list') echo '1a, started, control-plane-1, https://10.1.20.11:2380, https://10.1.20.11:2379, false'
echo '2b, started, control-plane-2, https://10.1.20.12:2380, https://10.1.20.12:2379, false'
echo '3c, unstarted, , https://10.1.20.13:2380, , false' ;;";
    let node = Node { tree: &tree, name: "control-plane-1", files: ADMIN, answers };
    let removed = |name: &str, id: &str| {
        let ran = node.run(&format!("70-remove.sh {name}")).succeeds();
        let ends = |call: &&String| call.ends_with(&format!("member remove {id}"));
        assert_eq!(ran.calls.iter().filter(ends).count(), 1, "{ran:#?}");
        assert_eq!(ran.called(&format!("kubectl delete node {name} ")), 1, "{ran:#?}");
    };
    removed("control-plane-2", "2b");
    // It failed before it got a name.
    removed("control-plane-3", "3c");
    let worker = node.run("70-remove.sh worker-1").succeeds();
    assert!(worker.calls.iter().all(|call| !call.contains("member remove")), "{worker:#?}");

    let refused = node.run("70-remove.sh control-plane-1").fails_with("run on another");
    assert_eq!(refused.calls, Vec::<String>::new());
    let lives = Node { answers: "'kubectl get node'*) echo True ;;", ..node };
    let refused = lives.run("70-remove.sh control-plane-2").fails_with("kubeadm reset");
    assert!(refused.calls.iter().all(|call| !call.contains("member remove")), "{refused:#?}");
}

/// A control plane with its keys and etcd's data.
const RUNNING: &str = "mkdir -p /etc/kubernetes/pki/etcd /etc/kubernetes/manifests /var/lib/etcd/data
for name in ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key sa.key sa.pub etcd/ca.crt etcd/ca.key etcd/server.crt etcd/server.key; do
  echo \"$name\" >\"/etc/kubernetes/pki/$name\"
done
for name in etcd kube-apiserver kube-controller-manager kube-scheduler kube-vip; do
  echo '    image: registry.k8s.io/etcd:3.6.8-0' >\"/etc/kubernetes/manifests/$name.yaml\"
done
echo old >/var/lib/etcd/data/db
";
const ETCD: &str = "etcdctl*'snapshot save '*) echo snapshot >\"${call##* }\" ;;
ctr*) mkdir \"$(sed 's/.*src=\\([^,]*\\),.*/\\1/' <<<\"$call\")/data\" ;;";

#[test]
fn a_backup_is_restored_on_the_machine_that_made_it() {
    let tree = ha();
    let save = format!(
        "{RUNNING}echo old >{KEYS}
bash {}/80-backup.sh >/run/backup.tar 2>/dev/null\n",
        tree.at("bootstrap").display()
    );
    let save = format!("PATH=\"$STAGE/bin:$PATH\"\n{save}: >\"$CALLS\"\n");
    let node = Node { tree: &tree, name: "control-plane-1", files: &save, answers: ETCD };
    let reads = format!(
        "{save}echo new >{KEYS}
echo '- --encryption-provider-config={KEYS}' >/etc/kubernetes/manifests/kube-apiserver.yaml\n"
    );
    let blind = node.run("81-restore.sh /run/backup.tar").fails_with("reads no keys");
    assert_eq!(blind.calls, Vec::<String>::new());
    let node = Node { files: &reads, ..node };
    let restored = node.run(&format!("81-restore.sh /run/backup.tar && cat {KEYS}")).succeeds();
    assert!(restored.ran.stdout.ends_with("\nold\n"), "the snapshot's keys: {restored:#?}");
    assert!(restored.left.contains("encryption-config.yaml.before"), "{}", restored.left);
    let order: Vec<&str> =
        restored.calls.iter().filter_map(|call| call.split(' ').next()).collect();
    assert_eq!(order, ["crictl", "ctr", "kubectl", "kubectl"], "{restored:#?}");
    let ctr = &restored.calls[1];
    for part in [
        "registry.k8s.io/etcd:3.6.8-0",
        "--bump-revision 1000000000 --mark-compacted",
        "--initial-cluster control-plane-1=https://10.1.20.11:2380",
    ] {
        assert!(ctr.contains(part), "{ctr}");
    }
    for path in ["/var/lib/etcd/data.before/db", "manifests/etcd.yaml", "manifests/kube-vip.yaml"] {
        assert!(restored.left.contains(path), "{path}: {}", restored.left);
    }
    assert!(!restored.left.contains("restore."), "{}", restored.left);

    let other = format!("{reads}echo other >/etc/kubernetes/pki/ca.crt\n");
    let refused = Node { files: &other, ..node }.run("81-restore.sh /run/backup.tar");
    let refused = refused.fails_with("of another cluster");
    assert_eq!(refused.calls, Vec::<String>::new());
    assert!(refused.left.contains("manifests/etcd.yaml"), "{}", refused.left);

    let stopped = node.run("81-restore.sh --stop").succeeds();
    assert!(!stopped.left.contains("manifests/etcd.yaml"), "{}", stopped.left);
    assert!(stopped.left.contains("manifests/kube-vip.yaml"), "{}", stopped.left);
}

#[test]
fn a_backup_brings_a_control_plane_back_that_lost_everything() {
    let tree = single();
    let lost = format!(
        "PATH=\"$STAGE/bin:$PATH\"\n{RUNNING}{POLICY}echo old >{KEYS}\nbash {}/80-backup.sh >/run/backup.tar 2>/dev/null
rm -rf /etc/kubernetes/* /var/lib/etcd/*\n: >\"$CALLS\"\n",
        tree.at("bootstrap").display()
    );
    let answers = format!(
        "{ETCD}\n{NO_API}\n{}\n'kubeadm config images list'*) echo registry.k8s.io/etcd:3.6.8-0 ;;",
        VERSION.replace("1.35", single_minor(&tree))
    );
    let node = Node { tree: &tree, name: "k8s-master", files: &lost, answers: &answers };
    let restored = node.run(&format!("81-restore.sh /run/backup.tar && cat {KEYS}")).succeeds();
    assert!(restored.ran.stdout.ends_with("\nold\n"), "the snapshot's keys: {restored:#?}");
    let init = restored.calls.iter().find(|call| call.starts_with("kubeadm init "));
    let tolerant = "--ignore-preflight-errors DirAvailable--var-lib-etcd-data";
    assert!(init.is_some_and(|call| call.ends_with(tolerant)), "{restored:#?}");
    assert!(restored.left.contains("/etc/kubernetes/pki/etcd/ca.key"), "{}", restored.left);
    assert_eq!(restored.called("crictl pull"), 0, "the image is there: {restored:#?}");
    let answers = format!("{answers}\n'crictl inspecti'*) exit 1 ;;");
    let bare = Node { answers: &answers, ..node }.run("81-restore.sh /run/backup.tar").succeeds();
    assert_eq!(bare.called("crictl pull registry.k8s.io/etcd:3.6.8-0"), 1, "{bare:#?}");
}

/// The minor that a tree was rendered for.
fn single_minor(tree: &Sandbox) -> &'static str {
    let script = tree.read("bootstrap/10-init.sh");
    ["1.34", "1.35", "1.36", "1.37"]
        .into_iter()
        .find(|minor| {
            script.contains(&format!("KUBERNETES_MINOR='{minor}'"))
                || script.contains(&format!("KUBERNETES_MINOR={minor}"))
        })
        .expect("a minor")
}

#[test]
fn a_script_stops_where_a_call_fails() {
    let tree = ha();
    let prepare = PREPARE.replace("READS", "tls-cert-file=x");
    let api = "*/version) echo '{ \"gitVersion\": \"v1.35.2\" }' ;;";
    let answers =
        [VERSION, NO_API, TOKEN, ETCD, api, "'kubectl get node'*) echo 'v1.35.2 True' ;;"];
    let answers = answers.join("\n");
    let removing = "'kubectl get node'*) echo Unknown ;;
etcdctl*'member list') echo '2b, started, control-plane-2, https://10.1.20.12:2380, x, false' ;;";
    let cases = [
        ("control-plane-2", ADMIN, answers.as_str(), "10-init.sh --token"),
        ("control-plane-1", ADMIN, "", "20-cni.sh"),
        ("worker-1", JOINING, "", "30-join.sh"),
        ("control-plane-2", JOINING, &prepare, "30-join.sh"),
        ("worker-1", "", &answers, "60-upgrade.sh"),
        ("control-plane-1", ADMIN, "", "61-drain.sh worker-1"),
        ("control-plane-1", ADMIN, removing, "70-remove.sh control-plane-2"),
        ("control-plane-1", RUNNING, ETCD, "80-backup.sh"),
    ];
    for (name, files, answers, script) in cases {
        let node = Node { tree: &tree, name, files, answers };
        let whole = node.run(script).succeeds();
        assert!(!whole.calls.is_empty(), "{script} calls nothing");
        for number in 1..=whole.calls.len() {
            // Waiting for an answer is what a poll is for.
            let call = &whole.calls[number - 1];
            if call.contains("--request-timeout 2s") {
                continue;
            }
            let failed = node.run_until(script, Some(number));
            assert_ne!(failed.ran.status, 0, "{script} goes past: {call}");
            assert_eq!(failed.calls.len(), number, "{script} goes on after: {call}");
        }
    }
}

#[test]
fn each_node_is_handed_the_kubeadm_of_its_platform() {
    let page = ha().read("docs/cluster.md");
    for (system, nodes) in [
        ("x86_64-linux", "control-plane-1 control-plane-3 rack-a"),
        ("aarch64-linux", "control-plane-2 worker-1"),
    ] {
        let build = format!("legacyPackages.{system}.kubernetes'\nfor node in {nodes}; do\n");
        assert!(page.contains(&build), "{build}");
    }
}

#[test]
fn manifests_of_the_users_are_applied_behind_the_others_in_their_order() {
    let text = read("cluster.toml");
    let own = "[workloads]\nmanifests = [\"k8s/mine.yaml\", \"apps/it's.yaml\"]\n";
    let text = text.replacen("[workloads]\n", own, 1);
    let models = "[workloads.ollama]\nmodels = [\"llama3.2:1b\"]\n";
    let tree = Sandbox::with_config(&text.replacen("[workloads.ollama]\n", models, 1));
    let said = tree.expect(0, &["render", "-q"]).stderr;
    assert_eq!(said.matches("warning[NG0608]").count(), 2, "{said}");
    tree.write("k8s/mine.yaml", "{}\n");
    tree.write("apps/it's.yaml", "{}\n");
    assert!(!tree.expect(0, &["check"]).stderr.contains("NG0608"));
    let node = Node { tree: &tree, name: "k8s-master", files: ADMIN, answers: "" };
    let applied = node.run("50-workloads.sh").succeeds();
    let paths: Vec<&str> = applied
        .calls
        .iter()
        .filter_map(|call| call.split_once("bootstrap/../").filter(|_| call.contains(" apply ")))
        .map(|(_, path)| path)
        .collect();
    let expected =
        ["k8s/amd-device-plugin.yaml", "k8s/ollama.yaml", "k8s/mine.yaml", "apps/it's.yaml"];
    assert_eq!(paths, expected);
    let pull = "kubectl --namespace ollama exec deployment/ollama -- ollama pull llama3.2:1b";
    assert_eq!(applied.called(pull), 1, "{applied:#?}");
    assert!(tree.read("bootstrap/90-verify.sh").contains("check 'Ollama has llama3.2:1b' kubectl"));
    let page = tree.read("docs/cluster.md");
    assert!(page.contains("k8s/mine.yaml 'apps/it'\\''s.yaml'"), "{page}");
    assert!(page.contains("### Deploy Ollama and your manifests"), "{page}");

    let only = read("flake-fixtures/minimal/cluster.toml") + "\n" + own;
    let tree = Sandbox::with_config(&only);
    tree.expect(0, &["render", "-q"]);
    let script = tree.read("bootstrap/50-workloads.sh");
    assert!(script.contains("echo '50-workloads: your manifests are applied; next"), "{script}");
}

/// kubeadm ends with the kubelet's certificate, before the kubelet made the node.
#[test]
fn a_node_has_joined_once_the_api_knows_it() {
    let tree = ha();
    let get = "kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node worker-1";
    let answers = format!("'{get}'*) [ -e /run/asked ] || {{ : >/run/asked; exit 1; }} ;;");
    let node = Node { tree: &tree, name: "worker-1", files: JOINING, answers: &answers };
    let joined = node.run("30-join.sh").succeeds();
    assert_eq!((joined.called(get), joined.called("sleep 2")), (2, 1), "{joined:#?}");
    let never = Node { answers: "'kubectl '*) exit 1 ;;", ..node };
    never.run("30-join.sh").fails_with("the API does not know worker-1");
}

/// A daemon set that no node is there for has rolled out, for `kubectl`.
#[test]
fn workloads_wait_for_a_node_that_takes_them() {
    let tree = single();
    let status = "--output jsonpath={.status.desiredNumberScheduled}";
    let ds = "kubectl --namespace kube-system get daemonset/amdgpu-device-plugin";
    let answers = format!("'{ds} {status}') echo 0 ;;");
    let node = Node { tree: &tree, name: "k8s-master", files: ADMIN, answers: &answers };
    let waited = node.run("50-workloads.sh").fails_with("none of those with its labels is Ready");
    assert!(waited.called("sleep 5") > 10 && waited.called(ds) > 10, "{waited:#?}");
    assert_eq!(waited.called("kubectl --namespace kube-system rollout"), 0, "{waited:#?}");
    let there = answers.replace("echo 0", "echo 1");
    Node { answers: &there, ..node }.run("50-workloads.sh").succeeds();

    // Every node is NotReady, so none of them counts.
    let ready = "--output jsonpath={.status.numberReady}";
    let answers = format!("*'{ready}') echo 0 ;;");
    let empty =
        Node { answers: &answers, ..node }.run("90-verify.sh").fails_with("one check failed");
    // A node that was shut down keeps the pod that it ended beside the one that runs.
    let running = "kubectl --namespace ollama get pods --selector app=ollama --field-selector status.phase=Running ";
    assert_eq!(empty.called(running), 1, "{empty:#?}");
    for name in [
        "flannel runs on every node",
        "kube-proxy runs on every node",
        "the AMD device plugin runs",
    ] {
        assert!(
            empty.ran.stdout.contains(&format!("FAIL  {name}\n      expected on ")),
            "{empty:#?}"
        );
    }
}
