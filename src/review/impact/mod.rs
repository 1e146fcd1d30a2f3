//! The cost of a changed option, on the machine that it changes on.

mod rules;

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::class::Class;
use super::machines::Facts;
use super::{Kind, Reason};
use crate::nix::attrs::Value;
use crate::release::Release;
use crate::text::part;
use rules::{Cost, On, RULES, When};

/// The cost of an option's change on a machine, from when on a host may be the VLANs'
/// gateway. The first rule that fits says it; an option that none knows is activated
/// by a switch.
pub(super) fn cost(
    machine: &Facts,
    has_router: bool,
    path: &str,
    old: Option<&Value>,
    new: Option<&Value>,
) -> Reason {
    let segments = bare(path);
    let rule = RULES.iter().find_map(|rule| {
        let capture = rule.pattern.fits(&segments)?;
        let fits = rule.on.is(machine, has_router) && rule.when.holds(old, new);
        fits.then_some((rule, capture))
    });
    let reason = |impact, service, text: &str| Reason {
        impact,
        service,
        option: Some(path.to_owned()),
        text: text.to_owned(),
    };
    let found = match rule {
        None => reason(Class::Switch, None, "activated in place"),
        Some((rule, capture)) => match rule.cost {
            Cost::Is(class) => reason(class, None, rule.why),
            Cost::Restarts(unit) => {
                let unit = if unit == "*" { capture.trim_matches('"') } else { unit };
                let unit = unit.to_owned();
                reason(Class::ServiceRestart, Some(unit), rule.why)
            }
        },
    };
    on_machine(machine, found)
}

/// The cost for this kind of machine: a node is drained before it
/// restarts, and any change of another VM restarts it.
fn on_machine(machine: &Facts, reason: Reason) -> Reason {
    match (machine.kind, machine.is_node(), reason.impact) {
        (_, true, Class::Restart) => Reason { impact: Class::Drain, ..reason },
        (Kind::Vm, false, Class::Switch | Class::ServiceRestart) => {
            Reason { impact: Class::Restart, service: None, text: WITH_HOST.to_owned(), ..reason }
        }
        _ => reason,
    }
}

/// microvm.nix restarts a VM whose runner is another one; nodes are exempt.
const WITH_HOST: &str = "the VM restarts when its host is switched";

/// The segments of an option's path without what only says how it is made.
fn bare(path: &str) -> Vec<&str> {
    let segments = split(path);
    // What a function returns is set by whoever calls it.
    let from = segments.iter().rposition(|segment| segment.ends_with(':')).map_or(0, |at| at + 1);
    segments.into_iter().skip(from).filter(|segment| !segment.starts_with('(')).collect()
}

/// Splits a path at the dots that are in no quotes and no parentheses.
fn split(path: &str) -> Vec<&str> {
    let (mut segments, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, c) in path.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '{' | '[' if !quoted => depth += 1,
            ')' | '}' | ']' if !quoted => depth = depth.saturating_sub(1),
            '.' if !quoted && depth == 0 => {
                segments.push(part(path, start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    segments.push(part(path, start..));
    segments
}

/// A pattern of option paths: `*` is one segment or what is left of it, `**` any
/// number at the end.
#[derive(Debug, Clone, Copy)]
struct Pattern(&'static str);

impl Pattern {
    /// The segment that the first `*` stands for, where the pattern fits.
    fn fits<'a>(self, segments: &[&'a str]) -> Option<&'a str> {
        let mut capture = None;
        let mut rest = segments.iter();
        for part in split(self.0) {
            let segment = rest.next();
            if part == "**" {
                return Some(capture.unwrap_or_default());
            }
            match (part.split_once('*'), *segment?) {
                (Some((start, end)), segment)
                    if segment.starts_with(start) && segment.ends_with(end) =>
                {
                    capture = capture.or(Some(segment));
                }
                (None, segment) if part == segment => {}
                _ => return None,
            }
        }
        rest.next().is_none().then_some(capture.unwrap_or_default())
    }
}

impl On {
    fn is(self, machine: &Facts, has_router: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Vm => machine.kind == Kind::Vm,
            Self::Node => machine.is_node(),
            Self::ControlPlane => machine.is_control_plane(),
            Self::Unrouted => !has_router,
        }
    }
}

impl When {
    fn holds(self, old: Option<&Value>, new: Option<&Value>) -> bool {
        let numbers = || match (old, new) {
            (Some(Value::Int(old)), Some(Value::Int(new))) => Some((*old, *new)),
            _ => None,
        };
        match self {
            Self::Always => true,
            Self::Added => old.is_none(),
            Self::Removed => new.is_none(),
            Self::Changed => old.is_some() && new.is_some(),
            Self::BecomesTrue => new == Some(&Value::Bool(true)),
            Self::Renumbers => match (old.and_then(addresses), new.and_then(addresses)) {
                (Some(old), Some(new)) => old != new,
                _ => false,
            },
            Self::Shrinks => numbers().is_some_and(|(old, new)| new < old),
            Self::Loses => match (old, new) {
                (Some(Value::List(old)), Some(Value::List(new))) => {
                    old.iter().any(|item| !new.contains(item))
                }
                (Some(_), None) => true,
                _ => false,
            },
            Self::Boots => {
                let release = |value: Option<&Value>| value?.text().and_then(Release::named);
                release(old).zip(release(new)).is_some_and(|(old, new)| old.boots_into(new))
            }
        }
    }
}

/// The addresses that a value names, however it is written; `None` where that
/// takes evaluation to know.
fn addresses(value: &Value) -> Option<BTreeSet<IpAddr>> {
    match value {
        Value::Text(text) => {
            let address = text.split_once('/').map_or(text.as_str(), |(address, _)| address);
            Some(BTreeSet::from([address.parse().ok()?]))
        }
        Value::List(items) => {
            let sets = items.iter().map(addresses).collect::<Option<Vec<_>>>()?;
            Some(sets.into_iter().flatten().collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let text = |text: &str| Value::Text(text.to_owned());
        let list = |items: &[&str]| Value::List(items.iter().map(|item| text(item)).collect());
        let renumbers = |old: &Value, new: &Value| When::Renumbers.holds(Some(old), Some(new));
        let now = list(&["10.0.20.10/24"]);
        assert!(renumbers(&list(&["10.0.20.11/24"]), &now));
        assert!(renumbers(&list(&["10.0.20.10/24", "10.0.20.11/24"]), &now));
        assert!(!renumbers(&text("10.0.20.10/24"), &now));
        assert!(!renumbers(&list(&["10.0.20.10/23"]), &now));
        assert!(!renumbers(&list(&["fd00:0::1/64"]), &list(&["fd00::1/64"])));
        assert!(!renumbers(&Value::Code("\"${ip}/24\"".to_owned()), &now));
    }

    #[test]
    fn the_kubelet_restarts_for_each_of_its_files() {
        let unit = |path| {
            let rule = RULES.iter().find(|rule| rule.pattern.fits(&bare(path)).is_some());
            rule.and_then(|rule| match rule.cost {
                Cost::Restarts(unit) => Some(unit),
                Cost::Is(_) => None,
            })
        };
        assert_eq!(unit("environment.etc.\"kubelet.conf.d/60-mine.conf\".text"), Some("kubelet"));
        assert_eq!(unit("environment.etc.\"kubelet.conf\".text"), None);
    }

    #[test]
    fn patterns_fit_segments() {
        let fits = |pattern, path| Pattern(pattern).fits(&bare(path));
        assert_eq!(fits("a.*.c", "a.\"b.x\".c"), Some("\"b.x\""));
        assert_eq!(fits("a.**", "a.b.c"), Some(""));
        assert_eq!(fits("a.**", "a"), Some(""));
        assert_eq!(fits("a.*", "a"), None);
        assert_eq!(fits("a.*", "a.b.c"), None);
        assert_eq!(fits("microvm.preStart", "let.f.name:.volume:.microvm.preStart"), Some(""));
        assert_eq!(fits("a.b", "a.(if x.y).b"), Some(""));
        assert_eq!(fits("etc.\"a.d/*\".**", "etc.\"a.d/1.conf\".text"), Some("\"a.d/1.conf\""));
        assert_eq!(fits("etc.\"a.d/*\".**", "etc.\"b.d/1.conf\".text"), None);
    }
}
