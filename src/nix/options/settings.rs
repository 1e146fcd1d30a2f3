//! Options that the user sets in `nixos` tables, against those of their NixOS.

use super::tree::{OptionTree, Options};
use super::types::Shape;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::nixos::{Options as Settings, Setting};
use crate::render::nix_attribute;
use crate::text::closest;

impl Options {
    /// Says what there is no option for, and what an option does not take.
    pub fn check(&self, settings: &Settings, log: &mut Vec<Diagnostic>) {
        set(settings, &self.root, "", log);
    }
}

/// The attributes of a set; `path` ends with a dot unless it is empty.
fn set(settings: &Settings, options: &OptionTree, path: &str, log: &mut Vec<Diagnostic>) {
    for (name, setting) in settings.iter() {
        match options.child(name) {
            Some(option) => {
                let path = format!("{path}{}", nix_attribute(name));
                value((name, setting), option, &path, log);
            }
            None if options.is_open() => {}
            None => log.push(unknown(name, options, path)),
        }
    }
}

fn value(
    (name, setting): (&Spanned<String>, &Setting),
    option: &OptionTree,
    path: &str,
    log: &mut Vec<Diagnostic>,
) {
    let shape = shape(setting);
    if !option.takes(&shape) {
        let message = format!("`{path}` takes {}, not {}", option.words, shape.words());
        let found = Diagnostic::new(Code::OptionType, name.span(), message);
        log.push(found.help(instead(setting, option)));
        return;
    }
    match (setting, option.element()) {
        (Setting::Set(below), _) => set(below, option, &format!("{path}."), log),
        (Setting::List(items), Some(element)) => {
            for item in items {
                value((name, item), element, &format!("{path}.*"), log);
            }
        }
        _ => {}
    }
}

fn unknown(name: &Spanned<String>, options: &OptionTree, path: &str) -> Diagnostic {
    let message = format!("`{path}{}` is no option of NixOS", nix_attribute(name));
    let near = closest(name, options.names());
    let help = match near {
        Some(near) => format!("did you mean `{path}{}`?", nix_attribute(near)),
        None => "if a module of yours declares it, its list of options has to come from a system \
                 with that module"
            .to_owned(),
    };
    Diagnostic::new(Code::UnknownOption, name.span(), message).help(help)
}

/// Advice on a value that the option takes.
fn instead(setting: &Setting, option: &OptionTree) -> String {
    let takes = |shape: &Shape| option.takes(shape);
    let written = match setting {
        Setting::Bool(value) => value.to_string(),
        Setting::Integer(value) => value.to_string(),
        Setting::Float(value) => value.to_string(),
        Setting::Text(text) => text.clone(),
        Setting::List(_) | Setting::Set(_) => String::new(),
    };
    let bare = match setting {
        Setting::Text(text) => match text.as_str() {
            "true" | "false" => Some(Shape::Bool),
            number => number.parse().ok().map(|number| Shape::Int(Some(number))),
        },
        _ => None,
    };
    let is_scalar = !matches!(setting, Setting::List(_) | Setting::Set(_));
    if bare.is_some_and(|shape| takes(&shape)) {
        format!("write `{written}`, without quotes")
    } else if is_scalar && takes(&Shape::String(Some(written.clone()))) {
        format!("write it as text, in quotes: `\"{written}\"`")
    } else if takes(&Shape::List)
        && option.element().is_some_and(|element| element.takes(&shape(setting)))
    {
        "write `[` and `]` around it".to_owned()
    } else if [Shape::Bool, Shape::Int(None), Shape::Float, Shape::String(None), Shape::List]
        .iter()
        .all(|shape| !takes(shape))
        && option.of_any_name().is_none()
    {
        "only Nix can write such a value: set the option in a module of `extra_modules`".to_owned()
    } else {
        "write such a value, or set the option in a module of `extra_modules`".to_owned()
    }
}

fn shape(setting: &Setting) -> Shape {
    match setting {
        Setting::Bool(_) => Shape::Bool,
        Setting::Integer(number) => Shape::Int(Some(*number)),
        Setting::Float(_) => Shape::Float,
        Setting::Text(text) => Shape::String(Some(text.clone())),
        Setting::List(_) => Shape::List,
        Setting::Set(_) => Shape::Set,
    }
}
