//! The values of a change, as every format tells them.

use serde::Serialize;

use crate::review::Difference;
use crate::text::visible_line;

/// A value that goes or comes.
#[derive(PartialEq, Serialize)]
pub(super) struct Side {
    pub(super) is_new: bool,
    pub(super) text: String,
}

/// The values of a change: a pair of one value before and after, cut to where they
/// differ, or what goes and what comes, each with its sign.
#[derive(Serialize)]
pub(super) struct Sides {
    is_pair: bool,
    shown: Vec<Side>,
    /// The same uncut, where one of them is cut.
    whole: Vec<Side>,
}

impl Sides {
    pub(super) fn new(difference: &Difference) -> Self {
        let side = |is_new, text: &str| Side { is_new, text: visible_line(text).into_owned() };
        let Difference { old, new, added, removed } = difference;
        if let (Some(old), Some(new)) = (old, new) {
            let (from, to) = clip(old, new);
            let whole = vec![side(false, old), side(true, new)];
            return Self::cut(true, vec![side(false, &from), side(true, &to)], whole);
        }
        let signed = |value: fn(&str) -> String| {
            let goes = old.iter().chain(removed).map(|it| side(false, &format!("- {}", value(it))));
            let comes = new.iter().chain(added).map(|it| side(true, &format!("+ {}", value(it))));
            goes.chain(comes).collect()
        };
        Self::cut(false, signed(short), signed(str::to_owned))
    }

    fn cut(is_pair: bool, shown: Vec<Side>, whole: Vec<Side>) -> Self {
        let whole = if shown == whole { Vec::new() } else { whole };
        Self { is_pair, shown, whole }
    }

    /// Whether something goes and nothing comes in its place.
    pub(super) fn is_removal(&self) -> bool {
        self.shown.iter().all(|side| !side.is_new)
    }

    /// All of them on one line, with a gap between those that are no pair.
    pub(super) fn joined(&self, gap: &str, show: impl Fn(&Side) -> String) -> String {
        let shown: Vec<String> = self.shown.iter().map(show).collect();
        shown.join(if self.is_pair { " → " } else { gap })
    }
}

/// An old and a new value, cut down to where they differ when they are long.
fn clip(old: &str, new: &str) -> (String, String) {
    /// The characters that fit on a line beside a path.
    const WIDTH: usize = 60;
    /// The characters that are left of what two values have in common.
    const CONTEXT: usize = 16;

    if old.chars().count().max(new.chars().count()) <= WIDTH {
        return (old.to_owned(), new.to_owned());
    }
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let common =
        |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let start = common(&mut old.iter().zip(&new));
    let end = common(&mut old.iter().skip(start).rev().zip(new.iter().skip(start).rev()));
    let cut = |text: &[char]| {
        let from = start.saturating_sub(CONTEXT);
        let to = (text.len() - end + CONTEXT).min(text.len()).min(from + WIDTH);
        let before = if from > 0 { "…" } else { "" };
        let behind = if to < text.len() { "…" } else { "" };
        format!("{before}{}{behind}", text.iter().take(to).skip(from).collect::<String>())
    };
    (cut(&old), cut(&new))
}

/// One value, cut off where it is long.
fn short(value: &str) -> String {
    clip("", value).1
}
