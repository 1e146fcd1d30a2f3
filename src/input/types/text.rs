//! Free text that ends up in one line of some file.

use super::name::checked_text;

checked_text! {
    /// Any text on one line.
    OneLine,
    "text on one line",
    "26.05",
    "^.+$",
    one_line
}

checked_text! {
    /// A container image with its tag or digest.
    Image,
    "an image with its tag, such as `docker.io/ollama/ollama:0.35.1-rocm`",
    "docker.io/ollama/ollama:0.35.1-rocm",
    "^[A-Za-z0-9./:_@-]+[:@][A-Za-z0-9._:@-]+$",
    |text| {
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | ':' | '-' | '_' | '@');
        let name = text.rsplit('/').next().unwrap_or_default();
        if let Some((scheme, rest)) = text.split_once("://") {
            return Err(format!("an image has no `{scheme}://` before it; write `{rest}`"));
        }
        let is_nameless = name.is_empty() || name.starts_with(['@', ':']);
        if is_nameless || !text.chars().all(valid) {
            return Err(format!("`{text}` is not an image reference"));
        }
        match name.split_once(['@', ':']) {
            None | Some((_, "latest" | "")) => Err(format!(
                "`{text}` is not pinned: the tag decides which program runs after the next restart"
            )),
            Some(_) => Ok(()),
        }
    }
}

checked_text! {
    /// A model as Ollama names it.
    ModelName,
    "a model such as `llama3.2:1b`",
    "llama3.2:1b",
    "^[A-Za-z0-9][A-Za-z0-9._/:-]*$",
    |text| {
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | ':' | '-');
        if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(valid) {
            Ok(())
        } else {
            Err(format!("`{text}` is no name of a model"))
        }
    }
}

checked_text! {
    /// The address of a device on the PCI bus.
    PciAddress,
    "a PCI address as `lspci -D` shows it, such as `0000:c5:00.0`",
    "0000:c5:00.0",
    r"^[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-9a-fA-F]$",
    |text| {
        let hex = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
        let parts: Vec<&str> = text.split([':', '.']).collect();
        let shape = text.matches(':').count() == 2 && text.matches('.').count() == 1;
        match parts[..] {
            [domain, bus, device, function]
                if shape && hex(domain, 4) && hex(bus, 2) && hex(device, 2) && hex(function, 1) => Ok(()),
            _ => Err(format!("`{text}` is not a PCI address")),
        }
    }
}

checked_text! {
    /// A reference to a flake, as `inputs.<name>.url` takes it.
    FlakeRef,
    "a flake reference such as `github:NixOS/nixpkgs/nixos-26.05`",
    "github:NixOS/nixpkgs/nixos-26.05",
    "^[!-~]+$",
    |text| {
        let valid = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '`' | '\\' | '<' | '>');
        if text.is_empty() || !text.chars().all(valid) {
            return Err(format!("`{text}` is not a flake reference"));
        }
        match flake_meant(text) {
            Some(meant) => Err(format!("Nix finds no flake by `{text}`; write `{meant}`")),
            None => Ok(()),
        }
    }
}

/// The flake that is meant by what Nix takes for another one, or for none.
fn flake_meant(text: &str) -> Option<String> {
    const NIXPKGS: &str = "github:NixOS/nixpkgs";

    // An input is a whole flake.
    let (flake, _) = text.split_once('#').unwrap_or((text, ""));
    let (way, _) = flake.split_once('?').unwrap_or((flake, ""));
    let is_archive = [".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tgz", ".zip"];
    let is_archive = is_archive.iter().any(|ending| way.ends_with(ending));
    let on_github = ["https://github.com/", "http://github.com/", "github.com/", "git@github.com:"];
    let on_github = on_github.iter().find_map(|start| flake.strip_prefix(start));
    if let Some(path) = on_github.filter(|_| !is_archive) {
        let path = path.trim_end_matches('/').replacen("/tree/", "/", 1);
        return Some(format!("github:{}", path.trim_end_matches(".git")));
    }
    // A branch is behind a slash.
    let repository = way.strip_prefix("github:").filter(|path| path.matches('/').count() == 1);
    if let Some((repository, branch)) = repository.and_then(|it| it.split_once(['@', ':'])) {
        return Some(format!("github:{repository}/{branch}"));
    }
    if flake != text {
        return Some(flake.to_owned());
    }
    let is_path = text.starts_with(['.', '/', '~']);
    if text.contains(':') || is_path {
        return None;
    }
    let is_revision = text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let is_branch = ["nixos-", "nixpkgs-", "release-"].iter().any(|it| text.starts_with(it));
    match text.split_once('/') {
        None if is_revision || is_branch => Some(format!("{NIXPKGS}/{text}")),
        None => None,
        // A name of the registry, with a branch of it.
        Some((name, _)) if name.starts_with("nixpkgs") => None,
        Some(_) => Some(format!("github:{text}")),
    }
}

pub(super) fn one_line(text: &str) -> Result<(), String> {
    if text.is_empty() {
        Err("the text is empty".to_owned())
    } else if text.chars().any(char::is_control) {
        Err("the text has a line break or another control character in it".to_owned())
    } else {
        Ok(())
    }
}
