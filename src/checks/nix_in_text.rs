//! Texts in `nixos` tables are texts: Nix computes nothing of what stands in them.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::nixos::{Options, Setting};
use crate::render::nix_attribute;

/// Functions of Nix that an option's value begins with, where it is written in Nix.
const FUNCTIONS: &[&str] =
    &["lib.mk", "mkForce ", "mkDefault ", "mkIf ", "mkMerge ", "with pkgs;", "with lib;"];
/// What a shell has no variable of, and Nix has in every module.
const INTERPOLATED: &[&str] = &["${pkgs.", "${config.", "${lib."];
/// A longer text, and a list of more items, are told without what is in them.
const LONG: usize = 60;
const MOST: usize = 6;
/// Words for what is true or false, as other files write it.
const TRUTHS: &[(&str, bool)] =
    &[("true", true), ("false", false), ("yes", true), ("no", false), ("on", true), ("off", false)];

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for table in cluster.nixos_tables() {
        look_into(table, "", log);
    }
}

/// Looks at the values of a table, whose option has a name.
fn look_into(options: &Options, above: &str, log: &mut Vec<Diagnostic>) {
    for (name, value) in options.iter() {
        let own = nix_attribute(name);
        let option = if above.is_empty() { own } else { format!("{above}.{own}") };
        // What is below `settings` is a program's own, and may say anything.
        let is_settings = option.split('.').any(|it| matches!(it, "settings" | "extraConfig"));
        let truth = match value {
            Setting::Text(text) if name.as_str() == "enable" && !is_settings => {
                TRUTHS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word))
            }
            _ => None,
        };
        let (message, help) = if let Some((_, truth)) = truth {
            let message = "`enable` is true or false, and this is a text".to_owned();
            (message, format!("write `enable = {truth}`, without quotes"))
        } else if let Some(code) = nix_of(value) {
            let message = format!("`{code}` in a text is not computed: NixOS gets these letters");
            let module = format!("{{ lib, pkgs, ... }}: {{ {option} = {}; }}", written(value));
            let help =
                format!("write `{module}` into a module of yours, which `extra_modules` names");
            (message, help)
        } else {
            look_below(value, &option, log);
            continue;
        };
        log.push(Diagnostic::new(Code::NixInText, name.span(), message).help(help));
    }
}

fn look_below(value: &Setting, option: &str, log: &mut Vec<Diagnostic>) {
    match value {
        Setting::Set(options) => look_into(options, option, log),
        Setting::List(items) => items.iter().for_each(|item| look_below(item, option, log)),
        _ => {}
    }
}

/// The first Nix in a text, or in the texts of a list.
fn nix_of(value: &Setting) -> Option<&str> {
    match value {
        Setting::Text(text) => nix_in(text),
        Setting::List(items) => items.iter().find_map(|item| match item {
            Setting::Text(text) => nix_in(text),
            _ => None,
        }),
        _ => None,
    }
}

/// A value as a module has it, as far as that is short.
fn written(value: &Setting) -> String {
    match value {
        Setting::Text(text) if text.len() > LONG => "…".to_owned(),
        Setting::Text(text) => match nix_in(text) {
            Some(code) if !code.starts_with('$') => text.trim().to_owned(),
            _ => format!("\"{text}\""),
        },
        Setting::List(items) if items.len() <= MOST => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[ {} ]", items.join(" "))
        }
        _ => "…".to_owned(),
    }
}

/// The part of a text that is Nix.
fn nix_in(text: &str) -> Option<&str> {
    let whole = text.trim().trim_matches(['(', ')']);
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '\'');
    let is_package = |word: &str| word.strip_prefix("pkgs.").is_some_and(|it| !it.is_empty());
    if is_package(whole) && whole.chars().all(is_word) {
        return Some(whole);
    }
    if FUNCTIONS.iter().any(|function| whole.starts_with(function)) {
        let words = if whole.starts_with("with ") { 2 } else { 1 };
        let end = whole.match_indices(' ').nth(words - 1).map(|(at, _)| at);
        return end.and_then(|end| whole.get(..end));
    }
    let start = INTERPOLATED.iter().find_map(|start| text.find(start))?;
    let end = text.get(start..)?.find('}')?;
    text.get(start..=start + end)
}
