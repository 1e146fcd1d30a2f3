//! The marks of a plan in a picture.

use super::{Class, Node, NodeAction, OptionChange, Plan};
use crate::picture::{MachineMark, Mark, Marks};
use crate::previous::Previous;

impl Plan {
    /// The marks of its machines, and of the VLANs that change for one. What goes was
    /// where it was rendered last.
    pub fn marks(&self, previous: &Previous<'_>) -> Marks {
        let options = self.nodes.iter().flat_map(|node| &node.options);
        let marked = |node: &Node| {
            let vlan = previous.vms.get(&*node.name).and_then(|vm| vm.vlan);
            (node.name.clone(), machine(node, vlan))
        };
        Marks {
            machines: self.nodes.iter().map(marked).collect(),
            vlans: options.filter_map(vlan).collect(),
        }
    }
}

fn machine(node: &Node, vlan: Option<&str>) -> MachineMark {
    let mark = match node.action {
        NodeAction::Add => Mark::Added,
        NodeAction::Change => Mark::Changed,
        NodeAction::Remove => Mark::Removed,
    };
    let costs = mark == Mark::Changed && node.impact != Class::None;
    MachineMark {
        mark,
        cost: costs.then(|| node.label(node.impact)),
        host: node.host.clone(),
        vlan: vlan.map(str::to_owned),
    }
}

/// The VLAN of `data.network.vlans.NAME.id`.
fn vlan(change: &OptionChange) -> Option<(String, Mark)> {
    let (name, _) = change.path.strip_prefix("data.network.vlans.")?.split_once('.')?;
    let mark = if change.difference.old.is_none() { Mark::Added } else { Mark::Changed };
    Some((name.trim_matches('"').to_owned(), mark))
}
