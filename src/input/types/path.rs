//! Paths: absolute ones on the machines, relative ones in the rendered tree.

use super::name::checked_text;
use crate::text::{is_unseen, same_name};

checked_text! {
    /// An absolute, normal path on a machine.
    AbsPath,
    "an absolute path such as `/var/lib/vault`",
    "/var/lib/vault",
    "^(/[^/]+)+$",
    |text| match text.strip_prefix('/') {
        None => Err(format!("`{text}` does not start with a `/`")),
        Some("") => Err("the root folder cannot be used here".to_owned()),
        Some(rest) => normal(text, rest),
    }
}

checked_text! {
    /// A path inside the rendered tree, with `/` between its parts.
    RelPath,
    "a path inside the tree such as `modules/nixos/amdgpu.nix`",
    "modules/nixos/backup.nix",
    "^[^/]+(/[^/]+)*$",
    |text| {
        let inside = text.strip_prefix("./").unwrap_or(text);
        if text.starts_with('/') {
            return Err(format!("`{text}` is absolute; it must lie inside the rendered tree"));
        }
        if text.starts_with("../") {
            return Err(format!("`{text}` leads out of the rendered tree"));
        }
        normal(text, inside)?;
        if inside.split('/').any(is_another_on_windows) {
            Err(format!("`{text}` has a name in it that Windows takes for another"))
        } else if inside.split('/').any(is_gits) {
            Err(format!("`{text}` belongs to git"))
        } else if inside.split('/').next().is_some_and(is_nixgens) {
            Err(format!("`{text}` belongs to nixgen itself"))
        } else {
            Ok(())
        }
    }
}

/// Whether a file system of Windows may take a name for that of another file, as of
/// git's or of `cluster.toml`: there `\` stands between names, and `:` before a part of
/// a file; dots and spaces at the end do not count; and a long name, or one that starts
/// with a dot, has a short one, too, such as `git~1` or `cluste~1.tom`.
fn is_another_on_windows(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let number = stem.rsplit_once('~').map(|(_, number)| number.parse::<u32>());
    name.contains(['\\', ':']) || name.ends_with(['.', ' ']) || matches!(number, Some(Ok(_)))
}

/// Whether a name means something to git.
fn is_gits(name: &str) -> bool {
    matches!(&*same_name(name), ".git" | ".gitattributes" | ".gitignore" | ".gitmodules")
}

fn is_nixgens(name: &str) -> bool {
    matches!(&*same_name(name), ".nixgen" | ".nixgen-staging")
}

fn normal(text: &str, parts: &str) -> Result<(), String> {
    if let Some(short) = text.strip_suffix('/').filter(|short| !short.ends_with('/')) {
        return Err(format!("`{text}` ends with a slash; write `{short}`"));
    }
    if parts.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(format!("`{text}` has an empty part, `.` or `..` in it"));
    }
    // File names end up in systemd units, shell scripts and Nix paths, none of
    // which carries a control character; and a person has to see which file it is.
    if text.contains(|c: char| c.is_control() || is_unseen(c)) {
        return Err("the path has a character in it that nobody sees".to_owned());
    }
    Ok(())
}

impl RelPath {
    /// The path without a leading `./`.
    pub fn inside(&self) -> &str {
        self.0.strip_prefix("./").unwrap_or(&self.0)
    }

    /// A path below this one.
    #[must_use]
    pub fn join(&self, below: &str) -> Self {
        Self(format!("{}/{below}", self.inside()))
    }

    /// The root of the tree as seen from its folder.
    pub fn root(&self) -> String {
        match self.inside().matches('/').count() {
            0 => "./.".to_owned(),
            up => "../".repeat(up) + ".",
        }
    }

    /// This path as seen from the folder of `from`, as Nix writes it: it always
    /// starts with `./` or `../`.
    pub fn seen_from(&self, from: &Self) -> String {
        let mut folder: Vec<&str> = from.inside().split('/').collect();
        folder.pop();
        let target: Vec<&str> = self.inside().split('/').collect();
        let shared = folder.iter().zip(&target).take_while(|(a, b)| a == b).count();
        let up = folder.len() - shared;
        let start = if up == 0 { "./".to_owned() } else { "../".repeat(up) };
        // A folder that the file is in: a path of Nix does not end in a slash.
        let rest = match target.get(shared..) {
            Some([]) | None => ".".to_owned(),
            Some(rest) => rest.join("/"),
        };
        start + &rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn imports_are_relative_to_the_importing_file() {
        let seen = |to: &str, from: &str| RelPath::own(to).seen_from(&RelPath::own(from));
        assert_eq!(seen("modules/nixos/base.nix", "vms/a.nix"), "../modules/nixos/base.nix");
        assert_eq!(seen("vms/a.nix", "flake.nix"), "./vms/a.nix");
        assert_eq!(seen("a/b/x.nix", "a/b/y.nix"), "./x.nix");
        assert_eq!(seen("a/x.nix", "a/b/c/y.nix"), "../../x.nix");
        assert_eq!(seen("a", "a/y.nix"), "./.");
        assert_eq!(seen("a", "a/b/y.nix"), "../.");
    }
}
