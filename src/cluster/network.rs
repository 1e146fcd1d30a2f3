//! The bridge that every host has, and its VLANs.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::input::Spanned;
use crate::input::types::{InterfaceName, Name};

/// The network of every host.
#[derive(Debug)]
pub struct Network {
    /// The bridge.
    pub bridge: Spanned<InterfaceName>,
    /// Name servers.
    pub dns: Vec<Spanned<Ipv4Addr>>,
    /// The range and router outside.
    pub wan: Option<(Spanned<Ipv4Net>, Spanned<Ipv4Addr>)>,
    /// The VLANs by name.
    pub vlans: Vec<Vlan>,
}

/// The place of a VLAN among those of its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VlanId(pub(super) usize);

/// A VLAN.
#[derive(Debug)]
pub struct Vlan {
    /// Its place among the VLANs.
    pub id: VlanId,
    /// Its name.
    pub name: Spanned<Name>,
    /// Its tag.
    pub tag: Spanned<u16>,
    /// Its range.
    pub subnet: Spanned<Ipv4Net>,
    /// Its router.
    pub gateway: Spanned<Ipv4Addr>,
    /// The VLANs that connections into it may come from, and `wan`.
    pub allow_from: Vec<Spanned<Name>>,
}

impl Network {
    /// A VLAN by its place.
    #[expect(clippy::indexing_slicing, reason = "an id is a place among these VLANs")]
    pub fn vlan(&self, id: VlanId) -> &Vlan {
        &self.vlans[id.0]
    }
}
