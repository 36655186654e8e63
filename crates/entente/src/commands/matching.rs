//! `entente match`

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use bytes::Bytes;
use serde::Serialize;
use stix::pattern::{self, Observations, Pattern, Set, Stream};

use super::files;
use crate::cli::Match;
use crate::error::{Context, Error, Kind, Result};
use crate::output::{self, Output, bar, line};

/// How many problems of the observations are told one by one.
const TOLD: usize = 20;

/// One line of the answer.
#[derive(Serialize)]
struct Row<'a> {
    /// The line of the bundle, where each is answered by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    pattern: &'a str,
    #[serde(flatten)]
    answer: Answer<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Verdict { matched: bool, by: Vec<&'a str> },
    Refused { error: &'a str },
}

/// A line of the file of patterns.
struct Line {
    text: String,
    /// Its number in the set, or why it is refused.
    number: Result<usize, String>,
}

pub(crate) fn run(args: &Match, out: Output) -> Result<()> {
    let (lines, set) = patterns(&args.patterns)?;
    if !out.json {
        for line in &lines {
            if let Err(error) = &line.number {
                explain(&line.text, error);
            }
        }
    }
    let mut reader = Reader::open(&args.observations)?;
    let mut writer = BufWriter::new(io::stdout().lock());
    let mut stream = set.stream();
    let mut seen = 0;
    while let Some((line, observations)) = reader.next()? {
        stream.see(&observations);
        seen += observations.len();
        if args.each {
            answer(&mut writer, &lines, &stream, args, out, Some(line))?;
            stream.clear();
        }
    }
    reader.bar.finish_and_clear();
    if !args.each {
        answer(&mut writer, &lines, &stream, args, out, None)?;
    }
    writer.flush()?;
    if !out.json {
        eprintln!("{} against {}", count(lines.len(), "pattern"), count(seen, "observation"));
    }
    match reader.problems {
        0 => Ok(()),
        problems => Err(Error::new(
            Kind::Invalid,
            format!("{} in the observations, which were left out", count(problems, "problem")),
        )),
    }
}

/// The patterns of a file, one a line, compiled together. Empty lines and lines that begin with
/// `#` are none.
fn patterns(path: &Path) -> Result<(Vec<Line>, Set)> {
    let bytes = files::read(path)?;
    let text = String::from_utf8(bytes.into())
        .map_err(|_| Error::new(Kind::Invalid, format!("{} is not UTF-8", path.display())))?;
    let mut lines = Vec::new();
    let mut good = Vec::new();
    for text in text.lines().map(str::trim) {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let number = match Pattern::parse(text) {
            Ok(pattern) => {
                good.push(pattern);
                Ok(good.len() - 1)
            }
            Err(error) => Err(said(&error)),
        };
        lines.push(Line { text: text.to_owned(), number });
    }
    let (set, refused) = Set::new(&good);
    for (number, error) in refused {
        if let Some(line) = lines.iter_mut().find(|line| line.number.as_ref().ok() == Some(&number))
        {
            line.number = Err(error.problem.to_string());
        }
    }
    Ok((lines, set))
}

/// The error of a pattern that stands on one line.
fn said(error: &pattern::Error) -> String {
    format!("column {}: {}", error.column, error.problem)
}

/// Shows people where a pattern is wrong.
fn explain(text: &str, error: &str) {
    match Pattern::parse(text) {
        Err(error) => {
            eprintln!("refused: {}\n{}", line(&error.problem.to_string()), error.picture(text));
        }
        Ok(_) => eprintln!("refused: {}\n{}", line(error), line(text)),
    }
}

/// One row for each pattern: what was seen, whether it satisfies it, and which of it does.
fn answer(
    writer: &mut impl Write,
    lines: &[Line],
    stream: &Stream<'_>,
    args: &Match,
    out: Output,
    bundle: Option<usize>,
) -> Result<()> {
    let possible = stream.possible();
    for line in lines {
        let given_up;
        let answer = match &line.number {
            Err(error) => Answer::Refused { error },
            Ok(number) if possible.binary_search(number).is_err() => {
                Answer::Verdict { matched: false, by: Vec::new() }
            }
            Ok(number) => match stream.verdict(*number) {
                Ok(found) => {
                    Answer::Verdict { matched: found.is_some(), by: found.unwrap_or_default() }
                }
                Err(error) => {
                    given_up = error.to_string();
                    Answer::Refused { error: &given_up }
                }
            },
        };
        if args.matched && matches!(answer, Answer::Verdict { matched: false, .. }) {
            continue;
        }
        let row = Row { line: bundle, pattern: &line.text, answer };
        if out.json {
            serde_json::to_writer(&mut *writer, &row)?;
            writeln!(writer)?;
        } else {
            people(writer, &row)?;
        }
    }
    Ok(())
}

/// A row for people; what does not match a single bundle is left out.
fn people(writer: &mut impl Write, row: &Row<'_>) -> io::Result<()> {
    let at = row.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let pattern = line(row.pattern);
    match &row.answer {
        Answer::Verdict { matched: true, by } => {
            writeln!(writer, "{at}yes      {pattern}\n         by {}", line(&by.join(", ")))
        }
        Answer::Verdict { .. } if row.line.is_none() => {
            writeln!(writer, "no       {pattern}")
        }
        Answer::Refused { .. } if row.line.is_none() => {
            writeln!(writer, "refused  {pattern}")
        }
        _ => Ok(()),
    }
}

/// Reads bundles, one a line, and tells of what is wrong with them.
struct Reader {
    name: String,
    lines: Box<dyn BufRead>,
    bar: indicatif::ProgressBar,
    line: usize,
    problems: usize,
}

impl Reader {
    fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let (lines, size): (Box<dyn BufRead>, u64) = if name == "-" {
            (Box::new(BufReader::new(io::stdin())), 0)
        } else {
            let file = File::open(path).context(format!("cannot read {name}"))?;
            let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
            (Box::new(BufReader::with_capacity(1 << 16, file)), size)
        };
        let bar = bar(size, &name);
        Ok(Self { name, lines, bar, line: 0, problems: 0 })
    }

    /// The next bundle that is one, with the number of its line.
    fn next(&mut self) -> Result<Option<(usize, Observations)>> {
        loop {
            let mut bytes = Vec::new();
            let length = self.lines.read_until(b'\n', &mut bytes);
            let length = length.context(format!("cannot read {}", self.name))?;
            if length == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.bar.inc(length as u64);
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match Observations::parse(&Bytes::from(bytes)) {
                Ok((observations, problems)) => {
                    for problem in problems {
                        self.tell(&problem);
                    }
                    return Ok(Some((self.line, observations)));
                }
                Err(error) => self.tell(&error),
            }
        }
    }

    fn tell(&mut self, problem: &stix::Error) {
        self.problems += 1;
        if self.problems <= TOLD {
            let (name, line) = (&self.name, self.line);
            let problem = output::line(&problem.to_string());
            self.bar.suspend(|| eprintln!("{name}:{line}: {problem}"));
        }
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
