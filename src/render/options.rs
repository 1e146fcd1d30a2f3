//! NixOS options of the user's as the bindings of a Nix set, the way a person
//! would write them: a set of one attribute is a dotted path, a text of several
//! lines is an indented string.

use tera::value::Map;
use tera::{Error, TeraResult, Value};

use super::escape;

/// The bindings of a set, without its braces.
pub(super) fn bindings(set: &Map, out: &mut String) -> TeraResult<()> {
    for (at, (name, value)) in set.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "\n" });
        out.push_str(&escape::nix_attribute(&name.to_string()));
        let mut value = value;
        while let Some((name, only)) = only(value) {
            out.push('.');
            out.push_str(&escape::nix_attribute(&name));
            value = only;
        }
        out.push_str(" = ");
        expression(value, out)?;
        out.push(';');
    }
    Ok(())
}

/// The attribute of a set that has no other.
fn only(value: &Value) -> Option<(String, &Value)> {
    let set = value.as_map()?;
    let (name, value) = set.iter().next()?;
    (set.len() == 1).then(|| (name.to_string(), value))
}

fn expression(value: &Value, out: &mut String) -> TeraResult<()> {
    if let Some(set) = value.as_map() {
        // The formatters leave a line break after the brace alone.
        let gap = if set.len() > 1 { "\n" } else { " " };
        out.push('{');
        out.push_str(gap);
        bindings(set, out)?;
        out.push_str(gap);
        out.push('}');
    } else if let Some(items) = value.as_array() {
        list(items, out, expression)?;
    } else if let Some(text) = value.as_str() {
        match escape::nix_lines(text) {
            Some(lines) => out.push_str(&lines),
            None => out.push_str(&escape::nix_string(text)),
        }
    } else if value.is_f64() {
        out.push_str(&escape::nix_float(value.as_f64().unwrap_or_default()));
    } else if value.as_i64() == Some(i64::MIN) {
        // The sign is an operator, and the number alone would be too large.
        out.push_str("-9223372036854775807 - 1");
    } else if value.is_number() || value.is_bool() {
        out.push_str(&value.to_string());
    } else {
        return Err(Error::message(format!("{} cannot be the value of an option", value.name())));
    }
    Ok(())
}

/// A list of expressions.
pub(super) fn list(
    items: &[Value],
    out: &mut String,
    expression: fn(&Value, &mut String) -> TeraResult<()>,
) -> TeraResult<()> {
    out.push_str("[ ");
    for item in items {
        // In a list a minus sign would be an operator without a left side.
        let is_negative = item.is_number() && item.to_string().starts_with('-');
        out.push_str(if is_negative { "(" } else { "" });
        expression(item, out)?;
        out.push_str(if is_negative { ") " } else { " " });
    }
    out.push(']');
    Ok(())
}
