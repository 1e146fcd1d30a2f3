//! Values that follow from others. Each is a function of the machine alone, so
//! adding or removing a VM never changes another VM's values.

use std::cmp::Ordering;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use sha2::{Digest, Sha256};

use crate::input::types::{InterfaceName, Name};

/// An address for a machine by its name. Two names can fall on one address;
/// the check for duplicates then asks for one of them to be written, rather
/// than moving a machine that was there before.
pub(super) fn address(name: &Name, subnet: Ipv4Net) -> Ipv4Addr {
    let size = 1_u64 << (32 - u64::from(subnet.prefix_len()));
    // Routers and hosts live at the start of a range by habit.
    let (first, last) =
        if size >= 64 { (16, size - 2) } else { (1, size.saturating_sub(2).max(1)) };
    let digest = Sha256::digest(name.as_str().as_bytes());
    let head = digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    let offset = first + head % (last - first + 1);
    let base = u64::from(u32::from(subnet.network()));
    Ipv4Addr::from(u32::try_from(base + offset).unwrap_or(u32::MAX))
}

/// The tap of a VM: `vm-NAME`, or when that is over the kernel's 15 bytes, the
/// start of the name and the address, which no other VM has.
pub(super) fn tap(name: &Name, ip: Ipv4Addr) -> InterfaceName {
    let name = name.as_str();
    InterfaceName::own(if name.len() <= 12 {
        format!("vm-{name}")
    } else {
        let start: String = name.chars().take(3).collect();
        format!("vm-{start}-{:08x}", u32::from(ip))
    })
}

/// A vsock context id: the address as a number. It is unique because the
/// address is, and above the reserved 0 to 2.
pub(super) fn vsock_cid(ip: Ipv4Addr) -> u32 {
    u32::from(ip)
}

/// Orders names as people do: `worker-2` before `worker-10`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (chunks(a), chunks(b));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => match chunk_order(x, y) {
                Ordering::Equal => {}
                order => return order,
            },
        }
    }
}

fn chunk_order(a: &str, b: &str) -> Ordering {
    let number = |s: &str| s.starts_with(|c: char| c.is_ascii_digit());
    if number(a) && number(b) {
        let (x, y) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
        x.len().cmp(&y.len()).then_with(|| x.cmp(y))
    } else {
        a.cmp(b)
    }
}

/// Runs of digits and runs of other characters.
fn chunks(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let first = text.chars().next()?;
        let digit = first.is_ascii_digit();
        let end = text.find(|c: char| c.is_ascii_digit() != digit).unwrap_or(text.len());
        let (head, tail) = text.split_at(end);
        text = tail;
        Some(head)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode::Text;

    fn name(text: &str) -> Name {
        Name::from_text(text).expect("a name")
    }

    #[test]
    fn addresses_are_usable_and_pinned() {
        let subnet: Ipv4Net = "10.0.20.0/24".parse().expect("a range");
        // Pinned: another value here would renumber everybody's machines.
        assert_eq!(address(&name("k8s-master"), subnet), Ipv4Addr::new(10, 0, 20, 153));
        for n in 0..1000 {
            let ip = address(&name(&format!("vm-{n}")), subnet).octets();
            assert!((16..=254).contains(&ip[3]), "{ip:?}");
        }
        let small: Ipv4Net = "10.0.20.0/30".parse().expect("a range");
        for n in 0..50 {
            assert!((1..=2).contains(&address(&name(&format!("vm-{n}")), small).octets()[3]));
        }
    }

    #[test]
    fn taps_fit_and_differ() {
        let ip = Ipv4Addr::new(10, 0, 20, 11);
        assert_eq!(tap(&name("k8s-master"), ip).as_str(), "vm-k8s-master");
        assert_eq!(tap(&name("k8s-worker-10"), ip).as_str(), "vm-k8s-0a00140b");
    }

    #[test]
    fn names_sort_as_people_count() {
        let mut names = ["w-10", "w-2", "w-1", "v", "w-02", "w"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["v", "w", "w-1", "w-02", "w-2", "w-10"]);
    }
}
