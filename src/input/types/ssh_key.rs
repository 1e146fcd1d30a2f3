//! Public SSH keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::name::checked_text;
use super::text::one_line;

checked_text! {
    /// A public SSH key as in `authorized_keys`.
    SshKey,
    "a public SSH key such as `ssh-ed25519 AAAA… name`",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE admin@laptop",
    "^(ssh|ecdsa|sk)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]+( .*)?$",
    |text| {
        one_line(text)?;
        if text.contains("PRIVATE KEY") {
            return Err("this is a private key; put its public half here and keep it secret".to_owned());
        }
        let mut words = text.split(' ');
        let kind = words.next().unwrap_or_default();
        if text.ends_with(".pub") || text.starts_with(['/', '~']) {
            return Err(format!("`{text}` is the name of a file; put the line here that is in it"));
        }
        if let Some((inner, _)) = STANDARD.decode(kind).ok().as_deref().and_then(read)
            && let Ok(kind) = std::str::from_utf8(inner)
            && fields_of(kind).is_ok()
        {
            return Err(format!("the kind of the key is missing: write `{kind}` before it"));
        }
        let fields = fields_of(kind)?;
        let blob = words.next().unwrap_or_default();
        if !blob.starts_with("AAAA") {
            return Err("the second word is not the key itself, which starts with `AAAA`".to_owned());
        }
        let bytes = STANDARD.decode(blob).map_err(|_| CUT.to_owned())?;
        let (inner, found) = read(&bytes).ok_or(CUT)?;
        if inner != kind.as_bytes() {
            return Err(match std::str::from_utf8(inner) {
                Ok(inner) if fields_of(inner).is_ok() => {
                    format!("the key itself is an `{inner}` one, and the text calls it `{kind}`")
                }
                _ => CUT.to_owned(),
            });
        }
        if found == fields { Ok(()) } else { Err(CUT.to_owned()) }
    }
}

const CUT: &str = "the key is cut short or changed; copy the whole line of the `.pub` file";

/// How many fields follow the name in a key of this kind (RFC 4253, 5656, 8709
/// and OpenSSH's PROTOCOL.u2f).
fn fields_of(kind: &str) -> Result<usize, String> {
    match kind {
        "ssh-ed25519" => Ok(1),
        "ssh-rsa"
        | "ecdsa-sha2-nistp256"
        | "ecdsa-sha2-nistp384"
        | "ecdsa-sha2-nistp521"
        | "sk-ssh-ed25519@openssh.com" => Ok(2),
        "sk-ecdsa-sha2-nistp256@openssh.com" => Ok(3),
        "ssh-dss" => Err("OpenSSH takes no DSA keys any more".to_owned()),
        other if other.contains("-cert-v01@") => {
            Err("this is a certificate; put the public key here that it is for".to_owned())
        }
        _ => Err("the text does not start with a key type such as `ssh-ed25519`".to_owned()),
    }
}

/// The name inside a key, and how many fields follow it. Each has its length
/// before it, and the last one ends with the key.
fn read(mut bytes: &[u8]) -> Option<(&[u8], usize)> {
    let mut next = || {
        let (length, rest) = bytes.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        bytes = rest;
        Some((field, rest.is_empty()))
    };
    let (name, mut ended) = next()?;
    let mut fields = 0;
    while !ended {
        (_, ended) = next()?;
        fields += 1;
    }
    Some((name, fields))
}
