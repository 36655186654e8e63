//! `entente demo`: three nodes on this machine, with real public reports.

mod authority;
mod child;
mod control;
mod prepare;
mod supervisor;

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::{Demo, DemoAct};
use crate::error::{Context, Error, Kind, Result};
use crate::output::{Output, spinner};
use child::Plan;
use control::Request;
use prepare::{ACCOUNTS, City, Listed};
use supervisor::Supervisor;

const DEFAULT_DIR: &str = "entente-demo";
/// Marks a folder as a demo's, so that nothing else is ever reset.
const MARK: &str = "demo.json";

/// A node as `--json` prints it.
#[derive(Serialize)]
struct Up {
    node: String,
    state: String,
    web: String,
    taxii: String,
    accounts: Vec<Login>,
    /// What the administrator finds over TAXII, and what does not exist for it.
    collections: Vec<Listed>,
}

#[derive(Serialize)]
struct Login {
    user: &'static str,
    password: String,
    role: &'static str,
}

/// What became of a node that was stopped or started.
#[derive(Serialize)]
struct Told {
    node: String,
    is: &'static str,
}

impl Told {
    fn tell(&self, out: Output) -> Result<()> {
        out.one(self, || format!("{} is {}", self.node, self.is))
    }
}

pub(crate) fn run(dir: Option<PathBuf>, args: &Demo, out: Output) -> Result<()> {
    let dir = dir.unwrap_or_else(|| PathBuf::from(DEFAULT_DIR));
    match &args.act {
        Some(DemoAct::Stop { node }) => {
            control::ask(&dir, &Request::Stop(node.clone()))?;
            Told { node: node.to_lowercase(), is: "down" }.tell(out)
        }
        Some(DemoAct::Start { node }) => {
            control::ask(&dir, &Request::Start(node.clone()))?;
            Told { node: node.to_lowercase(), is: "up" }.tell(out)
        }
        None => up(&dir, args, out),
    }
}

fn up(dir: &Path, args: &Demo, out: Output) -> Result<()> {
    claim(dir, args.reset)?;
    let cities = prepare::cities()?;
    let ports: Vec<u16> =
        (1..).take(cities.len()).map(|step| args.port_base.saturating_add(step)).collect();
    for port in &ports {
        TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).map_err(|error| {
            Error::new(Kind::Failed, format!("cannot listen on port {port}: {error}"))
                .hint("choose other ports with --port-base")
        })?;
    }
    let wait = spinner("making certificates");
    let now = jiff::Timestamp::from_microsecond(store::Clock::now_micros(&store::SystemClock))
        .context("this machine's clock is out of range")?;
    let authority = authority::Authority::open(&dir.join("authority"), now)?;
    let mut plans = Vec::new();
    for (city, port) in cities.iter().zip(&ports) {
        let home = dir.join(&city.name);
        let files = authority.issue(&city.name, &dir.join("certificates").join(&city.name), now)?;
        let address = format!("https://127.0.0.1:{port}");
        plans.push(Plan {
            name: city.name.clone(),
            dir: home,
            address,
            cert: files.cert,
            key: files.key,
        });
    }
    for (city, plan) in cities.iter().zip(&plans) {
        wait.set_message(format!("{}: accounts and reports", city.profile.name));
        prepare::node(city, &plan.dir)?;
    }
    wait.set_message("introducing the nodes to each other");
    let root =
        std::fs::read_to_string(authority.root()).context("cannot read the authority's root")?;
    prepare::peers(&plans, &root)?;
    let collections: Vec<_> =
        plans.iter().map(|plan| prepare::collections(&plan.dir)).collect::<Result<_>>()?;
    wait.set_message("starting the nodes and waiting until each has pulled from the others");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.context("cannot start")?.block_on(async {
        let supervisor = Supervisor::start(dir, plans.clone()).await?;
        wait.finish_and_clear();
        announce(dir, &cities, &plans, collections, &authority.root(), out)?;
        supervisor.run().await?;
        eprintln!("all nodes have ended; what they stored is in {}", dir.display());
        Ok(())
    })
}

/// Makes the folder the demo's, and empties it if asked to.
fn claim(dir: &Path, reset: bool) -> Result<()> {
    if control::is_running(dir)? {
        return Err(Error::new(
            Kind::Refused,
            format!("a demo is running in {} already", dir.display()),
        )
        .hint("end it with Ctrl-C where it runs, or choose another folder with --dir"));
    }
    let mark = dir.join(MARK);
    let is_empty = std::fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty && !mark.exists() {
        return Err(Error::new(
            Kind::Refused,
            format!("{} holds something else than a demo", dir.display()),
        )
        .hint("choose an empty folder with --dir"));
    }
    if reset {
        for city in prepare::cities()? {
            for folder in [dir.join(&city.name), prepare::unfinished(&dir.join(&city.name))] {
                if folder.exists() {
                    std::fs::remove_dir_all(&folder)
                        .context(format!("cannot remove {}", folder.display()))?;
                }
            }
        }
    }
    std::fs::create_dir_all(dir).context(format!("cannot make {}", dir.display()))?;
    std::fs::write(&mark, "{}\n").context(format!("cannot write {}", mark.display()))
}

fn announce(
    dir: &Path,
    cities: &[City],
    plans: &[Plan],
    collections: Vec<Vec<Listed>>,
    root: &Path,
    out: Output,
) -> Result<()> {
    let nodes: Vec<Up> = cities
        .iter()
        .zip(plans)
        .zip(collections)
        .map(|((city, plan), collections)| Up {
            node: city.name.clone(),
            state: city.profile.code.clone(),
            web: format!("{}/", plan.address),
            taxii: format!("{}/taxii2/", plan.address),
            accounts: ACCOUNTS
                .iter()
                .map(|account| Login {
                    user: account.name,
                    password: prepare::password(account.name, &city.name),
                    role: account.name,
                })
                .collect(),
            collections,
        })
        .collect();
    let row = |node: &Up| {
        let logins =
            node.accounts.iter().map(|login| format!("{} / {}", login.user, login.password));
        [node.node.clone(), node.web.clone(), logins.collect::<Vec<_>>().join("   ")]
    };
    if !out.json {
        println!("Three nodes are up. Open an address and sign in:\n");
    }
    out.list(&nodes, ["node", "address", "sign in as (name / password)"], row, "")?;
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let root = root.display();
    let shown = dir.display();
    let more = format!(
        "
TAXII 2.1 is at each address under /taxii2/, with the same accounts. For the administrator there is
  workspace  to read and write: what it writes there it reads back at once
  released   to read: everything that the node holds and it may see
  inbox      to write: goes to admission; unsigned objects are kept aside
  tips       to write: the analyst reads it
  watchlist  the analysts’ own, which does not exist for the administrator
at https://127.0.0.1:PORT/taxii2/api/collections/NAME/; `--json` prints their ids.

Your browser warns until it trusts the demo's certificate authority, which can vouch for this
machine's loopback addresses only. Its root: {root}
  Firefox   Settings, Privacy & Security, View Certificates, Authorities, Import
  Chromium  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n 'Entente demo' -i '{root}'
  curl      curl --cacert '{root}' …

Take one down and up:  entente demo stop zagreb --dir {shown}   entente demo start zagreb --dir {shown}
Ctrl-C ends all.
"
    );
    if out.json {
        eprint!("{more}");
    } else {
        print!("{more}");
    }
    Ok(())
}
