//! What was measured, as a table on the terminal and in benches/results.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

/// The bars of the issue, so that each row tells whether it is reached.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    /// At least this.
    Least(f64),
    /// At most this.
    Most(f64),
    None,
}

pub(crate) struct Report {
    date: String,
    /// What else the machine had to do when it began: processes waiting, in the minute before.
    load: String,
    rows: Vec<[String; 4]>,
}

impl Report {
    pub(crate) fn start() -> Result<Self> {
        let now = jiff::Timestamp::from_microsecond(store::Clock::now_micros(&store::SystemClock))?;
        let date = now.to_string().chars().take(10).collect();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or_default().to_owned();
        Ok(Self { date, load, rows: Vec::new() })
    }

    /// One figure.
    pub(crate) fn row(&mut self, what: &str, value: f64, unit: &str, bar: Bar) {
        let shown = if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") };
        let (bar, reached) = match bar {
            Bar::Least(least) => {
                (format!("≥ {least}"), if value >= least { "yes" } else { "**no**" })
            }
            Bar::Most(most) => (format!("≤ {most}"), if value <= most { "yes" } else { "**no**" }),
            Bar::None => (String::new(), ""),
        };
        println!("{what}: {shown} {unit} {bar} {reached}");
        self.rows.push([what.to_owned(), format!("{shown} {unit}"), bar, reached.to_owned()]);
    }

    /// Writes the table; only a complete run, of all or of one large benchmark, has a `file` and
    /// replaces that of its day.
    pub(crate) fn finish(self, dir: &Path, file: Option<&str>) -> Result<()> {
        let (date, load) = (&self.date, &self.load);
        let mut text = format!(
            "# Benchmarks of {date}\n\n{}, load average {load} before it began\n\n",
            machine()
        );
        text.push_str("| what | measured | bar | reached |\n|---|---|---|---|\n");
        for [what, value, bar, reached] in &self.rows {
            let _ = writeln!(text, "| {what} | {value} | {bar} | {reached} |");
        }
        println!("\n{text}");
        if let Some(file) = file {
            fs::create_dir_all(dir)?;
            let name = format!("{}{file}.md", self.date);
            fs::write(dir.join(&name), text)?;
            println!("written to benches/results/{name}");
        }
        Ok(())
    }
}

/// What it was measured on, as far as it tells something.
fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map(|(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let nginx = Command::new("nginx")
        .arg("-v")
        .output()
        .map(|out| String::from_utf8_lossy(&out.stderr).trim().to_owned());
    let nginx = nginx.unwrap_or_default().replace("nginx version: ", "");
    format!(
        "{cores} cores, {}, SQLite {}, {nginx}",
        model.unwrap_or("unknown processor"),
        rusqlite::version()
    )
}
