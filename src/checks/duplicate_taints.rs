//! The API server takes no node with two taints of one key and effect.

use crate::cluster::{Cluster, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::types::Role;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for node in cluster.nodes() {
        for (at, taint) in node.taints.iter().enumerate() {
            let same = |other: &(&str, &str)| *other == (taint.key.as_str(), taint.effect);
            let mut before = node.taints.iter().take(at);
            let first = before.find(|first| same(&(first.key.as_str(), first.effect)));
            if first.is_none() && given(&node).as_ref().is_none_or(|given| !same(given)) {
                continue;
            }
            let (message, help) = match first {
                Some(_) => (
                    format!(
                        "the node `{}` has two taints `{}` with the effect {}",
                        node.name, taint.key, taint.effect
                    ),
                    "keep one of them",
                ),
                None => (
                    format!("kubeadm gives the taint `{taint}` to `{}` itself", node.name),
                    "leave it out",
                ),
            };
            log.push(
                Diagnostic::new(Code::DuplicateTaint, taint.span(), message)
                    .related(first.and_then(Spanned::span), "the first one")
                    .help(help),
            );
        }
    }
}

/// The taint that a node has unasked.
fn given(node: &Node<'_>) -> Option<(&'static str, &'static str)> {
    (node.role == Role::ControlPlane)
        .then_some(("node-role.kubernetes.io/control-plane", "NoSchedule"))
}
