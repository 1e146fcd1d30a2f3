//! From a place in a rendered text to the line of the template that wrote it.

use std::ops::Range;

/// The line (from 1) of a template that wrote a byte of a rendered text, where
/// one line alone can be it: no line is better than a wrong one.
pub fn template_line(
    template: &str,
    text: &str,
    values: &[Range<usize>],
    at: usize,
) -> Option<usize> {
    let lines = literal_lines(template);
    let rendered = rendered_lines(text, values);
    let number = text.get(..at)?.matches('\n').count();
    let own = rendered.get(number)?;
    let before = rendered[..number].iter().rev().find(|line| !line.is_empty());
    let after = rendered[number + 1..].iter().find(|line| !line.is_empty());
    let likeness = |index: usize| {
        let is_like = |other: Option<&Line>, line: Option<&String>| match (other, line) {
            (Some(other), Some(line)) => usize::from(other.wrote(line)),
            _ => 0,
        };
        let previous = lines[..index].iter().rev().find(|line| line.has_text());
        let next = lines[index + 1..].iter().find(|line| line.has_text());
        is_like(previous, before) + is_like(next, after)
    };
    let candidates: Vec<(usize, usize)> = (0..lines.len())
        .filter(|&index| lines[index].has_text() && lines[index].wrote(own))
        .map(|index| (likeness(index), index))
        .collect();
    let best = candidates.iter().map(|(likeness, _)| *likeness).max()?;
    let mut of_best = candidates.iter().filter(|(likeness, _)| *likeness == best);
    match (of_best.next(), of_best.next()) {
        (Some((_, index)), None) => Some(index + 1),
        _ => None,
    }
}

/// A line of a template: what it says itself, between its tags and without spaces.
struct Line(Vec<String>);

impl Line {
    fn has_text(&self) -> bool {
        self.0.iter().any(|part| !part.is_empty())
    }

    /// Whether it can have written a rendered line: its first and last words are
    /// there, and where it has no tag there is nothing else.
    fn wrote(&self, line: &str) -> bool {
        match self.0.as_slice() {
            [only] => only == line,
            [first, .., last] => {
                line.len() >= first.len() + last.len()
                    && line.starts_with(first)
                    && line.ends_with(last)
                    && first.len() + last.len() > 0
            }
            [] => false,
        }
    }
}

/// A tag starts a new part of its line, or of the line that it ends on.
fn literal_lines(template: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = vec![String::new()];
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        let tags = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
        if let Some((_, close)) = tags.iter().find(|(open, _)| rest.starts_with(open)) {
            let end = rest.find(close).map_or(rest.len(), |at| at + close.len());
            for _ in rest[..end].matches('\n') {
                lines.push(Line(std::mem::replace(&mut line, vec![String::new()])));
            }
            line.push(String::new());
            rest = &rest[end..];
            continue;
        }
        if c == '\n' {
            lines.push(Line(std::mem::replace(&mut line, vec![String::new()])));
        } else if let Some(part) = line.last_mut().filter(|_| !c.is_whitespace()) {
            part.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    lines.push(Line(line));
    lines
}

/// The lines of a rendered text without its values and without spaces.
fn rendered_lines(text: &str, values: &[Range<usize>]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut values = values.iter().peekable();
    for (at, c) in text.char_indices() {
        while values.next_if(|value| value.end <= at).is_some() {}
        let is_value = values.peek().is_some_and(|value| value.start <= at);
        if c == '\n' {
            lines.push(std::mem::take(&mut line));
        } else if !is_value && !c.is_whitespace() {
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "{#- context -#}\n{\n  a = {{ a }};\n{%- if b %}\n  x = {\n    enable = true;\n  };\n\
                            {%- endif %}\n  y = {\n    enable = true;\n  };\n  n = [{% for n in ns %} {{ n }}{% endfor %} ];\n}\n";

    fn line(text: &str, of: &str) -> Option<usize> {
        let value = text.find("\"v\"").map(|start| start..start + 3);
        let values: Vec<Range<usize>> = value.into_iter().collect();
        template_line(TEMPLATE, text, &values, text.find(of).expect("it is there"))
    }

    #[test]
    fn the_line_that_wrote_it() {
        let text =
            "# header\n\n{\n  a = \"v\";\n  y = {\n    enable = true;\n  };\n  n = [ 1 2 ];\n}\n";
        assert_eq!(line(text, "\"v\""), Some(3));
        assert_eq!(line(text, "true"), Some(10), "told from its twin by its neighbours");
        assert_eq!(line(text, "2 ]"), Some(12));
        assert_eq!(line(text, "header"), None);
    }

    #[test]
    fn no_line_rather_than_a_wrong_one() {
        assert_eq!(line("{\n  z = {\n    enable = true;\n  };\n}\n", "true"), None);
    }
}
