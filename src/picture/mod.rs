//! Pictures of a cluster: cards in cards, so that sixty machines are as readable
//! as three. Each format is one file.

mod card;
mod cards;
mod dot;
mod drawn;
mod marks;
mod mermaid;
mod svg;
mod whole;

pub use dot::dot;
pub use marks::{MachineMark, Mark, Marks};
pub use mermaid::mermaid;
pub use svg::{html, svg};
pub use whole::Picture;
