//! Data for people or for programs, on standard output; everything else goes to standard error.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::error::Result;

/// How to print.
#[derive(Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// One thing: a JSON line, or the lines of `text`.
    pub(crate) fn one(self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        let mut out = stdout();
        if self.json {
            serde_json::to_writer(&mut out, value)?;
            writeln!(out)?;
        } else {
            let text = text();
            write!(out, "{text}{}", if text.ends_with('\n') { "" } else { "\n" })?;
        }
        Ok(out.flush()?)
    }

    /// A list: one JSON line each, or a table under a heading. `empty` tells people that there is
    /// nothing; if it is empty too, silence does.
    pub(crate) fn list<T: Serialize, const N: usize>(
        self,
        items: &[T],
        heading: [&str; N],
        row: impl Fn(&T) -> [String; N],
        empty: &str,
    ) -> Result<()> {
        let mut out = stdout();
        if self.json {
            for item in items {
                serde_json::to_writer(&mut out, item)?;
                writeln!(out)?;
            }
        } else if items.is_empty() {
            if !empty.is_empty() {
                eprintln!("{empty}");
            }
        } else {
            let rows: Vec<_> = items.iter().map(|item| row(item).map(|cell| line(&cell))).collect();
            write!(out, "{}", table(heading, &rows))?;
        }
        Ok(out.flush()?)
    }
}

/// Foreign text on one line: nothing in it moves the cursor, or passes for a line of ours.
pub(crate) fn line(text: &str) -> String {
    web::foreign(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// Bytes as they are.
pub(crate) fn raw(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Columns as wide as their widest cell, two spaces between.
fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([heading[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut text = String::new();
    let mut line = |cells: [&str; N]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    };
    line(heading);
    for row in rows {
        line(std::array::from_fn(|at| row[at].as_str()));
    }
    text
}

/// A bar on standard error, if that is a terminal. `what` says what is counted.
pub(crate) fn bar(total: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), target());
    if let Ok(style) =
        ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}")
    {
        bar.set_style(style);
    }
    bar.with_message(what.to_owned())
}

/// A moving sign for work of unknown length.
pub(crate) fn spinner(what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target()).with_message(what.to_owned());
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

fn target() -> ProgressDrawTarget {
    if io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_align() {
        let rows = [["AL".to_owned(), "Tirana".to_owned()], ["HR".to_owned(), "Zagreb".to_owned()]];
        assert_eq!(table(["state", "node"], &rows), "state  node\nAL     Tirana\nHR     Zagreb\n");
    }

    #[test]
    fn foreign_text_stays_on_its_line_and_moves_nothing() {
        assert_eq!(line("a\u{1b}[2J\nok\u{202e}"), "a\\u{1B}[2J\\nok\\u{202E}");
    }
}
