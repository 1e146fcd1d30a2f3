//! The value types of `cluster.toml` that are written as text.

mod address;
mod choice;
mod kubernetes;
mod lint;
mod name;
mod path;
mod size;
mod ssh_key;
mod text;

pub use address::{HardwareMac, Mac};
pub use choice::{
    BridgeNetfilter, Cni, DiskFormat, Firewall, Formation, Formatter, FsType, GpuAccess, GpuMode,
    GpuVendor, Group, Hypervisor, Level, Loader, Role, Secrets, System,
};
pub use kubernetes::{DnsName, Endpoint, LabelKey, LabelValue, Minor, Taint};
pub use lint::Lint;
pub use name::{EnvName, InterfaceName, Name, PortName, UserName};
pub use path::{AbsPath, RelPath};
pub use size::Size;
pub use ssh_key::SshKey;
pub use text::{FlakeRef, Image, ModelName, OneLine, PciAddress};
