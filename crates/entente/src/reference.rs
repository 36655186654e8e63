//! The reference of all commands as Markdown, made from their definitions.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use crate::cli::Cli;

/// The text of docs/reference/cli.md.
pub(crate) fn text() -> String {
    let mut root = Cli::command();
    root.build();
    let mut text = String::from(
        "# Commands\n\nWritten by `cargo xtask docs` from the definitions of the commands.\n",
    );
    let globals: Vec<_> =
        root.get_arguments().filter(|arg| shown(arg) && arg.is_global_set()).cloned().collect();
    section(&mut text, &root, "entente", 1, &[]);
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        walk(&mut text, command, "entente", 2, &globals);
    }
    text
}

fn walk(text: &mut String, command: &Command, parent: &str, depth: usize, globals: &[Arg]) {
    if command.is_hide_set() {
        return;
    }
    let name = format!("{parent} {}", command.get_name());
    let _ = write!(text, "\n{} {name}\n\n", "#".repeat(depth));
    section(text, command, &name, depth, globals);
    for inner in command.get_subcommands().filter(|command| command.get_name() != "help") {
        walk(text, inner, &name, depth + 1, globals);
    }
}

fn section(text: &mut String, command: &Command, name: &str, depth: usize, globals: &[Arg]) {
    if depth == 1 {
        text.push('\n');
    }
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        let _ = writeln!(text, "{about}{}", if depth == 1 { "" } else { "." });
    }
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace("\n       ", "\n");
    let _ = write!(text, "\n```text\n{usage}\n```\n");
    let own =
        |arg: &&Arg| shown(arg) && !globals.iter().any(|global| global.get_id() == arg.get_id());
    let arguments: Vec<_> = command.get_arguments().filter(own).collect();
    if !arguments.is_empty() {
        text.push('\n');
    }
    for arg in arguments {
        let _ = writeln!(text, "- `{}`: {}", spelled(arg), described(arg));
    }
    if depth == 1
        && let Some(after) = command.get_after_help()
    {
        let _ = write!(text, "\n```text\n{after}\n```\n");
    }
    debug_assert!(name.starts_with("entente"));
}

fn shown(arg: &Arg) -> bool {
    !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version")
}

/// `--name <NAME>` or `<FILE>...`.
fn spelled(arg: &Arg) -> String {
    let value =
        arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    let takes = arg.get_action().takes_values();
    match (arg.get_long(), arg.get_short()) {
        (Some(long), short) => {
            let short = short.map(|short| format!("-{short}, ")).unwrap_or_default();
            let value = if takes { format!(" <{value}>") } else { String::new() };
            format!("{short}--{long}{value}")
        }
        _ => format!("<{value}>"),
    }
}

fn described(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<_> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set() && arg.get_action().takes_values())
        .map(|value| {
            let help = value.get_help().map(|help| format!(" ({help})")).unwrap_or_default();
            format!("`{}`{help}", value.get_name())
        })
        .collect();
    if !values.is_empty() {
        let _ = write!(text, "; one of {}", values.join(", "));
    }
    let defaults: Vec<_> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() && arg.get_action().takes_values() {
        let _ = write!(text, " [default: {}]", defaults.join(" "));
    }
    if let Some(variable) = arg.get_env() {
        let _ = write!(text, " [environment: {}]", variable.to_string_lossy());
    }
    text
}
