//! A node, which hosts and MicroVMs can be: how they are reached, and what they are
//! as nodes of the cluster.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use crate::input::Spanned;
use crate::input::types::{LabelKey, LabelValue, Name, Role, Taint};

/// Labels of a node.
pub type Labels = BTreeMap<LabelKey, Spanned<LabelValue>>;

/// A machine that is a node of the cluster.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// Its name.
    pub name: &'a Spanned<Name>,
    /// Its role.
    pub role: Role,
    /// Its address in the cluster.
    pub ip: Ipv4Addr,
    /// Its labels.
    pub labels: &'a Labels,
    /// Its taints.
    pub taints: &'a [Spanned<Taint>],
}

/// How scripts reach a machine.
#[derive(Debug)]
pub struct Deployment {
    /// The address or name.
    pub target_host: String,
    /// The user.
    pub target_user: String,
    /// Tags to select machines by: the user's in their order, then nixgen's.
    pub tags: Vec<Name>,
    /// Whether Colmena has it.
    pub colmena: bool,
    /// Whether Colmena has it build its own system.
    pub build_on_target: bool,
}
