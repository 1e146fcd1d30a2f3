//! The JSON Schema of `cluster.toml`, told by the same types that read it: a derived one
//! would have neither their patterns nor the defaults, and need each key's text twice.

use std::fmt::Display;

use serde_json::{Value, json};

use super::decode::{Decode, Map, Text};
use super::nixos::Options;
use super::spanned::Spanned;

/// A type that can say which TOML values it takes.
pub(crate) trait Describe: Sized {
    /// The schema of its values.
    fn schema() -> Value;

    /// How this value is written, where it is a single one.
    fn written(&self) -> Option<Value> {
        None
    }
}

/// What a table says of one of its keys, and whether it needs it.
pub(crate) fn key<T: Describe + Decode>(doc: &str, default: Option<T>) -> (Value, bool) {
    let mut schema = T::schema();
    schema["description"] = doc.trim().into();
    if let Some(written) = default.as_ref().and_then(Describe::written) {
        schema["default"] = written;
    }
    (schema, default.or_else(T::absent).is_none())
}

/// What a table says of itself.
pub(crate) fn table<const N: usize>(keys: [(&str, (Value, bool)); N]) -> Value {
    let mut required = Vec::new();
    let mut properties = serde_json::Map::new();
    for (name, (schema, is_required)) in keys {
        if is_required {
            required.push(name);
        }
        properties.insert(name.to_owned(), schema);
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn text<T: Text>() -> Value {
    let mut schema = json!({ "type": "string" });
    if let Some(pattern) = T::PATTERN {
        schema["pattern"] = pattern.into();
        schema["examples"] = json!([T::EXAMPLE]);
    } else if !T::choices().is_empty() {
        schema["enum"] = T::choices().into();
    }
    schema
}

impl<T: Text + Display> Describe for Spanned<T> {
    fn schema() -> Value {
        text::<T>()
    }

    fn written(&self) -> Option<Value> {
        Some(self.value.to_string().into())
    }
}

macro_rules! describe_integer {
    ($($int:ty)+) => {$(
        impl Describe for Spanned<$int> {
            fn schema() -> Value {
                json!({ "type": "integer", "minimum": <$int>::MIN, "maximum": <$int>::MAX })
            }

            fn written(&self) -> Option<Value> {
                Some(self.value.into())
            }
        }
    )+};
}

describe_integer! { u16 u32 }

impl Describe for Spanned<bool> {
    fn schema() -> Value {
        json!({ "type": "boolean" })
    }

    fn written(&self) -> Option<Value> {
        Some(self.value.into())
    }
}

impl<T: Describe> Describe for Option<T> {
    fn schema() -> Value {
        T::schema()
    }
}

impl<T: Describe> Describe for Vec<T> {
    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}

impl<K: Text, V: Describe> Describe for Map<K, V> {
    fn schema() -> Value {
        json!({
            "type": "object",
            "propertyNames": text::<K>(),
            "additionalProperties": V::schema(),
        })
    }
}

/// What NixOS's options are is for NixOS to say.
impl Describe for Options {
    fn schema() -> Value {
        json!({ "type": "object" })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use boon::{Compiler, Schemas};
    use ipnet::Ipv4Net;

    use super::*;
    use crate::input::types::{
        AbsPath, DnsName, Endpoint, FlakeRef, Image, InterfaceName, LabelKey, LabelValue, Mac,
        Minor, Name, OneLine, PciAddress, PortName, RelPath, Size, SshKey, Taint, UserName,
    };

    const SAMPLES: [&str; 52] = [
        "",
        " ",
        "a",
        "A",
        "0",
        "a-b",
        "-a",
        "a_b",
        "a.b",
        "a/b",
        "/a",
        "/",
        "./a",
        "a\nb",
        "ü",
        "10.0.20.10",
        "255.255.255.255",
        "256.0.0.1",
        "01.2.3.4",
        "10.0.20.0/24",
        "0.0.0.0/0",
        "10.0.0.0/33",
        "02:00:0a:00:14:0a",
        "0A:FF:00:00:00:01",
        "01:00:00:00:00:00",
        "1.34",
        "1.0",
        "1.034",
        "1.34.2",
        "8GiB",
        "512 MiB",
        "0GiB",
        "8GB",
        "gpu=amd:NoSchedule",
        "gpu:NoExecute",
        "x/y=:NoSchedule",
        "gpu:Never",
        "k8s.lan:6443",
        "k8s.lan:0",
        "k8s.lan",
        "example.org/gpu",
        "cluster.local",
        "a..b",
        "docker.io/a/b:1",
        "a@sha256:00",
        "a/b",
        "0000:c5:00.0",
        "c5:00.0",
        "github:NixOS/nixpkgs/nixos-25.11",
        "git+ssh://git@host/x?ref=main",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE a b",
        "ssh-ed25519 BBBB",
    ];

    /// An editor underlines nothing that nixgen takes, and some of what it does not.
    fn agrees<T: Text>(name: &str) {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("schema.json", text::<T>()).expect("a resource");
        let index = compiler.compile("schema.json", &mut schemas).expect("a schema");
        let (mut taken, mut refused) = (0, 0);
        for sample in SAMPLES {
            let fits = schemas.validate(&sample.into(), index).is_ok();
            assert!(fits || T::from_text(sample).is_err(), "{name} takes {sample:?}");
            taken += usize::from(T::from_text(sample).is_ok());
            refused += usize::from(!fits);
        }
        assert!(taken > 0 && refused > 0, "{name}: {taken} taken, {refused} refused");
        assert!(T::from_text(T::EXAMPLE).is_ok(), "{name} does not take its example");
    }

    #[test]
    fn patterns_take_what_their_types_take() {
        macro_rules! agree {
            ($($ty:ty)+) => { $(agrees::<$ty>(stringify!($ty));)+ };
        }
        agree! {
            AbsPath DnsName Endpoint FlakeRef Image InterfaceName Ipv4Addr Ipv4Net LabelKey
            LabelValue Mac Minor Name OneLine PciAddress PortName RelPath Size SshKey Taint UserName
        }
    }
}
