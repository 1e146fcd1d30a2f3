//! A value of `cluster.toml` as it is written in one way only: whatever its
//! comments, layout and order of keys, two of the same text are the same value.

use std::fmt::Write as _;

use toml::de::DeValue;

/// The value on one line, as TOML writes it.
pub(crate) fn canonical(value: &DeValue<'_>) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &DeValue<'_>) {
    // Text takes whatever is written to it.
    let _ = match value {
        DeValue::String(text) => {
            quote(out, text);
            Ok(())
        }
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => write!(out, "{number}"),
            Err(_) => write!(out, "{number}"),
        },
        DeValue::Float(number) => match number.as_str().parse::<f64>() {
            Ok(number) => write!(out, "{number:?}"),
            Err(_) => write!(out, "{number}"),
        },
        DeValue::Boolean(truth) => write!(out, "{truth}"),
        DeValue::Datetime(time) => write!(out, "{time}"),
        DeValue::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write(out, item.get_ref());
            }
            write!(out, "]")
        }
        DeValue::Table(table) if table.is_empty() => write!(out, "{{}}"),
        DeValue::Table(table) => {
            let mut entries: Vec<(&str, &DeValue<'_>)> = table
                .iter()
                .map(|(key, value)| (key.get_ref().as_ref(), value.get_ref()))
                .collect();
            entries.sort_by_key(|(key, _)| *key);
            for (at, (name, value)) in entries.into_iter().enumerate() {
                out.push_str(if at == 0 { "{ " } else { ", " });
                key(out, name);
                out.push_str(" = ");
                write(out, value);
            }
            write!(out, " }}")
        }
    };
}

fn key(out: &mut String, name: &str) {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(is_bare) {
        out.push_str(name);
    } else {
        quote(out, name);
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    fn of(text: &str) -> String {
        let table = DeTable::parse(text).expect("TOML").into_inner();
        canonical(&DeValue::Table(table))
    }

    #[test]
    fn what_means_the_same_is_written_the_same() {
        let one = "# x\nb = 0x10\na = 'c:\\d'\n[t]\nx.y = [ 1_000,\n 2 ]\nf = 1e1\n";
        let other = "t = { f = 10.0, x = { y = [1000, 2] } }\na = \"c:\\\\d\"\nb = 16\n";
        assert_eq!(of(one), of(other));
        assert_eq!(of("a = 1"), "{ a = 1 }");
        for (one, other) in [("a = 1", "a = '1'"), ("a = 1", "a = 1.0"), ("a = []", "a = {}")] {
            assert_ne!(of(one), of(other));
        }
    }

    #[test]
    fn it_is_toml_again() {
        let text = "\"ü \\\" \\u0007\\u007f\\n\" = \"\\t\\\\ \\u202e\"\ne = {}\nd = 2020-01-01\n";
        let once = of(text);
        assert_eq!(of(&format!("v = {once}")), format!("{{ v = {once} }}"));
    }
}
