//! A router knows one way to an address, so no two ranges share any.

use ipnet::Ipv4Net;

use super::free;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::source::Span;

/// The addresses of a tailnet.
const TAILNET: ([u8; 4], u8) = ([100, 64, 0, 0], 10);

struct Range {
    net: Ipv4Net,
    /// The name of its owner, as in a sentence.
    what: String,
    /// The key that sets it; none where it is not the user's to choose.
    key: Option<&'static str>,
    span: Option<Span>,
}

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let ranges = ranges(cluster);
    let mut taken: Vec<Ipv4Net> = ranges.iter().map(|range| range.net).collect();
    // Ranges either lie in one another or are apart: sorted, the ones around a
    // range are those before it that reach this far.
    let mut around: Vec<(&Range, usize)> = Vec::new();
    let mut clashes: Vec<(&Range, Vec<&Range>)> = Vec::new();
    for range in &ranges {
        around.retain(|(outer, _)| outer.net.contains(&range.net));
        if let Some((_, inner)) = around.last().and_then(|(_, at)| clashes.get_mut(*at)) {
            inner.push(range);
        }
        around.push((range, clashes.len()));
        clashes.push((range, Vec::new()));
    }
    for (outer, inner) in clashes.iter().filter(|(_, inner)| !inner.is_empty()) {
        // One range that is too wide is one mistake.
        if let ([_, _, ..], Some(_), Some(_)) = (&inner[..], &outer.span, outer.key) {
            log.push(report(outer, inner, &mut taken));
        } else {
            for range in inner {
                let (blamed, other) = blame(outer, range);
                log.push(report(blamed, &[other], &mut taken));
            }
        }
    }
}

/// Every range, sorted so that one comes before those that lie in it.
fn ranges(cluster: &Cluster) -> Vec<Range> {
    let range = |net: &Spanned<Ipv4Net>, what: String, key| Range {
        net: **net,
        what,
        key,
        span: net.span(),
    };
    let mut ranges = vec![
        range(&cluster.pod_cidr, "the pods".to_owned(), Some("pod_cidr")),
        range(&cluster.service_cidr, "the services".to_owned(), Some("service_cidr")),
    ];
    for vlan in &cluster.network.vlans {
        ranges.push(range(&vlan.subnet, format!("the VLAN `{}`", vlan.name), Some("subnet")));
    }
    if let Some((net, _)) = &cluster.network.wan {
        ranges.push(range(net, "the WAN".to_owned(), None));
    }
    if let Ok(net) = Ipv4Net::new(TAILNET.0.into(), TAILNET.1) {
        ranges.push(Range { net, what: "a tailnet".to_owned(), key: None, span: None });
    }
    ranges.sort_by_key(|range| (range.net, range.span.as_ref().map(|span| span.start)));
    ranges
}

/// Which of two ranges to change: one that the user chooses, wrote, and wrote last.
fn blame<'a>(a: &'a Range, b: &'a Range) -> (&'a Range, &'a Range) {
    let weight = |range: &Range| (range.key.is_some(), range.span.as_ref().map(|span| span.start));
    if weight(a) > weight(b) { (a, b) } else { (b, a) }
}

fn report(blamed: &Range, others: &[&Range], taken: &mut Vec<Ipv4Net>) -> Diagnostic {
    const SHOWN: usize = 3;

    let names: Vec<String> = others
        .iter()
        .take(SHOWN)
        .map(|other| format!("`{}` of {}", other.net, other.what))
        .collect();
    let more = match others.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "the range `{}` of {} shares addresses with {}{more}",
        blamed.net,
        blamed.what,
        names.join(", ")
    );
    let place = blamed.span.clone().or_else(|| others.first()?.span.clone());
    let mut found = Diagnostic::new(Code::OverlappingRanges, place.clone(), message);
    for other in others.iter().take(SHOWN).filter(|other| other.span != place) {
        found = found.related(other.span.clone(), format!("the range of {}", other.what));
    }
    // What is replaced is free again.
    if let Some(at) = taken.iter().position(|net| *net == blamed.net) {
        taken.remove(at);
    }
    let bits = blamed.net.prefix_len();
    let free = [bits, bits.max(16), bits.max(24)].iter().find_map(|bits| free::range(*bits, taken));
    taken.extend(free);
    taken.sort_unstable();
    match (blamed.key, free) {
        (Some(key), Some(free)) => found.help(format!("write `{key} = \"{free}\"`, which is free")),
        (Some(key), None) => found.help(format!("write another, smaller range as `{key}`")),
        (None, _) => found.help("renumber the network outside: its router sets the range"),
    }
}
