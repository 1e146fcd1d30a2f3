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
        if !text.is_empty() && text.chars().all(valid) {
            Ok(())
        } else {
            Err(format!("`{text}` is not a flake reference"))
        }
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
