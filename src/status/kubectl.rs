//! What the API tells: each question is one call of `kubectl`, with an end.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The port of every API server that kubeadm makes.
const API_PORT: u16 = 6443;
/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Chains of certificates are shorter.
const MOST: u64 = 1 << 20;
/// Whoever has that long left can still act.
const MONTH_IN_SECONDS: &str = "2592000";

/// The way to a cluster.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The file that `kubectl` finds the cluster in, if not its own choice.
    pub kubeconfig: Option<PathBuf>,
    /// The context of that file, if not the current one.
    pub context: Option<String>,
}

/// Why something could not be seen.
#[derive(Debug)]
pub struct Trouble(pub String);

/// A cluster, as it answers.
#[derive(Debug)]
pub struct Live {
    /// What kubeadm wrote down when it made the cluster: YAML.
    pub kubeadm: String,
    /// Its nodes.
    pub nodes: Vec<LiveNode>,
    /// The version of the API server.
    pub server: String,
}

/// A node, as the API has it.
#[derive(Debug, Deserialize)]
pub struct LiveNode {
    /// Its name and labels.
    pub metadata: Metadata,
    /// What is wanted of it.
    #[serde(default)]
    pub spec: Spec,
    /// What it told.
    #[serde(default)]
    pub status: Status,
}

/// The name and the labels of an object.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// Its name.
    pub name: String,
    /// Its labels.
    #[serde(default)]
    pub labels: std::collections::BTreeMap<String, String>,
}

/// What is wanted of a node.
#[derive(Debug, Default, Deserialize)]
pub struct Spec {
    /// Its taints.
    #[serde(default)]
    pub taints: Vec<LiveTaint>,
    /// Whether it is cordoned.
    #[serde(default)]
    pub unschedulable: bool,
}

/// A taint, as the API has it.
#[derive(Debug, Deserialize)]
pub struct LiveTaint {
    /// Its key.
    pub key: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
    /// Its effect.
    pub effect: String,
}

/// What a node told of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    /// Its addresses.
    pub addresses: Vec<Address>,
    /// How it is.
    pub conditions: Vec<Condition>,
    /// The programs that it runs.
    pub node_info: NodeInfo,
}

/// An address of a node.
#[derive(Debug, Deserialize)]
pub struct Address {
    /// `InternalIP` is the one that the cluster uses.
    #[serde(rename = "type")]
    pub kind: String,
    /// The address.
    pub address: String,
}

/// One thing that a node says of how it is.
#[derive(Debug, Deserialize)]
pub struct Condition {
    /// `Ready`, among others.
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
}

/// The programs that a node runs.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeInfo {
    /// The version of its kubelet.
    pub kubelet_version: String,
}

#[derive(Deserialize)]
struct List {
    items: Vec<LiveNode>,
}

#[derive(Deserialize)]
struct ConfigMap {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "ClusterConfiguration")]
    cluster: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Versions {
    server_version: Version,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    git_version: String,
}

impl Access {
    /// Looks at a cluster. Without its nodes there is nothing to compare.
    pub fn look(&self) -> Result<Live, Trouble> {
        let kubeadm: ConfigMap =
            self.get(&["get", "configmap", "kubeadm-config", "--namespace", "kube-system"])?;
        let nodes: List = self.get(&["get", "nodes"])?;
        let versions: Versions = self.get(&["version"])?;
        Ok(Live {
            kubeadm: kubeadm.data.cluster,
            nodes: nodes.items,
            server: versions.server_version.git_version,
        })
    }

    /// Whether applying a manifest would change something. The API server tries it and
    /// keeps nothing.
    pub fn differs(&self, manifest: &str) -> Result<bool, Trouble> {
        let ran = self.run(&["diff", "--filename", "-"], manifest)?;
        match ran.status.code() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err(why("kubectl diff", &ran)),
        }
    }

    fn get<T: DeserializeOwned>(&self, question: &[&str]) -> Result<T, Trouble> {
        let asked = format!("kubectl {}", question.join(" "));
        let ran = self.run(&[question, &["--output", "json"]].concat(), "")?;
        if !ran.status.success() {
            return Err(why(&asked, &ran));
        }
        serde_json::from_slice(&ran.stdout)
            .map_err(|error| Trouble(format!("{asked} answered something else: {error}")))
    }

    fn run(&self, question: &[&str], input: &str) -> Result<Output, Trouble> {
        let mut args: Vec<OsString> = question.iter().map(OsString::from).collect();
        args.push(format!("--request-timeout={}s", PATIENCE.as_secs()).into());
        if let Some(file) = &self.kubeconfig {
            args.extend(["--kubeconfig".into(), file.into()]);
        }
        args.extend(self.context.iter().map(|context| format!("--context={context}").into()));
        run("kubectl", &args, input)
    }
}

/// Whether the certificate of the API server at an address ends within a month, and
/// when. Only its public part is looked at.
pub fn certificate(address: Ipv4Addr) -> Result<(bool, String), Trouble> {
    let server = SocketAddr::from((address, API_PORT));
    // openssl itself would wait for minutes.
    TcpStream::connect_timeout(&server, PATIENCE)
        .map_err(|error| Trouble(format!("{server}: {error}")))?;
    let shown = shown_by(server)?;
    let read = ["x509", "-noout", "-enddate", "-checkend", MONTH_IN_SECONDS].map(OsString::from);
    let told = run("openssl", &read, &String::from_utf8_lossy(&shown))?;
    let text = String::from_utf8_lossy(&told.stdout);
    let end = text.lines().find_map(|line| line.strip_prefix("notAfter="));
    let end = end.ok_or_else(|| Trouble(format!("{server} showed no certificate")))?;
    Ok((!told.status.success(), end.to_owned()))
}

/// What a server shows of itself. One that takes a connection may still never answer, and
/// then openssl is ended.
fn shown_by(server: SocketAddr) -> Result<Vec<u8>, Trouble> {
    let failed = |error| Trouble(format!("openssl: {error}"));
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &server.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(failed)?;
    let stdout = child.stdout.take();
    let (shown, is_shown) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.map(|stdout| stdout.take(MOST).read_to_end(&mut bytes));
        shown.send(bytes)
    });
    let shown = is_shown.recv_timeout(PATIENCE);
    // One that has ended by itself is in nobody's way.
    let _ = child.kill();
    child.wait().map_err(failed)?;
    shown.map_err(|_| Trouble(format!("{server} does not answer")))
}

fn run(program: &str, args: &[OsString], input: &str) -> Result<Output, Trouble> {
    let failed = |error| Trouble(format!("{program}: {error}"));
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that ends without reading it all says itself what was wrong.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output().map_err(failed)
}

/// The last line of what a program complains of.
fn why(asked: &str, ran: &Output) -> Trouble {
    let said = String::from_utf8_lossy(&ran.stderr);
    let line = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    Trouble(format!("`{asked}`: {}", line.unwrap_or("it failed and did not say why")))
}
