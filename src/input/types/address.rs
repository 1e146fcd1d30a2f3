//! Addresses of the network: IPv4, CIDR ranges and MAC.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::Ipv4Net;

use crate::input::decode::Text;

/// A number from 0 to 255.
macro_rules! byte {
    () => {
        "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    };
}

impl Text for Ipv4Addr {
    const EXPECTED: &'static str = "an IPv4 address such as `10.0.20.10`";
    const EXAMPLE: &'static str = "10.0.20.10";
    const PATTERN: Option<&'static str> = Some(concat!("^(", byte!(), r"\.){3}", byte!(), "$"));

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| match text.parse::<Ipv4Net>() {
            Ok(range) => format!("`{text}` is a range; the address alone is `{}`", range.addr()),
            Err(_) => no_address(text),
        })
    }
}

/// The reason why a text is no address.
fn no_address(text: &str) -> String {
    if text.parse::<Ipv6Addr>().is_ok() {
        return format!("`{text}` is an IPv6 address, and nixgen's networks are IPv4");
    }
    if let Some((address, _)) = text.split_once(':')
        && address.parse::<Ipv4Addr>().is_ok()
    {
        return format!("`{text}` has a port; the address alone is `{address}`");
    }
    let numbers: Vec<&str> = text.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match numbers.len() {
        4 if numbers.iter().all(is_number) => {
            let plain = numbers.iter().map(|number| match number.trim_start_matches('0') {
                "" => "0",
                number => number,
            });
            let plain = plain.collect::<Vec<_>>().join(".");
            match plain.parse::<Ipv4Addr>() {
                Ok(_) => format!("a number in `{text}` starts with a zero: write `{plain}`"),
                Err(_) => format!("a number in `{text}` is larger than 255"),
            }
        }
        count @ (2 | 3 | 5..) if numbers.iter().all(is_number) => {
            format!("`{text}` has {count} numbers, and an IPv4 address has four")
        }
        _ => format!("`{text}` is not an IPv4 address"),
    }
}

impl Text for Ipv4Net {
    const EXPECTED: &'static str = "an IPv4 range such as `10.0.20.0/24`";
    const EXAMPLE: &'static str = "10.0.20.0/24";
    const PATTERN: Option<&'static str> =
        Some(concat!("^(", byte!(), r"\.){3}", byte!(), "/([12]?[0-9]|3[0-2])$"));

    fn from_text(text: &str) -> Result<Self, String> {
        let range: Self = text.parse().map_err(|_| no_range(text))?;
        if range.addr() == range.network() {
            Ok(range)
        } else {
            Err(format!("`{text}` has host bits set; the range is `{}`", range.trunc()))
        }
    }
}

/// The reason why a text is no range.
fn no_range(text: &str) -> String {
    let Some((address, length)) = text.split_once('/') else {
        return match text.parse::<Ipv4Addr>() {
            Ok(_) => format!("`{text}` is an address; write `{text}/24`, or another length"),
            Err(_) => format!("`{text}` is not an IPv4 range"),
        };
    };
    if address.parse::<Ipv6Addr>().is_ok() {
        return format!("`{text}` is an IPv6 range, and nixgen's networks are IPv4");
    }
    let Ok(address) = address.parse::<Ipv4Addr>() else { return no_address(address) };
    let mask = length.parse().ok().and_then(|mask| Ipv4Net::with_netmask(address, mask).ok());
    match mask {
        Some(range) => format!("the length of a range is a number of bits: write `{range}`"),
        None => format!("the length of a range is from 0 to 32, and not `{length}`"),
    }
}

/// A MAC address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac([u8; 6]);

impl Mac {
    /// The address that goes with an IPv4 address. Two addresses never share
    /// one, and 02 marks it as locally administered unicast.
    pub fn derived(ip: Ipv4Addr) -> Self {
        let [a, b, c, d] = ip.octets();
        Self([0x02, 0x00, a, b, c, d])
    }

    /// Whether it may be given to a virtual machine: a locally administered
    /// address that is not a multicast one.
    pub fn is_local_unicast(self) -> bool {
        self.0[0] & 0b11 == 0b10
    }
}

impl Text for Mac {
    const EXPECTED: &'static str = "a MAC address such as `02:00:0a:00:14:0a`";
    const EXAMPLE: &'static str = "02:00:0a:00:14:0a";
    const PATTERN: Option<&'static str> = Some("^[0-9a-fA-F][26aeAE](:[0-9a-fA-F]{2}){5}$");

    fn from_text(text: &str) -> Result<Self, String> {
        let mac = Self(mac_bytes(text)?);
        if mac.is_local_unicast() {
            Ok(mac)
        } else {
            Err(format!(
                "`{text}` is not a locally administered unicast address: its second digit must be 2, 6, a or e"
            ))
        }
    }
}

/// The MAC address of a network card, which a VM could not be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct HardwareMac(Mac);

impl Text for HardwareMac {
    const EXPECTED: &'static str = "a MAC address such as `7c:10:c9:00:00:0a`";
    const EXAMPLE: &'static str = "7c:10:c9:00:00:0a";
    const PATTERN: Option<&'static str> = Some("^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$");

    fn from_text(text: &str) -> Result<Self, String> {
        let bytes = mac_bytes(text)?;
        if bytes[0] & 1 == 0 {
            Ok(Self(Mac(bytes)))
        } else {
            Err(format!("`{text}` is a multicast address, which no interface has"))
        }
    }
}

impl std::fmt::Display for HardwareMac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

fn mac_bytes(text: &str) -> Result<[u8; 6], String> {
    let invalid = || {
        let colons = text.replace('-', ":");
        if colons != text && mac_bytes(&colons).is_ok() {
            format!("a MAC address has colons: write `{colons}`")
        } else {
            format!("`{text}` is not a MAC address")
        }
    };
    let mut bytes = [0; 6];
    let mut parts = text.split(':');
    for byte in &mut bytes {
        let part = parts.next().filter(|part| part.len() == 2).ok_or_else(invalid)?;
        let hex = part.bytes().all(|b| b.is_ascii_hexdigit());
        *byte = u8::from_str_radix(part, 16).ok().filter(|_| hex).ok_or_else(invalid)?;
    }
    if parts.next().is_some() { Err(invalid()) } else { Ok(bytes) }
}

impl std::fmt::Display for Mac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = self.0.map(|byte| format!("{byte:02x}"));
        f.write_str(&parts.join(":"))
    }
}

impl serde::Serialize for Mac {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_macs_are_those_of_their_addresses_and_legal() {
        let mac = Mac::derived(Ipv4Addr::new(10, 0, 20, 10));
        assert_eq!(Mac::from_text("02:00:0a:00:14:0a"), Ok(mac));
    }
}
