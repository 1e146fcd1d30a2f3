//! A card: what a picture is made of.

use super::marks::Mark;
use crate::text::words;

words! {
    /// The thing that a card stands for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) enum CardKind {
        /// The network outside, or one inside the cluster.
        Network = "network",
        /// A physical machine.
        Host = "host",
        /// A VLAN on a host's bridge.
        Vlan = "vlan",
        /// A MicroVM that is a control plane.
        ControlPlane = "control-plane",
        /// A MicroVM that is a worker.
        Worker = "worker",
        /// A MicroVM beside the cluster.
        Machine = "machine",
        /// A GPU.
        Gpu = "gpu",
        /// A program that runs on the cluster.
        Workload = "workload",
        /// The meaning of the marks.
        Legend = "legend",
    }
}

impl CardKind {
    /// Whether cards lie in it.
    pub(super) const fn is_frame(self) -> bool {
        matches!(self, Self::Host | Self::Vlan | Self::Legend)
    }

    /// What a reader calls it.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Vlan => "VLAN",
            Self::ControlPlane => "control plane",
            Self::Machine => "MicroVM beside the cluster",
            Self::Gpu => "GPU",
            kind => kind.word(),
        }
    }

    pub(super) const fn is_machine(self) -> bool {
        matches!(self, Self::Host | Self::ControlPlane | Self::Worker | Self::Machine)
    }
}

/// A box with a title, lines and further cards.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) kind: CardKind,
    /// The name by which it is marked.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    /// Lines that only say how large it is.
    pub(super) sizes: Vec<String>,
    pub(super) mark: Option<Mark>,
    pub(super) cost: Option<&'static str>,
    /// The number of the VLAN that it is or is a part of, where that is on several hosts.
    pub(super) network: Option<usize>,
    pub(super) inside: Vec<Card>,
}

impl Card {
    pub(super) fn new(kind: CardKind, title: impl Into<String>, lines: Vec<String>) -> Self {
        let title = title.into();
        Self {
            kind,
            name: title.clone(),
            title,
            lines,
            sizes: Vec::new(),
            mark: None,
            cost: None,
            network: None,
            inside: Vec::new(),
        }
    }

    /// Its title, with its mark, and its lines.
    pub(super) fn text(&self) -> Vec<String> {
        let title = match (self.mark, self.cost) {
            (Some(mark), Some(cost)) => format!("{} ({}: {cost})", self.title, mark.word()),
            (Some(mark), None) => format!("{} ({})", self.title, mark.word()),
            (None, _) => self.title.clone(),
        };
        std::iter::once(title).chain(self.lines.iter().chain(&self.sizes).cloned()).collect()
    }

    /// Whether it is of a kind, or one in it.
    pub(super) fn has(&self, kind: CardKind) -> bool {
        self.kind == kind || self.inside.iter().any(|card| card.has(kind))
    }

    pub(super) fn drop_sizes(&mut self) {
        self.sizes.clear();
        self.inside.iter_mut().for_each(Self::drop_sizes);
    }
}
