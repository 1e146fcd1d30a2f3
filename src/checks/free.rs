//! Addresses and ranges that nothing uses yet, for the help of other rules.

use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

use ipnet::{Ipv4AddrRange, Ipv4Net};

use crate::cluster::{Cluster, VlanId};

/// Free addresses, each handed out once, so that all the help of one run can be
/// followed at once.
pub(super) struct FreeAddresses<'a> {
    cluster: &'a Cluster,
    used: Option<HashSet<Ipv4Addr>>,
    rest: HashMap<VlanId, Ipv4AddrRange>,
}

impl<'a> FreeAddresses<'a> {
    pub(super) fn of(cluster: &'a Cluster) -> Self {
        Self { cluster, used: None, rest: HashMap::new() }
    }

    /// Takes the first free address of a VLAN.
    pub(super) fn take(&mut self, vlan: VlanId) -> Option<Ipv4Addr> {
        let used = self.used.get_or_insert_with(|| used(self.cluster));
        let subnet = *self.cluster.network.vlan(vlan).subnet;
        self.rest.entry(vlan).or_insert_with(|| subnet.hosts()).find(|ip| used.insert(*ip))
    }

    /// Takes a wished address of a VLAN, or else the first free one.
    pub(super) fn take_like(&mut self, wish: Ipv4Addr, vlan: VlanId) -> Option<Ipv4Addr> {
        let used = self.used.get_or_insert_with(|| used(self.cluster));
        let subnet = *self.cluster.network.vlan(vlan).subnet;
        let part = u32::from(wish) & u32::from(subnet.hostmask());
        let near = Ipv4Addr::from(u32::from(subnet.network()) | part);
        let usable = near != subnet.network() && near != subnet.broadcast() && used.insert(near);
        if usable { Some(near) } else { self.take(vlan) }
    }

    /// The help that gives a value its first free address of a VLAN.
    pub(super) fn help(&mut self, vlan: VlanId, key: &str) -> String {
        let name = &self.cluster.network.vlan(vlan).name;
        match self.take(vlan) {
            Some(ip) => format!("write `{key} = \"{ip}\"`, the first free address of `{name}`"),
            None => format!("`{name}` has no free address left: give it a wider `subnet`"),
        }
    }
}

fn used(cluster: &Cluster) -> HashSet<Ipv4Addr> {
    let hosts = cluster.hosts.iter().flat_map(|host| host.addresses.values()).map(|ip| **ip);
    let gateways = cluster.network.vlans.iter().map(|vlan| *vlan.gateway);
    let vms = cluster.vms.iter().map(|vm| *vm.ip);
    hosts.chain(gateways).chain(vms).chain(cluster.vip.iter().map(|vip| **vip)).collect()
}

/// The private ranges, the roomiest first.
const PRIVATE: [([u8; 4], u8); 3] =
    [([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16)];

/// Whether all addresses of a range are private.
pub(super) fn is_private(net: Ipv4Net) -> bool {
    let private = |(octets, bits): &([u8; 4], u8)| Ipv4Net::new((*octets).into(), *bits);
    PRIVATE.iter().filter_map(|range| private(range).ok()).any(|range| range.contains(&net))
}

/// The first private range of a size that shares nothing with the taken ones,
/// which are sorted.
pub(super) fn range(prefix: u8, taken: &[Ipv4Net]) -> Option<Ipv4Net> {
    let size = 1_u64 << (32 - prefix);
    let bounds = |net: &Ipv4Net| {
        (u64::from(u32::from(net.network())), u64::from(u32::from(net.broadcast())))
    };
    PRIVATE.iter().filter(|(_, bits)| *bits <= prefix).find_map(|(octets, bits)| {
        let (mut start, last) = bounds(&Ipv4Net::new((*octets).into(), *bits).ok()?);
        for (from, to) in taken.iter().map(bounds) {
            if from < start + size && start <= to {
                start = (to / size + 1) * size;
            }
        }
        let fits = start + size - 1 <= last;
        let network = u32::try_from(start).ok().filter(|_| fits)?;
        Ipv4Net::new(network.into(), prefix).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ranges_are_aligned_and_apart() {
        let net = |text: &str| text.parse::<Ipv4Net>().expect("a range");
        assert_eq!(range(24, &[]), Some(net("10.0.0.0/24")));
        assert_eq!(range(24, &[net("10.0.0.0/23"), net("10.0.2.0/28")]), Some(net("10.0.3.0/24")));
        assert_eq!(range(16, &[net("10.0.0.0/8")]), Some(net("172.16.0.0/16")));
        assert_eq!(range(8, &[net("10.5.0.0/24")]), None);
        assert_eq!(range(0, &[]), None);
        assert!(is_private(net("172.16.0.0/12")) && !is_private(net("172.0.0.0/10")));
    }
}
