//! What differs between NixOS releases and between Kubernetes minors.
//!
//! Every difference that a template has to know stands in these two tables, so
//! that a new release is a new row. Sources: the nixpkgs release branches and
//! release notes (option names, `kubernetes` and `containerd` versions), the
//! kubeadm and containerd changelogs (configuration API, pause image), and for the
//! ends endoflife.date/nixos and kubernetes.io/releases.

use std::sync::LazyLock;

use crate::input::types::Minor;

/// A NixOS release that nixgen can write for.
#[derive(Debug, PartialEq, Eq)]
pub struct Release {
    /// As written in `cluster.toml` and in `system.stateVersion`.
    pub name: &'static str,
    /// The branch of nixpkgs.
    pub branch: &'static str,
    /// The Kubernetes minors that its `pkgs.kubernetes` can be. nixpkgs carries
    /// exactly one; only the rolling branch moves.
    pub kubernetes: (Minor, Minor),
    /// The newest minor that its containerd serves, where Kubernetes comes from
    /// elsewhere: 1.36 needs containerd 2.2.
    pub newest_kubernetes: Minor,
    /// The package behind `nix fmt`. Plain nixfmt gets no files from it, so it
    /// is the wrapper that walks the tree, where the release has that.
    pub nixfmt: &'static str,
    /// The revision of microvm.nix, where its newest no longer evaluates: since
    /// March 2026 it uses `lib.replaceString`, which came with 25.11.
    pub microvm: Option<&'static str>,
    /// The option of `nixos-rebuild` that makes it root on the other side: the
    /// Python one of 25.11 gave it a new name.
    pub rebuild_sudo: &'static str,
    /// Whether its cloud-hypervisor can be told the format of an image, as
    /// microvm.nix always does: 50.1 is the first.
    pub tells_image_format: bool,
    /// Whether a machine of an older release enters it by a reboot alone: 26.05
    /// has another D-Bus, and a switch cannot replace one that runs. A reboot is
    /// never wrong, so a release that nixgen has not seen has one.
    pub boot_to_enter: bool,
    /// The last day on which it is maintained, such as `2026-06-30`.
    pub end: Option<&'static str>,
    /// Whether it was out when its row was written. The facts of one that was not
    /// are those of its branch.
    pub is_seen: bool,
}

const fn only(minor: u16) -> (Minor, Minor) {
    (Minor::new(minor), Minor::new(minor))
}

/// The Kubernetes minors that nixgen writes for, the first and the last: kubeadm
/// reads v1beta4, the one API that is rendered, since 1.31.
pub const MINORS: (Minor, Minor) = (Minor::new(31), Minor::new(38));

/// The newest minor that was out when its facts were written.
const NEWEST_SEEN: Minor = Minor::new(37);

/// The releases, oldest first.
pub const RELEASES: &[Release] = &[
    Release {
        name: "24.11",
        branch: "nixos-24.11",
        kubernetes: only(31),
        newest_kubernetes: Minor::new(35),
        nixfmt: "nixfmt-rfc-style",
        microvm: Some("b71923e6d24cc90b6cd1758894ead04e0be976a4"),
        rebuild_sudo: "use-remote-sudo",
        tells_image_format: false,
        boot_to_enter: false,
        end: Some("2025-06-30"),
        is_seen: true,
    },
    Release {
        name: "25.05",
        branch: "nixos-25.05",
        kubernetes: only(33),
        newest_kubernetes: Minor::new(35),
        nixfmt: "nixfmt-rfc-style",
        microvm: Some("b71923e6d24cc90b6cd1758894ead04e0be976a4"),
        rebuild_sudo: "use-remote-sudo",
        tells_image_format: false,
        boot_to_enter: false,
        end: Some("2025-12-31"),
        is_seen: true,
    },
    Release {
        name: "25.11",
        branch: "nixos-25.11",
        kubernetes: only(34),
        newest_kubernetes: Minor::new(37),
        nixfmt: "nixfmt-tree",
        microvm: None,
        rebuild_sudo: "sudo",
        tells_image_format: true,
        boot_to_enter: false,
        end: Some("2026-06-30"),
        is_seen: true,
    },
    Release {
        name: "26.05",
        branch: "nixos-26.05",
        kubernetes: only(36),
        newest_kubernetes: Minor::new(37),
        nixfmt: "nixfmt-tree",
        microvm: None,
        rebuild_sudo: "sudo",
        tells_image_format: true,
        boot_to_enter: true,
        end: Some("2026-12-31"),
        is_seen: true,
    },
    Release {
        name: "26.11",
        branch: "nixos-26.11",
        // The minor that the branch is frozen at; the assertion in the rendered
        // base module tells which one it is.
        kubernetes: (Minor::new(36), Minor::new(37)),
        newest_kubernetes: Minor::new(38),
        nixfmt: "nixfmt-tree",
        microvm: None,
        rebuild_sudo: "sudo",
        tells_image_format: true,
        boot_to_enter: true,
        end: None,
        is_seen: false,
    },
    Release {
        name: "unstable",
        branch: "nixos-unstable",
        // The branch moved through these within the year; the assertion in the
        // rendered base module catches the one it has moved to.
        kubernetes: (Minor::new(35), Minor::new(37)),
        newest_kubernetes: Minor::new(38),
        nixfmt: "nixfmt-tree",
        microvm: None,
        rebuild_sudo: "sudo",
        tells_image_format: true,
        boot_to_enter: false,
        end: None,
        is_seen: true,
    },
];

/// nixgen's own version, its commit if whoever built it knew one, and what it can
/// write for.
pub static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let commit = option_env!("NIXGEN_COMMIT").map(|commit| format!(" ({commit})"));
    let releases: Vec<&str> = RELEASES.iter().map(|release| release.name).collect();
    let (first, last) = MINORS;
    format!(
        "{}{}\nfor NixOS {}\nand Kubernetes {first} to {last}",
        env!("CARGO_PKG_VERSION"),
        commit.unwrap_or_default(),
        releases.join(", "),
    )
});

impl Release {
    /// The release of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        RELEASES.iter().find(|release| release.name == name)
    }

    /// Whether it is the branch that moves, which no machine is installed with.
    pub fn is_rolling(&self) -> bool {
        self.name == "unstable"
    }

    /// Whether a machine of this release enters another one by a reboot alone.
    pub fn boots_into(&self, other: &Self) -> bool {
        let (first, last) = if self.name < other.name { (self, other) } else { (other, self) };
        RELEASES
            .iter()
            .any(|step| step.boot_to_enter && first.name < step.name && step.name <= last.name)
    }

    /// Whether its package set can have this Kubernetes minor.
    pub fn carries(&self, minor: Minor) -> bool {
        (self.kubernetes.0..=self.kubernetes.1).contains(&minor)
    }
}

/// The tag of the pause image that this minor's kubeadm expects; a different
/// one in containerd is pulled twice and warned about.
pub const fn pause_tag(minor: Minor) -> &'static str {
    match minor.number() {
        ..=33 => "3.10",
        34..=35 => "3.10.1",
        _ => "3.10.2",
    }
}

/// The last day on which a minor is maintained (kubernetes.io/releases).
pub const fn end_of(minor: Minor) -> Option<&'static str> {
    match minor.number() {
        31 => Some("2025-11-11"),
        32 => Some("2026-02-28"),
        33 => Some("2026-06-28"),
        34 => Some("2026-10-27"),
        35 => Some("2027-02-28"),
        36 => Some("2027-06-28"),
        37 => Some("2027-10-28"),
        _ => None,
    }
}

/// Whether a minor was out when its facts were written.
pub fn is_seen(minor: Minor) -> bool {
    minor <= NEWEST_SEEN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_order_and_named_once() {
        assert!(RELEASES.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(RELEASES.iter().all(|r| Release::named(r.name) == Some(r)));
    }

    #[test]
    fn facts_by_minor() {
        assert_eq!(pause_tag(Minor::new(34)), "3.10.1");
        assert_eq!(end_of(Minor::new(36)), Some("2027-06-28"));
        assert!(
            (MINORS.0.number()..=MINORS.1.number())
                .map(Minor::new)
                .all(|minor| { end_of(minor).is_some() == is_seen(minor) })
        );
    }

    #[test]
    fn another_d_bus_is_entered_by_a_reboot() {
        let boots = |from, to| {
            let (from, to) = (Release::named(from), Release::named(to));
            from.expect("a release").boots_into(to.expect("a release"))
        };
        for (from, to) in [("25.11", "26.05"), ("24.11", "26.05"), ("26.05", "25.11")] {
            assert!(boots(from, to), "{from} to {to}");
        }
        assert!(!boots("24.11", "25.11") && !boots("26.05", "26.05"));
    }
}
