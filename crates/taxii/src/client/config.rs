//! Where and how to connect.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

use super::error::Error;
use super::guard::{self, Guard};
use super::network::Network;
use super::pin::{Pin, Pinned};

/// Where and how to connect.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address of discovery, usually ending in `/taxii2/`.
    pub url: String,
    /// The API root to use, whole or as a path on the same server; else the one that discovery
    /// names.
    pub api_root: Option<String>,
    /// Name and password for HTTP Basic.
    pub credentials: Option<Credentials>,
    /// The certificate to show if the server asks for one.
    pub identity: Option<Identity>,
    /// The certificates to check the server's against, in PEM: its own or its authority's, and no
    /// others.
    pub roots: String,
    /// The digest of its certificate, which then needs no authority.
    pub pin: Option<Pin>,
    /// The host that may lie at an address that is not public, and be asked without TLS: on this
    /// machine, in this network. Any other host may not.
    pub allow: Option<String>,
    /// How long to wait for a connection, and for each piece of an answer.
    pub patience: Duration,
    /// The largest answer taken, in bytes.
    pub most: usize,
    /// What carries the requests.
    pub network: Network,
    /// The most objects taken in one answer, whatever was asked for.
    pub most_objects: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: String::new(),
            api_root: None,
            credentials: None,
            identity: None,
            roots: String::new(),
            pin: None,
            allow: None,
            patience: Duration::from_secs(10),
            most: 256 << 20,
            network: Network::Machine,
            most_objects: 100_000,
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

/// The host of an address, if that is one which may be asked only when somebody allows it by name:
/// this machine, and whatever is no host of the public Internet. Of a name only its resolution
/// tells, and that is judged when it is asked.
pub fn needs_allowance(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?.to_owned();
    let is_private = match url.host()? {
        url::Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        url::Host::Ipv4(address) => !guard::is_public(address.into()),
        url::Host::Ipv6(address) => !guard::is_public(address.into()),
    };
    (is_private || url.scheme() == "http").then_some(host)
}

/// A certificate of ours, and its key.
#[derive(Clone)]
pub struct Identity {
    /// The certificate and those between it and its authority's, in PEM.
    pub chain: String,
    /// The private key, in PEM.
    pub key: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({} bytes of certificates)", self.chain.len())
    }
}

/// The address, if it may be asked.
pub(super) fn address(config: &Config) -> Result<Url, Error> {
    let text = &config.url;
    let wrong = |reason: &str| Error::Address { url: text.clone(), reason: reason.to_owned() };
    let mut url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    let Some(host) = url.host_str().map(str::to_owned) else {
        return Err(wrong("it names no host"));
    };
    let is_allowed = Guard { allowed: config.allow.clone() }.allows(&host);
    match url.scheme() {
        "https" => {}
        "http" if is_allowed => {}
        "http" => return Err(wrong("plain HTTP is for hosts that were allowed by name")),
        _ => return Err(wrong("use https")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it holds a name or a password: give them apart from it"));
    }
    // An address in figures is resolved by nobody, so it is judged here.
    let figures = match url.host() {
        Some(url::Host::Ipv4(address)) => Some(address.into()),
        Some(url::Host::Ipv6(address)) => Some(address.into()),
        Some(url::Host::Domain(_)) | None => None,
    };
    match figures {
        Some(address) if !is_allowed && !guard::is_public(address) => {
            return Err(Error::NotPublic { host, address });
        }
        _ => {}
    }
    url.set_fragment(None);
    Ok(url)
}

/// The HTTP client: it trusts what it is given alone, connects only to addresses that the guard
/// lets through, follows no redirect and asks no proxy.
pub(super) fn http(config: &Config) -> Result<reqwest::Client, Error> {
    let wrong = |reason: String| Error::Roots { reason };
    // The provider is an argument: nothing is set for the whole process.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(error.to_string()))?;
    let tls = match config.pin {
        Some(pin) => {
            let pinned = Arc::new(Pinned { pin, provider });
            tls.dangerous().with_custom_certificate_verifier(pinned)
        }
        None => tls.with_root_certificates(roots(config)?),
    };
    let tls = match &config.identity {
        None => tls.with_no_client_auth(),
        Some(Identity { chain, key }) => {
            let own =
                |reason: &dyn std::fmt::Display| Error::Identity { reason: reason.to_string() };
            let chain: Result<Vec<_>, _> =
                CertificateDer::pem_slice_iter(chain.as_bytes()).collect();
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|error| own(&error))?;
            let chain = chain.map_err(|error| own(&error))?;
            tls.with_client_auth_cert(chain, key).map_err(|error| own(&error))?
        }
    };
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(Guard { allowed: config.allow.clone() }))
        .redirect(redirect::Policy::none())
        .connect_timeout(config.patience)
        .read_timeout(config.patience)
        .no_proxy()
        .user_agent(concat!("entente/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| wrong(error.to_string()))
}

/// The certificates to trust, in PEM.
fn roots(config: &Config) -> Result<rustls::RootCertStore, Error> {
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
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str, allow: Option<&str>) -> Result<Url, Error> {
        let allow = allow.map(str::to_owned);
        address(&Config { url: url.to_owned(), allow, ..Config::default() })
    }

    #[test]
    fn only_safe_addresses_are_asked() {
        for good in ["https://n.example/taxii2/", "https://9.9.9.9/", "https://[2a00::1]/"] {
            assert!(asked(good, None).is_ok(), "{good}");
            assert_eq!(needs_allowance(good), None, "{good}");
        }
        for bad in ["", "n.example", "ftp://n.example/", "file:///etc", "https://a:b@n.example/"] {
            assert!(asked(bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_stands_beside_us_is_asked_only_if_it_was_allowed_by_name() {
        for (url, host) in [
            ("http://n.example/", "n.example"),
            ("http://127.0.0.1:1/", "127.0.0.1"),
            ("https://127.1/", "127.0.0.1"),
            ("https://2130706433/", "127.0.0.1"),
            ("https://0x7f000001/", "127.0.0.1"),
            ("https://[::1]/", "::1"),
            ("https://[::ffff:169.254.169.254]/", "[::ffff:a9fe:a9fe]"),
        ] {
            assert!(asked(url, None).is_err(), "{url}");
            assert!(asked(url, Some("other.example")).is_err(), "{url}");
            assert!(asked(url, Some(host)).is_ok(), "{url}");
            assert!(needs_allowance(url).is_some(), "{url}");
        }
        // A name may lead here, too; that is judged once it is resolved.
        assert_eq!(needs_allowance("https://LOCALHOST./").as_deref(), Some("localhost."));
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
