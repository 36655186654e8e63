//! Three networks of one machine, each with a line to each other: namespaces of the kernel, where
//! it lets us make them; else the loopback alone.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// How many nodes there are.
pub(super) const NODES: usize = 3;
/// What a line carries, where the kernel can hold it to that.
const RATE: [&str; 6] = ["rate", "4mbit", "burst", "32kbit", "latency", "400ms"];

/// The networks and the lines between them; they go when this is dropped.
pub(super) struct Net {
    /// What the namespaces are called; empty on the loopback alone.
    names: Vec<String>,
    /// Whether the kernel limits the rate.
    pub(super) is_limited: bool,
    proxies: Vec<Child>,
    own: PathBuf,
}

impl Net {
    /// Makes namespaces, or says why the loopback has to do.
    pub(super) fn make() -> Result<Self> {
        let own = std::env::current_exe().context("this program has a file")?;
        let mut net = Self { names: Vec::new(), is_limited: false, proxies: Vec::new(), own };
        if let Err(error) = net.namespaces() {
            net.clear();
            println!("no network namespaces here ({error:#}): over the loopback instead");
        }
        Ok(net)
    }

    fn namespaces(&mut self) -> Result<()> {
        let tag = std::process::id();
        for n in 0..NODES {
            let name = format!("ent{tag}-{n}");
            ip(&["netns", "add", &name])?;
            self.names.push(name.clone());
            ip(&["-n", &name, "link", "set", "lo", "up"])?;
        }
        let mut is_limited = true;
        for (a, b) in lines() {
            let (one, other) = (end(a, b), end(b, a));
            let (in_one, in_other) = (self.name(a), self.name(b));
            ip(&[
                "link", "add", &one, "netns", &in_one, "type", "veth", "peer", "name", &other,
                "netns", &in_other,
            ])?;
            for (n, at) in [(a, b), (b, a)] {
                let (name, link) = (self.name(n), end(n, at));
                ip(&[
                    "-n",
                    &name,
                    "address",
                    "add",
                    &format!("{}/24", address(n, at)),
                    "dev",
                    &link,
                ])?;
                ip(&["-n", &name, "link", "set", &link, "up"])?;
                let limit = ["-n", &name, "qdisc", "add", "dev", &link, "root", "tbf"];
                is_limited &= run("tc", &[&limit[..], &RATE].concat()).is_ok();
            }
        }
        self.is_limited = is_limited;
        Ok(())
    }

    fn name(&self, n: usize) -> String {
        self.names.get(n).cloned().unwrap_or_default()
    }

    /// Whether these are namespaces.
    pub(super) fn is_apart(&self) -> bool {
        !self.names.is_empty()
    }

    /// A program inside the nth network.
    pub(super) fn command(&self, n: usize, program: &Path) -> Command {
        if !self.is_apart() {
            return Command::new(program);
        }
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name(n)]).arg(program);
        command
    }

    /// Where the nth node listens, in its own network.
    pub(super) fn listen(&self, n: usize) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port(if self.is_apart() { 0 } else { n })))
    }

    /// Where node `from` reaches node `to`: at a bad line's end in its own network.
    pub(super) fn reach(&self, from: usize, to: usize) -> SocketAddr {
        let place = if self.is_apart() { 0 } else { from * NODES };
        SocketAddr::from(([127, 0, 0, 1], port(100 + place + to)))
    }

    /// Starts the lines: at the near end a bad one; at the far end one that only hands over what
    /// came through the kernel to the node's loopback.
    pub(super) fn string(&mut self, seed: u64) -> Result<()> {
        for from in 0..NODES {
            for to in (0..NODES).filter(|to| *to != from) {
                let far = if self.is_apart() {
                    let [a, b, c, d] = address_bytes(to, from);
                    let far = SocketAddr::from(([a, b, c, d], port(200)));
                    self.proxy(to, far, self.listen(to), None)?;
                    far
                } else {
                    self.listen(to)
                };
                let line = seed ^ ((from * NODES + to) as u64) << 40;
                self.proxy(from, self.reach(from, to), far, Some(line))?;
            }
        }
        Ok(())
    }

    fn proxy(
        &mut self,
        n: usize,
        listen: SocketAddr,
        to: SocketAddr,
        seed: Option<u64>,
    ) -> Result<()> {
        let mut command = self.command(n, &self.own);
        command.args(["line", "--listen", &listen.to_string(), "--to", &to.to_string()]);
        if let Some(seed) = seed {
            command.args(["--bad", &seed.to_string()]);
        }
        let child = command.stdin(Stdio::null()).spawn().context("cannot start a line")?;
        self.proxies.push(child);
        Ok(())
    }

    /// Takes the line between two networks down, or brings it up again. On the loopback alone
    /// there is nothing to take down.
    pub(super) fn set_line(&self, a: usize, b: usize, is_up: bool) -> Result<()> {
        if self.is_apart() {
            let state = if is_up { "up" } else { "down" };
            ip(&["-n", &self.name(a), "link", "set", &end(a, b), state])?;
        }
        Ok(())
    }

    fn clear(&mut self) {
        for mut proxy in self.proxies.drain(..) {
            let _ = proxy.kill();
            let _ = proxy.wait();
        }
        for name in self.names.drain(..) {
            let _ = ip(&["netns", "delete", &name]);
        }
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Each pair once.
pub(super) fn lines() -> impl Iterator<Item = (usize, usize)> {
    (0..NODES).flat_map(|a| (a + 1..NODES).map(move |b| (a, b)))
}

/// The name of the end at `n` of the line to `to`.
fn end(n: usize, to: usize) -> String {
    format!("line{n}{to}")
}

fn address_bytes(n: usize, to: usize) -> [u8; 4] {
    let byte = |n: usize| u8::try_from(n).unwrap_or_default();
    let (low, high) = (n.min(to), n.max(to));
    [10, 213, byte(low * NODES + high), byte(n + 1)]
}

fn address(n: usize, to: usize) -> String {
    std::net::Ipv4Addr::from(address_bytes(n, to)).to_string()
}

/// Ports that differ between two of these that run at once on the loopback.
fn port(n: usize) -> u16 {
    let base = 10_000 + u16::try_from(std::process::id() % 60).unwrap_or_default() * 300;
    base + u16::try_from(n).unwrap_or_default()
}

fn ip(args: &[&str]) -> Result<()> {
    run("ip", args)
}

fn run(program: &str, args: &[&str]) -> Result<()> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("`{program}` cannot be run"))?;
    if !output.status.success() {
        bail!("`{program} {}`: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
