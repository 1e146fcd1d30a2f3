//! What a GPU is, and what ROCm can be told that it were.

use crate::cluster::rocm::{self, Kernels};
use crate::cluster::{Cluster, Gpu};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::GpuMode;
use crate::outputs;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for gpu in cluster.hosts.iter().filter_map(|host| host.gpu.as_ref()) {
        log.extend(model(gpu));
        log.extend(hsa_override(gpu));
        log.extend(keys(gpu));
    }
    let ollama = outputs::ollama(cluster);
    let used = ollama.map(|ollama| ollama.rocm_gpus("ollama/ollama:")).unwrap_or_default();
    log.extend(used.iter().filter_map(|gpu| kernels(gpu)));
    log.extend(several(&used));
}

/// One that the image cannot compute with, unless the user knows better.
fn kernels(gpu: &Gpu) -> Option<Diagnostic> {
    let none = rocm::kernels(gpu.model.as_str()) == Some(Kernels::None);
    if !none || gpu.hsa_override.is_some() {
        return None;
    }
    let message = format!(
        "ROCm has no kernels for `{}`, nor for a chip that it could pass for: Ollama would compute \
         on the processor",
        gpu.model
    );
    Some(Diagnostic::new(Code::Gpu, gpu.model.span(), message).help(
        "take Ollama's image without `-rocm`, which computes with Vulkan; or write `hsa_override`, \
         or `none` for it, where the image is one that has kernels",
    ))
}

/// One variable of one pod's says what they pass for.
fn several(gpus: &[&Gpu]) -> Option<Diagnostic> {
    let (first, rest) = gpus.split_first()?;
    let other = rest.iter().find(|gpu| gpu.passes_for() != first.passes_for())?;
    let message = format!(
        "Ollama can go to a `{}` and to a `{}`, which ROCm has to be told different chips for",
        first.model, other.model
    );
    Some(
        Diagnostic::new(Code::Gpu, other.model.span(), message)
            .related(first.model.span(), "the other one")
            .help("write a `node_selector` of Ollama that picks one of them"),
    )
}

fn model(gpu: &Gpu) -> Option<Diagnostic> {
    let model = gpu.model.as_str();
    let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let valid = |id: &str| matches!(id.len(), 3 | 4) && id.bytes().all(is_hex);
    if model.strip_prefix("gfx").is_some_and(valid) {
        return None;
    }
    let found = Diagnostic::new(
        Code::Gpu,
        gpu.model.span(),
        format!("`{model}` is not how ROCm names a GPU"),
    );
    Some(found.help("write what `rocminfo` shows, such as `gfx1103` for a Radeon 780M"))
}

fn hsa_override(gpu: &Gpu) -> Option<Diagnostic> {
    let written = gpu.hsa_override.as_ref().filter(|written| written.as_str() != "none")?;
    let found = |message| Diagnostic::new(Code::Gpu, written.span(), message);
    let numbers: Vec<&str> = written.as_str().split('.').collect();
    let number =
        |text: &&str| matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
    if numbers.len() != 3 || !numbers.iter().all(number) {
        let message = format!("`{written}` is not a version of three numbers");
        return Some(found(message).help("write `hsa_override = \"11.0.2\"`, or `none`"));
    }
    if own_version(gpu.model.as_str()).is_some_and(|own| own == written.as_str()) {
        let message =
            format!("`{written}` is `{}` itself, so the override does nothing", gpu.model);
        return Some(
            found(message).help(match rocm::kernels(gpu.model.as_str()) {
                Some(Kernels::Like(near)) => {
                    format!("write `hsa_override = \"{near}\"`: ROCm has kernels for that chip")
                }
                _ => "write `hsa_override = \"none\"`, or the version of a chip that ROCm has \
                  kernels for"
                    .to_owned(),
            }),
        );
    }
    None
}

/// The version of a chip: major in decimal, minor and stepping a hexadecimal
/// digit each.
fn own_version(model: &str) -> Option<String> {
    let id = model.strip_prefix("gfx")?;
    let (major, rest) = id.split_at_checked(id.len().checked_sub(2)?)?;
    let mut digits = rest.chars().map(|c| c.to_digit(16));
    let (minor, stepping) = (digits.next()??, digits.next()??);
    Some(format!("{major}.{minor}.{stepping}"))
}

fn keys(gpu: &Gpu) -> Option<Diagnostic> {
    if *gpu.mode == GpuMode::Passthrough {
        return None;
    }
    let pci = gpu.pci.first().map(|pci| ("pci", pci.span()));
    let (key, span) = pci.or(gpu.vm.as_ref().map(|vm| ("vm", vm.span())))?;
    let message = format!("`{key}` is for passthrough, and the GPU's mode is `{}`", gpu.mode.value);
    let found = Diagnostic::new(Code::Gpu, span, message).related(gpu.mode.span(), "the mode");
    Some(found.help("take `pci` and `vm` out, or write `mode = \"passthrough\"`"))
}
