//! The classes of what a change costs.

use schemars::JsonSchema;
use serde::Serialize;

use super::Kind;
use crate::text::words;

words! {
    /// The effort of bringing a change about, from nothing to the worst.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    pub enum Class {
        /// Nothing happens on the machine: comments, layout, or what only people read.
        None = "none",
        /// A switch activates it in place.
        Switch = "switch",
        /// A switch restarts a service.
        ServiceRestart = "service-restart",
        /// The machine restarts: the VM, or the host with its VMs. One that goes stops.
        Restart = "restart",
        /// The machine restarts or changes as a node of Kubernetes: it is better
        /// drained before.
        Drain = "drain",
        /// Data may be lost or out of reach.
        DataRisk = "data-risk",
    }
}

impl Class {
    /// Its label on a machine of a kind.
    pub const fn label(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::None, _) => "none",
            (Self::Switch, _) => "switch",
            (Self::ServiceRestart, _) => "service restart",
            (Self::Restart, Kind::Vm) => "VM restart",
            (Self::Restart, Kind::Host) => "host restart",
            (Self::Drain, _) => "drain advised",
            (Self::DataRisk, _) => "DATA AT RISK",
        }
    }
}
