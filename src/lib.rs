//! nixgen renders the Nix code of a hybrid Kubernetes cluster from one file.
//!
//! ```text
//! cluster.toml ─► Source ─► ClusterFile ─► Cluster ─► Planned ─► RenderedFile ─► Ready ─► ChangeSet ─► written
//!                 source    input          cluster    outputs    render          nix      disk         disk
//!                                          checks
//! ```
//!
//! Each arrow is one function, and [`pipeline`] puts them in their order.

// Clippy has no setting for this one: tests may end with a panic.
#![cfg_attr(test, allow(clippy::string_slice))]

pub mod checks;
pub mod cli;
pub mod cluster;
pub mod commands;
pub mod diagnostic;
pub mod disk;
pub mod input;
pub mod nix;
pub mod origin;
pub mod outputs;
pub mod picture;
pub mod pipeline;
pub mod previous;
pub mod release;
pub mod render;
pub mod review;
mod secret;
pub mod source;
pub mod status;
pub mod survey;
mod text;
