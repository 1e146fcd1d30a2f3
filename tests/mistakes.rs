//! The mistakes that people make in `cluster.toml`: what each is told, and how good that is.
//! `NIXGEN_BLESS=1` rewrites what is said.
//!
//! A mistake of `golden/mistakes/mistakes.txt` is lines of the valid `cluster.toml` beside it
//! (`- …`) and what somebody writes in their place (`+ …`; `<U+00A0>` is the character of that
//! number). Its grade is a person's, who has read what is said of it:
//!
//! - `A`: it says what to write, and that ends the mistake
//! - `B`: it says what is wrong and where, so that nobody has to look elsewhere
//! - `C`: it is true, and leads nowhere
//! - `D`: it leads astray
//!
//! What is said anew has the grade `?`, until somebody has read it.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{TODAY, blessing, read, repository};

const MISTAKES: &str = "tests/golden/mistakes/mistakes.txt";

/// A mistake: its name and grade, the lines that it stands in for, and what was said.
struct Mistake<'g> {
    name: &'g str,
    grade: char,
    right: Vec<&'g str>,
    wrong: Vec<&'g str>,
    said: String,
}

fn mistakes(golden: &str) -> Vec<Mistake<'_>> {
    let mut all: Vec<Mistake<'_>> = Vec::new();
    for line in golden.lines().filter(|line| !line.is_empty()) {
        if let Some((grade, name)) = line.split_once("  ").filter(|(grade, _)| grade.len() == 1) {
            let grade = grade.chars().next().expect("a grade");
            all.push(Mistake { name, grade, right: vec![], wrong: vec![], said: String::new() });
            continue;
        }
        let mistake = all.last_mut().expect("a name before it");
        match line.trim_start().split_at(1) {
            ("-", right) => mistake.right.push(right.strip_prefix(' ').unwrap_or(right)),
            ("+", wrong) => mistake.wrong.push(wrong.strip_prefix(' ').unwrap_or(wrong)),
            _ => mistake.said.extend([line, "\n"]),
        }
    }
    all
}

/// The cluster with a mistake in it.
fn cluster_with(mistake: &Mistake<'_>, valid: &str) -> String {
    let lines = |lines: &[&str]| lines.iter().fold(String::from("\n"), |all, it| all + it + "\n");
    let valid = format!("\n{valid}");
    let right = lines(&mistake.right);
    assert!(valid.contains(&right), "{}: {right}", mistake.name);
    let wrong = lines(&mistake.wrong);
    valid.replacen(&right, &numbered(&wrong), 1)[1..].to_owned()
}

/// A text with the characters that are written by their numbers.
fn numbered(text: &str) -> String {
    let mut parts = text.split("<U+");
    let mut read = parts.next().expect("a part").to_owned();
    for part in parts {
        let (number, rest) = part.split_once('>').expect("a number");
        let number = u32::from_str_radix(number, 16).expect("hexadecimal");
        read.push(char::from_u32(number).expect("a character"));
        read += rest;
    }
    read
}

/// What is said of a cluster, with the text that it is said of.
fn said_of(cluster: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cluster.toml"), cluster).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_nixgen"))
        .args(["validate", "--message-format", "json"])
        .current_dir(folder.path())
        .env("SOURCE_DATE_EPOCH", TODAY)
        .output()
        .expect("nixgen runs");
    let mut said = String::new();
    for line in String::from_utf8(output.stderr).expect("text").lines() {
        let message: Value = serde_json::from_str(line).expect("JSON");
        let Some(code) = message["code"].as_str() else { continue };
        let byte = |end: &str| -> Option<usize> {
            message["primary"]["bytes"][end].as_u64().and_then(|at| at.try_into().ok())
        };
        let place = byte("start").zip(byte("end")).map(|(start, end)| &cluster[start..end]);
        let place = place.and_then(|place| place.lines().next()).unwrap_or_default();
        let _ =
            writeln!(said, "    {code} {place}\n      {}", message["message"].as_str().unwrap());
        if let Some(help) = message["help"].as_str() {
            let _ = writeln!(said, "      = {help}");
        }
    }
    let unseen =
        |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{a0}' | '\u{200b}' | '\u{feff}'));
    said.chars().fold(String::new(), |shown, c| {
        if unseen(c) { format!("{shown}<U+{:04X}>", u32::from(c)) } else { format!("{shown}{c}") }
    })
}

#[test]
fn every_mistake_is_told_well() {
    let golden = read(MISTAKES);
    let valid = read("tests/golden/mistakes/cluster.toml");
    assert_eq!(said_of(&valid), "", "the cluster has no mistake of its own");
    let all = mistakes(&golden);
    assert!(all.len() >= 150, "{} mistakes", all.len());
    let mut now = String::new();
    for mistake in &all {
        let said = said_of(&cluster_with(mistake, &valid));
        let grade = if said == mistake.said { mistake.grade } else { '?' };
        let _ = writeln!(now, "{grade}  {}", mistake.name);
        now.extend(mistake.right.iter().map(|line| format!("  - {line}\n")));
        now.extend(mistake.wrong.iter().map(|line| format!("  + {line}\n")));
        now.extend([said.as_str(), "\n"]);
    }
    if blessing() {
        fs::write(repository().join(MISTAKES), &now).expect("written");
    }
    let other = now.lines().zip(golden.lines()).find(|(now, golden)| now != golden);
    assert!(now == golden, "rewrite {MISTAKES} with NIXGEN_BLESS=1: {other:?}");
    let worse: Vec<&str> =
        all.iter().filter(|it| !matches!(it.grade, 'A' | 'B')).map(|it| it.name).collect();
    assert!(worse.is_empty(), "grade them, or mend the messages: {worse:?}");
}
