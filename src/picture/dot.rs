//! DOT, for Graphviz.

use std::fmt::Write as _;

use super::card::{Card, CardKind};
use super::drawn::Drawn;
use super::marks::Mark;
use super::whole::Picture;

/// Machines under each other; Graphviz puts what is not linked in one row.
const COLUMN: usize = 5;

/// The picture as a graph with clusters.
pub fn dot(picture: &Picture) -> String {
    let mut out = format!(
        "digraph cluster {{\n  label={};\n  labelloc=t;\n  compound=true;\n  \
         fontname=\"sans-serif\";\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  \
         edge [style=invis];\n",
        quoted(&picture.title)
    );
    let mut drawn = Drawn::default();
    for card in picture.rows().into_iter().flatten() {
        draw(&mut out, card, 1, &mut drawn);
    }
    for (network, part) in drawn.links() {
        let _ =
            writeln!(out, "  n{network} -> n{part} [style=solid, dir=none, lhead=cluster_{part}];");
    }
    out.push_str("}\n");
    out
}

fn draw(out: &mut String, card: &Card, depth: usize, drawn: &mut Drawn) -> usize {
    let number = drawn.number(card);
    let pad = "  ".repeat(depth);
    let label = quoted(&card.text().join("\n"));
    let colour = match card.mark {
        Some(Mark::Added) => "color=\"#2da44e\", penwidth=3, style=rounded",
        Some(Mark::Changed) => "color=\"#9a6700\", penwidth=3, style=\"rounded,dashed\"",
        Some(Mark::Removed) => "color=\"#cf222e\", penwidth=3, style=\"rounded,dotted\"",
        // What is not said is as in the box around.
        None => "color=\"#57606a\", penwidth=1, style=rounded",
    };
    if card.kind.is_frame() {
        let statements = colour.replace(", ", "; ");
        let _ = writeln!(out, "{pad}subgraph cluster_{number} {{");
        let _ = writeln!(out, "{pad}  label={label}; {statements};");
        // A cluster without a node is not drawn.
        let _ = writeln!(out, "{pad}  n{number} [style=invis, shape=point];");
        let inside: Vec<usize> =
            card.inside.iter().map(|inner| draw(out, inner, depth + 1, drawn)).collect();
        if card.kind == CardKind::Vlan {
            for column in inside.chunks(COLUMN) {
                for pair in column.windows(2) {
                    let [above, below] = pair else { continue };
                    let _ = writeln!(out, "{pad}  n{above} -> n{below};");
                }
            }
        }
        let _ = writeln!(out, "{pad}}}");
    } else {
        let _ = writeln!(out, "{pad}n{number} [label={label}, {colour}];");
    }
    number
}

/// A quoted string; a line break is one in the label.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
