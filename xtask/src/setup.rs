//! `cargo xtask setup`: what this machine lacks, from its package managers.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::command::{Cmd, on_path};

/// Installs what is missing; with `tests`, also what the tests need.
pub(crate) fn run(root: &Path, tests: bool) -> Result<()> {
    debian(&missing(tests))?;
    node_packages(&root.join("ui"))?;
    if tests {
        node_packages(&root.join("e2e"))?;
        python_packages(&root.join("e2e"))?;
    }
    Ok(())
}

/// Installs Debian packages, unless the list is empty.
pub(crate) fn debian(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    if !on_path("apt-get") {
        bail!(
            "this machine lacks: {names}\nhint: install them by its package manager, then try again"
        );
    }
    println!("   this machine lacks: {names}");
    apt(&["update"], "apt-get update")?;
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(packages);
    apt(&args, &format!("apt-get install {names}"))
}

fn apt(args: &[&str], what: &str) -> Result<()> {
    let root = Cmd::new("id").args(["-u"]).output()?.trim() == "0";
    let cmd = if root {
        Cmd::new("apt-get")
    } else if on_path("sudo") {
        Cmd::new("sudo").args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"])
    } else {
        bail!("cannot run `{what}`: neither root nor sudo\nhint: run it as root, then try again");
    };
    cmd.args(["--quiet"]).args(args).env("DEBIAN_FRONTEND", "noninteractive").quiet(what)
}

/// The Debian packages of what cannot be found.
fn missing(tests: bool) -> Vec<&'static str> {
    let mut packages = Vec::new();
    if !has_node() {
        packages.extend(["nodejs", "npm"]);
    } else if !on_path("npm") {
        packages.push("npm");
    }
    if tests {
        if !on_path("chromium") {
            packages.push("chromium");
        }
        if !has_fonts() {
            packages.push("fonts-dejavu-core");
        }
        if !Cmd::new("python3").args(["-c", "import venv, ensurepip"]).succeeds() {
            packages.extend(["python3", "python3-venv"]);
        }
        if !on_path("strace") {
            packages.push("strace");
        }
    }
    packages
}

/// Node.js 18 or newer: what esbuild and playwright-core ask for.
fn has_node() -> bool {
    let version = Cmd::new("node").args(["--version"]).output().unwrap_or_default();
    let major = version.trim().trim_start_matches('v').split('.').next();
    major.and_then(|major| major.parse().ok()).is_some_and(|major: u32| major >= 18)
}

fn has_fonts() -> bool {
    ["/usr/share/fonts/truetype", "/usr/share/fonts/opentype"]
        .iter()
        .any(|dir| fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()))
}

/// `npm ci`, unless the lock file is the one of the last time.
fn node_packages(dir: &Path) -> Result<()> {
    let lock = dir.join("package-lock.json");
    let stamp = dir.join("node_modules/.entente-lock");
    if same(&lock, &stamp) {
        return Ok(());
    }
    let what = format!("npm ci in {}", name(dir));
    Cmd::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .dir(dir)
        .quiet(&what)?;
    fs::copy(&lock, &stamp).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(())
}

/// A virtual environment with the packages of `requirements.txt`, unless it is that of last time.
fn python_packages(dir: &Path) -> Result<()> {
    let requirements = dir.join("requirements.txt");
    let venv = dir.join(".venv");
    let stamp = venv.join("entente-requirements.txt");
    if same(&requirements, &stamp) {
        return Ok(());
    }
    if venv.exists() {
        fs::remove_dir_all(&venv)?;
    }
    Cmd::new("python3")
        .args(["-m", "venv", ".venv"])
        .dir(dir)
        .quiet("Python environment in e2e/.venv")?;
    Cmd::new(venv.join("bin/pip"))
        .args(["install", "--disable-pip-version-check", "--requirement", "requirements.txt"])
        .dir(dir)
        .quiet("pip install of e2e/requirements.txt")?;
    fs::copy(&requirements, &stamp)?;
    Ok(())
}

/// Whether both files are there and equal.
fn same(a: &Path, b: &Path) -> bool {
    matches!((fs::read(a), fs::read(b)), (Ok(a), Ok(b)) if a == b)
}

fn name(dir: &Path) -> String {
    dir.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
