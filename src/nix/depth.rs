//! How deep expressions stand in each other, told by tokens alone. A parser goes
//! down into what it reads, and so does all that walks over its tree or frees it:
//! with what nobody writes by hand each of them would run out of stack.

use rnix::SyntaxKind as Kind;

use super::finding::Finding;

/// The deepest that is read: modules of NixOS stay below a tenth of it.
const DEEPEST: usize = 256;

/// Says where expressions stand too deep in each other, or where a token stands
/// behind which a parser has to guess what belongs to what.
pub(super) fn check(text: &str) -> Result<(), Finding> {
    within(text, DEEPEST)
}

fn within(text: &str, deepest: usize) -> Result<(), Finding> {
    let mut scan = Scan { levels: vec![Level::new(Kind::NODE_ROOT)], ..Scan::default() };
    let mut at = 0;
    for (kind, token) in rnix::tokenize(text) {
        if !kind.is_trivia() {
            let fits = scan.take(kind);
            if fits.is_none() || scan.depth > deepest {
                let message = match fits {
                    None => format!("`{token}` cannot stand here"),
                    Some(()) => format!("more than {deepest} expressions stand in each other here"),
                };
                return Err(Finding { at, message });
            }
        }
        at += token.len();
    }
    Ok(())
}

/// A bracket, a string or a `let` that is open, or the whole text.
struct Level {
    close: Kind,
    /// The tokens that put one expression into another, since its last binding.
    links: usize,
    /// The `with` and `assert` whose semicolon has not come yet.
    guards: usize,
    /// Whether the names of an `inherit` stand here.
    inherits: bool,
    /// Whether a `?` was here: in a pattern a default follows, and elsewhere a name
    /// that takes no argument.
    asks: bool,
    /// Whether a binding has begun, which has to end before the level does.
    binds: bool,
    /// Whether it has a value, or inherits one.
    has_value: bool,
}

impl Level {
    fn new(close: Kind) -> Self {
        Self {
            close,
            links: 0,
            guards: 0,
            inherits: false,
            asks: false,
            binds: false,
            has_value: false,
        }
    }

    /// Whether things stand side by side here, and not a function and its arguments.
    fn is_row(&self) -> bool {
        self.inherits || matches!(self.close, Kind::TOKEN_R_BRACK | Kind::TOKEN_STRING_END)
    }

    fn has_bindings(&self) -> bool {
        matches!(self.close, Kind::TOKEN_R_BRACE | Kind::TOKEN_IN)
    }

    /// Tells a binding from the argument of a pattern, which is a name alone or has a
    /// default.
    fn begin(&mut self, before: Before, kind: Kind) {
        let may_be_argument = self.close == Kind::TOKEN_R_BRACE
            && kind != Kind::TOKEN_ASSIGN
            && (self.asks
                || matches!(kind, Kind::TOKEN_COMMA | Kind::TOKEN_QUESTION | Kind::TOKEN_ELLIPSIS)
                || (kind == Kind::TOKEN_IDENT && before == Before::Binding));
        self.binds |= self.has_bindings() && kind != self.close && !may_be_argument;
        self.has_value |= self.binds && matches!(kind, Kind::TOKEN_ASSIGN | Kind::TOKEN_INHERIT);
    }
}

/// What a token asks of the next one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    #[default]
    Any,
    /// It ends an operand.
    Operand,
    /// It begins a binding.
    Binding,
    /// It is an operator, which wants an operand.
    Operator,
    /// It wants an expression of any kind.
    Head,
    /// It wants a name.
    Dot,
    /// It is `@`, which wants a name or a pattern.
    At,
    /// It is `rec`, which wants a set.
    Rec,
    /// It is `let`.
    Let,
}

impl Before {
    fn may_precede(self, kind: Kind, is_in_list: bool) -> bool {
        match self {
            Self::Operator => {
                begins_operand(kind) || matches!(kind, Kind::TOKEN_SUB | Kind::TOKEN_INVERT)
            }
            Self::Head => {
                matches!(
                    kind,
                    Kind::TOKEN_LET | Kind::TOKEN_IF | Kind::TOKEN_WITH | Kind::TOKEN_ASSERT
                ) || Self::Operator.may_precede(kind, is_in_list)
            }
            Self::Dot => {
                is_name(kind)
                    || matches!(kind, Kind::TOKEN_STRING_START | Kind::TOKEN_INTERPOL_START)
            }
            Self::At => matches!(kind, Kind::TOKEN_IDENT | Kind::TOKEN_L_BRACE),
            Self::Rec => kind == Kind::TOKEN_L_BRACE,
            Self::Binding | Self::Let => {
                let ends = matches!(kind, Kind::TOKEN_R_BRACE | Kind::TOKEN_IN);
                let begins = matches!(kind, Kind::TOKEN_INHERIT | Kind::TOKEN_ELLIPSIS);
                ends || begins
                    || (self == Self::Let && kind == Kind::TOKEN_L_BRACE)
                    || Self::Dot.may_precede(kind, is_in_list)
            }
            Self::Any | Self::Operand => {
                !is_in_list
                    || begins_operand(kind)
                    || matches!(kind, Kind::TOKEN_DOT | Kind::TOKEN_OR | Kind::TOKEN_R_BRACK)
            }
        }
    }
}

#[derive(Default)]
struct Scan {
    levels: Vec<Level>,
    before: Before,
    /// How many levels are open, with the links in them.
    depth: usize,
}

impl Scan {
    /// Goes on behind a token, unless it cannot stand there.
    fn take(&mut self, kind: Kind) -> Option<()> {
        let before = std::mem::take(&mut self.before);
        let is_in_list = self.levels.last()?.close == Kind::TOKEN_R_BRACK;
        if !before.may_precede(kind, is_in_list) {
            return None;
        }
        if before == Before::Operand && begins_operand(kind) {
            self.beside()?;
        }
        // An old `let { … }` has no `in`.
        if before == Before::Let && kind == Kind::TOKEN_L_BRACE {
            self.close(Kind::TOKEN_IN)?;
        }
        let level = self.levels.last_mut()?;
        level.begin(before, kind);
        match kind {
            Kind::TOKEN_OR if before == Before::Operand && !level.inherits => {
                self.link(Before::Operator);
            }
            Kind::TOKEN_L_PAREN => self.open(Kind::TOKEN_R_PAREN, Before::Head),
            Kind::TOKEN_L_BRACK => self.open(Kind::TOKEN_R_BRACK, Before::Any),
            Kind::TOKEN_STRING_START => self.open(Kind::TOKEN_STRING_END, Before::Any),
            Kind::TOKEN_INTERPOL_START => self.open(Kind::TOKEN_INTERPOL_END, Before::Head),
            Kind::TOKEN_L_BRACE => self.open(Kind::TOKEN_R_BRACE, Before::Binding),
            Kind::TOKEN_LET => self.open(Kind::TOKEN_IN, Before::Let),
            Kind::TOKEN_R_PAREN
            | Kind::TOKEN_R_BRACK
            | Kind::TOKEN_R_BRACE
            | Kind::TOKEN_STRING_END
            | Kind::TOKEN_INTERPOL_END => {
                self.close(kind)?;
                self.before = Before::Operand;
            }
            Kind::TOKEN_IN => {
                self.close(kind)?;
                self.link(Before::Head);
            }
            Kind::TOKEN_WITH | Kind::TOKEN_ASSERT => {
                level.guards += 1;
                self.link(Before::Head);
            }
            Kind::TOKEN_SEMICOLON if level.guards > 0 => {
                level.guards -= 1;
                self.before = Before::Head;
            }
            Kind::TOKEN_SEMICOLON | Kind::TOKEN_COMMA => self.bound(before)?,
            Kind::TOKEN_INHERIT => {
                level.inherits =
                    level.has_bindings() && matches!(before, Before::Binding | Before::Let);
            }
            Kind::TOKEN_ASSIGN => {
                level.inherits = false;
                self.before = Before::Head;
            }
            Kind::TOKEN_DOT => self.before = Before::Dot,
            Kind::TOKEN_AT => self.before = Before::At,
            Kind::TOKEN_REC => self.before = Before::Rec,
            Kind::TOKEN_QUESTION => {
                level.asks = true;
                let may_be_default = level.close == Kind::TOKEN_R_BRACE;
                self.link(if may_be_default { Before::Head } else { Before::Dot });
            }
            kind if begins_operand(kind) || is_name(kind) => self.before = Before::Operand,
            Kind::TOKEN_IF | Kind::TOKEN_COLON => self.link(Before::Head),
            Kind::TOKEN_THEN | Kind::TOKEN_ELSE => self.before = Before::Head,
            Kind::TOKEN_STRING_CONTENT | Kind::TOKEN_ELLIPSIS | Kind::TOKEN_ERROR => {}
            _ => self.link(Before::Operator),
        }
        Some(())
    }

    fn open(&mut self, close: Kind, before: Before) {
        self.levels.push(Level::new(close));
        self.depth += 1;
        self.before = before;
    }

    fn close(&mut self, kind: Kind) -> Option<()> {
        let level = self.levels.pop_if(|level| level.close == kind && !level.binds)?;
        self.depth -= 1 + level.links;
        Some(())
    }

    /// One more expression stands in another.
    fn link(&mut self, before: Before) {
        if let Some(level) = self.levels.last_mut() {
            level.links += 1;
            level.asks &= before == Before::Dot || level.close == Kind::TOKEN_R_BRACE;
            self.depth += 1;
        }
        self.before = before;
    }

    /// An operand stands beside another one.
    fn beside(&mut self) -> Option<()> {
        let level = self.levels.last_mut()?;
        if level.is_row() {
            self.depth -= std::mem::take(&mut level.links);
        } else if level.asks && level.close == Kind::TOKEN_R_PAREN {
            return None;
        } else {
            level.links += 1;
            self.depth += 1;
        }
        Some(())
    }

    /// A binding or an argument ends, behind an operand.
    fn bound(&mut self, before: Before) -> Option<()> {
        if let Some(level) = self.levels.last_mut().filter(|level| level.has_bindings()) {
            if level.binds && !level.has_value {
                return None;
            }
            if before == Before::Operand {
                self.depth -= std::mem::take(&mut level.links);
            }
            *level = Level { links: level.links, ..Level::new(level.close) };
            self.before = Before::Binding;
        }
        Some(())
    }
}

fn begins_operand(kind: Kind) -> bool {
    kind.is_fn_arg() || kind == Kind::TOKEN_INTERPOL_START
}

fn is_name(kind: Kind) -> bool {
    matches!(kind, Kind::TOKEN_IDENT | Kind::TOKEN_CUR_POS | Kind::TOKEN_OR)
}

#[cfg(test)]
mod tests {
    use rnix::WalkEvent;

    use super::*;

    /// How many nodes of a tree stand in each other, told without going down.
    fn tree_depth(text: &str) -> usize {
        let (mut depth, mut deepest) = (0_usize, 0);
        for event in rnix::Root::parse(text).syntax().preorder() {
            match event {
                WalkEvent::Enter(_) => depth += 1,
                WalkEvent::Leave(_) => depth -= 1,
            }
            deepest = deepest.max(depth);
        }
        deepest
    }

    #[test]
    fn what_stands_side_by_side_is_not_deep() {
        let many = |part: &str| part.repeat(1000);
        for text in [
            format!("[ {} ]", many("a (f x) b.c or 1 { d = -1 + 2; } \"${e}${f}\" ")),
            format!("{{ {} }}", many("a.b = x ++ y; inherit (c) d or; or = !e; \"f\" = g ? h; ")),
            format!("{{ inherit {}; }}", many("a ")),
            format!("{{ {} ... }}@args: args", many("a, b ? f x, ")),
            format!("let {} in a", many("a = with b; assert c; d: e; ")),
            format!("''{}''", many("${a} $${b} ${c}")),
            format!("a{}", many(".b")),
            "let { body = rec { a = <b> + ~/c + http://d.e; }; }".to_owned(),
            "a@{ b }: if a then -b else (!(a.${b} or c) -> d) |> e".to_owned(),
        ] {
            assert_eq!(check(&text), Ok(()), "{text:.80}");
        }
    }

    #[test]
    fn what_stands_in_each_other_is_deep() {
        let around = |open: &str, close: &str| open.repeat(300) + "a" + &close.repeat(300);
        for text in [
            around("[ ", " ]"),
            around("(", ")"),
            around("{ b = ", "; }"),
            around("\"${", "}\""),
            around("let b = ", "; in b"),
            around("let b = 1; in ", ""),
            around("with b; ", ""),
            around("assert b; ", ""),
            around("if b then ", " else c"),
            around("if b then c else ", ""),
            around("b: ", ""),
            around("{ b }: ", ""),
            around("!", ""),
            around("-", ""),
            around("f ", ""),
            around("", " ? b"),
            around("", ".b or c"),
            around("{ c = a ", "; }"),
        ] {
            assert!(check(&text).is_err(), "{text:.80}");
        }
        for operator in ["+", "-", "*", "/", "++", "//", "->", "&&", "||", "==", "<", "|>", "<|"] {
            assert!(check(&around(&format!("b {operator} "), "")).is_err(), "{operator}");
        }
    }

    /// A parser that goes on behind a mistake may take any token for what another
    /// one was to be: whatever is let through, its tree is not deep.
    #[test]
    fn no_tree_is_deeper_than_its_tokens_tell() {
        const TOKENS: [&str; 50] = [
            "a", "b", "1", "./c", "<d>", "(", ")", "[", "]", "{", "}", "{", "}", "\"", "''", "${",
            "}", "let", "in", "with", "assert", "if", "then", "else", "rec", "inherit", "or", ";",
            ";", ",", "=", ".", ":", "@", "?", "...", "!", "-", "+", "++", "//", "==", "->", "|>",
            "a = b;", "( a )", "[ a ]", "a ? b", "{ a }:", "x: ",
        ];
        const DEEP: usize = 6;
        let mut state = 1_u64;
        let mut below = |limit: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).expect("31 bits") % limit
        };
        let mut passed = 0;
        for _ in 0..20_000 {
            // A few tokens again and again: what is wrong once is wrong often.
            let few: Vec<&str> = (0..=below(8)).map(|_| TOKENS[below(TOKENS.len())]).collect();
            let text = format!("{} ", few.join(" ")).repeat(60);
            if within(&text, DEEP).is_ok() {
                passed += 1;
                assert!(tree_depth(&text) <= 4 * DEEP + 2, "{} in {text}", tree_depth(&text));
            }
        }
        assert!(passed > 100, "{passed}");
    }
}
