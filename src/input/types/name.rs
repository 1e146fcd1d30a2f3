//! Names of machines, interfaces, users, ports and variables.

use unicode_normalization::UnicodeNormalization as _;

/// Declares a text type whose value is checked by `$check` and kept as written.
/// `$pattern` tells editors as much of it as a regular expression can.
macro_rules! checked_text {
    ($(#[$meta:meta])* $name:ident, $expected:literal, $example:literal, $pattern:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// One that this program makes itself, by a rule that keeps it valid.
            pub fn own(text: impl Into<String>) -> Self {
                let own = Self(text.into());
                debug_assert!(<Self as $crate::input::decode::Text>::from_text(&own.0).is_ok(), "{own}");
                own
            }
        }

        impl $crate::input::decode::Text for $name {
            const EXPECTED: &'static str = $expected;
            const EXAMPLE: &'static str = $example;
            const PATTERN: Option<&'static str> = Some($pattern);

            fn from_text(text: &str) -> Result<Self, String> {
                let check: fn(&str) -> Result<(), String> = $check;
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use checked_text;

checked_text! {
    /// A host name label (RFC 1123): it names machines, VLANs and volumes, and
    /// becomes file names, attribute names and Kubernetes node names.
    Name,
    "a name of lower-case letters, digits and hyphens that starts and ends with a letter or digit, at most 63 long",
    "vault",
    "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    |text| dns_label(text, 63)
}

checked_text! {
    /// A Linux network interface name: `IFNAMSIZ` leaves 15 bytes.
    InterfaceName,
    "an interface name of letters, digits, `.`, `_` and `-`, at most 15 long",
    "enp1s0",
    "^[A-Za-z0-9._-]{1,15}$",
    |text| {
        let fits = !text.is_empty() && text.len() <= 15;
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if fits && text.chars().all(valid) && !matches!(text, "." | "..") {
            Ok(())
        } else {
            Err(format!("`{text}` is not a network interface name"))
        }
    }
}

checked_text! {
    /// A Unix login name, as `useradd` takes it.
    UserName,
    "a user name of lower-case letters, digits, `_` and `-` that starts with a letter or `_`, at most 31 long",
    "admin",
    "^[a-z_][a-z0-9_-]{0,30}$",
    |text| {
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        let starts = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        if starts && text.len() <= 31 && text.chars().all(valid) {
            Ok(())
        } else {
            Err(format!("`{text}` is not a user name"))
        }
    }
}

checked_text! {
    /// The name of a port by its use; the user's Nix reads it as an attribute name.
    PortName,
    "a port name of letters and digits that starts with a letter",
    "web",
    "^[A-Za-z][A-Za-z0-9_-]{0,62}$",
    |text| {
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if starts && text.len() <= 63 && text.chars().all(valid) {
            Ok(())
        } else {
            Err(format!("`{text}` is not a port name"))
        }
    }
}

checked_text! {
    /// A variable of a container's environment.
    EnvName,
    "a variable of letters, digits and `_` that does not start with a digit",
    "HSA_ENABLE_SDMA",
    "^[A-Za-z_][A-Za-z0-9_]{0,254}$",
    |text| {
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if starts && text.len() <= 255 && text.chars().all(valid) {
            Ok(())
        } else {
            Err(format!("`{text}` is not the name of a variable"))
        }
    }
}

/// Checks a label of a DNS name.
pub(super) fn dns_label(text: &str, longest: usize) -> Result<(), String> {
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() {
        Err("a name cannot be empty".to_owned())
    } else if text.len() > longest {
        Err(format!("the name is {} characters long, {longest} are allowed", text.len()))
    } else if let Some(bad) = text.chars().find(|c| !valid(*c)) {
        let plain = text.to_lowercase().replace('ß', "ss").replace(['_', ' ', '.', '\u{a0}'], "-");
        let plain: String = plain.nfd().filter(|c| valid(*c)).collect();
        let instead = match plain.trim_matches('-') {
            "" => String::new(),
            plain => format!("; write `{plain}`"),
        };
        Err(format!("`{bad}` cannot be in the name `{text}`{instead}"))
    } else if text.starts_with('-') || text.ends_with('-') {
        Err(format!("the name `{text}` starts or ends with a hyphen"))
    } else {
        Ok(())
    }
}
