//! A client that costs little, so that the server is what is measured: HTTP/1.1 on one connection,
//! the body read into a buffer that is used again.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};

/// No answer takes longer, unless something is wrong.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server, and who asks.
#[derive(Clone)]
pub(super) struct Target {
    address: SocketAddr,
    tls: Option<Arc<rustls::ClientConfig>>,
    authorization: String,
}

impl Target {
    pub(super) fn plain(port: u16) -> Self {
        let address = (Ipv4Addr::LOCALHOST, port).into();
        Self { address, tls: None, authorization: String::new() }
    }

    /// The same over TLS, for a server with this certificate.
    pub(super) fn secured(port: u16, pem: &str) -> Result<Self> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes())?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: Some(Arc::new(config)), ..Self::plain(port) })
    }

    /// The same, signed in.
    pub(super) fn of(&self, user: &str, password: &str) -> Self {
        let pair = format!("{user}:{password}");
        let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
        Self { authorization: format!("authorization: Basic {encoded}\r\n"), ..self.clone() }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The header with which it signs in, with the line's end.
    pub(super) fn authorization(&self) -> &str {
        &self.authorization
    }

    pub(super) fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let wire = match &self.tls {
            None => Wire::Plain(stream),
            Some(config) => {
                let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
                let client = rustls::ClientConnection::new(config.clone(), name)?;
                Wire::Secured(Box::new(rustls::StreamOwned::new(client, stream)))
            }
        };
        Ok(Connection { wire, target: self.clone(), buffer: vec![0; 64 << 10] })
    }
}

enum Wire {
    Plain(TcpStream),
    Secured(Box<rustls::StreamOwned<rustls::ClientConnection, TcpStream>>),
}

impl Wire {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(into),
            Self::Secured(stream) => stream.read(into),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes),
            Self::Secured(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }
}

pub(super) struct Connection {
    wire: Wire,
    target: Target,
    buffer: Vec<u8>,
}

/// An answer, in the connection's buffer.
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    pub(super) head: &'a str,
    pub(super) body: &'a [u8],
}

impl Answer<'_> {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The sealed place of the next page. It stands in the page's head, before the objects, or
    /// behind them: looked for from both ends, so that measuring does not parse a megabyte.
    pub(super) fn next(&self) -> Option<String> {
        let ends = [
            &self.body[..self.body.len().min(400)],
            &self.body[self.body.len().saturating_sub(400)..],
        ];
        ends.into_iter().find_map(|end| {
            let text = String::from_utf8_lossy(end);
            let at = text.find("\"next\":")? + "\"next\":".len();
            let value = text[at..].trim_start().strip_prefix('"')?;
            Some(value[..value.find('"')?].to_owned())
        })
    }
}

impl Connection {
    /// Asks for a page and gives it; anything but 200 is an error.
    pub(super) fn get(&mut self, path: &str) -> Result<Answer<'_>> {
        let request = self.request("GET", path, "");
        let shown = path.to_owned();
        let answer = self.ask(request.as_bytes(), &[])?;
        ensure!(answer.status == 200, "GET {shown}: {} {}", answer.status, text(answer.body));
        Ok(answer)
    }

    pub(super) fn json(&mut self, path: &str) -> Result<serde_json::Value> {
        Ok(serde_json::from_slice(self.get(path)?.body)?)
    }

    /// Hands in an envelope; anything but 202 is an error.
    pub(super) fn post(&mut self, path: &str, body: &[u8]) -> Result<()> {
        let answer = self.hand_in(path, body)?;
        ensure!(answer.status == 202, "POST: {} {}", answer.status, text(answer.body));
        Ok(())
    }

    /// Hands in an envelope, whatever the answer is.
    pub(super) fn hand_in(&mut self, path: &str, body: &[u8]) -> Result<Answer<'_>> {
        let more = format!(
            "content-type: application/taxii+json;version=2.1\r\ncontent-length: {}\r\n",
            body.len()
        );
        let request = self.request("POST", path, &more);
        self.ask(request.as_bytes(), body)
    }

    fn request(&self, method: &str, path: &str, more: &str) -> String {
        let Target { address, authorization, .. } = &self.target;
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\n\
             accept: application/taxii+json;version=2.1\r\n{authorization}{more}\r\n"
        )
    }

    /// Sends a request as it stands and reads the answer.
    pub(super) fn ask(&mut self, head: &[u8], body: &[u8]) -> Result<Answer<'_>> {
        self.wire.write(head)?;
        if !body.is_empty() {
            self.wire.write(body)?;
        }
        self.answer()
    }

    /// Reads an answer.
    pub(super) fn answer(&mut self) -> Result<Answer<'_>> {
        let mut filled = 0;
        let mut searched = 0;
        let begin = loop {
            self.fill(&mut filled)?;
            let from = usize::saturating_sub(searched, 3);
            if let Some(at) = memchr::memmem::find(&self.buffer[from..filled], b"\r\n\r\n") {
                break from + at + 4;
            }
            searched = filled;
        };
        let head = std::str::from_utf8(&self.buffer[..begin])?;
        let answer = Answer { status: 0, head, body: &[] };
        let status = head.get(9..12).and_then(|code| code.parse().ok()).context("a status")?;
        let length: Option<usize> =
            answer.header("content-length").and_then(|length| length.parse().ok());
        let is_chunked = answer.header("transfer-encoding").is_some_and(|how| how == "chunked");
        let end = match length {
            _ if status == 304 => begin,
            Some(length) => {
                while filled < begin + length {
                    self.fill(&mut filled)?;
                }
                begin + length
            }
            None if is_chunked => self.chunks(begin, &mut filled)?,
            None => bail!("an answer without its length"),
        };
        let (head, rest) = self.buffer.split_at(begin);
        let body = &rest[..end - begin];
        Ok(Answer { status, head: std::str::from_utf8(head)?, body })
    }

    /// Puts the chunks of a body together where they stand; gives where it ends.
    fn chunks(&mut self, begin: usize, filled: &mut usize) -> Result<usize> {
        let (mut at, mut end) = (begin, begin);
        loop {
            let line = loop {
                if let Some(found) = memchr::memmem::find(&self.buffer[at..*filled], b"\r\n") {
                    break at + found;
                }
                self.fill(filled)?;
            };
            let size = std::str::from_utf8(&self.buffer[at..line])?;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or_default(), 16)?;
            while *filled < line + 2 + size + 2 {
                self.fill(filled)?;
            }
            self.buffer.copy_within(line + 2..line + 2 + size, end);
            end += size;
            at = line + 2 + size + 2;
            if size == 0 {
                return Ok(end);
            }
        }
    }

    fn fill(&mut self, filled: &mut usize) -> Result<()> {
        if *filled == self.buffer.len() {
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
        let read = self.wire.read(&mut self.buffer[*filled..])?;
        ensure!(read > 0, "the server closed the connection");
        *filled += read;
        Ok(())
    }
}

/// The beginning of a body, for an error.
fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned()
}
