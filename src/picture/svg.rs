//! SVG: boxes in boxes, laid out as a browser lays out flexible boxes.

use std::fmt::Write as _;

use taffy::prelude::*;

use super::card::Card;
use super::whole::Picture;
use crate::render::xml;

/// The picture's width in pixels; what does not fit beside goes below.
const WIDTH: f32 = 1280.0;
const FONT: f32 = 13.0;
const LINE: f32 = 17.0;
/// Width of a character of a monospaced font, as a part of its size.
const ADVANCE: f32 = 0.602;
const GAP: f32 = 10.0;

/// The picture as a document of its own.
pub fn svg(picture: &Picture) -> String {
    // Only a node that is not in its tree makes these fail.
    draw(picture).unwrap_or_default()
}

fn draw(picture: &Picture) -> Result<String, taffy::TaffyError> {
    let mut tree: TaffyTree<&Card> = TaffyTree::new();
    let title = tree.new_leaf(Style {
        size: Size { width: percent(1.0), height: length(LINE * 2.0) },
        ..Style::DEFAULT
    })?;
    let mut rows = Vec::new();
    for cards in picture.rows().into_iter().filter(|cards| !cards.is_empty()) {
        rows.push(boxes(&mut tree, cards)?);
    }
    let mut style = column();
    style.size.width = length(WIDTH);
    style.padding = Rect::length(GAP);
    let children: Vec<NodeId> = std::iter::once(title).chain(rows.iter().copied()).collect();
    let root = tree.new_with_children(style, &children)?;
    tree.compute_layout(root, Size::MAX_CONTENT)?;

    let height = tree.layout(root)?.size.height;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"heading\" x=\"{GAP}\" y=\"{y}\">{title}</text>\n",
        title = xml(&picture.title),
        y = GAP + LINE,
    );
    for row in rows {
        paint(&mut out, &tree, row, (0.0, 0.0))?;
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn column() -> Style {
    Style {
        display: Display::Flex,
        flex_direction: FlexDirection::Column,
        gap: Size::length(GAP),
        ..Style::DEFAULT
    }
}

/// Boxes beside each other, in as many rows as they need.
fn boxes<'a>(tree: &mut TaffyTree<&'a Card>, cards: &'a [Card]) -> taffy::TaffyResult<NodeId> {
    let cards: Vec<NodeId> =
        cards.iter().map(|card| one(tree, card)).collect::<taffy::TaffyResult<_>>()?;
    let style = Style {
        display: Display::Flex,
        flex_wrap: FlexWrap::Wrap,
        gap: Size::length(GAP),
        ..Style::DEFAULT
    };
    tree.new_with_children(style, &cards)
}

fn one<'a>(tree: &mut TaffyTree<&'a Card>, card: &'a Card) -> taffy::TaffyResult<NodeId> {
    let text = card.text();
    let longest = text.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    #[expect(clippy::cast_precision_loss)] // a label has no millions of characters
    let (longest, lines) = (longest as f32, text.len() as f32);
    let label = tree.new_leaf(Style {
        size: Size { width: length(longest * FONT * ADVANCE), height: length(lines * LINE) },
        flex_shrink: 0.0,
        ..Style::DEFAULT
    })?;
    let mut children = vec![label];
    if !card.inside.is_empty() {
        children.push(boxes(tree, &card.inside)?);
    }
    let style = Style { padding: Rect::length(GAP), ..column() };
    let node = tree.new_with_children(style, &children)?;
    tree.set_node_context(node, Some(card))?;
    Ok(node)
}

fn paint(
    out: &mut String,
    tree: &TaffyTree<&Card>,
    node: NodeId,
    (left, top): (f32, f32),
) -> taffy::TaffyResult<()> {
    let layout = tree.layout(node)?;
    let (x, y) = (left + layout.location.x, top + layout.location.y);
    // The groups directly below the root lie as far from it as they say.
    if let Some(card) = tree.get_node_context(node) {
        let Size { width, height } = layout.size;
        let mark = card.mark.map_or_else(String::new, |mark| format!(" {}", mark.word()));
        let _ = writeln!(
            out,
            "<rect class=\"{}{mark}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" \
             height=\"{height}\" rx=\"6\"/>",
            card.kind.word()
        );
        let mut base = y + GAP + FONT;
        for (at, line) in card.text().iter().enumerate() {
            let class = if at == 0 { " class=\"title\"" } else { "" };
            let left = x + GAP;
            let _ = writeln!(out, "<text{class} x=\"{left}\" y=\"{base}\">{}</text>", xml(line));
            base += LINE;
        }
    }
    for child in tree.children(node)? {
        paint(out, tree, child, (x, y))?;
    }
    Ok(())
}

/// Colours follow the reader's; each kind and mark also says so in words.
const STYLE: &str = "\
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328}\
.title{font-weight:600}.heading{font-size:17px;font-weight:600}\
.page{fill:#fff}rect{stroke:#8c959f;fill:#fff}\
.host{fill:#f6f8fa}.vlan{fill:#fff}.network{fill:#eef4ff}.control-plane{fill:#ddf4ff}\
.worker{fill:#e6ffec}.machine{fill:#f6f8fa}.gpu{fill:#fff1e5}.workload{fill:#fbefff}\
.legend{fill:none;stroke:none}\
.added{stroke:#1a7f37;stroke-width:3}.changed{stroke:#9a6700;stroke-width:3;stroke-dasharray:12 4}\
.removed{stroke:#cf222e;stroke-width:3;stroke-dasharray:3 4}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}\
rect{stroke:#6e7681}.host{fill:#161b22}.vlan{fill:#0d1117}.network{fill:#121d2f}\
.control-plane{fill:#0c2d4a}.worker{fill:#12361f}.machine{fill:#21262d}.gpu{fill:#3d2410}\
.workload{fill:#2f1a47}.added{stroke:#3fb950}.changed{stroke:#d29922}.removed{stroke:#f85149}}";
