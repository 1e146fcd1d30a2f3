//! The names that secrets go by, and the one rule about them: a text is a secret if its
//! own name says so, or one above it does and its own does not say what else it is; but
//! not where it only tells where the secret is.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Stands for what is not shown.
pub(crate) const HIDDEN: &str = "***";

/// Nouns for secrets, as a name has them at the end of a word or of a few: so
/// `dbPassword`, `DBPASSWORD` and `api_keys` have one. Any of them may be plural.
pub(crate) const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "credential",
    "psk",
    "privatekey",
    "secretkey",
    "apikey",
    "accesskey",
    "encryptionkey",
    "signingkey",
    "masterkey",
    "certificatekey",
    "sharedkey",
    "authkey",
    "accountkey",
    "clientkeydata",
    "requirepass",
    "dbpass",
    // The users of a server, each with a password.
    "basicauth",
];

/// One of these is in every name that has one of the above: most names have none, and
/// are many.
const STEMS: [&str; 8] =
    ["pass", "secret", "token", "credential", "psk", "key", "pwd", "basicauth"];

/// One of these is in every text in which a line may give a value to a secret.
const SIGNS: [&str; 10] = [
    "authorization",
    "--from-literal",
    "-u",
    "--user",
    "-p",
    "-w",
    "redis-cli",
    "openssl",
    "curl",
    "-creds",
];

/// Nouns that are one only by themselves, or as the last word of a variable's name: a
/// `compass` is none, and `proxyPass` takes a URL.
const WORDS: &[&str] = &["pass", "pwd"];

/// The header that says who is asking.
pub(super) const HEADER: &str = "authorization";

/// Words before the secret in a header that says who is asking.
pub(super) const SCHEMES: [&str; 5] = ["bearer ", "basic ", "token ", "apikey ", "digest "];

/// Last words of names that only tell of a secret: `tokenFile`, `secretName`.
static ABOUT: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "address age algorithm audience authentication backend class command count days \
     description dir directory duration enable enabled endpoint expiration expiry file files \
     folder format group hash header host hours id ids interval issuer kind length lifetime \
     location method minutes mode name names namespace owner path paths policy port provider \
     ref required review reviews script seconds service size store timeout ttl type unit units \
     uri url user username version"
        .split(' ')
        .collect()
});

/// Words with which a name counts what it names.
const COUNTS: &[&str] = &["max", "min", "num"];

/// Names under which each name is that of a thing, and says nothing of what is in it:
/// a service called `token` has a description like any other.
static COLLECTIONS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "containers databases definitions etc fileSystems groups hosts interfaces labels links \
     mounts netdevs networks paths secrets services shares slices sockets targets timers \
     users virtualHosts vms volumes"
        .split(' ')
        .collect()
});

/// Values that say yes, no or nothing.
const TRUTH: &[&str] =
    &["true", "false", "yes", "no", "on", "off", "allow", "warn", "deny", "null", "none", "~", "-"];

/// Programs that bring secrets, which say how and not what: `secrets = "sops"`.
const MANAGERS: &[&str] = &["sops", "agenix"];

/// The names on the way to a value, the nearest last.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamePath<'a>(Vec<(&'a str, Says)>);

/// The bearing of a name on the text that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Secret,
    /// It tells of a secret, or of something that stands beside one.
    Harmless,
    Nothing,
}

impl<'a> FromIterator<&'a str> for NamePath<'a> {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        Self(names.into_iter().map(|name| (name, says(name))).collect())
    }
}

impl<'a> NamePath<'a> {
    pub(crate) fn push(&mut self, name: &'a str) {
        self.0.push((name, says(name)));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The nearest name.
    pub(crate) fn last(&self) -> Option<&'a str> {
        self.0.last().map(|(name, _)| *name)
    }

    /// Goes back up to so many names.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// The name for which a text under this path is a secret, if it is one.
    pub(crate) fn secret_in(&self, text: &str) -> Option<&'a str> {
        let is_scheme = |name: &&str| {
            name.eq_ignore_ascii_case(HEADER)
                && SCHEMES.iter().any(|scheme| {
                    let (start, rest) = text.split_at_checked(scheme.len()).unwrap_or_default();
                    start.eq_ignore_ascii_case(scheme) && !is_reference(rest)
                })
        };
        self.named().or_else(|| self.last().filter(is_scheme)).filter(|_| !is_reference(text))
    }

    fn named(&self) -> Option<&'a str> {
        let ((own, says), above) = self.0.split_last()?;
        match says {
            Says::Secret => Some(own),
            Says::Harmless => None,
            Says::Nothing => above.iter().enumerate().rev().find_map(|(at, (name, says))| {
                let around = at.checked_sub(1).and_then(|at| above.get(at));
                let is_thing = around.is_some_and(|(name, _)| COLLECTIONS.contains(name));
                (*says == Says::Secret && !is_thing).then_some(*name)
            }),
        }
    }
}

fn says(name: &str) -> Says {
    let words = words(name);
    // Some are glued to the word before: `passwordfile`.
    let is_about = |last: &str| ABOUT.contains(last) || last.ends_with("file");
    if words.last().is_some_and(|last| is_about(last)) {
        return Says::Harmless;
    }
    // A place, such as a mount point, is called what it likes.
    if name.starts_with('/') || !has(name, &STEMS) {
        return Says::Nothing;
    }
    if words.iter().any(|word| COUNTS.contains(&word.as_str())) {
        return Says::Harmless;
    }
    let is_by_itself = words.len() == 1 || !name.contains(|c: char| c.is_ascii_lowercase());
    let mut start = String::new();
    let is_secret = is_by_itself && words.last().is_some_and(|it| WORDS.contains(&it.as_str()))
        || words.iter().any(|word| {
            start += word;
            ends_in_secret(&start)
        });
    if is_secret { Says::Secret } else { Says::Nothing }
}

fn has(text: &str, stems: &[&str]) -> bool {
    let text = text.as_bytes();
    let begins = |at: usize, stem: &&str| {
        let here = text.get(at..at + stem.len());
        here.is_some_and(|it| it.eq_ignore_ascii_case(stem.as_bytes()))
    };
    // Most letters begin none, and most texts have none.
    let may_begin = |byte: &u8| b"abcopstk-r".contains(&byte.to_ascii_lowercase());
    let mut starts = text.iter().enumerate().filter(|(_, byte)| may_begin(byte));
    starts.any(|(at, _)| stems.iter().any(|stem| begins(at, stem)))
}

/// Whether a name by itself is that of a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    says(name) == Says::Secret
}

/// Whether a text may hold a secret by a name; most hold none, and are many.
pub(super) fn may_be_secret(text: &str) -> bool {
    /// `pwd=x`
    const SHORTEST: usize = 5;

    let may_give = |c: char| matches!(c, '=' | ':' | ' ' | '\n');
    text.len() >= SHORTEST && text.contains(may_give) && (has(text, &STEMS) || has(text, &SIGNS))
}

/// The name of the value under a key, of which another says what stands beside it: in
/// a list of names and values, as of variables, the name is a value itself.
pub(crate) fn name_of_value<'a>(key: &'a str, beside: impl Fn(&str) -> Option<&'a str>) -> &'a str {
    let name = || ["name", "key"].iter().find_map(|name| beside(name));
    if key == "value" { name().filter(|name| is_secret_name(name)).unwrap_or(key) } else { key }
}

fn ends_in_secret(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let singular = name.strip_suffix('s').unwrap_or(name);
    SECRETS.iter().any(|secret| name.ends_with(secret) || singular.ends_with(secret))
}

/// The words of a name, whatever parts them: `joinTokenFile`, `join-token-file`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last_is_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && last_is_lower) {
            words.push(String::new());
        }
        last_is_lower = c.is_alphanumeric() && !c.is_uppercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a text is none of its own, but says where one is: a path, also behind an
/// identifier (`wifi:/run/secrets/wifi`), a variable (`$TOKEN`, `${token}`), a
/// placeholder (`@TOKEN@`, `<token>`, `ext:home`, and what is shown in place of one), or
/// what only sops decrypts. Yes and no are harmless as well.
pub(super) fn is_reference(text: &str) -> bool {
    let text = text.trim();
    let inside = |start, end| text.strip_prefix(start).and_then(|text| text.strip_suffix(end));
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    };
    let is_variable =
        |name: &str| is_name(name) && !name.contains(|c: char| c.is_ascii_lowercase());
    text.is_empty()
        || TRUTH.contains(&text.to_ascii_lowercase().as_str())
        || MANAGERS.contains(&text)
        || is_path(text)
        || text.split_once(':').is_some_and(|(id, path)| is_name(id) && is_path(path))
        || text.strip_prefix("ext:").is_some_and(is_name)
        || text.strip_prefix('$').is_some_and(is_variable)
        || inside("${", "}").is_some_and(is_name)
        || inside("@", "@").is_some_and(is_name)
        || inside("<", ">").is_some_and(|name| !name.contains(['<', '>']))
        || inside("ENC[", "]").is_some()
        || text == HIDDEN
}

/// Base64 may begin with a slash too, but most often has more than a path has.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && !text.contains(|c: char| c.is_whitespace() || "+=@:".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret_name<'a>(path: &'a str, text: &str) -> Option<&'a str> {
        path.split('.').collect::<NamePath<'_>>().secret_in(text)
    }

    #[test]
    fn names_of_secrets_are_told_from_names_of_their_places() {
        for name in ["hashedPassword", "API_KEY", "join-token", "secrets", "preSharedKey", "psk2"] {
            assert_eq!(secret_name(name, "hunter2"), Some(name));
        }
        for name in [
            "joinTokenFile",
            "tokenfile",
            "PasswordAuthentication",
            "keys",
            "sshPubKey",
            "tokenize",
        ] {
            assert_eq!(secret_name(name, "hunter2"), None, "{name}");
        }
        for name in ["secretName", "tokenEndpoint", "OLLAMA_MAX_TOKENS", "bypass", "compass"] {
            assert_eq!(secret_name(name, "4096"), None, "{name}");
        }
    }

    #[test]
    fn a_name_holds_for_what_is_below_it_but_not_for_what_is_beside_the_secret() {
        assert_eq!(secret_name("networks.home.psk", "hunter2"), Some("psk"));
        assert_eq!(secret_name("credentials.smtp.login", "hunter2"), Some("credentials"));
        assert_eq!(secret_name("sops.secrets.wifi-token", "hunter2"), Some("wifi-token"));
        for path in [
            "sops.secrets.wifi-token.owner",
            "systemd.services.rotate-token.description",
            "vms.token.ip",
            "environment.etc.secrets/x.text",
            "fileSystems./secrets.device",
        ] {
            assert_eq!(secret_name(path, "hunter2"), None, "{path}");
        }
    }

    #[test]
    fn a_text_that_says_where_a_secret_is_is_none() {
        for text in [
            "",
            "yes",
            "/run/secrets/x",
            "x:/run/secrets/x",
            "$TOKEN",
            "${token}",
            "@TOKEN@",
            "ext:home",
        ] {
            assert_eq!(secret_name("token", text), None, "{text}");
        }
        for text in [
            "$6$salt$hash",
            "$y$j9T$x",
            "$ecret",
            "/9j/4AAQ+k=",
            "a:b",
            "https://a:b@c/d",
            "ext:a b",
        ] {
            assert_eq!(secret_name("token", text), Some("token"), "{text}");
        }
    }
}
