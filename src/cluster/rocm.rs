//! The chips that ROCm in Ollama's image has kernels for, and those that compute
//! with the kernels of a near one. Sources: the targets that the image is built
//! for, and LLVM's table of processors.

/// The kernels that a chip computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernels {
    /// Its own.
    Own,
    /// Those of the chip of this version, which it has to pass for.
    Like(&'static str),
    /// None: ROCm cannot use it.
    None,
}

/// The kernels of a chip; `None` of one that is newer than this table.
pub fn kernels(model: &str) -> Option<Kernels> {
    Some(match model.strip_prefix("gfx")? {
        "908" | "90a" | "942" | "950" | "1030" | "1100" | "1101" | "1102" | "1150" | "1151"
        | "1200" | "1201" => Kernels::Own,
        // RDNA 2: one instruction set.
        "1031" | "1032" | "1033" | "1034" | "1035" | "1036" => Kernels::Like("10.3.0"),
        // Integrated, with the smaller register files of these.
        "1103" => Kernels::Like("11.0.2"),
        "1152" | "1153" => Kernels::Like("11.5.0"),
        // GCN, Vega with its integrated descendants, and RDNA 1.
        id if id.len() == 3 || id.starts_with("101") => Kernels::None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_have_their_kernels() {
        for (model, expected) in [
            ("gfx1030", Some(Kernels::Own)),
            ("gfx1035", Some(Kernels::Like("10.3.0"))),
            ("gfx1103", Some(Kernels::Like("11.0.2"))),
            ("gfx1152", Some(Kernels::Like("11.5.0"))),
            ("gfx90a", Some(Kernels::Own)),
            ("gfx90c", Some(Kernels::None)),
            ("gfx803", Some(Kernels::None)),
            ("gfx1012", Some(Kernels::None)),
            ("gfx1250", None),
            ("rtx3060", None),
        ] {
            assert_eq!(kernels(model), expected, "{model}");
        }
    }
}
