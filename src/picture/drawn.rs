//! The numbers of what is drawn, for the formats that link boxes by them.

use super::card::Card;

/// What is drawn so far.
#[derive(Default)]
pub(super) struct Drawn {
    count: usize,
    /// The VLANs on several hosts and their parts: each with the number of its box.
    networks: Vec<(usize, usize)>,
}

impl Drawn {
    /// The number of the box of a card, which is drawn next.
    pub(super) fn number(&mut self, card: &Card) -> usize {
        let number = self.count;
        self.count += 1;
        self.networks.extend(card.network.map(|network| (network, number)));
        number
    }

    /// The boxes that are one network: that of the whole, which is drawn first, and of a part.
    pub(super) fn links(&self) -> impl Iterator<Item = (usize, usize)> {
        let whole = |of| self.networks.iter().find(move |(network, _)| *network == of);
        let pair = move |&(of, part): &(usize, usize)| Some((whole(of)?.1, part));
        self.networks.iter().filter_map(pair).filter(|(whole, part)| whole != part)
    }
}
