//! Where and how to connect.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use super::error::Error;
use super::network::Network;

/// Where and how to connect.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address of discovery, usually ending in `/taxii2/`.
    pub url: String,
    /// Name and password for HTTP Basic.
    pub credentials: Option<Credentials>,
    /// The certificates to check the server's against, in PEM: its own or its authority's, and no
    /// others. Empty: plain HTTP on this machine only.
    pub roots: String,
    /// How long to wait for a connection, and for each piece of an answer.
    pub patience: Duration,
    /// The largest answer taken, in bytes.
    pub most: usize,
    /// What carries the requests.
    pub network: Network,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: String::new(),
            credentials: None,
            roots: String::new(),
            patience: Duration::from_secs(10),
            most: 256 << 20,
            network: Network::Machine,
        }
    }
}

/// Name and password.
#[derive(Clone)]
pub struct Credentials {
    /// The account's name.
    pub user: String,
    /// Its password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({})", self.user)
    }
}

/// The address, if it may be asked.
pub(super) fn address(text: &str) -> Result<Url, Error> {
    let wrong = |reason: &str| Error::Address { url: text.to_owned(), reason: reason.to_owned() };
    let mut url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    let is_here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(wrong("it names no host")),
    };
    match url.scheme() {
        "https" => {}
        "http" if is_here => {}
        "http" => return Err(wrong("plain HTTP is for this machine only: use https")),
        _ => return Err(wrong("use https")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it holds a name or a password: give them apart from it"));
    }
    url.set_fragment(None);
    Ok(url)
}

/// The HTTP client: it trusts the given certificates alone, follows no redirect and asks no proxy.
pub(super) fn http(config: &Config) -> Result<reqwest::Client, Error> {
    let wrong = |reason: String| Error::Roots { reason };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(config.roots.as_bytes()) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    let is_ours = matches!(config.network, Network::Machine);
    if roots.is_empty() && is_ours && config.url.starts_with("https:") {
        return Err(wrong("there are none".to_owned()));
    }
    // The provider is an argument: nothing is set for the whole process.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .connect_timeout(config.patience)
        .read_timeout(config.patience)
        .no_proxy()
        .user_agent(concat!("entente/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_addresses_are_asked() {
        for good in [
            "https://n.example/taxii2/",
            "http://127.0.0.1:1/",
            "http://[::1]/",
            "http://localhost/",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "n.example",
            "http://n.example/",
            "ftp://n.example/",
            "file:///etc",
            "https://a:b@n.example/",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn without_certificates_nobody_is_trusted() {
        let config = Config { url: "https://n.example/".to_owned(), ..Config::default() };
        assert!(matches!(http(&config), Err(Error::Roots { .. })));
        let roots = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned();
        assert!(matches!(http(&Config { roots, ..config }), Err(Error::Roots { .. })));
    }

    #[test]
    fn a_password_is_never_printed() {
        let credentials = Credentials { user: "duty".to_owned(), password: "secret".to_owned() };
        let config = Config { credentials: Some(credentials), ..Config::default() };
        assert!(!format!("{config:?}").contains("secret"));
    }
}
