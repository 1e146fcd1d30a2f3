//! Manifests against the typed objects of the Kubernetes API, and kubeadm's
//! configuration against what its types take.

mod support;

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Service, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use support::Sandbox;

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
}

fn images(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("image: "))
        .map(|image| image.trim_matches('"').to_owned())
        .collect()
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
                && word.as_bytes()[6] == b'.'
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.');
            assert!(!token, "{path}: {word}");
        }
    }
}
