//! Prints a generated cluster, to be measured: `cluster VMS`, or `cluster VMS full` for
//! one with all keys.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../tests/support/generated.rs"]
mod generated;

fn main() {
    let mut args = std::env::args().skip(1);
    let vms = args.next().and_then(|vms| vms.parse().ok()).unwrap_or(10_000);
    let make = if args.next().is_some() { generated::full_cluster } else { generated::cluster };
    print!("{}", make(vms));
}
