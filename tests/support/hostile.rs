//! Strings that break careless code: a saved corpus, and ones made from a seed.

use std::sync::LazyLock;

use super::read;

/// A generator that gives the same on every machine (`SplitMix64`).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("small")
    }

    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// The seed of a run: another one by `NIXGEN_SEED`. Failures have to name it.
pub fn seed() -> u64 {
    std::env::var("NIXGEN_SEED").map_or(20_260_522, |seed| seed.parse().expect("a number"))
}

/// The strings that were found or feared: a JSON string a line.
pub fn corpus() -> &'static [String] {
    static CORPUS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let text = read("tests/golden/hostile.txt");
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        lines.map(parse).collect()
    });
    &CORPUS
}

/// What mistakes are made of: everything that some language takes for more
/// than a letter.
const FRAGMENTS: &[&str] = &[
    // Nix
    "\"",
    "'",
    "''",
    "'''",
    "\\",
    "\\\\",
    "$",
    "$$",
    "${",
    "${x}",
    "$${",
    "''${",
    "''$",
    "''\\",
    "''\\n",
    "\\n",
    "\\${",
    "}",
    "{",
    "or",
    "rec",
    "with x;",
    "./x",
    "<nixpkgs>",
    "a.b",
    "/*",
    "*/",
    // YAML
    "---",
    "...",
    ": ",
    ":",
    "- ",
    "-",
    "#",
    " #",
    "? ",
    "&a",
    "*a",
    "!t",
    "%",
    "@",
    "`",
    "|",
    ">",
    "[",
    "]",
    ",",
    "~",
    "null",
    "true",
    "yes",
    "no",
    "on",
    "0x10",
    "0o7",
    "1e3",
    ".5",
    "1_0",
    "12:30",
    ".inf",
    "<<",
    "=",
    "2001-01-01",
    // Shell
    "$(id)",
    "`id`",
    "$x",
    "${x:-y}",
    "!",
    "!!",
    ";",
    "&&",
    "||",
    "*",
    "?",
    "~/",
    "<(x)",
    ">&2",
    "\\ ",
    "$'",
    "-n",
    "--",
    // Tera, and what the scripts fill in
    "{{",
    "}}",
    "{{ x }}",
    "{%",
    "%}",
    "{% raw %}",
    "{#",
    "#}",
    "| safe",
    "__JOIN_TOKEN__",
    "@JOIN_TOKEN@",
    // Markdown, HTML, mermaid
    "<!--",
    "-->",
    "<b>",
    "</code>",
    "&amp;",
    "&",
    "**",
    "_",
    "__x__",
    "[a](b)",
    "![",
    "](",
    "```",
    "``",
    "~~~",
    "\\|",
    "<br/>",
    "#35;",
    "1. ",
    "+ ",
    "    ",
    "===",
    "http://x",
    "<x@y>",
    "$x$",
    "^",
    // Spaces, line breaks, and what cannot be seen
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\n\n\n",
    " \n",
    "\r",
    "\r\n",
    "\u{b}",
    "\u{c}",
    "\u{1}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{200e}",
    "\u{200f}",
    "\u{2028}",
    "\u{2029}",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{e000}",
    "\u{10ffff}",
    "\u{301}",
    // Letters
    "a",
    "Z",
    "7",
    "é",
    "ß",
    "שלום",
    "العربية",
    "中文",
    "😀",
    "👩‍🚀",
    "İ",
    "EOF",
    "x y",
];

/// Any text but NUL.
pub fn text(random: &mut Random) -> String {
    let length = random.below(8);
    let mut text = String::new();
    for _ in 0..length {
        if random.below(8) == 0 {
            let any = char::from_u32(u32::try_from(random.below(0x11_0000)).expect("small"));
            text.extend(any.filter(|c| *c != '\0'));
        } else {
            text.push_str(random.pick(FRAGMENTS));
        }
    }
    text
}

/// The same on one line, as most fields want it.
pub fn line(random: &mut Random) -> String {
    text(random).chars().filter(|c| !c.is_control()).collect()
}

/// A TOML string literal: JSON's, whose one difference is DEL.
pub fn toml_string(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
