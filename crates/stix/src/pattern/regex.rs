//! Regular expressions of `MATCHES` (STIX 2.1 section 9.6: PCRE), turned into the syntax of the
//! linear engine.
//!
//! Most of PCRE says the same in other words, and is put into those words. What needs
//! backtracking is refused by the name that PCRE's manual gives it.

use std::fmt::{self, Write};

use super::error::Problem;

/// The largest program a single expression may compile to, in bytes.
pub(super) const MAX_PROGRAM: usize = 1 << 20;

/// The longest name within brackets that is looked for.
const LONGEST_NAME: usize = 64;

/// How deep groups may nest within an expression.
const MAX_NESTING: u32 = 64;

/// Horizontal and vertical white space, as in `\h` and `\v`.
const HORIZONTAL: [&str; 2] =
    [r"\t \x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}", r"\t\x20\xa0"];
const VERTICAL: [&str; 2] = [r"\n\x0b\x0c\r\x{85}\x{2028}\x{2029}", r"\n\x0b\x0c\r\x85"];

/// An expression in the engine's syntax.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) text: String,
    /// Whether it asks for the end with `$` or `\Z`, which PCRE also finds before a last line
    /// break.
    pub(super) asks_end: bool,
}

type Refused = (usize, Problem);

fn wrong<T>(place: usize, what: &str) -> Result<T, Refused> {
    Err((place, Problem::Expression { what: what.to_owned() }))
}

/// Checks an expression without compiling it. The place is in bytes of the expression.
pub(super) fn check(expression: &str) -> Result<(), Refused> {
    if is_plain(expression.as_bytes()) {
        return Ok(());
    }
    let translated = translate(expression, false)?;
    match parser().parse(&translated.text) {
        Ok(_) => Ok(()),
        Err(error) => {
            // The places of the two texts are the same up to the first difference.
            let place = error.span().start.offset;
            let same = translated.text.bytes().zip(expression.bytes());
            let same = same.take_while(|(ours, theirs)| ours == theirs).count();
            let what = error.kind().to_string();
            Err((if place <= same { place } else { 0 }, Problem::Expression { what }))
        }
    }
}

/// Whether an expression is surely good: of the most ordinary parts alone, which most expressions
/// are. Whatever it doubts is left to the parser.
fn is_plain(bytes: &[u8]) -> bool {
    let mut at = 0;
    let mut open = 0_u32;
    // Whether something stands before that can be repeated.
    let mut is_atom = false;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' => {
                let plain = matches!(
                    bytes.get(at),
                    Some(
                        b'.' | b'-'
                            | b'/'
                            | b'\\'
                            | b'$'
                            | b'('
                            | b')'
                            | b'['
                            | b']'
                            | b'?'
                            | b'*'
                            | b'+'
                            | b'd'
                            | b'w'
                            | b's'
                            | b'D'
                            | b'W'
                            | b'S'
                            | b't'
                            | b'n'
                            | b'r'
                    )
                );
                if !plain {
                    return false;
                }
                at += 1;
                is_atom = true;
            }
            b'[' => {
                let Some(length) = plain_class(bytes.get(at..).unwrap_or_default()) else {
                    return false;
                };
                at += length;
                is_atom = true;
            }
            b'(' => {
                if bytes.get(at..).is_some_and(|rest| rest.starts_with(b"?:")) {
                    at += 2;
                } else if matches!(bytes.get(at), Some(b'?' | b'*')) {
                    return false;
                }
                open += 1;
                if open > MAX_NESTING / 4 {
                    return false;
                }
                is_atom = false;
            }
            b')' => {
                if open == 0 {
                    return false;
                }
                open -= 1;
                is_atom = true;
            }
            b'*' | b'+' | b'?' => {
                if !is_atom || matches!(bytes.get(at), Some(b'+' | b'*' | b'{')) {
                    return false;
                }
                at += usize::from(bytes.get(at) == Some(&b'?'));
                is_atom = false;
            }
            b'|' | b'^' | b'$' => is_atom = false,
            b'{' | b'}' | b']' | 0x80.. => return false,
            _ => is_atom = true,
        }
    }
    open == 0
}

/// How long the rest of a class is that has only letters, digits and a few signs in it, and only
/// ranges of the usual kind.
fn plain_class(rest: &[u8]) -> Option<usize> {
    let length = rest.iter().position(|byte| *byte == b']')?;
    let inside = rest.get(..length)?;
    let mut left = inside.strip_prefix(b"^").unwrap_or(inside);
    if left.is_empty() {
        return None;
    }
    while let Some((first, more)) = left.split_first() {
        left = match (first, more) {
            (b'a', [b'-', b'z' | b'f', more @ ..])
            | (b'A', [b'-', b'Z' | b'F', more @ ..])
            | (b'0', [b'-', b'9', more @ ..]) => more,
            (_, [b'-', ..]) => return None,
            (b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b' ' | b'/' | b':', more) => {
                more
            }
            _ => return None,
        };
    }
    Some(length + 1)
}

fn parser() -> regex_syntax::ast::parse::Parser {
    regex_syntax::ast::parse::ParserBuilder::new().nest_limit(MAX_NESTING).build()
}

/// The place in a pattern of a byte of a string that stands there quoted, with its escapes.
pub(super) fn place_in_string(pattern: &str, quote: usize, place: usize) -> usize {
    let inside = pattern.get(quote + 1..).unwrap_or_default().as_bytes();
    let mut at = 0;
    for _ in 0..place {
        at += 1 + usize::from(inside.get(at) == Some(&b'\\'));
    }
    quote + 1 + at
}

/// Puts an expression into the engine's words; `bytes` for matching bytes instead of text.
pub(super) fn translate(expression: &str, bytes: bool) -> Result<Translated, Refused> {
    let mut scan = Scan {
        text: expression,
        at: 0,
        out: String::with_capacity(expression.len() + 8),
        asks_end: false,
        bytes,
    };
    while let Some(c) = scan.next() {
        scan.item(c)?;
    }
    Ok(Translated { text: scan.out, asks_end: scan.asks_end })
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    out: String,
    asks_end: bool,
    bytes: bool,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.out.write_fmt(text);
    }

    /// Refuses what begins at `place` and ends here.
    fn unsupported<T>(&self, place: usize, feature: &'static str) -> Result<T, Refused> {
        let text = self.text.get(place..self.at).unwrap_or_default();
        let text = text.chars().take(20).collect();
        Err((place, Problem::Unsupported { feature, text }))
    }

    /// One thing outside a class.
    fn item(&mut self, c: char) -> Result<(), Refused> {
        let start = self.at - c.len_utf8();
        match c {
            '\\' => self.escape(start),
            '[' => self.class(start),
            '(' => self.group(start),
            '*' | '+' | '?' => {
                self.out.push(c);
                self.after_quantifier(start)
            }
            '{' => {
                if let Some(text) = self.quantifier() {
                    self.out.push_str(&text);
                    return self.after_quantifier(start);
                }
                self.out.push_str("\\{");
                Ok(())
            }
            '$' => {
                self.asks_end = true;
                self.out.push('$');
                Ok(())
            }
            c => {
                self.literal(c);
                Ok(())
            }
        }
    }

    /// A character that stands for itself or that means the same to both.
    fn literal(&mut self, c: char) {
        if self.bytes && !c.is_ascii() {
            self.code(u32::from(c));
        } else {
            self.out.push(c);
        }
    }

    fn code(&mut self, code: u32) {
        // Only two digits without braces mean a byte to the engine.
        let text = if self.bytes && code < 256 {
            format!("\\x{code:02x}")
        } else {
            format!("\\x{{{code:x}}}")
        };
        self.out.push_str(&text);
    }

    fn after_quantifier(&mut self, start: usize) -> Result<(), Refused> {
        if self.eat("?") {
            self.out.push('?');
        } else if self.eat("+") {
            return self.unsupported(start, "possessive quantifier");
        }
        Ok(())
    }

    /// The rest of `{n}`, `{n,}`, `{n,m}` or `{,m}`; otherwise the brace is one of itself.
    fn quantifier(&mut self) -> Option<String> {
        // Not as far as any brace: there may be a million that open and none that closes.
        let is_inside = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b',' | b' ' | b'\t');
        let length = self.rest().bytes().take_while(is_inside).count();
        let inside = self.rest().split_at_checked(length);
        let (inside, _) = inside.filter(|(_, rest)| rest.starts_with('}'))?;
        let (least, most) = match inside.split_once(',') {
            Some((least, most)) => (least.trim(), Some(most.trim())),
            None => (inside.trim(), None),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_empty = least.is_empty() && most.is_none_or(str::is_empty);
        if is_empty || !digits(least) || !most.is_none_or(digits) {
            return None;
        }
        self.at += inside.len() + 1;
        let least = if least.is_empty() { "0" } else { least };
        Some(match most {
            Some(most) => format!("{{{least},{most}}}"),
            None => format!("{{{least}}}"),
        })
    }

    /// What begins with an opening parenthesis.
    fn group(&mut self, start: usize) -> Result<(), Refused> {
        if self.eat("*") {
            let end = self.rest().find(')').map_or(self.text.len(), |end| self.at + end + 1);
            let name = self.text.get(self.at..end).unwrap_or_default();
            self.at = end;
            // What these two ask for is so anyway.
            return if matches!(name, "UTF)" | "UTF8)" | "UCP)") && start == 0 {
                Ok(())
            } else {
                self.unsupported(start, "control verb")
            };
        }
        if !self.eat("?") {
            self.out.push('(');
            return Ok(());
        }
        for (text, feature) in [
            ("=", "look-ahead"),
            ("!", "negative look-ahead"),
            ("<=", "look-behind"),
            ("<!", "negative look-behind"),
            (">", "atomic group"),
            ("|", "branch reset group"),
            ("(", "conditional group"),
            ("R", "recursion"),
            ("&", "subroutine call"),
            ("P>", "subroutine call"),
            ("P=", "back-reference"),
            ("C", "callout"),
        ] {
            if self.eat(text) {
                return self.unsupported(start, feature);
            }
        }
        if self.eat("#") {
            let Some(end) = self.rest().find(')') else {
                return wrong(start, "a comment without end");
            };
            self.at += end + 1;
            return Ok(());
        }
        if self.eat("P<") || self.eat("<") {
            self.out.push_str("(?P<");
            return Ok(());
        }
        if self.eat("'") {
            let Some((name, _)) = self.rest().split_once('\'') else {
                return wrong(start, "the name of a group has no end");
            };
            self.at += name.len() + 1;
            self.put(format_args!("(?P<{name}>"));
            return Ok(());
        }
        let is_call = |c: char| c.is_ascii_digit() || c == '+';
        if self.peek().is_some_and(is_call)
            || self.rest().strip_prefix('-').is_some_and(|rest| rest.starts_with(is_call))
        {
            self.next();
            return self.unsupported(start, "recursion");
        }
        self.flags(start)
    }

    /// The rest of `(?i)`, `(?i:` and their like.
    fn flags(&mut self, start: usize) -> Result<(), Refused> {
        self.out.push_str("(?");
        let mut before = ' ';
        while let Some(c) = self.next() {
            match c {
                'J' => return self.unsupported(start, "duplicate group name"),
                // No capturing: nobody asks what a group held.
                'n' => {}
                'x' if before == 'x' => {}
                _ => self.out.push(c),
            }
            before = c;
            if matches!(c, ')' | ':') {
                // An empty list of flags is none: `(?n)`, `(?)`.
                if self.out.ends_with("(?)") {
                    self.out.truncate(self.out.len() - 3);
                }
                return Ok(());
            }
            if !c.is_ascii_alphabetic() && c != '-' {
                return wrong(start, "an unknown kind of group");
            }
        }
        wrong(start, "a group without end")
    }

    /// An escape outside a class.
    fn escape(&mut self, start: usize) -> Result<(), Refused> {
        let Some(c) = self.next() else { return wrong(start, "it ends in a backslash") };
        let kind = usize::from(self.bytes);
        match c {
            '1'..='9' | 'k' => return self.unsupported(start, "back-reference"),
            'g' => {
                let is_call = matches!(self.peek(), Some('<' | '\''));
                let feature = if is_call { "subroutine call" } else { "back-reference" };
                return self.unsupported(start, feature);
            }
            'X' => return self.unsupported(start, "extended grapheme cluster"),
            'C' => return self.unsupported(start, "single code unit"),
            // Only whether it matches is asked, so where the match begins makes no difference.
            'K' => self.out.push_str("(?:)"),
            'G' => self.out.push_str("\\A"),
            'Z' => {
                self.asks_end = true;
                self.out.push_str("\\z");
            }
            'R' => {
                let set = VERTICAL.get(kind).copied().unwrap_or_default();
                self.put(format_args!("(?:\\r\\n|[{set}])"));
            }
            'N' if self.rest().starts_with('{') => return self.named_code(start),
            'N' => self.out.push_str("[^\\n]"),
            'h' | 'H' | 'v' | 'V' => {
                let not = if c.is_ascii_uppercase() { "^" } else { "" };
                let set = self.spaces(c);
                self.put(format_args!("[{not}{set}]"));
            }
            'A' | 'z' | 'b' | 'B' => {
                self.out.push('\\');
                self.out.push(c);
            }
            _ => return self.shared_escape(start, c),
        }
        Ok(())
    }

    fn spaces(&self, c: char) -> &'static str {
        let sets = if c.eq_ignore_ascii_case(&'h') { HORIZONTAL } else { VERTICAL };
        sets.get(usize::from(self.bytes)).copied().unwrap_or_default()
    }

    /// `\N{U+…}`.
    fn named_code(&mut self, start: usize) -> Result<(), Refused> {
        let inside = self.rest().strip_prefix("{U+").and_then(|rest| rest.split_once('}'));
        let code = inside
            .and_then(|(digits, _)| Some((u32::from_str_radix(digits, 16).ok()?, digits.len())));
        match code {
            Some((code, length)) => {
                self.at += length + 4;
                self.code(code);
                Ok(())
            }
            None => wrong(start, "expected \\N{U+…}"),
        }
    }

    /// An escape that means the same outside a class and within.
    fn shared_escape(&mut self, start: usize, c: char) -> Result<(), Refused> {
        match c {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'n' | 'r' | 't' | 'f' | 'a' | 'u' | 'U' => {
                self.out.push('\\');
                self.out.push(c);
            }
            'p' | 'P' => return self.property(start, c),
            'e' => self.code(0x1b),
            'x' => return self.hexadecimal(start),
            'o' => {
                let inside = self.rest().strip_prefix('{').and_then(|rest| rest.split_once('}'));
                let code = inside.and_then(|(digits, _)| {
                    Some((u32::from_str_radix(digits, 8).ok()?, digits.len()))
                });
                let Some((code, length)) = code else {
                    return wrong(start, "expected \\o{…} with octal digits");
                };
                self.at += length + 2;
                self.code(code);
            }
            '0'..='7' => {
                let mut code = u32::from(c) - u32::from('0');
                for _ in 0..2 {
                    let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
                    self.at += 1;
                    code = code * 8 + digit;
                }
                self.code(code);
            }
            'c' => {
                let Some(c) = self.next().filter(char::is_ascii) else {
                    return wrong(start, "expected an ASCII character after \\c");
                };
                self.code(u32::from(c.to_ascii_uppercase()) ^ 64);
            }
            'Q' => {
                let (quoted, taken) = match self.rest().split_once("\\E") {
                    Some((quoted, _)) => (quoted, quoted.len() + 2),
                    None => (self.rest(), self.rest().len()),
                };
                self.at += taken;
                quoted.chars().for_each(|c| self.quoted(c));
            }
            'E' => {}
            c if c.is_ascii_alphanumeric() => {
                return wrong(start, &format!("“\\{c}” means nothing"));
            }
            c => self.quoted(c),
        }
        Ok(())
    }

    /// A character that stands for itself whatever it is.
    fn quoted(&mut self, c: char) {
        if c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && !self.bytes) {
            self.out.push(c);
        } else {
            self.code(u32::from(c));
        }
    }

    /// The rest of `\pL` or `\p{…}`.
    fn property(&mut self, start: usize, c: char) -> Result<(), Refused> {
        if !self.eat("{") {
            let Some(name) = self.next() else { return wrong(start, "expected a property") };
            self.put(format_args!("\\{c}{name}"));
            return Ok(());
        }
        let Some((name, _)) = self.rest().split_once('}') else {
            return wrong(start, "the name of a property has no end");
        };
        self.at += name.len() + 1;
        let (name, other) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let c = if (c == 'P') == other { 'p' } else { 'P' };
        self.put(format_args!("\\{c}{{{name}}}"));
        Ok(())
    }

    /// The rest of `\xhh` or `\x{…}`.
    fn hexadecimal(&mut self, start: usize) -> Result<(), Refused> {
        if let Some(rest) = self.rest().strip_prefix('{') {
            let code = rest.split_once('}').and_then(|(digits, _)| {
                Some((u32::from_str_radix(digits.trim(), 16).ok()?, digits.len()))
            });
            let Some((code, length)) = code else {
                return wrong(start, "expected \\x{…} with hexadecimal digits");
            };
            self.at += length + 2;
            self.code(code);
            return Ok(());
        }
        let mut code = 0;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) else { break };
            self.at += 1;
            code = code * 16 + digit;
        }
        self.code(code);
        Ok(())
    }

    /// The name in `:name:]`, if that comes next.
    fn posix(&self) -> Option<&'a str> {
        let rest = self.rest().strip_prefix(':')?;
        let is_name = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'^';
        let length = rest.bytes().take(LONGEST_NAME).take_while(is_name).count();
        let (name, rest) = rest.split_at_checked(length)?;
        rest.starts_with(":]").then_some(name)
    }

    /// The rest of a class. The engine's set operations have no counterpart in PCRE, so their
    /// signs stand for themselves.
    fn class(&mut self, start: usize) -> Result<(), Refused> {
        self.out.push('[');
        if self.eat("^") {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            let place = self.at;
            let Some(c) = self.next() else { return wrong(start, "a class without end") };
            match c {
                ']' if !is_first => {
                    self.out.push(']');
                    return Ok(());
                }
                '[' if self.posix().is_some() => {
                    let name = self.posix().unwrap_or_default();
                    self.at += name.len() + 3;
                    self.put(format_args!("[:{name}:]"));
                }
                '[' if self.rest().starts_with(['.', '='])
                    && self.rest().bytes().take(LONGEST_NAME).any(|byte| byte == b']') =>
                {
                    self.next();
                    return self.unsupported(place, "collating element");
                }
                '\\' => {
                    let Some(c) = self.next() else {
                        return wrong(place, "it ends in a backslash");
                    };
                    match c {
                        'b' => self.code(8),
                        'h' | 'v' => {
                            let set = self.spaces(c);
                            self.out.push_str(set);
                        }
                        'H' | 'V' => {
                            let set = self.spaces(c);
                            self.put(format_args!("[^{set}]"));
                        }
                        _ => self.shared_escape(place, c)?,
                    }
                }
                '-' if is_first || self.out.ends_with('-') => self.code(u32::from('-')),
                '-' | '^' => self.out.push(c),
                c => self.quoted(c),
            }
            is_first = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_plain_is_good(expression in "[ab09^$.|()?:*+{},\\\\\\[\\]\\-]{0,8}") {
            if is_plain(expression.as_bytes()) {
                let translated = translate(&expression, false).expect(&expression);
                prop_assert!(parser().parse(&translated.text).is_ok(), "{}", expression);
                prop_assert!(::regex::Regex::new(&translated.text).is_ok(), "{}", expression);
            }
        }
    }

    #[test]
    fn ordinary_expressions_are_plain() {
        for expression in ["^host-[0-9]*\\.example\\.(org|net)$", "(?:a|b)+?c*", "[^a-f0-9]x?", ""]
        {
            assert!(is_plain(expression.as_bytes()), "{expression}");
        }
        for expression in
            ["(", "a)", "*a", "a++", "(?=a)", "\\1", "[z-a]", "[a", "a{2}", "\u{e9}", "[]", "a\\"]
        {
            assert!(!is_plain(expression.as_bytes()), "{expression}");
        }
    }
}
