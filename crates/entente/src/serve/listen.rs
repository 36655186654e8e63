//! The address to listen on, and TLS.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::{Host, Url};

use super::clients::{self, Clients};
use crate::error::{Context, Error, Kind, Result};

/// An address of `--listen`, found to be allowed.
pub(crate) struct Address {
    pub(crate) socket: SocketAddr,
    pub(crate) is_tls: bool,
}

impl Address {
    /// Reads `https://HOST:PORT` or, for a loopback host only, `http://HOST:PORT`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::new(Kind::Usage, format!("--listen {text}: {why}")).hint(
                "give https://ADDRESS:PORT, or http://127.0.0.1:PORT for a proxy on this machine",
            )
        };
        let url = Url::parse(text).map_err(|_| wrong("not an address"))?;
        let is_tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(wrong("neither https nor http")),
        };
        if url.path() != "/" || url.query().is_some() {
            return Err(wrong("an address to listen on has no path"));
        }
        let port = url.port_or_known_default().ok_or_else(|| wrong("no port"))?;
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => ip.into(),
            Some(Host::Ipv6(ip)) => ip.into(),
            Some(Host::Domain(name)) => {
                let found = (name, port).to_socket_addrs().ok().and_then(|mut found| found.next());
                found.ok_or_else(|| wrong("this machine has no such address"))?.ip()
            }
            None => return Err(wrong("no host")),
        };
        let socket = SocketAddr::new(ip, port);
        if !is_tls && !socket.ip().is_loopback() {
            return Err(wrong(
                "plain http carries passwords in the clear; it is allowed on loopback only",
            ));
        }
        Ok(Self { socket, is_tls })
    }

    /// Binds it.
    pub(crate) fn bind(&self) -> Result<TcpListener> {
        let listener = TcpListener::bind(self.socket).map_err(|error| {
            let in_use = error.kind() == std::io::ErrorKind::AddrInUse;
            let error =
                Error::new(Kind::Failed, format!("cannot listen on {}: {error}", self.socket));
            if in_use {
                error.hint("another program listens there: choose another port")
            } else {
                error
            }
        })?;
        listener.set_nonblocking(true).context("cannot listen")?;
        Ok(listener)
    }
}

/// TLS 1.2 and 1.3 with the certificate chain and key of these files.
pub(crate) fn tls(cert: &Path, key: &Path, clients: &Clients) -> Result<Arc<ServerConfig>> {
    let unreadable = |path: &Path| format!("cannot read {}", path.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .context(unreadable(cert))?;
    let key = PrivateKeyDer::from_pem_file(key).context(unreadable(key))?;
    let clients = clients.verifier()?;
    let mut config = ServerConfig::builder_with_provider(clients::provider())
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_client_cert_verifier(clients).with_single_cert(chain, key))
        .context("the certificate cannot be used")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_loopback() {
        assert!(Address::parse("http://127.0.0.1:7440").is_ok_and(|address| !address.is_tls));
        assert!(Address::parse("http://[::1]:7440").is_ok());
        assert!(Address::parse("https://0.0.0.0:443").is_ok_and(|address| address.is_tls));
        for wrong in
            ["http://0.0.0.0:80", "ftp://127.0.0.1:1", "127.0.0.1:80", "https://127.0.0.1:1/x"]
        {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }
}
