//! What a plan does to what is drawn.

use std::collections::BTreeMap;

use crate::review::{Class, NodeAction, Plan};

/// What the plan does to a machine or VLAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is new.
    Added,
    /// It changes.
    Changed,
    /// It goes.
    Removed,
}

impl Mark {
    /// Every mark.
    pub(super) const ALL: [Self; 3] = [Self::Added, Self::Changed, Self::Removed];

    /// Its name in styles and labels.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// A marked machine.
#[derive(Debug)]
pub struct Machine {
    /// What is done to it.
    pub mark: Mark,
    /// What it costs, in words, where it costs something.
    pub cost: Option<&'static str>,
    /// The host that carries it, for a VM.
    pub host: Option<String>,
}

/// What a plan does, by the names of what it is done to.
#[derive(Debug, Default)]
pub struct Marks {
    /// Machines.
    pub machines: BTreeMap<String, Machine>,
    /// VLANs.
    pub vlans: BTreeMap<String, Mark>,
}

impl Marks {
    /// The marks for a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut marks = Self::default();
        for node in &plan.nodes {
            let mark = match node.action {
                NodeAction::Add => Mark::Added,
                NodeAction::Change => Mark::Changed,
                NodeAction::Remove => Mark::Removed,
            };
            let costs = mark == Mark::Changed && node.impact != Class::None;
            let cost = costs.then(|| node.impact.words(node.kind));
            marks
                .machines
                .insert(node.name.clone(), Machine { mark, cost, host: node.host.clone() });
            for change in &node.options {
                // `data.network.vlans.NAME.id`
                let Some(rest) = change.path.strip_prefix("data.network.vlans.") else { continue };
                let Some((name, _)) = rest.split_once('.') else { continue };
                let mark = if change.old.is_none() { Mark::Added } else { Mark::Changed };
                marks.vlans.insert(name.trim_matches('"').to_owned(), mark);
            }
        }
        marks
    }
}
