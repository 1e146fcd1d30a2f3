//! The findings that the user can set a level of.

use super::Level;
use crate::diagnostic::{Code, Severity};
use crate::input::decode::Text;

/// A finding, or several, that a level is set of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lint {
    /// The findings of one code.
    Code(Code),
    /// Every finding that otherwise is a warning.
    Warnings,
    /// Every step that may lose data. Only a run can allow it, and no file.
    DataRisk,
}

impl Lint {
    /// The word for steps that may lose data.
    pub const DATA_RISK: &str = "data-risk";

    /// Whether a level can be set of it. A plain error leaves nothing that
    /// could be rendered.
    pub fn takes(self, level: Level) -> bool {
        match self {
            Self::Code(code) => code.severity() != Severity::Error || level == Level::Deny,
            Self::Warnings => true,
            Self::DataRisk => level == Level::Allow,
        }
    }
}

impl Text for Lint {
    const EXPECTED: &'static str = "a diagnostic such as `no-admin`, or `warnings`";
    const EXAMPLE: &'static str = "no-admin";
    // Its choices are not all that it takes.
    const PATTERN: Option<&'static str> = Some("^[A-Za-z0-9-]+$");

    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "warnings" => Ok(Self::Warnings),
            word => Code::named(word)
                .map(Self::Code)
                .ok_or_else(|| format!("there is no diagnostic `{word}`")),
        }
    }

    fn choices() -> &'static [&'static str] {
        Code::SLUGS
    }
}

impl std::fmt::Display for Lint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Code(code) => code.slug(),
            Self::Warnings => "warnings",
            Self::DataRisk => Self::DATA_RISK,
        })
    }
}
