//! Manifests against the typed objects of the Kubernetes API, and kubeadm's
//! configuration against what its types take.

use crate::support::{self, Sandbox};
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Service, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::APIService;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The documents of a YAML file.
fn documents(text: &str) -> Vec<Value> {
    serde_norway::Deserializer::from_str(text)
        .map(|document| serde::Deserialize::deserialize(document).expect("valid YAML"))
        .collect()
}

/// A document as the object of its kind, and nothing lost on the way: a field
/// that the API does not know would be missing when it is written again.
fn strict<T: DeserializeOwned + Serialize>(document: &Value) -> T {
    let object: T = serde_json::from_value(document.clone()).expect("an API object");
    let again = serde_json::to_value(&object).expect("JSON");
    assert_eq!(&again, document);
    object
}

fn example() -> Sandbox {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    sandbox
}

fn check_kinds(text: &str) -> Vec<String> {
    documents(text)
        .iter()
        .map(|document| {
            let kind = document["kind"].as_str().expect("a kind").to_owned();
            match kind.as_str() {
                "Namespace" => drop(strict::<Namespace>(document)),
                "ServiceAccount" => drop(strict::<ServiceAccount>(document)),
                "ClusterRole" => drop(strict::<ClusterRole>(document)),
                "ClusterRoleBinding" => drop(strict::<ClusterRoleBinding>(document)),
                "Role" => drop(strict::<Role>(document)),
                "RoleBinding" => drop(strict::<RoleBinding>(document)),
                "StorageClass" => drop(strict::<StorageClass>(document)),
                "APIService" => drop(strict::<APIService>(document)),
                "ConfigMap" => drop(strict::<ConfigMap>(document)),
                "DaemonSet" => drop(strict::<DaemonSet>(document)),
                "Deployment" => drop(strict::<Deployment>(document)),
                "Service" => drop(strict::<Service>(document)),
                other => panic!("no type for {other}"),
            }
            kind
        })
        .collect()
}

#[test]
fn flannel_serves_this_clusters_pods() {
    let text = example().read("k8s/flannel.yaml");
    assert!(check_kinds(&text).contains(&"DaemonSet".to_owned()));
    let config = documents(&text).into_iter().find(|d| d["kind"] == "ConfigMap").expect("a config");
    let net: Value = serde_json::from_str(config["data"]["net-conf.json"].as_str().expect("text"))
        .expect("JSON");
    assert_eq!(net["Network"], json!("10.244.0.0/16"));
    for image in images(&text) {
        assert!(image.contains(':') && !image.ends_with(":latest"), "{image} is not pinned");
    }
    let daemon = documents(&text).into_iter().find(|d| d["kind"] == "DaemonSet").expect("one");
    let command = &daemon["spec"]["template"]["spec"]["containers"][0]["command"];
    assert!(
        command.as_array().expect("a list").contains(&json!("--iface=$(NODE_IP)")),
        "not the interface of the default route: {command}"
    );
}

fn images(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("image: "))
        .map(|image| image.trim_matches('"').to_owned())
        .collect()
}

/// Every manifest of every kind of workload, and what is inside of a manifest.
#[test]
fn all_workloads_are_objects_of_the_api() {
    let sandbox = Sandbox::with_config(&support::read("tests/golden/ok/workloads.toml"));
    sandbox.expect(0, &["render", "-q"]);
    for name in ["amd-device-plugin", "localai", "local-path", "metrics-server", "ollama"] {
        let text = sandbox.read(&format!("k8s/{name}.yaml"));
        check_kinds(&text);
        assert!(images(&text).iter().all(|image| image.contains(':')), "{name} is not pinned");
    }
    let text = sandbox.read("k8s/local-path.yaml");
    let config = documents(&text).into_iter().find(|d| d["kind"] == "ConfigMap").expect("one");
    let data = |key: &str| config["data"][key].as_str().expect("a text").to_owned();
    let map: Value = serde_json::from_str(&data("config.json")).expect("JSON");
    assert_eq!(map["nodePathMap"][0]["paths"], json!(["/var/lib/local-path"]));
    strict::<k8s_openapi::api::core::v1::Pod>(&documents(&data("helperPod.yaml"))[0]);
    let plugin = sandbox.read("k8s/amd-device-plugin.yaml");
    let spec = &documents(&plugin)[0]["spec"]["template"]["spec"];
    assert!(spec.get("nodeSelector").is_none(), "two servers select two nodes: {spec}");
}

#[test]
fn ollama_runs_on_the_gpu_node() {
    let text = example().read("k8s/ollama.yaml");
    check_kinds(&text);
    let deployment = documents(&text).into_iter().find(|d| d["kind"] == "Deployment").expect("one");
    let deployment: Deployment = strict(&deployment);
    let spec = deployment.spec.expect("a spec");
    assert_eq!(spec.strategy.and_then(|s| s.type_), Some("Recreate".to_owned()));
    let pod = spec.template.spec.expect("a pod");
    let selector = pod.node_selector.expect("a selector");
    assert_eq!(selector.get("gpu").map(String::as_str), Some("amd"));
    let toleration = &pod.tolerations.expect("tolerations")[0];
    assert_eq!(toleration.key.as_deref(), Some("gpu"));
    let env = pod.containers[0].env.clone().expect("an environment");
    let value = |name: &str| env.iter().find(|e| e.name == name).and_then(|e| e.value.clone());
    assert_eq!(value("HSA_OVERRIDE_GFX_VERSION").as_deref(), Some("11.0.2"));
    assert_eq!(value("OLLAMA_IGPU_ENABLE").as_deref(), Some("1"));
}

/// The example's Ollama with one key changed.
fn ollama_with(from: &str, to: &str) -> Sandbox {
    let sandbox = Sandbox::with_example();
    sandbox.edit("cluster.toml", from, to);
    sandbox.expect(0, &["render", "-q"]);
    sandbox
}

fn container(sandbox: &Sandbox) -> Value {
    let text = sandbox.read("k8s/ollama.yaml");
    check_kinds(&text);
    let deployment = documents(&text).into_iter().find(|d| d["kind"] == "Deployment").expect("one");
    deployment["spec"]["template"]["spec"]["containers"][0].clone()
}

fn variables(container: &Value) -> Vec<&str> {
    let variables = container["env"].as_array().expect("an environment");
    variables.iter().filter_map(|variable| variable["name"].as_str()).collect()
}

#[test]
fn no_taint_of_a_selected_node_is_missed() {
    // Its worker is selected by its architecture as well, which Kubernetes says.
    let ha = support::read("tests/golden/ok/ha.toml");
    // And a control plane has the taint that kubeadm gives.
    let control = ha.replace("vm = \"worker\"", "vm = \"control-1\"").replace(
        "{ gpu = \"amd\", \"kubernetes.io/arch\"",
        "{ \"kubernetes.io/hostname\" = \"control-1\", \"kubernetes.io/arch\"",
    );
    for (config, expected) in [
        (ha.as_str(), vec!["gpu=amd:NoExecute", "gpu=amd:NoSchedule"]),
        (&control, vec!["node-role.kubernetes.io/control-plane=:NoSchedule"]),
    ] {
        let sandbox = Sandbox::with_config(config);
        let allowed = ["missing-module", "missing-output", "data-in-memory"];
        let allow = allowed.iter().flat_map(|name| ["--allow", name]);
        sandbox.expect(0, &["render", "-q"].into_iter().chain(allow).collect::<Vec<_>>());
        let ollama = documents(&sandbox.read("k8s/ollama.yaml"));
        let pod = ollama.iter().find(|d| d["kind"] == "Deployment").expect("a deployment");
        let tolerations = pod["spec"]["template"]["spec"]["tolerations"].as_array().expect("some");
        let word = |t: &Value, key: &str| t[key].as_str().expect("text").to_owned();
        let words: Vec<String> = tolerations
            .iter()
            .map(|t| format!("{}={}:{}", word(t, "key"), word(t, "value"), word(t, "effect")))
            .collect();
        assert_eq!(words, expected);
    }
}

/// What of a container may be more than its image's code needs.
fn is_shut(container: &Value) {
    let context = &container["securityContext"];
    assert_eq!(
        *context,
        json!({
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "readOnlyRootFilesystem": true,
            "seccompProfile": { "type": "RuntimeDefault" },
        })
    );
}

#[test]
fn the_device_plugin_takes_the_place_of_privilege() {
    let sandbox = example();
    let container = container(&sandbox);
    assert_eq!(container["resources"]["limits"]["amd.com/gpu"], json!("1"));
    is_shut(&container);
    assert!(!sandbox.read("k8s/ollama.yaml").contains("/dev/dri\n"), "it mounts devices");
    let plugin = sandbox.read("k8s/amd-device-plugin.yaml");
    assert_eq!(check_kinds(&plugin), ["DaemonSet"]);
    assert!(images(&plugin)[0].contains(":1."), "pinned: {:?}", images(&plugin));
    is_shut(&documents(&plugin)[0]["spec"]["template"]["spec"]["containers"][0]);
    assert!(sandbox.read("bootstrap/50-workloads.sh").contains("amd-device-plugin.yaml"));
}

#[test]
fn a_container_is_privileged_where_no_device_plugin_runs_or_it_is_asked_for() {
    let asked = ollama_with("# gpu_access = \"device-plugin\"", "gpu_access = \"privileged\"");
    let arm = ollama_with("# system = \"x86_64-linux\"", "system = \"aarch64-linux\"");
    for sandbox in [asked, arm] {
        let container = container(&sandbox);
        assert_eq!(container["securityContext"]["privileged"], json!(true));
        assert_eq!(container["resources"]["limits"].get("amd.com/gpu"), None);
        assert!(!sandbox.at("k8s/amd-device-plugin.yaml").exists());
    }
}

#[test]
fn a_node_port_is_opened_for_who_asks_for_it() {
    let service = |sandbox: &Sandbox| {
        let text = sandbox.read("k8s/ollama.yaml");
        check_kinds(&text);
        documents(&text).into_iter().find(|d| d["kind"] == "Service").expect("one")["spec"].clone()
    };
    let (open, shut) = (example(), ollama_with("\nnode_port = 31434\n", "\n"));
    assert_eq!(service(&open)["ports"][0]["nodePort"], json!(31434));
    assert_eq!(service(&shut)["type"], json!("ClusterIP"));
    for path in shut.tree().into_keys().filter(|path| path != "cluster.toml") {
        assert!(!shut.read(&path).contains("31434"), "{path} knows of a node port");
    }
    for (sandbox, asks) in [(open, "http://$node:$1/"), (shut, "http://$address:11434/")] {
        assert!(sandbox.read("bootstrap/90-verify.sh").contains(asks), "{asks}");
    }
}

#[test]
fn an_image_without_rocm_computes_with_vulkan() {
    let container = container(&ollama_with("ollama:0.35.1-rocm", "ollama:0.35.1"));
    assert_eq!(container["image"], json!("docker.io/ollama/ollama:0.35.1"));
    assert_eq!(variables(&container), ["OLLAMA_IGPU_ENABLE"]);
    assert!(!container["volumeMounts"].to_string().contains("/dev/kfd"));
}

#[test]
fn an_override_can_be_left_out() {
    let container = container(&ollama_with("hsa_override = \"11.0.2\"", "hsa_override = \"none\""));
    assert_eq!(variables(&container), ["OLLAMA_IGPU_ENABLE"]);
}

#[test]
fn kubeadm_gets_the_version_of_its_api_and_this_clusters_values() {
    let sandbox = example();
    let documents = documents(&sandbox.read("bootstrap/kubeadm/init.yaml"));
    let of = |kind: &str| {
        documents.iter().find(|d| d["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
    };
    assert_eq!(of("InitConfiguration")["apiVersion"], json!("kubeadm.k8s.io/v1beta4"));
    let cluster = of("ClusterConfiguration");
    assert_eq!(cluster["controlPlaneEndpoint"], json!("10.0.20.10:6443"));
    assert_eq!(cluster["networking"]["podSubnet"], json!("10.244.0.0/16"));
    assert_eq!(cluster["etcd"]["local"]["dataDir"], json!("/var/lib/etcd/data"));
    assert_eq!(of("KubeletConfiguration")["cgroupDriver"], json!("systemd"));

    let join = &self::documents(&sandbox.read("bootstrap/kubeadm/join-homelab.yaml"))[0];
    let args = join["nodeRegistration"]["kubeletExtraArgs"].as_array().expect("a list");
    let arg = |name: &str| args.iter().find(|a| a["name"] == name).map(|a| a["value"].clone());
    assert_eq!(arg("node-ip"), Some(json!("10.0.20.5")));
    assert_eq!(arg("node-labels"), Some(json!("gpu=amd,node-type=baremetal")));
    assert_eq!(
        join["nodeRegistration"]["taints"],
        json!([{ "key": "gpu", "value": "amd", "effect": "NoSchedule" }])
    );
    assert_eq!(join["discovery"]["bootstrapToken"].get("unsafeSkipCAVerification"), None);
}

#[test]
fn no_secret_is_in_any_output() {
    let sandbox = example();
    for (path, content) in sandbox.tree() {
        let text = String::from_utf8_lossy(&content).into_owned();
        assert!(!text.contains("PRIVATE KEY"), "{path}");
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
        for word in words {
            let token = word.len() == 23
                && word.find('.') == Some(6)
                && word.rfind('.') == Some(6)
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.');
            assert!(!token, "{path}: {word}");
        }
    }
}

/// kubeadm's own types, as far as its v1beta4 API has them: a field that they
/// do not know is refused by kubeadm, and here.
#[allow(clippy::enum_variant_names, clippy::struct_field_names)] // kubeadm's names
mod kubeadm {
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(tag = "kind", deny_unknown_fields)]
    pub(super) enum Document {
        InitConfiguration(Init),
        ClusterConfiguration(Cluster),
        JoinConfiguration(Join),
        KubeletConfiguration(Kubelet),
        KubeProxyConfiguration(KubeProxy),
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Init {
        pub(super) api_version: String,
        pub(super) node_registration: NodeRegistration,
        #[serde(rename = "localAPIEndpoint")]
        pub(super) local_api_endpoint: ApiEndpoint,
        #[serde(default)]
        pub(super) skip_phases: Vec<String>,
        pub(super) certificate_key: Option<String>,
        pub(super) bootstrap_tokens: Vec<OwnToken>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct OwnToken {
        pub(super) ttl: String,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct ApiServer {
        pub(super) extra_args: Vec<Argument>,
        #[serde(default)]
        pub(super) extra_volumes: Vec<Volume>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Volume {
        #[serde(rename = "name")]
        _name: String,
        pub(super) host_path: String,
        pub(super) mount_path: String,
        #[serde(default)]
        pub(super) read_only: bool,
        pub(super) path_type: String,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Cluster {
        pub(super) api_version: String,
        pub(super) cluster_name: String,
        pub(super) kubernetes_version: String,
        pub(super) control_plane_endpoint: String,
        pub(super) api_server: Option<ApiServer>,
        pub(super) networking: Networking,
        pub(super) etcd: Etcd,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Join {
        pub(super) api_version: String,
        pub(super) discovery: Discovery,
        pub(super) node_registration: NodeRegistration,
        pub(super) control_plane: Option<JoinControlPlane>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct JoinControlPlane {
        #[serde(rename = "localAPIEndpoint")]
        pub(super) local_api_endpoint: ApiEndpoint,
        pub(super) certificate_key: String,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct NodeRegistration {
        pub(super) name: String,
        pub(super) cri_socket: String,
        pub(super) kubelet_extra_args: Vec<Argument>,
        #[serde(default)]
        pub(super) taints: Vec<k8s_openapi::api::core::v1::Taint>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Argument {
        pub(super) name: String,
        pub(super) value: String,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct ApiEndpoint {
        pub(super) advertise_address: std::net::Ipv4Addr,
        pub(super) bind_port: u16,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Networking {
        pub(super) pod_subnet: String,
        pub(super) service_subnet: String,
        pub(super) dns_domain: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Etcd {
        pub(super) local: LocalEtcd,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct LocalEtcd {
        pub(super) data_dir: String,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Discovery {
        pub(super) bootstrap_token: BootstrapToken,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct BootstrapToken {
        pub(super) api_server_endpoint: String,
        pub(super) token: String,
        pub(super) ca_cert_hashes: Vec<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct Kubelet {
        pub(super) api_version: String,
        pub(super) cgroup_driver: String,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub(super) struct KubeProxy {
        pub(super) api_version: String,
        pub(super) mode: String,
        pub(super) node_port_addresses: Vec<String>,
    }
}

#[test]
fn kubeadm_knows_every_field_and_no_secret_stands_in_one() {
    use kubeadm::Document;
    for config in ["cluster.toml", "flake-fixtures/ha/cluster.toml"] {
        let sandbox = Sandbox::with_config(&support::read(config));
        sandbox.expect(0, &["render", "-q"]);
        let mut kinds = Vec::new();
        for (path, content) in sandbox.tree() {
            let name = path.rsplit('/').next().expect("a name");
            if !path.contains("/kubeadm/") || !(name == "init.yaml" || name.starts_with("join-")) {
                continue;
            }
            for document in documents(&String::from_utf8(content).expect("text")) {
                let document: Document = serde_json::from_value(document)
                    .unwrap_or_else(|error| panic!("{config} {path}: {error}"));
                let nodes = |registration: &kubeadm::NodeRegistration| {
                    assert_eq!(registration.cri_socket, "unix:///run/containerd/containerd.sock");
                    let arguments = &registration.kubelet_extra_args;
                    assert!(arguments.iter().any(|a| a.name == "node-ip" && !a.value.is_empty()));
                    assert!(!registration.name.is_empty());
                    assert!(registration.taints.iter().all(|taint| !taint.key.is_empty()));
                };
                match document {
                    Document::InitConfiguration(init) => {
                        assert_eq!(init.api_version, "kubeadm.k8s.io/v1beta4");
                        nodes(&init.node_registration);
                        assert_eq!(init.local_api_endpoint.bind_port, 6443);
                        assert!(!init.local_api_endpoint.advertise_address.is_loopback());
                        assert!(init.skip_phases.iter().all(|phase| phase == "show-join-command"));
                        let key = init.certificate_key.as_deref();
                        assert!(matches!(key, None | Some("@CERTIFICATE_KEY@")));
                        let tokens = init.bootstrap_tokens.iter();
                        assert_eq!(tokens.map(|token| &*token.ttl).collect::<Vec<_>>(), ["1m0s"]);
                        kinds.push("init");
                    }
                    Document::ClusterConfiguration(cluster) => {
                        assert_eq!(cluster.api_version, "kubeadm.k8s.io/v1beta4");
                        assert_eq!(cluster.kubernetes_version, "@KUBERNETES_VERSION@");
                        assert!(cluster.control_plane_endpoint.ends_with(":6443"));
                        assert!(!cluster.cluster_name.is_empty());
                        let networking = &cluster.networking;
                        assert_ne!(networking.pod_subnet, networking.service_subnet);
                        assert_eq!(networking.dns_domain, "cluster.local");
                        assert_eq!(cluster.etcd.local.data_dir, "/var/lib/etcd/data");
                    }
                    Document::JoinConfiguration(join) => {
                        assert_eq!(join.api_version, "kubeadm.k8s.io/v1beta4");
                        nodes(&join.node_registration);
                        let bootstrap = &join.discovery.bootstrap_token;
                        assert_eq!(bootstrap.token, "@JOIN_TOKEN@");
                        assert_eq!(bootstrap.ca_cert_hashes, ["@CA_CERT_HASH@"]);
                        assert!(bootstrap.api_server_endpoint.ends_with(":6443"));
                        if let Some(control_plane) = &join.control_plane {
                            assert_eq!(control_plane.certificate_key, "@CERTIFICATE_KEY@");
                            assert_eq!(control_plane.local_api_endpoint.bind_port, 6443);
                            assert!(
                                !control_plane.local_api_endpoint.advertise_address.is_loopback()
                            );
                            kinds.push("join as control plane");
                        } else {
                            kinds.push("join");
                        }
                    }
                    Document::KubeletConfiguration(kubelet) => {
                        assert_eq!(kubelet.api_version, "kubelet.config.k8s.io/v1beta1");
                        assert_eq!(kubelet.cgroup_driver, "systemd");
                    }
                    Document::KubeProxyConfiguration(proxy) => {
                        assert_eq!(proxy.api_version, "kubeproxy.config.k8s.io/v1alpha1");
                        assert_eq!(proxy.mode, "iptables");
                        assert!(!proxy.node_port_addresses.is_empty());
                    }
                }
            }
        }
        assert!(kinds.contains(&"init") && kinds.contains(&"join"), "{config}: {kinds:?}");
        assert_eq!(kinds.contains(&"join as control plane"), config.contains("ha"), "{kinds:?}");
    }
}

/// What a cluster's API servers are told to read and where they write, by argument.
fn api_server(keys: &str) -> Option<kubeadm::ApiServer> {
    let config = support::read("cluster.toml");
    let with_keys = config.replacen("[cluster]\n", &format!("[cluster]\n{keys}\n"), 1);
    let sandbox = Sandbox::with_config(&with_keys);
    sandbox.expect(0, &["render", "-q"]);
    let documents = documents(&sandbox.read("bootstrap/kubeadm/init.yaml"));
    let cluster = documents.into_iter().find(|it| it["kind"] == "ClusterConfiguration");
    match serde_json::from_value(cluster.expect("one")).expect("kubeadm knows it") {
        kubeadm::Document::ClusterConfiguration(cluster) => cluster.api_server,
        _ => None,
    }
}

#[test]
fn the_api_server_sees_the_files_that_it_is_told_of() {
    let server = api_server("").expect("both are on");
    // kubeadm mounts its certificates by itself.
    let is_seen = |file: &str| {
        let mut mounts = server.extra_volumes.iter().map(|volume| &*volume.mount_path);
        file.starts_with("/etc/kubernetes/pki/") || mounts.any(|mount| file.starts_with(mount))
    };
    let files = server.extra_args.iter().map(|argument| &*argument.value);
    let files: Vec<&str> = files.filter(|value| value.starts_with('/')).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    assert!(files.iter().all(|file| is_seen(file)), "{files:?}");
    // What it only reads, it cannot write; what it writes, no memory holds.
    for volume in &server.extra_volumes {
        assert_eq!(volume.read_only, volume.path_type == "File", "{}", volume.host_path);
        assert!(volume.read_only || volume.host_path.starts_with("/var/lib/kubelet/"));
    }
    let limit = |name: &str| {
        let argument = server.extra_args.iter().find(|argument| argument.name == name);
        argument.and_then(|argument| argument.value.parse::<u32>().ok()).expect("a number")
    };
    assert!((limit("audit-log-maxbackup") + 1) * limit("audit-log-maxsize") <= 500, "in MB");

    let names = |keys: &str| {
        let server = api_server(keys);
        let arguments = server.into_iter().flat_map(|server| server.extra_args);
        arguments.map(|argument| argument.name).collect::<Vec<_>>()
    };
    assert_eq!(names("audit = false"), ["encryption-provider-config"]);
    assert!(names("encrypt_secrets = false").iter().all(|name| name.starts_with("audit-")));
    assert_eq!(names("audit = false\nencrypt_secrets = false"), Vec::<String>::new());
}

/// The API server's own types of an audit policy, as far as they are used.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AuditPolicy {
    api_version: String,
    kind: String,
    omit_stages: Vec<String>,
    rules: Vec<AuditRule>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AuditRule {
    level: String,
    #[serde(default)]
    users: Vec<String>,
    #[serde(default)]
    user_groups: Vec<String>,
    #[serde(default)]
    verbs: Vec<String>,
    #[serde(default)]
    resources: Vec<Value>,
    #[serde(default, rename = "nonResourceURLs")]
    non_resource_urls: Vec<String>,
}

#[test]
fn the_audit_log_has_who_touched_a_secret_and_no_body() {
    let expected: Value =
        serde_json::from_str(&support::read("flake-fixtures/hybrid/expected.json")).expect("JSON");
    let machines = expected["machines"].as_object().expect("machines");
    let policies = machines.iter().filter_map(|(name, machine)| {
        let text = machine["etc"]["kube-apiserver/audit-policy.yaml"][0].as_str()?;
        Some((name, text))
    });
    let policies: Vec<_> = policies.collect();
    assert!(!policies.is_empty(), "no control plane has one");
    for (name, text) in policies {
        assert!(name.ends_with("k8s-master"), "{name} is no control plane");
        let policy: AuditPolicy = serde_json::from_str(text).expect("a policy");
        assert_eq!((&*policy.api_version, &*policy.kind), ("audit.k8s.io/v1", "Policy"));
        assert_eq!(policy.omit_stages, ["RequestReceived"]);
        assert!(policy.rules.iter().all(|rule| ["None", "Metadata"].contains(&&*rule.level)));
        // The first rule that fits counts: no other may be about Secrets before it.
        let [secrets, quiet @ .., rest] = &policy.rules[..] else { panic!("{text}") };
        assert_eq!((&*secrets.level, &*rest.level), ("Metadata", "Metadata"));
        assert!(secrets.users.is_empty() && secrets.verbs.is_empty());
        let named = &secrets.resources[0]["resources"];
        assert!(named.as_array().expect("some").contains(&json!("secrets")), "{text}");
        for rule in quiet {
            assert_eq!(rule.level, "None");
            let is_own = !(rule.users.is_empty() && rule.user_groups.is_empty());
            assert!(!is_own || rule.verbs == ["get", "list", "watch"], "{text}");
            assert!(is_own || !(rule.resources.is_empty() && rule.non_resource_urls.is_empty()));
        }
    }
}

#[test]
fn every_kubelet_is_shut_and_stops_sooner_than_its_machine() {
    // In seconds: what microvm.nix gives the unit of a VM.
    const VM_STOPS: u64 = 150;
    for fixture in ["hybrid", "ha", "nftables", "cloud-hypervisor"] {
        let path = format!("flake-fixtures/{fixture}/expected.json");
        let expected: Value = serde_json::from_str(&support::read(&path)).expect("JSON");
        let machines = expected["machines"].as_object().expect("machines");
        // The same machine again, built by itself, is a text.
        let nodes: Vec<_> = machines.iter().filter(|(_, it)| it["kubelet"].is_object()).collect();
        assert!(nodes.len() > 1, "{fixture}");
        for (name, node) in nodes {
            let text = node["etc"]["kubelet.conf.d/10-machine.conf"][0].as_str().expect("a file");
            let kubelet: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(kubelet["seccompDefault"], json!(true), "{fixture}: {name}");
            assert!(kubelet["podPidsLimit"].as_u64().is_some_and(|limit| limit >= 1024));
            let seconds = |key: &str| -> u64 {
                let text = kubelet[key].as_str().and_then(|text| text.strip_suffix('s'));
                text.and_then(|text| text.parse().ok()).expect("seconds")
            };
            let critical = seconds("shutdownGracePeriodCriticalPods");
            let whole = seconds("shutdownGracePeriod");
            // A pod asks for 30 by default; what is left is for everything else.
            assert!(whole - critical > 30 && critical > 0 && whole <= VM_STOPS / 2, "{text}");
        }
    }
}
