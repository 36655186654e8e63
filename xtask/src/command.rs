//! Running other programs: told, timed, and heard when they fail.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::count::Count;
use crate::progress::{Failed, Stopwatch, seconds};

/// A program to run.
pub(crate) struct Cmd {
    command: Command,
    text: String,
}

impl Cmd {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let text = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        Self { command, text }
    }

    pub(crate) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, args: I) -> Self {
        for arg in args {
            self.text.push(' ');
            self.text.push_str(&arg.as_ref().to_string_lossy());
            self.command.arg(arg);
        }
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Whether it runs and succeeds; nothing is shown.
    pub(crate) fn succeeds(mut self) -> bool {
        let status = self.command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    /// Its standard output, as text.
    pub(crate) fn output(mut self) -> Result<String> {
        let output =
            self.command.output().with_context(|| format!("cannot run `{}`", self.text))?;
        if !output.status.success() {
            std::io::stderr().write_all(&output.stderr)?;
            bail!("`{}` failed ({})", self.text, output.status);
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Runs it with its output shown as it comes.
    pub(crate) fn shown(mut self) -> Result<()> {
        println!("   $ {}", self.text);
        let status =
            self.command.status().with_context(|| format!("cannot run `{}`", self.text))?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.text);
        }
        Ok(())
    }

    /// Runs it behind one line that moves; the output is shown only if it fails.
    pub(crate) fn quiet(mut self, what: &str) -> Result<()> {
        let watch = Stopwatch::start();
        let bar = spinner(what);
        let mut all = Vec::new();
        let status = self.lines(|line| {
            bar.set_message(line.trim().chars().take(60).collect::<String>());
            bar.tick();
            all.push(line.to_owned());
        })?;
        bar.finish_and_clear();
        if !status {
            for line in &all {
                eprintln!("   | {line}");
            }
            bail!("{what}: `{}` failed; its output is above", self.text);
        }
        println!("   {what}  {}", seconds(watch.elapsed()));
        Ok(())
    }

    /// Runs it with its output shown, and counts the tests that it reports.
    pub(crate) fn counted(mut self) -> Result<Count> {
        println!("   $ {}", self.text);
        let mut count = Count::default();
        let passed = self.lines(|line| {
            println!("{line}");
            count = count + Count::of_line(line).unwrap_or_default();
        })?;
        if !passed {
            return Err(Failed(count).into());
        }
        Ok(count)
    }

    /// Replaces this process by it.
    pub(crate) fn exec(mut self) -> anyhow::Error {
        use std::os::unix::process::CommandExt;
        println!("   $ {}", self.text);
        let error = self.command.stdin(Stdio::inherit()).exec();
        anyhow::Error::new(error).context(format!("cannot run `{}`", self.text))
    }

    /// Hands each line of both outputs to `hear`; tells whether the program succeeded.
    fn lines(&mut self, mut hear: impl FnMut(&str)) -> Result<bool> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            self.command.spawn().with_context(|| format!("cannot run `{}`", self.text))?;
        let (sender, receiver) = mpsc::channel();
        let pipes = [
            child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
            child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        ];
        for pipe in pipes.into_iter().flatten() {
            let sender = sender.clone();
            thread::spawn(move || {
                let mut reader = BufReader::new(pipe);
                let mut line = Vec::new();
                while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    if sender.send(text).is_err() {
                        break;
                    }
                    line.clear();
                }
            });
        }
        drop(sender);
        for line in receiver {
            hear(&line);
        }
        Ok(child.wait()?.success())
    }
}

fn spinner(what: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        println!("   {what} …");
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_prefix(what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("   {spinner} {prefix} {elapsed} {msg:.dim}") {
        bar.set_style(style);
    }
    bar
}

/// Whether a program of this name is on the path.
pub(crate) fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}
