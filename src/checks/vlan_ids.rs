//! VLAN tags are from 1 to 4094, of which 1 is what the bridge gives to traffic
//! without a tag.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::cluster::{Cluster, Vlan};
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let vlans = &cluster.network.vlans;
    let mut unused = (2..=4094).filter(|id| !vlans.iter().any(|vlan| *vlan.tag == *id));
    let mut help = || match unused.next() {
        Some(id) => format!("write `id = {id}`, which is free"),
        None => "write an id that is free".to_owned(),
    };
    let mut taken: HashMap<u16, &Vlan> = HashMap::new();
    let mut in_file: Vec<&Vlan> = vlans.iter().collect();
    in_file.sort_by_key(|vlan| vlan.tag.span().map(|span| span.start));
    for vlan in in_file {
        let id = *vlan.tag;
        let reserved = match id {
            1 => Some("what the bridge gives to traffic without a tag"),
            2..=4094 => None,
            _ => Some("not one that a frame can carry"),
        };
        let found = |message| Diagnostic::new(Code::VlanId, vlan.tag.span(), message);
        if let Some(reserved) = reserved {
            let message = format!("the id {id} of the VLAN `{}` is {reserved}", vlan.name);
            log.push(found(message).help(help()));
            continue;
        }
        match taken.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(vlan);
            }
            Entry::Occupied(first) => {
                let first = first.get();
                let message =
                    format!("the id {id} of the VLAN `{}` is that of `{}`", vlan.name, first.name);
                log.push(found(message).related(first.tag.span(), "first used here").help(help()));
            }
        }
    }
}
