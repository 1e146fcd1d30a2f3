//! SVG, and a page around it that a browser can search and zoom: boxes in boxes,
//! laid out as a browser lays out flexible boxes.

use serde::Serialize;
use taffy::prelude::*;

use super::card::Card;
use super::whole::Picture;
use crate::render::{Bug, Engine, Template, template};

const SVG: Template<Drawing> = template!("picture/cluster.svg");
const PAGE: Template<Drawing> = template!("picture/cluster.html");

/// The picture's width in pixels; what does not fit beside goes below.
const WIDTH: f32 = 1280.0;
const FONT: f32 = 13.0;
const LINE: f32 = 17.0;
/// Width of a character of a monospaced font, as a part of its size.
const ADVANCE: f32 = 0.602;
const GAP: f32 = 10.0;
/// The colours of networks, after which they begin anew.
const HUES: usize = 5;

/// A picture in whole pixels, to which everything is rounded.
#[derive(Serialize)]
struct Drawing {
    width: i32,
    height: i32,
    title: Line,
    boxes: Vec<Frame>,
    kinds: Vec<Kind>,
}

/// A kind of card that is there.
#[derive(Serialize)]
struct Kind {
    word: &'static str,
    label: &'static str,
}

/// The box of a card.
#[derive(Serialize)]
struct Frame {
    kind: &'static str,
    mark: Option<&'static str>,
    /// The number of the colour that it shares with the other parts of its network.
    hue: Option<usize>,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    lines: Vec<Line>,
}

/// A line of text, at the left end of its base line.
#[derive(Serialize)]
struct Line {
    x: i32,
    y: i32,
    text: String,
}

/// The picture as a document of its own.
pub fn svg(picture: &Picture) -> Result<String, Bug> {
    Engine::new(&[SVG.source()])?.text(&SVG, &Drawing::new(picture))
}

/// The picture as a page.
pub fn html(picture: &Picture) -> Result<String, Bug> {
    Engine::new(&[SVG.source(), PAGE.source()])?.text(&PAGE, &Drawing::new(picture))
}

impl Drawing {
    fn new(picture: &Picture) -> Self {
        let title = Line::new(GAP, GAP + LINE, picture.title.clone());
        let kinds = picture.kinds();
        let kinds = kinds.map(|kind| Kind { word: kind.word(), label: kind.label() }).collect();
        let mut drawing = Self { width: pixels(WIDTH), height: 0, title, boxes: Vec::new(), kinds };
        // Only a node that is not in its tree makes this fail.
        drawing.fill(picture).unwrap_or_default();
        drawing
    }

    fn fill(&mut self, picture: &Picture) -> taffy::TaffyResult<()> {
        let mut tree: TaffyTree<&Card> = TaffyTree::new();
        let title = tree.new_leaf(Style {
            size: Size { width: percent(1.0), height: length(LINE * 2.0) },
            ..Style::DEFAULT
        })?;
        let mut children = vec![title];
        for cards in picture.rows().into_iter().filter(|cards| !cards.is_empty()) {
            children.push(row(&mut tree, cards)?);
        }
        let mut style = column();
        style.size.width = length(WIDTH);
        style.padding = Rect::length(GAP);
        let root = tree.new_with_children(style, &children)?;
        tree.compute_layout(root, Size::MAX_CONTENT)?;
        self.height = pixels(tree.layout(root)?.size.height);
        self.add(&tree, root, (0.0, 0.0))
    }

    /// Adds the cards of a node and of those in it.
    fn add(
        &mut self,
        tree: &TaffyTree<&Card>,
        node: NodeId,
        (left, top): (f32, f32),
    ) -> taffy::TaffyResult<()> {
        let layout = tree.layout(node)?;
        let (x, y) = (left + layout.location.x, top + layout.location.y);
        if let Some(card) = tree.get_node_context(node) {
            self.boxes.push(Frame::new(card, (x, y), layout.size));
        }
        for child in tree.children(node)? {
            self.add(tree, child, (x, y))?;
        }
        Ok(())
    }
}

impl Frame {
    fn new(card: &Card, (x, y): (f32, f32), size: Size<f32>) -> Self {
        let bases = std::iter::successors(Some(y + GAP + FONT), |base| Some(base + LINE));
        let lines = bases.zip(card.text()).map(|(base, text)| Line::new(x + GAP, base, text));
        Self {
            kind: card.kind.word(),
            mark: card.mark.map(super::marks::Mark::word),
            hue: card.network.map(|number| number % HUES + 1),
            x: pixels(x),
            y: pixels(y),
            width: pixels(size.width),
            height: pixels(size.height),
            lines: lines.collect(),
        }
    }
}

impl Line {
    fn new(x: f32, y: f32, text: String) -> Self {
        Self { x: pixels(x), y: pixels(y), text }
    }
}

#[expect(clippy::cast_possible_truncation)] // no picture has that many
fn pixels(length: f32) -> i32 {
    length as i32
}

fn column() -> Style {
    Style {
        display: Display::Flex,
        flex_direction: FlexDirection::Column,
        gap: Size::length(GAP),
        ..Style::DEFAULT
    }
}

/// Cards beside each other, in as many rows as they need.
fn row<'a>(tree: &mut TaffyTree<&'a Card>, cards: &'a [Card]) -> taffy::TaffyResult<NodeId> {
    let cards: Vec<NodeId> =
        cards.iter().map(|card| card_box(tree, card)).collect::<taffy::TaffyResult<_>>()?;
    let style = Style {
        display: Display::Flex,
        flex_wrap: FlexWrap::Wrap,
        gap: Size::length(GAP),
        ..Style::DEFAULT
    };
    tree.new_with_children(style, &cards)
}

/// A card: its text, and the cards in it below.
fn card_box<'a>(tree: &mut TaffyTree<&'a Card>, card: &'a Card) -> taffy::TaffyResult<NodeId> {
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
        children.push(row(tree, &card.inside)?);
    }
    let style = Style { padding: Rect::length(GAP), ..column() };
    let node = tree.new_with_children(style, &children)?;
    tree.set_node_context(node, Some(card))?;
    Ok(node)
}
