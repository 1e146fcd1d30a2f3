//! The words of Kubernetes.

use super::name::{checked_text, dns_label};
use crate::input::decode::Text;

/// A Kubernetes minor release such as 1.36.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(u16);

impl Minor {
    /// Release 1.`minor`.
    pub const fn new(minor: u16) -> Self {
        Self(minor)
    }

    /// The number behind the dot.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl Text for Minor {
    const EXPECTED: &'static str = "a Kubernetes minor release such as `1.36`";
    const EXAMPLE: &'static str = "1.36";
    const PATTERN: Option<&'static str> = Some(r"^1\.[1-9][0-9]*$");

    fn from_text(text: &str) -> Result<Self, String> {
        let invalid = || format!("`{text}` is not a Kubernetes minor release");
        if let Some(number) = text.strip_prefix('v') {
            return Self::from_text(number)
                .and_then(|minor| Err(format!("the release is written without a `v`: `{minor}`")));
        }
        let minor = text.strip_prefix("1.").ok_or_else(invalid)?;
        if let Some((minor, _patch)) = minor.split_once('.') {
            return Err(format!(
                "`{text}` names a patch release, which nixpkgs decides; write `1.{minor}`"
            ));
        }
        if minor.is_empty() || minor.starts_with('0') || !minor.bytes().all(|b| b.is_ascii_digit())
        {
            return Err(invalid());
        }
        minor.parse().map(Self).map_err(|_| invalid())
    }
}

impl std::fmt::Display for Minor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl serde::Serialize for Minor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

checked_text! {
    /// The key of a label or taint, with an optional domain in front.
    LabelKey,
    "a label key such as `gpu` or `example.org/gpu`",
    "gpu",
    "^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$",
    |text| {
        let (domain, name) = match text.split_once('/') {
            Some((domain, name)) => (Some(domain), name),
            None => (None, text),
        };
        if let Some(domain) = domain {
            dns_name(domain)?;
        }
        qualified(name, false).map_err(|()| format!("`{text}` is not a label key"))
    }
}

checked_text! {
    /// The value of a label or taint; it may be empty.
    LabelValue,
    "a label value of at most 63 letters, digits, `.`, `_` and `-`",
    "amd",
    "^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$",
    |text| qualified(text, true).map_err(|()| format!("`{text}` is not a label value"))
}

checked_text! {
    /// A DNS name of one or more labels.
    DnsName,
    "a DNS name such as `cluster.local`",
    "cluster.local",
    r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$",
    dns_name
}

fn qualified(text: &str, may_be_empty: bool) -> Result<(), ()> {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let outer = |c: char| c.is_ascii_alphanumeric();
    if text.is_empty() && may_be_empty {
        return Ok(());
    }
    let valid = text.len() <= 63
        && text.chars().all(inner)
        && text.starts_with(outer)
        && text.ends_with(outer);
    if valid { Ok(()) } else { Err(()) }
}

fn dns_name(text: &str) -> Result<(), String> {
    if text.len() > 253 {
        return Err(format!("`{text}` is longer than a DNS name can be"));
    }
    text.split('.').try_for_each(|label| dns_label(label, 63))
}

/// A taint that keeps pods without a toleration away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Taint {
    /// Its key.
    pub key: LabelKey,
    /// Its value, often empty.
    pub value: LabelValue,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: &'static str,
}

impl Text for Taint {
    const EXPECTED: &'static str = "a taint such as `gpu=amd:NoSchedule`";
    const EXAMPLE: &'static str = "gpu=amd:NoSchedule";
    const PATTERN: Option<&'static str> =
        Some("^[^:=]+(=[^:]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$");

    fn from_text(text: &str) -> Result<Self, String> {
        const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
        let (what, effect) = text
            .rsplit_once(':')
            .ok_or_else(|| format!("`{text}` has no effect; write `{text}:NoSchedule`"))?;
        let (key, value) = what.split_once('=').unwrap_or((what, ""));
        let effect = EFFECTS.into_iter().find(|known| *known == effect).ok_or_else(|| {
            format!(
                "`{effect}` is not an effect; there are NoSchedule, PreferNoSchedule and NoExecute"
            )
        })?;
        Ok(Self { key: LabelKey::from_text(key)?, value: LabelValue::from_text(value)?, effect })
    }
}

impl Taint {
    /// The taint that kubeadm gives to every control plane.
    pub(crate) fn of_control_planes() -> Self {
        Self {
            key: LabelKey::own("node-role.kubernetes.io/control-plane"),
            value: LabelValue::own(""),
            effect: "NoSchedule",
        }
    }
}

impl std::fmt::Display for Taint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value.as_str() {
            "" => write!(f, "{}:{}", self.key, self.effect),
            value => write!(f, "{}={value}:{}", self.key, self.effect),
        }
    }
}

checked_text! {
    /// A host name or address with a port, as `controlPlaneEndpoint` wants it.
    Endpoint,
    "a name or address with a port, such as `k8s.example.org:6443`",
    "k8s.example.org:6443",
    "^[a-z0-9.-]+:[0-9]+$",
    |text| {
        if let Some((scheme, rest)) = text.split_once("://") {
            let rest = rest.trim_end_matches('/');
            return Err(format!("an endpoint has no `{scheme}://` before it; write `{rest}`"));
        }
        let (host, port) = text
            .rsplit_once(':')
            .ok_or_else(|| format!("`{text}` has no port; write `{text}:6443`"))?;
        let port_ok = port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+');
        if !port_ok {
            return Err(format!("`{port}` is not a port"));
        }
        dns_name(host)
    }
}

impl Endpoint {
    /// The endpoint of an address at the API server's own port.
    pub(crate) fn on_default_port(host: impl std::fmt::Display) -> Self {
        Self(format!("{host}:6443"))
    }

    /// The name or address without the port.
    pub fn host(&self) -> &str {
        self.0.rsplit_once(':').map_or(self.as_str(), |(host, _)| host)
    }
}
