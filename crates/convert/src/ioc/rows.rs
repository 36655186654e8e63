//! Tables as text (RFC 4180), read a little more kindly than it says, and never in silence.

/// Fields of a row at most.
const MAX_FIELDS: usize = 1_000;

/// A row: the number of its first line, and its fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) fields: Vec<String>,
}

/// What a row is not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) line: usize,
    pub(super) why: &'static str,
}

/// The rows of a text, without those that are empty.
pub(super) struct Rows<'a> {
    text: &'a str,
    delimiter: char,
    line: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a str, delimiter: char) -> Self {
        Self { text, delimiter, line: 1 }
    }

    /// One row. A quotation mark within a field that does not begin with one is a character.
    fn row(&mut self) -> Result<Row, Broken> {
        let line = self.line;
        let mut fields = Vec::new();
        loop {
            let (field, end) = self.field(line)?;
            if fields.len() == MAX_FIELDS {
                self.skip_line();
                return Err(Broken { line, why: "more than 1,000 fields" });
            }
            fields.push(field);
            if end {
                return Ok(Row { line, fields });
            }
        }
    }

    /// A field, and whether the row ends behind it.
    fn field(&mut self, row: usize) -> Result<(String, bool), Broken> {
        let spaces = self.text.len() - self.text.trim_start_matches(' ').len();
        let after = self.text.get(spaces..).unwrap_or_default();
        let Some(mut rest) = after.strip_prefix('"') else {
            let end = self.text.find([self.delimiter, '\n']).unwrap_or(self.text.len());
            let (field, rest) = self.text.split_at_checked(end).unwrap_or((self.text, ""));
            let field = field.trim().to_owned();
            return Ok((field, self.past(rest)));
        };
        let mut field = String::new();
        let mut lines = 0;
        loop {
            let Some(end) = rest.find('"') else {
                // What follows may be sound: only this line is given up.
                self.skip_line();
                return Err(Broken { line: row, why: "a quotation mark is never closed" });
            };
            let (part, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
            lines += part.matches('\n').count();
            field.push_str(part);
            rest = behind.get(1..).unwrap_or_default();
            match rest.strip_prefix('"') {
                Some(behind) => {
                    field.push('"');
                    rest = behind;
                }
                None => break,
            }
        }
        // What stands between the closing mark and the delimiter belongs to the field.
        let end = rest.find([self.delimiter, '\n']).unwrap_or(rest.len());
        let (tail, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        field.push_str(tail.trim_end());
        self.line += lines;
        Ok((field, self.past(rest)))
    }

    /// Goes behind a delimiter or the end of a line; whether it was the latter, or the text's end.
    fn past(&mut self, rest: &'a str) -> bool {
        if let Some(rest) = rest.strip_prefix(self.delimiter) {
            self.text = rest;
            return false;
        }
        self.text = rest.strip_prefix('\n').unwrap_or(rest);
        self.line += 1;
        true
    }

    fn skip_line(&mut self) {
        self.text = self.text.split_once('\n').map_or("", |(_, rest)| rest);
        self.line += 1;
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.text.is_empty() {
            match self.row() {
                Ok(row) if row.fields.iter().all(String::is_empty) => {}
                other => return Some(other),
            }
        }
        None
    }
}

/// The delimiter that cuts most rows into as many fields, more than one.
pub(super) fn delimiter(text: &str) -> Option<char> {
    const LOOKED_AT: usize = 20;
    [',', ';', '\t', '|']
        .into_iter()
        .filter_map(|delimiter| {
            let rows = Rows::new(text, delimiter).flatten();
            let sizes: Vec<usize> = rows
                .filter(|row| !row.fields.first().is_some_and(|first| first.starts_with('#')))
                .take(LOOKED_AT)
                .map(|row| row.fields.len())
                .collect();
            let size = sizes
                .iter()
                .copied()
                .max_by_key(|size| (sizes.iter().filter(|other| *other == size).count(), *size))?;
            let same = sizes.iter().filter(|other| **other == size).count();
            (size > 1 && same * 2 > sizes.len()).then_some((same, size, delimiter))
        })
        .max_by_key(|(same, size, _)| (*same, *size))
        .map(|(.., delimiter)| delimiter)
}

/// A cell that a spreadsheet takes for text, whatever it begins with.
pub(super) fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    // What begins like a cell that was made safe must not be taken for one.
    let looks_safe = text
        .strip_prefix('\'')
        .is_some_and(|rest| rest.starts_with(['\'', '=', '+', '-', '@', '\t', '\r']));
    let text = if is_formula || looks_safe { format!("'{text}") } else { text.to_owned() };
    let is_plain = !text.contains([',', '"', '\n', '\r', ';', '\t', '|'])
        && text.trim() == text
        && !text.starts_with('#');
    if is_plain { text } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// What a cell was before it was made safe.
pub(super) fn uncell(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['\'', '=', '+', '-', '@', '\t', '\r']) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        Rows::new(text, ',').flatten().map(|row| row.fields).collect()
    }

    #[test]
    fn quotation_marks_hold_fields_together() {
        assert_eq!(
            rows("a,\"b,c\"\"d\ne\",f\r\n\n g , \"h\" \n"),
            [vec!["a", "b,c\"d\ne", "f"], vec!["g", "h"]]
        );
        let lines: Vec<_> =
            Rows::new("\"a\nb\",c\nd,e", ',').flatten().map(|row| row.line).collect();
        assert_eq!(lines, [1, 3]);
    }

    #[test]
    fn an_open_mark_costs_its_own_line() {
        let all: Vec<_> = Rows::new("a,\"b\nc,d\n", ',').collect();
        assert_eq!(all[0], Err(Broken { line: 1, why: "a quotation mark is never closed" }));
        assert_eq!(all[1].as_ref().unwrap().fields, ["c", "d"]);
    }

    #[test]
    fn delimiters_are_found() {
        assert_eq!(delimiter("a;b;c\n1,2;3;4\n5;6,7;8\n"), Some(';'));
        assert_eq!(delimiter("a\tb\nc\td\n"), Some('\t'));
        assert_eq!(delimiter("example.org\nexample.net\n"), None);
    }

    #[test]
    fn cells_are_safe_and_come_back() {
        for text in [
            "=1+1", "@a", "'quoted'", "'=x", "''", "''=x", "a,b", " a", "#x", "plain", "-", "a\"b",
            "|",
        ] {
            let written = cell(text);
            assert!(
                !written.trim_start_matches('"').starts_with(['=', '+', '-', '@']),
                "{written}"
            );
            let read = rows(&written);
            assert_eq!(uncell(&read[0][0]), text);
        }
    }
}
