//! The memory that a host keeps from pods besides its VMs', in MiB: its kubelet
//! reserves what is counted here.

/// NixOS with its kubelet and containerd.
pub const SYSTEM: u32 = 1024;
/// The hypervisor of a VM and the servers of its shares.
pub const HYPERVISOR: u32 = 256;
