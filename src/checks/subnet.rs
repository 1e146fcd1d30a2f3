//! Where in a range an address is.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::diagnostic::Code;

/// Why a machine cannot have an address of a range.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Misplaced {
    Outside,
    Network,
    Broadcast,
    Gateway,
}

impl Misplaced {
    pub(super) fn code(self) -> Code {
        match self {
            Self::Outside => Code::OutsideSubnet,
            Self::Network | Self::Broadcast | Self::Gateway => Code::ReservedAddress,
        }
    }

    /// Completes "the address … ", before the range.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Outside => "is not in",
            Self::Network => "is the network address of",
            Self::Broadcast => "is the broadcast address of",
            Self::Gateway => "is the gateway of",
        }
    }
}

/// Why a machine cannot have an address, if so. The ranges that are too small
/// to tell have a rule of their own.
pub(super) fn misplaced(
    ip: Ipv4Addr,
    subnet: Ipv4Net,
    gateway: Option<Ipv4Addr>,
) -> Option<Misplaced> {
    if !has_room(subnet) {
        None
    } else if !subnet.contains(&ip) {
        Some(Misplaced::Outside)
    } else if ip == subnet.network() {
        Some(Misplaced::Network)
    } else if ip == subnet.broadcast() {
        Some(Misplaced::Broadcast)
    } else {
        (gateway == Some(ip)).then_some(Misplaced::Gateway)
    }
}

/// Whether a range has room for a gateway and a machine.
pub(super) fn has_room(subnet: Ipv4Net) -> bool {
    subnet.prefix_len() <= 30
}
