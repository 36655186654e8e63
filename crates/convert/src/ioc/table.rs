//! Tables: a heading, and a value or several in each row.

use std::borrow::Cow;

use stix::marking::Tlp;
use stix::pattern::Pattern;
use stix::{Id, Pointer};
use uuid::Uuid;

use super::columns::{self, Column};
use super::list::Comments;
use super::make::{Maker, Said, What, short};
use super::recognise::recognise;
use super::rows::{Row, Rows, delimiter, uncell};
use super::{Make, Options, Read, time, typed};
use crate::Report;

/// Whether a text is a table rather than a list of one value a line.
pub(super) fn is_table(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let Some(delimiter) = delimiter(&text) else {
        // A heading over one column.
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        return !first.is_empty() && columns::header(&[first.trim().to_owned()]).is_some();
    };
    if Heading::find(&text, delimiter).is_some() {
        return true;
    }
    let mut rows = Rows::new(&text, delimiter).flatten().filter(|row| !is_comment(row)).take(20);
    rows.any(|row| row.fields.len() > 1 && row.fields.iter().any(|field| recognise(field).is_ok()))
        && text.lines().take(20).filter(|line| recognise(line).is_ok()).count() == 0
}

fn is_comment(row: &Row) -> bool {
    row.fields.first().is_some_and(|first| first.starts_with('#'))
}

/// What the columns are called and mean, and the line that says so.
struct Heading {
    line: usize,
    names: Vec<String>,
    columns: Vec<Column>,
}

impl Heading {
    fn of(row: &Row) -> Option<Self> {
        let columns = columns::header(&row.fields)?;
        // Without the mark of the comment that they may stand in.
        let names = row.fields.iter().map(|field| field.trim_start_matches('#').trim().to_owned());
        Some(Self { line: row.line, names: names.collect(), columns })
    }

    /// The first row that is no comment, or the last comment before it, as some feeds have it.
    fn find(text: &str, delimiter: char) -> Option<Self> {
        let mut comment: Option<Self> = None;
        for row in Rows::new(text, delimiter).flatten() {
            let found = Self::of(&row);
            if !is_comment(&row) {
                let fits = |comment: &Self| comment.columns.len() == row.fields.len();
                return found.or_else(|| comment.filter(fits));
            }
            comment = found;
        }
        None
    }
}

pub(super) fn read(bytes: &[u8], options: &Options) -> Read {
    let mut report = Report::new();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let byte = error.valid_up_to();
            let why = format!("byte {byte} is not UTF-8; such bytes are shown as �");
            report.changed(Pointer::root(), "the text", why);
            String::from_utf8_lossy(bytes)
        }
    };
    let delimiter = delimiter(&text).unwrap_or(',');
    let heading = Heading::find(&text, delimiter);
    if heading.is_none() && !text.trim().is_empty() {
        let why = "there is no heading; the first value of each row that is known by its looks is taken, the rest describes it";
        report.changed(Pointer::root(), "the columns", why);
    }
    let mut maker = Maker::new(options);
    let mut comments = Comments::default();
    let mut unused = vec![0; heading.as_ref().map_or(0, |heading| heading.names.len())];
    for row in Rows::new(&text, delimiter) {
        let row = match row {
            Ok(row) => row,
            Err(broken) => {
                report.lost(place_of(broken.line), "the row", broken.why);
                continue;
            }
        };
        let place = place_of(row.line);
        match &heading {
            Some(heading) if heading.line == row.line => {}
            _ if is_comment(&row) => comments.add(place),
            Some(heading) => match Cells::read(&row, heading, &place, &mut unused, &mut report) {
                Ok(cells) => cells.make(&place, &mut maker, &mut report),
                Err(why) => report.lost(place, "the row", why),
            },
            None => plain(&row, &place, &mut maker, &mut report),
        }
    }
    comments.report(&mut report);
    let names = heading.iter().flat_map(|heading| &heading.names);
    for (name, cells) in names.zip(unused).filter(|(_, cells)| *cells > 0) {
        let place = Pointer::root().join(&format!("column {name}"));
        let what = if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") };
        report.lost(place, what, "the column has no counterpart");
    }
    let objects = maker.finish(&mut report);
    Read { objects, report }
}

fn place_of(line: usize) -> Pointer {
    Pointer::root().join(&format!("line {line}"))
}

/// A cell that says what to look for.
struct Found {
    type_name: String,
    text: String,
}

/// What the cells of a row say.
#[derive(Default)]
struct Cells {
    said: Said,
    type_name: Option<String>,
    pattern: Option<String>,
    pattern_type: Option<String>,
    values: Vec<String>,
    typed: Vec<Found>,
}

/// What is wrong with a cell: then it goes alone, or its row with it.
enum Wrong {
    Cell(&'static str),
    Row(String),
}

impl Cells {
    /// # Errors
    /// Why the row cannot be carried without one of its cells.
    fn read(
        row: &Row,
        heading: &Heading,
        place: &Pointer,
        unused: &mut [usize],
        report: &mut Report,
    ) -> Result<Self, String> {
        let mut cells = Self::default();
        for (index, field) in row.fields.iter().enumerate() {
            let field = uncell(field);
            if field.is_empty() {
                continue;
            }
            let result = match (heading.columns.get(index), unused.get_mut(index)) {
                (Some(Column::None), Some(unused)) => {
                    *unused += 1;
                    Ok(())
                }
                (Some(column), _) => cells.take(column, field),
                (None, _) => Err(Wrong::Cell("the row has more fields than the heading")),
            };
            match result {
                Ok(()) => {}
                Err(Wrong::Cell(why)) => {
                    let name = heading.names.get(index).map_or("a further field", String::as_str);
                    report.lost(place.join(name), format!("“{}”", short(field)), why);
                }
                Err(Wrong::Row(why)) => return Err(why),
            }
        }
        Ok(cells)
    }

    fn take(&mut self, column: &Column, field: &str) -> Result<(), Wrong> {
        let time = || time::read(field).ok_or(Wrong::Cell("it is no time"));
        let said = &mut self.said;
        match column {
            Column::Value => self.values.push(field.to_owned()),
            Column::Typed(name) => {
                self.typed.push(Found { type_name: name.clone(), text: field.to_owned() });
            }
            // OpenCTI says twice what a row is; the first says it of the row.
            Column::Type => {
                self.type_name.get_or_insert_with(|| field.to_owned());
            }
            Column::Pattern => self.pattern = Some(field.to_owned()),
            Column::PatternType => self.pattern_type = Some(field.to_owned()),
            Column::Id => {
                let id = Id::parse(field);
                said.id = Some(id.map_err(|_| Wrong::Cell("it is no identifier of STIX"))?);
            }
            Column::Uuid => {
                let uuid = Uuid::try_parse(field);
                said.uuid = Some(uuid.map_err(|_| Wrong::Cell("it is no UUID"))?);
            }
            Column::Name => said.name = Some(field.to_owned()),
            Column::Description => match &mut said.description {
                Some(text) => {
                    text.push('\n');
                    text.push_str(field);
                }
                none => *none = Some(field.to_owned()),
            },
            Column::Labels => {
                for word in field.split([',', ';']).map(str::trim).filter(|word| !word.is_empty()) {
                    let tlp = columns::tlp(word).filter(|_| word.contains(':'));
                    said.markings.extend(tlp.map(Tlp::definition_id));
                    said.labels.push(word.to_owned());
                }
            }
            Column::Confidence => {
                let confidence = columns::confidence(field);
                let why = Wrong::Cell("confidence is a number from 0 to 100");
                said.confidence = Some(confidence.ok_or(why)?);
            }
            Column::ValidFrom => said.valid_from = Some(time()?),
            Column::ValidUntil => said.valid_until = Some(time()?),
            Column::Created => said.created = Some(time()?),
            Column::Modified => said.modified = Some(time()?),
            Column::Marking => match columns::markings(field) {
                Ok(markings) => said.markings.extend(markings),
                Err(word) => {
                    let word = short(&word);
                    return Err(Wrong::Row(format!(
                        "the marking “{word}” is not known, and without it more people would see the row than may"
                    )));
                }
            },
            Column::ToIds => {
                let is_off = ["0", "false", "no"].iter().any(|off| field.eq_ignore_ascii_case(off));
                said.make = is_off.then_some(Make::Observables);
            }
            Column::None => {}
        }
        Ok(())
    }

    fn make(mut self, place: &Pointer, maker: &mut Maker<'_>, report: &mut Report) {
        if let Some(pattern) = self.pattern.take() {
            let kind = self.pattern_type.take().unwrap_or_else(|| "stix".to_owned());
            match Pattern::parse(&pattern) {
                Err(error) if kind == "stix" => {
                    let why = format!("its pattern cannot be read: {error}");
                    report.lost(place.clone(), "the row", why);
                }
                _ => maker.add(&What::Pattern(pattern, kind), &self.said, place, report),
            }
            return;
        }
        // OpenCTI’s word for an indicator says nothing of the value.
        let type_name =
            self.type_name.take().filter(|name| !name.eq_ignore_ascii_case("indicator"));
        let type_name = type_name.unwrap_or_default();
        let of_row = |text: String| Found { type_name: type_name.clone(), text };
        let mut all: Vec<Found> =
            std::mem::take(&mut self.values).into_iter().map(of_row).chain(self.typed).collect();
        if all.is_empty() {
            // OpenCTI puts the value of many observables into the name.
            match self.said.name.take() {
                Some(name) => all.push(of_row(name)),
                None => return report.lost(place.clone(), "the row", "it has no value"),
            }
        }
        if all.len() > 1 {
            (self.said.id, self.said.uuid) = (None, None);
            let what = format!("{} values of one row", all.len());
            report.changed(place.clone(), what, "each became an object of its own");
        }
        for found in all {
            match typed::read(&found.type_name, &found.text) {
                Ok(known) => {
                    if known.defanged {
                        maker.defanged.push(place.clone());
                    }
                    maker.add(&What::Ioc(known.ioc), &self.said, place, report);
                }
                Err(why) => report.lost(place.clone(), format!("“{}”", short(&found.text)), why),
            }
        }
    }
}

/// A row without a heading.
fn plain(row: &Row, place: &Pointer, maker: &mut Maker<'_>, report: &mut Report) {
    let found = row
        .fields
        .iter()
        .enumerate()
        .find_map(|(at, field)| recognise(uncell(field)).ok().map(|found| (at, found)));
    let Some((at, found)) = found else {
        let why =
            "no field of it looks like an address, name, hash, key or number that is known here";
        return report.lost(place.clone(), format!("“{}”", short(&row.fields.join(", "))), why);
    };
    if found.defanged {
        maker.defanged.push(place.clone());
    }
    let others = row.fields.iter().enumerate().filter(|(other, _)| *other != at);
    let rest: Vec<&str> =
        others.map(|(_, field)| uncell(field)).filter(|field| !field.is_empty()).collect();
    let description = (!rest.is_empty()).then(|| rest.join(", "));
    let said = Said { description, ..Said::default() };
    maker.add(&What::Ioc(found.ioc), &said, place, report);
}
