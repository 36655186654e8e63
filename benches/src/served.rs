//! The two servers that are measured: Entente and nginx, with the same certificate.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::measure;

/// A certificate for 127.0.0.1 that vouches for itself.
pub(crate) struct Certificate {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) pem: String,
}

impl Certificate {
    pub(crate) fn make(dir: &Path) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
        let (cert, key) = (dir.join("cert.pem"), dir.join("key.pem"));
        let pem = made.cert.pem();
        fs::write(&cert, &pem)?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        Ok(Self { cert, key, pem })
    }
}

pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The program under measurement, optimised.
pub(crate) struct Entente {
    binary: PathBuf,
    dir: PathBuf,
}

impl Entente {
    pub(crate) fn at(root: &Path, dir: PathBuf) -> Self {
        let binary = std::env::var_os("ENTENTE").map(PathBuf::from);
        Self { binary: binary.unwrap_or_else(|| root.join("target/release/entente")), dir }
    }

    /// Runs a command at the node, with text on its standard input; gives its standard output.
    pub(crate) fn run(&self, args: &[&str], input: &str) -> Result<String> {
        let mut child = Command::new(&self.binary)
            .arg("--dir")
            .arg(&self.dir)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run target/release/entente")?;
        child.stdin.take().context("a pipe was asked for")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "entente {} failed", args.join(" "));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Serves the node; gives it when it answers, with the time that took.
    pub(crate) fn serve(
        &self,
        listen: &str,
        certificate: Option<&Certificate>,
    ) -> Result<(Server, Duration)> {
        self.serve_on(None, listen, certificate)
    }

    /// The same, with one core for it if one is named.
    pub(crate) fn serve_on(
        &self,
        core: Option<usize>,
        listen: &str,
        certificate: Option<&Certificate>,
    ) -> Result<(Server, Duration)> {
        let start = measure::now();
        let mut command = on_core(core, &self.binary);
        command.arg("--dir").arg(&self.dir).args(["serve", "--child", "--listen", listen]);
        if let Some(certificate) = certificate {
            command.arg("--tls-cert").arg(&certificate.cert).arg("--tls-key").arg(&certificate.key);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let lifeline = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().context("a pipe was asked for")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        if !line.contains("listening") {
            bail!("entente serve ended");
        }
        if let Some(address) = listen.strip_prefix("http://") {
            answers(address)?;
        }
        let took = start.elapsed();
        Ok((Server { child, lifeline, _output: Some(output) }, took))
    }
}

/// Asks over plain HTTP whether the node is well.
fn answers(address: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "the node does not answer: {answer}");
    Ok(())
}

/// The command that runs a program, on one core if one is named.
fn on_core(core: Option<usize>, program: &Path) -> Command {
    let Some(core) = core else { return Command::new(program) };
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &core.to_string()]).arg(program);
    command
}

/// nginx serving the files of a folder over TLS.
pub(crate) fn nginx(dir: &Path, port: u16, certificate: &Certificate) -> Result<Server> {
    nginx_on(None, dir, port, certificate)
}

/// The same, with one core for it if one is named.
pub(crate) fn nginx_on(
    core: Option<usize>,
    dir: &Path,
    port: u16,
    certificate: &Certificate,
) -> Result<Server> {
    let shown = dir.display();
    let workers = if core.is_some() { "1" } else { "auto" };
    let config = format!(
        "daemon off; worker_processes {workers}; pid {shown}/nginx.pid; error_log {shown}/nginx.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000;
  client_body_temp_path {shown}/body; proxy_temp_path {shown}/proxy; fastcgi_temp_path {shown}/fastcgi;
  uwsgi_temp_path {shown}/uwsgi; scgi_temp_path {shown}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl; root {shown}/files;
    ssl_certificate {}; ssl_certificate_key {}; ssl_protocols TLSv1.2 TLSv1.3;
  }}
}}
",
        certificate.cert.display(),
        certificate.key.display()
    );
    let path = dir.join("nginx.conf");
    fs::write(&path, config)?;
    let child = on_core(core, Path::new("nginx"))
        .arg("-c")
        .arg(&path)
        .arg("-e")
        .arg(dir.join("nginx.log"))
        .spawn();
    let server =
        Server { child: child.context("cannot run nginx")?, lifeline: None, _output: None };
    for _ in 0..100 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(server);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!(
        "nginx does not answer: {}",
        fs::read_to_string(dir.join("nginx.log")).unwrap_or_default()
    );
}

/// A server that ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    lifeline: Option<ChildStdin>,
    // Kept open so that what the server tells finds a reader.
    _output: Option<BufReader<std::process::ChildStdout>>,
}

impl Server {
    /// The memory that it holds, in MiB.
    pub(crate) fn memory(&self) -> Result<f64> {
        self.mebibytes("VmRSS:")
    }

    /// The most memory that it ever held, in MiB.
    pub(crate) fn most_memory(&self) -> Result<f64> {
        self.mebibytes("VmHWM:")
    }

    /// How long its threads have had a core, in seconds: what else the machine does counts less.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        let mut nanoseconds = 0.0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // A thread may end meanwhile.
            let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
            let spent = text.split(' ').next().and_then(|text| text.parse::<f64>().ok());
            nanoseconds += spent.unwrap_or(0.0);
        }
        Ok(nanoseconds / 1e9)
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        self.lifeline = None;
        Ok(())
    }

    fn mebibytes(&self, name: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let line = line.context("the machine tells how much memory a process has")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.lifeline.take().is_none() {
            // SIGTERM, so that nginx takes its workers along.
            let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        }
        let _ = self.child.wait();
    }
}
