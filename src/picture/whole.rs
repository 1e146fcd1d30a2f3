//! The cards of a whole cluster, with marks.

use super::card::{Card, CardKind};
use super::cards::{self, Spans};
use super::marks::{Mark, Marks};
use crate::cluster::{Cluster, Demand};

/// A whole cluster: its networks, then its hosts.
#[derive(Debug)]
pub struct Picture {
    pub(super) title: String,
    networks: Vec<Card>,
    hosts: Vec<Card>,
    /// The meaning of the marks, where there can be some.
    pub(super) legend: Vec<Card>,
}

impl Picture {
    /// The picture of a cluster, and of the demands of its workloads.
    pub fn new(cluster: &Cluster, demands: &[Demand<'_>]) -> Self {
        let spans = Spans::of(cluster);
        Self {
            title: format!(
                "{}: Kubernetes {}, NixOS {}",
                cluster.name, cluster.kubernetes, cluster.release.name
            ),
            networks: cards::networks(cluster, &spans),
            hosts: cards::hosts(cluster, demands, &spans),
            legend: Vec::new(),
        }
    }

    /// The same with marks.
    #[must_use]
    pub fn marked(mut self, marks: &Marks) -> Self {
        marks.put_on(&mut self.hosts);
        self.legend = vec![marks.legend()];
        self
    }

    /// The same without sizes, so that it stays as it is when a machine grows.
    #[must_use]
    pub fn without_sizes(mut self) -> Self {
        self.hosts.iter_mut().for_each(Card::drop_sizes);
        self
    }

    /// The kinds of what is drawn, but for the legend.
    pub(super) fn kinds(&self) -> impl Iterator<Item = CardKind> {
        let cards = || self.networks.iter().chain(&self.hosts);
        CardKind::ALL.iter().copied().filter(move |kind| cards().any(|card| card.has(*kind)))
    }

    /// Its cards, one row after the other.
    pub(super) fn rows(&self) -> [&[Card]; 3] {
        [&self.networks, &self.legend, &self.hosts]
    }
}

impl Marks {
    /// Puts the marks on the cards of the hosts, and adds a card for each machine
    /// that goes: the cluster no longer has it.
    fn put_on(&self, hosts: &mut Vec<Card>) {
        for card in &mut *hosts {
            self.mark(card);
        }
        for (name, machine) in &self.machines {
            if machine.mark == Mark::Removed {
                let mut card = Card::new(CardKind::Machine, name, Vec::new());
                card.mark = Some(Mark::Removed);
                match hosts.iter_mut().find(|host| Some(&host.title) == machine.host.as_ref()) {
                    Some(host) => host.put(card, machine.vlan.as_deref()),
                    None => hosts.push(card),
                }
            }
        }
    }

    fn mark(&self, card: &mut Card) {
        if card.kind.is_machine()
            && let Some(machine) = self.machines.get(&card.name)
        {
            (card.mark, card.cost) = (Some(machine.mark), machine.cost);
        } else if card.kind == CardKind::Vlan {
            card.mark = self.vlans.get(&card.name).copied();
        }
        for inner in &mut card.inside {
            self.mark(inner);
        }
    }

    /// A card that shows each mark that there is.
    fn legend(&self) -> Card {
        let all = || {
            self.machines.values().map(|machine| machine.mark).chain(self.vlans.values().copied())
        };
        let marks = Mark::ALL.iter().filter(|mark| all().any(|other| other == **mark));
        let marked = |mark: &Mark| Card {
            mark: Some(*mark),
            ..Card::new(CardKind::Machine, "machine", Vec::new())
        };
        let inside: Vec<Card> = marks.map(marked).collect();
        let title =
            if inside.is_empty() { "rendering changes nothing" } else { "what rendering changes" };
        Card { inside, ..Card::new(CardKind::Legend, title, Vec::new()) }
    }
}

impl Card {
    /// Puts a machine that goes into this host: into its VLAN, which may be gone as well.
    fn put(&mut self, machine: Self, vlan: Option<&str>) {
        let is_its = |card: &&mut Self| card.kind == CardKind::Vlan && Some(&*card.name) == vlan;
        match (self.inside.iter_mut().find(is_its), vlan) {
            (Some(card), _) => card.inside.push(machine),
            (None, Some(vlan)) => {
                let title = format!("VLAN {vlan}");
                let card = Self::new(CardKind::Vlan, title, Vec::new());
                self.inside.push(Self { inside: vec![machine], ..card });
            }
            (None, None) => self.inside.push(machine),
        }
    }
}
