//! nixgen renders the Nix code of a hybrid Kubernetes cluster from one file.
//!
//! ```text
//! cluster.toml ─► Source ─► ClusterFile ─► Cluster ─► Plan ─► Rendered ─► Ready ─► ChangeSet ─► applied
//!                 source    input          cluster    plan    render      nix      disk         disk
//!                                          checks     outputs
//! ```
//!
//! Each arrow is one function. A stage knows its left neighbour, [`source`] and
//! [`diagnostic`], and nothing else.

// The program never panics on what it is given; tests may.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod checks;
pub mod cli;
pub mod cluster;
pub mod commands;
pub mod diagnostic;
pub mod disk;
pub mod graph;
pub mod input;
pub mod nix;
pub mod origin;
pub mod outputs;
pub mod overrides;
pub mod release;
pub mod render;
pub mod review;
pub mod source;
