//! SARIF 2.1.0, which code scanning reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::diagnostic::Code;
use crate::review::findings::Finding;

/// Findings as a SARIF document.
pub fn sarif(findings: &[Finding]) -> Value {
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        rules.insert(&finding.rule, 0);
    }
    for (index, at) in rules.values_mut().enumerate() {
        *at = index;
    }
    let described: Vec<Value> = rules.keys().map(|rule| describe(rule)).collect();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, &rules)).collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "nixgen", "rules": described } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn describe(rule: &str) -> Value {
    let code = Code::ALL.iter().find(|code| code.id() == rule);
    let text = match (code, rule.split_once('-')) {
        (Some(code), _) => code.slug().replace('-', " "),
        (None, Some(("impact", class))) => {
            format!("what a step costs: {}", class.replace('-', " "))
        }
        (None, _) => format!("a file that is not what it should be: {rule}"),
    };
    json!({ "id": rule, "shortDescription": { "text": text } })
}

fn result(finding: &Finding, rules: &BTreeMap<&str, usize>) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&finding.file) } });
    if let Some(place) = finding.place {
        let ((line, column), (end_line, end_column)) = (place.start, place.end);
        let region = if place.end > place.start {
            json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
        } else {
            json!({ "startLine": line, "startColumn": column })
        };
        physical = json!({ "artifactLocation": { "uri": uri(&finding.file) }, "region": region });
    }
    json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.get(finding.rule.as_str()),
        "level": finding.level.word(),
        "message": { "text": message(&finding.message) },
        "locations": [{ "physicalLocation": physical }],
    })
}

/// A message without links: `[text](place)` is one.
fn message(text: &str) -> String {
    text.replace("](", "] (")
}

/// A path as a reference of a URI.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
