//! The cards of a whole cluster, with marks.

use super::card::{Card, CardKind};
use super::cards;
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
        Self {
            title: format!(
                "{}: Kubernetes {}, NixOS {}",
                cluster.name, cluster.kubernetes, cluster.release.name
            ),
            networks: cards::networks(cluster),
            hosts: cards::hosts(cluster, demands),
            legend: Vec::new(),
        }
    }

    /// The same with marks.
    #[must_use]
    pub fn marked(mut self, marks: &Marks) -> Self {
        marks.put_on(&mut self.hosts);
        self.legend = vec![legend()];
        self
    }

    /// The same without sizes, so that it stays as it is when a machine grows.
    #[must_use]
    pub fn without_sizes(mut self) -> Self {
        self.hosts.iter_mut().for_each(Card::drop_sizes);
        self
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
                    Some(host) => host.inside.push(card),
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
}

/// A card that shows each mark.
fn legend() -> Card {
    let mut card = Card::new(CardKind::Legend, "what rendering changes", Vec::new());
    let marked = |mark: &Mark| Card {
        mark: Some(*mark),
        ..Card::new(CardKind::Machine, "machine", Vec::new())
    };
    card.inside = Mark::ALL.iter().map(marked).collect();
    card
}
