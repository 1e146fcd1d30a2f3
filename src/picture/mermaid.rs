//! Mermaid, which GitHub and GitLab draw in a comment.

use std::fmt::Write as _;

use super::card::{Card, CardKind};
use super::drawn::Drawn;
use super::marks::Mark;
use super::whole::Picture;
use crate::render::mermaid_label;
use crate::text::visible;

/// Machines under each other; Mermaid puts what is not linked in one row.
const COLUMN: usize = 5;

/// The picture as a flow chart.
pub fn mermaid(picture: &Picture) -> String {
    let mut out = format!("flowchart TB\n  %% {}\n", picture.title);
    let mut drawn = Drawn::default();
    let [networks, _, hosts] = picture.rows().map(|cards| -> Vec<usize> {
        cards.iter().map(|card| draw(&mut out, card, 1, &mut drawn)).collect()
    });
    if let Some(outside) = networks.first() {
        for host in hosts {
            let _ = writeln!(out, "  n{outside} --- n{host}");
        }
    }
    for (network, part) in drawn.links() {
        let _ = writeln!(out, "  n{network} --- n{part}");
    }
    if !picture.legend.is_empty() {
        for mark in Mark::ALL {
            let _ = writeln!(out, "  classDef {} {}", mark.word(), style(*mark));
        }
    }
    out
}

const fn style(mark: Mark) -> &'static str {
    match mark {
        Mark::Added => "stroke:#2da44e,stroke-width:3px",
        Mark::Changed => "stroke:#9a6700,stroke-width:3px,stroke-dasharray:12 4",
        Mark::Removed => "stroke:#cf222e,stroke-width:3px,stroke-dasharray:3 4",
    }
}

/// Draws a card with those in it; returns its number.
fn draw(out: &mut String, card: &Card, depth: usize, drawn: &mut Drawn) -> usize {
    let number = drawn.number(card);
    let pad = "  ".repeat(depth);
    let label = mermaid_label(&visible(&card.text().join("\n")));
    if card.kind.is_frame() {
        let _ = writeln!(out, "{pad}subgraph n{number}[{label}]");
        let inside: Vec<usize> =
            card.inside.iter().map(|inner| draw(out, inner, depth + 1, drawn)).collect();
        if card.kind == CardKind::Vlan {
            for column in inside.chunks(COLUMN) {
                for pair in column.windows(2) {
                    let [above, below] = pair else { continue };
                    let _ = writeln!(out, "{pad}  n{above} ~~~ n{below}");
                }
            }
        }
        let _ = writeln!(out, "{pad}end");
    } else {
        let _ = writeln!(out, "{pad}n{number}[{label}]");
    }
    if let Some(mark) = card.mark {
        let _ = writeln!(out, "{pad}class n{number} {}", mark.word());
    }
    number
}
