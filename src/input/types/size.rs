//! Sizes as people write them.

use crate::input::decode::Text;

/// An amount of memory or disk in whole MiB, the unit that microvm.nix counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Size {
    mib: u32,
}

const UNITS: &[(&str, u32)] = &[("MiB", 1), ("GiB", 1 << 10), ("TiB", 1 << 20)];

impl Size {
    /// A number of GiB.
    pub const fn gib(gib: u32) -> Self {
        Self { mib: gib * 1024 }
    }

    /// A number of MiB.
    pub const fn from_mib(mib: u32) -> Self {
        Self { mib }
    }

    /// The number of MiB.
    pub const fn mib(self) -> u32 {
        self.mib
    }
}

impl Text for Size {
    const EXPECTED: &'static str = "a size with its unit, such as `8GiB` or `512MiB`";
    const EXAMPLE: &'static str = "8GiB";
    const PATTERN: Option<&'static str> = Some("^[0-9]+ *(MiB|GiB|TiB)$");

    fn from_text(text: &str) -> Result<Self, String> {
        let invalid = || format!("`{text}` is not a size");
        let split = text
            .find(|c: char| !c.is_ascii_digit())
            .ok_or_else(|| format!("`{text}` has no unit; write `{text}GiB` or `{text}MiB`"))?;
        let (digits, unit) = text.split_at(split);
        if unit.starts_with(['.', ',']) {
            return Err(fraction(text));
        }
        let unit = unit.trim_start_matches(' ');
        let number: u64 = digits.parse().map_err(|_| invalid())?;
        let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        let Some(factor) = factor else {
            // GB is a thousand millions, not 1024 MiB: guessing would be off by 7 %.
            let first = unit.chars().next().map(|c| c.to_ascii_uppercase());
            let near = UNITS.iter().find(|(name, _)| name.chars().next() == first);
            return Err(near.map_or_else(invalid, |(name, _)| {
                format!("`{unit}` is not a unit; write `{digits}{name}`")
            }));
        };
        let mib = number.checked_mul(factor.into()).and_then(|mib| u32::try_from(mib).ok());
        match mib {
            Some(0) => Err("a size cannot be zero".to_owned()),
            // microvm.nix and qemu-img take the number as a signed 32-bit MiB count.
            Some(mib) if i32::try_from(mib).is_ok() => Ok(Self { mib }),
            _ => Err(format!("`{text}` is larger than any disk")),
        }
    }
}

/// The reason why a fraction is no size, with the whole number that it is if it is one.
fn fraction(text: &str) -> String {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let unit = text.strip_prefix(number).unwrap_or_default().trim_start();
    let factor = match unit {
        "" => Some(1024_u32),
        unit => UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor),
    };
    let mib = number.replace(',', ".").parse::<f64>().ok().zip(factor);
    match mib.map(|(number, factor)| number * f64::from(factor)) {
        Some(mib) if mib >= 1.0 && mib.fract() == 0.0 => {
            format!("`{text}` is not a whole number; write `{mib}MiB`")
        }
        _ => format!("`{text}` is not a whole number; use a smaller unit"),
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.mib {
            mib if mib % 1024 == 0 => write!(f, "{}GiB", mib / 1024),
            mib => write!(f, "{mib}MiB"),
        }
    }
}
