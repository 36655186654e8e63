//! What lies beside TAXII at another node: see [`crate::between`].

use bytes::Bytes;
use reqwest::{Method, Response, StatusCode};
use url::Url;

use super::{Client, Error, error, text};

/// The longest line of an event that is taken, in bytes.
const LONGEST: usize = 1_024;

/// What came over a line of hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// There is something new.
    Something,
    /// The other node is still there.
    StillThere,
}

/// An open line of hints (server-sent events).
#[derive(Debug)]
pub struct Line {
    response: Response,
    host: String,
    /// What has come of an unfinished line.
    begun: Vec<u8>,
    /// Whether the event under way is a hint.
    gained: bool,
}

impl Client {
    /// What a node answers at an address beside its TAXII discovery, such as `proof/`.
    pub async fn beside(&self, path: &str) -> Result<Bytes, Error> {
        let url = self.address_beside(path)?;
        let request = self.request(Method::GET, url, "application/json");
        Ok(self.exchange(request, StatusCode::OK).await?.1)
    }

    /// Listens to a node's hints.
    pub async fn listen(&self) -> Result<Line, Error> {
        let url = self.address_beside("hints/")?;
        let request = self.request(Method::GET, url, "text/event-stream");
        let response = self.carried(request).await?;
        let host = self.host.clone();
        let kind = text(response.headers(), &reqwest::header::CONTENT_TYPE).unwrap_or_default();
        if response.status() != StatusCode::OK || !kind.starts_with("text/event-stream") {
            let status = response.status().as_u16();
            return Err(Error::Refused { host, status, title: "no hints".to_owned() });
        }
        Ok(Line { response, host, begun: Vec::new(), gained: false })
    }

    fn address_beside(&self, path: &str) -> Result<Url, Error> {
        let wrong = |reason: String| Error::Address { url: path.to_owned(), reason };
        let mut url =
            self.url.join(&format!("../entente/{path}")).map_err(|e| wrong(e.to_string()))?;
        url.set_query(None);
        Ok(url)
    }
}

impl Line {
    /// The next thing that comes. An error ends the line.
    pub async fn next(&mut self) -> Result<Heard, Error> {
        loop {
            while let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.begun.drain(..=end).collect();
                match line.trim_ascii_end() {
                    b"" if std::mem::take(&mut self.gained) => return Ok(Heard::Something),
                    b"event: gained" | b"event:gained" => self.gained = true,
                    line if line.starts_with(b":") => return Ok(Heard::StillThere),
                    _ => {}
                }
            }
            let host = || self.host.clone();
            if self.begun.len() > LONGEST {
                return Err(Error::TooLarge { host: host(), most: LONGEST });
            }
            let patience = 2 * crate::between::ALIVE;
            let piece = tokio::time::timeout(patience, self.response.chunk()).await;
            match piece {
                Ok(Ok(Some(piece))) => self.begun.extend_from_slice(&piece),
                Ok(Ok(None)) => {
                    let reason = "the other side ended the line".to_owned();
                    return Err(Error::Connection { host: host(), reason });
                }
                Ok(Err(broken)) => return Err(error::broken(&self.host, &broken)),
                Err(_) => return Err(Error::Timeout { host: host() }),
            }
        }
    }
}
