//! The marks of a plan in a picture.

use super::{Class, Node, NodeAction, OptionChange, Plan};
use crate::picture::{MachineMark, Mark, Marks};

impl Plan {
    /// The marks of its machines, and of the VLANs that change for one.
    pub fn marks(&self) -> Marks {
        let options = self.nodes.iter().flat_map(|node| &node.options);
        Marks {
            machines: self.nodes.iter().map(|node| (node.name.clone(), machine(node))).collect(),
            vlans: options.filter_map(vlan).collect(),
        }
    }
}

fn machine(node: &Node) -> MachineMark {
    let mark = match node.action {
        NodeAction::Add => Mark::Added,
        NodeAction::Change => Mark::Changed,
        NodeAction::Remove => Mark::Removed,
    };
    let costs = mark == Mark::Changed && node.impact != Class::None;
    MachineMark { mark, cost: costs.then(|| node.label(node.impact)), host: node.host.clone() }
}

/// The VLAN of `data.network.vlans.NAME.id`.
fn vlan(change: &OptionChange) -> Option<(String, Mark)> {
    let (name, _) = change.path.strip_prefix("data.network.vlans.")?.split_once('.')?;
    let mark = if change.difference.old.is_none() { Mark::Added } else { Mark::Changed };
    Some((name.trim_matches('"').to_owned(), mark))
}
