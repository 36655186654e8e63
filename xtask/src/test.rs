//! `cargo xtask test`: everything that a change must pass.

use std::path::Path;

use anyhow::Result;

use crate::command::Cmd;
use crate::count::Count;
use crate::progress::Run;
use crate::{docs, setup, simulate, tidy, ui};

/// Runs all checks and tests; `quick` leaves out those that need a browser or a Python client.
pub(crate) fn run(root: &Path, quick: bool) -> Result<()> {
    let mut run = Run::start();
    let cargo = |args: &[&str]| Cmd::new("cargo").args(args).dir(root);
    let done = |()| Count::default();

    let ready = run.step("set up", || setup::run(root, !quick).map(done))
        && run.step("bundle", || ui::bundle(root).map(done));
    run.step("tidy", || tidy::run(root).map(done));
    run.step("format", || cargo(&["fmt", "--all", "--check"]).shown().map(done));
    if !ready {
        return run.finish();
    }
    run.step("scripts", || ui::check(root));
    // Tests and the binary are built by the same command lines with the same features, so that
    // nothing is compiled twice; clippy alone has artefacts of its own.
    let built =
        run.step("build", || cargo(&["build", "--workspace", "--all-targets"]).shown().map(done));
    if built {
        run.step("unit and integration tests", || tests(root));
        run.step("examples in the documentation", || {
            cargo(&["test", "--workspace", "--doc", "--quiet"]).counted()
        });
        run.step("samples are up to date", || {
            // Built above with everything else; `cargo run` would build it with features of its own.
            Cmd::new(root.join("target/debug/examples/samples"))
                .args(["--check"])
                .dir(root)
                .shown()
                .map(done)
        });
        run.step("test vectors are up to date", || {
            Cmd::new(root.join("target/debug/examples/vectors"))
                .args(["--check"])
                .dir(root)
                .shown()
                .map(done)
        });
        run.step("command reference is up to date", || docs::compare(root).map(done));
        if !quick {
            run.step("killed nodes on bad lines", || simulate::short(root).map(done));
            run.step("browser", || browser(root));
            run.step("TAXII clients", || clients(root));
            run.step("TAXII servers", || servers(root));
            run.step("TAXII 2.1, statement by statement", || statements(root));
            run.step("signatures through others’ programs", || signatures(root));
            run.step("pulling from another’s server", || feeds(root));
            run.step("other validators", || validators(root));
            run.step("other formats, others’ data", || formats(root));
            run.step("other matchers of patterns", || matchers(root));
        }
    }
    run.step("clippy", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])
            .shown()
            .map(done)
    });
    run.finish()
}

/// By nextest where it is installed: it ends a hanging test and tells which one.
fn tests(root: &Path) -> Result<Count> {
    let nextest = Cmd::new("cargo").args(["nextest", "--version"]).succeeds();
    let args: &[&str] = if nextest {
        &["nextest", "run", "--workspace"]
    } else {
        &["test", "--workspace", "--all-targets"]
    };
    Cmd::new("cargo").args(args).dir(root).counted()
}

fn browser(root: &Path) -> Result<Count> {
    Cmd::new("npm").args(["test", "--silent"]).dir(&root.join("e2e")).counted()
}

/// Thousands of generated patterns and observations, matched by us and by the programs of OASIS.
fn matchers(root: &Path) -> Result<Count> {
    let program = root.join("target/debug/entente").display().to_string();
    Cmd::new(root.join("e2e/.venv/bin/python"))
        .args(["e2e/patterns/run.py", &program])
        .dir(root)
        .counted()
}

/// Thousands of generated objects, judged by us and by the validators of others; and the data of
/// others.
fn validators(root: &Path) -> Result<Count> {
    let program = root.join("target/debug/entente").display().to_string();
    let python = |script: &str| {
        Cmd::new(root.join("e2e/.venv/bin/python")).args([script, &program]).dir(root).counted()
    };
    Ok(python("e2e/peers/run.py")? + python("e2e/peers/real.py")? + python("e2e/peers/misp.py")?)
}

/// STIX 2.0 of others' making is lifted, and others' lists are read.
fn formats(root: &Path) -> Result<Count> {
    let program = root.join("target/debug/entente").display().to_string();
    Cmd::new(root.join("e2e/.venv/bin/python"))
        .args(["e2e/peers/formats_test.py", &program, "-v"])
        .dir(root)
        .counted()
}

fn clients(root: &Path) -> Result<Count> {
    Cmd::new("node").args(["clients/run.mjs"]).dir(&root.join("e2e")).counted()
}

/// Our client against a server of others.
fn servers(root: &Path) -> Result<Count> {
    Cmd::new(root.join("target/debug/examples/medallion")).dir(root).counted()
}

/// Our own suite of the standard's statements against our server; the published table follows.
fn statements(root: &Path) -> Result<Count> {
    let program = root.join("target/debug/entente").display().to_string();
    Cmd::new(root.join("e2e/.venv/bin/python"))
        .args(["e2e/taxii/run.py", &program])
        .dir(root)
        .counted()
}

/// Over foreign TAXII servers and libraries, and the vectors by others' code.
fn signatures(root: &Path) -> Result<Count> {
    let e2e = root.join("e2e");
    Cmd::new(e2e.join(".venv/bin/python"))
        .args(["clients/signatures_test.py", "-v"])
        .dir(&e2e)
        .counted()
}

/// A node pulls from medallion.
fn feeds(root: &Path) -> Result<Count> {
    let e2e = root.join("e2e");
    Cmd::new(e2e.join(".venv/bin/python")).args(["clients/feeds_test.py", "-v"]).dir(&e2e).counted()
}
