//! The filters that templates can put a value through besides `{{ value }}`, which always makes
//! it a string of the file's language. Every filter here escapes; none passes
//! text through.

use tera::{Kwargs, State, Tera, Value};

use super::{escape, marks, options};

pub(super) fn register(tera: &mut Tera) {
    // Nix
    text(tera, "attr", escape::nix_attribute);
    text(tera, "path", escape::nix_path);
    text(tera, "in_string", escape::nix_string_part);
    tera.register_filter("in_indented", |value: &Value, _: Kwargs, _: &State| {
        match value.as_str().filter(|text| escape::is_plain_when_indented(text)) {
            Some(text) => Ok(Value::safe_string(&marks::around(text))),
            None => {
                Err(tera::Error::message("`in_indented` takes plain words: use a quoted string"))
            }
        }
    });
    tera.register_filter("nix", |value: &Value, _: Kwargs, _: &State| {
        let mut out = String::new();
        nix(value, &mut out).map(|()| Value::safe_string(&marks::around(&out)))
    });
    tera.register_filter("bindings", |value: &Value, _: Kwargs, _: &State| {
        let mut out = String::new();
        match value.as_map() {
            Some(set) => {
                options::bindings(set, &mut out).map(|()| Value::safe_string(&marks::around(&out)))
            }
            None => {
                Err(tera::Error::message(format!("`bindings` takes a set, not {}", value.name())))
            }
        }
    });
    // YAML
    text(tera, "json", escape::json_string);
    // Markdown and its code blocks
    text(tera, "code", escape::markdown_code);
    text(tera, "sh", escape::shell_word_if_needed);
    text(tera, "mermaid", escape::mermaid);
    tera.register_filter("fenced", |value: &str, kwargs: Kwargs, _: &State| {
        let language: &str = kwargs.must_get("language")?;
        if !language.chars().all(char::is_alphanumeric) {
            return Err(tera::Error::message("`fenced` takes the name of a language"));
        }
        let block = escape::fenced(&marks::take_out(value).text, language);
        Ok(Value::safe_string(&marks::around(&block)))
    });
    // Tera's own would pass text through unescaped.
    tera.register_filter("safe", |_: &Value, _: Kwargs, _: &State| {
        Err::<Value, _>(tera::Error::message("`safe` would make code of a value: leave it out"))
    });
    // Comments of all
    text(tera, "comment", escape::comment);
}

fn text(tera: &mut Tera, name: &'static str, escape: fn(&str) -> String) {
    tera.register_filter(name, move |value: &Value, _: Kwargs, _: &State| {
        let rendered = match value.as_str() {
            Some(text) => marks::marked(text, escape),
            // Numbers and truth values are the same in every language.
            None if value.is_number() || value.is_bool() => {
                marks::marked(&value.to_string(), escape)
            }
            None => {
                let message = format!("`{name}` takes text or a number, not {}", value.name());
                return Err(tera::Error::message(message));
            }
        };
        Ok(Value::safe_string(&rendered))
    });
}

/// Any value as a Nix expression.
fn nix(value: &Value, out: &mut String) -> tera::TeraResult<()> {
    if let Some(text) = value.as_str() {
        out.push_str(&escape::nix_string(text));
    } else if let Some(items) = value.as_array() {
        options::list(items, out, nix)?;
    } else if let Some(map) = value.as_map() {
        out.push_str("{ ");
        for (key, item) in map {
            out.push_str(&escape::nix_attribute(&key.to_string()));
            out.push_str(" = ");
            nix(item, out)?;
            out.push_str("; ");
        }
        out.push('}');
    } else if value.is_none() {
        out.push_str("null");
    } else if value.is_number() || value.is_bool() {
        out.push_str(&value.to_string());
    } else {
        return Err(tera::Error::message("an undefined value cannot be written as Nix"));
    }
    Ok(())
}
